/* Command lines with options of every kind: which are accepted, which are refused, and with which
 * message. */
#include "check.h"
#include "cli/describe.h"
#include "cli/optparse.h"

struct arguments {
    int first;
    bool flag, quick, level_given;
    int level;
    double margin, voxel[3];
    uint64_t seed;
    const char *path;
    int mode;
    unsigned parts;
};

#define FIELD(member) offsetof(struct arguments, member)

static const ef_option options[] = {
    {.name = "Heading", .kind = EF_HEADING},
    {.name = "flag", .letter = 'f', .kind = EF_FLAG, .field = FIELD(flag), .help = "a flag"},
    {.name = "quick", .letter = 'q', .kind = EF_FLAG, .field = FIELD(quick), .help = "another"},
    {.name = "level",
     .letter = 'l',
     .kind = EF_INTEGER,
     .field = FIELD(level),
     .given = FIELD(level_given),
     .low = -5,
     .high = 5,
     .value = "N",
     .help = "a level"},
    {.name = "margin",
     .kind = EF_NUMBER,
     .field = FIELD(margin),
     .low = -1,
     .high = 20,
     .value = "MM",
     .help = "mm"},
    {.name = "voxel",
     .letter = 'v',
     .kind = EF_NUMBERS,
     .count = 3,
     .field = FIELD(voxel),
     .low = 0.5,
     .high = 4,
     .value = "MM",
     .help = "size"},
    {.name = "seed", .kind = EF_UINT64, .field = FIELD(seed), .value = "N", .help = "seed"},
    {.name = "path",
     .letter = 'p',
     .kind = EF_TEXT,
     .field = FIELD(path),
     .value = "PATH",
     .help = "where"},
    {.name = "mode",
     .kind = EF_CHOICE,
     .field = FIELD(mode),
     .choices = ef_mode_words,
     .value = "MODE",
     .help = "how"},
    {.name = "parts",
     .kind = EF_SET,
     .field = FIELD(parts),
     .choices = ef_part_words,
     .value = "PARTS",
     .help = "what"},
    {0},
};

static void init(void *arguments)
{
    struct arguments *a = arguments;
    a->margin = 3;
    a->parts = EFFACE_PARTS_ALL;
}

static const ef_command command = {.name = "try",
                                   .operands = "IN OUT",
                                   .least = 1,
                                   .most = 2,
                                   .options = options,
                                   .size = sizeof(struct arguments),
                                   .init = init};

static struct arguments a;
static ef_parsed parsed;
static const char *operands[16];
static efface_error err;

/* Parses one line of words separated by single blanks. */
static efface_status parse(const char *line)
{
    static char copy[256];
    char *argv[16];
    int argc = 0;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    memset(&a, 0, sizeof a);
    init(&a);
    err.message[0] = '\0';
    return ef_parse(&parsed, operands, &a, &command, argc, argv, &err);
}

static void accepts(const char *line)
{
    if (!CHECK_EQ(parse(line), EFFACE_PASS))
        fprintf(stderr, "    %s: %s\n", line, err.message);
}

static void refuses(const char *line, const char *message)
{
    if (!CHECK_EQ(parse(line), EFFACE_USAGE) || !CHECK_STR(err.message, message))
        fprintf(stderr, "    %s\n", line);
}

static void test_forms(void)
{
    accepts("in");
    CHECK(parsed.n_operands == 1 && !a.flag && !a.level_given && a.margin == 3.0);
    accepts("--flag in --level 4 out -q");
    CHECK(a.flag && a.quick && a.level == 4 && a.level_given);
    CHECK_STR(operands[0], "in");
    CHECK_STR(operands[1], "out");
    accepts("-fql4 in");
    CHECK(a.flag && a.quick && a.level == 4);
    accepts("-l -3 in");
    CHECK_EQ(a.level, -3);
    accepts("--level=-3 in");
    CHECK_EQ(a.level, -3);
    accepts("--level=1 --level=2 in");
    CHECK_EQ(a.level, 2);
    accepts("-- --flag -q");
    CHECK(parsed.n_operands == 2 && !a.flag);
    accepts("- in");
    CHECK_STR(operands[0], "-");
    accepts("--path=--odd in");
    CHECK_STR(a.path, "--odd");
    accepts("-px.nii in");
    CHECK_STR(a.path, "x.nii");
    accepts("--help --nonsense");
    CHECK(parsed.help);
    accepts("-qh");
    CHECK(parsed.help);
}

static void test_values(void)
{
    accepts("--margin 2.5 --voxel 1,2,0.5 in");
    CHECK(a.margin == 2.5 && a.voxel[0] == 1 && a.voxel[1] == 2 && a.voxel[2] == 0.5);
    accepts("-v 2 in");
    CHECK(a.voxel[0] == 2 && a.voxel[1] == 2 && a.voxel[2] == 2);
    accepts("--seed 18446744073709551615 in");
    CHECK(a.seed == UINT64_MAX);
    accepts("--seed 0xfF in");
    CHECK(a.seed == 255);
    accepts("--seed 010 in");
    CHECK(a.seed == 10);
    accepts("--mode reface --parts nose,ears in");
    CHECK_EQ(a.mode, EFFACE_REFACE);
    CHECK_EQ(a.parts, EFFACE_PART_NOSE | EFFACE_PARTS_EARS);
}

