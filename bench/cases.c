/* Conditions of heads and scans, and the head of a seed under each of them. */
#include "cases.h"

#include <math.h>
#include <string.h>

#include "kernels/rng.h"

static const char *const orientations[] = {"RAS", "LAS", "PSR", "IPL", "ASR", "LPS", "SRA", "RPI"};

enum { ANY = -1 }; /* T1, T2, PD or FLAIR, by the seed */

static const struct {
    const char *name;
    int contrast;
    unsigned conditions;
    ef_fov fov;
    double age_low, age_high;                                                        /* 0, 0: adult */
    double noise_percent, bias_percent, voxel_mm, slice_mm, oblique_deg, rotate_deg; /* 0: the default */
} cases[CASES] = {
    {.name = "plain", .contrast = EF_T1},
    {.name = "T2", .contrast = EF_T2},
    {.name = "PD", .contrast = EF_PD},
    {.name = "FLAIR", .contrast = EF_FLAIR},
    {.name = "CT", .contrast = EF_CT, .noise_percent = 12},
    {.name = "newborn", .contrast = ANY, .age_high = 0.25},
    {.name = "infant", .contrast = ANY, .age_low = 0.25, .age_high = 2},
    {.name = "child", .contrast = ANY, .age_low = 2, .age_high = 12},
    {.name = "atrophy", .contrast = ANY, .conditions = EFFACE_CONDITION_ATROPHY},
    {.name = "resection", .contrast = ANY, .conditions = EFFACE_CONDITION_RESECTION},
    {.name = "beard", .contrast = ANY, .conditions = EFFACE_CONDITION_BEARD},
    {.name = "strap", .contrast = ANY, .conditions = EFFACE_CONDITION_STRAP},
    {.name = "dental", .contrast = ANY, .conditions = EFFACE_CONDITION_DENTAL},
    {.name = "dropout", .contrast = ANY, .conditions = EFFACE_CONDITION_DROPOUT},
    /* MP2RAGE is a protocol of 0.6 to 1 mm. */
    {.name = "speckle", .contrast = EF_T1, .conditions = EFFACE_CONDITION_SPECKLE, .voxel_mm = 1},
    {.name = "circle", .contrast = ANY, .conditions = EFFACE_CONDITION_CIRCLE},
    {.name = "shoulders", .contrast = ANY, .conditions = EFFACE_CONDITION_SHOULDERS},
    {.name = "half", .contrast = ANY, .conditions = EFFACE_CONDITION_HALF},
    {.name = "slab", .contrast = ANY, .conditions = EFFACE_CONDITION_SLAB},
    {.name = "large-box", .contrast = ANY, .conditions = EFFACE_CONDITION_LARGE_BOX},
    {.name = "nochin", .contrast = ANY, .fov = EF_FOV_NOCHIN},
    {.name = "novertex", .contrast = ANY, .fov = EF_FOV_NOVERTEX},
    {.name = "tight", .contrast = ANY, .fov = EF_FOV_TIGHT},
    {.name = "ultra-low", .contrast = ANY, .noise_percent = 25, .bias_percent = 40, .voxel_mm = 3},
    {.name = "bias", .contrast = ANY, .bias_percent = 60},
    {.name = "noise", .contrast = ANY, .noise_percent = 15},
    {.name = "thick", .contrast = ANY, .slice_mm = 5.5},
    {.name = "coarse", .contrast = ANY, .voxel_mm = 4},
    {.name = "oblique", .contrast = ANY, .oblique_deg = 40},
    {.name = "rotated", .contrast = ANY, .rotate_deg = 30},
    {.name = "holder",
     .contrast = EF_CT,
     .conditions = EFFACE_CONDITION_HOLDER | EFFACE_CONDITION_CIRCLE,
     .noise_percent = 12},
    {.name = "dental-ct", .contrast = EF_CT, .conditions = EFFACE_CONDITION_DENTAL, .noise_percent = 12},
};

#define WORD(i, name)                                                                                      \
    {                                                                                                      \
        name, 1u << (i)                                                                                    \
    }
const ef_choice case_words[CASES + 2] = {
    WORD(0, "plain"),      WORD(1, "T2"),        WORD(2, "PD"),       WORD(3, "FLAIR"),
    WORD(4, "CT"),         WORD(5, "newborn"),   WORD(6, "infant"),   WORD(7, "child"),
    WORD(8, "atrophy"),    WORD(9, "resection"), WORD(10, "beard"),   WORD(11, "strap"),
    WORD(12, "dental"),    WORD(13, "dropout"),  WORD(14, "speckle"), WORD(15, "circle"),
    WORD(16, "shoulders"), WORD(17, "half"),     WORD(18, "slab"),    WORD(19, "large-box"),
    WORD(20, "nochin"),    WORD(21, "novertex"), WORD(22, "tight"),   WORD(23, "ultra-low"),
    WORD(24, "bias"),      WORD(25, "noise"),    WORD(26, "thick"),   WORD(27, "coarse"),
    WORD(28, "oblique"),   WORD(29, "rotated"),  WORD(30, "holder"),  WORD(31, "dental-ct"),
    {"all", 0xffffffffu}};

const char *case_name(int number)
{
    return cases[number].name;
}

ef_phantom_options case_head(int number, uint64_t seed, double voxel_mm)
{
    static const ef_contrast by_seed[] = {EF_T1, EF_T2, EF_FLAIR, EF_PD};
    const double mm = cases[number].voxel_mm > 0 ? cases[number].voxel_mm : voxel_mm;
    ef_phantom_options o;
    ef_phantom_options_init(&o);
    o.seed = o.scan = seed;
    o.contrast = cases[number].contrast == ANY ? by_seed[ek_hash64(seed, 900) % 4]
                                               : (ef_contrast)cases[number].contrast;
    o.conditions = cases[number].conditions;
    o.fov = cases[number].fov;
    o.draw_pose = true;
    memcpy(o.orientation, orientations[seed % 8], sizeof o.orientation);
    for (int a = 0; a < 3; a++) {
        o.voxel_mm[a] = mm;
        /* Whole degrees, so that a person can type a row's options. */
        o.oblique_deg[a] = seed % 3 == 0 ? rint(40 * ek_uniform(seed, (uint64_t)a) - 20) : 0;
    }
    if (cases[number].age_high > 0)
        o.age_years = cases[number].age_low +
                      (cases[number].age_high - cases[number].age_low) * ek_uniform(seed, 901);
    if (cases[number].noise_percent > 0)
        o.noise_percent = cases[number].noise_percent;
    if (cases[number].bias_percent > 0)
        o.bias_percent = cases[number].bias_percent;
    const int axis = (int)(ek_hash64(seed, 902) % 3);
    const double sign = ek_hash64(seed, 903) & 1 ? 1 : -1;
    if (cases[number].slice_mm > 0)
        o.voxel_mm[axis] = cases[number].slice_mm;
    if (cases[number].oblique_deg > 0)
        o.oblique_deg[axis] = sign * cases[number].oblique_deg;
    if (cases[number].rotate_deg > 0)
        o.rotate_deg[axis] = sign * cases[number].rotate_deg;
    return o;
}
