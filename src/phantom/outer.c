/* Organs outside the skull's cavity: skin, fat and muscle, bones of the face, orbits with their globes, the
 * nose and its sinuses, mouth, teeth and tongue, jaw, neck and spine. Places are in T, read off atlases of
 * the adult head. */
#include "phantom/outer.h"

#include <stddef.h>

#define BOX(x, y0, y1, z0, z1)                                                                             \
    {-(x), y0, z0},                                                                                        \
    {                                                                                                      \
        x, y1, z1                                                                                          \
    }

static float fn_skin(const ef_anatomy *a, ef_probe *q)
{
    return ef_probe_field(a, q, EF_FIELD_SKIN);
}

/* Dermis with epidermis: about 2 mm on the face, more on scalp and nape (Lee and Hwang, Surg Radiol Anat
 * 2002;24:183). */
static float fn_fat(const ef_anatomy *a, ef_probe *q)
{
    float d = ef_probe_field(a, q, EF_FIELD_SKIN);
    if (d > 0.0F)
        return d + 1.8F;
    float thick = 1.8F + 0.6F * ramp(-10.0F, 40.0F, q->p.z);
    return d + thick;
}

/* Everything under the fat that is no other organ. */
static float fn_muscle(const ef_anatomy *a, ef_probe *q)
{
    v3 f = q->f;
    float d = ef_probe_field(a, q, EF_FIELD_SKIN);
    if (d > 0.0F)
        return d + 5.0F;
    float cheek = ramp(5.0F, 35.0F, f.y) * ramp(-122.0F, -92.0F, f.z) * ramp(-34.0F, -58.0F, f.z) *
                  ramp(12.0F, 32.0F, f.x);
    float nape = ramp(-40.0F, -70.0F, f.y) * ramp(0.0F, -50.0F, f.z);
    float lips = ramp(-78.0F, -92.0F, f.z) * ramp(-118.0F, -104.0F, f.z) * ramp(34.0F, 24.0F, f.x) *
                 ramp(40.0F, 60.0F, f.y);
    float thick = 2.0F + (0.95F * a->shape.fat * cheek + 2.7F + 3.6F * nape) * (1.0F - 0.8F * lips);
    return d + thick;
}

/* Fat between the muscles, along surfaces that wind through the neck and jaws. */
static float fn_fascia(const ef_anatomy *a, ef_probe *q)
{
    v3 p = {q->p.x, q->p.y, 0.45F * q->p.z};
    float sheet = fabsf(ef_wave_at(&a->fascia, p)) / a->fascia.per_mm - 0.45F;
    sheet = maxf(sheet, maxf(p.y - 59.0F, q->p.z + 31.0F));
    return sheet > 1.5F ? sheet : maxf(sheet, ef_probe_field(a, q, EF_FIELD_SKIN) + 5.0F);
}

static float fn_buccal(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    return smin(sd_ellipsoid(q->f, (v3){43.0F, 36.0F, -74.0F}, (v3){8.0F, 13.0F, 17.0F}),
                sd_ellipsoid(q->f, (v3){40.0F, 22.0F, -58.0F}, (v3){6.0F, 9.0F, 10.0F}), 6.0F);
}

static float fn_parotid(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    return sd_ellipsoid(q->f, (v3){59.0F, -8.0F, -72.0F}, (v3){9.0F, 15.0F, 21.0F});
}

static float fn_auricle(const ef_anatomy *a, ef_probe *q)
{
    return ef_probe_field(a, q, EF_FIELD_AURICLE) + 1.0F;
}

static float fn_nose(const ef_anatomy *a, ef_probe *q)
{
    v3 f = q->f;
    float d = ef_probe_field(a, q, EF_FIELD_SKIN) + 2.2F;
    float core = sd_cone(f, (v3){0.0F, 80.0F, -48.0F}, (v3){0.0F, 92.0F, -66.0F}, 6.0F, 9.0F);
    return maxf(d, smax(core, 77.0F - f.y, 2.0F));
}

