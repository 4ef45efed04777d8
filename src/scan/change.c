/* The stages that make the region, change it, and prove the result. */
#include "scan/change.h"

#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/ears.h"
#include "base/error.h"
#include "base/result.h"
#include "base/stream.h"
#include "head/protect.h"
#include "region/ears.h"
#include "region/ghost.h"
#include "region/scalp.h"
#include "scan/as_is.h"
#include "scan/kind.h"

static ef_audit_input audit_input(const ef_scan *s)
{
    ef_audit_input in = {.subject = &s->subject,
                         .region = &s->region,
                         .cut_mm = s->cut_mm,
                         .parts = s->options.parts,
                         .margin_mm = s->options.margin_mm,
                         .mode = s->options.mode,
                         .fill = s->options.fill,
                         .as_is = s->options.as_is != NULL};
    s->kind->compare(&in, s);
    return in;
}

/* --- region --- */

/* Makes the mask, from a cut with a random offset of its own. */
static efface_status carve(ef_scan *s, efface_error *err)
{
    const size_t bytes = (size_t)ef_grid_count(&s->subject.atlas.grid) * sizeof(float);
    ef_location *location = &s->subject.location;
    float *carved_mm = malloc(bytes);
    if (carved_mm == NULL)
        return ef_fail_memory(err, bytes);
    memcpy(carved_mm, s->cut_mm, bytes);
    ef_region_ears(carved_mm, &s->subject, s->options.parts);
    ef_region_deepen(carved_mm, &s->subject.atlas, location->cue_distance_mm, s->seed);
    ef_region_jitter(&location->work_from_atlas_kept, s->seed);
    const efface_status status = ef_region_build(&s->region, &s->original, &s->subject, carved_mm,
                                                 s->options.margin_mm, s->threads, err);
    free(carved_mm);
    return status;
}

/* Finds what gets the scan's air in addition to the mask. */
static efface_status empty_more(ef_scan *s, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    const ef_scalp_depth depth = {.margin_mm = s->options.margin_mm,
                                  .moved_mm = s->volumes.motion.most_mm, /* 0 for a single volume */
                                  .seed = s->seed};
    if (s->options.parts & EFFACE_PARTS_FACE)
        status = ef_ghost_find(&s->region, &s->original, &s->subject, s->threads, err);
    if (status == EFFACE_PASS && (s->options.parts & EFFACE_PART_SCALP))
        status = ef_scalp_find(&s->region, &s->original, &s->subject, depth, s->threads, err);
    return status;
}

efface_status ef_change_region(ef_scan *s, efface_error *err)
{
    efface_status status = ef_region_cut(&s->cut_mm, &s->subject.atlas, s->options.parts, err);
    if (status == EFFACE_PASS)
        status = s->kind->cover(s, err);
    if (status == EFFACE_PASS)
        status = carve(s, err);
    if (status == EFFACE_PASS)
        status = s->options.as_is != NULL ? ef_as_is_region(s, err) : empty_more(s, err);
    s->result->mask_voxels = s->region.n_mask;
    s->result->brain_voxels = s->region.n_brain;
    if (status == EFFACE_PASS && s->region.n_mask == 0)
        status = ef_fail(err, EFFACE_INPUT, "nothing to remove within the field of view of '%s'", s->in);
    if (status != EFFACE_PASS)
        return status;
    const ef_audit_input in = audit_input(s);
    const ef_brain *brain = &s->subject.brain;
    s->kept_for_brain = ef_audit_kept_for_brain(&in);
    s->ears_left_cm2 = ef_audit_ears_left(&in);
    ef_check_add(s->result, "face_kept_for_brain", s->kept_for_brain, ef_audit_most_kept_for_brain(brain),
                 true);
    ef_check_add(s->result, "brain_pitched", brain->pitched, EF_PITCHED_MOST, true);
    return EFFACE_PASS;
}

/* --- apply, audit --- */

efface_status ef_change_apply(ef_scan *s, efface_error *err)
{
    const ef_apply_input in = {.region = &s->region,
                               .subject = &s->subject,
                               .cut_mm = s->cut_mm,
                               .margin_mm = s->options.margin_mm,
                               .strength_mm = s->options.strength_mm,
                               .mode = s->options.mode,
                               .fill = s->options.fill,
                               .plain = s->options.as_is != NULL,
                               .seed = s->seed};
    return s->kind->apply(s, &in, err);
}

efface_status ef_change_audit(ef_scan *s, efface_error *err)
{
    const int first = s->result->n_checks;
    efface_error found = {0};
    efface_status status = EFFACE_AUDIT;
    for (int draw = 1; status == EFFACE_AUDIT; draw++) {
        ef_audit_input in = audit_input(s);
        in.redrawn = draw > 1;
        status = ef_audit(s->result, &in, s->threads, &found);
        if (status != EFFACE_AUDIT || draw == EF_FACES_DRAWN || !s->kind->may_redraw ||
            !ef_audit_chance_alone(s->result, first))
            break;
        s->result->n_checks = first;
        s->seed = ef_stream_redraw(s->seed);
        ef_image_release(&s->defaced);
        status = ef_change_apply(s, &found) == EFFACE_PASS ? EFFACE_AUDIT : EFFACE_INTERNAL;
    }
    if (status != EFFACE_PASS) {
        *err = found;
        return status;
    }
    const ef_audit_input in = audit_input(s);
    s->ears_left_cm2 = ef_audit_ears_left(&in);
    ef_check_add(s->result, "ears_left_cm2", s->ears_left_cm2, EF_EAR_LEFT_MOST_CM2, true);
    return EFFACE_PASS;
}
