/* Inflates a gzip file through a window of a megabyte. gz_frame.h has the frame, deflate.h the
 * libraries. */
#include "io/gz_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "io/gz_frame.h"

/* An inflater may have read up to 8 bytes beyond the stream's end into its registers. So the last bytes of
 * a piece are kept before the next one. */
enum { PIECE = 1 << 20, TAIL = 16, ROOM = TAIL + PIECE };

struct ef_gz_reader {
    const ef_input *input;
    const char *name;
    ef_sha256 *sha;
    size_t at;        /* where in the file the next piece begins */
    uint8_t *window;  /* owned, ROOM bytes */
    size_t low, high; /* what of the window has not been used; while inflating, low is not up to date */
    ef_inflater *inflater;
    bool begun, within, ended; /* the first member was found; inside one; after the last */
    uint32_t crc;
    size_t member; /* plain bytes of the member so far */
};

ef_gz_reader *ef_gz_reader_new(const ef_input *input, const char *name, ef_sha256 *sha)
{
    ef_gz_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->input = input;
    r->name = name;
    r->sha = sha;
    r->window = malloc(ROOM);
    r->inflater = ef_inflater_new(ef_deflate_streaming(EF_GZ_BEST));
    if (r->window == NULL || r->inflater == NULL) {
        ef_gz_reader_free(r);
        return NULL;
    }
    return r;
}

void ef_gz_reader_free(ef_gz_reader *r)
{
    if (r == NULL)
        return;
    ef_inflater_free(r->inflater);
    free(r->window);
    free(r);
}

/* Moves the window's bytes from keep_from on to its front and fills the rest from the file. */
static efface_status refill(ef_gz_reader *r, size_t keep_from, efface_error *err)
{
    const size_t kept = r->high - keep_from, left = r->input->size - r->at;
    const size_t n = left < ROOM - kept ? left : ROOM - kept;
    memmove(r->window, r->window + keep_from, kept);
    const efface_status status = ef_input_read(r->input, r->window + kept, n, r->at, r->name, err);
    if (status == EFFACE_PASS && r->sha != NULL)
        ef_sha256_add(r->sha, r->window + kept, n);
    r->at += n;
    r->low = 0;
    r->high = kept + n;
    return status;
}

/* Makes n bytes available at low, or as many as the file still has. */
static efface_status want(ef_gz_reader *r, size_t n, efface_error *err)
{
    return r->high - r->low >= n || r->at == r->input->size ? EFFACE_PASS : refill(r, r->low, err);
}

/* Between members: zeros to the end of the file, or the next member's header. */
static efface_status begin_member(ef_gz_reader *r, efface_error *err)
{
    efface_status status = want(r, 1, err);
    while (status == EFFACE_PASS && r->low < r->high && r->window[r->low] == 0 && r->begun) {
        r->low++;
        r->ended = true;
        status = want(r, 1, err);
    }
    if (status != EFFACE_PASS)
        return status;
    if (r->low == r->high) {
        r->ended = true;
        return EFFACE_PASS;
    }
    if (r->ended)
        return ef_gz_damaged(EF_STEP_BAD, r->name, err);
    size_t length = 0;
    status = want(r, PIECE, err);
    if (status != EFFACE_PASS)
        return status;
    const ef_step at = ef_gz_frame(r->window + r->low, r->high - r->low, &length);
    if (at != EF_STEP_FULL)
        return ef_gz_damaged(at, r->name, err);
    r->low += length;
    ef_inflater_start(r->inflater, r->window + r->low, r->high - r->low);
    r->begun = r->within = true;
    r->crc = 0;
    r->member = 0;
    return EFFACE_PASS;
}

/* Behind a member's data: its trailer. */
static efface_status end_member(ef_gz_reader *r, efface_error *err)
{
    r->within = false;
    r->low = r->high - ef_inflater_left(r->inflater);
    const efface_status status = want(r, EF_GZ_TRAILER, err);
    if (status != EFFACE_PASS)
        return status;
    if (r->high - r->low < EF_GZ_TRAILER)
        return ef_gz_damaged(EF_STEP_TRUNCATED, r->name, err);
    const uint8_t *trailer = r->window + r->low;
    r->low += EF_GZ_TRAILER;
    return ef_gz_check_trailer(trailer, r->crc, r->member, r->name, err);
}

/* Inflates up to n bytes of the current member. */
static efface_status inflate_within(ef_gz_reader *r, uint8_t *out, size_t n, size_t *made,
                                    efface_error *err)
{
    efface_status status = EFFACE_PASS;
    const ef_step at = ef_inflate_some(r->inflater, out, n, made);
    r->crc = ef_crc32(r->crc, out, *made);
    r->member += *made;
    if (at == EF_STEP_END)
        return end_member(r, err);
    if (at == EF_STEP_BAD || (at == EF_STEP_TRUNCATED && r->at == r->input->size))
        return ef_gz_damaged(at, r->name, err);
    if (at == EF_STEP_TRUNCATED) {
        const size_t tail = r->high < TAIL ? r->high : TAIL;
        status = refill(r, r->high - tail, err);
        ef_inflater_feed(r->inflater, r->window + tail, r->high - tail);
    }
    return status;
}

efface_status ef_gz_reader_read(ef_gz_reader *r, uint8_t *out, size_t n, size_t *got, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    *got = 0;
    while (status == EFFACE_PASS && *got < n && !r->ended) {
        size_t made = 0;
        status = r->within ? inflate_within(r, out + *got, n - *got, &made, err) : begin_member(r, err);
        *got += made;
    }
    return status;
}

efface_status ef_gz_reader_finish(ef_gz_reader *r, efface_error *err)
{
    uint8_t *dropped = malloc(PIECE);
    efface_status status = EFFACE_PASS;
    if (dropped == NULL)
        return ef_fail_memory(err, PIECE);
    while (status == EFFACE_PASS && !r->ended) {
        size_t got;
        status = ef_gz_reader_read(r, dropped, PIECE, &got, err);
    }
    free(dropped);
    return status;
}
