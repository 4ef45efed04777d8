/* The surface comes from view/face_map, which judges any tool's results as well. */
#include "audit/shape.h"

#include <math.h>

#include "base/error.h"
#include "view/face_map.h"

/* Fraction of a part's shell that is tissue, and the part's volume in view in ml, from which its surface is
 * judged. In echo-planar scans and where the field of view ends in the orbits the fraction is 0.81 and less;
 * below it, signal loss makes the surface. */
static const double least_tissue = 0.85, least_seen_ml = 1.5;

/* A part, and the parts whose relief shows it: the relief of the eyes is that of the brow above them. */
static const struct {
    unsigned tissue, relief;
} judged[] = {{EFFACE_PART_EYES, EFFACE_PART_EYES | EFFACE_PART_FOREHEAD},
              {EFFACE_PART_NOSE, EFFACE_PART_NOSE}};

static bool is_full(const ef_face_seen *face, unsigned part)
{
    for (int bit = 0; bit < 8; bit++)
        if (part >> bit & 1)
            return face->expected_ml[bit] >= least_seen_ml &&
                   face->present_ml[bit] >= least_tissue * face->expected_ml[bit];
    return false;
}

efface_status ef_face_shape_measure(ef_face_shape *shape, const ef_face_seen *face,
                                    const ef_subject *subject, int threads, efface_error *err)
{
    ef_face_map map = {.memory = NULL};
    *shape = (ef_face_shape){.relief = (double)NAN, .before_mm = (double)NAN};
    efface_status status = ef_face_map_make(&map, subject, err);
    for (size_t k = 0; k < sizeof judged / sizeof *judged && status == EFFACE_PASS; k++) {
        ef_face_relief relief = {0};
        if (!is_full(face, judged[k].tissue))
            continue;
        status = ef_face_map_relief(&relief, &map, judged[k].relief, threads, err);
        if (!(relief.seen > 0))
            continue;
        shape->relief = fmax(shape->relief, relief.r); /* fmax takes the other where one is NaN */
        shape->before_mm = fmax(shape->before_mm, -ef_face_map_gap(&map, judged[k].tissue));
    }
    ef_face_map_release(&map);
    return status;
}

efface_status ef_face_shape_review(const ef_face_shape *shape, const char *name, const char *hint,
                                   efface_error *err)
{
    const double most_mm = ef_face_shape_most_mm(shape);
    if (shape->before_mm > most_mm)
        return ef_fail(
            err, EFFACE_REVIEW,
            "needs review: skin %.0f mm in front of where the pose has the face, at most %.0f mm "
            "with this relief (%.2f), in '%s'%s",
            shape->before_mm, most_mm, shape->relief, name, hint);
    return EFFACE_PASS;
}
