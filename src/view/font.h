/* A bitmap font for captions in pictures. */
#ifndef EF_FONT_H
#define EF_FONT_H

#include <stdint.h>

enum { EF_FONT_FIRST = 32, EF_FONT_LAST = 126, EF_FONT_WIDTH = 5, EF_FONT_HEIGHT = 7 };

/* Printable ASCII; rows from the top, bit 4 the leftmost pixel. */
extern const uint8_t ef_font[EF_FONT_LAST - EF_FONT_FIRST + 1][EF_FONT_HEIGHT];

#endif
