/* Draws face and ears into the atlas: see regions.h. The cut's surface is made of planes with rounded
 * edges, not of a person's skin: a cut that follows the skin is a copy of it. */
#include "regions.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/distance.h"
#include "kernels/smooth.h"

/* Distance of the cut behind the globes' centres, mm. An adult's globe reaches 12 mm behind its centre, and
 * the pose can be 4 mm off. Where only the scalp gives the pose, and where the pose is jittered
 * (region/region.h), it can be 4 mm more. */
static const double behind_eye_mm = 21;
/* The frontal plane bends back towards the sides, so that it meets the temples and not the lateral orbital
 * rims. */
static const double side_bend_mm = 18, side_at_mm = 70;
/* Below the eyes the plane leans back by this, mm. There is no brain in the way. Teeth and the underside of
 * the chin reach farther back than the globes. */
static const double jaw_deeper_mm = 10;
/* Under the jaw it leans back farther, so that the outline of the throat is removed with the chin. */
static const double throat_deeper_mm = 16, throat_below_mm = 24;
/* The brow's relief ends about this far above the glabella. */
static const double above_glabella_mm = 12;
/* The cut ends this far below the menton, mm. Chins differ by 7 mm (standard deviation of the
 * menton-sellion length) after the head's size is removed. */
static const double below_menton_mm = 32;
/* Distance kept between the cut and any cell that is brain in one head of fifty, before the subject's own
 * brain is known. */
static const double brain_clearance_mm = 4, brain_possible = 0.02;
/* The auricle's box, mm: how far it stands out from the head, and how far it can lie from its mean
 * place. */
static const double ear_room_mm = 12, ear_depth_mm = 9;
/* Above the canal the head is wider and the temporal lobe is near: only the helix is removed there. */
static const double ear_lean = 0.35;
/* Depth of the cut in the sides of the face, between the frontal plane and the ears, mm. Zygomatic arch,
 * masseter and jaw angle are cut to this depth under the mean zygion and gonion. So even a face narrower by
 * two standard deviations leaves no outline (bizygomatic breadth 139 +- 6 mm, bigonial 115 +- 8: Zhuang and
 * Bradtmiller 2005). */
static const double zygion_depth_mm = 12, gonion_depth_mm = 14;
/* How far the jaw's branch can end behind the gonion, the arch above the tragus, and the jaw's border below
 * the gonion, mm. The border falls towards the chin by jaw_slope. */
static const double behind_gonion_mm = 34, above_tragus_mm = 16, below_gonion_mm = 36, jaw_slope = 0.3;
/* Length over which edges between planes are rounded, mm. */
static const double round_mm = 6;

efface_status landmarks_read(landmarks *marks, const char *path, efface_error *err)
{
    const struct {
        const char *name;
        double *xyz;
    } table[] = {
        {"glabella", marks->glabella},   {"nasion", marks->nasion},   {"nose_tip", marks->nose_tip},
        {"subnasale", marks->subnasale}, {"stomion", marks->stomion}, {"pogonion", marks->pogonion},
        {"menton", marks->menton},       {"eye", marks->eye},         {"ear_top", marks->ear_top},
        {"ear_lobe", marks->ear_lobe},   {"tragus", marks->tragus},   {"mouth_corner", marks->mouth_corner},
        {"zygion", marks->zygion},       {"gonion", marks->gonion}};
    const int n_marks = (int)(sizeof table / sizeof table[0]);
    bool found[sizeof table / sizeof table[0]] = {false};
    char line[256], name[64];
    double xyz[3];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return ef_fail(err, EFFACE_INPUT, "cannot read '%s': %s", path, strerror(errno));
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#' || sscanf(line, "%63s %lf %lf %lf", name, &xyz[0], &xyz[1], &xyz[2]) != 4)
            continue;
        for (int m = 0; m < n_marks; m++) {
            if (strcmp(name, table[m].name) == 0) {
                memcpy(table[m].xyz, xyz, sizeof xyz);
                found[m] = true;
            }
        }
    }
    fclose(file);
    for (int m = 0; m < n_marks; m++)
        if (!found[m])
            return ef_fail(err, EFFACE_INPUT, "no landmark '%s' in '%s'", table[m].name, path);
    return EFFACE_PASS;
}

