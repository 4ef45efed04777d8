/* Sums of plane waves: the texture of cortex, fasciae and air cells. */
#include "phantom/wave.h"

#include "kernels/grid.h"
#include "kernels/rng.h"

/* Cosine of t turns, to 0.5 %: waves are only texture, and are evaluated often. */
static float cosine(float t)
{
    t = fabsf(t);
    t -= (float)(int)t;
    float u = (t > 0.5F ? 1.0F - t : t) - 0.25F, a = 6.2831853F * u, a2 = a * a;
    return -a * (1.0F - a2 * (0.16666667F - 0.0083333F * a2));
}

float ef_wave_at(const ef_wave *w, v3 p)
{
    float sum = 0.0F;
    for (int i = 0; i < EF_WAVES; i++)
        sum += cosine(v3_dot(w->k[i], p) + w->phase[i]);
    return sum * 0.5345225F; /* sqrt(2 / EF_WAVES): unit variance */
}

void ef_wave_init(ef_wave *w, uint64_t seed, uint64_t stream, double length_mm)
{
    double k = 1.0 / length_mm; /* turns per mm */
    w->per_mm = (float)(2 * EK_PI * k);
    for (int i = 0; i < EF_WAVES; i++) {
        uint64_t c = stream * 64 + (uint64_t)i * 3;
        /* directions spread over the half sphere: z in equal steps, azimuth drawn */
        double z = (i + ek_uniform(seed, c)) / EF_WAVES;
        double azimuth = 2 * EK_PI * ek_uniform(seed, c + 1), r = sqrt(1.0 - z * z);
        w->k[i] = (v3){(float)(k * r * cos(azimuth)), (float)(k * r * sin(azimuth)), (float)(k * z)};
        w->phase[i] = (float)ek_uniform(seed, c + 2);
    }
}
