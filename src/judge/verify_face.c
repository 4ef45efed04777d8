/* The cues do not depend on each other: tissue where a face's would be, the edge of a cut, the surface's relief, and
 * anatomy under the skin. Other files measure them; this one judges. What shows no evidence is neither there nor
 * gone. */
#include "judge/verify_face.h"

#include <math.h>
#include <stdio.h>

#include "head/locate.h"

/* The limits, each with what was measured on both sides: 33 scans with a face (27 real ones of all
 * contrasts, CT and PET, 0.9 to 6 mm; 6 phantoms) and 38 without (31 cut by efface, 4 by other tools, 3 by
 * hand). Fraction of a part's shell that is tissue. Nose and mouth with a face: 0.86 and more, but 0.53 and
 * 0.58 in echo-planar scans, whose signal fades in front. Nose without a face: 0.42 and less. */
static const double tissue_there = 0.70, tissue_gone = 0.48;
/* Of the eyes. With a face: 0.81 and more, 0.68 under a saturation band. Under a brow that a cut left: 0.74 and less in
 * scans, 0.81 and less in phantoms. Where a tool left eyes and brow alone: 0.90 and more in 25 phantoms, but 0.73 in
 * speckled air. */
static const double eyes_tissue = 0.78, eyes_whole = 0.87;
/* Depth of the surface behind the mean one. With a face: 7 mm and less where there is tissue. Nose without
 * a face: 15 mm and more. A face that was pushed in keeps its relief: below 20 mm the relief must be gone
 * too. */
static const double gap_least_mm = 10, gap_enough_mm = 20;
/* Depth of the surface under a brow that was kept to protect the brain: 5 mm and more in scans cut by efface. Eyes that
 * a tool left, and those of a whole face: 3 mm and less. */
static const double eyes_gap_mm = 4.5;
/* Correlation of a part's relief with the mean face's. Nose with a face: 0.63 to 0.90 (CT and PET 0.05 to
 * 0.90, echo-planar scans below 0.25). Nose after a shallow cut: 0.12; deep cuts open the sinuses, whose
 * shape correlates by chance. Eyes and brow with a face: 0.56 to 0.94 (echo-planar scans 0.2, a PET
 * template 0.38); without: 0.47 where a cut left their tissue. */
static const double relief_there = 0.40, relief_gone = 0.35, eyes_there = 0.52;
/* Ears: what stands out of the head, cm2 (verify_ears.h), and the tissue below which nothing is left, whatever stands
 * out. The wall of a cut fills an ear's place with tissue, and its edge stands out: up to 4.7 cm2 in 22 scans cut by
 * efface. The larger ear of 10 heads has 5.9 cm2 and more, but 3.3 where a field of view ends in it and 1.7 where it is
 * pressed flat. */
static const double ear_there_cm2 = 5.0, ear_gone_cm2 = 1.6, ear_gone = 0.25;
/* Relief of what stands out, mm. Ears: 1.67 and more, but 1.3 where they are pressed flat or slices are 5 mm thick. The
 * smooth skin that blur and reface put in their place: 1.41 and less. */
static const double ear_relief_mm = 1.5;
/* Relief from which an ear beside a face that was made is the head's own, mm: 1.81 and less in 14 such faces. */
static const double ear_own_mm = 2.0;
/* Parts with less than this in the field of view are not judged. */
static const double least_seen_ml = 1.5;
/* Steepness of the values at the surface in a part's place, relative to the scalp. A cut is as sharp as the voxels:
 * 0.67 and more in 22 scans cut by efface, 0.82 and more by other tools. Signal that fades towards the face is not:
 * 0.37 and less under saturation bands, 0.34 to 0.62 in echo-planar scans. */
static const double cut_sharp = 0.5;
/* Detail of the tissue under the face's skin, relative to the tissue beside it. A person's: 0.70 and more in 34 scans
 * of all contrasts, CT and PET, 1.07 and more in phantoms. What blur and reface put there: 0.44 and less in 25 of 29,
 * 0.51 to 0.60 in the rest. Of one part: a made one has at most 0.79, near the brain. */
