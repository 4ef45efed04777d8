/* Pictures as PNG bytes. Not called png.h: that name is libpng's. */
#ifndef EF_ENCODE_PNG_H
#define EF_ENCODE_PNG_H

#include <stddef.h>
#include <stdint.h>

#include "efface.h"

/* Encodes an 8-bit RGB picture as a PNG without text, time or any other metadata about its origin.
 * png, n_bytes  out; the caller frees *png, NULL after a failure
 * rgb           height*width*3, row by row from the top
 * Errors: EFFACE_INTERNAL (out of memory, or libpng's own message). */
efface_status ef_png_encode(uint8_t **png, size_t *n_bytes, const uint8_t *rgb, int width, int height,
                            efface_error *err);

#endif
