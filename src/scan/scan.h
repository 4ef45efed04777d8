/* Pipeline: the stages of one scan in their order, for callers who have the image in memory. */
#ifndef EF_PIPELINE_H
#define EF_PIPELINE_H

#include "base/image.h"

/* Defaces an image in memory, by the same stages and audits as efface_run; nothing is written.
 * image    in and out: voxels under the mask change; unchanged on failure
 * options  mode, fill, parts, margin_mm, threads and seed count, and the seed counts whatever has_seed says
 * name     for messages
 * Returns EFFACE_PASS where every audit held, else what efface_run would return: also EFFACE_REVIEW. */
efface_status ef_deface_image(ef_image *image, const efface_options *options, const char *name,
                              efface_error *err) __attribute__((warn_unused_result));

/* Where a scan comes from and goes to when it is no single file. */
typedef struct ef_scan_io {
    void *context;
    efface_status (*read)(void *context, ef_image *image, char sha256[65], efface_error *err);
    /* The last thing that is written; name: as given to ef_run_io, or one that says it needs review. */
    efface_status (*write)(void *context, const char *name, const ef_image *defaced, const uint8_t *mask,
                           bool proved, efface_error *err);
} ef_scan_io;

/* efface_run through io. The options' outputs are files, as in efface_run; the record of its own accord
 * goes to name.json. The seed counts whatever has_seed says. in, name  for messages; what name becomes is
 * io's business */
efface_status ef_run_io(const char *in, const char *name, const ef_scan_io *io,
                        const efface_options *options, efface_result *result, efface_error *err)
    __attribute__((warn_unused_result));

#endif
