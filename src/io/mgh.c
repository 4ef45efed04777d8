/* MGH and MGZ, whose header is 284 bytes of big-endian numbers before the voxels; a few of the scanner's
 * numbers and a chain of tags follow them. Small enough to be read here, without a library. */
#include "io/mgh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/error.h"
#include "io/gz.h"
#include "io/gz_frame.h"

enum {
    HEADER = 284,
    AT_TYPE = 20,
    AT_GOOD = 28,
    AT_SPACING = 30,
    AT_AXES = 42,
    AT_CENTRE = 78,
    AT_UNUSED = 90, /* from here to the voxels */
    SCANNER = 20,   /* TR, flip angle, TE, TI, field of view: five floats */
    TRAILER_LIMIT = 1 << 26
};

/* The format's codes for types of voxel. */
static const struct {
    int32_t code;
    ek_dtype dtype;
} types[] = {{0, EK_UINT8}, {1, EK_INT32}, {3, EK_FLOAT32}, {4, EK_INT16}, {10, EK_UINT16}};

static int32_t get_32(const uint8_t *at)
{
    return (int32_t)((uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]);
}

static void put_32(uint8_t *at, int32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)((uint32_t)value >> (24 - 8 * i));
}

static double get_float(const uint8_t *at)
{
    const int32_t bits = get_32(at);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static void put_float(uint8_t *at, double value)
{
    const float single = (float)value;
    int32_t bits;
    memcpy(&bits, &single, sizeof bits);
    put_32(at, bits);
}

/* Computes world_from_voxel of a header; false where its axes are singular. Without the flag FreeSurfer
 * assumes 1 mm coronal. */
static bool geometry(ef_grid *grid, const uint8_t *header, bool *stated)
{
    static const double coronal[9] = {-1, 0, 0, 0, 0, -1, 0, 1, 0};
    *stated = header[AT_GOOD] != 0 || header[AT_GOOD + 1] != 0;
    ef_affine *a = &grid->world_from_voxel;
    for (int row = 0; row < 3; row++) {
        double at_centre = 0;
        for (int column = 0; column < 3; column++) {
            const double mm = *stated ? get_float(header + AT_SPACING + 4 * column) : 1;
            const double axis =
                *stated ? get_float(header + AT_AXES + 4 * (3 * column + row)) : coronal[3 * column + row];
            a->m[row][column] = mm * axis;
            at_centre += mm * axis * (double)grid->n[column] / 2;
        }
        a->m[row][3] = (*stated ? get_float(header + AT_CENTRE + 4 * row) : 0) - at_centre;
    }
    ef_affine inverse;
    return ef_affine_invert(&inverse, *a);
}

/* Everything but the voxels, from the header alone. */
static efface_status parse(ef_image *image, const uint8_t *header, const char *path, efface_error *err)
{
    bool known = false;
    if (get_32(header) != 1)
        return ef_fail(err, EFFACE_INPUT, "expected version 1 of the MGH format, got %d in '%s'",
                       (int)get_32(header), path);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].code == get_32(header + AT_TYPE)) {
            image->dtype = types[i].dtype;
            known = true;
        }
    }
    if (!known)
        return ef_fail(err, EFFACE_INPUT, "unknown type of voxel %d in '%s'", (int)get_32(header + AT_TYPE),
                       path);
    image->n_bytes = ek_dtype_size(image->dtype);
    for (int d = 0; d < 4; d++) {
        const int32_t n = get_32(header + 4 + 4 * d);
        if (n < 1 || image->n_bytes > (size_t)INT64_MAX / (size_t)n)
            return ef_fail(err, EFFACE_INPUT, "impossible dimension %d in '%s'", (int)n, path);
        image->n_bytes *= (size_t)n;
        *(d < 3 ? &image->grid.n[d] : &image->n_volumes) = n;
    }
    image->slope = 1;
    if (!geometry(&image->grid, header, &image->has_geometry))
        return ef_fail(err, EFFACE_INPUT, "the header's axes are none in '%s'", path);
    image->note = image->has_geometry ? NULL : "the header does not say where the axes point";
    return EFFACE_PASS;
}

