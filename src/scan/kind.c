/* One volume lies in memory and is copied. Many volumes are read twice, and only their mean is examined. */
#include "scan/kind.h"

#include <math.h>

#include "apply/apply.h"
#include "base/error.h"
#include "base/result.h"
#include "scan/verdict.h"

/* --- one volume --- */

static efface_status one_work(ef_scan *s, efface_error *err)
{
    return ef_work_build(&s->subject.work, &s->original, EF_WORK_MM, s->threads, s->in, err);
}

static efface_status one_cover(ef_scan *s, efface_error *err)
{
    (void)s;
    (void)err;
    return EFFACE_PASS;
}

static efface_status one_apply(ef_scan *s, const ef_apply_input *in, efface_error *err)
{
    const efface_status status = ef_image_copy(&s->defaced, &s->original, err);
    return status == EFFACE_PASS ? ef_apply(&s->defaced, in, s->threads, err) : status;
}

static void one_compare(ef_audit_input *in, const ef_scan *s)
{
    in->original = &s->original;
    in->defaced = &s->defaced;
}

static const ef_image *one_shown(const ef_scan *s, bool after)
{
    return after ? &s->defaced : &s->original;
}

/* --- many volumes --- */

/* Refuses volumes that do not show one head: they have no common face. */
static efface_status survey(ef_scan *s, efface_error *err)
{
    const ef_motion *motion = &s->volumes.motion;
    const efface_status status =
        ef_volumes_survey(&s->volumes, &s->original, s->threads,
                          s->volumes.series != NULL ? s->result->input_sha256 : NULL, err);
    if (status != EFFACE_PASS || motion->least_volume < 0 || s->options.as_is != NULL)
        return status; /* volumes that show no head can't be compared */
    if (!ef_check_add(s->result, "volumes_alike", motion->least_agreement, EF_VOLUMES_ALIKE, false))
        return ef_fail(err, EFFACE_INPUT,
                       "volume %lld is not of the head that the others show: correlation %.2f in '%s'",
                       (long long)motion->least_volume + 1, motion->least_agreement, s->in);
    return EFFACE_PASS;
}

static efface_status many_work(ef_scan *s, efface_error *err)
{
    const efface_status status = survey(s, err);
    return status == EFFACE_PASS
               ? ef_volumes_work(&s->subject.work, &s->volumes, &s->original, s->threads, s->in, err)
               : status;
}

static efface_status many_cover(ef_scan *s, efface_error *err)
{
    if (s->options.as_is != NULL)
        return EFFACE_PASS;
    const efface_status status = ef_volumes_cover(&s->volumes, s->cut_mm, &s->subject, s->threads, err);
    const double moved_mm = s->volumes.motion.most_mm;
    if (status == EFFACE_PASS && !ef_check_add(s->result, "moved_mm", moved_mm, EF_VOLUMES_MOVED_MM, true))
        return ef_fail(err, EFFACE_AUDIT, "audit failed: moved_mm is %.4g, expected at most %.4g in '%s'",
                       moved_mm, EF_VOLUMES_MOVED_MM, s->in);
    return status;
}

/* Streams from file to file: the output gets no name before all audits hold. */
static efface_status stream(ef_scan *s, const ef_apply_input *in, efface_error *err)
{
    ef_volume_writer writer = {0};
    const ef_write_options how = ef_verdict_how(s);
    efface_status status = ef_verdict_name(s, err);
    if (status == EFFACE_PASS)
        status = ef_volume_writer_open(&writer, &s->image_output, &s->original, s->result_as, &how, err);
    if (status == EFFACE_PASS)
        status = ef_volumes_apply(&s->volumes, &s->original, in, NULL, &writer, s->threads, err);
    ef_volume_writer_release(&writer);
    return status;
}

static efface_status many_apply(ef_scan *s, const ef_apply_input *in, efface_error *err)
{
    if (s->original.voxels == NULL)
        return stream(s, in, err);
    const efface_status status = ef_image_copy(&s->defaced, &s->original, err);
    return status == EFFACE_PASS
               ? ef_volumes_apply(&s->volumes, &s->original, in, &s->defaced, NULL, s->threads, err)
               : status;
}

static void many_compare(ef_audit_input *in, const ef_scan *s)
{
    in->original = &s->original;
    in->defaced = &s->volumes.after.mean;
    in->counted = true;
    in->brain_changed = s->volumes.brain_changed;
    in->outside_changed = s->volumes.outside_changed;
}

static const ef_image *many_shown(const ef_scan *s, bool after)
{
    return after ? &s->volumes.shown_after : &s->volumes.shown_before;
}

const ef_scan_kind *ef_scan_kind_of(const ef_scan *s)
{
    static const ef_scan_kind one = {.work = one_work,
                                     .cover = one_cover,
                                     .apply = one_apply,
                                     .compare = one_compare,
                                     .shown = one_shown,
                                     .may_redraw = true};
    static const ef_scan_kind many = {.work = many_work,
                                      .cover = many_cover,
                                      .apply = many_apply,
                                      .compare = many_compare,
                                      .shown = many_shown,
                                      .may_redraw = false};
    return s->original.n_volumes > 1 ? &many : &one;
}
