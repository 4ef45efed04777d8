/* Images in other formats than NIfTI. The C++ module reads files by their names and writes them into a
 * temporary folder, from where they become outputs like all others. */
#include "io/foreign.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "io/digest.h"
#include "io/mgh.h"
#include "io/module.h"

enum { PATH_BYTES = 4096 };

bool ef_foreign_is(const char *path)
{
    const ef_format *f = ef_format_of(path);
    return f != NULL && (f->by == EF_BY_ITK || f->by == EF_BY_MGH);
}

/* The module, or the message that names the file and why there is none. */
static const ef_itk *module_for(const ef_format *f, const char *path, efface_error *err)
{
    efface_error why = {0};
    const ef_itk *itk = ef_module(&why);
    if (itk == NULL)
        (void)ef_fail(err, EFFACE_INPUT, "%s files need ITK, and %.200s: '%s'", f->name, why.message, path);
    return itk;
}

efface_status ef_foreign_read(ef_image *image, const char *path, char sha256[65], efface_error *err)
{
    const ef_format *f = ef_format_of(path);
    char unused[65];
    memset(image, 0, sizeof *image);
    if (f->by == EF_BY_MGH)
        return ef_mgh_read(image, path, sha256, err);
    /* says what is wrong with a path before the module is loaded for it */
    efface_status status = ef_digest_file(sha256 != NULL ? sha256 : unused, path, err);
    const ef_itk *itk = status == EFFACE_PASS ? module_for(f, path, err) : NULL;
    if (status != EFFACE_PASS || itk == NULL)
        return status != EFFACE_PASS ? status : EFFACE_INPUT;
    ef_module_enter();
    status = itk->image_read(image, f->name, path, err);
    ef_module_leave();
    return status;
}

efface_status ef_foreign_check(const char *path, bool force, efface_error *err)
{
    const ef_format *f = ef_format_of(path);
    efface_status status = ef_output_check(path, force ? EF_OUTPUT_FORCE : 0, err);
    if (status == EFFACE_PASS && f->by == EF_BY_ITK && module_for(f, path, err) == NULL)
        status = EFFACE_INPUT;
    return status;
}

/* ---- a folder of our own, in which the module writes ---- */

static efface_status folder_make(char folder[PATH_BYTES], const char *target, efface_error *err)
{
    const char *slash = strrchr(target, '/');
    const int parent = slash != NULL ? (int)(slash - target) + 1 : 0;
    const int n = snprintf(folder, PATH_BYTES, "%.*s.efface-XXXXXX", parent, target);
    if (n < 0 || n >= PATH_BYTES)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", target);
    if (mkdtemp(folder) == NULL)
        return ef_fail(err, EFFACE_INTERNAL, "can't make a folder beside '%s'", target);
    return EFFACE_PASS;
}

static void folder_remove(const char *folder)
{
    char path[2 * PATH_BYTES];
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlink(path);
    }
    if (entries != NULL)
        closedir(entries);
    rmdir(folder);
}

/* Makes one written file an output under its own name beside the target. */
static efface_status take_file(ef_output_set *set, const char *folder, const char *name, const char *target,
                               unsigned flags, efface_error *err)
{
    char from[2 * PATH_BYTES], to[2 * PATH_BYTES];
    const char *slash = strrchr(target, '/');
    ef_input input;
    snprintf(from, sizeof from, "%s/%s", folder, name);
    snprintf(to, sizeof to, "%.*s%s", slash != NULL ? (int)(slash - target) + 1 : 0, target, name);
    efface_status status = ef_input_open(&input, from, err);
    if (status != EFFACE_PASS)
        return status;
    uint8_t *bytes = malloc(input.size > 0 ? input.size : 1);
    if (bytes == NULL)
        status = ef_fail_memory(err, input.size);
    if (status == EFFACE_PASS)
        status = ef_input_read(&input, bytes, input.size, 0, from, err);
    if (status == EFFACE_PASS)
        status = ef_output_add_bytes(set, to, bytes, input.size, flags, err);
    free(bytes);
    ef_input_close(&input);
    return status;
}

/* Takes all written files, that of the target's own name last: a reader that sees it finds its data. */
static efface_status take_all(ef_output_set *set, const char *folder, const char *base, const char *target,
                              unsigned flags, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    if (entries == NULL)
        return ef_fail(err, EFFACE_INTERNAL, "can't read back what was written for '%s'", target);
    while (status == EFFACE_PASS && (entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, base) != 0)
            status = take_file(set, folder, entry->d_name, target, flags, err);
    }
    closedir(entries);
    return status == EFFACE_PASS ? take_file(set, folder, base, target, flags, err) : status;
}

/* The module reads back and compares what it wrote; the copy is compared again as every output is. */
static efface_status prepare_by_itk(ef_output_set *set, const ef_format *f, const ef_image *image,
                                    const char *path, const ef_write_options *options, efface_error *err)
{
    char folder[PATH_BYTES], inside[2 * PATH_BYTES];
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    const ef_itk *itk = module_for(f, path, err);
    if (itk == NULL)
        return EFFACE_INPUT;
    efface_status status = folder_make(folder, path, err);
    if (status != EFFACE_PASS)
        return status;
    snprintf(inside, sizeof inside, "%s/%s", folder, base);
    ef_module_enter();
    status = itk->image_write(image, f->name, inside, path, !image->uncompressed, err);
    ef_module_leave();
    if (status == EFFACE_PASS)
        status = take_all(set, folder, base, path, options->force ? EF_OUTPUT_FORCE : 0, err);
    folder_remove(folder);
    return status;
}

efface_status ef_foreign_prepare(ef_output_set *set, const ef_image *image, const char *path,
                                 const ef_write_options *options, efface_error *err)
{
    const ef_format *f = ef_format_of(path);
    if (image->slope != 1 || image->inter != 0)
        return ef_fail(err, EFFACE_USAGE,
                       "%s does not hold the scale of this scan (slope %g, intercept %g): '%s'", f->name,
                       image->slope, image->inter, path);
    if (f->by == EF_BY_MGH)
        return ef_mgh_prepare(set, image, path, options, err);
    if (options->keep_header && image->header == NULL)
        return ef_fail(err, EFFACE_USAGE, "the free text of a %s header can't be kept: '%s'", f->name,
                       path);
    return prepare_by_itk(set, f, image, path, options, err);
}