static const double plain_most = 0.56, plain_unsure = 0.66, plain_part = 0.85;
/* A face without features. Relief of eyes, nose and mouth, relative to the mean face: 0.21 to 0.43 in 71 of
 * 79 blurred heads, 0.57 and more in 41 faces. The nose kept 0.22 and less of its height in 74 of 77, and
 * 0.29 and more in all faces but three, which have enough relief. What a Gaussian smeared is as plain and flat, but
 * not as sharp. Sharpness relative to the scalp: 0.9 and more after efface's blur, 0.30 and less after a
 * Gaussian of 5 mm and more. */
static const double height_blurred = 0.43, nose_kept_blurred = 0.25, sharp_enough = 0.6;

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

void ef_verify_name_parts(efface_verification *v)
{
    for (int k = 0; k < EFFACE_PARTS_FOUND; k++)
        v->part[k] = (efface_part_found){
            .name = wanted[k].name, .part = wanted[k].tissue, .face = EFFACE_FACE_UNKNOWN};
}

static efface_face judge_ear(const efface_part_found *part, const ef_ear_found *ear)
{
    return part->tissue <= ear_gone || ear->area_cm2 <= ear_gone_cm2 ? EFFACE_FACE_REMOVED
           : ear->relief_mm < ear_relief_mm                          ? EFFACE_FACE_FLATTENED
           : ear->area_cm2 >= ear_there_cm2                          ? EFFACE_FACE_PRESENT
                                                                     : EFFACE_FACE_UNKNOWN;
}

/* A part without tissue is gone only where a cut's edge is seen, or nothing at all. */
static efface_face judge_part(const efface_part_found *part)
{
    const double there = part->part == EFFACE_PART_EYES ? eyes_there : relief_there;
    const double tissue = part->part == EFFACE_PART_EYES ? eyes_tissue : tissue_there;
    if (part->tissue >= tissue)
        return part->relief_r >= there ? EFFACE_FACE_PRESENT : EFFACE_FACE_FLATTENED;
    if (part->tissue <= tissue_gone && part->gap_mm >= gap_least_mm &&
        (part->gap_mm >= gap_enough_mm || part->relief_r <= relief_gone) && !(part->edge < cut_sharp))
        return EFFACE_FACE_REMOVED;
    return EFFACE_FACE_UNKNOWN;
}

efface_status ef_verify_parts(efface_verification *v, const ef_evidence *e, int threads, efface_error *err)
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
        part->edge = k < EAR_LEFT
                         ? ef_edge_of_cut(&e->map, &e->subject, wanted[k].tissue) / e->edge[EF_EDGE_SCALP]
                         : 0;
        part->visible = k >= EAR_LEFT || relief.seen > 0;
        part->tissue = part->visible ? present / expected : 0;
        part->gap_mm = k < EAR_LEFT ? ef_face_map_gap(&e->map, wanted[k].tissue) : 0;
        part->relief_r = relief.r;
        part->relief_kept = relief.kept;
        if (part->visible)
            part->face = k >= EAR_LEFT ? judge_ear(part, &e->ear[k - EAR_LEFT]) : judge_part(part);
    }
    return EFFACE_PASS;
}

void ef_verify_conclude(efface_verification *v, efface_face face, double confidence, const char *reason)
{
    v->face = face;
    v->confidence = fmax(0, fmin(1, confidence));
    v->status = face == EFFACE_FACE_PRESENT                                    ? EFFACE_AUDIT
                : face == EFFACE_FACE_UNKNOWN || face == EFFACE_FACE_FLATTENED ? EFFACE_REVIEW
                                                                               : EFFACE_PASS;
    snprintf(v->reason, sizeof v->reason, "%s", reason);
}

static bool is_ear(const efface_part_found *part)
{
    return part->part & EFFACE_PARTS_EARS;
}

/* Whether what is left of a part counts as gone, because the parts beside it are gone beyond doubt. A cut that spares the
 * brain leaves a ledge under the brow, which resembles any head's eyes: it counts where tissue is missing and the new
 * surface is not theirs. Of the chin a cut leaves a throat. */
