/* The head's surface: a cranium and a face from egg-shaped solids, blended smoothly, with brow, orbits,
 * nose, lips, chin, jaw, cheekbones, neck and auricles on it. The inside is in anatomy.c. The average
 * places were read off stereotaxic atlases of the adult head, scaled from template size to real size. */
#include "phantom/shape.h"

#include <stddef.h>

/* Heights of the average person's landmarks, T mm. */
#define Z_VERTEX    91.5F
#define Z_SELLION   (-26.0F)
#define Z_SUBNASALE (-76.0F)
#define Z_STOMION   (-97.5F)
#define Z_MENTON    (-143.5F)

static v3 fold_ear(const ef_shape *s, v3 p, float *across)
{
    /* a: backward along the auricle, u: up along it, n: off its plane, outward */
    v3 d = {fabsf(p.x) - 66.5F, p.y + 14.0F, p.z + 37.0F};
    float u = d.z * s->ear_tilt_cos - d.y * s->ear_tilt_sin;
    float back = -d.y * s->ear_tilt_cos - d.z * s->ear_tilt_sin;
    *across = back;
    return (v3){back * s->ear_cos + d.x * s->ear_sin, u, d.x * s->ear_cos - back * s->ear_sin};
}

float ef_shape_auricle(const ef_shape *s, v3 p)
{
    float back;
    v3 q = fold_ear(s, p, &back);
    float half_a = 0.5F * s->ear_breadth, half_u = s->ear_half_length;
    float ca = half_a - 1.0F;
    float far = maxf(maxf(fabsf(q.x - ca) - half_a - 4.0F, fabsf(q.y) - half_u - 4.0F), fabsf(q.z) - 10.0F);
    if (far > 6.0F)
        return far;
    /* egg-shaped outline, broader above */
    float t = q.y / half_u;
    float w = half_a * (0.93F + 0.16F * t);
    float ea = (q.x - ca) / w;
    float r = sqrtf(ea * ea + t * t);
    float g = sqrtf(ea * ea / (w * w) + t * t / (half_u * half_u));
    float edge = r > 1e-3F ? (r - 1.0F) * r / g : -half_a;
    /* the sheet bends back towards the head; at the concha it is a bowl */
    float cx = (q.x - 10.5F) / 7.5F, cy = (q.y + 5.0F) / 10.5F;
    float bowl = 8.0F * expf(-(cx * cx + cy * cy));
    float bend = 0.22F * back - 0.0085F * back * back;
    float sheet = smax(edge + 1.0F, fabsf(q.z + bowl - bend) * 0.75F - 1.3F, 1.5F);
    /* helix: a rolled rim that starts above the canal and runs out into the lobe */
    float n = q.z - bend;
    float rim = sqrtf((edge + 3.0F) * (edge + 3.0F) + (n - 2.0F) * (n - 2.0F)) - 2.7F;
    rim = smax(rim, -(q.y + 0.5F * half_u), 5.0F);
    /* antihelix: a second ridge inside, behind the concha */
    float ridge = sqrtf((edge + 9.5F) * (edge + 9.5F) + (n - 0.5F) * (n - 0.5F)) - 2.4F;
    ridge = smax(ridge, ca + 1.0F - q.x, 4.0F);
    v3 lobe = {ca - 3.5F, -half_u + 8.5F, 0.8F};
    float d = smin(sheet, rim, 1.5F);
    d = smin(d, ridge, 2.0F);
    d = smin(d, sd_ellipsoid(q, lobe, (v3){8.5F, 9.0F, 3.6F}), 4.0F);
    d = smin(d, sd_ellipsoid(q, (v3){3.0F, -3.0F, 2.5F}, (v3){3.0F, 5.5F, 3.5F}), 2.0F); /* tragus */
    /* root: where the auricle stands on the head */
    v3 root_low = {4.0F, -12.0F, -5.0F}, root_high = {5.0F, 14.0F, -4.0F};
    return smin(d, maxf(sd_cone(q, root_low, root_high, 5.0F, 5.0F), 1.5F - sqrtf(cx * cx + cy * cy)),
                3.0F);
}

