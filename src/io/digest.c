/* Reads files piece by piece and sums them up. */
#include "io/digest.h"

#include <stdlib.h>

#include "base/checksum.h"
#include "base/error.h"
#include "io/walk.h"

enum { PIECE_BYTES = 1 << 20 };

/* Adds a file's bytes. piece: room for PIECE_BYTES. */
static efface_status add_file(ef_sha256 *sha, const char *path, uint8_t *piece, efface_error *err)
{
    ef_input input;
    efface_status status = ef_input_open(&input, path, err);
    if (status != EFFACE_PASS)
        return status;
    for (size_t at = 0; status == EFFACE_PASS && at < input.size;) {
        const size_t n = input.size - at < PIECE_BYTES ? input.size - at : PIECE_BYTES;
        status = ef_input_read(&input, piece, n, at, path, err);
        if (status == EFFACE_PASS)
            ef_sha256_add(sha, piece, n);
        at += n;
    }
    ef_input_close(&input);
    return status;
}

/* The sum of files, one after the other. hex is "" on failure. */
static efface_status sum(char hex[65], const ef_paths *paths, efface_error *err)
{
    ef_sha256 sha;
    uint8_t *piece = malloc(PIECE_BYTES);
    efface_status status = piece != NULL ? EFFACE_PASS : ef_fail_memory(err, PIECE_BYTES);
    ef_sha256_start(&sha);
    for (size_t k = 0; status == EFFACE_PASS && k < paths->n; k++)
        status = add_file(&sha, paths->path[k], piece, err);
    ef_sha256_end(hex, &sha);
    if (status != EFFACE_PASS)
        hex[0] = '\0';
    free(piece);
    return status;
}

efface_status ef_digest_file(char hex[65], const char *path, efface_error *err)
{
    char *only = (char *)(uintptr_t)path; /* only read */
    const ef_paths one = {.n = 1, .path = &only};
    return sum(hex, &one, err);
}

bool ef_digest(char hex[65], const char *path)
{
    ef_paths paths = {0};
    efface_error unused;
    const bool found = ef_walk_all(&paths, path, &unused) == EFFACE_PASS && paths.n > 0;
    const bool summed = found && sum(hex, &paths, &unused) == EFFACE_PASS;
    ef_paths_release(&paths);
    return summed;
}

efface_status ef_digest_output(char hex[65], const ef_output *out, efface_error *err)
{
    ef_sha256 sha;
    uint8_t *piece = malloc(PIECE_BYTES);
    efface_status status = piece != NULL ? EFFACE_PASS : ef_fail_memory(err, PIECE_BYTES);
    const size_t size = ef_output_size(out);
    ef_sha256_start(&sha);
    for (size_t at = 0; status == EFFACE_PASS && at < size;) {
        const size_t n = size - at < PIECE_BYTES ? size - at : PIECE_BYTES;
        status = ef_output_read(out, piece, n, at, err);
        if (status == EFFACE_PASS)
            ef_sha256_add(&sha, piece, n);
        at += n;
    }
    ef_sha256_end(hex, &sha);
    if (status != EFFACE_PASS)
        hex[0] = '\0';
    free(piece);
    return status;
}
