/* efface report FOLDER: the pages of a data set, from its journals and records. */
#include <stdio.h>

#include "cli/command.h"
#include "report/report.h"

enum { PATH_BYTES = 4096 };

struct arguments {
    ef_volumes_of volumes;
};

static const ef_choice volume_words[] = {
    {"none", EF_VOLUMES_NONE},
    {"review", EF_VOLUMES_REVIEW},
    {"all", EF_VOLUMES_ALL},
    {NULL, 0},
};

static const ef_option options[] = {
    {.name = "volumes",
     .kind = EF_CHOICE,
     .field = offsetof(struct arguments, volumes),
     .choices = volume_words,
     .value = "WHOSE",
     .help =
         "copy results and masks into the pages, so that the 3-D view shows them without asking for the "
         "file; a copy is a third larger than the file"},
    {0}};

static efface_status run(const ef_call *call, efface_error *err)
{
    char state[PATH_BYTES], index[PATH_BYTES];
    const struct arguments *a = call->arguments;
    efface_status status = ef_report_find(state, sizeof state, call->operands[0], err);
    if (status == EFFACE_PASS)
        status = ef_report_write(index, sizeof index, state, a->volumes, err);
    if (status == EFFACE_PASS)
        puts(index);
    return status;
}

const ef_command ef_cmd_report = {
    .name = "report",
    .summary = "pages to look through a data set's results",
    .operands = "FOLDER",
    .least = 1,
    .most = 1,
    .description =
        "Writes pages on which a person can look through what 'efface batch' or 'efface bids' made: counts, a "
        "table of all images with the worst first, their pictures, the checks in words, and keys to rate "
        "each image. They need only a browser, no server and no network. FOLDER is the folder of the "
        "results, OUT, or the one below it that holds the journal. The path of the first page is printed.\n\n"
        "'efface batch' and 'efface bids' do this at their end by themselves. Run it by hand after the last "
        "job of an array of shards: it joins what all of them did.\n\n"
        "The 3-D view (NiiVue) draws a result and its mask. A page that was opened from a disk may not read other "
        "files by itself: choose them there, use --volumes, or open the page through a web server of your own. "
        "The next run of 'efface batch' removes the copies.\n\n"
        "The pages show results, never an original. A result that needs review may still show a face: the "
        "pages are for the people who check, not for publication.",
    .examples = "efface report defaced/\n"
                "efface report defaced/ --volumes review\n",
    .options = options,
    .size = sizeof(struct arguments),
    .run = run,
};
