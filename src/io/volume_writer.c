/* Volumes through a buffer of a few blocks into a file: see volume_writer.h. */
#include "io/volume_writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "io/format.h"
#include "io/nifti_header.h"

/* A few blocks, so that threads have one each. */
enum { BUFFER = 8 * EF_GZ_BLOCK };

bool ef_volume_writer_can(const char *path)
{
    return ef_format_ends(path, ".nii") || ef_format_ends(path, ".nii.gz");
}

/* Writes what is in the buffer. */
static efface_status flush(ef_volume_writer *w, bool last, efface_error *err)
{
    const ef_content content = ef_content_of_bytes(w->buffer, w->n);
    w->n = 0;
    return w->compressed ? ef_gz_run(&w->gz, &content, last, err)
                         : ef_output_write_content(w->out, &content, err);
}

/* Bytes are written only when more follow: the last run must not be empty. */
static efface_status append(ef_volume_writer *w, const uint8_t *bytes, size_t n, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    while (status == EFFACE_PASS && n > 0) {
        if (w->n == BUFFER)
            status = flush(w, false, err);
        const size_t room = BUFFER - w->n, now = n < room ? n : room;
        memcpy(w->buffer + w->n, bytes, now);
        w->n += now;
        bytes += now;
        n -= now;
    }
    return status;
}

efface_status ef_volume_writer_open(ef_volume_writer *w, ef_output_set *set, const ef_image *image,
                                    const char *path, const ef_write_options *options, efface_error *err)
{
    ef_nifti_head head;
    memset(w, 0, sizeof *w);
    w->buffer = malloc(BUFFER);
    if (w->buffer == NULL)
        return ef_fail_memory(err, BUFFER);
    w->compressed = ef_format_ends(path, ".gz");
    efface_status status = ef_nifti_header(&head, image, false, options->keep_header, err);
    if (status != EFFACE_PASS)
        return status;
    w->swap = head.swapped ? ek_dtype_size(image->dtype) : 1;
    status = ef_output_add(&w->out, set, path, options->force ? EF_OUTPUT_FORCE : 0, err);
    if (status == EFFACE_PASS && w->compressed)
        status = ef_gz_begin(&w->gz, w->out, options->level, EF_GZ_BEST,
                             options->threads > 1 ? options->threads : 1, err);
    if (status == EFFACE_PASS)
        status = append(w, head.bytes, head.n, err);
    free(head.bytes);
    return status;
}

efface_status ef_volume_writer_add(ef_volume_writer *w, const void *voxels, size_t n, efface_error *err)
{
    if (w->swap == 1)
        return append(w, voxels, n, err);
    uint8_t piece[4096]; /* a multiple of every element size */
    efface_status status = EFFACE_PASS;
    for (size_t at = 0; status == EFFACE_PASS && at < n; at += sizeof piece) {
        const size_t now = n - at < sizeof piece ? n - at : sizeof piece;
        ef_swap_bytes(piece, (const uint8_t *)voxels + at, now / w->swap, w->swap);
        status = append(w, piece, now, err);
    }
    return status;
}

efface_status ef_volume_writer_end(ef_volume_writer *w, efface_error *err)
{
    const efface_status status = flush(w, true, err);
    return status == EFFACE_PASS && w->compressed ? ef_gz_end(&w->gz, err) : status;
}

void ef_volume_writer_release(ef_volume_writer *w)
{
    free(w->buffer);
    memset(w, 0, sizeof *w);
}
