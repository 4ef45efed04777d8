/* What git-annex leaves in place of a content. */
#include "dataset/annex.h"

#include <string.h>
#include <sys/stat.h>

#include "io/file.h"

/* How a pointer file begins, and its size at most (git-annex, "pointer file"). */
static const char pointer[] = "/annex/objects/";
enum { POINTER_MOST = 32768 };

bool ef_annex_lacks(const char *path)
{
    char start[sizeof pointer - 1];
    struct stat info;
    ef_input input;
    efface_error unused;
    if (lstat(path, &info) != 0)
        return false;
    if (stat(path, &info) != 0)
        return true;
    if (!S_ISREG(info.st_mode) || info.st_size < (off_t)sizeof start || info.st_size > POINTER_MOST ||
        ef_input_open(&input, path, &unused) != EFFACE_PASS)
        return false;
    const bool whole = ef_input_read(&input, start, sizeof start, 0, path, &unused) == EFFACE_PASS;
    ef_input_close(&input);
    return whole && memcmp(start, pointer, sizeof start) == 0;
}
