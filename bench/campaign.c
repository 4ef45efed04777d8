/* Runs many heads with known truth through the whole program, file to file. It measures how much of face
 * and ears was covered, and whether one voxel of the brain changed. Each head gives one row of CSV. The
 * exit status is 0 only where all heads are within the limits.
 *
 * usage: efface_bench_campaign [--first N] [--count N] [--cases LIST] [--rotate] [--inject] [--voxel MM]
 * [--pitch DEG] [--parts PARTS] [--threads N] [--out CSV]
 *
 * Everything follows from the seed and the case (cases.h). With --rotate a seed has one case, and the next
 * seed has the next case. So a range of seeds covers all chosen cases, and several processes can share the
 * work by ranges. With --inject every head is run once more with a known failure in it (inject.h). `efface
 * phantom` makes a row's head again, with the seed as --seed and --scan, --draw-pose, and the row's
 * options. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/options.h"
#include "cases.h"
#include "cli/optparse.h"
#include "inject.h"
#include "io/read.h"
#include "kernels/rng.h"
#include "scratch.h"
#include "truth.h"
#include "write_image.h"

static const double least_face = 0.99, least_ears = 0.95;

struct arguments {
    int first, count, threads;
    double voxel_mm, pitch_deg;
    unsigned cases; /* 1 << number */
    unsigned parts;
    bool rotate, inject;
    int injection; /* one kind for all, -1: drawn */
    const char *out;
};

/* One head: the request and the result. */
typedef struct row {
    int number; /* of the case */
    ef_phantom_options head;
    efface_status status;
    char reason[256];
    double confidence, seconds;
    truth_score score;
    int64_t mask_voxels;
    double missed_ml, missed_mm[3]; /* of the face; mean |x|, y, z in atlas mm */
    injection injection;
    injected injected;
} row;

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Finds where the face was missed, in atlas coordinates. */
static void find_missed(row *r, const ef_phantom *head, const uint8_t *mask, const efface_result *result)
{
    const int64_t *n = head->image.grid.n, count = ef_grid_count(&head->image.grid);
    ef_affine atlas_from_world, world_from_atlas;
    memcpy(world_from_atlas.m, result->world_from_atlas, sizeof world_from_atlas.m);
    if (!ef_affine_invert(&atlas_from_world, world_from_atlas))
        return;
    const ef_affine atlas_from_voxel = ef_affine_mul(atlas_from_world, head->image.grid.world_from_voxel);
    int64_t missed = 0;
    for (int64_t i = 0; i < count; i++) {
        if (mask[i] || head->part[i] < EF_PART_FOREHEAD || head->part[i] > EF_PART_CHEEKS)
            continue;
        double at[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / (n[0] * n[1]))};
        ef_affine_apply(at, &atlas_from_voxel, at);
        missed++;
        r->missed_mm[0] += fabs(at[0]);
        r->missed_mm[1] += at[1];
        r->missed_mm[2] += at[2];
    }
    for (int d = 0; d < 3 && missed > 0; d++)
        r->missed_mm[d] /= (double)missed;
    r->missed_ml = (double)missed * fabs(ef_affine_det(&head->image.grid.world_from_voxel)) / 1000;
}

/* Runs a head file to file in the scratch folder. err is set where the campaign itself failed. */
static efface_status run_head(row *r, const ef_phantom *head, unsigned parts, int threads,
                              efface_error *err)
{
    efface_options options;
    efface_result result;
    ef_image before = {0}, after = {0}, mask = {0};
    efface_error run_err = {0};
    efface_options_init(&options);
    options.threads = threads;
    options.parts = parts;
    options.has_seed = options.no_record = true;
    options.seed = r->head.seed;
    options.mask = scratch("mask.nii");
    efface_status status = write_image(&head->image, scratch("in.nii"), NULL, err);
    if (status != EFFACE_PASS)
        return status;
    const double begin = seconds_now();
    r->status = efface_run(scratch("in.nii"), scratch("out.nii"), &options, &result, &run_err);
    r->seconds = seconds_now() - begin;
    r->confidence = result.confidence;
    r->mask_voxels = result.mask_voxels;
    snprintf(r->reason, sizeof r->reason, "%.255s", run_err.message);
    if (r->status == EFFACE_PASS) {
        status = ef_read(&before, scratch("in.nii"), threads, NULL, err);
        if (status == EFFACE_PASS)
            status = ef_read(&after, scratch("out.nii"), threads, NULL, err);
        if (status == EFFACE_PASS)
            status = ef_read(&mask, scratch("mask.nii"), threads, NULL, err);
        if (status == EFFACE_PASS) {
            r->score = truth_measure(head, &before, &after, mask.voxels);
            find_missed(r, head, mask.voxels, &result);
        }
    }
    ef_image_release(&before);
    ef_image_release(&after);
    ef_image_release(&mask);
    scratch_clear();
    return status;
}

