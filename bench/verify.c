/* Measures the answers of `verify`: for heads as they were scanned, for what the three modes leave of them, and for
 * artificial heads of which all but one part of the face was cut away.
 *
 *   efface_bench_verify FIRST COUNT [FOLDER [MODES]]     writes CSV to standard output
 *
 * Heads: phantoms of 2 mm, seed after seed and condition after condition, and the images of FOLDER. MODES: any of the
 * letters r, b, f for remove, blur, reface; default all three. Every image is judged twice, with the face's parts and
 * with the ears as well; the modes treat the parts that are judged. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "io/read.h"
#include "judge/verify.h"
#include "kernels/rng.h"
#include "scan/scan.h"

enum { THREADS = 1, PATH = 1024 };

static const struct {
    const char *name;
    unsigned parts;
} asked[] = {{"face", EFFACE_PARTS_FACE}, {"all", EFFACE_PARTS_ALL}};
enum { ASKED = sizeof asked / sizeof *asked };

static const struct {
    char letter;
    const char *name;
    efface_mode mode;
} modes[] = {{'r', "remove", EFFACE_REMOVE}, {'b', "blur", EFFACE_BLUR}, {'f', "reface", EFFACE_REFACE}};

/* What a tool leaves that cuts only half. */
static const struct {
    const char *name;
    unsigned parts;
} left[] = {{"eyes left", EFFACE_PART_EYES | EFFACE_PART_FOREHEAD},
            {"nose left", EFFACE_PART_NOSE},
            {"mouth and chin left", EFFACE_PART_MOUTH | EFFACE_PART_CHIN}};

/* One head. */
typedef struct subject {
    const char *name, *set;
    const ef_image *image;
    const ef_phantom *truth; /* NULL for a real head */
    const ef_atlas *atlas;
    uint64_t seed;
} subject;

static void print_text(const char *text)
{
    for (; *text != '\0' && strncmp(text, " in '", 5) != 0; text++)
        putchar(*text == ',' ? ';' : *text);
}

/* run: how the run ended that made the image; NULL for none */
static void judge(const subject *s, const ef_image *image, const char *what, const efface_status *run,
                  int a)
{
    efface_verification v;
    efface_error err = {0};
    if (ef_verify(&v, image, s->atlas, asked[a].parts, THREADS, s->name, &err) != EFFACE_PASS) {
        fprintf(stderr, "%s: %s\n", s->name, err.message);
        return;
    }
    printf("%s,%s,%s,%s,%s,%s,%s,%.2f,", s->name, s->set, what, run != NULL ? efface_status_name(*run) : "",
           asked[a].name,
           v.status == EFFACE_PASS    ? "gone"
           : v.status == EFFACE_AUDIT ? "present"
                                      : "unclear",
           efface_face_name(v.face), v.confidence);
    for (int k = 0; k < EFFACE_PARTS_FOUND; k++) {
        const efface_part_found *part = &v.part[k];
        if (part->visible)
            printf("%s %s %.2f %.0f %.2f %.2f %.2f; ", part->name, efface_face_name(part->face),
                   part->tissue, part->gap_mm, part->relief_r, part->relief_kept, part->edge);
    }
    printf(",%.2f,%.2f,", v.own_relief, v.relief_height);
    print_text(v.reason);
    putchar('\n');
    fflush(stdout);
}

static void judge_modes(const subject *s, const char *letters)
{
    for (size_t m = 0; m < sizeof modes / sizeof *modes; m++) {
        for (int a = 0; a < ASKED && strchr(letters, modes[m].letter) != NULL; a++) {
            ef_image copy = {.voxels = NULL};
            efface_error err = {0};
            efface_options options;
            efface_options_init(&options);
            options.mode = modes[m].mode;
            options.parts = asked[a].parts;
            options.threads = THREADS;
            options.seed = s->seed;
            efface_status status = ef_image_copy(&copy, s->image, &err);
            if (status == EFFACE_PASS)
                status = ef_deface_image(&copy, &options, s->name, &err);
            if (status == EFFACE_PASS) {
                judge(s, &copy, modes[m].name, &status, a);
            } else {
                printf("%s,%s,%s,%s,%s,,,,,,,", s->name, s->set, modes[m].name, efface_status_name(status),
                       asked[a].name);
                print_text(err.message);
                putchar('\n');
            }
            ef_image_release(&copy);
        }
    }
}

