/* efface: removes the face from 3-D head scans and proves that it is gone.
 *
 * This is the only public header. Every function returns an efface_status, which must be checked. On any
 * status but EFFACE_PASS the last argument, where not NULL, holds a one-line message. The library never
 * prints, never exits, and never changes its caller's locale or number of OpenMP threads.
 *
 * File formats of images are told by the ending of the name: NIfTI (.nii, .nii.gz, .hdr/.img) and MGH
 * (.mgh, .mgz) always. NRRD, MetaImage, MINC, HDF5, GIPL and VTK need the module with ITK; `efface formats`
 * lists all endings. DICOM is read and written as folders of files, by efface_run_dicom.
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

/* The result of a call, and the program's exit status. */
typedef enum efface_status {
    EFFACE_PASS = 0,     /* done, and every audit held */
    EFFACE_INTERNAL = 1, /* out of memory, an I/O error, or a bug in efface */
    EFFACE_USAGE = 2,    /* options or arguments that make no sense */
    EFFACE_INPUT = 3,    /* the input can't be read, or is no head scan with a face */
    EFFACE_LOCATE = 4,   /* the head's position could not be found with confidence */
    EFFACE_AUDIT = 5,    /* an audit did not hold: nothing was written */
    EFFACE_REVIEW = 6,   /* not proved either way: a person must look */
    EFFACE_STOPPED = 75  /* a data set: stopped by a signal; the same call goes on where it stopped */
} efface_status;

typedef struct efface_error {
    efface_status status;
    char message[512]; /* one line, lower case, no full stop */
} efface_error;

/* What becomes of the face: air, a smooth head without features, or a new face that is nobody's. */
typedef enum efface_mode { EFFACE_REMOVE, EFFACE_BLUR, EFFACE_REFACE } efface_mode;

/* What is put where air is put: noise like the scan's own background, zero, or the scan's least value. */
typedef enum efface_fill { EFFACE_FILL_NOISE, EFFACE_FILL_ZERO, EFFACE_FILL_MIN } efface_fill;

/* What locates the head. With EFFACE_ENGINE_ITK efface locates it, and ITK's registration checks the
 * answer. Where the two differ, the scan ends as EFFACE_REVIEW. It needs the module with ITK, else
 * EFFACE_USAGE. */
typedef enum efface_engine { EFFACE_ENGINE_EFFACE, EFFACE_ENGINE_ITK } efface_engine;

/* Parts of the face, joined by |. */
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
    EFFACE_PARTS_ALL = 0xff,   /* what is removed by default */
    EFFACE_PART_SCALP = 1 << 8 /* skin over the skull, from the brow to the nape; EFFACE_REMOVE only */
};

/* What de-identification keeps in a header, joined by |. By default only EFFACE_RETAIN_PRIVATE is kept. */
enum {
    EFFACE_RETAIN_DATES = 1 << 0,       /* shifted by a secret number of days, the same for one patient */
    EFFACE_RETAIN_PATIENT = 1 << 1,     /* age, sex, height, weight and the like */
    EFFACE_RETAIN_DEVICE = 1 << 2,      /* which scanner */
    EFFACE_RETAIN_UIDS = 1 << 3,        /* else they become new ones, consistent under one key */
    EFFACE_RETAIN_INSTITUTION = 1 << 4, /* which hospital */
    EFFACE_RETAIN_DESCRIPTORS = 1 << 5, /* words of descriptions that are known to be harmless */
    EFFACE_RETAIN_PRIVATE = 1 << 6,     /* private attributes known to be numbers that images need */
    EFFACE_RETAIN_ALL = 0x7f
};

/* Options of a run. Strings are borrowed. The default stands at the end of a comment where it is not 0,
 * false or NULL. */
