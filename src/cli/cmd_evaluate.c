/* efface evaluate ORIGINAL DEFACED: the verdict on any tool's output, as a table for people, JSON or TSV
 * for machines; of one pair, or of two folders whose images pair by name. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common_options.h"
#include "error.h"
#include "json.h"
#include "options.h"
#include "walk.h"

struct arguments {
    const char *brain;
    unsigned parts;
    int threads;
    bool json, tsv;
};

#define FIELD(member) offsetof(struct arguments, member)

static const ef_option options[] = {
    {.name = "brain",
     .letter = 'b',
     .kind = EF_TEXT,
     .field = FIELD(brain),
     .value = "PATH",
     .help = "mask of the brain on the same grid, nonzero is brain, or a folder of such by the originals' "
             "names; "
             "without it efface's estimate is counted and a pass becomes a review"},
    EF_OPTION_PARTS(FIELD(parts), "what has to be gone"),
    EF_OPTION_THREADS(FIELD(threads)),
    EF_OPTION_JSON(FIELD(json), "print JSON instead of a table"),
    {.name = "tsv", .kind = EF_FLAG, .field = FIELD(tsv), .help = "print a row a pair, parted by tabs"},
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

static const char *verdict(const efface_evaluation *e)
{
    return e->status == EFFACE_AUDIT ? "fail" : efface_status_name(e->status);
}

static void write_fill(ef_json *json, const efface_evaluation *e)
{
    ef_json_bool(json, "fill_judged", e->fill_judged);
    if (e->fill_judged) {
        ef_json_bool(json, "fill_plausible", e->fill_plausible);
        ef_json_number(json, "fill_share", e->fill_share);
        ef_json_number(json, "fill_constant", e->fill_constant);
        ef_json_number(json, "fill_mean", e->fill_mean);
        ef_json_number(json, "fill_sd", e->fill_sd);
        ef_json_number(json, "air_constant", e->air_constant);
        ef_json_number(json, "air_mean", e->air_mean);
        ef_json_number(json, "air_sd", e->air_sd);
    }
    ef_json_number(json, "edge_cm2", e->edge_cm2);
    ef_json_number(json, "edge_step", e->edge_step);
}

static void write_members(ef_json *json, const efface_evaluation *e)
{
    ef_json_text(json, "verdict", verdict(e));
    ef_json_text(json, "reason", e->reason);
    ef_json_bool(json, "features_judged", e->features_judged);
    ef_json_bool(json, "features_gone", e->features_gone);
    ef_json_bool(json, "brain_judged", e->has_brain);
    if (e->has_brain) {
        ef_json_bool(json, "brain_estimated", e->brain_estimated);
        ef_json_bool(json, "brain_whole", e->brain_whole);
        ef_json_integer(json, "brain_voxels", e->brain_voxels);
        ef_json_integer(json, "brain_changed_voxels", e->brain_changed);
        ef_json_number(json, "brain_changed_mm3", e->brain_changed_mm3);
        ef_json_number(json, "brain_depth_mm", e->brain_depth_mm);
    }
    ef_json_integer(json, "voxels", e->voxels);
    ef_json_integer(json, "changed_voxels", e->voxels_changed);
    ef_json_integer(json, "changed_pieces", e->pieces);
    ef_json_integer(json, "changed_voxels_apart", e->changed_apart);
    write_fill(json, e);
    ef_json_bool(json, "same_datatype", e->same_dtype);
    ef_json_bool(json, "same_scale", e->same_scale);
    ef_json_bool(json, "same_orientation", e->same_orientation);
    ef_json_array(json, "header_fields_changed");
    for (int k = 0; k < e->n_fields; k++)
        ef_json_text(json, NULL, e->fields[k]);
    ef_json_end(json);
    ef_json_bool(json, "nose_found", e->nose_found);
    ef_json_object(json, "regions");
    for (int k = 0; k < EFFACE_REGIONS; k++)
        write_region(json, &e->region[k]);
    ef_json_end(json);
}

static const char *kept(bool same)
{
    return same ? "kept" : "CHANGED";
}

static void print_fill(const efface_evaluation *e)
{
    if (e->fill_judged)
        printf(
            "fill       %s: %.1f %% are one value, in the scan's own air %.1f %%; mean %.4g, there %.4g\n",
            e->fill_plausible ? "like the air" : "NOT LIKE THE AIR", 100 * e->fill_constant,
            100 * e->air_constant, e->fill_mean, e->air_mean);
    if (e->edge_cm2 > 0)
        printf("cut        %.0f cm2 through the head, median step %.2f of the tissue's signal\n",
               e->edge_cm2, e->edge_step);
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
        printf("\nbrain      %lld of %lld voxels changed, %.0f mm3, up to %.1f mm deep%s\n",
               (long long)e->brain_changed, (long long)e->brain_voxels, e->brain_changed_mm3,
               e->brain_depth_mm, e->brain_estimated ? " (estimated; no --brain)" : "");
    else
        printf("\nbrain      not judged (no --brain, and no estimate was possible)\n");
    print_fill(e);
    printf("changed    %lld of %lld voxels in %lld pieces, %lld outside of the largest\n",
           (long long)e->voxels_changed, (long long)e->voxels, (long long)e->pieces,
           (long long)e->changed_apart);
    printf("datatype %s, scale %s, orientation %s\n", kept(e->same_dtype), kept(e->same_scale),
           kept(e->same_orientation));
    printf("header     %s", e->n_fields == 0 ? "no field changed" : "changed:");
    for (int k = 0; k < e->n_fields; k++)
        printf(" %s", e->fields[k]);
    printf("\n\n%s%s%s\n", verdict(e), e->reason[0] != '\0' ? ": " : "", e->reason);
}

enum { TSV_COLUMNS = 21, TSV_COLUMNS_A_REGION = 6 };

static void print_tsv_head(void)
{
    printf(
        "original\tdefaced\tverdict\treason\tfeatures_gone\tbrain_estimated\tbrain_voxels\tbrain_changed\t"
        "brain_changed_mm3\tbrain_depth_mm\tchanged\tpieces\tfill_plausible\tfill_constant\tair_constant\t"
        "edge_cm2\tedge_step\tsame_datatype\tsame_scale\tsame_orientation\tfields_changed");
    static const char *const regions[EFFACE_REGIONS] = {"face", "eyes",     "nose",     "mouth",
                                                        "chin", "ear_left", "ear_right"};
    for (int k = 0; k < EFFACE_REGIONS; k++)
        printf("\t%s_gone\t%s_survived\t%s_median_mm\t%s_p95_mm\t%s_r2\t%s_kept", regions[k], regions[k],
               regions[k], regions[k], regions[k], regions[k]);
    printf("\n");
}

/* What was not judged is n/a, as BIDS has it. */
static void print_tsv(const char *original, const char *defaced, const efface_evaluation *e)
{
    printf("%s\t%s\t%s\t%s\t%d", original, defaced, verdict(e), e->reason[0] != '\0' ? e->reason : "n/a",
           e->features_gone);
    if (e->has_brain)
        printf("\t%d\t%lld\t%lld\t%.6g\t%.6g", e->brain_estimated, (long long)e->brain_voxels,
               (long long)e->brain_changed, e->brain_changed_mm3, e->brain_depth_mm);
    else
        printf("\tn/a\tn/a\tn/a\tn/a\tn/a");
    printf("\t%lld\t%lld", (long long)e->voxels_changed, (long long)e->pieces);
    if (e->fill_judged)
        printf("\t%d\t%.6g\t%.6g", e->fill_plausible, e->fill_constant, e->air_constant);
    else
        printf("\tn/a\tn/a\tn/a");
    printf("\t%.6g\t%.6g\t%d\t%d\t%d\t%d", e->edge_cm2, e->edge_step, e->same_dtype, e->same_scale,
           e->same_orientation, e->n_fields);
    for (int k = 0; k < EFFACE_REGIONS; k++) {
        const efface_region_change *r = &e->region[k];
        if (r->visible)
            printf("\t%d\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g", r->gone, r->survived, r->distance_median_mm,
                   r->distance_p95_mm, r->relief_r2, r->relief_kept);
        else
            printf("\tn/a\tn/a\tn/a\tn/a\tn/a\tn/a");
    }
    printf("\n");
}

