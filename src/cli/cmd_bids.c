/* efface bids BIDS_DIR OUT_DIR [LEVEL]: a BIDS data set by one call, as a BIDS App. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/dataset_options.h"
#include "dataset/bids.h"
#include "dataset/bids_files.h"
#include "dataset/bids_left.h"
#include "dataset/keep.h"
#include "identity/sidecar.h"
#include "io/file.h"
#include "io/folder.h"

enum { PATH_BYTES = 4096 };

struct arguments {
    ef_dataset_arguments dataset;
    ef_list participants, sessions, without_participants, without_sessions, modalities;
    const char *filter;
    ef_placement placement;
    bool revert, skip_validation;
    bool gather; /* the level is group */
};

static const ef_choice placement_words[] = {
    {"adjacent", EF_PLACE_ADJACENT},
    {"derivatives", EF_PLACE_DERIVATIVES},
    {"inplace", EF_PLACE_INPLACE},
    {NULL, 0},
};

#define FIELD(member) offsetof(struct arguments, member)

static const ef_option options[] = {
    {.name = "Which images", .kind = EF_HEADING},
    {.name = "participant-label",
     .kind = EF_LIST,
     .field = FIELD(participants),
     .value = "LABEL...",
     .help = "only these subjects, with or without sub-"},
    {.name = "session-label",
     .kind = EF_LIST,
     .field = FIELD(sessions),
     .value = "LABEL...",
     .help = "only these sessions, with or without ses-"},
    {.name = "exclude-participant-label",
     .kind = EF_LIST,
     .field = FIELD(without_participants),
     .value = "LABEL...",
     .help = "all subjects but these"},
    {.name = "exclude-session-label",
     .kind = EF_LIST,
     .field = FIELD(without_sessions),
     .value = "LABEL...",
     .help = "all sessions but these"},
    {.name = "modalities",
     .kind = EF_LIST,
     .field = FIELD(modalities),
     .value = "WORD...",
     .help = "only images with these suffixes or in these folders, such as T1w or anat"},
    {.name = "bids-filter-file",
     .kind = EF_TEXT,
     .field = FIELD(filter),
     .value = "PATH",
     .help = "JSON object of queries, as fMRIPrep reads it; an image has to match one of them"},
    {.name = "Where results go", .kind = EF_HEADING},
    {.name = "placement",
     .kind = EF_CHOICE,
     .field = FIELD(placement),
     .choices = placement_words,
     .value = "WHERE",
     .help = "adjacent: OUT_DIR is a raw data set where every file has its name; derivatives: OUT_DIR is a "
             "derivative data set whose images are named desc-defaced; inplace: OUT_DIR is BIDS_DIR, and "
             "originals move to sourcedata/pre-deface"},
    {.name = "revert",
     .kind = EF_FLAG,
     .field = FIELD(revert),
     .help = "undo --placement inplace: every original back, results, masks, records and pages removed"},
    {.name = "skip-bids-validation",
     .kind = EF_FLAG,
     .field = FIELD(skip_validation),
     .help = "accepted for the sake of other BIDS Apps: nothing is validated here in any case"},
    {.name = "n-procs",
     .kind = EF_INTEGER,
     .field = FIELD(dataset.jobs),
     .low = 0,
     .high = EF_THREADS_MOST,
     .value = "N",
     .help = "the same as --jobs"},
    {.name = "omp-nthreads",
     .kind = EF_INTEGER,
     .field = FIELD(dataset.options.threads),
     .low = 1,
     .high = EF_THREADS_MOST,
     .value = "N",
     .help = "the same as --threads"},
    EF_DATASET_ROWS(FIELD(dataset)),
    {0}};

static void init(void *arguments)
{
    struct arguments *a = arguments;
    ef_dataset_arguments_init(&a->dataset);
}

/* --- what is chosen --- */

static bool add_list(ef_bids_words *words, const ef_list *list)
{
    bool fits = list->first == NULL || ef_bids_words_add(words, list->first);
    for (int k = 0; fits && k < list->n_more; k++)
        fits = ef_bids_words_add(words, list->more[k]);
    return fits;
}

