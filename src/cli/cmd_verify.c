/* efface verify PATH...: is the face gone in these files? The answer is a table for people or JSON for
 * machines. An upload script uses the exit status. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/common_options.h"
#include "io/walk.h"

struct arguments {
    unsigned parts;
    int threads;
    bool json, quiet;
};

#define FIELD(member) offsetof(struct arguments, member)

static const ef_option options[] = {
    EF_OPTION_PARTS(FIELD(parts), ef_judged_part_words,
                    "parts that must be gone; forehead and cheeks are not judged"),
    EF_OPTION_THREADS(FIELD(threads)),
    EF_OPTION_JSON(FIELD(json), "print JSON instead of a table"),
    EF_OPTION_QUIET(FIELD(quiet), "print only errors"),
    {0},
};

/* Counts over all files. */
typedef struct tally {
    size_t n, gone, present, unknown, unread;
} tally;

static void init(void *arguments)
{
    struct arguments *a = arguments;
    a->parts = EFFACE_PARTS_FACE;
}

static void write_part(ef_json *json, const efface_part_found *part)
{
    ef_json_object(json, part->name);
    ef_json_bool(json, "visible", part->visible);
    if (part->visible) {
        ef_json_text(json, "face", efface_face_name(part->face));
        ef_json_number(json, "tissue", part->tissue);
        if (!(part->part & EFFACE_PARTS_EARS)) {
            ef_json_number(json, "gap_mm", part->gap_mm);
            ef_json_number(json, "relief_r", part->relief_r);
            ef_json_number(json, "relief_kept", part->relief_kept);
            ef_json_number(json, "edge", part->edge);
        }
    }
    ef_json_end(json);
}

static void write_file(ef_json *json, const char *path, efface_status status, const efface_verification *v,
                       const efface_error *why)
{
    ef_json_object(json, NULL);
    ef_json_text(json, "path", path);
    ef_json_bool(json, "read", status == EFFACE_PASS);
    if (status == EFFACE_PASS) {
        ef_json_bool(json, "gone", v->status == EFFACE_PASS);
        ef_json_text(json, "face", efface_face_name(v->face));
        ef_json_number(json, "confidence", v->confidence);
        ef_json_text(json, "reason", v->reason);
        ef_json_number(json, "pose_confidence", v->pose_confidence);
        ef_json_number(json, "brain_confidence", v->brain_confidence);
        ef_json_number(json, "head_ml", v->head_ml);
        ef_json_number(json, "own_relief", v->own_relief);
        ef_json_number(json, "relief_height", v->relief_height);
        ef_json_object(json, "parts");
        for (int k = 0; k < EFFACE_PARTS_FOUND; k++)
            write_part(json, &v->part[k]);
        ef_json_end(json);
    } else {
        ef_json_text(json, "reason", why->message);
    }
    ef_json_end(json);
}

static void print_row(const char *path, efface_status status, const efface_verification *v,
                      const efface_error *why)
{
    static const char *const words[] = {
        [EFFACE_PASS] = "gone", [EFFACE_AUDIT] = "PRESENT", [EFFACE_REVIEW] = "unclear"};
    if (status == EFFACE_PASS)
        printf("%-10s %5.2f  %s: %s\n", words[v->status], v->confidence, path, v->reason);
    else
        printf("%-10s        %s\n", "UNREAD", why->message);
}

static void count(tally *sum, efface_status status, const efface_verification *v)
{
    sum->n++;
    sum->unread += status != EFFACE_PASS;
    if (status == EFFACE_PASS) {
        sum->gone += v->status == EFFACE_PASS;
        sum->present += v->status == EFFACE_AUDIT;
        sum->unknown += v->status == EFFACE_REVIEW;
    }
}

/* A face counts more than a file that can't be read, and that more than one that can't be decided. */
static efface_status verdict(const tally *sum)
{
    return sum->present > 0   ? EFFACE_AUDIT
           : sum->unread > 0  ? EFFACE_INPUT
           : sum->unknown > 0 ? EFFACE_REVIEW
                              : EFFACE_PASS;
}