static void print_head(FILE *out)
{
    fprintf(out, "seed,case,contrast,age_years,orientation,oblique_x_deg,oblique_y_deg,oblique_z_deg,voxel_"
                 "mm,verdict,confidence,"
                 "seconds,mask_voxels,face");
    for (int p = EF_PART_FOREHEAD; p < EF_N_PARTS; p++)
        fprintf(out, ",%s", ef_part_name((ef_part)p));
    fprintf(out, ",ears,brain_voxels,brain_changed,outside_changed,missed_ml,missed_abs_x_mm,missed_y_mm,"
                 "missed_z_mm,injected,harmful,injected_verdict,reason\n");
}

static void print_row(FILE *out, const row *r)
{
    const ef_phantom_options *h = &r->head;
    fprintf(out, "%" PRIu64 ",%s,%s,%.3g,%s,%g,%g,%g,%g,%s,%.3f,%.2f,%" PRId64 ",%.5f", h->seed,
            case_name(r->number), ef_contrast_name(h->contrast), h->age_years, h->orientation,
            h->oblique_deg[0], h->oblique_deg[1], h->oblique_deg[2], h->voxel_mm[0],
            efface_status_name(r->status), r->confidence, r->seconds, r->mask_voxels,
            r->status == EFFACE_PASS ? truth_face(&r->score) : 0);
    for (int p = EF_PART_FOREHEAD; p < EF_N_PARTS; p++)
        fprintf(out, ",%.5f", r->status == EFFACE_PASS ? truth_covered(&r->score, p, p) : 0);
    fprintf(out, ",%.5f,%" PRId64 ",%" PRId64 ",%" PRId64 ",%.3f,%.1f,%.1f,%.1f",
            r->status == EFFACE_PASS ? truth_ears(&r->score) : 0, r->score.brain, r->score.brain_changed,
            r->score.outside_changed, r->missed_ml, r->missed_mm[0], r->missed_mm[1], r->missed_mm[2]);
    fprintf(out, ",%s,%d,%s,", r->injected.ran ? injection_name(r->injection) : "", r->injected.harmful,
            r->injected.ran ? efface_status_name(r->injected.verdict) : "");
    for (const char *c = r->reason; *c != '\0' && *c != '\''; c++)
        putc(*c == ',' ? ';' : *c, out);
    putc('\n', out);
    fflush(out);
}

/* Counts of what was within the limits. */
typedef struct summary {
    int heads, passed, face, ears, brain, outside, all;
    int harmful, caught; /* injected failures that did harm, and those of them that were reported */
    double seconds, worst_face, worst_ears;
} summary;

/* Counts a row, and reports what was refused or wrong. */
static void add_to(summary *s, const row *r)
{
    const bool passed = r->status == EFFACE_PASS;
    const double face = passed ? truth_face(&r->score) : 0, ears = passed ? truth_ears(&r->score) : 0;
    const bool brain = r->score.brain_changed == 0, outside = r->score.outside_changed == 0;
    s->heads++;
    s->harmful += r->injected.harmful;
    s->caught += r->injected.harmful && r->injected.verdict != EFFACE_PASS;
    if (r->injected.harmful && r->injected.verdict == EFFACE_PASS)
        fprintf(stderr, "seed %" PRIu64 " %s: injected failure '%s' was not told\n", r->head.seed,
                case_name(r->number), injection_name(r->injection));
    s->passed += passed;
    s->face += face >= least_face;
    s->ears += ears >= least_ears;
    s->brain += brain;
    s->outside += outside;
    s->all += face >= least_face && ears >= least_ears && brain && outside;
    s->seconds += r->seconds;
    if (passed) {
        s->worst_face = fmin(s->worst_face, face);
        s->worst_ears = fmin(s->worst_ears, ears);
    }
    if (!passed)
        fprintf(stderr, "seed %" PRIu64 " %s: %s\n", r->head.seed, case_name(r->number), r->reason);
}

/* Makes one head and runs it, and where requested once more with a failure in it. */
static efface_status run_case(FILE *out, summary *s, const struct arguments *a, int number, uint64_t seed,
                              efface_error *err)
{
    row r = {.number = number,
             .head = case_head(number, seed, a->voxel_mm),
             .injection = a->injection >= 0 ? (injection)a->injection
                                            : (injection)(ek_hash64(seed, 904) % INJECTIONS)};
    r.head.rotate_deg[0] += a->pitch_deg;
    ef_phantom head = {0};
    efface_status status = ef_phantom_make(&head, &r.head, a->threads, err);
    if (status == EFFACE_PASS)
        status = run_head(&r, &head, a->parts, a->threads, err);
    if (status == EFFACE_PASS && a->inject && r.status == EFFACE_PASS)
        status = inject(&r.injected, &head, r.injection, seed, a->threads, err);
    ef_phantom_release(&head);
    if (status == EFFACE_PASS) {
        print_row(out, &r);
        add_to(s, &r);
    }
    return status;
}