static efface_status choose(ef_bids_choice *choice, char **filter, const struct arguments *a,
                            efface_error *err)
{
    size_t n;
    *choice = (ef_bids_choice){0};
    if (!add_list(&choice->participants, &a->participants) || !add_list(&choice->sessions, &a->sessions) ||
        !add_list(&choice->without_participants, &a->without_participants) ||
        !add_list(&choice->without_sessions, &a->without_sessions) ||
        !add_list(&choice->modalities, &a->modalities))
        return ef_fail_memory(err, 1);
    if (a->filter == NULL)
        return EFFACE_PASS;
    const efface_status status = ef_sidecar_read(filter, &n, a->filter, err);
    if (status != EFFACE_PASS)
        return status;
    if (*filter == NULL)
        return ef_fail(err, EFFACE_USAGE, "no filter file '%s'", a->filter);
    choice->filter = *filter;
    return ef_bids_filter_check(*filter, a->filter, err);
}

static void choice_release(ef_bids_choice *choice)
{
    ef_bids_words_release(&choice->participants);
    ef_bids_words_release(&choice->sessions);
    ef_bids_words_release(&choice->without_participants);
    ef_bids_words_release(&choice->without_sessions);
    ef_bids_words_release(&choice->modalities);
}

/* --- where results go --- */

/* A folder with anything in it must be an earlier output: files beside the images are replaced there. A job
 * script makes the state folder for its logs. */
static efface_status check_out(const struct arguments *a, const char *in, const char *out,
                               const char *state, efface_error *err)
{
    char journals[PATH_BYTES];
    const bool inplace = a->placement == EF_PLACE_INPLACE;
    if (ef_file_same(in, out) != inplace)
        return ef_fail(err, EFFACE_USAGE,
                       inplace ? "in place, BIDS_DIR and OUT_DIR are the same folder; '%s' is another one"
                               : "input and output are the same data set '%s' (see --placement inplace)",
                       out);
    if (a->revert && (a->dataset.dry_run || a->modalities.first != NULL || a->filter != NULL))
        return ef_fail(err, EFFACE_USAGE,
                       "--revert puts back whole sessions, at once: without --dry-run, --modalities and "
                       "--bids-filter-file");
    if (inplace && (a->dataset.options.keep_review || a->dataset.ratings != NULL))
        return ef_fail(err, EFFACE_USAGE,
                       "in place, what needs review stays as it was: --keep-review and --ratings need "
                       "--placement adjacent");
    if (snprintf(journals, sizeof journals, "%s/journal", state) >= (int)sizeof journals)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", out);
    if (a->gather && access(journals, F_OK) != 0)
        return ef_fail(err, EFFACE_INPUT, "nothing to gather: there is no journal in '%s'", state);
    if (!inplace && !a->dataset.options.force && !ef_folder_leads_to(out, state) &&
        access(journals, F_OK) != 0)
        return ef_fail(err, EFFACE_USAGE, "'%s' is not empty, and no earlier output of 'efface bids'", out);
    return EFFACE_PASS;
}

/* --- after the images --- */

static void print_written(const struct arguments *a, const ef_bids_written *written,
                          const ef_bids_places *places)
{
    const bool inplace = places->placement == EF_PLACE_INPLACE;
    if (a->dataset.json || a->dataset.quiet)
        return;
    printf("%zu other files %s, %zu files and folders not %s: see %s/%s\n", written->copied,
           inplace ? "changed" : "copied", written->left, inplace ? "treated" : "copied", places->state,
           ef_bids_left_name(places));
    if (written->over_89 > 0)
        printf("participants.tsv holds %zu age%s above 89, which HIPAA counts as identifying\n",
               written->over_89, written->over_89 == 1 ? "" : "s");
}

static void print_face(const ef_item *item, const ef_ending *ending)
{
    printf("still with its face: %s: %s\n", item->name,
           ending != NULL ? ending->reason : "not treated yet");
}

static void print_in_place(const ef_inplace_done *done, const ef_bids_places *places)
{
    printf("in place: %zu placed now; originals, with their faces, in %s/%s\n", done->placed,
           places->folder, EF_KEEP_FOLDER);
    if (done->with_face > 0)
        printf("%zu %s, as %s not pass\n", done->with_face,
               done->with_face == 1 ? "image STILL SHOWS ITS FACE" : "images STILL SHOW THEIR FACES",
               done->with_face == 1 ? "it did" : "they did");
}