typedef struct efface_options {
    efface_mode mode; /* EFFACE_REMOVE */
    efface_fill fill; /* EFFACE_FILL_NOISE */
    unsigned parts;   /* EFFACE_PART_ bits to be removed; EFFACE_PARTS_ALL */
    /* Distance around the brain that is never touched, 0 to 20; 4. In a child's head it is smaller, in
     * proportion. Deep in an adult's head it is up to 3 more, over the ears of noisy scans 1 to 3 more.
     * Under a scalp that is removed it is 0. */
    double margin_mm;
    double strength_mm; /* EFFACE_BLUR: standard deviation of the surface's smoothing, 15 to 40; 20 */
    int threads;        /* 0: one for each processor; the result does not depend on it */
    bool has_seed;      /* false: the seed is drawn from the system and stored nowhere */
    uint64_t seed;      /* of the fill and of the cut's random relief */
    bool force;         /* overwrite existing outputs */
    bool keep_header;   /* keep free text in the header */
    bool keep_review;   /* write a result that needs review, under a name that says so */
    bool deidentify;    /* remove who, where and when: DICOM header, NIfTI text, JSON sidecar */
    unsigned retain;    /* EFFACE_RETAIN_ bits; EFFACE_RETAIN_PRIVATE */
    /* Write a JSON sidecar beside OUT that says what was done, and what the one beside IN says. Where only
     * deidentify is set, it is written where there is one. */
    bool sidecar;
    const char *key_file; /* secret key of new UIDs, pseudonyms and shifts, created where the file does not
                           * exist; NULL: a key for this run only */
    const char *mask;     /* path for the mask of what was removed; NULL: none */
    const char *brain;    /* path for the mask of the protected brain; NULL: none */
    const char *record;   /* path of the JSON record; NULL: beside the output, named OUT_efface.json */
    bool no_record;
    bool record_date;   /* say in the record on which day it was made */
    const char *series; /* of a DICOM folder: Series Number, Series Instance UID or name; NULL: all */
    bool others;        /* of a DICOM folder: copy, unchanged, what is no scan; it may show the face */
    const char *png;    /* path for a QC picture of the result; NULL: none */
    const char *png_original; /* path for a QC picture of the original: it SHOWS THE FACE; NULL: none */
    /* Called on the caller's thread when a stage begins. stage: its name, a static string. NULL: not
     * called. */
    void (*progress)(void *context, const char *stage);
    void *progress_context;
    efface_engine engine; /* EFFACE_ENGINE_EFFACE */
    /* Of efface_apply: path of the first scan's mask, which is taken as it is, by the headers and without a
     * registration: for images that show no head, such as phases and maps. EFFACE_REMOVE only, with noise
     * like the image's own and without a wall. NULL: the mask is made anew */
    const char *as_is;
} efface_options;

/* Sets the defaults listed above. */
EFFACE_API_VOID void efface_options_init(efface_options *options);

/* One audited number: what was measured, and its limit. */
typedef struct efface_check {
    const char *name; /* static string, snake_case with unit suffix */
    double value;
    double limit;
    bool upper; /* true: it holds where value <= limit; false: where value >= limit */
    bool holds;
} efface_check;

typedef struct efface_timing {
    const char *stage; /* static string: "read", "segment", ... */
    double seconds;
} efface_timing;

enum { EFFACE_MAX_CHECKS = 32, EFFACE_MAX_TIMINGS = 16 };

/* What happened to one scan. Only the first n_checks and n_timings entries are set. */
typedef struct efface_result {
    efface_status status;
    char reason[256]; /* one line, empty on a pass */
    /* Of DICOM: the elements beside the pixels that were dropped because they could hold a picture, such as
     * "(0029,1101) (6000,xxxx)". */
    char dropped[256];
    char note[160];        /* what had to be assumed of the header; empty for nothing */
    char input_sha256[65]; /* hex, of the input file's bytes */
    /* Likewise, of the output; of a folder: of its files, one after the other, by their names. Of a format of
     * two files also of the other one. Empty where nothing was written. */
    char output_sha256[65], output_other_sha256[65];
    double world_from_atlas[3][4];     /* the head's pose, mm to mm */
    double confidence;                 /* in that pose, 0 to 1 */
    int64_t mask_voxels, brain_voxels; /* of one volume */
    int n_checks;
    efface_check checks[EFFACE_MAX_CHECKS];
    int n_timings;
    efface_timing timings[EFFACE_MAX_TIMINGS];
} efface_result;

