/* What a stranger's DICOM files can do: small series, made up here and read from folders, are damaged in
 * ways that a number decides, and go the way that the program goes with them: sorted, read, written,
 * identity taken out. GDCM comes from the distribution and tells no coverage, so this is no libFuzzer
 * program: each case runs in a process of its own, with a time limit, and what ends it otherwise than by
 * its own exit is a finding. To be built with EFFACE_SANITIZE.
 *
 * usage: fuzz_dicom FIRST COUNT SECONDS [FOLDER]...    a folder holds one series of a few files
 * Ends after COUNT cases or SECONDS; prints a line for each finding and a last one with the counts. */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "dicom_scan.h"
#include "identity/deidentify.h"
#include "io/module.h"
#include "io/walk.h"
#include "mutate_dicom.h"

enum { FILES_MOST = 16, SOURCES_MOST = 64, LIMIT_S = 60, WRONG = 70 };

typedef struct source {
    int n;
    dicom files[FILES_MOST];
    char name[64];
} source;

static source sources[SOURCES_MOST];
static int n_sources;
static const ef_itk *itk;
static ef_deidentify *how[2];
static char out_folder[512];

/* Ends the case: something that was promised does not hold. */
static void wrong(const char *what)
{
    fprintf(stderr, "SUMMARY: %s\n", what);
    _exit(WRONG);
}

/* ---- sources ---- */

static void make_up(const char *name, slice s, bool tilted)
{
    enum { ROWS = 12, COLUMNS = 10, SLICES = 8 };
    static uint16_t pixels[ROWS * COLUMNS];
    source *made = &sources[n_sources++];
    snprintf(made->name, sizeof made->name, "%s", name);
    for (int k = 0; k < SLICES; k++) {
        for (int i = 0; i < ROWS * COLUMNS; i++)
            pixels[i] = (uint16_t)((k * 311 + i * 7) & 0xfff);
        s.instance = s.number = k;
        s.position[0] = -20;
        s.position[1] = -30;
        s.position[2] = 3 * k;
        memcpy(s.orientation, ((const double[6]){1, 0, 0, 0, tilted ? 0.8 : 1, tilted ? -0.6 : 0}),
               sizeof s.orientation);
        s.spacing = 2;
        s.rows = ROWS;
        s.columns = COLUMNS;
        s.pixels = pixels;
        if (s.slope != 0)
            s.slope += 0.25;
        made->files[made->n++] = slice_file(&s);
    }
}

static void read_source(const char *folder)
{
    ef_paths paths = {0};
    efface_error err = {0};
    const char *slash = strrchr(folder, '/');
    source *read = &sources[n_sources++];
    snprintf(read->name, sizeof read->name, "%s", slash != NULL ? slash + 1 : folder);
    if (ef_walk_all(&paths, folder, &err) != EFFACE_PASS) {
        fprintf(stderr, "fuzz_dicom: %s\n", err.message);
        exit(2);
    }
    for (size_t i = 0; i < paths.n && read->n < FILES_MOST; i++) {
        char piece[4096];
        FILE *file = fopen(paths.path[i], "rb");
        if (file == NULL)
            continue;
        for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
            dicom_put(&read->files[read->n], piece, n);
        fclose(file);
        read->n++;
    }
    ef_paths_release(&paths);
}

/* ---- one case, in its own process ---- */

static void clear_out(void)
{
    DIR *folder = opendir(out_folder);
    const struct dirent *entry;
    char path[1024];
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", out_folder, entry->d_name);
        if (entry->d_name[0] != '.')
            (void)unlink(path);
    }
    if (folder != NULL)
        closedir(folder);
}

/* Writes a series that was read with a box of it made another value, and reads back what was written. */
static void write_series(const ef_dicom *folder, size_t i, ef_image *image)
{
    efface_error err = {0};
    const int64_t count = ef_grid_count(&image->grid);
    uint8_t *mask = calloc(1, (size_t)count);
    if (mask == NULL)
        return;
    const size_t size = ek_dtype_size(image->dtype);
    for (int64_t v = 0; v < count; v += 3) {
        mask[v] = 1;
        memset((uint8_t *)image->voxels + (size_t)v * size, 1, size);
    }
    const ef_dicom_output output = {
        .folder = out_folder, .seed = 7, .how = i % 2 ? how[0] : NULL, .proved = true};
    if (itk->dicom_write(folder, i, image, mask, &output, &err) != EFFACE_PASS && err.message[0] == '\0')
        wrong("a refusal without a reason");
    free(mask);
    clear_out();
}

static void look_at_series(const ef_dicom *folder, size_t i)
{
    const ef_dicom_series *series = itk->dicom_series(folder, i);
    ef_image image;
    char sha[65];
    efface_error err = {0};
    const efface_status status = itk->dicom_read(&image, folder, i, sha, &err);
    if (status != EFFACE_PASS && (err.message[0] == '\0' || image.voxels != NULL))
        wrong("a refusal without a reason, or with an image");
    if (status == EFFACE_PASS && series->left_out[0] != '\0')
        wrong("a series that is left out was read");
    if (status != EFFACE_PASS)
        return;
    ef_affine inverse;
    if (image.n_bytes !=
            (size_t)ef_grid_count(&image.grid) * (size_t)image.n_volumes * ek_dtype_size(image.dtype) ||
        !ef_affine_invert(&inverse, image.grid.world_from_voxel) || image.slope == 0)
        wrong("an image that makes no sense");
    write_series(folder, i, &image);
    ef_image_release(&image);
}

