/* Files: whole reads, and writes that happen completely or not at all.
 *
 * An output is written beside its target without a name of its own (O_TMPFILE) or, where the file system
 * can't, under an unpredictable one; it takes the target's name only when everything that belongs to the
 * run is written, checked and flushed to the disk. Outputs of one run form a set and are committed
 * together, in the order they were added; where one can't be, those before it are taken back. A process
 * that is killed leaves the targets as they were.
 *
 *     ef_output_set set = {0};
 *     ef_output *out;
 *     if (ef_output_add(&out, &set, "a.json", 0, err) || ef_output_write(out, bytes, n, err) ||
 *         ef_output_set_commit(&set, err)) ...
 *     ef_output_set_abort(&set); // always; removes what was not committed
 */
#ifndef EF_FILE_H
#define EF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efface.h"

/* A regular file open for reading. */
typedef struct ef_input {
    int fd;      /* -1 where nothing is open */
    size_t size; /* bytes, when it was opened */
} ef_input;

/* Opens a regular file. A directory, a FIFO or a device is refused; opening never blocks.
 * input  out; input->fd is -1 on failure
 * Errors: EFFACE_INPUT with the reason. */
efface_status ef_input_open(ef_input *input, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* Reads exactly n bytes.
 * bytes   out, n bytes; undefined on failure
 * offset  of the first of them in the file
 * path    for messages
 * Errors: EFFACE_INPUT, also where the file is shorter. */
efface_status ef_input_read(const ef_input *input, void *bytes, size_t n, size_t offset, const char *path,
                            efface_error *err) __attribute__((warn_unused_result));

/* Reads a whole regular file.
 * text  out: n bytes and a NUL behind them, to be freed; NULL on failure
 * n     out
 * Errors: EFFACE_INPUT; EFFACE_INTERNAL where memory is short. */
efface_status ef_file_read(char **text, size_t *n, const char *path, efface_error *err)
    __attribute__((warn_unused_result));

/* Idempotent. */
void ef_input_close(ef_input *input);

/* Whether both paths lead to the same existing file (links followed). */
bool ef_file_same(const char *a, const char *b);

/* Bytes to be written, asked for in pieces, so that no second copy of a volume has to exist. block returns
 * the n bytes from offset: either a pointer to where they are anyway, or scratch (room for n), filled. It
 * is called from several threads at once. */
typedef struct ef_content {
    size_t n_bytes;
    const uint8_t *(*block)(const void *context, size_t offset, size_t n, uint8_t *scratch);
    const void *context;
} ef_content;

/* The content that is n bytes at `bytes` (borrowed). */
ef_content ef_content_of_bytes(const void *bytes, size_t n);

typedef struct ef_output ef_output;

enum { EF_MAX_OUTPUTS = 16 };

/* The outputs of one run; zero is an empty set. Owns its outputs. */
typedef struct ef_output_set {
    int n;
    ef_output *output[EF_MAX_OUTPUTS];
} ef_output_set;

enum {
    EF_OUTPUT_FORCE = 1, /* an existing file (or link: the link, not what it points to) may be replaced */
    EF_OUTPUT_NAMED = 2  /* use a named temporary even where an unnamed one could be had */
};

/* Opens a new output that will be called path.
 * out    out: borrowed from the set, valid until commit or abort
 * set    in and out; unchanged on failure
 * path   copied
 * flags  EF_OUTPUT_ bits
 * Errors: EFFACE_USAGE where path exists (without force), is a directory or another thing that isn't a
 * file, or is in the set already; EFFACE_INTERNAL where the directory can't be written to or memory is
 * short. */
efface_status ef_output_add(ef_output **out, ef_output_set *set, const char *path, unsigned flags,
                            efface_error *err) __attribute__((warn_unused_result));

/* Whether an output could be added now: refuses what ef_output_add would refuse, before a long computation.
 * Leaves nothing behind. Errors: as ef_output_add. */
efface_status ef_output_check(const char *path, unsigned flags, efface_error *err)
    __attribute__((warn_unused_result));

/* Appends n bytes. Errors: EFFACE_INTERNAL where the disk is full, for example. */
efface_status ef_output_write(ef_output *out, const void *bytes, size_t n, efface_error *err)
    __attribute__((warn_unused_result));

/* The path that it was opened with; borrowed. */
const char *ef_output_path(const ef_output *out);

/* Bytes written so far. */
size_t ef_output_size(const ef_output *out);

/* Reads back n bytes from offset; thread-safe. Errors: EFFACE_INTERNAL. */
efface_status ef_output_read(const ef_output *out, void *bytes, size_t n, size_t offset, efface_error *err)
    __attribute__((warn_unused_result));

/* Appends the content, reads it back from the file and compares. Errors: EFFACE_INTERNAL. */
efface_status ef_output_write_content(ef_output *out, const ef_content *content, efface_error *err)
    __attribute__((warn_unused_result));

/* Sets the message "can't write '<path>': <why>" and returns EFFACE_INTERNAL.
 * why  NULL for the text of errno */
efface_status ef_output_fail(const ef_output *out, const char *why, efface_error *err);

/* Flushes every output to the disk, then gives all of them their names, in the order they were added, and
 * flushes the directories. On failure all outputs are removed and none of the targets has changed, with one
 * exception: on a file system without exchanging renames a target that was replaced already is lost.
 * Without force a target that appeared in the meantime is not overwritten. The set is empty afterwards.
 * Errors: EFFACE_USAGE where a target appeared; EFFACE_INTERNAL. */
efface_status ef_output_set_commit(ef_output_set *set, efface_error *err)
    __attribute__((warn_unused_result));

/* Moves the outputs of `from` behind those of the set.
 * set   in and out
 * from  in and out: empty afterwards; unchanged on failure
 * Errors: EFFACE_USAGE where an output is in both sets; EFFACE_INTERNAL where there is no room. */
efface_status ef_output_set_join(ef_output_set *set, ef_output_set *from, efface_error *err)
    __attribute__((warn_unused_result));

/* Removes what was not committed and empties the set; idempotent. */
void ef_output_set_abort(ef_output_set *set);

/* Adds an output with these bytes to the set, written and read back. Errors: as ef_output_add and
 * ef_output_write_content. */
efface_status ef_output_add_bytes(ef_output_set *set, const char *path, const void *bytes, size_t n,
                                  unsigned flags, efface_error *err) __attribute__((warn_unused_result));

/* What follows the last slash; points into path. */
const char *ef_file_base_name(const char *path);

/* The name of an output that needs review: "dir/scan.nii.gz" becomes "dir/scan_review.nii.gz", which can't
 * be taken for a defaced scan's.
 * path  out, room for size bytes
 * Returns false where size is too small. */
bool ef_file_review_path(char *path, size_t size, const char *out);

/* Gives a file a name that must be free, in one folder, and takes its old one. Where the file system has
 * neither such a rename nor hard links, an empty file of our own holds the place.
 * directory  open folder, or AT_FDCWD
 * from, to   names in it
 * Returns false with errno, EEXIST where the name isn't free. */
bool ef_file_take_free(int directory, const char *from, const char *to);

#endif
