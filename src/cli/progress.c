/* One line that is overwritten for people who watch; whole lines for everybody else. */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "scan/record.h"

enum { BAR_COLUMNS = 24 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void ef_progress_begin(ef_progress *progress, bool json, bool quiet, bool dry_run)
{
    *progress = (ef_progress){.json = json,
                              .quiet = quiet,
                              .dry_run = dry_run,
                              .terminal = isatty(STDERR_FILENO) == 1,
                              .begin_s = now_s()};
}

static const char *word_of(const ef_news *news)
{
    if (news->ending == NULL)
        return "to do";
    const efface_status status = news->ending->status;
    return status == EFFACE_INTERNAL                          ? "failed"
           : status != EFFACE_PASS && status != EFFACE_REVIEW ? "refused"
                                                              : ef_record_verdict(status);
}

static void print_json(const ef_news *news)
{
    ef_json json = {.one_line = true};
    char *text;
    efface_error unused;
    const ef_ending *e = news->ending;
    ef_json_object(&json, NULL);
    ef_json_text(&json, "unit", news->unit->name);
    ef_json_text(&json, "item", news->item->name);
    ef_json_text(&json, "verdict", word_of(news));
    ef_json_bool(&json, "earlier", news->kept);
    if (e != NULL) {
        ef_json_text(&json, "status", efface_status_name(e->status));
        ef_json_text(&json, "reason", e->reason);
        ef_json_text(&json, "out", e->out);
        ef_json_text(&json, "follows", e->follows);
        ef_json_text(&json, "rating", e->rating);
        ef_json_number(&json, "seconds", e->seconds);
    }
    ef_json_end(&json);
    if (ef_json_finish(&json, &text, NULL, &unused) != EFFACE_PASS)
        return;
    fputs(text, stdout);
    fflush(stdout);
    free(text);
}

static void print_line(const ef_news *news)
{
    const ef_ending *e = news->ending;
    printf("%s: %s", word_of(news), news->item->name);
    if (e != NULL && e->reason != NULL && e->reason[0] != '\0')
        printf(": %s", e->reason);
    else if (e != NULL && e->follows != NULL)
        printf(" (follows %s)", e->follows);
    putchar('\n');
    fflush(stdout);
}

static void draw_bar(const ef_progress *progress, const ef_tally *tally)
{
    char bar[BAR_COLUMNS + 1];
    const double seconds = now_s() - progress->begin_s;
    const size_t made = tally->done - tally->kept;
    const double rate = seconds > 0 ? (double)made / seconds : 0;
    const double left_s = rate > 0 ? (double)(tally->total - tally->done) / rate : 0;
    for (int k = 0; k < BAR_COLUMNS; k++)
        bar[k] = (size_t)k * tally->total < tally->done * BAR_COLUMNS ? '#' : '.';
    bar[BAR_COLUMNS] = '\0';
    fprintf(stderr, "\r\033[K[%s] %zu/%zu  %.2f/s  %.0f:%02.0f left  review %zu, refused %zu, failed %zu",
            bar, tally->done, tally->total, rate, left_s / 60 - 0.5 > 0 ? (double)(long)(left_s / 60) : 0,
            left_s - 60 * (double)(long)(left_s / 60), tally->review, tally->refused, tally->failed);
    fflush(stderr);
}

void ef_progress_tell(void *context, const ef_news *news)
{
    ef_progress *progress = context;
    const bool fine = news->ending != NULL && news->ending->status == EFFACE_PASS;
    if (progress->terminal)
        fputs("\r\033[K", stderr);
    fflush(stderr);
    if (progress->json)
        print_json(news);
    else if (progress->dry_run || (!news->kept && !progress->quiet && !(progress->terminal && fine)))
        print_line(news);
    if (progress->terminal && !progress->quiet && !progress->dry_run)
        draw_bar(progress, news->tally);
}

void ef_progress_end(ef_progress *progress, const ef_tally *tally, const char *what, const char *report)
{
    if (progress->terminal && !progress->quiet)
        fputs("\r\033[K", stderr);
    if (progress->json || progress->dry_run)
        return;
    printf("%zu %s%s: %zu passed, %zu need%s review, %zu refused, %zu failed", tally->units, what,
           tally->units == 1 ? "" : "s", tally->passed, tally->review, tally->review == 1 ? "s" : "",
           tally->refused, tally->failed);
    if (tally->done < tally->total)
        printf(", %zu not done", tally->total - tally->done);
    if (tally->kept > 0)
        printf(" (%zu done before)", tally->kept);
    if (report != NULL)
        printf("; report: %s", report);
    putchar('\n');
}
