/* The one table of file formats, what a path's ending says, and the options that all writers share. */
#ifndef EF_FORMAT_H
#define EF_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

/* Who reads and writes a format. */
typedef enum ef_format_by {
    EF_BY_NIFTI, /* read.c and write.c */
    EF_BY_MGH,   /* mgh.c */
    EF_BY_ITK,   /* the module (module.h), file by file */
    EF_BY_GDCM   /* the module, as folders of files */
} ef_format_by;

typedef struct ef_format {
    const char *name;
    const char *endings[5]; /* of files that are read and written, with their dots; NULL ends them */
    const char *sought[5];  /* of files that a search of a folder takes for scans; of a pair the header */
    ef_format_by by;
    const char *limits; /* what it can't hold: a phrase; NULL for nothing that a head needs */
} ef_format;

/* The table, in the order of `efface formats`; ends with name NULL. */
extern const ef_format ef_formats[];

/* Whether the path's last component ends so (any case) and is longer than the ending. */
bool ef_format_ends(const char *path, const char *ending);

/* The format of a path's ending, NULL where the ending is none of the table's. */
const ef_format *ef_format_of(const char *path);

/* The longest ending of the table that the path has, as the table spells it; "" where it has none. */
const char *ef_format_ending(const char *path);

/* Whether a search of a folder takes a file of that name for a scan. */
bool ef_format_sought(const char *path);

/* The path with its image ending replaced by .json: "a/b.nii.gz" becomes "a/b.json". Sidecars and records
 * are named so.
 * path  out, room for size bytes; cut to the size where it doesn't fit
 * of    path of an image
 * False where it doesn't fit. */
bool ef_format_json_path(char *path, size_t size, const char *of);

/* How images are written. */
typedef struct ef_write_options {
    int threads;      /* below 1 means 1 */
    int level;        /* of compression, see ef_gz_write; 0 for the default */
    bool force;       /* replace existing files */
    bool keep_header; /* keep free text and all extensions of the header */
} ef_write_options;

#endif
