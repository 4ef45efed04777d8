/* Names and paths of results. No file is opened. */
#include "dataset/bids_places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "dataset/bids_name.h"
#include "dataset/keep.h"

enum { PATH_BYTES = 4096 };

bool ef_bids_state(char *state, size_t size, const char *out, ef_placement placement)
{
    const char *below = placement == EF_PLACE_DERIVATIVES ? "efface" : "derivatives/efface";
    return snprintf(state, size, "%s/%s", out, below) < (int)size;
}

bool ef_bids_placed_name(char *path, size_t size, ef_placement placement, const char *name)
{
    ef_bids_name parsed;
    (void)ef_bids_name_parse(&parsed, name);
    return snprintf(path, size, "%.*s%s%s", (int)(parsed.suffix - name), name,
                    placement == EF_PLACE_DERIVATIVES ? "desc-defaced_" : "", parsed.suffix) < (int)size;
}

const char *ef_bids_original_name(const ef_bids_places *places, const ef_item *item)
{
    return places->placement == EF_PLACE_INPLACE ? item->name : item->in + strlen(places->folder) + 1;
}

bool ef_bids_is_written(const ef_bids_places *places, const ef_item *item)
{
    return places->placement == EF_PLACE_INPLACE ? ef_keep_has(places->folder, item->name)
                                                 : access(item->out, F_OK) == 0;
}

/* <folder>/<folder of name>/<stem><ending>; NULL where memory is short. */
static char *beside(const char *folder, const char *name, const char *stem, int n_stem, const char *ending)
{
    const char *slash = strrchr(name, '/');
    char path[PATH_BYTES];
    const int n =
        snprintf(path, sizeof path, "%s/%.*s/%.*s%s", folder, slash != NULL ? (int)(slash - name) : 1,
                 slash != NULL ? name : ".", n_stem, stem, ending);
    return n < (int)sizeof path ? strdup(path) : NULL;
}

/* The mask of sub-01_run-1_T1w is sub-01_run-1_mod-T1w_defacemask. */
static efface_status add_companions(ef_item *item, const ef_bids_places *places, const char *original,
                                    efface_error *err)
{
    char mask[PATH_BYTES], folder[PATH_BYTES];
    ef_bids_name name;
    const bool beside_image = places->placement == EF_PLACE_DERIVATIVES;
    (void)ef_bids_name_parse(&name, original);
    if (snprintf(folder, sizeof folder, "%s%s", places->root, beside_image ? "" : "/derivatives/efface") >=
        (int)sizeof folder)
        return ef_fail(err, EFFACE_INPUT, "path is too long '%s'", original);
    snprintf(mask, sizeof mask, "%.*smod-%.*s_defacemask", (int)name.n_entities, name.base,
             (int)name.n_suffix, name.suffix);
    free(item->record);
    item->record = beside(folder, item->name, name.base, (int)name.n_stem, "_efface.json");
    item->mask = beside(folder, item->name, mask, (int)strlen(mask), ".nii.gz");
    if (places->pictures)
        item->picture = beside(folder, item->name, name.base, (int)name.n_stem, ".png");
    const bool whole =
        item->record != NULL && item->mask != NULL && (!places->pictures || item->picture != NULL);
    return whole ? EFFACE_PASS : ef_fail_memory(err, PATH_BYTES);
}

efface_status ef_bids_place_image(ef_item **item, ef_unit *unit, const ef_bids_places *places,
                                  const char *name, efface_error *err)
{
    char in[PATH_BYTES], out[PATH_BYTES], placed[PATH_BYTES];
    *item = NULL;
    const bool inplace = places->placement == EF_PLACE_INPLACE;
    const bool kept = inplace && ef_keep_has(places->folder, name);
    const char *between = kept ? EF_KEEP_FOLDER "/" : "";
    if (snprintf(in, sizeof in, "%s/%s%s", places->folder, between, name) >= (int)sizeof in ||
        !ef_bids_placed_name(placed, sizeof placed, places->placement, name) ||
        snprintf(out, sizeof out, "%s/%s", places->root, placed) >= (int)sizeof out)
        return ef_fail(err, EFFACE_INPUT, "path is too long '%s'", name);
    *item = ef_unit_add(unit, placed, in, out);
    if (*item == NULL || (inplace && ((*item)->placed = ef_path_join(places->folder, name)) == NULL))
        return ef_fail_memory(err, strlen(in));
    return add_companions(*item, places, name, err);
}
