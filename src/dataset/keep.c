/* Names of files, never their bytes. */
#define _XOPEN_SOURCE 700 /* readlink, symlink, utimensat */

#include "dataset/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "io/file.h"
#include "io/folder.h"

enum { PATH_BYTES = 4096 };

/* From a kept file's folder to the data set's folder of the same file there are two more steps up. */
static const char two_up[] = "../../";

static efface_status cannot(const char *what, const char *name, efface_error *err)
{
    return ef_fail(err, EFFACE_INTERNAL, "can't %s '%s': %s", what, name, strerror(errno));
}

static bool in_place_path(char path[PATH_BYTES], const char *folder, const char *name)
{
    return snprintf(path, PATH_BYTES, "%s/%s", folder, name) < PATH_BYTES;
}

bool ef_keep_path(char *path, size_t size, const char *folder, const char *name)
{
    return snprintf(path, size, "%s/" EF_KEEP_FOLDER "/%s", folder, name) < (int)size;
}

bool ef_keep_has(const char *folder, const char *name)
{
    char path[PATH_BYTES];
    struct stat info;
    return ef_keep_path(path, sizeof path, folder, name) && lstat(path, &info) == 0;
}

/* --- links --- */

/* Reads a link's text; false where the path is no link, or the text does not fit. */
static bool read_link(char text[PATH_BYTES], const char *path)
{
    const ssize_t n = readlink(path, text, PATH_BYTES);
    if (n < 0 || n >= PATH_BYTES)
        return false;
    text[n] = '\0';
    return true;
}

/* From a kept file's folder to the folder that it came from: "../../../../sub-01/anat/". */
static bool way_back(char way[PATH_BYTES], const char *name)
{
    const char *slash = strrchr(name, '/');
    size_t n = (size_t)snprintf(way, PATH_BYTES, "%s", two_up);
    for (const char *at = name; *at != '\0' && n + 4 < PATH_BYTES; at++)
        if (*at == '/')
            n += (size_t)snprintf(way + n, PATH_BYTES - n, "../");
    if (slash != NULL)
        n += (size_t)snprintf(way + n, PATH_BYTES - n, "%.*s", (int)(slash + 1 - name), name);
    return n < PATH_BYTES;
}

/* The text that a link needs where it is kept. One that climbs to the data set's folder or above, as those of
 * git-annex do, climbs two more steps; another one first goes where it came from. Both can be undone. */
static bool text_kept(char kept[PATH_BYTES], const char *text, const char *name)
{
    char way[PATH_BYTES];
    size_t depth = 0, up = 0;
    if (text[0] == '/')
        return snprintf(kept, PATH_BYTES, "%s", text) < PATH_BYTES;
    if (!way_back(way, name))
        return false;
    for (const char *at = name; *at != '\0'; at++)
        depth += *at == '/';
    while (strncmp(text + 3 * up, "../", 3) == 0)
        up++;
    if (up >= depth && snprintf(kept, PATH_BYTES, "%s%s", two_up, text) < PATH_BYTES &&
        strncmp(kept, way, strlen(way)) != 0)
        return true;
    return snprintf(kept, PATH_BYTES, "%s%s", way, text) < PATH_BYTES;
}

/* The text that a kept link had in its place. */
static bool text_in_place(char text[PATH_BYTES], const char *kept, const char *name)
{
    char way[PATH_BYTES];
    if (kept[0] == '/')
        return snprintf(text, PATH_BYTES, "%s", kept) < PATH_BYTES;
    if (!way_back(way, name))
        return false;
    const size_t n = strncmp(kept, way, strlen(way)) == 0 ? strlen(way) : sizeof two_up - 1;
    return strlen(kept) >= n && snprintf(text, PATH_BYTES, "%s", kept + n) < PATH_BYTES;
}

/* Makes a link with that text, and the time of another one. */
static bool make_link(const char *path, const char *text, const char *like)
{
    struct stat info;
    if (lstat(like, &info) != 0 || symlink(text, path) != 0)
        return false;
    const struct timespec times[2] = {info.st_atim, info.st_mtim};
    (void)utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW); /* not all file systems keep it */
    return true;
}