static void test_refusals(void)
{
    refuses("", "too few arguments: efface try IN OUT; see 'efface help try'");
    refuses("a b c", "unexpected argument 'c'; see 'efface help try'");
    refuses("--marign 3 a", "no option '--marign'; did you mean '--margin'?");
    refuses("--hlep", "no option '--hlep'; did you mean '--help'?");
    refuses("-margin 3 a", "no option '-m'; did you mean '--margin'?");
    refuses("--unheard-of a", "no option '--unheard-of'; see 'efface help try'");
    refuses("--Heading a", "no option '--Heading'; see 'efface help try'");
    refuses("-x a", "no option '-x'; see 'efface help try'");
    refuses("--flag=1 a", "--flag takes no value, got '1'");
    refuses("--level", "--level needs a value: --level=N");
    refuses("a --path --flag", "--path needs a value: --path=PATH");
    refuses("--path= a", "--path expects PATH, got ''");
    refuses("--level 6 a", "--level expects a whole number from -5 to 5, got '6'");
    refuses("--level 1.5 a", "--level expects a whole number from -5 to 5, got '1.5'");
    refuses("--level 99999999999999999999 a",
            "--level expects a whole number from -5 to 5, got '99999999999999999999'");
    refuses("--margin x a", "--margin expects a number from -1 to 20, got 'x'");
    refuses("--margin nan a", "--margin expects a number from -1 to 20, got 'nan'");
    refuses("--margin inf a", "--margin expects a number from -1 to 20, got 'inf'");
    refuses("--margin= a", "--margin expects a number from -1 to 20, got ''");
    refuses("--margin 1,2 a", "--margin expects a number from -1 to 20, got '1,2'");
    refuses("--margin 20.5 a", "--margin expects a number from -1 to 20, got '20.5'");
    refuses("-v 1,2 a", "--voxel expects 1 or 3 numbers from 0.5 to 4 joined by commas, got '1,2'");
    refuses("-v 1,2,3,4 a", "--voxel expects 1 or 3 numbers from 0.5 to 4 joined by commas, got '1,2,3,4'");
    refuses("-v 1,2, a", "--voxel expects 1 or 3 numbers from 0.5 to 4 joined by commas, got '1,2,'");
    refuses("--seed -1 a", "--seed expects a whole number from 0 to 2^64-1, got '-1'");
    refuses("--seed 18446744073709551616 a",
            "--seed expects a whole number from 0 to 2^64-1, got '18446744073709551616'");
    refuses("--mode rmove a", "--mode doesn't know 'rmove'; did you mean 'remove'?");
    refuses("--mode x a", "--mode doesn't know 'x'; it takes remove, blur, reface");
    refuses("--mode remove,blur a", "--mode doesn't know 'remove,blur'; it takes remove, blur, reface");
    refuses("--parts face,noes a", "--parts doesn't know 'noes'; did you mean 'nose'?");
    refuses("--parts face, a",
            "--parts doesn't know ''; it takes scalp, forehead, eyes, nose, mouth, chin, cheeks, "
            "ear-left, ear-right, ears, face, all, teeth");
}

static void test_nearest(void)
{
    static const char *const words[] = {"run", "evaluate", "help", "phantom", NULL};
    CHECK_STR(ef_nearest("evalaute", words), "evaluate");
    CHECK_STR(ef_nearest("phanton", words), "phantom");
    CHECK_STR(ef_nearest("rnu", words), "run");
    CHECK_STR(ef_nearest("run", words), "run");
    CHECK(ef_nearest("verify", words) == NULL);
    CHECK(ef_nearest("", words) == NULL);
    CHECK(ef_nearest("x", words) == NULL);
    CHECK(ef_nearest("a-word-much-longer-than-any-command-could-ever-get-to-be", words) == NULL);
}

static void check_described(int row, const char *expected)
{
    char text[512];
    memset(&a, 0, sizeof a);
    init(&a);
    ef_describe_option(text, sizeof text, &options[row], &a);
    CHECK_STR(text, expected);
}

static void test_describe(void)
{
    check_described(1, "a flag");
    check_described(3, "a level; -5 to 5");
    check_described(4, "mm; -1 to 20 (default: 3)");
    check_described(8, "how; one of remove, blur, reface (default: remove)");
    char text[8];
    a.parts = EFFACE_PARTS_FACE | EFFACE_PART_EAR_LEFT;
    char wide[64];
    ef_option_format(wide, sizeof wide, &options[9], &a);
    CHECK_STR(wide, "face,ear-left");
    ef_option_format(text, sizeof text, &options[9], &a);
    CHECK_STR(text, "face,ea");
    ef_describe_option(text, sizeof text, &options[8], &a);
    CHECK_STR(text, "how; on");
}

int main(void)
{
    test_forms();
    test_values();
    test_refusals();
    test_nearest();
    test_describe();
    return test_end();
}
