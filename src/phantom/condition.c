/* Conditions of head and scan, painted voxel by voxel over the healthy head. Lengths and places are those
 * of typical cases; none is measured. Labels follow the tissue. What lies outside the head (hair, straps,
 * holders) stays labelled as air. */
#include "phantom/condition.h"

#include <math.h>

#include "base/error.h"
#include "kernels/blocks.h"
#include "kernels/grid.h"
#include "kernels/rng.h"

/* Conditions of the field of view, which exclude each other; those of MR alone; and those painted into
 * air. */
enum {
    VIEWS = EFFACE_CONDITION_HALF | EFFACE_CONDITION_SLAB | EFFACE_CONDITION_LARGE_BOX |
            EFFACE_CONDITION_SHOULDERS,
    MR_ONLY = EFFACE_CONDITION_DROPOUT | EFFACE_CONDITION_SPECKLE,
    OUTSIDE = EFFACE_CONDITION_BEARD | EFFACE_CONDITION_STRAP | EFFACE_CONDITION_HOLDER |
              EFFACE_CONDITION_SHOULDERS
};

typedef struct scene {
    const ef_plate *plate;
    const ef_shape *shape;
    unsigned conditions;
    bool ct;
    uint64_t scan;
    v3 cavity, cavity_axis;   /* T: centre of the resection, and the direction out of it */
    double occiput_y, chin_z; /* H mm */
    double circle[3];         /* of the cylinder in view: centre in voxels, radius in mm */
    double mm[3];
} scene;

const char *ef_condition_name(int c)
{
    static const char *const names[EFFACE_CONDITIONS] = {
        "atrophy", "resection", "beard",     "strap", "holder", "dental",   "dropout",
        "speckle", "circle",    "shoulders", "half",  "slab",   "large-box"};
    return c >= 0 && c < EFFACE_CONDITIONS ? names[c] : NULL;
}

efface_status ef_condition_check(const ef_phantom_options *o, efface_error *err)
{
    const unsigned views = o->conditions & VIEWS;
    if (o->conditions >> EFFACE_CONDITIONS != 0)
        return ef_fail(err, EFFACE_USAGE, "unknown condition");
    if ((views & (views - 1)) != 0 || (views != 0 && o->fov != EF_FOV_FULL))
        return ef_fail(err, EFFACE_USAGE, "a phantom can have only one field of view");
    if ((o->conditions & MR_ONLY) != 0 && o->contrast == EF_CT)
        return ef_fail(err, EFFACE_USAGE, "signal drop-out and speckled air exist in MR only");
    if ((o->conditions & EFFACE_CONDITION_HOLDER) != 0 && o->contrast != EF_CT)
        return ef_fail(err, EFFACE_USAGE, "a head holder is visible in CT only");
    return EFFACE_PASS;
}

void ef_condition_view(double lo[3], double hi[3], unsigned conditions,
                       const double landmark_mm[EF_N_LANDMARKS][3])
{
    const double eyes_z = landmark_mm[EF_PUPIL_RIGHT][2];
    if (conditions & EFFACE_CONDITION_HALF)
        hi[0] = landmark_mm[EF_PUPIL_RIGHT][0];
    if (conditions & EFFACE_CONDITION_SLAB) {
        lo[2] = eyes_z - 30;
        hi[2] = eyes_z + 40;
    }
    for (int d = 0; d < 3 && (conditions & EFFACE_CONDITION_LARGE_BOX); d++) {
        const double middle = 0.5 * (lo[d] + hi[d]);
        lo[d] = fmin(lo[d], middle - 200);
        hi[d] = fmax(hi[d], middle + 200);
    }
    if (conditions & EFFACE_CONDITION_SHOULDERS) {
        lo[0] = fmin(lo[0], -230);
        hi[0] = fmax(hi[0], 230);
        lo[2] = fmin(lo[2], landmark_mm[EF_MENTON][2] - 160);
    }
    if (conditions & EFFACE_CONDITION_HOLDER)
        lo[1] -= 30;
}

static void set(const scene *s, int64_t at, ef_tissue tissue, bool brain)
{
    s->plate->tissue[at] = (uint8_t)tissue;
    s->plate->brain[at] = brain;
    s->plate->image[at] = s->plate->signal[tissue];
}

