/* Raw deflate (RFC 1951) and CRC-32 through the libraries there are: the one place that knows them.
 * gz.c puts the gzip frame around it. */
#ifndef EF_DEFLATE_H
#define EF_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/gz.h"

/* A backend that can stop in the middle of a stream, in place of the one asked for: ISA-L for the best
 * where it is there, zlib for libdeflate. */
ef_gz_backend ef_deflate_streaming(ef_gz_backend backend);

/* CRC-32 of n bytes that follow those with `crc` (0 at the beginning), as gzip has it; and of two runs of
 * bytes joined, the second n long. */
uint32_t ef_crc32(uint32_t crc, const uint8_t *bytes, size_t n);
uint32_t ef_crc32_join(uint32_t first, uint32_t second, size_t n);

typedef enum ef_step {
    EF_STEP_FULL,      /* as many bytes as asked for; there may be more */
    EF_STEP_END,       /* the stream ended */
    EF_STEP_TRUNCATED, /* the input ended before the stream did */
    EF_STEP_BAD        /* this is no deflate stream */
} ef_step;

typedef struct ef_inflater ef_inflater;

/* An inflater of a streaming backend, to be freed by ef_inflater_free (NULL is allowed); NULL where memory
 * is short. */
ef_inflater *ef_inflater_new(ef_gz_backend backend);
void ef_inflater_free(ef_inflater *s);

/* Begins a stream at in (borrowed). */
void ef_inflater_start(ef_inflater *s, const uint8_t *in, size_t n_in);

/* More input for a stream that returned EF_STEP_TRUNCATED: it goes on where it stopped. */
void ef_inflater_feed(ef_inflater *s, const uint8_t *in, size_t n_in);

/* Inflates up to n_out bytes; *made of them are there whatever is returned. */
ef_step ef_inflate_some(ef_inflater *s, uint8_t *out, size_t n_out, size_t *made);

/* Input bytes that the stream has not used. */
size_t ef_inflater_left(const ef_inflater *s);

/* A whole stream at once with libdeflate: true where exactly n bytes came out; *used input bytes were
 * needed then. False also where this build has no libdeflate. */
bool ef_inflate_whole(uint8_t *out, size_t n, size_t *used, const uint8_t *in, size_t n_in);

enum {
    EF_DEFLATE_BLOCK = EF_GZ_BLOCK, /* most that is deflated at a time */
    EF_DEFLATE_BOUND =
        EF_DEFLATE_BLOCK + EF_DEFLATE_BLOCK / 8 /* no backend needs more: what does not compress
                                                        is stored, 5 bytes for each 65535 */
};

typedef struct ef_deflater ef_deflater;

/* A deflater of a streaming backend; level as ef_gz_write has it. NULL where memory is short. */
ef_deflater *ef_deflater_new(ef_gz_backend backend, int level);
void ef_deflater_free(ef_deflater *d);

/* Deflates n bytes (at most EF_DEFLATE_BLOCK) into out (EF_DEFLATE_BOUND), ending on a whole byte, without
 * reference to what came before; `last` ends the stream. Returns the number of bytes, 0 where the library
 * fails. */
size_t ef_deflate_block(ef_deflater *d, uint8_t *out, const uint8_t *in, size_t n, bool last);

#endif