static float nose(const ef_shape *s, v3 p, float d)
{
    float far = sd_sphere(p, (v3){0.0F, 82.0F, -56.0F}, 44.0F);
    if (far > 0.0F)
        return d;
    v3 f = v3_fold(p);
    float bridge = smin(sd_cone(p, s->nose_root, s->nose_mid, 6.4F, 7.2F),
                        sd_cone(p, s->nose_mid, s->nose_tip, 7.2F, 8.4F), 6.0F);
    v3 flank_low = {6.5F, s->ala.y - 5.0F, s->ala.z + 3.0F};
    float flank = sd_cone(f, (v3){3.0F, 66.0F, -32.0F}, flank_low, 8.0F, 9.0F);
    float n = smin(bridge, flank, 7.0F);
    n = smin(n, sd_sphere(p, s->nose_tip, 9.0F), 5.0F);
    v3 ala = {s->ala_radius, s->ala_radius * 1.35F, s->ala_radius};
    n = smin(n, sd_ellipsoid(f, s->ala, ala), 4.5F);
    v3 columella_top = {s->nose_tip.x, s->nose_tip.y - 1.0F, s->nose_tip.z - 5.5F};
    n = smin(n, sd_cone(p, columella_top, (v3){0.0F, s->ala.y - 3.0F, Z_SUBNASALE + 1.5F}, 4.0F, 3.6F),
             3.0F);
    d = smin(d, n, 6.0F);
    v3 nostril = {s->ala.x * 0.52F, s->ala.y + 3.0F, s->ala.z - 6.5F};
    v3 inside = {s->ala.x * 0.42F, s->ala.y - 2.0F, s->ala.z + 4.0F};
    return smax(d, -sd_cone(f, nostril, inside, 3.1F, 3.4F), 1.5F);
}

/* Brow ridge, hollow of the orbit, lids over the globe with the slit between them. */
static float eyes(const ef_shape *s, v3 p, float d)
{
    v3 f = v3_fold(p), soft = v3_fold_soft(p, 5.0F);
    float far = sd_sphere(f, (v3){26.0F, 66.0F, -24.0F}, 48.0F);
    if (far > 0.0F)
        return d;
    v3 in = {9.0F, 71.0F + s->brow, s->brow_z}, mid = {26.0F, 69.0F + s->brow, s->brow_z + 1.5F};
    v3 out = {40.0F, 60.5F + 0.6F * s->brow, s->brow_z - 2.0F};
    float brow = smin(sd_cone(soft, in, mid, 9.0F, 7.5F), sd_cone(soft, mid, out, 7.5F, 6.5F), 5.0F);
    d = smin(d, brow, 14.0F);
    v3 hollow = {s->eye.x - 0.5F, s->eye.y + 25.0F, s->eye.z - 1.0F};
    d = smax(d, -sd_ellipsoid(f, hollow, (v3){17.0F, 13.5F, 10.0F}), 11.0F);
    v3 e = v3_sub(f, s->eye);
    float t = e.x / (0.5F * s->fissure);
    float lid = s->lid;
    if (fabsf(t) < 1.2F && e.y > 0.0F) {
        float slit = e.z + 3.4F - 0.5F * s->tilt * t - 1.5F * t * t;
        float crease = e.z - 4.8F - 0.4F * s->tilt * t + 2.0F * t * t;
        lid +=
            ramp(1.2F, 0.7F, fabsf(t)) * (0.6F * ramp(0.0F, 3.0F, slit) - 1.2F * expf(-slit * slit / 1.2F) -
                                          0.7F * expf(-crease * crease / 1.5F));
    }
    float ball = v3_len((v3){e.x * 0.93F, e.y, e.z * 1.03F}) - lid;
    return smin(d, ball, 4.5F);
}

