/* The test framework. A failed check prints its place and its expression, the program continues, and the
 * end counts. A test program is one translation unit, so the counters may be static. */
#ifndef EF_CHECK_H
#define EF_CHECK_H

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static long check_count, check_failures;

/* Some programs have two runs: the sample, which every test run does, and with the argument --rest what the
 * sample leaves out (further seeds, contrasts, conditions), which only the long set does. */
static bool check_rest;

/* The first line of such a program's main. */
static inline void test_begin(int argc, char **argv)
{
    check_rest = argc > 1 && strcmp(argv[1], "--rest") == 0;
}

/* True if this run does what is, or is not, of the sample. */
static inline bool test_does(bool sample)
{
    return sample != check_rest;
}

/* Counts one check; where it does not hold, prints file:line and the expression. Returns holds. */
static inline bool check_that(bool holds, const char *file, int line, const char *expression)
{
    check_count++;
    if (!holds) {
        check_failures++;
        fprintf(stderr, "%s:%d: %s\n", file, line, expression);
    }
    return holds;
}

/* |a - b| <= tolerance; NaN is near nothing. */
static inline bool check_near(double a, double b, double tolerance, const char *file, int line,
                              const char *expression)
{
    bool holds = fabs(a - b) <= tolerance || (isinf(a) && a == b);
    if (!check_that(holds, file, line, expression))
        fprintf(stderr, "    %.17g against %.17g, off by %.3g, allowed %.3g\n", a, b, fabs(a - b),
                tolerance);
    return holds;
}

/* Two integers (or enumerations, or bools) that must be the same. */
static inline bool check_eq(int64_t a, int64_t b, const char *file, int line, const char *expression)
{
    if (!check_that(a == b, file, line, expression))
        fprintf(stderr, "    %" PRId64 " against %" PRId64 "\n", a, b);
    return a == b;
}

/* Two strings that must be the same; NULL is only the same as NULL. */
static inline bool check_str(const char *a, const char *b, const char *file, int line,
                             const char *expression)
{
    bool holds = a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
    if (!check_that(holds, file, line, expression))
        fprintf(stderr, "    \"%s\" against \"%s\"\n", a != NULL ? a : "(null)", b != NULL ? b : "(null)");
    return holds;
}

/* The last line of a test program; its result is main's. */
static inline int check_end(const char *name)
{
    printf("%s: %ld checks, %ld failed\n", name, check_count, check_failures);
    return check_failures == 0 && check_count > 0 ? 0 : 1;
}

/* The name of a test: the file without its folder and its ending. */
static inline int check_end_of_file(const char *file)
{
    static char name[128];
    const char *base = strrchr(file, '/');
    snprintf(name, sizeof name, "%s", base != NULL ? base + 1 : file);
    char *dot = strrchr(name, '.');
    if (dot != NULL)
        *dot = '\0';
    return check_end(name);
}

#define CHECK(cond)           check_that((cond), __FILE__, __LINE__, #cond)
#define CHECK_NEAR(a, b, tol) check_near((a), (b), (tol), __FILE__, __LINE__, #a " near " #b)
#define CHECK_EQ(a, b)        check_eq((int64_t)(a), (int64_t)(b), __FILE__, __LINE__, #a " == " #b)
#define CHECK_STR(a, b)       check_str((a), (b), __FILE__, __LINE__, #a " is " #b)
#define test_end()            check_end_of_file(__FILE__)

#endif