static void run_case(int n_files)
{
    const char *paths[FILES_MOST];
    char names[FILES_MOST][600];
    ef_dicom *folder = NULL;
    efface_error err = {0};
    int files = 0;
    for (int f = 0; f < n_files; f++) {
        snprintf(names[f], sizeof names[f], "%s/%02d", scratch_folder, f);
        paths[f] = names[f];
    }
    if (itk->dicom_open(&folder, paths, (size_t)n_files, &err) != EFFACE_PASS)
        wrong("a folder that can't be opened");
    for (size_t i = 0; i < itk->dicom_count(folder); i++)
        files += itk->dicom_series(folder, i)->n_files;
    if (files != n_files)
        wrong("a file was lost");
    for (size_t i = 0; i < itk->dicom_count(folder); i++)
        look_at_series(folder, i);
    itk->dicom_close(folder);
    for (int f = 0; f < n_files; f += 3) {
        char out[600];
        snprintf(out, sizeof out, "%s/one", out_folder);
        if (itk->dicom_deidentify(paths[f], out, how[f % 2], &err) != EFFACE_PASS && err.message[0] == '\0')
            wrong("a refusal without a reason");
        (void)unlink(out);
    }
    _exit(0);
}

/* Files of the case into the scratch folder: all of them damaged alike, or one of them, or each in its own
 * way. */
static void put_case(const source *from, uint64_t seed)
{
    ef_random random = {seed};
    const unsigned way = ef_random_below(&random, 3), one = ef_random_below(&random, (unsigned)from->n);
    for (int f = 0; f < from->n; f++) {
        dicom copy = {0};
        char name[16];
        dicom_put(&copy, from->files[f].bytes, from->files[f].n);
        ef_random own = {way == 2 ? seed * 64 + (uint64_t)f : seed + 0x9e3779b9u};
        if (way != 1 || (unsigned)f == one)
            mutate_dicom(&copy, &own);
        snprintf(name, sizeof name, "%02d", f);
        scratch_put(name, copy.bytes, copy.n);
        dicom_free(&copy);
    }
}

/* ---- all cases ---- */

static void print_summary(const char *log)
{
    char line[512];
    FILE *file = fopen(log, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strstr(line, "SUMMARY") != NULL || strstr(line, "runtime error") != NULL ||
            strstr(line, "ssertion") != NULL || strstr(line, "terminate") != NULL)
            printf("    %s", line);
    if (file != NULL)
        fclose(file);
}

/* True where the case ended as it should. */
static bool one_case(uint64_t number)
{
    const source *from = &sources[number % (uint64_t)n_sources];
    int status = 0;
    scratch_clear();
    put_case(from, number);
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        const int log = open(scratch("log"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        alarm(LIMIT_S);
        if (log >= 0 && dup2(log, STDERR_FILENO) >= 0)
            run_case(from->n);
        _exit(WRONG);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("fork");
        exit(2);
    }
    clear_out();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    printf("case %llu of %s: %s %d\n", (unsigned long long)number, from->name,
           WIFSIGNALED(status) ? "signal" : "exit",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    print_summary(scratch("log"));
    fflush(stdout);
    return false;
}

static void prepare(int n_folders, char **folders)
{
    efface_error err = {0};
    itk = ef_module(&err);
    if (itk == NULL || ef_deidentify_open(&how[0], EFFACE_RETAIN_PRIVATE, NULL, &err) != EFFACE_PASS ||
        ef_deidentify_open(&how[1], EFFACE_RETAIN_ALL, NULL, &err) != EFFACE_PASS) {
        fprintf(stderr, "fuzz_dicom: %s\n", err.message);
        exit(2);
    }
    make_up("plain", (slice){.refers = "1.2.3.9.0"}, false);
    make_up("tilted", (slice){.treated = true}, true);
    make_up("pictures", (slice){.with_pictures = true}, false);
    make_up("slopes", (slice){.sop_class = PET_IMAGE, .slope = 0.5}, false);
    for (int f = 0; f < n_folders && n_sources < SOURCES_MOST; f++)
        read_source(folders[f]);
    scratch_make();
    snprintf(out_folder, sizeof out_folder, "%.60s.out", scratch_folder);
    if (mkdir(out_folder, 0700) != 0) {
        perror(out_folder);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: fuzz_dicom FIRST COUNT SECONDS [FOLDER]...\n");
        return 2;
    }
    const uint64_t first = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
    const time_t end = time(NULL) + strtol(argv[3], NULL, 10);
    uint64_t done = 0, findings = 0;
    prepare(argc - 4, argv + 4);
    for (; done < count && time(NULL) < end; done++)
        findings += one_case(first + done) ? 0 : 1;
    printf("fuzz_dicom: %llu cases of %d series from number %llu on, %llu findings\n",
           (unsigned long long)done, n_sources, (unsigned long long)first, (unsigned long long)findings);
    if (findings == 0) {
        scratch_remove();
        rmdir(out_folder);
    }
    for (int s = 0; s < n_sources; s++)
        for (int f = 0; f < sources[s].n; f++)
            dicom_free(&sources[s].files[f]);
    ef_deidentify_free(how[0]);
    ef_deidentify_free(how[1]);
    return findings == 0 ? 0 : 1;
}
