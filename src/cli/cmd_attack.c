/* efface attack: the re-identification benchmark, on phantoms or on files, as a table for people or JSON
 * for machines. */
#include <stdlib.h>
#include <unistd.h>

#include "attack/attack.h"
#include "base/error.h"
#include "base/json.h"
#include "base/options.h"
#include "cli/common_options.h"

struct arguments {
    int phantoms, learn;
    uint64_t seed;
    unsigned mode, parts;
    int contrast, threads;
    double voxel_mm, noise_percent, ghost_percent, margin_mm;
    bool own_heads, one_head, json, quiet;
};

#define FIELD(member) offsetof(struct arguments, member)

enum { UNTOUCHED = 100 }; /* a value that efface_mode does not have */
static const ef_choice modes[] = {{"none", UNTOUCHED},
                                  {"remove", EFFACE_REMOVE},
                                  {"blur", EFFACE_BLUR},
                                  {"reface", EFFACE_REFACE},
                                  {NULL, 0}};
static const ef_choice contrasts[] = {{"T1", EF_T1},       {"T2", EF_T2}, {"PD", EF_PD},
                                      {"FLAIR", EF_FLAIR}, {"CT", EF_CT}, {NULL, 0}};

static const ef_option options[] = {
    {.name = "People", .kind = EF_HEADING},
    {.name = "phantoms",
     .letter = 'n',
     .kind = EF_INTEGER,
     .field = FIELD(phantoms),
     .low = 2,
     .high = 100000,
     .value = "N",
     .help = "number of people to recognise, where no list is given"},
    {.name = "learn",
     .letter = 'l',
     .kind = EF_INTEGER,
     .field = FIELD(learn),
     .low = EF_LEARN_LEAST,
     .high = 400,
     .value = "N",
     .help = "number of further phantoms that the attackers learn from"},
    {.name = "seed",
     .letter = 's',
     .kind = EF_UINT64,
     .field = FIELD(seed),
     .value = "N",
     .help = "of the phantoms, their scans and their defacing; the same seed gives the same figures"},
    {.name = "own-heads",
     .kind = EF_FLAG,
     .field = FIELD(own_heads),
     .help =
         "give each phantom its own cranium and neck, as real people have; by default all have the same, "
         "and differ only by their faces"},
    {.name = "one-head",
     .kind = EF_FLAG,
     .field = FIELD(one_head),
     .help = "all people of LIST have the same head, as those made by 'efface phantom --head'"},
    {.name = "What is done to the probes", .kind = EF_HEADING},
    {.name = "mode",
     .letter = 'm',
     .kind = EF_CHOICE,
     .field = FIELD(mode),
     .choices = modes,
     .value = "MODE",
     .help =
         "how the phantoms' probes are defaced; none leaves them as they are, which shows the attackers' "
         "strength"},
    EF_OPTION_PARTS(FIELD(parts), ef_judged_part_words, "parts to remove"),
    {.name = "margin",
     .kind = EF_NUMBER,
     .field = FIELD(margin_mm),
     .low = 0,
     .high = EF_MARGIN_MOST_MM,
     .value = "MM",
     .help = "distance kept around the brain"},
    {.name = "How the probes are scanned", .kind = EF_HEADING},
    {.name = "contrast",
     .letter = 'c',
     .kind = EF_CHOICE,
     .field = FIELD(contrast),
     .choices = contrasts,
     .value = "NAME",
     .help = "contrast of the probes; the originals are T1"},
    {.name = "voxel",
     .letter = 'v',
     .kind = EF_NUMBER,
     .field = FIELD(voxel_mm),
     .low = 0.8,
     .high = 4,
     .value = "MM",
     .help = "voxel size of the probes; that of the originals is 2"},
    {.name = "noise",
     .kind = EF_NUMBER,
     .field = FIELD(noise_percent),
     .low = 0,
     .high = 20,
     .value = "PERCENT",
     .help =
         "noise of the probes, in percent of white matter's signal (CT: HU); that of the originals is 2"},
    {.name = "ghost",
     .kind = EF_NUMBER,
     .field = FIELD(ghost_percent),
     .low = 0,
     .high = 50,
     .value = "PERCENT",
     .help =
         "strength of a ghost in the probes: a copy shifted by half a field of view, as pulsation causes "
         "it"},
    {.name = "Running", .kind = EF_HEADING},
    EF_OPTION_THREADS(FIELD(threads)),
    EF_OPTION_JSON(FIELD(json), "print JSON instead of a table"),
    EF_OPTION_QUIET(FIELD(quiet), "show no progress on the terminal"),
    {0},
};

static void init(void *arguments)
{
    struct arguments *a = arguments;
    *a = (struct arguments){.phantoms = 200,
                            .learn = 100,
                            .seed = 1,
                            .mode = EFFACE_REMOVE,
                            .parts = EFFACE_PARTS_ALL,
                            .contrast = EF_T1,
                            .voxel_mm = 2,
                            .noise_percent = 2};
    efface_options deface;
    efface_options_init(&deface);
    a->margin_mm = deface.margin_mm;
}

