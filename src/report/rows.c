/* Joins the newest line of the journal with the record. A record that can't be read leaves its columns
 * empty: the journal alone decides the verdict. */
#include "report/rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "io/file.h"
#include "scan/record_read.h"

/* Images whose records share a file. A file for each image would burden the file systems of clusters; all
 * in one would make a browser wait. A record takes about 3 kB. */
enum { GROUP = 50 };

enum { PATH_BYTES = 4096, RECORD_MOST_BYTES = 1 << 20 };

const char *ef_rows_verdict(ef_row_verdict verdict)
{
    static const char *const words[] = {"review",   "refused",  "failed", "unfinished",
                                        "rejected", "accepted", "pass"};
    return words[verdict];
}

static ef_row_verdict verdict_of(const ef_ending *e)
{
    if (e == NULL)
        return EF_ROW_UNFINISHED;
    if (e->rating != NULL)
        return strcmp(e->rating, "pass") == 0 ? EF_ROW_ACCEPTED : EF_ROW_REJECTED;
    return e->status == EFFACE_PASS       ? EF_ROW_PASS
           : e->status == EFFACE_REVIEW   ? EF_ROW_REVIEW
           : e->status == EFFACE_INTERNAL ? EF_ROW_FAILED
                                          : EF_ROW_REFUSED;
}

/* --- records --- */

static char *read_text(const char *path)
{
    ef_input input;
    efface_error unused;
    char *text = NULL;
    if (ef_input_open(&input, path, &unused) != EFFACE_PASS)
        return NULL;
    if (input.size <= RECORD_MOST_BYTES && (text = malloc(input.size + 1)) != NULL) {
        text[input.size] = '\0';
        if (ef_input_read(&input, text, input.size, 0, path, &unused) != EFFACE_PASS) {
            free(text);
            text = NULL;
        }
    }
    ef_input_close(&input);
    return text;
}

char *ef_rows_record(const ef_row *row, const char *root)
{
    char path[PATH_BYTES];
    if (row->end == NULL || row->end->record == NULL ||
        snprintf(path, sizeof path, "%s/%s", root, row->end->record) >= (int)sizeof path ||
        !ef_record_is_ours(path))
        return NULL;
    return read_text(path);
}

/* Finds the options' text among those that are known, or adds it. */
static efface_status note_options(ef_rows_made *made, ef_row *row, const char *record, efface_error *err)
{
    const char *at = ef_json_member(record, "options", NULL);
    const char *end = at != NULL ? ef_json_past_value(at, NULL) : NULL;
    row->options = EF_ROW_NONE;
    if (end == NULL)
        return EFFACE_PASS;
    const size_t n = (size_t)(end - at);
    for (size_t k = 0; k < made->n_options; k++) {
        if (strlen(made->options[k]) != n || memcmp(made->options[k], at, n) != 0)
            continue;
        row->options = k;
        return EFFACE_PASS;
    }
    char **more = realloc(made->options, (made->n_options + 1) * sizeof *more);
    char *copy = strndup(at, n);
    if (more != NULL)
        made->options = more;
    if (more == NULL || copy == NULL) {
        free(copy);
        return ef_fail_memory(err, n);
    }
    row->options = made->n_options;
    made->options[made->n_options++] = copy;
    return EFFACE_PASS;
}

static efface_status make_row(ef_rows_made *made, const ef_known *known, const char *root,
                              efface_error *err)
{
    ef_row *row = &made->row[made->n++];
    const ef_ending *end = known->n_ended > 0 ? &known->ended[known->n_ended - 1] : NULL;
    *row = (ef_row){.known = known,
                    .end = end,
                    .verdict = verdict_of(end),
                    .unit = strdup(end != NULL && end->unit != NULL ? end->unit : known->item),
                    .confidence = (double)NAN,
                    .options = EF_ROW_NONE,
                    .volume = EF_ROW_NONE};
    if (row->unit == NULL)
        return ef_fail_memory(err, strlen(known->item));
    char *record = ef_rows_record(row, root);
    if (record == NULL)
        return EFFACE_PASS;
    const char *pose = ef_json_member(record, "world_from_atlas_mm", NULL);
    if (pose != NULL && *pose == '[') /* else the head was not looked for */
        (void)ef_json_read_number(&row->confidence, ef_json_member(record, "confidence", NULL), NULL);
    const efface_status status = note_options(made, row, record, err);
    free(record);
    return status;
}

/* --- order --- */

static int worst_first(const void *a, const void *b)
{
    const ef_row *p = a, *q = b;
    if (p->verdict != q->verdict)
        return p->verdict < q->verdict ? -1 : 1;
    const double c = isnan(p->confidence) ? 0 : p->confidence, d = isnan(q->confidence) ? 0 : q->confidence;
    return c != d ? (c < d ? -1 : 1) : strcmp(p->known->item, q->known->item);
}

static int by_unit(const void *a, const void *b)
{
    const ef_row *p = *(ef_row *const *)a, *q = *(ef_row *const *)b;
    const int units = strcmp(p->unit, q->unit);
    return units != 0 ? units : strcmp(p->known->item, q->known->item);
}

/* Numbers the groups: each ends with the unit that fills it. */
static void group(ef_rows_made *made)
{
    size_t in_group = 0;
    for (size_t k = 0; k < made->n; k++) {
        ef_row *row = made->by_unit[k];
        if (in_group >= GROUP && strcmp(row->unit, made->by_unit[k - 1]->unit) != 0) {
            made->n_details++;
            in_group = 0;
        }
        row->details = made->n_details;
        in_group++;
    }
    made->n_details += made->n > 0 ? 1 : 0;
}

efface_status ef_rows_make(ef_rows_made *made, const ef_history *history, const char *root,
                           efface_error *err)
{
    *made = (ef_rows_made){0};
    made->row = calloc(history->n + 1, sizeof *made->row);
    made->by_unit = calloc(history->n + 1, sizeof(ef_row *));
    efface_status status = made->row != NULL && made->by_unit != NULL
                               ? EFFACE_PASS
                               : ef_fail_memory(err, history->n * sizeof *made->row);
    for (size_t k = 0; status == EFFACE_PASS && k < history->n; k++)
        status = make_row(made, &history->known[k], root, err);
    if (status != EFFACE_PASS || made->n == 0)
        return status;
    qsort(made->row, made->n, sizeof *made->row, worst_first);
    for (size_t k = 0; k < made->n; k++)
        made->by_unit[k] = &made->row[k];
    qsort(made->by_unit, made->n, sizeof(ef_row *), by_unit);
    group(made);
    return EFFACE_PASS;
}

void ef_rows_release(ef_rows_made *made)
{
    for (size_t k = 0; k < made->n; k++)
        free(made->row[k].unit);
    for (size_t k = 0; k < made->n_options; k++)
        free(made->options[k]);
    free(made->row);
    free(made->by_unit);
    free(made->options);
    *made = (ef_rows_made){0};
}
