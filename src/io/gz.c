/* Whole gzip files in memory, and gzip files written in parallel blocks. What is written is inflated again
 * and compared. */
#include "io/gz.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "io/gz_frame.h"

enum {
    BLOCK = EF_GZ_BLOCK,
    BOUND = EF_DEFLATE_BOUND,
    PIECE = 1 << 18 /* inflated at a time, then checksummed while it is in the cache */
};

static const uint8_t frame_header[EF_GZ_HEADER] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};

size_t ef_gz_most(size_t n_gz)
{
    return n_gz > SIZE_MAX / 1032 ? SIZE_MAX : n_gz * 1032;
}

efface_status ef_gz_peek(uint8_t *out, size_t n, size_t *got, const ef_gz_bytes *source, efface_error *err)
{
    ef_inflater *s = ef_inflater_new(ef_deflate_streaming(EF_GZ_BEST));
    const uint8_t *gz = source->bytes;
    size_t n_gz = source->n;
    ef_step at = EF_STEP_END;
    *got = 0;
    if (s == NULL)
        return ef_fail_memory(err, PIECE);
    while (*got < n && at == EF_STEP_END && n_gz > 0 && gz[0] != 0) {
        size_t made, header = 0;
        at = ef_gz_frame(gz, n_gz, &header);
        if (at != EF_STEP_FULL)
            break;
        ef_inflater_start(s, gz + header, n_gz - header);
        at = ef_inflate_some(s, out + *got, n - *got, &made);
        *got += made;
        if (at == EF_STEP_END) {
            size_t left = ef_inflater_left(s), next = left < EF_GZ_TRAILER ? 0 : left - EF_GZ_TRAILER;
            gz += n_gz - next;
            n_gz = next;
        }
    }
    ef_inflater_free(s);
    return at == EF_STEP_TRUNCATED || at == EF_STEP_BAD ? ef_gz_damaged(at, source->name, err)
                                                        : EFFACE_PASS;
}

/* Receives inflated bytes: those from skip to skip + n go to out, the others are dropped. */
typedef struct sink {
    uint8_t *out, *scratch;
    size_t skip, n, total;
} sink;

static uint8_t *sink_room(const sink *to, size_t *room)
{
    if (to->total < to->skip || to->total >= to->skip + to->n) {
        *room = to->total < to->skip && to->skip - to->total < PIECE ? to->skip - to->total : PIECE;
        return to->scratch;
    }
    *room = to->skip + to->n - to->total < PIECE ? to->skip + to->n - to->total : PIECE;
    return to->out + (to->total - to->skip);
}

/* Inflates one member. length: out, the bytes of gz that it took. */
static efface_status inflate_member(sink *to, ef_inflater *s, const uint8_t *gz, size_t n_gz,
                                    size_t *length, const char *name, efface_error *err)
{
    size_t header = 0, member = 0;
    uint32_t crc = 0;
    ef_step at = ef_gz_frame(gz, n_gz, &header);
    if (at != EF_STEP_FULL)
        return ef_gz_damaged(at, name, err);
    ef_inflater_start(s, gz + header, n_gz - header);
    while (at == EF_STEP_FULL) {
        size_t room, made;
        uint8_t *piece = sink_room(to, &room);
        at = ef_inflate_some(s, piece, room, &made);
        crc = ef_crc32(crc, piece, made);
        member += made;
        to->total += made;
    }
    if (at != EF_STEP_END)
        return ef_gz_damaged(at, name, err);
    size_t left = ef_inflater_left(s);
    if (left < EF_GZ_TRAILER)
        return ef_gz_damaged(EF_STEP_TRUNCATED, name, err);
    const uint8_t *trailer = gz + n_gz - left;
    *length = n_gz - left + EF_GZ_TRAILER;
    return ef_gz_check_trailer(trailer, crc, member, name, err);
}

