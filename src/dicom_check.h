/* Whether a file has the structure of DICOM, before a library that trusts it gets to see it: GDCM as Debian
 * builds it ends the process on some broken files. */
#ifndef EF_DICOM_CHECK_H
#define EF_DICOM_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "efface.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Walks the file from element to element (PS3.10 chapter 7, PS3.5 chapters 7 and A.4), into every sequence:
 * each VR is one of the standard's, each length ends within what holds it, each sequence and each list of
 * fragments is closed, nothing is nested deeper than 64 levels. Reads heads, not values; the inside of a
 * deflated data set is not looked at. EFFACE_INPUT with the problem and its byte. */
efface_status ef_dicom_check(const char *path, efface_error *err) __attribute__((warn_unused_result));

/* The same for n bytes in memory; name is for messages. */
efface_status ef_dicom_check_bytes(const uint8_t *bytes, size_t n, const char *name, efface_error *err)
    __attribute__((warn_unused_result));

#ifdef __cplusplus
}
#endif
#endif
