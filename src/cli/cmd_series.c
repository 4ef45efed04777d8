/* efface series: the series in a folder of DICOM files. Also prints a series as one line, here and in
 * `run`. */
#include "cli/cmd_series.h"

#include <stdio.h>

static const ef_option options[] = {{0}};

void ef_print_series(FILE *out, const efface_series *series)
{
    if (series->name[0] != '\0' && series->n[0] > 0)
        fprintf(out, "%s: ", series->name);
    fprintf(out, "series %d", series->number);
    if (series->modality[0] != '\0')
        fprintf(out, " %s", series->modality);
    if (series->description[0] != '\0')
        fprintf(out, " '%s'", series->description);
    fprintf(out, ", %d file%s", series->files, series->files == 1 ? "" : "s");
    if (series->n[0] > 0)
        fprintf(out, ", %lldx%lldx%lld", (long long)series->n[0], (long long)series->n[1],
                (long long)series->n[2]);
    if (series->volumes > 1)
        fprintf(out, "x%lld", (long long)series->volumes);
    if (series->gaps > 0)
        fprintf(out, ", slices missing in %d place%s", series->gaps, series->gaps == 1 ? "" : "s");
    fputc('\n', out);
}

static void print(void *context, const efface_series *series)
{
    (void)context;
    if (series->left_out[0] != '\0')
        printf("left out, %s: ", series->left_out);
    ef_print_series(stdout, series);
}

static efface_status run(const ef_call *call, efface_error *err)
{
    return efface_list_dicom(call->operands[0], print, NULL, err);
}

const ef_command ef_cmd_series = {
    .name = "series",
    .summary = "list the series in a folder of DICOM files",
    .operands = "IN",
    .least = 1,
    .most = 1,
    .description =
        "Lists the series that 'efface IN OUT' would find in a folder of DICOM files and in all folders "
        "below it: number, kind, description, files and size of each. A series that would be left out is "
        "shown with the reason. Where the images of a series differ in orientation, echo or size, it "
        "counts as several scans and is listed in several lines.",
    .examples = "efface series dicom/\n",
    .options = options,
    .run = run,
};
