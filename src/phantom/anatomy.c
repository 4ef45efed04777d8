/* The painter. For each block of voxels it finds the organs that matter. Then it paints them in order, each
 * over the previous ones, with boundaries as soft as a voxel is wide. It also decides which part of the
 * face a voxel belongs to. The organs are in outer.c and brain.c. */
#include "phantom/anatomy.h"

#include <string.h>

#include "kernels/grid.h"
#include "phantom/brain.h"
#include "phantom/outer.h"

enum { MAX_LAYERS = 64 };

static float skin(const ef_anatomy *a, ef_probe *q)
{
    return ef_shape_skin(&a->shape, q->p);
}

static float head(const ef_anatomy *a, ef_probe *q)
{
    return ef_shape_head(&a->shape, q->p);
}

static float auricle(const ef_anatomy *a, ef_probe *q)
{
    return ef_shape_auricle(&a->shape, q->p);
}

static float cavity(const ef_anatomy *a, ef_probe *q)
{
    return ef_shape_cavity(&a->shape, q->p);
}

static float orbit(const ef_anatomy *a, ef_probe *q)
{
    return ef_shape_orbit(&a->shape, q->p);
}

void ef_anatomy_init(ef_anatomy *a, const ef_identity *identity, double neck_mm)
{
    ef_shape_init(&a->shape, identity, neck_mm);
    ef_wave_init(&a->sulci, identity->head, 1, 23.0);
    ef_wave_init(&a->fascia, identity->head, 2, 26.0);
    ef_wave_init(&a->cells, identity->head, 3, 9.0);
    a->field[EF_FIELD_SKIN] = skin;
    a->field[EF_FIELD_HEAD] = head;
    a->field[EF_FIELD_AURICLE] = auricle;
    a->field[EF_FIELD_CAVITY] = cavity;
    a->field[EF_FIELD_ORBIT] = orbit;
    ef_brain_fields(a);
}

static void probe_at(ef_probe *q, const ef_anatomy *a, const ef_plate *c, const double ijk[3])
{
    double h[3];
    ef_affine_apply(h, &c->head_from_voxel, ijk);
    q->p = ef_shape_warp(&a->shape, (v3){(float)h[0], (float)h[1], (float)h[2]});
    q->f = v3_fold(q->p);
    q->have = 0;
}

/* Returns the depth of the soft tissue that carries the person's relief. Children have less of it, in
 * proportion. */
static float face_depth_mm(const ef_shape *s)
{
    return 8.0F * minf(1.0F, s->mean / 0.93F);
}

/* Which face truth must be decided at a place: none, only deep parts (globes, teeth, nose), or all. */
typedef enum face_care { FACE_NONE, FACE_DEEP, FACE_NEAR } face_care;

static bool in_nose(const ef_shape *s, v3 f)
{
    return f.z < -19.0F && f.z > -79.0F && f.y > 68.0F &&
           f.x < 8.0F + (s->ala.x + s->ala_radius - 5.0F) * ramp(-30.0F, -62.0F, f.z);
}

/* Returns the part near the surface, by height and breadth. */
static ef_part face_part(const ef_shape *s, v3 f)
{
    if (in_nose(s, f))
        return EF_PART_NOSE;
    if (f.z > -19.0F)
        return EF_PART_FOREHEAD;
    if (f.z > -46.0F && f.x > 8.0F)
        return EF_PART_EYES;
    if (f.z > -79.0F)
        return EF_PART_CHEEKS;
    if (f.z > -114.0F)
        return f.x < s->mouth_half + 5.0F ? EF_PART_MOUTH : EF_PART_CHEEKS;
    return f.x < s->chin_half + 10.0F ? EF_PART_CHIN : EF_PART_CHEEKS;
}

/* Returns the face truth of a voxel of the head: the outer soft tissue of the face, the nose, the globes,
 * the front teeth, the auricles. deep: the voxel is known to be too far from the skin for the first and the
 * last. */
