/* efface evaluate ORIGINAL DEFACED: the verdict on any tool's output, as a table for people or JSON for
 * machines. */
#include <stdlib.h>

#include "command.h"
#include "json.h"
#include "options.h"

struct arguments {
    const char *brain;
    unsigned parts;
    int threads;
    bool json;
};

#define FIELD(member) offsetof(struct arguments, member)

static const ef_option options[] = {
    {.name = "brain",
     .letter = 'b',
     .kind = EF_TEXT,
     .field = FIELD(brain),
     .value = "PATH",
     .help = "mask of the brain on the same grid, nonzero is brain; without it a pass becomes a review"},
    {.name = "parts",
     .letter = 'p',
     .kind = EF_SET,
     .field = FIELD(parts),
     .choices = ef_part_words,
     .value = "PARTS",
     .help = "what has to be gone"},
    {.name = "threads",
     .letter = 't',
     .kind = EF_INTEGER,
     .field = FIELD(threads),
     .low = 0,
     .high = EF_THREADS_MOST,
     .value = "N",
     .help = "threads, 0 for as many as there are processors; the result doesn't depend on it"},
    {.name = "json", .kind = EF_FLAG, .field = FIELD(json), .help = "print JSON instead of a table"},
    {0},
};

static void init(void *arguments)
{
    struct arguments *a = arguments;
    a->parts = EFFACE_PARTS_ALL;
}

static void write_region(ef_json *json, const efface_region_change *region)
{
    ef_json_object(json, region->name);
    ef_json_bool(json, "visible", region->visible);
    if (region->visible) {
        ef_json_bool(json, "gone", region->gone);
        ef_json_number(json, "area_cm2", region->area_cm2);
        ef_json_number(json, "survived", region->survived);
        ef_json_number(json, "distance_median_mm", region->distance_median_mm);
        ef_json_number(json, "distance_p95_mm", region->distance_p95_mm);
        ef_json_number(json, "relief_before_mm", region->relief_before_mm);
        ef_json_number(json, "relief_after_mm", region->relief_after_mm);
        ef_json_number(json, "relief_r2", region->relief_r2);
        ef_json_number(json, "relief_kept", region->relief_kept);
    }
    ef_json_end(json);
}

static efface_status print_json(const efface_evaluation *e, efface_error *err)
{
    ef_json json = {0};
    char *text;
    ef_json_object(&json, NULL);
    ef_json_text(&json, "efface_version", efface_version());
    ef_json_text(&json, "verdict", e->status == EFFACE_AUDIT ? "fail" : efface_status_name(e->status));
    ef_json_text(&json, "reason", e->reason);
    ef_json_bool(&json, "features_judged", e->features_judged);
    ef_json_bool(&json, "features_gone", e->features_gone);
    ef_json_bool(&json, "brain_judged", e->has_brain);
    if (e->has_brain) {
        ef_json_bool(&json, "brain_whole", e->brain_whole);
        ef_json_integer(&json, "brain_voxels", e->brain_voxels);
        ef_json_integer(&json, "brain_changed_voxels", e->brain_changed);
        ef_json_number(&json, "brain_changed_mm3", e->brain_changed_mm3);
        ef_json_number(&json, "brain_depth_mm", e->brain_depth_mm);
    }
    ef_json_integer(&json, "voxels", e->voxels);
    ef_json_integer(&json, "changed_voxels", e->voxels_changed);
    ef_json_integer(&json, "changed_pieces", e->pieces);
    ef_json_integer(&json, "changed_voxels_apart", e->changed_apart);
    ef_json_bool(&json, "same_datatype", e->same_dtype);
    ef_json_bool(&json, "same_scale", e->same_scale);
    ef_json_bool(&json, "same_orientation", e->same_orientation);
    ef_json_array(&json, "header_fields_changed");
    for (int k = 0; k < e->n_fields; k++)
        ef_json_text(&json, NULL, e->fields[k]);
    ef_json_end(&json);
    ef_json_bool(&json, "nose_found", e->nose_found);
    ef_json_object(&json, "regions");
    for (int k = 0; k < EFFACE_REGIONS; k++)
        write_region(&json, &e->region[k]);
    ef_json_end(&json);
    ef_json_end(&json);
    efface_status status = ef_json_finish(&json, &text, NULL, err);
    if (status == EFFACE_PASS)
        fputs(text, stdout);
    free(text);
    return status;
}

