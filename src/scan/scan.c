/* The way of one scan, from file to file: the stages in their order, and no output named before the last.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "apply/apply.h"
#include "audit/audit.h"
#include "base/error.h"
#include "base/options.h"
#include "efface.h"
#include "head/carry.h"
#include "head/find.h"
#include "identity/headers.h"
#include "io/read.h"
#include "io/write.h"
#include "kernels/rng.h"
#include "region/ghost.h"
#include "region/scalp.h"
#include "scan/engine.h"
#include "scan/record.h"
#include "scan/scan.h"
#include "series/volumes.h"
#include "view/picture.h"

enum { PATH_BYTES = 4096 };

/* Between the eyes, in atlas mm: where the picture's slices cross. */
static const double between_eyes[3] = {0, 58, -37};

/* All that one run holds; zero is valid and may be released. */
typedef struct scan {
    const char *in, *out;
    const ef_scan_io *io;          /* NULL: files */
    const char *from, *from_image; /* record and image of a scan of the same head; NULL for none */
    ef_carry carry;
    efface_options options;
    int threads;
    uint64_t seed;
    efface_result *result;
    ef_image original, defaced;
    ef_atlas atlas;
    ef_work work;
    ef_head head;
    ef_location location;
    ef_brain brain;
    float *cut_mm; /* of the wanted parts, on the atlas' grid, without the random offset */
    ef_region region;
    double kept_for_brain; /* fraction of the face's relief */
    bool engines_differ;
    ef_headers headers;
    ef_volumes volumes;            /* where there are several */
    ef_output_set outputs, stream; /* stream: of volumes that were written as they went by */
} scan;

typedef efface_status stage_fn(scan *s, efface_error *err);

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static efface_status stage_read(scan *s, efface_error *err)
{
    efface_status status = ef_options_check(&s->options, err);
    if (status == EFFACE_PASS)
        status = ef_engine_can(s->options.engine, err);
    if (status == EFFACE_PASS && s->io != NULL)
        return s->io->read(s->io->context, &s->original, s->result->input_sha256, err);
    if (status == EFFACE_PASS && !ef_write_can(s->out))
        status = ef_fail(err, EFFACE_USAGE,
                         "expected an output named .nii, .nii.gz or as 'efface formats' lists, got '%s'",
                         s->out);
    if (status == EFFACE_PASS)
        status = ef_write_check(s->out, s->options.force, err);
    if (status == EFFACE_PASS && ef_file_same(s->in, s->out) && !s->options.force)
        status = ef_fail(err, EFFACE_USAGE, "input and output are the same file '%s'", s->in);
    if (status == EFFACE_PASS && s->from != NULL)
        status = ef_carry_open(&s->carry, s->from, s->from_image, s->threads, err);
    if (status == EFFACE_PASS)
        status = ef_headers_open(&s->headers, s->in, s->out, &s->options, err);
    if (status == EFFACE_PASS && !s->options.has_seed &&
        getrandom(&s->seed, sizeof s->seed, 0) != (ssize_t)sizeof s->seed)
        status = ef_fail(err, EFFACE_INTERNAL, "no random numbers from the system");
    if (status == EFFACE_PASS && ef_volume_writer_can(s->out))
        status = ef_series_open(&s->volumes.series, &s->original, s->in, err);
    if (status == EFFACE_PASS && s->volumes.series == NULL)
        status = ef_read(&s->original, s->in, s->threads, s->result->input_sha256, err);
    return status;
}

static bool is_series(const scan *s)
{
    return s->original.n_volumes > 1;
}

/* A series is one head, or its volumes have no face in common. */
static efface_status look_at_volumes(scan *s, efface_error *err)
{
    const ef_motion *motion = &s->volumes.motion;
    const efface_status status =
        ef_volumes_survey(&s->volumes, &s->original, s->threads,
                          s->volumes.series != NULL ? s->result->input_sha256 : NULL, err);
    if (status != EFFACE_PASS || motion->least_volume < 0)
        return status;
    if (!ef_check_add(s->result, "volumes_alike", motion->least_agreement, EF_VOLUMES_ALIKE, false))
        return ef_fail(err, EFFACE_INPUT,
                       "volume %lld is not of the head that the others show: correlation %.2f in '%s'",
                       (long long)motion->least_volume + 1, motion->least_agreement, s->in);
    return EFFACE_PASS;
}

