/* Defaults, words and ranges of a run's options; also the two smallest public functions. */
#include "base/options.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

const ef_word ef_mode_words[] = {
    {"remove", EFFACE_REMOVE},
    {"blur", EFFACE_BLUR},
    {"reface", EFFACE_REFACE},
    {NULL, 0},
};

const ef_word ef_fill_words[] = {
    {"noise", EFFACE_FILL_NOISE},
    {"zero", EFFACE_FILL_ZERO},
    {"min", EFFACE_FILL_MIN},
    {NULL, 0},
};

const ef_word ef_engine_words[] = {
    {"efface", EFFACE_ENGINE_EFFACE},
    {"itk", EFFACE_ENGINE_ITK},
    {NULL, 0},
};

const ef_word ef_part_words[] = {
    {"scalp", EFFACE_PART_SCALP},         {"forehead", EFFACE_PART_FOREHEAD},
    {"eyes", EFFACE_PART_EYES},           {"nose", EFFACE_PART_NOSE},
    {"mouth", EFFACE_PART_MOUTH},         {"chin", EFFACE_PART_CHIN},
    {"cheeks", EFFACE_PART_CHEEKS},       {"ear-left", EFFACE_PART_EAR_LEFT},
    {"ear-right", EFFACE_PART_EAR_RIGHT}, {"ears", EFFACE_PARTS_EARS},
    {"face", EFFACE_PARTS_FACE},          {"all", EFFACE_PARTS_ALL},
    {"teeth", EFFACE_PART_MOUTH},         {NULL, 0},
};

const ef_word ef_retain_words[] = {
    {"dates", EFFACE_RETAIN_DATES},
    {"patient", EFFACE_RETAIN_PATIENT},
    {"device", EFFACE_RETAIN_DEVICE},
    {"uids", EFFACE_RETAIN_UIDS},
    {"institution", EFFACE_RETAIN_INSTITUTION},
    {"descriptors", EFFACE_RETAIN_DESCRIPTORS},
    {"private", EFFACE_RETAIN_PRIVATE},
    {"none", 0},
    {NULL, 0},
};

const char *ef_word_of(const ef_word *words, unsigned value)
{
    while (words->word != NULL && words->value != value)
        words++;
    return words->word;
}

void efface_options_init(efface_options *options)
{
    *options = (efface_options){
        .mode = EFFACE_REMOVE,
        .fill = EFFACE_FILL_NOISE,
        .parts = EFFACE_PARTS_ALL,
        .margin_mm = 4.0,
        .strength_mm = EF_STRENGTH_MM,
        .retain = EFFACE_RETAIN_PRIVATE,
    };
}

/* Two outputs under one name: the second would be refused only after all the work. */
static efface_status check_paths(const efface_options *options, efface_error *err)
{
    const char *const paths[] = {options->mask, options->brain, options->record, options->png,
                                 options->png_original};
    enum { N = sizeof paths / sizeof *paths };
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < i; j++) {
            if (paths[i] != NULL && paths[j] != NULL && strcmp(paths[i], paths[j]) == 0)
                return ef_fail(err, EFFACE_USAGE, "two outputs are to be written to one file '%s'",
                               paths[i]);
        }
    }
    return EFFACE_PASS;
}

efface_status ef_options_check(const efface_options *options, efface_error *err)
{
    if (ef_word_of(ef_mode_words, options->mode) == NULL)
        return ef_fail(err, EFFACE_USAGE, "no mode has the number %d", (int)options->mode);
    if (ef_word_of(ef_fill_words, options->fill) == NULL)
        return ef_fail(err, EFFACE_USAGE, "no fill has the number %d", (int)options->fill);
    if (ef_word_of(ef_engine_words, options->engine) == NULL)
        return ef_fail(err, EFFACE_USAGE, "no engine has the number %d", (int)options->engine);
    const unsigned parts = EFFACE_PARTS_ALL | EFFACE_PART_SCALP;
    if (options->parts == 0 || (options->parts & ~parts) != 0)
        return ef_fail(err, EFFACE_USAGE, "expected parts from 0x1 to 0x%x, got 0x%x", parts,
                       options->parts);
    if (options->parts & EFFACE_PART_SCALP && options->mode != EFFACE_REMOVE)
        return ef_fail(err, EFFACE_USAGE, "a scalp can be removed, and nothing put in its place");
    if (!(options->margin_mm >= 0.0 && options->margin_mm <= EF_MARGIN_MOST_MM))
        return ef_fail(err, EFFACE_USAGE, "expected a margin from 0 to %g mm, got %g", EF_MARGIN_MOST_MM,
                       options->margin_mm);
    if (!(options->strength_mm >= EF_STRENGTH_LEAST_MM && options->strength_mm <= EF_STRENGTH_MOST_MM))
        return ef_fail(err, EFFACE_USAGE, "expected a strength from %g to %g mm, got %g",
                       EF_STRENGTH_LEAST_MM, EF_STRENGTH_MOST_MM, options->strength_mm);
    if (options->threads < 0 || options->threads > EF_THREADS_MOST)
        return ef_fail(err, EFFACE_USAGE, "expected 0 to %d threads, got %d", EF_THREADS_MOST,
                       options->threads);
    if (options->no_record && options->record != NULL)
        return ef_fail(err, EFFACE_USAGE, "a record at '%s' and no record contradict each other",
                       options->record);
    if ((options->retain & ~(unsigned)EFFACE_RETAIN_ALL) != 0)
        return ef_fail(err, EFFACE_USAGE, "expected headers to retain 0 to 0x%x, got 0x%x",
                       (unsigned)EFFACE_RETAIN_ALL, options->retain);
    if (options->deidentify && options->keep_header)
        return ef_fail(err, EFFACE_USAGE, "a header can't be kept and de-identified");
    if (!options->deidentify && (options->key_file != NULL || options->retain != EFFACE_RETAIN_PRIVATE))
        return ef_fail(err, EFFACE_USAGE,
                       "what to retain and a key file make sense with --deidentify only");
    return check_paths(options, err);
}

int ef_options_threads(const efface_options *options)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return options->threads > 0 ? options->threads : processors > 0 ? (int)processors : 1;
}

const char *efface_version(void)
{
    return EFFACE_VERSION;
}

const char *efface_status_name(efface_status status)
{
    static const char *const names[] = {"pass", "internal", "usage", "input", "locate", "audit", "review"};
    if (status == EFFACE_STOPPED)
        return "stopped";
    return (unsigned)status < sizeof names / sizeof *names ? names[status] : "unknown";
}