/* Upper and lower lip as curved rolls on the muzzle, the groove between them, and the philtrum. */
static float mouth(const ef_shape *s, v3 p, float d)
{
    float far = sd_sphere(p, (v3){0.0F, 70.0F, Z_STOMION}, 46.0F);
    if (far > 0.0F)
        return d;
    v3 f = v3_fold(p);
    float t = minf(f.x / s->mouth_half, 1.15F), t2 = t * t;
    float y = 78.0F + s->lip_out - 11.0F * t2;
    float corner = ramp(1.0F, 0.55F, t);
    float bow = 1.2F * expf(-12.0F * (t - 0.25F) * (t - 0.25F));
    float upper_r = (3.6F + 0.4F * s->lip_full) * corner + 1.6F;
    float lower_r = (4.3F + 0.5F * s->lip_full) * corner + 1.4F;
    float over = f.x - minf(f.x, s->mouth_half * 1.05F);
    v3 up = {over, p.y - y - 0.8F, p.z - (Z_STOMION + 4.4F + bow - 2.0F * t2)};
    v3 low = {over, p.y - y + 0.8F, p.z - (Z_STOMION - 5.0F + 1.6F * t2)};
    float lips = smin(v3_len(up) - upper_r, v3_len(low) - lower_r, 2.0F);
    d = smin(d, lips, 4.5F);
    v3 cleft = {over, p.y - y - 6.0F, p.z - (Z_STOMION - 0.3F * t2)};
    float gap = sqrtf(over * over + cleft.z * cleft.z + 0.12F * cleft.y * cleft.y) - 0.2F -
                0.9F * ramp(1.05F, 0.7F, t);
    d = smax(d, -gap, 1.8F);
    v3 below_nose = {0.0F, s->ala.y + 4.0F, Z_SUBNASALE - 2.0F},
       above_lip = {0.0F, 87.5F, Z_STOMION + 10.0F};
    return smax(d, -sd_cone(p, below_nose, above_lip, 2.4F, 3.0F), 4.0F);
}

static float lower_face(const ef_shape *s, v3 p, float d)
{
    v3 f = v3_fold(p), soft = v3_fold_soft(p, 6.0F);
    v3 chin_side = {s->chin_half, s->chin.y - 5.0F, s->chin.z + 3.0F};
    float jaw = sd_cone(soft, s->gonion, chin_side, 13.0F, 13.0F);
    float ramus = sd_cone(f, s->gonion, (v3){54.0F, -2.0F, -55.0F}, 12.5F, 11.0F);
    d = smin(d, smin(jaw, ramus, 12.0F), 20.0F);
    d = smin(d, sd_ellipsoid(p, s->chin, (v3){8.0F + 0.42F * s->chin_half, 13.5F, 13.0F}), 12.0F);
    d = smin(d, sd_ellipsoid(p, (v3){0.0F, 52.0F, -94.0F}, (v3){29.0F, 28.5F, 26.0F}), 10.0F); /* muzzle */
    float cheekbone = sd_ellipsoid(f, s->cheekbone, (v3){15.0F, 16.0F, 11.0F});
    float bow =
        sd_cone(f, (v3){s->cheekbone.x + 4.0F, 38.0F, -50.0F}, (v3){60.5F, -8.0F, -43.0F}, 9.0F, 8.0F);
    d = smin(d, smin(cheekbone, bow, 8.0F), 16.0F);
    v3 cheek = {40.0F, 46.0F, -82.0F};
    d = smin(d, sd_ellipsoid(f, cheek, (v3){17.0F + s->cheek, 19.0F + s->cheek, 26.0F}), 18.0F);
    v3 masseter = {46.0F, 14.0F, -84.0F};
    d = smin(d, sd_ellipsoid(f, masseter, (v3){14.5F + 0.7F * s->cheek, 22.0F, 26.0F}), 16.0F);
    /* under the chin: the floor of the mouth */
    return smin(d, sd_ellipsoid(p, (v3){0.0F, 28.0F, -112.0F}, (v3){46.0F, 42.0F, 27.0F}), 14.0F);
}

static float neck(const ef_shape *s, v3 p)
{
    float t = clampf((-60.0F - p.z) / 140.0F, 0.0F, 1.6F);
    float cy = -28.0F - 18.0F * t, half_y = 60.0F + 4.0F * t;
    float u = p.x / s->neck_half, v = (p.y - cy) / half_y;
    float r = sqrtf(u * u + v * v);
    float g = sqrtf(u * u / (s->neck_half * s->neck_half) + v * v / (half_y * half_y));
    float d = r > 1e-3F ? (r - 1.0F) * r / g : -s->neck_half;
    d = smax(d, p.z + 50.0F, 30.0F);
    return maxf(d, Z_MENTON - s->neck_length - p.z);
}

