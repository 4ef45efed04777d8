/* One image written on its own: prepared and committed. */
#ifndef EF_WRITE_IMAGE_H
#define EF_WRITE_IMAGE_H

#include "io/write.h"

/* Commits what was prepared with that status, or removes it. */
static inline efface_status write_finish(ef_output_set *set, efface_status status, efface_error *err)
{
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(set, err);
    ef_output_set_abort(set);
    return status;
}

static inline efface_status write_image(const ef_image *image, const char *path,
                                        const ef_write_options *options, efface_error *err)
{
    ef_output_set set = {0};
    return write_finish(&set, ef_write_prepare(&set, image, path, options, err), err);
}

#endif
