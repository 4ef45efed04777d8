/* The product's own stages, up to where a test wants to look, on a phantom in a known pose. */
#ifndef EF_STAGES_H
#define EF_STAGES_H

#include <stdlib.h>

#include "apply/apply.h"
#include "audit/audit.h"
#include "base/options.h"
#include "check.h"
#include "head/find.h"
#include "phantom/phantom.h"
#include "scan/scan.h"

enum { STAGE_THREADS = 2 };

/* A phantom and its run; zero may be released. */
typedef struct stages {
    ef_phantom head;
    efface_result result;
    ef_scan scan; /* its subject, region and cut are what tests look at */
} stages;

static inline void stages_release(stages *s)
{
    ef_scan_release(&s->scan);
    ef_phantom_release(&s->head);
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

/* Makes the stages up to `last`; the test ends where one of them fails. */
static inline void stages_advance(stages *s, ef_stage last)
{
    efface_error err = {0};
    if (!CHECK_EQ(ef_scan_advance(&s->scan, last, &err), EFFACE_PASS)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
}

/* Work volume, head and pose of s->head. */
static inline void stages_locate(stages *s)
{
    efface_options options;
    efface_options_init(&options);
    options.threads = STAGE_THREADS;
    ef_scan_begin(&s->scan, &s->head.image, &options, &s->result);
    stages_advance(s, EF_STAGE_LOCATE);
}

/* Brain and region, where the location has them. */
static inline void stages_carve(stages *s, unsigned parts, uint64_t seed, double margin_mm)
{
    s->scan.options.parts = parts;
    s->scan.options.margin_mm = margin_mm;
    s->scan.seed = seed;
    stages_advance(s, EF_STAGE_REGION);
}

/* All of it. */
static inline void stages_region(stages *s, unsigned parts, uint64_t seed, double margin_mm)
{
    stages_locate(s);
    stages_carve(s, parts, seed, margin_mm);
}

/* What a mode works from: the run's own region, with a mode and a seed of the test's. */
static inline ef_apply_input stages_apply_input(const stages *s, efface_mode mode, uint64_t seed)
{
    return (ef_apply_input){.region = &s->scan.region,
                            .subject = &s->scan.subject,
                            .cut_mm = s->scan.cut_mm,
                            .margin_mm = s->scan.options.margin_mm,
                            .strength_mm = EF_STRENGTH_MM,
                            .mode = mode,
                            .fill = EFFACE_FILL_NOISE,
                            .seed = seed};
}

/* What the audit looks at, for an image that the test made or spoiled. */
static inline ef_audit_input stages_audit_input(const stages *s, const ef_image *defaced, efface_mode mode)
{
    return (ef_audit_input){.original = &s->head.image,
                            .defaced = defaced,
                            .subject = &s->scan.subject,
                            .region = &s->scan.region,
                            .cut_mm = s->scan.cut_mm,
                            .parts = EFFACE_PARTS_ALL,
                            .margin_mm = s->scan.options.margin_mm,
                            .mode = mode,
                            .fill = EFFACE_FILL_NOISE};
}

#endif
