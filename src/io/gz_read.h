/* A gzip file inflated piece by piece, for what is too large to be held at once. gz.h has the faster way
 * for files that are not. */
#ifndef EF_GZ_READ_H
#define EF_GZ_READ_H

#include "base/checksum.h"
#include "io/file.h"

typedef struct ef_gz_reader ef_gz_reader;

/* A reader at the file's first byte, to be freed by ef_gz_reader_free; NULL where memory is short.
 * input  borrowed until the reader is freed
 * name   path for messages, borrowed as long
 * sha    gets every byte of the file as it is read; borrowed, may be NULL */
ef_gz_reader *ef_gz_reader_new(const ef_input *input, const char *name, ef_sha256 *sha);

/* NULL is allowed. */
void ef_gz_reader_free(ef_gz_reader *reader);

/* Inflates the next n plain bytes. Members follow one another; CRC and length of each are checked when its
 * end is reached; zero bytes after the last are allowed.
 * out  out, room for n bytes
 * n    bytes wanted
 * got  out: bytes inflated, fewer than n where the stream ends before
 * Errors: EFFACE_INPUT where the stream is damaged or truncated. */
efface_status ef_gz_reader_read(ef_gz_reader *reader, uint8_t *out, size_t n, size_t *got,
                                efface_error *err) __attribute__((warn_unused_result));

/* Reads what is left of the file, so that all of it is checked. Errors: as ef_gz_reader_read. */
efface_status ef_gz_reader_finish(ef_gz_reader *reader, efface_error *err)
    __attribute__((warn_unused_result));

#endif