static float calvaria(const ef_anatomy *a, ef_probe *q)
{
    float thick = a->shape.skull + 2.0F * ramp(20.0F, 78.0F, q->p.y) -
                  2.2F * ramp(8.0F, -25.0F, q->p.z) * ramp(40.0F, 55.0F, q->f.x);
    return ef_probe_field(a, q, EF_FIELD_CAVITY) - thick;
}

static float fn_skull(const ef_anatomy *a, ef_probe *q)
{
    v3 f = q->f;
    const ef_shape *s = &a->shape;
    float d = calvaria(a, q);
    v3 brow = {9.0F, 65.5F + s->brow, s->brow_z},
       brow_out = {40.0F, 55.0F + 0.6F * s->brow, s->brow_z - 2.0F};
    d = smin(d, sd_cone(f, brow, brow_out, 8.0F, 5.5F), 6.0F);
    d = smin(d, sd_ellipsoid(f, (v3){0.0F, 16.0F, -42.0F}, (v3){30.0F, 32.0F, 15.0F}), 6.0F);
    d = smin(d, sd_cone(f, (v3){0.0F, -10.0F, -42.0F}, (v3){10.0F, -22.0F, -58.0F}, 9.0F, 8.0F), 6.0F);
    d = smin(d, sd_ellipsoid(f, (v3){53.0F, -31.0F, -48.0F}, (v3){10.0F, 15.0F, 18.0F}), 5.0F);
    d = smin(d, sd_cone(f, (v3){15.0F, -12.0F, -38.0F}, (v3){50.0F, -24.0F, -42.0F}, 7.0F, 9.0F), 5.0F);
    /* maxilla, zygoma and its arch, bones of the nose */
    d = smin(d, sd_ellipsoid(f, (v3){0.0F, 46.0F, -68.0F}, (v3){35.0F, 24.0F, 25.0F}), 5.0F);
    d = smin(d, sd_cone(f, (v3){26.0F, 60.0F, -51.0F}, (v3){45.0F, 48.0F, -50.0F}, 5.5F, 6.5F), 5.0F);
    d = smin(d, sd_cone(f, (v3){45.0F, 48.0F, -50.0F}, (v3){44.0F, 50.0F, -18.0F}, 5.5F, 5.0F), 4.0F);
    d = smin(d, sd_cone(f, (v3){49.0F, 42.0F, -51.0F}, (v3){60.0F, -4.0F, -43.0F}, 3.6F, 3.2F), 3.0F);
    d = smin(d, sd_cone(f, (v3){2.0F, 68.0F, -22.0F}, (v3){2.5F, 78.0F - 0.5F, -44.0F}, 4.5F, 2.5F), 4.0F);
    d = smin(d, sd_cone(f, (v3){17.0F, 16.0F, -58.0F}, (v3){17.0F, 17.0F, -80.0F}, 4.0F, 3.5F), 4.0F);
    d = smax(d, -ef_probe_field(a, q, EF_FIELD_ORBIT), 2.0F);
    return f.z > 5.0F ? d : maxf(d, ef_probe_field(a, q, EF_FIELD_SKIN) + 3.5F);
}

/* Diploe between the tables of the calvaria, marrow of clivus, sphenoid and condyles. */
static float fn_diploe(const ef_anatomy *a, ef_probe *q)
{
    float c = ef_probe_field(a, q, EF_FIELD_CAVITY);
    float mid = 0.5F * a->shape.skull;
    float d = fabsf(c - mid) - (mid - 2.0F);
    d = maxf(d, -12.0F - q->p.z + 0.2F * q->p.y);
    return maxf(d, calvaria(a, q) + 1.8F);
}

