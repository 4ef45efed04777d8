/* Computes the label atlas from several heads: see README.md in this folder. It starts with one head as
 * atlas. It locates all others on it, averages them and their mirror images, and repeats this. The results
 * are labels, probabilities and mean distances; no head's values are kept.
 *
 *   make_atlas SOURCES.tsv VOLUMES_DIR LANDMARKS.tsv OUT.bin.gz */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "average.h"
#include "base/error.h"
#include "head/atlas.h"
#include "head/locate.h"
#include "io/file.h"
#include "io/gz.h"
#include "io/read.h"
#include "kernels/resample.h"
#include "regions.h"

enum { MAX_SOURCES = 32, ROUNDS = 5 };

/* One line of SOURCES.tsv and its data. */
typedef struct source {
    char scan[256], brain[256], use[32];
    double skin_above_mm; /* atlas height down to which this scan's skin is complete */
    ef_work work, brain_work;
    ef_head head;
    ef_location location;
    double white; /* value of bright brain tissue; T1 scans are scaled by it */
} source;

static efface_status load_work(ef_work *work, const char *dir, const char *file, efface_error *err)
{
    char path[2048];
    ef_image image = {0};
    if (snprintf(path, sizeof path, "%s/%s", dir, file) >= (int)sizeof path)
        return ef_fail(err, EFFACE_INPUT, "path is too long '%s'", dir);
    efface_status status = ef_read(&image, path, 2, NULL, err);
    if (status == EFFACE_PASS)
        status = ef_work_build(work, &image, EF_WORK_MM, 2, path, err);
    ef_image_release(&image);
    return status;
}