float ef_shape_head(const ef_shape *s, v3 p)
{
    float d = sd_egg(p, &s->cranium);
    /* Nothing beyond these planes can blend with what is before them. */
    if (p.z > 32.0F)
        return d;
    d = smin(d, neck(s, p), 26.0F);
    if (p.y < -68.0F || p.z < -190.0F || d < -60.0F)
        return d;
    d = smin(d, sd_egg(p, &s->face), 20.0F);
    if (p.z < 8.0F && p.z > -170.0F && p.y > -45.0F)
        d = lower_face(s, p, d);
    if (p.y > 10.0F) {
        d = eyes(s, p, d);
        d = mouth(s, p, d);
        d = nose(s, p, d);
    }
    return d;
}

float ef_shape_skin(const ef_shape *s, v3 p)
{
    float d = ef_shape_head(s, p);
    if (p.z > 20.0F || p.y > 20.0F || d < -60.0F)
        return d;
    d = smin(d, ef_shape_auricle(s, p), 3.5F);
    v3 canal_out = {69.0F, -19.0F, -38.0F}, canal_in = {46.0F, -18.0F, -36.0F};
    return maxf(d, -sd_cone(v3_fold(p), canal_out, canal_in, 3.6F, 2.8F));
}

static float orbit(v3 eye, v3 p)
{
    v3 f = v3_fold(p);
    v3 apex = {15.0F, 14.0F, -27.0F};
    v3 back = {eye.x - 1.0F, eye.y - 4.0F, eye.z};
    float cone = sd_cone(f, apex, back, 4.0F, 16.5F);
    return smin(cone, sd_cone(f, back, (v3){eye.x + 2.0F, eye.y + 14.0F, eye.z}, 16.5F, 17.5F), 4.0F);
}

float ef_shape_orbit(const ef_shape *s, v3 p)
{
    float d = orbit(s->eye, p);
    /* The person's own orbit leaves bone in front of the brain. */
    return d > 6.0F ? d : smax(d, 3.5F - ef_shape_cavity(s, p), 2.0F);
}

float ef_shape_cavity(const ef_shape *s, v3 p)
{
    v3 f = v3_fold(p);
    float d = sd_egg(p, &s->cavity);
    if (p.z > 30.0F)
        return d;
    /* middle and posterior fossa, and the way down to the foramen magnum */
    d = smin(d, sd_ellipsoid(f, (v3){38.0F, -8.0F, -20.0F}, (v3){25.5F, 38.0F, 25.0F}), 10.0F);
    d = smin(d, sd_ellipsoid(p, (v3){0.0F, -57.0F, -30.0F}, (v3){52.0F, 39.0F, 30.0F}), 12.0F);
    d = smin(d, sd_cone(p, (v3){0.0F, -20.0F, -12.0F}, (v3){0.0F, -34.0F, -62.0F}, 19.0F, 13.0F), 10.0F);
    /* the orbits' roofs, sella and sphenoid push up from below */
    if (p.y > -25.0F) {
        /* The mean orbit, so that the person's eyes do not show in the brain. */
        d = smax(d, 3.0F - orbit((v3){31.5F, 53.0F, -31.0F}, p), 5.0F);
        d = smax(d, -sd_ellipsoid(p, (v3){0.0F, 22.0F, -40.0F}, (v3){19.0F, 34.0F, 25.0F}), 6.0F);
    }
    return smax(d, -62.0F - p.z, 4.0F);
}

/* How far the face's own heights and breadths apply at a place, 0 to 1. Heights do not apply behind the
 * jaw's branch and under the brain, breadths not above the zygomatic arches. */
static float face_heights(float y)
{
    return ramp(15.0F, 55.0F, y);
}

static float face_breadths(v3 p)
{
    return ramp(-25.0F, -50.0F, p.z) * ramp(-15.0F, 25.0F, p.y);
}

/* T height of entry k of the table, between the head's scale and the face's heights. */
static float height_at(const ef_shape *s, int k, float w)
{
    float back = (s->z_low + (float)k) / s->head_z;
    return back + w * (s->z_template[k] - back);
}

