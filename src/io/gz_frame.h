/* The frame around deflated data (RFC 1952): headers, trailers and what is wrong with them. */
#ifndef EF_GZ_FRAME_H
#define EF_GZ_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efface.h"
#include "io/deflate.h"

enum { EF_GZ_HEADER = 10, EF_GZ_TRAILER = 8 }; /* bytes; the shortest header */

/* Whether the bytes begin with gzip's magic number. */
bool ef_gz_is(const uint8_t *bytes, size_t n);

/* Finds the end of the member's header that the n bytes begin with.
 * length  out: bytes of the header; set with EF_STEP_FULL only
 * Returns EF_STEP_FULL where the header is complete, EF_STEP_TRUNCATED where more bytes are needed to tell,
 * EF_STEP_BAD where this is none. */
ef_step ef_gz_frame(const uint8_t *gz, size_t n, size_t *length);

/* Sets the message for damaged data and returns EFFACE_INPUT. */
efface_status ef_gz_damaged(ef_step what, const char *name, efface_error *err);

/* The 32-bit number at b, least significant byte first. */
uint32_t ef_gz_little_32(const uint8_t *b);

/* Compares a member's trailer of EF_GZ_TRAILER bytes with the data's checksum and length.
 * name  path for the message
 * Errors: EFFACE_INPUT where they differ. */
efface_status ef_gz_check_trailer(const uint8_t *trailer, uint32_t crc, size_t n_plain, const char *name,
                                  efface_error *err);

#endif
