/* One DICOM file's header: is it a slice of a scan, and where are its slices? Classic images, enhanced
 * multi-frame ones (PS3.3 C.7.6.16) and Siemens' mosaics (tiles in one image, described in a private
 * header) all become frames. */
#include <cmath>
#include <cstring>
#include <sstream>

#include <gdcmReader.h>

#include "itk/dicom.hxx"
#include "itk/dicom_structure.hxx"

namespace dicom
{

namespace
{

enum class Kind { other, classic, multiframe };

const struct {
    const char *uid, *what;
    Kind kind;
} sop_classes[] = {
    {"1.2.840.10008.5.1.4.1.1.2", "CT", Kind::classic},
    {"1.2.840.10008.5.1.4.1.1.2.1", "enhanced CT", Kind::multiframe},
    {"1.2.840.10008.5.1.4.1.1.2.2", "legacy converted enhanced CT", Kind::multiframe},
    {"1.2.840.10008.5.1.4.1.1.4", "MR", Kind::classic},
    {"1.2.840.10008.5.1.4.1.1.4.1", "enhanced MR", Kind::multiframe},
    {"1.2.840.10008.5.1.4.1.1.4.4", "legacy converted enhanced MR", Kind::multiframe},
    {"1.2.840.10008.5.1.4.1.1.128", "PET", Kind::classic},
    {"1.2.840.10008.5.1.4.1.1.128.1", "legacy converted enhanced PET", Kind::multiframe},
    {"1.2.840.10008.5.1.4.1.1.130", "enhanced PET", Kind::multiframe},
    {"1.2.840.10008.5.1.4.1.1.7", "a secondary capture", Kind::other},
    {"1.2.840.10008.5.1.4.1.1.7.", "a secondary capture", Kind::other},
    {"1.2.840.10008.5.1.4.1.1.88.", "a report", Kind::other},
    {"1.2.840.10008.5.1.4.1.1.104.", "a document", Kind::other},
    {"1.2.840.10008.5.1.4.1.1.11.", "a presentation state", Kind::other},
    {"1.2.840.10008.5.1.4.1.1.66", "raw data, a segmentation or a registration", Kind::other},
    {"1.2.840.10008.5.1.4.1.1.4.2", "spectroscopy", Kind::other},
    {"1.2.840.10008.1.3.10", "a directory of other files", Kind::other},
    {"1.3.12.2.1107.5.9.1", "private data of a scanner", Kind::other},
};

/* A UID that ends in a dot stands for all below it. */
Kind kind_of(const std::string &uid, std::string &what)
{
    what = "not an MR, CT or PET image";
    Kind kind = Kind::other;
    for (const auto &row : sop_classes) {
        const std::string known = row.uid;
        if (uid == known || (known.back() == '.' && uid.compare(0, known.size(), known) == 0)) {
            what = row.what;
            kind = row.kind;
        }
    }
    return kind;
}

bool take(Vector &to, const std::vector<double> &from, size_t first)
{
    if (from.size() < first + 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        to[i] = from[first + i];
    return true;
}

double dot(const Vector &a, const Vector &b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* Whether two directions are orthogonal and of length 1, as far as seven digits of text can express. */
bool take_directions(File &file, const std::vector<double> &cosines)
{
    const double close = 1e-3;
    return take(file.row, cosines, 0) && take(file.column, cosines, 3) &&
           std::abs(dot(file.row, file.row) - 1) < close &&
           std::abs(dot(file.column, file.column) - 1) < close &&
           std::abs(dot(file.row, file.column)) < close;
}

bool take_spacing(File &file, const std::vector<double> &mm)
{
    if (mm.size() != 2 || !(mm[0] > 0) || !(mm[1] > 0))
        return false;
    file.spacing = {mm[0], mm[1]};
    return true;
}

/* The item of a functional group: the frame's own, else the shared one. */
const gdcm::DataSet *macro(const gdcm::DataSet *own, const gdcm::DataSet *shared, uint16_t group,
                           uint16_t element)
{
    const gdcm::DataSet *found = own != nullptr ? item(*own, group, element) : nullptr;
    if (found == nullptr && shared != nullptr)
        found = item(*shared, group, element);
    return found;
}

/* The frame's place in time: an index, or the first attribute that orders frames. */
int64_t time_of(const gdcm::DataSet *content)
{
    const gdcm::Tag temporal(0x0020, 0x9128);
    if (content == nullptr || !content->FindDataElement(temporal))
        return 0;
    const gdcm::ByteValue *bytes = content->GetDataElement(temporal).GetByteValue();
    uint32_t value = 0;
    if (bytes != nullptr && bytes->GetLength() >= sizeof value)
        std::memcpy(&value, bytes->GetPointer(), sizeof value);
    return value;
}

void read_frame(File &file, const gdcm::DataSet *own, const gdcm::DataSet *shared, unsigned index)
{
    const gdcm::DataSet *position = macro(own, shared, 0x0020, 0x9113);
    const gdcm::DataSet *orientation = macro(own, shared, 0x0020, 0x9116);
    const gdcm::DataSet *measures = macro(own, shared, 0x0028, 0x9110);
    const gdcm::DataSet *values = macro(own, shared, 0x0028, 0x9145);
    Frame frame{};
    File turned;
    if (position == nullptr || orientation == nullptr || measures == nullptr ||
        !take(frame.position, numbers(*position, 0x0020, 0x0032), 0) ||
        !take_directions(turned, numbers(*orientation, 0x0020, 0x0037)) ||
        !take_spacing(turned, numbers(*measures, 0x0028, 0x0030))) {
        file.reason = "frames without a position";
        return;
    }
    frame.index = index;
    frame.slope = values != nullptr ? number(*values, 0x0028, 0x1053, 1) : 1;
    frame.intercept = values != nullptr ? number(*values, 0x0028, 0x1052, 0) : 0;
    frame.time = time_of(own != nullptr ? item(*own, 0x0020, 0x9111) : nullptr);
    if (index == 0) {
        file.row = turned.row;
        file.column = turned.column;
        file.spacing = turned.spacing;
    } else if (dot(file.row, turned.row) < 1 - 1e-5 || dot(file.column, turned.column) < 1 - 1e-5 ||
               std::abs(file.spacing[0] - turned.spacing[0]) > 1e-4 ||
               std::abs(file.spacing[1] - turned.spacing[1]) > 1e-4) {
        file.reason = "frames of several orientations or pixel sizes in one file";
    }
    file.slices.push_back(frame);
}

void read_multiframe(File &file, const gdcm::DataSet &set)
{
    const double frames = number(set, 0x0028, 0x0008, 1);
    if (!(frames >= 1 && frames <= 1 << 20)) {
        file.reason = "an impossible number of frames";
        return;
    }
    file.frames = static_cast<unsigned>(frames);
    const gdcm::DataSet *shared = item(set, 0x5200, 0x9229);
    for (unsigned f = 0; f < file.frames && file.reason.empty(); f++) {
        const gdcm::DataSet *own = item(set, 0x5200, 0x9230, f);
        if (own == nullptr)
            file.reason = "fewer descriptions of frames than frames";
        else
            read_frame(file, own, shared, f);
    }
}

/* A value of Siemens' private header, as numbers. */
std::vector<double> csa_numbers(const gdcm::DataSet &set, const char *name)
{
    const std::string value = csa_value(set, name);
    gdcm::DataSet one;
    gdcm::DataElement element(gdcm::Tag(0x0009, 0x1001));
    element.SetByteValue(value.data(), static_cast<uint32_t>(value.size()));
    one.Insert(element);
    return numbers(one, 0x0009, 0x1001);
}

/* Turns the one image of the file into its tiles. */
void read_mosaic(File &file, const gdcm::DataSet &set)
{
    const std::vector<double> count = csa_numbers(set, "NumberOfImagesInMosaic");
    const std::vector<double> normal = csa_numbers(set, "SliceNormalVector");
    Vector along{};
    const double gap = number(set, 0x0018, 0x0088, number(set, 0x0018, 0x0050, 0));
    if (count.empty() || !(count[0] >= 1) || !(count[0] <= 4096) || !take(along, normal, 0) || !(gap > 0)) {
        file.reason = "a mosaic without the description of its tiles";
        return;
    }
    file.frames = static_cast<unsigned>(count[0]);
    file.tiles = static_cast<unsigned>(std::ceil(std::sqrt(count[0])));
    if (file.rows % file.tiles != 0 || file.columns % file.tiles != 0) {
        file.reason = "a mosaic whose tiles don't fit into it";
        return;
    }
    const unsigned rows = file.rows, columns = file.columns;
    file.rows /= file.tiles;
    file.columns /= file.tiles;
    const Frame whole = file.slices[0];
    file.slices.clear();
    for (unsigned f = 0; f < file.frames; f++) {
        Frame tile = whole;
        tile.index = f;
        /* the position is that of an image as large as the mosaic, with the slice in its middle */
        for (size_t d = 0; d < 3; d++)
            tile.position[d] += file.row[d] * file.spacing[1] * (columns - file.columns) / 2.0 +
                                file.column[d] * file.spacing[0] * (rows - file.rows) / 2.0 +
                                along[d] * gap * f;
        file.slices.push_back(tile);
    }
}

void read_classic(File &file, const gdcm::DataSet &set)
{
    Frame frame{};
    if (number(set, 0x0028, 0x0008, 1) != 1)
        file.reason = "several frames in a class of single ones";
    else if (!take(frame.position, numbers(set, 0x0020, 0x0032), 0) ||
             !take_directions(file, numbers(set, 0x0020, 0x0037)) ||
             !take_spacing(file, numbers(set, 0x0028, 0x0030)))
        file.reason = "an image without a position";
    if (!file.reason.empty())
        return;
    frame.slope = number(set, 0x0028, 0x1053, 1);
    frame.intercept = number(set, 0x0028, 0x1052, 0);
    frame.time = static_cast<int64_t>(number(set, 0x0020, 0x0100, 0));
    file.slices.push_back(frame);
    if (file.image_type.find("MOSAIC") != std::string::npos)
        read_mosaic(file, set);
}

void read_names(File &file, const gdcm::DataSet &set)
{
    file.instance = text(set, 0x0008, 0x0018);
    file.study = text(set, 0x0020, 0x000d);
    file.frame = text(set, 0x0020, 0x0052);
    file.patient = text(set, 0x0010, 0x0020);
    file.patient_name = text(set, 0x0010, 0x0010);
    file.series = text(set, 0x0020, 0x000e);
    file.modality = text(set, 0x0008, 0x0060);
    file.image_type = text(set, 0x0008, 0x0008);
    /* CT scanners mark single slices of a scan as sums of thinner ones */
    const size_t added = file.image_type.find("\\ADD");
    if (added != std::string::npos)
        file.image_type.erase(added, 4);
    file.description = text(set, 0x0008, 0x103e);
    file.echo = text(set, 0x0018, 0x0086) + "/" + text(set, 0x0018, 0x0081);
    const double series_number = number(set, 0x0020, 0x0011, 0);
    file.series_number = std::abs(series_number) < 1e9 ? static_cast<int>(series_number) : 0;
    file.acquisition = static_cast<int64_t>(std::fmod(number(set, 0x0020, 0x0012, 0), 1e15));
    file.number = static_cast<int64_t>(std::fmod(number(set, 0x0020, 0x0013, 0), 1e15));
}

bool is_picture(const gdcm::DataSet &set)
{
    const std::string photometric = text(set, 0x0028, 0x0004, "MONOCHROME2");
    return short_number(set, 0x0028, 0x0002, 1) != 1 ||
           (photometric != "MONOCHROME1" && photometric != "MONOCHROME2");
}

void read_cell(File &file, const gdcm::DataSet &set)
{
    file.rows = short_number(set, 0x0028, 0x0010, 0);
    file.columns = short_number(set, 0x0028, 0x0011, 0);
    file.cell.allocated = short_number(set, 0x0028, 0x0100, 0);
    file.cell.stored = short_number(set, 0x0028, 0x0101, file.cell.allocated);
    file.cell.high = short_number(set, 0x0028, 0x0102, file.cell.stored - 1);
    file.cell.is_signed = short_number(set, 0x0028, 0x0103, 0) == 1;
    const Cell &c = file.cell;
    if (file.rows < 1 || file.columns < 1)
        file.reason = "an image without rows or columns";
    else if ((c.allocated != 8 && c.allocated != 16 && c.allocated != 32) || c.stored < 1 ||
             c.stored > c.allocated || c.high + 1 < c.stored || c.high >= c.allocated)
        file.reason = "pixels of a kind that is not read: " + std::to_string(c.stored) + " of " +
                      std::to_string(c.allocated) + " bits";
}

} // namespace

void read_file(File &file, const std::string &path)
{
    file.path = path;
    gdcm::Reader reader;
    bool in_pixels;
    std::string before;
    file.reason = structure_fault(path, in_pixels, &before);
    if (in_pixels) /* it is known then whose slice is missing */
        file.cut_off.swap(file.reason);
    std::istringstream header(
        before); /* GDCM would read the first bytes of the pixels too, damaged or not */
    reader.SetStream(header);
    if (file.reason.empty() && !reader.ReadUpToTag(gdcm::Tag(0x7fe0, 0x0000)))
        file.reason = "a damaged DICOM file";
    if (!file.reason.empty()) {
        file.broken = file.reason != not_dicom;
        return;
    }
    const gdcm::DataSet &set = reader.GetFile().GetDataSet();
    std::string what;
    file.syntax = reader.GetFile().GetHeader().GetDataSetTransferSyntax().GetString();
    file.sop_class = text(set, 0x0008, 0x0016, text(reader.GetFile().GetHeader(), 0x0002, 0x0002).c_str());
    const Kind kind = kind_of(file.sop_class, what);
    read_names(file, set);
    if (kind == Kind::other)
        file.reason = what;
    else if (file.instance.empty() || file.series.empty())
        file.reason = "an image without its identifiers";
    else if (file.image_type.find("LOCALIZER") != std::string::npos)
        file.reason = "a localizer";
    else if (is_picture(set))
        file.reason = "a picture in colours";
    if (!file.reason.empty())
        return;
    read_cell(file, set);
    if (file.reason.empty() && kind == Kind::multiframe)
        read_multiframe(file, set);
    else if (file.reason.empty())
        read_classic(file, set);
    file.broken = !file.reason.empty();
}

} // namespace dicom
