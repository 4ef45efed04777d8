/* The painter: for each block of voxels it finds the organs that matter, then paints them in order, each
 * over the last, with boundaries as soft as a voxel is wide. It decides face truth too. Organs are in
 * phantom_face.c and phantom_brain.c. */
#include "phantom_anatomy.h"

#include <string.h>

#include "rng.h"

enum { MAX_LAYERS = 96, SUB = 4 };

float ef_wave_at(const ef_wave *w, v3 p)
{
    float sum = 0.0F;
    for (int i = 0; i < EF_WAVES; i++)
        sum += cosf(v3_dot(w->k[i], p) + w->phase[i]);
    return sum * 0.5345225F; /* sqrt(2 / EF_WAVES): unit variance */
}

static void wave_init(ef_wave *w, uint64_t seed, uint64_t stream, double length_mm)
{
    double k = 6.283185307179586 / length_mm;
    w->per_mm = (float)k;
    for (int i = 0; i < EF_WAVES; i++) {
        uint64_t c = stream * 64 + (uint64_t)i * 3;
        /* directions spread over the half sphere: z in equal steps, azimuth drawn */
        double z = (i + ek_uniform(seed, c)) / EF_WAVES;
        double azimuth = 6.283185307179586 * ek_uniform(seed, c + 1), r = sqrt(1.0 - z * z);
        w->k[i] = (v3){(float)(k * r * cos(azimuth)), (float)(k * r * sin(azimuth)), (float)(k * z)};
        w->phase[i] = (float)(6.283185307179586 * ek_uniform(seed, c + 2));
    }
}

void ef_anatomy_init(ef_anatomy *a, const ef_identity *identity, double neck_mm)
{
    ef_shape_init(&a->shape, identity, neck_mm);
    wave_init(&a->sulci, identity->seed, 1, 27.0);
    wave_init(&a->fascia, identity->seed, 2, 26.0);
    wave_init(&a->cells, identity->seed, 3, 9.0);
}

float ef_probe_field(const ef_anatomy *a, ef_probe *q, int field)
{
    if (q->have >> field & 1U)
        return q->field[field];
    const ef_shape *s = &a->shape;
    float d = 0.0F;
    switch (field) {
    case EF_FIELD_SKIN:
        d = ef_shape_skin(s, q->p);
        break;
    case EF_FIELD_AURICLE:
        d = ef_shape_auricle(s, q->p);
        break;
    case EF_FIELD_HEAD:
        d = ef_shape_head(s, q->p);
        break;
    case EF_FIELD_CAVITY:
        d = ef_shape_cavity(s, q->p);
        break;
    case EF_FIELD_ORBIT:
        d = ef_shape_orbit(s, q->p);
        break;
    default:
        d = ef_probe_brain_field(a, q, field);
        break;
    }
    q->field[field] = d;
    q->have |= 1U << field;
    return d;
}

static void probe_at(ef_probe *q, const ef_anatomy *a, const ef_plate *c, const double ijk[3])
{
    double h[3];
    ef_affine_apply(h, &c->head_from_voxel, ijk);
    q->p = ef_shape_warp(&a->shape, (v3){(float)h[0], (float)h[1], (float)h[2]});
    q->f = v3_fold(q->p);
    q->have = 0;
}

