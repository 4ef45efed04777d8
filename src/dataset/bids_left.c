/* Rows of names or, where names may not be told, of folders. */
#include "dataset/bids_left.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "io/folder.h"

static void put_escaped(FILE *list, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\t')
            fputs("\\t", list);
        else if (*text == '\n')
            fputs("\\n", list);
        else if (*text == '\r')
            fputs("\\r", list);
        else if (*text == '\\')
            fputs("\\\\", list);
        else
            fputc(*text, list);
    }
}

/* Whether a folder's name is one that the specification gives, or a label of a subject or session. */
static bool is_known_folder(const char *name, size_t n)
{
    static const char *const known[] = {
        "derivatives", "sourcedata", "code", "stimuli", "phenotype", "anat", "func", "dwi",
        "fmap",        "perf",       "pet",  "ct",      "swi",       "meg",  "eeg",  "ieeg",
        "beh",         "motion",     "micr", "nirs",    "mrs",       NULL};
    const bool label = strncmp(name, "sub-", 4) == 0 || strncmp(name, "ses-", 4) == 0;
    if (n > 4 && label && name[n] == '/')
        return true;
    for (int k = 0; known[k] != NULL; k++)
        if (n == strlen(known[k]) && memcmp(name, known[k], n) == 0)
            return true;
    return false;
}

/* The characters of a path that name folders which say nothing of people: "sub-01/anat". A folder that is
 * left as a whole counts as well. */
static int known_part(const char *name)
{
    size_t n = 0;
    for (size_t at = 0; name[at] != '\0';) {
        const size_t part = strcspn(name + at, "/");
        if (!is_known_folder(name + at, part))
            break;
        n = at + part;
        at = n + (name[n] == '/' ? 1 : 0);
    }
    return (int)n;
}

static int by_folder(const void *a, const void *b)
{
    const ef_bids_file *p = *(const ef_bids_file *const *)a, *q = *(const ef_bids_file *const *)b;
    const int n = known_part(p->name), m = known_part(q->name);
    const int names = strncmp(p->name, q->name, (size_t)(n < m ? n : m));
    if (names != 0 || n != m)
        return names != 0 ? names : n - m;
    return strcmp(p->why, q->why);
}

static void put_names(FILE *list, const ef_bids_file *const *left, size_t n)
{
    fputs("file\treason\n", list);
    for (size_t k = 0; k < n; k++) {
        put_escaped(list, left[k]->name);
        fprintf(list, "\t%s\n", left[k]->why);
    }
}

static void put_counts(FILE *list, const ef_bids_file **left, size_t n)
{
    fputs("folder\tfiles\treason\n", list);
    if (n > 0)
        qsort(left, n, sizeof(const ef_bids_file *), by_folder);
    for (size_t k = 0, same; k < n; k += same) {
        const int part = known_part(left[k]->name);
        for (same = 1; k + same < n && by_folder(&left[k], &left[k + same]) == 0; same++)
            continue;
        fprintf(list, "%.*s\t%zu\t%s\n", part > 0 ? part : 1, part > 0 ? left[k]->name : ".", same,
                left[k]->why);
    }
}

const char *ef_bids_left_name(const ef_bids_places *places)
{
    return places->placement == EF_PLACE_INPLACE ? "not_treated.tsv" : "not_copied.tsv";
}

efface_status ef_bids_write_left(size_t *n_left, const ef_bids *bids, const ef_bids_places *places,
                                 bool names, efface_error *err)
{
    char *text = NULL;
    size_t n = 0;
    const ef_bids_file **left = calloc(bids->n_files + 1, sizeof *left);
    FILE *list = left != NULL ? open_memstream(&text, &n) : NULL;
    *n_left = 0;
    for (size_t k = 0; left != NULL && k < bids->n_files; k++)
        if (bids->file[k].fate == EF_BIDS_LEAVE)
            left[(*n_left)++] = &bids->file[k];
    if (list != NULL && names)
        put_names(list, left, *n_left);
    else if (list != NULL)
        put_counts(list, left, *n_left);
    free(left);
    efface_status status =
        list != NULL && fclose(list) == 0 ? EFFACE_PASS : ef_fail_memory(err, bids->n_files * sizeof *left);
    if (status == EFFACE_PASS)
        status = ef_folder_write(places->state, ef_bids_left_name(places), text, n, err);
    free(text);
    return status;
}
