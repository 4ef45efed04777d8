/* SHA-256 for the record of what was read. Not for secrets: nothing here is wiped. */
#include "checksum.h"

#include <assert.h>
#include <nettle/sha2.h>

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
