/* Measures the brain that is found without the atlas, and how it tells wrong poses from right ones.
 *
 *   efface_bench_blind FIRST COUNT [FOLDER]     writes CSV to standard output
 *
 * Heads: phantoms of 2 mm, seed after seed and condition after condition, and the images of FOLDER, whose brain
 * masks of another origin lie under the same names in its subfolder `brainmask`. One row is the pose that was
 * found (wrong_mm is 0), and ten rows are poses that were made wrong. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "head/elsewhere.h"
#include "head/locate.h"
#include "inject.h"
#include "io/read.h"
#include "kernels/rng.h"
#include "scan/scan.h"

enum { THREADS = 1, WRONG = 10, PATH = 1024 };

/* Dice of the brain found with a mask on the image's voxels. */
static double dice_of(const ef_blind_brain *brain, const ef_subject *subject, const uint8_t *mask,
                      const ef_grid *grid)
{
    const ef_affine brain_from_voxel = ef_affine_mul(brain->cell_from_work, subject->work.work_from_voxel);
    int64_t both = 0, sum = 0;
    for (int64_t i = 0; i < ef_grid_count(grid); i++) {
        const int64_t cell = ef_grid_cell_in(brain->n, &brain_from_voxel, grid->n, i);
        const bool found = cell >= 0 && brain->inside[cell];
        both += found && mask[i];
        sum += found + (mask[i] != 0);
    }
    return 2 * (double)both / (double)sum;
}

static void row(const char *name, const char *set, double wrong_mm, double dice,
                const ef_blind_brain *brain, const ef_elsewhere *e)
{
    printf("%s,%s,%.1f,%.3f,%.0f,%.3f,%.3f,%.2f", name, set, wrong_mm, dice, brain->volume_ml,
           brain->roundness, brain->shallow, e->seen);
    for (int k = 0; k < EF_MOTIONS; k++)
        printf(",%.1f", e->motion[k]);
    printf(",%.1f,%.2f\n", e->residual_mm, e->off);
    fflush(stdout);
}

/* mask: brain on the image's voxels; NULL for none */
static void measure(const ef_image *image, const uint8_t *mask, const char *name, const char *set,
                    uint64_t seed)
{
    efface_options options;
    efface_result result;
    efface_error err = {0};
    ef_scan s;
    ef_blind_brain brain = {.inside = NULL};
    ef_elsewhere e;
    efface_options_init(&options);
    options.threads = THREADS;
    ef_scan_begin(&s, image, &options, &result);
    const ef_subject *subject = &s.subject;
    efface_status status = ef_scan_advance(&s, EF_STAGE_FACE, &err);
    if (status == EFFACE_PASS)
        status = ef_blind_brain_find(&brain, &subject->work, &subject->head, THREADS, &err);
    if (status == EFFACE_PASS) {
        const double dice = mask != NULL ? dice_of(&brain, subject, mask, &image->grid) : 0;
        row(name, set, 0, dice, &brain, &s.elsewhere);
        const ef_affine right = subject->location.work_from_atlas_kept;
        for (uint64_t k = 0; k < WRONG && !(s.elsewhere.off > EF_ELSEWHERE_MOST); k++) {
            s.subject.location.work_from_atlas_kept =
                ef_affine_mul(right, inject_wrong_motion(ek_hash64(seed, k)));
            if (ef_elsewhere_measure(&e, &brain, subject, THREADS, &err) == EFFACE_PASS)
                row(name, set,
                    ef_answer_distance(&right, &subject->location.work_from_atlas_kept,
                                       subject->work.spacing_mm),
                    dice, &brain, &e);
        }
    } else {
        fprintf(stderr, "%s: %s\n", name, err.message);
    }
    ef_blind_brain_release(&brain);
    ef_scan_release(&s);
}

/* Reads a mask of the same grid; NULL where there is none. The caller frees it. */
static uint8_t *mask_of(const char *path, const ef_grid *grid)
{
    ef_image image = {.voxels = NULL};
    efface_error err;
    uint8_t *mask = NULL;
    const int64_t count = ef_grid_count(grid);
    if (ef_read(&image, path, THREADS, NULL, &err) == EFFACE_PASS && ef_grid_count(&image.grid) == count &&
        (mask = malloc((size_t)count)) != NULL)
        for (int64_t i = 0; i < count; i++)
            mask[i] = ef_image_value(&image, i) > 0.5;
    ef_image_release(&image);
    return mask;
}

static int is_scan(const struct dirent *entry)
{
    return strstr(entry->d_name, ".nii") != NULL && strncmp(entry->d_name, "neg_", 4) != 0;
}

static bool real_heads(const char *folder)
{
    struct dirent **list = NULL;
    const int files = scandir(folder, &list, is_scan, alphasort);
    for (int f = 0; f < files; f++) {
        char path[PATH], mask_path[PATH];
        ef_image image = {.voxels = NULL};
        efface_error err;
        snprintf(path, PATH, "%s/%s", folder, list[f]->d_name);
        snprintf(mask_path, PATH, "%s/brainmask/%s", folder, list[f]->d_name);
        if (ef_read(&image, path, THREADS, NULL, &err) == EFFACE_PASS) {
            uint8_t *mask = mask_of(mask_path, &image.grid);
            measure(&image, mask, list[f]->d_name, "real", (uint64_t)f);
            free(mask);
        }
        ef_image_release(&image);
        free(list[f]);
    }
    free(list);
    return files >= 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: efface_bench_blind FIRST COUNT [FOLDER]\n");
        return 2;
    }
    const uint64_t first = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
    printf(
        "head,set,wrong_mm,dice,volume_ml,roundness,shallow,seen,side_mm,forward_mm,up_mm,nod_deg,tilt_deg,"
        "turn_deg,larger_mm,residual_mm,off\n");
    for (uint64_t seed = first; seed < first + count; seed++) {
        const int number = (int)(seed % CASES);
        const ef_phantom_options options = case_head(number, seed, 2);
        ef_phantom head;
        efface_error err;
        char name[64];
        snprintf(name, sizeof name, "%d %s", (int)seed, case_name(number));
        if (ef_phantom_make(&head, &options, THREADS, &err) != EFFACE_PASS)
            return 1;
        measure(&head.image, head.brain, name, "phantom", seed);
        ef_phantom_release(&head);
    }
    return argc < 4 || real_heads(argv[3]) ? 0 : 1;
}
