/* Writes a phantom: the image, its truth beside it, and the description of the person. All files or
 * none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "io/file.h"
#include "io/write.h"
#include "phantom/condition.h"
#include "phantom/phantom.h"

void efface_phantom_options_init(efface_phantom_options *options)
{
    ef_phantom_options o;
    ef_phantom_options_init(&o);
    *options = (efface_phantom_options){.seed = o.seed,
                                        .scan = o.scan,
                                        .voxel_mm = {o.voxel_mm[0], o.voxel_mm[1], o.voxel_mm[2]},
                                        .orientation = "RAS",
                                        .noise_percent = o.noise_percent,
                                        .bias_percent = o.bias_percent,
                                        .neck_mm = o.neck_mm,
                                        .size = o.size,
                                        .age_years = o.age_years};
}

static efface_status convert(ef_phantom_options *o, const efface_phantom_options *from, efface_error *err)
{
    static const ek_dtype types[] = {EK_INT16, EK_UINT8, EK_FLOAT32};
    const char *code = from->orientation ? from->orientation : "RAS";
    ef_phantom_options_init(o);
    if (strlen(code) != 3)
        return ef_fail(err, EFFACE_USAGE, "expected an orientation such as RAS or PIL, got '%s'", code);
    if (from->contrast < 0 || from->contrast >= EF_N_CONTRASTS || from->fov < 0 || from->fov >= EF_N_FOVS ||
        from->datatype < 0 || from->datatype > 2)
        return ef_fail(err, EFFACE_USAGE, "unknown contrast, field of view or datatype");
    o->seed = from->seed;
    o->head = from->head;
    o->scan = from->scan;
    o->contrast = (ef_contrast)from->contrast;
    o->fov = (ef_fov)from->fov;
    o->dtype = types[from->datatype];
    memcpy(o->orientation, code, 4);
    memcpy(o->voxel_mm, from->voxel_mm, sizeof o->voxel_mm);
    memcpy(o->oblique_deg, from->oblique_deg, sizeof o->oblique_deg);
    memcpy(o->rotate_deg, from->rotate_deg, sizeof o->rotate_deg);
    memcpy(o->shift_mm, from->shift_mm, sizeof o->shift_mm);
    o->draw_pose = from->draw_pose;
    o->noise_percent = from->noise_percent;
    o->bias_percent = from->bias_percent;
    o->neck_mm = from->neck_mm;
    o->size = from->size;
    o->age_years = from->age_years;
    o->conditions = from->conditions;
    return EFFACE_PASS;
}

static void describe_truth(ef_json *json, const ef_phantom *p)
{
    ef_json_object(json, "identity_mm");
    for (int m = 0; m < EF_N_MEASURES; m++)
        ef_json_number(json, ef_measure_name((ef_measure)m), p->identity.mm[m]);
    ef_json_end(json);
    ef_json_array(json, "world_from_head");
    for (int r = 0; r < 3; r++)
        ef_json_numbers(json, NULL, p->world_from_head.m[r], 4);
    ef_json_end(json);
    ef_json_object(json, "landmarks_mm");
    for (int l = 0; l < EF_N_LANDMARKS; l++)
        ef_json_numbers(json, ef_landmark_name((ef_landmark)l), p->landmark_mm[l], 3);
    ef_json_end(json);
    ef_json_array(json, "tissue_labels");
    for (int t = 0; t < EF_TISSUE_COUNT; t++)
        ef_json_text(json, NULL, ef_tissue_name((ef_tissue)t));
    ef_json_end(json);
    ef_json_array(json, "part_labels");
    for (int t = 0; t < EF_N_PARTS; t++)
        ef_json_text(json, NULL, ef_part_name((ef_part)t));
    ef_json_end(json);
}

/* What was made, as JSON with a newline at its end: measures, pose, landmarks in world mm, names of the
 * labels. *text is to be freed. */
