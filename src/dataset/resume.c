/* Compares the journal with what lies on the disk. */
#include "dataset/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checksum.h"
#include "dataset/result_files.h"
#include "dataset/source.h"
#include "io/digest.h"
#include "io/file.h"

enum { PATH_BYTES = 4096 };

/* Whether a result's files are what was written. */
static bool has_bytes(const char *path, const ef_ending *e)
{
    char other[PATH_BYTES], hex[65];
    if (access(path, F_OK) != 0 || !ef_digest(hex, path) || strcmp(hex, e->out_sha256) != 0)
        return false;
    return e->out_other_sha256[0] == '\0' ||
           (ef_result_other(other, sizeof other, path) && ef_digest(hex, other) &&
            strcmp(hex, e->out_other_sha256) == 0);
}

/* Whether the result below the root, or where it was placed, is whole. Nothing was written: nothing has to
 * be. */
static bool is_whole(const ef_ending *e, const char *root, const ef_item *item)
{
    char path[PATH_BYTES];
    if (e->out == NULL)
        return e->status != EFFACE_PASS;
    return (snprintf(path, sizeof path, "%s/%s", root, e->out) < (int)sizeof path && has_bytes(path, e)) ||
           (item->placed != NULL && e->status == EFFACE_PASS && has_bytes(item->placed, e));
}

static bool is_same_input(const ef_ending *e, const ef_resume *r, const ef_item *item)
{
    char mark[65];
    const ef_made_from from = {item, r->secret, item->sidecar || r->sidecars};
    if (!ef_made_from_seen(mark, &from))
        return false;
    if (strcmp(mark, e->in_seen) == 0)
        return true;
    return e->in_bytes[0] != '\0' && ef_made_from_bytes(mark, &from, NULL) &&
           strcmp(mark, e->in_bytes) == 0;
}

/* Whether a result has beside it what is wanted now. */
static bool has_companions(const ef_ending *e, const ef_item *item)
{
    return e->out == NULL || ((item->mask == NULL || access(item->mask, F_OK) == 0) &&
                              (item->picture == NULL || access(item->picture, F_OK) == 0));
}

/* Whether something lies where the result would go. */
static bool taken(const ef_item *item)
{
    char review[PATH_BYTES];
    return access(item->out, F_OK) == 0 ||
           (ef_file_review_path(review, sizeof review, item->out) && access(review, F_OK) == 0);
}

/* An image that is to be done again. What no run of ours began to write is not ours. */
static ef_before again(const ef_known *known, const ef_item *item)
{
    return known->begun || !taken(item) ? EF_BEFORE_OURS : EF_BEFORE_NOTHING;
}

ef_before ef_resume_ask(const ef_ending **ending, const ef_resume *r, const ef_item *item)
{
    const ef_known *known = ef_history_of(r->history, item->name);
    if (ending != NULL)
        *ending = NULL;
    if (known == NULL)
        return EF_BEFORE_NOTHING;
    if (known->n_ended == 0)
        return again(known, item);
    const ef_ending *last = &known->ended[known->n_ended - 1];
    const bool settled = last->status != EFFACE_INTERNAL && last->status != EFFACE_USAGE;
    if (!settled || strcmp(last->options, r->options) != 0 || !is_same_input(last, r, item) ||
        !is_whole(last, r->root, item) || !has_companions(last, item) ||
        (last->status == EFFACE_REVIEW && (last->out != NULL) != r->keep_review))
        return again(known, item);
    if (ending != NULL)
        *ending = last;
    return EF_BEFORE_DONE;
}

/* What can't be removed is found by the next run, whose outputs it stands in the way of. */
static void remove_files(const char *path)
{
    efface_error unused;
    const efface_status removed = ef_result_remove(path, &unused);
    (void)removed;
}

void ef_resume_remove(const ef_known *known, const char *root, const ef_item *item, const char *out)
{
    char path[PATH_BYTES];
    if (known == NULL || !known->begun)
        return;
    for (size_t e = 0; e < known->n_ended; e++) {
        const ef_ending *was = &known->ended[e];
        if (was->out == NULL || (out != NULL && strcmp(was->out, out) == 0))
            continue;
        if (snprintf(path, sizeof path, "%s/%s", root, was->out) < (int)sizeof path)
            remove_files(path);
        if (was->sidecar != NULL &&
            snprintf(path, sizeof path, "%s/%s", root, was->sidecar) < (int)sizeof path)
            remove_files(path);
    }
    if (out != NULL)
        return;
    remove_files(item->out);
    if (ef_file_review_path(path, sizeof path, item->out))
        remove_files(path);
    if (item->mask != NULL)
        remove_files(item->mask);
    if (item->picture != NULL)
        remove_files(item->picture);
}