static float fn_base_marrow(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    v3 f = q->f;
    float d = sd_cone(f, (v3){0.0F, -8.0F, -40.0F}, (v3){3.0F, -20.0F, -55.0F}, 6.0F, 5.0F);
    d = smin(d, sd_ellipsoid(f, (v3){42.0F, 51.0F, -50.0F}, (v3){4.0F, 3.5F, 3.5F}), 1.0F);
    return smin(d, sd_ellipsoid(f, (v3){24.0F, 10.0F, -44.0F}, (v3){5.0F, 10.0F, 5.0F}), 1.0F);
}

/* Spongy bone of the upper jaw. */
static float fn_maxilla_marrow(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    return maxf(sd_ellipsoid(q->f, (v3){0.0F, 44.0F, -72.0F}, (v3){30.0F, 20.0F, 18.0F}), q->f.z + 66.0F);
}

/* Mastoid and petrous air cells. */
static float fn_cells(const ef_anatomy *a, ef_probe *q)
{
    v3 f = q->f;
    float d = sd_ellipsoid(f, (v3){53.0F, -32.0F, -46.0F}, (v3){8.0F, 12.0F, 14.0F});
    d = smin(d, sd_cone(f, (v3){48.0F, -20.0F, -36.0F}, (v3){38.0F, -19.0F, -37.0F}, 4.5F, 2.5F), 2.0F);
    if (d > 1.0F)
        return d;
    return maxf(d, 0.6F - fabsf(ef_wave_at(&a->cells, q->p)) * 1.4F);
}

static float fn_sinuses(const ef_anatomy *a, ef_probe *q)
{
    v3 f = q->f;
    float d = sd_ellipsoid(f, (v3){25.0F, 44.0F, -62.0F}, (v3){11.5F, 16.0F, 15.0F});
    d = smin(d, sd_ellipsoid(f, (v3){7.0F, 18.0F, -36.0F}, (v3){6.5F, 13.0F, 8.5F}), 0.5F);
    d = smin(d, sd_ellipsoid(f, (v3){9.0F, 44.0F, -34.0F}, (v3){5.0F, 18.0F, 9.0F}), 0.5F);
    v3 frontal = {11.0F, 68.0F + a->shape.brow, a->shape.brow_z + 5.0F};
    d = smin(d, sd_ellipsoid(f, frontal, (v3){9.0F, 4.2F, 9.0F}), 0.5F);
    float walls = maxf(0.7F - f.x, -1.0F);
    if (f.x < 16.0F && f.z > -46.0F && f.y > 28.0F && f.y < 60.0F)
        walls = maxf(walls, 0.5F - 3.0F * fabsf(sinf(0.36F * f.y)));
    return maxf(d, walls);
}

static float nasal_cavity(const ef_anatomy *a, v3 f)
{
    v3 ala = a->shape.ala;
    float d = smin(sd_cone(f, (v3){5.0F, 24.0F, -62.0F}, (v3){4.5F, 66.0F, -66.0F}, 7.0F, 6.5F),
                   sd_cone(f, (v3){3.0F, 30.0F, -50.0F}, (v3){3.0F, 64.0F, -46.0F}, 4.5F, 4.0F), 4.0F);
    return smin(
        d,
        sd_cone(f, (v3){4.5F, 66.0F, -66.0F}, (v3){ala.x * 0.42F, ala.y - 1.0F, ala.z + 2.0F}, 5.5F, 3.2F),
        3.0F);
}

static float nasal_hollow(const ef_anatomy *a, ef_probe *q)
{
    return nasal_cavity(a, q->f);
}

static float fn_nasal_wall(const ef_anatomy *a, ef_probe *q)
{
    return maxf(nasal_cavity(a, q->f) - 1.5F, ef_probe_field(a, q, EF_FIELD_SKIN) + 1.5F);
}

