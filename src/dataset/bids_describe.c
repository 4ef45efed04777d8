/* The description, what the validator is to pass over, and where each image comes from. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "dataset/bids_describe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "identity/sidecar.h"
#include "io/folder.h"
#include "io/format.h"

enum { PATH_BYTES = 4096 };

/* Records, masks, pictures and pages, for which BIDS derivatives have no names. */
static const char ignored[] = "efface/\n*_efface.json\n*_defacemask.nii.gz\n*.png\n";

/* The way from one folder to another, "../../study"; up is set where it only climbs. False where a folder is
 * not there, or there is no room. */
static bool relative(char path[PATH_BYTES], bool *up, const char *from, const char *to)
{
    char *a = realpath(from, NULL), *b = realpath(to, NULL);
    size_t n = 0, common = 0;
    const bool known = a != NULL && b != NULL;
    for (size_t k = 0; known; k++) { /* the longest beginning that ends with a folder in both */
        const bool end_a = a[k] == '/' || a[k] == '\0', end_b = b[k] == '/' || b[k] == '\0';
        if (end_a && end_b)
            common = k;
        if (a[k] != b[k] || a[k] == '\0')
            break;
    }
    path[0] = '\0';
    for (const char *at = known ? a + common : ""; *at != '\0' && n + 4 < PATH_BYTES; at++)
        if (*at == '/' && at[1] != '\0')
            n += (size_t)snprintf(path + n, PATH_BYTES - n, "%s..", n > 0 ? "/" : "");
    const char *rest = known ? b + common + strspn(b + common, "/") : "";
    *up = *rest == '\0' && n > 0;
    if (*rest != '\0')
        n += (size_t)snprintf(path + n, PATH_BYTES - n, "%s%s", n > 0 ? "/" : "", rest);
    free(a);
    free(b);
    return known && n > 0 && n < PATH_BYTES;
}

/* A path as a URI (RFC 3986), with the scheme that the validator wants to see. */
static void uri_of(char uri[3 * PATH_BYTES], const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    size_t n = (size_t)snprintf(uri, 3 * PATH_BYTES, "file:");
    for (; *path != '\0' && n + 4 < 3 * PATH_BYTES; path++)
        n += (size_t)snprintf(uri + n, 3 * PATH_BYTES - n, strchr(plain, *path) != NULL ? "%c" : "%%%02X",
                              (unsigned char)*path);
}

static void put_source(ef_json *json, const char *path)
{
    char uri[3 * PATH_BYTES];
    uri_of(uri, path);
    ef_json_array(json, "SourceDatasets");
    ef_json_object(json, NULL);
    ef_json_text(json, "URL", uri);
    ef_json_end(json);
    ef_json_end(json);
    ef_json_object(json, "DatasetLinks");
    ef_json_text(json, "raw", path);
    ef_json_end(json);
}

static efface_status write_description(const char *folder, const char *name, const char *source,
                                       efface_error *err)
{
    ef_json json = {0};
    char *text;
    size_t n;
    ef_json_object(&json, NULL);
    ef_json_text(&json, "Name", name);
    ef_json_text(&json, "BIDSVersion", "1.10.0");
    ef_json_text(&json, "DatasetType", "derivative");
    ef_json_array(&json, "GeneratedBy");
    ef_json_object(&json, NULL);
    ef_json_text(&json, "Name", "efface");
    ef_json_text(&json, "Version", efface_version());
    ef_json_end(&json);
    ef_json_end(&json);
    if (source[0] != '\0')
        put_source(&json, source);
    ef_json_end(&json);
    efface_status status = ef_json_finish(&json, &text, &n, err);
    if (status == EFFACE_PASS)
        status = ef_folder_write(folder, "dataset_description.json", text, n, err);
    free(text);
    return status;
}

/* --- sidecars of a derivative --- */

/* The members that a derivative's sidecar lacks, each behind a comma; NULL where memory is short. */
static char *missing_members(const char *sidecar, size_t n, const char *original)
{
    ef_json json = {.one_line = true};
    char *text = NULL, source[PATH_BYTES + 16];
    size_t length;
    efface_error unused;
    snprintf(source, sizeof source, "bids:raw:%s", original);
    ef_json_object(&json, NULL);
    if (ef_json_member(sidecar, "SkullStripped", sidecar + n) == NULL)
        ef_json_bool(&json, "SkullStripped", false);
    if (ef_json_member(sidecar, "Sources", sidecar + n) == NULL) {
        ef_json_array(&json, "Sources");
        ef_json_text(&json, NULL, source);
        ef_json_end(&json);
    }
    ef_json_end(&json);
    return ef_json_finish(&json, &text, &length, &unused) == EFFACE_PASS ? text : NULL;
}

/* Joins two objects' texts: the second's members come behind the first's. */
static efface_status join(const ef_bids_places *places, const char *name, const char *first, size_t n,
                          const char *second, efface_error *err)
{
    const char *end = first + n, *open = strchr(second, '{'), *close = strrchr(second, '}');
    char *made = NULL;
    size_t n_made = 0;
    while (end > first && end[-1] != '}')
        end--;
    if (open == NULL || close == NULL || close == open + 1 || end == first)
        return EFFACE_PASS;
    for (end--; end > first && strchr(" \t\r\n", end[-1]) != NULL;)
        end--;
    FILE *stream = open_memstream(&made, &n_made);
    if (stream == NULL)
        return ef_fail_memory(err, n);
    fprintf(stream, "%.*s%s\n  %.*s\n}\n", (int)(end - first), first, end[-1] == '{' ? "" : ",",
            (int)(close - open - 1), open + 1);
    efface_status status = fclose(stream) == 0 ? ef_folder_write(places->root, name, made, n_made, err)
                                               : ef_fail_memory(err, n);
    free(made);
    return status;
}

static efface_status complete_sidecar(const ef_bids_places *places, const ef_item *item, efface_error *err)
{
    char path[PATH_BYTES], name[PATH_BYTES], *text;
    size_t n;
    if (access(item->out, F_OK) != 0 || !ef_format_json_path(path, sizeof path, item->out) ||
        !ef_format_json_path(name, sizeof name, item->name))
        return EFFACE_PASS;
    efface_status status = ef_sidecar_read(&text, &n, path, err);
    if (status != EFFACE_PASS || text == NULL)
        return status;
    char *members = missing_members(text, n, ef_bids_original_name(places, item));
    status = members != NULL ? join(places, name, text, n, members, err) : ef_fail_memory(err, n);
    free(members);
    free(text);
    return status;
}

efface_status ef_bids_describe(const ef_bids *bids, const ef_bids_places *places,
                               bool relative_path_may_be_told, efface_error *err)
{
    char source[PATH_BYTES];
    bool up;
    if (places->placement != EF_PLACE_DERIVATIVES)
        return write_description(places->state, "Defacing by efface: masks, records and pictures", "../..",
                                 err);
    efface_status status = ef_folder_make(places->root, err);
    if (!relative(source, &up, places->root, places->folder) || (!up && !relative_path_may_be_told))
        source[0] = '\0';
    if (status == EFFACE_PASS)
        status = write_description(places->root, "Defaced images by efface", source, err);
    if (status == EFFACE_PASS)
        status = ef_folder_write(places->root, ".bidsignore", ignored, sizeof ignored - 1, err);
    for (size_t u = 0; u < bids->units.n; u++)
        for (size_t i = 0; status == EFFACE_PASS && i < bids->units.unit[u].n; i++)
            status = complete_sidecar(places, &bids->units.unit[u].item[i], err);
    return status;
}
