/* Paths are compared as they are written: both are made by one program from one root. */
#include "scan/record_names.h"

#include <stdio.h>
#include <string.h>

#include "io/file.h"

/* What follows the root and its slashes; NULL where the path does not lie below it. */
static const char *below(const char *path, const char *root)
{
    const size_t n = strlen(root);
    if (strncmp(path, root, n) != 0 || (path[n] != '/' && (n == 0 || root[n - 1] != '/')))
        return NULL;
    return path + n + strspn(path + n, "/");
}

/* Characters of the folders, each with its slash, with which both paths begin. */
static size_t folders_in_common(const char *a, const char *b)
{
    size_t common = 0;
    for (size_t k = 0; a[k] != '\0' && a[k] == b[k]; k++)
        if (a[k] == '/')
            common = k + 1;
    return common;
}

void ef_record_name(char name[EF_RECORD_NAME_BYTES], const char *path, const char *record, const char *root)
{
    name[0] = '\0';
    if (path == NULL)
        return;
    const char *base = ef_file_base_name(path);
    const size_t folder = (size_t)(ef_file_base_name(record) - record);
    const bool beside = (size_t)(base - path) == folder && memcmp(path, record, folder) == 0;
    const char *to = root != NULL ? below(path, root) : NULL;
    const char *from = root != NULL ? below(record, root) : NULL;
    if (beside || to == NULL || from == NULL) {
        snprintf(name, EF_RECORD_NAME_BYTES, "%s", base);
        return;
    }
    const size_t common = folders_in_common(to, from);
    size_t n = 0;
    for (const char *at = from + common; *at != '\0'; at++)
        if (*at == '/' && n + 4 < EF_RECORD_NAME_BYTES)
            n += (size_t)snprintf(name + n, EF_RECORD_NAME_BYTES - n, "../");
    snprintf(name + n, EF_RECORD_NAME_BYTES - n, "%s", to + common);
}
