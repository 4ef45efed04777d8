/* Files and folders as inputs and outputs. */
#include "dataset/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "dataset/dicom_tree.h"
#include "io/file.h"
#include "io/read.h"
#include "io/walk.h"

enum { PATH_BYTES = 4096 };

static const char partial_mark[] = ".efface-";

efface_status ef_source_read(ef_image *image, const ef_item *item, efface_error *err)
{
    char unused[65];
    return item->tree != NULL ? ef_dicom_tree_read(image, item->tree, item->series, unused, err)
                              : ef_read(image, item->in, 1, NULL, err);
}

/* --- folders --- */

bool ef_source_partial(char *path, size_t size, const char *out)
{
    const char *base = ef_file_base_name(out);
    const int n = snprintf(path, size, "%.*s%s%s", (int)(base - out), out, partial_mark, base);
    return n >= 0 && (size_t)n < size;
}

void ef_source_remove(const char *path)
{
    char below[PATH_BYTES];
    struct stat info;
    const struct dirent *entry;
    if (lstat(path, &info) != 0 || !S_ISDIR(info.st_mode)) {
        unlink(path);
        return;
    }
    DIR *folder = opendir(path);
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            snprintf(below, sizeof below, "%s/%s", path, entry->d_name) < (int)sizeof below)
            unlink(below); /* plain files are all that a result holds */
    if (folder != NULL)
        closedir(folder);
    rmdir(path);
}

efface_status ef_source_make_partial(const char *partial, efface_error *err)
{
    ef_source_remove(partial);
    return mkdir(partial, 0700) == 0
               ? EFFACE_PASS
               : ef_fail(err, EFFACE_INTERNAL, "can't make the folder '%s': %s", partial, strerror(errno));
}

static bool flush(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool flushed = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return flushed;
}

efface_status ef_source_name(const char *partial, const char *out, bool force, efface_error *err)
{
    ef_paths paths = {0};
    struct stat info;
    efface_status status = ef_walk_all(&paths, partial, err);
    for (size_t k = 0; status == EFFACE_PASS && k < paths.n; k++)
        if (!flush(paths.path[k]))
            status = ef_fail(err, EFFACE_INTERNAL, "can't write '%s': %s", paths.path[k], strerror(errno));
    ef_paths_release(&paths);
    if (status == EFFACE_PASS && force)
        ef_source_remove(out);
    /* An empty folder takes the name first: it has the rights that the system gives, and replaces nothing. */
    if (status == EFFACE_PASS && mkdir(out, 0777) != 0)
        status = errno == EEXIST
                     ? ef_fail(err, EFFACE_USAGE, "'%s' exists already", out)
                     : ef_fail(err, EFFACE_INTERNAL, "can't make '%s': %s", out, strerror(errno));
    if (status == EFFACE_PASS && stat(out, &info) == 0)
        (void)chmod(partial, info.st_mode & 0777); /* a file system without rights has none to set */
    if (status == EFFACE_PASS && rename(partial, out) != 0)
        status = ef_fail(err, EFFACE_INTERNAL, "can't make '%s': %s", out, strerror(errno));
    if (status != EFFACE_PASS)
        ef_source_remove(partial);
    return status;
}
