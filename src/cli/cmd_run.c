/* efface run IN OUT: one scan from file to file, or a folder of DICOM files. efface_run and
 * efface_run_dicom do the work. Here are the options, and what a person sees. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cmd_series.h"
#include "cli/common_options.h"
#include "cli/outcome.h"
#include "io/format.h"
#include "scan/record.h"

struct arguments {
    efface_options options;
    bool json, quiet;
};

#define FIELD(member) offsetof(struct arguments, member)

static const ef_option options[] = {
    {.name = "What is done", .kind = EF_HEADING},
    {.name = "mode",
     .letter = 'm',
     .kind = EF_CHOICE,
     .field = FIELD(options.mode),
     .choices = ef_mode_words,
     .value = "MODE",
     .help = "what the face becomes: air, a head without features, or a mean face with random variation"},
    EF_OPTION_PARTS(FIELD(options.parts), ef_part_words, "parts to remove; all is face and ears"),
    {.name = "fill",
     .kind = EF_CHOICE,
     .field = FIELD(options.fill),
     .choices = ef_fill_words,
     .value = "FILL",
     .help = "what replaces it: the scan's own background, zero, or the scan's least value"},
    EF_OPTION_STRENGTH(FIELD(options.strength_mm), 0),
    {.name = "margin",
     .kind = EF_NUMBER,
     .field = FIELD(options.margin_mm),
     .low = 0.0,
     .high = EF_MARGIN_MOST_MM,
     .value = "MM",
     .help = "distance kept around the brain; less in a child, none under a scalp"},
    EF_OPTION_ENGINE(FIELD(options.engine)),
    {.name = "seed",
     .kind = EF_UINT64,
     .field = FIELD(options.seed),
     .given = FIELD(options.has_seed),
     .value = "N",
     .help =
         "seed of the fill and of the cut's random relief; the same seed gives the same bytes. Without it "
         "the seed is drawn from the system and stored nowhere, which is harder to undo"},
    {.name = "Who, where and when", .kind = EF_HEADING},
    EF_OPTION_DEIDENTIFY(FIELD(options.deidentify)),
    EF_OPTION_RETAIN(FIELD(options.retain)),
    EF_OPTION_KEY_FILE(FIELD(options.key_file)),
    {.name = "Outputs", .kind = EF_HEADING},
    EF_OPTION_FORCE(FIELD(options.force)),
    EF_OPTION_KEEP_HEADER(FIELD(options.keep_header)),
    EF_OPTION_KEEP_REVIEW(FIELD(options.keep_review)),
    EF_OPTION_MASK(FIELD(options.mask)),
    EF_OPTION_BRAIN(FIELD(options.brain)),
    {.name = "record",
     .kind = EF_TEXT,
     .field = FIELD(options.record),
     .value = "PATH",
     .help = "path of the record; without it, the name of OUT with the ending _efface.json"},
    EF_OPTION_NO_RECORD(FIELD(options.no_record)),
    EF_OPTION_RECORD_DATE(FIELD(options.record_date)),
    {.name = "png",
     .kind = EF_TEXT,
     .field = FIELD(options.png),
     .value = "PATH",
     .help = "draw the result: its surface from five sides, and three slices with mask and brain"},
    EF_OPTION_PNG_ORIGINAL(FIELD(options.png_original)),
    {.name = "DICOM", .kind = EF_HEADING},
    {.name = "series",
     .kind = EF_TEXT,
     .field = FIELD(options.series),
     .value = "WHICH",
     .help = "deface only this series: its number, its UID or its name in 'efface series IN'"},
    {.name = "others",
     .kind = EF_FLAG,
     .field = FIELD(options.others),
     .help = "copy the files that are no scans unchanged; they may show the face"},
    {.name = "Running", .kind = EF_HEADING},
    EF_OPTION_THREADS(FIELD(options.threads)),
    EF_OPTION_JSON(FIELD(json), "print the record to standard output"),
    EF_OPTION_QUIET(FIELD(quiet), "print only errors"),
    {0},
};

static void init(void *arguments)
{
    struct arguments *a = arguments;
    efface_options_init(&a->options);
}

/* One line that is overwritten; only on a terminal. */
static void show_stage(void *context, const char *stage)
{
    const char *in = context;
    fprintf(stderr, "\r\033[K%s: %s", in, stage);
}

