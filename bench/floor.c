/* The I/O floor: the cost of any program that reads a .nii.gz and writes one. The file is read and
 * inflated. It is deflated by the same code and at the same level as in efface, and written. There is no
 * checksum of ours, no check of what was written, and no flush to the disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "efface.h"
#include "io/deflate.h"
#include "io/file.h"
#include "io/gz.h"

typedef struct bytes {
    uint8_t *at;
    size_t n;
} bytes;

static bool load(bytes *file, const char *path, efface_error *err)
{
    ef_input input = {.fd = -1};
    bool good = false;
    if (ef_input_open(&input, path, err) != EFFACE_PASS)
        return false;
    file->n = input.size;
    file->at = malloc(input.size > 0 ? input.size : 1);
    good = file->at != NULL && ef_input_read(&input, file->at, file->n, 0, path, err) == EFFACE_PASS;
    ef_input_close(&input);
    return good;
}

/* The gzip trailer gives the plain length, which is right for one member below 4 GiB. */
static bool inflate_all(bytes *plain, const bytes *gz, const char *path, efface_error *err)
{
    if (gz->n < 18)
        return false;
    const uint8_t *size = gz->at + gz->n - 4;
    plain->n = (size_t)size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
    plain->at = malloc(plain->n > 0 ? plain->n : 1);
    return plain->at != NULL &&
           ef_gz_inflate(plain->at, 0, plain->n, NULL, &(ef_gz_bytes){gz->at, gz->n, path, EF_GZ_BEST},
                         err) == EFFACE_PASS;
}

/* Deflates block by block in parallel, and writes in order; the CRC is that of a gzip trailer. */
static bool deflate_all(FILE *out, const bytes *plain, int threads)
{
    static const uint8_t header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    size_t n_blocks = (plain->n + EF_GZ_BLOCK - 1) / EF_GZ_BLOCK;
    bool good = fwrite(header, 1, sizeof header, out) == sizeof header;
    uint32_t crc = 0;
#pragma omp parallel num_threads(threads)
    {
        ef_deflater *d = ef_deflater_new(ef_deflate_streaming(EF_GZ_BEST), 0);
        uint8_t *room = malloc(EF_DEFLATE_BOUND);
#pragma omp for ordered schedule(static, 1)
        for (size_t i = 0; i < n_blocks; i++) {
            size_t from = i * EF_GZ_BLOCK, left = plain->n - from;
            size_t n = left < EF_GZ_BLOCK ? left : EF_GZ_BLOCK, made = 0;
            uint32_t own = ef_crc32(0, plain->at + from, n);
            if (d != NULL && room != NULL)
                made = ef_deflate_block(d, room, plain->at + from, n, i + 1 == n_blocks);
#pragma omp ordered
            {
                crc = ef_crc32_join(crc, own, n);
                good = good && made > 0 && fwrite(room, 1, made, out) == made;
            }
        }
        free(room);
        ef_deflater_free(d);
    }
    uint8_t trailer[8];
    for (int i = 0; i < 4; i++) {
        trailer[i] = (uint8_t)(crc >> 8 * i);
        trailer[4 + i] = (uint8_t)(plain->n >> 8 * i);
    }
    return good && fwrite(trailer, 1, sizeof trailer, out) == sizeof trailer;
}

int main(int argc, char **argv)
{
    bytes gz = {NULL, 0}, plain = {NULL, 0};
    efface_error err = {EFFACE_PASS, ""};
    if (argc != 4) {
        fprintf(stderr, "usage: efface_floor IN.nii.gz OUT.nii.gz THREADS\n");
        return 2;
    }
    FILE *out = NULL;
    bool good = load(&gz, argv[1], &err) && inflate_all(&plain, &gz, argv[1], &err);
    if (good)
        out = fopen(argv[2], "wb");
    good = good && out != NULL && deflate_all(out, &plain, (int)strtol(argv[3], NULL, 10));
    if (out != NULL)
        good = fclose(out) == 0 && good;
    if (!good)
        fprintf(stderr, "efface_floor: %s\n", err.message[0] != '\0' ? err.message : "can't write");
    free(gz.at);
    free(plain.at);
    return good ? 0 : 1;
}
