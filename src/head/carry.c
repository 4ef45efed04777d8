/* Rigid registration within a session, with the cost and search of fit.c. There, the atlas is matched with
 * a scan; here, another scan of the same head replaces the atlas.
 *
 * Coordinate spaces (grid.h has the rest): world of the first scan; session: the same, shifted so that the
 * head's middle is the centre of the search's rotations; frame: index of the second scan's work volume in
 * mm. */
#include "head/carry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/stream.h"
#include "head/locate.h"
#include "kernels/grid.h"

enum { POINTS = 24000, COARSE_POINTS = 6000, SKIN_POINTS = 3000, CLASSES = 9 };

static const ef_fit_weights both = {1.0, 0.5};
/* Points nearer to the cut than this are not matched, mm. The random offset moves the cut by less (1.5 to
 * 6.5 mm, ef_region_deepen), so cells beyond hold no face. A smaller value would match a face with a
 * cut. */
static const double clear_of_cut_mm = 7;
/* Air farther from the head than this is not matched, mm: it holds no information about the pose. */
static const double near_head_mm = 20;
/* Offset of the pushed start, mm and rad: half of what the first search step spans. */
static const double push_mm = 6, push_rad = 0.08;
/* Work volumes whose corners differ by less cover the same place, mm: what a header rounds. */
static const double same_place_mm = 0.01;

/* A scan as points to be matched. */
typedef struct source {
    ef_work work;
    ef_head head;
    uint8_t *class_of; /* of each cell: 0 air, 1 to 8 by rank in the head, 255: not used */
    ef_affine session_from_work;
    ef_fit_model model;
} source;

