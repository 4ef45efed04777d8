/* Sidecars: what identifies is removed, the rest stays byte for byte, and the result states what was
 * done. */
#include "identity/sidecar.h"

#include <stdlib.h>

#include "check.h"
#include "scratch.h"

static efface_error err;

/* The cleaned text, to be freed; NULL where it is refused. */
static char *clean(const char *text, unsigned retain, const char *label, const char *key_file)
{
    ef_deidentify *how = NULL;
    char *made = NULL;
    size_t n = 0;
    CHECK_EQ(ef_deidentify_open(&how, retain, key_file, &err), EFFACE_PASS);
    const ef_sidecar sidecar = {text, strlen(text), "x.json", label, false};
    const efface_status status = ef_sidecar_clean(&made, &n, &sidecar, how, true, &err);
    CHECK_EQ(status == EFFACE_PASS, made != NULL);
    CHECK(made != NULL || status == EFFACE_INPUT);
    CHECK(made == NULL || strlen(made) == n);
    ef_deidentify_free(how);
    return made;
}

#define METHOD "\"DeidentificationMethod\": [\"efface " EFFACE_VERSION "\"]"
#define CODE(code, meaning)                                                                                \
    "{\"CodeValue\": \"" code "\", \"CodeMeaning\": \"" meaning                                            \
    "\", \"CodingSchemeDesignator\": \"DCM\", \"CodingSchemeVersion\": \"01\"}"
#define CODES                                                                                              \
    CODE("113100", "Basic Application Confidentiality Profile")                                            \
    ", " CODE("113102", "Clean Recognizable Visual Features Option")

static void expect(const char *text, unsigned retain, const char *wanted)
{
    char *made = clean(text, retain, "", NULL);
    CHECK_STR(made, wanted);
    free(made);
}

static void test_bytes(void)
{
    /* order, odd spacing and number formats stay */
    expect("{\n\t\"EchoTime\" : 2.980E-3 ,\n\t\"PatientName\": \"Doe^Jane\",\n\t\"Z\":[1,\n2 ]\n}\n", 0,
           "{\n\t\"EchoTime\" : 2.980E-3 ,\n\t\"Z\":[1,\n2 ],\n\t" METHOD
           ",\n\t\"DeidentificationMethodCodeSequence\": [" CODES "]\n}\n");
    /* the first and the only member */
    expect("{\"PatientID\": 5, \"A\": null}", 0,
           "{ \"A\": null,\n  " METHOD ",\n  \"DeidentificationMethodCodeSequence\": [" CODES "]}");
    expect("{ \"PatientID\": 5 }", 0,
           "{ " METHOD ", \"DeidentificationMethodCodeSequence\": [" CODES "] }");
    expect("{}", 0, "{\n  " METHOD ",\n  \"DeidentificationMethodCodeSequence\": [" CODES "]}");
    /* what others did is kept */
    expect("{\"DeidentificationMethod\": [\"by hand\" ], \"DeidentificationMethodCodeSequence\": []}", 0,
           "{\"DeidentificationMethod\": [\"by hand\", \"efface " EFFACE_VERSION
           "\"], \"DeidentificationMethodCodeSequence\": [" CODES "]}");
    expect("{\"DeidentificationMethod\": \"by hand\", \"DeidentificationMethodCodeSequence\": [1]}", 0,
           "{\"DeidentificationMethod\": [\"by hand\", \"efface " EFFACE_VERSION
           "\"], \"DeidentificationMethodCodeSequence\": [1, " CODES "]}");
}

static void test_levels(void)
{
    char *made = clean("{\"global\": {\"const\": {\"PatientName\": \"Doe^Jane\", \"FlipAngle\": 8},"
                       "\"list\": [{\"OperatorsName\": [\"Doe\"], \"B\": 1}, \"x\"]},"
                       "\"Patient\\u004eame\": \"Doe\"}",
                       0, "", NULL);
    if (CHECK(made != NULL)) {
        CHECK(strstr(made, "Doe") == NULL);
        CHECK(strstr(made, "{\"const\": { \"FlipAngle\": 8},\"list\": [{ \"B\": 1}, \"x\"]}") != NULL);
    }
    free(made);
}

/* A name that appears again under a key that does not reveal it. */
static void test_watched(void)
{
    expect("{\"Note\": [\"t1\", \"of doe's head\"], \"global\": {\"PatientName\": \"Doe^Jane\"}, \"A\": "
           "\"Dove\"}",
           0,
           "{ \"global\": {}, \"A\": \"Dove\",\n  " METHOD
           ",\n  \"DeidentificationMethodCodeSequence\": [" CODES "]}");
}

