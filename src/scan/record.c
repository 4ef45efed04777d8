/* Writes the record of one run, for people and for later programs. Others read these names: members may be
 * added, but none may change its meaning while "record" keeps its number. */
#include "scan/record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/options.h"
#include "io/format.h"
#include "scan/record_command.h"

enum { RECORD_FORMAT = 1, PATH_BYTES = 4096 };

const char *ef_record_verdict(efface_status status)
{
    if (status == EFFACE_PASS)
        return "pass";
    return status == EFFACE_REVIEW ? "review" : "fail";
}

bool ef_record_path(char *path, size_t size, const char *out)
{
    char beside[PATH_BYTES];
    if (!ef_format_json_path(beside, sizeof beside, out))
        return false;
    const int stem = (int)(strlen(beside) - strlen(".json"));
    const int needed = snprintf(path, size, "%.*s_efface.json", stem, beside);
    return needed >= 0 && (size_t)needed < size;
}

static void write_options(ef_json *json, const efface_options *options)
{
    ef_json_object(json, "options");
    ef_json_text(json, "mode", ef_word_of(ef_mode_words, options->mode));
    ef_json_array(json, "parts");
    for (unsigned bit = 1; bit <= EFFACE_PART_SCALP; bit <<= 1) {
        if ((options->parts & bit) != 0)
            ef_json_text(json, NULL, ef_word_of(ef_part_words, bit));
    }
    ef_json_end(json);
    ef_json_text(json, "fill", ef_word_of(ef_fill_words, options->fill));
    ef_json_number(json, "margin_mm", options->margin_mm);
    ef_json_number(json, "strength_mm", options->strength_mm);
    ef_json_text(json, "engine", ef_word_of(ef_engine_words, options->engine));
    ef_json_integer(json, "threads", options->threads);
    ef_json_bool(json, "seed_given", options->has_seed);
    ef_json_bool(json, "as_is", options->as_is != NULL);
    ef_json_bool(json, "keep_header", options->keep_header);
    ef_json_bool(json, "keep_review", options->keep_review);
    ef_json_bool(json, "deidentify", options->deidentify);
    ef_json_array(json, "retain");
    for (unsigned bit = 1; options->deidentify && bit <= EFFACE_RETAIN_ALL; bit <<= 1) {
        if ((options->retain & bit) != 0)
            ef_json_text(json, NULL, ef_word_of(ef_retain_words, bit));
    }
    ef_json_end(json);
    ef_json_end(json);
}

/* Writes the pose; it is all zeros until the head is located. */
static void write_transform(ef_json *json, const efface_result *result)
{
    bool located = false;
    for (int i = 0; i < 12; i++)
        located = located || result->world_from_atlas[i / 4][i % 4] != 0.0;
    if (!located) {
        ef_json_text(json, "world_from_atlas_mm", NULL);
        return;
    }
    ef_json_array(json, "world_from_atlas_mm");
    for (int row = 0; row < 3; row++)
        ef_json_numbers(json, NULL, result->world_from_atlas[row], 4);
    ef_json_end(json);
}

static void write_checks(ef_json *json, const efface_result *result)
{
    ef_json_array(json, "checks");
    for (int i = 0; i < result->n_checks; i++) {
        const efface_check *check = &result->checks[i];
        ef_json_object(json, NULL);
        ef_json_text(json, "name", check->name);
        ef_json_number(json, "value", check->value);
        ef_json_text(json, "expected", check->upper ? "at most" : "at least");
        ef_json_number(json, "limit", check->limit);
        ef_json_bool(json, "holds", check->holds);
        ef_json_end(json);
    }
    ef_json_end(json);
}

static void write_timings(ef_json *json, const efface_result *result)
{
    ef_json_array(json, "timings");
    for (int i = 0; i < result->n_timings; i++) {
        ef_json_object(json, NULL);
        ef_json_text(json, "stage", result->timings[i].stage);
        /* clocks are not more precise than this */
        ef_json_number(json, "seconds", round(result->timings[i].seconds * 1e6) / 1e6);
        ef_json_end(json);
    }
    ef_json_end(json);
}

static const char *or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

/* Which files these were. */
static void write_files(ef_json *json, const efface_options *options, const efface_result *result,
                        const ef_record_names *names)
{
    static const ef_record_names none = {.input = ""};
    const ef_record_names *n = names != NULL ? names : &none;
    /* The original's name and checksum would lead from a de-identified scan back to it. */
    const bool told = !options->deidentify;
    ef_json_bytes(json, "input", told ? or_null(n->input) : NULL);
    ef_json_text(json, "input_sha256", told ? or_null(result->input_sha256) : NULL);
    ef_json_bytes(json, "output", or_null(n->output));
    ef_json_text(json, "output_sha256", or_null(result->output_sha256));
    if (result->output_other_sha256[0] != '\0') {
        ef_json_bytes(json, "output_other", or_null(n->other));
        ef_json_text(json, "output_other_sha256", result->output_other_sha256);
    }
    ef_json_bytes(json, "reference", or_null(n->reference));
}

/* How it was made, and when where that is asked for. */
static void write_command(ef_json *json, const efface_options *options, bool carried)
{
    char command[EF_COMMAND_BYTES], day[16];
    const time_t now = time(NULL);
    struct tm utc;
    ef_record_command(command, options, carried);
    ef_json_text(json, "command", command);
    if (options->record_date && gmtime_r(&now, &utc) != NULL &&
        strftime(day, sizeof day, "%Y-%m-%d", &utc) > 0)
        ef_json_text(json, "date", day);
}

efface_status ef_record_make(char **text, size_t *length, const efface_options *options,
                             const efface_result *result, const ef_record_names *names, efface_error *err)
{
    ef_json json = {0};
    ef_json_object(&json, NULL);
    ef_json_integer(&json, "record", RECORD_FORMAT);
    ef_json_text(&json, "program", "efface");
    ef_json_text(&json, "version", efface_version());
    ef_json_text(&json, "verdict", ef_record_verdict(result->status));
    ef_json_text(&json, "status", efface_status_name(result->status));
    ef_json_text(&json, "reason", result->reason);
    write_files(&json, options, result, names);
    if (result->note[0] != '\0')
        ef_json_text(&json, "note", result->note);
    if (result->dropped[0] != '\0')
        ef_json_text(&json, "dropped_elements", result->dropped);
    write_command(&json, options, names != NULL && names->carried);
    write_options(&json, options);
    ef_json_number(&json, "confidence", result->confidence);
    write_transform(&json, result);
    ef_json_integer(&json, "mask_voxels", result->mask_voxels);
    ef_json_integer(&json, "brain_voxels", result->brain_voxels);
    write_checks(&json, result);
    write_timings(&json, result);
    ef_json_end(&json);
    return ef_json_finish(&json, text, length, err);
}
