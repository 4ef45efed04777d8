/* People: the subjects of an attack, either phantoms that are made when they are needed, or files. */
#ifndef EF_ATTACK_PEOPLE_H
#define EF_ATTACK_PEOPLE_H

#include "attack/learn.h"
#include "phantom/phantom.h"

/* One row of a list of files. */
typedef struct ef_person {
    const char *name, *original, *probe; /* point into the list's text */
    bool learn;                          /* only learned from */
} ef_person;

typedef struct ef_people {
    int64_t n[2];      /* to learn from, to recognise */
    char *text;        /* owned: the list; NULL: phantoms */
    ef_person *person; /* owned: first those to learn from, then those to recognise; NULL: phantoms */
    bool phantom[2];   /* whether these are phantoms */
    uint64_t seed;
    bool own_heads; /* each phantom has its own cranium and neck; else all have the same */
    ef_phantom_options original, probe; /* how phantoms are scanned; seed and scan are drawn */
    double ghost_percent;         /* of the probe: a copy half a field of view away along the second axis */
    const efface_options *deface; /* how phantoms' probes are defaced; NULL: not at all */
} ef_people;

/* Reads a list of files: tab-separated, with the names of the columns in the first line. `person`,
 * `original` and `probe` are required. In a column `use`, `learn` marks people who are only learned from.
 * Paths are relative to the working directory.
 * people  out: text, person and n are set, and phantom[1] is cleared. phantom[0] is cleared where the list
 *         has at least EF_LEARN_LEAST people to learn from. Release with ef_people_release, also after a
 *         failure
 * path    of the list
 * Errors: EFFACE_INPUT, with the number of the line; EFFACE_INTERNAL. */
efface_status ef_people_read(ef_people *people, const char *path, efface_error *err);

enum { EF_LEARN_LEAST = 20 };

void ef_people_release(ef_people *people);

/* Makes or reads one scan of one person. A phantom's probe is defaced where people->deface is set: any
 * error but EFFACE_INTERNAL then means that the defacer refused it.
 * image    out; the caller releases it
 * people   the people
 * group    which group of scans
 * i        person, counted within the group
 * threads  at least 1
 * Errors: those of ef_read, ef_phantom_make and ef_deface_image; EFFACE_INTERNAL. */
efface_status ef_people_scan(ef_image *image, const ef_people *people, ef_group group, int64_t i,
                             int threads, efface_error *err);

/* Adds a faint copy of the image to itself, half a field of view away along its second axis.
 * image    in and out; 16-bit
 * percent  strength of the copy
 * Errors: EFFACE_INTERNAL. */
efface_status ef_ghost_add(ef_image *image, double percent, efface_error *err);

#endif
