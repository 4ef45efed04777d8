/* The table of measures, and the draw. Means and spreads are those of adults, both sexes pooled. What makes
 * one face resemble another (overall size, long or broad, lean or full) enters through three shared
 * factors; the rest of each measure is independent. */
#include "phantom/identity.h"

#include <math.h>

#include "kernels/rng.h"

/* Sources:
 * [Z] Zhuang and Bradtmiller, "Head-and-face anthropometric survey of U.S. respirator users", J Occup
 *     Environ Hyg 2005;2:567-576 (NIOSH, 3997 people; means of men and women pooled)
 * [F] Farkas, "Anthropometry of the head and face", 2nd ed. 1994
 * [A] ANSUR II, Gordon et al. 2014
 * Measures without a source are reliefs that nobody tabulates. Their spread is set so that faces differ by
 * eye as reconstructions of real heads do. The loadings on size, breadth and fullness give correlations of
 * 0.2 to 0.5 between the breadths and between the heights, as these surveys report. */
typedef struct measure {
    const char *name;
    double mean, sd;
    double size, breadth, full;
} measure;

static const measure table[EF_N_MEASURES] = {
    [EF_HEAD_BREADTH] = {"head_breadth", 152, 6, .45, .55, 0},        /* Z */
    [EF_HEAD_LENGTH] = {"head_length", 195, 7, .60, -.35, 0},         /* Z */
    [EF_HEAD_HEIGHT] = {"head_height", 128, 5, .50, -.20, 0},         /* A: tragion to top of head */
    [EF_BIZYGOMATIC] = {"bizygomatic", 139, 6, .50, .55, .20},        /* Z */
    [EF_BIGONIAL] = {"bigonial", 115, 8, .45, .35, .40},              /* Z */
    [EF_FACE_HEIGHT] = {"face_height", 119, 7, .60, -.35, 0},         /* Z: menton to sellion */
    [EF_NOSE_LENGTH] = {"nose_length", 50.5, 3.8, .50, -.30, 0},      /* Z: subnasale to sellion */
    [EF_NOSE_BREADTH] = {"nose_breadth", 35.5, 3.8, .35, .35, .15},   /* Z */
    [EF_NOSE_PROTRUSION] = {"nose_protrusion", 20.5, 2.7, .25, 0, 0}, /* Z */
    [EF_NOSE_HUMP_SHAPE] = {"nose_hump_shape", 0, 1.4, 0, 0, 0},
    [EF_NOSE_ROOT_SHAPE] = {"nose_root_shape", 0, 1.6, .20, 0, -.20},
    [EF_NOSE_TIP_SHAPE] = {"nose_tip_shape", 0, 2.0, 0, .20, 0},
    [EF_NOSE_SIDE_SHAPE] = {"nose_side_shape", 0, 0.9, 0, 0, 0},
    [EF_PUPILS] = {"pupils", 63, 3.6, .40, .35, 0},             /* Z: interpupillary distance */
    [EF_EYE_FISSURE] = {"eye_fissure", 30.7, 1.5, .30, .10, 0}, /* F: ex-en */
    [EF_EYE_DEPTH_SHAPE] = {"eye_depth_shape", 0, 1.6, 0, 0, -.20},
    [EF_EYE_TILT_SHAPE] = {"eye_tilt_shape", 2, 1.2, 0, 0, 0},
    [EF_BROW_SHAPE] = {"brow_shape", 0, 1.5, .30, 0, 0},
    [EF_BROW_HEIGHT_SHAPE] = {"brow_height_shape", 0, 1.8, 0, 0, 0},
    [EF_FOREHEAD_SHAPE] = {"forehead_shape", 0, 3.0, .15, 0, 0},
    [EF_CHEEKBONE_SHAPE] = {"cheekbone_shape", 0, 1.6, 0, .25, 0},
    [EF_CHEEK_SHAPE] = {"cheek_shape", 0, 2.2, 0, 0, .70},
    [EF_UPPER_LIP] = {"upper_lip", 21.5, 2.3, .35, 0, 0},     /* F: sn-sto */
    [EF_MOUTH_WIDTH] = {"mouth_width", 50, 4.0, .35, .35, 0}, /* Z: lip length */
    [EF_LIP_FULL_SHAPE] = {"lip_full_shape", 0, 1.2, 0, .20, .20},
    [EF_LIP_OUT_SHAPE] = {"lip_out_shape", 0, 1.6, 0, 0, .15},
    [EF_CHIN_SHAPE] = {"chin_shape", 0, 2.8, .20, 0, 0},
    [EF_CHIN_WIDTH] = {"chin_width", 34, 4.0, .30, .30, 0},
    [EF_EAR_LENGTH] = {"ear_length", 62.5, 3.9, .45, 0, 0},     /* F: sa-sba */
    [EF_EAR_BREADTH] = {"ear_breadth", 35.5, 2.2, .30, .10, 0}, /* F: pra-pa */
    [EF_EAR_PROTRUSION] = {"ear_protrusion", 20, 3.2, 0, 0, 0}, /* A: ear protrusion */
    [EF_EAR_TILT_SHAPE] = {"ear_tilt_shape", 0, 3.0, 0, 0, 0},
    [EF_OCCIPUT_SHAPE] = {"occiput_shape", 0, 2.0, 0, -.20, 0},
    [EF_NECK_BREADTH] = {"neck_breadth", 116, 9, .45, .10, .50}, /* A: from the neck's circumference */
    [EF_CHEEK_FAT] = {"cheek_fat", 6, 1.4, 0, 0, .75},
    [EF_SKULL] = {"skull", 6.8, 0.8, .10, 0, 0},
};

const char *ef_measure_name(ef_measure m)
{
    return table[m].name;
}

double ef_measure_mean(ef_measure m)
{
    return table[m].mean;
}

double ef_measure_sd(ef_measure m)
{
    return table[m].sd;
}

bool ef_measure_kept(ef_measure m)
{
    switch (m) {
    case EF_HEAD_BREADTH:
    case EF_HEAD_LENGTH:
    case EF_HEAD_HEIGHT:
    case EF_FOREHEAD_SHAPE:
    case EF_OCCIPUT_SHAPE:
    case EF_NECK_BREADTH:
    case EF_SKULL:
        return true;
    default:
        return false;
    }
}

static void draw(double mm[EF_N_MEASURES], uint64_t seed)
{
    double size = ek_normal(seed, 1000), breadth = ek_normal(seed, 1001), full = ek_normal(seed, 1002);
    for (int i = 0; i < EF_N_MEASURES; i++) {
        const measure *t = &table[i];
        double shared = t->size * t->size + t->breadth * t->breadth + t->full * t->full;
        double z = t->size * size + t->breadth * breadth + t->full * full +
                   sqrt(1.0 - shared) * ek_normal(seed, (uint64_t)i);
        z = fmin(2.5, fmax(-2.5, z));
        mm[i] = t->mean + (seed ? z * t->sd : 0.0);
    }
}

void ef_identity_draw(ef_identity *identity, uint64_t seed, uint64_t head)
{
    double kept[EF_N_MEASURES];
    identity->seed = seed;
    identity->head = head;
    draw(identity->mm, seed);
    draw(kept, head);
    for (int i = 0; i < EF_N_MEASURES; i++)
        identity->mm[i] = ef_measure_kept((ef_measure)i) ? kept[i] : identity->mm[i];
}
