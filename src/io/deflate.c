/* Raw deflate through ISA-L, libdeflate or zlib, whichever is there. No frames, no files. */
#include "io/deflate.h"

#include <stdlib.h>
#include <zlib.h>
#ifdef EFFACE_HAVE_ISAL
#include <isa-l.h>
#endif
#ifdef EFFACE_HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

enum { FEED = 1 << 30 /* the libraries count in 32 bits */ };

bool ef_gz_has(ef_gz_backend backend)
{
    switch (backend) {
    case EF_GZ_ISAL:
#ifdef EFFACE_HAVE_ISAL
        return true;
#else
        return false;
#endif
    case EF_GZ_LIBDEFLATE:
#ifdef EFFACE_HAVE_LIBDEFLATE
        return true;
#else
        return false;
#endif
    default:
        return true;
    }
}

ef_gz_backend ef_deflate_streaming(ef_gz_backend backend)
{
    const bool isal = backend == EF_GZ_BEST || backend == EF_GZ_ISAL;
    return isal && ef_gz_has(EF_GZ_ISAL) ? EF_GZ_ISAL : EF_GZ_ZLIB;
}

uint32_t ef_crc32(uint32_t crc, const uint8_t *bytes, size_t n)
{
#ifdef EFFACE_HAVE_ISAL
    return crc32_gzip_refl(crc, bytes, n);
#elif defined(EFFACE_HAVE_LIBDEFLATE)
    return libdeflate_crc32(crc, bytes, n);
#else
    return (uint32_t)crc32_z(crc, bytes, n);
#endif
}

uint32_t ef_crc32_join(uint32_t first, uint32_t second, size_t n)
{
    return (uint32_t)crc32_combine(first, second, (z_off_t)n);
}

/* ---- inflating ---- */

struct ef_inflater {
    ef_gz_backend backend;
    const uint8_t *in; /* what the library has not received yet */
    size_t n_in;
    z_stream z;
#ifdef EFFACE_HAVE_ISAL
    struct inflate_state isal;
#endif
};

ef_inflater *ef_inflater_new(ef_gz_backend backend)
{
    ef_inflater *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->backend = backend;
    if (backend == EF_GZ_ZLIB && inflateInit2(&s->z, -15) != Z_OK) {
        free(s);
        return NULL;
    }
    return s;
}

void ef_inflater_free(ef_inflater *s)
{
    if (s != NULL && s->backend == EF_GZ_ZLIB)
        inflateEnd(&s->z);
    free(s);
}

void ef_inflater_start(ef_inflater *s, const uint8_t *in, size_t n_in)
{
    s->in = in;
    s->n_in = n_in;
#ifdef EFFACE_HAVE_ISAL
    if (s->backend == EF_GZ_ISAL) {
        isal_inflate_init(&s->isal);
        return;
    }
#endif
    inflateReset(&s->z);
    s->z.avail_in = 0;
}

void ef_inflater_feed(ef_inflater *s, const uint8_t *in, size_t n_in)
{
    s->in = in;
    s->n_in = n_in;
}

size_t ef_inflater_left(const ef_inflater *s)
{
#ifdef EFFACE_HAVE_ISAL
    if (s->backend == EF_GZ_ISAL) /* whole bytes may wait in its bit buffer */
        return s->n_in + s->isal.avail_in + (size_t)s->isal.read_in_length / 8;
#endif
    return s->n_in + s->z.avail_in;
}

/* Gives input to a library that has used up its own. The libraries only read it, though their types don't
 * say so. */
static uint32_t feed(ef_inflater *s, uint8_t **next)
{
    size_t n = s->n_in < FEED ? s->n_in : FEED;
    *next = (uint8_t *)(uintptr_t)s->in;
    s->in += n;
    s->n_in -= n;
    return (uint32_t)n;
}

#ifdef EFFACE_HAVE_ISAL
static ef_step inflate_isal(ef_inflater *s, uint8_t *out, size_t n_out, size_t *made)
{
    struct inflate_state *state = &s->isal;
    while (*made < n_out) {
        if (state->avail_in == 0)
            state->avail_in = feed(s, &state->next_in);
        size_t room = n_out - *made < FEED ? n_out - *made : FEED;
        state->next_out = out + *made;
        state->avail_out = (uint32_t)room;
        int result = isal_inflate(state);
        size_t got = room - state->avail_out;
        *made += got;
        if (result < 0 || result == ISAL_NEED_DICT)
            return EF_STEP_BAD;
        if (state->block_state == ISAL_BLOCK_FINISH)
            return EF_STEP_END;
        if (got == 0 && state->avail_in == 0 && s->n_in == 0)
            return EF_STEP_TRUNCATED;
    }
    return EF_STEP_FULL;
}
#endif

