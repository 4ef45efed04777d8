/* Is the face gone? Tried on phantoms whose face was cut, blurred, moved or left, and on images without a
 * head. Also tests which files a path stands for. */
#include "check.h"
#include "io/walk.h"
#include "judge/verify.h"
#include "kernels/grid.h"
#include "kernels/smooth.h"
#include "phantom/phantom.h"
#include "scan/scan.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 2 };

/* A phantom's bit of ef_part n is 1 << (n - 1), as EFFACE_PART_* has it. */
static bool of_parts(const ef_phantom *p, int64_t i, unsigned parts)
{
    return p->part[i] > 0 && (parts >> (p->part[i] - 1) & 1);
}

/* Marks the parts with `reach` voxels around them, without the brain. */
static uint8_t *around(const ef_phantom *p, unsigned parts, int reach)
{
    const int64_t *n = p->image.grid.n, count = ef_grid_count(&p->image.grid);
    uint8_t *set = calloc((size_t)count, 1);
    for (int64_t i = 0; set != NULL && i < count; i++) {
        if (!of_parts(p, i, parts))
            continue;
        const int64_t at[3] = {i % n[0], i / n[0] % n[1], i / (n[0] * n[1])};
        for (int64_t z = at[2] - reach; z <= at[2] + reach; z++)
            for (int64_t y = at[1] - reach; y <= at[1] + reach; y++)
                for (int64_t x = at[0] - reach; x <= at[0] + reach; x++)
                    if (x >= 0 && y >= 0 && z >= 0 && x < n[0] && y < n[1] && z < n[2]) {
                        const int64_t j = ek_index(n, x, y, z);
                        set[j] = !p->brain[j];
                    }
    }
    return set;
}

static efface_verification ask(const ef_image *image, const ef_atlas *atlas, unsigned parts, int threads)
{
    efface_verification v = {.status = EFFACE_INTERNAL};
    efface_error err = {0};
    CHECK_EQ(ef_verify(&v, image, atlas, parts, threads, "phantom", &err), EFFACE_PASS);
    CHECK(v.reason[0] != '\0' && v.confidence >= 0 && v.confidence <= 1);
    return v;
}

/* Writes 0 into the parts of a copy and judges it. */
static efface_verification ask_cut(const ef_phantom *p, const ef_atlas *atlas, unsigned cut, int reach,
                                   unsigned parts)
{
    ef_image copy;
    efface_error err;
    efface_verification v = {.status = EFFACE_INTERNAL};
    uint8_t *set = around(p, cut, reach);
    if (CHECK(set != NULL) && CHECK_EQ(ef_image_copy(&copy, &p->image, &err), EFFACE_PASS)) {
        for (int64_t i = 0; i < ef_grid_count(&p->image.grid); i++)
            if (set[i])
                ((int16_t *)copy.voxels)[i] = 0;
        v = ask(&copy, atlas, parts, THREADS);
        ef_image_release(&copy);
    }
    free(set);
    return v;
}

/* Blurs what is around the face, as a tool that blurs would. */
static efface_verification ask_blurred(const ef_phantom *p, const ef_atlas *atlas, double sigma_mm)
{
    const int64_t count = ef_grid_count(&p->image.grid);
    const double sigma[3] = {sigma_mm / 2, sigma_mm / 2, sigma_mm / 2};
    ef_image copy = {.voxels = NULL};
    efface_error err;
    efface_verification v = {.status = EFFACE_INTERNAL};
    uint8_t *set = around(p, EFFACE_PARTS_FACE, 5);
    float *value = malloc((size_t)count * sizeof *value);
    if (CHECK(set != NULL && value != NULL) &&
        CHECK_EQ(ef_image_copy(&copy, &p->image, &err), EFFACE_PASS)) {
        for (int64_t i = 0; i < count; i++)
            value[i] = (float)((int16_t *)copy.voxels)[i];
        CHECK(ek_gaussian(value, p->image.grid.n, sigma, THREADS));
        for (int64_t i = 0; i < count; i++)
            if (set[i])
                ((int16_t *)copy.voxels)[i] = (int16_t)lrintf(value[i]);
        v = ask(&copy, atlas, EFFACE_PARTS_FACE, THREADS);
    }
    ef_image_release(&copy);
    free(value);
    free(set);
    return v;
}

