/* The phantom's head: all organs of a person, painted in order into voxels. */
#ifndef EF_PHANTOM_ANATOMY_H
#define EF_PHANTOM_ANATOMY_H

#include <stdint.h>

#include "base/grid.h"
#include "phantom/probe.h"

/* Where painted voxels go: arrays of n, x fastest, all zero before the first block. */
typedef struct ef_plate {
    int64_t n[3];
    ef_affine head_from_voxel; /* to H, mm */
    double soft_mm;            /* width over which a boundary's voxels mix both sides: about one voxel */
    float signal[EF_TISSUE_COUNT]; /* of pure tissue */
    float *image;
    uint8_t *tissue, *brain, *part; /* ef_tissue; 0 or 1; ef_part */
} ef_plate;

/* Prepares a person's organs.
 * a         out; nothing to release
 * identity  the person
 * neck_mm   length of the neck below the chin */
void ef_anatomy_init(ef_anatomy *a, const ef_identity *identity, double neck_mm);

/* Paints the voxels lo <= ijk < hi into the plate; fastest for cubes of 8.
 * plate  in: its grid and signals; out: the voxels of its arrays */
void ef_anatomy_paint(const ef_anatomy *a, const ef_plate *plate, const int64_t lo[3], const int64_t hi[3]);

#endif
