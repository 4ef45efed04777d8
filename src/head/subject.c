/* Frees what a subject owns. */
#include "head/subject.h"

#include <stdlib.h>
#include <string.h>

void ef_brain_release(ef_brain *brain)
{
    free(brain->inside);
    free(brain->distance_mm);
    free(brain->away_mm);
    memset(brain, 0, sizeof *brain);
}

void ef_subject_release(ef_subject *subject)
{
    ef_atlas_release(&subject->atlas);
    ef_work_release(&subject->work);
    ef_head_release(&subject->head);
    ef_brain_release(&subject->brain);
    free(subject->ears);
    memset(subject, 0, sizeof *subject);
}
