/* The phantom's organs, from the skin to the ventricles, painted in order into voxels. */
#ifndef EF_PHANTOM_ANATOMY_H
#define EF_PHANTOM_ANATOMY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/grid.h"
#include "phantom/phantom.h"
#include "phantom/shape.h"

/* A sum of plane waves of one length in random directions: its zero surfaces wind like sulci and fasciae
 * (M. V. Berry, "Regular and irregular semiclassical wavefunctions", 1977, for the statistics). */
enum { EF_WAVES = 7 };

typedef struct ef_wave {
    v3 k[EF_WAVES];        /* turns per mm */
    float phase[EF_WAVES]; /* turns */
    float per_mm;          /* root mean square slope */
} ef_wave;

typedef struct ef_anatomy {
    ef_shape shape;
    ef_wave sulci, fascia, cells;
    float atrophy; /* 0 none, 1 that of great age: 2 mm less of brain, 3 mm more of ventricle */
} ef_anatomy;

/* A point under examination, with what has been worked out about it so far. */
enum {
    EF_FIELD_SKIN,
    EF_FIELD_HEAD,
    EF_FIELD_AURICLE,
    EF_FIELD_CAVITY,
    EF_FIELD_ORBIT,
    EF_FIELD_CEREBRUM,
    EF_FIELD_PIAL,
    EF_FIELD_CEREBELLUM,
    EF_FIELD_MANDIBLE,
    EF_FIELD_SPINE,
    EF_N_FIELDS
};

typedef struct ef_probe {
    v3 p, f; /* T, and the same folded to the right */
    unsigned have;
    float field[EF_N_FIELDS];
} ef_probe;

/* Signed distance of an organ in T mm. */
typedef float ef_layer_fn(const ef_anatomy *a, ef_probe *q);

typedef struct ef_layer {
    ef_tissue tissue;
    bool brain;
    ef_layer_fn *fn;     /* NULL ends a table */
    ef_layer_fn *within; /* a solid that holds the organ, of slope at most EF_SHAPE_SLOPE, so that it may
                          * decide about whole blocks; fn itself where it is such a solid; NULL where only
                          * the box decides */
    v3 lo, hi;           /* T box outside of which the organ has nothing */
} ef_layer;

/* Tables, painted one after the other. */
extern const ef_layer ef_layers_face[], ef_layers_brain[];

/* Fields, worked out once per probe. */
float ef_probe_field(const ef_anatomy *a, ef_probe *q, int field);
float ef_probe_brain_field(const ef_anatomy *a, ef_probe *q, int field);

float ef_wave_at(const ef_wave *w, v3 p);

/* Prepares a person's organs. */
void ef_anatomy_init(ef_anatomy *a, const ef_identity *identity, double neck_mm);

/* Where painted voxels go: arrays of n, x fastest, all zero before the first block. */
typedef struct ef_plate {
    int64_t n[3];
    ef_affine head_from_voxel; /* to H, mm */
    double soft_mm;            /* width over which a boundary's voxels mix both sides: about one voxel */
    float signal[EF_TISSUE_COUNT]; /* of pure tissue */
    float *image;
    uint8_t *tissue, *brain, *part;
} ef_plate;

/* Fills voxels lo <= ijk < hi; fastest for cubes of 8. */
void ef_anatomy_paint(const ef_anatomy *a, const ef_plate *canvas, const int64_t lo[3],
                      const int64_t hi[3]);

#endif
