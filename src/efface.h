/* efface: takes the face out of 3-D head scans and proves it.
 *
 * This is the one public header. Every function returns an efface_status that must be looked at;
 * on anything but EFFACE_PASS the last argument, where not NULL, holds a one-line message. The library
 * never prints, never exits, never changes the locale or the number of OpenMP threads of its caller.
 */
#ifndef EFFACE_H
#define EFFACE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(EFFACE_BUILDING) && defined(__GNUC__)
#define EFFACE_API      __attribute__((visibility("default"), warn_unused_result))
#define EFFACE_API_VOID __attribute__((visibility("default")))
#else
#define EFFACE_API
#define EFFACE_API_VOID
#endif

/* Also the program's exit status. */
typedef enum efface_status {
    EFFACE_PASS = 0,     /* done, and every audit held */
    EFFACE_INTERNAL = 1, /* out of memory, I/O error, a fault of ours */
    EFFACE_USAGE = 2,    /* options or arguments that make no sense */
    EFFACE_INPUT = 3,    /* the input can't be read or isn't a head scan with a face */
    EFFACE_LOCATE = 4,   /* no convincing position of the head was found */
    EFFACE_AUDIT = 5,    /* an audit did not hold: nothing was written */
    EFFACE_REVIEW = 6    /* not proved either way: a person must look */
} efface_status;

typedef struct efface_error {
    efface_status status;
    char message[512];
} efface_error;

typedef enum efface_mode { EFFACE_REMOVE, EFFACE_BLUR, EFFACE_REFACE } efface_mode;

typedef enum efface_fill { EFFACE_FILL_NOISE, EFFACE_FILL_ZERO, EFFACE_FILL_MIN } efface_fill;

/* Who says where the head lies. EFFACE_ENGINE_ITK: efface does, and ITK's registration is asked as well;
 * where they differ the scan ends as EFFACE_REVIEW. It needs the module with ITK, else EFFACE_USAGE. */
typedef enum efface_engine { EFFACE_ENGINE_EFFACE, EFFACE_ENGINE_ITK } efface_engine;

/* Parts of the face, to be joined by |. */
enum {
    EFFACE_PART_FOREHEAD = 1 << 0, /* from the brow line down to the orbits */
    EFFACE_PART_EYES = 1 << 1,
    EFFACE_PART_NOSE = 1 << 2,
    EFFACE_PART_MOUTH = 1 << 3, /* lips and teeth */
    EFFACE_PART_CHIN = 1 << 4,
    EFFACE_PART_CHEEKS = 1 << 5,
    EFFACE_PART_EAR_LEFT = 1 << 6,
    EFFACE_PART_EAR_RIGHT = 1 << 7,
    EFFACE_PARTS_FACE = 0x3f,
    EFFACE_PARTS_EARS = 0xc0,
    EFFACE_PARTS_ALL = 0xff,   /* what is taken out by default */
    EFFACE_PART_SCALP = 1 << 8 /* over the skull, from the brow to the nape; EFFACE_REMOVE only */
};

/* What --deidentify leaves in a header, to be joined by |; by default all of it goes but
 * EFFACE_RETAIN_PRIVATE. */
enum {
    EFFACE_RETAIN_DATES = 1 << 0, /* shifted by a secret number of days, the same for all of a patient's */
    EFFACE_RETAIN_PATIENT = 1 << 1,     /* age, sex, height, weight and the like */
    EFFACE_RETAIN_DEVICE = 1 << 2,      /* which scanner */
    EFFACE_RETAIN_UIDS = 1 << 3,        /* else new ones, consistent under one key */
    EFFACE_RETAIN_INSTITUTION = 1 << 4, /* where */
    EFFACE_RETAIN_DESCRIPTORS = 1 << 5, /* of descriptions, the words known to be harmless */
    EFFACE_RETAIN_PRIVATE = 1 << 6,     /* private attributes known to be numbers that pictures need */
    EFFACE_RETAIN_ALL = 0x7f
};

