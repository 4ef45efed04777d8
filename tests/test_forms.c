/* Headers whose sform and qform contradict each other in the size of voxels: the one that makes a head
 * counts, and is said. */
#include <stdlib.h>

#include "runs.h"

static ef_phantom head;

/* A scan with an sform of voxels of sform_mm, and a qform and pixdim of voxels of qform_mm. */
static run run_with(double sform_mm, double qform_mm)
{
    nifti_bytes h = header_of(&head.image, false);
    ef_affine sform = ef_affine_identity();
    for (int d = 0; d < 3; d++) {
        sform.m[d][d] = sform_mm;
        sform.m[d][3] = -sform_mm * (double)head.image.grid.n[d] / 2;
        nb_pixdim(&h, d + 1, qform_mm);
    }
    nb_forms(&h, 1, 1);
    const ef_affine placed = sform;
    nb_sform(&h, placed.m);
    put_scan("in.nii", &h, &head.image);
    const efface_options options = run_options(7);
    return run_on("in.nii", &options);
}

static void found(double sform_mm, double qform_mm, bool by_qform)
{
    run r = run_with(sform_mm, qform_mm);
    CHECK_EQ(r.status, EFFACE_PASS);
    CHECK_EQ(strstr(r.result.note, "found by the qform") != NULL, by_qform);
    if (r.status == EFFACE_PASS) {
        const truth_score score = truth_measure(&head, &r.before, &r.after, r.mask.voxels);
        CHECK_EQ(score.brain_changed, 0);
        CHECK_EQ(score.outside_changed, 0);
        CHECK(truth_face(&score) > 0.98);
    } else {
        printf("%s\n", r.err.message);
    }
    run_release(&r);
}

int main(void)
{
    ef_phantom_options o = head_options(31);
    o.draw_pose = false;
    o.voxel_mm[0] = o.voxel_mm[1] = o.voxel_mm[2] = 2.5;
    head = head_make(&o);
    scratch_make();
    found(1.56, 2.5, true);
    found(2.5, 1.56, false);
    scratch_remove();
    ef_phantom_release(&head);
    return test_end();
}
