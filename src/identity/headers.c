/* De-identification of one scan beside its voxels. */
#include "identity/headers.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "identity/sidecar.h"
#include "io/format.h"

enum { PATH_BYTES = 4096 };

/* The sidecar of an image that has none. */
static const char no_members[] = "{\n}\n";

/* Finds the last "sub-<letters and digits>" of a path, as BIDS names subjects; "" where there is none.
 * Returns its length. */
static size_t find_label(const char **label, const char *path)
{
    size_t n = 0;
    *label = "";
    for (const char *at = path; (at = strstr(at, "sub-")) != NULL; at += 4) {
        if (at != path && isalnum((unsigned char)at[-1]))
            continue;
        *label = at;
        for (n = 4; isalnum((unsigned char)at[n]); n++)
            ;
    }
    return n;
}

static efface_status too_long(const char *path, efface_error *err)
{
    return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", path);
}

/* What the outputs' names allow. */
static efface_status check_names(const char *out, const efface_options *options, efface_error *err)
{
    char path[PATH_BYTES];
    if (!ef_format_json_path(path, sizeof path, out))
        return too_long(out, err);
    const char *const others[] = {options->record, options->mask, options->brain, options->png,
                                  options->png_original};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (others[i] != NULL && strcmp(others[i], path) == 0)
            return ef_fail(err, EFFACE_USAGE, "the sidecar and another output are to be written to '%s'",
                           path);
    }
    return ef_output_check(path, options->force ? EF_OUTPUT_FORCE : 0, err);
}

static efface_status clean(char **made, size_t *n, const ef_headers *headers, bool defaced,
                           efface_error *err)
{
    const ef_sidecar sidecar = {headers->sidecar, headers->n_sidecar, headers->sidecar_path, headers->label,
                                headers->by_label};
    return ef_sidecar_clean(made, n, &sidecar, headers->how, defaced, err);
}

efface_status ef_headers_open(ef_headers *headers, const char *in, const char *out,
                              const efface_options *options, efface_error *err)
{
    char path[PATH_BYTES], *unused = NULL;
    const char *label;
    size_t n = 0;
    *headers = (ef_headers){0};
    if (!options->deidentify && !options->sidecar)
        return EFFACE_PASS;
    if (!ef_format_json_path(path, sizeof path, in))
        return too_long(in, err);
    efface_status status = EFFACE_PASS;
    if (options->deidentify)
        status = ef_deidentify_open(&headers->how, options->retain, options->key_file, err);
    if (status == EFFACE_PASS)
        status = ef_sidecar_read(&headers->sidecar, &headers->n_sidecar, path, err);
    if (status == EFFACE_PASS && headers->sidecar == NULL && options->sidecar) {
        headers->sidecar = strdup(no_members);
        headers->n_sidecar = headers->sidecar != NULL ? strlen(no_members) : 0;
        status = headers->sidecar != NULL ? status : ef_fail_memory(err, sizeof no_members);
    }
    if (status != EFFACE_PASS || headers->sidecar == NULL)
        return status;
    n = find_label(&label, in);
    headers->sidecar_path = strdup(path);
    headers->label = strndup(label, n);
    headers->by_label = options->sidecar && n > 0;
    if (headers->sidecar_path == NULL || headers->label == NULL)
        return ef_fail_memory(err, strlen(path) + n);
    status = clean(&unused, &n, headers, false, err);
    free(unused);
    return status == EFFACE_PASS ? check_names(out, options, err) : status;
}

efface_status ef_headers_prepare(ef_output_set *set, const ef_headers *headers, const char *out,
                                 bool defaced, bool force, efface_error *err)
{
    char path[PATH_BYTES], *text = NULL;
    size_t n = 0;
    if (headers->sidecar == NULL)
        return EFFACE_PASS;
    if (!ef_format_json_path(path, sizeof path, out))
        return too_long(out, err);
    efface_status status = clean(&text, &n, headers, defaced, err);
    if (status == EFFACE_PASS)
        status = ef_output_add_bytes(set, path, text, n, force ? EF_OUTPUT_FORCE : 0, err);
    free(text);
    return status;
}

void ef_headers_release(ef_headers *headers)
{
    ef_deidentify_free(headers->how);
    free(headers->sidecar);
    free(headers->sidecar_path);
    free(headers->label);
    *headers = (ef_headers){0};
}
