/* Tables that grow, and sets of names. */
#ifndef EF_GROW_H
#define EF_GROW_H

#include <stdbool.h>
#include <stddef.h>

/* Makes room for one more element.
 * array  address of the pointer to the elements, which may move; a NULL pointer for none
 * n      elements in use
 * room   in and out: elements that there is room for
 * size   of an element
 * Returns false where memory is short; nothing changes then. */
bool ef_grow(void *array, size_t n, size_t *room, size_t size);

/* Names that were seen, in a hash table. Zero is empty. */
typedef struct ef_names {
    char **name; /* owned; NULL where the table is free */
    size_t n, room;
} ef_names;

bool ef_names_has(const ef_names *names, const char *name);

/* Adds a copy of a name; one that is there already is not added again. Returns false where memory is short. */
bool ef_names_add(ef_names *names, const char *name);

/* Idempotent. */
void ef_names_release(ef_names *names);

#endif