static const char *kept(bool same)
{
    return same ? "kept" : "CHANGED";
}

static void print_table(const efface_evaluation *e)
{
    printf("region     gone  survived  distance mm      relief mm (rms)    R2    kept\n"
           "                           median    95 %%   before   after\n");
    for (int k = 0; k < EFFACE_REGIONS; k++) {
        const efface_region_change *r = &e->region[k];
        if (!r->visible)
            printf("%-10s not in the original's field of view\n", r->name);
        else
            printf("%-10s %-4s %7.1f %%  %6.1f  %6.1f  %7.2f %7.2f  %6.2f  %6.2f\n", r->name,
                   r->gone ? "yes" : "NO", 100 * r->survived, r->distance_median_mm, r->distance_p95_mm,
                   r->relief_before_mm, r->relief_after_mm, r->relief_r2, r->relief_kept);
    }
    if (!e->nose_found)
        printf("no nose was found in the original: the regions are placed by proportion\n");
    if (e->has_brain)
        printf("\nbrain      %lld of %lld voxels changed, %.0f mm3, up to %.1f mm deep\n",
               (long long)e->brain_changed, (long long)e->brain_voxels, e->brain_changed_mm3,
               e->brain_depth_mm);
    else
        printf("\nbrain      not judged (no --brain)\n");
    printf("changed    %lld of %lld voxels in %lld pieces, %lld outside of the largest\n",
           (long long)e->voxels_changed, (long long)e->voxels, (long long)e->pieces,
           (long long)e->changed_apart);
    printf("datatype %s, scale %s, orientation %s\n", kept(e->same_dtype), kept(e->same_scale),
           kept(e->same_orientation));
    printf("header     %s", e->n_fields == 0 ? "no field changed" : "changed:");
    for (int k = 0; k < e->n_fields; k++)
        printf(" %s", e->fields[k]);
    printf("\n\n%s%s%s\n", e->status == EFFACE_AUDIT ? "fail" : efface_status_name(e->status),
           e->reason[0] != '\0' ? ": " : "", e->reason);
}

static efface_status run(const ef_call *call, efface_error *err)
{
    const struct arguments *a = call->arguments;
    efface_evaluation e;
    efface_status status =
        efface_evaluate(call->operands[0], call->operands[1], a->brain, a->parts, a->threads, &e, err);
    if (status != EFFACE_PASS)
        return status;
    if (a->json)
        status = print_json(&e, err);
    else
        print_table(&e);
    return status != EFFACE_PASS ? status : e.status;
}

const ef_command ef_cmd_evaluate = {
    .name = "evaluate",
    .summary = "judge any tool's output against its original",
    .operands = "ORIGINAL DEFACED",
    .least = 2,
    .most = 2,
    .description =
        "Compares a defaced scan with its original, whatever tool made it, by two criteria: all "
        "features of the "
        "face are gone, and nothing of the brain is. Both images must have the same grid. "
        "Neither efface's atlas "
        "nor its masks are used.\n\n"
        "The surface is seen from the front, for the ears from the sides. survived is the share "
        "of a region from "
        "which the new surface is at most 1 mm away; relief is the height in wavelengths of 8 "
        "to 60 mm; R2 is the "
        "squared correlation of the new relief with the old, kept the part of the old height "
        "that is found in the "
        "new. Regions are placed by the nose; the header must know front and up to within about "
        "25 degrees.\n\n"
        "It tells whether a face is left, not whose: a scan that was given another face does not pass. A "
        "person may still be recognised by what is not measured here: hair, skull, teeth, the "
        "scan's text.",
    .examples = "efface evaluate sub-01_T1w.nii.gz defaced.nii.gz --brain brain.nii.gz\n"
                "efface evaluate sub-01_T1w.nii.gz defaced.nii.gz --json --parts face\n",
    .options = options,
    .size = sizeof(struct arguments),
    .init = init,
    .run = run,
};