static const char limits[] =
    "These attackers have no photographs and are no commercial recogniser, which would do better. At "
    "chance means that what they look for is gone, not that nobody could be recognised. Brain, skull and "
    "head size stay in a defaced scan, and identify a person to whoever has another scan of the same head.";

static void write_share(ef_json *json, const char *name, ef_share share)
{
    const double values[3] = {share.value, share.low, share.high};
    ef_json_numbers(json, name, values, 3);
}

static void write_figures(ef_json *json, const char *name, const ef_figures *f)
{
    ef_json_object(json, name);
    ef_json_integer(json, "first", f->first);
    write_share(json, "rank1", f->rank1);
    write_share(json, "top5", f->top5);
    write_share(json, "equal_error_rate", f->eer);
    ef_json_end(json);
}

static const char *verdict_of(const ef_attack_report *r, int attacker)
{
    return !ef_attackers[attacker].face ? "not judged"
           : r->line[attacker].above    ? "above chance"
                                        : "at chance";
}

/* Whether people differ by more than their faces. */
static bool own_heads(const struct arguments *a, const char *list)
{
    return list != NULL ? !a->one_head : a->own_heads;
}

static void write_settings(ef_json *json, const struct arguments *a, const char *list)
{
    ef_json_text(json, "list", list);
    ef_json_integer(json, "seed", (int64_t)a->seed);
    ef_json_bool(json, "own_heads", own_heads(a, list));
    if (list != NULL)
        return;
    ef_json_text(json, "mode", ef_word_of(modes, a->mode));
    ef_json_text(json, "contrast", ef_contrast_name((ef_contrast)a->contrast));
    ef_json_number(json, "voxel_mm", a->voxel_mm);
    ef_json_number(json, "noise_percent", a->noise_percent);
    ef_json_number(json, "ghost_percent", a->ghost_percent);
}

static efface_status print_json(const ef_attack_report *r, const struct arguments *a, const char *list,
                                efface_error *err)
{
    ef_json json = {0};
    char *text;
    ef_json_object(&json, NULL);
    ef_json_text(&json, "efface_version", efface_version());
    write_settings(&json, a, list);
    ef_json_integer(&json, "people", r->people);
    ef_json_integer(&json, "learned_from", r->learners);
    ef_json_integer(&json, "refused_by_the_defacer", r->refused);
    ef_json_integer(&json, "not_aligned", r->unseen);
    ef_json_text(&json, "last_left_out", r->reason);
    ef_json_object(&json, "chance");
    write_share(&json, "rank1", r->chance.rank1);
    write_share(&json, "top5", r->chance.top5);
    ef_json_integer(&json, "first_most", r->chance.first_most);
    ef_json_end(&json);
    ef_json_array(&json, "attackers");
    for (int k = 0; k < EF_N_ATTACKERS; k++) {
        ef_json_object(&json, NULL);
        ef_json_text(&json, "name", ef_attackers[k].name);
        ef_json_text(&json, "matches", ef_attackers[k].matches);
        ef_json_text(&json, "verdict", verdict_of(r, k));
        if (ef_attackers[k].face)
            write_figures(&json, "face", &r->line[k].face);
        write_figures(&json, "with_kept_anatomy", &r->line[k].all);
        ef_json_end(&json);
    }
    ef_json_end(&json);
    ef_json_text(&json, "verdict", r->above ? "above chance" : "at chance");
    ef_json_text(&json, "limits", limits);
    ef_json_end(&json);
    efface_status status = ef_json_finish(&json, &text, NULL, err);
    if (status == EFFACE_PASS)
        fputs(text, stdout);
    free(text);
    return status;
}

static void print_share(ef_share s)
{
    printf(" %5.1f (%4.1f-%5.1f)", 100 * s.value, 100 * s.low, 100 * s.high);
}

static void print_table(const ef_attack_report *r)
{
    printf("%lld people to recognise, %lld others to learn from", (long long)r->people,
           (long long)r->learners);
    if (r->refused + r->unseen > 0)
        printf("; excluded: %lld refused by the defacer, %lld not aligned (last: %s)",
               (long long)r->refused, (long long)r->unseen, r->reason);
    printf("\npercent, with 95 %% intervals; what the kept anatomy predicts is removed, except in the last "
           "column\n\n"
           "attacker    rank 1              top 5               equal error rate    rank 1, nothing "
           "removed\n");
    for (int k = 0; k < EF_N_ATTACKERS; k++) {
        const ef_attack_line *line = &r->line[k];
        const ef_figures *f = ef_attackers[k].face ? &line->face : &line->all;
        printf("%-10s", ef_attackers[k].name);
        print_share(f->rank1);
        print_share(f->top5);
        print_share(f->eer);
        printf(" %5.1f  %s\n", 100 * line->all.rank1.value, verdict_of(r, k));
    }
    printf("%-10s", "chance");
    print_share(r->chance.rank1);
    print_share(r->chance.top5);
    printf("  50.0\n\n");
    for (int k = 0; k < EF_N_ATTACKERS; k++)
        printf("%-10s %s\n", ef_attackers[k].name, ef_attackers[k].matches);
    printf("\n%s: %s\n", r->above ? "above chance" : "at chance", limits);
}

