/* The smallest deviation around a voxel: compared with the plain sum, and tried on its purpose. */
#include "check.h"
#include "kernels/deviation.h"
#include "kernels/rng.h"

enum { NX = 17, NY = 13, NZ = 11, COUNT = NX * NY * NZ };

static float volume[COUNT], least[COUNT], again[COUNT];

/* All windows a voxel is in, each with its mean, in double. */
static double expected(const int64_t n[3], int64_t i, int64_t j, int64_t k)
{
    double best = INFINITY;
    const int64_t at[3] = {i, j, k};
    for (int corner = 0; corner < 8; corner++) {
        double value[8], sum = 0, squares = 0;
        int count = 0;
        bool whole = true;
        int64_t first[3];
        for (int d = 0; d < 3; d++) {
            first[d] = n[d] > 1 ? at[d] - (corner >> d & 1) : 0;
            whole = whole && first[d] >= 0 && (n[d] == 1 || first[d] + 1 < n[d]);
        }
        for (int c = 0; c < 8 && whole; c++) {
            int64_t p[3];
            bool inside = true;
            for (int d = 0; d < 3; d++) {
                p[d] = first[d] + (c >> d & 1);
                inside = inside && p[d] < n[d];
            }
            if (inside)
                value[count++] = (double)volume[p[0] + n[0] * (p[1] + n[1] * p[2])];
        }
        for (int c = 0; c < count; c++)
            sum += value[c];
        for (int c = 0; c < count; c++)
            squares += pow(value[c] - sum / count, 2);
        if (count > 0 && isfinite(squares))
            best = fmin(best, sqrt(squares / count));
    }
    return best;
}

static void agrees_with_the_plain_sum(int64_t nx, int64_t ny, int64_t nz)
{
    const int64_t n[3] = {nx, ny, nz}, count = nx * ny * nz;
    for (int64_t i = 0; i < count; i++)
        volume[i] = ek_hash64(3, (uint64_t)i) % 20 == 0 ? NAN : (float)ek_uniform(4, (uint64_t)i);
    CHECK(ek_least_deviation(least, volume, n, 1));
    for (int64_t i = 0; i < count; i++) {
        const double want = expected(n, i % nx, i / nx % ny, i / (nx * ny));
        if (isinf(want))
            CHECK(isinf(least[i]));
        else
            CHECK_NEAR((double)least[i], want, 1e-3);
    }
    for (int threads = 2; threads <= 7; threads += 5) {
        CHECK(ek_least_deviation(again, volume, n, threads));
        CHECK(memcmp(least, again, sizeof *least * (size_t)count) == 0);
    }
}

/* A step between two quiet halves is seen nowhere; noise is seen in its own half only. */
static void edges_are_calm_and_noise_is_not(void)
{
    const int64_t n[3] = {NX, NY, NZ};
    int64_t loud = 0, quiet = 0;
    for (int64_t i = 0; i < COUNT; i++)
        volume[i] = i % NX < 8 ? 1 : 5;
    CHECK(ek_least_deviation(least, volume, n, 2));
    for (int64_t i = 0; i < COUNT; i++)
        quiet += least[i] == 0;
    CHECK_EQ(quiet, COUNT);
    for (int64_t i = 0; i < COUNT; i++)
        volume[i] = i % NX < 8 ? 1 : 10 * (float)ek_uniform(5, (uint64_t)i);
    CHECK(ek_least_deviation(least, volume, n, 2));
    quiet = 0;
    for (int64_t i = 0; i < COUNT; i++) {
        quiet += i % NX < 8 && least[i] == 0;
        loud += i % NX >= 8 && least[i] > 0.5F;
    }
    CHECK_EQ(quiet, (int64_t)8 * NY * NZ);
    CHECK(loud > (int64_t)9 * NY * NZ * 99 / 100);
}

int main(void)
{
    agrees_with_the_plain_sum(NX, NY, NZ);
    agrees_with_the_plain_sum(NX, NY, 1);
    agrees_with_the_plain_sum(1, 1, 1);
    edges_are_calm_and_noise_is_not();
    return test_end();
}
