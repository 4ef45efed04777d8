/* Options of a run: defaults, words, ranges, contradictions; and the smallest public functions. */
#include "base/options.h"
#include "check.h"

static efface_error err;

static void test_defaults(void)
{
    efface_options options;
    memset(&options, 0xa5, sizeof options);
    efface_options_init(&options);
    CHECK_EQ(options.mode, EFFACE_REMOVE);
    CHECK_EQ(options.fill, EFFACE_FILL_NOISE);
    CHECK_EQ(options.parts, EFFACE_PARTS_ALL);
    CHECK_NEAR(options.margin_mm, 4.0, 0.0);
    CHECK_NEAR(options.strength_mm, 20.0, 0.0);
    CHECK(!options.has_seed && !options.force && !options.keep_header && !options.keep_review);
    CHECK(options.mask == NULL && options.brain == NULL && options.record == NULL && options.png == NULL &&
          options.png_original == NULL && options.progress == NULL);
    CHECK_EQ(ef_options_check(&options, &err), EFFACE_PASS);
}

/* Every part has a word of its own, and the words together are all parts. */
static void test_words(void)
{
    unsigned seen = 0;
    for (unsigned bit = 1; bit <= EFFACE_PARTS_ALL; bit <<= 1) {
        CHECK(ef_word_of(ef_part_words, bit) != NULL);
        seen |= bit;
    }
    CHECK_EQ(seen, EFFACE_PARTS_ALL);
    CHECK_EQ(EFFACE_PARTS_FACE | EFFACE_PARTS_EARS, EFFACE_PARTS_ALL);
    CHECK_STR(ef_word_of(ef_part_words, EFFACE_PARTS_FACE), "face");
    CHECK_STR(ef_word_of(ef_part_words, EFFACE_PART_SCALP), "scalp");
    CHECK(ef_word_of(ef_judged_part_words, EFFACE_PART_SCALP) == NULL);
    CHECK_STR(ef_word_of(ef_mode_words, EFFACE_BLUR), "blur");
    CHECK(ef_word_of(ef_mode_words, 99) == NULL);
}

/* Each is refused with usage and a message that is one line. */
static void refused(efface_options options, const char *part_of_message)
{
    err.message[0] = '\0';
    CHECK_EQ(ef_options_check(&options, &err), EFFACE_USAGE);
    CHECK(strstr(err.message, part_of_message) != NULL && strchr(err.message, '\n') == NULL);
}

static void test_refusals(void)
{
    efface_options good, bad;
    efface_options_init(&good);
#define WITH(member, value, message)                                                                       \
    bad = good;                                                                                            \
    bad.member = value;                                                                                    \
    refused(bad, message)
    WITH(mode, (efface_mode)7, "7");
    WITH(fill, (efface_fill)7, "7");
    WITH(parts, 0, "parts");
    WITH(parts, 0x200, "0x200");
    WITH(margin_mm, -0.1, "margin");
    WITH(margin_mm, 20.1, "margin");
    WITH(margin_mm, NAN, "margin");
    WITH(strength_mm, 14.9, "strength");
    WITH(strength_mm, 40.1, "strength");
    WITH(strength_mm, NAN, "strength");
    WITH(engine, (efface_engine)2, "engine");
    WITH(threads, -1, "threads");
    WITH(threads, 5000, "5000");
#undef WITH
    bad = good;
    bad.mode = EFFACE_BLUR;
    bad.parts = EFFACE_PARTS_ALL | EFFACE_PART_SCALP;
    refused(bad, "scalp");
    bad = good;
    bad.no_record = true;
    bad.record = "a.json";
    refused(bad, "a.json");
    bad = good;
    bad.mask = "same.nii";
    bad.brain = "same.nii";
    refused(bad, "same.nii");
    good.margin_mm = 20.0;
    CHECK_EQ(ef_options_check(&good, &err), EFFACE_PASS);
    good.margin_mm = 0.0;
    good.strength_mm = 40.0;
    CHECK_EQ(ef_options_check(&good, NULL), EFFACE_PASS);
}

static void test_names(void)
{
    CHECK_STR(efface_version(), EFFACE_VERSION);
    CHECK_STR(efface_status_name(EFFACE_PASS), "pass");
    CHECK_STR(efface_status_name(EFFACE_REVIEW), "review");
    CHECK_STR(efface_status_name((efface_status)7), "unknown");
    CHECK_STR(efface_status_name((efface_status)-1), "unknown");
}

int main(void)
{
    test_defaults();
    test_words();
    test_refusals();
    test_names();
    return test_end();
}
