/* Scan: the way of one scan through the stages. */
#ifndef EF_SCAN_H
#define EF_SCAN_H

#include "scan/state.h"

/* Defaces an image in memory, by the same stages and audits as efface_run. Nothing is written.
 * image    in and out: voxels under the mask change; unchanged on failure
 * options  in: mode, fill, parts, margin_mm, strength_mm, threads and seed are used; the seed is used
 *          whatever has_seed is
 * name     for messages
 * Returns EFFACE_PASS where every audit held, else what efface_run would return, including
 * EFFACE_REVIEW. */
efface_status ef_deface_image(ef_image *image, const efface_options *options, const char *name,
                              efface_error *err) __attribute__((warn_unused_result));

/* Runs efface_run through io. The options' outputs are files, as in efface_run. The record goes to
 * name.json where no path is given. The seed is used whatever has_seed is.
 * in       for messages
 * name     for messages, and for the names of files beside it; io decides what becomes of it
 * io       in: where the scan comes from and goes to
 * options  NULL for the defaults
 * result   out; may be NULL
 * Returns as efface_run. */
efface_status ef_run_io(const char *in, const char *name, const ef_scan_io *io,
                        const efface_options *options, efface_result *result, efface_error *err)
    __attribute__((warn_unused_result));

/* Begins a run from file to file whose stages are run one by one.
 * scan     out; release with ef_scan_release
 * in, out  paths, borrowed until the release
 * options  in; its strings are borrowed as long
 * result   out: filled as far as the run came, but for status and reason, which the caller sets */
void ef_scan_open(ef_scan *scan, const char *in, const char *out, const efface_options *options,
                  efface_result *result);

/* Makes the scan follow another one of the same head, as efface_apply does. To be called between the
 * stages EF_STAGE_READ and EF_STAGE_LOCATE.
 * scan              in and out
 * name              of the other scan, for messages; borrowed until the release, like the next one
 * output            path of the other scan's result, for the record
 * world_from_atlas  where the head lies in the other scan
 * lead              the other scan with its voxels, borrowed until the release */
void ef_scan_follow(ef_scan *scan, const char *name, const char *output, const ef_affine *world_from_atlas,
                    const ef_image *lead);

/* Begins a run on an image in memory whose stages are run one by one, for tests and benches.
 * scan     out; release with ef_scan_release
 * image    in: borrowed, with its voxels, until the release
 * options  in: as for ef_deface_image
 * result   out: the checks as they are made */
void ef_scan_begin(ef_scan *scan, const ef_image *image, const efface_options *options,
                   efface_result *result);

/* Runs the stages that were not run yet, up to and including `last`, and calls the hook after each.
 * scan  in and out
 * last  up to EF_STAGE_AUDIT for an image in memory
 * Returns EFFACE_PASS, or the first other status of a stage or of the hook. */
efface_status ef_scan_advance(ef_scan *scan, ef_stage last, efface_error *err)
    __attribute__((warn_unused_result));

/* Frees what the scan owns and removes what was not committed. */
void ef_scan_release(ef_scan *scan);

#endif
