/* What the C++ module offers: files through ITK, DICOM through GDCM, as C functions in a table.
 *
 * The module is loaded when it is needed for the first time (module.h); nothing else of efface is C++ or is
 * linked with these libraries. Conventions:
 *   - Geometry is RAS millimetres on this side of the table (grid.h); LPS, which ITK and DICOM use, is
 * known only behind it.
 *   - No exception leaves the module: each function is behind one firewall and returns a status and a
 * message.
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

#include "deidentify.h"
#include "efface.h"
#include "image.h"

/* Changes with every change of this table: a module of another build is refused, not misread. */
enum { EF_ITK_VERSION = 2 };

typedef struct ef_itk {
    int version;       /* EF_ITK_VERSION */
    const char *about; /* the libraries and their versions, one line */

    /* Reads an image file: one real number a voxel, three dimensions or four.
     * image   overwritten, the caller releases it; zeroed on failure
     * format  the name in the table of foreign.c: "NRRD", "MetaImage" ...
     * EFFACE_INPUT where the file can't be read or holds something else; EFFACE_INTERNAL where memory is
     * short. */
    efface_status (*image_read)(ef_image *image, const char *format, const char *path, efface_error *err);

    /* Writes an image file (one with a detached header: two) and reads it back.
     * path     taken as it is: the caller gives a name in a folder of its own
     * subject  the name for messages
     * EFFACE_USAGE where the format does not hold the image's datatype, geometry or dimensions, seen by
     * what was read back; EFFACE_INTERNAL where writing fails. */
    efface_status (*image_write)(const ef_image *image, const char *format, const char *path,
                                 const char *subject, bool compress, efface_error *err);

    /* Reads a DICOM file, takes identity out of it (deidentify.h) and writes it in its own transfer syntax;
     * the pixels are not touched. out  taken as it is: the caller gives a name in a folder of its own
     * EFFACE_INPUT where the file can't be read or says that text is burned into the picture. */
    efface_status (*dicom_deidentify)(const char *in, const char *out, const ef_deidentify *how,
                                      efface_error *err);
} ef_itk;

/* The one symbol that is looked up. */
typedef const ef_itk *ef_itk_entry_fn(void);

#ifdef __cplusplus
}
#endif
#endif