/* One line that is overwritten; only on a terminal. */
static void show_progress(void *context, int64_t done, int64_t of)
{
    (void)context;
    fprintf(stderr, "\r\033[K%lld of %lld people%s", (long long)done, (long long)of,
            done == of ? "\r\033[K" : "");
}

static efface_status run(const ef_call *call, efface_error *err)
{
    const struct arguments *a = call->arguments;
    const char *list = call->n_operands > 0 ? call->operands[0] : NULL;
    const bool watched = !a->quiet && isatty(STDERR_FILENO) == 1;
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    efface_options deface;
    ef_attack_report report;
    efface_options_init(&deface);
    deface.parts = a->parts;
    deface.margin_mm = a->margin_mm;
    deface.mode = a->mode == UNTOUCHED ? EFFACE_REMOVE : (efface_mode)a->mode;
    ef_people people = {.n = {a->learn, a->phantoms},
                        .phantom = {true, true},
                        .seed = a->seed,
                        .own_heads = own_heads(a, list),
                        .ghost_percent = a->ghost_percent,
                        .deface = a->mode == UNTOUCHED ? NULL : &deface};
    ef_phantom_options_init(&people.original);
    people.original.draw_pose = true;
    for (int d = 0; d < 3; d++)
        people.original.voxel_mm[d] = 2;
    people.probe = people.original;
    for (int d = 0; d < 3; d++)
        people.probe.voxel_mm[d] = a->voxel_mm;
    people.probe.contrast = (ef_contrast)a->contrast;
    people.probe.noise_percent = a->noise_percent;
    efface_status status = ef_options_check(&deface, err);
    if (status == EFFACE_PASS && list != NULL)
        status = ef_people_read(&people, list, err);
    if (status == EFFACE_PASS)
        status = ef_attack(&report, &people,
                           a->threads > 0   ? a->threads
                           : processors > 0 ? (int)processors
                                            : 1,
                           watched ? show_progress : NULL, NULL, err);
    ef_people_release(&people);
    if (status == EFFACE_PASS && a->json)
        status = print_json(&report, a, list, err);
    else if (status == EFFACE_PASS)
        print_table(&report);
    return status == EFFACE_PASS && report.above ? EFFACE_AUDIT : status;
}

const ef_command ef_cmd_attack = {
    .name = "attack",
    .summary = "try to recognise defaced people from their other scans",
    .operands = "[LIST]",
    .least = 0,
    .most = 1,
    .description =
        "Compares defaced scans with other original scans of the same people, by attackers from weak to "
        "strong, and counts how often the right person comes first. Without LIST the people are phantoms: "
        "their probes have their own noise, receive field and pose, and are defaced here. LIST is a "
        "tab-separated file with the columns person, original and probe; the probes may come from any "
        "tool.\n\n"
        "Every scan is aligned by the scalp, which no defacer removes. Scalp, skull and brain identify a "
        "person by themselves. Therefore all phantoms have the same cranium, brain and neck, and differ "
        "only by faces and ears: whatever an attacker finds is face. With --own-heads, and with LIST "
        "unless --one-head is given, the heads differ too. Then what the skin more than 12 mm from the cut "
        "predicts of a feature, linearly and learned from others, is removed from both scans, and the "
        "attackers are judged by the rest. In the last column of the table nothing is removed. The "
        "attacker 'kept' shows how much that anatomy reveals; neither is judged. What lies nearer to the "
        "cut, such as cheekbones, jaw and the edge of the forehead, is judged even where it was never part "
        "of the mask.\n\n"
        "The attackers learn from other people, defaced by the same tool: further phantoms, or the rows of "
        "LIST whose column 'use' says 'learn', at least 20 of them. Without such rows the means of the "
        "gallery and of the probes are used instead of the tool's means, which weakens the attackers where "
        "people are few.\n\n"
        "The exit status is 0 where every attacker is at chance, and 5 where one is above the 95 % "
        "interval of guessing. There are no photographs here and no commercial recogniser, which would do "
        "better. At chance means that what these attackers look for is gone, not that nobody could be "
        "recognised.",
    .examples = "efface attack --phantoms 200 --seed 1\n"
                "efface attack --phantoms 200 --seed 1 --mode none\n"
                "efface attack pairs.tsv --json\n",
    .options = options,
    .size = sizeof(struct arguments),
    .init = init,
    .run = run,
};
