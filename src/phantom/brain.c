/* Organs inside the skull: cerebrum with folded cortex, deep grey matter and ventricles, cerebellum with
 * its folia, brain stem and cord, and the fluid around them. Places are in T, read off stereotaxic atlases
 * of the adult brain. */
#include "phantom/brain.h"

#include <stddef.h>

/* Thickness of the cortex: 2.5 mm on average (Fischl and Dale, PNAS 2000;97:11050), and what a sulcus holds
 * open. */
#define CORTEX_MM 2.7F
#define SULCUS_MM 0.55F

/* Below the tentorium and behind the petrous ridges: the posterior fossa. */
static float posterior_fossa(v3 f)
{
    float tent = f.z - (-2.0F + 0.3F * (f.y + 25.0F) - 0.0045F * f.x * f.x);
    float ridge = f.y + 13.0F + 0.62F * f.x;
    return smax(tent * 0.93F, ridge * 0.85F, 4.0F);
}

/* The basal cisterns before the brain stem. */
static float cistern(v3 f)
{
    return smax(smax(f.x - 13.0F, f.z + 12.0F, 8.0F), fabsf(f.y + 8.0F) - 24.0F, 6.0F);
}

/* The inside of the dura without the fossa, the cisterns and the gap between the hemispheres. */
static float cerebrum(const ef_anatomy *a, ef_probe *q)
{
    v3 f = q->f;
    float d = ef_probe_field(a, q, EF_FIELD_CAVITY) + 2.3F + 2.0F * a->atrophy;
    d = smax(d, 0.9F - posterior_fossa(f), 2.0F);
    d = smax(d, -cistern(f), 3.0F);
    return d;
}

/* The callosum and what it spans are joined; everything around is divided at the midline. */
static float joined(v3 p)
{
    float v = (p.y + 9.0F) / 39.0F, w = (p.z - 3.0F) / (p.z > 3.0F ? 24.0F : 20.0F);
    return (sqrtf(v * v + w * w) - 1.0F) * 22.0F;
}

static float fissure(v3 p)
{
    float winding = 1.3F * sinf(0.11F * p.y + 0.6F) * sinf(0.09F * p.z + 1.1F);
    return maxf(fabsf(p.x - winding) - 0.7F, -joined(p));
}

/* What the hemispheres share, and what lies at their middle: callosum, capsules, the way to the thalami. */
static float core(v3 f)
{
    return sd_ellipsoid(f, (v3){0.0F, -9.0F, 4.0F}, (v3){31.0F, 39.0F, 23.5F});
}

static float pial(const ef_anatomy *a, ef_probe *q)
{
    float d = ef_probe_field(a, q, EF_FIELD_CEREBRUM);
    v3 p = q->p, f = q->f;
    if (d > 4.0F || core(f) < -3.0F)
        return d;
    /* Sulci are perpendicular to the surface: the wave is mostly read on a sphere around each core. */
    v3 c = {f.x - 22.0F, p.y + 15.0F - 0.15F * p.z, p.z - 8.0F};
    float r = v3_len(c) + 1.0F, pull = 0.78F * 55.0F / r + 0.22F;
    v3 on = {c.x * pull * (p.x < 0.0F ? -1.0F : 1.0F), c.y * pull, c.z * pull};
    float n = ef_wave_at(&a->sulci, on);
    float sheet = fabsf(n) / (a->sulci.per_mm * minf(pull, 1.3F));
    float cut = fissure(p);
    d = maxf(d, -cut);
    float depth = -d;
    float open = SULCUS_MM + 0.9F * ramp(6.0F, 0.0F, depth) + 0.8F * a->atrophy;
    float sulcus = maxf(sheet - open, depth - 15.0F - 3.0F * sinf(0.11F * p.y + 0.07F * p.z));
    sulcus = maxf(sulcus, 3.0F - core(f));
    /* the lateral (Sylvian) sulcus, down to the insula */
    float sylvius =
        maxf(maxf(fabsf(f.z + 2.0F + 0.42F * p.y + 2.0F * sinf(0.13F * p.y + 0.1F * p.x)) * 0.85F - 0.9F,
                  33.0F - f.x),
             fabsf(p.y + 2.0F) - 34.0F);
    return maxf(d, -minf(sulcus, sylvius));
}

static float cerebellum(ef_probe *q)
{
    v3 f = q->f;
    float d = smin(sd_ellipsoid(f, (v3){23.0F, -57.0F, -36.0F}, (v3){27.0F, 30.0F, 23.0F}),
                   sd_ellipsoid(f, (v3){0.0F, -56.0F, -32.0F}, (v3){16.0F, 27.0F, 25.0F}), 8.0F);
    return smax(d, posterior_fossa(f) + 0.9F, 2.0F);
}

