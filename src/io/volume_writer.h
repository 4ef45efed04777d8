/* An image written volume by volume, for what is never in memory at once. write.h's promises hold: nothing
 * has a name before the set is committed, every byte is read back and compared. */
#ifndef EF_VOLUME_WRITER_H
#define EF_VOLUME_WRITER_H

#include "io/gz.h"
#include "io/write.h"

typedef struct ef_volume_writer {
    ef_output *out; /* borrowed from the set */
    bool compressed;
    ef_gz_writer gz;
    size_t swap;     /* element size where bytes have to be reversed, else 1 */
    uint8_t *buffer; /* owned */
    size_t n;        /* bytes in it */
} ef_volume_writer;

/* Whether a path with this ending can be written so: .nii and .nii.gz. */
bool ef_volume_writer_can(const char *path);

/* Opens the output in the set and puts the header there.
 * writer   out; release it, also after a failure
 * set      gets the output
 * image    its header counts, its voxels are not read
 * path     as ef_volume_writer_can has it
 * options  not NULL
 * Errors: as ef_write_prepare. */
efface_status ef_volume_writer_open(ef_volume_writer *writer, ef_output_set *set, const ef_image *image,
                                    const char *path, const ef_write_options *options, efface_error *err)
    __attribute__((warn_unused_result));

/* Appends n bytes of voxels, whole elements in native byte order. Errors: EFFACE_INTERNAL. */
efface_status ef_volume_writer_add(ef_volume_writer *writer, const void *voxels, size_t n,
                                   efface_error *err) __attribute__((warn_unused_result));

/* Ends the file after the last volume. Its bytes are then those of ef_write_prepare. Errors:
 * EFFACE_INTERNAL. */
efface_status ef_volume_writer_end(ef_volume_writer *writer, efface_error *err)
    __attribute__((warn_unused_result));

void ef_volume_writer_release(ef_volume_writer *writer);

#endif
