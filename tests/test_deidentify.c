/* De-identification: the tables are complete, the decisions are those of the standard, and only an equal
 * key links two results. */
#include "identity/deidentify.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/table.h"
#include "check.h"
#include "identity/dates.h"
#include "identity/deidentify_data.h"
#include "identity/words.h"
#include "scratch.h"

static efface_error err;

static ef_deidentify *open_with(unsigned retain, const char *key_file)
{
    ef_deidentify *how = NULL;
    CHECK_EQ(ef_deidentify_open(&how, retain, key_file, &err), EFFACE_PASS);
    return how;
}

static ef_action decide(const ef_deidentify *how, unsigned tag, const char *vr)
{
    return ef_deidentify_decide(how, (uint16_t)(tag >> 16), (uint16_t)tag, vr, true, EF_FAMILY_MR_CT)
        .action;
}

/* Every row has its columns and letters, and no tag appears twice. */
static void test_table(void)
{
    enum { ROWS = 620, COLUMNS = 12 };
    static unsigned tags[ROWS];
    ef_field field[EF_FIELDS_MOST];
    ef_rows rows = {.at = (const char *)ef_deidentify_data,
                    .end = (const char *)ef_deidentify_data + ef_deidentify_data_size};
    int n = 0;
    for (int found; (found = ef_rows_next(field, &rows)) > 0 && n < ROWS; n++) {
        unsigned group = 0, element = 0, mask;
        CHECK_EQ(found, COLUMNS);
        CHECK(field[0].n == 9 && ef_field_hex(&group, &mask, field[0].text, 4) &&
              ef_field_hex(&element, &mask, field[0].text + 5, 4));
        tags[n] = group << 16 | element;
        CHECK(n == 0 || tags[n] > tags[n - 1] || mask != 0xffff);
        for (int c = 3; c < 6; c++) /* what is chosen is one of what the standard allows */
            CHECK(field[c].n == 1 && memchr(field[2].text, *field[c].text, field[2].n) != NULL);
        for (int c = 6; c < COLUMNS; c++)
            CHECK(field[c].n == 1 && strchr("-KC", *field[c].text) != NULL);
    }
    CHECK_EQ(n, ROWS);
    CHECK_EQ(ef_rows_next(field, &rows), 0);
}

