/* Which files belong together is known by their names: what efface wrote with the header has the same stem. */
#include "dataset/result_files.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "dataset/source.h"
#include "io/format.h"

enum { PATH_BYTES = 4096 };

/* A header's ending, and those that its data file may have. */
static const struct {
    const char *header, *data[3];
    bool named; /* the header names the data file */
} pairs[] = {
    {".hdr", {".img"}, false},         {".img", {".hdr"}, false},
    {".hdr.gz", {".img.gz"}, false},   {".img.gz", {".hdr.gz"}, false},
    {".mhd", {".raw", ".zraw"}, true}, {".nhdr", {".raw", ".raw.gz"}, true},
};
enum { PAIRS = sizeof pairs / sizeof *pairs };

/* The row of `pairs`; -1 for a format of one file. */
static int pair_of(const char *path)
{
    for (int k = 0; k < PAIRS; k++)
        if (ef_format_ends(path, pairs[k].header))
            return k;
    return -1;
}

/* The data file's path, its ending in the header's case. False where it doesn't fit. */
static bool data_path(char *path, size_t size, const char *header, int pair, const char *ending)
{
    const size_t stem = strlen(header) - strlen(pairs[pair].header);
    if (snprintf(path, size, "%.*s%s", (int)stem, header, ending) >= (int)size)
        return false;
    for (char *at = path + stem; isupper((unsigned char)header[stem + 1]) && *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    return true;
}

bool ef_result_other(char *path, size_t size, const char *result)
{
    const int pair = pair_of(result);
    for (int k = 0; pair >= 0 && k < 3 && pairs[pair].data[k] != NULL; k++)
        if (data_path(path, size, result, pair, pairs[pair].data[k]) && access(path, F_OK) == 0)
            return true;
    return false;
}

static efface_status remove_file(const char *path, efface_error *err)
{
    return unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR
               ? EFFACE_PASS
               : ef_fail(err, EFFACE_INTERNAL, "can't remove '%s': %s", path, strerror(errno));
}

efface_status ef_result_remove(const char *path, efface_error *err)
{
    char data[PATH_BYTES];
    struct stat info;
    const int pair = pair_of(path);
    const bool there = access(path, F_OK) == 0;
    if (lstat(path, &info) == 0 && S_ISDIR(info.st_mode)) { /* a series of DICOM */
        ef_source_remove(path);
        return access(path, F_OK) != 0 ? EFFACE_PASS
                                       : ef_fail(err, EFFACE_INTERNAL, "can't remove '%s'", path);
    }
    efface_status status = remove_file(path, err);
    for (int k = 0; status == EFFACE_PASS && there && pair >= 0 && k < 3 && pairs[pair].data[k] != NULL;
         k++)
        if (data_path(data, sizeof data, path, pair, pairs[pair].data[k]))
            status = remove_file(data, err);
    return status;
}

static efface_status rename_file(const char *from, const char *to, efface_error *err)
{
    if (link(from, to) == 0)
        return remove_file(from, err);
    if (errno == EEXIST || access(to, F_OK) == 0)
        return ef_fail(err, EFFACE_USAGE, "'%s' exists already: it is not replaced", to);
    return rename(from, to) == 0 /* a file system without links */
               ? EFFACE_PASS
               : ef_fail(err, EFFACE_INTERNAL, "can't name '%s': %s", to, strerror(errno));
}

bool ef_result_can_rename(const char *path)
{
    const int pair = pair_of(path);
    return pair < 0 || !pairs[pair].named;
}

efface_status ef_result_rename(const char *from, const char *to, efface_error *err)
{
    char data_from[PATH_BYTES], data_to[PATH_BYTES];
    const int pair = pair_of(from);
    if (!ef_result_can_rename(from))
        return ef_fail(err, EFFACE_USAGE, "the header names its data file: '%s' keeps its name", from);
    efface_status status = EFFACE_PASS;
    if (pair >= 0 && data_path(data_from, sizeof data_from, from, pair, pairs[pair].data[0]) &&
        data_path(data_to, sizeof data_to, to, pair, pairs[pair].data[0]) && access(data_from, F_OK) == 0)
        status = rename_file(data_from, data_to, err);
    return status == EFFACE_PASS ? rename_file(from, to, err) : status;
}