typedef struct efface_options {
    efface_mode mode; /* EFFACE_REMOVE */
    efface_fill fill; /* EFFACE_FILL_NOISE */
    unsigned parts;   /* EFFACE_PARTS_ALL */
    double margin_mm; /* around the brain, never touched; 4; in a child's head less, in proportion; deep in
                       * a grown head up to 3 more, in noisy scans 1 to 3 more over the ears; under
                       * its scalp none */
    double strength_mm; /* of EFFACE_BLUR: standard deviation of the surface's smoothing; 20 */
    int threads;        /* 0: as many as there are processors */
    bool has_seed;      /* else the seed is drawn from the system and kept nowhere */
    uint64_t seed;
    bool force;           /* overwrite existing outputs */
    bool keep_header;     /* keep free text in the header */
    bool keep_review;     /* write a result that needs review, under a name that says so */
    bool deidentify;      /* take out who, where and when: DICOM header, NIfTI text, JSON sidecar */
    unsigned retain;      /* EFFACE_RETAIN_ bits; EFFACE_RETAIN_PRIVATE */
    const char *key_file; /* key of new UIDs, pseudonyms and shifts, made where it isn't there; NULL: for
                             this run */
    const char *mask;     /* path for the mask, NULL for none */
    const char *brain;    /* path for the protected brain, NULL for none */
    const char *record;   /* path of the JSON record, NULL: OUT.json beside the output */
    bool no_record;
    const char *series;       /* of a DICOM folder: Series Number, Series Instance UID or name; NULL: all */
    bool others;              /* of a DICOM folder: copy what is no scan, unchanged */
    const char *png;          /* QC picture of the result, NULL for none */
    const char *png_original; /* QC picture that shows the face, only when asked for, NULL for none */
    /* Called when a stage begins, with its name (a static string), on the thread that called; NULL for
     * none. */
    void (*progress)(void *context, const char *stage);
    void *progress_context;
    efface_engine engine; /* EFFACE_ENGINE_EFFACE */
} efface_options;

/* Defaults as listed above. */
EFFACE_API_VOID void efface_options_init(efface_options *options);

/* One audited number: what was measured against which limit. */
typedef struct efface_check {
    const char *name; /* static string, snake_case with unit suffix */
    double value;
    double limit;
    bool upper; /* holds where value <= limit; else where value >= limit */
    bool holds;
} efface_check;

typedef struct efface_timing {
    const char *stage; /* static string: "read", "segment", ... */
    double seconds;
} efface_timing;

enum { EFFACE_MAX_CHECKS = 32, EFFACE_MAX_TIMINGS = 16 };

/* What happened to one scan. */
typedef struct efface_result {
    efface_status status;
    char reason[256];                  /* one line, empty on a pass */
    char input_sha256[65];             /* hex, of the input file's bytes */
    double world_from_atlas[3][4];     /* mm to mm */
    double confidence;                 /* 0 to 1 */
    int64_t mask_voxels, brain_voxels; /* of one volume */
    int n_checks;
    efface_check checks[EFFACE_MAX_CHECKS];
    int n_timings;
    efface_timing timings[EFFACE_MAX_TIMINGS];
} efface_result;

/* Removes the face of scan `in` and writes `out`; nothing is written under that name without a pass.
 * in, out   paths; formats by their endings: .nii, .nii.gz, .hdr/.img
 * options   NULL for the defaults
 * result    filled as far as the run came, also on failure; may be NULL
 * Returns EFFACE_PASS and a complete output, or the reason and none. */
EFFACE_API efface_status efface_run(const char *in, const char *out, const efface_options *options,
                                    efface_result *result, efface_error *err);

/* Takes the face out of another image of a head whose face was taken out before: the pose is carried over
 * from that scan by rigid registration within the session, the mask is made anew on this image's own grid,
 * with a random offset of its own. record    of the first scan's run, which must have passed image     the
 * first scan, with its face or without; NULL: what lies beside the record in, out   as for efface_run;
 * options too: none of them is taken from the record Returns as efface_run; EFFACE_REVIEW and EFFACE_LOCATE
 * where the registration is in doubt. */
EFFACE_API efface_status efface_apply(const char *record, const char *image, const char *in,
                                      const char *out, const efface_options *options, efface_result *result,
                                      efface_error *err);

/* One series of a folder of DICOM files, and what became of it. Of a series whose images differ in
 * orientation, echo, kind or size each part is a series of its own here. */
typedef struct efface_series {
    char name[32]; /* its folder within the output: "series_003", "series_003_2" */
    int number;    /* Series Number */
    char modality[20], description[72];
    int files;
    int64_t n[3], volumes; /* slices as stored */
    int gaps;              /* between slices, where one or more are missing */
    char left_out[160];    /* why it was not defaced and is not in the output: "a localizer"; else empty */
    bool copied;           /* it is in the output all the same, unchanged, because that was asked for */
    const efface_result *result; /* NULL where it was left out, or where series are only listed */
} efface_series;