static bool is_rest(const efface_verification *v, int k)
{
    const efface_part_found *part = &v->part[k];
    int lower = 0, deep = 0;
    for (int other = NOSE; other <= CHIN; other++) {
        const bool gone = v->part[other].face == EFFACE_FACE_REMOVED;
        lower += gone;
        deep += gone && v->part[other].gap_mm >= gap_enough_mm;
    }
    if (v->part[NOSE].face != EFFACE_FACE_REMOVED || part->face == EFFACE_FACE_PRESENT)
        return false;
    if (k == CHIN)
        return deep > 1 && part->tissue < tissue_there && part->relief_r <= relief_gone;
    return k == EYES &&
           ((part->tissue < eyes_whole && part->relief_r < (lower > 1 ? eyes_there : relief_gone)) ||
            (part->tissue < eyes_tissue && part->gap_mm >= eyes_gap_mm && deep == lower));
}

static bool is_gone(const efface_verification *v, int k)
{
    return v->part[k].face == EFFACE_FACE_REMOVED || is_rest(v, k);
}

/* What the requested parts show together. */
typedef struct tally {
    int seen, gone, flat;
    const efface_part_found
        *open;         /* a part that can't be decided, best one without signal; NULL for none */
    double clear;      /* how clearly a part is there, 0 to 1; 0 for none */
    double least_gone; /* least fraction of tissue removed, of the parts that are gone */
    bool cut;          /* a part of the face is cut, asked for or not */
} tally;

/* Neither tissue nor the edge of a cut: nothing shows what was there. */
static bool shows_nothing(const efface_part_found *part)
{
    return !is_ear(part) && part->tissue <= tissue_gone && part->edge < cut_sharp;
}

static tally count_parts(const efface_verification *v, unsigned parts)
{
    tally t = {.least_gone = 1};
    for (int k = 0; k < EFFACE_PARTS_FOUND; k++) {
        const efface_part_found *part = &v->part[k];
        t.cut |= !is_ear(part) && part->face == EFFACE_FACE_REMOVED;
        if (!part->visible || !(part->part & parts))
            continue;
        t.seen++;
        t.flat += part->face == EFFACE_FACE_FLATTENED;
        const double clear = is_ear(part) ? part->tissue : part->tissue * fmin(1, part->relief_r / 0.6);
        if (is_gone(v, k)) {
            t.gone++;
            t.least_gone =
                part->face == EFFACE_FACE_REMOVED ? fmin(t.least_gone, 1 - part->tissue) : t.least_gone;
        } else if (part->face == EFFACE_FACE_PRESENT) {
            t.clear = fmax(t.clear, clear);
        } else if (t.open == NULL || shows_nothing(part)) {
            t.open = part;
        }
    }
    return t;
}

static int bit_of(unsigned part)
{
    int bit = 0;
    while (part >> bit > 1)
        bit++;
    return bit;
}

/* Whether no part of the face that is in view has a person's tissue under its skin. */
static bool is_plain(const efface_verification *v, const ef_evidence *e, double most)
{
    const efface_part_found *nose = &v->part[NOSE];
    if (v->pose_confidence < EF_POSE_CERTAIN || !nose->visible || nose->tissue < EF_FACE_LEAST ||
        !(e->plain.whole <= most) || !(e->edge[EF_EDGE_FACE] >= sharp_enough * e->edge[EF_EDGE_SCALP]))
        return false;
    for (int k = EYES; k < EAR_LEFT; k++) {
        const double detail = e->plain.detail[bit_of(v->part[k].part)];
        if (v->part[k].visible && (detail > plain_part || (k == NOSE && isnan(detail))))
            return false;
    }
    return true;
}

/* The ears beside a face that was made: smooth skin that was made with it, or the head's own. True where a conclusion
 * was drawn. */
static bool judge_ears_beside(efface_verification *v, const ef_evidence *e, unsigned parts)
{
    char reason[sizeof v->reason];
    for (int k = EAR_LEFT; k < EFFACE_PARTS_FOUND; k++) {
        const efface_part_found *ear = &v->part[k];
        if (!ear->visible || !(ear->part & parts) || ear->face == EFFACE_FACE_REMOVED ||
            ear->face == EFFACE_FACE_FLATTENED)
            continue;
        const bool own = ear->face == EFFACE_FACE_PRESENT && e->ear[k - EAR_LEFT].relief_mm >= ear_own_mm;
        snprintf(reason, sizeof reason,
                 own ? "face present: %s, beside a face that was replaced"
                     : "can't tell: %s neither there nor gone",
                 ear->name);
        ef_verify_conclude(v, own ? EFFACE_FACE_PRESENT : EFFACE_FACE_UNKNOWN, own ? ear->tissue : 0.5,
                           reason);
        return true;
    }
    return false;
}

