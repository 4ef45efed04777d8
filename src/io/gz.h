/* gzip (RFC 1952): a whole file in memory to its plain bytes, and bytes to a gzip file in parallel blocks.
 * gz_read.h reads a file piece by piece. */
#ifndef EF_GZ_H
#define EF_GZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efface.h"
#include "io/deflate.h"
#include "io/file.h"

/* A gzip stream in memory. */
typedef struct ef_gz_bytes {
    const uint8_t *bytes; /* borrowed */
    size_t n;
    const char *name; /* path for messages, borrowed */
    ef_gz_backend backend;
} ef_gz_bytes;

/* The largest plain size that n_gz bytes can stand for: deflate codes at most 258 bytes in 2 bits. */
size_t ef_gz_most(size_t n_gz);

/* Inflates the first n plain bytes. The checksum is not checked.
 * out     out, room for n bytes
 * n       bytes wanted
 * got     out: bytes inflated, fewer than n where the stream is shorter
 * source  its backend does not matter
 * Errors: EFFACE_INPUT where this is no gzip stream or is damaged before that point. */
efface_status ef_gz_peek(uint8_t *out, size_t n, size_t *got, const ef_gz_bytes *source, efface_error *err)
    __attribute__((warn_unused_result));

/* Inflates the whole of a source, one or several members, and checks CRC and length of each. Zero bytes
 * after the last member are allowed, as gzip does.
 * out      out, room for skip + n bytes: the n plain bytes from offset skip; the rest is undefined
 * skip, n  plain bytes to be left out, then to be kept; what follows them is checked and dropped
 * n_plain  out: plain length of the whole stream; may be NULL
 * source   the gzip stream
 * Errors: EFFACE_INPUT where the stream is damaged, truncated, or shorter than skip + n; EFFACE_INTERNAL
 * where memory is short. out is undefined then. */
efface_status ef_gz_inflate(uint8_t *out, size_t skip, size_t n, size_t *n_plain, const ef_gz_bytes *source,
                            efface_error *err) __attribute__((warn_unused_result));

/* Appends content to a file as one gzip member: mtime 0, no name, OS "unknown". Then reads the file back,
 * inflates every block, compares it with the content, and checks header and trailer. Blocks of EF_GZ_BLOCK
 * bytes are deflated independently and joined at full flushes, so the bytes do not depend on threads.
 * out      the file
 * content  the plain bytes
 * level    0 for the default (2 with ISA-L, else 1); more is smaller and slower, clamped to the backend's
 *          most (ISA-L 3, zlib 9)
 * backend  libdeflate stands for zlib
 * threads  at least 1
 * Errors: EFFACE_INTERNAL where writing, memory or the comparison fails. */
efface_status ef_gz_write(ef_output *out, const ef_content *content, int level, ef_gz_backend backend,
                          int threads, efface_error *err) __attribute__((warn_unused_result));

/* The same in runs, for content that is never in memory at once: ef_gz_begin, ef_gz_run for each run, the
 * last one with `last`, ef_gz_end. */
typedef struct ef_gz_writer {
    ef_output *out; /* borrowed */
    int level, threads;
    ef_gz_backend backend;
    size_t start; /* of the member in the file */
    size_t n_plain;
    uint32_t crc;
} ef_gz_writer;

/* Writes the member's header. Arguments and errors as ef_gz_write.
 * w  out; owns nothing */
efface_status ef_gz_begin(ef_gz_writer *w, ef_output *out, int level, ef_gz_backend backend, int threads,
                          efface_error *err) __attribute__((warn_unused_result));

/* Appends a run and checks it as ef_gz_write does.
 * content  a multiple of EF_GZ_BLOCK bytes but for the last run; then the file's bytes don't depend on how
 *          the content was cut into runs
 * last     the member ends with this run
 * Errors: as ef_gz_write. */
efface_status ef_gz_run(ef_gz_writer *w, const ef_content *content, bool last, efface_error *err)
    __attribute__((warn_unused_result));

/* Writes the trailer and checks it and the header. Errors: as ef_gz_write. */
efface_status ef_gz_end(ef_gz_writer *w, efface_error *err) __attribute__((warn_unused_result));

#endif