static float cerebellum_in_fossa(const ef_anatomy *a, ef_probe *q)
{
    return smax(cerebellum(q), ef_probe_field(a, q, EF_FIELD_CAVITY) + 1.5F, 2.0F);
}

void ef_brain_fields(ef_anatomy *a)
{
    a->field[EF_FIELD_CEREBRUM] = cerebrum;
    a->field[EF_FIELD_PIAL] = pial;
    a->field[EF_FIELD_CEREBELLUM] = cerebellum_in_fossa;
}

static float fn_cavity(const ef_anatomy *a, ef_probe *q)
{
    return ef_probe_field(a, q, EF_FIELD_CAVITY);
}

static float fn_sinus(const ef_anatomy *a, ef_probe *q)
{
    float d = fabsf(ef_probe_field(a, q, EF_FIELD_CAVITY) + 1.5F) - 2.6F;
    d = maxf(d, q->f.x + 0.3F * d - 4.0F);
    return maxf(d, maxf(q->p.y - 38.0F, -8.0F - q->p.z));
}

static float fn_cavity_rim(const ef_anatomy *a, ef_probe *q)
{
    return ef_probe_field(a, q, EF_FIELD_CAVITY) - 1.5F;
}

static float fn_hull(const ef_anatomy *a, ef_probe *q)
{
    return ef_probe_field(a, q, EF_FIELD_CEREBRUM);
}

static float fn_grey(const ef_anatomy *a, ef_probe *q)
{
    return ef_probe_field(a, q, EF_FIELD_PIAL);
}

static float fn_white(const ef_anatomy *a, ef_probe *q)
{
    return ef_probe_field(a, q, EF_FIELD_PIAL) + CORTEX_MM;
}

static float fn_core(const ef_anatomy *a, ef_probe *q)
{
    return maxf(core(q->f), ef_probe_field(a, q, EF_FIELD_CEREBRUM) + 1.0F);
}

static float fn_falx(const ef_anatomy *a, ef_probe *q)
{
    return maxf(fissure(q->p) + 0.4F, ef_probe_field(a, q, EF_FIELD_CEREBRUM));
}

static float fn_thalamus(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    return sd_ellipsoid(q->f, (v3){10.5F, -18.0F, 7.0F}, (v3){8.5F, 14.0F, 8.5F});
}

static float fn_caudate(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    return smin(sd_cone(q->f, (v3){11.5F, 16.0F, 5.0F}, (v3){14.0F, 2.0F, 17.0F}, 6.0F, 3.5F),
                sd_cone(q->f, (v3){14.0F, 2.0F, 17.0F}, (v3){21.0F, -26.0F, 18.0F}, 3.5F, 2.0F), 3.0F);
}

static float fn_lentiform(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    return sd_ellipsoid(q->f, (v3){23.5F, 1.0F, 1.0F}, (v3){6.5F, 16.0F, 10.0F});
}

static float fn_lateral_ventricle(const ef_anatomy *a, ef_probe *q)
{
    v3 f = q->f;
    v3 front = {9.0F, 24.0F, 4.0F}, body = {7.5F, -2.0F, 19.0F}, atrium = {23.0F, -38.0F, 9.0F};
    float d = smin(sd_cone(f, front, body, 4.6F, 5.0F), sd_cone(f, body, atrium, 5.0F, 6.0F), 3.0F);
    d = smin(d, sd_cone(f, atrium, (v3){22.0F, -66.0F, 5.0F}, 5.2F, 2.0F), 3.0F);
    d = smin(d, sd_cone(f, atrium, (v3){30.0F, -12.0F, -16.0F}, 4.4F, 2.0F), 3.0F);
    return maxf(d - 3.0F * a->atrophy, 0.8F - f.x); /* the septum */
}

static float fn_third_ventricle(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    return sd_ellipsoid(q->f, (v3){0.0F, -12.0F, 1.0F}, (v3){2.2F, 14.0F, 10.0F});
}

static float fn_cerebellum(const ef_anatomy *a, ef_probe *q)
{
    return ef_probe_field(a, q, EF_FIELD_CEREBELLUM);
}

/* Folia fan out from the core; the fluid between them reaches a few millimetres in. */
static float folia(v3 p)
{
    float y = p.y + 42.0F, z = p.z + 30.0F;
    float r = sqrtf(y * y + z * z) + 1e-3F;
    float angle = atan2f(z, -y) + 0.05F * sinf(0.2F * p.x);
    return sinf(27.0F * angle) * r * (1.0F / 27.0F);
}

