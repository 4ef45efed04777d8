/* The attack: its linear algebra by identities, its learning on people made of numbers, its figures by
 * those of the literature, and its features on one phantom. */
#include "attack/attack.h"
#include "check.h"
#include "kernels/dense.h"
#include "kernels/each.h"
#include "kernels/lbp.h"
#include "kernels/rng.h"
#include "scan/scan.h"
#include "scratch.h"

#include <stdlib.h>

enum { N = 23 };

static void test_products(void)
{
    enum { A = 5, B = 7, P = 11 };
    float x[A * P], y[B * P];
    double a[A * P], b[P * B], bt[B * P], out[A * B], again[A * B], turned[A * B], at[P * A];
    for (int i = 0; i < A * P; i++)
        a[i] = (double)(x[i] = (float)ek_normal(1, (uint64_t)i));
    for (int i = 0; i < B * P; i++)
        bt[i] = (double)(y[i] = (float)ek_normal(2, (uint64_t)i));
    for (int i = 0; i < B; i++)
        for (int j = 0; j < P; j++)
            b[j * B + i] = bt[i * P + j];
    for (int i = 0; i < A; i++)
        for (int j = 0; j < P; j++)
            at[j * A + i] = a[i * P + j];
    ek_products_f(out, x, A, y, B, P, 2);
    ek_multiply(again, a, b, A, P, B, 3);
    ek_multiply_t(turned, at, b, A, P, B, 1);
    for (int i = 0; i < A; i++) {
        for (int j = 0; j < B; j++) {
            double sum = 0;
            for (int k = 0; k < P; k++)
                sum += a[i * P + k] * b[k * B + j];
            /* 11 products of order one in another order: a few units of the last place */
            CHECK_NEAR(out[i * B + j], sum, 1e-13);
            CHECK_NEAR(again[i * B + j], sum, 1e-13);
            CHECK_NEAR(turned[i * B + j], sum, 1e-13);
        }
    }
}

/* A = V' diag V, rows of V orthonormal, values falling; also where values coincide. */
static void test_eigen(void)
{
    double a[N * N], from[N * N], value[N], vector[N * N];
    for (int degenerate = 0; degenerate < 2; degenerate++) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j <= i; j++) {
                const double x = degenerate ? (i == j ? 3 : 0) + (i < 2 && j < 2 ? 1 : 0)
                                            : ek_normal(3, (uint64_t)(i * N + j));
                a[i * N + j] = a[j * N + i] = from[i * N + j] = from[j * N + i] = x;
            }
        }
        CHECK(ek_eigen_symmetric(value, vector, a, N));
        double worst = 0, askew = 0;
        for (int i = 0; i < N; i++) {
            CHECK(i == 0 || value[i] <= value[i - 1]);
            for (int j = 0; j < N; j++) {
                double back = 0, dot = 0;
                for (int k = 0; k < N; k++) {
                    back += vector[k * N + i] * value[k] * vector[k * N + j];
                    dot += vector[i * N + k] * vector[j * N + k];
                }
                worst = fmax(worst, fabs(back - from[i * N + j]));
                askew = fmax(askew, fabs(dot - (i == j)));
            }
        }
        /* backward stable: n times the unit roundoff times a norm of about 10, with room for the sweeps */
        CHECK(worst < 1e-12);
        CHECK(askew < 1e-13);
    }
    CHECK_NEAR(value[0], 5, 1e-12);
}

static void count_task(void *context, int64_t i)
{
    int *times = context;
    times[i]++;
}

static void test_each(void)
{
    int times[101] = {0};
    ek_each(100, count_task, times, 3);
    for (int i = 0; i < 100; i++)
        CHECK_EQ(times[i], 1);
    CHECK_EQ(times[100], 0);
}