static efface_status stage_segment(scan *s, efface_error *err)
{
    efface_status status = is_series(s) ? look_at_volumes(s, err) : EFFACE_PASS;
    if (status == EFFACE_PASS)
        status = is_series(s) ? ef_volumes_work(&s->work, &s->volumes, &s->original, s->threads, s->in, err)
                              : ef_work_build(&s->work, &s->original, EF_WORK_MM, s->threads, s->in, err);
    if (status == EFFACE_PASS)
        status = ef_segment(&s->head, &s->work, EF_AIR_MODE, s->threads, s->in, err);
    if (status != EFFACE_INPUT || s->work.value == NULL)
        return status;
    ef_work calm;
    efface_error rough_err = {0};
    const efface_status rough =
        ef_work_build_calm(&calm, &s->original, EF_WORK_MM, 0, s->threads, s->in, &rough_err);
    if (rough != EFFACE_PASS || calm.roughness == 0) {
        ef_work_release(&calm);
        return status;
    }
    ef_work_release(&s->work);
    ef_head_release(&s->head);
    s->work = calm;
    return ef_segment(&s->head, &s->work, EF_AIR_MODE, s->threads, s->in, err);
}

static void add_pose(scan *s)
{
    const ef_affine world_from_atlas =
        ef_affine_mul(s->work.grid.world_from_voxel, s->location.work_from_atlas);
    memcpy(s->result->world_from_atlas, world_from_atlas.m, sizeof s->result->world_from_atlas);
    s->result->confidence = s->location.confidence;
    ef_check_add(s->result, "confidence", s->location.confidence, EF_CONFIDENCE_ENOUGH, false);
}

/* Where the head lies is known from another scan. That a face is there is not asked: thick slices and faded
 * signal may hide it, and its place is taken out all the same. */
static efface_status carry_pose(scan *s, efface_error *err)
{
    ef_carried carried;
    efface_error own_err;
    efface_status status =
        ef_find(&s->location, &s->head, &s->atlas, &s->work, s->threads, s->in, &own_err);
    if (status != EFFACE_PASS) /* that it can't be located by itself is what carrying is for */
        s->location.confidence = 0;
    status =
        ef_carry_locate(&s->location, &carried, &s->carry, &s->atlas, &s->work, &s->head, s->threads, err);
    if (status != EFFACE_PASS)
        return status;
    add_pose(s);
    ef_check_add(s->result, "carried_again_mm", carried.repeat_mm, EF_CARRIED_REPEAT_MM, true);
    if (!isnan(carried.own_mm))
        ef_check_add(s->result, "carried_by_itself_mm", carried.own_mm, EF_CARRIED_OWN_MM, true);
    if (s->location.confidence < EF_CONFIDENCE_LEAST)
        return ef_fail(
            err, EFFACE_LOCATE,
            "not the same head, or not to be found: %.0f mm between registrations, %.0f mm to its "
            "own place in '%s'",
            carried.repeat_mm, isnan(carried.own_mm) ? 0 : carried.own_mm, s->in);
    return EFFACE_PASS;
}

static efface_status find_pose(scan *s, efface_error *err)
{
    ef_face face = {0};
    efface_status status = ef_atlas_load(&s->atlas, err);
    if (status == EFFACE_PASS && s->from != NULL)
        return carry_pose(s, err);
    if (status == EFFACE_PASS)
        status = ef_find(&s->location, &s->head, &s->atlas, &s->work, s->threads, s->in, err);
    if ((status == EFFACE_PASS || status == EFFACE_LOCATE) && s->work.roughness == 0 &&
        s->location.confidence < EF_CONFIDENCE_LEAST) {
        const efface_status again = ef_find_through_speckle(&s->location, &s->work, &s->head, &s->original,
                                                            &s->atlas, s->threads, s->in, err);
        status = again != EFFACE_PASS || s->location.confidence > 0 ? again : status;
    }
    if (status == EFFACE_PASS)
        status = ef_face_measure(&face, &s->atlas, &s->work, &s->head, &s->location, err);
    if (status != EFFACE_PASS)
        return status;
    add_pose(s);
    ef_check_add(s->result, "cue_distance_mm", s->location.cue_distance_mm, EF_CUES_LOST_MM, true);
    ef_check_add(s->result, "skin_residual_mm", s->location.score.skin_mm, EF_SKIN_LOST_MM, true);
    ef_check_add(s->result, "pose_cost", s->location.score.seen_cost, EF_COST_LOST, true);
    if (s->options.parts & EFFACE_PARTS_FACE)
        ef_check_add(s->result, "face_present", face.present, EF_FACE_LEAST, false);
    return ef_face_judge(&face, &s->location, s->options.parts, s->in, err);
}

