/* From an ef_image to files that are prepared, checked and wait for their names. nifti_header.c makes
 * header bytes, gz.c compresses, file.c writes safely. Here they are put together without a copy of the
 * volume. */
#include "io/write.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "io/foreign.h"
#include "io/gz.h"
#include "io/nifti_header.h"

/* What a path's ending asks for. */
typedef struct ending {
    size_t n; /* characters */
    bool pair, gz;
} ending;

/* False where the path does not end as NIfTI or ANALYZE do. */
static bool ending_of(ending *e, const char *path)
{
    const ef_format *f = ef_format_of(path);
    if (f == NULL || f->by != EF_BY_NIFTI)
        return false;
    const char *text = ef_format_ending(path);
    *e = (ending){strlen(text), strncmp(text, ".nii", 4) != 0, ef_format_ends(path, ".gz")};
    return true;
}

bool ef_write_can(const char *path)
{
    const ef_format *f = ef_format_of(path);
    return f != NULL && f->by != EF_BY_GDCM;
}

static efface_status unknown_ending(const char *path, efface_error *err)
{
    return ef_fail(err, EFFACE_USAGE,
                   "expected a name that ends in .nii, .nii.gz or as 'efface formats' lists, got '%s'",
                   path);
}

/* Both names of a pair, from either; image and header have room for strlen(path) + 1. */
static void name_pair(char *image, char *header, const char *path, const ending *e)
{
    const size_t n = strlen(path), stem = n - e->n;
    const bool capital = path[stem + 1] == 'H' || path[stem + 1] == 'I';
    memcpy(image, path, n + 1);
    memcpy(header, path, n + 1);
    memcpy(image + stem + 1, capital ? "IMG" : "img", 3);
    memcpy(header + stem + 1, capital ? "HDR" : "hdr", 3);
}

efface_status ef_write_check(const char *path, bool force, efface_error *err)
{
    ending e;
    const unsigned flags = force ? EF_OUTPUT_FORCE : 0;
    const size_t n = strlen(path) + 1;
    if (ef_foreign_is(path))
        return ef_foreign_check(path, force, err);
    if (!ending_of(&e, path))
        return unknown_ending(path, err);
    if (!e.pair)
        return ef_output_check(path, flags, err);
    char *both = malloc(2 * n);
    if (both == NULL)
        return ef_fail_memory(err, 2 * n);
    name_pair(both, both + n, path, &e);
    efface_status status = ef_output_check(both, flags, err);
    if (status == EFFACE_PASS)
        status = ef_output_check(both + n, flags, err);
    free(both);
    return status;
}

/* Bytes before the voxels, then the voxels in the file's byte order. */
typedef struct source {
    const uint8_t *head;
    size_t n_head;
    const uint8_t *voxels;
    size_t size; /* of an element; 1 where nothing has to be reversed */
} source;

static size_t element_size(const ef_image *image, const ef_nifti_head *head)
{
    return head->swapped ? ek_dtype_size(image->dtype) : 1;
}

/* n bytes of the voxels from offset, reversed element by element; both may cut elements. */
static void reversed(uint8_t *to, const uint8_t *voxels, size_t offset, size_t n, size_t size)
{
    const size_t mask = size - 1; /* size is a power of two, so that byte k comes from k ^ mask */
    size_t i = 0;
    for (; i < n && ((offset + i) & mask) != 0; i++)
        to[i] = voxels[(offset + i) ^ mask];
    const size_t whole = (n - i) / size;
    ef_swap_bytes(to + i, voxels + offset + i, whole, size);
    for (i += whole * size; i < n; i++)
        to[i] = voxels[(offset + i) ^ mask];
}

static const uint8_t *source_block(const void *context, size_t offset, size_t n, uint8_t *scratch)
{
    const source *s = context;
    if (offset >= s->n_head && s->size == 1)
        return s->voxels + (offset - s->n_head);
    size_t head = offset < s->n_head ? s->n_head - offset : 0;
    if (head > n)
        head = n;
    if (head > 0)
        memcpy(scratch, s->head + offset, head);
    if (n > head)
        reversed(scratch + head, s->voxels, offset + head - s->n_head, n - head, s->size);
    return scratch;
}

static efface_status add_file(ef_output_set *set, const char *path, const source *s, size_t n_voxels,
                              bool gz, const ef_write_options *options, efface_error *err)
{
    ef_output *out;
    const ef_content content = {s->n_head + n_voxels, source_block, s};
    efface_status status = ef_output_add(&out, set, path, options->force ? EF_OUTPUT_FORCE : 0, err);
    if (status != EFFACE_PASS)
        return status;
    if (!gz)
        return ef_output_write_content(out, &content, err);
    return ef_gz_write(out, &content, options->level, EF_GZ_BEST,
                       options->threads > 1 ? options->threads : 1, err);
}

/* A pair: the .img first, so that a reader that sees the header finds the data. */
static efface_status add_pair(ef_output_set *set, const ef_image *image, const ef_nifti_head *head,
                              const char *path, const ending *e, const ef_write_options *options,
                              efface_error *err)
{
    const size_t n = strlen(path) + 1, data_offset = head->data_offset;
    char *both = malloc(2 * n);
    uint8_t *gap = calloc(1, data_offset + 1);
    efface_status status = EFFACE_PASS;
    if (both == NULL || gap == NULL) {
        status = ef_fail_memory(err, 2 * n + data_offset);
        goto cleanup;
    }
    char *image_path = both, *header_path = both + n;
    name_pair(image_path, header_path, path, e);
    const source data = {gap, data_offset, image->voxels, element_size(image, head)};
    const source header = {head->bytes, head->n, NULL, 1};
    status = add_file(set, image_path, &data, image->n_bytes, e->gz, options, err);
    if (status == EFFACE_PASS)
        status = add_file(set, header_path, &header, 0, e->gz, options, err);
cleanup:
    free(both);
    free(gap);
    return status;
}

efface_status ef_write_prepare(ef_output_set *set, const ef_image *image, const char *path,
                               const ef_write_options *options, efface_error *err)
{
    static const ef_write_options defaults = {0};
    ending e;
    if (options == NULL)
        options = &defaults;
    if (ef_foreign_is(path))
        return ef_foreign_prepare(set, image, path, options, err);
    if (!ending_of(&e, path))
        return unknown_ending(path, err);
    ef_nifti_head head;
    efface_status status = ef_nifti_header(&head, image, e.pair, options->keep_header, err);
    if (status != EFFACE_PASS)
        return status;
    if (e.pair) {
        status = add_pair(set, image, &head, path, &e, options, err);
    } else {
        const source single = {head.bytes, head.n, image->voxels, element_size(image, &head)};
        status = add_file(set, path, &single, image->n_bytes, e.gz, options, err);
    }
    free(head.bytes);
    return status;
}

efface_status ef_write_prepare_mask(ef_output_set *set, const uint8_t *mask, const ef_image *like,
                                    const char *path, const ef_write_options *options, efface_error *err)
{
    ef_image image;
    ef_write_options own = {0};
    if (options != NULL)
        own = *options;
    own.keep_header = false;
    efface_status status = ef_nifti_mask_of(&image, like, err);
    if (status != EFFACE_PASS)
        return status;
    image.voxels = (void *)(uintptr_t)mask; /* lent for reading; taken back before the release */
    status = ef_write_prepare(set, &image, path, &own, err);
    image.voxels = NULL;
    ef_image_release(&image);
    return status;
}
