/* Header bytes of outputs: the input's own with single fields patched, or a new one for an image made in
 * memory. Identity is removed from the header here, extensions included. */
#include "io/nifti_header.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "io/nifti_block.h"

/* ---- extensions ---- */

/* Whether an extension can't hold anything about a person. Only four of the registered codes are plain
 * numbers by definition (LONI MiND): b-value 20, direction of a gradient 22, indices of a tensor component
 * 24, degree and order of a spherical harmonic 26. All others are free text, XML, dictionaries or DICOM
 * attributes: 2 DICOM, 4 AFNI (with a history of commands, users and machines), 6 comment, 8 XCEDE, 10 JIM,
 * 12 Workflow, 14 FreeSurfer, 16 pickle, 18 MiND's name, 28 VoxBo, 30 Caret, 32 CIFTI, 34 frame times, 38
 * Eval, 40 MATLAB, 42 Quantiphyse, 44 MRS. An extension with one of the four codes is dropped too if it is
 * longer than 24 bytes or contains text. */
static bool harmless(const ef_nifti_extension *e, const uint8_t *bytes)
{
    enum { MOST = 32, TEXT = 4 };
    if (e->code != NIFTI_ECODE_B_VALUE && e->code != NIFTI_ECODE_SPHERICAL_DIRECTION &&
        e->code != NIFTI_ECODE_DT_COMPONENT && e->code != NIFTI_ECODE_SHC_DEGREEORDER)
        return false;
    if (e->size > MOST)
        return false;
    int run = 0;
    for (size_t i = 8; i < e->size; i++) {
        uint8_t c = bytes[e->at + i];
        run = c >= 0x20 && c < 0x7f ? run + 1 : 0;
        if (run >= TEXT)
            return false;
    }
    return true;
}

/* ---- patching ---- */

static void put(uint8_t *at, const void *value, size_t size, bool swapped)
{
    if (swapped)
        ef_swap_bytes(at, value, 1, size);
    else
        memcpy(at, value, size);
}

#define CLEAR(bytes, type, field) memset((bytes) + offsetof(type, field), 0, sizeof((type *)NULL)->field)

/* ANALYZE's originator is a text there, but SPM keeps the voxel of the origin in it, as three int16. */
static bool is_origin(const uint8_t *bytes, const ef_nifti_layout *layout)
{
    for (int d = 0; d < 3; d++) {
        int16_t origin;
        put((uint8_t *)&origin, bytes + offsetof(nifti_analyze75, originator) + 2 * d, sizeof origin,
            layout->swapped);
        if (origin > 2 * layout->n[d] || origin < -layout->n[d])
            return false;
    }
    return ef_all_zero(bytes + offsetof(nifti_analyze75, originator) + 6, 4);
}

/* ANALYZE's bytes that NIfTI leaves unused: they stay only where they are what programs write there. */
static void clear_unused(uint8_t *bytes, const ef_nifti_layout *layout)
{
    enum { EXTENTS = 16384, REGULAR = 'r' };
    int32_t extents;
    put((uint8_t *)&extents, bytes + offsetof(nifti_1_header, extents), sizeof extents, layout->swapped);
    if (extents != EXTENTS)
        CLEAR(bytes, nifti_1_header, extents);
    CLEAR(bytes, nifti_1_header, session_error);
    if (bytes[offsetof(nifti_1_header, regular)] != REGULAR)
        CLEAR(bytes, nifti_1_header, regular);
}

/* Clears the free text of a header. */
static void clear_text(uint8_t *bytes, const ef_nifti_layout *layout)
{
    switch (layout->version) {
    case 2:
        CLEAR(bytes, nifti_2_header, descrip);
        CLEAR(bytes, nifti_2_header, aux_file);
        CLEAR(bytes, nifti_2_header, intent_name);
        CLEAR(bytes, nifti_2_header, unused_str);
        break;
    case 1:
        CLEAR(bytes, nifti_1_header, data_type);
        CLEAR(bytes, nifti_1_header, db_name);
        CLEAR(bytes, nifti_1_header, descrip);
        CLEAR(bytes, nifti_1_header, aux_file);
        CLEAR(bytes, nifti_1_header, intent_name);
        clear_unused(bytes, layout);
        break;
    default:
        CLEAR(bytes, nifti_analyze75, data_type);
        CLEAR(bytes, nifti_analyze75, db_name);
        CLEAR(bytes, nifti_analyze75, descrip);
        CLEAR(bytes, nifti_analyze75, aux_file);
        CLEAR(bytes, nifti_analyze75, generated);
        CLEAR(bytes, nifti_analyze75, scannum);
        CLEAR(bytes, nifti_analyze75, patient_id);
        CLEAR(bytes, nifti_analyze75, exp_date);
        CLEAR(bytes, nifti_analyze75, exp_time);
        CLEAR(bytes, nifti_analyze75, hist_un0);
        CLEAR(bytes, nifti_analyze75, hkey_un0);
        clear_unused(bytes, layout);
        if (!is_origin(bytes, layout))
            CLEAR(bytes, nifti_analyze75, originator);
        break;
    }
}

