/* Writes the pages. The parts that are the same for every data set are compiled in; the others are JSON
 * within a call of the page's script, since a page that was opened from a disk may load scripts and nothing
 * else. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "io/file.h"
#include "io/folder.h"
#include "io/gz.h"
#include "report/report_data.h"
#include "report/rows.h"

enum { REPORT_FORMAT = 1, PATH_BYTES = 4096 };

/* A data set, as the pages see it. */
typedef struct pages {
    const char *state;
    const char *up; /* from the state folder to the data set's root: ".." or "../.." */
    char root[PATH_BYTES];
    ef_history history;
    ef_rows_made rows;
} pages;

/* --- places --- */

static bool has_journal(const char *folder)
{
    char path[PATH_BYTES];
    return snprintf(path, sizeof path, "%s/journal", folder) < (int)sizeof path && access(path, F_OK) == 0;
}

efface_status ef_report_find(char *state, size_t size, const char *path, efface_error *err)
{
    static const char *const below[] = {"", "/efface", "/derivatives/efface"};
    for (size_t k = 0; k < sizeof below / sizeof *below; k++) {
        if (snprintf(state, size, "%s%s", path, below[k]) >= (int)size)
            return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", path);
        if (has_journal(state))
            return EFFACE_PASS;
    }
    return ef_fail(err, EFFACE_INPUT, "no data set that efface treated: no journal in '%s'", path);
}

/* Where the root lies: the state folder of a BIDS data set is <root>/derivatives/efface, of another one
 * <root>/efface. */
static efface_status place(pages *p, efface_error *err)
{
    static const char derivatives[] = "/derivatives";
    char above[PATH_BYTES];
    if (snprintf(p->root, sizeof p->root, "%s/..", p->state) >= (int)sizeof p->root)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", p->state);
    char *real = realpath(p->root, NULL);
    if (real == NULL)
        return ef_fail(err, EFFACE_INPUT, "can't find '%s'", p->root);
    snprintf(above, sizeof above, "%s", real);
    free(real);
    const size_t n = strlen(above), m = sizeof derivatives - 1;
    p->up = n >= m && strcmp(above + n - m, derivatives) == 0 ? "../.." : "..";
    return snprintf(p->root, sizeof p->root, "%s/%s", p->state, p->up) < (int)sizeof p->root
               ? EFFACE_PASS
               : ef_fail(err, EFFACE_USAGE, "path is too long '%s'", p->state);
}

/* --- JSON --- */

static void text_if(ef_json *json, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        ef_json_text(json, name, text);
}

/* A link from the state folder to a file below the root: bytes that a URL can't hold are escaped (RFC 3986).
 * NULL: none. */
static void link_if(ef_json *json, const char *name, const pages *p, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    char url[3 * PATH_BYTES + 8];
    size_t n = (size_t)snprintf(url, sizeof url, "%s/", p->up);
    for (; path != NULL && *path != '\0' && n + 4 < sizeof url; path++) {
        if (strchr(plain, *path) != NULL)
            url[n++] = *path;
        else
            n += (size_t)snprintf(url + n, sizeof url - n, "%%%02X", (unsigned)(unsigned char)*path);
    }
    url[n] = '\0';
    if (path != NULL && *path == '\0')
        ef_json_text(json, name, url);
}

static void write_row(ef_json *json, const pages *p, const ef_row *row)
{
    const ef_ending *e = row->end;
    ef_json_object(json, NULL);
    ef_json_text(json, "item", row->known->item);
    if (strcmp(row->unit, row->known->item) != 0)
        ef_json_text(json, "unit", row->unit);
    ef_json_text(json, "verdict", ef_rows_verdict(row->verdict));
    ef_json_integer(json, "details", (int64_t)row->details);
    ef_json_number(json, "confidence", row->confidence);
    if (row->options != EF_ROW_NONE)
        ef_json_integer(json, "options", (int64_t)row->options);
    if (row->volume != EF_ROW_NONE)
        ef_json_integer(json, "volume", (int64_t)row->volume);
    if (e != NULL) {
        text_if(json, "reason", e->reason);
        text_if(json, "follows", e->follows);
        text_if(json, "version", e->version);
        text_if(json, "sha256", e->out_sha256);
        text_if(json, "rater", e->rater);
        text_if(json, "note", e->note);
        link_if(json, "image", p, e->out);
        link_if(json, "picture", p, e->picture);
        link_if(json, "mask", p, e->mask);
    }
    ef_json_end(json);
}

static ef_json make_table(const pages *p)
{
    ef_json json = {.one_line = true};
    ef_json_object(&json, NULL);
    ef_json_integer(&json, "report", REPORT_FORMAT);
    ef_json_text(&json, "version", efface_version());
    ef_json_text(&json, "command", strcmp(p->up, "..") == 0 ? "batch" : "bids");
    char *citation = strndup((const char *)ef_citation_data, ef_citation_data_size);
    ef_json_text(&json, "citation", citation);
    free(citation);
    ef_json_array(&json, "options");
    for (size_t k = 0; k < p->rows.n_options; k++)
        ef_json_text(&json, NULL, p->rows.options[k]);
    ef_json_end(&json);
    ef_json_array(&json, "rows");
    for (size_t k = 0; k < p->rows.n; k++)
        write_row(&json, p, &p->rows.row[k]);
    ef_json_end(&json);
    ef_json_end(&json);
    return json;
}

