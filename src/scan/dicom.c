/* Defaces a folder of DICOM files into a new folder, series by series. The plugin knows what DICOM is
 * (io/plugin.h); this file handles the folders. Everything is written into a folder without a name. At the
 * end it becomes the output, or it vanishes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/error.h"
#include "efface.h"
#include "identity/deidentify.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/module.h"
#include "io/walk.h"
#include "scan/scan.h"

enum { PATH_BYTES = 4096, NAME_BYTES = 512 };

/* One call. Zero is valid and may be released. */
typedef struct job {
    const char *in, *out;
    efface_options options;
    const ef_itk *itk;
    ef_dicom *dicom;
    ef_deidentify *how;
    char folder[PATH_BYTES]; /* where everything is written; empty before it is made */
    size_t current;          /* the series that is being defaced */
    mode_t mode;             /* that a folder gets here, by the user's umask */
    int n_scans, n_others;   /* files written so far */
    efface_series_fn *each;
    void *context;
} job;

static efface_status job_open(job *j, efface_error *err)
{
    ef_paths paths = {0};
    efface_error why = {0};
    efface_status status = ef_walk_all(&paths, j->in, err);
    if (status == EFFACE_PASS && paths.n == 0)
        status = ef_fail(err, EFFACE_INPUT, "no file in '%s'", j->in);
    if (status == EFFACE_PASS)
        j->itk = ef_module(&why);
    if (status == EFFACE_PASS && j->itk == NULL)
        status = ef_fail(err, EFFACE_INPUT, "DICOM needs GDCM, and %.200s: '%s'", why.message, j->in);
    if (status == EFFACE_PASS) {
        ef_module_enter();
        status = j->itk->dicom_open(&j->dicom, (const char *const *)paths.path, paths.n, err);
        ef_module_leave();
    }
    ef_paths_release(&paths);
    return status;
}

static bool is_chosen(const job *j, const ef_dicom_series *series)
{
    char number[16];
    const char *wanted = j->options.series;
    snprintf(number, sizeof number, "%d", series->number);
    return wanted == NULL || strcmp(wanted, number) == 0 || strcmp(wanted, series->uid) == 0 ||
           strcmp(wanted, series->name) == 0;
}

static void tell(const job *j, const ef_dicom_series *series, const efface_result *result, bool copied)
{
    efface_series told = {.number = series->number,
                          .files = series->n_files,
                          .volumes = series->n_volumes,
                          .gaps = series->gaps,
                          .copied = copied,
                          .result = result};
    memcpy(told.name, series->name, sizeof told.name);
    memcpy(told.modality, series->modality, sizeof told.modality);
    memcpy(told.description, series->description, sizeof told.description);
    memcpy(told.left_out, series->left_out, sizeof told.left_out);
    memcpy(told.n, series->n, sizeof told.n);
    if (told.left_out[0] == '\0' && !is_chosen(j, series))
        snprintf(told.left_out, sizeof told.left_out, "not the series that was asked for");
    if (j->each != NULL)
        j->each(j->context, &told);
}

/* ---- the output folder ---- */