/* Parts of the face near its midline, front to back decided by height and breadth. */
static ef_part face_part(const ef_shape *s, v3 f, float skin)
{
    bool in_nose = f.z < -19.0F && f.z > -79.0F && f.y > 68.0F &&
                   f.x < 8.0F + (s->ala.x + s->ala_radius - 5.0F) * ramp(-30.0F, -62.0F, f.z);
    if (in_nose && (skin > -8.0F || f.y > 78.0F))
        return EF_PART_NOSE;
    if (skin < -8.0F)
        return EF_PART_NONE;
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

/* Face truth of a voxel of the head: the outer 8 mm of the face, the globes, the front teeth, the auricles.
 */
static ef_part part_of(const ef_anatomy *a, ef_probe *q, ef_tissue tissue)
{
    const ef_shape *s = &a->shape;
    if (tissue == EF_TISSUE_AIR)
        return EF_PART_NONE;
    if (q->p.y < 25.0F) {
        if (q->f.x < 58.0F || ef_probe_field(a, q, EF_FIELD_AURICLE) > 0.5F ||
            ef_probe_field(a, q, EF_FIELD_HEAD) < -0.5F)
            return EF_PART_NONE;
        return q->p.x < 0.0F ? EF_PART_EAR_LEFT : EF_PART_EAR_RIGHT;
    }
    if (tissue == EF_TISSUE_EYE || tissue == EF_TISSUE_LENS)
        return EF_PART_EYES;
    if (tissue == EF_TISSUE_TOOTH && q->p.y > 40.0F)
        return EF_PART_MOUTH;
    /* brow line: 10 mm above the rim of the orbit; behind: the lateral rim of the orbit, mid zygoma */
    float skin = ef_probe_field(a, q, EF_FIELD_SKIN) * s->mean;
    if (q->p.z > s->brow_z + 10.0F || q->p.z < -152.0F || q->p.y < 38.0F)
        return EF_PART_NONE;
    return face_part(s, q->f, skin);
}

/* The organs that matter somewhere, in order; full: the first of them fills the whole place. */
typedef struct selection {
    const ef_layer *layer[MAX_LAYERS];
    int n;
    bool full;
} selection;

/* Of the organs in `from`, those that matter within radius (T mm) of the probe. */
static void select_within(selection *to, const selection *from, const ef_anatomy *a, ef_probe *q,
                          float radius)
{
    int n = 0;
    bool full = from->full;
    for (int i = 0; i < from->n; i++) {
        const ef_layer *l = from->layer[i];
        v3 p = q->p;
        if (p.x < l->lo.x - radius || p.x > l->hi.x + radius || p.y < l->lo.y - radius ||
            p.y > l->hi.y + radius || p.z < l->lo.z - radius || p.z > l->hi.z + radius)
            continue;
        if (l->solid) {
            float d = l->fn(a, q);
            if (d > radius * EF_SHAPE_SLOPE)
                continue;
            if (d < -radius * EF_SHAPE_SLOPE) {
                n = 0;
                full = true;
            }
        }
        to->layer[n++] = l;
    }
    to->n = n;
    to->full = full && n > 0;
}

static void paint_voxel(const ef_anatomy *a, const ef_plate *c, const selection *s, ef_probe *q, int64_t at,
                        bool face)
{
    float v = c->signal[EF_TISSUE_AIR], per_soft = a->shape.mean / (float)c->soft_mm;
    ef_tissue tissue = EF_TISSUE_AIR;
    bool brain = false;
    for (int i = 0; i < s->n; i++) {
        const ef_layer *l = s->layer[i];
        float cover = i == 0 && s->full ? 1.0F : 0.5F - l->fn(a, q) * per_soft;
        if (cover <= 0.0F)
            continue;
        float own = c->signal[l->tissue];
        v += (cover < 1.0F ? cover : 1.0F) * (own - v);
        if (cover > 0.5F) {
            tissue = l->tissue;
            brain = l->brain;
        }
    }
    c->image[at] = v;
    c->tissue[at] = (uint8_t)tissue;
    c->brain[at] = brain;
    c->part[at] = (uint8_t)(face ? part_of(a, q, tissue) : EF_PART_NONE);
}

/* The probe at the centre of a box of voxels; returns the radius of the ball around it that holds them, in
 * T mm. */
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

/* Whether face truth has to be asked for: not above the brow, below the chin, behind the ears or deep
 * inside. */
static bool near_face(const ef_anatomy *a, ef_probe *q, float radius)
{
    if (q->p.z > 5.0F + radius || q->p.z < -155.0F - radius)
        return false;
    if (q->p.y < 25.0F - radius && q->f.x < 58.0F - radius)
        return false;
    return ef_probe_field(a, q, EF_FIELD_SKIN) > -32.0F - radius * EF_SHAPE_SLOPE;
}

static void fill_box(const ef_plate *c, const ef_layer *l, const int64_t lo[3], const int64_t hi[3])
{
    size_t n = (size_t)(hi[0] - lo[0]);
    ef_tissue tissue = l ? l->tissue : EF_TISSUE_AIR;
    for (int64_t k = lo[2]; k < hi[2]; k++)
        for (int64_t j = lo[1]; j < hi[1]; j++) {
            int64_t at = (k * c->n[1] + j) * c->n[0] + lo[0];
            for (size_t i = 0; i < n; i++)
                c->image[at + (int64_t)i] = c->signal[tissue];
            memset(c->tissue + at, (int)tissue, n);
            memset(c->brain + at, l && l->brain, n);
            memset(c->part + at, EF_PART_NONE, n);
        }
}

/* One small box: organs chosen once more, then voxel by voxel where there is anything to decide. */
static void paint_box(const ef_anatomy *a, const ef_plate *c, const selection *outer, const int64_t lo[3],
                      const int64_t hi[3])
{
    ef_probe q;
    selection s;
    float radius = probe_box(&q, a, c, lo, hi);
    select_within(&s, outer, a, &q, radius);
    bool face = s.n > 0 && near_face(a, &q, radius);
    if (!face && (s.n == 0 || (s.n == 1 && s.full))) {
        fill_box(c, s.n ? s.layer[0] : NULL, lo, hi);
        return;
    }
    for (int64_t k = lo[2]; k < hi[2]; k++)
        for (int64_t j = lo[1]; j < hi[1]; j++)
            for (int64_t i = lo[0]; i < hi[0]; i++) {
                double ijk[3] = {(double)i, (double)j, (double)k};
                probe_at(&q, a, c, ijk);
                paint_voxel(a, c, &s, &q, (k * c->n[1] + j) * c->n[0] + i, face);
            }
}

void ef_anatomy_paint(const ef_anatomy *a, const ef_plate *c, const int64_t lo[3], const int64_t hi[3])
{
    ef_probe q;
    selection all = {.n = 0}, s;
    for (const ef_layer *l = ef_layers_face; l->fn; l++)
        all.layer[all.n++] = l;
    for (const ef_layer *l = ef_layers_brain; l->fn; l++)
        all.layer[all.n++] = l;
    float radius = probe_box(&q, a, c, lo, hi);
    select_within(&s, &all, a, &q, radius);
    if (s.n == 0 || (s.n == 1 && s.full && !near_face(a, &q, radius))) {
        fill_box(c, s.n ? s.layer[0] : NULL, lo, hi);
        return;
    }
    for (int64_t z = lo[2]; z < hi[2]; z += SUB)
        for (int64_t y = lo[1]; y < hi[1]; y += SUB)
            for (int64_t x = lo[0]; x < hi[0]; x += SUB) {
                int64_t from[3] = {x, y, z}, to[3];
                for (int i = 0; i < 3; i++)
                    to[i] = from[i] + SUB < hi[i] ? from[i] + SUB : hi[i];
                paint_box(a, c, &s, from, to);
            }
}