static float fn_nasal_air(const ef_anatomy *a, ef_probe *q)
{
    v3 f = q->f;
    float d = maxf(nasal_cavity(a, f), 1.2F - f.x);
    float lower = sd_cone(f, (v3){9.5F, 30.0F, -67.0F}, (v3){8.5F, 66.0F, -67.0F}, 3.2F, 2.8F);
    float middle = sd_cone(f, (v3){7.5F, 32.0F, -56.0F}, (v3){6.5F, 60.0F, -55.0F}, 2.2F, 2.0F);
    return maxf(d, -minf(lower, middle));
}

static float fn_airway(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    v3 f = {q->f.x * 0.75F, q->f.y, q->f.z};
    float d = smin(sd_cone(f, (v3){0.0F, 20.0F, -62.0F}, (v3){0.0F, 6.0F, -74.0F}, 7.0F, 6.5F),
                   sd_cone(f, (v3){0.0F, 6.0F, -74.0F}, (v3){0.0F, 1.0F, -100.0F}, 6.5F, 5.0F), 4.0F);
    d = smin(d, sd_cone(f, (v3){0.0F, 1.0F, -100.0F}, (v3){0.0F, 0.0F, -140.0F}, 5.0F, 6.5F), 4.0F);
    return smin(d, sd_cone(f, (v3){0.0F, 0.0F, -140.0F}, (v3){0.0F, -16.0F, -320.0F}, 6.5F, 8.5F), 4.0F);
}

static float fn_airway_wall(const ef_anatomy *a, ef_probe *q)
{
    return fn_airway(a, q) - 2.0F;
}

static float fn_palate(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    return sd_ellipsoid(q->f, (v3){0.0F, 36.0F, -77.0F}, (v3){22.0F, 30.0F, 2.6F});
}

static float fn_oral_air(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    return sd_ellipsoid(q->f, (v3){0.0F, 36.0F, -96.0F}, (v3){23.5F, 29.0F, 15.5F});
}

static float fn_tongue(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    return smin(sd_ellipsoid(q->f, (v3){0.0F, 34.0F, -98.5F}, (v3){23.0F, 28.5F, 16.5F}),
                sd_ellipsoid(q->f, (v3){0.0F, 28.0F, -110.0F}, (v3){15.0F, 28.0F, 14.0F}), 6.0F);
}

/* The dental arch seen from above, folded: distance to its curve, and the length along it. */
static float arch(v3 f, float *along)
{
    static const float x[] = {0.0F, 9.0F, 17.0F, 22.0F, 25.0F, 26.5F},
                       y[] = {63.0F, 61.0F, 53.5F, 43.0F, 31.0F, 19.0F};
    float best = 1e9F, way = 0.0F;
    for (int i = 0; i < 5; i++) {
        float ex = x[i + 1] - x[i], ey = y[i + 1] - y[i], l2 = ex * ex + ey * ey;
        float t = clampf(((f.x - x[i]) * ex + (f.y - y[i]) * ey) / l2, 0.0F, 1.0F);
        float dx = f.x - x[i] - t * ex, dy = f.y - y[i] - t * ey, d2 = dx * dx + dy * dy;
        if (d2 < best) {
            best = d2;
            *along = way + t * sqrtf(l2);
        }
        way += sqrtf(l2);
    }
    return sqrtf(best);
}

static float teeth(v3 f, float top, float bottom)
{
    float along = 0.0F;
    float d = arch(f, &along);
    float size = 2.4F + 2.2F * ramp(12.0F, 34.0F, along);
    float pitch = 7.6F;
    float gap = fabsf(along / pitch - floorf(along / pitch) - 0.5F) * 2.0F;
    float tall = maxf(f.z - top, bottom - f.z);
    return smax(d - size + 0.9F * ramp(0.7F, 1.0F, gap), tall, 1.5F);
}

static float fn_teeth(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    v3 f = q->f;
    if (f.x > 34.0F || f.y < 12.0F || f.y > 72.0F || f.z > -80.0F || f.z < -116.0F)
        return 3.0F;
    v3 low = {f.x * 1.05F, f.y + 1.5F, f.z};
    return minf(teeth(f, -82.0F, -97.2F), teeth(low, -98.0F, -113.0F));
}