bool ef_keep_in_place(const char *folder, const char *name)
{
    char place[PATH_BYTES], kept[PATH_BYTES], text[PATH_BYTES], old[PATH_BYTES];
    struct stat a, b;
    if (!in_place_path(place, folder, name) || !ef_keep_path(kept, sizeof kept, folder, name) ||
        lstat(place, &a) != 0 || lstat(kept, &b) != 0)
        return false;
    if (read_link(old, kept))
        return text_in_place(text, old, name) && read_link(old, place) && strcmp(text, old) == 0;
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* --- files --- */

/* Writes a folder's names to the disk. */
static void flush_folder_of(const char *path)
{
    char folder[PATH_BYTES];
    const char *base = ef_file_base_name(path);
    snprintf(folder, sizeof folder, "%.*s", base > path ? (int)(base - path) : 1, base > path ? path : ".");
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd); /* a file system that can't do that orders names itself */
        close(fd);
    }
}

efface_status ef_keep_save(const char *folder, const char *name, efface_error *err)
{
    char place[PATH_BYTES], kept[PATH_BYTES], text[PATH_BYTES], old[PATH_BYTES];
    if (!in_place_path(place, folder, name) || !ef_keep_path(kept, sizeof kept, folder, name))
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", name);
    const efface_status status = ef_folder_make_for(kept, err);
    if (status != EFFACE_PASS)
        return status;
    const bool is_link = read_link(old, place);
    bool saved =
        is_link ? text_kept(text, old, name) && make_link(kept, text, place) : link(place, kept) == 0;
    if (!is_link && !saved && errno != EEXIST && errno != ENOENT)
        saved = ef_file_take_free(AT_FDCWD, place, kept); /* a file system without hard links */
    if (!saved)
        return cannot("keep the original", name, err);
    flush_folder_of(kept);
    return EFFACE_PASS;
}

efface_status ef_keep_restore(const char *folder, const char *name, const char *scratch, efface_error *err)
{
    char place[PATH_BYTES], kept[PATH_BYTES], text[PATH_BYTES], old[PATH_BYTES];
    if (!in_place_path(place, folder, name) || !ef_keep_path(kept, sizeof kept, folder, name))
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", name);
    bool done = ef_keep_in_place(folder, name);
    const bool is_link = read_link(old, kept);
    if (!done && is_link) {
        const efface_status status = ef_folder_make_for(scratch, err);
        if (status != EFFACE_PASS)
            return status;
        unlink(scratch);
        done =
            text_in_place(text, old, name) && make_link(scratch, text, kept) && rename(scratch, place) == 0;
    } else if (!done) {
        done = rename(kept, place) == 0;
    }
    if (!done)
        return cannot("put back", name, err);
    flush_folder_of(place);
    if (unlink(kept) != 0 && errno != ENOENT)
        return cannot("remove the second name of", name, err);
    return EFFACE_PASS;
}

void ef_keep_prune(const char *path, const char *top)
{
    char folder[PATH_BYTES];
    const size_t n = strlen(top);
    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strrchr(folder, '/'); slash != NULL; slash = strrchr(folder, '/')) {
        *slash = '\0';
        if (strncmp(folder, top, n) != 0 || folder[n] != '/' || rmdir(folder) != 0)
            return;
    }
}

void ef_keep_prune_tree(const char *folder)
{
    char path[PATH_BYTES];
    struct stat info;
    const struct dirent *entry;
    DIR *there = opendir(folder);
    while (there != NULL && (entry = readdir(there)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            in_place_path(path, folder, entry->d_name) && lstat(path, &info) == 0 && S_ISDIR(info.st_mode))
            ef_keep_prune_tree(path);
    if (there != NULL)
        closedir(there);
    (void)rmdir(folder); /* fails where a file is left, as it should */
}
