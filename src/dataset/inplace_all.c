/* All files of a data set: after a run, and back again. */
#include "dataset/inplace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "dataset/keep.h"
#include "io/format.h"
#include "io/walk.h"

enum { PATH_BYTES = 4096 };

/* --- after a run --- */

/* Places the sidecar, then the image. The image is kept first: as long as it is not, its sidecar in place is
 * the original, and as soon as it is, the one beside the kept image. An image that changed while it was worked
 * on is kept as it is now, and the next run sees that the result was made from another one. */
static efface_status place_image(ef_inplace *p, const ef_item *item, const ef_ending *ending,
                                 size_t *placed, efface_error *err)
{
    char staged[PATH_BYTES], sidecar[PATH_BYTES];
    efface_status status = EFFACE_PASS;
    if (access(item->out, F_OK) != 0) /* an earlier run placed it */
        return ef_inplace_is_placed(item)
                   ? EFFACE_PASS
                   : ef_fail(err, EFFACE_USAGE, "the result of '%s' is gone: run the level participant",
                             item->name);
    const bool with_sidecar = ef_format_json_path(staged, sizeof staged, item->out) &&
                              access(staged, F_OK) == 0 &&
                              ef_format_json_path(sidecar, sizeof sidecar, item->name);
    if (with_sidecar)
        status = ef_inplace_keep(p, sidecar, NULL, err);
    if (status == EFFACE_PASS)
        status = ef_inplace_keep(p, item->name, ending->out_sha256, err);
    if (status == EFFACE_PASS && with_sidecar)
        status = ef_inplace_place(p, sidecar, NULL, err);
    if (status == EFFACE_PASS)
        status = ef_inplace_place(p, item->name, ending->out_sha256, err);
    *placed += status == EFFACE_PASS ? 1 : 0;
    return status;
}

static efface_status leave_image(ef_inplace *p, const ef_item *item, efface_error *err)
{
    char sidecar[PATH_BYTES];
    efface_status status = ef_inplace_put_back(NULL, p, item->name, err);
    return status == EFFACE_PASS && ef_format_json_path(sidecar, sizeof sidecar, item->name)
               ? ef_inplace_put_back(NULL, p, sidecar, err)
               : status;
}

static const ef_ending *last_of(const ef_history *history, const ef_item *item)
{
    const ef_known *known = ef_history_of(history, item->name);
    return known != NULL && known->n_ended > 0 ? &known->ended[known->n_ended - 1] : NULL;
}

/* Places an image, or leaves it as it was. Returns whether it has no face now. */
static bool settle(ef_inplace *p, const ef_item *item, const ef_ending *ending, ef_inplace_done *done,
                   efface_error *err)
{
    efface_error own = {0};
    const bool passed = ending != NULL && ending->status == EFFACE_PASS;
    const efface_status status =
        passed ? place_image(p, item, ending, &done->placed, &own) : leave_image(p, item, &own);
    if (status != EFFACE_PASS && err->status == EFFACE_PASS)
        *err = own;
    return passed && status == EFFACE_PASS;
}

efface_status ef_inplace_place_all(ef_inplace_done *done, ef_inplace *p, const ef_units *units,
                                   void (*tell)(const ef_item *item, const ef_ending *ending),
                                   efface_error *err)
{
    char journals[PATH_BYTES];
    ef_history history = {0};
    efface_error first = {0};
    *done = (ef_inplace_done){0};
    if (snprintf(journals, sizeof journals, "%s/journal", p->state) >= PATH_BYTES)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", p->state);
    const efface_status status = ef_history_read(&history, journals, err);
    for (size_t u = 0; status == EFFACE_PASS && u < units->n; u++)
        for (size_t i = 0; i < units->unit[u].n; i++) {
            const ef_item *item = &units->unit[u].item[i];
            const ef_ending *ending = last_of(&history, item);
            if (settle(p, item, ending, done, &first))
                continue;
            done->with_face++;
            if (tell != NULL)
                tell(item, ending);
        }
    ef_history_release(&history);
    if (first.status != EFFACE_PASS)
        *err = first;
    return status != EFFACE_PASS ? status : first.status;
}

/* --- back again --- */

/* Whether a file belongs to one of the units; to all of them where there are none. */
static bool is_chosen(const ef_units *units, const char *name)
{
    for (size_t u = 0; units != NULL && u < units->n; u++) {
        const size_t n = strlen(units->unit[u].name);
        if (strncmp(name, units->unit[u].name, n) == 0 && name[n] == '/')
            return true;
    }
    return units == NULL;
}

