/* The only file that knows libpng. It uses the simplified interface, which reports errors by value. */
#include "view/png.h"

#include <png.h>
#include <stdlib.h>

#include "base/error.h"

efface_status ef_png_encode(uint8_t **png, size_t *n_bytes, const uint8_t *rgb, int width, int height,
                            efface_error *err)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = PNG_FORMAT_RGB};
    *png = NULL;
    *n_bytes = 0;
    png_alloc_size_t room = PNG_IMAGE_PNG_SIZE_MAX(image), used = room;
    uint8_t *bytes = malloc(room);
    if (bytes == NULL)
        return ef_fail_memory(err, room);
    image.flags = PNG_IMAGE_FLAG_FAST; /* half the time for a tenth more bytes */
    if (!png_image_write_to_memory(&image, bytes, &used, 0, rgb, 0, NULL)) {
        free(bytes);
        return ef_fail(err, EFFACE_INTERNAL, "can't encode a %dx%d picture: %s", width, height,
                       image.message);
    }
    uint8_t *tight = realloc(bytes, used);
    *png = tight != NULL ? tight : bytes;
    *n_bytes = used;
    return EFFACE_PASS;
}