/* A whole file in memory, as it lies on the disk. */
static efface_status load(uint8_t **bytes, size_t *n, const char *path, efface_error *err)
{
    ef_input input;
    efface_status status = ef_input_open(&input, path, err);
    if (status != EFFACE_PASS)
        return status;
    *n = input.size;
    *bytes = malloc(input.size > 0 ? input.size : 1);
    if (*bytes == NULL)
        status = ef_fail_memory(err, input.size);
    if (status == EFFACE_PASS)
        status = ef_input_read(&input, *bytes, *n, 0, path, err);
    ef_input_close(&input);
    return status;
}

/* The plain bytes of the file: *plain is file itself where that is not compressed, else new. */
static efface_status inflate(uint8_t **plain, size_t *n_plain, uint8_t *file, size_t n_file,
                             const char *path, efface_error *err)
{
    uint8_t header[HEADER];
    size_t got, whole;
    ef_image image = {0};
    const ef_gz_bytes gz = {file, n_file, path, EF_GZ_BEST};
    *plain = file;
    *n_plain = n_file;
    if (!ef_gz_is(file, n_file))
        return EFFACE_PASS;
    efface_status status = ef_gz_peek(header, HEADER, &got, &gz, err);
    if (status == EFFACE_PASS && got < HEADER)
        status = ef_fail(err, EFFACE_INPUT, "'%s' is truncated: expected a header of %d bytes, got %zu",
                         path, HEADER, got);
    if (status == EFFACE_PASS)
        status = parse(&image, header, path, err);
    if (status != EFFACE_PASS)
        return status;
    if (image.n_bytes > ef_gz_most(n_file))
        return ef_fail(err, EFFACE_INPUT, "'%s' is truncated: expected %zu bytes of voxels", path,
                       image.n_bytes);
    size_t n = HEADER + image.n_bytes;
    *plain = malloc(n);
    if (*plain == NULL)
        return ef_fail_memory(err, n);
    status = ef_gz_inflate(*plain, 0, n, &whole, &gz, err);
    if (status != EFFACE_PASS || whole == n)
        goto done;
    if (whole - n > TRAILER_LIMIT)
        whole = n + TRAILER_LIMIT;
    uint8_t *longer = realloc(*plain, whole);
    if (longer == NULL)
        return ef_fail_memory(err, whole);
    *plain = longer;
    n = whole;
    status = ef_gz_inflate(*plain, 0, n, NULL, &gz, err);
done:
    *n_plain = n;
    return status;
}

efface_status ef_mgh_read(ef_image *image, const char *path, char sha256[65], efface_error *err)
{
    uint8_t *file = NULL, *plain = NULL;
    size_t n_file = 0, n = 0;
    memset(image, 0, sizeof *image);
    efface_status status = load(&file, &n_file, path, err);
    if (status == EFFACE_PASS)
        status = inflate(&plain, &n, file, n_file, path, err);
    if (status == EFFACE_PASS && n < HEADER)
        status = ef_fail(err, EFFACE_INPUT, "'%s' is truncated: expected a header of %d bytes, got %zu",
                         path, HEADER, n);
    if (status == EFFACE_PASS)
        status = parse(image, plain, path, err);
    if (status == EFFACE_PASS && image->n_bytes > n - HEADER)
        status = ef_fail(err, EFFACE_INPUT, "'%s' is truncated: expected %zu bytes of voxels, got %zu",
                         path, image->n_bytes, n - HEADER);
    if (status != EFFACE_PASS)
        goto cleanup;
    const size_t size = ek_dtype_size(image->dtype);
    image->uncompressed = plain == file;
    image->n_kept = n - image->n_bytes;
    image->kept = malloc(image->n_kept);
    image->voxels = malloc(image->n_bytes);
    if (image->kept == NULL || image->voxels == NULL) {
        status = ef_fail_memory(err, n);
        goto cleanup;
    }
    memcpy(image->kept, plain, HEADER);
    memcpy(image->kept + HEADER, plain + HEADER + image->n_bytes, image->n_kept - HEADER);
    ef_swap_bytes(image->voxels, plain + HEADER, image->n_bytes / size, size);
    if (sha256 != NULL) {
        ef_sha256 sha;
        ef_sha256_start(&sha);
        ef_sha256_add(&sha, file, n_file);
        ef_sha256_end(sha256, &sha);
    }
cleanup:
    if (plain != file)
        free(plain);
    free(file);
    if (status != EFFACE_PASS)
        ef_image_release(image);
    return status;
}

