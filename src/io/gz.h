/* gzip (RFC 1952) in memory to bytes, and bytes to a gzip file in parallel blocks.
 *
 * The libraries are behind deflate.h. ISA-L does both directions where it was found at
 * configure time. libdeflate only inflates: it can't end a block in the middle of a stream, which one
 * member made of parallel blocks needs; zlib deflates then.
 */
#ifndef EF_GZ_H
#define EF_GZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efface.h"
#include "io/file.h"

typedef enum ef_gz_backend { EF_GZ_BEST, EF_GZ_ISAL, EF_GZ_LIBDEFLATE, EF_GZ_ZLIB } ef_gz_backend;

/* Whether this build has the backend; EF_GZ_BEST always is. */
bool ef_gz_has(ef_gz_backend backend);

/* Whether the bytes begin as a gzip member does (magic number). */
bool ef_gz_is(const uint8_t *bytes, size_t n);

/* The largest plain size n_gz bytes can stand for: deflate codes at most 258 bytes in 2 bits. */
size_t ef_gz_most(size_t n_gz);

/* The first n plain bytes, or fewer where the stream is shorter (*got). The checksum is not looked at.
 * name: path for the message. EFFACE_INPUT where this is no gzip stream or is damaged before that point. */
efface_status ef_gz_peek(uint8_t *out, size_t n, size_t *got, const uint8_t *gz, size_t n_gz,
                         const char *name, efface_error *err) __attribute__((warn_unused_result));

/* Inflates the whole of gz, one or several members, and checks CRC and length of each.
 * out      the n plain bytes from offset skip; has room for skip + n bytes, what follows the n is undefined
 * n_plain  plain length of the whole stream, may be NULL; what follows skip + n is checked and dropped
 * Zero bytes after the last member are allowed, as gzip does.
 * EFFACE_INPUT where the stream is damaged, truncated, or shorter than skip + n; out is undefined then. */
efface_status ef_gz_inflate(uint8_t *out, size_t skip, size_t n, size_t *n_plain, const uint8_t *gz,
                            size_t n_gz, ef_gz_backend backend, const char *name, efface_error *err)
    __attribute__((warn_unused_result));

/* Appends content to out as one gzip member: mtime 0, no name, OS "unknown"; then reads the file back,
 * inflates every block and compares it with the content, and checks header and trailer. Blocks of 1 MiB are
 * deflated on their own and joined at full flushes, so the bytes do not depend on threads. level    0 for
 * the default (2 with ISA-L, else 1); more is smaller and slower, clamped to what there is (ISA-L 3, zlib
 * 9) threads  at least 1 EFFACE_INTERNAL where writing, memory or the comparison fails. */
efface_status ef_gz_write(ef_output *out, const ef_content *content, int level, ef_gz_backend backend,
                          int threads, efface_error *err) __attribute__((warn_unused_result));

/* The same in runs, for content that is never there at once: begin, run ..., run with `last`, end. */
typedef struct ef_gz_writer {
    ef_output *out; /* borrowed */
    int level, threads;
    ef_gz_backend backend;
    size_t start; /* of the member in the file */
    size_t n_plain;
    uint32_t crc;
} ef_gz_writer;

enum { EF_GZ_BLOCK = 1 << 20 };

efface_status ef_gz_begin(ef_gz_writer *w, ef_output *out, int level, ef_gz_backend backend, int threads,
                          efface_error *err) __attribute__((warn_unused_result));

/* Appends a run and checks it as ef_gz_write does. Every run but the last is a multiple of EF_GZ_BLOCK
 * bytes long; then the file's bytes don't depend on how the content was cut into runs. */
efface_status ef_gz_run(ef_gz_writer *w, const ef_content *content, bool last, efface_error *err)
    __attribute__((warn_unused_result));

efface_status ef_gz_end(ef_gz_writer *w, efface_error *err) __attribute__((warn_unused_result));

#endif