/* Makes the header one of a pair or of a single file whose data begin at offset. */
static void set_container(uint8_t *bytes, const ef_nifti_layout *layout, bool pair, size_t offset)
{
    if (layout->version == 2) {
        const int64_t value = (int64_t)offset;
        bytes[offsetof(nifti_2_header, magic) + 1] = pair ? 'i' : '+';
        put(bytes + offsetof(nifti_2_header, vox_offset), &value, sizeof value, layout->swapped);
    } else {
        const float value = (float)offset; /* a multiple of 16 or what was there: exact up to 2^28 */
        if (layout->version == 1)
            bytes[offsetof(nifti_1_header, magic) + 1] = pair ? 'i' : '+';
        put(bytes + offsetof(nifti_1_header, vox_offset), &value, sizeof value, layout->swapped);
    }
}

/* Copies what follows the fixed header: extender and extensions, all or only the harmless ones. dropped:
 * out, whether anything but zeros was left out. Returns the number of bytes. */
static size_t copy_tail(uint8_t *to, bool *dropped, const ef_header *header, bool all)
{
    const size_t fixed = ef_nifti_bytes(header->layout.version);
    const size_t n = header->n - fixed;
    ef_nifti_extension e = {0};
    size_t made = EF_NIFTI_EXTENDER, end = fixed + EF_NIFTI_EXTENDER;
    *dropped = false;
    if (all) {
        memcpy(to, header->bytes + fixed, n);
        return n;
    }
    memset(to, 0, EF_NIFTI_EXTENDER);
    while (ef_nifti_next_extension(&e, &header->layout, header->bytes, header->n) == EF_WALK_FOUND) {
        end = e.at + e.size;
        if (!harmless(&e, header->bytes)) {
            *dropped = true;
            continue;
        }
        memcpy(to + made, header->bytes + e.at, e.size);
        made += e.size;
        to[0] = 1;
    }
    if (n >= EF_NIFTI_EXTENDER && !*dropped) /* what is not in an extension must be zero to stay */
        *dropped = !ef_all_zero(header->bytes + end, header->n - end) || header->bytes[fixed] != to[0] ||
                   !ef_all_zero(header->bytes + fixed + 1, EF_NIFTI_EXTENDER - 1);
    if (!*dropped) {
        memcpy(to, header->bytes + fixed, n);
        return n;
    }
    return made;
}

static efface_status from_header(ef_nifti_head *head, const ef_header *header, bool pair, bool keep_header,
                                 efface_error *err)
{
    const ef_nifti_layout *layout = &header->layout;
    const size_t fixed = ef_nifti_bytes(layout->version);
    bool dropped;
    /* Room for the tail, an extender that was missing, and the padding to 16 bytes. */
    uint8_t *bytes = head->bytes = calloc(1, header->n + EF_NIFTI_EXTENDER + 16);
    if (bytes == NULL)
        return ef_fail_memory(err, header->n + EF_NIFTI_EXTENDER + 16);
    memcpy(bytes, header->bytes, fixed);
    size_t n = fixed + copy_tail(bytes + fixed, &dropped, header, keep_header);
    if (!keep_header)
        clear_text(bytes, layout);
    if (pair != layout->pair || (!pair && dropped)) {
        if (n < fixed + EF_NIFTI_EXTENDER)
            n = fixed + EF_NIFTI_EXTENDER;
        if (!pair)
            n = (n + 15) / 16 * 16;
        set_container(bytes, layout, pair, pair ? 0 : n);
    }
    head->n = n;
    head->swapped = layout->swapped;
    head->data_offset = pair && layout->pair ? layout->data_offset : 0;
    return EFFACE_PASS;
}

/* ---- a header made here ---- */