/* State of the printing of series. */
typedef struct listing {
    const struct arguments *arguments;
    int n_records;
    efface_status status; /* of the printing */
} listing;

static void print_series(void *context, const efface_series *series)
{
    listing *l = context;
    efface_error unused;
    if (isatty(STDERR_FILENO) == 1)
        fputs("\r\033[K", stderr);
    if (l->arguments->json) {
        if (series->result == NULL || l->status != EFFACE_PASS)
            return;
        fputs(l->n_records++ > 0 ? ",\n" : "[\n", stdout);
        l->status = ef_print_record(&l->arguments->options, series->result, &unused);
    } else if (!l->arguments->quiet) {
        if (series->result != NULL)
            printf("%s: ", ef_record_verdict(series->result->status));
        else
            printf("%s, %s: ", series->copied ? "copied unchanged" : "left out", series->left_out);
        ef_print_series(stdout, series);
        if (series->result != NULL && series->result->status != EFFACE_PASS)
            printf("  %s\n", series->result->reason);
        if (series->result != NULL && series->result->dropped[0] != '\0')
            printf("  left out of its headers, for they could hold a picture: %s\n",
                   series->result->dropped);
    }
}

static bool is_dicom(const char *path)
{
    struct stat info;
    const ef_format *format = ef_format_of(path);
    return (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) ||
           (format != NULL && format->by == EF_BY_GDCM);
}

static efface_status run_dicom(const ef_call *call, const struct arguments *a, efface_error *err)
{
    listing l = {.arguments = a, .status = EFFACE_PASS};
    efface_status status =
        efface_run_dicom(call->operands[0], call->operands[1], &a->options, print_series, &l, err);
    if (a->json && l.n_records > 0)
        fputs("]\n", stdout);
    if (status == EFFACE_PASS && l.status != EFFACE_PASS)
        status = l.status;
    return status;
}

static efface_status run(const ef_call *call, efface_error *err)
{
    struct arguments a = *(const struct arguments *)call->arguments;
    efface_result result = {.status = EFFACE_PASS};
    bool watched = !a.quiet && isatty(STDERR_FILENO) == 1;
    char in[64];
    snprintf(in, sizeof in, "%s", call->operands[0]);
    if (watched) {
        a.options.progress = show_stage;
        a.options.progress_context = in;
    }
    const bool dicom = is_dicom(call->operands[0]);
    efface_status status = dicom
                               ? run_dicom(call, &a, err)
                               : efface_run(call->operands[0], call->operands[1], &a.options, &result, err);
    if (watched)
        fputs("\r\033[K", stderr);
    if (dicom)
        return status;
    const ef_outcome outcome = {call->operands[1], &a.options, &result, a.json, a.quiet};
    return ef_print_outcome(&outcome, status, err);
}

const ef_command ef_cmd_run = {
    .name = "run",
    .summary = "remove the face from one scan (the same as 'efface IN OUT')",
    .operands = "IN OUT",
    .least = 2,
    .most = 2,
    .description =
        "Removes face and ears from the head scan IN and writes the result to OUT. Both can be NIfTI "
        "(.nii, .nii.gz, .hdr/.img), MGH (.mgz), NRRD, MetaImage or any other format that 'efface formats' "
        "lists. IN can also be a folder of DICOM files: then OUT is a new folder with one folder for each "
        "scan. Voxels outside the mask stay bit for bit as they are, and so do the header's geometry, data "
        "type and scaling. The header's free text is cleared.\n\n"
        "OUT is written only after every audit held: the face is gone, the brain is untouched, and nothing "
        "else changed. Otherwise there is no OUT, one line says why, and the exit status tells the kind of "
        "problem. Existing files are replaced only with --force. A record of what was done and measured is "
        "written beside OUT.",
    .examples = "efface head.nii.gz defaced.nii.gz\n"
                "efface head.nii.gz defaced.nii.gz --mask mask.nii.gz --png defaced.png\n"
                "efface head.nii.gz defaced.nii.gz --parts face --margin 5\n"
                "efface dicom/ defaced/ --deidentify\n",
    .options = options,
    .size = sizeof(struct arguments),
    .init = init,
    .run = run,
};