static float mandible(const ef_anatomy *a, ef_probe *q)
{
    v3 f = q->f, g = a->shape.gonion, c = a->shape.chin;
    v3 angle = {g.x - 1.0F, g.y, g.z + 1.0F}, mid = {31.0F, 38.0F, -123.0F},
       front = {7.0F, c.y - 2.0F, c.z};
    float d = smin(sd_cone(f, angle, mid, 6.0F, 6.0F), sd_cone(f, mid, front, 6.0F, 6.5F), 4.0F);
    v3 low = {28.0F, 38.0F, -110.0F}, tooth = {8.0F, c.y - 0.5F, -113.0F};
    d = smin(d,
             smin(sd_cone(f, (v3){44.0F, 8.0F, -98.0F}, low, 5.0F, 5.5F),
                  sd_cone(f, low, tooth, 5.5F, 5.0F), 4.0F),
             6.0F);
    v3 condyle = {50.0F, -6.0F, -46.0F};
    d = smin(d, sd_cone(f, (v3){angle.x, angle.y + 2.0F, -98.0F}, condyle, 6.5F, 4.5F), 6.0F);
    return smin(d, sd_cone(f, (v3){angle.x, 8.0F, -92.0F}, (v3){47.0F, 14.0F, -58.0F}, 6.0F, 3.0F), 5.0F);
}

static float fn_mandible(const ef_anatomy *a, ef_probe *q)
{
    return maxf(mandible(a, q), ef_probe_field(a, q, EF_FIELD_SKIN) + 3.5F);
}

static float fn_mandible_marrow(const ef_anatomy *a, ef_probe *q)
{
    return maxf(mandible(a, q) + 2.4F, ef_probe_field(a, q, EF_FIELD_SKIN) + 6.0F);
}

static float fn_orbit_fat(const ef_anatomy *a, ef_probe *q)
{
    return maxf(ef_probe_field(a, q, EF_FIELD_ORBIT), ef_probe_field(a, q, EF_FIELD_SKIN) + 2.0F);
}

static float fn_orbit_muscle(const ef_anatomy *a, ef_probe *q)
{
    v3 f = q->f, e = a->shape.eye, apex = {16.0F, 18.0F, -27.0F};
    float d = 1e9F;
    static const float around[4][2] = {{12.0F, 0.0F}, {-12.0F, 0.0F}, {0.0F, 12.0F}, {0.0F, -12.0F}};
    for (int i = 0; i < 4; i++) {
        v3 end = {e.x + around[i][0], e.y - 2.0F, e.z + around[i][1]};
        v3 mid = v3_mix(apex, end, 0.5F);
        mid.x += 0.3F * around[i][0];
        mid.z += 0.3F * around[i][1];
        d = minf(d, minf(sd_cone(f, apex, mid, 1.5F, 2.2F), sd_cone(f, mid, end, 2.2F, 1.0F)));
    }
    return d;
}

static float fn_optic_nerve(const ef_anatomy *a, ef_probe *q)
{
    v3 e = a->shape.eye;
    return sd_cone(q->f, (v3){11.0F, 10.0F, -24.0F}, (v3){e.x - 2.0F, e.y - 11.0F, e.z}, 2.2F, 2.2F);
}

static float fn_sclera(const ef_anatomy *a, ef_probe *q)
{
    return sd_sphere(q->f, a->shape.eye, 12.2F);
}

static float fn_vitreous(const ef_anatomy *a, ef_probe *q)
{
    return sd_sphere(q->f, a->shape.eye, 11.2F);
}

static float fn_lens(const ef_anatomy *a, ef_probe *q)
{
    v3 e = a->shape.eye;
    return sd_ellipsoid(q->f, (v3){e.x, e.y + 7.2F, e.z}, (v3){4.6F, 2.1F, 4.6F});
}

