/* An RGB picture to draw on. Everything is clipped to its borders. */
#ifndef EF_CANVAS_H
#define EF_CANVAS_H

#include <stdint.h>

typedef struct ef_canvas {
    int width, height;
    uint8_t *rgb; /* height*width*3, row by row from the top; owned by its creator */
} ef_canvas;

typedef struct ef_colour {
    uint8_t r, g, b;
} ef_colour;

enum { EF_TEXT_ADVANCE = 6, EF_TEXT_LINE = 12 }; /* pixels from letter to letter, line to line at scale 1 */

/* Sets one pixel. */
void ef_canvas_dot(ef_canvas *canvas, int x, int y, ef_colour colour);

/* Copies a grey picture of width*height to (x, y). */
void ef_canvas_gray(ef_canvas *canvas, int x, int y, const uint8_t *gray, int width, int height);

/* Writes one line of text.
 * x, y    its upper left corner
 * width   room in pixels: a line that would pass x + width is cut and ends in ".."
 * scale   size of a dot of the font, whose letters have 5x7 dots
 * text    bytes that are not printable ASCII become '?' */
void ef_canvas_text(ef_canvas *canvas, int x, int y, int width, int scale, ef_colour colour,
                    const char *text);

#endif