static bool is_empty_folder(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    bool empty = folder != NULL;
    while (empty && (entry = readdir(folder)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (folder != NULL)
        closedir(folder);
    return empty;
}

/* Copies the path without slashes at its end. */
static efface_status check_out(char out[PATH_BYTES], const char *path, efface_error *err)
{
    struct stat info;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    if (n == 0 || n >= PATH_BYTES - 32)
        return ef_fail(err, EFFACE_USAGE, "expected the name of a folder, got '%s'", path);
    memcpy(out, path, n);
    out[n] = '\0';
    if (lstat(out, &info) == 0 && !(S_ISDIR(info.st_mode) && is_empty_folder(out)))
        return ef_fail(err, EFFACE_USAGE, "'%s' exists already and is not an empty folder", path);
    return EFFACE_PASS;
}

static efface_status make_folder(job *j, const char *out, efface_error *err)
{
    const char *slash = strrchr(out, '/');
    snprintf(j->folder, sizeof j->folder, "%.*s.efface-XXXXXX", slash != NULL ? (int)(slash - out) + 1 : 0,
             out);
    if (mkdtemp(j->folder) != NULL) /* for its owner alone, until it has its name */
        return EFFACE_PASS;
    j->folder[0] = '\0';
    return ef_fail(err, EFFACE_INTERNAL, "can't make a folder beside '%s': %s", out, strerror(errno));
}

/* Removes a folder of ours with everything in it: at most two levels of plain files. */
static void remove_folder(const char *path, int levels)
{
    char below[PATH_BYTES + NAME_BYTES];
    DIR *folder = opendir(path);
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (unlink(below) != 0 && levels > 1)
            remove_folder(below, levels - 1);
    }
    if (folder != NULL)
        closedir(folder);
    rmdir(path);
}

/* Makes sure that everything is on the disk before it gets its name. */
static efface_status flush(const char *folder, efface_error *err)
{
    ef_paths paths = {0};
    efface_status status = ef_walk_all(&paths, folder, err);
    for (size_t i = 0; i < paths.n && status == EFFACE_PASS; i++) {
        const int fd = open(paths.path[i], O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fsync(fd) != 0)
            status = ef_fail(err, EFFACE_INTERNAL, "can't write '%s': %s", paths.path[i], strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    ef_paths_release(&paths);
    return status;
}

/* Gives the finished folder its name. Its rights are those of the folders in it; some file systems refuse to
 * set any, and give all folders the same. */
static efface_status name_folder(const job *j, const char *target, efface_error *err)
{
    if (chmod(j->folder, j->mode) != 0 && errno != EPERM && errno != ENOTSUP && errno != ENOSYS)
        return ef_fail(err, EFFACE_INTERNAL, "can't set the rights of '%s': %s", j->out, strerror(errno));
    if (rename(j->folder, target) != 0)
        return ef_fail(err, EFFACE_INTERNAL, "can't make '%s': %s", j->out, strerror(errno));
    return EFFACE_PASS;
}

/* ---- one series ---- */

static efface_status read_series(void *context, ef_image *image, char sha256[65], efface_error *err)
{
    job *j = context;
    ef_module_enter();
    const efface_status status = j->itk->dicom_read(image, j->dicom, j->current, sha256, err);
    ef_module_leave();
    return status;
}

static efface_status write_series(void *context, const char *name, const ef_image *defaced,
                                  const uint8_t *mask, efface_result *result, efface_error *err)
{
    job *j = context;
    const ef_dicom_output output = {.folder = name,
                                    .seed = j->options.seed,
                                    .how = j->how,
                                    .proved = result->status == EFFACE_PASS,
                                    .dropped = result->dropped,
                                    .dropped_size = sizeof result->dropped};
    struct stat made;
    if (mkdir(name, 0777) != 0 || stat(name, &made) != 0)
        return ef_fail(err, EFFACE_INTERNAL, "can't make a folder for '%s': %s", j->out, strerror(errno));
    j->mode = made.st_mode & 0777;
    ef_module_enter();
    const efface_status status = j->itk->dicom_write(j->dicom, j->current, defaced, mask, &output, err);
    ef_module_leave();
    if (status == EFFACE_PASS && !ef_digest(result->output_sha256, name))
        return ef_fail(err, EFFACE_INTERNAL, "can't read back what was written for '%s'", j->out);
    if (status == EFFACE_PASS)
        j->n_scans++;
    return status;
}

static efface_status deface_series(job *j, const ef_dicom_series *series, efface_error *err)
{
    char name[PATH_BYTES + NAME_BYTES], subject[PATH_BYTES];
    const ef_scan_io io = {.context = j, .read = read_series, .write = write_series};
    efface_result result = {0};
    snprintf(name, sizeof name, "%s/%s", j->folder, series->name);
    snprintf(subject, sizeof subject, "%s, series %d", j->in, series->number);
    const int before = j->n_scans;
    const efface_status status = ef_run_io(subject, name, &io, &j->options, &result, err);
    if (j->n_scans == before || (status != EFFACE_PASS && status != EFFACE_REVIEW)) {
        j->n_scans = before;
        remove_folder(name, 1); /* files that were written before the failure */
    }
    tell(j, series, &result, false);
    return status;
}

/* Copies a file unchanged, under a name that reveals nothing. */
static efface_status copy_file(job *j, const char *path, efface_error *err)
{
    char to[PATH_BYTES + NAME_BYTES];
    ef_input input;
    ef_output_set set = {0};
    efface_status status = ef_input_open(&input, path, err);
    uint8_t *bytes = status == EFFACE_PASS ? malloc(input.size + 1) : NULL;
    if (status == EFFACE_PASS && bytes == NULL)
        status = ef_fail_memory(err, input.size);
    if (status == EFFACE_PASS)
        status = ef_input_read(&input, bytes, input.size, 0, path, err);
    snprintf(to, sizeof to, "%s/others", j->folder);
    if (status == EFFACE_PASS && mkdir(to, 0777) != 0 && errno != EEXIST)
        status = ef_fail(err, EFFACE_INTERNAL, "can't make a folder for '%s': %s", j->out, strerror(errno));
    snprintf(to, sizeof to, "%s/others/other_%04d", j->folder, ++j->n_others);
    if (status == EFFACE_PASS)
        status = ef_output_add_bytes(&set, to, bytes, input.size, 0, err);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&set, err);
    ef_output_set_abort(&set);
    free(bytes);
    ef_input_close(&input);
    return status;
}

static efface_status leave_out(job *j, size_t i, efface_error *err)
{
    const ef_dicom_series *series = j->itk->dicom_series(j->dicom, i);
    efface_status status = EFFACE_PASS;
    const char *path;
    for (size_t f = 0; j->options.others && status == EFFACE_PASS; f++) {
        path = j->itk->dicom_path(j->dicom, i, f);
        if (path == NULL)
            break;
        status = copy_file(j, path, err);
    }
    if (status == EFFACE_PASS)
        tell(j, series, NULL, j->options.others);
    if (status == EFFACE_PASS && series->broken && is_chosen(j, series))
        status = ef_fail(err, EFFACE_INPUT, "%s: series %d, '%s'", series->left_out, series->number,
                         j->itk->dicom_path(j->dicom, i, 0));
    return status;
}

/* ---- all of them ---- */

static bool is_scan(const job *j, size_t i)
{
    const ef_dicom_series *series = j->itk->dicom_series(j->dicom, i);
    return series->left_out[0] == '\0' && is_chosen(j, series);
}

static efface_status check_choice(const job *j, efface_error *err)
{
    const efface_options *o = &j->options;
    const bool companions = o->mask != NULL || o->brain != NULL || o->record != NULL || o->png != NULL ||
                            o->png_original != NULL;
    int n = 0;
    const ef_dicom_series *refused = NULL;
    for (size_t i = 0; i < j->itk->dicom_count(j->dicom); i++) {
        const ef_dicom_series *series = j->itk->dicom_series(j->dicom, i);
        n += is_scan(j, i) ? 1 : 0;
        if (refused == NULL && is_chosen(j, series) && series->left_out[0] != '\0')
            refused = series;
    }
    if (n == 0 && refused != NULL)
        return ef_fail(err, EFFACE_INPUT, "no scan to deface: %s, in '%s'", refused->left_out, j->in);
    if (n == 0)
        return ef_fail(err, EFFACE_USAGE, "no series '%s' in '%s'", o->series != NULL ? o->series : "",
                       j->in);
    if (n > 1 && companions)
        return ef_fail(err, EFFACE_USAGE,
                       "a mask, picture or record has one name, and there are %d series in '%s'; choose "
                       "one with --series",
                       n, j->in);
    if (o->others && o->deidentify)
        return ef_fail(err, EFFACE_USAGE, "--others copies files as they are, --deidentify does not");
    return EFFACE_PASS;
}

/* Defaces one series after the other; a failed series does not stop the others. */
static efface_status deface_all(job *j, efface_error *err)
{
    efface_status first = EFFACE_PASS;
    for (size_t i = 0; i < j->itk->dicom_count(j->dicom); i++) {
        efface_error own = {0};
        j->current = i;
        const efface_status status = is_scan(j, i)
                                         ? deface_series(j, j->itk->dicom_series(j->dicom, i), &own)
                                         : leave_out(j, i, &own);
        if (first == EFFACE_PASS && status != EFFACE_PASS) {
            first = status;
            if (err != NULL)
                *err = own;
        }
    }
    return first;
}

static void job_release(job *j)
{
    if (j->folder[0] != '\0')
        remove_folder(j->folder, 2);
    if (j->dicom != NULL)
        j->itk->dicom_close(j->dicom);
    ef_deidentify_free(j->how);
}

efface_status efface_run_dicom(const char *in, const char *out, const efface_options *options,
                               efface_series_fn *each, void *context, efface_error *err)
{
    char target[PATH_BYTES];
    job j = {.in = in, .out = out, .each = each, .context = context};
    if (options != NULL)
        j.options = *options;
    else
        efface_options_init(&j.options);
    efface_status status = check_out(target, out, err);
    if (status == EFFACE_PASS && !j.options.has_seed &&
        getrandom(&j.options.seed, sizeof j.options.seed, 0) != (ssize_t)sizeof j.options.seed)
        status = ef_fail(err, EFFACE_INTERNAL, "no random numbers from the system");
    if (status == EFFACE_PASS)
        status = job_open(&j, err);
    if (status == EFFACE_PASS)
        status = check_choice(&j, err);
    if (status == EFFACE_PASS && j.options.deidentify)
        status = ef_deidentify_open(&j.how, j.options.retain, j.options.key_file, err);
    if (status == EFFACE_PASS)
        status = make_folder(&j, target, err);
    if (status == EFFACE_PASS) {
        status = deface_all(&j, err);
        efface_status named = j.n_scans > 0 ? flush(j.folder, err) : EFFACE_INTERNAL;
        if (named == EFFACE_PASS)
            named = name_folder(&j, target, err);
        if (named == EFFACE_PASS)
            j.folder[0] = '\0';
        else if (status == EFFACE_PASS)
            status = named;
    }
    job_release(&j);
    return status;
}

efface_status efface_list_dicom(const char *in, efface_series_fn *each, void *context, efface_error *err)
{
    job j = {.in = in, .each = each, .context = context};
    const efface_status status = job_open(&j, err);
    for (size_t i = 0; status == EFFACE_PASS && i < j.itk->dicom_count(j.dicom); i++)
        tell(&j, j.itk->dicom_series(j.dicom, i), NULL, false);
    job_release(&j);
    return status;
}