static void cell_xyz(double xyz[3], const ef_atlas *atlas, int64_t cell)
{
    const int64_t *n = atlas->grid.n;
    const double at[3] = {(double)(cell % n[0]), (double)(cell / n[0] % n[1]),
                          (double)(cell / (n[0] * n[1]))};
    ef_affine_apply(xyz, &atlas->grid.world_from_voxel, at);
}

void regions_eyes(ef_atlas *atlas, const landmarks *marks)
{
    const double radius_mm = 12;
    const int64_t count = ef_grid_count(&atlas->grid);
    for (int64_t cell = 0; cell < count; cell++) {
        double xyz[3];
        cell_xyz(xyz, atlas, cell);
        const double dx = fabs(xyz[0]) - marks->eye[0], dy = xyz[1] - marks->eye[1],
                     dz = xyz[2] - marks->eye[2];
        if (dx * dx + dy * dy + dz * dz < radius_mm * radius_mm)
            atlas->label[cell] = EF_EYE;
    }
}

/* Returns the maximum of two distances, rounded where they are close (polynomial smooth maximum, Quilez
 * 2013). */
static double rounded_max(double a, double b)
{
    const double h = fmax(round_mm - fabs(a - b), 0) / round_mm;
    return fmax(a, b) + h * h * round_mm / 4;
}

/* Returns the minimum of two distances, rounded likewise. */
static double rounded_min(double a, double b)
{
    return -rounded_max(-a, -b);
}

static double side_distance(const double xyz[3], const landmarks *marks)
{
    const double x = fabs(xyz[0]), y = xyz[1], z = xyz[2];
    const double x0 = marks->zygion[0] - zygion_depth_mm, x1 = marks->gonion[0] - gonion_depth_mm;
    const double lean = (x0 - x1) / (marks->zygion[2] - marks->gonion[2]), length = sqrt(1 + lean * lean);
    const double depth = (x0 - lean * (marks->zygion[2] - z) - x) / length;
    const double back = marks->gonion[1] - behind_gonion_mm - y;
    const double top = z - (marks->tragus[2] + above_tragus_mm) - 0.2 * (y - marks->tragus[1]);
    const double bottom = marks->gonion[2] - below_gonion_mm - jaw_slope * (y - marks->gonion[1]) - z;
    return rounded_max(depth, rounded_max(back, rounded_max(top, bottom)));
}

/* Returns the distance to the plane behind globes and teeth, negative in front of it. */
static double plane_distance(const double xyz[3], const landmarks *marks)
{
    const double x = fabs(xyz[0]), z = xyz[2];
    const double bend = side_bend_mm * (x / side_at_mm) * (x / side_at_mm);
    const double below = fmax(0, fmin(1, (marks->eye[2] - z) / (marks->eye[2] - marks->subnasale[2])));
    return marks->eye[1] - behind_eye_mm - jaw_deeper_mm * below - bend - xyz[1];
}

static double front_distance(const double xyz[3], const landmarks *marks)
{
    const double x = fabs(xyz[0]), y = xyz[1], z = xyz[2];
    const double bend = side_bend_mm * (x / side_at_mm) * (x / side_at_mm);
    const double back = marks->eye[1] - behind_eye_mm;
    const double under = fmax(0, fmin(1, (marks->stomion[2] - z) / (marks->stomion[2] - marks->menton[2])));
    const double frontal = plane_distance(xyz, marks) - throat_deeper_mm * under;
    /* The roof rises from above the back of the globe to above the brow, earlier at the sides. */
    const double y1 = marks->glabella[1], z0 = marks->eye[2] + 6,
                 z1 = marks->glabella[2] + above_glabella_mm;
    const double slope = (z1 - z0) / (y1 - back), length = sqrt(1 + slope * slope);
    const double roof = (z - z0 - slope * (y - back + 3 * bend)) / length;
    const double ceiling = z - z1;
    const double floor_mm = marks->menton[2] - below_menton_mm - z;
    return rounded_max(rounded_max(frontal, rounded_max(roof, ceiling)), floor_mm);
}

static double face_distance(const double xyz[3], const landmarks *marks)
{
    return rounded_min(front_distance(xyz, marks), side_distance(xyz, marks));
}

