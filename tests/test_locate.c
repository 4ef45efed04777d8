/* Finding the head: a phantom's pose is known, and the axes may be in any order. */
#include "head/locate.h"

#include <stdlib.h>

#include "head/search.h"
#include "stages.h"

/* The same point of the atlas must lie at the same place of two heads: landmarks of head a, carried to the
 * atlas and on to head b, are b's landmarks. A mean of what locate itself reports would prove nothing. */
static void two_heads_agree(void)
{
    /* On bone or the midline, where people differ least. */
    static const ef_landmark marks[] = {EF_SELLION,     EF_SUBNASALE,    EF_STOMION,        EF_PUPIL_LEFT,
                                        EF_PUPIL_RIGHT, EF_TRAGION_LEFT, EF_TRAGION_RIGHT,  EF_GLABELLA,
                                        EF_EURYON_LEFT, EF_EURYON_RIGHT, EF_OPISTHOCRANION, EF_VERTEX};
    enum { MARKS = sizeof marks / sizeof marks[0] };
    stages s[2] = {{.head = stages_head(31, 2)}, {.head = stages_head(32, 2)}};
    ef_affine world_from_atlas[2], atlas_from_world;
    for (int h = 0; h < 2; h++) {
        stages_locate(&s[h]);
        world_from_atlas[h] = ef_affine_mul(s[h].scan.subject.work.grid.world_from_voxel,
                                            s[h].scan.subject.location.work_from_atlas);
        CHECK(s[h].scan.subject.location.confidence > EF_CONFIDENCE_ENOUGH);
        CHECK(!s[h].scan.subject.location.axes_differ);
    }
    CHECK(ef_affine_invert(&atlas_from_world, world_from_atlas[0]));
    const ef_affine b_from_a = ef_affine_mul(world_from_atlas[1], atlas_from_world);
    double sum = 0;
    for (int m = 0; m < MARKS; m++) {
        double at[3];
        ef_affine_apply(at, &b_from_a, s[0].head.landmark_mm[marks[m]]);
        for (int d = 0; d < 3; d++)
            sum += pow(at[d] - s[1].head.landmark_mm[marks[m]][d], 2);
    }
    /* Two people, after the best affine, differ by some 3 mm a landmark (the phantom's standard
     * deviations). */
    if (!CHECK(sqrt(sum / MARKS) < 6))
        fprintf(stderr, "    rms %.2f mm\n", sqrt(sum / MARKS));
    stages_release(&s[0]);
    stages_release(&s[1]);
}

/* The same person once more, turned and moved by a known amount. */
static void a_known_motion_is_recovered(double pitch_deg)
{
    stages s[2];
    memset(s, 0, sizeof s);
    ef_affine world_from_atlas[2], back;
    for (int h = 0; h < 2; h++) {
        ef_phantom_options o;
        efface_error err;
        ef_phantom_options_init(&o);
        o.seed = 33;
        o.scan = 1 + (uint64_t)h;
        o.voxel_mm[0] = o.voxel_mm[1] = o.voxel_mm[2] = 2;
        o.rotate_deg[0] = h * pitch_deg;
        o.rotate_deg[1] = h * -5;
        o.rotate_deg[2] = h * 8;
        o.shift_mm[1] = h * 23;
        if (!CHECK_EQ(ef_phantom_make(&s[h].head, &o, STAGE_THREADS, &err), EFFACE_PASS))
            exit(1);
        stages_locate(&s[h]);
        world_from_atlas[h] = ef_affine_mul(s[h].scan.subject.work.grid.world_from_voxel,
                                            s[h].scan.subject.location.work_from_atlas);
    }
    CHECK(ef_affine_invert(&back, world_from_atlas[0]));
    const ef_affine found = ef_affine_mul(world_from_atlas[1], back);
    double sum = 0;
    for (int m = 0; m < EF_N_LANDMARKS; m++) {
        double at[3];
        ef_affine_apply(at, &found, s[0].head.landmark_mm[m]);
        for (int d = 0; d < 3; d++)
            sum += pow(at[d] - s[1].head.landmark_mm[m][d], 2);
    }
    /* Two cells of the work volume. */
    if (!CHECK(sqrt(sum / EF_N_LANDMARKS) < 4))
        fprintf(stderr, "    rms %.2f mm\n", sqrt(sum / EF_N_LANDMARKS));
    stages_release(&s[0]);
    stages_release(&s[1]);
}

