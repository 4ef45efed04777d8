/* The compiled-in tables of de-identification: the bytes of the files of those names in data/, put into C
 * by cmake/embed.cmake. What their columns mean is said at the top of each. */
#ifndef EF_DEIDENTIFY_DATA_H
#define EF_DEIDENTIFY_DATA_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t ef_deidentify_data[];
extern const size_t ef_deidentify_data_size;
extern const uint8_t ef_deidentify_own_data[];
extern const size_t ef_deidentify_own_data_size;
extern const uint8_t ef_safe_private_data[];
extern const size_t ef_safe_private_data_size;
extern const uint8_t ef_safe_words_data[];
extern const size_t ef_safe_words_data_size;
extern const uint8_t ef_sidecar_data[];
extern const size_t ef_sidecar_data_size;

#endif
