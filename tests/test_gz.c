/* gzip: all backends agree, all damage is refused, and the bytes are the same at any thread count. */
#include "io/gz.h"

#include <stdlib.h>

#include "check.h"
#include "io/deflate.h"
#include "scratch.h"

static const ef_gz_backend backends[] = {EF_GZ_ISAL, EF_GZ_LIBDEFLATE,
                                         EF_GZ_ZLIB}; /* the best is one of them */
enum { BACKENDS = 3 };

/* Bytes like a head's int16 voxels: smooth with noise in the low bits; or, for amount 256, nothing but
 * noise. */
static uint8_t *make_data(size_t n, unsigned amount)
{
    uint8_t *data = malloc(n + 1);
    uint32_t state = 12345;
    for (size_t i = 0; data != NULL && i < n; i++) {
        state = state * 1664525u + 1013904223u;
        data[i] = (uint8_t)(amount == 0     ? 0
                            : amount >= 256 ? state >> 24
                                            : i / 2048 + (state >> 24) % amount);
    }
    return data;
}

static uint8_t *gzipped(size_t *n_gz, const uint8_t *data, size_t n, ef_gz_backend backend, int level,
                        int threads)
{
    ef_output_set set = {0};
    ef_output *out;
    efface_error err = {0};
    ef_content content = ef_content_of_bytes(data, n);
    CHECK_EQ(ef_output_add(&out, &set, scratch("a.gz"), EF_OUTPUT_FORCE, &err), EFFACE_PASS);
    CHECK_EQ(ef_gz_write(out, &content, level, backend, threads, &err), EFFACE_PASS);
    CHECK_EQ(ef_output_set_commit(&set, &err), EFFACE_PASS);
    return scratch_get("a.gz", n_gz);
}

static efface_status inflated(uint8_t *out, size_t skip, size_t n, const uint8_t *gz, size_t n_gz,
                              ef_gz_backend backend, efface_error *err)
{
    size_t n_plain;
    /* A copy that ends with the data, so that a sanitizer sees reads behind it. */
    uint8_t *own = malloc(n_gz > 0 ? n_gz : 1);
    if (own == NULL)
        return EFFACE_INTERNAL;
    memcpy(own, gz, n_gz);
    efface_status status =
        ef_gz_inflate(out, skip, n, &n_plain, &(ef_gz_bytes){own, n_gz, "a.gz", backend}, err);
    free(own);
    return status;
}

static void test_round_trip(void)
{
    static const size_t sizes[] = {
        0, 1, 352, EF_GZ_BLOCK - 1, EF_GZ_BLOCK, EF_GZ_BLOCK + 1, 2 * EF_GZ_BLOCK + 17};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        for (unsigned amount = 0; amount <= 256; amount += amount == 0 ? 7 : 249) {
            const size_t n = sizes[k];
            uint8_t *data = make_data(n, amount), *back = malloc(n + 1);
            for (int w = 0; w < BACKENDS; w++) {
                size_t n_gz;
                efface_error err = {0};
                if (!ef_gz_has(backends[w]))
                    continue;
                uint8_t *gz = gzipped(&n_gz, data, n, backends[w], 0, 2);
                CHECK(n <= ef_gz_most(n_gz));
                CHECK(n_gz <= n + n / 1000 + 64);
                for (int r = 0; r < BACKENDS; r++) {
                    if (!ef_gz_has(backends[r]))
                        continue;
                    memset(back, 0xa5, n + 1);
                    CHECK_EQ(inflated(back, 0, n, gz, n_gz, backends[r], &err), EFFACE_PASS);
                    CHECK(memcmp(back, data, n) == 0);
                }
                free(gz);
            }
            free(data);
            free(back);
        }
    }
}

static void test_same_bytes(void)
{
    const size_t n = 3 * EF_GZ_BLOCK + 1234;
    uint8_t *data = make_data(n, 9);
    for (int w = 0; w < BACKENDS; w++) {
        for (int level = 0; level <= 3 && ef_gz_has(backends[w]); level++) {
            size_t n_one, n_many;
            uint8_t *one = gzipped(&n_one, data, n, backends[w], level, 1);
            for (int threads = 2; threads <= 8; threads *= 4) {
                uint8_t *many = gzipped(&n_many, data, n, backends[w], level, threads);
                CHECK(n_one == n_many && memcmp(one, many, n_one) == 0);
                free(many);
            }
            static const uint8_t header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}; /* no time, no name */
            CHECK(memcmp(one, header, sizeof header) == 0);
            free(one);
        }
    }
    free(data);
}

