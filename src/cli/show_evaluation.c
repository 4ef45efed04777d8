/* Prints an evaluation: as a table for people, as members of a JSON object, as a row of TSV. */
#include "cli/show_evaluation.h"

#include <stdio.h>

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
        if (region->own_judged) {
            ef_json_number(json, "own_r2", region->own_r2);
            ef_json_number(json, "own_kept", region->own_kept);
        }
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

void ef_evaluation_write(ef_json *json, const efface_evaluation *e)
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
            "fill       %s: %.1f %% have one value, %.1f %% in the scan's own air; mean %.4g, there %.4g\n",
            e->fill_plausible ? "like the air" : "NOT LIKE THE AIR", 100 * e->fill_constant,
            100 * e->air_constant, e->fill_mean, e->air_mean);
    if (e->edge_cm2 > 0)
        printf("cut        %.0f cm2 through the head, median step %.2f of the tissue's signal\n",
               e->edge_cm2, e->edge_step);
}

static void print_region(const efface_region_change *r)
{
    printf("%-10s %-4s %7.1f %%  %6.1f  %6.1f  %7.2f %7.2f  %6.2f  %6.2f", r->name, r->gone ? "yes" : "NO",
           100 * r->survived, r->distance_median_mm, r->distance_p95_mm, r->relief_before_mm,
           r->relief_after_mm, r->relief_r2, r->relief_kept);
    if (r->own_judged)
        printf("     %6.2f  %6.2f", r->own_r2, r->own_kept);
    printf("\n");
}

void ef_evaluation_print(const efface_evaluation *e)
{
    printf("region     gone  survived  distance mm      relief mm (rms)    R2    kept     own R2    kept\n"
           "                           median    95 %%   before   after\n");
    for (int k = 0; k < EFFACE_REGIONS; k++) {
        const efface_region_change *r = &e->region[k];
        if (!r->visible)
            printf("%-10s outside the field of view\n", r->name);
        else
            print_region(r);
    }
    if (!e->nose_found)
        printf("no nose was found in the original; the regions are placed by proportion\n");
    if (e->has_brain)
        printf("\nbrain      %lld of %lld voxels changed, %.0f mm3, up to %.1f mm deep%s\n",
               (long long)e->brain_changed, (long long)e->brain_voxels, e->brain_changed_mm3,
               e->brain_depth_mm, e->brain_estimated ? " (estimated; no --brain)" : "");
    else
        printf("\nbrain      not judged (no --brain, and no estimate was possible)\n");
    print_fill(e);
    printf("changed    %lld of %lld voxels in %lld pieces, %lld outside the largest\n",
           (long long)e->voxels_changed, (long long)e->voxels, (long long)e->pieces,
           (long long)e->changed_apart);
    printf("datatype %s, scale %s, orientation %s\n", kept(e->same_dtype), kept(e->same_scale),
           kept(e->same_orientation));
    printf("header     %s", e->n_fields == 0 ? "no field changed" : "changed:");
    for (int k = 0; k < e->n_fields; k++)
        printf(" %s", e->fields[k]);
    printf("\n\n%s%s%s\n", verdict(e), e->reason[0] != '\0' ? ": " : "", e->reason);
}

enum { TSV_COLUMNS = 21, TSV_COLUMNS_A_REGION = 8 };

void ef_evaluation_tsv_head(void)
{
    printf(
        "original\tdefaced\tverdict\treason\tfeatures_gone\tbrain_estimated\tbrain_voxels\tbrain_changed\t"
        "brain_changed_mm3\tbrain_depth_mm\tchanged\tpieces\tfill_plausible\tfill_constant\tair_constant\t"
        "edge_cm2\tedge_step\tsame_datatype\tsame_scale\tsame_orientation\tfields_changed");
    static const char *const regions[EFFACE_REGIONS] = {"face", "eyes",     "nose",     "mouth",
                                                        "chin", "ear_left", "ear_right"};
    for (int k = 0; k < EFFACE_REGIONS; k++)
        printf("\t%s_gone\t%s_survived\t%s_median_mm\t%s_p95_mm\t%s_r2\t%s_kept\t%s_own_r2\t%s_own_kept",
               regions[k], regions[k], regions[k], regions[k], regions[k], regions[k], regions[k],
               regions[k]);
    printf("\n");
}

/* What was not judged is n/a, as in BIDS. */
void ef_evaluation_tsv(const char *original, const char *defaced, const efface_evaluation *e)
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
        if (r->visible && r->own_judged)
            printf("\t%.6g\t%.6g", r->own_r2, r->own_kept);
        else
            printf("\tn/a\tn/a");
    }
    printf("\n");
}

/* It has as many columns as any other row. */
void ef_evaluation_tsv_unread(const char *original, const char *defaced, const char *why)
{
    printf("%s\t%s\tunread\t%s", original, defaced, why);
    for (int k = 4; k < TSV_COLUMNS + TSV_COLUMNS_A_REGION * EFFACE_REGIONS; k++)
        printf("\tn/a");
    printf("\n");
}