/* Quaternion and offsets of a grid; false where the grid is sheared, which they can't express. */
static bool quaternion_of(double q[6], double spacing[3], double *qfac, const ef_grid *grid)
{
    nifti_dmat44 m, back;
    ef_grid again = *grid;
    memset(&m, 0, sizeof m);
    m.m[3][3] = 1;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            m.m[r][c] = grid->world_from_voxel.m[r][c];
    nifti_dmat44_to_quatern(m, &q[0], &q[1], &q[2], &q[3], &q[4], &q[5], &spacing[0], &spacing[1],
                            &spacing[2], qfac);
    back = nifti_quatern_to_dmat44(q[0], q[1], q[2], q[3], q[4], q[5], spacing[0], spacing[1], spacing[2],
                                   *qfac);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            again.world_from_voxel.m[r][c] = back.m[r][c];
    return ef_grid_equal(grid, &again, 0.01); /* mm; NIfTI-1's floats resolve 0.00003 mm at 300 mm */
}

/* A NIfTI-2 header for the image; every NIfTI-1 header made here is this one with shorter fields. */
static void describe(nifti_2_header *h, const ef_image *image)
{
    double spacing[3], q[6], qfac = 1;
    memset(h, 0, sizeof *h);
    h->sizeof_hdr = EF_NIFTI_2_BYTES;
    memcpy(h->magic, "n+2\0\r\n\032\n", 8);
    h->datatype = (int16_t)ef_nifti_datatype(image->dtype);
    h->bitpix = (int16_t)(8 * ek_dtype_size(image->dtype));
    h->dim[0] = image->n_volumes > 1 ? 4 : 3;
    for (int d = 0; d < 7; d++)
        h->dim[d + 1] = d < 3 ? image->grid.n[d] : d == 3 ? image->n_volumes : 1;
    h->scl_slope = image->slope;
    h->scl_inter = image->inter;
    h->xyzt_units = NIFTI_UNITS_MM;
    ef_affine_spacing(spacing, &image->grid.world_from_voxel);
    if (image->has_geometry) {
        h->sform_code = NIFTI_XFORM_SCANNER_ANAT;
        memcpy(h->srow_x, image->grid.world_from_voxel.m[0], sizeof h->srow_x);
        memcpy(h->srow_y, image->grid.world_from_voxel.m[1], sizeof h->srow_y);
        memcpy(h->srow_z, image->grid.world_from_voxel.m[2], sizeof h->srow_z);
        if (quaternion_of(q, spacing, &qfac, &image->grid)) {
            h->qform_code = NIFTI_XFORM_SCANNER_ANAT;
            h->quatern_b = q[0];
            h->quatern_c = q[1];
            h->quatern_d = q[2];
            h->qoffset_x = q[3];
            h->qoffset_y = q[4];
            h->qoffset_z = q[5];
        }
    }
    h->pixdim[0] = qfac;
    for (int d = 0; d < 7; d++)
        h->pixdim[d + 1] = d < 3 ? spacing[d] : 1;
}

static void shorten(nifti_1_header *to, const nifti_2_header *from)
{
    memset(to, 0, sizeof *to);
    to->sizeof_hdr = EF_NIFTI_1_BYTES;
    to->regular = 'r'; /* some ANALYZE readers want it */
    memcpy(to->magic, "n+1", 4);
    to->datatype = from->datatype;
    to->bitpix = from->bitpix;
    for (int i = 0; i < 8; i++) {
        to->dim[i] = (int16_t)from->dim[i];
        to->pixdim[i] = (float)from->pixdim[i];
    }
    to->scl_slope = (float)from->scl_slope;
    to->scl_inter = (float)from->scl_inter;
    to->xyzt_units = (char)from->xyzt_units;
    to->qform_code = (short)from->qform_code;
    to->sform_code = (short)from->sform_code;
    to->quatern_b = (float)from->quatern_b;
    to->quatern_c = (float)from->quatern_c;
    to->quatern_d = (float)from->quatern_d;
    to->qoffset_x = (float)from->qoffset_x;
    to->qoffset_y = (float)from->qoffset_y;
    to->qoffset_z = (float)from->qoffset_z;
    for (int i = 0; i < 4; i++) {
        to->srow_x[i] = (float)from->srow_x[i];
        to->srow_y[i] = (float)from->srow_y[i];
        to->srow_z[i] = (float)from->srow_z[i];
    }
}

