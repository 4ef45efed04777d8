/* The compiled-in atlas: the bytes of data/atlas.bin.gz, put into C by cmake/embed.cmake. */
#ifndef EF_ATLAS_DATA_H
#define EF_ATLAS_DATA_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t ef_atlas_data[];
extern const size_t ef_atlas_data_size;

#endif
