/* Headers of NIfTI-1, NIfTI-2 and ANALYZE 7.5. libnifti says what the fields mean for geometry. What may be
 * believed is decided here first, since libnifti silently repairs what it doesn't like. Output headers are
 * the input's own bytes with single fields patched: see nifti_header.c. */
#include "io/nifti.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "io/nifti_block.h"

/* The fields of either version that matter here, in native byte order. */
typedef struct fields {
    int64_t dim[8];
    int datatype, bitpix, sform_code, qform_code, units, intent;
    double pixdim[8], offset, slope, inter;
    double form[18]; /* quaternion, offsets, the three rows: what has to be finite */
} fields;

static void silence_once(void)
{
    nifti_set_debug_level(0);
}

/* libnifti's verbosity is a global: set once, before its first use. */
static void silence(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, silence_once);
}

static void native_1(nifti_1_header *h, const uint8_t *bytes, bool swapped)
{
    memcpy(h, bytes, sizeof *h);
    if (swapped)
        nifti_swap_as_nifti1(h);
}

static void native_2(nifti_2_header *h, const uint8_t *bytes, bool swapped)
{
    memcpy(h, bytes, sizeof *h);
    if (swapped)
        nifti_swap_as_nifti2(h);
}

static void fields_of_1(fields *f, const uint8_t *bytes, bool swapped)
{
    nifti_1_header h;
    native_1(&h, bytes, swapped);
    for (int i = 0; i < 8; i++) {
        f->dim[i] = h.dim[i];
        f->pixdim[i] = (double)h.pixdim[i];
    }
    f->datatype = h.datatype;
    f->bitpix = h.bitpix;
    f->sform_code = h.sform_code;
    f->qform_code = h.qform_code;
    f->units = h.xyzt_units;
    f->intent = h.intent_code;
    f->offset = (double)h.vox_offset;
    f->slope = (double)h.scl_slope;
    f->inter = (double)h.scl_inter;
    const float form[6] = {h.quatern_b, h.quatern_c, h.quatern_d, h.qoffset_x, h.qoffset_y, h.qoffset_z};
    for (int i = 0; i < 6; i++)
        f->form[i] = (double)form[i];
    for (int i = 0; i < 4; i++) {
        f->form[6 + i] = (double)h.srow_x[i];
        f->form[10 + i] = (double)h.srow_y[i];
        f->form[14 + i] = (double)h.srow_z[i];
    }
}

static void fields_of_2(fields *f, const uint8_t *bytes, bool swapped)
{
    nifti_2_header h;
    native_2(&h, bytes, swapped);
    memcpy(f->dim, h.dim, sizeof f->dim);
    memcpy(f->pixdim, h.pixdim, sizeof f->pixdim);
    f->datatype = h.datatype;
    f->bitpix = h.bitpix;
    f->sform_code = h.sform_code;
    f->qform_code = h.qform_code;
    f->units = h.xyzt_units;
    f->intent = h.intent_code;
    f->offset = (double)h.vox_offset;
    f->slope = h.scl_slope;
    f->inter = h.scl_inter;
    const double form[6] = {h.quatern_b, h.quatern_c, h.quatern_d, h.qoffset_x, h.qoffset_y, h.qoffset_z};
    memcpy(f->form, form, sizeof form);
    memcpy(f->form + 6, h.srow_x, sizeof h.srow_x);
    memcpy(f->form + 10, h.srow_y, sizeof h.srow_y);
    memcpy(f->form + 14, h.srow_z, sizeof h.srow_z);
}

static void fields_of(fields *f, const ef_nifti_layout *layout, const uint8_t *bytes)
{
    if (layout->version == 2)
        fields_of_2(f, bytes, layout->swapped);
    else
        fields_of_1(f, bytes, layout->swapped);
    if (layout->version == 0) /* what NIfTI calls scl_inter has no such meaning there */
        f->inter = 0;
}

