/* Growth: an adult's measures at another age. Measures in T mm keep their place in the template and grow
 * with it; those in H mm are scaled here. */
#include "phantom/identity.h"

#include <stddef.h>

enum { AGES = 9 };

/* Years at which growth is tabulated. Between them it is linear; from the last on the person is adult. */
static const double years_at[AGES] = {0, 0.25, 0.5, 1, 2, 5, 10, 14, 18};

/* Ratios to the adult's measure.
 * Head: head circumference over the adult's 56 cm, medians of both sexes pooled (WHO Child Growth Standards
 * 2007 to 5 years: 34.2, 40.0, 42.8, 45.5, 47.8, 50.3 cm; beyond: Nellhaus, "Head circumference from birth
 * to eighteen years", Pediatrics 1968;41:106).
 * Face and nose: heights and breadths of the face, from the first year on about as in Farkas,
 * "Anthropometry of the head and face", 2nd ed. 1994. At birth they make the face an eighth of the skull;
 * in adults it is a third to a half (Gray's Anatomy).
 * Bone: thickness of the vault, 2 mm at birth.
 * Soft: cheeks are full until school age. */
typedef enum growth { HEAD, FACE_HIGH, FACE_BROAD, NOSE, BONE, SOFT, N_GROWTHS } growth;

static const double grown[N_GROWTHS][AGES] = {
    [HEAD] = {0.61, 0.71, 0.76, 0.81, 0.85, 0.90, 0.95, 0.98, 1},
    [FACE_HIGH] = {0.44, 0.52, 0.58, 0.64, 0.71, 0.81, 0.90, 0.96, 1},
    [FACE_BROAD] = {0.56, 0.64, 0.69, 0.73, 0.78, 0.85, 0.92, 0.97, 1},
    [NOSE] = {0.42, 0.48, 0.52, 0.56, 0.62, 0.73, 0.86, 0.95, 1},
    [BONE] = {0.50, 0.52, 0.54, 0.57, 0.62, 0.75, 0.87, 0.94, 1}, /* relative to HEAD, since it is in T */
    [SOFT] = {1.30, 1.40, 1.45, 1.40, 1.25, 1.10, 1.00, 1.00, 1}, /* relative to HEAD, since it is in T */
};

static const struct {
    ef_measure measure;
    growth growth;
} grows[] = {
    {EF_HEAD_BREADTH, HEAD},       {EF_HEAD_LENGTH, HEAD},
    {EF_HEAD_HEIGHT, HEAD},        {EF_BIZYGOMATIC, FACE_BROAD},
    {EF_BIGONIAL, FACE_BROAD},     {EF_FACE_HEIGHT, FACE_HIGH},
    {EF_NOSE_LENGTH, NOSE},        {EF_NOSE_BREADTH, FACE_BROAD},
    {EF_NOSE_PROTRUSION, NOSE},    {EF_PUPILS, FACE_BROAD},
    {EF_UPPER_LIP, FACE_HIGH},     {EF_MOUTH_WIDTH, FACE_BROAD},
    {EF_NECK_BREADTH, FACE_BROAD}, {EF_SKULL, BONE},
    {EF_CHEEK_FAT, SOFT},
};

void ef_identity_age(ef_identity *identity, double years)
{
    int i = 0;
    while (i < AGES - 2 && years > years_at[i + 1])
        i++;
    double t = (years - years_at[i]) / (years_at[i + 1] - years_at[i]);
    t = t > 1 ? 1 : t < 0 ? 0 : t;
    for (size_t m = 0; m < sizeof grows / sizeof grows[0]; m++) {
        const double *ratio = grown[grows[m].growth];
        identity->mm[grows[m].measure] *= ratio[i] + t * (ratio[i + 1] - ratio[i]);
    }
}
