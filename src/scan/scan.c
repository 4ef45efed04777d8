/* The story of one scan: it is read, examined, changed, proved and written. No output has a name before the
 * last step. Each step is a file of this room: look.c, change.c, finish.c. kind.c holds what differs
 * between one volume and many. */
#include "scan/scan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "scan/change.h"
#include "scan/finish.h"
#include "scan/kind.h"
#include "scan/look.h"
#include "scan/verdict.h"

static const struct {
    const char *name;
    efface_status (*run)(ef_scan *s, efface_error *err);
} stages[EF_STAGES] = {
    [EF_STAGE_READ] = {"read", ef_look_read},
    [EF_STAGE_SEGMENT] = {"segment", ef_look_segment}, /* work volume, head against air */
    [EF_STAGE_LOCATE] = {"locate", ef_look_locate},    /* pose of the atlas */
    [EF_STAGE_FACE] = {"face", ef_look_face},          /* is it sure, and is there a face? */
    [EF_STAGE_PROTECT] = {"protect", ef_look_protect}, /* the brain */
    [EF_STAGE_REGION] = {"region", ef_change_region},  /* which voxels change */
    [EF_STAGE_APPLY] = {"apply", ef_change_apply},     /* what replaces them */
    [EF_STAGE_AUDIT] = {"audit", ef_change_audit},     /* is the face gone, is all else unchanged? */
    [EF_STAGE_WRITE] = {"write", ef_finish_write},     /* everything or nothing */
};

static efface_status make_stage(ef_scan *s, efface_error *err)
{
    const ef_stage stage = s->next++;
    if (s->options.progress != NULL)
        s->options.progress(s->options.progress_context, stages[stage].name);
    s->begin_s = 0;
    ef_finish_tick(s);
    s->result->timings[s->result->n_timings++] = (efface_timing){.stage = stages[stage].name};
    const efface_status status = stages[stage].run(s, err);
    ef_finish_tick(s);
    return status == EFFACE_PASS && s->hook != NULL ? s->hook(s->hook_context, s, stage, err) : status;
}

efface_status ef_scan_advance(ef_scan *s, ef_stage last, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    while (status == EFFACE_PASS && s->next <= last)
        status = make_stage(s, err);
    return status;
}

void ef_scan_release(ef_scan *s)
{
    ef_output_set_abort(&s->outputs);
    ef_output_set_abort(&s->image_output);
    ef_headers_release(&s->headers);
    ef_volumes_release(&s->volumes);
    if (!s->leads)
        ef_carry_release(&s->carry);
    ef_image_release(&s->as_is);
    if (!s->borrowed)
        ef_image_release(&s->original);
    ef_image_release(&s->defaced);
    ef_subject_release(&s->subject);
    ef_region_release(&s->region);
    free(s->cut_mm);
    free(s->result_as);
    memset(s, 0, sizeof *s);
}

/* Sets what every run starts with. */
static void begin(ef_scan *s, const efface_options *options, efface_result *result)
{
    memset(result, 0, sizeof *result);
    s->shape = (ef_face_shape){.relief = (double)NAN, .before_mm = (double)NAN};
    s->elsewhere = (ef_elsewhere){.off = (double)NAN};
    s->result = result;
    s->subject.name = s->in;
    if (options != NULL)
        s->options = *options;
    else
        efface_options_init(&s->options);
    s->threads = ef_options_threads(&s->options);
    s->seed = s->options.seed;
}

/* --- from file to file --- */

static efface_status run(ef_scan *s, const efface_options *options, efface_result *result,
                         efface_error *err)
{
    efface_result unused;
    efface_error own = {0};
    begin(s, options, result != NULL ? result : &unused);
    const efface_status status = ef_scan_advance(s, EF_STAGE_WRITE, &own);
    s->result->status = status;
    if (status != EFFACE_PASS)
        snprintf(s->result->reason, sizeof s->result->reason, "%.255s", own.message);
    else
        own = (efface_error){0}; /* a search that failed before another one found the head */
    if (err != NULL)
        *err = own;
    ef_scan_release(s);
    return status;
}

efface_status efface_run(const char *in, const char *out, const efface_options *options,
                         efface_result *result, efface_error *err)
{
    return run(&(ef_scan){.in = in, .out = out}, options, result, err);
}

efface_status efface_apply(const char *record, const char *image, const char *in, const char *out,
                           const efface_options *options, efface_result *result, efface_error *err)
{
    return run(&(ef_scan){.in = in, .out = out, .from = record, .from_image = image}, options, result, err);
}

efface_status ef_run_io(const char *in, const char *name, const ef_scan_io *io,
                        const efface_options *options, efface_result *result, efface_error *err)
{
    return run(&(ef_scan){.in = in, .out = name, .io = io}, options, result, err);
}

/* --- step by step --- */

void ef_scan_open(ef_scan *s, const char *in, const char *out, const efface_options *options,
                  efface_result *result)
{
    *s = (ef_scan){.in = in, .out = out};
    begin(s, options, result);
}

void ef_scan_follow(ef_scan *s, const char *name, const char *output, const ef_affine *world_from_atlas,
                    const ef_image *lead)
{
    s->from = name;
    s->reference = output;
    s->carry = (ef_carry){.world_from_atlas = *world_from_atlas, .first = *lead};
    s->leads = true;
}

/* --- in memory --- */

void ef_scan_begin(ef_scan *s, const ef_image *image, const efface_options *options, efface_result *result)
{
    *s = (ef_scan){.in = "image", .original = *image, .borrowed = true};
    begin(s, options, result);
}

efface_status ef_deface_image(ef_image *image, const efface_options *options, const char *name,
                              efface_error *err)
{
    ef_scan s;
    efface_result result;
    ef_scan_begin(&s, image, options, &result);
    s.in = s.subject.name = name;
    efface_status status = ef_scan_advance(&s, EF_STAGE_AUDIT, err);
    if (status == EFFACE_PASS)
        status = ef_verdict_review(&s, "", err);
    if (status == EFFACE_PASS) {
        ef_image_release(image);
        *image = s.defaced;
        s.defaced = (ef_image){0};
    }
    ef_scan_release(&s);
    return status;
}
