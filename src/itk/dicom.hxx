/* What the DICOM files of this module share: files, frames, series, and the ways between data sets and
 * numbers.
 *
 * Coordinate spaces:
 *   1 voxel: index of an image in memory; columns, rows counted from the last, slices along the normal
 *   2 world: RAS mm (grid.h)
 *   2' patient: LPS mm, as DICOM writes positions and directions; differs from 2 by the sign of x and y
 * Rows are counted from the last one, as dcm2niix does: both see the same voxels in the same order. */
#ifndef EF_ITK_DICOM_HXX
#define EF_ITK_DICOM_HXX

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gdcmDataSet.h>
#include <gdcmFile.h>
#include <gdcmImage.h>
#include <gdcmSmartPointer.h>

#include "io/plugin.h"
#include "itk/guard.hxx"

namespace dicom
{

using Vector = std::array<double, 3>;

/* Which bits of a cell hold the stored value. */
struct Cell {
    unsigned allocated = 0, stored = 0, high = 0;
    bool is_signed = false;
};

/* One slice as it lies in a file: a classic image, a frame of an enhanced one, a tile of a mosaic. */
struct Frame {
    size_t file;     /* index into the series' files */
    unsigned index;  /* within the file */
    Vector position; /* centre of its first pixel, LPS mm */
    double slope, intercept;
    int64_t time;     /* orders frames at one position, after the file's number */
    double along = 0; /* mm along the normal */
};

/* One file, from its header. */
struct File {
    std::string path;
    std::string sop_class, instance, series, study, frame, patient, patient_name, modality, image_type,
        description, syntax, echo, reason;
    std::string cut_off; /* what is wrong with the pixels, where the header is whole */
    bool broken = false; /* reason is that something is wrong with it */
    int series_number = 0;
    int64_t acquisition = 0, number = 0;
    unsigned rows = 0, columns = 0;  /* of one slice */
    unsigned tiles = 1;              /* per side of a mosaic */
    unsigned frames = 1;             /* slices in the file */
    Vector row{}, column{};          /* directions of increasing column and row index, LPS */
    std::array<double, 2> spacing{}; /* between rows, between columns, mm */
    Cell cell;
    std::vector<Frame> slices;
};

/* Files that make one scan, and where each of their slices is in the image. */
struct Series {
    ef_dicom_series info{};
    std::vector<File> files;
    std::vector<Frame> frames;        /* in the image's order: volume by volume, slices along the normal */
    std::vector<size_t> plane_source; /* for each plane of the image's third axis: position number */
    std::vector<size_t> home;         /* for each position: the plane whose voxels go back into it */
    size_t positions = 0, volumes = 0;
    ek_dtype dtype = EK_INT16;
    bool scale_per_slice = false;
    ef_grid grid{};
};

/* ---- values of a data set; what is missing or can't be read is the fallback ---- */

std::string text(const gdcm::DataSet &set, uint16_t group, uint16_t element, const char *fallback = "");
std::vector<double> numbers(const gdcm::DataSet &set, uint16_t group, uint16_t element);
double number(const gdcm::DataSet &set, uint16_t group, uint16_t element, double fallback);
unsigned short_number(const gdcm::DataSet &set, uint16_t group, uint16_t element, unsigned fallback);

/* The nth item of a sequence, NULL where there is none. The set keeps it alive. */
const gdcm::DataSet *item(const gdcm::DataSet &set, uint16_t group, uint16_t element, size_t n = 0);

/* A value of Siemens' private image header, joined by backslashes; empty where it isn't there or is
 * damaged. */
std::string csa_value(const gdcm::DataSet &set, const char *name);

/* Whether bytes are such a header, and all that it holds is words. */
bool is_csa(const std::string &bytes);

/* Fills a file from its path; file.reason says why it is no slice of a scan, empty where it is one. */
void read_file(File &file, const std::string &path);

/* Orders the files' slices to volumes; info.left_out says why that can't be done. */
void arrange(Series &series);

/* Pixel data as GDCM's image, described by what the file's header said. GDCM's own reader of images asks
 * for more than that (spacing, overlays, icons, tables of colours), and ends the process where one of them
 * is not as it expects. */
gdcm::SmartPointer<gdcm::Image> image_of(const File &file, const gdcm::DataElement &element,
                                         const gdcm::TransferSyntax &syntax);

/* Bytes of all cells of a file; fails where they are more than an attribute can hold. */
size_t pixel_bytes(const File &file);

/* All cells of the file's pixel data, as stored, in native byte order: decompressed, not rescaled.
 * whole  out: the file's whole data set */
std::vector<uint8_t> pixels(gdcm::File &whole, const File &file);

/* The bytes of one slice's pixel within what pixels() gives. */
size_t pixel_offset(const File &file, unsigned frame, unsigned row, unsigned column);

/* The stored value of a cell, and a cell with that value. */
int64_t cell_value(const uint8_t *at, const Cell &cell);
void cell_put(uint8_t *at, const Cell &cell, int64_t value);

} // namespace dicom

/* A folder's contents. */
struct ef_dicom {
    std::vector<dicom::Series> series;
};

efface_status dicom_open(ef_dicom **made, const char *const *paths, size_t n, efface_error *err) noexcept;
size_t dicom_count(const ef_dicom *dicom) noexcept;
const char *dicom_path(const ef_dicom *dicom, size_t i, size_t file) noexcept;
const ef_dicom_series *dicom_series(const ef_dicom *dicom, size_t i) noexcept;
efface_status dicom_read(ef_image *image, const ef_dicom *dicom, size_t i, char sha256[65],
                         efface_error *err) noexcept;
efface_status dicom_write(const ef_dicom *dicom, size_t i, const ef_image *defaced, const uint8_t *mask,
                          const ef_dicom_output *output, efface_error *err) noexcept;
void dicom_close(ef_dicom *dicom) noexcept;

#endif
