/* Change: the stages that decide which voxels go, change them, and prove it. */
#ifndef EF_CHANGE_H
#define EF_CHANGE_H

#include "scan/state.h"

/* Makes the region: cut, mask, ghosts, scalp.
 * Errors: EFFACE_INPUT where there is nothing to remove; EFFACE_AUDIT where a head moved too far;
 * EFFACE_LOCATE; EFFACE_INTERNAL. */
efface_status ef_change_region(ef_scan *s, efface_error *err);

/* Changes the voxels.
 * Errors: those of ef_apply and ef_volumes_apply. */
efface_status ef_change_apply(ef_scan *s, efface_error *err);

/* Proves the result. A new face that resembles the old one by chance is drawn again, a few times.
 * Errors: EFFACE_AUDIT; EFFACE_INTERNAL. */
efface_status ef_change_audit(ef_scan *s, efface_error *err);

#endif