static void source_release(source *s)
{
    ef_work_release(&s->work);
    ef_head_release(&s->head);
    ef_fit_model_release(&s->model);
    free(s->class_of);
    memset(s, 0, sizeof *s);
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Sorts the head's cells into eight classes of equal size by their rank. */
static efface_status classify(source *s, efface_error *err)
{
    enum { SAMPLES = 8192 };
    const int64_t count = ef_grid_count(&s->work.grid);
    float *sample = malloc(sizeof(float) * SAMPLES);
    int n = 0;
    s->class_of = malloc((size_t)count);
    if (sample == NULL || s->class_of == NULL) {
        free(sample);
        return ef_fail_memory(err, (unsigned long long)count);
    }
    for (uint64_t draw = 0; draw < 64 * SAMPLES && n < SAMPLES; draw++) {
        const int64_t cell = (int64_t)(ek_hash64(EF_SEED_SESSION_LEVEL, draw) % (uint64_t)count);
        if (s->head.inside[cell] && !isnan(s->work.value[cell]))
            sample[n++] = s->work.value[cell];
    }
    qsort(sample, (size_t)n, sizeof *sample, by_value);
    for (int64_t i = 0; i < count; i++) {
        const float value = s->work.value[i];
        int class = s->head.inside[i] ? 1 : 0;
        for (int c = 1; class > 0 && c < CLASSES - 1 && n > 0; c++)
            class = value > sample[c * n / (CLASSES - 1)] ? c + 1 : class;
        const bool far = !s->head.inside[i] && (double)s->head.skin_mm[i] > near_head_mm;
        s->class_of[i] = isnan(value) || far ? 255 : (uint8_t) class;
    }
    free(sample);
    return EFFACE_PASS;
}

/* Marks the cells in the place of the face as not used: the scan may have lost its face. */
static efface_status leave_out_face(source *s, const ef_carry *carry, const ef_atlas *atlas,
                                    efface_error *err)
{
    const int64_t *n = s->work.grid.n, *m = atlas->grid.n;
    ef_affine atlas_from_world, cell_from_atlas;
    if (!ef_affine_invert(&atlas_from_world, carry->world_from_atlas) ||
        !ef_affine_invert(&cell_from_atlas, atlas->grid.world_from_voxel))
        return ef_fail(err, EFFACE_INPUT, "pose in the record is singular");
    const ef_affine cell_from_work =
        ef_affine_mul(cell_from_atlas, ef_affine_mul(atlas_from_world, s->work.grid.world_from_voxel));
    for (int64_t i = 0; i < ef_grid_count(&s->work.grid); i++) {
        double at[3];
        ef_grid_point(at, n, i);
        int64_t cell[3];
        ef_affine_apply(at, &cell_from_work, at);
        for (int d = 0; d < 3; d++) /* beyond the atlas, the cut continues as at the atlas' side */
            cell[d] = (int64_t)fmax(0, fmin((double)(m[d] - 1), floor(at[d] + 0.5)));
        if ((double)atlas->cut_mm[ek_index(m, cell[0], cell[1], cell[2])] < clear_of_cut_mm)
            s->class_of[i] = 255;
    }
    return EFFACE_PASS;
}

/* Draws points in the kept head and on its skin. */
static efface_status draw_points(source *s, efface_error *err)
{
    ef_fit_model *model = &s->model;
    const int64_t count = ef_grid_count(&s->work.grid), *n = s->work.grid.n;
    model->tissue_xyz = malloc(sizeof(float) * 3 * POINTS);
    model->label = malloc(POINTS);
    model->skin_xyz = malloc(sizeof(float) * 3 * SKIN_POINTS);
    model->skin_weight = malloc(sizeof(float) * SKIN_POINTS);
    if (!model->tissue_xyz || !model->label || !model->skin_xyz || !model->skin_weight)
        return ef_fail_memory(err, 13 * POINTS + 16 * SKIN_POINTS);
    for (uint64_t draw = 0; draw < 400u * (POINTS + SKIN_POINTS); draw++) {
        if (model->n_tissue == POINTS && model->n_skin == SKIN_POINTS)
            break;
        const int64_t cell = (int64_t)(ek_hash64(EF_SEED_SESSION_POINT, draw) % (uint64_t)count);
        if (s->class_of[cell] == 255)
            continue;
        double at[3];
        ef_grid_point(at, n, cell);
        ef_affine_apply(at, &s->session_from_work, at);
        for (int d = 0; d < 3 && model->n_tissue < POINTS; d++)
            model->tissue_xyz[3 * model->n_tissue + d] = (float)at[d];
        if (model->n_tissue < POINTS)
            model->label[model->n_tissue++] = s->class_of[cell];
        if (model->n_skin == SKIN_POINTS || fabs((double)s->head.skin_mm[cell]) > 0.5 * s->work.spacing_mm)
            continue;
        for (int d = 0; d < 3; d++)
            model->skin_xyz[3 * model->n_skin + d] = (float)at[d];
        model->skin_weight[model->n_skin++] = 1;
    }
    return EFFACE_PASS;
}

static efface_status source_make(source *s, const ef_carry *carry, const ef_atlas *atlas,
                                 const ef_affine *session_from_world, int threads, efface_error *err)
{
    efface_status status = ef_work_build(&s->work, &carry->first, EF_WORK_MM, threads, "first scan", err);
    if (status == EFFACE_PASS)
        status = ef_segment(&s->head, &s->work, EF_AIR_MODE, threads, "first scan", err);
    if (status != EFFACE_PASS)
        return status;
    s->session_from_work = ef_affine_mul(*session_from_world, s->work.grid.world_from_voxel);
    status = classify(s, err);
    if (status == EFFACE_PASS)
        status = leave_out_face(s, carry, atlas, err);
    return status == EFFACE_PASS ? draw_points(s, err) : status;
}

/* Returns the pose without scales that is nearest to frame_from_session: its rotation, and where it maps
 * the centre of the search's rotations. */
static ef_pose rigid_pose(const ef_affine *frame_from_session)
{
    ef_pose pose = {.p = {0}};
    double r[3][3];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            r[i][j] = frame_from_session->m[i][j];
    /* Newton's iteration for the orthogonal factor of the polar decomposition (Higham 1986). */
    for (int step = 0; step < 30; step++) {
        double next[3][3];
        const double det = r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1]) -
                           r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0]) +
                           r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0]);
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                const int a = (i + 1) % 3, b = (i + 2) % 3, c = (j + 1) % 3, d = (j + 2) % 3;
                next[i][j] = 0.5 * (r[i][j] + (r[a][c] * r[b][d] - r[a][d] * r[b][c]) / det);
            }
        }
        memcpy(r, next, sizeof r);
    }
    memcpy(pose.base, r, sizeof r);
    ef_affine_apply(pose.p, frame_from_session, ef_pose_centre);
    return pose;
}

