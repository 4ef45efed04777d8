/* Work on one unit: who leads, who follows. */
#ifndef EF_WORK_UNIT_H
#define EF_WORK_UNIT_H

#include "dataset/line.h"

/* Treats a unit that was opened: its images in their order, then those that waited for a leader. */
void ef_work_unit(ef_line *line, ef_job *job);

#endif
