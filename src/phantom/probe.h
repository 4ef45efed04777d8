/* One point of the phantom's head under examination, and the organs that are asked about it.
 *
 * Several organs need the same distances (to the skin, to the cavity, ...). Each such distance is a field.
 * The files that know a field register its function in the table of the anatomy, so that they need not
 * know each other. */
#ifndef EF_PHANTOM_PROBE_H
#define EF_PHANTOM_PROBE_H

#include <stdbool.h>

#include "phantom/shape.h"
#include "phantom/tissue.h"
#include "phantom/wave.h"

typedef enum ef_field {
    EF_FIELD_SKIN,
    EF_FIELD_HEAD,
    EF_FIELD_AURICLE,
    EF_FIELD_CAVITY,
    EF_FIELD_ORBIT,
    EF_FIELD_CEREBRUM,
    EF_FIELD_PIAL,
    EF_FIELD_CEREBELLUM,
    EF_N_FIELDS
} ef_field;

typedef struct ef_anatomy ef_anatomy;

/* A point, with the fields that have been computed for it so far. */
typedef struct ef_probe {
    v3 p, f;       /* T mm, and the same point folded to the right side */
    unsigned have; /* bit i: field[i] is computed; 0 for a new point */
    float field[EF_N_FIELDS];
} ef_probe;

/* Signed distance of an organ or field at the probe, negative inside; T mm. */
typedef float ef_distance_fn(const ef_anatomy *a, ef_probe *q);

/* A person's organs. */
struct ef_anatomy {
    ef_shape shape;
    ef_wave sulci, fascia, cells;
    float atrophy; /* 0 none, 1 that of great age: 2 mm less of brain, 3 mm more of ventricle */
    ef_distance_fn *field[EF_N_FIELDS];
};

/* An organ: one row of a table. Tables are painted row after row, each over the last. */
typedef struct ef_layer {
    ef_tissue tissue;
    bool brain;         /* whether it belongs to the brain */
    ef_distance_fn *fn; /* NULL ends a table */
    /* A solid that holds the organ, of slope at most EF_SHAPE_SLOPE, so that it can decide about whole
     * blocks. It is fn itself where fn is such a solid, and NULL where only the box decides. */
    ef_distance_fn *within;
    v3 lo, hi; /* T box outside of which the organ has nothing */
} ef_layer;

/* Value of a field at the probe; computed at most once per probe. */
float ef_probe_field(const ef_anatomy *a, ef_probe *q, ef_field field);

#endif
