/* The stages from the file to the brain. They find where everything lies and change no voxel. */
#include "scan/look.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/error.h"
#include "base/options.h"
#include "base/result.h"
#include "head/carry_brain.h"
#include "head/face.h"
#include "head/find.h"
#include "head/others.h"
#include "head/protect.h"
#include "io/read.h"
#include "io/write.h"
#include "scan/as_is.h"
#include "scan/engine.h"
#include "scan/kind.h"
#include "scan/labels.h"
#include "scan/record.h"
#include "scan/reference.h"
#include "scan/verdict.h"

enum { PATH_BYTES = 4096 };

/* --- read --- */

/* No output is an input, and no two outputs are one file: what a run was made from stays, even with --force.
 * That the image may take the input's place is asked for by --force alone. */
static efface_status check_names(const ef_scan *s, efface_error *err)
{
    const efface_options *o = &s->options;
    const char *const outputs[] = {s->out, o->mask, o->brain, o->record, o->png, o->png_original};
    const char *const inputs[] = {s->in, s->from, s->from_image, o->key_file, o->as_is};
    enum { OUTPUTS = sizeof outputs / sizeof *outputs, INPUTS = sizeof inputs / sizeof *inputs };
    for (int i = 0; i < OUTPUTS; i++) {
        if (outputs[i] == NULL)
            continue;
        for (int k = 0; k < i; k++)
            if (outputs[k] != NULL && strcmp(outputs[i], outputs[k]) == 0)
                return ef_fail(err, EFFACE_USAGE, "'%s' is the name of two outputs", outputs[i]);
        for (int k = 0; k < INPUTS; k++)
            if (inputs[k] != NULL && !(i == 0 && k == 0) && ef_file_same(outputs[i], inputs[k]))
                return ef_fail(err, EFFACE_USAGE, "the output '%s' is an input", outputs[i]);
    }
    return EFFACE_PASS;
}

/* The record's place, unless the result turns out to need review. */
static efface_status check_record(const ef_scan *s, efface_error *err)
{
    char path[PATH_BYTES];
    const efface_options *o = &s->options;
    if (o->no_record)
        return EFFACE_PASS;
    if (o->record == NULL && !ef_record_path(path, sizeof path, s->out))
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", s->out);
    const char *record = o->record != NULL ? o->record : path;
    const efface_status status = ef_output_check(record, o->force ? EF_OUTPUT_FORCE : 0, err);
    return status == EFFACE_PASS ? ef_verdict_record(record, err) : status;
}

/* Refuses what can be refused before any work. */
static efface_status check_files(const ef_scan *s, efface_error *err)
{
    if (!ef_write_can(s->out))
        return ef_fail(err, EFFACE_USAGE,
                       "expected an output named .nii, .nii.gz or as 'efface formats' lists, got '%s'",
                       s->out);
    const efface_status status = ef_write_check(s->out, s->options.force, err);
    if (status == EFFACE_PASS && ef_file_same(s->in, s->out) && !s->options.force)
        return ef_fail(err, EFFACE_USAGE, "input and output are the same file '%s'", s->in);
    const efface_status named = status == EFFACE_PASS ? check_names(s, err) : status;
    return named == EFFACE_PASS ? check_record(s, err) : named;
}

static efface_status read_file(ef_scan *s, efface_error *err)
{
    efface_status status = check_files(s, err);
    if (status == EFFACE_PASS && s->from != NULL && !s->leads)
        status = ef_reference_open(&s->carry, s->from, s->from_image, s->threads, err);
    if (status == EFFACE_PASS)
        status = ef_headers_open(&s->headers, s->in, s->out, &s->options, err);
    if (status == EFFACE_PASS && !s->options.has_seed &&
        getrandom(&s->seed, sizeof s->seed, 0) != (ssize_t)sizeof s->seed)
        status = ef_fail(err, EFFACE_INTERNAL, "no random numbers from the system");
    if (status == EFFACE_PASS && ef_volume_writer_can(s->out))
        status = ef_series_open(&s->volumes.series, &s->original, s->in, err);
    if (status == EFFACE_PASS && s->volumes.series == NULL)
        status = ef_read(&s->original, s->in, s->threads, s->result->input_sha256, err);
    return status == EFFACE_PASS && s->options.as_is != NULL ? ef_as_is_open(s, err) : status;
}

