/* The stages of the pipeline one by one, with something wrong between them. */
#include "inject.h"

#include <stdio.h>
#include <stdlib.h>

#include "apply/apply.h"
#include "audit/audit.h"
#include "head/find.h"
#include "kernels/rng.h"
#include "truth.h"

static const double least_face = 0.98;

typedef struct stages {
    const ef_phantom *head;
    injection kind;
    uint64_t seed;
    int threads;
    double margin_mm, kept_for_brain;
    ef_work work;
    ef_head segmented;
    ef_atlas atlas;
    ef_location location;
    ef_brain brain;
    float *cut_mm;
    ef_region region;
    ef_image defaced;
    efface_result result;
} stages;

const char *injection_name(injection kind)
{
    static const char *const names[INJECTIONS] = {"pose", "lost", "brain", "face"};
    return names[kind];
}

static double draw(const stages *s, uint64_t counter, double low, double high)
{
    return low + (high - low) * ek_uniform(s->seed, 7000 + counter);
}

/* Adds a turn of low to high degrees about one axis and a shift of as many millimetres. */
static void disturb(ef_pose *pose, const stages *s, double low, double high)
{
    const int axis = (int)(ek_hash64(s->seed, 7100) % 3);
    const double sign = ek_hash64(s->seed, 7101) & 1 ? 1 : -1;
    pose->p[3 + axis] += sign * draw(s, 0, low, high) * 3.14159265358979323846 / 180;
    pose->p[(int)(ek_hash64(s->seed, 7102) % 3)] += sign * draw(s, 1, low, high);
}

static efface_status find(stages *s, efface_error *err)
{
    efface_status status =
        ef_find(&s->location, &s->segmented, &s->atlas, &s->work, s->threads, "phantom", err);
    if (status != EFFACE_PASS || s->kind > INJECT_LOST)
        return status;
    ef_pose wrong = s->location.pose;
    if (s->kind == INJECT_LOST) {
        disturb(&wrong, s, 40, 120);
        return ef_locate_from(&s->location, &wrong, &s->atlas, &s->work, &s->segmented, s->threads, err);
    }
    disturb(&wrong, s, 5, 25);
    s->location.work_from_atlas = ef_pose_affine(&wrong);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            s->location.work_from_atlas.m[r][c] /= s->work.spacing_mm;
    s->location.work_from_atlas_kept = s->location.work_from_atlas;
    return EFFACE_PASS;
}

/* Sets or clears the mask in a ball around a voxel of what the labels mark. */
static void spoil_mask(stages *s)
{
    const ef_grid *grid = &s->head->image.grid;
    const int64_t count = ef_grid_count(grid), *n = grid->n;
    const bool brain = s->kind == INJECT_BRAIN;
    const double radius = brain ? draw(s, 2, 3, 12) : draw(s, 2, 12, 30);
    int64_t centre = -1;
    for (uint64_t i = 0; i < 1000000 && centre < 0; i++) {
        const int64_t at = (int64_t)(ek_hash64(s->seed, 8000 + i) % (uint64_t)count);
        if (brain ? s->head->brain[at]
                  : s->head->part[at] >= EF_PART_FOREHEAD && s->head->part[at] <= EF_PART_CHEEKS)
            centre = at;
    }
    double mm[3];
    ef_affine_spacing(mm, &grid->world_from_voxel);
    for (int64_t i = 0; i < count && centre >= 0; i++) {
        const int64_t d[3] = {i % n[0] - centre % n[0], i / n[0] % n[1] - centre / n[0] % n[1],
                              i / (n[0] * n[1]) - centre / (n[0] * n[1])};
        double square = 0;
        for (int a = 0; a < 3; a++)
            square += (double)(d[a] * d[a]) * mm[a] * mm[a];
        if (square < radius * radius)
            s->region.mask[i] = brain;
    }
}

