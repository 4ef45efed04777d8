/* Folders of images, and what lies beside a result. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "dataset/find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "io/format.h"
#include "io/walk.h"
#include "io/write.h"

enum { PATH_BYTES = 4096 };

static const char defaced_as[] = ".nii.gz";

/* Makes <state>/<folder>/<name without its ending><ending>; NULL where memory is short. */
static char *beside(const char *state, const char *folder, const char *name, const char *ending)
{
    const int stem = (int)(strlen(name) - strlen(ef_format_ending(name)));
    const size_t n = strlen(state) + strlen(folder) + strlen(name) + strlen(ending) + 3;
    char *path = malloc(n);
    if (path != NULL)
        snprintf(path, n, "%s/%s/%.*s%s", state, folder, stem, name, ending);
    return path;
}

efface_status ef_companions_add(ef_item *item, const ef_companions *companions, efface_error *err)
{
    if (companions->pictures)
        item->picture = beside(companions->state, "pictures", item->name, ".png");
    if (companions->masks)
        item->mask = beside(companions->state, "masks", item->name, "_defacemask.nii.gz");
    return (companions->pictures && item->picture == NULL) || (companions->masks && item->mask == NULL)
               ? ef_fail_memory(err, strlen(item->name))
               : EFFACE_PASS;
}

/* --- folders --- */

/* Whether a path lies in a folder, by name and after links are resolved. */
static bool lies_in(const char *path, const char *folder)
{
    char real[PATH_BYTES], real_folder[PATH_BYTES];
    if (realpath(path, real) == NULL || realpath(folder, real_folder) == NULL)
        return false;
    const size_t n = strlen(real_folder);
    return strncmp(real, real_folder, n) == 0 && (real[n] == '/' || real[n] == '\0');
}

static efface_status add_file(ef_units *units, const char *path, const char *name, const char *root,
                              const ef_companions *companions, efface_error *err)
{
    char below[PATH_BYTES];
    const int stem = (int)(strlen(name) - strlen(ef_format_ending(name)));
    const bool written = ef_write_can(name);
    if (snprintf(below, sizeof below, "%.*s%s", stem, name, written ? name + stem : defaced_as) >=
        (int)sizeof below)
        return ef_fail(err, EFFACE_INPUT, "path is too long '%s'", path);
    char *out = ef_path_join(root, below);
    ef_unit *unit = out != NULL ? ef_units_add(units, below) : NULL;
    ef_item *item = unit != NULL ? ef_unit_add(unit, below, path, out) : NULL;
    free(out);
    return item != NULL ? ef_companions_add(item, companions, err) : ef_fail_memory(err, strlen(path));
}

efface_status ef_find_folder(ef_units *units, const char *folder, const char *root,
                             const ef_companions *companions, efface_error *err)
{
    ef_paths paths = {0};
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/')
        n--;
    efface_status status = ef_walk(&paths, folder, err);
    for (size_t k = 0; status == EFFACE_PASS && k < paths.n; k++) {
        const char *name = paths.path[k] + n;
        name += strspn(name, "/");
        const ef_format *format = ef_format_of(name);
        if (format != NULL && format->by == EF_BY_GDCM)
            continue; /* of a series: dicom_tree.h */
        if (!lies_in(paths.path[k], root) || lies_in(folder, root))
            status = add_file(units, paths.path[k], name, root, companions, err);
    }
    ef_paths_release(&paths);
    return status;
}
