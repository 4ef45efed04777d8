/* A head found in one scan is found again in other scans of the same head: other contrast, pose, voxels,
 * field of view. The phantom knows its true place. A record is read back as it was written, or refused. */
#include "head/carry.h"

#include <stdlib.h>

#include "scan/record.h"
#include "scan/record_read.h"
#include "scan/reference.h"
#include "scratch.h"
#include "stages.h"

static stages first;
static ef_carry carry;

/* The content of the record, and the first scan without its face. */
static void prepare(void)
{
    efface_error err;
    first.head = stages_head(51, 2);
    stages_region(&first, EFFACE_PARTS_ALL, 1, 4);
    carry.world_from_atlas = ef_affine_mul(first.scan.subject.work.grid.world_from_voxel,
                                           first.scan.subject.location.work_from_atlas);
    if (!CHECK_EQ(ef_image_copy(&carry.first, &first.head.image, &err), EFFACE_PASS))
        exit(1);
    for (int64_t i = 0; i < ef_grid_count(&carry.first.grid); i++)
        if (first.scan.region.mask[i])
            ((int16_t *)carry.first.voxels)[i] = 5;
}

typedef struct second {
    stages s;
    ef_affine true_answer; /* where the first scan's answer lies in it */
} second;

static second make(ef_contrast contrast, const double voxel_mm[3], ef_fov fov, double push_mm)
{
    second two = {.s = {.head = {.tissue = NULL}}};
    ef_phantom_options o;
    efface_error err;
    ef_phantom_options_init(&o);
    o.seed = 51;
    o.scan = 52;
    o.contrast = contrast;
    o.fov = fov;
    memcpy(o.voxel_mm, voxel_mm, sizeof o.voxel_mm);
    o.rotate_deg[0] = 7, o.rotate_deg[1] = -3, o.rotate_deg[2] = 5;
    o.shift_mm[0] = push_mm, o.shift_mm[1] = -6, o.shift_mm[2] = 8;
    if (!CHECK_EQ(ef_phantom_make(&two.s.head, &o, STAGE_THREADS, &err), EFFACE_PASS))
        exit(1);
    stages_locate(&two.s);
    ef_affine work_from_world, head_from_world;
    CHECK(ef_affine_invert(&work_from_world, two.s.scan.subject.work.grid.world_from_voxel));
    CHECK(ef_affine_invert(&head_from_world, first.head.world_from_head));
    two.true_answer = ef_affine_mul(ef_affine_mul(work_from_world, two.s.head.world_from_head),
                                    ef_affine_mul(head_from_world, carry.world_from_atlas));
    return two;
}

static double off_mm(const second *two, const ef_location *location)
{
    return ef_answer_distance(&location->work_from_atlas, &two->true_answer,
                              two->s.scan.subject.work.spacing_mm);
}

/* Two scans are aligned to less than a cell of 2 mm, also with slices of 4 mm. Where the second one was not
 * located by itself, and its head lies elsewhere than the headers say, nothing confirms that. */
static void found(ef_contrast contrast, double x, double z, ef_fov fov, bool own)
{
    const double voxel_mm[3] = {x, x, z};
    second two = make(contrast, voxel_mm, fov, 5);
    ef_location *location = &two.s.scan.subject.location;
    ef_carried carried;
    efface_error err = {0};
    location->confidence = own ? 1 : 0;
    const ef_location before = *location;
    CHECK_EQ(ef_carry_locate(&carried, &two.s.scan.subject, &carry, 1, &err), EFFACE_PASS);
    CHECK(off_mm(&two, location) < 2);
    CHECK(carried.repeat_mm < EF_CARRIED_REPEAT_MM);
    CHECK(carried.moved_mm > 5);
    CHECK_EQ(isnan(carried.own_mm), !own);
    CHECK_EQ(location->confidence > EF_CONFIDENCE_ENOUGH, own);
    CHECK(!carried.by_header);
    printf("contrast %d, %g x %g mm: %.2f mm off, repeated to %.2f mm\n", (int)contrast, x, z,
           off_mm(&two, location), carried.repeat_mm);
    const ef_location one = *location;
    *location = before;
    CHECK_EQ(ef_carry_locate(&carried, &two.s.scan.subject, &carry, 8, &err), EFFACE_PASS);
    CHECK(memcmp(&one.work_from_atlas, &location->work_from_atlas, sizeof one.work_from_atlas) == 0);
    stages_release(&two.s);
}

/* The header is wrong by more than any search reaches, and the head was not found otherwise: no
 * confidence. */
