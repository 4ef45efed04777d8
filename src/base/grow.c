/* Doubling, and open addressing: half of a table of names at most is in use. */
#include "base/grow.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 16 };

bool ef_grow(void *array, size_t n, size_t *room, size_t size)
{
    void *at, *more;
    if (n < *room)
        return true;
    const size_t wanted = 2 * n + LEAST;
    if (wanted > SIZE_MAX / size)
        return false;
    memcpy(&at, array, sizeof at); /* the pointer's own type is the caller's */
    more = realloc(at, wanted * size);
    if (more == NULL)
        return false;
    memcpy(array, &more, sizeof more);
    *room = wanted;
    return true;
}

/* FNV-1a with 64 bits (Fowler, Noll and Vo). */
static uint64_t hash(const char *name)
{
    uint64_t h = 14695981039346656037u;
    for (; *name != '\0'; name++)
        h = (h ^ (unsigned char)*name) * 1099511628211u;
    return h;
}

/* Where a name is, or would be. room: a power of two with free places. */
static size_t place_of(char *const *table, size_t room, const char *name)
{
    size_t at = (size_t)hash(name) & (room - 1);
    while (table[at] != NULL && strcmp(table[at], name) != 0)
        at = (at + 1) & (room - 1);
    return at;
}

bool ef_names_has(const ef_names *names, const char *name)
{
    return names->room > 0 && names->name[place_of(names->name, names->room, name)] != NULL;
}

static bool double_table(ef_names *names)
{
    const size_t room = names->room > 0 ? 2 * names->room : LEAST;
    char **table = calloc(room, sizeof *table);
    if (table == NULL)
        return false;
    for (size_t k = 0; k < names->room; k++)
        if (names->name[k] != NULL)
            table[place_of(table, room, names->name[k])] = names->name[k];
    free(names->name);
    names->name = table;
    names->room = room;
    return true;
}

bool ef_names_add(ef_names *names, const char *name)
{
    if (2 * names->n >= names->room && !double_table(names))
        return false;
    char **place = &names->name[place_of(names->name, names->room, name)];
    if (*place != NULL)
        return true;
    *place = strdup(name);
    names->n += *place != NULL ? 1 : 0;
    return *place != NULL;
}

void ef_names_release(ef_names *names)
{
    for (size_t k = 0; k < names->room; k++)
        free(names->name[k]);
    free(names->name);
    *names = (ef_names){0};
}
