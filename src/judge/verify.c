/* Decides whether a scan shows a face, from cues that do not depend on each other: tissue where a face's
 * would be, the surface's relief, and the head's pose without its face. Other files measure the cues; this
 * one combines them.
 */
#include "judge/verify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "head/elsewhere.h"
#include "head/face.h"
#include "head/find.h"
#include "head/others.h"
#include "io/read.h"
#include "judge/likeness.h"
#include "judge/verify_ears.h"
#include "judge/verify_pose.h"
#include "view/face_map.h"

/* The limits, each with what was measured on both sides: 33 scans with a face (27 real ones of all
 * contrasts, CT and PET, 0.9 to 6 mm; 6 phantoms) and 38 without (31 cut by efface, 4 by other tools, 3 by
 * hand). Fraction of a part's shell that is tissue. Nose and mouth with a face: 0.86 and more, but 0.53 and
 * 0.58 in echo-planar scans, whose signal fades in front. Nose without a face: 0.42 and less. */
static const double tissue_there = 0.70, tissue_gone = 0.48;
/* Depth of the surface behind the mean one. With a face: 7 mm and less where there is tissue. Nose without
 * a face: 15 mm and more. A face that was pushed in keeps its relief: below 20 mm the relief must be gone
 * too. */
static const double gap_least_mm = 10, gap_enough_mm = 20;
/* Eyes under a brow that was kept to protect the brain, in scans cut by efface and one cut by another tool:
 * tissue 0.65 and less, and depth 6 mm and more. With a face they have tissue 0.81 and more. */
static const double eyes_gap_mm = 6;
/* Correlation of a part's relief with the mean face's. Nose with a face: 0.63 to 0.90 (CT and PET 0.05 to
 * 0.90, echo-planar scans below 0.25). Nose after a shallow cut: 0.12; deep cuts open the sinuses, whose
 * shape correlates by chance. Eyes and brow with a face: 0.56 to 0.94 (echo-planar scans 0.2, a PET
 * template 0.38); without: 0.47 where a cut left their tissue. */
static const double relief_there = 0.40, relief_gone = 0.35, eyes_there = 0.52;
/* Confidence in a brain without its head, fitted as if its surface were the skin: 0.99 and 1 in brains,
 * 0.71 and less in heads, but 0.96 in a perfusion scan, which shows little else. */
static const double brain_enough = 0.98;
/* Ears: what stands out of the head, cm2 (verify_ears.h), and the tissue below which nothing is left, whatever stands
 * out. The wall of a cut fills an ear's place with tissue. */
static const double ear_there_cm2 = 3.0, ear_gone_cm2 = 1.6, ear_gone = 0.25;
/* Parts with less than this in the field of view are not judged. */
static const double least_seen_ml = 1.5;
/* A face that efface made: fraction of the relief that is not the mean face's. Eyes and nose in waves of 8
 * to 40 mm: 0.29 to 0.87 in 24 scans refaced with the secret variation; 0.45 and more in 22 faces of
 * people, but 0.33 in a template that is itself a mean of many. No band separates the two for certain, so
 * only values below that template are believed. With the mouth, in waves to 60 mm: 0.37 and more in
 * people. */
static const double own_replaced = 0.30, own_unsure = 0.44, own_wide_replaced = 0.38;
/* A face without features. Relief of eyes, nose and mouth, relative to the mean face: 0.21 to 0.43 in 71 of
 * 79 blurred heads, 0.57 and more in 41 faces. The nose kept 0.22 and less of its height in 74 of 77, and
 * 0.29 and more in all faces but three, which have enough relief. What a Gaussian smeared is as flat, but
 * not as sharp. Sharpness relative to the scalp: 0.9 and more after efface's blur, 0.30 and less after a
 * Gaussian of 5 mm and more. */
static const double height_blurred = 0.43, nose_kept_blurred = 0.25, sharp_enough = 0.6;
/* Neither is concluded for a head that was not found for certain, or for a face that is hardly in view. */
static const double pose_certain = 0.9, likeness_seen = 0.3;

