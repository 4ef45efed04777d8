/* What an earlier run's record says that a later run can build on. */
#ifndef EF_RECORD_READ_H
#define EF_RECORD_READ_H

#include "base/grid.h"
#include "efface.h"

typedef struct ef_record_said {
    ef_affine world_from_atlas; /* mm to mm: where the head lay, and its size and proportions */
    efface_mode mode;
    efface_fill fill;
    unsigned parts;
    double margin_mm, strength_mm; /* strength: the default where the record is too old to know it */
} ef_record_said;

/* Reads a record that ef_record_make wrote.
 * Errors: EFFACE_INPUT where it can't be read, isn't a record of a format known here, has no pose, or is of
 * a run that did not pass: what was not proved is no ground for more; EFFACE_INTERNAL. */
efface_status ef_record_read(ef_record_said *said, const char *path, efface_error *err);

#endif