/* Runs one registration: coarse, then fine. */
static efface_status search(ef_pose *pose, ef_fit_score *score, const ef_fit_job *coarse,
                            const ef_fit_job *fine, efface_error *err)
{
    static const ef_fit_steps wide = {.dof = 6, .step = 1.0, .max_evals = 150},
                              narrow = {.dof = 6, .step = 0.2, .max_evals = 150};
    efface_status status = ef_fit_search(pose, score, coarse, wide, err);
    if (status == EFFACE_PASS)
        status = ef_fit_search(pose, score, fine, narrow, err);
    return status;
}

static ef_affine to_work(const ef_pose *pose, const ef_affine *session_from_atlas, double spacing_mm)
{
    ef_affine work_from_session = ef_pose_affine(pose);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            work_from_session.m[r][c] /= spacing_mm;
    return ef_affine_mul(work_from_session, *session_from_atlas);
}

static ef_affine in_mm(ef_affine work_from_any, double spacing_mm)
{
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            work_from_any.m[r][c] *= spacing_mm;
    return work_from_any;
}

/* Returns 1 at 0, 0.5 at the limit, 0 at twice the limit. */
static double belief(double mm, double limit_mm)
{
    return fmax(0, 1 - 0.5 * mm / limit_mm);
}

/* Sets the poses to begin with: by the headers, and where the image itself was located. Returns how
 * many. */
static int starts(ef_pose pose[2], const ef_affine *frame_from_world, const ef_affine *world_from_session,
                  const ef_affine *session_from_atlas, const ef_location *own, const ef_work *work)
{
    const ef_affine by_header = ef_affine_mul(*frame_from_world, *world_from_session);
    ef_affine atlas_from_session;
    pose[0] = rigid_pose(&by_header);
    if (!(own->confidence >= EF_CONFIDENCE_ENOUGH) ||
        !ef_affine_invert(&atlas_from_session, *session_from_atlas))
        return 1;
    const ef_affine by_own =
        ef_affine_mul(in_mm(own->work_from_atlas, work->spacing_mm), atlas_from_session);
    pose[1] = rigid_pose(&by_own);
    return 2;
}

/* The answers of the registrations, and where they began. */
typedef struct answers {
    ef_pose from[2], best, again;
    int n_from;
    ef_fit_score score; /* of best */
} answers;

/* Finds the best answer from all starts, and another one from a start that is pushed away from it. */
static efface_status register_all(answers *a, const ef_fit_model *model, const ef_subject *subject,
                                  int threads, efface_error *err)
{
    ef_fit_target fine = {0}, coarse = {0};
    const ef_fit_job at_coarse = {model, COARSE_POINTS, &coarse, both, threads},
                     at_fine = {model, 0, &fine, both, threads};
    ef_fit_score found;
    efface_status status =
        ef_fit_targets_init(&fine, &coarse, &subject->work, &subject->head, threads, err);
    for (int k = 0; k < a->n_from && status == EFFACE_PASS; k++) {
        ef_pose pose = a->from[k];
        status = search(&pose, &found, &at_coarse, &at_fine, err);
        if (status == EFFACE_PASS && (k == 0 || found.cost < a->score.cost)) {
            a->best = pose;
            a->score = found;
        }
    }
    if (status == EFFACE_PASS) {
        a->again = a->best;
        for (int d = 0; d < 3; d++) {
            a->again.p[d] += d == 1 ? -push_mm : push_mm;
            a->again.p[3 + d] += d == 1 ? -push_rad : push_rad;
        }
        status = search(&a->again, &found, &at_coarse, &at_fine, err);
    }
    ef_fit_target_release(&fine);
    ef_fit_target_release(&coarse);
    return status;
}