static void test_skip_and_peek(void)
{
    const size_t n = 2 * EF_GZ_BLOCK + 100;
    static const size_t skips[] = {0, 1, 352, EF_GZ_BLOCK, 2 * EF_GZ_BLOCK + 100};
    size_t n_gz, got;
    uint8_t *data = make_data(n, 20), *back = malloc(n + 1);
    uint8_t *gz = gzipped(&n_gz, data, n, EF_GZ_BEST, 0, 2);
    const ef_gz_bytes source = {gz, n_gz, "a.gz", EF_GZ_BEST};
    efface_error err;
    for (size_t k = 0; k < sizeof skips / sizeof *skips; k++) {
        for (int r = 0; r < BACKENDS; r++) {
            const size_t skip = skips[k], want = (n - skip) - (n - skip) / 3;
            if (!ef_gz_has(backends[r]))
                continue;
            CHECK_EQ(inflated(back, skip, want, gz, n_gz, backends[r], &err), EFFACE_PASS);
            CHECK(memcmp(back, data + skip, want) == 0);
            CHECK_EQ(inflated(back, skip, n - skip, gz, n_gz, backends[r], &err), EFFACE_PASS);
            CHECK(memcmp(back, data + skip, n - skip) == 0);
        }
        CHECK_EQ(ef_gz_peek(back, skips[k], &got, &source, &err), EFFACE_PASS);
        CHECK_EQ(got, skips[k]);
        CHECK(memcmp(back, data, got) == 0);
    }
    CHECK_EQ(ef_gz_peek(back, n + 1, &got, &source, &err), EFFACE_PASS);
    CHECK_EQ(got, n);
    CHECK_EQ(inflated(back, 1, n, gz, n_gz, EF_GZ_BEST, &err), EFFACE_INPUT);
    CHECK(strstr(err.message, "expected") != NULL);
    free(data);
    free(back);
    free(gz);
}

/* The same deflate stream with the given header in front of it. */
static size_t with_header(uint8_t *to, const uint8_t *header, size_t n_header, const uint8_t *gz,
                          size_t n_gz)
{
    memcpy(to, header, n_header);
    memcpy(to + n_header, gz + 10, n_gz - 10);
    return n_header + n_gz - 10;
}

static void test_headers_and_members(void)
{
    enum { N = 5000 };
    size_t n_gz;
    efface_error err;
    uint8_t *data = make_data(N, 20), back[3 * N];
    uint8_t *gz = gzipped(&n_gz, data, N, EF_GZ_BEST, 0, 1), *many = calloc(4, n_gz + 100);
    /* FEXTRA of 3 bytes, FNAME, FCOMMENT, FHCRC */
    uint8_t header[64] = {0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 2, 3, 3, 0, 'e', 'x', 't', 'n',
                          0,    'c',  0};
    const uint32_t crc = ef_crc32(0, header, 19);
    header[19] = (uint8_t)(crc & 0xff);
    header[20] = (uint8_t)(crc >> 8 & 0xff);
    for (int r = 0; r < BACKENDS; r++) {
        if (!ef_gz_has(backends[r]))
            continue;
        size_t n = with_header(many, header, 21, gz, n_gz);
        CHECK_EQ(inflated(back, 0, N, many, n, backends[r], &err), EFFACE_PASS);
        CHECK(memcmp(back, data, N) == 0);
        many[12] ^= 1; /* its own checksum sees that */
        CHECK_EQ(inflated(back, 0, N, many, n, backends[r], &err), EFFACE_INPUT);
        many[12] ^= 1;
        /* three members, and zeros behind them */
        memcpy(many + n, gz, n_gz);
        memcpy(many + n + n_gz, gz, n_gz);
        memset(many + n + 2 * n_gz, 0, 30);
        CHECK_EQ(inflated(back, 0, 3 * N, many, n + 2 * n_gz + 30, backends[r], &err), EFFACE_PASS);
        for (int i = 0; i < 3; i++)
            CHECK(memcmp(back + i * N, data, N) == 0);
        CHECK_EQ(inflated(back, N / 2, N, many, n + 2 * n_gz, backends[r], &err), EFFACE_PASS);
        CHECK(memcmp(back + N / 2, data, N / 2) == 0);
        /* the checksum of a member whose bytes are not asked for counts too */
        many[n + 2 * n_gz - 6] ^= 1;
        CHECK_EQ(inflated(back, 0, N, many, n + 2 * n_gz, backends[r], &err), EFFACE_INPUT);
        many[n + 2 * n_gz - 6] ^= 1;
        many[n + 2 * n_gz + 29] = 1;
        CHECK_EQ(inflated(back, 0, N, many, n + 2 * n_gz + 30, backends[r], &err), EFFACE_INPUT);
    }
    free(many);
    free(gz);
    free(data);
}

