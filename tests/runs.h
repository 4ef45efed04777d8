/* Whole runs for tests: an image is written to a file with a header made byte by byte, efface_run works on
 * it in the scratch folder, and the results are read back. */
#ifndef EF_RUNS_H
#define EF_RUNS_H

#include "check.h"
#include "io/read.h"
#include "nifti_bytes.h"
#include "scratch.h"
#include "truth.h"

enum { RUN_THREADS = 2 };

/* One run and all it left; zero may be released. */
typedef struct run {
    efface_status status;
    efface_error err;
    efface_result result;
    ef_image before, after, mask, brain; /* after and masks only of a pass */
} run;

static inline void run_release(run *r)
{
    ef_image_release(&r->before);
    ef_image_release(&r->after);
    ef_image_release(&r->mask);
    ef_image_release(&r->brain);
}

static inline efface_options run_options(uint64_t seed)
{
    efface_options o;
    efface_options_init(&o);
    o.threads = RUN_THREADS;
    o.has_seed = o.no_record = o.force = true;
    o.seed = seed;
    return o;
}

/* Runs on a file of the scratch folder; outputs out.nii, mask.nii and brain.nii are there afterwards. */
static inline run run_named(const char *path, const efface_options *options)
{
    run r = {0};
    efface_options o = *options;
    o.mask = scratch("mask.nii");
    o.brain = scratch("brain.nii");
    r.status = efface_run(path, scratch("out.nii"), &o, &r.result, &r.err);
    CHECK_EQ(r.status, r.result.status);
    CHECK((r.status == EFFACE_PASS) == (r.err.message[0] == '\0'));
    if (r.status != EFFACE_PASS)
        return r;
    efface_error err = {0};
    CHECK_EQ(ef_read(&r.before, path, RUN_THREADS, NULL, &err), EFFACE_PASS);
    CHECK_EQ(ef_read(&r.after, scratch("out.nii"), RUN_THREADS, NULL, &err), EFFACE_PASS);
    CHECK_EQ(ef_read(&r.mask, scratch("mask.nii"), RUN_THREADS, NULL, &err), EFFACE_PASS);
    CHECK_EQ(ef_read(&r.brain, scratch("brain.nii"), RUN_THREADS, NULL, &err), EFFACE_PASS);
    return r;
}

static inline run run_on(const char *name, const efface_options *options)
{
    char path[512];
    snprintf(path, sizeof path, "%s", scratch(name));
    return run_named(path, options);
}

/* A NIfTI-1 header for the image: sform only, in mm, every text field filled. */
static inline nifti_bytes header_of(const ef_image *image, bool big)
{
    static const struct {
        int code, bits;
    } type[] = {{2, 8},  {256, 8},   {512, 16},  {4, 16},  {768, 32},
                {8, 32}, {1280, 64}, {1024, 64}, {16, 32}, {64, 64}};
    nifti_bytes h;
    double mm[3];
    nb_start(&h, 1, big, false, image->grid.n, type[image->dtype].code, type[image->dtype].bits);
    ef_affine_spacing(mm, &image->grid.world_from_voxel);
    for (int a = 0; a < 3; a++)
        nb_pixdim(&h, a + 1, mm[a]);
    if (image->n_volumes > 1) {
        nb_dim(&h, 0, 4);
        nb_dim(&h, 4, image->n_volumes);
    }
    nb_scale(&h, image->slope, image->inter);
    nb_forms(&h, 0, 1);
    nb_sform(&h, image->grid.world_from_voxel.m);
    return h;
}

/* Header, four bytes that say there are no extensions, voxels in the header's byte order. */
static inline void put_scan(const char *name, const nifti_bytes *h, const ef_image *image)
{
    const size_t n = h->size + 4 + image->n_bytes, size = ek_dtype_size(image->dtype);
    uint8_t *bytes = calloc(n, 1);
    if (bytes == NULL)
        exit(1);
    memcpy(bytes, h->bytes, h->size);
    if (h->big)
        ef_swap_bytes(bytes + h->size + 4, image->voxels, image->n_bytes / size, size);
    else
        memcpy(bytes + h->size + 4, image->voxels, image->n_bytes);
    scratch_put(name, bytes, n);
    free(bytes);
}

static inline void put_image(const char *name, const ef_image *image)
{
    const nifti_bytes h = header_of(image, false);
    put_scan(name, &h, image);
}

/* A head of 2 mm voxels in a drawn pose. */
static inline ef_phantom_options head_options(uint64_t seed)
{
    ef_phantom_options o;
    ef_phantom_options_init(&o);
    o.seed = o.scan = seed;
    o.voxel_mm[0] = o.voxel_mm[1] = o.voxel_mm[2] = 2;
    o.draw_pose = true;
    return o;
}

static inline ef_phantom head_make(const ef_phantom_options *o)
{
    ef_phantom head;
    efface_error err = {0};
    if (!CHECK_EQ(ef_phantom_make(&head, o, RUN_THREADS, &err), EFFACE_PASS))
        exit(1);
    return head;
}

/* The same values in another type. */
static inline ef_image image_as(const ef_image *from, ek_dtype type)
{
    const int64_t count = ef_grid_count(&from->grid) * from->n_volumes;
    ef_image to = *from;
    to.header = NULL;
    to.dtype = type;
    to.n_bytes = ek_dtype_size(type) * (size_t)count;
    to.voxels = malloc(to.n_bytes);
    if (to.voxels == NULL)
        exit(1);
    for (int64_t i = 0; i < count; i++) {
        const double value = (ef_image_value(from, i) - from->inter) / from->slope;
        switch (type) {
        case EK_UINT8:
            ((uint8_t *)to.voxels)[i] = (uint8_t)value;
            break;
        case EK_INT16:
            ((int16_t *)to.voxels)[i] = (int16_t)value;
            break;
        case EK_FLOAT32:
            ((float *)to.voxels)[i] = (float)value;
            break;
        default:
            to.dtype = EK_FLOAT64;
            ((double *)to.voxels)[i] = value;
        }
    }
    return to;
}

#endif
