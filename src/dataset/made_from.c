/* Marks of inputs. Which files belong together is known by their names, and by the name that a header holds. */
#include "dataset/made_from.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checksum.h"
#include "dataset/dicom_tree.h"
#include "dataset/result_files.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/format.h"

enum {
    PATH_BYTES = 4096,
    HEADER_BYTES = 1 << 14 /* of a text header; its data file is named before that */
};

static const char purpose[] = "made from";

/* --- the mark --- */

/* Ends a mark: under the key where there is one. */
static void end(char mark[65], ef_sha256 *sha, const ef_secret *secret)
{
    uint8_t mac[32];
    ef_sha256_end(mark, sha);
    if (secret == NULL)
        return;
    ef_hmac(mac, secret->key, purpose, mark, 64);
    ef_sha256_start(sha);
    ef_sha256_add(sha, mac, sizeof mac);
    ef_sha256_end(mark, sha);
}

/* --- the files --- */

/* The file name behind one of the keys of a text header; false where there is none. */
static bool find_name(char *name, size_t size, const char *header)
{
    static const char *const keys[] = {"ElementDataFile =", "ElementDataFile=", "data file:", "datafile:"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const char *at = strstr(header, keys[k]);
        if (at == NULL || (at != header && at[-1] != '\n'))
            continue;
        at += strlen(keys[k]);
        at += strspn(at, " \t");
        const size_t n = strcspn(at, "\r\n");
        if (n > 0 && n < size) {
            memcpy(name, at, n);
            name[n] = '\0';
            return true;
        }
    }
    return false;
}

/* The data file that a text header names, such as that of MetaImage and NRRD. */
static bool named_data(char path[PATH_BYTES], const char *in)
{
    char header[HEADER_BYTES + 1], name[1024];
    ef_input input;
    efface_error unused;
    if ((!ef_format_ends(in, ".mhd") && !ef_format_ends(in, ".nhdr")) ||
        ef_input_open(&input, in, &unused) != EFFACE_PASS)
        return false;
    const size_t n = input.size < HEADER_BYTES ? input.size : HEADER_BYTES;
    const bool read = ef_input_read(&input, header, n, 0, in, &unused) == EFFACE_PASS;
    ef_input_close(&input);
    header[read ? n : 0] = '\0';
    if (!find_name(name, sizeof name, header))
        return false;
    const int folder = name[0] != '/' ? (int)(ef_file_base_name(in) - in) : 0;
    return snprintf(path, PATH_BYTES, "%.*s%s", folder, in, name) < PATH_BYTES;
}

/* The image's second file, where there is one. */
static bool other_file(char path[PATH_BYTES], const char *in)
{
    return (named_data(path, in) || ef_result_other(path, PATH_BYTES, in)) && access(path, F_OK) == 0;
}

static bool sidecar_of(char path[PATH_BYTES], const ef_made_from *from)
{
    return from->sidecar && ef_format_json_path(path, PATH_BYTES, from->item->in) &&
           access(path, F_OK) == 0;
}

/* --- sizes and times --- */

static bool add_seen(ef_sha256 *sha, char role, const char *path)
{
    char text[128];
    struct stat info;
    if (stat(path, &info) != 0)
        return false;
    const int n = snprintf(text, sizeof text, "%c %lld %lld %ld\n", role, (long long)info.st_size,
                           (long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    ef_sha256_add(sha, text, (size_t)n);
    return true;
}

bool ef_made_from_seen(char mark[65], const ef_made_from *from)
{
    char path[PATH_BYTES];
    const char *file;
    const ef_item *item = from->item;
    ef_sha256 sha;
    bool seen = true;
    ef_sha256_start(&sha);
    if (item->tree == NULL) {
        seen = add_seen(&sha, 'i', item->in);
        if (seen && other_file(path, item->in))
            seen = add_seen(&sha, 'd', path);
        if (seen && sidecar_of(path, from))
            seen = add_seen(&sha, 's', path);
    }
    for (size_t f = 0;
         seen && item->tree != NULL && (file = ef_dicom_tree_path(item->tree, item->series, f)) != NULL;
         f++)
        seen = add_seen(&sha, 'i', file);
    end(mark, &sha, from->secret);
    if (!seen)
        mark[0] = '\0';
    return seen;
}

/* --- bytes --- */

static bool add_bytes(ef_sha256 *sha, char role, const char *path, const char *known)
{
    char hex[65];
    efface_error unused;
    if (known != NULL && known[0] != '\0')
        memcpy(hex, known, sizeof hex);
    else if (ef_digest_file(hex, path, &unused) != EFFACE_PASS)
        return false;
    ef_sha256_add(sha, &role, 1);
    ef_sha256_add(sha, hex, 64);
    return true;
}

bool ef_made_from_bytes(char mark[65], const ef_made_from *from, const char *sha256)
{
    char other[PATH_BYTES], beside[PATH_BYTES];
    const ef_item *item = from->item;
    ef_sha256 sha;
    mark[0] = '\0';
    if (item->tree != NULL)
        return false;
    const bool pair = other_file(other, item->in);
    ef_sha256_start(&sha);
    bool read = add_bytes(&sha, 'i', item->in, pair ? NULL : sha256); /* a pair's is that of both files */
    if (read && pair)
        read = add_bytes(&sha, 'd', other, NULL);
    if (read && sidecar_of(beside, from))
        read = add_bytes(&sha, 's', beside, NULL);
    end(mark, &sha, from->secret);
    if (!read)
        mark[0] = '\0';
    return read;
}