static ef_step inflate_zlib(ef_inflater *s, uint8_t *out, size_t n_out, size_t *made)
{
    while (*made < n_out) {
        if (s->z.avail_in == 0)
            s->z.avail_in = feed(s, &s->z.next_in);
        size_t room = n_out - *made < FEED ? n_out - *made : FEED;
        s->z.next_out = out + *made;
        s->z.avail_out = (uInt)room;
        int result = inflate(&s->z, Z_NO_FLUSH);
        *made += room - s->z.avail_out;
        if (result == Z_STREAM_END)
            return EF_STEP_END;
        if (result == Z_BUF_ERROR && s->z.avail_in == 0 && s->n_in == 0)
            return EF_STEP_TRUNCATED;
        if (result != Z_OK)
            return EF_STEP_BAD;
    }
    return EF_STEP_FULL;
}

ef_step ef_inflate_some(ef_inflater *s, uint8_t *out, size_t n_out, size_t *made)
{
    *made = 0;
#ifdef EFFACE_HAVE_ISAL
    if (s->backend == EF_GZ_ISAL)
        return inflate_isal(s, out, n_out, made);
#endif
    return inflate_zlib(s, out, n_out, made);
}

bool ef_inflate_whole(uint8_t *out, size_t n, size_t *used, const uint8_t *in, size_t n_in)
{
#ifdef EFFACE_HAVE_LIBDEFLATE
    size_t made;
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    if (d == NULL)
        return false;
    enum libdeflate_result result = libdeflate_deflate_decompress_ex(d, in, n_in, out, n, used, &made);
    libdeflate_free_decompressor(d);
    return result == LIBDEFLATE_SUCCESS && made == n;
#else
    (void)out, (void)n, (void)used, (void)in, (void)n_in;
    return false;
#endif
}

/* ---- deflating ---- */

#ifdef EFFACE_HAVE_ISAL
enum { LEVEL_ROOM = ISAL_DEF_LVL3_LARGE > ISAL_DEF_LVL2_LARGE ? ISAL_DEF_LVL3_LARGE : ISAL_DEF_LVL2_LARGE };
#endif

struct ef_deflater {
    ef_gz_backend backend;
    int level;
    z_stream z;
#ifdef EFFACE_HAVE_ISAL
    struct isal_zstream isal;
    uint8_t level_room[LEVEL_ROOM];
#endif
};

/* The level for a backend: its default for 0, at most what it has. */
static int clamp_level(int level, int usual, int most)
{
    return level <= 0 ? usual : level > most ? most : level;
}

ef_deflater *ef_deflater_new(ef_gz_backend backend, int level)
{
    ef_deflater *d = calloc(1, sizeof *d);
    if (d == NULL)
        return NULL;
    d->backend = backend;
    d->level = backend == EF_GZ_ISAL ? clamp_level(level, 2, 3) : clamp_level(level, 1, 9);
    if (backend == EF_GZ_ZLIB &&
        deflateInit2(&d->z, d->level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(d);
        return NULL;
    }
    return d;
}

void ef_deflater_free(ef_deflater *d)
{
    if (d != NULL && d->backend == EF_GZ_ZLIB)
        deflateEnd(&d->z);
    free(d);
}

#ifdef EFFACE_HAVE_ISAL
static size_t deflate_isal(ef_deflater *d, uint8_t *out, const uint8_t *in, size_t n, bool last)
{
    struct isal_zstream *s = &d->isal;
    isal_deflate_init(s);
    s->level = (uint32_t)d->level;
    s->level_buf = d->level_room;
    s->level_buf_size = LEVEL_ROOM;
    s->end_of_stream = last;
    s->flush = last ? NO_FLUSH : FULL_FLUSH;
    s->next_in = (uint8_t *)(uintptr_t)in;
    s->avail_in = (uint32_t)n;
    s->next_out = out;
    s->avail_out = EF_DEFLATE_BOUND;
    int result = isal_deflate(s);
    return result == COMP_OK && s->avail_in == 0 && s->avail_out > 0 ? EF_DEFLATE_BOUND - s->avail_out : 0;
}
#endif

size_t ef_deflate_block(ef_deflater *d, uint8_t *out, const uint8_t *in, size_t n, bool last)
{
#ifdef EFFACE_HAVE_ISAL
    if (d->backend == EF_GZ_ISAL)
        return deflate_isal(d, out, in, n, last);
#endif
    deflateReset(&d->z);
    d->z.next_in = (Bytef *)(uintptr_t)in;
    d->z.avail_in = (uInt)n;
    d->z.next_out = out;
    d->z.avail_out = EF_DEFLATE_BOUND;
    int result = deflate(&d->z, last ? Z_FINISH : Z_FULL_FLUSH);
    bool whole = result == (last ? Z_STREAM_END : Z_OK) && d->z.avail_in == 0 && d->z.avail_out > 0;
    return whole ? EF_DEFLATE_BOUND - d->z.avail_out : 0;
}
