/* efface batch LIST|FOLDER OUT: many scans by one call. The pipeline does the work (dataset/pipeline.h). */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "cli/dataset_options.h"
#include "dataset/dicom_tree.h"
#include "dataset/find.h"

enum { PATH_BYTES = 4096 };

struct arguments {
    ef_dataset_arguments dataset;
    ef_layout layout;
    bool layout_given;
    const char *crosswalk;
};

#define FIELD(member) offsetof(struct arguments, member)

static const ef_choice layouts[] = {
    {"keep", EF_LAYOUT_KEEP}, {"uid", EF_LAYOUT_UID}, {"pseudonym", EF_LAYOUT_PSEUDONYM}, {NULL, 0}};

static const ef_option options[] = {
    {.name = "DICOM", .kind = EF_HEADING},
    {.name = "layout",
     .kind = EF_CHOICE,
     .field = FIELD(layout),
     .given = FIELD(layout_given),
     .choices = layouts,
     .value = "WHICH",
     .help = "how folders of DICOM results are named: as the input's, whose names may tell who it is; by "
             "UIDs; by pseudonyms, which --deidentify makes the default"},
    {.name = "crosswalk",
     .kind = EF_TEXT,
     .field = FIELD(crosswalk),
     .value = "PATH",
     .help = "table of which patient is in which folder, for its owner alone; without it, the name of OUT "
             "with the ending _crosswalk.tsv"},
    EF_DATASET_ROWS(FIELD(dataset)),
    {0}};

static void init(void *arguments)
{
    struct arguments *a = arguments;
    ef_dataset_arguments_init(&a->dataset);
}

/* --- a folder --- */

/* Makes "<out>_crosswalk.tsv" where none was given. */
static efface_status crosswalk_path(char path[PATH_BYTES], const char *given, const char *out,
                                    efface_error *err)
{
    int n = (int)strlen(out);
    while (n > 1 && out[n - 1] == '/')
        n--;
    const int length = given != NULL ? snprintf(path, PATH_BYTES, "%s", given)
                                     : snprintf(path, PATH_BYTES, "%.*s_crosswalk.tsv", n, out);
    return length < PATH_BYTES ? EFFACE_PASS : ef_fail(err, EFFACE_USAGE, "path is too long '%s'", out);
}

/* Adds the tree's series, and writes the lists that concern all of them. */
static efface_status add_tree(ef_units *units, ef_dicom_tree *tree, const ef_tree_places *places,
                              const struct arguments *a, efface_error *err)
{
    char path[PATH_BYTES];
    ef_crosswalk crosswalk = {0};
    efface_status status = crosswalk_path(path, a->crosswalk, places->root, err);
    if (status == EFFACE_PASS)
        status = ef_crosswalk_read(&crosswalk, path, err);
    for (size_t u = 0; status == EFFACE_PASS && u < units->n; u++) /* files have their names already */
        status = ef_crosswalk_reserve(&crosswalk, units->unit[u].name, err);
    if (status == EFFACE_PASS)
        status = ef_dicom_tree_units(units, &crosswalk, tree, places, err);
    if (status == EFFACE_PASS && !a->dataset.dry_run)
        status = ef_crosswalk_write(&crosswalk, path, places->root, err);
    ef_crosswalk_release(&crosswalk);
    if (status == EFFACE_PASS && !a->dataset.dry_run)
        status = ef_dicom_tree_left(tree, places->companions.state, err);
    return status;
}

/* Finds the images of a folder: files, and series of DICOM. */
static efface_status find_in_folder(ef_units *units, ef_dicom_tree **tree, const ef_tree_places *places,
                                    const struct arguments *a, efface_error *err)
{
    efface_status status = ef_find_folder(units, places->folder, places->root, &places->companions, err);
    if (status == EFFACE_PASS && ef_dicom_tree_is(places->folder)) {
        status = ef_dicom_tree_open(tree, places->folder, places->root, &a->dataset.options, err);
        if (status == EFFACE_PASS)
            status = add_tree(units, *tree, places, a, err);
    }
    if (status == EFFACE_PASS && units->n == 0)
        status = ef_fail(err, EFFACE_INPUT, "no image in '%s'", places->folder);
    return status;
}

static efface_status run(const ef_call *call, efface_error *err)
{
    const struct arguments *a = call->arguments;
    const char *in = call->operands[0], *out = call->operands[1];
    char state[PATH_BYTES];
    struct stat info;
    ef_units units = {0};
    ef_dicom_tree *tree = NULL;
    if (stat(in, &info) != 0)
        return ef_fail(err, EFFACE_INPUT, "no list and no folder '%s'", in);
    if (snprintf(state, sizeof state, "%s/efface", out) >= (int)sizeof state)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", out);
    const ef_tree_places places = {
        .folder = in,
        .root = out,
        .layout = a->layout_given || !a->dataset.options.deidentify ? a->layout : EF_LAYOUT_PSEUDONYM,
        .companions = {.state = state, .pictures = !a->dataset.no_pictures, .masks = a->dataset.masks}};
    efface_status status = S_ISDIR(info.st_mode) ? find_in_folder(&units, &tree, &places, a, err)
                                                 : ef_find_list(&units, in, out, &places.companions, err);
    const ef_dataset dataset = {.units = &units, .root = out, .state = state, .what = "unit"};
    if (status == EFFACE_PASS)
        status = ef_dataset_run(&dataset, &a->dataset, err);
    ef_units_release(&units);
    ef_dicom_tree_close(tree);
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
        "A folder may hold DICOM files too, of many patients and studies, in any order. Each series "
        "becomes a folder of its own as soon as it is done. Series of one study that share a frame of "
        "reference help each other. OUT_crosswalk.tsv says who is in which folder.\n\n"
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