typedef void efface_series_fn(void *context, const efface_series *series);

/* Removes the face of the scans in a folder of DICOM files (or of one file) and writes those that pass, one
 * folder for each, into the new folder `out`, which has that name only when all of them are written and
 * read back. What is no scan is left out: localizers, reports, screenshots, secondary captures. in       a
 * folder, searched with all below it, or one file out      must not exist, or be an empty folder options as
 * efface_run; mask, brain, record and pictures only where one series is defaced each     called for every
 * series, when it is done; NULL for none Returns EFFACE_PASS where every scan passed, else the first other
 * status: the output holds those that passed. */
EFFACE_API efface_status efface_run_dicom(const char *in, const char *out, const efface_options *options,
                                          efface_series_fn *each, void *context, efface_error *err);

/* Lists the series of a folder of DICOM files, as efface_run_dicom sees them. */
EFFACE_API efface_status efface_list_dicom(const char *in, efface_series_fn *each, void *context,
                                           efface_error *err);

/* One region of the head's surface as seen from the front (ears: from their side), before and after. */
typedef struct efface_region_change {
    const char *name; /* static string: "face", "eyes", "nose", "mouth", "chin", "ear_left", "ear_right" */
    unsigned part;    /* the EFFACE_PART_ bits it stands for */
    bool visible;     /* the original shows it; else the numbers are 0 and nothing is judged */
    double area_cm2;  /* of the original surface, as projected */
    double distance_median_mm,
        distance_p95_mm; /* from the old surface to the nearest point of the new one */
    double survived;     /* fraction of the area from which the new surface is at most 1 mm away */
    double relief_before_mm,
        relief_after_mm; /* RMS of the relief: wavelengths 8 to 60 mm beyond a quadric */
    double relief_r2;    /* squared correlation of the two reliefs; 0 where it is negative */
    double relief_kept;  /* fraction of the old relief's height found in the new: slope of the regression */
    bool own_judged;     /* what the mean face has as well can be taken off: not ears, only a head that is
                            located */
    double own_r2, own_kept; /* as relief_r2 and relief_kept, of this head's own relief beyond the mean */
    bool gone;
} efface_region_change;

enum { EFFACE_REGIONS = 7, EFFACE_MAX_FIELDS = 48 };

/* What a defaced scan is worth, measured against its original. */
typedef struct efface_evaluation {
    efface_status
        status; /* PASS: features gone and brain whole; AUDIT: one is not; REVIEW: one can't be told */
    char reason[256];     /* one line, empty on a pass */
    bool features_gone;   /* all visible regions that were asked for */
    bool features_judged; /* the original shows at least one */
    bool has_brain;       /* a brain mask was given or could be estimated */
    bool brain_whole;     /* no voxel of it changed */

    int64_t voxels, voxels_changed; /* of one volume; changed in any volume */
    int64_t pieces;                 /* connected pieces (26 neighbours) of what changed */
    int64_t changed_apart;          /* voxels outside of the largest piece */
    int64_t brain_voxels, brain_changed;
    double brain_changed_mm3;
    double brain_depth_mm; /* of the deepest changed voxel's centre below the mask's surface */
    bool brain_estimated;  /* no mask was given: these are about efface's own estimate */

    bool fill_judged; /* changed voxels that are air now can be held against the original's own air */
    bool
        fill_plausible; /* and are like it: neither a constant in the midst of noise nor of another level */
    double fill_share;  /* of the changed voxels, those that are air now */
    double fill_constant, fill_mean, fill_sd; /* of those: share of the commonest value; values */
    double air_constant, air_mean, air_sd;    /* the same of the original's air */
    double edge_cm2;                          /* area of the cut through what was left of the head */
    double edge_step; /* median step of values across it, 1 being the original's tissue above its air */

    bool same_dtype, same_scale, same_orientation; /* bit for bit; nearest axes for the last */
    int n_fields;                                  /* header fields whose bytes differ */
    char fields[EFFACE_MAX_FIELDS][20];            /* their names as in the NIfTI standard */

    bool nose_found;       /* else the regions are placed by proportion below the vertex */
    double nose_tip_mm[3]; /* world */
    efface_region_change region[EFFACE_REGIONS];
} efface_evaluation;