/* Removes the face from a scan. The output appears complete, and only where every audit held.
 * in       path of the scan, in any image format; a 4-D image is treated in all its volumes
 * out      path of the result, in any image format; another file than `in`, unless force is set
 * options  NULL: the defaults
 * result   out: filled as far as the run came, also on failure; may be NULL
 * err      out: the reason on failure; may be NULL
 * Returns EFFACE_PASS with a complete output, else the reason's status and no file under the name `out`.
 * DICOM, which is a folder of files, is the business of efface_run_dicom. */
EFFACE_API efface_status efface_run(const char *in, const char *out, const efface_options *options,
                                    efface_result *result, efface_error *err);

/* Removes the face from another image of a head that was defaced before. The pose is carried over from that
 * scan by rigid registration within the session. The mask is made anew on this image's own grid, and its
 * cut has a random offset of its own.
 * record   path of the JSON record of the first scan's run, which must have passed
 * image    path of the first scan, with its face or without; NULL: the image beside the record
 * in, out  as for efface_run
 * options  as for efface_run; none of them is taken from the record
 * result   as for efface_run
 * err      as for efface_run
 * Returns as efface_run; EFFACE_REVIEW or EFFACE_LOCATE where the registration is in doubt. */
EFFACE_API efface_status efface_apply(const char *record, const char *image, const char *in,
                                      const char *out, const efface_options *options, efface_result *result,
                                      efface_error *err);

/* One series of a folder of DICOM files, and its outcome. Where images of one series differ in orientation,
 * echo, kind or size, each group of equal images counts as a series of its own here. */
typedef struct efface_series {
    char name[32]; /* of its folder within the output: "series_003", "series_003_2" */
    int number;    /* Series Number */
    char modality[20], description[72];
    int files;
    int64_t n[3], volumes; /* columns, rows and slices as stored; 1 volume for a 3-D image */
    int gaps;              /* places between slices where one or more slices are missing */
    char left_out[160];    /* why it is not defaced and not in the output: "a localizer"; else empty */
    bool copied;           /* left out, but copied to the output unchanged, as the options asked */
    const efface_result *result; /* NULL where it was left out, or where series are only listed */
} efface_series;

/* Called for one series. series: borrowed, valid during the call. */
typedef void efface_series_fn(void *context, const efface_series *series);

/* Removes the face from the scans in a folder of DICOM files, or from one DICOM file. The scans that pass
 * are written to the new folder `out`, each into a folder of its own. `out` has its name only when all of
 * them are written and read back. What is no scan is left out: localizers, reports, screenshots, secondary
 * captures.
 * in       path of a folder, searched with all folders below it, or of one file
 * out      path that must not exist, or be an empty folder
 * options  as for efface_run; mask, brain, record and pictures only where one series is defaced
 * each     called for every series when it is done; may be NULL
 * context  given to `each`
 * err      out: the reason of the first failure; may be NULL
 * Returns EFFACE_PASS where every scan passed, else the first other status; the output still holds the
 * scans that passed. EFFACE_INPUT where the module with GDCM is missing. */
EFFACE_API efface_status efface_run_dicom(const char *in, const char *out, const efface_options *options,
                                          efface_series_fn *each, void *context, efface_error *err);

/* Lists the series of a folder of DICOM files, as efface_run_dicom would treat them.
 * in       as for efface_run_dicom
 * each     called for every series; its result is NULL
 * context  given to `each`
 * err      out: the reason on failure; may be NULL */
EFFACE_API efface_status efface_list_dicom(const char *in, efface_series_fn *each, void *context,
                                           efface_error *err);