static void test_decisions(void)
{
    ef_deidentify *basic = open_with(0, NULL);
    ef_deidentify *all = open_with(EFFACE_RETAIN_ALL, NULL);
    const struct {
        unsigned tag;
        const char *vr;
        ef_action basic, all;
    } cases[] = {
        {0x00080018, "UI", EF_ACTION_UID, EF_ACTION_KEEP},            /* SOP Instance UID */
        {0x00080016, "UI", EF_ACTION_KEEP, EF_ACTION_KEEP},           /* SOP Class UID */
        {0x00080020, "DA", EF_ACTION_EMPTY, EF_ACTION_SHIFT},         /* Study Date */
        {0x00080050, "SH", EF_ACTION_EMPTY, EF_ACTION_EMPTY},         /* Accession Number */
        {0x00080080, "LO", EF_ACTION_REMOVE, EF_ACTION_KEEP},         /* Institution Name */
        {0x00080090, "PN", EF_ACTION_EMPTY, EF_ACTION_EMPTY},         /* Referring Physician's Name */
        {0x0008103e, "LO", EF_ACTION_REMOVE, EF_ACTION_WORDS},        /* Series Description */
        {0x00100010, "PN", EF_ACTION_PSEUDONYM, EF_ACTION_PSEUDONYM}, /* Patient's Name */
        {0x00101010, "AS", EF_ACTION_REMOVE, EF_ACTION_KEEP},         /* Patient's Age */
        {0x00181000, "LO", EF_ACTION_REMOVE, EF_ACTION_KEEP},         /* Device Serial Number */
        {0x00081140, "SQ", EF_ACTION_UID, EF_ACTION_KEEP},            /* Referenced Image Sequence */
        {0x60023000, "OW", EF_ACTION_REMOVE, EF_ACTION_REMOVE},       /* Overlay Data */
        {0x60020022, "LO", EF_ACTION_REMOVE, EF_ACTION_REMOVE},       /* Overlay Description: ours */
        {0x50042500, "LO", EF_ACTION_REMOVE, EF_ACTION_REMOVE},       /* Curve Data */
        {0x00080055, "AE", EF_ACTION_REMOVE, EF_ACTION_REMOVE},       /* Station AE: can't be cleaned */
        {0x00280010, "US", EF_ACTION_KEEP, EF_ACTION_KEEP},           /* Rows */
        {0x00181234, "PN", EF_ACTION_DUMMY, EF_ACTION_DUMMY},         /* not listed: by VR */
        {0x00181234, "DT", EF_ACTION_DUMMY, EF_ACTION_SHIFT},         /* not listed: by VR */
        {0x00181234, "UN", EF_ACTION_REMOVE, EF_ACTION_REMOVE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool same = CHECK_EQ(decide(basic, cases[i].tag, cases[i].vr), cases[i].basic);
        same = CHECK_EQ(decide(all, cases[i].tag, cases[i].vr), cases[i].all) && same;
        if (!same)
            fprintf(stderr, "    of %08x\n", cases[i].tag);
    }
    /* unknown to dictionary and table */
    CHECK_EQ(ef_deidentify_decide(all, 0x0018, 0xfff1, "LO", false, EF_FAMILY_PET).action,
             EF_ACTION_REMOVE);
    /* the family decides where the table leaves a choice: Series Date */
    CHECK_EQ(ef_deidentify_decide(basic, 8, 0x21, "DA", true, EF_FAMILY_PET).action, EF_ACTION_DUMMY);
    CHECK_EQ(ef_deidentify_decide(basic, 8, 0x21, "DA", true, EF_FAMILY_MR_CT).action, EF_ACTION_REMOVE);
    ef_deidentify_free(basic);
    ef_deidentify_free(all);
}

static void test_keys(void)
{
    ef_deidentify *basic = open_with(0, NULL);
    ef_deidentify *all = open_with(EFFACE_RETAIN_ALL, NULL);
    const struct {
        const char *key;
        ef_action basic, all;
    } cases[] = {{"PatientName", EF_ACTION_REMOVE, EF_ACTION_REMOVE},
                 {"patientname", EF_ACTION_REMOVE, EF_ACTION_REMOVE},
                 {"OperatorsName", EF_ACTION_REMOVE, EF_ACTION_REMOVE},
                 {"PhysiciansOfRecord", EF_ACTION_REMOVE, EF_ACTION_REMOVE},
                 {"ProcedureStepDescription", EF_ACTION_REMOVE, EF_ACTION_WORDS},
                 {"AcquisitionDateTime", EF_ACTION_REMOVE, EF_ACTION_SHIFT},
                 {"SeriesInstanceUID", EF_ACTION_UID, EF_ACTION_KEEP},
                 {"InstitutionName", EF_ACTION_REMOVE, EF_ACTION_KEEP},
                 {"PatientSex", EF_ACTION_REMOVE, EF_ACTION_KEEP},
                 {"ScanDate", EF_ACTION_REMOVE, EF_ACTION_SHIFT},
                 {"EchoTime", EF_ACTION_KEEP, EF_ACTION_KEEP},
                 {"", EF_ACTION_KEEP, EF_ACTION_KEEP}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t n = strlen(cases[i].key);
        bool same = CHECK_EQ(ef_deidentify_decide_key(basic, cases[i].key, n).action, cases[i].basic);
        same = CHECK_EQ(ef_deidentify_decide_key(all, cases[i].key, n).action, cases[i].all) && same;
        if (!same)
            fprintf(stderr, "    of %s\n", cases[i].key);
    }
    ef_deidentify_free(basic);
    ef_deidentify_free(all);
}

static void test_dates(void)
{
    const struct {
        const char *before;
        int days;
        const char *after; /* NULL: refused */
    } cases[] = {
        {"20240301", -1, "20240229"},
        {"20230301", -1, "20230228"},
        {"20000101", -1, "19991231"},
        {"20240301 ", -366, "20230301 "},
        {"20240301120000.5+0100", -1, "20240229120000.5+0100"},
        {"2024-03-01T12:00:00.25", -1, "2024-02-29T12:00:00.25"},
        {"2024.03.01", -1, "2024.02.29"},
        {"202403", -1, "202402"},
        {"2024", -1, "2023"},
        {"20240301\\20240302", -1, "20240229\\20240301"},
        {"12:34:56.7", -5, "12:34:56.7"},
        {"", -5, ""},
        {"20230229", -1, NULL},
        {"20231301", -1, NULL},
        {"2024-03-01 Jane", -1, NULL},
        {"12:30 Jane", -1, NULL},
        {"Jane", -1, NULL},
        {"0001", -400, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[40];
        snprintf(text, sizeof text, "%s", cases[i].before);
        const bool done = ef_dates_shift(text, strlen(text), cases[i].days);
        if (CHECK_EQ(done, cases[i].after != NULL) && done)
            CHECK_STR(text, cases[i].after);
    }
    /* there and back again, over more than 400 years */
    long wrong = 0;
    for (int days = 1; days < 160000; days += 97) {
        char text[] = "24000229";
        if (!ef_dates_shift(text, 8, -days) || !ef_dates_shift(text, 8, days) ||
            strcmp(text, "24000229") != 0)
            wrong++;
    }
    CHECK_EQ(wrong, 0);
    CHECK(ef_dates_are_times("120000.25", 9) && !ef_dates_are_times("12 Jane", 7));
}

static bool is_uid(const char *uid)
{
    return strlen(uid) <= 44 && strncmp(uid, "2.25.", 5) == 0 && uid[5] != '0' &&
           strspn(uid, "0123456789.") == strlen(uid) && strchr(uid + 5, '.') == NULL;
}

static void test_secret(void)
{
    char uid[4][EF_UID_BYTES], name[2][EF_PSEUDONYM_BYTES];
    struct stat st;
    const char *original = "1.3.12.2.1107.5.2.19.45152.2013030808061520200285270";
    const char *path = scratch("key");
    ef_deidentify *first = open_with(0, path), *again = open_with(0, path), *other = open_with(0, NULL);
    CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    ef_deidentify_uid(uid[0], first, original, strlen(original));
    ef_deidentify_uid(uid[1], again, original, strlen(original) + 1); /* a NUL for padding */
    ef_deidentify_uid(uid[2], other, original, strlen(original));
    ef_deidentify_uid(uid[3], first, original, strlen(original) - 1);
    CHECK(is_uid(uid[0]) && is_uid(uid[2]) && is_uid(uid[3]));
    CHECK_STR(uid[0], uid[1]);
    CHECK(strcmp(uid[0], uid[2]) != 0 && strcmp(uid[0], uid[3]) != 0);
    ef_deidentify_uid(uid[0], first, "1.2.840.10008.1.2.1", 19);
    CHECK_STR(uid[0], "1.2.840.10008.1.2.1");
    ef_deidentify_pseudonym(name[0], first, "JANE ", 5);
    ef_deidentify_pseudonym(name[1], again, "JANE", 4);
    CHECK_STR(name[0], name[1]);
    ef_deidentify_pseudonym(name[1], other, "JANE", 4);
    CHECK(strcmp(name[0], name[1]) != 0);
    int least = 0, most = -EF_SHIFT_MOST_DAYS;
    for (int i = 0; i < 2000; i++) {
        char text[] = "20240301", patient[8];
        snprintf(patient, sizeof patient, "%d", i);
        CHECK(ef_deidentify_shift(text, 8, "DA", first, patient, strlen(patient)));
        CHECK(strcmp(text, "20240301") < 0 && strcmp(text, "20140303") >= 0); /* 3650 days before */
        ef_secret secret = {{(uint8_t)i}};
        const int days = ef_secret_days(&secret, patient, strlen(patient));
        least = days < least ? days : least;
        most = days > most ? days : most;
    }
    CHECK(least < -3600 && most > -50 && most < 0 && least >= -EF_SHIFT_MOST_DAYS);
    ef_deidentify_free(first);
    ef_deidentify_free(again);
    ef_deidentify_free(other);
    scratch_put("bad", "efface key 1\nzz\n", 16);
    CHECK_EQ(ef_deidentify_open(&first, 0, scratch("bad"), &err), EFFACE_USAGE);
    CHECK(first == NULL && strstr(err.message, "bad") != NULL);
    CHECK_EQ(ef_deidentify_open(&first, 0, scratch("no/folder"), &err), EFFACE_INTERNAL);
}

static void test_private(void)
{
    ef_deidentify *how = open_with(EFFACE_RETAIN_PRIVATE, NULL), *none = open_with(0, NULL);
    ef_safe_private safe;
    const char *siemens = "SIEMENS MR HEADER ";
    CHECK(ef_deidentify_safe(&safe, how, 0x0019, 0x0c, siemens, strlen(siemens)));
    CHECK_STR(safe.vr, "IS");
    CHECK(ef_deidentify_safe_value(&safe, "1000", 4) && !ef_deidentify_safe_value(&safe, "10 Jane", 7));
    CHECK(ef_deidentify_safe(&safe, how, 0x0019, 0x0d, siemens, strlen(siemens)));
    CHECK(ef_deidentify_safe_value(&safe, "DIRECTIONAL ", 12) &&
          ef_deidentify_safe_value(&safe, "NONE\\BVALUE", 11));
    CHECK(!ef_deidentify_safe_value(&safe, "JANE", 4));
    CHECK(ef_deidentify_safe(&safe, how, 0x0019, 0x0e, siemens, strlen(siemens)));
    CHECK(ef_deidentify_safe_value(&safe, "0123456701234567", 16) &&
          !ef_deidentify_safe_value(&safe, "JANE", 4));
    CHECK(!ef_deidentify_safe(&safe, how, 0x0029, 0x10, "SIEMENS CSA HEADER", 18));
    CHECK(!ef_deidentify_safe(&safe, how, 0x0019, 0x0c, "SOMEBODY", 8));
    CHECK(!ef_deidentify_safe(&safe, none, 0x0019, 0x0c, siemens, strlen(siemens)));
    ef_deidentify_free(how);
    ef_deidentify_free(none);
}

static void test_words(void)
{
    const struct {
        const char *before, *after;
    } cases[] = {{"t1_mprage_sag_p2_iso", "t1 mprage sag p2 iso"},
                 {"AX T2 FLAIR - 55F Dr. Smith 1234567", "AX T2 FLAIR"},
                 {"M\xc3\xbcller t1", "t1"},
                 {"Jane Doe", ""},
                 {"", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s", cases[i].before);
        text[ef_words_keep(text, strlen(text))] = '\0';
        CHECK_STR(text, cases[i].after);
    }
}

static void test_watch(void)
{
    ef_watch watch = {0};
    const char *const people[] = {"Zorglub^Lee^HEAD ", "MRN-0012345", "42", ""};
    for (size_t i = 0; i < sizeof people / sizeof *people; i++)
        CHECK_EQ(ef_watch_add(&watch, people[i], strlen(people[i]), &err), EFFACE_PASS);
    const struct {
        const char *text;
        bool found;
    } cases[] = {{"t1 of zorglub's brain", true},
                 {"XZORGLUBX", true},
                 {"lee_t1", true},
                 {"sleep", false},
                 {"Lee", true},
                 {"head 42", false},
                 {"", false},
                 {"a0012345b", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!CHECK_EQ(ef_watch_finds(&watch, cases[i].text, strlen(cases[i].text)), cases[i].found))
            fprintf(stderr, "    of %s\n", cases[i].text);
    }
    ef_watch_release(&watch);
    ef_watch_release(&watch);
    CHECK(!ef_watch_finds(&watch, "Zorglub", 7));
}

static void test_methods(void)
{
    ef_method methods[EF_METHODS_MOST];
    ef_deidentify *how = open_with(EFFACE_RETAIN_DATES | EFFACE_RETAIN_PRIVATE, NULL);
    CHECK_EQ(ef_deidentify_methods(methods, how), 3);
    CHECK_STR(methods[0].code, "113100");
    CHECK_STR(methods[1].code, "113107");
    CHECK_STR(methods[2].code, "113111");
    ef_deidentify_free(how);
}

/* Against another implementation of HMAC-SHA-256 (Python's). */
static void test_hmac(void)
{
    uint8_t key[EF_KEY_BYTES], mac[32];
    static const uint8_t expected[8] = {0x19, 0x78, 0x84, 0xa9, 0xcf, 0xf2, 0x18, 0x83};
    memset(key, 0x0b, sizeof key);
    ef_hmac(mac, key, "uid", "1.2.3", 5);
    CHECK(memcmp(mac, expected, sizeof expected) == 0);
}

int main(void)
{
    scratch_make();
    test_table();
    test_decisions();
    test_keys();
    test_dates();
    test_secret();
    test_private();
    test_words();
    test_watch();
    test_methods();
    test_hmac();
    scratch_remove();
    return test_end();
}