static efface_status judge_all(tally *sum, ef_json *json, const ef_paths *paths, const struct arguments *a,
                               efface_error *err)
{
    const bool watched = !a->quiet && isatty(STDERR_FILENO) == 1;
    for (size_t k = 0; k < paths->n; k++) {
        efface_verification v;
        efface_error why = {0};
        if (watched)
            fprintf(stderr, "\r\033[K%zu/%zu %.60s", k + 1, paths->n, paths->path[k]);
        const efface_status status = efface_verify(paths->path[k], a->parts, a->threads, &v, &why);
        if (watched)
            fputs("\r\033[K", stderr);
        if (status == EFFACE_INTERNAL) {
            *err = why;
            return status;
        }
        count(sum, status, &v);
        if (a->json)
            write_file(json, paths->path[k], status, &v, &why);
        else if (!a->quiet)
            print_row(paths->path[k], status, &v, &why);
    }
    return EFFACE_PASS;
}

static efface_status print_json(ef_json *json, const tally *sum, efface_error *err)
{
    char *text = NULL;
    ef_json_end(json);
    ef_json_integer(json, "files", (int64_t)sum->n);
    ef_json_integer(json, "gone", (int64_t)sum->gone);
    ef_json_integer(json, "present", (int64_t)sum->present);
    ef_json_integer(json, "unclear", (int64_t)sum->unknown);
    ef_json_integer(json, "unread", (int64_t)sum->unread);
    ef_json_end(json);
    const efface_status status = ef_json_finish(json, &text, NULL, err);
    if (status == EFFACE_PASS)
        fputs(text, stdout);
    free(text);
    return status;
}

static efface_status run(const ef_call *call, efface_error *err)
{
    const struct arguments *a = call->arguments;
    ef_paths paths = {.n = 0};
    ef_json json = {.text = NULL};
    tally sum = {.n = 0};
    efface_status status = EFFACE_PASS;
    for (int k = 0; k < call->n_operands && status == EFFACE_PASS; k++)
        status = ef_walk(&paths, call->operands[k], err);
    if (status == EFFACE_PASS && paths.n == 0)
        status = ef_fail(err, EFFACE_INPUT, "no image in '%s'", call->operands[0]);
    if (status == EFFACE_PASS) {
        ef_json_object(&json, NULL);
        ef_json_text(&json, "efface_version", efface_version());
        ef_json_array(&json, "scans");
        status = judge_all(&sum, &json, &paths, a, err);
    }
    if (status == EFFACE_PASS && a->json)
        status = print_json(&json, &sum, err);
    else if (status == EFFACE_PASS && !a->quiet)
        printf("\n%zu file%s: %zu gone, %zu present, %zu unclear, %zu unread\n", sum.n,
               sum.n == 1 ? "" : "s", sum.gone, sum.present, sum.unknown, sum.unread);
    free(json.text);
    ef_paths_release(&paths);
    return status != EFFACE_PASS ? status : verdict(&sum);
}

const ef_command ef_cmd_verify = {
    .name = "verify",
    .summary = "check that the face is gone, without the originals",
    .operands = "PATH...",
    .least = 1,
    .most = INT_MAX,
    .description =
        "Says for each scan whether it shows somebody's face, whatever tool was meant to remove it. A PATH "
        "is a file, or a folder that is searched with all folders below it.\n\n"
        "The exit status is 0 only where the face is gone in every file: removed, blurred until no feature "
        "is left, replaced by a face without anatomy under its skin, or outside the field of view of a head "
        "that was found with confidence. A brain without its head counts as gone too. The status is 5 where "
        "any file shows a face, 3 where a file can't be read or no image was found, and 6 where a file can't "
        "be decided: no head, signal that fades where a face would be, a face that was moved.\n\n"
        "The head is located without its face. Then nose, mouth, chin and eyes are judged one by one: by "
        "their tissue, by the edge of a cut, and by correlating the skin's relief with a mean face. Another "
        "person's face that a tool put in counts as a face. The confidence, 0 to 1, is that of the answer "
        "given.",
    .examples = "efface verify defaced.nii.gz\n"
                "efface verify upload/ && ./upload\n"
                "efface verify --json --parts all bids/sub-01\n",
    .options = options,
    .size = sizeof(struct arguments),
    .init = init,
    .run = run,
};