/* A cavity of 20 mm radius in a lobe, full of fluid, and the opening in the skull above it. */
static void resect(const scene *s, int64_t at, v3 p)
{
    const v3 d = {p.x - s->cavity.x, p.y - s->cavity.y, p.z - s->cavity.z};
    const float along = v3_dot(d, s->cavity_axis);
    const v3 off = {d.x - along * s->cavity_axis.x, d.y - along * s->cavity_axis.y,
                    d.z - along * s->cavity_axis.z};
    const ef_tissue tissue = (ef_tissue)s->plate->tissue[at];
    if (s->plate->brain[at] && (v3_len(d) < 20.0F || (along > 0.0F && v3_len(off) < 15.0F)))
        set(s, at, EF_TISSUE_CSF, false);
    else if (along > 0.0F && v3_len(off) < 22.0F &&
             (tissue == EF_TISSUE_BONE || tissue == EF_TISSUE_MARROW))
        set(s, at, EF_TISSUE_MUSCLE, false);
}

/* Neck and shoulders from 50 mm under the chin: an ellipse that widens to 420 mm within 60 mm. */
static bool in_shoulders(const scene *s, v3 h, float *depth_mm)
{
    const float below = (float)s->chin_z - 50.0F - h.z, t = ramp(0.0F, 60.0F, below);
    const float half_x = 55.0F + 155.0F * t, half_y = 55.0F + 50.0F * t, y = h.y + 40.0F;
    const float r = sqrtf(h.x * h.x / (half_x * half_x) + y * y / (half_y * half_y));
    *depth_mm = (1.0F - r) * minf(half_x, half_y);
    return below > 0.0F && r < 1.0F;
}

/* A shell of plastic around the back of the head, which lies in it, with foam between, on a table. */
static float holder_hu(const scene *s, v3 h, float skin)
{
    const float radius = -20.0F - (float)s->occiput_y, y = h.y + 20.0F;
    const float off = sqrtf(h.x * h.x + y * y) - radius;
    if (h.y < -20.0F && off > 0.0F && off < 5.0F)
        return 120.0F;
    if (h.y < (float)s->occiput_y - 12.0F && h.y > (float)s->occiput_y - 22.0F && fabsf(h.x) < 200.0F)
        return -150.0F;
    if (h.y < -35.0F && off <= 0.0F && skin < 25.0F)
        return -900.0F; /* foam */
    return -1000.0F;
}

/* Air voxels: what the subject wears or lies on, and the body below. */
static void paint_outside(const scene *s, int64_t at, v3 h, v3 p, float skin)
{
    const float soft = s->plate->signal[EF_TISSUE_FAT];
    float *value = &s->plate->image[at], depth;
    if ((s->conditions & EFFACE_CONDITION_SHOULDERS) && in_shoulders(s, h, &depth))
        set(s, at, depth < 12.0F ? EF_TISSUE_FAT : EF_TISSUE_MUSCLE, false);
    else if ((s->conditions & EFFACE_CONDITION_STRAP) && skin > 0.5F && skin < 6.0F &&
             (fabsf(p.z - 30.0F) < 12.0F || (fabsf(p.y - 30.0F) < 12.0F && p.z < 20.0F && p.z > -160.0F)))
        *value = s->ct ? -60.0F : 0.3F * soft;
    else if ((s->conditions & EFFACE_CONDITION_BEARD) && skin > 0.0F && skin < 10.0F && p.z < -82.0F &&
             p.z > -155.0F && p.y > 15.0F)
        *value = s->ct ? -850.0F : 0.5F * soft * (float)ek_uniform(s->scan ^ 0xbea7d, (uint64_t)at);
    else if (s->conditions & EFFACE_CONDITION_HOLDER)
        *value = maxf(*value, holder_hu(s, h, skin));
}

/* Changes of the signal only: metal of teeth, the end of the coil, and air of the MP2RAGE ratio (Marques et
 * al., NeuroImage 2010;49:1271), where noise over noise takes any value. */
