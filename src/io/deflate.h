/* Raw deflate (RFC 1951) and CRC-32 through the libraries there are: the one place that knows them.
 * gz.c puts the gzip frame around it. */
#ifndef EF_DEFLATE_H
#define EF_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which library inflates and deflates. ISA-L does both where it was found at configure time. libdeflate
 * only inflates: it can't end a block in the middle of a stream, which one member made of parallel blocks
 * needs; zlib deflates then. EF_GZ_BEST is the fastest that this build has. */
typedef enum ef_gz_backend { EF_GZ_BEST, EF_GZ_ISAL, EF_GZ_LIBDEFLATE, EF_GZ_ZLIB } ef_gz_backend;

/* Whether this build has the backend; it always has EF_GZ_BEST. */
bool ef_gz_has(ef_gz_backend backend);

/* The backend that is used instead of the one asked for where a stream is taken in pieces: ISA-L for the
 * best where this build has it, zlib for libdeflate. */
ef_gz_backend ef_deflate_streaming(ef_gz_backend backend);

/* CRC-32 as gzip has it, of n bytes.
 * crc  of the bytes before them; 0 at the beginning */
uint32_t ef_crc32(uint32_t crc, const uint8_t *bytes, size_t n);

/* CRC-32 of two runs of bytes joined, from the CRC-32 of each; the second run is n bytes long. */
uint32_t ef_crc32_join(uint32_t first, uint32_t second, size_t n);

typedef enum ef_step {
    EF_STEP_FULL,      /* as many bytes as asked for; there may be more */
    EF_STEP_END,       /* the stream ended */
    EF_STEP_TRUNCATED, /* the input ended before the stream did */
    EF_STEP_BAD        /* this is no deflate stream */
} ef_step;

typedef struct ef_inflater ef_inflater;

/* An inflater of a streaming backend, to be freed by ef_inflater_free; NULL where memory is short. */
ef_inflater *ef_inflater_new(ef_gz_backend backend);

/* NULL is allowed. */
void ef_inflater_free(ef_inflater *s);

/* Begins a stream at in (borrowed). */
void ef_inflater_start(ef_inflater *s, const uint8_t *in, size_t n_in);

/* Gives more input to a stream that returned EF_STEP_TRUNCATED; it continues where it stopped. */
void ef_inflater_feed(ef_inflater *s, const uint8_t *in, size_t n_in);

/* Inflates up to n_out bytes.
 * out   out, room for n_out bytes
 * made  out: how many bytes were inflated, whatever is returned */
ef_step ef_inflate_some(ef_inflater *s, uint8_t *out, size_t n_out, size_t *made);

/* Input bytes that the stream has not used. */
size_t ef_inflater_left(const ef_inflater *s);

/* Inflates a whole stream at once with libdeflate.
 * out       out, room for n bytes; undefined where false is returned
 * used      out: input bytes that the stream needed
 * in, n_in  the stream, and possibly bytes after it
 * True where exactly n bytes came out. False also where this build has no libdeflate. */
bool ef_inflate_whole(uint8_t *out, size_t n, size_t *used, const uint8_t *in, size_t n_in);

enum {
    /* Bytes that are deflated at a time: 1 MiB costs 0.1 % of size against one stream. */
    EF_GZ_BLOCK = 1 << 20,
    /* Room for a deflated block. No backend needs more: what does not compress is stored, 5 bytes for each
     * 65535. */
    EF_DEFLATE_BOUND = EF_GZ_BLOCK + EF_GZ_BLOCK / 8
};

typedef struct ef_deflater ef_deflater;

/* A deflater of a streaming backend; level as ef_gz_begin has it. NULL where memory is short. */
ef_deflater *ef_deflater_new(ef_gz_backend backend, int level);

/* NULL is allowed. */
void ef_deflater_free(ef_deflater *d);

/* Deflates one block on its own, without reference to what came before, ending on a whole byte.
 * out    out, room for EF_DEFLATE_BOUND bytes
 * in, n  the block, at most EF_GZ_BLOCK bytes
 * last   the block ends the stream
 * Returns the number of bytes made, 0 where the library fails. */
size_t ef_deflate_block(ef_deflater *d, uint8_t *out, const uint8_t *in, size_t n, bool last);

#endif
