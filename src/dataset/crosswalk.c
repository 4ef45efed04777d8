/* Rows in and out. A patient has few studies, so that a patient's rows are searched one by one. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "dataset/crosswalk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/table.h"
#include "io/file.h"

enum { PATH_BYTES = 4096, STUDY_NAME = 6 /* characters of "study_" */ };

static const char title[] =
    "folder\tpatient_id\tpatient_name\tstudy_uid\tseries_uid\tseries_number\tdescription\n";

static void row_release(ef_crosswalk_row *row)
{
    for (int f = 0; f < EF_CROSSWALK_FIELDS; f++)
        free(row->field[f]);
    *row = (ef_crosswalk_row){0};
}

void ef_crosswalk_release(ef_crosswalk *c)
{
    for (size_t k = 0; k < c->n; k++)
        row_release(&c->row[k]);
    free(c->row);
    ef_names_release(&c->before);
    ef_names_release(&c->now);
    *c = (ef_crosswalk){0};
}

/* --- reading --- */

static int by_patient(const void *a, const void *b)
{
    static const int keys[] = {EF_CROSSWALK_PATIENT, EF_CROSSWALK_STUDY, EF_CROSSWALK_SERIES,
                               EF_CROSSWALK_FOLDER};
    const ef_crosswalk_row *p = a, *q = b;
    int order = 0;
    for (size_t k = 0; order == 0 && k < sizeof keys / sizeof *keys; k++)
        order = strcmp(p->field[keys[k]], q->field[keys[k]]);
    return order;
}

