/* libpng reads back what was encoded, and the file holds nothing but the picture. */
#include <png.h>
#include <stdlib.h>

#include "check.h"
#include "view/png.h"

static void round_trip(int width, int height)
{
    size_t n = (size_t)width * (size_t)height * 3, n_bytes, n_again;
    uint8_t *rgb = malloc(n), *back = malloc(n), *bytes, *again;
    uint32_t state = 7;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        rgb[i] = i % 5 ? (uint8_t)(i / 50) : (uint8_t)(state >> 24);
    }
    efface_error err = {0};
    CHECK_EQ(ef_png_encode(&bytes, &n_bytes, rgb, width, height, &err), EFFACE_PASS);
    CHECK_EQ(ef_png_encode(&again, &n_again, rgb, width, height, &err), EFFACE_PASS);
    CHECK(n_bytes == n_again && memcmp(bytes, again, n_bytes) == 0);

    png_image image = {.version = PNG_IMAGE_VERSION};
    CHECK(png_image_begin_read_from_memory(&image, bytes, n_bytes));
    CHECK_EQ(image.width, width);
    CHECK_EQ(image.height, height);
    CHECK_EQ(image.format, PNG_FORMAT_RGB);
    CHECK(png_image_finish_read(&image, NULL, back, 0, NULL));
    CHECK(memcmp(rgb, back, n) == 0);

    /* Chunks by name: pixels and how to show them, no text, no time, no EXIF. */
    for (size_t at = 8; at + 12 <= n_bytes;) {
        size_t length = (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 | (size_t)bytes[at + 2] << 8 |
                        (size_t)bytes[at + 3];
        char name[5] = {0};
        memcpy(name, bytes + at + 4, 4);
        CHECK(strstr("IHDR sRGB gAMA cHRM IDAT IEND", name) != NULL);
        at += 12 + length;
    }
    free(rgb);
    free(back);
    free(bytes);
    free(again);
}

int main(void)
{
    round_trip(1, 1);
    round_trip(301, 97);

    uint8_t pixel[3] = {0}, *bytes;
    size_t n_bytes;
    efface_error err = {0};
    CHECK_EQ(ef_png_encode(&bytes, &n_bytes, pixel, 0, 1, &err), EFFACE_INTERNAL);
    CHECK(bytes == NULL && n_bytes == 0 && err.message[0] != '\0');
    return test_end();
}
