/* A reader of our own records. It knows as much of JSON (RFC 8259) as it needs to skip other members. It
 * trusts nothing: anybody may have edited the file. */
#include "scan/record_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/options.h"
#include "identity/sidecar.h"

enum { FORMAT = 1 };

/* Skips white space. The record ends at its NUL. */
static const char *space(const char *at)
{
    return ef_json_past_space(at, NULL);
}

static const char *member(const char *object, const char *name)
{
    return ef_json_member(object, name, NULL);
}

static bool number(double *value, const char *at)
{
    return at != NULL && ef_json_read_number(value, at, NULL);
}

/* Finds the value that a word represents. */
static bool word(unsigned *value, const char *at, const ef_word *words)
{
    for (; words->word != NULL; words++) {
        if (ef_json_is_text(at, words->word, NULL)) {
            *value = words->value;
            return true;
        }
    }
    return false;
}

static bool read_options(ef_record_said *said, const char *options)
{
    unsigned mode, fill, part;
    const char *at = member(options, "parts");
    if (!word(&mode, member(options, "mode"), ef_mode_words) ||
        !word(&fill, member(options, "fill"), ef_fill_words) ||
        !number(&said->margin_mm, member(options, "margin_mm")) || at == NULL || *at != '[')
        return false;
    const char *strength = member(options, "strength_mm");
    said->strength_mm = EF_STRENGTH_MM;
    if (strength != NULL && !number(&said->strength_mm, strength))
        return false;
    said->mode = (efface_mode)mode;
    said->fill = (efface_fill)fill;
    for (at = space(at + 1); word(&part, at, ef_part_words); at = space(at + 1)) {
        said->parts |= part;
        at = space(ef_json_past_string(at, NULL));
        if (*at != ',')
            break;
    }
    return *at == ']' && said->parts != 0;
}

/* Reads a pose: three rows of four. */
static bool read_pose(ef_record_said *said, const char *at)
{
    if (at == NULL || *at != '[')
        return false;
    for (int row = 0; row < 3; row++) {
        at = space(at + 1);
        if (*at != '[')
            return false;
        for (int column = 0; column < 4; column++) {
            at = space(at + 1);
            if (!number(&said->world_from_atlas.m[row][column], at))
                return false;
            at = space(ef_json_past_value(at, NULL));
            if (*at != (column < 3 ? ',' : ']'))
                return false;
        }
        at = space(at + 1);
        if (*at != (row < 2 ? ',' : ']'))
            return false;
    }
    /* No head is half or twice as large as another. */
    const double size = cbrt(fabs(ef_affine_det(&said->world_from_atlas)));
    return size > 0.5 && size < 2;
}

bool ef_record_is_ours(const char *path)
{
    char *text;
    size_t n;
    double format;
    efface_error unused;
    if (ef_sidecar_read(&text, &n, path, &unused) != EFFACE_PASS || text == NULL)
        return false;
    const bool ours =
        number(&format, member(text, "record")) && ef_json_is_text(member(text, "program"), "efface", NULL);
    free(text);
    return ours;
}

efface_status ef_record_read(ef_record_said *said, const char *path, efface_error *err)
{
    char *text;
    size_t n;
    double format;
    *said = (ef_record_said){.parts = 0};
    efface_status status = ef_sidecar_read(&text, &n, path, err);
    if (status != EFFACE_PASS)
        return status;
    if (text == NULL)
        status = ef_fail(err, EFFACE_INPUT, "no record '%s'", path);
    else if (!number(&format, member(text, "record")) ||
             !ef_json_is_text(member(text, "program"), "efface", NULL))
        status = ef_fail(err, EFFACE_INPUT, "no record of efface '%s'", path);
    else if (format != FORMAT)
        status = ef_fail(err, EFFACE_INPUT, "record of format %g, expected %d '%s'", format, FORMAT, path);
    else if (!ef_json_is_text(member(text, "verdict"), "pass", NULL))
        status = ef_fail(err, EFFACE_INPUT, "record of a run that did not pass '%s'", path);
    else if (!read_options(said, member(text, "options")) ||
             !read_pose(said, member(text, "world_from_atlas_mm")))
        status = ef_fail(err, EFFACE_INPUT, "record without options or pose '%s'", path);
    if (status == EFFACE_PASS && !number(&said->mask_voxels, member(text, "mask_voxels")))
        said->mask_voxels = (double)NAN;
    free(text);
    return status;
}
