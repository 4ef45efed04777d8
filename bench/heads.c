/* Real heads through the whole program: one row of CSV for each image of a folder. Brain masks of another
 * origin are looked for under the same name in the folder's `brainmask`; they are what the brain's loss is
 * counted against.
 *
 *   efface_heads FOLDER [SCRATCH]     CSV on standard output; SCRATCH (default: a new folder under TMPDIR)
 * keeps the results and their pictures where it is given
 */
#include <dirent.h>
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

static int list(char names[MAX_HEADS][NAME], const char *folder)
{
    int count = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return -1;
    for (struct dirent *entry = readdir(dir); entry != NULL && count < MAX_HEADS; entry = readdir(dir))
        if (is_image(entry->d_name) && strlen(entry->d_name) < NAME)
            memcpy(names[count++], entry->d_name, strlen(entry->d_name) + 1);
    closedir(dir);
    qsort(names, (size_t)count, NAME, by_name);
    return count;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Prints text as one CSV field: without the path in it, commas become semicolons. */
static void print_reason(const char *reason)
{
    for (const char *c = reason; *c != '\0'; c++) {
        const bool quoted_path = *c == '\'' && strchr(c + 1, '\'') != NULL;
        if (quoted_path)
            break;
        putchar(*c == ',' ? ';' : *c);
    }
}

static bool join(char path[PATH], const char *folder, const char *below, const char *name,
                 const char *ending)
{
    return snprintf(path, PATH, "%s/%s%s%s", folder, below, name, ending) < PATH;
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
    char brain[32] = "", features[8] = "";
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
        wrong = has_mask && judged.brain_changed > 0;
    }
    printf("%s,%d,%s,%.2f,%s,%s,%.2f,", name, (int)status, efface_status_name(status), result.confidence,
           brain, features, seconds);
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
        fprintf(stderr, "efface_heads: no images in '%s'\n", argv[1]);
        return EFFACE_INPUT;
    }
    bool good = true;
    printf("scan,exit,verdict,confidence,brain_voxels_changed,features_gone,seconds,reason\n");
    for (int i = 0; i < count; i++)
        good = judge(argv[1], names[i], scratch, argc == 3) && good;
    if (argc != 3)
        rmdir(scratch);
    return good ? EFFACE_PASS : EFFACE_AUDIT;
}