v3 ef_shape_warp(const ef_shape *s, v3 h)
{
    v3 p;
    p.y = h.y / s->y;
    float at = clampf(h.z - s->z_low, 0.0F, (float)EF_SHAPE_HEIGHTS - 1.001F);
    int i = (int)at;
    float w = face_heights(p.y), low = height_at(s, i, w);
    p.z = low + (at - (float)i) * (height_at(s, i + 1, w) - low);
    p.x = h.x / (s->head_x + face_breadths(p) * (s->face_x - s->head_x));
    return p;
}

/* T to H: the inverse of ef_shape_warp. */
static v3 unwarp(const ef_shape *s, v3 p)
{
    v3 h;
    h.y = p.y * s->y;
    float w = face_heights(p.y);
    int lo = 0, hi = EF_SHAPE_HEIGHTS - 1;
    while (hi - lo > 1) {
        int mid = (lo + hi) / 2;
        if (height_at(s, mid, w) <= p.z)
            lo = mid;
        else
            hi = mid;
    }
    float low = height_at(s, lo, w);
    h.z = s->z_low + (float)lo + (p.z - low) / (height_at(s, hi, w) - low);
    h.x = p.x * (s->head_x + face_breadths(p) * (s->face_x - s->head_x));
    return h;
}

/* Table of T height over H height: a cubic Hermite curve through the landmarks, with mean slopes. It stays
 * monotone because neighbouring slopes differ by far less than a factor of three (Fritsch and Carlson
 * 1980). */
static void build_heights(ef_shape *s, double head_scale)
{
    const double *mm = s->id.mm;
    double face = s->face_fix * mm[EF_FACE_HEIGHT] / ef_measure_mean(EF_FACE_HEIGHT);
    double nose_z = mm[EF_NOSE_LENGTH] / ef_measure_mean(EF_NOSE_LENGTH);
    double lip_z = mm[EF_UPPER_LIP] / ef_measure_mean(EF_UPPER_LIP);
    enum { N = 6 };
    double t[N] = {-400.0, Z_MENTON, Z_STOMION, Z_SUBNASALE, Z_SELLION, Z_VERTEX}, h[N], m[N];
    h[5] = Z_VERTEX * head_scale;
    h[4] = Z_SELLION * head_scale;
    h[3] = h[4] + (Z_SUBNASALE - Z_SELLION) * nose_z;
    h[2] = h[3] + (Z_STOMION - Z_SUBNASALE) * lip_z;
    h[1] = h[4] + (Z_MENTON - Z_SELLION) * face;
    h[0] = h[1] + (t[0] - t[1]);
    m[0] = 1.0;
    m[N - 1] = (t[5] - t[4]) / (h[5] - h[4]);
    /* Above the sellion the cranium has its own height, whatever the length of the nose. */
    m[N - 2] = m[N - 1];
    for (int i = 1; i < N - 2; i++)
        m[i] = 0.5 * ((t[i] - t[i - 1]) / (h[i] - h[i - 1]) + (t[i + 1] - t[i]) / (h[i + 1] - h[i]));
    s->z_low = -380.0F;
    s->head_z = (float)head_scale;
    for (int k = 0; k < EF_SHAPE_HEIGHTS; k++) {
        double z = (double)s->z_low + k;
        int i = 0;
        while (i < N - 2 && z > h[i + 1])
            i++;
        double d = h[i + 1] - h[i], x = (z - h[i]) / d, x2 = x * x, x3 = x2 * x;
        double v = z > h[N - 1] ? t[N - 1] + (z - h[N - 1]) * m[N - 1]
                                : (2 * x3 - 3 * x2 + 1) * t[i] + (x3 - 2 * x2 + x) * d * m[i] +
                                      (3 * x2 - 2 * x3) * t[i + 1] + (x3 - x2) * d * m[i + 1];
        s->z_template[k] = (float)v;
    }
}

/* The deviation of measure m from its mean, in T. */
static float off(const ef_shape *s, ef_measure m, float scale)
{
    return (float)(s->id.mm[m] - ef_measure_mean(m)) / scale;
}

