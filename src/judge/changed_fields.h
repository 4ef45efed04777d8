/* Which fields of two NIfTI headers differ, by name. */
#ifndef EF_CHANGED_FIELDS_H
#define EF_CHANGED_FIELDS_H

#include <stddef.h>
#include <stdint.h>

enum { EF_FIELD_NAME = 20 };

/* Compares two headers byte by byte. Names the fields that differ in the NIfTI standard's words, in the
 * order of the bytes; "extensions" stands for what follows the header proper. Headers of different size or
 * byte order can't be compared by field: then the only name is "version" or "byte_order".
 * names    out
 * room     of names
 * a, b     header bytes as in the file, from ef_nifti_header
 * a_bytes  length of a
 * b_bytes  length of b
 * Returns the number of names. */
int ef_changed_fields(char (*names)[EF_FIELD_NAME], int room, const uint8_t *a, size_t a_bytes,
                      const uint8_t *b, size_t b_bytes);

#endif
