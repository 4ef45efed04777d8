/* From a path to an ef_image: finds the files, inflates or reads them straight into the voxels, and takes
 * the checksum meanwhile. nifti.c understands the header, gz.c inflates. */
#include "io/read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/error.h"
#include "io/file.h"
#include "io/foreign.h"
#include "io/format.h"
#include "io/gz.h"
#include "io/gz_frame.h"
#include "io/nifti.h"

enum { PIECE = 1 << 20, HEADER_LIMIT = 1 << 26 /* of a .hdr with its extensions; larger is no header */ };

/* One file of a scan, as it lies on the disk. */
typedef struct part {
    const char *path;
    ef_input input;
    uint8_t *gz; /* the whole file where it is compressed, else NULL */
} part;

/* A scan being read. */
typedef struct scan {
    char *paths[2]; /* owned: header (or the single file), image of a pair */
    part header, data;
    ef_nifti_layout layout;
    uint8_t *bytes; /* what comes before the voxels */
    size_t n_bytes;
    ef_sha256 sha;
    bool hash;
    int threads;
} scan;

static efface_status part_open(part *p, const char *path, efface_error *err)
{
    uint8_t magic[2];
    p->path = path;
    efface_status status = ef_input_open(&p->input, path, err);
    if (status != EFFACE_PASS)
        return status;
    if (p->input.size < sizeof magic)
        return ef_fail(err, EFFACE_INPUT, "'%s' is empty", path);
    status = ef_input_read(&p->input, magic, sizeof magic, 0, path, err);
    if (status != EFFACE_PASS || !ef_gz_is(magic, sizeof magic))
        return status;
    p->gz = malloc(p->input.size);
    if (p->gz == NULL)
        return ef_fail_memory(err, p->input.size);
    return ef_input_read(&p->input, p->gz, p->input.size, 0, path, err);
}

static void part_close(part *p)
{
    free(p->gz);
    p->gz = NULL;
    ef_input_close(&p->input);
}

/* The first bytes of what is stored, at most n. */
static efface_status part_peek(const part *p, uint8_t *bytes, size_t n, size_t *got, efface_error *err)
{
    if (p->gz != NULL)
        return ef_gz_peek(bytes, n, got, &(ef_gz_bytes){p->gz, p->input.size, p->path, EF_GZ_BEST}, err);
    *got = p->input.size < n ? p->input.size : n;
    return ef_input_read(&p->input, bytes, *got, 0, p->path, err);
}

/* Hashes the bytes of a plain file in [from, to) that were not read for another reason. */
static efface_status hash_range(scan *s, const part *p, size_t from, size_t to, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    uint8_t *piece = malloc(PIECE);
    if (piece == NULL)
        return ef_fail_memory(err, PIECE);
    while (status == EFFACE_PASS && from < to) {
        size_t n = to - from < PIECE ? to - from : PIECE;
        status = ef_input_read(&p->input, piece, n, from, p->path, err);
        if (status == EFFACE_PASS)
            ef_sha256_add(&s->sha, piece, n);
        from += n;
    }
    free(piece);
    return status;
}

/* Reads all n plain bytes from `offset` of a part into out, which has room for offset + n, and hashes the
 * file. */
static efface_status part_read(scan *s, const part *p, uint8_t *out, size_t offset, size_t n,
                               efface_error *err)
{
    efface_status status = EFFACE_PASS;
    if (p->gz != NULL) {
        const ef_gz_bytes gz = {p->gz, p->input.size, p->path, EF_GZ_BEST};
        /* The checksum is of the compressed bytes: it can be taken while they are inflated. */
#pragma omp parallel sections num_threads(s->threads > 1 && s->hash ? 2 : 1)
        {
#pragma omp section
            status = ef_gz_inflate(out, offset, n, NULL, &gz, err);
#pragma omp section
            if (s->hash)
                ef_sha256_add(&s->sha, p->gz, p->input.size);
        }
        return status;
    }
    if (s->hash)
        status = hash_range(s, p, 0, offset, err);
    for (size_t at = 0; status == EFFACE_PASS && at < n; at += PIECE) {
        size_t now = n - at < PIECE ? n - at : PIECE;
        status = ef_input_read(&p->input, out + at, now, offset + at, p->path, err);
        if (s->hash && status == EFFACE_PASS)
            ef_sha256_add(&s->sha, out + at, now);
    }
    if (s->hash && status == EFFACE_PASS)
        status = hash_range(s, p, offset + n, p->input.size, err);
    return status;
}

/* Path with the last `cut` characters replaced by ending; NULL where memory is short. */
static char *path_with(const char *path, size_t cut, const char *ending)
{
    size_t n = strlen(path) - cut;
    char *made = malloc(n + strlen(ending) + 1);
    if (made != NULL) {
        memcpy(made, path, n);
        memcpy(made + n, ending, strlen(ending) + 1);
    }
    return made;
}

/* Finds the other file of a pair beside path: the same stem with ending or ENDING, plain or compressed. */
static efface_status find_other(char **other, const char *path, size_t cut, const char *const endings[4],
                                efface_error *err)
{
    for (int i = 0; i < 4; i++) {
        *other = path_with(path, cut, endings[i]);
        if (*other == NULL)
            return ef_fail_memory(err, strlen(path) + 8);
        if (access(*other, F_OK) == 0)
            return EFFACE_PASS;
        free(*other);
        *other = NULL;
    }
    return ef_fail(err, EFFACE_INPUT, "the other file of the pair, %s, is missing beside '%s'", endings[0],
                   path);
}

