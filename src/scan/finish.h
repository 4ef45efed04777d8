/* Finish: the stage that writes the image and everything beside it, all or nothing. */
#ifndef EF_FINISH_H
#define EF_FINISH_H

#include "scan/state.h"

/* Writes image, masks, pictures, sidecar and record. The image's name appears last, when everything else is
 * complete.
 * Returns EFFACE_PASS; EFFACE_REVIEW, with outputs only where they were asked for; else no outputs. */
efface_status ef_finish_write(ef_scan *s, efface_error *err);

/* Updates the time of the current stage in s->result. */
void ef_finish_tick(ef_scan *s);

#endif
