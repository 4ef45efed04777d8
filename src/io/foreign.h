/* The other file formats: which there are, by their endings, and how an image comes from them and goes to
 * them. NIfTI and ANALYZE are read.c's and write.c's own; MGH is mgh.c's; the rest goes through the module
 * (module.h). */
#ifndef EF_FOREIGN_H
#define EF_FOREIGN_H

#include "base/image.h"
#include "efface.h"
#include "io/write.h"

typedef enum ef_format_by { EF_BY_EFFACE, EF_BY_ITK, EF_BY_GDCM } ef_format_by;

typedef struct ef_format {
    const char *name;
    const char *endings[7]; /* with their dots; NULL ends them */
    ef_format_by by;
    const char *limits; /* what it can't hold: a phrase; NULL for nothing that a head needs */
} ef_format;

/* The table, in the order of `efface formats`; ends with name NULL. */
extern const ef_format ef_formats[];

/* The format of a path's ending (any case), NULL where it is none of the table's. */
const ef_format *ef_format_of(const char *path);

/* Whether the path's ending is one that ef_foreign_read and ef_foreign_prepare are for. */
bool ef_foreign_is(const char *path);

/* As ef_read, for those. sha256 is of the file that was named. EFFACE_INPUT too where the module is
 * missing. */
efface_status ef_foreign_read(ef_image *image, const char *path, char sha256[65], efface_error *err)
    __attribute__((warn_unused_result));

/* As ef_write_prepare, for those. Compressed unless the image came from a file that was not, where the
 * format leaves the choice. EFFACE_USAGE where the format would not hold the image's data type, scale or
 * geometry: nothing is changed to fit. */
efface_status ef_foreign_prepare(ef_output_set *set, const ef_image *image, const char *path,
                                 const ef_write_options *options, efface_error *err)
    __attribute__((warn_unused_result));

/* What could be refused about such an output before a long computation: an existing target, a missing
 * module. */
efface_status ef_foreign_check(const char *path, bool force, efface_error *err)
    __attribute__((warn_unused_result));

#endif
