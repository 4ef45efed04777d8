/* The product's own stages, with a failure put between them by the product's hook. */
#include "inject.h"

#include <stdio.h>
#include <string.h>

#include "head/find.h"
#include "kernels/grid.h"
#include "kernels/rng.h"
#include "scan/scan.h"
#include "scan/verdict.h"
#include "truth.h"

static const double least_face = 0.98;

/* What is done to which run. */
typedef struct plan {
    const ef_phantom *head;
    injection kind;
    uint64_t seed;
} plan;

const char *injection_name(injection kind)
{
    static const char *const names[INJECTIONS] = {"pose", "lost", "agreed", "brain", "face"};
    return names[kind];
}

static double draw(const plan *p, uint64_t counter, double low, double high)
{
    return low + (high - low) * ek_uniform(p->seed, 7000 + counter);
}

/* Adds a rotation of low to high degrees about one axis and a shift of as many millimetres. */
static void disturb(ef_pose *pose, const plan *p, double low, double high)
{
    const int axis = (int)(ek_hash64(p->seed, 7100) % 3);
    const double sign = ek_hash64(p->seed, 7101) & 1 ? 1 : -1;
    pose->p[3 + axis] += sign * draw(p, 0, low, high) * EK_PI / 180;
    pose->p[(int)(ek_hash64(p->seed, 7102) % 3)] += sign * draw(p, 1, low, high);
}

ef_affine inject_wrong_motion(uint64_t seed)
{
    const plan of_seed = {.seed = seed}, *p = &of_seed;
    ef_pose pose = {.base = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    const int axis = (int)(ek_hash64(p->seed, 7200) % 3);
    const double sign = ek_hash64(p->seed, 7201) & 1 ? 1 : -1;
    memcpy(pose.p, ef_pose_centre, sizeof ef_pose_centre);
    switch (ek_hash64(p->seed, 7202) % 4) {
    case 0:
        pose.p[axis] += sign * draw(p, 3, 5, 40);
        break;
    case 1:
        pose.p[3 + axis] += sign * draw(p, 3, 5, 45) * EK_PI / 180;
        break;
    case 2:
        for (int d = 0; d < 3; d++)
            pose.p[6 + d] = sign * draw(p, 3, 0.05, 0.25);
        break;
    default: /* as seen in a head with its chin up: forward, down, and the brow where the nose is */
        pose.p[3] -= draw(p, 3, 12, 25) * EK_PI / 180;
        pose.p[2] -= draw(p, 4, 0, 12);
    }
    return ef_pose_affine(&pose);
}

static void spoil_all(ef_location *location, const plan *p)
{
    const ef_affine motion = inject_wrong_motion(p->seed);
    ef_affine *const answers[] = {&location->work_from_atlas, &location->work_from_atlas_kept,
                                  &location->work_from_atlas_tissue, &location->work_from_atlas_skin};
    for (size_t a = 0; a < sizeof answers / sizeof *answers; a++)
        *answers[a] = ef_affine_mul(*answers[a], motion);
}

/* After the search: replaces its answer, or repeats it from far off. */
static efface_status spoil_pose(ef_scan *s, const plan *p, efface_error *err)
{
    ef_location *location = &s->subject.location;
    ef_pose wrong = location->pose;
    if (p->kind == INJECT_AGREED) {
        spoil_all(location, p);
        return EFFACE_PASS;
    }
    if (p->kind == INJECT_LOST) {
        disturb(&wrong, p, 40, 120);
        return ef_locate_from(location, &wrong, &s->subject, s->threads, err);
    }
    disturb(&wrong, p, 5, 25);
    location->work_from_atlas = ef_pose_affine(&wrong);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            location->work_from_atlas.m[r][c] /= s->subject.work.spacing_mm;
    location->work_from_atlas_kept = location->work_from_atlas;
    return EFFACE_PASS;
}

/* Sets or clears the mask in a ball around a voxel of what the labels mark. */
static void spoil_mask(ef_scan *s, const plan *p)
{
    const ef_grid *grid = &p->head->image.grid;
    const int64_t count = ef_grid_count(grid), *n = grid->n;
    const bool brain = p->kind == INJECT_BRAIN;
    const double radius = brain ? draw(p, 2, 3, 12) : draw(p, 2, 12, 30);
    int64_t centre = -1;
    for (uint64_t i = 0; i < 1000000 && centre < 0; i++) {
        const int64_t at = (int64_t)(ek_hash64(p->seed, 8000 + i) % (uint64_t)count);
        if (brain ? p->head->brain[at]
                  : p->head->part[at] >= EF_PART_FOREHEAD && p->head->part[at] <= EF_PART_CHEEKS)
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

static efface_status injure(void *context, ef_scan *s, ef_stage stage, efface_error *err)
{
    const plan *p = context;
    if (stage == EF_STAGE_LOCATE && p->kind <= INJECT_AGREED)
        return spoil_pose(s, p, err);
    if (stage == EF_STAGE_REGION && p->kind > INJECT_AGREED)
        spoil_mask(s, p);
    return EFFACE_PASS;
}

efface_status inject(injected *out, const ef_phantom *head, injection kind, uint64_t seed, int threads,
                     efface_error *err)
{
    plan p = {.head = head, .kind = kind, .seed = seed};
    efface_options options;
    efface_result result;
    efface_error found = {0};
    ef_scan s;
    efface_options_init(&options);
    options.threads = threads;
    options.seed = seed;
    ef_scan_begin(&s, &head->image, &options, &result);
    s.hook = injure;
    s.hook_context = &p;
    efface_status status = ef_scan_advance(&s, EF_STAGE_AUDIT, &found);
    if (status == EFFACE_PASS)
        status = ef_verdict_review(&s, "", &found);
    *out = (injected){.ran = true, .verdict = status};
    snprintf(out->reason, sizeof out->reason, "%.255s", found.message);
    if (s.defaced.voxels != NULL) {
        const truth_score score = truth_measure(head, &head->image, &s.defaced, s.region.mask);
        out->harmful = score.brain_changed > 0 || truth_face(&score) < least_face;
    }
    ef_scan_release(&s);
    if (status == EFFACE_INTERNAL)
        *err = found;
    return status == EFFACE_INTERNAL ? EFFACE_INTERNAL : EFFACE_PASS;
}
