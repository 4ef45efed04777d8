/* mkdir, from the top. Another process may make the same folders at the same time. */
#include "io/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "io/file.h"

enum { PATH_BYTES = 4096 };

/* The first n bytes of a path as a folder. */
static efface_status make(const char *path, size_t n, efface_error *err)
{
    char folder[PATH_BYTES];
    struct stat info;
    if (n >= sizeof folder)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", path);
    memcpy(folder, path, n);
    folder[n] = '\0';
    if (n == 0 || (stat(folder, &info) == 0 && S_ISDIR(info.st_mode)))
        return EFFACE_PASS;
    for (char *at = folder + 1; at <= folder + n; at++) {
        const char was = *at;
        if (was != '/' && was != '\0')
            continue;
        *at = '\0';
        if (mkdir(folder, 0777) != 0 && errno != EEXIST)
            return ef_fail(err, EFFACE_INTERNAL, "can't make the folder '%s': %s", folder, strerror(errno));
        *at = was;
    }
    return stat(folder, &info) == 0 && S_ISDIR(info.st_mode)
               ? EFFACE_PASS
               : ef_fail(err, EFFACE_INTERNAL, "no folder '%s'", folder);
}

efface_status ef_folder_make(const char *path, efface_error *err)
{
    return make(path, strlen(path), err);
}

efface_status ef_folder_make_for(const char *path, efface_error *err)
{
    const char *slash = strrchr(path, '/');
    return make(path, slash != NULL ? (size_t)(slash - path) : 0, err);
}

efface_status ef_folder_write(const char *folder, const char *name, const char *text, size_t n,
                              efface_error *err)
{
    char path[PATH_BYTES];
    ef_output_set set = {0};
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", name);
    efface_status status = ef_folder_make_for(path, err);
    if (status == EFFACE_PASS)
        status = ef_output_add_bytes(&set, path, text, n, EF_OUTPUT_FORCE, err);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&set, err);
    ef_output_set_abort(&set);
    return status;
}

bool ef_folder_leads_to(const char *folder, const char *other)
{
    char path[PATH_BYTES];
    DIR *there = opendir(folder);
    const struct dirent *entry;
    bool alone = true;
    while (there != NULL && alone && (entry = readdir(there)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        const int n = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        const bool on_the_way = n < (int)sizeof path && strncmp(other, path, (size_t)n) == 0;
        alone = on_the_way && (other[n] == '\0' || (other[n] == '/' && ef_folder_leads_to(path, other)));
    }
    if (there != NULL)
        closedir(there);
    return alone;
}
