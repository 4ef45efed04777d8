/* Runs one command and appends its cost to a CSV file: wall time, processor time and peak memory, as the
 * kernel counted them for that one process. It is no benchmark by itself: bench/run decides what is run and
 * in which order. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Becomes the command, in the child, without its output. */
static void become(char **command)
{
    int null = open("/dev/null", O_WRONLY);
    if (null >= 0) {
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
    execvp(command[0], command);
    _exit(127);
}

int main(int argc, char **argv)
{
    if (argc < 6 || strcmp(argv[4], "--") != 0) {
        fprintf(stderr, "usage: timed CSV LABEL,COLUMNS... SECONDS_ALLOWED -- COMMAND...\n");
        return 2;
    }
    int status = 0;
    struct rusage usage;
    double start = now_s();
    pid_t child = fork();
    if (child == 0) {
        alarm((unsigned)strtoul(argv[3], NULL, 10));
        become(argv + 5);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        fprintf(stderr, "timed: %s\n", strerror(errno));
        return 1;
    }
    double wall = now_s() - start;
    getrusage(RUSAGE_CHILDREN, &usage); /* there was only one child, so these are its numbers */
    FILE *csv = fopen(argv[1], "a");
    if (csv == NULL) {
        fprintf(stderr, "timed: can't append to '%s': %s\n", argv[1], strerror(errno));
        return 1;
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    fprintf(csv, "%s,%.4f,%.4f,%.1f,%d\n", argv[2], wall,
            seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), (double)usage.ru_maxrss / 1024.0,
            code);
    return fclose(csv) == 0 ? code : 1;
}