static void doubt_is_told(void)
{
    const double voxel_mm[3] = {2, 2, 2};
    second two = make(EF_T2, voxel_mm, EF_FOV_FULL, 160);
    two.s.scan.subject.work.grid.world_from_voxel.m[0][3] -= 320;
    ef_location *location = &two.s.scan.subject.location;
    *location = (ef_location){.confidence = 0};
    ef_carried carried;
    efface_error err = {0};
    CHECK_EQ(ef_carry_locate(&carried, &two.s.scan.subject, &carry, STAGE_THREADS, &err), EFFACE_PASS);
    CHECK(location->confidence < EF_CONFIDENCE_ENOUGH);
    stages_release(&two.s);
}

/* The image's own head was found elsewhere: the contradiction must cost the confidence. */
static void another_opinion_counts(void)
{
    const double voxel_mm[3] = {2, 2, 2};
    second two = make(EF_T2, voxel_mm, EF_FOV_FULL, 5);
    ef_location *location = &two.s.scan.subject.location;
    ef_carried carried;
    efface_error err = {0};
    location->confidence = 1;
    location->work_from_atlas.m[2][3] += 30 / two.s.scan.subject.work.spacing_mm;
    CHECK_EQ(ef_carry_locate(&carried, &two.s.scan.subject, &carry, STAGE_THREADS, &err), EFFACE_PASS);
    CHECK(off_mm(&two, location) < 2);
    CHECK(carried.own_mm > 25);
    CHECK(location->confidence < EF_CONFIDENCE_LEAST);
    stages_release(&two.s);
}

static efface_status read_text(ef_record_said *said, const char *text, size_t n)
{
    efface_error err = {0};
    scratch_put("record.json", text, n);
    const efface_status status = ef_record_read(said, scratch("record.json"), &err);
    CHECK((status == EFFACE_PASS) == (err.message[0] == '\0'));
    return status;
}

static void records(void)
{
    efface_options options;
    efface_result result = {.status = EFFACE_PASS};
    efface_error err;
    ef_record_said said;
    char *text;
    size_t n;
    efface_options_init(&options);
    options.mode = EFFACE_REFACE;
    options.parts = EFFACE_PARTS_FACE;
    options.margin_mm = 3.25;
    options.strength_mm = 27.5;
    for (int i = 0; i < 12; i++)
        result.world_from_atlas[i / 4][i % 4] = (i % 5 == 0 ? 0.97 : 0.01 * i) + (i % 4 == 3 ? -12.125 : 0);
    CHECK_EQ(ef_record_make(&text, &n, &options, &result, NULL, &err), EFFACE_PASS);
    CHECK_EQ(read_text(&said, text, n), EFFACE_PASS);
    CHECK(memcmp(said.world_from_atlas.m, result.world_from_atlas, sizeof result.world_from_atlas) == 0);
    CHECK(said.mode == EFFACE_REFACE && said.parts == EFFACE_PARTS_FACE && said.fill == EFFACE_FILL_NOISE);
    CHECK_NEAR(said.margin_mm, 3.25, 0);
    CHECK_NEAR(said.strength_mm, 27.5, 0);
    /* Cut short anywhere before the pose ends: refused. */
    const char *end = strstr(text, "mask_voxels");
    for (size_t k = 0; CHECK(end != NULL) && k + 8 < (size_t)(end - text); k += 7)
        CHECK_EQ(read_text(&said, text, k), EFFACE_INPUT);
    free(text);
    result.status = EFFACE_REVIEW;
    CHECK_EQ(ef_record_make(&text, &n, &options, &result, NULL, &err), EFFACE_PASS);
    CHECK_EQ(read_text(&said, text, n), EFFACE_INPUT);
    free(text);
    static const char deep[] =
        "{\"record\":1,\"program\":\"efface\",\"verdict\":\"pass\",\"a\":[[[[[[[[[[[[[[[["
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[";
    CHECK_EQ(read_text(&said, deep, sizeof deep - 1), EFFACE_INPUT);
    CHECK_EQ(read_text(&said, "{}", 2), EFFACE_INPUT);
    CHECK_EQ(read_text(&said, "", 0), EFFACE_INPUT);
    CHECK_EQ(ef_record_read(&said, scratch("none.json"), &err), EFFACE_INPUT);
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    prepare();
    if (test_does(true)) {
        scratch_make();
        records();
        scratch_remove();
        found(EF_T2, 1, 4, EF_FOV_FULL, true);
        doubt_is_told();
        another_opinion_counts();
    } else {
        found(EF_FLAIR, 3, 3, EF_FOV_TIGHT, false);
        found(EF_PD, 1, 5, EF_FOV_NOCHIN, false);
        found(EF_CT, 2, 2, EF_FOV_FULL, true);
    }
    ef_carry_release(&carry);
    stages_release(&first);
    return test_end();
}
