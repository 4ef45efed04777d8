/* The label atlas: which tissue a head has at which place. Atlas space is space 4 of grid.h: RAS mm, with
 * the origin near the anterior commissure. data/make_atlas.c computes the atlas; data/README.md lists its
 * sources. */
#ifndef EF_ATLAS_H
#define EF_ATLAS_H

#include <stddef.h>

#include "base/grid.h"
#include "efface.h"

/* Tissue classes of ef_atlas.label. */
enum {
    EF_AIR,    /* around the head */
    EF_SCALP,  /* the outermost millimetres: skin and the fat under it */
    EF_BONE,   /* skull, sinuses, and everything else that is dark between scalp and brain */
    EF_MUSCLE, /* soft tissue of middle signal outside the skull */
    EF_FAT,    /* soft tissue and marrow of high T1 signal */
    EF_CSF,
    EF_GREY,
    EF_WHITE,
    EF_EYE, /* the globes */
    EF_N_TISSUES,
    EF_UNKNOWN = 255 /* outside all source scans' fields of view */
};

typedef struct ef_atlas {
    ef_grid grid;   /* n and atlas_from_cell (space 4 from 5); isotropic */
    uint8_t *label; /* owned, tissue class */
    uint8_t *brain; /* owned, probability of brain, 0 to 255 */
    float *skin_mm; /* owned, mean signed distance to the skin, negative inside; NaN where unknown */
    float *cut_mm;  /* owned, signed distance to the cut's surface. It is negative in what `remove` removes:
                     * face, ears and the air around them. All behind the surface is kept */
    uint8_t *part;  /* owned, 1 + bit number of the EFFACE_PART_ that the cell is nearest to */
} ef_atlas;

/* Loads the atlas that is compiled into the library.
 * atlas  out; release with ef_atlas_release
 * Errors: EFFACE_INTERNAL. */
efface_status ef_atlas_load(ef_atlas *atlas, efface_error *err);

/* Packs an atlas as bytes. Distances are kept to 0.5 mm and within +-63 mm.
 * bytes    out, owned by the caller (free)
 * n_bytes  out
 * atlas    in
 * Errors: EFFACE_INTERNAL. */
efface_status ef_atlas_pack(uint8_t **bytes, size_t *n_bytes, const ef_atlas *atlas, efface_error *err);

/* Unpacks an atlas that ef_atlas_pack packed.
 * atlas    out; release with ef_atlas_release
 * bytes    in: [n_bytes]
 * Errors: EFFACE_INTERNAL, also where the bytes are no atlas. */
efface_status ef_atlas_unpack(ef_atlas *atlas, const uint8_t *bytes, size_t n_bytes, efface_error *err);

/* Allocates the fields of an atlas. Labels become EF_UNKNOWN, brain 0, distances NaN, part 0.
 * atlas  in: grid; out: the fields
 * Errors: EFFACE_INTERNAL. */
efface_status ef_atlas_allocate(ef_atlas *atlas, efface_error *err);

/* Composes the map to the atlas' cells (space 5) from a space that the atlas' mm are mapped to.
 * cell_from_space   out
 * atlas             in
 * space_from_atlas  in
 * Returns false where that map is singular. */
bool ef_atlas_cells(ef_affine *cell_from_space, const ef_atlas *atlas, const ef_affine *space_from_atlas);

void ef_atlas_release(ef_atlas *atlas);

#endif