static efface_status run_all(FILE *out, summary *s, const struct arguments *a, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    int chosen[CASES], n = 0;
    for (int c = 0; c < CASES; c++)
        if (a->cases >> c & 1)
            chosen[n++] = c;
    for (int i = 0; i < a->count && status == EFFACE_PASS; i++) {
        const int seed = a->first + i;
        for (int c = 0; c < n && status == EFFACE_PASS; c++)
            if (!a->rotate || seed % n == c)
                status = run_case(out, s, a, chosen[c], (uint64_t)seed, err);
    }
    return status;
}

static efface_status run_campaign(const ef_call *call, efface_error *err)
{
    const struct arguments *a = call->arguments;
    summary s = {.worst_face = 1, .worst_ears = 1};
    FILE *out = a->out != NULL ? fopen(a->out, "w") : stdout;
    if (out == NULL) {
        perror(a->out);
        return EFFACE_USAGE;
    }
    scratch_make();
    print_head(out);
    efface_status status = run_all(out, &s, a, err);
    scratch_remove();
    if (out != stdout && fclose(out) != 0 && status == EFFACE_PASS) {
        perror(a->out);
        status = EFFACE_INTERNAL;
    }
    fprintf(
        stderr,
        "%d heads: %d pass, face >= %g %%: %d (least %.2f %%), ears >= %g %%: %d (least %.2f %%), brain "
        "untouched: %d, outside untouched: %d, all of it: %d; injected failures told: %d of %d; %.2f s a "
        "head\n",
        s.heads, s.passed, 100 * least_face, s.face, 100 * s.worst_face, 100 * least_ears, s.ears,
        100 * s.worst_ears, s.brain, s.outside, s.all, s.caught, s.harmful,
        s.heads > 0 ? s.seconds / s.heads : 0);
    if (status == EFFACE_PASS && (s.heads == 0 || s.all < s.heads))
        status = EFFACE_AUDIT;
    return status;
}

static void init(void *arguments)
{
    struct arguments *a = arguments;
    *a = (struct arguments){.injection = -1,
                            .first = 1,
                            .count = 100,
                            .threads = 2,
                            .voxel_mm = 1.5,
                            .cases = 1,
                            .parts = EFFACE_PARTS_ALL};
}

#define FIELD(member) offsetof(struct arguments, member)

static const ef_option option_table[] = {
    {.name = "first", .kind = EF_INTEGER, .field = FIELD(first), .low = 1, .high = 1e9, .value = "N"},
    {.name = "count", .kind = EF_INTEGER, .field = FIELD(count), .low = 1, .high = 1e6, .value = "N"},
    {.name = "voxel", .kind = EF_NUMBER, .field = FIELD(voxel_mm), .low = 0.5, .high = 5, .value = "MM"},
    {.name = "pitch", .kind = EF_NUMBER, .field = FIELD(pitch_deg), .low = -60, .high = 60, .value = "DEG"},
    {.name = "cases", .kind = EF_SET, .field = FIELD(cases), .choices = case_words, .value = "LIST"},
    {.name = "parts", .kind = EF_SET, .field = FIELD(parts), .choices = ef_part_words, .value = "PARTS"},
    {.name = "rotate", .kind = EF_FLAG, .field = FIELD(rotate)},
    {.name = "inject", .kind = EF_FLAG, .field = FIELD(inject)},
    {.name = "injection",
     .kind = EF_INTEGER,
     .field = FIELD(injection),
     .low = -1,
     .high = INJECTIONS - 1,
     .value = "KIND"},
    {.name = "threads", .kind = EF_INTEGER, .field = FIELD(threads), .low = 1, .high = 64, .value = "N"},
    {.name = "out", .kind = EF_TEXT, .field = FIELD(out), .value = "CSV"},
    {0}};

int main(int argc, char **argv)
{
    static const ef_command campaign = {.name = "campaign",
                                        .operands = "",
                                        .options = option_table,
                                        .size = sizeof(struct arguments),
                                        .init = init,
                                        .run = run_campaign};
    struct arguments arguments;
    ef_parsed parsed = {0};
    efface_error err = {0};
    const char **operands = calloc((size_t)argc + 1, sizeof *operands);
    if (operands == NULL)
        return EFFACE_INTERNAL;
    init(&arguments);
    efface_status status = ef_parse(&parsed, operands, &arguments, &campaign, argc - 1, argv + 1, &err);
    if (status == EFFACE_PASS && parsed.help)
        fprintf(stderr,
                "usage: %s [--first N] [--count N] [--cases LIST] [--rotate] [--inject] [--voxel MM] "
                "[--pitch DEG] [--parts PARTS] [--threads N] [--out CSV]\n",
                argv[0]);
    else if (status == EFFACE_PASS)
        status = run_campaign(&(ef_call){operands, parsed.n_operands, &arguments}, &err);
    if (err.message[0] != '\0')
        fprintf(stderr, "%s\n", err.message);
    free(operands);
    return (int)status;
}