/* Version, byte order and pair of a header. */
static efface_status identify(ef_nifti_layout *layout, const uint8_t *bytes, size_t n, bool pair_name,
                              const char *path, efface_error *err)
{
    uint32_t size = 0, reversed;
    if (n < EF_NIFTI_1_BYTES)
        return ef_fail(err, EFFACE_INPUT, "expected a header of at least %d bytes, got %zu in '%s'",
                       EF_NIFTI_1_BYTES, n, path);
    memcpy(&size, bytes, sizeof size);
    ef_swap_bytes(&reversed, &size, 1, sizeof size);
    layout->swapped = reversed == EF_NIFTI_1_BYTES || reversed == EF_NIFTI_2_BYTES;
    if (layout->swapped)
        size = reversed;
    if (size == EF_NIFTI_2_BYTES) {
        if (n < EF_NIFTI_2_BYTES)
            return ef_fail(err, EFFACE_INPUT, "expected a header of %d bytes, got %zu in '%s'",
                           EF_NIFTI_2_BYTES, n, path);
        layout->version = 2;
        layout->pair = memcmp(bytes + 4, "ni2\0\r\n\032\n", 8) == 0;
        if (layout->pair || memcmp(bytes + 4, "n+2\0\r\n\032\n", 8) == 0)
            return EFFACE_PASS;
        return ef_fail(err, EFFACE_INPUT, "the magic number is not NIfTI-2's in '%s'", path);
    }
    if (size != EF_NIFTI_1_BYTES)
        return ef_fail(err, EFFACE_INPUT, "'%s' is neither a NIfTI nor an ANALYZE file", path);
    const char *magic = (const char *)bytes + offsetof(nifti_1_header, magic);
    layout->pair = memcmp(magic, "ni1", 4) == 0;
    layout->version = 1;
    if (layout->pair || memcmp(magic, "n+1", 4) == 0)
        return EFFACE_PASS;
    /* ANALYZE has no magic number; its field smin lies there. A NIfTI magic with a damaged letter does not
     * count as ANALYZE. */
    int alike =
        (magic[0] == 'n') + (magic[1] == 'i' || magic[1] == '+') + (magic[2] == '1') + (magic[3] == 0);
    if (!pair_name || alike >= 3)
        return ef_fail(err, EFFACE_INPUT, "the magic number is not NIfTI-1's in '%s'", path);
    layout->version = 0;
    layout->pair = true;
    return EFFACE_PASS;
}

static bool dtype_of(ek_dtype *dtype, int datatype)
{
    static const struct {
        int datatype;
        ek_dtype dtype;
    } known[] = {{DT_UINT8, EK_UINT8},    {DT_INT8, EK_INT8},     {DT_UINT16, EK_UINT16},
                 {DT_INT16, EK_INT16},    {DT_UINT32, EK_UINT32}, {DT_INT32, EK_INT32},
                 {DT_UINT64, EK_UINT64},  {DT_INT64, EK_INT64},   {DT_FLOAT32, EK_FLOAT32},
                 {DT_FLOAT64, EK_FLOAT64}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].datatype == datatype) {
            *dtype = known[i].dtype;
            return true;
        }
    }
    return false;
}

static efface_status layout_dims(ef_nifti_layout *layout, const fields *f, const char *path,
                                 efface_error *err)
{
    if (f->dim[0] < 1 || f->dim[0] > 7)
        return ef_fail(err, EFFACE_INPUT, "expected dim[0] from 1 to 7, got %lld in '%s'",
                       (long long)f->dim[0], path);
    size_t bytes = ek_dtype_size(layout->dtype);
    int64_t *n = layout->n;
    n[0] = n[1] = n[2] = layout->n_volumes = 1;
    for (int i = 1; i <= f->dim[0]; i++) {
        if (f->dim[i] < 1)
            return ef_fail(err, EFFACE_INPUT, "expected dim[%d] of at least 1, got %lld in '%s'", i,
                           (long long)f->dim[i], path);
        if ((uint64_t)f->dim[i] > (PTRDIFF_MAX / 2) / bytes)
            return ef_fail(err, EFFACE_INPUT, "the dimensions are too large in '%s'", path);
        bytes *= (size_t)f->dim[i];
        *(i <= 3 ? &n[i - 1] : &layout->n_volumes) *= f->dim[i];
    }
    layout->data_bytes = bytes;
    return EFFACE_PASS;
}

efface_status ef_nifti_probe(ef_nifti_layout *layout, const uint8_t *bytes, size_t n, bool pair_name,
                             const char *path, efface_error *err)
{
    fields f;
    memset(layout, 0, sizeof *layout);
    efface_status status = identify(layout, bytes, n, pair_name, path, err);
    if (status != EFFACE_PASS)
        return status;
    fields_of(&f, layout, bytes);
    silence();
    if (!dtype_of(&layout->dtype, f.datatype))
        return ef_fail(err, EFFACE_INPUT,
                       "expected one real number in a voxel, got datatype %d (%s) in '%s'", f.datatype,
                       nifti_datatype_to_string(f.datatype), path);
    if (f.bitpix != 8 * (int)ek_dtype_size(layout->dtype))
        return ef_fail(err, EFFACE_INPUT, "expected bitpix %d for datatype %d, got %d in '%s'",
                       8 * (int)ek_dtype_size(layout->dtype), f.datatype, f.bitpix, path);
    status = layout_dims(layout, &f, path, err);
    if (status != EFFACE_PASS)
        return status;
    const size_t header = ef_nifti_bytes(layout->version);
    const double least = layout->pair ? 0 : (double)(header + EF_NIFTI_EXTENDER);
    if (!(f.offset >= least && f.offset < 0x1p62) || f.offset != floor(f.offset))
        return ef_fail(err, EFFACE_INPUT, "expected vox_offset of at least %g, got %g in '%s'", least,
                       f.offset, path);
    layout->data_offset = (size_t)f.offset;
    return EFFACE_PASS;
}