static efface_status describe(char **text, const ef_phantom *p, const ef_phantom_options *o,
                              efface_error *err)
{
    ef_json json = {0};
    ef_json_object(&json, NULL);
    ef_json_text(&json, "efface_version", efface_version());
    char number[24];
    snprintf(number, sizeof number, "%llu", (unsigned long long)o->seed);
    ef_json_text(&json, "seed", number);
    snprintf(number, sizeof number, "%llu", (unsigned long long)o->head);
    ef_json_text(&json, "head", number);
    snprintf(number, sizeof number, "%llu", (unsigned long long)o->scan);
    ef_json_text(&json, "scan", number);
    ef_json_text(&json, "contrast", ef_contrast_name(o->contrast));
    ef_json_text(&json, "fov", ef_fov_name(o->fov));
    ef_json_text(&json, "orientation", o->orientation);
    ef_json_numbers(&json, "voxel_mm", o->voxel_mm, 3);
    ef_json_numbers(&json, "oblique_deg", o->oblique_deg, 3);
    ef_json_number(&json, "bias_percent", o->bias_percent);
    ef_json_number(&json, "neck_mm", o->neck_mm);
    ef_json_number(&json, "size", o->size);
    ef_json_number(&json, "age_years", o->age_years);
    ef_json_array(&json, "conditions");
    for (int c = 0; c < EFFACE_CONDITIONS; c++)
        if (o->conditions >> c & 1)
            ef_json_text(&json, NULL, ef_condition_name(c));
    ef_json_end(&json);
    ef_json_number(&json, "white_signal", p->white);
    ef_json_number(&json, "noise_sigma", p->sigma);
    describe_truth(&json, p);
    ef_json_end(&json);
    return ef_json_finish(&json, text, NULL, err);
}

/* Adds one label volume. */
static efface_status add_labels(ef_output_set *set, uint8_t *labels, const ef_phantom *p,
                                const char *prefix, const char *what, const ef_write_options *how,
                                efface_error *err)
{
    size_t room = strlen(prefix) + 32;
    char *path = malloc(room);
    if (!path)
        return ef_fail_memory(err, room);
    snprintf(path, room, "%s_%s.nii.gz", prefix, what);
    ef_image image = {.grid = p->image.grid,
                      .n_volumes = 1,
                      .dtype = EK_UINT8,
                      .slope = 1.0,
                      .voxels = labels,
                      .has_geometry = true};
    image.n_bytes = (size_t)ef_grid_count(&image.grid);
    efface_status status = ef_write_prepare(set, &image, path, how, err);
    free(path);
    return status;
}

static efface_status add_truth(ef_output_set *set, const ef_phantom *p, const ef_phantom_options *o,
                               const char *prefix, const ef_write_options *how, efface_error *err)
{
    efface_status status = add_labels(set, p->tissue, p, prefix, "tissue", how, err);
    if (status == EFFACE_PASS)
        status = add_labels(set, p->brain, p, prefix, "brain", how, err);
    if (status == EFFACE_PASS)
        status = add_labels(set, p->part, p, prefix, "part", how, err);
    char *text = NULL, *path = NULL;
    size_t room = strlen(prefix) + 8;
    if (status == EFFACE_PASS)
        status = describe(&text, p, o, err);
    if (status == EFFACE_PASS && (path = malloc(room)) == NULL)
        status = ef_fail_memory(err, room);
    if (status == EFFACE_PASS) {
        snprintf(path, room, "%s.json", prefix);
        status = ef_output_add_bytes(set, path, text, strlen(text), how->force ? EF_OUTPUT_FORCE : 0, err);
    }
    free(path);
    free(text);
    return status;
}

efface_status efface_phantom(const char *out, const efface_phantom_options *options, efface_error *err)
{
    efface_phantom_options defaults;
    efface_phantom_options_init(&defaults);
    options = options ? options : &defaults;
    ef_phantom_options o;
    ef_phantom p = {.white = 0};
    ef_output_set set = {0};
    efface_status status = convert(&o, options, err);
    long threads = options->threads > 0 ? options->threads : sysconf(_SC_NPROCESSORS_ONLN);
    ef_write_options how = {.threads = (int)threads, .force = options->force};
    if (status == EFFACE_PASS && !ef_write_can(out))
        status = ef_fail(err, EFFACE_USAGE, "can't tell a format from the ending of '%s'", out);
    if (status == EFFACE_PASS)
        status = ef_output_check(out, options->force ? EF_OUTPUT_FORCE : 0, err);
    if (status == EFFACE_PASS)
        status = ef_phantom_make(&p, &o, (int)threads, err);
    if (status == EFFACE_PASS)
        status = ef_write_prepare(&set, &p.image, out, &how, err);
    if (status == EFFACE_PASS && options->truth)
        status = add_truth(&set, &p, &o, options->truth, &how, err);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&set, err);
    ef_output_set_abort(&set);
    ef_phantom_release(&p);
    return status;
}
