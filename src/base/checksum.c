/* SHA-256 for the record of what was read; with a key, for what replaces identifiers. */
#include "base/checksum.h"

#include <assert.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <string.h>

static_assert(sizeof(struct sha256_ctx) <= sizeof(ef_sha256), "room for nettle's context");

void ef_sha256_start(ef_sha256 *sha)
{
    sha256_init((struct sha256_ctx *)(void *)sha->state);
}

void ef_sha256_add(ef_sha256 *sha, const void *bytes, size_t n)
{
    sha256_update((struct sha256_ctx *)(void *)sha->state, n, bytes);
}

void ef_sha256_end(char hex[65], ef_sha256 *sha)
{
    static const char digit[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest((struct sha256_ctx *)(void *)sha->state, sizeof digest, digest);
    for (int i = 0; i < SHA256_DIGEST_SIZE; i++) {
        hex[2 * i] = digit[digest[i] >> 4];
        hex[2 * i + 1] = digit[digest[i] & 15];
    }
    hex[64] = '\0';
}

void ef_hmac(uint8_t mac[32], const uint8_t key[EF_KEY_BYTES], const char *purpose, const void *bytes,
             size_t n)
{
    struct hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, EF_KEY_BYTES, key);
    hmac_sha256_update(&context, strlen(purpose) + 1, (const uint8_t *)purpose);
    hmac_sha256_update(&context, n, bytes);
    hmac_sha256_digest(&context, SHA256_DIGEST_SIZE, mac);
}
