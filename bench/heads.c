/* Runs the whole program on real heads: one row of CSV for each image of a folder. Brain masks from another
 * source lie under the same names in the folder's `brainmask`. Lost brain voxels are counted in them.
 *
 *   efface_heads FOLDER [SCRATCH]     writes CSV to standard output
 *
 * SCRATCH, if given, keeps the results and their pictures. The default is a temporary folder. */
#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "efface.h"

enum { MAX_HEADS = 512, NAME = 256, PATH = 1024 };

static bool is_image(const char *name)
{
    const size_t length = strlen(name);
    return name[0] != '.' && ((length > 7 && strcmp(name + length - 7, ".nii.gz") == 0) ||
                              (length > 4 && strcmp(name + length - 4, ".nii") == 0));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Lists the images of the folder, sorted by name. Returns their number; -1 if the folder cannot be read or
 * has more than MAX_HEADS. */
static int list(char names[MAX_HEADS][NAME], const char *folder)
{
    int count = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return -1;
    for (struct dirent *entry = readdir(dir); entry != NULL && count >= 0; entry = readdir(dir)) {
        if (!is_image(entry->d_name))
            continue;
        if (count == MAX_HEADS || strlen(entry->d_name) >= NAME)
            count = -1;
        else
            memcpy(names[count++], entry->d_name, strlen(entry->d_name) + 1);
    }
    closedir(dir);
    if (count < 0)
        return -1;
    qsort(names, (size_t)count, NAME, by_name);
    return count;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Returns the end of the quoted path that begins at text: behind the first apostrophe that no letter
 * follows. Returns NULL if no quoted path begins here. before: the character before text. */
static const char *end_of_quoted(const char *text, char before)
{
    if (*text != '\'' || isalnum((unsigned char)before))
        return NULL;
    for (const char *c = text + 1; *c != '\0'; c++)
        if (*c == '\'' && !isalnum((unsigned char)c[1]))
            return c + 1;
    return NULL;
}

/* Prints the reason as one CSV field: without paths in quotes and the " in " before them, and with
 * semicolons instead of commas. An apostrophe within a word ("can't") is no quote. */
static void print_reason(const char *reason)
{
    char field[256]; /* as long as a reason can be */
    size_t n = 0;
    for (const char *c = reason; *c != '\0' && n < sizeof field; c++) {
        const char *end = end_of_quoted(c, c > reason ? c[-1] : ' ');
        if (end != NULL) {
            if (n >= 4 && memcmp(field + n - 4, " in ", 4) == 0)
                n -= 4;
            c = end - 1;
            continue;
        }
        if (*c != ' ' || (n > 0 && field[n - 1] != ' '))
            field[n++] = *c == ',' ? ';' : *c;
    }
    for (; n > 0 && field[n - 1] == ' '; n--) {
    }
    printf("%.*s", (int)n, field);
}

static bool join(char path[PATH], const char *folder, const char *below, const char *name,
                 const char *ending)
{
    return snprintf(path, PATH, "%s/%s%s%s", folder, below, name, ending) < PATH;
}

/* Writes what evaluate finds left of the eyes, in percent, and of the ears, in cm2; empty where it sees none. */
static void write_left(char eyes[16], char ears[16], const efface_evaluation *e)
{
    double ears_cm2 = -1;
    eyes[0] = ears[0] = '\0';
    for (int k = 0; k < EFFACE_REGIONS; k++) {
        const efface_region_change *region = &e->region[k];
        if (!region->visible)
            continue;
        if (strcmp(region->name, "eyes") == 0)
            snprintf(eyes, 16, "%.0f", 100 * region->survived);
        if (region->part & EFFACE_PARTS_EARS)
            ears_cm2 = fmax(ears_cm2, 0) + region->survived * region->area_cm2;
    }
    if (ears_cm2 >= 0)
        snprintf(ears, 16, "%.1f", ears_cm2);
}

static bool judge(const char *folder, const char *name, const char *scratch, bool keep)
{
    char in[PATH], out[PATH], png[PATH], mask[PATH];
    if (!join(in, folder, "", name, "") || !join(out, scratch, "", name, "") ||
        !join(png, scratch, "", name, ".png") || !join(mask, folder, "brainmask/", name, "")) {
        fprintf(stderr, "efface_heads: path is too long\n");
        return false;
    }
    efface_options options;
    efface_options_init(&options);
    options.has_seed = true;
    options.seed = 1;
    options.force = true;
    options.no_record = !keep;
    options.png = keep ? png : NULL;
    efface_result result;
    efface_error err = {0};
    const double begin = now();
    const efface_status status = efface_run(in, out, &options, &result, &err);
    const double seconds = now() - begin;
    efface_evaluation judged = {0};
    const bool has_mask = access(mask, R_OK) == 0;
    bool wrong = false;
    char brain[32] = "", features[8] = "", eyes[16] = "", ears[16] = "";
    if (status == EFFACE_PASS) {
        const efface_status compared =
            efface_evaluate(in, out, has_mask ? mask : NULL, EFFACE_PARTS_ALL, 0, &judged, &err);
        if (compared != EFFACE_PASS) {
            fprintf(stderr, "efface_heads: %s\n", err.message);
            return false;
        }
        if (has_mask)
            snprintf(brain, sizeof brain, "%lld", (long long)judged.brain_changed);
        snprintf(features, sizeof features, "%s",
                 judged.features_judged ? judged.features_gone ? "yes" : "no" : "");
        write_left(eyes, ears, &judged);
        wrong = has_mask && judged.brain_changed > 0;
    }
    printf("%s,%d,%s,%.2f,%s,%s,%s,%s,%.2f,", name, (int)status, efface_status_name(status),
           result.confidence, brain, features, eyes, ears, seconds);
    print_reason(result.reason);
    putchar('\n');
    fflush(stdout);
    if (!keep)
        remove(out);
    return !wrong;
}

int main(int argc, char **argv)
{
    static char names[MAX_HEADS][NAME];
    char scratch[PATH];
    if (argc != 2 && argc != 3) {
        fprintf(stderr, "usage: efface_heads FOLDER [SCRATCH]\n");
        return EFFACE_USAGE;
    }
    const char *base = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/efface-heads-XXXXXX", base != NULL ? base : "/tmp");
    if (argc == 3)
        snprintf(scratch, sizeof scratch, "%s", argv[2]);
    if (argc == 3 ? mkdir(scratch, 0777) != 0 && access(scratch, W_OK) != 0 : mkdtemp(scratch) == NULL) {
        fprintf(stderr, "efface_heads: can't write to '%s'\n", scratch);
        return EFFACE_INTERNAL;
    }
    const int count = list(names, argv[1]);
    if (count <= 0) {
        fprintf(stderr, "efface_heads: no images in '%s', or more than %d\n", argv[1], MAX_HEADS);
        return EFFACE_INPUT;
    }
    bool good = true;
    printf(
        "scan,exit,verdict,confidence,brain_voxels_changed,features_gone,eyes_left_percent,ears_left_cm2,seconds,reason\n");
    for (int i = 0; i < count; i++)
        good = judge(argv[1], names[i], scratch, argc == 3) && good;
    if (argc != 3)
        rmdir(scratch);
    return good ? EFFACE_PASS : EFFACE_AUDIT;
}
