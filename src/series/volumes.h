/* Volumes: the way of a 4-D scan through the stages. All stages examine the robust mean of its volumes. The
 * mask covers the face wherever motion moved it, and is applied to every volume. */
#ifndef EF_VOLUMES_H
#define EF_VOLUMES_H

#include "apply/input.h"
#include "io/series.h"
#include "io/volume_writer.h"
#include "series/motion.h"

/* Zero is valid and may be released. */
typedef struct ef_volumes {
    ef_series *series;        /* owned; NULL until a scan of several volumes is open */
    ef_summary before, after; /* of the original and the defaced volumes */
    ef_motion motion;
    ef_image shown_before, shown_after;     /* the first volume of each, for the picture */
    uint64_t hash;                          /* of the volumes as first read */
    int64_t brain_changed, outside_changed; /* voxels of all volumes, by their bits */
} ef_volumes;

/* Least agreement of the volumes of one head. Volumes of noise alone have 0.1 and less; volumes of a head
 * in different contrasts have 0.5 and more. Series below it are refused. */
#define EF_VOLUMES_ALIKE 0.3
/* Greatest motion of a head, mm. A head that moved farther was repositioned; such a series is refused. */
#define EF_VOLUMES_MOVED_MM 25.0

/* First pass over the volumes: their mean and their motion.
 * volumes  in and out: series is the open one, or NULL where the image holds its voxels
 * image    in: what the series was opened with
 * threads  number of threads; the result does not depend on it
 * sha256   out: as from ef_series_finish; NULL where it is not wanted
 * Errors: EFFACE_INPUT where the file is damaged; EFFACE_INTERNAL. */
efface_status ef_volumes_survey(ef_volumes *volumes, const ef_image *image, int threads, char sha256[65],
                                efface_error *err);

/* Builds the work volume of the mean, with its transforms from and to the image's own voxels.
 * Arguments and errors as for ef_work_build. */
efface_status ef_volumes_work(ef_work *work, const ef_volumes *volumes, const ef_image *image, int threads,
                              const char *name, efface_error *err);

/* Spreads the cut and the brain to all places where motion moved them.
 * volumes  in and out: surveyed; its motion gets the poses that represent all
 * cut_mm   in and out, on the atlas' grid
 * subject  in: atlas, work, location; in and out: brain
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INTERNAL. */
efface_status ef_volumes_cover(ef_volumes *volumes, float *cut_mm, ef_subject *subject, int threads,
                               efface_error *err);

/* Second pass: every volume is changed as in->mode says, compared with the original volume, and handed on.
 * volumes  in and out: surveyed; gets the counts, the mean after, the first volume after
 * image    in: what the series was opened with
 * in       in
 * defaced  a whole copy of the image that is written into, or NULL
 * writer   an open one, which is ended here, or NULL
 * threads  number of threads; the result does not depend on it
 * Errors: EFFACE_INPUT where the file differs from the first pass; EFFACE_INTERNAL. */
efface_status ef_volumes_apply(ef_volumes *volumes, const ef_image *image, const ef_apply_input *in,
                               ef_image *defaced, ef_volume_writer *writer, int threads, efface_error *err);

/* Frees what it owns and zeroes it. */
void ef_volumes_release(ef_volumes *volumes);

#endif