/* Nothing is invented in a label image. */
static efface_status treat_labels(ef_scan *s, efface_error *err)
{
    if (!ef_labels_are(&s->original))
        return EFFACE_PASS;
    if (s->options.mode != EFFACE_REMOVE)
        return ef_fail(err, EFFACE_USAGE,
                       "labels can be removed, not blurred or replaced: --mode remove for '%s'", s->in);
    s->options.fill = EFFACE_FILL_ZERO;
    return EFFACE_PASS;
}

efface_status ef_look_read(ef_scan *s, efface_error *err)
{
    efface_status status = ef_options_check(&s->options, err);
    if (status == EFFACE_PASS)
        status = ef_engine_can(s->options.engine, err);
    if (status == EFFACE_PASS && s->options.as_is != NULL && s->from == NULL)
        status =
            ef_fail(err, EFFACE_USAGE, "a mask is taken as it is from another scan of the same head only");
    if (status == EFFACE_PASS && s->io != NULL)
        status = s->io->read(s->io->context, &s->original, s->result->input_sha256, err);
    else if (status == EFFACE_PASS && !s->borrowed)
        status = read_file(s, err);
    if (status == EFFACE_PASS)
        status = treat_labels(s, err);
    if (s->original.note != NULL)
        snprintf(s->result->note, sizeof s->result->note, "%s", s->original.note);
    s->kind = ef_scan_kind_of(s);
    return status;
}

/* --- segment --- */

/* Segments again with rough air made dark. Where no head stands out against air, the air may be as bright
 * as tissue, but rough. */
static efface_status segment_calm(ef_scan *s, efface_status failed, efface_error *err)
{
    ef_work calm;
    efface_error why = {0};
    const efface_status status =
        ef_work_build_calm(&calm, &s->original, EF_WORK_MM, 0, s->threads, s->in, &why);
    if (status != EFFACE_PASS || calm.roughness == 0) {
        ef_work_release(&calm);
        if (status == EFFACE_INTERNAL) /* short memory must not decide which way is taken */
            *err = why;
        return status == EFFACE_INTERNAL ? status : failed;
    }
    ef_work_release(&s->subject.work);
    ef_head_release(&s->subject.head);
    s->subject.work = calm;
    return ef_segment(&s->subject.head, &s->subject.work, EF_AIR_MODE, s->threads, s->in, err);
}

efface_status ef_look_segment(ef_scan *s, efface_error *err)
{
    efface_status status = s->kind->work(s, err);
    if (status == EFFACE_PASS)
        status = ef_segment(&s->subject.head, &s->subject.work, EF_AIR_MODE, s->threads, s->in, err);
    if (status != EFFACE_INPUT || s->subject.work.value == NULL)
        return status;
    if (s->options.as_is == NULL)
        return segment_calm(s, status, err);
    ef_head_release(&s->subject.head); /* none stands out, and nothing depends on it */
    return EFFACE_PASS;
}

/* --- locate --- */

/* Finds the head by every method, also through rough air. */
static efface_status find_once(ef_scan *s, efface_error *err)
{
    const ef_location *location = &s->subject.location;
    const efface_status status = ef_find(&s->subject, s->threads, err);
    if ((status != EFFACE_PASS && status != EFFACE_LOCATE) || s->subject.work.roughness > 0 ||
        location->confidence >= EF_CONFIDENCE_LEAST)
        return status;
    const efface_status again = ef_find_through_speckle(&s->subject, &s->original, s->threads, err);
    return again != EFFACE_PASS || location->confidence > 0 ? again : status;
}

/* Examines the scan once more, by its qform. */
static efface_status find_by_other_form(ef_scan *s, efface_error *err)
{
    efface_status status = s->kind->work(s, err);
    if (status == EFFACE_PASS)
        status = ef_segment(&s->subject.head, &s->subject.work, EF_AIR_MODE, s->threads, s->in, err);
    return status == EFFACE_PASS ? find_once(s, err) : status;
}

/* Says which sizes contradict each other, by one edge that differs. */
static void note_sizes(char *text, size_t size, const ef_affine *sform, const ef_affine *qform,
                       const char *used)
{
    double s_mm[3], q_mm[3];
    int d = 0;
    ef_affine_spacing(s_mm, sform);
    ef_affine_spacing(q_mm, qform);
    for (int k = 1; k < 3; k++)
        d = fabs(s_mm[k] - q_mm[k]) > fabs(s_mm[d] - q_mm[d]) ? k : d;
    snprintf(text, size, "sform says %.3g mm, qform and pixdim %.3g mm%s", s_mm[d], q_mm[d], used);
}