/* Judges any tool's output against its original, by Theyers' two criteria (2021): all facial features gone,
 * no brain removed. Independent of efface's masks. brain    path of a brain mask on the images'
 * grid, nonzero is brain; NULL: efface's own estimate is counted, and a pass becomes a review, since an
 * estimate proves nothing parts    EFFACE_PART_ bits that must be gone threads  0: as many as there are
 * processors out      filled where the two could be compared The head must lie in its header's axes to
 * within about 25 degrees (front is A, up is S); a nose in the original is what the regions are placed by.
 * A feature of which nothing but what the mean face has as well is left is gone; a refaced scan still does
 * not pass where its new face goes through the old one. Returns EFFACE_PASS where the comparison was made,
 * whatever its verdict (out->status), or EFFACE_INPUT, EFFACE_INTERNAL and no numbers: unreadable,
 * different grids. */
EFFACE_API efface_status efface_evaluate(const char *original, const char *defaced, const char *brain,
                                         unsigned parts, int threads, efface_evaluation *out,
                                         efface_error *err);

/* What a scan shows of a face. */
typedef enum efface_face {
    EFFACE_FACE_PRESENT,   /* at least one part that can be told is there, with its relief */
    EFFACE_FACE_REMOVED,   /* the parts in view are cut away */
    EFFACE_FACE_FLATTENED, /* tissue is there, a face's relief is not: blurred, or a scan too coarse to tell
                            */
    EFFACE_FACE_NOT_IN_VIEW, /* the head is there, the field of view ends before the face */
    EFFACE_FACE_BRAIN_ONLY,  /* a brain without its head */
    EFFACE_FACE_UNKNOWN,     /* no head was found, or what is where its face should be can't be told */
    EFFACE_FACE_BLURRED,     /* tissue without features, as --mode blur leaves it */
    EFFACE_FACE_REPLACED     /* the mean face, as --mode reface leaves it, and nobody's own */
} efface_face;

/* One part of the face in one scan, against the atlas' mean face. */
typedef struct efface_part_found {
    const char *name;   /* static string: "eyes", "nose", "mouth", "chin", "ear_left", "ear_right" */
    unsigned part;      /* its EFFACE_PART_ bit */
    bool visible;       /* in the field of view; else the rest is 0 */
    efface_face face;   /* PRESENT, REMOVED, FLATTENED or UNKNOWN */
    double tissue;      /* fraction of the shell 3 to 13 mm under the mean skin that is tissue here */
    double gap_mm;      /* median depth of the surface behind the mean one; not for ears */
    double relief_r;    /* correlation of the relief with the mean face's, -1 to 1; not for ears */
    double relief_kept; /* slope of that regression; not for ears */
} efface_part_found;

enum { EFFACE_PARTS_FOUND = 6 };

/* What a scan looks like without its original. */
typedef struct efface_verification {
    efface_status status; /* PASS: no face; AUDIT: face present; REVIEW: can't be told */
    efface_face face;
    double confidence;       /* in that answer, 0 to 1 */
    char reason[256];        /* one line */
    double pose_confidence;  /* that the head was found, 0 to 1, with or without its face */
    double brain_confidence; /* that this is a brain without its head, 0 to 1; 0 where that was not asked */
    double head_ml;
    double own_relief; /* eyes and nose: how much the relief differs from the mean face's, in parts of that
                          one's height; 0 where that was not asked */
    double relief_height; /* eyes, nose and mouth: of the relief over the mean face's; likewise */
    efface_part_found part[EFFACE_PARTS_FOUND];
} efface_verification;

/* Judges one scan on its own: is there a face that somebody has?
 * parts  EFFACE_PART_ bits that must be gone; forehead and cheeks are not judged. EFFACE_PARTS_FACE is what
 * to ask of any tool's output, EFFACE_PARTS_ALL asks for the ears too out    filled where the file could be
 * read Fails closed: PASS is given only where the head was found with confidence and every part in view is
 * shown to be gone, without features, or the mean face's. Returns EFFACE_PASS where the file could be
 * judged, whatever the verdict (out->status), or EFFACE_INPUT (unreadable), EFFACE_INTERNAL. */
EFFACE_API efface_status efface_verify(const char *path, unsigned parts, int threads,
                                       efface_verification *out, efface_error *err);

/* "present", "removed", "flattened", "not in view", "brain only", "unknown", "blurred", "replaced". */
EFFACE_API_VOID const char *efface_face_name(efface_face face);

