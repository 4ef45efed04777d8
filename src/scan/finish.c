/* The last stage. Everything is prepared without a name, the record after all but the image, and named
 * together. */
#include "scan/finish.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/error.h"
#include "head/landmarks.h"
#include "io/digest.h"
#include "io/write.h"
#include "scan/kind.h"
#include "scan/record.h"
#include "scan/verdict.h"
#include "view/picture.h"

enum { PATH_BYTES = 4096 };

void ef_finish_tick(ef_scan *s)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const double now_s = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    if (s->begin_s > 0 && s->result->n_timings > 0)
        s->result->timings[s->result->n_timings - 1].seconds = now_s - s->begin_s;
    else
        s->begin_s = now_s;
}

/* --- what lies beside the image --- */

static unsigned output_flags(const ef_scan *s)
{
    return s->options.force ? EF_OUTPUT_FORCE : 0;
}

static efface_status prepare_picture(ef_scan *s, const char *path, bool with_original, efface_error *err)
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
        ef_affine_mul(s->subject.work.grid.world_from_voxel, s->subject.location.work_from_atlas);
    double eyes_mm[3];
    ef_affine_apply(eyes_mm, &world_from_atlas, ef_between_eyes_mm);
    const ef_picture picture = {.image = s->kind->shown(s, true),
                                .original = with_original ? s->kind->shown(s, false) : NULL,
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
        status = ef_output_add_bytes(&s->outputs, path, png, n_bytes, output_flags(s), err);
    free(png);
    return status;
}

static efface_status prepare_companions(ef_scan *s, efface_error *err)
{
    const efface_options *o = &s->options;
    const ef_write_options write = ef_verdict_how(s);
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
        status = ef_headers_prepare(&s->outputs, &s->headers, s->result_as,
                                    s->result->status == EFFACE_PASS, o->force, err);
    return status;
}

/* Checksums of the image as it lies on the disk, without a name. */
static efface_status sum_image(ef_scan *s, efface_error *err)
{
    efface_result *r = s->result;
    efface_status status = EFFACE_PASS;
    for (int k = 0; status == EFFACE_PASS && k < s->image_output.n; k++) {
        const ef_output *out = s->image_output.output[k];
        const bool named = strcasecmp(ef_output_path(out), s->result_as) == 0;
        status = ef_digest_output(named ? r->output_sha256 : r->output_other_sha256, out, err);
    }
    return status;
}

/* The names that the record tells. */
static void name_files(ef_record_names *names, const ef_scan *s, const char *record)
{
    *names = (ef_record_names){.carried = s->from != NULL};
    if (s->io == NULL)
        snprintf(names->input, sizeof names->input, "%s", ef_file_base_name(s->in));
    ef_record_name(names->output, s->result_as, record, s->root);
    for (int k = 0; k < s->image_output.n; k++)
        if (strcasecmp(ef_output_path(s->image_output.output[k]), s->result_as) != 0)
            ef_record_name(names->other, ef_output_path(s->image_output.output[k]), record, s->root);
    /* a record that was given on the command line may be named after a person */
    if (s->reference != NULL)
        ef_record_name(names->reference, s->reference, record, s->root);
    else if (s->from != NULL && !s->options.deidentify)
        ef_record_name(names->reference, s->from, record, NULL);
}

static efface_status prepare_record(ef_scan *s, efface_error *err)
{
    char path[PATH_BYTES], *text = NULL;
    size_t length = 0;
    ef_record_names names;
    const char *given = s->options.record;
    if (s->options.no_record)
        return EFFACE_PASS;
    if (given != NULL ? snprintf(path, sizeof path, "%s", given) >= (int)sizeof path
                      : !ef_record_path(path, sizeof path, s->result_as))
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", s->result_as);
    const efface_status can = ef_verdict_record(path, err);
    if (can != EFFACE_PASS)
        return can;
    ef_finish_tick(s); /* the record holds the time of everything except itself */
    name_files(&names, s, path);
    efface_status status = ef_record_make(&text, &length, &s->options, s->result, &names, err);
    if (status == EFFACE_PASS)
        status = ef_output_add_bytes(&s->outputs, path, text, length, output_flags(s), err);
    free(text);
    return status;
}

/* --- all of it --- */

/* Prepares the image. A stream of volumes has written its image already. */
static efface_status prepare_image(ef_scan *s, efface_error *err)
{
    const ef_write_options write = ef_verdict_how(s);
    if (s->io != NULL)
        return s->io->write(s->io->context, s->result_as, &s->defaced, ef_region_changed(&s->region),
                            s->result, err);
    return s->image_output.n > 0
               ? EFFACE_PASS
               : ef_write_prepare(&s->image_output, &s->defaced, s->result_as, &write, err);
}

efface_status ef_finish_write(ef_scan *s, efface_error *err)
{
    const efface_status named = ef_verdict_name(s, err);
    if (named != EFFACE_PASS)
        return named;
    const efface_status verdict =
        ef_verdict_review(s, s->options.keep_review ? "" : "; --keep-review writes the result", err);
    if (verdict != EFFACE_PASS && !s->options.keep_review)
        return verdict;
    s->result->status = verdict;
    efface_error unwritten = {0};
    efface_status status = prepare_image(s, &unwritten);
    if (status == EFFACE_PASS)
        status = prepare_companions(s, &unwritten);
    if (status == EFFACE_PASS)
        status = sum_image(s, &unwritten);
    if (status == EFFACE_PASS)
        status = prepare_record(s, &unwritten);
    if (status == EFFACE_PASS)
        status = ef_output_set_join(&s->outputs, &s->image_output, &unwritten);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&s->outputs, &unwritten);
    if (status == EFFACE_PASS)
        return verdict;
    *err = unwritten;
    return status;
}
