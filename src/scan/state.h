/* Everything that the stages of one scan hold and pass on. Only the files of this room use it, and tests
 * and benches that damage a run on purpose. */
#ifndef EF_SCAN_STATE_H
#define EF_SCAN_STATE_H

#include "audit/shape.h"
#include "head/carry.h"
#include "head/elsewhere.h"
#include "head/subject.h"
#include "identity/headers.h"
#include "io/file.h"
#include "region/region.h"
#include "series/volumes.h"

/* The stages in their order. */
typedef enum ef_stage {
    EF_STAGE_READ,
    EF_STAGE_SEGMENT,
    EF_STAGE_LOCATE,
    EF_STAGE_FACE,
    EF_STAGE_PROTECT,
    EF_STAGE_REGION,
    EF_STAGE_APPLY,
    EF_STAGE_AUDIT,
    EF_STAGE_WRITE,
    EF_STAGES
} ef_stage;

/* Where a scan comes from and goes to when it is not a single file. */
typedef struct ef_scan_io {
    void *context;
    efface_status (*read)(void *context, ef_image *image, char sha256[65], efface_error *err);
    /* name    as given to ef_run_io, or one that says it needs review
     * result  in: its status tells whether the face is proved to be gone; out: dropped, output_sha256 */
    efface_status (*write)(void *context, const char *name, const ef_image *defaced, const uint8_t *mask,
                           efface_result *result, efface_error *err);
} ef_scan_io;

typedef struct ef_scan ef_scan;

/* Called after a stage that succeeded; what it returns counts as the stage's status. */
typedef efface_status ef_scan_hook(void *context, ef_scan *scan, ef_stage stage, efface_error *err);

/* Zero is valid and may be released. */
struct ef_scan {
    /* The task. */
    const char *in, *out;          /* paths, or names for messages; out is NULL where nothing is written */
    const ef_scan_io *io;          /* NULL: files */
    const char *from, *from_image; /* record and image of a scan of the same head; NULL for none */
    const char *root;              /* folder of a data set that outputs are named from; NULL: none */
    const char *reference;         /* the output of the scan that is followed; NULL: none, or not known */
    efface_options options;
    int threads;
    uint64_t seed;
    efface_result *result;
    ef_scan_hook *hook; /* NULL for none */
    void *hook_context;
    /* The progress. */
    ef_stage next;   /* the next stage */
    double begin_s;  /* when the current stage began */
    bool borrowed;   /* the caller owns the original */
    bool leads;      /* the caller owns carry.first */
    char *result_as; /* owned: the name that the result has; NULL before it is known */
    /* The findings. */
    ef_image original, defaced;
    const struct ef_scan_kind *kind; /* one volume or many (kind.h); set by the first stage */
    ef_volumes volumes;              /* for many volumes */
    ef_carry carry;                  /* where `from` is given */
    ef_carried carried;              /* likewise */
    ef_image as_is;                  /* the first scan's mask, where it is taken as it is */
    ef_subject subject;
    float *cut_mm; /* owned: of the wanted parts, on the atlas' grid, without the random offset */
    ef_region region;
    ef_face_shape shape;    /* of the original; NaN where it is not judged */
    ef_elsewhere elsewhere; /* likewise */
    double kept_for_brain;  /* fraction of the face's relief */
    double ears_left_cm2;   /* of an ear: first by the mask, then in the result */
    bool engines_differ;
    ef_headers headers;
    ef_output_set outputs;      /* everything but the image */
    ef_output_set image_output; /* the image: named last */
};

#endif