static int compare_float(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Finds the 80 % quantile of the values in the brain: white matter in T1. */
static efface_status bright_brain(source *s, efface_error *err)
{
    const int64_t count = ef_grid_count(&s->work.grid);
    float *values = malloc(sizeof(float) * (size_t)count);
    int64_t used = 0;
    if (values == NULL)
        return ef_fail_memory(err, sizeof(float) * (size_t)count);
    for (int64_t i = 0; i < count; i++)
        if (s->brain_work.value[i] > 0.5F && !isnan(s->work.value[i]))
            values[used++] = s->work.value[i];
    qsort(values, (size_t)used, sizeof *values, compare_float);
    s->white = used > 0 ? (double)values[used * 8 / 10] : 0;
    free(values);
    return used > 0 ? EFFACE_PASS : ef_fail(err, EFFACE_INPUT, "brain mask is empty '%s'", s->brain);
}

static efface_status load_source(source *s, const char *dir, efface_error *err)
{
    efface_status status = load_work(&s->work, dir, s->scan, err);
    if (status == EFFACE_PASS)
        status = load_work(&s->brain_work, dir, s->brain, err);
    if (status == EFFACE_PASS && !ef_grid_equal(&s->work.grid, &s->brain_work.grid, 0.5))
        status = ef_fail(err, EFFACE_INPUT, "brain mask lies on another grid '%s'", s->brain);
    if (status == EFFACE_PASS) {
        /* A brain-extracted scan serves as its mask: what is not zero is brain. */
        const int64_t count = ef_grid_count(&s->work.grid);
        for (int64_t i = 0; i < count; i++)
            s->brain_work.value[i] = s->brain_work.value[i] > 0.5F;
        status = ef_segment(&s->head, &s->work, EF_AIR_MODE, 2, s->scan, err);
    }
    return status == EFFACE_PASS ? bright_brain(s, err) : status;
}

static int read_sources(source *sources, const char *path)
{
    char line[1024];
    int count = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return -1;
    while (count < MAX_SOURCES && fgets(line, sizeof line, file) != NULL) {
        source *s = &sources[count];
        if (line[0] != '#' &&
            sscanf(line, "%255s %255s %31s %lf", s->scan, s->brain, s->use, &s->skin_above_mm) == 4)
            count++;
    }
    fclose(file);
    return count;
}

/* Adds one located head to the sums, and its mirror image. */
static efface_status add_source(atlas_sums *sums, const source *s, const ef_atlas *atlas, efface_error *err)
{
    const int64_t count = ef_grid_count(&atlas->grid);
    const ef_affine work_from_cell =
        ef_affine_mul(s->location.work_from_atlas, atlas->grid.world_from_voxel);
    float *value = malloc(sizeof(float) * (size_t)count), *brain = malloc(sizeof(float) * (size_t)count);
    float *skin = malloc(sizeof(float) * (size_t)count);
    if (value == NULL || brain == NULL || skin == NULL) {
        free(value);
        free(brain);
        free(skin);
        return ef_fail_memory(err, 12 * (size_t)count);
    }
    ek_resample_linear(value, atlas->grid.n, s->work.value, s->work.grid.n, work_from_cell.m, NAN, 2);
    ek_resample_linear(brain, atlas->grid.n, s->brain_work.value, s->work.grid.n, work_from_cell.m, NAN, 2);
    ek_resample_linear(skin, atlas->grid.n, s->head.skin_mm, s->work.grid.n, work_from_cell.m, NAN, 2);
    const double scale = cbrt(ef_affine_det(&s->location.work_from_atlas)) * s->work.spacing_mm;
    const bool t1 = strcmp(s->use, "t1") == 0;
    for (int64_t i = 0; i < count; i++) {
        const double z =
            atlas->grid.world_from_voxel.m[2][3] +
            atlas->grid.world_from_voxel.m[2][2] * (double)(i / (atlas->grid.n[0] * atlas->grid.n[1]));
        value[i] = t1 ? (float)(((double)value[i] - s->head.air) / (s->white - s->head.air)) : NAN;
        skin[i] = z >= s->skin_above_mm ? (float)((double)skin[i] / scale) : NAN;
    }
    average_add(sums, value, brain, skin);
    free(value);
    free(brain);
    free(skin);
    return EFFACE_PASS;
}

/* Brings the atlas to the mean size of the located heads: the mean of the log scales becomes zero. */
static void centre_scale(source *sources, int count, int round)
{
    double mean[3] = {0, 0, 0};
    for (int s = 0; s < count; s++)
        for (int d = 0; d < 3; d++)
            mean[d] += sources[s].location.pose.p[6 + d] / count;
    printf("round %d: mean scale %.3f %.3f %.3f\n", round, exp(mean[0]), exp(mean[1]), exp(mean[2]));
    for (int s = 0; s < count; s++) {
        for (int d = 0; d < 3; d++)
            for (int r = 0; r < 3; r++)
                sources[s].location.work_from_atlas.m[r][d] *= exp(-mean[d]);
    }
}

/* The first source lies in stereotaxic space by its header: its own position is the atlas' first. */
static efface_status locate_first(ef_location *location, const ef_work *work, efface_error *err)
{
    if (!ef_affine_invert(&location->work_from_atlas, work->grid.world_from_voxel))
        return ef_fail(err, EFFACE_INPUT, "first source has a singular transform");
    return EFFACE_PASS;
}

static efface_status make_round(source *sources, int count, ef_atlas *atlas, const landmarks *marks,
                                int round, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    atlas_sums sums = {0};
    for (int s = 0; s < count && status == EFFACE_PASS; s++) {
        if (round == 0 && s > 0)
            continue;
        if (round == 0)
            status = locate_first(&sources[0].location, &sources[0].work, err);
        else
            status = ef_locate(&sources[s].location, atlas, &sources[s].work, &sources[s].head,
                               EF_START_HEADER, 2, sources[s].scan, err);
        printf("round %d: %-28s tissue %.3f skin %.2f mm cues %.2f mm\n", round, sources[s].scan,
               sources[s].location.score.tissue, sources[s].location.score.skin_mm,
               sources[s].location.cue_distance_mm);
        if (status == EFFACE_LOCATE)
            status = EFFACE_PASS; /* the atlas of the first rounds is poor; the figures above show it */
    }
    if (status == EFFACE_PASS && round > 0)
        centre_scale(sources, count, round);
    if (status == EFFACE_PASS)
        status = average_init(&sums, &atlas->grid, err);
    for (int s = 0; s < (round == 0 ? 1 : count) && status == EFFACE_PASS; s++)
        status = add_source(&sums, &sources[s], atlas, err);
    if (status == EFFACE_PASS)
        status = average_finish(atlas, &sums, marks, err);
    average_release(&sums);
    return status;
}

/* Sets cells of 2 mm, from behind the occiput to before the nose, and from under the chin to above the
 * vertex. */
static efface_status set_grid(ef_atlas *atlas, efface_error *err)
{
    static const double low[3] = {-94, -130, -200}, high[3] = {94, 114, 100}, mm = 2;
    atlas->grid.world_from_voxel = ef_affine_identity();
    for (int d = 0; d < 3; d++) {
        atlas->grid.n[d] = (int64_t)((high[d] - low[d]) / mm) + 1;
        atlas->grid.world_from_voxel.m[d][d] = mm;
        atlas->grid.world_from_voxel.m[d][3] = low[d];
    }
    return ef_atlas_allocate(atlas, err);
}

static efface_status save(const ef_atlas *atlas, const char *path, efface_error *err)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    ef_output_set set = {0};
    ef_output *out = NULL;
    efface_status status = ef_atlas_pack(&bytes, &n_bytes, atlas, err);
    if (status == EFFACE_PASS)
        status = ef_output_add(&out, &set, path, EF_OUTPUT_FORCE, err);
    if (status == EFFACE_PASS) {
        const ef_content content = ef_content_of_bytes(bytes, n_bytes);
        status = ef_gz_write(out, &content, 9, EF_GZ_ZLIB, 2, err);
    }
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&set, err);
    ef_output_set_abort(&set);
    free(bytes);
    return status;
}

int main(int argc, char **argv)
{
    static source sources[MAX_SOURCES];
    efface_error err = {0};
    ef_atlas atlas = {0};
    landmarks marks;
    if (argc != 5) {
        fprintf(stderr, "usage: make_atlas SOURCES.tsv VOLUMES_DIR LANDMARKS.tsv OUT.bin.gz\n");
        return EFFACE_USAGE;
    }
    const int count = read_sources(sources, argv[1]);
    efface_status status = count > 0 ? landmarks_read(&marks, argv[3], &err)
                                     : ef_fail(&err, EFFACE_INPUT, "no sources in '%s'", argv[1]);
    if (status == EFFACE_PASS)
        status = set_grid(&atlas, &err);
    for (int s = 0; s < count && status == EFFACE_PASS; s++)
        status = load_source(&sources[s], argv[2], &err);
    for (int round = 0; round <= ROUNDS && status == EFFACE_PASS; round++)
        status = make_round(sources, count, &atlas, &marks, round, &err);
    if (status == EFFACE_PASS)
        status = regions_draw(&atlas, &marks, &err);
    if (status == EFFACE_PASS)
        status = save(&atlas, argv[4], &err);
    for (int s = 0; s < count; s++) {
        ef_work_release(&sources[s].work);
        ef_work_release(&sources[s].brain_work);
        ef_head_release(&sources[s].head);
    }
    ef_atlas_release(&atlas);
    if (status != EFFACE_PASS)
        fprintf(stderr, "make_atlas: %s\n", err.message);
    return (int)status;
}