/* Places results and writes the other files. */
static efface_status finish(const struct arguments *a, const ef_bids *bids, const ef_bids_places *places,
                            ef_inplace *inplace, efface_error *err)
{
    ef_inplace_done done = {0};
    ef_bids_written written;
    efface_error first = {0};
    efface_status placed = EFFACE_PASS;
    if (inplace != NULL)
        placed =
            ef_inplace_place_all(&done, inplace, &bids->units, a->dataset.json ? NULL : print_face, &first);
    const efface_status status = ef_bids_write(&written, bids, places, inplace, &a->dataset.options, err);
    if (status == EFFACE_PASS)
        print_written(a, &written, places);
    if (inplace != NULL && !a->dataset.json)
        print_in_place(&done, places);
    if (placed != EFFACE_PASS)
        *err = first;
    return placed != EFFACE_PASS ? placed : status;
}

/* A dry run makes no mirror in which masks and pictures could be looked for. */
static void forget_companions(const ef_units *units)
{
    for (size_t u = 0; u < units->n; u++)
        for (size_t i = 0; i < units->unit[u].n; i++) {
            ef_item *item = &units->unit[u].item[i];
            free(item->mask);
            free(item->picture);
            item->mask = item->picture = NULL;
        }
}

static efface_status treat(const struct arguments *a, ef_bids *bids, const ef_bids_places *places,
                           ef_inplace *inplace, efface_error *err)
{
    efface_error failed = {0};
    const ef_dataset dataset = {.units = &bids->units,
                                .root = places->root,
                                .state = places->state,
                                .what = "session",
                                .gather = a->gather};
    efface_status status = EFFACE_PASS;
    if (inplace != NULL && a->dataset.dry_run)
        forget_companions(&bids->units);
    else if (inplace != NULL)
        status = ef_inplace_make_mirror(inplace, err);
    if (status == EFFACE_PASS)
        status = ef_dataset_run(&dataset, &a->dataset, err);
    const bool gathered = a->gather && status == EFFACE_STOPPED; /* some images are not treated yet */
    const bool ran =
        gathered || (status != EFFACE_STOPPED && err->message[0] == '\0' && !a->dataset.dry_run);
    /* a shard without sessions has nothing to say of the data set */
    const efface_status finished =
        ran && bids->units.n > 0 ? finish(a, bids, places, inplace, &failed) : EFFACE_PASS;
    if (inplace != NULL)
        inplace->alone = bids->units.n == bids->n_units && !a->dataset.dry_run;
    if (finished == EFFACE_PASS)
        return status;
    *err = failed;
    return finished;
}

static void print_stays(const char *name, const char *why)
{
    printf("stays: %s: %s\n", name, why);
}

static efface_status revert(const ef_bids *bids, ef_inplace *inplace, efface_error *err)
{
    ef_reverted r;
    const bool all = bids->units.n == bids->n_units;
    const efface_status status =
        ef_inplace_revert(&r, inplace, all ? NULL : &bids->units, print_stays, err);
    if (status != EFFACE_PASS)
        return status;
    printf(
        "reverted: %zu originals back, %zu other files removed, %zu refused, %zu files of others left in "
        "%s\n",
        r.back, r.removed, r.refused, all ? r.left : 0, inplace->state);
    return r.refused == 0
               ? EFFACE_PASS
               : ef_fail(err, EFFACE_USAGE, "%zu files are not ours, or lack their originals", r.refused);
}

/* --- all of it --- */

static efface_status run_all(const struct arguments *a, const ef_bids_places *places, efface_error *err)
{
    ef_bids bids = {0};
    ef_bids_choice choice = {0};
    ef_inplace inplace = {.list = {.fd = -1}};
    const bool in_place = places->placement == EF_PLACE_INPLACE;
    char *filter = NULL;
    efface_status status = choose(&choice, &filter, a, err);
    if (status == EFFACE_PASS && in_place && !a->dataset.dry_run)
        status = ef_inplace_open(&inplace, places, err);
    if (status == EFFACE_PASS)
        status = ef_bids_find(&bids, places, &choice, err);
    if (status == EFFACE_PASS)
        status = a->revert ? revert(&bids, &inplace, err)
                           : treat(a, &bids, places, in_place ? &inplace : NULL, err);
    ef_inplace_close(&inplace);
    ef_bids_release(&bids);
    choice_release(&choice);
    free(filter);
    return status;
}

