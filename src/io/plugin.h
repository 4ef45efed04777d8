/* What the C++ module offers: files through ITK, DICOM through GDCM, as C functions in a table.
 *
 * The module is loaded when it is needed for the first time (module.h); nothing else of efface is C++ or is
 * linked with these libraries. Conventions:
 *   - Geometry is RAS millimetres on this side of the table (grid.h); only the module itself knows LPS,
 *     which ITK and DICOM use.
 *   - No exception leaves the module: each function is behind one firewall and returns a status and a
 *     message.
 *   - Voxels are malloc'ed and belong to the image; ef_image_release frees them.
 *   - Voxels are in native byte order, every bit as stored. image.header is NULL.
 *   - The functions may be called from any thread, but only from one at a time.
 */
#ifndef EF_ITK_SHIM_H
#define EF_ITK_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "base/image.h"
#include "efface.h"

struct ef_deidentify; /* identity/deidentify.h */

/* Changes with every change of this table: a module of another build is refused, not misread. */
enum { EF_ITK_VERSION = 7 };

typedef struct ef_dicom ef_dicom; /* DICOM files, sorted into series */

/* The part of one series that is one scan: same orientation, echo, kind and size of image. */
typedef struct ef_dicom_series {
    char name[32];      /* of its folder: "series_003", "series_003_2" */
    char left_out[160]; /* why it is no scan that can be read: "a localizer"; empty for one that can */
    bool broken;        /* it is left out because it is damaged or incomplete, not because it is no scan */
    int number;         /* Series Number */
    char uid[72];       /* Series Instance UID */
    char study[72];     /* Study Instance UID */
    char frame[72];     /* Frame of Reference UID; empty where there is none */
    char patient[72], patient_name[72]; /* Patient ID, Patient's Name: they tell who it is */
    char modality[20], description[72];
    int n_files;
    int64_t n[3], n_volumes; /* slices as stored */
    int gaps;                /* between slices, where one or more are missing */
    bool regular;            /* all slices are equally far apart: the image has no repeated planes */
} ef_dicom_series;

typedef struct ef_dicom_output {
    const char *folder;              /* exists and is empty; image_0001.dcm ... are written there */
    uint64_t seed;                   /* new identifiers are computed from it and the old ones */
    const struct ef_deidentify *how; /* removes identity from the headers; NULL: they keep it */
    bool proved;                     /* the face is gone: the attributes may say so */
    /* Out: the elements that were dropped because they could hold a picture, "(0029,1101) (7fe0,0008)". */
    char *dropped;
    size_t dropped_size;
} ef_dicom_output;

typedef struct ef_itk {
    int version;       /* EF_ITK_VERSION */
    const char *about; /* the libraries and their versions, one line */

    /* Reads an image file: one real number a voxel, three dimensions or four.
     * image   overwritten, the caller releases it; zeroed on failure
     * format  the name in the table of format.h: "NRRD", "MetaImage" ...
     * path    of the file
     * Errors: EFFACE_INPUT where the file can't be read or holds something else; EFFACE_INTERNAL where
     * memory is short. */
    efface_status (*image_read)(ef_image *image, const char *format, const char *path, efface_error *err);

    /* Writes an image file (one with a detached header: two) and reads it back.
     * image     read only
     * format    as for image_read
     * path      taken as it is: the caller gives a name in a folder of its own
     * subject   the name for messages
     * compress  where the format leaves the choice
     * Errors: EFFACE_USAGE where the format does not hold the image's datatype, geometry or dimensions, as
     * reading back shows; EFFACE_INTERNAL where writing fails. */
    efface_status (*image_write)(const ef_image *image, const char *format, const char *path,
                                 const char *subject, bool compress, efface_error *err);

    /* Reads a DICOM file, removes identity from it (deidentify.h) and writes it in its own transfer syntax;
     * the pixels do not change.
     * in   the file
     * out  taken as it is: the caller gives a name in a folder of its own
     * how  tables and key
     * Errors: EFFACE_INPUT where the file can't be read or says that text is burned into the picture. */
    efface_status (*dicom_deidentify)(const char *in, const char *out, const struct ef_deidentify *how,
                                      efface_error *err);

    /* Reads the headers of files and sorts them into series; each file is in one, also a file that is not
     * DICOM.
     * made   out: to be closed; NULL on failure
     * paths  n paths, copied
     * Errors: EFFACE_INTERNAL where memory is short. */
    efface_status (*dicom_open)(ef_dicom **made, const char *const *paths, size_t n, efface_error *err);

    /* Number of series. */
    size_t (*dicom_count)(const ef_dicom *dicom);

    /* Path of a series' file, NULL after the last. */
    const char *(*dicom_path)(const ef_dicom *dicom, size_t i, size_t file);

    /* By number from 0; lives as long as dicom. */
    const ef_dicom_series *(*dicom_series)(const ef_dicom *dicom, size_t i);

    /* The series as an image: rows counted from the last one, slices along the normal of the first. Where
     * slices have scales of their own, values are in float32. Where they are not equally far apart, planes
     * are repeated.
     * image   overwritten, the caller releases it; zeroed on failure
     * i       number of the series
     * sha256  out: of all files' bytes, in the order of their paths
     * Errors: EFFACE_INPUT where the series is left out or a file's pixels are damaged. */
    efface_status (*dicom_read)(ef_image *image, const ef_dicom *dicom, size_t i, char sha256[65],
                                efface_error *err);

    /* Writes a series' files once more, with the voxels of `defaced` under the mask and their own bytes
     * elsewhere, and the attributes that say what was done. Then reads all of them back and compares.
     * i        number of the series
     * defaced  on the grid of the series' image
     * mask     n[2]*n[1]*n[0] bytes of that grid
     * output   where to, and how
     * Errors: EFFACE_INTERNAL where writing or the comparison fails: the folder holds a part then. */
    efface_status (*dicom_write)(const ef_dicom *dicom, size_t i, const ef_image *defaced,
                                 const uint8_t *mask, const ef_dicom_output *output, efface_error *err);

    /* NULL is allowed. */
    void (*dicom_close)(ef_dicom *dicom);

    /* Searches, from a pose that is near, the affine pose in which the atlas tells most about the head
     * (mutual information). One thread; the same answer in every run.
     * world_from_atlas       in: the start, to some centimetres and degrees; out: the answer; unchanged on
     *                        failure
     * atlas_grid, head_grid  where the values lie
     * atlas, head            values on their grids, NaN where nothing is known; the atlas' contrast does
     *                        not matter
     * Errors: EFFACE_INPUT where they do not overlap or the search diverges; EFFACE_INTERNAL where memory
     * is short. */
    efface_status (*register_head)(ef_affine *world_from_atlas, const ef_grid *atlas_grid,
                                   const float *atlas, const ef_grid *head_grid, const float *head,
                                   efface_error *err);
} ef_itk;

/* The one symbol that is looked up. */
typedef const ef_itk *ef_itk_entry_fn(void);

#ifdef __cplusplus
}
#endif
#endif