/* One region of the head's surface before and after, as seen from the front (ears: from their side). */
typedef struct efface_region_change {
    const char *name; /* static string: "face", "eyes", "nose", "mouth", "chin", "ear_left", "ear_right" */
    unsigned part;    /* the EFFACE_PART_ bits that it covers */
    bool visible;     /* the original shows it; else the numbers are 0 and nothing is judged */
    double area_cm2;  /* of the original surface, as projected */
    /* From the old surface to the nearest point of the new one. */
    double distance_median_mm, distance_p95_mm;
    double survived; /* fraction of the area from which the new surface is at most 1 mm away */
    /* RMS of the relief: wavelengths of 8 to 60 mm, without the quadric that fits best. */
    double relief_before_mm, relief_after_mm;
    double relief_r2;   /* squared correlation of the two reliefs; 0 where the correlation is negative */
    double relief_kept; /* fraction of the old relief's height found in the new: slope of the regression */
    bool own_judged;    /* own_r2 and own_kept are known: no ear, and the head was located */
    /* As relief_r2 and relief_kept, of what this head's relief differs from the mean face's. */
    double own_r2, own_kept;
    bool gone;
} efface_region_change;

enum { EFFACE_REGIONS = 7, EFFACE_MAX_FIELDS = 48 };

/* Quality of a defaced scan, measured against its original. */
typedef struct efface_evaluation {
    efface_status status; /* PASS: features gone and brain whole; AUDIT: not so; REVIEW: can't be decided */
    char reason[256];     /* one line, empty on a pass */
    bool features_gone;   /* all visible regions that were asked for */
    bool features_judged; /* the original shows at least one */
    bool has_brain;       /* a brain mask was given or could be estimated */
    bool brain_whole;     /* no voxel of it changed */

    int64_t voxels, voxels_changed; /* of one volume; changed in any volume */
    int64_t pieces;                 /* connected pieces (26 neighbours) of changed voxels */
    int64_t changed_apart;          /* changed voxels outside the largest piece */
    int64_t brain_voxels, brain_changed;
    double brain_changed_mm3;
    double brain_depth_mm; /* depth of the deepest changed voxel's centre below the mask's surface */
    bool brain_estimated;  /* no mask was given: these numbers are about efface's own estimate */

    bool fill_judged;    /* there are changed voxels that are air now, and original air to compare with */
    bool fill_plausible; /* that fill is like it: no constant among noise, and no other level */
    double fill_share;   /* fraction of the changed voxels that are air now */
    double fill_constant, fill_mean, fill_sd; /* of those: fraction of the commonest value; values */
    double air_constant, air_mean, air_sd;    /* the same of the original's air */
    double edge_cm2;                          /* area where the cut meets what was left of the head */
    double edge_step; /* median step of values across it; 1 is the original's tissue above its air */

    bool same_dtype, same_scale, same_orientation; /* bit for bit; nearest axes for the last */
    int n_fields;                                  /* header fields whose bytes differ */
    char fields[EFFACE_MAX_FIELDS][20];            /* their names as in the NIfTI standard */

    bool nose_found;       /* else the regions are placed by proportion below the vertex */
    double nose_tip_mm[3]; /* world */
    efface_region_change region[EFFACE_REGIONS];
} efface_evaluation;

/* Judges any tool's output against its original, by two criteria of Theyers et al. (2021): all facial
 * features are gone, and no brain is removed. It does not use efface's masks.
 * original  path of the original, in any image format
 * defaced   path of the tool's output, on the same grid
 * brain     path of a brain mask on the same grid, nonzero is brain; NULL: efface's own estimate is used,
 *           and a pass becomes a review, since an estimate proves nothing
 * parts     EFFACE_PART_ bits that must be gone
 * threads   0: one for each processor
 * out       out: filled where the two could be compared
 * err       out: the reason on failure; may be NULL
 * The head must be aligned with the header's axes to within about 25 degrees (front is A, up is S). The
 * regions are placed by a nose in the original. A feature is gone where nothing is left of it but what the
 * mean face has as well. A refaced scan still does not pass where its new face runs through the old one.
 * Returns EFFACE_PASS where the comparison was made, whatever its verdict (out->status). Errors:
 * EFFACE_INPUT where a file can't be read or the grids differ; EFFACE_INTERNAL. */
EFFACE_API efface_status efface_evaluate(const char *original, const char *defaced, const char *brain,
                                         unsigned parts, int threads, efface_evaluation *out,
                                         efface_error *err);

