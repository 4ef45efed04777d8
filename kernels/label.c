/* See label.h. Runs of equal voxels along x are joined by union-find with those of the rows before (He,
 * Chao and Suzuki 2008, "A run-based two-scan labeling algorithm", in three dimensions). The smaller root
 * wins, so a component's root is its first run in memory. */
#include "kernels/label.h"

#include <stdlib.h>
#include <string.h>

typedef struct run {
    int32_t begin, end; /* x, end excluded */
    int64_t root;       /* union-find parent; after flatten() the component's first run */
    int64_t size;       /* in a root: voxels of the component */
} run;

typedef struct run_set {
    run *runs;
    int64_t count, room;
    int64_t *row; /* first run of each row, and the count at the end */
    int64_t n[3];
} run_set;

static void runs_release(run_set *set)
{
    free(set->runs);
    free(set->row);
    *set = (run_set){0};
}

static bool add_run(run_set *set, int64_t begin, int64_t end)
{
    if (set->count == set->room) {
        const int64_t room = set->room > 0 ? 2 * set->room : 4096;
        run *runs = realloc(set->runs, sizeof *runs * (size_t)room);
        if (runs == NULL)
            return false;
        set->runs = runs;
        set->room = room;
    }
    set->runs[set->count] =
        (run){.begin = (int32_t)begin, .end = (int32_t)end, .root = set->count, .size = end - begin};
    set->count++;
    return true;
}

static int64_t root_of(const run_set *set, int64_t i)
{
    run *runs = set->runs;
    while (runs[i].root != i) {
        runs[i].root = runs[runs[i].root].root;
        i = runs[i].root;
    }
    return i;
}

static void join(run_set *set, int64_t i, int64_t j)
{
    i = root_of(set, i);
    j = root_of(set, j);
    if (i < j)
        set->runs[j].root = i;
    else
        set->runs[i].root = j;
}

/* Joins the runs of two rows that touch; reach: 1 where diagonal neighbours touch too. */
static void join_rows(run_set *set, int64_t row, int64_t other, int32_t reach)
{
    int64_t i = set->row[row], j = set->row[other];
    while (i < set->row[row + 1] && j < set->row[other + 1]) {
        const run *a = &set->runs[i], *b = &set->runs[j];
        if (a->begin < b->end + reach && b->begin < a->end + reach)
            join(set, i, j);
        if (a->end < b->end)
            i++;
        else
            j++;
    }
}

/* First x from `from` on where the row is (not) zero, n where there is none. */
static int64_t next_change(const uint8_t *row, int64_t from, int64_t n, bool to_zero)
{
    int64_t x = from;
    /* Eight voxels at once while they are all zero: most of a volume is air. */
    for (uint64_t eight; !to_zero && x + 8 <= n; x += 8) {
        memcpy(&eight, row + x, 8);
        if (eight != 0)
            break;
    }
    while (x < n && (row[x] == 0) != to_zero)
        x++;
    return x;
}

static bool collect_row(run_set *set, const uint8_t *row, bool background)
{
    const int64_t n = set->n[0];
    for (int64_t begin = 0, end; begin < n; begin = end) {
        begin = next_change(row, begin, n, background);
        if (begin == n)
            break;
        end = next_change(row, begin, n, !background);
        if (!add_run(set, begin, end))
            return false;
    }
    return true;
}

/* After this every run points at its root, and the root knows the size. */
static void flatten(run_set *set)
{
    for (int64_t i = 0; i < set->count; i++) {
        const int64_t root = root_of(set, i);
        set->runs[i].root = root;
        if (root != i)
            set->runs[root].size += set->runs[i].end - set->runs[i].begin;
    }
}

/* Finds and joins the runs of the foreground, or of the background. False, and nothing to release, where
 * memory was short. */
static bool runs_build(run_set *set, const uint8_t *mask, const int64_t n[3], bool background,
                       int connectivity)
{
    *set = (run_set){.n = {n[0], n[1], n[2]}};
    set->row = malloc(sizeof *set->row * (size_t)(n[1] * n[2] + 1));
    if (set->row == NULL)
        return false;
    const int32_t reach = connectivity == 26;
    for (int64_t row = 0; row < n[1] * n[2]; row++) {
        const int64_t y = row % n[1];
        set->row[row] = set->count;
        if (!collect_row(set, mask + row * n[0], background)) {
            runs_release(set);
            return false;
        }
        set->row[row + 1] = set->count;
        if (y > 0)
            join_rows(set, row, row - 1, reach);
        if (row >= n[1]) {
            join_rows(set, row, row - n[1], reach);
            if (reach && y > 0)
                join_rows(set, row, row - n[1] - 1, reach);
            if (reach && y + 1 < n[1])
                join_rows(set, row, row - n[1] + 1, reach);
        }
    }
    flatten(set);
    return true;
}