/* As many columns as any other row. */
static void print_tsv_unread(const char *original, const char *defaced, const char *why)
{
    printf("%s\t%s\tunread\t%s", original, defaced, why);
    for (int k = 4; k < TSV_COLUMNS + TSV_COLUMNS_A_REGION * EFFACE_REGIONS; k++)
        printf("\tn/a");
    printf("\n");
}

/* What came of all pairs. */
typedef struct tally {
    size_t n, failed, unread, open;
} tally;

static efface_status judge_pair(tally *sum, ef_json *json, const char *original, const char *defaced,
                                const char *brain, const struct arguments *a, efface_error *err)
{
    efface_evaluation e;
    efface_error why = {0};
    efface_status status = efface_evaluate(original, defaced, brain, a->parts, a->threads, &e, &why);
    if (status != EFFACE_PASS && status != EFFACE_INPUT) {
        *err = why;
        return status;
    }
    sum->n++;
    sum->unread += status != EFFACE_PASS;
    sum->failed += status == EFFACE_PASS && e.status == EFFACE_AUDIT;
    sum->open += status == EFFACE_PASS && e.status == EFFACE_REVIEW;
    if (a->json) {
        ef_json_object(json, NULL);
        ef_json_text(json, "original", original);
        ef_json_text(json, "defaced", defaced);
        if (status == EFFACE_PASS)
            write_members(json, &e);
        else
            ef_json_text(json, "error", why.message);
        ef_json_end(json);
    } else if (status != EFFACE_PASS) {
        if (a->tsv)
            print_tsv_unread(original, defaced, why.message);
        else
            printf("\n%s, %s\nunread: %s\n", original, defaced, why.message);
    } else if (a->tsv) {
        print_tsv(original, defaced, &e);
    } else {
        printf("\n%s, %s\n", original, defaced);
        print_table(&e);
    }
    return EFFACE_PASS;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return path != NULL && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_there(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

/* The name below another folder of what is below this one; false where it is too long. */
static bool counterpart(char path[4096], const char *folder, const char *root, const char *below)
{
    const char *rest = below + strlen(root);
    return snprintf(path, 4096, "%s/%s", folder, rest + strspn(rest, "/")) < 4096;
}

/* Each defaced image with the original of its name; one without is unread. */
static efface_status judge_folders(tally *sum, ef_json *json, const char *originals, const char *defaced,
                                   const struct arguments *a, efface_error *err)
{
    ef_paths paths = {.n = 0};
    char original[4096], brain[4096];
    efface_status status = ef_walk(&paths, defaced, err);
    if (status == EFFACE_PASS && paths.n == 0)
        status = ef_fail(err, EFFACE_INPUT, "no image in '%s'", defaced);
    for (size_t k = 0; k < paths.n && status == EFFACE_PASS; k++) {
        const char *path = paths.path[k], *mask = a->brain;
        if (!counterpart(original, originals, defaced, path) ||
            (is_folder(a->brain) && !counterpart(brain, a->brain, defaced, path)))
            status = ef_fail(err, EFFACE_USAGE, "path is too long '%s'", path);
        if (status == EFFACE_PASS && is_folder(a->brain))
            mask = is_there(brain) ? brain : NULL;
        if (status == EFFACE_PASS)
            status = judge_pair(sum, json, original, path, mask, a, err);
    }
    ef_paths_release(&paths);
    return status;
}

static efface_status print_json(ef_json *json, efface_error *err)
{
    char *text = NULL;
    ef_json_end(json);
    ef_json_end(json);
    const efface_status status = ef_json_finish(json, &text, NULL, err);
    if (status == EFFACE_PASS)
        fputs(text, stdout);
    free(text);
    return status;
}

static efface_status run_folders(const char *originals, const char *defaced, const struct arguments *a,
                                 efface_error *err)
{
    ef_json json = {.text = NULL};
    tally sum = {.n = 0};
    ef_json_object(&json, NULL);
    ef_json_text(&json, "efface_version", efface_version());
    ef_json_array(&json, "pairs");
    efface_status status = judge_folders(&sum, &json, originals, defaced, a, err);
    if (status == EFFACE_PASS && a->json)
        status = print_json(&json, err);
    else if (status == EFFACE_PASS && !a->tsv)
        printf("\n%zu pairs: %zu pass, %zu fail, %zu review, %zu unread\n", sum.n,
               sum.n - sum.failed - sum.open - sum.unread, sum.failed, sum.open, sum.unread);
    free(json.text);
    if (status != EFFACE_PASS)
        return status;
    return sum.failed > 0   ? EFFACE_AUDIT
           : sum.unread > 0 ? EFFACE_INPUT
           : sum.open > 0   ? EFFACE_REVIEW
                            : EFFACE_PASS;
}

static efface_status print_one(const efface_evaluation *e, efface_error *err)
{
    ef_json json = {.text = NULL};
    char *text = NULL;
    ef_json_object(&json, NULL);
    ef_json_text(&json, "efface_version", efface_version());
    write_members(&json, e);
    ef_json_end(&json);
    const efface_status status = ef_json_finish(&json, &text, NULL, err);
    if (status == EFFACE_PASS)
        fputs(text, stdout);
    free(text);
    return status;
}

static efface_status run(const ef_call *call, efface_error *err)
{
    const struct arguments *a = call->arguments;
    const char *original = call->operands[0], *defaced = call->operands[1];
    efface_evaluation e;
    if (a->json && a->tsv)
        return ef_fail(err, EFFACE_USAGE, "--json and --tsv are two ways of one answer");
    if (is_folder(original) != is_folder(defaced))
        return ef_fail(err, EFFACE_USAGE, "expected two images or two folders, got '%s' and '%s'", original,
                       defaced);
    if (a->tsv)
        print_tsv_head();
    if (is_folder(original))
        return run_folders(original, defaced, a, err);
    efface_status status = efface_evaluate(original, defaced, a->brain, a->parts, a->threads, &e, err);
    if (status != EFFACE_PASS)
        return status;
    if (a->json)
        status = print_one(&e, err);
    else if (a->tsv)
        print_tsv(original, defaced, &e);
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
        "nor its masks are used, but for the brain where no mask of it is given: then efface's estimate is "
        "counted, "
        "labelled as such, and the verdict is at best a review.\n\n"
        "Of two folders each image below DEFACED is judged against the one of the same name below "
        "ORIGINAL. The exit "
        "status is 5 where any fails, else 3 where any can't be read or has no original, else 6 where any "
        "is open."
        "\n\n"
        "fill holds the changed voxels that are air now against the scan's own air; exact zeros in the "
        "midst of noise "
        "break quality measures and brain extraction. cut is the surface that the changed voxels share "
        "with what is "
        "left of the head.\n\n"
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
                "efface evaluate sub-01_T1w.nii.gz defaced.nii.gz --json --parts face\n"
                "efface evaluate originals/ defaced/ --brain masks/ --tsv >judged.tsv\n",
    .options = options,
    .size = sizeof(struct arguments),
    .init = init,
    .run = run,
};