/* What a scan shows of a face. */
typedef enum efface_face {
    EFFACE_FACE_PRESENT,     /* at least one part that can be judged is there, with its relief */
    EFFACE_FACE_REMOVED,     /* the parts in view are cut away */
    EFFACE_FACE_FLATTENED,   /* tissue without a face's relief: blurred, or too coarse a scan to say */
    EFFACE_FACE_NOT_IN_VIEW, /* the head is there, the field of view ends before the face */
    EFFACE_FACE_BRAIN_ONLY,  /* a brain without its head */
    EFFACE_FACE_UNKNOWN,     /* no head was found, or its face is neither there nor gone */
    EFFACE_FACE_BLURRED,     /* tissue without features, as --mode blur leaves it */
    EFFACE_FACE_REPLACED     /* a face without anatomy under its skin, as --mode reface leaves it */
} efface_face;

/* One part of the face in one scan, compared with the atlas' mean face. */
typedef struct efface_part_found {
    const char *name;   /* static string: "eyes", "nose", "mouth", "chin", "ear_left", "ear_right" */
    unsigned part;      /* its EFFACE_PART_ bit */
    bool visible;       /* in the field of view; else the rest is 0 */
    efface_face face;   /* PRESENT, REMOVED, FLATTENED or UNKNOWN */
    double tissue;      /* fraction of the shell 3 to 13 mm under the mean skin that is tissue here */
    double gap_mm;      /* median depth of the surface behind the mean one; 0 for ears */
    double relief_r;    /* correlation of the relief with the mean face's, -1 to 1; 0 for ears */
    double relief_kept; /* slope of that regression; 0 for ears */
    double edge; /* steepness of the values at the surface there, relative to the scalp; 0 for ears */
} efface_part_found;

enum { EFFACE_PARTS_FOUND = 6 };

/* What a scan shows, judged without its original. */
typedef struct efface_verification {
    efface_status status; /* PASS: no face; AUDIT: a face is present; REVIEW: can't be decided */
    efface_face face;
    double confidence;       /* in that answer, 0 to 1 */
    char reason[256];        /* one line */
    double pose_confidence;  /* that the head was found, with or without its face, 0 to 1 */
    double brain_confidence; /* that this is a brain without its head, 0 to 1; 0 where it was not tested */
    double head_ml;          /* volume of the head in view */
    /* Eyes and nose: RMS of the relief's difference from the mean face's, over the RMS of the mean face's
     * relief; 0 where it was not measured. */
    double own_relief;
    double relief_height; /* eyes, nose and mouth: RMS of the relief over the mean face's; likewise */
    efface_part_found part[EFFACE_PARTS_FOUND];
} efface_verification;

/* Judges one scan without its original: does it show somebody's face?
 * path     of the scan, in any image format
 * parts    EFFACE_PART_ bits that must be gone; forehead and cheeks are not judged. EFFACE_PARTS_FACE suits
 *          any tool's output, EFFACE_PARTS_ALL asks for the ears too
 * threads  0: one for each processor
 * out      out: filled where the file could be read
 * err      out: the reason on failure; may be NULL
 * It fails closed. The verdict is PASS only where the head was found with confidence, and every part in
 * view is shown to be gone, without features, or without anatomy under its skin.
 * Returns EFFACE_PASS where the file could be judged, whatever the verdict (out->status). Errors:
 * EFFACE_INPUT where it can't be read; EFFACE_INTERNAL. */
EFFACE_API efface_status efface_verify(const char *path, unsigned parts, int threads,
                                       efface_verification *out, efface_error *err);

/* The word for a face: "present", "removed", "flattened", "not in view", "brain only", "unknown",
 * "blurred", "replaced". Static string. */
EFFACE_API_VOID const char *efface_face_name(efface_face face);

/* Conditions of a phantom's head or of its scan, joined by |. Combinations that exclude each other are
 * refused: two fields of view, or a condition of MR for CT. */