typedef struct evidence {
    ef_subject subject; /* its atlas is borrowed */
    ef_face_seen face;
    ef_face_map map;
    ef_likeness fine, wide; /* of eyes and nose; of eyes, nose and mouth, in longer waves too */
    double sharpness;       /* of the face's skin, relative to the scalp's */
    double ear_cm2[EF_SIDES];
} evidence;

static const struct {
    const char *name;
    unsigned tissue, relief; /* the relief of the eyes is that of the brow above them */
} wanted[EFFACE_PARTS_FOUND] = {
    {"eyes", EFFACE_PART_EYES, EFFACE_PART_EYES | EFFACE_PART_FOREHEAD},
    {"nose", EFFACE_PART_NOSE, EFFACE_PART_NOSE},
    {"mouth", EFFACE_PART_MOUTH, EFFACE_PART_MOUTH},
    {"chin", EFFACE_PART_CHIN, EFFACE_PART_CHIN},
    {"ear_left", EFFACE_PART_EAR_LEFT, 0},
    {"ear_right", EFFACE_PART_EAR_RIGHT, 0},
};
enum { EYES, NOSE, MOUTH, CHIN, EAR_LEFT };

static efface_face judge_ear(const efface_part_found *part, double area_cm2)
{
    return part->tissue <= ear_gone || area_cm2 <= ear_gone_cm2 ? EFFACE_FACE_REMOVED
           : area_cm2 >= ear_there_cm2                          ? EFFACE_FACE_PRESENT
                                                                : EFFACE_FACE_UNKNOWN;
}

static efface_face judge_part(const efface_part_found *part)
{
    const double there = part->part == EFFACE_PART_EYES ? eyes_there : relief_there;
    if (part->tissue >= tissue_there)
        return part->relief_r >= there ? EFFACE_FACE_PRESENT : EFFACE_FACE_FLATTENED;
    if (part->tissue <= tissue_gone && part->gap_mm >= gap_least_mm &&
        (part->gap_mm >= gap_enough_mm || part->relief_r <= relief_gone))
        return EFFACE_FACE_REMOVED;
    return EFFACE_FACE_UNKNOWN;
}

static efface_status measure_parts(efface_verification *v, const evidence *e, int threads,
                                   efface_error *err)
{
    for (int k = 0; k < EFFACE_PARTS_FOUND; k++) {
        efface_part_found *part = &v->part[k];
        double expected = 0, present = 0;
        for (int bit = 0; bit < 8; bit++) {
            if (wanted[k].tissue >> bit & 1) {
                expected += e->face.expected_ml[bit];
                present += e->face.present_ml[bit];
            }
        }
        if (!(expected >= least_seen_ml))
            continue;
        ef_face_relief relief = {0};
        const efface_status status =
            k < EAR_LEFT ? ef_face_map_relief(&relief, &e->map, wanted[k].relief, threads, err)
                         : EFFACE_PASS;
        if (status != EFFACE_PASS)
            return status;
        part->visible = k >= EAR_LEFT || relief.seen > 0;
        part->tissue = part->visible ? present / expected : 0;
        part->gap_mm = k < EAR_LEFT ? ef_face_map_gap(&e->map, wanted[k].tissue) : 0;
        part->relief_r = relief.r;
        part->relief_kept = relief.kept;
        if (part->visible)
            part->face = k >= EAR_LEFT ? judge_ear(part, e->ear_cm2[k - EAR_LEFT]) : judge_part(part);
    }
    return EFFACE_PASS;
}

static void conclude(efface_verification *v, efface_face face, double confidence, const char *reason)
{
    v->face = face;
    v->confidence = fmax(0, fmin(1, confidence));
    v->status = face == EFFACE_FACE_PRESENT                                    ? EFFACE_AUDIT
                : face == EFFACE_FACE_UNKNOWN || face == EFFACE_FACE_FLATTENED ? EFFACE_REVIEW
                                                                               : EFFACE_PASS;
    snprintf(v->reason, sizeof v->reason, "%s", reason);
}

/* Whether a part counts as gone. Eyes whose tissue a shallow cut left are gone where their relief is gone
 * and the parts beside them are gone beyond doubt. Above the deepest cuts the brow stays as a ledge, which
 * resembles any head's eyes: there it is enough that the new surface is not theirs. */