/* Cuts all of the face's parts but some from a copy of a phantom. */
static void judge_halves(const subject *s)
{
    const ef_phantom *p = s->truth;
    const size_t size = ek_dtype_size(s->image->dtype);
    for (size_t k = 0; k < sizeof left / sizeof *left; k++) {
        ef_image copy = {.voxels = NULL};
        efface_error err = {0};
        if (ef_image_copy(&copy, s->image, &err) != EFFACE_PASS)
            return;
        const char *air = s->image->voxels; /* a corner's value */
        for (int64_t i = 0; i < ef_grid_count(&copy.grid); i++) {
            const unsigned part = p->part[i] > 0 ? 1u << (p->part[i] - 1) : 0;
            if (part & EFFACE_PARTS_FACE & ~left[k].parts)
                memcpy((char *)copy.voxels + size * (size_t)i, air, size);
        }
        judge(s, &copy, left[k].name, NULL, 0);
        ef_image_release(&copy);
    }
}

static void judge_head(const subject *s, const char *letters)
{
    for (int a = 0; a < ASKED; a++)
        judge(s, s->image, "untouched", NULL, a);
    judge_modes(s, letters);
    if (s->truth != NULL)
        judge_halves(s);
}

static int is_scan(const struct dirent *entry)
{
    return strstr(entry->d_name, ".nii") != NULL || strstr(entry->d_name, ".nrrd") != NULL;
}

static bool real_heads(const char *folder, const char *letters, const ef_atlas *atlas)
{
    struct dirent **list = NULL;
    const int files = scandir(folder, &list, is_scan, alphasort);
    for (int f = 0; f < files; f++) {
        char path[PATH];
        ef_image image = {.voxels = NULL};
        efface_error err = {0};
        const subject s = {
            .name = list[f]->d_name, .set = "real", .image = &image, .atlas = atlas, .seed = (uint64_t)f};
        snprintf(path, PATH, "%s/%s", folder, list[f]->d_name);
        if (ef_read(&image, path, THREADS, NULL, &err) == EFFACE_PASS)
            judge_head(&s, letters);
        else
            fprintf(stderr, "%s\n", err.message);
        ef_image_release(&image);
        free(list[f]);
    }
    free(list);
    return files >= 0;
}

int main(int argc, char **argv)
{
    ef_atlas atlas = {.label = NULL};
    efface_error err;
    if (argc < 3) {
        fprintf(stderr, "usage: efface_bench_verify FIRST COUNT [FOLDER [MODES]]\n");
        return 2;
    }
    const uint64_t first = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
    const char *letters = argc > 4 ? argv[4] : "rbf";
    if (ef_atlas_load(&atlas, &err) != EFFACE_PASS)
        return 1;
    printf("scan,set,what,run,parts,answer,face,confidence,seen,own_relief,relief_height,reason\n");
    for (uint64_t seed = first; seed < first + count; seed++) {
        const int number = (int)(seed % CASES);
        const ef_phantom_options options = case_head(number, seed, 2);
        ef_phantom head;
        char name[64];
        snprintf(name, sizeof name, "%d %s", (int)seed, case_name(number));
        if (ef_phantom_make(&head, &options, THREADS, &err) != EFFACE_PASS)
            return 1;
        const subject s = {.name = name,
                           .set = "phantom",
                           .image = &head.image,
                           .truth = &head,
                           .atlas = &atlas,
                           .seed = seed};
        judge_head(&s, letters);
        ef_phantom_release(&head);
    }
    const bool read = argc < 4 || real_heads(argv[3], letters, &atlas);
    ef_atlas_release(&atlas);
    return read ? 0 : 1;
}
