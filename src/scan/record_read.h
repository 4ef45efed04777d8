/* The part of an earlier run's record that a later run can use. */
#ifndef EF_RECORD_READ_H
#define EF_RECORD_READ_H

#include "base/grid.h"
#include "efface.h"

typedef struct ef_record_said {
    ef_affine world_from_atlas; /* mm to mm: where the head lies, and its size and proportions */
    efface_mode mode;
    efface_fill fill;
    unsigned parts;
    double margin_mm, strength_mm; /* strength: the default where the record is too old to know it */
    double mask_voxels;            /* of its mask; NaN where the record does not tell */
} ef_record_said;

/* Reads a record that ef_record_make wrote.
 * said  out
 * path  of the record
 * Errors: EFFACE_INPUT where it can't be read, is no record of a known format, or has no pose. Also where
 * its run did not pass: what was not proved is no basis for more. EFFACE_INTERNAL. */
efface_status ef_record_read(ef_record_said *said, const char *path, efface_error *err);

/* Returns whether a file is a record of efface, of any format and verdict. Only such a file is replaced by a
 * record. */
bool ef_record_is_ours(const char *path);

#endif