/* Writes value into the runs whose root's size has (or has not) been zeroed. */
static void paint(uint8_t *mask, const run_set *set, bool of_zeroed, uint8_t value)
{
    for (int64_t row = 0; row < set->n[1] * set->n[2]; row++) {
        for (int64_t i = set->row[row]; i < set->row[row + 1]; i++) {
            const run *r = &set->runs[i];
            if ((set->runs[r->root].size == 0) == of_zeroed)
                memset(mask + row * set->n[0] + r->begin, value, (size_t)(r->end - r->begin));
        }
    }
}

int64_t ek_keep_largest(uint8_t *mask, const int64_t n[3], int connectivity)
{
    run_set set;
    if (!runs_build(&set, mask, n, false, connectivity))
        return -1;
    int64_t largest = 0, at = -1;
    for (int64_t i = 0; i < set.count; i++) {
        if (set.runs[i].root == i && set.runs[i].size > largest) {
            largest = set.runs[i].size;
            at = i;
        }
    }
    for (int64_t i = 0; i < set.count; i++) {
        if (i != at)
            set.runs[i].size = 0;
    }
    paint(mask, &set, true, 0);
    runs_release(&set);
    return largest;
}

static bool run_has_seed(const run *r, const uint8_t *seed_row)
{
    return next_change(seed_row, r->begin, r->end, false) < r->end;
}

int64_t ek_keep_connected(uint8_t *mask, const uint8_t *seeds, const int64_t n[3], int connectivity)
{
    run_set set;
    if (!runs_build(&set, mask, n, false, connectivity))
        return -1;
    uint8_t *kept = calloc((size_t)set.count + 1, 1);
    if (kept == NULL) {
        runs_release(&set);
        return -1;
    }
    for (int64_t row = 0; row < n[1] * n[2]; row++) {
        for (int64_t i = set.row[row]; i < set.row[row + 1]; i++) {
            const run *r = &set.runs[i];
            if (!kept[r->root])
                kept[r->root] = run_has_seed(r, seeds + row * n[0]);
        }
    }
    int64_t voxels = 0;
    for (int64_t i = 0; i < set.count; i++) {
        if (!kept[i])
            set.runs[i].size = 0;
        else
            voxels += set.runs[i].size;
    }
    paint(mask, &set, true, 0);
    free(kept);
    runs_release(&set);
    return voxels;
}

bool ek_fill_holes(uint8_t *mask, const int64_t n[3], const bool open_side[6])
{
    static const bool all_open[6] = {true, true, true, true, true, true};
    const bool *open = open_side != NULL ? open_side : all_open;
    run_set set;
    if (!runs_build(&set, mask, n, true, 6))
        return false;
    for (int64_t row = 0; row < n[1] * n[2]; row++) {
        const int64_t y = row % n[1], z = row / n[1];
        const bool row_open = (open[2] && y == 0) || (open[3] && y == n[1] - 1) || (open[4] && z == 0) ||
                              (open[5] && z == n[2] - 1);
        for (int64_t i = set.row[row]; i < set.row[row + 1]; i++) {
            const run *r = &set.runs[i];
            if (row_open || (open[0] && r->begin == 0) || (open[1] && r->end == n[0]))
                set.runs[r->root].size = 0;
        }
    }
    paint(mask, &set, false, 1);
    runs_release(&set);
    return true;
}

typedef struct component {
    int64_t size, root;
} component;

static int by_size(const void *one, const void *two)
{
    const component *a = one, *b = two;
    if (a->size != b->size)
        return a->size > b->size ? -1 : 1;
    return a->root < b->root ? -1 : 1;
}

/* Sorted components of a set; NULL where memory was short. */
static component *list_components(int64_t *count, const run_set *set)
{
    *count = 0;
    for (int64_t i = 0; i < set->count; i++)
        *count += set->runs[i].root == i;
    component *list = malloc(sizeof *list * (size_t)(*count + 1));
    if (list == NULL)
        return NULL;
    for (int64_t i = 0, at = 0; i < set->count; i++) {
        if (set->runs[i].root == i)
            list[at++] = (component){.size = set->runs[i].size, .root = i};
    }
    qsort(list, (size_t)*count, sizeof *list, by_size);
    return list;
}

int64_t ek_components(int32_t *label, int64_t *size, int64_t n_size, const uint8_t *mask,
                      const int64_t n[3], int connectivity)
{
    run_set set;
    if (!runs_build(&set, mask, n, false, connectivity))
        return -1;
    int64_t count;
    component *list = list_components(&count, &set);
    if (list == NULL) {
        runs_release(&set);
        return -1;
    }
    for (int64_t c = 0; c < count; c++)
        set.runs[list[c].root].size = c + 1; /* from here on the number, not the size */
    for (int64_t i = 0; i < n_size; i++)
        size[i] = i < count ? list[i].size : 0;
    memset(label, 0, sizeof *label * (size_t)(n[0] * n[1] * n[2]));
    for (int64_t row = 0; row < n[1] * n[2]; row++) {
        for (int64_t i = set.row[row]; i < set.row[row + 1]; i++) {
            const run *r = &set.runs[i];
            for (int32_t x = r->begin; x < r->end; x++)
                label[row * n[0] + x] = (int32_t)set.runs[r->root].size;
        }
    }
    free(list);
    runs_release(&set);
    return count;
}