static void test_lbp(void)
{
    enum { W = 20, H = 17, CELLS = 6 };
    const int size[2] = {W, H}, cells[2] = {3, 2};
    uint8_t gray[W * H], brighter[W * H];
    float one[CELLS * EK_LBP_BINS], two[CELLS * EK_LBP_BINS];
    bool used[EK_LBP_BINS] = {false};
    int others = 0;
    for (unsigned p = 0; p < 256; p++) {
        const int bin = ek_lbp_bin(p);
        CHECK(bin >= 0 && bin < EK_LBP_BINS && (bin == EK_LBP_BINS - 1 || !used[bin]));
        used[bin] = true;
        others += bin == EK_LBP_BINS - 1;
    }
    CHECK_EQ(others, 256 - 58);
    for (int i = 0; i < W * H; i++) {
        gray[i] = (uint8_t)(ek_hash64(5, (uint64_t)i) % 100);
        brighter[i] = (uint8_t)(2 * gray[i] + 31); /* order is all that counts */
    }
    ek_lbp_histograms(one, gray, size, cells, 1, 1);
    ek_lbp_histograms(two, brighter, size, cells, 1, 3);
    CHECK(memcmp(one, two, sizeof one) == 0);
    for (int c = 0; c < CELLS; c++) {
        double sum = 0;
        for (int b = 0; b < EK_LBP_BINS; b++)
            sum += (double)one[c * EK_LBP_BINS + b];
        CHECK_NEAR(sum, 1, 1e-5); /* 59 floats */
    }
    memset(gray, 7, sizeof gray);
    ek_lbp_histograms(one, gray, size, cells, 2, 1);
    CHECK_NEAR((double)one[ek_lbp_bin(0xff)], 1, 0);
}

static void test_figures(void)
{
    enum { PEOPLE = 200 };
    static double score[PEOPLE * PEOPLE];
    ef_figures f;
    ef_chance chance;
    /* Wilson's interval as tabulated: Newcombe, Statistics in Medicine 1998;17:857, table I, method 3 */
    CHECK_NEAR(ef_share_of(81, 263).low, 0.2553, 5e-5);
    CHECK_NEAR(ef_share_of(81, 263).high, 0.3662, 5e-5);
    CHECK_NEAR(ef_share_of(0, 20).high, 0.1611, 5e-5);
    CHECK_NEAR(ef_share_of(0, 20).low, 0, 0);
    /* nearly Poisson with mean 1: P(<= 3) = 0.981, P(<= 2) = 0.920; mean 5: P(<= 10) = 0.986 */
    ef_chance_of(&chance, PEOPLE);
    CHECK_EQ(chance.first_most, 3);
    CHECK_NEAR(chance.top5.high * PEOPLE, 10, 1e-9);
    CHECK_NEAR(chance.rank1.low, 0, 0);
    ef_chance_of(&chance, 3);
    CHECK_NEAR(chance.top5.value, 1, 0);

    for (int i = 0; i < PEOPLE * PEOPLE; i++)
        score[i] = i % PEOPLE == i / PEOPLE ? 0.9 : -0.1;
    CHECK(ef_figures_of(&f, score, PEOPLE, 1));
    CHECK_EQ(f.first, PEOPLE);
    CHECK_NEAR(f.eer.value, 0, 0);
    memset(score, 0, sizeof score);
    CHECK(ef_figures_of(&f, score, PEOPLE, 1));
    CHECK_EQ(f.first + f.fifth, 0);
    for (int i = 0; i < PEOPLE * PEOPLE; i++)
        score[i] = 2 * ek_uniform(9, (uint64_t)i) - 1;
    CHECK(ef_figures_of(&f, score, PEOPLE, 1));
    ef_chance_of(&chance, PEOPLE);
    CHECK(f.first <= chance.first_most);
    CHECK(f.eer.low < 0.5 && f.eer.high > 0.5 && f.eer.high - f.eer.low < 0.2);
    CHECK(f.rank1.low <= f.rank1.value && f.rank1.value <= f.rank1.high);
}

/* People made of numbers: their kept anatomy, their own face, and a part of the face that the kept anatomy
 * predicts. */
enum { LEARNERS = 60, TRIED = 40, WIDTH = 50, KEPT_AXES = 3, FACE_AXES = 12 };

typedef enum probe_kind { PROBE_UNTOUCHED, PROBE_KEPT_ONLY, PROBE_NOISE, PROBE_HINT } probe_kind;