/* The spine's course: y of its middle at a height. */
static float spine_y(float z)
{
    return -36.0F + 0.22F * (z + 62.0F) - 0.0004F * (z + 62.0F) * (z + 62.0F);
}

static float spine_at(v3 f, float *level)
{
    float u = (-66.0F - f.z) / 17.5F;
    *level = (u - floorf(u)) * 17.5F;
    return spine_y(maxf(f.z, -250.0F));
}

/* A solid that holds all bones of the spine. */
static float spine(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    float y = q->f.y - spine_y(maxf(q->f.z, -250.0F)) + 1.0F;
    return maxf((sqrtf(q->f.x * q->f.x + y * y) - 36.0F) * 0.95F, q->f.z + 61.0F);
}

static float fn_vertebra(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    v3 f = q->f;
    float level, yc = spine_at(f, &level);
    float y = f.y - yc;
    float body = sqrtf(f.x * f.x * 0.75F + (y - 18.0F) * (y - 18.0F)) - 10.0F;
    float disc = fabsf(level - 8.7F) - 7.0F;
    body = smax(body, f.z > -78.0F ? f.x - 6.0F : disc, 2.0F);
    float ring = fabsf(sqrtf(f.x * f.x * 0.8F + y * y) - 12.0F) - 2.4F;
    ring = smax(ring, fabsf(level - 11.0F) - 4.5F, 2.0F);
    float side = sd_ellipsoid((v3){f.x, y, level - 9.0F}, (v3){20.0F, 5.0F, 0.0F}, (v3){8.0F, 7.0F, 6.0F});
    float spinous =
        sd_cone((v3){f.x, y, level}, (v3){0.0F, -13.0F, 10.0F}, (v3){0.0F, -30.0F, 14.0F}, 3.0F, 3.6F);
    float d = smin(smin(body, ring, 2.0F), smin(side, spinous, 2.0F), 2.0F);
    return smax(d, f.z + 63.0F, 2.0F);
}

static float fn_vertebra_marrow(const ef_anatomy *a, ef_probe *q)
{
    return fn_vertebra(a, q) + 1.6F;
}

static float fn_canal(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    v3 f = q->f;
    float y = f.y - spine_y(f.z);
    return maxf((sqrtf(f.x * f.x * 0.75F + y * y) - 9.0F) * 0.95F, f.z + 58.0F);
}

static float fn_cord(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    v3 f = q->f;
    float y = f.y - spine_y(f.z);
    return maxf((sqrtf(f.x * f.x * 0.55F + y * y) - 4.6F) * 0.95F, f.z + 61.0F);
}

static float fn_vessels(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    v3 f = q->f;
    float carotid = sd_cone(f, (v3){22.0F, -4.0F, -58.0F}, (v3){26.0F, -22.0F, -320.0F}, 2.8F, 4.0F);
    float jugular = sd_cone(f, (v3){30.0F, -16.0F, -58.0F}, (v3){34.0F, -24.0F, -320.0F}, 3.6F, 5.5F);
    return minf(carotid, jugular);
}