static void place_features(ef_shape *s)
{
    const double *mm = s->id.mm;
    float fx = s->face_x;
    s->eye = (v3){0.5F * (float)mm[EF_PUPILS] / fx, 53.0F - off(s, EF_EYE_DEPTH_SHAPE, 1.0F), -31.0F};
    s->eye.x = 0.5F * (float)mm[EF_PUPILS] / (s->head_x + face_breadths(s->eye) * (s->face_x - s->head_x));
    s->lid = 13.6F;
    s->fissure = (float)mm[EF_EYE_FISSURE];
    s->tilt = (float)mm[EF_EYE_TILT_SHAPE];
    s->brow = (float)mm[EF_BROW_SHAPE];
    s->brow_z = -14.0F + (float)mm[EF_BROW_HEIGHT_SHAPE];
    float out = off(s, EF_NOSE_PROTRUSION, s->y), tip = (float)mm[EF_NOSE_TIP_SHAPE];
    s->nose_root = (v3){0.0F, 74.5F + (float)mm[EF_NOSE_ROOT_SHAPE], Z_SELLION - 1.0F};
    s->nose_tip = (v3){(float)mm[EF_NOSE_SIDE_SHAPE], 91.5F + out + s->nose_fix, -65.5F + 0.7F * tip};
    s->nose_mid = v3_mix(s->nose_root, s->nose_tip, 0.42F);
    s->nose_mid.y += 0.5F + (float)mm[EF_NOSE_HUMP_SHAPE];
    s->nose_mid.x *= 1.4F;
    s->ala_radius = 6.0F;
    s->ala = (v3){0.5F * (float)mm[EF_NOSE_BREADTH] / fx - s->ala_radius + s->ala_fix, 83.5F + s->nose_fix,
                  -70.0F};
    s->chin_half = 0.5F * (float)mm[EF_CHIN_WIDTH];
    s->chin = (v3){0.0F, 59.5F + (float)mm[EF_CHIN_SHAPE], -130.0F};
    s->gonion = (v3){0.5F * (float)mm[EF_BIGONIAL] / fx - 13.0F, 2.0F, -104.0F};
    s->cheekbone = (v3){45.0F, 46.0F + (float)mm[EF_CHEEKBONE_SHAPE], -54.0F};
    s->cheek = (float)mm[EF_CHEEK_SHAPE];
    s->mouth_half = 0.5F * (float)mm[EF_MOUTH_WIDTH] / fx;
    s->lip_full = (float)mm[EF_LIP_FULL_SHAPE];
    s->lip_out = (float)mm[EF_LIP_OUT_SHAPE];
    s->ear_half_length = 0.5F * (float)mm[EF_EAR_LENGTH];
    s->ear_breadth = (float)mm[EF_EAR_BREADTH];
    double flare = asin(fmin(0.9, mm[EF_EAR_PROTRUSION] / mm[EF_EAR_BREADTH] * 0.95));
    s->ear_sin = (float)sin(flare);
    s->ear_cos = (float)cos(flare);
    double tilt = 0.26 + mm[EF_EAR_TILT_SHAPE] / 62.0; /* 15 degrees from the vertical: Farkas */
    s->ear_tilt_sin = (float)sin(tilt);
    s->ear_tilt_cos = (float)cos(tilt);
    s->neck_half = 0.5F * (float)mm[EF_NECK_BREADTH] / s->head_x;
    s->fat = (float)mm[EF_CHEEK_FAT];
    s->skull = (float)mm[EF_SKULL];
}

/* The point in H where a ray from a T point inside leaves the skin: steps that can't pass the skin, then
 * bisection to 0.01 mm. */
static v3 leave(const ef_shape *s, v3 from, v3 dir)
{
    float lo = 0.0F, hi = 0.0F;
    v3 p = from;
    for (int i = 0; i < 300; i++) {
        float d = ef_shape_skin(s, p);
        if (d >= 0.0F)
            break;
        lo = hi;
        hi += maxf(0.5F, -d / EF_SHAPE_SLOPE);
        p = (v3){from.x + dir.x * hi, from.y + dir.y * hi, from.z + dir.z * hi};
    }
    while (hi - lo > 0.01F) {
        float mid = 0.5F * (lo + hi);
        p = (v3){from.x + dir.x * mid, from.y + dir.y * mid, from.z + dir.z * mid};
        if (ef_shape_skin(s, p) < 0.0F)
            lo = mid;
        else
            hi = mid;
    }
    return unwarp(s, p);
}

/* Tries the rays along dir from points between a and b. Returns the one that reaches farthest (sign 1) or
 * least far (-1) along dir. */
