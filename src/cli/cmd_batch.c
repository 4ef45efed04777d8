/* efface batch LIST|FOLDER OUT: many scans by one call. The pipeline does the work (dataset/pipeline.h). */
#include <stdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "cli/dataset_options.h"
#include "dataset/find.h"

enum { PATH_BYTES = 4096 };

struct arguments {
    ef_dataset_arguments dataset;
};

static const ef_option options[] = {EF_DATASET_ROWS(offsetof(struct arguments, dataset)), {0}};

static void init(void *arguments)
{
    struct arguments *a = arguments;
    ef_dataset_arguments_init(&a->dataset);
}

static efface_status run(const ef_call *call, efface_error *err)
{
    const struct arguments *a = call->arguments;
    const char *in = call->operands[0], *out = call->operands[1];
    char state[PATH_BYTES];
    struct stat info;
    ef_units units = {0};
    if (stat(in, &info) != 0)
        return ef_fail(err, EFFACE_INPUT, "no list and no folder '%s'", in);
    if (snprintf(state, sizeof state, "%s/efface", out) >= (int)sizeof state)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", out);
    const ef_companions companions = {
        .state = state, .pictures = !a->dataset.no_pictures, .masks = a->dataset.masks};
    efface_status status = S_ISDIR(info.st_mode) ? ef_find_folder(&units, in, out, &companions, err)
                                                 : ef_find_list(&units, in, out, &companions, err);
    const ef_dataset dataset = {.units = &units, .root = out, .state = state, .what = "unit"};
    if (status == EFFACE_PASS)
        status = ef_dataset_run(&dataset, &a->dataset, err);
    ef_units_release(&units);
    return status;
}

const ef_command ef_cmd_batch = {
    .name = "batch",
    .summary = "remove the face from many scans: a list, or a folder",
    .operands = "LIST|FOLDER OUT",
    .least = 2,
    .most = 2,
    .description =
        "Treats every image of a folder and of the folders below it, or every row of a list, several images "
        "at a time. Results get the same names below the folder OUT. Each image ends as 'efface run' ends "
        "it: what is not proved is not written. One image that fails does not stop the others.\n\n"
        "A list is a text file with tabs between its columns. Its first line names them: 'in', a path "
        "relative to the list, and 'out', a path below OUT. A third column 'group' may join images of one "
        "head from one session: the first that passes leads, and the others follow it where that is sure, "
        "as with 'efface apply'. Or a column 'reference' names the 'in' of the row that leads.\n\n"
        "What was done is written to a journal, OUT/efface/journal. The same command run again does only "
        "what is missing: after a power cut, a full disk, a kill, or when images were added or changed. "
        "SIGINT and SIGTERM end the run with exit status 75.\n\n"
        "At the end pages are written on which a person can look at every image and rate it: see 'efface help "
        "report'. With --ratings the next call does what was decided there.\n\n"
        "The exit status is that of the worst image, in this order: 1, 2, 5, 4, 3, 6, 0.",
    .examples = "efface batch scans/ defaced/\n"
                "efface batch list.tsv defaced/ --masks --jobs 8\n"
                "efface batch scans/ defaced/ --shard 3/20\n",
    .options = options,
    .size = sizeof(struct arguments),
    .init = init,
    .run = run,
};