/* A header for an image that came from elsewhere. */
static efface_status make_header(uint8_t header[HEADER], const ef_image *image, const char *path,
                                 efface_error *err)
{
    int32_t code = -1;
    double mm[3];
    memset(header, 0, HEADER);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        code = types[i].dtype == image->dtype ? types[i].code : code;
    if (code < 0)
        return ef_fail(err, EFFACE_USAGE, "MGH does not hold this scan's type of voxel: '%s'", path);
    put_32(header, 1);
    for (int d = 0; d < 4; d++) {
        const int64_t n = d < 3 ? image->grid.n[d] : image->n_volumes;
        if (n > INT32_MAX)
            return ef_fail(err, EFFACE_USAGE, "MGH does not hold this scan's dimensions: '%s'", path);
        put_32(header + 4 + 4 * d, (int32_t)n);
    }
    put_32(header + AT_TYPE, code);
    header[AT_GOOD + 1] = 1;
    const ef_affine *a = &image->grid.world_from_voxel;
    ef_affine_spacing(mm, a);
    const double middle[3] = {(double)image->grid.n[0] / 2, (double)image->grid.n[1] / 2,
                              (double)image->grid.n[2] / 2};
    double centre[3];
    ef_affine_apply(centre, a, middle);
    for (int d = 0; d < 3; d++) {
        put_float(header + AT_SPACING + 4 * d, mm[d]);
        for (int row = 0; row < 3; row++)
            put_float(header + AT_AXES + 4 * (3 * d + row), a->m[row][d] / mm[d]);
        put_float(header + AT_CENTRE + 4 * d, centre[d]);
    }
    return EFFACE_PASS;
}

/* Refuses sheared axes: FreeSurfer inverts them as if they were orthogonal in places, and a sheared grid
 * would be misplaced. */
static efface_status check_axes(const ef_image *image, const char *path, efface_error *err)
{
    const ef_affine *a = &image->grid.world_from_voxel;
    double mm[3];
    ef_affine_spacing(mm, a);
    for (int i = 0; i < 3; i++) {
        const int j = (i + 1) % 3;
        double dot = 0;
        for (int row = 0; row < 3; row++)
            dot += a->m[row][i] * a->m[row][j];
        if (fabs(dot) > 1e-3 * mm[i] * mm[j]) /* a corner of a head moves by less than a third of a mm */
            return ef_fail(err, EFFACE_USAGE, "MGH does not hold this scan's sheared axes: '%s'", path);
    }
    return EFFACE_PASS;
}

efface_status ef_mgh_prepare(ef_output_set *set, const ef_image *image, const char *path,
                             const ef_write_options *options, efface_error *err)
{
    uint8_t made[HEADER + SCANNER];
    const uint8_t *kept = image->kept != NULL ? image->kept : made;
    size_t n_kept = image->kept != NULL ? image->n_kept : HEADER;
    efface_status status = EFFACE_PASS;
    if (image->kept == NULL) {
        status = check_axes(image, path, err);
        if (status == EFFACE_PASS)
            status = make_header(made, image, path, err);
    }
    if (status != EFFACE_PASS)
        return status;
    if (!options->keep_header && n_kept > HEADER + SCANNER)
        n_kept = HEADER + SCANNER;
    const size_t n = n_kept + image->n_bytes, size = ek_dtype_size(image->dtype);
    uint8_t *bytes = malloc(n);
    if (bytes == NULL)
        return ef_fail_memory(err, n);
    memcpy(bytes, kept, HEADER);
    if (!options->keep_header) { /* what no program reads can hold anything */
        const size_t from = image->has_geometry ? AT_UNUSED : AT_SPACING;
        memset(bytes + from, 0, HEADER - from);
    }
    ef_swap_bytes(bytes + HEADER, image->voxels, image->n_bytes / size, size);
    memcpy(bytes + HEADER + image->n_bytes, kept + HEADER, n_kept - HEADER);
    const ef_content content = ef_content_of_bytes(bytes, n);
    ef_output *out;
    status = ef_output_add(&out, set, path, options->force ? EF_OUTPUT_FORCE : 0, err);
    if (status == EFFACE_PASS)
        status = ef_format_ends(path, ".mgz")
                     ? ef_gz_write(out, &content, options->level, EF_GZ_BEST,
                                   options->threads > 1 ? options->threads : 1, err)
                     : ef_output_write_content(out, &content, err);
    free(bytes);
    return status;
}
