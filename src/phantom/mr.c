/* Signal equations, and the tissue constants that they need. */
#include "phantom/mr.h"

#include <math.h>

#include "kernels/grid.h"
#include "kernels/rng.h"

/* Proton density relative to water, T1 and T2 in ms at 3 T, CT number.
 * Grey, white: Wansapura et al., J Magn Reson Imaging 1999;9:531 (T1 1331/832, T2 110/80). CSF: Lin et al.,
 * Magn Reson Med 2001;45:893 (T1 about 4163 with Rooney et al. 2007), T2 long: 1650. Muscle, fat, marrow:
 * de Bazelaire et al., Radiology 2004;230:652 (898/29, 382/68, 586/49). Cartilage: Stanisz et al., Magn
 * Reson Med 2005;54:507 (1168/27). Vessel: blood in Stanisz, its flow void as a lowered density. Vitreous
 * as CSF. Lens, skin, mucosa and gland are not tabulated at 3 T; they are set between muscle and water, by
 * their look on clinical images. Bone and tooth give no signal at these echo times: their density is near
 * zero. CT numbers: J. T. Bushberg, "The essential physics of medical imaging". */
typedef struct constants {
    double density, t1, t2, hu;
} constants;

static const constants of[EF_TISSUE_COUNT] = {
    [EF_TISSUE_AIR] = {0, 1000, 100, -1000},    [EF_TISSUE_SKIN] = {0.65, 900, 35, 30},
    [EF_TISSUE_FAT] = {0.90, 382, 68, -95},     [EF_TISSUE_MUSCLE] = {0.79, 898, 29, 55},
    [EF_TISSUE_BONE] = {0.04, 1000, 10, 1250},  [EF_TISSUE_MARROW] = {0.55, 586, 49, 420},
    [EF_TISSUE_CSF] = {1.00, 4163, 1650, 6},    [EF_TISSUE_GREY] = {0.80, 1331, 110, 38},
    [EF_TISSUE_WHITE] = {0.70, 832, 80, 29},    [EF_TISSUE_EYE] = {0.99, 4000, 1200, 12},
    [EF_TISSUE_LENS] = {0.65, 1500, 35, 75},    [EF_TISSUE_MUCOSA] = {0.85, 1250, 80, 40},
    [EF_TISSUE_TOOTH] = {0.02, 1000, 10, 2200}, [EF_TISSUE_CARTILAGE] = {0.65, 1168, 27, 80},
    [EF_TISSUE_GLAND] = {0.80, 750, 60, 15},    [EF_TISSUE_VESSEL] = {0.30, 1932, 275, 45},
};

/* Factor of fat's T2 in trains of refocusing pulses: Henkelman et al., "Why fat is bright in RARE and fast
 * spin-echo imaging", J Magn Reson Imaging 1994;4:533. With 1, fat would be dark in T2. */
#define TRAIN_FAT_T2 2.0

static double magnetic(ef_contrast contrast, const constants *c)
{
    bool fatty = c == &of[EF_TISSUE_FAT] || c == &of[EF_TISSUE_MARROW];
    double train_t2 = c->t2 * (fatty ? TRAIN_FAT_T2 : 1.0);
    switch (contrast) {
    case EF_T1: { /* spoiled gradient echo: TR 18 ms, TE 4 ms, 30 degrees (Ernst) */
        double e1 = exp(-18.0 / c->t1), angle = 30.0 * EK_PI / 180.0;
        return c->density * sin(angle) * (1.0 - e1) / (1.0 - e1 * cos(angle)) * exp(-4.0 / c->t2);
    }
    case EF_T2: /* fast spin echo: TR 4500 ms, TE 95 ms */
        return c->density * (1.0 - exp(-4500.0 / c->t1)) * exp(-95.0 / train_t2);
    case EF_PD: /* spin echo: TR 3000 ms, TE 15 ms */
        return c->density * (1.0 - exp(-3000.0 / c->t1)) * exp(-15.0 / c->t2);
    default: /* FLAIR: TR 9000 ms, TI 2500 ms, TE 95 ms; inversion recovery with magnitude reconstruction */
        return c->density * fabs(1.0 - 2.0 * exp(-2500.0 / c->t1) + exp(-9000.0 / c->t1)) *
               exp(-95.0 / train_t2);
    }
}

void ef_contrast_signals(float signal[EF_TISSUE_COUNT], ef_contrast contrast)
{
    double white = contrast == EF_CT ? 1.0 : magnetic(contrast, &of[EF_TISSUE_WHITE]);
    for (int t = 0; t < EF_TISSUE_COUNT; t++)
        signal[t] = (float)(contrast == EF_CT ? of[t].hu : magnetic(contrast, &of[t]) / white);
}

void ef_receive_tables(float *sum, float *product, const int64_t n[3], double amplitude, uint64_t scan)
{
    int64_t at = 0;
    double product_share = cbrt(0.4 * amplitude);
    for (int a = 0; a < 3; a++) {
        uint64_t c = 5000 + 4 * (uint64_t)a;
        double weight = 0.2 * amplitude, cycles = 0.4 + 0.5 * ek_uniform(scan, c);
        double phase = 2 * EK_PI * ek_uniform(scan, c + 1), other = 2 * EK_PI * ek_uniform(scan, c + 2);
        for (int64_t i = 0; i < n[a]; i++, at++) {
            double x = 2 * EK_PI * cycles * (double)i / (double)n[a];
            sum[at] = (float)(weight * sin(x + phase));
            product[at] = (float)(product_share * sin(0.8 * x + other));
        }
    }
}
