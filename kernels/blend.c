/* See blend.h. Rows are independent; each voxel reads one interpolated cell. */
#include "kernels/blend.h"

#include <math.h>

#include "kernels/grid.h"
#include "kernels/noise.h"

/* Weights of the eight cells around a point, and the index of the first. */
typedef struct place {
    int64_t base, step[3];
    float part[3];
} place;

static place place_of(const ek_face *face, double x, double y, double z)
{
    const int64_t stride[3] = {1, face->n[0], face->n[0] * face->n[1]};
    place p = {0};
    for (int d = 0; d < 3; d++) {
        const double *m = face->cell_from_voxel[d], most = (double)(face->n[d] - 1);
        const double at = fmax(0, fmin(most, m[0] * x + m[1] * y + m[2] * z + m[3]));
        const int64_t low = (int64_t)at;
        p.base += low * stride[d];
        p.step[d] = low + 1 < face->n[d] ? stride[d] : 0;
        p.part[d] = (float)(at - (double)low);
    }
    return p;
}

static ek_face_cell sample(const ek_face *face, const place *p)
{
    ek_face_cell out = {0};
    for (int c = 0; c < 8; c++) {
        const ek_face_cell *from = face->cell + p->base + (c & 1 ? p->step[0] : 0) +
                                   (c & 2 ? p->step[1] : 0) + (c & 4 ? p->step[2] : 0);
        float w = c & 1 ? p->part[0] : 1 - p->part[0];
        w *= c & 2 ? p->part[1] : 1 - p->part[1];
        w *= c & 4 ? p->part[2] : 1 - p->part[2];
        out.surface_mm += w * from->surface_mm;
        out.tissue += w * from->tissue;
    }
    return out;
}

/* Whether a voxel is air and nothing else: its cell lies so far in front of the surface that no cell around
 * it can have a part of tissue. */
static bool is_air(const ek_face *face, const place *p)
{
    return (double)face->cell[p->base].surface_mm > face->clear_mm;
}

static double new_value(const ek_face *face, double x, double y, double z, float field)
{
    const place p = place_of(face, x, y, z);
    const double low = ek_noise_entry(0), high = ek_noise_entry(EK_NOISE_TABLE - 1);
    const double at = ((double)field - low) / (high - low) * (EK_NOISE_TABLE - 1) + 0.5;
    const double air = (double)face->table[at < 0 ? 0 : at < EK_NOISE_TABLE ? (int)at : EK_NOISE_TABLE - 1];
    if (is_air(face, &p))
        return air;
    const ek_face_cell cell = sample(face, &p);
    const double behind = fmax(0, fmin(1, 0.5 - (double)cell.surface_mm / face->edge_mm));
    const double tissue =
        face->air + face->scale * ((double)cell.tissue - face->air) + face->noise * (double)field;
    const double mixed = (1 - behind) * air + behind * tissue;
    return mixed < face->least ? 2 * face->least - mixed : mixed;
}

#define DEFINE_DRAW(name, type, store)                                                                     \
    static void name(void *voxels, const uint8_t *mask, const float *field, int64_t n,                     \
                     const ek_face *face, double x, double y, double z)                                    \
    {                                                                                                      \
        type *stored = voxels;                                                                             \
        for (int64_t i = 0; i < n; i++) {                                                                  \
            if (!mask[i])                                                                                  \
                continue;                                                                                  \
            const double v = (new_value(face, x + (double)i, y, z, field[i]) - face->inter) / face->slope; \
            stored[i] = (type)(store);                                                                     \
        }                                                                                                  \
    }
#define WHOLE(low, high) fmax((double)(low), fmin((double)(high), rint(v)))

DEFINE_DRAW(draw_u8, uint8_t, WHOLE(0, UINT8_MAX))
DEFINE_DRAW(draw_i8, int8_t, WHOLE(INT8_MIN, INT8_MAX))
DEFINE_DRAW(draw_u16, uint16_t, WHOLE(0, UINT16_MAX))
DEFINE_DRAW(draw_i16, int16_t, WHOLE(INT16_MIN, INT16_MAX))
DEFINE_DRAW(draw_u32, uint32_t, WHOLE(0, UINT32_MAX))
DEFINE_DRAW(draw_i32, int32_t, WHOLE(INT32_MIN, INT32_MAX))
/* 2^53: beyond it a double holds no integer exactly, and the casts could overflow. */
DEFINE_DRAW(draw_u64, uint64_t, WHOLE(0, 9007199254740992.0))
DEFINE_DRAW(draw_i64, int64_t, WHOLE(-9007199254740992.0, 9007199254740992.0))
DEFINE_DRAW(draw_f32, float, v)
DEFINE_DRAW(draw_f64, double, v)

void ek_blend_face(void *stored, ek_dtype type, const uint8_t *mask, const int64_t n[3], const float *field,
                   const int64_t begin[3], const int64_t size[3], const ek_face *face, int threads)
{
    static void (*const draw[])(void *, const uint8_t *, const float *, int64_t, const ek_face *, double,
                                double, double) = {
        [EK_UINT8] = draw_u8,    [EK_INT8] = draw_i8,    [EK_UINT16] = draw_u16, [EK_INT16] = draw_i16,
        [EK_UINT32] = draw_u32,  [EK_INT32] = draw_i32,  [EK_UINT64] = draw_u64, [EK_INT64] = draw_i64,
        [EK_FLOAT32] = draw_f32, [EK_FLOAT64] = draw_f64};
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t row = 0; row < size[1] * size[2]; row++) {
        const int64_t y = begin[1] + row % size[1], z = begin[2] + row / size[1];
        const int64_t first = ek_index(n, begin[0], y, z);
        draw[type]((uint8_t *)stored + ek_dtype_size(type) * (size_t)first, mask + first,
                   field + row * size[0], size[0], face, (double)begin[0], (double)y, (double)z);
    }
}