static efface_status stage_locate(scan *s, efface_error *err)
{
    double apart_mm;
    efface_status status = find_pose(s, err);
    if (status != EFFACE_PASS || s->options.engine != EFFACE_ENGINE_ITK)
        return status;
    status = ef_engine_ask(NULL, &apart_mm, &s->location, &s->atlas, &s->work, err);
    if (status == EFFACE_PASS)
        s->engines_differ = !ef_check_add(s->result, "itk_distance_mm", apart_mm, EF_ENGINE_APART_MM, true);
    return status;
}

static efface_status stage_protect(scan *s, efface_error *err)
{
    return ef_protect(&s->brain, &s->atlas, &s->work, &s->head, &s->location, s->threads, s->in, err);
}

static efface_status cover_motion(scan *s, efface_error *err)
{
    const efface_status status = ef_volumes_cover(&s->volumes, s->cut_mm, &s->brain, &s->atlas, &s->work,
                                                  &s->location, s->threads, err);
    const double moved_mm = s->volumes.motion.most_mm;
    if (status == EFFACE_PASS && !ef_check_add(s->result, "moved_mm", moved_mm, EF_VOLUMES_MOVED_MM, true))
        return ef_fail(err, EFFACE_AUDIT, "audit failed: moved_mm is %.4g, expected at most %.4g in '%s'",
                       moved_mm, EF_VOLUMES_MOVED_MM, s->in);
    return status;
}

static ef_audit_input audit_input(const scan *s)
{
    return (ef_audit_input){.original = &s->original,
                            .defaced = is_series(s) ? &s->volumes.after.mean : &s->defaced,
                            .counted = is_series(s),
                            .brain_changed = s->volumes.brain_changed,
                            .outside_changed = s->volumes.outside_changed,
                            .atlas = &s->atlas,
                            .work = &s->work,
                            .head = &s->head,
                            .location = &s->location,
                            .brain = &s->brain,
                            .region = &s->region,
                            .cut_mm = s->cut_mm,
                            .parts = s->options.parts,
                            .mode = s->options.mode,
                            .fill = s->options.fill,
                            .name = s->in};
}

static efface_status stage_region(scan *s, efface_error *err)
{
    const size_t bytes = (size_t)ef_grid_count(&s->atlas.grid) * sizeof(float);
    efface_status status = ef_region_cut(&s->cut_mm, &s->atlas, s->options.parts, err);
    if (status == EFFACE_PASS && is_series(s))
        status = cover_motion(s, err);
    if (status != EFFACE_PASS)
        return status;
    float *carved_mm = malloc(bytes);
    if (carved_mm == NULL)
        return ef_fail_memory(err, bytes);
    memcpy(carved_mm, s->cut_mm, bytes);
    ef_region_deepen(carved_mm, &s->atlas, s->location.cue_distance_mm, s->seed);
    ef_region_jitter(&s->location.work_from_atlas_kept, s->seed);
    status = ef_region_build(&s->region, &s->original, carved_mm, &s->atlas, &s->work, &s->location,
                             &s->brain, s->options.margin_mm, s->threads, err);
    free(carved_mm);
    if (status == EFFACE_PASS && (s->options.parts & EFFACE_PARTS_FACE))
        status = ef_ghost_find(&s->region, &s->original, &s->atlas, &s->work, &s->head, &s->location,
                               s->threads, err);
    if (status == EFFACE_PASS && (s->options.parts & EFFACE_PART_SCALP))
        status =
            ef_scalp_find(&s->region, &s->original, &s->atlas, &s->work, &s->head, &s->location, &s->brain,
                          s->options.margin_mm, is_series(s) ? s->volumes.motion.most_mm : 0, s->seed,
                          s->threads, s->in, err);
    s->result->mask_voxels = s->region.n_mask;
    s->result->brain_voxels = s->region.n_brain;
    if (status == EFFACE_PASS && s->region.n_mask == 0)
        status = ef_fail(err, EFFACE_INPUT, "nothing to take out within the field of view of '%s'", s->in);
    if (status == EFFACE_PASS) {
        const ef_audit_input in = audit_input(s);
        s->kept_for_brain = ef_audit_kept_for_brain(&in);
        ef_check_add(s->result, "face_kept_for_brain", s->kept_for_brain,
                     ef_audit_most_kept_for_brain(&s->brain), true);
        ef_check_add(s->result, "brain_pitched", s->brain.pitched, EF_PITCHED_MOST, true);
    }
    return status;
}

