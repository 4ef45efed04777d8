/* From ratings to files and journal. The order of the steps lets a killed run go on: the record comes first,
 * the image has its real name last, and then the journal says so. */
#include "dataset/ratings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "dataset/journal.h"
#include "dataset/ratings_read.h"
#include "dataset/result_files.h"
#include "dataset/resume.h"
#include "dataset/source.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/format.h"
#include "scan/record_person.h"
#include "scan/record_read.h"

enum { PATH_BYTES = 4096 };

/* A run over them. */
typedef struct deciding {
    const ef_ratings_place *place;
    ef_ratings_done *done;
    ef_ratings ratings;
    ef_history history;
    ef_journal journal;
} deciding;

/* One image that is decided about. */
typedef struct decision {
    const ef_rating *rating;
    const ef_unit *unit;
    const ef_item *item;
    const ef_ending *last;       /* how it ended; NULL: not at all */
    char result[PATH_BYTES];     /* what was written; empty for nothing */
    char old_record[PATH_BYTES]; /* empty for none */
    char sidecar[PATH_BYTES];    /* that was written for the result; empty for none */
} decision;

/* --- may it be? --- */

static bool has_bytes(const char *path, const char sha256[65])
{
    char hex[65];
    return access(path, F_OK) == 0 && ef_digest(hex, path) && strcmp(hex, sha256) == 0;
}

static bool fits(const ef_rating *r, const ef_ending *last)
{
    return r->sha256 == NULL || last == NULL || strcmp(r->sha256, last->out_sha256) == 0;
}

static bool decided_before(const ef_rating *r, const ef_ending *last)
{
    if (last == NULL)
        return false;
    if (last->rating != NULL)
        return strcmp(last->rating, r->pass ? "pass" : "fail") == 0;
    return r->pass && last->status == EFFACE_PASS && fits(r, last);
}

/* Why a rating can't be followed; NULL where it can. A result may have its real name already, where the run
 * before was killed. */
static const char *hindrance(const decision *d)
{
    const bool pass = d->rating->pass;
    if (d->result[0] == '\0')
        return pass ? "there is no result to accept" : "there is no result to reject";
    if (!fits(d->rating, d->last))
        return "the result is another one than the rater saw";
    if (!pass || has_bytes(d->item->out, d->last->out_sha256))
        return NULL;
    if (access(d->item->out, F_OK) == 0)
        return "another file has the real name already";
    if (!ef_result_can_rename(d->result))
        return "the header of this format names its data file, so that the result can't get another name";
    return has_bytes(d->result, d->last->out_sha256) ? NULL : "the result is not what was written";
}

/* --- the files --- */

/* The path of the sidecar that belongs to the real name. */
static bool final_sidecar(char path[PATH_BYTES], const decision *d)
{
    return d->last->sidecar != NULL && ef_format_json_path(path, PATH_BYTES, d->item->out);
}

/* The sidecar that was written for a result follows it. */
static efface_status move_sidecar(const decision *d, efface_error *err)
{
    char to[PATH_BYTES];
    if (!final_sidecar(to, d) || access(d->sidecar, F_OK) != 0 || strcmp(d->sidecar, to) == 0)
        return EFFACE_PASS;
    return ef_result_rename(d->sidecar, to, err);
}

static efface_status accept_files(const decision *d, efface_error *err)
{
    if (access(d->result, F_OK) != 0 || strcmp(d->result, d->item->out) == 0)
        return EFFACE_PASS;
    const efface_status status = move_sidecar(d, err);
    return status == EFFACE_PASS ? ef_result_rename(d->result, d->item->out, err) : status;
}

static efface_status reject_files(const decision *d, efface_error *err)
{
    const char *const paths[] = {d->result, d->item->picture, d->item->mask,
                                 d->sidecar[0] != '\0' ? d->sidecar : NULL};
    efface_status status = EFFACE_PASS;
    for (size_t k = 0; status == EFFACE_PASS && k < sizeof paths / sizeof *paths; k++)
        if (paths[k] != NULL)
            status = ef_result_remove(paths[k], err);
    /* it may have its real name already, where a run that accepted it was killed */
    return status == EFFACE_PASS && has_bytes(d->item->out, d->last->out_sha256)
               ? ef_result_remove(d->item->out, err)
               : status;
}

/* Writes the decision into the record, which gets the place that belongs to the real name. */
static efface_status decide_record(const decision *d, const char *root, efface_error *err)
{
    const ef_rating *r = d->rating;
    const ef_person person = {r->pass, r->rater, r->note, r->pass ? d->item->out : NULL, root};
    const char *to = d->item->record;
    const char *from = access(d->old_record, F_OK) == 0 ? d->old_record : to;
    if (d->old_record[0] == '\0' || access(from, F_OK) != 0)
        return EFFACE_PASS;
    const efface_status status = ef_record_decide(to, from, &person, err);
    return status == EFFACE_PASS && !ef_file_same(from, to) ? ef_result_remove(from, err) : status;
}

/* --- the journal --- */

