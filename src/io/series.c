/* Volumes from a file, one at a time. nifti.c understands the header, gz_read.c inflates. */
#include "io/series.h"

#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/error.h"
#include "io/file.h"
#include "io/gz.h"
#include "io/gz_frame.h"
#include "io/gz_read.h"
#include "io/nifti.h"

enum { PIECE = 1 << 20 };

struct ef_series {
    const ef_image *memory; /* else the file's: */
    const char *path;
    ef_input input;
    ef_gz_reader *gz; /* NULL where the file is plain */
    ef_nifti_layout layout;
    ef_sha256 sha;
    bool compressed, hashed; /* hashed: the checksum was taken, in the first pass */
    size_t volume_bytes;
    size_t at; /* plain bytes taken so far */
};

/* The next n plain bytes. */
static efface_status take(ef_series *s, uint8_t *out, size_t n, efface_error *err)
{
    size_t got = n;
    efface_status status;
    if (s->compressed) {
        status = ef_gz_reader_read(s->gz, out, n, &got, err);
        if (status == EFFACE_PASS && got < n)
            status = ef_fail(err, EFFACE_INPUT, "expected %zu bytes inside '%s', got %zu",
                             s->layout.data_offset + s->layout.data_bytes, s->path, s->at + got);
    } else {
        status = ef_input_read(&s->input, out, n, s->at, s->path, err);
        if (status == EFFACE_PASS && !s->hashed)
            ef_sha256_add(&s->sha, out, n);
    }
    s->at += got;
    return status;
}

static efface_status start_pass(ef_series *s, efface_error *err)
{
    s->at = 0;
    if (!s->compressed)
        return EFFACE_PASS;
    ef_gz_reader_free(s->gz);
    s->gz = ef_gz_reader_new(&s->input, s->path, s->hashed ? NULL : &s->sha);
    return s->gz != NULL ? EFFACE_PASS : ef_fail_memory(err, PIECE);
}

/* Takes the bytes before the voxels; with image, parses them. */
static efface_status take_header(ef_series *s, ef_image *image, efface_error *err)
{
    const size_t n = s->layout.data_offset;
    uint8_t *bytes = malloc(n);
    if (bytes == NULL)
        return ef_fail_memory(err, n);
    efface_status status = take(s, bytes, n, err);
    if (status == EFFACE_PASS && image != NULL)
        status = ef_nifti_parse(image, &s->layout, bytes, n, s->path, err);
    free(bytes);
    return status;
}

/* Whether the first bytes are those of a single file with several volumes that can be as long as it says.
 */
static efface_status probe(ef_series *s, bool *is_series, efface_error *err)
{
    uint8_t first[EF_NIFTI_PROBE_BYTES];
    size_t got = sizeof first;
    efface_status status = ef_input_open(&s->input, s->path, err);
    if (status == EFFACE_PASS && s->input.size < sizeof first)
        status = EFFACE_INPUT;
    if (status == EFFACE_PASS)
        status = ef_input_read(&s->input, first, 2, 0, s->path, err);
    s->compressed = status == EFFACE_PASS && ef_gz_is(first, 2);
    if (status == EFFACE_PASS)
        status = start_pass(s, err);
    if (status == EFFACE_PASS && s->compressed)
        status = ef_gz_reader_read(s->gz, first, sizeof first, &got, err);
    else if (status == EFFACE_PASS)
        status = ef_input_read(&s->input, first, got, 0, s->path, err);
    if (status == EFFACE_PASS)
        status = ef_nifti_probe(&s->layout, first, got, false, s->path, err);
    const size_t most = s->compressed ? ef_gz_most(s->input.size) : s->input.size;
    *is_series = status == EFFACE_PASS && !s->layout.pair && s->layout.n_volumes > 1 &&
                 s->layout.data_offset <= most && s->layout.data_bytes <= most - s->layout.data_offset;
    return status == EFFACE_INTERNAL ? status : EFFACE_PASS;
}

efface_status ef_series_open(ef_series **series, ef_image *image, const char *path, efface_error *err)
{
    efface_error unread = {0};
    bool is_series = false;
    memset(image, 0, sizeof *image);
    ef_series *s = *series = calloc(1, sizeof *s);
    if (s == NULL)
        return ef_fail_memory(err, sizeof *s);
    s->path = path;
    s->input.fd = -1;
    ef_sha256_start(&s->sha);
    efface_status status = probe(s, &is_series, &unread);
    if (status == EFFACE_PASS && is_series) {
        s->volume_bytes = s->layout.data_bytes / (size_t)s->layout.n_volumes;
        ef_sha256_start(&s->sha);
        status = start_pass(s, &unread);
        if (status == EFFACE_PASS)
            status = take_header(s, image, &unread);
    }
    if (status == EFFACE_PASS && is_series)
        return EFFACE_PASS;
    ef_image_release(image);
    ef_series_close(s);
    *series = NULL;
    if (status == EFFACE_INTERNAL)
        *err = unread;
    return status == EFFACE_INTERNAL ? status : EFFACE_PASS;
}

ef_series *ef_series_of(const ef_image *image)
{
    ef_series *s = calloc(1, sizeof *s);
    if (s != NULL) {
        s->memory = image;
        s->input.fd = -1;
        s->volume_bytes = image->n_bytes / (size_t)image->n_volumes;
    }
    return s;
}

void ef_series_close(ef_series *s)
{
    if (s == NULL)
        return;
    ef_gz_reader_free(s->gz);
    ef_input_close(&s->input);
    free(s);
}

efface_status ef_series_next(ef_series *s, void *voxels, efface_error *err)
{
    if (s->memory != NULL) {
        memcpy(voxels, (const uint8_t *)s->memory->voxels + s->at, s->volume_bytes);
        s->at += s->volume_bytes;
        return EFFACE_PASS;
    }
    const efface_status status = take(s, voxels, s->volume_bytes, err);
    const size_t size = ek_dtype_size(s->layout.dtype);
    if (status == EFFACE_PASS && s->layout.swapped)
        ef_swap_bytes(voxels, voxels, s->volume_bytes / size, size);
    return status;
}

efface_status ef_series_finish(ef_series *s, char sha256[65], efface_error *err)
{
    efface_status status = EFFACE_PASS;
    if (s->memory != NULL)
        return EFFACE_PASS;
    if (s->compressed) {
        status = ef_gz_reader_finish(s->gz, err);
    } else if (!s->hashed) {
        uint8_t *rest = malloc(PIECE);
        if (rest == NULL)
            return ef_fail_memory(err, PIECE);
        while (status == EFFACE_PASS && s->at < s->input.size)
            status = take(s, rest, s->input.size - s->at < PIECE ? s->input.size - s->at : PIECE, err);
        free(rest);
    }
    if (status == EFFACE_PASS && !s->hashed && sha256 != NULL)
        ef_sha256_end(sha256, &s->sha);
    s->hashed = true;
    return status;
}

efface_status ef_series_rewind(ef_series *s, efface_error *err)
{
    if (s->memory != NULL) {
        s->at = 0;
        return EFFACE_PASS;
    }
    const efface_status status = start_pass(s, err);
    return status == EFFACE_PASS ? take_header(s, NULL, err) : status;
}