/* EFFACE_REVIEW where a person must look, with what for; hint: what to do. */
static efface_status ask_for_review(const scan *s, const char *hint, efface_error *err)
{
    const efface_status status =
        ef_audit_review(&s->location, &s->brain, s->kept_for_brain, s->in, hint, err);
    if (status == EFFACE_PASS && s->engines_differ)
        return ef_fail(err, EFFACE_REVIEW, "needs review: ITK finds the head elsewhere in '%s'%s", s->in,
                       hint);
    return status;
}

/* The name that the result will have. */
static efface_status name_result(char *path, const scan *s, efface_error *err)
{
    efface_error unused;
    const bool review = ask_for_review(s, "", &unused) != EFFACE_PASS;
    const bool fits = review ? ef_file_review_path(path, PATH_BYTES, s->out)
                             : snprintf(path, PATH_BYTES, "%s", s->out) < PATH_BYTES;
    return fits ? EFFACE_PASS : ef_fail(err, EFFACE_USAGE, "path is too long '%s'", s->out);
}

static ef_write_options how_to_write(const scan *s)
{
    return (ef_write_options){
        .threads = s->threads, .force = s->options.force, .keep_header = s->options.keep_header};
}

/* Volumes from file to file; the file has no name before all audits held. */
static efface_status stream_volumes(scan *s, const ef_apply_input *in, efface_error *err)
{
    char path[PATH_BYTES];
    ef_volume_writer writer = {0};
    const ef_write_options how = how_to_write(s);
    efface_status status = name_result(path, s, err);
    if (status == EFFACE_PASS)
        status = ef_volume_writer_open(&writer, &s->stream, &s->original, path, &how, err);
    if (status == EFFACE_PASS)
        status = ef_volumes_apply(&s->volumes, &s->original, in, NULL, &writer, s->threads, err);
    ef_volume_writer_release(&writer);
    return status;
}

static efface_status stage_apply(scan *s, efface_error *err)
{
    const ef_apply_input in = {.region = &s->region,
                               .atlas = &s->atlas,
                               .work = &s->work,
                               .head = &s->head,
                               .location = &s->location,
                               .brain = &s->brain,
                               .cut_mm = s->cut_mm,
                               .margin_mm = s->options.margin_mm,
                               .strength_mm = s->options.strength_mm,
                               .mode = s->options.mode,
                               .fill = s->options.fill,
                               .seed = s->seed};
    const bool streamed = s->original.voxels == NULL;
    efface_status status = streamed ? EFFACE_PASS : ef_image_copy(&s->defaced, &s->original, err);
    if (status == EFFACE_PASS && streamed)
        status = stream_volumes(s, &in, err);
    else if (status == EFFACE_PASS && is_series(s))
        status = ef_volumes_apply(&s->volumes, &s->original, &in, &s->defaced, NULL, s->threads, err);
    else if (status == EFFACE_PASS)
        status = ef_apply(&s->defaced, &in, s->threads, err);
    return status;
}

/* A new face that goes well with the old one by chance is drawn anew, a few times: nothing else is. */
static efface_status stage_audit(scan *s, efface_error *err)
{
    const int first = s->result->n_checks;
    efface_error found = {0};
    efface_status status = EFFACE_AUDIT;
    for (int draw = 1; status == EFFACE_AUDIT; draw++) {
        ef_audit_input in = audit_input(s);
        in.redrawn = draw > 1;
        status = ef_audit(s->result, &in, s->threads, &found);
        if (status != EFFACE_AUDIT || draw == EF_FACES_DRAWN || is_series(s) ||
            !ef_audit_chance_alone(s->result, first))
            break;
        s->result->n_checks = first;
        s->seed = ek_mix64(s->seed + 1);
        ef_image_release(&s->defaced);
        status = stage_apply(s, &found) == EFFACE_PASS ? EFFACE_AUDIT : EFFACE_INTERNAL;
    }
    if (status != EFFACE_PASS)
        *err = found;
    return status;
}

