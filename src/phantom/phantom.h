/* A head with known truth, made from a few parameters and a seed: the image as a scanner would see it, and
 * on the same grid what every voxel is. It is the truth of the tests and of the benchmark. */
#ifndef EF_PHANTOM_H
#define EF_PHANTOM_H

#include <stdint.h>

#include "base/grid.h"
#include "base/image.h"
#include "efface.h"
#include "phantom/options.h"
#include "phantom/shape.h"
#include "phantom/tissue.h"

typedef struct ef_phantom {
    ef_image image;
    uint8_t *tissue, *brain, *part; /* owned; on the image's grid; brain is 0 or 1 */
    ef_identity identity;
    double landmark_mm[EF_N_LANDMARKS][3]; /* world */
    ef_affine world_from_head;
    double white; /* noise-free signal of white matter, as stored */
    double sigma; /* of each noise channel, as stored */
} ef_phantom;

/* Makes the phantom. The same options give the same bytes at any thread count. Phantoms that differ only in
 * their orientation have exactly the same voxels, permuted.
 * out      out: release with ef_phantom_release; nothing to release on failure
 * options  the options
 * threads  at least 1
 * Errors: EFFACE_USAGE for options out of range or a grid above 2^31 voxels; EFFACE_INTERNAL. */
efface_status ef_phantom_make(ef_phantom *out, const ef_phantom_options *options, int threads,
                              efface_error *err) __attribute__((warn_unused_result));

/* Frees what the phantom owns and zeroes it; a zeroed phantom may be released again. */
void ef_phantom_release(ef_phantom *phantom);

#endif