/* ---- geometry ---- */

static ef_affine affine_of(const nifti_dmat44 *m)
{
    ef_affine a;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            a.m[r][c] = m->m[r][c];
    return a;
}

static void scale(ef_affine *a, double factor)
{
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            a->m[r][c] *= factor;
}

/* The factor that makes millimetres of what the header calls millimetres. It is 1 nearly always; 1000 or
 * 0.001 where the header's unit is clearly wrong and another one gives the size of a head; 0 where none
 * does. No scanner for people makes voxels below 0.02 mm (temporal-bone CT reaches 0.05), fields of view
 * above 5 m, or a step below a micron. */
static double unit_factor(const ef_affine *a, const int64_t n[3])
{
    double mm[3], smallest = INFINITY, largest = 0, extent = 0, factor = 1;
    ef_affine_spacing(mm, a);
    for (int d = 0; d < 3; d++) {
        smallest = fmin(smallest, mm[d]);
        largest = fmax(largest, mm[d]);
        extent = fmax(extent, mm[d] * (double)n[d]);
    }
    if (largest < 0.02 || extent > 5000) {
        factor = largest < 0.02 ? 1000 : 0.001;
        if (!(extent * factor >= 80 && extent * factor <= 600))
            return 0;
    }
    return smallest * factor >= 0.001 ? factor : 0;
}

/* Both forms of a header as libnifti understands them, in the header's own unit. */
static efface_status forms_of(ef_affine *sform, ef_affine *qform, const ef_nifti_layout *layout,
                              const uint8_t *bytes, efface_error *err)
{
    nifti_image *nim;
    silence();
    if (layout->version == 2) {
        nifti_2_header h;
        native_2(&h, bytes, layout->swapped);
        for (int i = 1; i < 4; i++) /* as nibabel: the sign is ignored, 0 stands for 1 */
            h.pixdim[i] = h.pixdim[i] == 0 ? 1 : fabs(h.pixdim[i]);
        nim = nifti_convert_n2hdr2nim(h, NULL);
    } else {
        nifti_1_header h;
        native_1(&h, bytes, layout->swapped);
        for (int i = 1; i < 4; i++)
            h.pixdim[i] = h.pixdim[i] == 0 ? 1 : fabsf(h.pixdim[i]);
        nim = nifti_convert_n1hdr2nim(h, NULL);
    }
    if (nim == NULL)
        return ef_fail_memory(err, sizeof *nim);
    *sform = affine_of(&nim->sto_xyz);
    *qform = affine_of(&nim->qto_xyz);
    nifti_image_free(nim);
    return EFFACE_PASS;
}

