/* Judging one image on its own: is there a face? The public efface_verify reads a file and calls this. */
#ifndef EF_VERIFY_H
#define EF_VERIFY_H

#include "base/image.h"
#include "efface.h"
#include "head/atlas.h"

/* As efface_verify, on an image in memory. An image without a head is no error but a verdict.
 * out      out
 * image    the image
 * atlas    borrowed
 * parts    EFFACE_PART_ bits that must be gone
 * threads  at least 1
 * name     for messages
 * Errors: EFFACE_INTERNAL. */
efface_status ef_verify(efface_verification *out, const ef_image *image, const ef_atlas *atlas,
                        unsigned parts, int threads, const char *name, efface_error *err)
    __attribute__((warn_unused_result));

#endif
