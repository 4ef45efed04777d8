/* The structure of DICOM files: whole ones pass, cut ones pass only between elements of the top level, and
 * each kind of damage is named. */
#include "dicom_check.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "dicom_bytes.h"
#include "scratch.h"

enum { MARKS = 16 };

static efface_error err;

/* A file with a bit of everything; marks: where elements of the top level end. */
static int make(dicom *d, size_t marks[MARKS], bool implicit)
{
    dicom items = {.implicit = true};
    int n = 0;
    d->n = 0;
    d->implicit = implicit;
    dicom_start(d, NULL, "1.2.840.10008.5.1.4.1.1.4", "1.2.3", NULL);
    dicom_text(d, 0x00080018, "UI", "1.2.3");
    marks[n++] = d->n;
    dicom_begin(d, 0x00081140);
    dicom_text(d, 0x00081155, "UI", "1.2.4");
    dicom_begin(d, 0x00081199);
    dicom_text(d, 0x00100010, "PN", "A^B");
    dicom_end(d);
    dicom_end(d);
    marks[n++] = d->n;
    dicom_begin(&items, 0x00400260); /* of known length, within UN */
    dicom_text(&items, 0x00080100, "SH", "X");
    dicom_end(&items);
    dicom_bytes(d, 0x00400260, "UN", items.bytes + 8, items.n - 16);
    marks[n++] = d->n;
    if (!implicit) {
        dicom_head(d, 0x7fe00010, "OB", UINT32_MAX); /* encapsulated: an empty table, one fragment */
        for (int i = 0; i < 2; i++) {
            dicom_number(d, 0xe000fffe, 4);
            dicom_number(d, i == 0 ? 0 : 4, 4);
        }
        dicom_put(d, "abcd", 4);
        dicom_number(d, 0xe0ddfffe, 4);
        dicom_number(d, 0, 4);
    } else {
        dicom_bytes(d, 0x7fe00010, "OW", "abcd", 4);
    }
    marks[n++] = d->n;
    dicom_free(&items);
    return n;
}

static efface_status check_bytes(const uint8_t *bytes, size_t n)
{
    uint8_t *copy = malloc(n > 0 ? n : 1); /* ends where the bytes end, for sanitizers */
    if (copy == NULL)
        exit(1);
    memcpy(copy, bytes, n);
    const efface_status status = ef_dicom_check_bytes(copy, n, "x.dcm", &err);
    free(copy);
    return status;
}

static void test_cuts(bool implicit)
{
    dicom d = {0};
    size_t marks[MARKS];
    const int n = make(&d, marks, implicit);
    int wrong = 0, mark = 0;
    for (size_t cut = 0; cut <= d.n; cut++) {
        const bool whole = mark < n && cut == marks[mark];
        mark += whole;
        wrong += check_bytes(d.bytes, cut) != (whole ? EFFACE_PASS : EFFACE_INPUT);
    }
    CHECK_EQ(wrong, 0);
    CHECK_EQ(mark, n);
    scratch_put("x.dcm", d.bytes, d.n);
    CHECK_EQ(ef_dicom_check(scratch("x.dcm"), &err), EFFACE_PASS);
    scratch_put("x.dcm", d.bytes, d.n - 1);
    CHECK_EQ(ef_dicom_check(scratch("x.dcm"), &err), EFFACE_INPUT);
    CHECK(strstr(err.message, "x.dcm") != NULL);
    CHECK_EQ(ef_dicom_check(scratch("none"), &err), EFFACE_INPUT);
    dicom_free(&d);
}

static void expect(const dicom *d, const char *message)
{
    CHECK_EQ(check_bytes(d->bytes, d->n), EFFACE_INPUT);
    if (!CHECK(strstr(err.message, message) != NULL))
        fprintf(stderr, "    '%s' instead of '%s'\n", err.message, message);
}

static void start(dicom *d)
{
    d->n = 0;
    dicom_start(d, NULL, "1.2.840.10008.5.1.4.1.1.4", "1.2.3", NULL);
}

static void test_damage(void)
{
    dicom d = {0};
    start(&d);
    expect(&d, "no data set");
    dicom_text(&d, 0x00080018, "U1", "1.2.3");
    expect(&d, "no such VR");
    start(&d);
    dicom_head(&d, 0x00080018, "UI", 60000);
    expect(&d, "longer than what holds it");
    start(&d);
    dicom_head(&d, 0x00091001, "OB", 0xfffffffe);
    expect(&d, "longer than what holds it");
    start(&d);
    dicom_head(&d, 0x00091001, "OB", UINT32_MAX);
    expect(&d, "without a length");
    start(&d);
    dicom_bytes(&d, 0x00081140, "SQ", "\10\0\0\1SH\0\0", 8);
    expect(&d, "something else than an item");
    start(&d);
    dicom_begin(&d, 0x00081140);
    expect(&d, "ends within an element");
    start(&d);
    dicom_end(&d);
    expect(&d, "an item outside of a sequence");
    start(&d);
    dicom_us(&d, 0x00060001, 1);
    expect(&d, "a group that a data set doesn't have");
    start(&d);
    for (int i = 0; i < 70; i++)
        dicom_begin(&d, 0x00081140);
    expect(&d, "nested too deep");
    d.n = 0;
    dicom_put(&d, "text", 4);
    expect(&d, "not a DICOM file");
    dicom_free(&d);
}

int main(void)
{
    scratch_make();
    test_cuts(false);
    test_cuts(true);
    test_damage();
    scratch_remove();
    return test_end();
}
