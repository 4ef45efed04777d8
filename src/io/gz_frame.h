/* The frame around deflated data (RFC 1952), shared by gz.c and gz_read.c and nobody else. */
#ifndef EF_GZ_FRAME_H
#define EF_GZ_FRAME_H

#include "io/deflate.h"

enum { EF_GZ_HEADER = 10, EF_GZ_TRAILER = 8 };

/* Length in *length of the member's header that the n bytes begin with. EF_STEP_FULL where it is there,
 * EF_STEP_TRUNCATED where more bytes are needed to tell, EF_STEP_BAD where this is none. */
ef_step ef_gz_frame(const uint8_t *gz, size_t n, size_t *length);

/* The message for damaged data; returns EFFACE_INPUT. */
efface_status ef_gz_damaged(ef_step what, const char *name, efface_error *err);

/* Holds a member's trailer of EF_GZ_TRAILER bytes against the data's checksum and length. */
efface_status ef_gz_check_trailer(const uint8_t *trailer, uint32_t crc, size_t n_plain, const char *name,
                                  efface_error *err);

#endif
