/* Lists of many rows, and the tables that grow with them. */
#include <stdlib.h>
#include <time.h>

#include "base/grow.h"
#include "check.h"
#include "dataset/find.h"
#include "scratch.h"

enum { ROWS = 50000, GROUP = 4 /* rows of one group */ };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A list in which the rows of a group lie far from each other; the last of each is its leader. */
static void put_list(void)
{
    const size_t room = (size_t)ROWS * 96;
    char *text = malloc(room);
    size_t n = (size_t)snprintf(text, room, "in\tout\tgroup\treference\n");
    for (int k = 0; k < ROWS; k++) {
        const int groups = ROWS / GROUP, member = k / groups;
        char leader[16] = "n/a";
        if (member == 0)
            snprintf(leader, sizeof leader, "i%d", k + (GROUP - 1) * groups);
        n += (size_t)snprintf(text + n, room - n, "i%d\to%d\tg%d\t%s\n", k, k, k % groups, leader);
    }
    scratch_put("list.tsv", text, n);
    free(text);
}

static void test_many_rows(void)
{
    ef_units units = {0};
    efface_error err;
    const ef_companions none = {.state = "s"};
    put_list();
    const double begin = now_s();
    CHECK_EQ(ef_find_list(&units, scratch("list.tsv"), "root", &none, &err), EFFACE_PASS);
    CHECK(now_s() - begin < 1.0); /* measured 0.05 s; the pairs of all rows took 7 s */
    CHECK_EQ(units.n, ROWS / GROUP);
    CHECK_EQ(ef_units_items(&units), ROWS);
    CHECK_STR(units.unit[1].name, "g1");
    CHECK_EQ(units.unit[1].n, GROUP);
    CHECK_STR(units.unit[1].item[0].name, "o37501"); /* its leader, then the rows in their order */
    CHECK_STR(units.unit[1].item[1].name, "o1");
    CHECK_STR(units.unit[1].item[2].name, "o12501");
    ef_units_release(&units);
}

static void test_names(void)
{
    ef_names names = {0};
    char name[16];
    CHECK(!ef_names_has(&names, "0"));
    for (int turn = 0; turn < 2; turn++)
        for (int k = 0; k < 1000; k++) {
            snprintf(name, sizeof name, "%d", k);
            CHECK(ef_names_add(&names, name));
        }
    CHECK_EQ(names.n, 1000);
    CHECK(ef_names_has(&names, "0") && ef_names_has(&names, "999") && !ef_names_has(&names, "1000"));
    ef_names_release(&names);
    CHECK(!ef_names_has(&names, "0"));
    ef_names_release(&names);
}

int main(void)
{
    scratch_make();
    test_many_rows();
    test_names();
    scratch_remove();
    return test_end();
}
