/* SHA-256 of bytes in memory, through nettle. */
#ifndef EF_CHECKSUM_H
#define EF_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* A running SHA-256: room for nettle's context, whose size is checked where it is used. */
typedef struct ef_sha256 {
    uint64_t state[24];
} ef_sha256;

void ef_sha256_start(ef_sha256 *sha);
void ef_sha256_add(ef_sha256 *sha, const void *bytes, size_t n);

/* Lower-case hexadecimal digits and NUL; sha has to be started again before another use. */
void ef_sha256_end(char hex[65], ef_sha256 *sha);

#endif