/* Keys as other programs spell them, and names behind escapes. */
static void test_spellings(void)
{
    static const char *const gone[] = {
        "PATIENT_NAME",   "Patient's Name",    "PatientsName", "patient-name",
        "birthdate",      "date_of_birth",     "subject_id",   "mrn",
        "OPERATORS NAME", "Patient\\u004eame", "institution"};
    static const char *const kept[] = {"EchoTime", "Name", "echo_time", "\\u00c4ther", "Manufacturer"};
    char text[128];
    for (size_t i = 0; i < sizeof gone / sizeof *gone + sizeof kept / sizeof *kept; i++) {
        const bool goes = i < sizeof gone / sizeof *gone;
        const char *key = goes ? gone[i] : kept[i - sizeof gone / sizeof *gone];
        snprintf(text, sizeof text, "{\"%s\": \"quark\", \"FlipAngle\": 8}", key);
        char *made = clean(text, 0, "", NULL);
        if (CHECK(made != NULL) && !CHECK((strstr(made, "quark") == NULL) == goes))
            fprintf(stderr, "  key %s\n", key);
        free(made);
    }
    expect(
        "{\"mrn\": \"AB12345\", \"A\": \"of D\\u006fe\", \"B\": \"\\u004d\\u00fcller\", \"C\": \"nr \\u0041b12345\", "
        "\"Doe\": 1, \"D\": \"M\\u00f6ller\", \"PatientName\": \"Doe^M\303\274ller\"}",
        0,
        "{ \"D\": \"M\\u00f6ller\",\n  " METHOD ",\n  \"DeidentificationMethodCodeSequence\": [" CODES
        "]}");
    /* what is dropped and named as ours is stated anew */
    expect("{\"PatientName\": \"Doe\", \"DeidentificationMethod\": \"by doe\"}", 0,
           "{\n  " METHOD ",\n  \"DeidentificationMethodCodeSequence\": [" CODES "]}");
}

static void test_replaced(void)
{
    const char *text = "{\"AcquisitionDateTime\": \"2024-03-01T12:00:00.5\", \"StudyDate\": 20240301, "
                       "\"AcquisitionTime\": \"12:00:00\", \"SeriesDate\": \"by Jane\", "
                       "\"SeriesInstanceUID\": \"1.2.3.4\", \"StudyInstanceUID\": \"Jane\", "
                       "\"SeriesDescription\": \"t1_mprage Jane\", \"PatientSex\": \"F\"}";
    const char *key = scratch("key");
    const unsigned retain = EFFACE_RETAIN_DATES | EFFACE_RETAIN_DESCRIPTORS;
    char *first = clean(text, retain, "sub-01", key), *again = clean(text, retain, "sub-01", key),
         *other = clean(text, retain, "sub-02", key);
    CHECK_STR(first, again);
    if (CHECK(first != NULL && other != NULL)) {
        CHECK(strstr(first, "Jane") == NULL && strstr(first, "2024-03-01") == NULL);
        CHECK(strstr(first, "T12:00:00.5\"") != NULL &&
              strstr(first, "\"AcquisitionTime\": \"12:00:00\"") != NULL);
        CHECK(strstr(first, "\"SeriesInstanceUID\": \"2.25.") != NULL && strstr(first, "1.2.3.4") == NULL);
        CHECK(strstr(first, "\"SeriesDescription\": \"t1 mprage\"") != NULL);
        CHECK(strstr(first, "StudyDate") == NULL && strstr(first, "SeriesDate\"") == NULL);
        CHECK(strstr(first, "StudyInstanceUID") == NULL && strstr(first, "PatientSex") == NULL);
        CHECK(strstr(first, "113105") != NULL && strstr(first, "113107") != NULL);
        CHECK(strcmp(first, other) != 0); /* another person, another shift */
    }
    free(first);
    free(again);
    free(other);
}

static void test_broken(void)
{
    static const char *const texts[] = {"",
                                        "[]",
                                        "{",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\":1,}",
                                        "{\"a\":1 2}",
                                        "{\"a\":1}x",
                                        "{a:1}",
                                        "{\"a\":\"\n\"}",
                                        "{\"a\":\"",
                                        "{\"a\":\"\\q\"}",
                                        "{\"a\":[1,]}",
                                        "{\"a\":[1}",
                                        "{\"PatientName\":}",
                                        "{,}",
                                        "{\"a\":tru}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *made = clean(texts[i], 0, "", NULL);
        if (!CHECK(made == NULL))
            fprintf(stderr, "    of %s\n", texts[i]);
        CHECK(strstr(err.message, "x.json") != NULL);
        free(made);
    }
    char deep[400] = "{\"a\":";
    memset(deep + 5, '[', 100);
    memset(deep + 105, ']', 100);
    deep[205] = '}';
    CHECK(clean(deep, 0, "", NULL) == NULL);
}

static void test_files(void)
{
    char *text = NULL;
    size_t n = 1;
    CHECK_EQ(ef_sidecar_read(&text, &n, scratch("none.json"), &err), EFFACE_PASS);
    CHECK(text == NULL && n == 0);
    scratch_put("some.json", "{}", 2);
    CHECK_EQ(ef_sidecar_read(&text, &n, scratch("some.json"), &err), EFFACE_PASS);
    CHECK(n == 2);
    CHECK_STR(text, "{}");
    free(text);
    CHECK_EQ(ef_sidecar_read(&text, &n, scratch_folder, &err), EFFACE_INPUT);
    CHECK(text == NULL);
}

int main(void)
{
    scratch_make();
    test_bytes();
    test_levels();
    test_watched();
    test_spellings();
    test_replaced();
    test_broken();
    test_files();
    scratch_remove();
    return test_end();
}
