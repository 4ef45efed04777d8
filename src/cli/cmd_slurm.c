/* efface slurm: prints the job script that runs a data set as an array of SLURM. The shards do the work
 * (dataset/unit.h); here is only what SLURM has to be told. */
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/common_options.h"
#include "dataset/bids_places.h"
#include "dataset/journal.h"

extern char **environ;

enum { PATH_BYTES = 4096 };

struct arguments {
    int shards, cpus, minutes;
    double memory_gib;
    const char *partition, *account;
};

#define FIELD(member) offsetof(struct arguments, member)

static const ef_option options[] = {
    {.name = "shards",
     .kind = EF_INTEGER,
     .field = FIELD(shards),
     .low = 1,
     .high = 100000,
     .value = "N",
     .help = "tasks of the array"},
    {.name = "cpus",
     .kind = EF_INTEGER,
     .field = FIELD(cpus),
     .low = 1,
     .high = EF_THREADS_MOST,
     .value = "N",
     .help = "processors of a task: so many images at a time"},
    {.name = "mem",
     .kind = EF_NUMBER,
     .field = FIELD(memory_gib),
     .low = 0,
     .high = 1e6,
     .value = "GIB",
     .help = "memory of a task, 0 for 1 GiB a processor and 1 GiB more; images of 0.7 mm take 0.4"},
    {.name = "minutes",
     .kind = EF_INTEGER,
     .field = FIELD(minutes),
     .low = 0,
     .high = 1e6,
     .value = "N",
     .help = "time limit of a task, 0 for three times what the journal of a sample foretells"},
    {.name = "partition", .kind = EF_TEXT, .field = FIELD(partition), .value = "NAME", .help = "of SLURM"},
    {.name = "account", .kind = EF_TEXT, .field = FIELD(account), .value = "NAME", .help = "of SLURM"},
    {0},
};

static void init(void *arguments)
{
    struct arguments *a = arguments;
    a->shards = 20;
    a->cpus = 4;
}

/* A time limit's part that does not depend on the images: starting, reading headers, the report. */
static const double start_minutes = 10;
/* Seconds for an image where no sample was run: a head of 1 mm on a slow, busy processor. */
static const double image_s = 10;
/* How much longer than the sample a task may take: other nodes, larger images. */
static const double reserve = 3;

