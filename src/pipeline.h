/* Pipeline: the stages of one scan in their order, for callers who have the image in memory. */
#ifndef EF_PIPELINE_H
#define EF_PIPELINE_H

#include "image.h"

/* Defaces an image in memory, by the same stages and audits as efface_run; nothing is written.
 * image    in and out: voxels under the mask change; unchanged on failure
 * options  mode, fill, parts, margin_mm, threads and seed count, and the seed counts whatever has_seed says
 * name     for messages
 * Returns EFFACE_PASS where every audit held, else what efface_run would return: also EFFACE_REVIEW. */
efface_status ef_deface_image(ef_image *image, const efface_options *options, const char *name,
                              efface_error *err) __attribute__((warn_unused_result));

#endif