static double axis_of(uint64_t kind, int axis, int j)
{
    return ek_normal(kind, (uint64_t)(axis * WIDTH + j));
}

static void fill_row(float *row, ef_cue cue, uint64_t who, uint64_t scan, probe_kind kind)
{
    const uint64_t noise = ek_hash64(who, 1000 + scan * EF_N_CUES + (uint64_t)cue);
    const bool is_kept = cue == EF_CUE_KEPT, hint = kind == PROBE_HINT && cue == EF_CUE_CUT;
    for (int j = 0; j < WIDTH; j++) {
        double v = 0;
        for (int k = 0; k < KEPT_AXES; k++)
            v += ek_normal(who, (uint64_t)k) * axis_of(is_kept ? 1 : 2, k, j) *
                 (kind == PROBE_NOISE && !is_kept ? 0 : 1);
        for (int k = 0; k < FACE_AXES && !is_kept; k++)
            v += ek_normal(who, 100 + (uint64_t)k) * axis_of(hint ? 4 : 3, k, j) *
                 (kind == PROBE_UNTOUCHED || hint);
        row[j] = (float)(v + 0.3 * ek_normal(noise, (uint64_t)j));
    }
    if (cue == EF_CUE_RELIEF)
        row[WIDTH - 1] = NAN; /* nothing is visible there */
}

static ef_study make_study(probe_kind kind)
{
    ef_study study = {.own_means = false};
    for (int g = 0; g < EF_N_GROUPS; g++) {
        const bool learner = g == EF_LEARN_ORIGINAL || g == EF_LEARN_PROBE,
                   probe = g == EF_LEARN_PROBE || g == EF_PROBE;
        for (int c = 0; c < EF_N_CUES; c++) {
            ef_table *t = &study.table[g][c];
            *t = (ef_table){learner ? LEARNERS : TRIED, WIDTH, NULL};
            t->v = malloc((size_t)(t->n * t->p) * sizeof *t->v);
            for (int64_t i = 0; i < t->n; i++)
                fill_row(t->v + i * WIDTH, (ef_cue)c, 10 + (uint64_t)i + (learner ? 5000 : 0), probe,
                         probe ? kind : PROBE_UNTOUCHED);
        }
    }
    return study;
}

static int64_t found(probe_kind kind, const char *attacker, bool less_kept)
{
    static double score[TRIED * TRIED], again[TRIED * TRIED];
    ef_study study = make_study(kind);
    efface_error err = {.status = EFFACE_PASS};
    ef_figures f = {.n = 0};
    for (int a = 0; a < EF_N_ATTACKERS; a++) {
        if (strcmp(ef_attackers[a].name, attacker) != 0)
            continue;
        CHECK_EQ(ef_attack_score(score, &study, &ef_attackers[a], less_kept, 1, &err), EFFACE_PASS);
        CHECK_EQ(ef_attack_score(again, &study, &ef_attackers[a], less_kept, 3, &err), EFFACE_PASS);
        CHECK(memcmp(score, again, sizeof score) == 0);
        CHECK(ef_figures_of(&f, score, TRIED, 1));
    }
    CHECK_EQ(f.n, TRIED);
    for (int g = 0; g < EF_N_GROUPS; g++)
        for (int c = 0; c < EF_N_CUES; c++)
            free(study.table[g][c].v);
    return f.first;
}

static void test_learning(void)
{
    ef_chance chance;
    ef_chance_of(&chance, TRIED);
    /* a cue that is there identifies people, one that is not there does not */
    CHECK(found(PROBE_UNTOUCHED, "relief", true) >= TRIED * 95 / 100);
    CHECK(found(PROBE_UNTOUCHED, "restored", true) >= TRIED * 95 / 100);
    CHECK(found(PROBE_UNTOUCHED, "wrap", true) >= TRIED * 95 / 100);
    CHECK(found(PROBE_NOISE, "relief", true) <= chance.first_most);
    CHECK(found(PROBE_NOISE, "restored", true) <= chance.first_most);
    /* the kept anatomy alone: it identifies people until it is removed */
    CHECK(found(PROBE_KEPT_ONLY, "kept", false) >= TRIED * 80 / 100);
    CHECK(found(PROBE_KEPT_ONLY, "relief", false) > 2 * chance.first_most);
    CHECK(found(PROBE_KEPT_ONLY, "relief", true) <= chance.first_most);
    /* a hint in the cut that does not resemble the relief: only learning detects it */
    CHECK(found(PROBE_HINT, "relief", true) <= chance.first_most);
    CHECK(found(PROBE_HINT, "restored", true) >= TRIED * 95 / 100);
}