static bool all_finite(const double *v, int n)
{
    for (int i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return false;
    return true;
}

/* A grid without a form: pixdim, axes L, A, S, world's origin at the centre, as nibabel takes it. */
static ef_affine affine_of_pixdim(const double pixdim[8], const int64_t n[3])
{
    ef_affine a = ef_affine_identity();
    for (int d = 0; d < 3; d++) {
        double mm = isfinite(pixdim[d + 1]) && pixdim[d + 1] != 0 ? fabs(pixdim[d + 1]) : 1;
        a.m[d][d] = d == 0 ? -mm : mm;
        a.m[d][3] = -a.m[d][d] * (double)(n[d] - 1) / 2;
    }
    return a;
}

/* Whether a form is there and can be used. */
static bool usable(const ef_affine *a, int code, bool finite)
{
    ef_affine inverse;
    return code > 0 && finite && ef_affine_invert(&inverse, *a);
}

/* Whether two forms, each in its best unit, are more than 1 mm apart or order the axes differently. */
static bool disagree(ef_affine a, ef_affine b, const int64_t n[3])
{
    char code_a[4], code_b[4];
    ef_grid in_a = {{n[0], n[1], n[2]}, a}, in_b = {{n[0], n[1], n[2]}, b};
    scale(&in_a.world_from_voxel, unit_factor(&a, n));
    scale(&in_b.world_from_voxel, unit_factor(&b, n));
    ef_affine_orientation(code_a, &a);
    ef_affine_orientation(code_b, &b);
    return strcmp(code_a, code_b) != 0 || !ef_grid_equal(&in_a, &in_b, 1);
}

/* Whether the voxels of two forms, each in its best unit, differ in size. 5 %: no rounding of a header. */
static bool sizes_differ(ef_affine *other, const ef_affine *a, const ef_affine *b, const int64_t n[3])
{
    static const double most = 0.05;
    const double unit_a = unit_factor(a, n), unit_b = unit_factor(b, n);
    double mm_a[3], mm_b[3];
    bool differ = false;
    ef_affine_spacing(mm_a, a);
    ef_affine_spacing(mm_b, b);
    for (int d = 0; d < 3; d++)
        differ = differ || fabs(unit_a * mm_a[d] - unit_b * mm_b[d]) > most * unit_b * mm_b[d];
    *other = *b;
    scale(other, unit_b);
    return differ && unit_a > 0 && unit_b > 0;
}

static efface_status place(ef_image *image, const ef_nifti_layout *layout, const fields *f,
                           const uint8_t *bytes, const char *path, efface_error *err)
{
    static const double mm_per_unit[8] = {1, 1000, 1, 0.001, 1, 1, 1, 1}; /* unknown, m, mm, micron */
    const double unit = layout->version == 0 ? 1 : mm_per_unit[f->units & 7];
    ef_affine sform, qform, *chosen = &image->grid.world_from_voxel;
    bool has_s = false, has_q = false;
    if (layout->version != 0) {
        efface_status status = forms_of(&sform, &qform, layout, bytes, err);
        if (status != EFFACE_PASS)
            return status;
        scale(&sform, unit);
        scale(&qform, unit);
        has_s = usable(&sform, f->sform_code, all_finite(f->form + 6, 12));
        has_q = usable(&qform, f->qform_code, all_finite(f->form, 6) && all_finite(f->pixdim, 4));
        if (!has_s && !has_q && (f->sform_code > 0 || f->qform_code > 0))
            return ef_fail(err, EFFACE_INPUT, "%s is singular or not finite in '%s'",
                           f->sform_code > 0 ? "sform" : "qform", path);
    }
    image->has_geometry = has_s || has_q;
    image->labels = layout->version != 0 && f->intent == NIFTI_INTENT_LABEL;
    image->forms_disagree = has_s && has_q && disagree(sform, qform, layout->n);
    image->sizes_differ = has_s && has_q && sizes_differ(&image->other_form, &sform, &qform, layout->n);
    if (has_s) {
        *chosen = sform;
    } else if (has_q) {
        *chosen = qform;
        if (f->sform_code > 0)
            image->note = "the sform is singular or not finite; the qform was used";
    } else {
        *chosen = affine_of_pixdim(f->pixdim, layout->n);
        scale(chosen, unit);
        image->note = "the header has neither sform nor qform; orientation is a guess";
    }
    const double factor = unit_factor(chosen, layout->n);
    if (factor == 0) {
        double mm[3];
        ef_affine_spacing(mm, chosen);
        return ef_fail(err, EFFACE_INPUT,
                       "expected a head scan, got %lld x %lld x %lld voxels of %g x %g x %g mm in '%s'",
                       (long long)layout->n[0], (long long)layout->n[1], (long long)layout->n[2], mm[0],
                       mm[1], mm[2], path);
    }
    if (factor != 1) {
        scale(chosen, factor);
        image->note = factor > 1 ? "lengths in the header were taken as metres"
                                 : "lengths in the header were taken as millimetres, not metres";
    }
    return EFFACE_PASS;
}

efface_status ef_nifti_parse(ef_image *image, const ef_nifti_layout *layout, const uint8_t *bytes, size_t n,
                             const char *path, efface_error *err)
{
    fields f;
    fields_of(&f, layout, bytes);
    memset(image, 0, sizeof *image);
    memcpy(image->grid.n, layout->n, sizeof layout->n);
    image->n_volumes = layout->n_volumes;
    image->dtype = layout->dtype;
    image->n_bytes = layout->data_bytes;
    image->slope = 1;
    /* As nibabel: no scaling where the slope is 0 or not finite, an error where only the intercept isn't.
     */
    if (isfinite(f.slope) && f.slope != 0) {
        image->slope = f.slope;
        image->inter = f.inter;
    }
    efface_status status = EFFACE_PASS;
    if (!isfinite(image->inter))
        status = ef_fail(err, EFFACE_INPUT, "scl_inter is not finite in '%s'", path);
    if (status == EFFACE_PASS)
        status = ef_nifti_check_extensions(layout, bytes, n, path, err);
    if (status == EFFACE_PASS)
        status = place(image, layout, &f, bytes, path, err);
    if (status == EFFACE_PASS) {
        image->header = ef_header_new(&image->n_header, layout, bytes, n);
        if (image->header == NULL)
            status = ef_fail_memory(err, n);
    }
    if (status != EFFACE_PASS)
        ef_image_release(image);
    return status;
}