static void spoil(const scene *s, int64_t at, v3 p)
{
    float *value = &s->plate->image[at];
    const v3 teeth = {p.x - 12.0F, p.y - 58.0F, p.z + 96.0F};
    const float r = v3_len(teeth);
    if ((s->conditions & EFFACE_CONDITION_DENTAL) && !s->ct)
        *value *= ramp(20.0F, 32.0F, r);
    if ((s->conditions & EFFACE_CONDITION_DENTAL) && s->ct && fabsf(teeth.z) < 7.0F) {
        const float streak = 900.0F * expf(-r / 50.0F);
        *value += r < 6.0F ? 3000.0F : streak * sinf(9.0F * atan2f(teeth.y, teeth.x));
    }
    if ((s->conditions & EFFACE_CONDITION_DROPOUT) && p.y > 0.0F)
        *value *= 0.02F + 0.98F * ramp(-128.0F, -92.0F, p.z);
    if (s->conditions & EFFACE_CONDITION_SPECKLE) {
        const float white = s->plate->signal[EF_TISSUE_WHITE], level = *value / (0.15F * white);
        const float noise = expf(-level * level);
        *value = (1.0F - noise) * *value +
                 noise * 1.4F * white * (float)ek_uniform(s->scan ^ 0x59ec, (uint64_t)at);
    }
}

static void paint_voxel(const scene *s, const int64_t ijk[3])
{
    const ef_plate *c = s->plate;
    const int64_t at = ek_index(c->n, ijk[0], ijk[1], ijk[2]);
    const double index[3] = {(double)ijk[0], (double)ijk[1], (double)ijk[2]};
    double mm[3];
    ef_affine_apply(mm, &c->head_from_voxel, index);
    const v3 h = {(float)mm[0], (float)mm[1], (float)mm[2]}, p = ef_shape_warp(s->shape, h);
    if (s->conditions & EFFACE_CONDITION_RESECTION)
        resect(s, at, p);
    if ((s->conditions & OUTSIDE) && c->tissue[at] == EF_TISSUE_AIR) {
        const float skin = ef_shape_skin(s->shape, p) * s->shape->mean;
        if (skin > 0.0F)
            paint_outside(s, at, h, p, skin);
    }
    spoil(s, at, p);
    const double x = (index[0] - s->circle[0]) * s->mm[0], y = (index[1] - s->circle[1]) * s->mm[1];
    if ((s->conditions & EFFACE_CONDITION_CIRCLE) && sqrt(x * x + y * y) > s->circle[2]) {
        set(s, at, EF_TISSUE_AIR, false);
        c->part[at] = 0;
        c->image[at] = s->ct ? (float)EF_CONDITION_PADDING_HU : 0.0F;
    }
}

static void paint_block(const void *context, const int64_t lo[3], const int64_t hi[3])
{
    int64_t ijk[3];
    for (ijk[2] = lo[2]; ijk[2] < hi[2]; ijk[2]++)
        for (ijk[1] = lo[1]; ijk[1] < hi[1]; ijk[1]++)
            for (ijk[0] = lo[0]; ijk[0] < hi[0]; ijk[0]++)
                paint_voxel(context, ijk);
}

void ef_condition_paint(const ef_plate *plate, const ef_shape *shape, const ef_phantom_options *o,
                        const double landmark_mm[EF_N_LANDMARKS][3], int threads)
{
    scene s = {.plate = plate,
               .shape = shape,
               .conditions = o->conditions,
               .ct = o->contrast == EF_CT,
               .scan = o->scan,
               .occiput_y = landmark_mm[EF_OPISTHOCRANION][1],
               .chin_z = landmark_mm[EF_MENTON][2]};
    const unsigned unpainted = EFFACE_CONDITION_ATROPHY | EFFACE_CONDITION_HALF | EFFACE_CONDITION_SLAB |
                               EFFACE_CONDITION_LARGE_BOX;
    if ((o->conditions & ~unpainted) == 0)
        return;
    /* Left or right, frontal or parietal: depends on the person. */
    const float side = o->seed & 1 ? 1.0F : -1.0F;
    s.cavity = o->seed & 2 ? (v3){side * 30.0F, 38.0F, 36.0F} : (v3){side * 42.0F, -45.0F, 42.0F};
    const v3 out = {s.cavity.x, s.cavity.y + 18.0F, s.cavity.z};
    const float length = v3_len(out);
    s.cavity_axis = (v3){out.x / length, out.y / length, out.z / length};
    ef_affine_spacing(s.mm, &plate->head_from_voxel);
    for (int d = 0; d < 2; d++)
        s.circle[d] = 0.5 * (double)(plate->n[d] - 1);
    /* As in a scanner: the circle with the longer side of the picture as diameter. */
    s.circle[2] = 0.5 * fmax((double)plate->n[0] * s.mm[0], (double)plate->n[1] * s.mm[1]);
    ek_blocks(plate->n, paint_block, &s, threads);
}