static bool is_gone(const efface_verification *v, int k)
{
    const efface_part_found *part = &v->part[k];
    int lower = 0, deep = 0;
    for (int other = NOSE; other <= CHIN; other++) {
        const bool gone = v->part[other].face == EFFACE_FACE_REMOVED;
        lower += gone;
        deep += gone && v->part[other].gap_mm >= gap_enough_mm;
    }
    if (k != EYES || part->face == EFFACE_FACE_REMOVED)
        return part->face == EFFACE_FACE_REMOVED;
    if (v->part[NOSE].face != EFFACE_FACE_REMOVED || part->face == EFFACE_FACE_PRESENT)
        return false;
    return part->relief_r < (lower > 1 ? eyes_there : relief_gone) ||
           (deep == lower && part->tissue < tissue_there && part->gap_mm >= eyes_gap_mm);
}

/* What the requested parts show together. */
typedef struct tally {
    int seen, gone, flat;
    const efface_part_found *there; /* the clearest part that is there; NULL for none */
    const efface_part_found *open;  /* the first part that can't be decided; NULL for none */
    double clear;                   /* how clearly it is there, 0 to 1 */
    double least_gone;              /* least fraction of tissue removed, of the parts that are gone */
} tally;

static tally count_parts(const efface_verification *v, unsigned parts)
{
    tally t = {.least_gone = 1};
    for (int k = 0; k < EFFACE_PARTS_FOUND; k++) {
        const efface_part_found *part = &v->part[k];
        if (!part->visible || !(part->part & parts))
            continue;
        t.seen++;
        t.flat += part->face == EFFACE_FACE_FLATTENED;
        const double clear = k < EAR_LEFT ? part->tissue * fmin(1, part->relief_r / 0.6) : part->tissue;
        if (is_gone(v, k)) {
            t.gone++;
            t.least_gone =
                part->face == EFFACE_FACE_REMOVED ? fmin(t.least_gone, 1 - part->tissue) : t.least_gone;
        } else if (part->face == EFFACE_FACE_PRESENT) {
            t.there = clear > t.clear ? part : t.there;
            t.clear = fmax(t.clear, clear);
        } else if (t.open == NULL) {
            t.open = part;
        }
    }
    return t;
}

/* Checks for what efface leaves in a face's place; true where a conclusion was drawn. */
static bool judge_likeness(efface_verification *v, const evidence *e)
{
    const bool certain = v->pose_confidence >= pose_certain;
    const efface_part_found *nose = &v->part[NOSE];
    if (certain && e->fine.seen >= likeness_seen && e->fine.own <= own_replaced &&
        e->wide.own <= own_wide_replaced)
        conclude(v, EFFACE_FACE_REPLACED, 1 - e->fine.own,
                 "face replaced: what is there is the mean face that efface puts in");
    else if (certain && e->fine.seen >= likeness_seen && e->fine.own <= own_unsure &&
             e->wide.own <= own_unsure)
        conclude(v, EFFACE_FACE_UNKNOWN, 0.5,
                 "can't tell: near to the mean face that efface puts in, but not near enough");
    else if (certain && nose->visible && e->wide.seen >= likeness_seen &&
             e->wide.height <= height_blurred && nose->relief_kept <= nose_kept_blurred &&
             e->sharpness >= sharp_enough)
        conclude(v, EFFACE_FACE_BLURRED, 1 - e->wide.height, "face blurred: tissue without features");
    else
        return false;
    return true;
}

