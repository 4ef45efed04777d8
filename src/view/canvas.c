/* Drawing for the QC picture: rectangles, grey pictures and captions. */
#include "view/canvas.h"

#include <string.h>

#include "view/font.h"

void ef_canvas_dot(ef_canvas *canvas, int x, int y, ef_colour colour)
{
    if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
        return;
    uint8_t *to = canvas->rgb + ((size_t)y * (size_t)canvas->width + (size_t)x) * 3;
    to[0] = colour.r, to[1] = colour.g, to[2] = colour.b;
}

static void fill(ef_canvas *canvas, int x, int y, int width, int height, ef_colour colour)
{
    for (int j = y; j < y + height; j++) {
        for (int i = x; i < x + width; i++)
            ef_canvas_dot(canvas, i, j, colour);
    }
}

void ef_canvas_gray(ef_canvas *canvas, int x, int y, const uint8_t *gray, int width, int height)
{
    for (int j = 0; j < height; j++) {
        for (int i = 0; i < width; i++) {
            uint8_t v = gray[j * width + i];
            ef_canvas_dot(canvas, x + i, y + j, (ef_colour){v, v, v});
        }
    }
}

static void letter(ef_canvas *canvas, int x, int y, int scale, ef_colour colour, char c)
{
    int code = (unsigned char)c;
    const uint8_t *rows =
        ef_font[(code < EF_FONT_FIRST || code > EF_FONT_LAST ? '?' : code) - EF_FONT_FIRST];
    for (int j = 0; j < EF_FONT_HEIGHT; j++) {
        for (int i = 0; i < EF_FONT_WIDTH; i++) {
            if (rows[j] >> (EF_FONT_WIDTH - 1 - i) & 1)
                fill(canvas, x + i * scale, y + j * scale, scale, scale, colour);
        }
    }
}

void ef_canvas_text(ef_canvas *canvas, int x, int y, int width, int scale, ef_colour colour,
                    const char *text)
{
    int room = width / (EF_TEXT_ADVANCE * scale), n = (int)strlen(text);
    for (int i = 0; i < n && i < room; i++) {
        char c = n > room && i >= room - 2 ? '.' : text[i];
        letter(canvas, x + i * EF_TEXT_ADVANCE * scale, y, scale, colour, c);
    }
}