enum {
    EFFACE_CONDITION_ATROPHY = 1 << 0,   /* wide sulci and ventricles */
    EFFACE_CONDITION_RESECTION = 1 << 1, /* a cavity full of fluid in a lobe, without the bone above it */
    EFFACE_CONDITION_BEARD = 1 << 2,     /* hair on cheeks, chin and upper lip, with some signal */
    EFFACE_CONDITION_STRAP = 1 << 3,     /* bands around forehead and chin, like those of coils */
    EFFACE_CONDITION_HOLDER = 1 << 4,    /* CT: table, head holder and pads that touch the head */
    EFFACE_CONDITION_DENTAL = 1 << 5,    /* MR: a signal void around the teeth; CT: streaks */
    EFFACE_CONDITION_DROPOUT = 1 << 6,   /* MR: signal that fades from mouth to chin */
    EFFACE_CONDITION_SPECKLE = 1 << 7,   /* MR: uniform noise in air, as bright as tissue (MP2RAGE) */
    EFFACE_CONDITION_CIRCLE = 1 << 8,    /* a constant outside a cylinder */
    EFFACE_CONDITION_SHOULDERS = 1 << 9, /* neck and shoulders in view */
    EFFACE_CONDITION_HALF = 1 << 10,     /* field of view: ends in the middle of one eye */
    EFFACE_CONDITION_SLAB = 1 << 11,     /* field of view: 70 mm around the eyes */
    EFFACE_CONDITION_LARGE_BOX = 1 << 12 /* field of view: 400 mm, mostly empty */
};
enum { EFFACE_CONDITIONS = 13 };

/* A synthetic head with known truth, for tests, benchmarks and trials. The default stands at the end of
 * each comment where it is not NULL or false. */
typedef struct efface_phantom_options {
    uint64_t seed;           /* the person: the same seed is the same person, 0 the average person; 1 */
    uint64_t head;           /* the person whose cranium, neck and brain are used, 0: same as seed; 0 */
    uint64_t scan;           /* seed of noise, receive field and, where drawn, pose; 1 */
    int contrast;            /* 0 T1, 1 T2, 2 PD, 3 FLAIR, 4 CT; 0 */
    int fov;                 /* 0 full, 1 without the chin, 2 without the vertex, 3 tight on all sides; 0 */
    int datatype;            /* 0 int16, 1 uint8 (not for CT), 2 float32; 0 */
    double voxel_mm[3];      /* along right, anterior, superior, 0.3 to 10; 1 1 1 */
    const char *orientation; /* where the stored axes point, one of the 48 such as "PSR"; "RAS" */
    double oblique_deg[3];   /* rotation of the grid about x, y, z; 0 */
    bool draw_pose;          /* add a drawn pose to the given one */
    double rotate_deg[3];    /* the head's pitch, roll and yaw; 0 */
    double shift_mm[3];      /* of the head in the world; 0 */
    double noise_percent;    /* of white matter's signal (CT: HU); 2 */
    double bias_percent;     /* greatest departure of the receive field from 1; 20 */
    double neck_mm;          /* length of the neck below the chin, 0 to 150; 40 */
    double size;             /* scale of the whole head, 0.5 to 1.5; 1 */
    double age_years;        /* sets size and proportions, from birth (0) to 18, then adult; 25 */
    unsigned conditions;     /* EFFACE_CONDITION_ bits; 0 */
    int threads;             /* 0: one for each processor; 0 */
    bool force;              /* overwrite existing outputs */
    const char *truth; /* prefix of <truth>_tissue.nii.gz, _brain, _part and <truth>.json; NULL: none */
} efface_phantom_options;

/* Sets the defaults listed above. */
EFFACE_API_VOID void efface_phantom_options_init(efface_phantom_options *options);

/* Makes a phantom and writes it, with its truth where a prefix is given: all files or none. The same
 * options give the same voxels at any thread count.
 * out      path, in any image format
 * options  NULL: the defaults
 * err      out: the reason on failure; may be NULL
 * Errors: EFFACE_USAGE for options out of range or a file that exists; EFFACE_INTERNAL. */
EFFACE_API efface_status efface_phantom(const char *out, const efface_phantom_options *options,
                                        efface_error *err);

/* The library's version, such as "0.1.0". Static string. */
EFFACE_API_VOID const char *efface_version(void);

/* One lower-case word: "pass", "review", "usage", ... Static string. */
EFFACE_API_VOID const char *efface_status_name(efface_status status);

#ifdef __cplusplus
}
#endif
#endif
