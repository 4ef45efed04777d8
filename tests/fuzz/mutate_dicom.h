/* Damage to a DICOM file, chosen by a random number: to bytes, or to elements (length, VR, value,
 * presence, order). The elements are found by a walk over little-endian files, which ends where nothing
 * fits any more. */
#ifndef EF_MUTATE_DICOM_H
#define EF_MUTATE_DICOM_H

#include "dicom_bytes.h"

/* SplitMix64 (Steele et al., 2014). */
typedef struct ef_random {
    uint64_t state;
} ef_random;

static inline uint64_t ef_random_next(ef_random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline unsigned ef_random_below(ef_random *random, unsigned n)
{
    return n == 0 ? 0 : (unsigned)(ef_random_next(random) % n);
}

/* One element: where it begins, where its value does, where it ends. Those of sequences are listed too. */
typedef struct mutate_element {
    size_t begin, value, end;
    bool is_long, is_explicit;
} mutate_element;

enum { MUTATE_ELEMENTS_MOST = 4096 };

typedef struct mutate_list {
    size_t n;
    mutate_element of[MUTATE_ELEMENTS_MOST];
} mutate_list;

static inline uint32_t mutate_number(const dicom *d, size_t at, int bytes)
{
    uint32_t value = 0;
    for (int b = 0; b < bytes; b++)
        value |= (uint32_t)d->bytes[at + (size_t)b] << (8 * b);
    return value;
}

/* Elements from byte 132 on; a sequence's and an item's content is walked as if it followed. */
static inline void mutate_walk(mutate_list *list, const dicom *d)
{
    size_t at = 132;
    list->n = 0;
    while (at + 12 <= d->n && list->n < MUTATE_ELEMENTS_MOST) {
        mutate_element e = {.begin = at};
        const uint32_t group = mutate_number(d, at, 2);
        const char vr[3] = {(char)d->bytes[at + 4], (char)d->bytes[at + 5], '\0'};
        e.is_explicit = group != 0xfffe && vr[0] >= 'A' && vr[0] <= 'Z' && vr[1] >= 'A' && vr[1] <= 'Z';
        e.is_long = e.is_explicit && strstr("OB OD OF OL OV OW SQ SV UC UN UR UT UV", vr) != NULL;
        const size_t head = e.is_long ? 12 : 8;
        const uint32_t length =
            e.is_explicit && !e.is_long ? mutate_number(d, at + 6, 2) : mutate_number(d, at + head - 4, 4);
        const bool inside = group == 0xfffe || length == UINT32_MAX || strcmp(vr, "SQ") == 0;
        e.value = at + head;
        /* compressed pixels are items without elements in them */
        e.end = inside ? e.value : e.value + length;
        if (group == 0xfffe && list->n > 0 && mutate_number(d, list->of[list->n - 1].begin, 2) == 0x7fe0)
            e.end = e.value + (length == UINT32_MAX ? 0 : length);
        if (e.end > d->n)
            break;
        list->of[list->n++] = e;
        at = e.end;
    }
}

/* Puts n bytes in the place of the bytes from begin to end. */
static inline void mutate_replace(dicom *d, size_t begin, size_t end, const void *bytes, size_t n)
{
    dicom made = {0};
    dicom_put(&made, d->bytes, begin);
    if (n > 0)
        dicom_put(&made, bytes, n);
    if (end < d->n)
        dicom_put(&made, d->bytes + end, d->n - end);
    free(d->bytes);
    *d = made;
}

static inline void mutate_length(dicom *d, const mutate_element *e, ef_random *random)
{
    static const uint32_t lengths[] = {0,          1,          2,          3,          7,         8,
                                       0xff,       0x100,      0x7fff,     0xfffe,     0xffff,    0x10000,
                                       0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffe, 0xffffffff};
    enum { N = sizeof lengths / sizeof *lengths };
    const size_t at = e->is_explicit && !e->is_long ? e->begin + 6 : e->value - 4;
    const int bytes = e->is_explicit && !e->is_long ? 2 : 4;
    const uint32_t old = mutate_number(d, at, bytes);
    const unsigned pick = ef_random_below(random, N + 4);
    const uint32_t length = pick < N ? lengths[pick] : old + 2 * (pick - N) - 3;
    for (int b = 0; b < bytes; b++)
        d->bytes[at + (size_t)b] = (uint8_t)(length >> (8 * b));
}

static inline void mutate_vr(dicom *d, const mutate_element *e, ef_random *random)
{
    static const char vrs[] =
        "AEASATCSDADSDTFDFLISLOLTOBODOFOLOVOWPNSHSLSQSSSTSVTMUCUIULUNURUSUTUVZZ\0\0\377\377";
    const unsigned pick = ef_random_below(random, (sizeof vrs - 1) / 2);
    if (e->is_explicit)
        memcpy(d->bytes + e->begin + 4, vrs + 2 * (size_t)pick, 2);
}

/* A value of the element's own length, or another one with the length that goes with it. */
static inline void mutate_value(dicom *d, const mutate_element *e, ef_random *random)
{
    static const char *const values[] = {"",
                                         "\\",
                                         "\\\\\\\\",
                                         "nan",
                                         "inf",
                                         "-inf",
                                         "1e400",
                                         "-1",
                                         "0",
                                         "0\\0\\0\\0\\0\\0",
                                         "1e-300\\1e-300",
                                         "1\\0\\0\\0\\1\\0",
                                         "99999999999999999999",
                                         "1e308\\1e308\\1e308",
                                         "\xff\xff",
                                         "\0\0",
                                         "\1\0",
                                         "\xff\xff\xff\xff",
                                         "ORIGINAL\\PRIMARY\\M\\MOSAIC",
                                         "1.2.840.10008.5.1.4.1.1.4.1",
                                         "1.2.840.10008.1.2.2",
                                         "1.2.840.10008.1.2.4.70",
                                         "YES",
                                         "20240230",
                                         "../../x",
                                         "%s%n",
                                         "\x1b$B",
                                         "0.0000001\\1000000000"};
    enum { N = sizeof values / sizeof *values };
    const char *value = values[ef_random_below(random, N)];
    size_t n = strlen(value);
    uint8_t bytes[64] = {0};
    if (e->end <= e->value || ef_random_below(random, 4) == 0) {
        for (size_t at = e->value; at < e->end && at < e->value + 16; at++)
            d->bytes[at] = (uint8_t)ef_random_next(random);
        return;
    }
    memcpy(bytes, value, n);
    n = n == 0 && ef_random_below(random, 2) != 0 ? 2 : n + n % 2;
    const size_t at = e->is_explicit && !e->is_long ? e->begin + 6 : e->value - 4;
    for (size_t b = 0; b < (e->is_explicit && !e->is_long ? 2u : 4u); b++)
        d->bytes[at + b] = (uint8_t)(n >> (8 * b));
    mutate_replace(d, e->value, e->end, bytes, n);
}

static inline void mutate_copy(dicom *d, const mutate_element *e, size_t to)
{
    const size_t n = e->end - e->begin;
    uint8_t *bytes = malloc(n + 1);
    if (bytes == NULL)
        abort();
    memcpy(bytes, d->bytes + e->begin, n);
    mutate_replace(d, to, to, bytes, n);
    free(bytes);
}

static inline void mutate_bytes(dicom *d, ef_random *random)
{
    /* most of a file are pixels: the header is hit as often as they are */
    const size_t most = ef_random_below(random, 2) != 0 || d->n < 4096 ? d->n : 4096;
    const unsigned n = 1 + ef_random_below(random, 8);
    for (unsigned k = 0; k < n && most > 0; k++)
        d->bytes[ef_random_below(random, (unsigned)most)] ^= (uint8_t)(1u << ef_random_below(random, 8));
}

/* What can be done to one element. */
static inline void mutate_one(dicom *d, const mutate_list *list, ef_random *random)
{
    const mutate_element *e = &list->of[ef_random_below(random, (unsigned)list->n)];
    /* half of the time one of the last: of the image, and of its pixels */
    if (ef_random_below(random, 2) != 0 && list->n > 24)
        e = &list->of[list->n - 1 - ef_random_below(random, 24)];
    switch (ef_random_below(random, 7)) {
    case 0:
        mutate_length(d, e, random);
        break;
    case 1:
        mutate_vr(d, e, random);
        break;
    case 2:
        mutate_replace(d, e->begin, e->end, NULL, 0);
        break;
    case 3:
        mutate_copy(d, e, list->of[ef_random_below(random, (unsigned)list->n)].begin);
        break;
    case 4: /* another tag */
        d->bytes[e->begin + ef_random_below(random, 4)] = (uint8_t)ef_random_next(random);
        break;
    default:
        mutate_value(d, e, random);
    }
}

/* One to three pieces of damage. */
static inline void mutate_dicom(dicom *d, ef_random *random)
{
    static mutate_list list;
    const unsigned n = 1 + ef_random_below(random, 3);
    for (unsigned k = 0; k < n && d->n > 0; k++) {
        const unsigned way = ef_random_below(random, 12);
        mutate_walk(&list, d);
        if (way == 0)
            d->n = ef_random_below(random, (unsigned)d->n); /* cut off */
        else if (way <= 2)
            mutate_bytes(d, random);
        else if (list.n > 0)
            mutate_one(d, &list, random);
    }
}

#endif