/* A weak blur leaves a face. */
static void blurred(const ef_phantom *p, const ef_atlas *atlas)
{
    for (double sigma = 4; sigma <= 12; sigma += 2)
        if (test_does(sigma == 8))
            CHECK(ask_blurred(p, atlas, sigma).status != EFFACE_PASS);
}

/* A part that is left is a face. */
static void parts(const ef_phantom *p, const ef_atlas *atlas)
{
    static const unsigned cut[] = {EFFACE_PART_NOSE, EFFACE_PART_EYES,
                                   EFFACE_PART_MOUTH | EFFACE_PART_CHIN};
    for (int k = 0; k < 3; k++)
        if (test_does(k == 0)) {
            const efface_verification v = ask_cut(p, atlas, cut[k], 2, EFFACE_PARTS_FACE);
            CHECK_EQ(v.status, EFFACE_AUDIT);
            CHECK(strstr(v.reason, k == 0 ? "gone: nose" : "present: ") != NULL);
        }
}

static void faces(const ef_phantom *p, const ef_atlas *atlas)
{
    efface_verification v = ask(&p->image, atlas, EFFACE_PARTS_FACE, THREADS);
    CHECK_EQ(v.status, EFFACE_AUDIT);
    CHECK_EQ(v.face, EFFACE_FACE_PRESENT);
    CHECK(v.pose_confidence > 0.5 && v.confidence > 0.5);
    for (int k = 0; k < EFFACE_PARTS_FOUND; k++)
        CHECK(v.part[k].visible && v.part[k].tissue > 0.5 && v.part[k].face != EFFACE_FACE_REMOVED);

    v = ask_cut(p, atlas, EFFACE_PARTS_FACE, 4, EFFACE_PARTS_FACE);
    CHECK_EQ(v.status, EFFACE_PASS);
    CHECK_EQ(v.face, EFFACE_FACE_REMOVED);
    CHECK(v.part[1].face == EFFACE_FACE_REMOVED && v.part[1].tissue < 0.1 && v.part[1].gap_mm > 20);
    v = ask_cut(p, atlas, EFFACE_PARTS_FACE, 4, EFFACE_PARTS_ALL); /* the ears are still there */
    CHECK_EQ(v.status, EFFACE_AUDIT);
}

/* Defaces a copy of the phantom. False where that failed. */
static bool deface(ef_image *copy, const ef_phantom *p, efface_mode mode, unsigned parts)
{
    efface_error err = {0};
    efface_options options;
    efface_options_init(&options);
    options.mode = mode;
    options.parts = parts;
    options.threads = THREADS;
    options.has_seed = true;
    options.seed = 1;
    return CHECK_EQ(ef_image_copy(copy, &p->image, &err), EFFACE_PASS) &&
           CHECK_EQ(ef_deface_image(copy, &options, "phantom", &err), EFFACE_PASS);
}

/* What the three modes leave is recognised as such; not where only the ears are the head's own. */
static void modes(const ef_phantom *p, const ef_atlas *atlas)
{
    static const efface_face expected[] = {EFFACE_FACE_REMOVED, EFFACE_FACE_BLURRED, EFFACE_FACE_REPLACED};
    for (int mode = EFFACE_REMOVE; mode <= EFFACE_REFACE; mode++) {
        ef_image copy = {.voxels = NULL};
        if (!test_does(mode != EFFACE_BLUR))
            continue;
        if (deface(&copy, p, (efface_mode)mode, EFFACE_PARTS_FACE)) {
            const efface_verification v = ask(&copy, atlas, EFFACE_PARTS_FACE, THREADS);
            CHECK_EQ(v.face, expected[mode]);
            CHECK_EQ(v.status, EFFACE_PASS);
            /* the ears are this head's own */
            CHECK_EQ(ask(&copy, atlas, EFFACE_PARTS_ALL, THREADS).status, EFFACE_AUDIT);
        }
        ef_image_release(&copy);
    }
}

/* What run passes is not present. */
static void modes_with_ears(const ef_phantom *p, const ef_atlas *atlas)
{
    for (int mode = EFFACE_REMOVE; mode <= EFFACE_REFACE; mode++) {
        ef_image copy = {.voxels = NULL};
        if (test_does(mode == EFFACE_REFACE) && deface(&copy, p, (efface_mode)mode, EFFACE_PARTS_ALL))
            CHECK(ask(&copy, atlas, EFFACE_PARTS_ALL, THREADS).status != EFFACE_AUDIT);
        ef_image_release(&copy);
    }
}