/* Prints words as a shell reads them. */
static void print_word(FILE *out, const char *word)
{
    fputc('\'', out);
    for (; *word != '\0'; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    fputc('\'', out);
}

static void print_command(FILE *out, const char *program, const ef_call *call)
{
    print_word(out, program);
    for (int k = 0; k < call->n_operands; k++) {
        fputc(' ', out);
        print_word(out, call->operands[k]);
    }
}

static bool is_bids(const ef_call *call)
{
    return strcmp(call->operands[0], "bids") == 0;
}

/* What joins the shards: of a BIDS data set the same call with the level group, else the report. */
static void print_join(FILE *out, const char *program, const ef_call *call)
{
    static const char *const first[] = {"bids", NULL, NULL, "group"};
    print_word(out, program);
    if (!is_bids(call)) {
        fputs(" report ", out);
        print_word(out, call->operands[2]);
        return;
    }
    for (int k = 0; k < 4; k++) {
        fputc(' ', out);
        print_word(out, first[k] != NULL ? first[k] : call->operands[k]);
    }
    for (int k = 3; k < call->n_operands; k++) {
        if (k == 3 && strcmp(call->operands[k], "participant") == 0)
            continue;
        fputc(' ', out);
        print_word(out, call->operands[k]);
    }
}

/* The state folder of the call's data set. */
static bool state_of(char state[PATH_BYTES], const ef_call *call)
{
    static const char option[] = "--placement";
    ef_placement placement = EF_PLACE_ADJACENT;
    const char *out = call->operands[2];
    for (int k = 3; k < call->n_operands; k++) {
        const char *word = call->operands[k], *value = word + sizeof option - 1;
        if (strncmp(word, option, sizeof option - 1) != 0)
            continue;
        if (*value == '=')
            value++;
        else if (*value == '\0' && k + 1 < call->n_operands)
            value = call->operands[k + 1];
        placement = strcmp(value, "derivatives") == 0 ? EF_PLACE_DERIVATIVES : EF_PLACE_ADJACENT;
    }
    return is_bids(call) ? ef_bids_state(state, PATH_BYTES, out, placement)
                         : snprintf(state, PATH_BYTES, "%s/efface", out) < PATH_BYTES;
}

/* --- what a sample foretells --- */

/* Mean seconds of the images in a data set's journals; image_s where there are none. */
static double seconds_of(const char *state)
{
    char journals[PATH_BYTES];
    ef_history history = {0};
    efface_error unused;
    double sum = 0;
    int n = 0;
    if (snprintf(journals, sizeof journals, "%s/journal", state) < (int)sizeof journals &&
        ef_history_read(&history, journals, &unused) == EFFACE_PASS)
        for (size_t k = 0; k < history.n; k++)
            for (size_t e = 0; e < history.known[k].n_ended; e++, n++)
                sum += history.known[k].ended[e].seconds;
    ef_history_release(&history);
    return n > 0 ? sum / n : image_s;
}

/* Starts the command with --dry-run; its output can be read from *from. */
static bool start_dry_run(pid_t *child, int *from, const char *program, const ef_call *call)
{
    static const char dry_run[] = "--dry-run";
    posix_spawn_file_actions_t actions;
    int ends[2];
    const char **words = calloc((size_t)call->n_operands + 3, sizeof *words);
    if (words == NULL || pipe(ends) != 0) {
        free(words);
        return false;
    }
    words[0] = program;
    for (int k = 0; k < call->n_operands; k++)
        words[k + 1] = call->operands[k];
    words[call->n_operands + 1] = dry_run;
    bool started = posix_spawn_file_actions_init(&actions) == 0;
    if (started) {
        started =
            posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0 &&
            posix_spawn_file_actions_addclose(&actions, ends[0]) == 0 &&
            posix_spawn(child, program, &actions, NULL, (char *const *)(uintptr_t)words, environ) == 0;
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    *from = ends[0];
    if (!started)
        close(ends[0]);
    free(words);
    return started;
}

/* Asks the command itself what it would do. Returns the number of images; -1 where it fails. */
static long count_images(const char *program, const ef_call *call)
{
    char line[PATH_BYTES];
    long images = 0;
    int from, how = -1;
    pid_t child;
    if (!start_dry_run(&child, &from, program, call))
        return -1;
    FILE *said = fdopen(from, "r");
    while (said != NULL && fgets(line, sizeof line, said) != NULL)
        images += strncmp(line, "to do: ", 7) == 0;
    if (said != NULL)
        fclose(said);
    else
        close(from);
    return waitpid(child, &how, 0) == child && how == 0 ? images : -1;
}

/* --- the script --- */

static void print_options(const struct arguments *a, const char *name)
{
    printf("#SBATCH --job-name=%s\n", name);
    if (a->partition != NULL)
        printf("#SBATCH --partition=%s\n", a->partition);
    if (a->account != NULL)
        printf("#SBATCH --account=%s\n", a->account);
}

static void print_script(const struct arguments *a, const ef_call *call, const char *program,
                         const char *state)
{
    const double memory_gib = a->memory_gib > 0 ? a->memory_gib : a->cpus + 1;
    printf(
        "#!/bin/bash\n# Submits an array of %d tasks, and a job that joins their journals to one report.\n"
        "set -eu\nmkdir -p ",
        a->shards);
    print_word(stdout, state);
    printf("/slurm\narray=$(sbatch --parsable <<'ARRAY'\n#!/bin/bash\n");
    print_options(a, "efface");
    printf(
        "#SBATCH --array=1-%d\n#SBATCH --cpus-per-task=%d\n#SBATCH --mem=%.0fM\n#SBATCH --time=%d\n"
        "#SBATCH --requeue\n#SBATCH --signal=B:TERM@60\n#SBATCH --open-mode=append\n#SBATCH --output=\"%s/slurm/%%A_%%a.log\"\n",
        a->shards, a->cpus, ceil(1024 * memory_gib), a->minutes, state);
    printf("# A task that is stopped goes on where it stopped: efface ends with 75 and is queued again.\n");
    print_command(stdout, program, call);
    printf(" --shard \"$SLURM_ARRAY_TASK_ID/%d\" --jobs %d --mem %.2f &\n", a->shards, a->cpus,
           0.9 * memory_gib);
    fputs("pid=$!\ntrap 'kill -TERM $pid' TERM\nwait $pid; code=$?\n"
          "while kill -0 $pid 2>/dev/null; do wait $pid; code=$?; done\n"
          "if [ $code = 75 ]; then scontrol requeue \"$SLURM_JOB_ID\"; fi\nexit $code\nARRAY\n)\n",
          stdout);
    printf("sbatch --parsable --dependency=\"afterany:${array%%%%;*}\" <<'REPORT'\n#!/bin/bash\n");
    print_options(a, "efface-report");
    printf("#SBATCH --output=\"%s/slurm/report.log\"\nexec ", state);
    print_join(stdout, program, call);
    fputs("\nREPORT\n", stdout);
}

static efface_status run(const ef_call *call, efface_error *err)
{
    struct arguments a = *(const struct arguments *)call->arguments;
    char program[PATH_BYTES], state[PATH_BYTES];
    const char *command = call->operands[0];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (!is_bids(call) && strcmp(command, "batch") != 0)
        return ef_fail(err, EFFACE_USAGE, "expected -- batch ... or -- bids ..., got '%s'", command);
    if (call->operands[1][0] == '-' || call->operands[2][0] == '-')
        return ef_fail(err, EFFACE_USAGE, "expected IN and OUT before the options, got '%s'",
                       call->operands[call->operands[1][0] == '-' ? 1 : 2]);
    if (n < 0)
        return ef_fail(err, EFFACE_INTERNAL, "can't find the program's own path");
    program[n] = '\0';
    if (!state_of(state, call))
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", call->operands[2]);
    if (a.minutes == 0) {
        const long images = count_images(program, call);
        if (images < 0)
            return ef_fail(err, EFFACE_USAGE, "the command to be run fails: see above");
        const double tasks = (double)a.shards * a.cpus;
        a.minutes =
            (int)ceil(start_minutes + reserve * seconds_of(state) * ceil((double)images / tasks) / 60);
    }
    print_script(&a, call, program, state);
    return EFFACE_PASS;
}

const ef_command ef_cmd_slurm = {
    .name = "slurm",
    .summary = "print a script that runs a data set as an array of SLURM jobs",
    .operands = "-- batch|bids IN OUT [OPTION...]",
    .least = 3,
    .most = 64,
    .description =
        "Prints a shell script that submits the command after -- as an array of jobs, a shard each, and a "
        "job after it that joins the journals to one report; of a BIDS data set by the level group. Tasks that are stopped, preempted or lost with "
        "their node are queued again and go on where they stopped; no image is done twice.\n\n"
        "The time limit is three times what earlier images took: run a sample first, such as 'efface batch "
        "IN OUT --shard 1/200'. Without one, 10 s an image are assumed. efface keeps within --mem. IN and "
        "OUT must lie on storage that all nodes share. Run it again on what a lost array left.",
    .examples = "efface slurm --shards 100 --cpus 4 -- batch scans/ defaced/ --masks > job.sh\n"
                "bash job.sh\n",
    .options = options,
    .size = sizeof(struct arguments),
    .init = init,
    .run = run,
};