const ef_layer ef_layers_outer[] = {
    {EF_TISSUE_SKIN, false, fn_skin, fn_skin, BOX(130, -160, 140, -400, 120)},
    {EF_TISSUE_FAT, false, fn_fat, fn_fat, BOX(130, -160, 140, -400, 120)},
    {EF_TISSUE_MUSCLE, false, fn_muscle, fn_muscle, BOX(130, -160, 140, -400, 120)},
    {EF_TISSUE_FAT, false, fn_fascia, fn_skin, BOX(80, -120, 60, -400, -30)},
    {EF_TISSUE_FAT, false, fn_buccal, fn_buccal, BOX(54, 8, 52, -94, -44)},
    {EF_TISSUE_GLAND, false, fn_parotid, fn_parotid, BOX(70, -26, 10, -96, -48)},
    {EF_TISSUE_CARTILAGE, false, fn_auricle, fn_auricle, BOX(110, -80, 0, -85, 10)},
    {EF_TISSUE_CARTILAGE, false, fn_nose, fn_skin, BOX(22, 74, 110, -85, -40)},
    {EF_TISSUE_VESSEL, false, fn_vessels, fn_vessels, BOX(42, -32, 2, -400, -54)},
    {EF_TISSUE_BONE, false, fn_skull, fn_skull, BOX(90, -130, 95, -96, 110)},
    {EF_TISSUE_MARROW, false, fn_diploe, calvaria, BOX(90, -130, 95, -40, 110)},
    {EF_TISSUE_MARROW, false, fn_base_marrow, fn_base_marrow, BOX(50, -30, 58, -64, -32)},
    {EF_TISSUE_MARROW, false, fn_maxilla_marrow, fn_maxilla_marrow, BOX(32, 22, 66, -92, -64)},
    {EF_TISSUE_AIR, false, fn_cells, NULL, BOX(64, -48, -12, -64, -28)},
    {EF_TISSUE_AIR, false, fn_sinuses, NULL, BOX(40, 2, 80, -80, 8)},
    {EF_TISSUE_MUCOSA, false, fn_nasal_wall, fn_nasal_wall, BOX(18, 14, 100, -78, -36)},
    {EF_TISSUE_AIR, false, fn_nasal_air, nasal_hollow, BOX(16, 14, 100, -78, -38)},
    {EF_TISSUE_MUCOSA, false, fn_airway_wall, fn_airway_wall, BOX(18, -30, 32, -400, -50)},
    {EF_TISSUE_AIR, false, fn_airway, fn_airway, BOX(16, -30, 30, -400, -52)},
    {EF_TISSUE_AIR, false, fn_oral_air, fn_oral_air, BOX(26, 4, 68, -114, -78)},
    {EF_TISSUE_BONE, false, fn_palate, NULL, BOX(24, 4, 68, -82, -72)},
    {EF_TISSUE_MUSCLE, false, fn_tongue, fn_tongue, BOX(26, -4, 66, -128, -80)},
    {EF_TISSUE_BONE, false, fn_mandible, fn_mandible, BOX(70, -16, 85, -150, -38)},
    {EF_TISSUE_MARROW, false, fn_mandible_marrow, fn_mandible_marrow, BOX(70, -16, 85, -150, -38)},
    {EF_TISSUE_TOOTH, false, fn_teeth, NULL, BOX(34, 12, 72, -116, -80)},
    {EF_TISSUE_FAT, false, fn_orbit_fat, fn_orbit_fat, BOX(56, 8, 80, -52, -8)},
    {EF_TISSUE_MUSCLE, false, fn_orbit_muscle, fn_orbit_muscle, BOX(50, 10, 60, -50, -10)},
    {EF_TISSUE_WHITE, false, fn_optic_nerve, fn_optic_nerve, BOX(40, 4, 50, -40, -18)},
    {EF_TISSUE_CARTILAGE, false, fn_sclera, fn_sclera, BOX(50, 35, 70, -48, -14)},
    {EF_TISSUE_EYE, false, fn_vitreous, fn_vitreous, BOX(50, 35, 70, -48, -14)},
    {EF_TISSUE_LENS, false, fn_lens, fn_lens, BOX(42, 50, 68, -42, -20)},
    {EF_TISSUE_BONE, false, fn_vertebra, spine, BOX(32, -120, 10, -400, -58)},
    {EF_TISSUE_MARROW, false, fn_vertebra_marrow, spine, BOX(32, -120, 10, -400, -58)},
    {EF_TISSUE_CSF, false, fn_canal, fn_canal, BOX(14, -110, -18, -400, -54)},
    {EF_TISSUE_WHITE, false, fn_cord, fn_cord, BOX(10, -110, -20, -400, -58)},
    {.fn = NULL},
};