/* Finds the head. Where the forms of the header contradict each other in size and the head is not found with
 * confidence, the other one is tried: the one that makes a head counts. */
static efface_status find(ef_scan *s, efface_error *err)
{
    char sizes[128];
    efface_error why = {0};
    efface_status status = find_once(s, err);
    ef_image *image = &s->original;
    if (!image->sizes_differ || image->n_volumes > 1 ||
        (status != EFFACE_PASS && status != EFFACE_LOCATE) ||
        s->subject.location.confidence >= EF_CONFIDENCE_ENOUGH)
        return status;
    ef_subject first = s->subject;
    const ef_affine sform = image->grid.world_from_voxel;
    s->subject = (ef_subject){.name = first.name, .atlas = first.atlas};
    image->grid.world_from_voxel = image->other_form;
    const efface_status other_form = find_by_other_form(s, &why);
    if (other_form == EFFACE_INTERNAL) {
        status = other_form;
        *err = why;
    } else if (other_form == EFFACE_PASS && s->subject.location.confidence > first.location.confidence) {
        status = EFFACE_PASS;
        note_sizes(s->result->note, sizeof s->result->note, &sform, &image->other_form,
                   ": the head was found by the qform");
    } else {
        const ef_subject other = s->subject;
        s->subject = first;
        first = other;
        image->grid.world_from_voxel = sform;
        note_sizes(sizes, sizeof sizes, &sform, &image->other_form, "");
        if (status != EFFACE_PASS)
            status = ef_fail(err, status, "no head found, and %s in '%s'", sizes, s->in);
    }
    first.atlas = (ef_atlas){0}; /* the scan's */
    ef_subject_release(&first);
    return status;
}

/* Finds the head by the pose in another scan. */
static efface_status carry(ef_scan *s, efface_error *err)
{
    efface_error why = {0};
    const efface_status own = ef_find(&s->subject, s->threads, &why);
    if (own == EFFACE_INTERNAL) {
        *err = why;
        return own;
    }
    if (own != EFFACE_PASS)
        s->subject.location.confidence = 0; /* carrying serves heads that can't be located on their own */
    return ef_carry_locate(&s->carried, &s->subject, &s->carry, s->threads, err);
}

efface_status ef_look_locate(ef_scan *s, efface_error *err)
{
    const efface_status status = ef_atlas_load(&s->subject.atlas, err);
    if (status != EFFACE_PASS)
        return status;
    if (s->options.as_is != NULL)
        return ef_as_is_place(s, err);
    return s->from != NULL ? carry(s, err) : find(s, err);
}

/* --- face --- */

static void add_pose(ef_scan *s)
{
    const ef_location *location = &s->subject.location;
    const ef_affine world_from_atlas =
        ef_affine_mul(s->subject.work.grid.world_from_voxel, location->work_from_atlas);
    memcpy(s->result->world_from_atlas, world_from_atlas.m, sizeof s->result->world_from_atlas);
    s->result->confidence = location->confidence;
    ef_check_add(s->result, "confidence", location->confidence, EF_CONFIDENCE_ENOUGH, false);
}

/* Says why a carried pose has no confidence. */
static efface_status refuse_carried(const ef_scan *s, efface_error *err)
{
    const ef_carried *c = &s->carried;
    const bool own = !isnan(c->own_mm);
    return ef_fail(err, EFFACE_LOCATE,
                   "not the same head, or not to be found: %.0f mm between registrations, %.0f mm to %s in "
                   "'%s'%s",
                   c->repeat_mm, own ? c->own_mm : c->moved_mm,
                   own ? "its own place" : "its header's place", s->in,
                   own ? "" : "; --as-is takes the first scan's mask as it is");
}

/* Judges a carried pose, without requiring a visible face. Thick slices and faded signal may hide it, and
 * its place is removed all the same. */
static efface_status judge_carried(ef_scan *s, efface_error *err)
{
    const ef_carried *carried = &s->carried;
    add_pose(s);
    if (s->options.as_is == NULL)
        ef_check_add(s->result, "carried_again_mm", carried->repeat_mm, EF_CARRIED_REPEAT_MM, true);
    if (!isnan(carried->own_mm))
        ef_check_add(s->result, "carried_by_itself_mm", carried->own_mm, EF_CARRIED_OWN_MM, true);
    else if (s->options.as_is == NULL)
        ef_check_add(s->result, "carried_by_header_mm", carried->moved_mm, EF_CARRIED_HEADER_MM, true);
    return s->subject.location.confidence < EF_CONFIDENCE_LEAST ? refuse_carried(s, err) : EFFACE_PASS;
}