static void write_list(const char *text)
{
    FILE *file = fopen(scratch("people.tsv"), "wb");
    if (CHECK(file != NULL)) {
        CHECK_EQ(fwrite(text, 1, strlen(text), file), strlen(text));
        CHECK_EQ(fclose(file), 0);
    }
}

static void test_list(void)
{
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "expected a column 'person'"},
        {"person\toriginal\n", "expected a column 'probe'"},
        {"person\toriginal\tprobe\na\tb\n", "no probe in line 2"},
        {"person\toriginal\tprobe\na\tb\tc\n\na\tb\tc\n", "person 'a' is twice"},
        {"person\toriginal\tprobe\tuse\na\tb\tc\tlearn\n",
         "expected at least 20 people to learn from, got 1"},
    };
    efface_error err;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ef_people people = {.seed = 1};
        write_list(bad[i].text);
        CHECK_EQ(ef_people_read(&people, scratch("people.tsv"), &err), EFFACE_INPUT);
        CHECK(strstr(err.message, bad[i].message) != NULL);
        ef_people_release(&people);
    }
    static const char good[] =
        "use\tprobe\tperson\toriginal\r\n\t1d.nii\tanna\t1.nii\r\nlater\t2d.nii\tben\t2.nii\n";
    ef_people people = {.phantom = {true, true}, .n = {50, 7}};
    write_list(good);
    CHECK_EQ(ef_people_read(&people, scratch("people.tsv"), &err), EFFACE_PASS);
    CHECK_EQ(people.n[0], 50);
    CHECK_EQ(people.n[1], 2);
    CHECK(people.phantom[0] && !people.phantom[1]);
    CHECK_STR(people.person[0].original, "1.nii");
    CHECK_STR(people.person[1].name, "ben");
    ef_people_release(&people);
}

/* A scan of a person, its features, and its landmarks in atlas space, where all scans of a head must
 * agree. */
static float *look(float *feature[EF_N_CUES], double landmark[EF_N_LANDMARKS][3], const ef_look_plan *plan,
                   uint64_t person, uint64_t scan, bool deface, int threads)
{
    ef_phantom phantom;
    ef_phantom_options options;
    efface_options how;
    efface_error err = {.message = ""};
    ef_affine pose, atlas_from_world;
    int64_t total = 0, at = 0;
    for (int c = 0; c < EF_N_CUES; c++)
        total += plan->length[c];
    float *all = malloc((size_t)total * sizeof *all);
    for (int c = 0; c < EF_N_CUES; at += plan->length[c++])
        feature[c] = all + at;
    efface_options_init(&how);
    how.seed = 3;
    ef_phantom_options_init(&options);
    options.seed = person;
    options.scan = scan;
    options.draw_pose = true;
    for (int d = 0; d < 3; d++)
        options.voxel_mm[d] = 2;
    CHECK_EQ(ef_phantom_make(&phantom, &options, 2, &err), EFFACE_PASS);
    if (deface)
        CHECK_EQ(ef_deface_image(&phantom.image, &how, "a person", &err), EFFACE_PASS);
    CHECK_EQ(ef_look(feature, &pose, plan, &phantom.image, threads, "a person", &err), EFFACE_PASS);
    CHECK_STR(err.message, "");
    CHECK(ef_affine_invert(&atlas_from_world, pose));
    for (int l = 0; l < EF_N_LANDMARKS; l++)
        ef_affine_apply(landmark[l], &atlas_from_world, phantom.landmark_mm[l]);
    ef_phantom_release(&phantom);
    return all;
}

