/* SHA-256 of bytes in memory, with a key (HMAC) or without, through nettle. */
#ifndef EF_CHECKSUM_H
#define EF_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A running SHA-256: room for nettle's context, whose size is checked where it is used. */
typedef struct ef_sha256 {
    uint64_t state[24];
} ef_sha256;

void ef_sha256_start(ef_sha256 *sha);
void ef_sha256_add(ef_sha256 *sha, const void *bytes, size_t n);

/* Ends the hash: hex gets lower-case hexadecimal digits and NUL. sha has to be started again before another
 * use. */
void ef_sha256_end(char hex[65], ef_sha256 *sha);

enum { EF_KEY_BYTES = 32 };

/* HMAC-SHA-256 (RFC 2104) of the purpose, a NUL, and n bytes. Nobody can compute it without the key.
 * mac      out
 * key      the secret
 * purpose  a C string that keeps uses of one key apart
 * bytes    n bytes */
void ef_hmac(uint8_t mac[32], const uint8_t key[EF_KEY_BYTES], const char *purpose, const void *bytes,
             size_t n);

#ifdef __cplusplus
}
#endif
#endif
