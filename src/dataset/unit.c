/* Lists of units. Names decide here, no file is opened. */
#include "dataset/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/error.h"
#include "base/grow.h"
#include "io/file.h"
#include "scan/record.h"

enum { PATH_BYTES = 4096 };

char *ef_path_join(const char *folder, const char *name)
{
    const size_t n = strlen(folder) + strlen(name) + 2;
    char *path = malloc(n);
    if (path != NULL)
        snprintf(path, n, "%s/%s", folder, name);
    return path;
}

char *ef_path_below(const char *folder, const char *path)
{
    const size_t n = strlen(folder);
    if (path == NULL || access(path, F_OK) != 0 || strncmp(path, folder, n) != 0 || path[n] != '/')
        return NULL;
    return strdup(path + n + strspn(path + n, "/"));
}

ef_unit *ef_units_add(ef_units *units, const char *name)
{
    char *copy = strdup(name);
    if (copy == NULL || !ef_grow(&units->unit, units->n, &units->room, sizeof *units->unit)) {
        free(copy);
        return NULL;
    }
    ef_unit *unit = &units->unit[units->n++];
    *unit = (ef_unit){.name = copy};
    return unit;
}

static void item_release(ef_item *item)
{
    free(item->name);
    free(item->in);
    free(item->out);
    free(item->placed);
    free(item->record);
    free(item->mask);
    free(item->picture);
    free(item->refused);
    *item = (ef_item){0};
}

ef_item *ef_unit_add(ef_unit *unit, const char *name, const char *in, const char *out)
{
    char record[PATH_BYTES];
    const bool fits = ef_record_path(record, sizeof record, out);
    ef_item item = {.name = strdup(name),
                    .in = strdup(in),
                    .out = strdup(out),
                    .record = strdup(fits ? record : ""),
                    .refused = fits ? NULL : strdup("path is too long")};
    if (item.name == NULL || item.in == NULL || item.out == NULL || item.record == NULL ||
        (!fits && item.refused == NULL) || !ef_grow(&unit->item, unit->n, &unit->room, sizeof item)) {
        item_release(&item);
        return NULL;
    }
    unit->item[unit->n] = item;
    return &unit->item[unit->n++];
}

/* --- clashes --- */

typedef struct claim {
    const char *path;
    ef_item *item;
} claim;

static int by_path(const void *a, const void *b)
{
    return strcmp(((const claim *)a)->path, ((const claim *)b)->path);
}

static efface_status refuse(ef_item *item, const char *why, const char *what, efface_error *err)
{
    char text[512];
    if (item->refused != NULL)
        return EFFACE_PASS;
    snprintf(text, sizeof text, "%s '%.400s'", why, what);
    item->refused = strdup(text);
    return item->refused != NULL ? EFFACE_PASS : ef_fail_memory(err, strlen(text));
}

/* A file, whatever its name. */
typedef struct identity {
    dev_t device;
    ino_t inode;
} identity;

static int by_identity(const void *a, const void *b)
{
    const identity *p = a, *q = b;
    if (p->device != q->device)
        return p->device < q->device ? -1 : 1;
    return (p->inode > q->inode) - (p->inode < q->inode);
}

static bool identify(identity *id, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return false;
    *id = (identity){info.st_dev, info.st_ino};
    return true;
}

/* Refuses images whose output or record is an input of any image. */
static efface_status check_inputs(ef_units *units, const claim *claims, size_t n, efface_error *err)
{
    identity *inputs = calloc(n + 1, sizeof *inputs), id;
    size_t known = 0;
    efface_status status = inputs != NULL ? EFFACE_PASS : ef_fail_memory(err, n * sizeof *inputs);
    for (size_t u = 0; status == EFFACE_PASS && u < units->n; u++)
        for (size_t i = 0; i < units->unit[u].n; i++)
            known += identify(&inputs[known], units->unit[u].item[i].in) ? 1 : 0;
    if (known > 0)
        qsort(inputs, known, sizeof *inputs, by_identity);
    for (size_t k = 0; status == EFFACE_PASS && known > 0 && k < n; k++)
        if (identify(&id, claims[k].path) && bsearch(&id, inputs, known, sizeof id, by_identity) != NULL)
            status = refuse(claims[k].item, "the output is an input", claims[k].path, err);
    free(inputs);
    return status;
}

efface_status ef_units_check(ef_units *units, efface_error *err)
{
    const size_t most = 2 * ef_units_items(units);
    claim *claims = calloc(most + 1, sizeof *claims);
    efface_status status = claims != NULL ? EFFACE_PASS : ef_fail_memory(err, most * sizeof *claims);
    size_t n = 0;
    for (size_t u = 0; status == EFFACE_PASS && u < units->n; u++)
        for (size_t i = 0; i < units->unit[u].n; i++) {
            ef_item *item = &units->unit[u].item[i];
            claims[n++] = (claim){item->out, item};
            claims[n++] = (claim){item->record, item};
        }
    if (n > 0)
        qsort(claims, n, sizeof *claims, by_path);
    for (size_t k = 0; status == EFFACE_PASS && k < n; k++) {
        const bool twice = (k > 0 && strcmp(claims[k].path, claims[k - 1].path) == 0) ||
                           (k + 1 < n && strcmp(claims[k].path, claims[k + 1].path) == 0);
        if (twice)
            status = refuse(claims[k].item, "another image of the data set has the same output",
                            claims[k].path, err);
    }
    if (status == EFFACE_PASS)
        status = check_inputs(units, claims, n, err);
    free(claims);
    return status;
}

/* --- shards --- */

static unsigned long shard_of(const char *name, int shards)
{
    char hex[65], head[17];
    ef_sha256 sha;
    ef_sha256_start(&sha);
    ef_sha256_add(&sha, name, strlen(name));
    ef_sha256_end(hex, &sha);
    memcpy(head, hex, 16);
    head[16] = '\0';
    return (unsigned long)(strtoull(head, NULL, 16) % (unsigned long long)shards);
}

static void unit_release(ef_unit *unit)
{
    for (size_t i = 0; i < unit->n; i++)
        item_release(&unit->item[i]);
    free(unit->item);
    free(unit->name);
    *unit = (ef_unit){0};
}

void ef_units_shard(ef_units *units, int shard, int shards)
{
    size_t kept = 0;
    for (size_t u = 0; u < units->n; u++) {
        ef_unit *unit = &units->unit[u];
        if (shard_of(unit->name, shards) == (unsigned long)(shard - 1))
            units->unit[kept++] = *unit;
        else
            unit_release(unit);
    }
    units->n = kept;
}

size_t ef_units_items(const ef_units *units)
{
    size_t n = 0;
    for (size_t u = 0; u < units->n; u++)
        n += units->unit[u].n;
    return n;
}

void ef_units_release(ef_units *units)
{
    for (size_t u = 0; u < units->n; u++)
        unit_release(&units->unit[u]);
    free(units->unit);
    *units = (ef_units){0};
}