/* What can be the matter with a head, or with its scan. Those that can't be had together (two fields of
 * view, MR or CT alone) are refused. */
enum {
    EFFACE_CONDITION_ATROPHY = 1 << 0,   /* wide sulci and ventricles */
    EFFACE_CONDITION_RESECTION = 1 << 1, /* a cavity in a lobe, full of fluid, and the bone above it gone */
    EFFACE_CONDITION_BEARD = 1 << 2,     /* hair before cheeks, chin and upper lip, with some signal */
    EFFACE_CONDITION_STRAP = 1 << 3,     /* a band around the forehead, one under the chin, as of coils */
    EFFACE_CONDITION_HOLDER = 1 << 4,    /* table, head holder and pads, touching the head */
    EFFACE_CONDITION_DENTAL = 1 << 5,    /* MR: a signal void around teeth; CT: streaks */
    EFFACE_CONDITION_DROPOUT = 1 << 6,   /* MR: signal fades from mouth to chin */
    EFFACE_CONDITION_SPECKLE = 1 << 7,   /* MR: air of uniform noise as bright as tissue (MP2RAGE) */
    EFFACE_CONDITION_CIRCLE = 1 << 8,    /* nothing but a constant outside of a cylinder */
    EFFACE_CONDITION_SHOULDERS = 1 << 9, /* neck and shoulders in view */
    EFFACE_CONDITION_HALF = 1 << 10,     /* field of view: ends through one eye */
    EFFACE_CONDITION_SLAB = 1 << 11,     /* field of view: 70 mm around the eyes */
    EFFACE_CONDITION_LARGE_BOX = 1 << 12 /* field of view: 400 mm, mostly empty */
};
enum { EFFACE_CONDITIONS = 13 };

/* A head that never lived, with known truth: for tests, benchmarks and for trying things out. */
typedef struct efface_phantom_options {
    uint64_t seed;           /* who: the same seed is the same person; 0 is the average person; 1 */
    uint64_t head;           /* whose cranium, neck and brain; 0: the person's own; 0 */
    uint64_t scan;           /* noise, receive field and, where drawn, pose; 1 */
    int contrast;            /* 0 T1, 1 T2, 2 PD, 3 FLAIR, 4 CT; 0 */
    int fov;                 /* 0 full, 1 without the chin, 2 without the vertex, 3 tight on all sides; 0 */
    int datatype;            /* 0 int16, 1 uint8 (not for CT), 2 float32; 0 */
    double voxel_mm[3];      /* along right, anterior, superior, 0.3 to 10; 1 1 1 */
    const char *orientation; /* where the stored axes point, one of the 48 such as "PSR"; "RAS" */
    double oblique_deg[3];   /* turn of the grid about x, y, z; 0 */
    bool draw_pose;          /* add a drawn pose to the given one; false */
    double rotate_deg[3];    /* the head's pitch, roll and yaw; 0 */
    double shift_mm[3];      /* of the head in the world; 0 */
    double noise_percent;    /* of white matter's signal (CT: HU); 2 */
    double bias_percent;     /* greatest departure of the receive field from 1; 20 */
    double neck_mm;          /* below the chin, 0 to 150; 40 */
    double size;             /* scale of the whole head, 0.5 to 1.5; 1 */
    double age_years;        /* size and proportions from birth (0) to 18, then grown up; 25 */
    unsigned conditions;     /* EFFACE_CONDITION_ bits joined by |; 0 */
    int threads;             /* 0: as many as there are processors */
    bool force;              /* overwrite existing outputs */
    const char *truth; /* prefix of <truth>_tissue.nii.gz, _brain, _part and <truth>.json; NULL for none */
} efface_phantom_options;

/* Defaults as listed above. */
EFFACE_API_VOID void efface_phantom_options_init(efface_phantom_options *options);

/* Makes a phantom and writes it to `out` (.nii, .nii.gz, .hdr/.img), with its truth where a prefix is
 * given: all files or none. options NULL: the defaults. The same options give the same voxels at any thread
 * count. */
EFFACE_API efface_status efface_phantom(const char *out, const efface_phantom_options *options,
                                        efface_error *err);

/* "0.1.0" */
EFFACE_API_VOID const char *efface_version(void);

/* "pass", "review", "fail" ... one lower-case word. */
EFFACE_API_VOID const char *efface_status_name(efface_status status);

#ifdef __cplusplus
}
#endif
#endif