static void test_every_truncation(void)
{
    enum { N = 1000 };
    size_t n_gz;
    efface_error err;
    uint8_t *data = make_data(N, 20), back[N], *gz = gzipped(&n_gz, data, N, EF_GZ_BEST, 0, 1);
    for (int r = 0; r < BACKENDS; r++) {
        for (size_t n = 0; n < n_gz && ef_gz_has(backends[r]); n++) {
            err.message[0] = '\0';
            CHECK_EQ(inflated(back, 0, N, gz, n, backends[r], &err), EFFACE_INPUT);
            CHECK(strstr(err.message, "a.gz") != NULL && strchr(err.message, '\n') == NULL);
        }
    }
    free(gz);
    free(data);
}

static void test_every_flip(void)
{
    enum { N = 1000 };
    size_t n_gz;
    efface_error err;
    uint8_t *data = make_data(N, 20), back[N], *gz = gzipped(&n_gz, data, N, EF_GZ_BEST, 0, 1);
    for (int r = 0; r < BACKENDS; r++) {
        for (size_t bit = 0; bit < 8 * n_gz && ef_gz_has(backends[r]); bit++) {
            const size_t byte = bit / 8;
            gz[byte] ^= (uint8_t)(1 << bit % 8);
            efface_status status = inflated(back, 0, N, gz, n_gz, backends[r], &err);
            /* Time, level and system in the header mean nothing for the data, nor does "probably text", nor
             * do the bits that fill the last byte before the trailer. */
            const bool meaningless = (byte >= 4 && byte < 10) || bit == 24;
            const bool filling = byte == n_gz - 9;
            CHECK(status == (meaningless ? EFFACE_PASS : EFFACE_INPUT) ||
                  (filling && status == EFFACE_PASS));
            CHECK(status != EFFACE_PASS || memcmp(back, data, N) == 0);
            gz[byte] ^= (uint8_t)(1 << bit % 8);
        }
    }
    free(gz);
    free(data);
}

static void test_crc(void)
{
    const size_t n = 100000;
    uint8_t *data = make_data(n, 256);
    CHECK_EQ(ef_crc32(0, (const uint8_t *)"123456789", 9), 0xcbf43926); /* the check value of CRC-32 */
    for (size_t cut = 0; cut <= n; cut += 9999) {
        uint32_t a = ef_crc32(0, data, cut), b = ef_crc32(0, data + cut, n - cut);
        CHECK_EQ(ef_crc32(a, data + cut, n - cut), ef_crc32(0, data, n));
        CHECK_EQ(ef_crc32_join(a, b, n - cut), ef_crc32(0, data, n));
    }
    free(data);
}

/* A content that is another when it is asked again, as bad memory or a bad disk would have it. */
static const uint8_t *fickle(const void *context, size_t offset, size_t n, uint8_t *to)
{
    int *calls = *(int *const *)context;
    memset(to, 7, n);
    if (offset >= EF_GZ_BLOCK && ++*calls > 1)
        to[n - 1] ^= 1;
    return to;
}

static void test_read_back(void)
{
    int count = 0, *calls = &count;
    const ef_content content = {2 * EF_GZ_BLOCK, fickle, &calls};
    ef_output_set set = {0};
    ef_output *out;
    efface_error err = {0};
    for (int plain = 0; plain < 2; plain++) {
        count = 0;
        CHECK_EQ(ef_output_add(&out, &set, scratch("b.gz"), 0, &err), EFFACE_PASS);
        CHECK_EQ(plain ? ef_output_write_content(out, &content, &err)
                       : ef_gz_write(out, &content, 0, EF_GZ_BEST, 1, &err),
                 EFFACE_INTERNAL);
        CHECK(strstr(err.message, "reading it back") != NULL);
        ef_output_set_abort(&set);
    }
}

int main(void)
{
    scratch_make();
    test_crc();
    test_round_trip();
    test_same_bytes();
    test_skip_and_peek();
    test_headers_and_members();
    test_every_truncation();
    test_every_flip();
    test_read_back();
    scratch_remove();
    return test_end();
}