static v3 extreme(const ef_shape *s, v3 a, v3 b, v3 dir, float sign, int steps)
{
    v3 best = {0.0F, 0.0F, 0.0F};
    float reach = -1e9F;
    for (int i = 0; i <= steps; i++) {
        v3 h = leave(s, v3_mix(a, b, (float)i / (float)steps), dir);
        float r = sign * v3_dot(h, dir);
        if (r > reach) {
            reach = r;
            best = h;
        }
    }
    return best;
}

static const v3 forward = {0.0F, 1.0F, 0.0F}, backward = {0.0F, -1.0F, 0.0F}, upward = {0.0F, 0.0F, 1.0F},
                downward = {0.0F, 0.0F, -1.0F}, rightward = {1.0F, 0.0F, 0.0F},
                leftward = {-1.0F, 0.0F, 0.0F};

static void put(double mm[3], v3 h)
{
    mm[0] = (double)h.x;
    mm[1] = (double)h.y;
    mm[2] = (double)h.z;
}

static void midline_landmarks(double mm[EF_N_LANDMARKS][3], const ef_shape *s)
{
    v3 core = {0.0F, 40.0F, 0.0F};
    put(mm[EF_VERTEX], extreme(s, (v3){0.0F, -50.0F, 40.0F}, (v3){0.0F, 20.0F, 40.0F}, upward, 1.0F, 28));
    core.z = s->brow_z + 8.0F;
    v3 low = {0.0F, 40.0F, s->brow_z - 4.0F};
    put(mm[EF_GLABELLA], extreme(s, core, low, forward, 1.0F, 12));
    put(mm[EF_OPISTHOCRANION],
        extreme(s, (v3){0.0F, -40.0F, 20.0F}, (v3){0.0F, -40.0F, -35.0F}, backward, 1.0F, 40));
    put(mm[EF_SELLION],
        extreme(s, (v3){0.0F, 40.0F, -18.0F}, (v3){0.0F, 40.0F, -36.0F}, forward, -1.0F, 24));
    float tx = s->nose_tip.x;
    put(mm[EF_PRONASALE], extreme(s, (v3){tx, 84.0F, -58.0F}, (v3){tx, 84.0F, -72.0F}, forward, 1.0F, 28));
    put(mm[EF_SUBNASALE],
        extreme(s, (v3){0.0F, 50.0F, -74.0F}, (v3){0.0F, 50.0F, -84.0F}, forward, -1.0F, 20));
    put(mm[EF_STOMION], leave(s, (v3){0.0F, 50.0F, Z_STOMION}, forward));
    put(mm[EF_POGONION],
        extreme(s, (v3){0.0F, 40.0F, -122.0F}, (v3){0.0F, 40.0F, -136.0F}, forward, 1.0F, 14));
    put(mm[EF_MENTON], extreme(s, (v3){0.0F, s->chin.y - 6.0F, -125.0F},
                               (v3){0.0F, s->chin.y + 8.0F, -125.0F}, downward, 1.0F, 14));
}

void ef_shape_landmarks(double mm[EF_N_LANDMARKS][3], const ef_shape *s)
{
    midline_landmarks(mm, s);
    for (int side = 0; side < 2; side++) {
        v3 dir = side ? rightward : leftward;
        float sign = side ? 1.0F : -1.0F;
        v3 ala_in = {sign * s->ala.x, s->ala.y + 0.5F, s->ala.z}, ala_out = ala_in;
        ala_out.y += 4.0F;
        put(mm[EF_ALARE_LEFT + side], extreme(s, ala_in, ala_out, dir, 1.0F, 10));
        v3 eye = {sign * s->eye.x, s->eye.y, s->eye.z};
        put(mm[EF_PUPIL_LEFT + side], leave(s, eye, forward));
        v3 tragus = {sign * 40.0F, -8.0F, -37.0F};
        put(mm[EF_TRAGION_LEFT + side], leave(s, tragus, dir));
        put(mm[EF_EURYON_LEFT + side],
            extreme(s, (v3){sign * 30.0F, -40.0F, 5.0F}, (v3){sign * 30.0F, 0.0F, 5.0F}, dir, 1.0F, 40));
    }
}

