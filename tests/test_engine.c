/* ITK's registration compared with locate: they share only the atlas, and must agree. On phantoms, and on
 * real heads if there is a folder of volumes (the environment's EFFACE_VOLUMES, or the first argument). It
 * prints one line of figures for each head, with the columns of bench/results/engine.csv. */
#include "scan/engine.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "head/find.h"
#include "io/read.h"
#include "scan/scan.h"
#include "stages.h"

/* Atlas points of ef_answer_distance: the brain's six outermost, and four of the face. */
static const double brain_mm[][3] = {{0, 70, 0},    {0, -100, 0}, {65, -20, 0},
                                     {-65, -20, 0}, {0, -20, 75}, {0, -40, -55}};
static const double face_mm[][3] = {{35, 62, -38}, {-35, 62, -38}, {0, 85, -45}, {0, 70, -85}};

/* rms distance of two answers over n points, mm. */
static double apart(const ef_affine *a, const ef_affine *b, const double points[][3], int n,
                    double spacing_mm)
{
    double sum = 0;
    for (int p = 0; p < n; p++) {
        double in_a[3], in_b[3];
        ef_affine_apply(in_a, a, points[p]);
        ef_affine_apply(in_b, b, points[p]);
        for (int d = 0; d < 3; d++)
            sum += pow((in_a[d] - in_b[d]) * spacing_mm, 2);
    }
    return sqrt(sum / n);
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Asks, prints the figures, returns the distance. */
static double ask(ef_affine *answer, const stages *s, const char *name)
{
    double distance_mm;
    efface_error err = {0};
    const double start = now_s();
    if (!CHECK_EQ(ef_engine_ask(answer, &distance_mm, &s->scan.subject, &err), EFFACE_PASS))
        fprintf(stderr, "    %s\n", err.message);
    printf("%s,%.2f,%.2f,%.2f,%.2f,%.1f\n", name, s->scan.subject.location.confidence, distance_mm,
           apart(answer, &s->scan.subject.location.work_from_atlas, brain_mm, 6,
                 s->scan.subject.work.spacing_mm),
           apart(answer, &s->scan.subject.location.work_from_atlas, face_mm, 4,
                 s->scan.subject.work.spacing_mm),
           now_s() - start);
    fflush(stdout);
    return distance_mm;
}

/* Two phantoms: agreement; the same bytes twice; and a pose that is wrong is contradicted. */
static void phantoms_agree(void)
{
    for (uint64_t seed = 41; seed < 43; seed++) {
        stages s = {.head = stages_head(seed, 2)};
        ef_affine answer, again, wrong_answer;
        double wrong_mm;
        efface_error err = {0};
        char name[32];
        stages_locate(&s);
        snprintf(name, sizeof name, "phantom %d", (int)seed);
        /* Two cells of the work volume and of the atlas: each of the two registrations is known to one of
         * them (test_locate). */
        CHECK(ask(&answer, &s, name) < 4 * sqrt(2));
        if (seed != 41) {
            stages_release(&s);
            continue;
        }
        ask(&again, &s, name);
        CHECK(memcmp(&answer, &again, sizeof answer) == 0);
        ef_location *wrong = &s.scan.subject.location; /* 25 mm too high: the pose that all is made from */
        wrong->pose.p[2] += 25;
        wrong->work_from_atlas.m[2][3] += 25 / s.scan.subject.work.spacing_mm;
        CHECK_EQ(ef_engine_ask(&wrong_answer, &wrong_mm, &s.scan.subject, &err), EFFACE_PASS);
        printf("phantom 41 with a pose 25 mm off,,%.2f,,,\n", wrong_mm);
        CHECK(wrong_mm > EF_ENGINE_APART_MM);
        stages_release(&s);
    }
}

/* The whole way: the engine changes the verdict at most, and no voxel. */
static void a_run_is_the_same(void)
{
    ef_phantom head = stages_head(43, 2);
    ef_image images[2];
    efface_error err = {0};
    for (int e = 0; e < 2; e++) {
        efface_options options;
        efface_options_init(&options);
        options.seed = 7;
        options.threads = STAGE_THREADS;
        options.engine = e == 0 ? EFFACE_ENGINE_EFFACE : EFFACE_ENGINE_ITK;
        CHECK_EQ(ef_image_copy(&images[e], &head.image, &err), EFFACE_PASS);
        if (!CHECK_EQ(ef_deface_image(&images[e], &options, "head", &err), EFFACE_PASS))
            fprintf(stderr, "    %s\n", err.message);
    }
    CHECK(memcmp(images[0].voxels, images[1].voxels, images[0].n_bytes) == 0);
    CHECK(memcmp(images[0].voxels, head.image.voxels, images[0].n_bytes) != 0);
    ef_image_release(&images[0]);
    ef_image_release(&images[1]);
    ef_phantom_release(&head);
}

/* Heads that locate is sure of. */
static void real_heads_agree(const char *folder)
{
    static const char *const names[] = {
        "P01_chris_T1w.nii.gz",     "P01_chris_PDw.nii.gz",        "P01x_T1sag2D_HFS.nii.gz",
        "P02_T1w_1.6mm.nii.gz",     "P03_T1w_2mm.nii.gz",          "P04_FLAIR_1mm.nii.gz",
        "P05_T1w_UIH3T_1mm.nii.gz", "P06_T1w_MEMPRAGE.nii.gz",     "P06_T2w_FSE.nii.gz",
        "P07_Colin27_ch2.nii.gz",   "P08_T2w_2mm.nii.gz",          "P11_TCGA-FG-6692_T1w_Gd.nii.gz",
        "P13_T2w_5.5mm.nii.gz",     "P15_CT_headsq_lowres.nii.gz", "P16_PET_FDG_head.nii.gz",
        "P17_ernie_T1_5mm.nii.gz"};
    for (size_t h = 0; h < sizeof names / sizeof *names; h++) {
        char path[1024];
        stages s = {0};
        ef_affine answer;
        efface_error err = {0};
        snprintf(path, sizeof path, "%s/%s", folder, names[h]);
        if (access(path, R_OK) != 0)
            continue;
        if (!CHECK_EQ(ef_read(&s.head.image, path, STAGE_THREADS, NULL, &err), EFFACE_PASS))
            continue;
        stages_locate(&s);
        const double distance_mm = ask(&answer, &s, names[h]);
        if (s.scan.subject.location.confidence >= EF_CONFIDENCE_ENOUGH &&
            !CHECK(distance_mm <= EF_ENGINE_APART_MM))
            fprintf(stderr, "    %s: %.1f mm\n", names[h], distance_mm);
        stages_release(&s);
    }
}

int main(int argc, char **argv)
{
    const char *folder = getenv("EFFACE_VOLUMES");
    efface_error err = {0};
    if (!CHECK_EQ(ef_engine_can(EFFACE_ENGINE_ITK, &err), EFFACE_PASS)) {
        fprintf(stderr, "    %s\n", err.message);
        return test_end();
    }
    printf("head,confidence,distance_mm,brain_mm,face_mm,seconds\n");
    phantoms_agree();
    a_run_is_the_same();
    if (folder == NULL && argc > 1)
        folder = argv[1];
    if (folder != NULL && access(folder, R_OK) == 0)
        real_heads_agree(folder);
    else
        printf("skipped: parts of engine: no volumes beside this folder\n");
    return test_end();
}
