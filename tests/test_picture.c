/* The QC picture: the same bytes at any thread count, the same picture for any order of the stored voxels,
 * outlines only where there are masks, and the original only on request. */
#include <png.h>
#include <stdlib.h>

#include "check.h"
#include "view/picture.h"

enum { NX = 70, NY = 90, NZ = 80 };
static const double voxel_mm = 2.5;
static const int64_t count = (int64_t)NX * NY * NZ;

/* A ball with a bump at the front and a dark middle. flipped: stored with x and y running the other way. */
static ef_image make_ball(bool flipped)
{
    ef_image image = {.grid = {.n = {NX, NY, NZ}},
                      .n_volumes = 1,
                      .dtype = EK_UINT8,
                      .slope = 1,
                      .n_bytes = (size_t)count,
                      .has_geometry = true,
                      .voxels = malloc((size_t)count)};
    const int64_t n[3] = {NX, NY, NZ};
    for (int a = 0; a < 3; a++) {
        double sign = flipped && a < 2 ? -1 : 1;
        image.grid.world_from_voxel.m[a][a] = sign * voxel_mm;
        image.grid.world_from_voxel.m[a][3] = -sign * (double)(n[a] - 1) * voxel_mm / 2;
    }
    for (int64_t i = 0; i < count; i++) {
        double at[3] = {(double)(i % NX), (double)(i / NX % NY), (double)(i / (NX * NY))}, w[3];
        ef_affine_apply(w, &image.grid.world_from_voxel, at);
        double r = sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]),
               bump = hypot(w[0], w[2] + 10) < 9 ? 15 : 0;
        double below = (w[1] > 0 ? 75 + bump : 75) - r;
        ((uint8_t *)image.voxels)[i] =
            (uint8_t)((r < 40 ? 120 : 200) * fmin(fmax(0.5 + below / voxel_mm, 0), 1));
    }
    return image;
}

typedef struct decoded {
    png_image png;
    uint8_t *rgb;
} decoded;

static decoded draw(const ef_picture *picture)
{
    decoded d = {.png = {.version = PNG_IMAGE_VERSION}};
    uint8_t *png;
    size_t n;
    efface_error err = {0};
    CHECK_EQ(ef_picture_png(&png, &n, picture, &err), EFFACE_PASS);
    CHECK(png_image_begin_read_from_memory(&d.png, png, n));
    d.png.format = PNG_FORMAT_RGB;
    d.rgb = malloc(PNG_IMAGE_SIZE(d.png));
    CHECK(png_image_finish_read(&d.png, NULL, d.rgb, 0, NULL));
    free(png);
    return d;
}

/* Pixels between two rows that are redder (channel 0) or greener (1) than the other. */
static int64_t coloured(const decoded *d, int channel, int from, int to)
{
    int64_t n = 0;
    for (int64_t i = (int64_t)from * d->png.width; i < (int64_t)to * d->png.width; i++)
        n += d->rgb[3 * i + channel] > d->rgb[3 * i + 1 - channel] + 100;
    return n;
}

int main(void)
{
    ef_image ball = make_ball(false), stored_otherwise = make_ball(true);
    uint8_t *mask = calloc((size_t)count, 1);
    const char *lines[] = {
        "a line",
        "another with \xc3\xa9 and a length that does not fit into the room beside the slices at all, "
        "so that it must be cut"};
    ef_picture picture = {.image = &ball,
                          .threshold = (double)NAN,
                          .title = "ball.nii.gz",
                          .status = EFFACE_PASS,
                          .lines = lines,
                          .n_lines = 2,
                          .threads = 1};
    decoded plain = draw(&picture);
    for (int threads = 2; threads <= 8; threads += 6) {
        picture.threads = threads;
        decoded again = draw(&picture);
        CHECK(memcmp(plain.rgb, again.rgb, PNG_IMAGE_SIZE(plain.png)) == 0);
        free(again.rgb);
    }

    picture.image = &stored_otherwise;
    decoded flipped = draw(&picture);
    int64_t off = 0;
    for (size_t i = 0; i < PNG_IMAGE_SIZE(plain.png); i++)
        off += abs(plain.rgb[i] - flipped.rgb[i]) > 8;
    CHECK(off < (int64_t)PNG_IMAGE_SIZE(plain.png) / 1000); /* rounding at edges, no more */
    picture.image = &ball;

    /* A red outline appears in the slices alone, and only with the mask. */
    int height = (int)plain.png.height, slices = height - 220;
    for (int64_t i = 0; i < count; i++)
        mask[i] = i / NX % NY > 60;
    picture.mask = mask;
    decoded masked = draw(&picture);
    CHECK(coloured(&masked, 0, slices, height) > coloured(&plain, 0, slices, height) + 200);
    CHECK(memcmp(plain.rgb, masked.rgb, (size_t)slices * plain.png.width * 3) == 0);

    /* The original adds a row and leaves the others alone. */
    picture.mask = NULL;
    picture.original = &ball;
    decoded both = draw(&picture);
    CHECK_EQ(both.png.height, plain.png.height + 220);
    CHECK(memcmp(plain.rgb, both.rgb, (size_t)slices * plain.png.width * 3) == 0);

    free(plain.rgb);
    free(flipped.rgb);
    free(masked.rgb);
    free(both.rgb);
    free(mask);
    ef_image_release(&ball);
    ef_image_release(&stored_otherwise);
    return test_end();
}
