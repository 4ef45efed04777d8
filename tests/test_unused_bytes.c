/* Bytes of a header that no program reads can hold anything: cleared, unless they are what programs write there. */
#include <stdlib.h>

#include "check.h"
#include "io/mgh.h"
#include "io/read.h"
#include "nifti_bytes.h"
#include "scratch.h"
#include "write_image.h"

static efface_error err;

/* Seven bytes from 32 on: extents, session_error, regular. */
static void test_nifti(int version, bool big, bool usual)
{
    static const int64_t n[3] = {3, 2, 2};
    static const uint8_t none[7];
    const char *in = version == 0 ? "in.hdr" : "in.nii", *out = version == 0 ? "out.hdr" : "out.nii";
    nifti_bytes h;
    ef_image image;
    uint8_t file[sizeof h.bytes + 16] = {0};
    size_t size;
    nb_start(&h, version, big, version == 0, n, 2, 8);
    if (usual)
        nb_int(&h, 32, 16384, 4);
    else
        memcpy(h.bytes + 32, "JaneDoe", 7);
    memcpy(file, h.bytes, h.size);
    scratch_put(in, file, version == 0 ? h.size : h.size + 4 + 12);
    scratch_put("in.img", file + h.size + 4, 12);
    CHECK_EQ(ef_read(&image, scratch(in), 1, NULL, &err), EFFACE_PASS);
    CHECK_EQ(write_image(&image, scratch(out), NULL, &err), EFFACE_PASS);
    uint8_t *written = scratch_get(out, &size);
    CHECK(written != NULL && size > 39 && memcmp(written + 32, usual ? h.bytes + 32 : none, 7) == 0);
    free(written);
    ef_image_release(&image);
    scratch_clear();
}

/* What follows the geometry, and the geometry itself where the header says that there is none. */
static void test_mgh(bool stated)
{
    static const uint8_t extents[4] = {1, 3, 2, 2}; /* version, columns, rows, slices */
    const size_t from = stated ? 90 : 30;
    uint8_t file[284 + 12] = {0};
    ef_image image;
    for (int i = 0; i < 4; i++)
        file[4 * i + 3] = extents[i];
    file[19] = 1;
    file[29] = stated;
    for (int i = 0; stated && i < 6; i++) /* 1.0, big endian: spacing, and the axes' diagonal */
        memcpy(file + (i < 3 ? 30 + 4 * i : 42 + 16 * (i - 3)), "\x3f\x80\0\0", 4);
    memcpy(file + from + 30, "Jane Doe", 8);
    scratch_put("in.mgh", file, sizeof file);
    CHECK_EQ(ef_mgh_read(&image, scratch("in.mgh"), NULL, &err), EFFACE_PASS);
    for (int keep = 0; keep < 2; keep++) {
        const char *name = keep ? "keep.mgh" : "out.mgh";
        const ef_write_options options = {.keep_header = keep == 1};
        ef_output_set set = {0};
        size_t size;
        const efface_status status = ef_mgh_prepare(&set, &image, scratch(name), &options, &err);
        CHECK_EQ(write_finish(&set, status, &err), EFFACE_PASS);
        uint8_t *out = scratch_get(name, &size);
        if (CHECK(out != NULL && size == sizeof file)) {
            CHECK(memcmp(out, file, from) == 0);
            CHECK_EQ(memcmp(out + from, file + from, size - from) == 0, keep == 1);
            CHECK_EQ(memchr(out + from, 'J', size - from) != NULL, keep == 1);
        }
        free(out);
    }
    ef_image_release(&image);
    scratch_clear();
}

int main(void)
{
    scratch_make();
    for (int k = 0; k < 8; k++)
        test_nifti(k & 1, (k & 2) != 0, (k & 4) != 0);
    test_mgh(false);
    test_mgh(true);
    scratch_remove();
    return test_end();
}
