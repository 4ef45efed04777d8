/* The record: its members, what it must never contain, and where it is written. */
#include <stdlib.h>

#include "check.h"
#include "scan/record.h"
#include "scan/record_command.h"

static void check_path(const char *out, const char *expected)
{
    char path[64];
    CHECK(ef_record_path(path, sizeof path, out));
    CHECK_STR(path, expected);
}

static void test_path(void)
{
    check_path("a/b.nii.gz", "a/b_efface.json");
    check_path("b.nii", "b_efface.json");
    check_path("b.IMG", "b_efface.json");
    check_path("b.hdr.gz", "b_efface.json");
    check_path("b", "b_efface.json");
    check_path("a.nii.d/b", "a.nii.d/b_efface.json");
    check_path(".nii", ".nii_efface.json");
    char small[15];
    CHECK(ef_record_path(small, sizeof small, "ab.nii"));
    CHECK(!ef_record_path(small, sizeof small, "abc.nii"));
    CHECK(memchr(small, '\0', sizeof small) != NULL);
}

static void test_verdict(void)
{
    CHECK_STR(ef_record_verdict(EFFACE_PASS), "pass");
    CHECK_STR(ef_record_verdict(EFFACE_REVIEW), "review");
    for (int status = EFFACE_INTERNAL; status <= EFFACE_AUDIT; status++)
        CHECK_STR(ef_record_verdict((efface_status)status), "fail");
}

static void test_whole(void)
{
    efface_options options;
    efface_options_init(&options);
    options.parts = EFFACE_PART_NOSE | EFFACE_PART_EAR_LEFT;
    options.has_seed = true;
    options.seed = 987654321;
    options.margin_mm = 3.0;
    options.mask = "jane_doe_mask.nii";
    efface_result result = {.status = EFFACE_PASS,
                            .input_sha256 = "00ff",
                            .output_sha256 = "ee11",
                            .confidence = 0.75,
                            .world_from_atlas = {{1, 0, 0, 2.5}, {0, 1, 0, 0}, {0, 0, 1, -3}},
                            .mask_voxels = 12,
                            .brain_voxels = 34,
                            .n_checks = 1,
                            .checks = {{"brain_changed", NAN, 0.0, true, false}},
                            .n_timings = 1,
                            .timings = {{"read", 0.12345678}}};
    const ef_record_names names = {.input = "jane.nii", .output = "out.nii"};
    static const char *const expected =
        "{\n  \"record\": 1,\n  \"program\": \"efface\",\n  \"version\": \"" EFFACE_VERSION
        "\",\n  \"verdict\": \"pass\",\n  \"status\": \"pass\",\n  \"reason\": \"\",\n"
        "  \"input\": \"jane.nii\",\n  \"input_sha256\": \"00ff\",\n  \"output\": \"out.nii\",\n"
        "  \"output_sha256\": \"ee11\",\n  \"reference\": null,\n"
        "  \"command\": \"efface run IN OUT --parts nose,ear-left --margin 3 --seed SEED --mask MASK\",\n"
        "  \"options\": {\n    \"mode\": \"remove\",\n    \"parts\": [\n"
        "      \"nose\",\n      \"ear-left\"\n    ],\n    \"fill\": \"noise\",\n    \"margin_mm\": 3,\n"
        "    \"strength_mm\": 20,\n"
        "    \"engine\": \"efface\",\n"
        "    \"threads\": 0,\n    \"seed_given\": true,\n    \"as_is\": false,\n    \"keep_header\": false,\n"
        "    \"keep_review\": false,\n    \"deidentify\": false,\n    \"retain\": []\n  },\n  "
        "\"confidence\": 0.75,\n  \"world_from_atlas_mm\": [\n"
        "    [1, 0, 0, 2.5],\n    [0, 1, 0, 0],\n    [0, 0, 1, -3]\n  ],\n  \"mask_voxels\": 12,\n"
        "  \"brain_voxels\": 34,\n  \"checks\": [\n    {\n      \"name\": \"brain_changed\",\n"
        "      \"value\": null,\n      \"expected\": \"at most\",\n      \"limit\": 0,\n"
        "      \"holds\": false\n    }\n  ],\n  \"timings\": [\n    {\n      \"stage\": \"read\",\n"
        "      \"seconds\": 0.123457\n    }\n  ]\n}\n";
    char *text = NULL;
    size_t length = 0;
    CHECK_EQ(ef_record_make(&text, &length, &options, &result, &names, NULL), EFFACE_PASS);
    CHECK_STR(text, expected);
    CHECK_EQ(length, strlen(text));
    CHECK(strstr(text, "987654321") == NULL && strstr(text, "jane_doe") == NULL);
    free(text);
    options.deidentify = true; /* no way back to the original, and what was assumed or dropped is told */
    snprintf(result.note, sizeof result.note, "assumed");
    snprintf(result.dropped, sizeof result.dropped, "(0029,1101)");
    CHECK_EQ(ef_record_make(&text, &length, &options, &result, &names, NULL), EFFACE_PASS);
    CHECK(strstr(text, "00ff") == NULL && strstr(text, "jane") == NULL && strstr(text, "\"date\"") == NULL);
    CHECK(strstr(text, "\"output\": \"out.nii\"") != NULL);
    CHECK(strstr(text, "\"note\": \"assumed\"") != NULL);
    CHECK(strstr(text, "\"dropped_elements\": \"(0029,1101)\"") != NULL);
    free(text);
}

