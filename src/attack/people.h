/* People: whom the attack is tried on. Phantoms that are made when they are needed, or files. */
#ifndef EF_ATTACK_PEOPLE_H
#define EF_ATTACK_PEOPLE_H

#include "attack/learn.h"
#include "phantom/phantom.h"

/* One row of a list of files. */
typedef struct ef_person {
    const char *name, *original, *probe; /* point into the list's text */
    bool learn;                          /* learned from; not attacked */
} ef_person;

typedef struct ef_people {
    int64_t n[2];      /* learned from, attacked */
    char *text;        /* owned: the list; NULL: phantoms */
    ef_person *person; /* owned: those learned from first, then those attacked; NULL: phantoms */
    bool phantom[2];   /* whether these are phantoms */
    uint64_t seed;
    bool own_heads;                     /* each a cranium and neck of its own; else all the same */
    ef_phantom_options original, probe; /* how phantoms are scanned; seed and scan are drawn */
    double ghost_percent;         /* of the probe: a copy half a field of view away along the second axis */
    const efface_options *deface; /* how phantoms' probes are defaced; NULL: they are not */
} ef_people;

/* Reads a list of files: tab-separated, a first line of names of which `person`, `original` and `probe`
 * must be there; in a column `use`, `learn` marks those who are only learned from. Paths are relative to
 * the working directory. people  text, person and n are set, phantom[1] is cleared and, where at least
 * EF_LEARN_LEAST people are to be learned from, phantom[0]; release with ef_people_release, also after a
 * failure Errors: EFFACE_INPUT with the line; EFFACE_INTERNAL. */
efface_status ef_people_read(ef_people *people, const char *path, efface_error *err);

enum { EF_LEARN_LEAST = 20 };

void ef_people_release(ef_people *people);

/* One scan of one person; image out, the caller releases it; i counts within the group. A phantom's probe
 * comes defaced where that is asked for: an error other than EFFACE_INTERNAL then says that it was refused.
 */
efface_status ef_people_scan(ef_image *image, const ef_people *people, ef_group group, int64_t i,
                             int threads, efface_error *err);

/* Adds a faint copy of a 16-bit image, half a field of view away along its second axis. EFFACE_INTERNAL. */
efface_status ef_ghost_add(ef_image *image, double percent, efface_error *err);

#endif