static efface_status run(const ef_call *call, efface_error *err)
{
    struct arguments a = *(const struct arguments *)call->arguments;
    const char *in = call->operands[0], *out = call->operands[1];
    const char *level = call->n_operands > 2 ? call->operands[2] : "participant";
    char state[PATH_BYTES], mirror[PATH_BYTES];
    if (strcmp(level, "participant") != 0 && strcmp(level, "group") != 0)
        return ef_fail(err, EFFACE_USAGE, "expected the level participant or group, got '%s'", level);
    a.gather = strcmp(level, "group") == 0;
    if (a.gather && (a.revert || a.dataset.dry_run || a.dataset.shard != NULL))
        return ef_fail(err, EFFACE_USAGE, "the level group has no --revert, --dry-run or --shard");
    if (a.revert)
        a.placement = EF_PLACE_INPLACE;
    if (!ef_bids_state(state, sizeof state, out, a.placement) ||
        snprintf(mirror, sizeof mirror, "%s/unplaced", state) >= (int)sizeof mirror)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", out);
    const ef_bids_places places = {.folder = in,
                                   .root = a.placement == EF_PLACE_INPLACE ? mirror : out,
                                   .state = state,
                                   .placement = a.placement,
                                   .pictures = !a.dataset.no_pictures};
    const efface_status status = check_out(&a, in, out, state, err);
    return status == EFFACE_PASS ? run_all(&a, &places, err) : status;
}

const ef_command ef_cmd_bids = {
    .name = "bids",
    .summary = "remove the face from a BIDS data set",
    .operands = "BIDS_DIR OUT_DIR [participant|group]",
    .least = 2,
    .most = 3,
    .description =
        "Writes the data set BIDS_DIR without faces to OUT_DIR, as a BIDS App. A session is treated as a "
        "whole: a leader is sought among its images (T1w first), and the others follow it where that is "
        "sure, as with 'efface apply', and else stand by themselves. Sidecars say what was done, and are "
        "cleaned with --deidentify. Tables of scans name what was written. Masks, records and pictures "
        "lie in OUT_DIR/derivatives/efface.\n\n"
        "With --placement derivatives OUT_DIR is a derivative data set, such as BIDS_DIR/derivatives/defaced: "
        "images are named desc-defaced, masks, records and pictures lie beside them, journal and pages in "
        "OUT_DIR/efface.\n\n"
        "With --placement inplace BIDS_DIR is given twice. The originals of images that pass, and of files "
        "that change, move to sourcedata/pre-deface, where they still show faces; a kill at any moment loses none. An image that does "
        "not pass stays as it was, with its face: the last line counts these, and the exit status is not 0. "
        "'efface bids DIR DIR --revert' puts everything back.\n\n"
        "What is not known to be free of faces is not copied: derivatives, sourcedata, code, masks, labels, "
        "files of unknown kinds. not_copied.tsv beside the report lists it; with --deidentify only folders "
        "and counts, as names may name people. An image that did not pass has no file in OUT_DIR; its "
        "record says why.\n\n"
        "The level group gathers what calls of the level participant did, by labels or in shards: it joins "
        "their journals, and writes the files of the data set, lists and report. It defaces nothing, needs the "
        "same options, and its exit status is that of all images; 75 where some are not treated yet. A "
        "participant call over all images does that by itself.\n\n"
        "The same command run again does only what is missing. Everything else is as for 'efface batch'. "
        "Links of git-annex and DataLad are read, the results are plain files.",
    .examples = "efface bids study/ study_defaced/\n"
                "efface bids study/ study_defaced/ participant --participant-label 01 02 --n-procs 8\n"
                "efface bids study/ study_defaced/ group\n"
                "efface bids study/ study/derivatives/defaced/ --placement derivatives\n"
                "efface bids study/ study/ --placement inplace\n"
                "efface bids study/ study/ --revert\n"
                "efface bids study/ study_defaced/ --deidentify --retain dates --key-file ../study.key\n",
    .options = options,
    .size = sizeof(struct arguments),
    .init = init,
    .run = run,
};
