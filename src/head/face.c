/* Looks for a face where the atlas has one: in a shell under the skin, within the cut. */
#include "head/face.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "head/locate.h"

/* The shell in which a face differs from a cut one, in mm of depth under the atlas' skin. It is deep enough
 * to be tissue in any head that the pose fits to a few mm, and shallow enough to be removed with a face. */
static const double shell_from_mm = 3, shell_to_mm = 13;
/* Cells nearer than this to the cut's surface are not judged, mm: two cells. They may rightly hold
 * tissue. */
static const double within_cut_mm = 4;
/* Least volume of a part in the field of view, ml. Of a smaller part, the fraction says nothing. */
static const double least_seen_ml = 4;

static void sum_parts(ef_face_seen *face, unsigned parts)
{
    double expected = 0, present = 0;
    for (int p = 0; p < 8; p++) {
        if (parts >> p & 1) {
            expected += face->expected_ml[p];
            present += face->present_ml[p];
        }
    }
    face->seen_ml = expected;
    face->present = expected > 0 ? present / expected : 0;
}

efface_status ef_face_measure(ef_face_seen *face, const ef_subject *subject, efface_error *err)
{
    const ef_atlas *atlas = &subject->atlas;
    const ef_work *work = &subject->work;
    memset(face, 0, sizeof *face);
    const ef_affine work_from_cell =
        ef_affine_mul(subject->location.work_from_atlas, atlas->grid.world_from_voxel);
    const double cell_ml = fabs(ef_affine_det(&work_from_cell)) * pow(work->spacing_mm, 3) / 1000;
    const int64_t count = ef_grid_count(&atlas->grid);
    int64_t scalp = 0, scalp_here = 0;
    if (!(cell_ml > 0))
        return ef_fail(err, EFFACE_LOCATE, "pose is singular");
    for (int64_t cell = 0; cell < count; cell++) {
        const double skin = (double)atlas->skin_mm[cell];
        const bool in_cut = (double)atlas->cut_mm[cell] < -within_cut_mm && skin < -shell_from_mm &&
                            skin > -shell_to_mm && atlas->part[cell] > 0;
        const bool is_scalp = atlas->label[cell] == EF_SCALP && !in_cut;
        if (!in_cut && !is_scalp)
            continue;
        const int64_t at = ef_grid_cell_in(work->grid.n, &work_from_cell, atlas->grid.n, cell);
        if (at < 0 || isnan(work->value[at]))
            continue;
        if (is_scalp) {
            scalp++;
            scalp_here += subject->head.inside[at];
        } else {
            face->expected_ml[atlas->part[cell] - 1] += cell_ml;
            face->present_ml[atlas->part[cell] - 1] += subject->head.inside[at] ? cell_ml : 0;
        }
    }
    face->scalp = scalp > 0 ? (double)scalp_here / (double)scalp : 1;
    sum_parts(face, EFFACE_PART_NOSE | EFFACE_PART_MOUTH | EFFACE_PART_CHIN);
    if (face->seen_ml < least_seen_ml)
        sum_parts(face, EFFACE_PARTS_FACE);
    if (face->seen_ml < least_seen_ml)
        face->seen_ml = 0;
    return EFFACE_PASS;
}

efface_status ef_face_judge(const ef_face_seen *face, const ef_subject *subject, unsigned parts,
                            efface_error *err)
{
    const ef_location *location = &subject->location;
    const char *name = subject->name;
    /* A head without its face is still located well; a brain without its head is not. */
    if (location->confidence < EF_CONFIDENCE_LEAST && face->scalp < EF_SCALP_LEAST &&
        (face->seen_ml == 0 || face->present < EF_FACE_LEAST))
        return ef_fail(
            err, EFFACE_INPUT,
            "no face to take out: no head, or brain-extracted, or removed with much of the scalp in '%s'",
            name);
    if (location->confidence < EF_CONFIDENCE_LEAST)
        return ef_fail(err, EFFACE_LOCATE,
                       "no head found: confidence %.2f, expected at least %.2f (%s) in '%s'",
                       location->confidence, EF_CONFIDENCE_LEAST, location->doubt, name);
    if (!(parts & EFFACE_PARTS_FACE))
        return EFFACE_PASS;
    if (face->seen_ml == 0)
        return ef_fail(err, EFFACE_INPUT, "no face in the field of view of '%s'", name);
    if (face->present < EF_FACE_LEAST)
        return ef_fail(err, EFFACE_INPUT,
                       "face is removed already, or shows no signal: %.0f %% of its tissue is seen in '%s'",
                       100 * face->present, name);
    return EFFACE_PASS;
}
