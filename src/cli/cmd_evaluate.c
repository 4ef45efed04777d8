/* efface evaluate ORIGINAL DEFACED: the verdict on any tool's output, as a table for people, or as JSON or
 * TSV for machines. Its operands are one pair, or two folders whose images are paired by name. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/json.h"
#include "base/options.h"
#include "cli/common_options.h"
#include "cli/show_evaluation.h"
#include "io/walk.h"

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
     .help = "brain mask on the same grid, nonzero is brain; or a folder of such masks, named as the "
             "originals. Without it efface's own estimate is used, and a pass becomes a review"},
    EF_OPTION_PARTS(FIELD(parts), ef_judged_part_words, "parts that must be gone"),
    EF_OPTION_THREADS(FIELD(threads)),
    EF_OPTION_JSON(FIELD(json), "print JSON instead of a table"),
    {.name = "tsv",
     .kind = EF_FLAG,
     .field = FIELD(tsv),
     .help = "print one row for each pair, separated by tabs"},
    {0},
};

static void init(void *arguments)
{
    struct arguments *a = arguments;
    a->parts = EFFACE_PARTS_ALL;
}

/* Counts over all pairs. */
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
            ef_evaluation_write(json, &e);
        else
            ef_json_text(json, "error", why.message);
        ef_json_end(json);
    } else if (status != EFFACE_PASS) {
        if (a->tsv)
            ef_evaluation_tsv_unread(original, defaced, why.message);
        else
            printf("\n%s, %s\nunread: %s\n", original, defaced, why.message);
    } else if (a->tsv) {
        ef_evaluation_tsv(original, defaced, &e);
    } else {
        printf("\n%s, %s\n", original, defaced);
        ef_evaluation_print(&e);
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

/* The path of the file in `folder` that has the same name as `below` has in `root`; false where too
 * long. */
static bool counterpart(char path[4096], const char *folder, const char *root, const char *below)
{
    const char *rest = below + strlen(root);
    return snprintf(path, 4096, "%s/%s", folder, rest + strspn(rest, "/")) < 4096;
}

/* Compares each defaced image with the original of the same name; where there is none, it is unread. */
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
    ef_evaluation_write(&json, e);
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
        return ef_fail(err, EFFACE_USAGE, "--json and --tsv exclude each other");
    if (is_folder(original) != is_folder(defaced))
        return ef_fail(err, EFFACE_USAGE, "expected two images or two folders, got '%s' and '%s'", original,
                       defaced);
    if (a->tsv)
        ef_evaluation_tsv_head();
    if (is_folder(original))
        return run_folders(original, defaced, a, err);
    efface_status status = efface_evaluate(original, defaced, a->brain, a->parts, a->threads, &e, err);
    if (status != EFFACE_PASS)
        return status;
    if (a->json)
        status = print_one(&e, err);
    else if (a->tsv)
        ef_evaluation_tsv(original, defaced, &e);
    else
        ef_evaluation_print(&e);
    return status != EFFACE_PASS ? status : e.status;
}

const ef_command ef_cmd_evaluate = {
    .name = "evaluate",
    .summary = "judge any tool's output against its original",
    .operands = "ORIGINAL DEFACED",
    .least = 2,
    .most = 2,
    .description =
        "Compares a defaced scan with its original, whatever tool made it, by two criteria: all features "
        "of the face are gone, and nothing of the brain is. Both images must have the same grid. The "
        "verdict does not depend on efface's own masks. Without a brain mask efface's estimate of the "
        "brain is used and labelled as such, and the verdict is at best a review.\n\n"
        "With two folders, each image below DEFACED is compared with the image of the same name below "
        "ORIGINAL. The exit status is 5 where any pair fails, else 3 where any can't be read or has no "
        "original, else 6 where any needs review.\n\n"
        "'fill' compares the changed voxels that are air now with the scan's own air: exact zeros among "
        "noise break quality measures and brain extraction. 'cut' is the surface between the changed "
        "voxels and what is left of the head.\n\n"
        "The surface is seen from the front, for the ears from the sides. 'survived' is the fraction of a "
        "region from which the new surface is at most 1 mm away. 'relief' is the height in wavelengths of "
        "8 to 60 mm. 'R2' is the squared correlation of the new relief with the old one, 'kept' the "
        "fraction of the old height that is found in the new relief. The regions are placed by the nose. "
        "The header must know front and up to within about 25 degrees.\n\n"
        "'own R2' and 'own kept' are the same numbers for what this head's relief differs from the mean "
        "face. A feature with nothing of its own left counts as gone. A scan with a new face still fails "
        "where that face runs through the old one. What is not measured here can still identify a person: "
        "hair, skull, teeth, the scan's text.",
    .examples = "efface evaluate sub-01_T1w.nii.gz defaced.nii.gz --brain brain.nii.gz\n"
                "efface evaluate sub-01_T1w.nii.gz defaced.nii.gz --json --parts face\n"
                "efface evaluate originals/ defaced/ --brain masks/ --tsv >judged.tsv\n",
    .options = options,
    .size = sizeof(struct arguments),
    .init = init,
    .run = run,
};
