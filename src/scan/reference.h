/* Reference: another scan of the same head, through the record of its run. */
#ifndef EF_REFERENCE_H
#define EF_REFERENCE_H

#include "head/carry.h"

/* Reads the record of an earlier run and the image that belongs to it.
 * carry    out; release with ef_carry_release, also after a failure
 * record   path of the record; its run must have passed
 * image    path of the first scan, with its face or without; NULL: the image beside the record, named as
 *          the record with another ending
 * threads  number of threads
 * Errors: those of ef_record_read and ef_read; EFFACE_INPUT where there is no image beside the record. */
efface_status ef_reference_open(ef_carry *carry, const char *record, const char *image, int threads,
                                efface_error *err);

#endif
