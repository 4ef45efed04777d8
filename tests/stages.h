/* The stages up to where a test wants to look, on a phantom of 2 mm in a known pose. */
#ifndef EF_STAGES_H
#define EF_STAGES_H

#include <stdlib.h>

#include "apply/apply.h"
#include "audit/audit.h"
#include "check.h"
#include "phantom/phantom.h"

enum { STAGE_THREADS = 2 };

/* All stages' results; zero may be released. */
typedef struct stages {
    ef_phantom head;
    ef_atlas atlas;
    ef_work work;
    ef_head segmented;
    ef_location location;
    ef_brain brain;
    float *cut_mm;
    ef_region region;
} stages;

static inline void stages_release(stages *s)
{
    ef_phantom_release(&s->head);
    ef_atlas_release(&s->atlas);
    ef_work_release(&s->work);
    ef_head_release(&s->segmented);
    ef_brain_release(&s->brain);
    ef_region_release(&s->region);
    free(s->cut_mm);
}

static inline ef_phantom stages_head(uint64_t seed, double voxel_mm)
{
    ef_phantom head;
    ef_phantom_options o;
    efface_error err;
    ef_phantom_options_init(&o);
    o.seed = o.scan = seed;
    o.voxel_mm[0] = o.voxel_mm[1] = o.voxel_mm[2] = voxel_mm;
    o.draw_pose = true;
    if (!CHECK_EQ(ef_phantom_make(&head, &o, STAGE_THREADS, &err), EFFACE_PASS))
        exit(1);
    return head;
}

/* Work volume, head and pose of s->head; the test ends where one of them fails. */
static inline void stages_locate(stages *s)
{
    efface_error err = {0};
    if (!CHECK_EQ(ef_atlas_load(&s->atlas, &err), EFFACE_PASS) ||
        !CHECK_EQ(ef_work_build(&s->work, &s->head.image, EF_WORK_MM, STAGE_THREADS, "head", &err),
                  EFFACE_PASS) ||
        !CHECK_EQ(ef_segment(&s->segmented, &s->work, EF_AIR_MODE, STAGE_THREADS, "head", &err),
                  EFFACE_PASS) ||
        !CHECK_EQ(ef_locate(&s->location, &s->atlas, &s->work, &s->segmented, EF_START_HEADER,
                            STAGE_THREADS, "head", &err),
                  EFFACE_PASS)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
}

/* Brain and region, where s->location has them. */
static inline void stages_carve(stages *s, unsigned parts, uint64_t seed, double margin_mm)
{
    efface_error err = {0};
    if (!CHECK_EQ(ef_protect(&s->brain, &s->atlas, &s->work, &s->segmented, &s->location, STAGE_THREADS,
                             "head", &err),
                  EFFACE_PASS) ||
        !CHECK_EQ(ef_region_cut(&s->cut_mm, &s->atlas, parts, &err), EFFACE_PASS))
        exit(1);
    const size_t bytes = sizeof(float) * (size_t)ef_grid_count(&s->atlas.grid);
    float *carved_mm = malloc(bytes);
    if (carved_mm == NULL)
        exit(1);
    memcpy(carved_mm, s->cut_mm, bytes);
    ef_region_deepen(carved_mm, &s->atlas, s->location.cue_distance_mm, seed);
    if (!CHECK_EQ(ef_region_build(&s->region, &s->head.image, carved_mm, &s->atlas, &s->work, &s->location,
                                  &s->brain, margin_mm, STAGE_THREADS, &err),
                  EFFACE_PASS))
        exit(1);
    free(carved_mm);
}

/* All of it. */
static inline void stages_region(stages *s, unsigned parts, uint64_t seed, double margin_mm)
{
    stages_locate(s);
    stages_carve(s, parts, seed, margin_mm);
}

/* What a mode and the audit work from; margin 4 mm, all parts, the fill that comes with noise. */
static inline ef_apply_input stages_apply_input(const stages *s, efface_mode mode, uint64_t seed)
{
    return (ef_apply_input){.region = &s->region,
                            .atlas = &s->atlas,
                            .work = &s->work,
                            .head = &s->segmented,
                            .location = &s->location,
                            .brain = &s->brain,
                            .cut_mm = s->cut_mm,
                            .margin_mm = 4,
                            .strength_mm = EF_STRENGTH_MM,
                            .mode = mode,
                            .fill = EFFACE_FILL_NOISE,
                            .seed = seed};
}

static inline ef_audit_input stages_audit_input(const stages *s, const ef_image *defaced, efface_mode mode)
{
    return (ef_audit_input){.original = &s->head.image,
                            .defaced = defaced,
                            .atlas = &s->atlas,
                            .work = &s->work,
                            .head = &s->segmented,
                            .location = &s->location,
                            .brain = &s->brain,
                            .region = &s->region,
                            .cut_mm = s->cut_mm,
                            .parts = EFFACE_PARTS_ALL,
                            .mode = mode,
                            .fill = EFFACE_FILL_NOISE,
                            .name = "head"};
}

#endif
