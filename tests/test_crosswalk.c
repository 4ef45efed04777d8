/* The table of who is who: earlier deliveries stay in it, and keep their folders. */
#include "check.h"
#include "dataset/crosswalk.h"
#include "scratch.h"

static efface_error err;

static void add(ef_crosswalk *c, const char *folder, const char *patient, const char *study,
                const char *series)
{
    const char *const row[EF_CROSSWALK_FIELDS] = {folder, patient, "A\tB", study, series, "3", ""};
    CHECK_EQ(ef_crosswalk_add(c, row, &err), EFFACE_PASS);
}

static void check_place(const ef_crosswalk *c, const char *wanted, const char *study, const char *series,
                        const char *expected)
{
    char folder[64];
    snprintf(folder, sizeof folder, "%s", wanted);
    ef_crosswalk_place(folder, sizeof folder, c, "P", study, series);
    CHECK_STR(folder, expected);
}

static void write_first(void)
{
    ef_crosswalk c;
    scratch_clear();
    CHECK_EQ(ef_crosswalk_read(&c, scratch("x.tsv"), &err), EFFACE_PASS);
    int fresh = 0;
    CHECK_EQ(ef_crosswalk_study(&c, "P", "1.1", &fresh), 1);
    CHECK_EQ(ef_crosswalk_study(&c, "P", "1.2", &fresh), 2);
    add(&c, "a/study_001/series_003", "P", "1.1", "1.1.1");
    check_place(&c, "a/study_001/series_003", "1.1", "1.1.2", "a/study_001/series_003_2");
    add(&c, "a/study_001/series_003_2", "P", "1.1", "1.1.2");
    add(&c, "b/study_001/series_001", "Q", "2.1", "2.1.1");
    CHECK_EQ(ef_crosswalk_write(&c, scratch("x.tsv"), scratch("out"), &err), EFFACE_PASS);
    ef_crosswalk_release(&c);
}

static void test_later(void)
{
    ef_crosswalk c;
    int fresh = 0;
    write_first();
    CHECK_EQ(ef_crosswalk_read(&c, scratch("x.tsv"), &err), EFFACE_PASS);
    CHECK_EQ(c.n, 3);
    CHECK_EQ(ef_crosswalk_study(&c, "P", "1.3", &fresh), 2); /* study 1 is another one's */
    CHECK_EQ(ef_crosswalk_study(&c, "P", "1.1", &fresh), 1);
    CHECK_EQ(ef_crosswalk_study(&c, "P", "1.4", &fresh), 3);
    check_place(&c, "a/study_001/series_003", "1.1", "1.1.2",
                "a/study_001/series_003_2"); /* alone this time */
    check_place(&c, "a/study_001/series_003", "1.1", "1.1.9", "a/study_001/series_003_3"); /* a new one */
    check_place(&c, "k/series_003", "1.1", "1.1.2", "k/series_003"); /* another layout */
    add(&c, "a/study_002/series_001", "P", "1.3", "1.3.1");
    add(&c, "a/study_001/series_003", "P", "1.1", "1.1.1");
    CHECK_EQ(ef_crosswalk_write(&c, scratch("x.tsv"), scratch("out"), &err), EFFACE_PASS);
    ef_crosswalk_release(&c);
    CHECK_EQ(ef_crosswalk_read(&c, scratch("x.tsv"), &err), EFFACE_PASS);
    CHECK_EQ(c.n, 4); /* none is lost, none is there twice */
    CHECK_STR(c.row[0].field[EF_CROSSWALK_NAME], "A B");
    CHECK_STR(c.row[0].field[EF_CROSSWALK_DESCRIPTION], "");
    ef_crosswalk_release(&c);
}

static void test_refused(void)
{
    ef_crosswalk c;
    scratch_put("y.tsv", "folder\tother\n", 13);
    CHECK_EQ(ef_crosswalk_read(&c, scratch("y.tsv"), &err), EFFACE_USAGE);
    CHECK_EQ(ef_crosswalk_write(&c, scratch("z.tsv"), scratch_folder, &err), EFFACE_USAGE);
    ef_crosswalk_release(&c);
}

int main(void)
{
    scratch_make();
    test_later();
    test_refused();
    scratch_remove();
    return test_end();
}
