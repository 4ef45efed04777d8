/* Finds the images in a tree, by their names. Their contents are not read. */
#include "io/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "io/format.h"

/* A folder that was entered. */
typedef struct folder {
    dev_t device;
    ino_t inode;
} folder;

typedef struct walk {
    ef_paths *paths;
    folder *entered; /* owned */
    size_t n_entered, room;
    bool all; /* every file, not only those that are named as images */
} walk;

static efface_status add(ef_paths *paths, const char *path, efface_error *err)
{
    if (paths->n == paths->room) {
        const size_t room = paths->room > 0 ? 2 * paths->room : 64;
        char **grown = realloc(paths->path, room * sizeof *grown);
        if (grown == NULL)
            return ef_fail_memory(err, room * sizeof *grown);
        paths->path = grown;
        paths->room = room;
    }
    paths->path[paths->n] = strdup(path);
    if (paths->path[paths->n] == NULL)
        return ef_fail_memory(err, strlen(path) + 1);
    paths->n++;
    return EFFACE_PASS;
}

/* Notes that a folder is entered. first: out, false where it was entered before. */
static efface_status enter(walk *w, const struct stat *info, bool *first, efface_error *err)
{
    *first = false;
    for (size_t k = 0; k < w->n_entered; k++)
        if (w->entered[k].device == info->st_dev && w->entered[k].inode == info->st_ino)
            return EFFACE_PASS;
    if (w->n_entered == w->room) {
        const size_t room = w->room > 0 ? 2 * w->room : 64;
        folder *grown = realloc(w->entered, room * sizeof *grown);
        if (grown == NULL)
            return ef_fail_memory(err, room * sizeof *grown);
        w->entered = grown;
        w->room = room;
    }
    w->entered[w->n_entered++] = (folder){info->st_dev, info->st_ino};
    *first = true;
    return EFFACE_PASS;
}

static efface_status walk_folder(walk *w, const char *path, efface_error *err);

/* One entry of a folder. A broken link counts by its name: as an image that can't be read, or not at all.
 * Pipes, sockets and devices are passed over: to open one can wait for ever. */
static efface_status walk_entry(walk *w, const char *path, const char *name, efface_error *err)
{
    struct stat info;
    bool first = false;
    const bool there = stat(path, &info) == 0;
    if (there && !S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode))
        return EFFACE_PASS;
    if (!there || !S_ISDIR(info.st_mode))
        return w->all || ef_format_sought(name) ? add(w->paths, path, err) : EFFACE_PASS;
    const efface_status status = enter(w, &info, &first, err);
    return status == EFFACE_PASS && first ? walk_folder(w, path, err) : status;
}

static efface_status walk_folder(walk *w, const char *path, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    const struct dirent *entry;
    DIR *folder_there = opendir(path);
    if (folder_there == NULL)
        return ef_fail(err, EFFACE_INPUT, "can't read folder '%s': %s", path, strerror(errno));
    for (errno = 0; status == EFFACE_PASS && (entry = readdir(folder_there)) != NULL; errno = 0) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        const size_t room = strlen(path) + strlen(entry->d_name) + 2;
        char *below = malloc(room);
        if (below == NULL) {
            status = ef_fail_memory(err, room);
            break;
        }
        const bool slash = path[0] != '\0' && path[strlen(path) - 1] == '/';
        snprintf(below, room, "%s%s%s", path, slash ? "" : "/", entry->d_name);
        status = walk_entry(w, below, entry->d_name, err);
        free(below);
    }
    if (status == EFFACE_PASS && errno != 0)
        status = ef_fail(err, EFFACE_INPUT, "can't read folder '%s': %s", path, strerror(errno));
    closedir(folder_there);
    return status;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts, and drops what is there twice. */
static void settle(ef_paths *paths)
{
    size_t kept = 0;
    if (paths->n > 0)
        qsort(paths->path, paths->n, sizeof *paths->path, by_bytes);
    for (size_t k = 0; k < paths->n; k++) {
        if (kept > 0 && strcmp(paths->path[kept - 1], paths->path[k]) == 0)
            free(paths->path[k]);
        else
            paths->path[kept++] = paths->path[k];
    }
    paths->n = kept;
}

static efface_status walk_from(ef_paths *paths, const char *path, bool all, efface_error *err)
{
    walk w = {.paths = paths, .all = all};
    struct stat info;
    bool first;
    efface_status status;
    if (stat(path, &info) != 0)
        return ef_fail(err, EFFACE_INPUT, "can't read '%s': %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode)) {
        status = enter(&w, &info, &first, err);
        if (status == EFFACE_PASS)
            status = walk_folder(&w, path, err);
    } else {
        status = add(paths, path, err);
    }
    settle(paths);
    free(w.entered);
    return status;
}

efface_status ef_walk(ef_paths *paths, const char *path, efface_error *err)
{
    return walk_from(paths, path, false, err);
}

efface_status ef_walk_all(ef_paths *paths, const char *path, efface_error *err)
{
    return walk_from(paths, path, true, err);
}

void ef_paths_release(ef_paths *paths)
{
    for (size_t k = 0; k < paths->n; k++)
        free(paths->path[k]);
    free(paths->path);
    *paths = (ef_paths){.n = 0};
}
