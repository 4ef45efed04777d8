/* The whole of an attack: looks at every scan once, keeps its features, and lets each attacker match
 * them. */
#include "attack/attack.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "kernels/each.h"
#include "kernels/rng.h"

/* The outcome of one person. */
typedef struct outcome {
    efface_status status;
    bool refused; /* by the defacer; else the scan could not be aligned */
    efface_error err;
} outcome;

typedef struct gathering {
    const ef_people *people;
    ef_look_plan plan;
    ef_study study;
    outcome *outcome; /* learners, then people */
    atomic_llong done;
    ef_attack_progress *progress;
    void *progress_context;
} gathering;

static efface_status allocate(gathering *g, efface_error *err)
{
    for (int group = 0; group < EF_N_GROUPS; group++) {
        const bool learner = group == EF_LEARN_ORIGINAL || group == EF_LEARN_PROBE;
        for (int cue = 0; cue < EF_N_CUES; cue++) {
            ef_table *t = &g->study.table[group][cue];
            t->n = g->people->n[learner ? 0 : 1];
            t->p = g->plan.length[cue];
            t->v = malloc((size_t)(t->n * t->p + 1) * sizeof *t->v);
            if (t->v == NULL)
                return ef_fail_memory(err, (unsigned long long)(t->n * t->p) * sizeof *t->v);
        }
    }
    g->outcome = calloc((size_t)(g->people->n[0] + g->people->n[1]), sizeof *g->outcome);
    return g->outcome != NULL ? EFFACE_PASS : ef_fail_memory(err, sizeof *g->outcome);
}

/* One person: the original, then the probe, a volume at a time. */
static void gather(void *context, int64_t task)
{
    gathering *g = context;
    const bool learner = task < g->people->n[0];
    const int64_t i = learner ? task : task - g->people->n[0];
    const ef_group groups[2] = {learner ? EF_LEARN_ORIGINAL : EF_GALLERY,
                                learner ? EF_LEARN_PROBE : EF_PROBE};
    outcome *o = &g->outcome[task];
    for (int s = 0; s < 2 && o->status == EFFACE_PASS; s++) {
        ef_image image;
        float *feature[EF_N_CUES];
        for (int cue = 0; cue < EF_N_CUES; cue++)
            feature[cue] = g->study.table[groups[s]][cue].v + i * g->plan.length[cue];
        o->status = ef_people_scan(&image, g->people, groups[s], i, 1, &o->err);
        o->refused = o->status != EFFACE_PASS;
        if (o->status == EFFACE_PASS)
            o->status = ef_look(feature, NULL, &g->plan, &image, 1, "a scan of the attack", &o->err);
        ef_image_release(&image);
    }
    const long long done = atomic_fetch_add(&g->done, 1) + 1;
    if (g->progress != NULL)
        g->progress(g->progress_context, done, g->people->n[0] + g->people->n[1]);
}

/* Closes the gaps of excluded people. */
static efface_status close_ranks(ef_attack_report *report, gathering *g, efface_error *err)
{
    int64_t kept[2] = {0, 0};
    const int64_t *n = g->people->n;
    for (int64_t task = 0; task < n[0] + n[1]; task++) {
        const outcome *o = &g->outcome[task];
        const int who = task < n[0] ? 0 : 1;
        if (o->status == EFFACE_INTERNAL) {
            *err = o->err;
            return o->status;
        }
        if (o->status != EFFACE_PASS) {
            snprintf(report->reason, sizeof report->reason, "%.255s", o->err.message);
            report->refused += who == 1 && o->refused;
            report->unseen += who == 1 && !o->refused;
            continue;
        }
        const int64_t i = who ? task - n[0] : task;
        for (int group = who ? EF_GALLERY : 0; group <= (who ? EF_PROBE : EF_LEARN_PROBE); group++) {
            for (int cue = 0; cue < EF_N_CUES; cue++) {
                const ef_table *t = &g->study.table[group][cue];
                memmove(t->v + kept[who] * t->p, t->v + i * t->p, (size_t)t->p * sizeof *t->v);
            }
        }
        kept[who]++;
    }
    for (int group = 0; group < EF_N_GROUPS; group++)
        for (int cue = 0; cue < EF_N_CUES; cue++)
            g->study.table[group][cue].n = kept[group >= EF_GALLERY];
    report->learners = kept[0];
    report->people = kept[1];
    if (kept[0] < EF_LEARN_LEAST || kept[1] < 2)
        return ef_fail(err, EFFACE_INPUT, "%lld people and %lld to learn from are too few%s%.200s",
                       (long long)kept[1], (long long)kept[0], report->reason[0] ? ": " : "",
                       report->reason);
    return EFFACE_PASS;
}

static efface_status match(ef_attack_report *report, const gathering *g, int threads, efface_error *err)
{
    const int64_t n = report->people;
    double *score = malloc((size_t)(n * n) * sizeof *score);
    efface_status status =
        score != NULL ? EFFACE_PASS : ef_fail_memory(err, (unsigned long long)(n * n) * sizeof *score);
    ef_chance_of(&report->chance, n);
    for (int a = 0; a < EF_N_ATTACKERS && status == EFFACE_PASS; a++) {
        ef_attack_line *line = &report->line[a];
        for (int less_kept = 0; less_kept < 2 && status == EFFACE_PASS; less_kept++) {
            status = ef_attack_score(score, &g->study, &ef_attackers[a], less_kept == 1, threads, err);
            if (status == EFFACE_PASS && !ef_figures_of(less_kept ? &line->face : &line->all, score, n,
                                                        ek_hash64(g->people->seed, 4)))
                status = ef_fail_memory(err, (unsigned long long)n * 4096);
        }
        /* Where all have one head nothing needs to be removed: whatever is found is face. */
        const bool one_head = !g->people->own_heads;
        const int64_t first =
            one_head && line->all.first > line->face.first ? line->all.first : line->face.first;
        line->above = ef_attackers[a].face && first > report->chance.first_most;
        report->above |= line->above;
    }
    free(score);
    return status;
}

efface_status ef_attack(ef_attack_report *report, const ef_people *people, int threads,
                        ef_attack_progress *progress, void *progress_context, efface_error *err)
{
    gathering g = {.people = people, .progress = progress, .progress_context = progress_context};
    ef_atlas atlas = {.label = NULL};
    memset(report, 0, sizeof *report);
    atomic_init(&g.done, 0);
    g.study.own_means = !people->phantom[1] && people->phantom[0];
    efface_status status = ef_atlas_load(&atlas, err);
    if (status == EFFACE_PASS)
        status = ef_look_plan_init(&g.plan, &atlas, threads, err);
    if (status == EFFACE_PASS)
        status = allocate(&g, err);
    if (status == EFFACE_PASS) {
        ek_each(people->n[0] + people->n[1], gather, &g, threads);
        status = close_ranks(report, &g, err);
    }
    if (status == EFFACE_PASS)
        status = match(report, &g, threads, err);
    for (int group = 0; group < EF_N_GROUPS; group++)
        for (int cue = 0; cue < EF_N_CUES; cue++)
            free(g.study.table[group][cue].v);
    free(g.outcome);
    ef_look_plan_release(&g.plan);
    ef_atlas_release(&atlas);
    return status;
}