static efface_status region(stages *s, efface_error *err)
{
    efface_status status = ef_region_cut(&s->cut_mm, &s->atlas, EFFACE_PARTS_ALL, err);
    efface_options defaults;
    efface_options_init(&defaults);
    s->margin_mm = defaults.margin_mm;
    if (status == EFFACE_PASS)
        ef_region_deepen(s->cut_mm, &s->atlas, s->location.cue_distance_mm, s->seed);
    if (status == EFFACE_PASS)
        status = ef_region_build(&s->region, &s->head->image, s->cut_mm, &s->atlas, &s->work, &s->location,
                                 &s->brain, s->margin_mm, s->threads, err);
    if (status == EFFACE_PASS && (s->kind == INJECT_BRAIN || s->kind == INJECT_FACE))
        spoil_mask(s);
    return status;
}

static efface_status apply_and_audit(stages *s, efface_error *err)
{
    const ef_apply_input apply = {.region = &s->region,
                                  .atlas = &s->atlas,
                                  .work = &s->work,
                                  .head = &s->segmented,
                                  .location = &s->location,
                                  .brain = &s->brain,
                                  .cut_mm = s->cut_mm,
                                  .margin_mm = s->margin_mm,
                                  .mode = EFFACE_REMOVE,
                                  .fill = EFFACE_FILL_NOISE,
                                  .seed = s->seed};
    const ef_audit_input audit = {.original = &s->head->image,
                                  .defaced = &s->defaced,
                                  .atlas = &s->atlas,
                                  .work = &s->work,
                                  .head = &s->segmented,
                                  .location = &s->location,
                                  .brain = &s->brain,
                                  .region = &s->region,
                                  .cut_mm = s->cut_mm,
                                  .parts = EFFACE_PARTS_ALL,
                                  .mode = EFFACE_REMOVE,
                                  .name = "phantom"};
    efface_status status = ef_image_copy(&s->defaced, &s->head->image, err);
    if (status == EFFACE_PASS)
        status = ef_apply(&s->defaced, &apply, s->threads, err);
    s->kept_for_brain = ef_audit_kept_for_brain(&audit);
    if (status == EFFACE_PASS)
        status = ef_audit(&s->result, &audit, s->threads, err);
    return status;
}

static efface_status run(stages *s, efface_error *err)
{
    ef_face face = {0};
    efface_status status = ef_work_build(&s->work, &s->head->image, EF_WORK_MM, s->threads, "phantom", err);
    if (status == EFFACE_PASS)
        status = ef_segment(&s->segmented, &s->work, EF_AIR_MODE, s->threads, "phantom", err);
    if (status == EFFACE_PASS)
        status = ef_atlas_load(&s->atlas, err);
    if (status == EFFACE_PASS)
        status = find(s, err);
    if (status == EFFACE_PASS)
        status = ef_face_measure(&face, &s->atlas, &s->work, &s->segmented, &s->location, err);
    if (status == EFFACE_PASS)
        status = ef_face_judge(&face, &s->location, EFFACE_PARTS_ALL, "phantom", err);
    if (status == EFFACE_PASS)
        status = ef_protect(&s->brain, &s->atlas, &s->work, &s->segmented, &s->location, s->threads,
                            "phantom", err);
    if (status == EFFACE_PASS)
        status = region(s, err);
    if (status == EFFACE_PASS)
        status = apply_and_audit(s, err);
    if (status == EFFACE_PASS)
        status = ef_audit_review(&s->location, &s->brain, s->kept_for_brain, "phantom", "", err);
    return status;
}

efface_status inject(injected *out, const ef_phantom *head, injection kind, uint64_t seed, int threads,
                     efface_error *err)
{
    stages s = {.head = head, .kind = kind, .seed = seed, .threads = threads};
    efface_error found = {0};
    *out = (injected){.ran = true, .verdict = run(&s, &found)};
    snprintf(out->reason, sizeof out->reason, "%.255s", found.message);
    if (s.defaced.voxels != NULL) {
        const truth_score score = truth_measure(head, &head->image, &s.defaced, s.region.mask);
        out->harmful = score.brain_changed > 0 || truth_face(&score) < least_face;
    }
    ef_work_release(&s.work);
    ef_head_release(&s.segmented);
    ef_atlas_release(&s.atlas);
    ef_brain_release(&s.brain);
    ef_region_release(&s.region);
    ef_image_release(&s.defaced);
    free(s.cut_mm);
    if (out->verdict == EFFACE_INTERNAL)
        *err = found;
    return out->verdict == EFFACE_INTERNAL ? EFFACE_INTERNAL : EFFACE_PASS;
}
