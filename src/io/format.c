/* The table of formats and what is read from a path's ending. Nothing here opens a file. */
#include "io/format.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

const ef_format ef_formats[] = {
    {"NIfTI", {".nii", ".nii.gz"}, {".nii", ".nii.gz"}, EF_BY_NIFTI, NULL},
    {"NIfTI pair, ANALYZE", {".hdr", ".img", ".hdr.gz", ".img.gz"}, {".hdr", ".hdr.gz"}, EF_BY_NIFTI, NULL},
    {"MGH",
     {".mgh", ".mgz"},
     {".mgh", ".mgz"},
     EF_BY_MGH,
     "no sheared axes, no scale; uint8, uint16, int16, int32, float32"},
    {"DICOM", {".dcm"}, {".dcm", ".ima"}, EF_BY_GDCM, NULL},
    {"NRRD", {".nrrd", ".nhdr"}, {".nrrd", ".nhdr"}, EF_BY_ITK, "no scale"},
    {"MetaImage", {".mha", ".mhd"}, {".mha", ".mhd"}, EF_BY_ITK, "no scale"},
    {"MINC", {".mnc"}, {".mnc"}, EF_BY_ITK, "no scale"},
    {"HDF5", {".h5", ".hdf5"}, {NULL}, EF_BY_ITK, "ITK's own layout; no scale"},
    {"GIPL", {".gipl", ".gipl.gz"}, {NULL}, EF_BY_ITK, "no orientation, no scale"},
    {"VTK", {".vtk"}, {NULL}, EF_BY_ITK, "no orientation, no scale"},
    {0},
};

bool ef_format_ends(const char *path, const char *ending)
{
    const size_t n = strlen(path), m = strlen(ending);
    return n > m && path[n - m - 1] != '/' && strcasecmp(path + n - m, ending) == 0;
}

/* The longest of the endings that the path has; NULL where it has none. */
static const char *longest(const char *path, const char *const *endings)
{
    const char *found = NULL;
    for (; *endings != NULL; endings++) {
        if (ef_format_ends(path, *endings) && (found == NULL || strlen(*endings) > strlen(found)))
            found = *endings;
    }
    return found;
}

const ef_format *ef_format_of(const char *path)
{
    for (const ef_format *f = ef_formats; f->name != NULL; f++) {
        if (longest(path, f->endings) != NULL)
            return f;
    }
    return NULL;
}

const char *ef_format_ending(const char *path)
{
    const ef_format *f = ef_format_of(path);
    return f != NULL ? longest(path, f->endings) : "";
}

bool ef_format_sought(const char *path)
{
    for (const ef_format *f = ef_formats; f->name != NULL; f++) {
        if (longest(path, f->sought) != NULL)
            return true;
    }
    return false;
}

bool ef_format_json_path(char *path, size_t size, const char *of)
{
    const size_t stem = strlen(of) - strlen(ef_format_ending(of));
    const int needed = snprintf(path, size, "%.*s.json", (int)stem, of);
    return needed >= 0 && (size_t)needed < size;
}
