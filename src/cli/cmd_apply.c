/* efface apply --from RECORD IN OUT: another image of a head that was defaced before. efface_apply does the
 * work. Here are its options, and which of them are taken from the record. */
#include <string.h>

#include "base/error.h"
#include "cli/common_options.h"
#include "cli/outcome.h"
#include "scan/record_read.h"

struct arguments {
    efface_options options;
    const char *from, *image;
    bool mode_given, parts_given, fill_given, margin_given, strength_given, quiet, json;
};

#define FIELD(member) offsetof(struct arguments, member)

static const ef_option options[] = {
    {.name = "Which head", .kind = EF_HEADING},
    {.name = "from",
     .kind = EF_TEXT,
     .field = FIELD(from),
     .value = "RECORD",
     .help = "record of the scan that was defaced first; required"},
    {.name = "image",
     .kind = EF_TEXT,
     .field = FIELD(image),
     .value = "PATH",
     .help = "that scan, defaced or not; without it, the image beside the record"},
    {.name = "as-is",
     .kind = EF_TEXT,
     .field = FIELD(options.as_is),
     .value = "MASK",
     .help = "take the mask that the first run wrote with --mask as it is, by the headers: for phases and "
             "maps, which show no head of their own"},
    {.name = "What is done (by default as the record says)", .kind = EF_HEADING},
    {.name = "mode",
     .letter = 'm',
     .kind = EF_CHOICE,
     .field = FIELD(options.mode),
     .given = FIELD(mode_given),
     .choices = ef_mode_words,
     .value = "MODE",
     .help = "what the face becomes"},
    {.name = "parts",
     .letter = 'p',
     .kind = EF_SET,
     .field = FIELD(options.parts),
     .given = FIELD(parts_given),
     .choices = ef_part_words,
     .value = "PARTS",
     .help = "parts to remove; all is face and ears"},
    {.name = "fill",
     .kind = EF_CHOICE,
     .field = FIELD(options.fill),
     .given = FIELD(fill_given),
     .choices = ef_fill_words,
     .value = "FILL",
     .help = "what replaces it"},
    EF_OPTION_STRENGTH(FIELD(options.strength_mm), FIELD(strength_given)),
    {.name = "margin",
     .kind = EF_NUMBER,
     .field = FIELD(options.margin_mm),
     .given = FIELD(margin_given),
     .low = 0.0,
     .high = EF_MARGIN_MOST_MM,
     .value = "MM",
     .help = "distance kept around the brain; less in a child"},
    {.name = "seed",
     .kind = EF_UINT64,
     .field = FIELD(options.seed),
     .given = FIELD(options.has_seed),
     .value = "N",
     .help = "seed of the fill and of the cut's random relief; without it, drawn from the system"},
    EF_OPTION_ENGINE(FIELD(options.engine)),
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
     .help = "path of this run's record; without it, the name of OUT with the ending _efface.json"},
    EF_OPTION_NO_RECORD(FIELD(options.no_record)),
    EF_OPTION_RECORD_DATE(FIELD(options.record_date)),
    {.name = "png",
     .kind = EF_TEXT,
     .field = FIELD(options.png),
     .value = "PATH",
     .help = "draw the result"},
    EF_OPTION_PNG_ORIGINAL(FIELD(options.png_original)),
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

static efface_status run(const ef_call *call, efface_error *err)
{
    struct arguments a = *(const struct arguments *)call->arguments;
    ef_record_said said;
    if (a.from == NULL)
        return ef_fail(err, EFFACE_USAGE, "expected --from RECORD");
    efface_status status = ef_record_read(&said, a.from, err);
    if (status != EFFACE_PASS)
        return status;
    a.options.mode = a.mode_given ? a.options.mode : said.mode;
    a.options.parts = a.parts_given ? a.options.parts : said.parts;
    a.options.fill = a.fill_given ? a.options.fill : said.fill;
    a.options.margin_mm = a.margin_given ? a.options.margin_mm : said.margin_mm;
    a.options.strength_mm = a.strength_given ? a.options.strength_mm : said.strength_mm;
    efface_result result = {0};
    status = efface_apply(a.from, a.image, call->operands[0], call->operands[1], &a.options, &result, err);
    const ef_outcome outcome = {call->operands[1], &a.options, &result, a.json, a.quiet};
    return ef_print_outcome(&outcome, status, err);
}

const ef_command ef_cmd_apply = {
    .name = "apply",
    .summary = "remove the face from another image of a head that was defaced before",
    .operands = "IN OUT",
    .least = 2,
    .most = 2,
    .description =
        "In some images of a session the head is hard to find: few slices, faint skin, hardly any face. "
        "Where one good scan of the same head was defaced, its record tells the head's position and shape. "
        "This command registers that scan with IN, rigidly and without the face, and makes the mask on "
        "IN's own grid.\n\n"
        "The cut has a new random offset, since that of the first cut is stored nowhere. The registration "
        "runs twice from different starts. Its result is compared with the head's position in IN alone, "
        "where that can be found. Where the answers differ, OUT is not written.\n\n"
        "Phases, real and imaginary parts, field maps and quantitative maps show no head of their own. "
        "--as-is takes the first scan's mask over to them without a registration. Then the headers must be "
        "right, and the head must not have moved.\n\n"
        "Everything else is as for 'efface run'.",
    .examples =
        "efface t1.nii.gz t1_defaced.nii.gz\n"
        "efface apply --from t1_defaced_efface.json flair.nii.gz flair_defaced.nii.gz\n"
        "efface apply --from t1_defaced_efface.json --as-is t1_mask.nii.gz phase.nii.gz out.nii.gz\n",
    .options = options,
    .size = sizeof(struct arguments),
    .init = init,
    .run = run,
};