/* One group: [item, record's text, seconds] of each image. */
static ef_json make_details(const pages *p, size_t group, size_t *at)
{
    ef_json json = {.one_line = true};
    ef_json_array(&json, NULL);
    for (; *at < p->rows.n && p->rows.by_unit[*at]->details == group; (*at)++) {
        const ef_row *row = p->rows.by_unit[*at];
        char *record = ef_rows_record(row, p->root);
        ef_json_array(&json, NULL);
        ef_json_text(&json, NULL, row->known->item);
        ef_json_text(&json, NULL, record);
        ef_json_number(&json, NULL, row->end != NULL ? row->end->seconds : 0);
        ef_json_end(&json);
        free(record);
    }
    ef_json_end(&json);
    return json;
}

/* --- files --- */

/* Writes "<call><the JSON>);\n". The JSON is used up. */
static efface_status write_call(const char *state, const char *name, const char *call, ef_json *json,
                                efface_error *err)
{
    char *text = NULL, *script = NULL;
    size_t n = 0;
    efface_status status = ef_json_finish(json, &text, &n, err);
    if (status != EFFACE_PASS)
        return status;
    const size_t room = strlen(call) + n + sizeof ");\n";
    script = malloc(room);
    if (script == NULL) {
        free(text);
        return ef_fail_memory(err, room);
    }
    const int length = snprintf(script, room, "%s%.*s);\n", call, (int)n - 1, text);
    status = ef_folder_write(state, name, script, (size_t)length, err);
    free(script);
    free(text);
    return status;
}

static efface_status write_details(const pages *p, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    size_t at = 0;
    for (size_t group = 0; status == EFFACE_PASS && group < p->rows.n_details; group++) {
        char name[64], call[64];
        snprintf(name, sizeof name, "report/details/%zu.js", group);
        snprintf(call, sizeof call, "efface.details(%zu, ", group);
        ef_json json = make_details(p, group, &at);
        status = write_call(p->state, name, call, &json, err);
    }
    return status;
}

/* The viewer is compiled in as a gzip member, whose last four bytes are its plain length. */
static efface_status write_viewer(const pages *p, efface_error *err)
{
    const uint8_t *end = ef_report_viewer_data + ef_report_viewer_data_size - 4;
    const size_t n = (size_t)end[0] | (size_t)end[1] << 8 | (size_t)end[2] << 16 | (size_t)end[3] << 24;
    const ef_gz_bytes gz = {ef_report_viewer_data, ef_report_viewer_data_size, "the compiled-in viewer",
                            EF_GZ_BEST};
    uint8_t *text = malloc(n);
    efface_status status =
        text != NULL ? ef_gz_inflate(text, 0, n, NULL, &gz, err) : ef_fail_memory(err, n);
    if (status == EFFACE_PASS)
        status = ef_folder_write(p->state, "report/niivue.js", (const char *)text, n, err);
    free(text);
    return status;
}

static efface_status write_same(const pages *p, efface_error *err)
{
    const struct {
        const char *name;
        const uint8_t *bytes;
        size_t n;
    } files[] = {{"report/report.css", ef_report_css_data, ef_report_css_data_size},
                 {"report/words.js", ef_report_words_data, ef_report_words_data_size},
                 {"report/report.js", ef_report_script_data, ef_report_script_data_size},
                 {"index.html", ef_report_html_data, ef_report_html_data_size}};
    efface_status status = write_viewer(p, err);
    for (size_t k = 0; status == EFFACE_PASS && k < sizeof files / sizeof *files; k++)
        status = ef_folder_write(p->state, files[k].name, (const char *)files[k].bytes, files[k].n, err);
    return status;
}

static efface_status write_pages(pages *p, ef_volumes_of of, efface_error *err)
{
    char journals[PATH_BYTES];
    if (snprintf(journals, sizeof journals, "%s/journal", p->state) >= (int)sizeof journals)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", p->state);
    efface_status status = place(p, err);
    if (status == EFFACE_PASS)
        status = ef_history_read(&p->history, journals, err);
    if (status == EFFACE_PASS)
        status = ef_rows_make(&p->rows, &p->history, p->root, err);
    if (status == EFFACE_PASS)
        status = ef_volumes_drop(p->state, err);
    if (status == EFFACE_PASS)
        status = ef_volumes_write(&p->rows, p->state, p->root, of, err);
    if (status == EFFACE_PASS)
        status = write_details(p, err);
    if (status == EFFACE_PASS) {
        ef_json table = make_table(p);
        status = write_call(p->state, "report/table.js", "efface.table(", &table, err);
    }
    return status == EFFACE_PASS ? write_same(p, err) : status;
}

efface_status ef_report_write(char *index, size_t size, const char *state, ef_volumes_of of,
                              efface_error *err)
{
    pages p = {.state = state};
    if (snprintf(index, size, "%s/index.html", state) >= (int)size)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", state);
    const efface_status status = write_pages(&p, of, err);
    ef_rows_release(&p.rows);
    ef_history_release(&p.history);
    return status;
}