static char *copy(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

static efface_status note_end(const deciding *run, const decision *d, efface_error *err)
{
    const bool pass = d->rating->pass;
    const char *root = run->place->root;
    char sidecar[PATH_BYTES];
    ef_ending e = *d->last; /* of which numbers and checksums stay */
    e.item = copy(d->item->name);
    e.unit = copy(d->unit->name);
    e.out = pass ? copy(d->item->name) : NULL;
    e.reason = copy(pass ? d->last->reason : "a person rejected the result");
    e.follows = copy(d->last->follows);
    e.record = ef_path_below(root, d->item->record);
    e.picture = ef_path_below(root, d->item->picture);
    e.mask = ef_path_below(root, d->item->mask);
    e.sidecar = pass && final_sidecar(sidecar, d) ? ef_path_below(root, sidecar) : NULL;
    e.rating = copy(pass ? "pass" : "fail");
    e.rater = copy(d->rating->rater);
    e.note = copy(d->rating->note);
    e.status = pass ? EFFACE_PASS : EFFACE_AUDIT;
    const efface_status status = ef_journal_end(&run->journal, &e, err);
    ef_ending_release(&e);
    return status;
}

/* --- all of it --- */

static efface_status decide(deciding *run, const decision *d, efface_error *err)
{
    efface_status status = ef_journal_begin(&run->journal, d->unit->name, d->item->name, err);
    if (status == EFFACE_PASS && !d->rating->pass)
        status = reject_files(d, err);
    if (status == EFFACE_PASS)
        status = decide_record(d, run->place->root, err);
    if (status == EFFACE_PASS && d->rating->pass)
        status = accept_files(d, err);
    if (status == EFFACE_PASS)
        status = note_end(run, d, err);
    if (status == EFFACE_PASS)
        *(d->rating->pass ? &run->done->accepted : &run->done->rejected) += 1;
    return status;
}

static void tell(const deciding *run, const char *item, const char *why)
{
    run->done->without_effect++;
    if (run->place->tell != NULL)
        run->place->tell(run->place->context, item, why);
}

/* The rating that counts, of those of one image: the first that is about the result that is there. */
static const ef_rating *choose(const ef_rating *first, size_t n, const ef_ending *last)
{
    for (size_t k = 0; k < n; k++)
        if (fits(&first[k], last))
            return &first[k];
    return first;
}

static efface_status follow(deciding *run, const ef_rating *first, size_t n, const ef_unit *unit,
                            const ef_item *item, efface_error *err)
{
    const ef_known *known = ef_history_of(&run->history, item->name);
    const ef_ending *last = known != NULL && known->n_ended > 0 ? &known->ended[known->n_ended - 1] : NULL;
    decision d = {.rating = choose(first, n, last), .unit = unit, .item = item, .last = last};
    const char *root = run->place->root;
    if (last != NULL && last->out != NULL)
        snprintf(d.result, sizeof d.result, "%s/%s", root, last->out);
    if (last != NULL && last->record != NULL)
        snprintf(d.old_record, sizeof d.old_record, "%s/%s", root, last->record);
    if (last != NULL && last->sidecar != NULL)
        snprintf(d.sidecar, sizeof d.sidecar, "%s/%s", root, last->sidecar);
    if (decided_before(d.rating, last)) {
        run->done->before++;
        return EFFACE_PASS;
    }
    const char *why = hindrance(&d);
    efface_error own = {0};
    const efface_status status = why == NULL ? decide(run, &d, &own) : EFFACE_PASS;
    if (status == EFFACE_INTERNAL)
        *err = own;
    if (status == EFFACE_PASS && why == NULL)
        return status;
    if (status != EFFACE_INTERNAL)
        tell(run, item->name, why != NULL ? why : own.message); /* one image does not stop the others */
    return status == EFFACE_INTERNAL ? status : EFFACE_PASS;
}

/* Finds an image by its name. Ratings are few, so that the search may take time. */
static const ef_item *find_item(const ef_units *units, const char *name, const ef_unit **unit)
{
    for (size_t u = 0; u < units->n; u++)
        for (size_t i = 0; i < units->unit[u].n; i++)
            if (strcmp(units->unit[u].item[i].name, name) == 0) {
                *unit = &units->unit[u];
                return &units->unit[u].item[i];
            }
    return NULL;
}

static efface_status follow_all(deciding *run, efface_error *err)
{
    const ef_ratings *all = &run->ratings;
    efface_status status = EFFACE_PASS;
    for (size_t k = 0, n; status == EFFACE_PASS && k < all->n; k += n) {
        const ef_unit *unit = NULL;
        const ef_item *item = find_item(run->place->units, all->row[k].item, &unit);
        for (n = 1; k + n < all->n && strcmp(all->row[k + n].item, all->row[k].item) == 0; n++)
            continue;
        if (item != NULL)
            status = follow(run, &all->row[k], n, unit, item, err);
        else if (run->place->shards == 1)
            tell(run, all->row[k].item, "the data set has no such image");
    }
    return status;
}

efface_status ef_ratings_apply(ef_ratings_done *done, const char *path, const ef_ratings_place *place,
                               efface_error *err)
{
    deciding run = {.place = place, .done = done, .journal = {.fd = -1}};
    *done = (ef_ratings_done){0};
    efface_status status = ef_ratings_read(&run.ratings, path, err);
    if (status == EFFACE_PASS)
        status = ef_history_read(&run.history, place->journals, err);
    if (status == EFFACE_PASS && run.ratings.n > 0)
        status = ef_journal_open(&run.journal, place->journals, place->shard, place->shards, err);
    if (status == EFFACE_PASS)
        status = follow_all(&run, err);
    ef_journal_close(&run.journal);
    ef_history_release(&run.history);
    ef_ratings_release(&run.ratings);
    return status;
}