static efface_status prepare_picture(scan *s, const char *path, bool with_original, efface_error *err)
{
    char lines[EF_PICTURE_LINES][64];
    const char *line[EF_PICTURE_LINES];
    int n_lines = 0;
    for (int c = 0; c < s->result->n_checks && n_lines < EF_PICTURE_LINES; c++, n_lines++) {
        const efface_check *check = &s->result->checks[c];
        snprintf(lines[n_lines], sizeof lines[0], "%s %.4g", check->name, check->value);
        line[n_lines] = lines[n_lines];
    }
    const ef_affine world_from_atlas =
        ef_affine_mul(s->work.grid.world_from_voxel, s->location.work_from_atlas);
    double eyes_mm[3];
    ef_affine_apply(eyes_mm, &world_from_atlas, between_eyes);
    const ef_image *before = is_series(s) ? &s->volumes.shown_before : &s->original;
    const ef_picture picture = {.image = is_series(s) ? &s->volumes.shown_after : &s->defaced,
                                .original = with_original ? before : NULL,
                                .mask = ef_region_changed(&s->region),
                                .brain = s->region.brain,
                                .eyes_mm = eyes_mm,
                                .threshold = NAN,
                                .title = ef_file_base_name(s->out),
                                .status = s->result->status,
                                .lines = line,
                                .n_lines = n_lines,
                                .threads = s->threads};
    uint8_t *png = NULL;
    size_t n_bytes = 0;
    efface_status status = ef_picture_png(&png, &n_bytes, &picture, err);
    if (status == EFFACE_PASS)
        status = ef_output_add_bytes(&s->outputs, path, png, n_bytes,
                                     s->options.force ? EF_OUTPUT_FORCE : 0, err);
    free(png);
    return status;
}

/* Everything beside the image: masks, pictures, record. */
static efface_status prepare_companions(scan *s, const char *out, efface_error *err)
{
    const efface_options *o = &s->options;
    const ef_write_options write = how_to_write(s);
    efface_status status = EFFACE_PASS;
    if (o->mask != NULL)
        status = ef_write_prepare_mask(&s->outputs, ef_region_changed(&s->region), &s->original, o->mask,
                                       &write, err);
    if (status == EFFACE_PASS && o->brain != NULL)
        status = ef_write_prepare_mask(&s->outputs, s->region.brain, &s->original, o->brain, &write, err);
    if (status == EFFACE_PASS && o->png != NULL)
        status = prepare_picture(s, o->png, false, err);
    if (status == EFFACE_PASS && o->png_original != NULL)
        status = prepare_picture(s, o->png_original, true, err);
    if (status == EFFACE_PASS)
        status = ef_headers_prepare(&s->outputs, &s->headers, out, s->result->status == EFFACE_PASS,
                                    o->force, err);
    if (status == EFFACE_PASS && !o->no_record) {
        char path[PATH_BYTES], *text = NULL;
        size_t length = 0;
        if (o->record != NULL ? snprintf(path, sizeof path, "%s", o->record) >= (int)sizeof path
                              : !ef_headers_record_path(path, sizeof path, &s->headers, out))
            return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", out);
        status = ef_record_make(&text, &length, o, s->result, err);
        if (status == EFFACE_PASS)
            status =
                ef_output_add_bytes(&s->outputs, path, text, length, o->force ? EF_OUTPUT_FORCE : 0, err);
        free(text);
    }
    return status;
}

/* The image's name appears last: who finds it finds everything. */
static efface_status prepare_image(scan *s, const char *path, efface_error *err)
{
    const ef_write_options write = how_to_write(s);
    if (s->io != NULL)
        return s->io->write(s->io->context, path, &s->defaced, ef_region_changed(&s->region),
                            s->result->status == EFFACE_PASS, err);
    if (s->stream.n == 0)
        return ef_write_prepare(&s->outputs, &s->defaced, path, &write, err);
    ef_output_set_join(&s->outputs, &s->stream);
    return EFFACE_PASS;
}