static ef_part part_of(const ef_anatomy *a, ef_probe *q, ef_tissue tissue, bool deep)
{
    const ef_shape *s = &a->shape;
    if (tissue == EF_TISSUE_AIR)
        return EF_PART_NONE;
    if (q->p.y < 25.0F) {
        if (deep || q->f.x < 58.0F || ef_probe_field(a, q, EF_FIELD_AURICLE) > 0.5F ||
            ef_probe_field(a, q, EF_FIELD_HEAD) < -0.5F)
            return EF_PART_NONE;
        return q->p.x < 0.0F ? EF_PART_EAR_LEFT : EF_PART_EAR_RIGHT;
    }
    if (tissue == EF_TISSUE_EYE || tissue == EF_TISSUE_LENS)
        return EF_PART_EYES;
    if (tissue == EF_TISSUE_TOOTH && q->p.y > 40.0F)
        return EF_PART_MOUTH;
    if (q->p.y > 78.0F && in_nose(s, q->f))
        return EF_PART_NOSE;
    /* Limits: the brow line, 10 mm above the orbit's rim; mid zygoma, behind the orbit's lateral rim. */
    if (deep || q->p.z > s->brow_z + 10.0F || q->p.z < -152.0F || q->p.y < 38.0F)
        return EF_PART_NONE;
    /* The floor of the mouth behind the chin has no relief. */
    if (q->p.z < s->chin.z && q->p.y < s->chin.y - 12.0F)
        return EF_PART_NONE;
    if (ef_probe_field(a, q, EF_FIELD_SKIN) * s->mean < -face_depth_mm(s))
        return EF_PART_NONE;
    return face_part(s, q->f);
}

/* The organs that matter somewhere, in order. full: the first of them fills the whole place. */
typedef struct selection {
    const ef_layer *layer[MAX_LAYERS];
    int n;
    bool full;
} selection;

/* Distances beyond this, in T mm, decide nothing: large distances are not exact. */
#define TRUST_MM 12.0F

/* Selects the organs in `from` that matter within radius (T mm) of the probe. */
static void select_within(selection *to, const selection *from, const ef_anatomy *a, ef_probe *q,
                          float radius)
{
    int n = 0;
    bool full = from->full;
    if (radius > TRUST_MM) {
        *to = *from;
        return;
    }
    for (int i = 0; i < from->n; i++) {
        const ef_layer *l = from->layer[i];
        v3 p = q->p;
        if (p.x < l->lo.x - radius || p.x > l->hi.x + radius || p.y < l->lo.y - radius ||
            p.y > l->hi.y + radius || p.z < l->lo.z - radius || p.z > l->hi.z + radius)
            continue;
        float d = l->within ? l->within(a, q) : 0.0F;
        if (d > radius * EF_SHAPE_SLOPE)
            continue;
        if (l->within == l->fn && d < -radius * EF_SHAPE_SLOPE) {
            n = 0;
            full = true;
        }
        to->layer[n++] = l;
    }
    to->n = n;
    to->full = full && n > 0;
}

/* Paints a voxel from the last organ to the first, until nothing more shows: hidden organs cost nothing. */
static void paint_voxel(const ef_anatomy *a, const ef_plate *c, const selection *s, ef_probe *q, int64_t at,
                        face_care face)
{
    float v = 0.0F, through = 1.0F, per_soft = a->shape.mean / (float)c->soft_mm;
    const ef_layer *top = NULL;
    for (int i = s->n - 1; i >= 0 && through > 0.0F; i--) {
        const ef_layer *l = s->layer[i];
        float cover = i == 0 && s->full ? 1.0F : clampf(0.5F - l->fn(a, q) * per_soft, 0.0F, 1.0F);
        v += through * cover * c->signal[l->tissue];
        through *= 1.0F - cover;
        if (top == NULL && cover > 0.5F)
            top = l;
    }
    ef_tissue tissue = top ? top->tissue : EF_TISSUE_AIR;
    c->image[at] = v + through * c->signal[EF_TISSUE_AIR];
    c->tissue[at] = (uint8_t)tissue;
    c->brain[at] = top && top->brain;
    if (face != FACE_NONE)
        c->part[at] = (uint8_t)part_of(a, q, tissue, face == FACE_DEEP);
}

/* Sets the probe to the centre of a box of voxels. Returns the radius of the ball around it that holds the
 * voxels, in T mm. */
static float probe_box(ef_probe *q, const ef_anatomy *a, const ef_plate *c, const int64_t lo[3],
                       const int64_t hi[3])
{
    double centre[3], mm[3], square = 0.0;
    ef_affine_spacing(mm, &c->head_from_voxel);
    for (int i = 0; i < 3; i++) {
        centre[i] = 0.5 * (double)(lo[i] + hi[i] - 1);
        double half = 0.5 * (double)(hi[i] - lo[i] - 1) * mm[i];
        square += half * half;
    }
    probe_at(q, a, c, centre);
    return (float)(sqrt(square) + 0.5 * c->soft_mm) * a->shape.stretch;
}