/* Fills s->paths. pair: out, whether the name is one of a pair. */
static efface_status find_files(scan *s, const char *path, bool *pair, efface_error *err)
{
    static const char *const headers[4] = {".hdr", ".hdr.gz", ".HDR", ".HDR.gz"};
    static const char *const images[4] = {".img", ".img.gz", ".IMG", ".IMG.gz"};
    const size_t gz = ef_format_ends(path, ".gz") ? 3 : 0;
    const bool is_header = ef_format_ends(path, ".hdr") || ef_format_ends(path, ".hdr.gz");
    const bool is_image = ef_format_ends(path, ".img") || ef_format_ends(path, ".img.gz");
    *pair = is_header || is_image;
    char **same = &s->paths[is_image ? 1 : 0];
    *same = path_with(path, 0, "");
    if (*same == NULL)
        return ef_fail_memory(err, strlen(path) + 1);
    if (!*pair)
        return EFFACE_PASS;
    ef_input named; /* a missing file is reported itself, not the other one of its pair */
    efface_status status = ef_input_open(&named, path, err);
    ef_input_close(&named);
    if (status != EFFACE_PASS)
        return status;
    return is_header ? find_other(&s->paths[1], path, gz + 4, images, err)
                     : find_other(&s->paths[0], path, gz + 4, headers, err);
}

/* The bytes before the voxels: of a single file those up to the data, of a pair the whole .hdr (hashed
 * here). */
static efface_status read_header(scan *s, bool pair, efface_error *err)
{
    uint8_t first[EF_NIFTI_PROBE_BYTES];
    size_t got;
    efface_status status = part_peek(&s->header, first, sizeof first, &got, err);
    if (status == EFFACE_PASS)
        status = ef_nifti_probe(&s->layout, first, got, pair, s->header.path, err);
    if (status != EFFACE_PASS)
        return status;
    if (s->layout.pair != pair)
        return ef_fail(err, EFFACE_INPUT, "the header says it is %s, the name is not: '%s'",
                       pair ? "a single file" : "one of a pair .hdr/.img", s->header.path);
    const size_t plain = s->header.gz != NULL ? ef_gz_most(s->header.input.size) : s->header.input.size;
    size_t n = pair ? (plain < HEADER_LIMIT ? plain : HEADER_LIMIT) : s->layout.data_offset;
    if (n > plain)
        return ef_fail(err, EFFACE_INPUT, "expected the data at byte %zu, '%s' is shorter", n,
                       s->header.path);
    s->bytes = malloc(n);
    if (s->bytes == NULL)
        return ef_fail_memory(err, n);
    status = part_peek(&s->header, s->bytes, n, &s->n_bytes, err);
    if (status == EFFACE_PASS && !pair && s->n_bytes < n)
        return ef_fail(err, EFFACE_INPUT, "expected the data at byte %zu, '%s' ends at %zu", n,
                       s->header.path, s->n_bytes);
    if (status == EFFACE_PASS && pair)
        status = part_read(s, &s->header, s->bytes, 0, s->n_bytes, err);
    return status;
}

/* Refuses sizes that the file can't hold, before memory is allocated for them. */
static efface_status check_size(const scan *s, const part *data, efface_error *err)
{
    const size_t most = data->gz != NULL ? ef_gz_most(data->input.size) : data->input.size;
    if (s->layout.data_offset > most || s->layout.data_bytes > most - s->layout.data_offset)
        return ef_fail(err, EFFACE_INPUT,
                       "'%s' is truncated: expected %zu bytes of data at byte %zu, it has %s%zu",
                       data->path, s->layout.data_bytes, s->layout.data_offset,
                       data->gz != NULL ? "at most " : "", most);
    return EFFACE_PASS;
}

static efface_status read_voxels(scan *s, const part *data, ef_image *image, efface_error *err)
{
    const ef_nifti_layout *l = &s->layout;
    const size_t room = data->gz != NULL ? l->data_offset + l->data_bytes : l->data_bytes;
    image->voxels = malloc(room);
    if (image->voxels == NULL)
        return ef_fail_memory(err, room);
    efface_status status = part_read(s, data, image->voxels, l->data_offset, l->data_bytes, err);
    const size_t size = ek_dtype_size(l->dtype);
    if (status == EFFACE_PASS && l->swapped)
        ef_swap_bytes(image->voxels, image->voxels, l->data_bytes / size, size);
    return status;
}

efface_status ef_read(ef_image *image, const char *path, int threads, char sha256[65], efface_error *err)
{
    scan s = {.header.input.fd = -1, .data.input.fd = -1, .hash = sha256 != NULL, .threads = threads};
    bool pair;
    if (ef_foreign_is(path))
        return ef_foreign_read(image, path, sha256, err);
    memset(image, 0, sizeof *image);
    ef_sha256_start(&s.sha);
    efface_status status = find_files(&s, path, &pair, err);
    const part *data = pair ? &s.data : &s.header;
    if (status == EFFACE_PASS)
        status = part_open(&s.header, s.paths[0], err);
    if (status == EFFACE_PASS)
        status = read_header(&s, pair, err);
    if (status == EFFACE_PASS && pair)
        status = part_open(&s.data, s.paths[1], err);
    if (status == EFFACE_PASS)
        status = check_size(&s, data, err);
    if (status == EFFACE_PASS)
        status = ef_nifti_parse(image, &s.layout, s.bytes, s.n_bytes, s.header.path, err);
    if (status == EFFACE_PASS)
        status = read_voxels(&s, data, image, err);
    image->uncompressed = data->gz == NULL;
    if (status == EFFACE_PASS && sha256 != NULL)
        ef_sha256_end(sha256, &s.sha);
    if (status != EFFACE_PASS)
        ef_image_release(image);
    part_close(&s.header);
    part_close(&s.data);
    free(s.bytes);
    free(s.paths[0]);
    free(s.paths[1]);
    return status;
}
