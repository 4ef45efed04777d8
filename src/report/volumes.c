/* Base64 in a call of the page's script. The bytes are those of the files: nothing is decoded here. */
#include "report/volumes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "io/file.h"
#include "io/folder.h"
#include "io/walk.h"

enum { PATH_BYTES = 4096, PIECE_BYTES = 3 << 18, MOST_MIB = 256 };

efface_status ef_volumes_drop(const char *state, efface_error *err)
{
    char folder[PATH_BYTES];
    ef_paths paths = {0};
    if (snprintf(folder, sizeof folder, "%s/report/volumes", state) >= (int)sizeof folder)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", state);
    if (access(folder, F_OK) != 0)
        return EFFACE_PASS;
    efface_status status = ef_walk_all(&paths, folder, err);
    for (size_t k = 0; status == EFFACE_PASS && k < paths.n; k++)
        if (unlink(paths.path[k]) != 0)
            status = ef_fail(err, EFFACE_INTERNAL, "can't remove '%s': %s", paths.path[k], strerror(errno));
    ef_paths_release(&paths);
    if (status == EFFACE_PASS)
        rmdir(folder);
    return status;
}

/* --- writing --- */

/* Base64 (RFC 4648) of n bytes; returns the characters written. */
static size_t encode(char *text, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t at = 0;
    for (size_t k = 0; k < n; k += 3) {
        const unsigned b1 = k + 1 < n ? bytes[k + 1] : 0, b2 = k + 2 < n ? bytes[k + 2] : 0;
        const unsigned three = (unsigned)bytes[k] << 16 | b1 << 8 | b2;
        text[at++] = digits[three >> 18];
        text[at++] = digits[three >> 12 & 63];
        text[at++] = '=';
        text[at++] = '=';
        if (k + 1 < n)
            text[at - 2] = digits[three >> 6 & 63];
        if (k + 2 < n)
            text[at - 1] = digits[three & 63];
    }
    return at;
}

static efface_status write_pieces(ef_output *out, const ef_input *input, const char *path,
                                  efface_error *err)
{
    uint8_t *piece = malloc(PIECE_BYTES);
    char *text = malloc(PIECE_BYTES / 3 * 4);
    efface_status status = piece != NULL && text != NULL ? EFFACE_PASS : ef_fail_memory(err, PIECE_BYTES);
    for (size_t at = 0; status == EFFACE_PASS && at < input->size; at += PIECE_BYTES) {
        const size_t n = input->size - at < PIECE_BYTES ? input->size - at : PIECE_BYTES;
        status = ef_input_read(input, piece, n, at, path, err);
        if (status == EFFACE_PASS)
            status = ef_output_write(out, text, encode(text, piece, n), err);
    }
    free(piece);
    free(text);
    return status;
}

static efface_status write_text(ef_output *out, const char *text, efface_error *err)
{
    return ef_output_write(out, text, strlen(text), err);
}

/* Writes [name, "base64"], or null where there is no file, or none that a browser takes. */
static efface_status write_image(ef_output *out, const char *root, const char *name, efface_error *err)
{
    char path[PATH_BYTES], *text = NULL;
    ef_input input;
    efface_error unused;
    ef_json json = {.one_line = true};
    if (name == NULL || snprintf(path, sizeof path, "%s/%s", root, name) >= (int)sizeof path ||
        ef_input_open(&input, path, &unused) != EFFACE_PASS)
        return write_text(out, "null", err);
    if (input.size > (size_t)MOST_MIB << 20) {
        ef_input_close(&input);
        return write_text(out, "null", err);
    }
    ef_json_text(&json, NULL, ef_file_base_name(name));
    efface_status status = ef_json_finish(&json, &text, NULL, err);
    if (status == EFFACE_PASS)
        text[strcspn(text, "\n")] = '\0';
    if (status == EFFACE_PASS)
        status = write_text(out, "[", err);
    if (status == EFFACE_PASS)
        status = write_text(out, text, err);
    if (status == EFFACE_PASS)
        status = write_text(out, ", \"", err);
    if (status == EFFACE_PASS)
        status = write_pieces(out, &input, path, err);
    if (status == EFFACE_PASS)
        status = write_text(out, "\"]", err);
    free(text);
    ef_input_close(&input);
    return status;
}

static efface_status write_copy(const ef_row *row, const char *state, const char *root, efface_error *err)
{
    char path[PATH_BYTES], call[64];
    ef_output_set set = {0};
    ef_output *out;
    if (snprintf(path, sizeof path, "%s/report/volumes/%zu.js", state, row->volume) >= (int)sizeof path)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", state);
    snprintf(call, sizeof call, "efface.volume(%zu, ", row->volume);
    efface_status status = ef_folder_make_for(path, err);
    if (status == EFFACE_PASS)
        status = ef_output_add(&out, &set, path, EF_OUTPUT_FORCE, err);
    if (status == EFFACE_PASS)
        status = write_text(out, call, err);
    if (status == EFFACE_PASS)
        status = write_image(out, root, row->end->out, err);
    if (status == EFFACE_PASS)
        status = write_text(out, ", ", err);
    if (status == EFFACE_PASS)
        status = write_image(out, root, row->end->mask, err);
    if (status == EFFACE_PASS)
        status = write_text(out, ");\n", err);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&set, err);
    ef_output_set_abort(&set);
    return status;
}

efface_status ef_volumes_write(ef_rows_made *made, const char *state, const char *root, ef_volumes_of of,
                               efface_error *err)
{
    efface_status status = EFFACE_PASS;
    size_t n = 0;
    for (size_t k = 0; status == EFFACE_PASS && k < made->n; k++) {
        ef_row *row = &made->row[k];
        const bool wanted =
            of == EF_VOLUMES_ALL || (of == EF_VOLUMES_REVIEW && row->verdict == EF_ROW_REVIEW);
        if (!wanted || row->end == NULL || row->end->out == NULL)
            continue;
        row->volume = n++;
        status = write_copy(row, state, root, err);
    }
    return status;
}