const char *ef_landmark_name(ef_landmark l)
{
    static const char *const names[EF_N_LANDMARKS] = {
        [EF_VERTEX] = "vertex",
        [EF_GLABELLA] = "glabella",
        [EF_OPISTHOCRANION] = "opisthocranion",
        [EF_SELLION] = "sellion",
        [EF_PRONASALE] = "pronasale",
        [EF_SUBNASALE] = "subnasale",
        [EF_STOMION] = "stomion",
        [EF_POGONION] = "pogonion",
        [EF_MENTON] = "menton",
        [EF_ALARE_LEFT] = "alare_left",
        [EF_ALARE_RIGHT] = "alare_right",
        [EF_PUPIL_LEFT] = "pupil_left",
        [EF_PUPIL_RIGHT] = "pupil_right",
        [EF_TRAGION_LEFT] = "tragion_left",
        [EF_TRAGION_RIGHT] = "tragion_right",
        [EF_EURYON_LEFT] = "euryon_left",
        [EF_EURYON_RIGHT] = "euryon_right",
    };
    return names[l];
}

void ef_shape_init(ef_shape *s, const ef_identity *identity, double neck_length_mm)
{
    const double *mm = identity->mm;
    *s = (ef_shape){.id = *identity, .neck_length = (float)neck_length_mm};
    float slope = (float)mm[EF_FOREHEAD_SHAPE], occiput = (float)mm[EF_OCCIPUT_SHAPE];
    s->cranium = (egg){{0, -18, 0}, 76.0F, 103.0F - 0.4F * slope, 92.0F + occiput, 91.5F, 86.0F, 0.65F};
    s->cavity = (egg){{0, -18, 0}, 65.0F, 87.0F, 81.5F + occiput, 78.5F, 34.0F, 0.65F};
    s->face = (egg){{0, 15, -62}, 64.0F, 62.0F, 60.0F, 58.0F, 76.0F, 0.7F};
    double x = mm[EF_HEAD_BREADTH] / 152.0, y = mm[EF_HEAD_LENGTH] / 195.0, z = mm[EF_HEAD_HEIGHT] / 128.0;
    /* A shared head has the scales that it has with the average face, because the brow, where a head's
     * length is measured, belongs to the face. */
    const bool shared = identity->seed != 0 && identity->head != identity->seed;
    if (shared) {
        ef_identity average;
        ef_shape head;
        ef_identity_draw(&average, 0, identity->head);
        ef_shape_init(&head, &average, neck_length_mm);
        x = (double)head.head_x;
        y = (double)head.y;
    }
    s->face_x = (float)(mm[EF_BIZYGOMATIC] / 139.0);
    s->face_fix = 1.0;
    for (int round = 0; round < 4; round++) {
        s->head_x = (float)x;
        s->y = (float)y;
        s->mean = cbrtf((float)(x * y * z));
        build_heights(s, z);
        /* Heights also change along y, by 17 mm over 40 at most, and half as much again where the ramp is
         * steepest. */
        s->stretch = 1.25F / minf(minf(minf(s->head_x, s->face_x), s->y), s->head_z);
        for (int k = 1; k < EF_SHAPE_HEIGHTS; k++)
            s->stretch = maxf(s->stretch, 1.25F * (s->z_template[k] - s->z_template[k - 1]));
        place_features(s);
        double at[EF_N_LANDMARKS][3];
        ef_shape_landmarks(at, s);
        if (!shared) {
            x *= mm[EF_HEAD_BREADTH] / (at[EF_EURYON_RIGHT][0] - at[EF_EURYON_LEFT][0]);
            y *= mm[EF_HEAD_LENGTH] / (at[EF_GLABELLA][1] - at[EF_OPISTHOCRANION][1]);
        }
        s->nose_fix += (float)(mm[EF_NOSE_PROTRUSION] - at[EF_PRONASALE][1] + at[EF_SUBNASALE][1]);
        s->ala_fix += (float)(0.5 * (mm[EF_NOSE_BREADTH] - at[EF_ALARE_RIGHT][0] + at[EF_ALARE_LEFT][0]));
        double dy = at[EF_SELLION][1] - at[EF_MENTON][1], dz = at[EF_SELLION][2] - at[EF_MENTON][2];
        s->face_fix *= mm[EF_FACE_HEIGHT] / sqrt(dy * dy + dz * dz);
    }
}