/* Sets the location from the registrations' answers, and judges it.
 * same_place  the two scans cover the same place */
static void conclude(ef_carried *carried, ef_location *location, const answers *a,
                     const ef_affine *session_from_atlas, double spacing_mm, bool same_place)
{
    const bool own = a->n_from == 2;
    const ef_affine answer = to_work(&a->best, session_from_atlas, spacing_mm);
    const ef_affine repeated = to_work(&a->again, session_from_atlas, spacing_mm);
    const ef_affine header = to_work(&a->from[0], session_from_atlas, spacing_mm);
    carried->repeat_mm = ef_answer_distance(&answer, &repeated, spacing_mm);
    carried->moved_mm = ef_answer_distance(&answer, &header, spacing_mm);
    carried->own_mm =
        own ? ef_answer_distance(&answer, &location->work_from_atlas, spacing_mm) : (double)NAN;
    carried->by_header = !own && same_place;
    location->work_from_atlas = location->work_from_atlas_kept = carried->by_header ? header : answer;
    if (!own) {
        location->work_from_atlas_tissue = repeated;
        location->work_from_atlas_skin = carried->by_header ? answer : header;
    }
    location->confidence = fmin(belief(carried->repeat_mm, EF_CARRIED_REPEAT_MM),
                                own ? belief(carried->own_mm, EF_CARRIED_OWN_MM)
                                    : belief(carried->moved_mm, EF_CARRIED_HEADER_MM));
}

efface_status ef_carry_locate(ef_carried *carried, ef_subject *subject, const ef_carry *carry, int threads,
                              efface_error *err)
{
    source s = {0};
    answers a = {.n_from = 0};
    ef_location *location = &subject->location;
    const ef_work *work = &subject->work;
    ef_affine session_from_world = ef_affine_identity(), world_from_session, work_from_world;
    double middle[3];
    ef_affine_apply(middle, &carry->world_from_atlas, ef_pose_centre);
    for (int d = 0; d < 3; d++)
        session_from_world.m[d][3] = ef_pose_centre[d] - middle[d];
    if (!ef_affine_invert(&world_from_session, session_from_world) ||
        !ef_affine_invert(&work_from_world, work->grid.world_from_voxel))
        return ef_fail(err, EFFACE_INTERNAL, "grid is singular");
    const ef_affine session_from_atlas = ef_affine_mul(session_from_world, carry->world_from_atlas);
    const ef_affine frame_from_world = in_mm(work_from_world, work->spacing_mm);
    a.n_from = starts(a.from, &frame_from_world, &world_from_session, &session_from_atlas, location, work);
    efface_status status = source_make(&s, carry, &subject->atlas, &session_from_world, threads, err);
    if (status == EFFACE_PASS)
        status = register_all(&a, &s.model, subject, threads, err);
    const bool same_place = ef_grid_equal(&s.work.grid, &work->grid, same_place_mm);
    source_release(&s);
    if (status != EFFACE_PASS)
        return status;
    location->score = a.score;
    conclude(carried, location, &a, &session_from_atlas, work->spacing_mm, same_place);
    return EFFACE_PASS;
}

void ef_carry_release(ef_carry *carry)
{
    ef_image_release(&carry->first);
    memset(carry, 0, sizeof *carry);
}