/* Returns which face truth a place needs. There is no face above the brow, below the chin and behind the
 * ears. */
static face_care face_within(const ef_anatomy *a, ef_probe *q, float radius)
{
    if (q->p.z > 5.0F + radius || q->p.z < -155.0F - radius)
        return FACE_NONE;
    if (q->p.y < 25.0F - radius && q->f.x < 58.0F - radius)
        return FACE_NONE;
    float skin = ef_probe_field(a, q, EF_FIELD_SKIN), reach = radius * EF_SHAPE_SLOPE;
    if (skin > reach || skin < -40.0F - reach)
        return FACE_NONE;
    return skin * a->shape.mean < -face_depth_mm(&a->shape) - reach ? FACE_DEEP : FACE_NEAR;
}

/* Fills a box with one tissue. Labels are zero before. */
static void fill_box(const ef_plate *c, const ef_layer *l, const int64_t lo[3], const int64_t hi[3])
{
    size_t n = (size_t)(hi[0] - lo[0]);
    float signal = c->signal[l ? l->tissue : EF_TISSUE_AIR];
    for (int64_t k = lo[2]; k < hi[2]; k++)
        for (int64_t j = lo[1]; j < hi[1]; j++) {
            int64_t at = ek_index(c->n, lo[0], j, k);
            for (size_t i = 0; i < n && signal != 0.0F; i++)
                c->image[at + (int64_t)i] = signal;
            if (l == NULL)
                continue;
            memset(c->tissue + at, (int)l->tissue, n);
            if (l->brain)
                memset(c->brain + at, 1, n);
        }
}

static void paint_voxels(const ef_anatomy *a, const ef_plate *c, const selection *s, face_care face,
                         const int64_t lo[3], const int64_t hi[3])
{
    ef_probe q;
    for (int64_t k = lo[2]; k < hi[2]; k++)
        for (int64_t j = lo[1]; j < hi[1]; j++)
            for (int64_t i = lo[0]; i < hi[0]; i++) {
                double ijk[3] = {(double)i, (double)j, (double)k};
                probe_at(&q, a, c, ijk);
                paint_voxel(a, c, s, &q, ek_index(c->n, i, j, k), face);
            }
}

/* Paints a box of at most `edge` voxels a side. Where one organ fills it, it is filled at once. Otherwise
 * it is halved, with only the organs that matter there. At 2 voxels the voxels themselves are cheaper. */
static void paint_box(const ef_anatomy *a, const ef_plate *c, const selection *outer, const int64_t lo[3],
                      const int64_t hi[3], int64_t edge)
{
    ef_probe q;
    selection s;
    float radius = probe_box(&q, a, c, lo, hi);
    select_within(&s, outer, a, &q, radius);
    face_care face = s.n > 0 ? face_within(a, &q, radius) : FACE_NONE;
    if (face == FACE_NONE && (s.n == 0 || (s.n == 1 && s.full))) {
        fill_box(c, s.n ? s.layer[0] : NULL, lo, hi);
        return;
    }
    if (edge <= 2) {
        paint_voxels(a, c, &s, face, lo, hi);
        return;
    }
    int64_t half = edge / 2;
    for (int64_t z = lo[2]; z < hi[2]; z += half)
        for (int64_t y = lo[1]; y < hi[1]; y += half)
            for (int64_t x = lo[0]; x < hi[0]; x += half) {
                int64_t from[3] = {x, y, z}, to[3];
                for (int i = 0; i < 3; i++)
                    to[i] = from[i] + half < hi[i] ? from[i] + half : hi[i];
                paint_box(a, c, &s, from, to, half);
            }
}

void ef_anatomy_paint(const ef_anatomy *a, const ef_plate *c, const int64_t lo[3], const int64_t hi[3])
{
    selection all = {.n = 0};
    int64_t edge = 2;
    for (const ef_layer *l = ef_layers_outer; l->fn; l++)
        all.layer[all.n++] = l;
    for (const ef_layer *l = ef_layers_brain; l->fn; l++)
        all.layer[all.n++] = l;
    for (int i = 0; i < 3; i++)
        while (edge < hi[i] - lo[i])
            edge *= 2;
    paint_box(a, c, &all, lo, hi, edge);
}