/* One part that is there makes a face; without a face all parts are gone. */
static void judge_face(efface_verification *v, const evidence *e, unsigned parts)
{
    const tally t = count_parts(v, parts);
    char reason[sizeof v->reason];
    bool with_ear = false; /* nothing shows whose ears they are */
    for (int k = EAR_LEFT; k < EFFACE_PARTS_FOUND; k++)
        with_ear |= v->part[k].visible && (v->part[k].part & parts) && !is_gone(v, k);
    if (t.gone < t.seen && !with_ear && judge_likeness(v, e))
        return;
    if (t.there != NULL && v->pose_confidence >= EF_CONFIDENCE_LEAST) {
        snprintf(reason, sizeof reason, "face present: %s, %.0f %% of the tissue is there", t.there->name,
                 100 * t.there->tissue);
        conclude(v, EFFACE_FACE_PRESENT, fmin(v->pose_confidence, t.clear), reason);
    } else if (v->pose_confidence < EF_CONFIDENCE_ENOUGH) {
        conclude(v, EFFACE_FACE_UNKNOWN, 1 - v->pose_confidence,
                 "can't tell: no head was found with confidence");
    } else if (t.seen == 0) {
        conclude(v, EFFACE_FACE_NOT_IN_VIEW, v->pose_confidence, "no face in view");
    } else if (t.gone == t.seen) {
        conclude(v, EFFACE_FACE_REMOVED, fmin(v->pose_confidence, t.least_gone), "face removed");
    } else if (t.flat == t.seen) {
        conclude(v, EFFACE_FACE_FLATTENED, 0.5, "can't tell: tissue without a face's relief");
    } else {
        snprintf(reason, sizeof reason, "can't tell: %s neither there nor gone", t.open->name);
        conclude(v, EFFACE_FACE_UNKNOWN, 0.5, reason);
    }
}

/* Nobody's face is shown, it seems; but where the pose is wrong, the face is elsewhere. */
static efface_status doubt_pose(efface_verification *v, const evidence *e, int threads, efface_error *err)
{
    const ef_subject *subject = &e->subject;
    ef_blind_brain brain;
    ef_elsewhere elsewhere = {.off = 0};
    efface_status status = ef_blind_brain_find(&brain, &subject->work, &subject->head, threads, err);
    if (status == EFFACE_PASS)
        status = ef_elsewhere_measure(&elsewhere, &brain, subject, threads, err);
    if (status == EFFACE_PASS && elsewhere.off > EF_ELSEWHERE_MOST)
        conclude(v, EFFACE_FACE_UNKNOWN, 0.5, "can't tell: a brain found by its own shape lies elsewhere");
    ef_blind_brain_release(&brain);
    return status;
}

/* Everything after the head was located. */
static efface_status judge_head(efface_verification *v, evidence *e, unsigned parts, int threads,
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
        status = ef_verify_ears(e->ear_cm2, subject, threads, err);
    if (status == EFFACE_PASS)
        status = measure_parts(v, e, threads, err);
    if (status == EFFACE_PASS && location->confidence >= pose_certain &&
        v->part[NOSE].face != EFFACE_FACE_REMOVED) {
        const unsigned fine = EFFACE_PART_EYES | EFFACE_PART_NOSE, wide = fine | EFFACE_PART_MOUTH;
        status = ef_likeness_measure(&e->fine, &e->map, fine, 8, 40, err);
        if (status == EFFACE_PASS)
            status = ef_likeness_measure(&e->wide, &e->map, wide, 8, 60, err);
        if (status == EFFACE_PASS)
            status = ef_edge_sharpness(&e->sharpness, subject, err);
    }
    if (status != EFFACE_PASS)
        return status;
    v->own_relief = e->fine.own;
    v->relief_height = e->wide.height;
    v->head_ml = subject->head.volume_ml;
    v->pose_confidence = location->confidence;
    if (v->brain_confidence >= brain_enough && v->brain_confidence > v->pose_confidence)
        conclude(v, EFFACE_FACE_BRAIN_ONLY, v->brain_confidence, "no face: a brain without its head");
    else
        judge_face(v, e, parts);
    return v->status == EFFACE_PASS ? doubt_pose(v, e, threads, err) : EFFACE_PASS;
}

efface_status ef_verify(efface_verification *out, const ef_image *image, const ef_atlas *atlas,
                        unsigned parts, int threads, const char *name, efface_error *err)
{
    evidence e = {.subject = {.name = name, .atlas = *atlas}};
    efface_verification v = {.status = EFFACE_REVIEW, .face = EFFACE_FACE_UNKNOWN};
    efface_error why = {0};
    memset(out, 0, sizeof *out);
    for (int k = 0; k < EFFACE_PARTS_FOUND; k++)
        v.part[k] = (efface_part_found){
            .name = wanted[k].name, .part = wanted[k].tissue, .face = EFFACE_FACE_UNKNOWN};
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
        conclude(&v, EFFACE_FACE_UNKNOWN, 1, reason);
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