/* A saturation band: the signal fades towards the face. No edge of a cut is seen, so nothing is gone. */
static void faded(const ef_phantom *p, const ef_atlas *atlas)
{
    const int64_t *n = p->image.grid.n, count = ef_grid_count(&p->image.grid);
    const double begin_mm = 75, end_mm = 35; /* behind the tip of the nose */
    int64_t tip = 0;
    ef_image copy;
    efface_error err;
    for (int64_t i = 0; i < count; i++)
        if (of_parts(p, i, EFFACE_PART_NOSE) && i / n[0] % n[1] > tip)
            tip = i / n[0] % n[1];
    if (!CHECK_EQ(ef_image_copy(&copy, &p->image, &err), EFFACE_PASS))
        return;
    for (int64_t i = 0; i < count; i++) {
        const double behind_mm = 2.0 * (double)(tip - i / n[0] % n[1]);
        const double left = fmax(0, fmin(1, (behind_mm - end_mm) / (begin_mm - end_mm)));
        ((int16_t *)copy.voxels)[i] = (int16_t)lrint(left * ((int16_t *)copy.voxels)[i]);
    }
    const efface_verification v = ask(&copy, atlas, EFFACE_PARTS_FACE, THREADS);
    CHECK_EQ(v.status, EFFACE_REVIEW);
    ef_image_release(&copy);
}

/* The whole face 12 mm farther back: its tissue is not where a face's should be, but its relief is
 * there. */
static void pushed_in(const ef_phantom *p, const ef_atlas *atlas)
{
    const int64_t *n = p->image.grid.n, count = ef_grid_count(&p->image.grid), by = 6;
    ef_image copy;
    efface_error err;
    uint8_t *set = around(p, EFFACE_PARTS_FACE, 4);
    if (CHECK(set != NULL) && CHECK_EQ(ef_image_copy(&copy, &p->image, &err), EFFACE_PASS)) {
        for (int64_t i = 0; i < count; i++)
            if (set[i])
                ((int16_t *)copy.voxels)[i] =
                    i / n[0] % n[1] + by < n[1] ? ((const int16_t *)p->image.voxels)[i + by * n[0]] : 0;
        CHECK(ask(&copy, atlas, EFFACE_PARTS_FACE, THREADS).status != EFFACE_PASS);
        ef_image_release(&copy);
    }
    free(set);
}

static void no_heads(const ef_phantom *p, const ef_atlas *atlas)
{
    const int64_t count = ef_grid_count(&p->image.grid);
    ef_image copy;
    efface_error err;
    if (!CHECK_EQ(ef_image_copy(&copy, &p->image, &err), EFFACE_PASS))
        return;
    int16_t *voxel = copy.voxels;
    for (int64_t i = 0; i < count; i++)
        voxel[i] = p->brain[i] ? voxel[i] : 0;
    efface_verification v = ask(&copy, atlas, EFFACE_PARTS_FACE, THREADS);
    CHECK_EQ(v.face, EFFACE_FACE_BRAIN_ONLY);
    CHECK_EQ(v.status, EFFACE_PASS);
    memset(copy.voxels, 0, copy.n_bytes);
    v = ask(&copy, atlas, EFFACE_PARTS_FACE, THREADS);
    CHECK_EQ(v.status, EFFACE_REVIEW);
    for (int k = 0; k < EFFACE_PARTS_FOUND; k++) /* keys of the JSON, whatever was found */
        CHECK(v.part[k].name != NULL && !v.part[k].visible);
    ef_image_release(&copy);
}

static void noise_is_no_head(const ef_phantom *p, const ef_atlas *atlas)
{
    ef_image copy;
    efface_error err;
    if (!CHECK_EQ(ef_image_copy(&copy, &p->image, &err), EFFACE_PASS))
        return;
    uint32_t state = 1;
    for (int64_t i = 0; i < ef_grid_count(&p->image.grid); i++) {
        state = state * 1664525u + 1013904223u;
        ((int16_t *)copy.voxels)[i] = (int16_t)(state >> 22);
    }
    const efface_verification v = ask(&copy, atlas, EFFACE_PARTS_FACE, THREADS);
    CHECK_EQ(v.status, EFFACE_REVIEW);
    CHECK_EQ(v.face, EFFACE_FACE_UNKNOWN);
    ef_image_release(&copy);
}

