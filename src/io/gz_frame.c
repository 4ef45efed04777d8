/* The frame of gzip members is read here, so that every library is held to the same rules: the libraries
 * see raw deflate only. */
#include "io/gz_frame.h"

#include <string.h>

#include "base/error.h"

bool ef_gz_is(const uint8_t *bytes, size_t n)
{
    return n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

uint32_t ef_gz_little_32(const uint8_t *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

ef_step ef_gz_frame(const uint8_t *gz, size_t n, size_t *length)
{
    enum { HCRC = 2, EXTRA = 4, NAME = 8, COMMENT = 16, RESERVED = 0xe0 };
    size_t at = EF_GZ_HEADER;
    if (n < EF_GZ_HEADER)
        return EF_STEP_TRUNCATED;
    if (!ef_gz_is(gz, n) || gz[2] != 8 || (gz[3] & RESERVED) != 0)
        return EF_STEP_BAD;
    if (gz[3] & EXTRA) {
        if (n - at < 2)
            return EF_STEP_TRUNCATED;
        at += 2 + (size_t)(gz[at] | gz[at + 1] << 8);
    }
    for (int field = NAME; field <= COMMENT; field *= 2) {
        if (!(gz[3] & field))
            continue;
        const uint8_t *end = at < n ? memchr(gz + at, 0, n - at) : NULL;
        if (end == NULL)
            return EF_STEP_TRUNCATED;
        at = (size_t)(end - gz) + 1;
    }
    if (gz[3] & HCRC) {
        if (at > n || n - at < 2)
            return EF_STEP_TRUNCATED;
        if ((ef_crc32(0, gz, at) & 0xffff) != (uint32_t)(gz[at] | gz[at + 1] << 8))
            return EF_STEP_BAD;
        at += 2;
    }
    *length = at;
    return at > n ? EF_STEP_TRUNCATED : EF_STEP_FULL;
}

efface_status ef_gz_damaged(ef_step what, const char *name, efface_error *err)
{
    if (what == EF_STEP_TRUNCATED)
        return ef_fail(err, EFFACE_INPUT, "gzip data end too early in '%s'", name);
    return ef_fail(err, EFFACE_INPUT, "gzip data are damaged in '%s'", name);
}

efface_status ef_gz_check_trailer(const uint8_t *trailer, uint32_t crc, size_t n_plain, const char *name,
                                  efface_error *err)
{
    if (ef_gz_little_32(trailer) != crc)
        return ef_fail(err, EFFACE_INPUT, "gzip checksum in '%s' is %08x, the data have %08x", name,
                       (unsigned)ef_gz_little_32(trailer), (unsigned)crc);
    if (ef_gz_little_32(trailer + 4) != (uint32_t)(n_plain & UINT32_MAX))
        return ef_fail(err, EFFACE_INPUT, "gzip length in '%s' is %u, the data have %zu", name,
                       (unsigned)ef_gz_little_32(trailer + 4), n_plain);
    return EFFACE_PASS;
}