static void check_name(const char *path, const char *record, const char *root, const char *expected)
{
    char name[EF_RECORD_NAME_BYTES];
    ef_record_name(name, path, record, root);
    CHECK_STR(name, expected);
}

/* No name holds a folder of the machine. */
static void test_names(void)
{
    check_name(NULL, "r.json", NULL, "");
    check_name("x.nii", "x_efface.json", NULL, "x.nii");
    check_name("/secret/jane/x.nii", "/secret/jane/x_efface.json", NULL, "x.nii");
    check_name("/secret/jane/x.nii", "/srv/x_efface.json", NULL, "x.nii");
    check_name("/o/sub-1/x.nii", "/o/derivatives/efface/sub-1/r.json", "/o", "../../../sub-1/x.nii");
    check_name("o/a/b/x.nii", "o/a/r.json", "o", "b/x.nii");
    check_name("o//a/x.nii", "o//b/r.json", "o", "../a/x.nii");
    check_name("other/x.nii", "o/r.json", "o", "x.nii");
    check_name("oo/x.nii", "o/r.json", "o", "x.nii");
    check_name("/a/x.nii", "/b/r.json", "/", "../a/x.nii");
}

static void check_command(const efface_options *o, bool carried, const char *expected)
{
    char command[EF_COMMAND_BYTES];
    ef_record_command(command, o, carried);
    CHECK_STR(command, expected);
}

static void test_command(void)
{
    efface_options o;
    efface_options_init(&o);
    check_command(&o, false, "efface run IN OUT");
    o.as_is = "/secret/jane/mask.nii";
    check_command(&o, true, "efface apply --from RECORD IN OUT --as-is MASK");
    efface_options_init(&o);
    o.mode = EFFACE_BLUR;
    o.strength_mm = 25.5;
    o.deidentify = true;
    o.retain = EFFACE_RETAIN_DATES | EFFACE_RETAIN_UIDS;
    o.key_file = "/secret/jane/key";
    o.threads = 2;
    check_command(&o, false,
                  "efface run IN OUT --mode blur --strength 25.5 --deidentify --retain dates,uids "
                  "--key-file KEY --threads 2");
    o.retain = 0;
    o.parts = EFFACE_PARTS_ALL | EFFACE_PART_SCALP;
    o.mode = EFFACE_REMOVE;
    o.strength_mm = 20;
    check_command(&o, false,
                  "efface run IN OUT --parts all,scalp --deidentify --retain none --key-file KEY "
                  "--threads 2");
}

static void test_date(void)
{
    efface_options options;
    efface_options_init(&options);
    options.record_date = true;
    efface_result result = {.status = EFFACE_PASS};
    char *text = NULL;
    CHECK_EQ(ef_record_make(&text, NULL, &options, &result, NULL, NULL), EFFACE_PASS);
    const char *date = strstr(text, "\"date\": \"20");
    CHECK(date != NULL && date[13] == '-' && date[16] == '-' && date[19] == '"');
    free(text);
}

/* A run that came nowhere: nothing is claimed. */
static void test_empty(void)
{
    efface_options options;
    efface_options_init(&options);
    efface_result result = {.status = EFFACE_INPUT, .reason = "not a gzip file", .confidence = NAN};
    char *text = NULL;
    CHECK_EQ(ef_record_make(&text, NULL, &options, &result, NULL, NULL), EFFACE_PASS);
    CHECK(strstr(text, "\"verdict\": \"fail\"") != NULL);
    CHECK(strstr(text, "\"input_sha256\": null") != NULL);
    CHECK(strstr(text, "\"world_from_atlas_mm\": null") != NULL);
    CHECK(strstr(text, "\"confidence\": null") != NULL);
    CHECK(strstr(text, "\"checks\": []") != NULL);
    free(text);
}

int main(void)
{
    test_path();
    test_verdict();
    test_whole();
    test_names();
    test_command();
    test_date();
    test_empty();
    return test_end();
}
