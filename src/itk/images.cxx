/* Image files through ITK's readers and writers, without its pipeline and its factories: the name gives
 * the format, and only what was read or is to be written passes. LPS becomes RAS here and nowhere else.
 *
 * Coordinate spaces: 1 voxel, 2 world RAS as in grid.h; 2' world LPS, which differs from 2 by the sign
 * of x and y. */
#include "itk/images.hxx"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>

#include <itkGiplImageIO.h>
#include <itkHDF5ImageIO.h>
#include <itkMINCImageIO.h>
#include <itkMetaImageIO.h>
#include <itkNrrdImageIO.h>
#include <itkVTKImageIO.h>
#include <itkVersion.h>

#include "itk/guard.hxx"

namespace
{

using Io = itk::ImageIOBase;

template <typename T> Io::Pointer make()
{
    return T::New().GetPointer();
}

/* What is known of a format beyond its name. */
struct Format {
    const char *name;
    Io::Pointer (*create)();
    bool oriented; /* its files say where the axes point */
    bool ras;      /* ITK passes its axes on as RAS, though its own are LPS */
};

const Format formats[] = {
    {"NRRD", make<itk::NrrdImageIO>, true, false},  {"MetaImage", make<itk::MetaImageIO>, true, false},
    {"MINC", make<itk::MINCImageIO>, true, true},   {"HDF5", make<itk::HDF5ImageIO>, true, false},
    {"GIPL", make<itk::GiplImageIO>, false, false}, {"VTK", make<itk::VTKImageIO>, false, false},
};

/* Observed with ITK 5.2: MINC's world is RAS, and its reader and writer do not convert it. Another version
 * has to be checked. */
static_assert(ITK_VERSION_MAJOR == 5 && ITK_VERSION_MINOR == 2, "look whether ITK's MINC is LPS by now");

double sign_of(const Format &format, unsigned row)
{
    return row < 2 && !format.ras ? -1 : 1;
}

const Format &format_of(const char *name)
{
    for (const Format &format : formats)
        if (std::strcmp(format.name, name) == 0)
            return format;
    throw Failure(EFFACE_INTERNAL, std::string("the module knows no format '") + name + "'");
}

const struct {
    Io::IOComponentType itk;
    ek_dtype dtype;
} types[] = {
    {Io::IOComponentType::UCHAR, EK_UINT8},      {Io::IOComponentType::CHAR, EK_INT8},
    {Io::IOComponentType::USHORT, EK_UINT16},    {Io::IOComponentType::SHORT, EK_INT16},
    {Io::IOComponentType::UINT, EK_UINT32},      {Io::IOComponentType::INT, EK_INT32},
    {Io::IOComponentType::ULONG, EK_UINT64},     {Io::IOComponentType::LONG, EK_INT64},
    {Io::IOComponentType::ULONGLONG, EK_UINT64}, {Io::IOComponentType::LONGLONG, EK_INT64},
    {Io::IOComponentType::FLOAT, EK_FLOAT32},    {Io::IOComponentType::DOUBLE, EK_FLOAT64},
};

ek_dtype dtype_of(Io::IOComponentType type, const char *path)
{
    for (const auto &row : types)
        if (row.itk == type)
            return row.dtype;
    throw Failure(EFFACE_INPUT, "voxels of an unknown type in '" + std::string(path) + "'");
}

/* The header's text, for formats that state there what ITK does not report. */
std::string head_of(const char *path)
{
    std::ifstream file(path, std::ios::binary);
    std::string text(1 << 14, '\0');
    file.read(&text[0], static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(file.gcount()));
    return text;
}

bool is_plain(const Format &format, const std::string &head)
{
    if (std::strcmp(format.name, "NRRD") == 0)
        return head.find("encoding: raw") != std::string::npos;
    if (std::strcmp(format.name, "MetaImage") == 0)
        return head.find("CompressedData = True") == std::string::npos;
    return true;
}

void check(const Io &io, const char *path)
{
    const unsigned n = io.GetNumberOfDimensions();
    if (n != 3 && n != 4)
        throw Failure(EFFACE_INPUT,
                      "expected a 3-D or 4-D image, got " + std::to_string(n) + "-D '" + path + "'");
    if (io.GetNumberOfComponents() != 1)
        throw Failure(EFFACE_INPUT, "expected one number a voxel, got " +
                                        std::to_string(io.GetNumberOfComponents()) + " in '" + path + "'");
    size_t bytes = ek_dtype_size(dtype_of(io.GetComponentType(), path));
    for (unsigned d = 0; d < n; d++) {
        const size_t extent = io.GetDimensions(d);
        if (extent < 1 || bytes > static_cast<size_t>(std::numeric_limits<int64_t>::max()) / extent)
            throw Failure(EFFACE_INPUT, "impossible dimensions in '" + std::string(path) + "'");
        bytes *= extent;
    }
}

/* world_from_voxel in RAS. */
void geometry_of(ef_image &image, const Format &format, const Io &io, const char *path)
{
    for (unsigned column = 0; column < 3; column++) {
        const std::vector<double> direction = io.GetDirection(column);
        image.grid.n[column] = static_cast<int64_t>(io.GetDimensions(column));
        for (unsigned row = 0; row < 3; row++) {
            const double sign = sign_of(format, row);
            image.grid.world_from_voxel.m[row][column] = sign * direction.at(row) * io.GetSpacing(column);
            image.grid.world_from_voxel.m[row][3] = sign * io.GetOrigin(row);
        }
    }
    if (io.GetNumberOfDimensions() == 4)
        for (unsigned row = 0; row < 3; row++)
            if (io.GetDirection(3).at(row) != 0 || io.GetDirection(row).at(3) != 0)
                throw Failure(EFFACE_INPUT, "the fourth axis is not time in '" + std::string(path) + "'");
    ef_affine inverse;
    if (!ef_affine_invert(&inverse, image.grid.world_from_voxel))
        throw Failure(EFFACE_INPUT, "the axes lie in one plane in '" + std::string(path) + "'");
}

void region_of(Io &io)
{
    const unsigned n = io.GetNumberOfDimensions();
    itk::ImageIORegion region(n);
    for (unsigned d = 0; d < n; d++) {
        region.SetIndex(d, 0);
        region.SetSize(d, io.GetDimensions(d));
    }
    io.SetIORegion(region);
}

void read(ef_image &image, const char *format_name, const char *path)
{
    const Format &format = format_of(format_name);
    const Io::Pointer io = format.create();
    const std::string head = head_of(path);
    if (!io->CanReadFile(path))
        throw Failure(EFFACE_INPUT, "'" + std::string(path) + "' is no " + format_name + " file");
    io->SetFileName(path);
    io->ReadImageInformation();
    check(*io, path);
    geometry_of(image, format, *io, path);
    image.n_volumes = io->GetNumberOfDimensions() == 4 ? static_cast<int64_t>(io->GetDimensions(3)) : 1;
    image.dtype = dtype_of(io->GetComponentType(), path);
    image.slope = 1;
    image.uncompressed = is_plain(format, head);
    image.has_geometry = format.oriented && (std::strcmp(format_name, "NRRD") != 0 ||
                                             head.find("\nspace directions:") != std::string::npos);
    image.note = image.has_geometry ? nullptr : "the file does not say where the axes point";
    image.n_bytes =
        static_cast<size_t>(ef_grid_count(&image.grid) * image.n_volumes) * ek_dtype_size(image.dtype);
    image.voxels = std::malloc(image.n_bytes);
    if (image.voxels == nullptr)
        throw std::bad_alloc();
    region_of(*io);
    io->Read(image.voxels);
}

void write(const ef_image &image, const char *format_name, const char *path, const char *subject,
           bool compress)
{
    const Format &format = format_of(format_name);
    const Io::Pointer io = format.create();
    const unsigned n = image.n_volumes > 1 ? 4 : 3;
    io->SetNumberOfDimensions(n);
    io->SetPixelType(itk::IOPixelEnum::SCALAR);
    io->SetNumberOfComponents(1);
    for (const auto &row : types)
        if (row.dtype == image.dtype) {
            io->SetComponentType(row.itk);
            break;
        }
    for (unsigned column = 0; column < n; column++) {
        std::vector<double> direction(n, 0.0);
        double spacing = 1;
        if (column < 3) {
            double mm[3];
            ef_affine_spacing(mm, &image.grid.world_from_voxel);
            spacing = mm[column];
            for (unsigned row = 0; row < 3; row++)
                direction[row] =
                    sign_of(format, row) * image.grid.world_from_voxel.m[row][column] / spacing;
        } else {
            direction[column] = 1;
        }
        io->SetDimensions(
            column, static_cast<Io::SizeValueType>(column < 3 ? image.grid.n[column] : image.n_volumes));
        io->SetSpacing(column, spacing);
        io->SetOrigin(column,
                      column < 3 ? sign_of(format, column) * image.grid.world_from_voxel.m[column][3] : 0);
        io->SetDirection(column, direction);
    }
    if (!io->CanWriteFile(path))
        throw Failure(EFFACE_USAGE, std::string(format_name) +
                                        " files are not written under a name like '" + subject + "'");
    io->SetFileName(path);
    io->SetUseCompression(compress);
    region_of(*io);
    io->WriteImageInformation();
    io->Write(image.voxels);
}

/* Farthest that a corner of the grid moved. */
double moved_mm(const ef_grid &a, const ef_grid &b)
{
    double most = 0;
    for (int corner = 0; corner < 8; corner++) {
        double voxel[3], at[3], bt[3], square = 0;
        for (int d = 0; d < 3; d++)
            voxel[d] = (corner >> d & 1) != 0 ? static_cast<double>(a.n[d] - 1) : 0;
        ef_affine_apply(at, &a.world_from_voxel, voxel);
        ef_affine_apply(bt, &b.world_from_voxel, voxel);
        for (int d = 0; d < 3; d++)
            square += (at[d] - bt[d]) * (at[d] - bt[d]);
        most = std::max(most, std::sqrt(square));
    }
    return most;
}

/* Numbers in text headers have at least six digits: of a corner half a metre away that is a micrometre. */
const double most_moved_mm = 1e-3;

void check_written(const ef_image &image, const ef_image &back, const char *format, const char *subject)
{
    const std::string name = "'" + std::string(subject) + "'";
    if (back.dtype != image.dtype || back.n_volumes != image.n_volumes || back.n_bytes != image.n_bytes ||
        std::memcmp(back.grid.n, image.grid.n, sizeof image.grid.n) != 0)
        throw Failure(EFFACE_USAGE,
                      std::string(format) + " does not hold this scan's data type and dimensions: " + name);
    const double moved = moved_mm(image.grid, back.grid);
    if (!(moved <= most_moved_mm))
        throw Failure(EFFACE_USAGE, std::string(format) +
                                        " does not hold this scan's orientation (a corner would move by " +
                                        std::to_string(moved) + " mm): " + name);
    if (std::memcmp(back.voxels, image.voxels, image.n_bytes) != 0)
        throw Failure(EFFACE_INTERNAL, "what was written reads back otherwise: " + name);
}

} // namespace

efface_status image_read(ef_image *image, const char *format, const char *path, efface_error *err) noexcept
{
    std::memset(image, 0, sizeof *image);
    const efface_status status = guard(path, err, [&] { read(*image, format, path); });
    if (status != EFFACE_PASS)
        ef_image_release(image);
    return status;
}

efface_status image_write(const ef_image *image, const char *format, const char *path, const char *subject,
                          bool compress, efface_error *err) noexcept
{
    efface_status status = guard(subject, err, [&] { write(*image, format, path, subject, compress); });
    ef_image back = {};
    if (status == EFFACE_PASS)
        status = image_read(&back, format, path, err);
    if (status == EFFACE_PASS)
        status = guard(subject, err, [&] { check_written(*image, back, format, subject); });
    ef_image_release(&back);
    return status;
}
