/* Look: the stages that examine the scan and change nothing. */
#ifndef EF_LOOK_H
#define EF_LOOK_H

#include "scan/state.h"

/* Checks the options and outputs, and reads the scan. Here it is decided whether it has one volume or many.
 * Errors: EFFACE_USAGE, EFFACE_INPUT, EFFACE_INTERNAL. */
efface_status ef_look_read(ef_scan *s, efface_error *err);

/* Builds the work volume and separates the head from air.
 * Errors: EFFACE_INPUT where there is no head against air; EFFACE_INTERNAL. */
efface_status ef_look_segment(ef_scan *s, efface_error *err);

/* Finds the head, by itself or carried from another scan. A poor pose is no error yet.
 * Errors: EFFACE_LOCATE where there is none; EFFACE_INPUT; EFFACE_INTERNAL. */
efface_status ef_look_locate(ef_scan *s, efface_error *err);

/* Judges the pose, and whether there is a face to be removed.
 * Errors: EFFACE_LOCATE, EFFACE_INPUT; EFFACE_INTERNAL. */
efface_status ef_look_face(ef_scan *s, efface_error *err);

/* Estimates the brain.
 * Errors: those of ef_protect. */
efface_status ef_look_protect(ef_scan *s, efface_error *err);

#endif
