/* Image files through ITK; functions of io/plugin.h's table. */
#ifndef EF_ITK_IMAGES_HXX
#define EF_ITK_IMAGES_HXX

#include "io/plugin.h"

efface_status image_read(ef_image *image, const char *format, const char *path, efface_error *err) noexcept;
efface_status image_write(const ef_image *image, const char *format, const char *path, const char *subject,
                          bool compress, efface_error *err) noexcept;

#endif