static bool all_zero(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Inflates the usual file, one member of exactly the expected length, at once by libdeflate. False: the
 * streaming way has to read it, and to say what is wrong with it. */
static bool inflate_at_once(uint8_t *out, size_t skip, size_t n, const uint8_t *gz, size_t n_gz)
{
    size_t header, used;
    if (ef_gz_frame(gz, n_gz, &header) != EF_STEP_FULL ||
        !ef_inflate_whole(out, skip + n, &used, gz + header, n_gz - header) ||
        n_gz - header - used != EF_GZ_TRAILER)
        return false;
    const uint8_t *trailer = gz + header + used;
    if (ef_gz_little_32(trailer) != ef_crc32(0, out, skip + n) ||
        ef_gz_little_32(trailer + 4) != (uint32_t)((skip + n) & UINT32_MAX))
        return false;
    memmove(out, out + skip, n);
    return true;
}

efface_status ef_gz_inflate(uint8_t *out, size_t skip, size_t n, size_t *n_plain, const ef_gz_bytes *source,
                            efface_error *err)
{
    sink to = {.out = out, .skip = skip, .n = n};
    efface_status status = EFFACE_PASS;
    const ef_gz_backend backend = source->backend;
    const uint8_t *gz = source->bytes;
    size_t n_gz = source->n;
    const bool at_once = backend == EF_GZ_LIBDEFLATE || (backend == EF_GZ_BEST && !ef_gz_has(EF_GZ_ISAL));
    if (at_once && inflate_at_once(out, skip, n, gz, n_gz)) {
        if (n_plain != NULL)
            *n_plain = skip + n;
        return EFFACE_PASS;
    }
    ef_inflater *s = ef_inflater_new(ef_deflate_streaming(backend));
    to.scratch = malloc(PIECE);
    if (s == NULL || to.scratch == NULL) {
        ef_inflater_free(s);
        free(to.scratch);
        return ef_fail_memory(err, PIECE);
    }
    do {
        size_t length = 0;
        status = inflate_member(&to, s, gz, n_gz, &length, source->name, err);
        gz += length;
        n_gz -= length;
    } while (status == EFFACE_PASS && n_gz > 0 && !all_zero(gz, n_gz));
    ef_inflater_free(s);
    free(to.scratch);
    if (n_plain != NULL)
        *n_plain = to.total;
    if (status == EFFACE_PASS && to.total < skip + n)
        return ef_fail(err, EFFACE_INPUT, "expected %zu bytes inside '%s', got %zu", skip + n, source->name,
                       to.total);
    return status;
}

/* ---- writing ---- */

/* A deflated block that waits for those before it. */
typedef struct waiting {
    uint8_t *bytes; /* owned; NULL where nothing waits */
    size_t n;
    uint32_t crc;
} waiting;

/* A run of blocks that is being written. */
typedef struct member {
    ef_output *out;
    const ef_content *content;
    ef_gz_backend backend;
    int level, threads;
    size_t n_blocks, next; /* next: the block to be written next */
    size_t start, n_file;  /* start: of the run in the file; n_file: its bytes so far */
    size_t *end;           /* of each block, from the start of the run */
    waiting *waiting;      /* of each block */
    uint32_t crc;
    bool last; /* the content is the member's last */
} member;

static size_t block_length(const member *m, size_t block)
{
    size_t left = m->content->n_bytes - block * BLOCK;
    return left < BLOCK ? left : BLOCK;
}

static efface_status append(member *m, const void *bytes, size_t n, efface_error *err)
{
    m->n_file += n;
    return ef_output_write(m->out, bytes, n, err);
}

static efface_status append_next(member *m, const uint8_t *bytes, size_t n, uint32_t crc, efface_error *err)
{
    efface_status status = append(m, bytes, n, err);
    m->crc = ef_crc32_join(m->crc, crc, block_length(m, m->next));
    m->end[m->next++] = m->n_file;
    return status;
}

/* Takes a deflated block. When its turn has come it is written, and so is what waited for it; otherwise a
 * copy is kept. No thread waits for another, which would cost much where processors are shared. Called by
 * one thread at a time. */
static efface_status hand_in(member *m, size_t block, const uint8_t *bytes, size_t n, uint32_t crc,
                             efface_error *err)
{
    if (n == 0)
        return ef_output_fail(m->out, "compression failed", err);
    if (block != m->next) {
        waiting *w = &m->waiting[block];
        w->bytes = malloc(n);
        if (w->bytes == NULL)
            return ef_fail_memory(err, n);
        memcpy(w->bytes, bytes, n);
        w->n = n;
        w->crc = crc;
        return EFFACE_PASS;
    }
    efface_status status = append_next(m, bytes, n, crc, err);
    while (status == EFFACE_PASS && m->next < m->n_blocks && m->waiting[m->next].bytes != NULL) {
        waiting *w = &m->waiting[m->next];
        status = append_next(m, w->bytes, w->n, w->crc, err);
        free(w->bytes);
        w->bytes = NULL;
    }
    return status;
}

/* Deflates all blocks; each is written as soon as those before it are, while others are still being
 * deflated. */
static efface_status write_blocks(member *m, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    bool stop = false;
#pragma omp parallel num_threads(m->threads)
    {
        ef_deflater *d = ef_deflater_new(m->backend, m->level);
        uint8_t *out = malloc(BOUND + BLOCK), *scratch = out != NULL ? out + BOUND : NULL;
#pragma omp for schedule(dynamic, 1)
        for (size_t block = 0; block < m->n_blocks; block++) {
            const size_t length = block_length(m, block);
            size_t n = 0;
            uint32_t crc = 0;
            bool stopped;
#pragma omp atomic read
            stopped = stop;
            if (d != NULL && out != NULL && !stopped) {
                const uint8_t *in = m->content->block(m->content->context, block * BLOCK, length, scratch);
                crc = ef_crc32(0, in, length);
                n = ef_deflate_block(d, out, in, length, m->last && block + 1 == m->n_blocks);
            }
#pragma omp critical(ef_gz_hand_in)
            if (status == EFFACE_PASS) {
                status = d == NULL || out == NULL ? ef_fail_memory(err, BOUND + BLOCK)
                                                  : hand_in(m, block, out, n, crc, err);
                if (status != EFFACE_PASS) {
#pragma omp atomic write
                    stop = true;
                }
            }
        }
        ef_deflater_free(d);
        free(out);
    }
    for (size_t block = 0; block < m->n_blocks; block++)
        free(m->waiting[block].bytes);
    return status;
}

/* Whether the file's block inflates to the content, exactly. in: BOUND bytes, plain: BLOCK + 1, scratch:
 * BLOCK. */
static efface_status check_block(const member *m, size_t block, ef_inflater *s, uint8_t *in, uint8_t *plain,
                                 uint8_t *scratch, efface_error *err)
{
    const size_t length = block_length(m, block), from = block == 0 ? 0 : m->end[block - 1];
    const size_t n_in = m->end[block] - from;
    size_t made;
    efface_status status = ef_output_read(m->out, in, n_in, m->start + from, err);
    if (status != EFFACE_PASS)
        return status;
    ef_inflater_start(s, in, n_in);
    /* Room for one byte more than there should be: the last block must end, the others must run out of
     * input. */
    ef_step at = ef_inflate_some(s, plain, length + 1, &made);
    const uint8_t *expected = m->content->block(m->content->context, block * BLOCK, length, scratch);
    if (at != (m->last && block + 1 == m->n_blocks ? EF_STEP_END : EF_STEP_TRUNCATED) ||
        ef_inflater_left(s) != 0 || made != length || memcmp(plain, expected, length) != 0)
        return ef_output_fail(m->out, "reading it back found other data than written", err);
    return EFFACE_PASS;
}

static efface_status check_blocks(const member *m, efface_error *err)
{
    efface_status status = EFFACE_PASS;
#pragma omp parallel num_threads(m->threads)
    {
        ef_inflater *s = ef_inflater_new(m->backend);
        uint8_t *room = malloc(BOUND + BLOCK + 1 + BLOCK);
#pragma omp for schedule(static, 1)
        for (size_t block = 0; block < m->n_blocks; block++) {
            efface_error problem;
            efface_status found =
                s != NULL && room != NULL
                    ? check_block(m, block, s, room, room + BOUND, room + BOUND + BLOCK + 1, &problem)
                    : ef_fail_memory(&problem, BOUND + BLOCK + 1 + BLOCK);
            if (found != EFFACE_PASS) {
#pragma omp critical(ef_gz_check)
                status = ef_fail(err, found, "%s", problem.message);
            }
        }
        free(room);
        ef_inflater_free(s);
    }
    return status;
}

efface_status ef_gz_begin(ef_gz_writer *w, ef_output *out, int level, ef_gz_backend backend, int threads,
                          efface_error *err)
{
    *w = (ef_gz_writer){.out = out,
                        .level = level,
                        .backend = ef_deflate_streaming(backend),
                        .threads = threads,
                        .start = ef_output_size(out)};
    return ef_output_write(out, frame_header, EF_GZ_HEADER, err);
}

efface_status ef_gz_run(ef_gz_writer *w, const ef_content *content, bool last, efface_error *err)
{
    member m = {.out = w->out,
                .content = content,
                .backend = w->backend,
                .level = w->level,
                .threads = w->threads,
                .start = ef_output_size(w->out),
                .crc = w->crc,
                .last = last};
    m.n_blocks = content->n_bytes == 0 ? 1 : (content->n_bytes - 1) / BLOCK + 1;
    m.end = calloc(m.n_blocks, sizeof *m.end);
    m.waiting = calloc(m.n_blocks, sizeof *m.waiting);
    efface_status status = EFFACE_PASS;
    if (m.end == NULL || m.waiting == NULL)
        status = ef_fail_memory(err, m.n_blocks * (sizeof *m.end + sizeof *m.waiting));
    if (status == EFFACE_PASS)
        status = write_blocks(&m, err);
    if (status == EFFACE_PASS)
        status = check_blocks(&m, err);
    w->crc = m.crc;
    w->n_plain += content->n_bytes;
    free(m.end);
    free(m.waiting);
    return status;
}

/* Writes the trailer; then checks that the member's first and last bytes are in the file as they were
 * written. */
efface_status ef_gz_end(ef_gz_writer *w, efface_error *err)
{
    uint8_t trailer[EF_GZ_TRAILER], first[EF_GZ_HEADER], last[EF_GZ_TRAILER];
    for (int i = 0; i < 4; i++) {
        trailer[i] = (uint8_t)(w->crc >> 8 * i);
        trailer[4 + i] = (uint8_t)(w->n_plain >> 8 * i & 0xff);
    }
    efface_status status = ef_output_write(w->out, trailer, EF_GZ_TRAILER, err);
    if (status == EFFACE_PASS)
        status = ef_output_read(w->out, first, EF_GZ_HEADER, w->start, err);
    if (status == EFFACE_PASS)
        status = ef_output_read(w->out, last, EF_GZ_TRAILER, ef_output_size(w->out) - EF_GZ_TRAILER, err);
    if (status == EFFACE_PASS &&
        (memcmp(first, frame_header, EF_GZ_HEADER) != 0 || memcmp(last, trailer, EF_GZ_TRAILER) != 0))
        status = ef_output_fail(w->out, "reading it back found other bytes than written", err);
    return status;
}

efface_status ef_gz_write(ef_output *out, const ef_content *content, int level, ef_gz_backend backend,
                          int threads, efface_error *err)
{
    ef_gz_writer w;
    efface_status status = ef_gz_begin(&w, out, level, backend, threads, err);
    if (status == EFFACE_PASS)
        status = ef_gz_run(&w, content, true, err);
    if (status == EFFACE_PASS)
        status = ef_gz_end(&w, err);
    return status;
}
