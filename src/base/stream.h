/* Streams: which random numbers of a run's seed belong to what. A counter-based generator (kernels/rng.h)
 * gives a number for every (seed, counter); two uses that share counters would share their chance. Every use
 * of a run's seed has its place here. */
#ifndef EF_STREAM_H
#define EF_STREAM_H

#include <stdint.h>

#include "kernels/rng.h"

/* First counters of what is drawn from the run's own seed. */
enum {
    EF_STREAM_JITTER = 64,  /* 9 numbers: the cut's pose (region.c) */
    EF_STREAM_WALL = 80,    /* 3 numbers: the slope of the wall's cover (wall.c) */
    EF_STREAM_FIELD = 4096, /* from 1000 below it: the knots of the random field (region.c) */
};

/* Seeds of draws that are the same in every run, whatever its seed: which cells stand for a scan. */
enum {
    EF_SEED_MODEL_CELL = 1,     /* cells of the atlas (fit.c) */
    EF_SEED_MODEL_PLACE = 2,    /* and two more: places within these cells (fit.c) */
    EF_SEED_AIR_SAMPLE = 77,    /* voxels of air (background.c) */
    EF_SEED_GRAIN_SAMPLE = 78,  /* voxels of kept tissue (background.c) */
    EF_SEED_SESSION_LEVEL = 91, /* cells whose ranks make classes (carry.c) */
    EF_SEED_SESSION_POINT = 92, /* cells that are registered (carry.c) */
    EF_SEED_LABEL_SAMPLE = 93,  /* neighbours that may have one label (labels.c) */
};

/* Seeds that are derived from the run's own, each for a generator of its own. */
static inline uint64_t ef_stream_air(uint64_t seed) /* of what is emptied, beside the mask */
{
    return ek_mix64(seed + 2);
}

static inline uint64_t ef_stream_redraw(uint64_t seed) /* of the next face, where one is drawn anew */
{
    return ek_mix64(seed + 1);
}

static inline uint64_t ef_stream_proportions(uint64_t seed) /* of a new face */
{
    return ek_mix64(~seed);
}

static inline uint64_t ef_stream_volume(uint64_t seed, uint64_t number) /* of one volume's noise */
{
    return ek_hash64(seed, number);
}

static inline uint64_t ef_stream_next_octave(uint64_t seed) /* of a new face's variation */
{
    return ek_mix64(seed);
}

#endif