/* A copy without control characters; NULL where memory is short. */
static char *clean(const char *text, size_t n)
{
    char *copy = strndup(text, n);
    for (char *at = copy; at != NULL && *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = ' ';
    return copy;
}

static efface_status add(ef_crosswalk *c, ef_names *folders, const ef_field field[EF_CROSSWALK_FIELDS],
                         efface_error *err)
{
    ef_crosswalk_row row = {0};
    bool copied = ef_grow(&c->row, c->n, &c->room, sizeof row);
    for (int f = 0; copied && f < EF_CROSSWALK_FIELDS; f++)
        copied = (row.field[f] = clean(field[f].text, field[f].n)) != NULL;
    if (!copied || !ef_names_add(folders, row.field[EF_CROSSWALK_FOLDER])) {
        row_release(&row);
        return ef_fail_memory(err, sizeof row);
    }
    c->row[c->n++] = row;
    return EFFACE_PASS;
}

efface_status ef_crosswalk_read(ef_crosswalk *c, const char *path, efface_error *err)
{
    char *text;
    size_t n;
    ef_field field[EF_FIELDS_MOST];
    *c = (ef_crosswalk){0};
    if (access(path, F_OK) != 0)
        return EFFACE_PASS;
    efface_status status = ef_file_read(&text, &n, path, err);
    if (status == EFFACE_PASS && strncmp(text, title, sizeof title - 1) != 0)
        status =
            ef_fail(err, EFFACE_USAGE, "'%s' exists already and is no crosswalk: it is not replaced", path);
    if (status == EFFACE_PASS) {
        ef_rows rows = {text + sizeof title - 1, text + n, true};
        for (int fields; status == EFFACE_PASS && (fields = ef_rows_next(field, &rows)) > 0;)
            if (fields >= EF_CROSSWALK_FIELDS)
                status = add(c, &c->before, field, err);
    }
    free(text);
    c->n_before = c->n;
    if (c->n > 0)
        qsort(c->row, c->n, sizeof *c->row, by_patient);
    return status;
}

/* --- places --- */

/* The first row of a patient, among those of earlier calls. */
static size_t first_of(const ef_crosswalk *c, const char *patient)
{
    size_t low = 0, high = c->n_before;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(c->row[middle].field[EF_CROSSWALK_PATIENT], patient) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_of(const ef_crosswalk *c, size_t k, const char *patient)
{
    return k < c->n_before && strcmp(c->row[k].field[EF_CROSSWALK_PATIENT], patient) == 0;
}

/* The number in a folder's name, such as a/study_003/b; 0 for none. */
static int number_in(const char *folder)
{
    const char *at = strstr(folder, "/study_");
    return at != NULL ? (int)strtol(at + 1 + STUDY_NAME, NULL, 10) : 0;
}

int ef_crosswalk_study(const ef_crosswalk *c, const char *patient, const char *study, int *fresh)
{
    int most = 0;
    for (size_t k = first_of(c, patient); is_of(c, k, patient); k++) {
        const int number = number_in(c->row[k].field[EF_CROSSWALK_FOLDER]);
        if (number > 0 && strcmp(c->row[k].field[EF_CROSSWALK_STUDY], study) == 0)
            return number;
        most = number > most ? number : most;
    }
    return most + ++*fresh;
}

/* Whether two folders lie in one. */
static bool lie_together(const char *a, const char *b)
{
    const size_t n = (size_t)(ef_file_base_name(a) - a);
    return (size_t)(ef_file_base_name(b) - b) == n && memcmp(a, b, n) == 0;
}

void ef_crosswalk_place(char *folder, size_t size, const ef_crosswalk *c, const char *patient,
                        const char *study, const char *series)
{
    const char *has = NULL;
    for (size_t k = first_of(c, patient); is_of(c, k, patient); k++) {
        char *const *field = c->row[k].field;
        const char *place = field[EF_CROSSWALK_FOLDER];
        if (strcmp(field[EF_CROSSWALK_STUDY], study) == 0 &&
            strcmp(field[EF_CROSSWALK_SERIES], series) == 0 && lie_together(place, folder) &&
            !ef_names_has(&c->now, place) &&
            (has == NULL || strcmp(place, folder) == 0)) /* groups of one series have several */
            has = place;
    }
    if (has != NULL) {
        snprintf(folder, size, "%s", has);
        return;
    }
    const size_t n = strlen(folder);
    for (int k = 2; ef_names_has(&c->before, folder) || ef_names_has(&c->now, folder); k++)
        if (n + 12 >= size || snprintf(folder + n, size - n, "_%d", k) < 0)
            return; /* the clash of outputs is refused later */
}

efface_status ef_crosswalk_reserve(ef_crosswalk *c, const char *folder, efface_error *err)
{
    return ef_names_add(&c->now, folder) ? EFFACE_PASS : ef_fail_memory(err, strlen(folder));
}

/* --- writing --- */

efface_status ef_crosswalk_add(ef_crosswalk *c, const char *const field[EF_CROSSWALK_FIELDS],
                               efface_error *err)
{
    ef_field fields[EF_CROSSWALK_FIELDS];
    for (int f = 0; f < EF_CROSSWALK_FIELDS; f++)
        fields[f] = (ef_field){field[f], strlen(field[f])};
    return add(c, &c->now, fields, err);
}

/* Writes a file that only its owner can read, under a name of its own first. */
static efface_status write_secret(const char *path, const char *text, size_t n, efface_error *err)
{
    char temporary[PATH_BYTES];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", path);
    const int fd = mkstemp(temporary); /* mode 0600 */
    bool made = fd >= 0;
    for (size_t at = 0; made && at < n;) {
        const ssize_t done = write(fd, text + at, n - at);
        made = done > 0 || (done < 0 && errno == EINTR);
        at += done > 0 ? (size_t)done : 0;
    }
    made = made && fsync(fd) == 0;
    if (fd >= 0)
        made = close(fd) == 0 && made;
    made = made && rename(temporary, path) == 0;
    const int reason = errno;
    if (!made && fd >= 0)
        unlink(temporary);
    return made ? EFFACE_PASS
                : ef_fail(err, EFFACE_INTERNAL, "can't write '%s': %s", path, strerror(reason));
}

/* Whether a path that need not exist lies below a folder. */
static bool lies_below(const char *path, const char *folder)
{
    char parent[PATH_BYTES], real[PATH_BYTES], real_folder[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    const size_t n_folder = strlen(folder);
    if (strncmp(path, folder, n_folder) == 0 && (path[n_folder] == '/' || folder[n_folder - 1] == '/'))
        return true; /* also of a folder that is not made yet */
    snprintf(parent, sizeof parent, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1,
             slash != NULL ? path : ".");
    if (realpath(parent, real) == NULL || realpath(folder, real_folder) == NULL)
        return false;
    const size_t n = strlen(real_folder);
    return strncmp(real, real_folder, n) == 0 && (real[n] == '/' || real[n] == '\0');
}

static int by_folder(const void *a, const void *b)
{
    const ef_crosswalk_row *const *p = a, *const *q = b;
    return strcmp((*p)->field[EF_CROSSWALK_FOLDER], (*q)->field[EF_CROSSWALK_FOLDER]);
}

/* Prints the rows that count, by folder. */
static void print_rows(FILE *list, const ef_crosswalk *c, const ef_crosswalk_row **rows)
{
    size_t n = 0;
    for (size_t k = 0; k < c->n; k++)
        if (k >= c->n_before || !ef_names_has(&c->now, c->row[k].field[EF_CROSSWALK_FOLDER]))
            rows[n++] = &c->row[k];
    if (n > 0)
        qsort(rows, n, sizeof *rows, by_folder);
    fputs(title, list);
    for (size_t k = 0; k < n; k++)
        for (int f = 0; f < EF_CROSSWALK_FIELDS; f++)
            fprintf(list, "%s%c", rows[k]->field[f], f + 1 < EF_CROSSWALK_FIELDS ? '\t' : '\n');
}

efface_status ef_crosswalk_write(const ef_crosswalk *c, const char *path, const char *root,
                                 efface_error *err)
{
    char *text = NULL;
    size_t n = 0;
    if (lies_below(path, root))
        return ef_fail(err, EFFACE_USAGE, "the crosswalk says who is who: it can't lie in the output, '%s'",
                       path);
    const ef_crosswalk_row **rows = calloc(c->n + 1, sizeof *rows);
    FILE *list = rows != NULL ? open_memstream(&text, &n) : NULL;
    if (list != NULL)
        print_rows(list, c, rows);
    const efface_status status =
        list != NULL && fclose(list) == 0 ? write_secret(path, text, n, err) : ef_fail_memory(err, c->n);
    free(text);
    free(rows);
    return status;
}
