/* One image written on its own: prepared and committed. */
#ifndef EF_WRITE_IMAGE_H
#define EF_WRITE_IMAGE_H

#include "io/write.h"

static inline efface_status write_image(const ef_image *image, const char *path,
                                        const ef_write_options *options, efface_error *err)
{
    ef_output_set set = {0};
    efface_status status = ef_write_prepare(&set, image, path, options, err);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&set, err);
    ef_output_set_abort(&set);
    return status;
}

#endif