static void same_at_any_thread_count(const ef_phantom *p, const ef_atlas *atlas)
{
    const efface_verification one = ask(&p->image, atlas, EFFACE_PARTS_FACE, 1);
    const efface_verification eight = ask(&p->image, atlas, EFFACE_PARTS_FACE, 8);
    CHECK(one.confidence == eight.confidence && one.pose_confidence == eight.pose_confidence);
    CHECK_STR(one.reason, eight.reason);
    for (int k = 0; k < EFFACE_PARTS_FOUND; k++)
        CHECK(one.part[k].tissue == eight.part[k].tissue &&
              one.part[k].relief_r == eight.part[k].relief_r && one.part[k].gap_mm == eight.part[k].gap_mm);
}

static void touch(const char *path)
{
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fclose(file) == 0);
}

static void walks(void)
{
    char root[] = "walk_XXXXXX", before[4096];
    ef_paths paths = {.n = 0};
    efface_error err = {0};
    if (!CHECK(mkdtemp(root) != NULL) || !CHECK(getcwd(before, sizeof before) != NULL) ||
        !CHECK(chdir(root) == 0))
        return;
    CHECK(mkdir("a", 0700) == 0 && mkdir("a/b", 0700) == 0);
    CHECK(symlink("..", "a/b/loop") == 0 && symlink("nowhere", "gone.nii") == 0 &&
          symlink("nowhere", "other") == 0);
    touch("z.nii"), touch("a/y.NII.gz"), touch("a/b/x.hdr"), touch("a/b/x.img"), touch("a/w.txt"),
        touch("a/v.dcm");
    CHECK_EQ(ef_walk(&paths, ".", &err), EFFACE_PASS);
    CHECK_EQ(ef_walk(&paths, "z.nii", &err), EFFACE_PASS);
    CHECK_EQ(ef_walk(&paths, "a/w.txt", &err), EFFACE_PASS);
    static const char *const expected[] = {"./a/b/x.hdr", "./a/v.dcm", "./a/y.NII.gz", "./gone.nii",
                                           "./z.nii",     "a/w.txt",   "z.nii"};
    if (CHECK_EQ(paths.n, sizeof expected / sizeof *expected))
        for (size_t k = 0; k < paths.n; k++)
            CHECK_STR(paths.path[k], expected[k]);
    CHECK_EQ(ef_walk(&paths, "missing", &err), EFFACE_INPUT);
    CHECK(strstr(err.message, "missing") != NULL);
    ef_paths_release(&paths);
    ef_paths_release(&paths);
    static const char *const made[] = {"z.nii",   "a/y.NII.gz", "a/b/x.hdr", "a/b/x.img", "a/w.txt",
                                       "a/v.dcm", "a/b/loop",   "gone.nii",  "other"};
    for (size_t k = 0; k < sizeof made / sizeof *made; k++)
        CHECK(unlink(made[k]) == 0);
    CHECK(rmdir("a/b") == 0 && rmdir("a") == 0 && chdir(before) == 0 && rmdir(root) == 0);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    ef_phantom_options options;
    ef_phantom phantom;
    ef_atlas atlas;
    efface_error err = {0};
    ef_phantom_options_init(&options);
    for (int d = 0; d < 3; d++)
        options.voxel_mm[d] = 2;
    if (CHECK_EQ(ef_atlas_load(&atlas, &err), EFFACE_PASS) &&
        CHECK_EQ(ef_phantom_make(&phantom, &options, THREADS, &err), EFFACE_PASS)) {
        blurred(&phantom, &atlas);
        modes(&phantom, &atlas);
        modes_with_ears(&phantom, &atlas);
        parts(&phantom, &atlas);
        if (test_does(true)) {
            faces(&phantom, &atlas);
            faded(&phantom, &atlas);
            no_heads(&phantom, &atlas);
        } else {
            pushed_in(&phantom, &atlas);
            noise_is_no_head(&phantom, &atlas);
            same_at_any_thread_count(&phantom, &atlas);
        }
        ef_phantom_release(&phantom);
    }
    ef_atlas_release(&atlas);
    if (test_does(true))
        walks();
    return test_end();
}