static double correlation(const float *a, const float *b, int64_t n)
{
    double sum[5] = {0}, seen = 0;
    for (int64_t i = 0; i < n; i++) {
        const double x = (double)a[i], y = (double)b[i];
        if (isnan(x) || isnan(y))
            continue;
        const double terms[5] = {x, y, x * x, y * y, x * y};
        for (int t = 0; t < 5; t++)
            sum[t] += terms[t];
        seen++;
    }
    const double xx = sum[2] - sum[0] * sum[0] / seen, yy = sum[3] - sum[1] * sum[1] / seen;
    return (sum[4] - sum[0] * sum[1] / seen) / sqrt(xx * yy);
}

static void test_eyes(void)
{
    ef_atlas atlas;
    ef_look_plan plan;
    efface_error err;
    float *one[EF_N_CUES], *two[EF_N_CUES], *defaced[EF_N_CUES];
    double at_one[EF_N_LANDMARKS][3], at_two[EF_N_LANDMARKS][3], at_defaced[EF_N_LANDMARKS][3];
    CHECK_EQ(ef_atlas_load(&atlas, &err), EFFACE_PASS);
    CHECK_EQ(ef_look_plan_init(&plan, &atlas, 2, &err), EFFACE_PASS);
    CHECK(plan.n_face > 1000 && plan.n_rim > 500 && plan.n_kept > 3000 && plan.n_cell > 1000);
    float *first = look(one, at_one, &plan, 5, 1, false, 1),
          *second = look(two, at_two, &plan, 5, 2, false, 1);
    float *again = look(defaced, at_defaced, &plan, 5, 2, false, 3);
    int64_t total = 0;
    for (int c = 0; c < EF_N_CUES; c++)
        total += plan.length[c];
    CHECK(memcmp(second, again, (size_t)total * sizeof *again) == 0);
    free(again);
    again = look(defaced, at_defaced, &plan, 5, 2, true, 2);
    /* Three poses of one head, drawn 5 degrees and 4 mm apart, meet within a voxel, with the face and
     * without. */
    for (int l = 0; l < EF_N_LANDMARKS; l++) {
        for (int d = 0; d < 3; d++) {
            CHECK_NEAR(at_one[l][d], at_two[l][d], 2);
            CHECK_NEAR(at_two[l][d], at_defaced[l][d], 2);
        }
    }
    CHECK(correlation(one[EF_CUE_RELIEF], two[EF_CUE_RELIEF], plan.n_face) > 0.95);
    CHECK(correlation(one[EF_CUE_VOXELS], two[EF_CUE_VOXELS], plan.n_cell) > 0.95);
    CHECK(correlation(two[EF_CUE_KEPT], defaced[EF_CUE_KEPT], plan.n_kept) > 0.999);
    CHECK(correlation(two[EF_CUE_RELIEF], defaced[EF_CUE_RELIEF], plan.n_face) < 0.9);
    /* The voxels left behind the cut identify nobody: they resemble this person's as much as another's. */
    const double own = correlation(two[EF_CUE_VOXELS], defaced[EF_CUE_VOXELS], plan.n_cell);
    CHECK(fabs(own) < 0.2);
    double mean = 0;
    enum { OTHERS = 4 };
    for (uint64_t o = 0; o < OTHERS; o++) {
        float *other[EF_N_CUES];
        double at_other[EF_N_LANDMARKS][3];
        float *third = look(other, at_other, &plan, 20 + o, 1, false, 2);
        mean += correlation(other[EF_CUE_VOXELS], defaced[EF_CUE_VOXELS], plan.n_cell) / OTHERS;
        CHECK(correlation(other[EF_CUE_VOXELS], two[EF_CUE_VOXELS], plan.n_cell) < 0.95);
        free(third);
    }
    CHECK(fabs(own - mean) < 0.05);
    free(first);
    free(second);
    free(again);
    ef_look_plan_release(&plan);
    ef_atlas_release(&atlas);
}

int main(void)
{
    scratch_make();
    test_products();
    test_eigen();
    test_each();
    test_lbp();
    test_figures();
    test_learning();
    test_list();
    test_eyes();
    scratch_remove();
    return test_end();
}