/* The header of a single file for an image that has none; NULL where memory is short. */
static ef_header *make_header(const ef_image *image)
{
    union {
        nifti_1_header one;
        nifti_2_header two;
        uint8_t bytes[EF_NIFTI_2_BYTES + EF_NIFTI_EXTENDER];
    } h;
    nifti_2_header wide;
    memset(&h, 0, sizeof h);
    describe(&wide, image);
    bool large = image->n_volumes > INT16_MAX;
    for (int d = 0; d < 3; d++)
        large = large || image->grid.n[d] > INT16_MAX;
    if (large)
        h.two = wide;
    else
        shorten(&h.one, &wide);
    ef_nifti_layout layout = {
        .version = large ? 2 : 1, .dtype = image->dtype, .data_bytes = image->n_bytes};
    memcpy(layout.n, image->grid.n, sizeof layout.n);
    layout.n_volumes = image->n_volumes;
    layout.data_offset = ef_nifti_bytes(layout.version) + EF_NIFTI_EXTENDER;
    set_container(h.bytes, &layout, false, layout.data_offset);
    size_t size;
    return ef_header_new(&size, &layout, h.bytes, layout.data_offset);
}

efface_status ef_nifti_header(ef_nifti_head *head, const ef_image *image, bool pair, bool keep_header,
                              efface_error *err)
{
    const ef_header *header = image->header;
    ef_header *made = NULL;
    *head = (ef_nifti_head){0};
    if (header == NULL || (header->layout.version == 0 && !pair)) {
        header = made = make_header(image);
        if (header == NULL)
            return ef_fail_memory(err, sizeof *header);
    }
    efface_status status = from_header(head, header, pair, keep_header, err);
    free(made);
    return status;
}

/* ---- masks ---- */

/* Where a mask's header differs from its image's. The two versions have fields of the same names but of
 * different widths, so a macro serves both and a function can't. */
#define MASK_OF(name, type, swap)                                                                          \
    static void name(uint8_t *bytes, bool swapped)                                                         \
    {                                                                                                      \
        type h;                                                                                            \
        memcpy(&h, bytes, sizeof h);                                                                       \
        if (swapped)                                                                                       \
            swap(&h);                                                                                      \
        h.dim[0] = 3;                                                                                      \
        for (int i = 1; i < 8; i++) {                                                                      \
            h.dim[i] = i <= 3 && h.dim[i] > 0 ? h.dim[i] : 1;                                              \
            h.pixdim[i] = i <= 3 ? h.pixdim[i] : 1;                                                        \
        }                                                                                                  \
        h.datatype = DT_UINT8;                                                                             \
        h.bitpix = 8;                                                                                      \
        h.scl_slope = 1;                                                                                   \
        h.scl_inter = h.cal_max = h.cal_min = h.slice_duration = h.toffset = 0;                            \
        h.intent_code = NIFTI_INTENT_NONE;                                                                 \
        h.intent_p1 = h.intent_p2 = h.intent_p3 = 0;                                                       \
        h.slice_start = h.slice_end = 0;                                                                   \
        h.slice_code = 0;                                                                                  \
        if (swapped)                                                                                       \
            swap(&h);                                                                                      \
        memcpy(bytes, &h, sizeof h);                                                                       \
    }

MASK_OF(mask_of_1, nifti_1_header, nifti_swap_as_nifti1)
MASK_OF(mask_of_2, nifti_2_header, nifti_swap_as_nifti2)

efface_status ef_nifti_mask_of(ef_image *mask, const ef_image *like, efface_error *err)
{
    memset(mask, 0, sizeof *mask);
    mask->grid = like->grid;
    mask->n_volumes = 1;
    mask->dtype = EK_UINT8;
    mask->slope = 1;
    mask->n_bytes = (size_t)ef_grid_count(&like->grid);
    mask->has_geometry = like->has_geometry;
    const ef_header *header = like->header;
    if (header == NULL || header->layout.version == 0)
        return EFFACE_PASS; /* one is made when it is written */
    ef_nifti_layout layout = header->layout;
    const size_t fixed = ef_nifti_bytes(layout.version);
    uint8_t bytes[EF_NIFTI_2_BYTES + EF_NIFTI_EXTENDER] = {0};
    memcpy(bytes, header->bytes, fixed);
    clear_text(bytes, &layout);
    (layout.version == 2 ? mask_of_2 : mask_of_1)(bytes, layout.swapped);
    layout.pair = false;
    layout.data_offset = fixed + EF_NIFTI_EXTENDER;
    layout.dtype = EK_UINT8;
    layout.n_volumes = 1;
    layout.data_bytes = mask->n_bytes;
    set_container(bytes, &layout, false, layout.data_offset);
    mask->header = ef_header_new(&mask->n_header, &layout, bytes, layout.data_offset);
    return mask->header != NULL ? EFFACE_PASS : ef_fail_memory(err, layout.data_offset);
}
