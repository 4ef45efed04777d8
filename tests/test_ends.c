/* Every option that moves a mask, at both ends of its range: the audit knows of it, so that a run passes or
 * asks for a look, and never fails for what was asked. */
#include "scan/verdict.h"
#include "stages.h"

static ef_phantom head;

/* The verdict of a run in memory, up to the audit and the review. */
static efface_status verdict_of(const efface_options *options, const char *what)
{
    ef_scan s;
    efface_result result;
    efface_error err = {0};
    ef_scan_begin(&s, &head.image, options, &result);
    efface_status status = ef_scan_advance(&s, EF_STAGE_AUDIT, &err);
    if (status == EFFACE_PASS)
        status = ef_verdict_review(&s, "", &err);
    ef_scan_release(&s);
    printf("%s: %s %s\n", what, efface_status_name(status), err.message);
    return status;
}

static efface_options defaults(void)
{
    efface_options o;
    efface_options_init(&o);
    o.threads = STAGE_THREADS;
    o.seed = 5;
    return o;
}

/* A wide margin keeps part of the face, which is for a person to look at. */
static void margins(void)
{
    static const double mm[] = {0, 2, 8, 10, 12, EF_MARGIN_MOST_MM};
    for (size_t i = 0; i < sizeof mm / sizeof *mm; i++) {
        char what[32];
        if (!test_does(i == 0 || i == 4))
            continue;
        efface_options o = defaults();
        o.margin_mm = mm[i];
        snprintf(what, sizeof what, "margin %g", mm[i]);
        const efface_status status = verdict_of(&o, what);
        CHECK(status == EFFACE_PASS || (status == EFFACE_REVIEW && mm[i] > 4));
    }
}

static void strengths(void)
{
    static const double mm[] = {EF_STRENGTH_LEAST_MM, EF_STRENGTH_MOST_MM};
    for (size_t i = 0; i < sizeof mm / sizeof *mm; i++) {
        if (!test_does(false))
            continue;
        efface_options o = defaults();
        o.mode = EFFACE_BLUR;
        o.strength_mm = mm[i];
        CHECK_EQ(verdict_of(&o, "strength"), EFFACE_PASS);
    }
}

static void fills(void)
{
    for (efface_fill fill = EFFACE_FILL_NOISE; fill <= EFFACE_FILL_MIN; fill++) {
        if (!test_does(fill == EFFACE_FILL_MIN))
            continue;
        efface_options o = defaults();
        o.fill = fill;
        CHECK_EQ(verdict_of(&o, "fill"), EFFACE_PASS);
    }
}

static void parts(void)
{
    for (unsigned bit = EFFACE_PART_FOREHEAD; bit <= EFFACE_PART_SCALP; bit <<= 1) {
        char what[32];
        if (!test_does(bit == EFFACE_PART_NOSE))
            continue;
        efface_options o = defaults();
        o.parts = bit;
        snprintf(what, sizeof what, "part %s", ef_word_of(ef_part_words, bit));
        CHECK_EQ(verdict_of(&o, what), EFFACE_PASS);
    }
}

int main(int argc, char **argv)
{
    test_begin(argc, argv);
    head = stages_head(44, 2);
    margins();
    strengths();
    fills();
    parts();
    ef_phantom_release(&head);
    return test_end();
}
