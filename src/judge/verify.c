/* Decides whether a scan shows a face: finds the head, also without its face, has the evidence measured, and doubts
 * the pose where nobody's face is shown. */
#include "judge/verify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "head/elsewhere.h"
#include "head/find.h"
#include "head/others.h"
#include "io/read.h"
#include "judge/verify_face.h"
#include "judge/verify_pose.h"

/* Confidence in a brain without its head, fitted as if its surface were the skin: 0.99 and 1 in brains,
 * 0.71 and less in heads, but 0.96 in a perfusion scan, which shows little else. */
static const double brain_enough = 0.98;
/* Greatest ef_elsewhere.off. A head without its face is located less exactly than with it: 1.05 and less in 30 heads
 * that efface cut or refaced, 1.2 where a head that was half defaced was found wrongly. */
static const double elsewhere_most = 1.1;

/* Nobody's face is shown, it seems; but where the pose is wrong, the face is elsewhere. */
static efface_status doubt_pose(efface_verification *v, const ef_evidence *e, int threads,
                                efface_error *err)
{
    const ef_subject *subject = &e->subject;
    ef_blind_brain brain;
    ef_elsewhere elsewhere = {.off = 0};
    efface_status status = ef_blind_brain_find(&brain, &subject->work, &subject->head, threads, err);
    if (status == EFFACE_PASS)
        status = ef_elsewhere_measure(&elsewhere, &brain, subject, threads, err);
    if (status == EFFACE_PASS && elsewhere.off > elsewhere_most)
        ef_verify_conclude(v, EFFACE_FACE_UNKNOWN, 0.5,
                           "can't tell: a brain found by its own shape lies elsewhere");
    ef_blind_brain_release(&brain);
    return status;
}

/* Everything after the head was located. */
static efface_status judge_head(efface_verification *v, ef_evidence *e, unsigned parts, int threads,
                                efface_error *err)
{
    const ef_subject *subject = &e->subject;
    const ef_location *location = &e->subject.location;
    efface_status status = ef_locate_bare(&e->subject, threads, err);
    if (status == EFFACE_PASS)
        status = ef_face_measure(&e->face, subject, err);
    if (status == EFFACE_PASS &&
        (location->confidence < EF_CONFIDENCE_ENOUGH || e->face.scalp < EF_SCALP_LEAST))
        status = ef_locate_brain(&v->brain_confidence, subject, brain_enough, threads, err);
    if (status == EFFACE_PASS)
        status = ef_face_map_make(&e->map, subject, err);
    if (status == EFFACE_PASS)
        status = ef_verify_ears(e->ear, subject, threads, err);
    if (status == EFFACE_PASS)
        status = ef_edge_of_skin(e->edge, subject, err);
    if (status == EFFACE_PASS)
        status = ef_plain_measure(&e->plain, subject, threads, err);
    if (status == EFFACE_PASS)
        status = ef_verify_parts(v, e, threads, err);
    if (status == EFFACE_PASS && location->confidence >= EF_POSE_CERTAIN) {
        const unsigned fine = EFFACE_PART_EYES | EFFACE_PART_NOSE, wide = fine | EFFACE_PART_MOUTH;
        status = ef_likeness_measure(&e->fine, &e->map, fine, 8, 40, err);
        if (status == EFFACE_PASS)
            status = ef_likeness_measure(&e->wide, &e->map, wide, 8, 60, err);
    }
    if (status != EFFACE_PASS)
        return status;
    v->own_relief = e->fine.own;
    v->relief_height = e->wide.height;
    v->head_ml = subject->head.volume_ml;
    v->pose_confidence = location->confidence;
    if (v->brain_confidence >= brain_enough && v->brain_confidence > v->pose_confidence)
        ef_verify_conclude(v, EFFACE_FACE_BRAIN_ONLY, v->brain_confidence,
                           "no face: a brain without its head");
    else
        ef_verify_face(v, e, parts);
    return v->status == EFFACE_PASS ? doubt_pose(v, e, threads, err) : EFFACE_PASS;
}

efface_status ef_verify(efface_verification *out, const ef_image *image, const ef_atlas *atlas,
                        unsigned parts, int threads, const char *name, efface_error *err)
{
    ef_evidence e = {.subject = {.name = name, .atlas = *atlas}};
    efface_verification v = {.status = EFFACE_REVIEW, .face = EFFACE_FACE_UNKNOWN};
    efface_error why = {0};
    memset(out, 0, sizeof *out);
    ef_verify_name_parts(&v);
    efface_status status = ef_work_build(&e.subject.work, image, EF_WORK_MM, threads, name, &why);
    if (status == EFFACE_PASS)
        status = ef_segment(&e.subject.head, &e.subject.work, EF_AIR_MODE, threads, name, &why);
    if (status == EFFACE_PASS)
        status = ef_find(&e.subject, threads, &why);
    double other_mm = 0;
    if (status == EFFACE_PASS)
        status = ef_others_measure(&other_mm, &e.subject, threads, &why);
    if (status == EFFACE_PASS)
        status = ef_others_judge(other_mm, name, &why);
    if (status == EFFACE_PASS)
        status = judge_head(&v, &e, parts, threads, &why);
    if (status == EFFACE_INPUT || status == EFFACE_LOCATE) {
        char reason[sizeof v.reason];
        snprintf(reason, sizeof reason, "can't tell: %.200s", why.message);
        ef_verify_conclude(&v, EFFACE_FACE_UNKNOWN, 1, reason);
        status = EFFACE_PASS;
    }
    ef_face_map_release(&e.map);
    ef_head_release(&e.subject.head);
    ef_work_release(&e.subject.work);
    if (status == EFFACE_PASS)
        *out = v;
    else if (err != NULL)
        *err = why;
    return status;
}

efface_status efface_verify(const char *path, unsigned parts, int threads, efface_verification *out,
                            efface_error *err)
{
    ef_image image = {.n_volumes = 0};
    ef_atlas atlas = {.label = NULL};
    const long processors = threads > 0 ? threads : sysconf(_SC_NPROCESSORS_ONLN);
    const int n_threads = processors > 0 ? (int)processors : 1;
    efface_status status = ef_read(&image, path, n_threads, NULL, err);
    if (status == EFFACE_PASS)
        status = ef_atlas_load(&atlas, err);
    if (status == EFFACE_PASS)
        status = ef_verify(out, &image, &atlas, parts, n_threads, path, err);
    ef_atlas_release(&atlas);
    ef_image_release(&image);
    return status;
}

const char *efface_face_name(efface_face face)
{
    static const char *const names[] = {"present",    "removed", "flattened", "not in view",
                                        "brain only", "unknown", "blurred",   "replaced"};
    return names[face];
}