/* The r-th rotation by right angles, columns permuted and signed. */
static ef_affine right_angles(int r)
{
    static const int order[6][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}, {0, 2, 1}, {2, 1, 0}, {1, 0, 2}};
    const int *p = order[r / 4];
    const double sx = r & 1 ? -1 : 1, sy = r & 2 ? -1 : 1, sz = (r / 4 < 3 ? 1 : -1) * sx * sy;
    ef_affine turn = {{{0}}};
    turn.m[p[0]][0] = sx;
    turn.m[p[1]][1] = sy;
    turn.m[p[2]][2] = sz;
    return turn;
}

/* The header has a wrong order of axes: of all 24 hypotheses the right one is the first or the second. */
static void every_order_of_axes_is_found(void)
{
    stages s = {.head = stages_head(34, 4)};
    const ef_affine truth = s.head.image.grid.world_from_voxel;
    efface_error err = {0};
    CHECK_EQ(ef_atlas_load(&s.scan.subject.atlas, &err), EFFACE_PASS);
    for (int r = 0; r < EF_SEARCH_ROTATIONS; r++) {
        if (!test_does(r % 5 == 0))
            continue;
        const ef_affine turn = right_angles(r);
        ef_candidate candidates[EF_SEARCH_ROTATIONS];
        int count = 0;
        s.head.image.grid.world_from_voxel = ef_affine_mul(turn, truth);
        CHECK_EQ(
            ef_work_build(&s.scan.subject.work, &s.head.image, EF_WORK_MM, STAGE_THREADS, "head", &err),
            EFFACE_PASS);
        CHECK_EQ(ef_segment(&s.scan.subject.head, &s.scan.subject.work, EF_AIR_MODE, STAGE_THREADS, "head",
                            &err),
                 EFFACE_PASS);
        CHECK_EQ(ef_search_axes(candidates, &count, &s.scan.subject, STAGE_THREADS, &err), EFFACE_PASS);
        CHECK(count >= 2);
        int found = -1;
        for (int c = 0; c < count && found < 0; c++) {
            bool same = true;
            for (int i = 0; i < 3; i++)
                for (int j = 0; j < 3; j++)
                    same = same && fabs(candidates[c].pose.base[i][j] - turn.m[i][j]) < 0.5;
            found = same ? c : -1;
        }
        if (!CHECK(found == 0 || found == 1))
            fprintf(stderr, "    rotation %d is candidate %d\n", r, found);
        ef_work_release(&s.scan.subject.work);
        ef_head_release(&s.scan.subject.head);
    }
    s.head.image.grid.world_from_voxel = truth;
    stages_release(&s);
}

/* A head stretched to 1.5 times its width: an answer that fits it is not believed. */
static void a_stretched_head_is_not_believed(void)
{
    stages s = {.head = stages_head(35, 2)};
    for (int r = 0; r < 3; r++)
        s.head.image.grid.world_from_voxel.m[r][0] *= 1.5;
    stages_locate(&s);
    CHECK(s.scan.subject.location.confidence < EF_CONFIDENCE_LEAST);
    CHECK_STR(s.scan.subject.location.doubt, "no head has such proportions");
    stages_release(&s);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    every_order_of_axes_is_found();
    if (test_does(true)) {
        a_known_motion_is_recovered(12);
        a_known_motion_is_recovered(40);
        two_heads_agree();
        a_stretched_head_is_not_believed();
    } else {
        a_known_motion_is_recovered(-40);
    }
    return test_end();
}
