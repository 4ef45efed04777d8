/* Writes a series' files once more: other pixels under the mask, the attributes that state it, and no other
 * change. Each file is read again after it was written. */
#include <cmath>
#include <cstdio>
#include <cstring>

#include <gdcmImageChangeTransferSyntax.h>
#include <gdcmWriter.h>

#include "itk/dicom.hxx"
#include "itk/dicom_attributes.hxx"
#include "itk/dicom_deidentify.hxx"
#include "itk/dicom_pictures.hxx"

extern "C" {
#include "base/checksum.h"
}

using namespace dicom;

namespace
{

const gdcm::Tag pixel_data(0x7fe0, 0x0010);

/* What one call writes. */
struct Work {
    const ef_dicom *dicom;
    const Series &series;
    const ef_image &defaced;
    const uint8_t *mask;
    const ef_dicom_output &output;
    Identifiers identifiers;
    std::set<gdcm::Tag> dropped; /* out */
};

/* 2.25 and an integer of 128 bits (PS3.5 B.2): the first 128 bits of SHA-256(seed, old identifier), as a
 * UUID of version 8. */
std::string new_identifier(uint64_t seed, const std::string &old)
{
    ef_sha256 sha;
    char hex[65];
    ef_sha256_start(&sha);
    ef_sha256_add(&sha, &seed, sizeof seed);
    ef_sha256_add(&sha, old.data(), old.size());
    ef_sha256_end(hex, &sha);
    hex[12] = '8';
    hex[16] = "89ab"[std::strtoul(std::string(1, hex[16]).c_str(), nullptr, 16) & 3];
    std::string digits; /* decimal, the last first */
    std::string rest(hex, 32);
    while (!rest.empty()) {
        std::string quotient;
        unsigned remainder = 0;
        for (const char c : rest) {
            const unsigned value =
                remainder * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
            remainder = value % 10;
            if (!quotient.empty() || value / 10 != 0)
                quotient += "0123456789abcdef"[value / 10];
        }
        digits.insert(digits.begin(), static_cast<char>('0' + remainder));
        rest = quotient;
    }
    return "2.25." + digits;
}

/* New identifiers for every image of the folder that is a slice of a scan, so that series refer to each
 * other as before. */
Identifiers identifiers_of(const ef_dicom &dicom, uint64_t seed)
{
    Identifiers made;
    for (const Series &series : dicom.series)
        for (const File &file : series.files)
            if (file.reason.empty())
                made[file.instance] = new_identifier(seed, file.instance);
    return made;
}

template <typename T> double voxel(const void *voxels, size_t at)
{
    return static_cast<double>(static_cast<const T *>(voxels)[at]);
}

double voxel_of(const ef_image &image, size_t at)
{
    switch (image.dtype) {
    case EK_UINT8:
        return voxel<uint8_t>(image.voxels, at);
    case EK_INT8:
        return voxel<int8_t>(image.voxels, at);
    case EK_UINT16:
        return voxel<uint16_t>(image.voxels, at);
    case EK_INT16:
        return voxel<int16_t>(image.voxels, at);
    case EK_UINT32:
        return voxel<uint32_t>(image.voxels, at);
    case EK_INT32:
        return voxel<int32_t>(image.voxels, at);
    default:
        return voxel<float>(image.voxels, at);
    }
}

/* The stored value of a voxel, within what the cell can hold. */
int64_t stored_of(double value, const Series &series, const Frame &frame, const Cell &cell)
{
    const double low = cell.is_signed ? -std::ldexp(1.0, static_cast<int>(cell.stored) - 1) : 0;
    const double high = std::ldexp(1.0, static_cast<int>(cell.stored - (cell.is_signed ? 1 : 0))) - 1;
    if (series.scale_per_slice)
        value = frame.slope != 0 ? std::round((value - frame.intercept) / frame.slope) : 0;
    return static_cast<int64_t>(std::min(std::max(value, low), high));
}

/* Makes the bits of all cells beside the stored ones what the stored value makes them. Old consoles kept
 * drawings there, and the elements that would say so may be gone. */
void clear_unused_bits(std::vector<uint8_t> &bytes, const Cell &cell)
{
    if (cell.stored == cell.allocated)
        return;
    for (size_t at = 0; at < bytes.size(); at += cell.allocated / 8)
        cell_put(&bytes[at], cell, cell_value(&bytes[at], cell));
}

/* One slice: the voxels under the mask into its cells. */
void change_slice(std::vector<uint8_t> &bytes, const Work &work, size_t i)
{
    const Series &series = work.series;
    const Frame &frame = series.frames[i];
    const File &file = series.files[frame.file];
    const size_t plane = static_cast<size_t>(file.rows) * file.columns;
    const size_t k = series.home[i % series.positions];
    const size_t volume = i / series.positions * series.plane_source.size();
    for (unsigned y = 0; y < file.rows; y++)
        for (unsigned x = 0; x < file.columns; x++) {
            const size_t in_plane = static_cast<size_t>(file.rows - 1 - y) * file.columns + x;
            uint8_t *at = bytes.data() + pixel_offset(file, frame.index, y, x);
            if (work.mask[k * plane + in_plane] == 0)
                continue;
            const double value = voxel_of(work.defaced, (volume + k) * plane + in_plane);
            const int64_t stored = stored_of(value, series, frame, file.cell);
            if (stored != cell_value(at, file.cell))
                cell_put(at, file.cell, stored);
        }
}

bool is_lossless(const gdcm::TransferSyntax &syntax)
{
    return syntax == gdcm::TransferSyntax::RLELossless ||
           syntax == gdcm::TransferSyntax::JPEGLosslessProcess14_1 ||
           syntax == gdcm::TransferSyntax::JPEGLosslessProcess14 ||
           syntax == gdcm::TransferSyntax::JPEGLSLossless ||
           syntax == gdcm::TransferSyntax::JPEG2000Lossless;
}

/* Puts compressed pixel data into the set; false where GDCM can't, or where decompressing gives other
 * pixels. */
bool put_compressed(gdcm::File &whole, const File &file, const gdcm::DataElement &plain,
                    const std::vector<uint8_t> &bytes, const gdcm::TransferSyntax &syntax)
{
    const gdcm::SmartPointer<gdcm::Image> image =
        image_of(file, plain, gdcm::TransferSyntax::ExplicitVRLittleEndian);
    gdcm::ImageChangeTransferSyntax change;
    change.SetTransferSyntax(syntax);
    change.SetInput(*image);
    if (!change.Change() || change.GetOutput().GetBufferLength() != bytes.size())
        return false;
    std::vector<uint8_t> back(bytes.size());
    if (!change.GetOutput().GetBuffer(reinterpret_cast<char *>(back.data())) || back != bytes)
        return false;
    gdcm::DataElement packed = dynamic_cast<const gdcm::Image &>(change.GetOutput()).GetDataElement();
    packed.SetVR(gdcm::VR::OB);
    whole.GetDataSet().Replace(packed);
    return true;
}

/* Puts new pixel data in the file's own syntax where that is lossless and can be written, else
 * uncompressed. */
void put_pixels(gdcm::File &whole, const File &file, const std::vector<uint8_t> &bytes)
{
    const gdcm::TransferSyntax syntax = whole.GetHeader().GetDataSetTransferSyntax();
    gdcm::DataElement plain(pixel_data);
    std::vector<uint8_t> even = bytes;
    even.resize(bytes.size() + bytes.size() % 2, 0);
    plain.SetByteValue(reinterpret_cast<const char *>(even.data()), static_cast<uint32_t>(even.size()));
    plain.SetVR(file.cell.allocated > 8 ? gdcm::VR::OW : gdcm::VR::OB);
    if (is_lossless(syntax) && put_compressed(whole, file, plain, bytes, syntax))
        return;
    if (syntax == gdcm::TransferSyntax::ImplicitVRLittleEndian ||
        syntax == gdcm::TransferSyntax::ExplicitVRLittleEndian)
        plain.SetVR(whole.GetDataSet().GetDataElement(pixel_data).GetVR());
    else
        whole.GetHeader().SetDataSetTransferSyntax(gdcm::TransferSyntax::ExplicitVRLittleEndian);
    whole.GetDataSet().Replace(plain);
}

/* The meta header names the image too. */
void name_image(gdcm::File &whole, const std::string &instance)
{
    gdcm::FileMetaInformation &header = whole.GetHeader();
    put(header, 0x0002, 0x0003, "UI", instance);
    put(header, 0x0002, 0x0010, "UI", header.GetDataSetTransferSyntax().GetString());
}

void check_written(const std::string &path, const File &file, const std::vector<uint8_t> &bytes,
                   const std::string &instance)
{
    File again = file;
    gdcm::File whole;
    again.path = path;
    if (pixels(whole, again) != bytes || text(whole.GetDataSet(), 0x0008, 0x0018) != instance)
        throw Failure(EFFACE_INTERNAL, "what was written reads back otherwise: '" + path + "'");
}

void write_file(Work &work, size_t f, size_t number)
{
    const File &file = work.series.files[f];
    const gdcm::SmartPointer<gdcm::File> held = new gdcm::File; /* the writer counts references to it */
    gdcm::File &whole = *held;
    std::vector<uint8_t> bytes = pixels(whole, file);
    gdcm::DataSet &set = whole.GetDataSet();
    clear_unused_bits(bytes, file.cell);
    for (size_t i = 0; i < work.series.frames.size(); i++)
        if (work.series.frames[i].file == f)
            change_slice(bytes, work, i);
    put_pixels(whole, file, bytes);
    remove_pictures(set, work.dropped);
    remove_pictures(whole.GetHeader(), work.dropped);
    if (work.output.how != nullptr)
        deidentify(whole, work.output.how, file.path);
    replace_identifiers(set, work.identifiers);
    state_defacing(set, item(set, 0x5200, 0x9230) != nullptr, work.output.proved, efface_version());
    const std::string instance = text(set, 0x0008, 0x0018);
    name_image(whole, instance);
    char name[64];
    std::snprintf(name, sizeof name, "/image_%04zu.dcm", number);
    const std::string path = work.output.folder + std::string(name);
    gdcm::Writer writer;
    writer.SetFile(whole);
    writer.SetFileName(path.c_str());
    if (!writer.Write())
        throw Failure(EFFACE_INTERNAL, "can't write '" + path + "'");
    check_written(path, file, bytes, instance);
}

void write(const ef_dicom *dicom, size_t i, const ef_image &defaced, const uint8_t *mask,
           const ef_dicom_output &output)
{
    const Series &series = dicom->series.at(i);
    Work work = {dicom, series, defaced, mask, output, identifiers_of(*dicom, output.seed), {}};
    std::vector<bool> written(series.files.size(), false);
    size_t number = 0;
    for (const Frame &frame : series.frames) { /* in the order of the image */
        if (written[frame.file])
            continue;
        written[frame.file] = true;
        write_file(work, frame.file, ++number);
    }
    if (output.dropped_size > 0)
        std::snprintf(output.dropped, output.dropped_size, "%s",
                      list_of(work.dropped, output.dropped_size - 1).c_str());
}

} // namespace

efface_status dicom_write(const ef_dicom *dicom, size_t i, const ef_image *defaced, const uint8_t *mask,
                          const ef_dicom_output *output, efface_error *err) noexcept
{
    return guard(dicom->series[i].info.name, err, [&] { write(dicom, i, *defaced, mask, *output); });
}