static double ear_distance(const double xyz[3], const landmarks *marks)
{
    const double x = fabs(xyz[0]), y = xyz[1], z = xyz[2];
    const double above = fmax(0, z - marks->tragus[2] - 10);
    const double depth = marks->tragus[0] - ear_depth_mm + ear_lean * above - x;
    const double front = y - (marks->tragus[1] + ear_room_mm),
                 back = marks->ear_top[1] - 30 - ear_room_mm - y;
    const double top = z - (marks->ear_top[2] + ear_room_mm), bottom = marks->ear_lobe[2] - ear_room_mm - z;
    return rounded_max(depth, rounded_max(rounded_max(front, back), rounded_max(top, bottom)));
}

/* Returns the distance from a point to a segment, seen from the front. */
static double frontal_distance(double x, double z, double x0, double z0, double x1, double z1)
{
    const double dx = x1 - x0, dz = z1 - z0, square = dx * dx + dz * dz;
    double t = square > 0 ? ((x - x0) * dx + (z - z0) * dz) / square : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypot(x - x0 - t * dx, z - z0 - t * dz);
}

/* Returns 1 + bit number of the part that a point in front of the cut belongs to. */
static uint8_t part_of(const double xyz[3], const landmarks *m)
{
    const double x = fabs(xyz[0]), z = xyz[2];
    if (ear_distance(xyz, m) < face_distance(xyz, m))
        return xyz[0] < 0 ? 7 : 8;
    /* Jaw angles and throat are no features: they belong to the cheeks. */
    if (plane_distance(xyz, m) > 0 || z < m->menton[2] - throat_below_mm)
        return 6;
    if (z > m->eye[2] + 14)
        return 1;
    /* Distances in units of each part's half width. */
    const double eyes = frontal_distance(x, z, m->eye[0], m->eye[2], m->eye[0], m->eye[2]) / 18;
    const double nose = frontal_distance(x, z, 0, m->nasion[2], 0, m->subnasale[2]) / 16;
    const double mouth =
        frontal_distance(x, z, 0, m->stomion[2], m->mouth_corner[0], m->mouth_corner[2]) / 14;
    const double chin = frontal_distance(x, z, 0, m->pogonion[2], 0, m->menton[2] - throat_below_mm) / 22;
    const double cheek_x = 0.75 * m->zygion[0];
    const double cheeks = frontal_distance(x, z, cheek_x, m->zygion[2], cheek_x, m->gonion[2]) / 18;
    const double distance[5] = {eyes, nose, mouth, chin, cheeks};
    int best = 0;
    for (int p = 1; p < 5; p++)
        if (distance[p] < distance[best])
            best = p;
    return (uint8_t)(2 + best);
}

efface_status regions_draw(ef_atlas *atlas, const landmarks *marks, efface_error *err)
{
    const int64_t count = ef_grid_count(&atlas->grid), *n = atlas->grid.n;
    const double mm = atlas->grid.world_from_voxel.m[0][0], spacing[3] = {mm, mm, mm}, sigma[3] = {1, 1, 1};
    float *to_brain = malloc(sizeof(float) * (size_t)count);
    uint8_t *possible = malloc((size_t)count);
    efface_status status = EFFACE_PASS;
    if (to_brain == NULL || possible == NULL) {
        status = ef_fail_memory(err, 5 * (size_t)count);
        goto cleanup;
    }
    for (int64_t i = 0; i < count; i++)
        possible[i] = atlas->brain[i] >= 255 * brain_possible;
    if (!ek_distance_signed(to_brain, possible, n, spacing, 2) || !ek_gaussian(to_brain, n, sigma, 2)) {
        status = ef_fail_memory(err, 5 * (size_t)count);
        goto cleanup;
    }
    for (int64_t i = 0; i < count; i++) {
        double xyz[3];
        cell_xyz(xyz, atlas, i);
        const double cut = rounded_min(face_distance(xyz, marks), ear_distance(xyz, marks));
        atlas->cut_mm[i] = (float)fmax(cut, brain_clearance_mm - (double)to_brain[i]);
        atlas->part[i] = part_of(xyz, marks);
    }

cleanup:
    free(to_brain);
    free(possible);
    return status;
}