static bool ends_with(const char *text, const char *ending)
{
    const size_t n = strlen(text), m = strlen(ending);
    return n >= m && strcmp(text + n - m, ending) == 0;
}

/* What runs write into the state folder, by its name below it. The rest is not ours to remove. */
static bool is_companion(const char *name)
{
    return ends_with(name, "_efface.json") || ends_with(name, "_defacemask.nii.gz") ||
           ends_with(name, ".png");
}

static bool is_page(const char *name)
{
    static const char *const files[] = {"index.html", "dataset_description.json", "not_treated.tsv", NULL};
    bool page = strncmp(name, "report/", 7) == 0 || strncmp(name, "unplaced/", 9) == 0;
    for (int k = 0; files[k] != NULL; k++)
        page |= strcmp(name, files[k]) == 0;
    return page;
}

/* Removes files of the state folder. Journals and the list are kept for a later call.
 * what  which of them: 0 those of images and pages, 1 journals, 2 the list */
static efface_status remove_state(ef_reverted *r, const ef_inplace *p, const ef_units *units, int what,
                                  efface_error *err)
{
    ef_paths paths = {0};
    const size_t n = strlen(p->state) + 1;
    static const char *const lists[] = {NULL, "journal/", "placed/"};
    efface_status status = access(p->state, F_OK) == 0 ? ef_walk_all(&paths, p->state, err) : EFFACE_PASS;
    for (size_t k = 0; status == EFFACE_PASS && k < paths.n; k++) {
        const char *name = paths.path[k] + n;
        const bool ours = what == 0 ? is_companion(name) || (units == NULL && is_page(name))
                                    : strncmp(name, lists[what], strlen(lists[what])) == 0;
        if (ours && (what > 0 || is_page(name) || is_chosen(units, name)) && unlink(paths.path[k]) != 0)
            status = ef_fail(err, EFFACE_INTERNAL, "can't remove '%s'", paths.path[k]);
        r->left += what == 2 && !ours ? 1 : 0;
    }
    ef_paths_release(&paths);
    return status;
}

/* Puts all files of the list back, each once. */
static efface_status put_all_back(ef_reverted *r, const ef_inplace *p, const ef_units *units,
                                  void (*tell)(const char *name, const char *why), efface_error *err)
{
    for (size_t k = 0; k < p->n; k++) {
        const char *name = p->placed[k].name;
        efface_error own = {0};
        bool changed;
        if ((k > 0 && strcmp(name, p->placed[k - 1].name) == 0) || !is_chosen(units, name))
            continue;
        const bool kept = ef_keep_has(p->folder, name);
        const efface_status status = ef_inplace_put_back(&changed, p, name, &own);
        if (status == EFFACE_INTERNAL) {
            *err = own;
            return status;
        }
        r->back += changed && kept ? 1 : 0;
        r->removed += changed && !kept ? 1 : 0;
        r->refused += status != EFFACE_PASS ? 1 : 0;
        if (status != EFFACE_PASS && tell != NULL)
            tell(name, own.message);
    }
    return EFFACE_PASS;
}

efface_status ef_inplace_revert(ef_reverted *r, ef_inplace *p, const ef_units *units,
                                void (*tell)(const char *name, const char *why), efface_error *err)
{
    char path[PATH_BYTES];
    *r = (ef_reverted){0};
    efface_status status = put_all_back(r, p, units, tell, err);
    p->alone = true; /* the link in the mirror is to go before the folder is walked */
    if (snprintf(path, sizeof path, "%s/derivatives/efface", p->mirror) < PATH_BYTES)
        unlink(path);
    if (status == EFFACE_PASS)
        status = remove_state(r, p, units, 0, err);
    for (int what = 1; what <= 2 && status == EFFACE_PASS && units == NULL && r->refused == 0; what++)
        status = remove_state(r, p, units, what, err);
    ef_keep_prune_tree(p->state);
    ef_keep_prune(p->state, p->folder);
    if (ef_keep_path(path, sizeof path, p->folder, "x")) { /* a killed call may have left empty folders */
        path[strlen(path) - 2] = '\0';
        ef_keep_prune_tree(path);
        ef_keep_prune(path, p->folder);
    }
    return status;
}