static efface_status stage_write(scan *s, efface_error *err)
{
    char path[PATH_BYTES];
    const efface_status named = name_result(path, s, err);
    if (named != EFFACE_PASS)
        return named;
    const efface_status verdict =
        ask_for_review(s, s->options.keep_review ? "" : "; --keep-review writes the result", err);
    if (verdict != EFFACE_PASS && !s->options.keep_review)
        return verdict;
    s->result->status = verdict;
    efface_error unwritten = {0};
    efface_status status = prepare_companions(s, path, &unwritten);
    if (status == EFFACE_PASS)
        status = prepare_image(s, path, &unwritten);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&s->outputs, &unwritten);
    if (status == EFFACE_PASS)
        return verdict;
    *err = unwritten;
    return status;
}

static void release(scan *s)
{
    ef_output_set_abort(&s->outputs);
    ef_headers_release(&s->headers);
    ef_output_set_abort(&s->stream);
    ef_volumes_release(&s->volumes);
    ef_carry_release(&s->carry);
    ef_image_release(&s->original);
    ef_image_release(&s->defaced);
    ef_atlas_release(&s->atlas);
    ef_work_release(&s->work);
    ef_head_release(&s->head);
    ef_brain_release(&s->brain);
    ef_region_release(&s->region);
    free(s->cut_mm);
}

efface_status ef_deface_image(ef_image *image, const efface_options *options, const char *name,
                              efface_error *err)
{
    stage_fn *const stages[] = {stage_segment, stage_locate, stage_protect,
                                stage_region,  stage_apply,  stage_audit};
    efface_result result = {0};
    scan s = {.in = name,
              .options = *options,
              .threads = ef_options_threads(options),
              .seed = options->seed,
              .result = &result,
              .original = *image}; /* borrowed */
    efface_status status = ef_options_check(options, err);
    for (size_t i = 0; i < sizeof stages / sizeof stages[0] && status == EFFACE_PASS; i++)
        status = stages[i](&s, err);
    if (status == EFFACE_PASS)
        status = ask_for_review(&s, "", err);
    s.original = (ef_image){0};
    if (status == EFFACE_PASS) {
        ef_image_release(image);
        *image = s.defaced;
        s.defaced = (ef_image){0};
    }
    release(&s);
    return status;
}

static efface_status run_stages(const scan *what, const efface_options *options, efface_result *result,
                                efface_error *err)
{
    static const struct {
        const char *name;
        stage_fn *run;
    } stages[] = {{"read", stage_read},       {"segment", stage_segment}, {"locate", stage_locate},
                  {"protect", stage_protect}, {"region", stage_region},   {"apply", stage_apply},
                  {"audit", stage_audit},     {"write", stage_write}};
    efface_result unused;
    efface_error own = {0};
    scan s = *what;
    s.result = result != NULL ? result : &unused;
    memset(s.result, 0, sizeof *s.result);
    if (options != NULL)
        s.options = *options;
    else
        efface_options_init(&s.options);
    s.threads = ef_options_threads(&s.options);
    s.seed = s.options.seed;
    efface_status status = EFFACE_PASS;
    for (size_t i = 0; i < sizeof stages / sizeof stages[0] && status == EFFACE_PASS; i++) {
        const double begin = seconds();
        if (s.options.progress != NULL)
            s.options.progress(s.options.progress_context, stages[i].name);
        status = stages[i].run(&s, &own);
        s.result->timings[s.result->n_timings++] =
            (efface_timing){.stage = stages[i].name, .seconds = seconds() - begin};
    }
    release(&s);
    s.result->status = status;
    if (status != EFFACE_PASS)
        snprintf(s.result->reason, sizeof s.result->reason, "%.255s", own.message);
    if (err != NULL)
        *err = own;
    return status;
}

efface_status efface_run(const char *in, const char *out, const efface_options *options,
                         efface_result *result, efface_error *err)
{
    return run_stages(&(scan){.in = in, .out = out}, options, result, err);
}

efface_status efface_apply(const char *record, const char *image, const char *in, const char *out,
                           const efface_options *options, efface_result *result, efface_error *err)
{
    return run_stages(&(scan){.in = in, .out = out, .from = record, .from_image = image}, options, result,
                      err);
}

efface_status ef_run_io(const char *in, const char *name, const ef_scan_io *io,
                        const efface_options *options, efface_result *result, efface_error *err)
{
    return run_stages(&(scan){.in = in, .out = name, .io = io}, options, result, err);
}