/* Checks for what efface leaves in a face's place; true where a conclusion was drawn. */
static bool judge_made(efface_verification *v, const ef_evidence *e, unsigned parts)
{
    if (!is_plain(v, e, plain_unsure))
        return false;
    if (judge_ears_beside(v, e, parts))
        return true;
    if (!is_plain(v, e, plain_most))
        ef_verify_conclude(v, EFFACE_FACE_UNKNOWN, 0.5,
                           "can't tell: hardly any anatomy under the face's skin");
    else if (e->wide.height <= height_blurred && v->part[NOSE].relief_kept <= nose_kept_blurred)
        ef_verify_conclude(v, EFFACE_FACE_BLURRED, 1 - e->wide.height,
                           "face blurred: tissue without features");
    else
        ef_verify_conclude(v, EFFACE_FACE_REPLACED, 1 - e->plain.whole,
                           "face replaced: a face without anatomy under its skin, as efface puts it in");
    return true;
}

/* Names the parts that are there, then those that are gone. */
static void name_parts(char *text, size_t size, const efface_verification *v, unsigned parts)
{
    size_t n = (size_t)snprintf(text, size, "face present: ");
    for (int gone = 0; gone < 2; gone++) {
        const char *before = gone ? "; gone: " : "";
        for (int k = 0; k < EFFACE_PARTS_FOUND; k++) {
            const efface_part_found *part = &v->part[k];
            const bool counts = gone ? is_gone(v, k) : part->face == EFFACE_FACE_PRESENT;
            if (!part->visible || !(part->part & parts) || !counts || n >= size)
                continue;
            n += (size_t)snprintf(text + n, size - n, "%s%s", before, part->name);
            if (!gone && n < size)
                n += (size_t)snprintf(text + n, size - n, " %.0f %%", 100 * part->tissue);
            before = ", ";
        }
    }
}

/* Where not all parts are there or gone: says which one is open, and why. */
static void name_open(char *text, size_t size, const efface_part_found *part)
{
    if (part == NULL)
        snprintf(text, size, "can't tell: nothing stands out where ears are, as ears pressed flat don't");
    else if (shows_nothing(part))
        snprintf(text, size, "can't tell: neither signal nor the edge of a cut in the place of: %s",
                 part->name);
    else
        snprintf(text, size, "can't tell: %s neither there nor gone", part->name);
}

/* One part that is there makes a face; without a face all parts are gone. */
void ef_verify_face(efface_verification *v, const ef_evidence *e, unsigned parts)
{
    const tally t = count_parts(v, parts);
    char reason[sizeof v->reason];
    if (t.gone < t.seen && parts & EFFACE_PARTS_FACE && judge_made(v, e, parts))
        return;
    if (t.clear > 0 && v->pose_confidence >= EF_CONFIDENCE_ENOUGH) {
        name_parts(reason, sizeof reason, v, parts);
        ef_verify_conclude(v, EFFACE_FACE_PRESENT, fmin(v->pose_confidence, t.clear), reason);
    } else if (v->pose_confidence < EF_CONFIDENCE_ENOUGH) {
        ef_verify_conclude(v, EFFACE_FACE_UNKNOWN, 1 - v->pose_confidence,
                           "can't tell: no head was found with confidence");
    } else if (t.seen == 0) {
        ef_verify_conclude(v, EFFACE_FACE_NOT_IN_VIEW, v->pose_confidence, "no face in view");
    } else if (t.gone == t.seen && t.cut) {
        ef_verify_conclude(v, EFFACE_FACE_REMOVED, fmin(v->pose_confidence, t.least_gone), "face removed");
    } else if (t.flat == t.seen) {
        ef_verify_conclude(v, EFFACE_FACE_FLATTENED, 0.5, "can't tell: tissue without a face's relief");
    } else {
        name_open(reason, sizeof reason, t.open);
        ef_verify_conclude(v, EFFACE_FACE_UNKNOWN, 0.5, reason);
    }
}