/* Whether what lies there has a face's shape. */
static efface_status judge_shape(ef_scan *s, const ef_face_seen *face, efface_error *err)
{
    const efface_status status = ef_face_shape_measure(&s->shape, face, &s->subject, s->threads, err);
    if (status == EFFACE_PASS && !isnan(s->shape.relief)) {
        ef_check_add(s->result, "skin_before_mean_mm", s->shape.before_mm, ef_face_shape_most_mm(&s->shape),
                     true);
    }
    return status;
}

/* Whether the brain lies where the pose has it. */
static efface_status judge_brain(ef_scan *s, efface_error *err)
{
    ef_blind_brain brain;
    efface_status status = ef_blind_brain_find(&brain, &s->subject.work, &s->subject.head, s->threads, err);
    if (status == EFFACE_PASS)
        status = ef_elsewhere_measure(&s->elsewhere, &brain, &s->subject, s->threads, err);
    if (status == EFFACE_PASS && !isnan(s->elsewhere.off))
        ef_check_add(s->result, "brain_elsewhere", s->elsewhere.off, EF_ELSEWHERE_MOST, true);
    ef_blind_brain_release(&brain);
    return status;
}

static efface_status judge_found(ef_scan *s, efface_error *err)
{
    ef_face_seen face = {0};
    const ef_location *location = &s->subject.location;
    efface_status status = ef_face_measure(&face, &s->subject, err);
    if (status != EFFACE_PASS)
        return status;
    add_pose(s);
    ef_check_add(s->result, "cue_distance_mm", location->cue_distance_mm, EF_CUES_LOST_MM, true);
    ef_check_add(s->result, "skin_residual_mm", location->score.skin_mm, EF_SKIN_LOST_MM, true);
    ef_check_add(s->result, "pose_cost", location->score.seen_cost, EF_COST_LOST, true);
    if (s->options.parts & EFFACE_PARTS_FACE)
        ef_check_add(s->result, "face_present", face.present, EF_FACE_LEAST, false);
    status = judge_brain(s, err);
    /* A pose that is wrong can't show that the face is gone. The verdict will be review. */
    const unsigned judged = s->elsewhere.off > EF_ELSEWHERE_MOST ? 0 : s->options.parts;
    if (status == EFFACE_PASS)
        status = ef_face_judge(&face, &s->subject, judged, err);
    return status == EFFACE_PASS && s->options.parts & EFFACE_PARTS_FACE ? judge_shape(s, &face, err)
                                                                         : status;
}

/* Asks for a second opinion, where the options ask for it. */
static efface_status ask_engine(ef_scan *s, efface_error *err)
{
    double apart_mm;
    const efface_status status = ef_engine_ask(NULL, &apart_mm, &s->subject, err);
    if (status == EFFACE_PASS)
        s->engines_differ = !ef_check_add(s->result, "itk_distance_mm", apart_mm, EF_ENGINE_APART_MM, true);
    return status;
}

/* Whether another head is in view. */
static efface_status judge_others(ef_scan *s, efface_error *err)
{
    double radius_mm;
    const efface_status status = ef_others_measure(&radius_mm, &s->subject, s->threads, err);
    if (status != EFFACE_PASS)
        return status;
    ef_check_add(s->result, "other_body_mm", radius_mm, EF_OTHERS_MOST_MM, true);
    return ef_others_judge(radius_mm, s->in, err);
}

efface_status ef_look_face(ef_scan *s, efface_error *err)
{
    efface_status status = s->from != NULL ? judge_carried(s, err) : judge_found(s, err);
    /* Where no head was found in the image itself, nobody knows what its tissue is. */
    if (status == EFFACE_PASS && (s->from == NULL || !isnan(s->carried.own_mm)))
        status = judge_others(s, err);
    return status == EFFACE_PASS && s->options.engine == EFFACE_ENGINE_ITK ? ask_engine(s, err) : status;
}

/* --- protect --- */

efface_status ef_look_protect(ef_scan *s, efface_error *err)
{
    if (s->options.as_is != NULL)
        return EFFACE_PASS; /* the first scan's brain is known */
    return s->from != NULL ? ef_carry_protect(&s->subject, &s->carry, &s->carried, s->threads, err)
                           : ef_protect(&s->subject, s->threads, err);
}
