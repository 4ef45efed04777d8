/* Pipeline: many images at a time.
 *
 *   units ─▶ [ readers ] ─▶ ready units ─▶ [ workers ] ─▶ worked images ─▶ [ writers ] ─▶ journal
 *
 * A worker takes a unit and brings its images, one after the other, from the first stage to the audit. While
 * it works on one image, a reader reads the next, and a writer writes the one before. What is in flight is
 * bounded by bytes. */
#ifndef EF_PIPELINE_H
#define EF_PIPELINE_H

#include "dataset/settings.h"

/* Runs all units.
 * tally    out: also on failure
 * units    in
 * options  in
 * err      out: what concerns the whole data set; empty where only images failed, whose reasons were told
 * Returns EFFACE_PASS where every image passed, EFFACE_STOPPED where the run was stopped, else the worst
 * status of an image by severity: internal, usage, audit, locate, input, review. */
efface_status ef_pipeline_run(ef_tally *tally, const ef_units *units, const ef_pipeline_options *options,
                              efface_error *err) __attribute__((warn_unused_result));

#endif