static float fn_folia_grey(const ef_anatomy *a, ef_probe *q)
{
    float d = ef_probe_field(a, q, EF_FIELD_CEREBELLUM);
    if (d > 2.0F || d < -8.0F)
        return d;
    return maxf(d, -maxf(fabsf(folia(q->p)) - 0.25F, -d - 4.5F));
}

static float fn_folia_white(const ef_anatomy *a, ef_probe *q)
{
    float d = ef_probe_field(a, q, EF_FIELD_CEREBELLUM);
    if (d > -1.0F)
        return d + 3.0F;
    float core = sd_ellipsoid(q->f, (v3){18.0F, -52.0F, -36.0F}, (v3){17.0F, 16.0F, 9.0F});
    float branch = maxf(0.75F - fabsf(folia(q->p)) * 0.9F, d + 3.5F);
    return smin(core, branch, 2.0F);
}

static float fn_stem(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    v3 f = q->f;
    float d = sd_ellipsoid(f, (v3){0.0F, -21.0F, -30.0F}, (v3){16.5F, 12.0F, 14.0F});
    d = smin(d, sd_cone(f, (v3){6.0F, -19.0F, -4.0F}, (v3){3.0F, -24.0F, -24.0F}, 9.5F, 11.0F), 6.0F);
    d = smin(d, sd_cone(f, (v3){0.0F, -26.0F, -38.0F}, (v3){0.0F, -36.0F, -62.0F}, 10.0F, 6.5F), 6.0F);
    d = smin(d, sd_cone(f, (v3){8.0F, -28.0F, -30.0F}, (v3){17.0F, -42.0F, -34.0F}, 7.0F, 7.0F), 5.0F);
    return smax(d, -61.5F - f.z, 1.0F);
}

static float fn_fourth_ventricle(const ef_anatomy *a, ef_probe *q)
{
    (void)a;
    return smin(sd_ellipsoid(q->f, (v3){0.0F, -39.0F, -31.0F}, (v3){6.5F, 4.0F, 8.0F}),
                sd_cone(q->f, (v3){0.0F, -29.0F, -8.0F}, (v3){0.0F, -36.0F, -25.0F}, 0.8F, 1.0F), 1.0F);
}

#define BRAIN_BOX                                                                                          \
    {-80, -125, -66},                                                                                      \
    {                                                                                                      \
        80, 85, 95                                                                                         \
    }

const ef_layer ef_layers_brain[] = {
    {EF_TISSUE_CSF, false, fn_cavity, fn_cavity, BRAIN_BOX},
    {EF_TISSUE_VESSEL, false, fn_sinus, fn_cavity_rim, {-8, -125, -10}, {8, 40, 95}},
    {EF_TISSUE_CSF, true, fn_hull, fn_hull, BRAIN_BOX},
    {EF_TISSUE_GREY, true, fn_grey, fn_hull, BRAIN_BOX},
    {EF_TISSUE_WHITE, true, fn_white, fn_hull, BRAIN_BOX},
    {EF_TISSUE_CARTILAGE, true, fn_falx, fn_hull, {-3, -125, -30}, {3, 85, 95}},
    {EF_TISSUE_WHITE, true, fn_core, fn_core, {-34, -50, -22}, {34, 32, 30}},
    {EF_TISSUE_GREY, true, fn_lentiform, fn_lentiform, {-32, -18, -12}, {32, 20, 14}},
    {EF_TISSUE_GREY, true, fn_thalamus, fn_thalamus, {-22, -36, -4}, {22, 0, 18}},
    {EF_TISSUE_CSF, true, fn_lateral_ventricle, fn_lateral_ventricle, {-42, -80, -26}, {42, 40, 34}},
    {EF_TISSUE_GREY, true, fn_caudate, fn_caudate, {-26, -32, -4}, {26, 26, 24}},
    {EF_TISSUE_CSF, true, fn_third_ventricle, NULL, {-4, -28, -12}, {4, 4, 14}},
    {EF_TISSUE_CSF, true, fn_cerebellum, fn_cerebellum, {-55, -95, -62}, {55, -20, 5}},
    {EF_TISSUE_GREY, true, fn_folia_grey, fn_cerebellum, {-55, -95, -62}, {55, -20, 5}},
    {EF_TISSUE_WHITE, true, fn_folia_white, fn_cerebellum, {-55, -95, -62}, {55, -20, 5}},
    {EF_TISSUE_WHITE, true, fn_stem, fn_stem, {-30, -55, -66}, {30, -4, 10}},
    {EF_TISSUE_CSF, true, fn_fourth_ventricle, fn_fourth_ventricle, {-10, -48, -44}, {10, -25, -4}},
    {.fn = NULL},
};
