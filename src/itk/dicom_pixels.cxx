/* Pixel data: reads them from a file, whatever its compression, and finds each slice's pixels in them. */
#include <cstring>
#include <limits>

#include <gdcmReader.h>

#include "itk/dicom.hxx"
#include "itk/dicom_streams.hxx"
#include "itk/dicom_structure.hxx"

namespace dicom
{

gdcm::SmartPointer<gdcm::Image> image_of(const File &file, const gdcm::DataElement &element,
                                         const gdcm::TransferSyntax &syntax)
{
    const Cell &cell = file.cell;
    gdcm::SmartPointer<gdcm::Image> image = new gdcm::Image;
    const unsigned frames = file.tiles > 1 ? 1 : file.frames;
    image->SetNumberOfDimensions(frames > 1 ? 3 : 2);
    image->SetDimension(0, file.columns * file.tiles);
    image->SetDimension(1, file.rows * file.tiles);
    if (frames > 1)
        image->SetDimension(2, frames);
    image->SetPixelFormat(gdcm::PixelFormat(1, static_cast<uint16_t>(cell.allocated),
                                            static_cast<uint16_t>(cell.stored),
                                            static_cast<uint16_t>(cell.high), cell.is_signed ? 1 : 0));
    image->SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
    image->SetTransferSyntax(syntax);
    image->SetDataElement(element);
    return image;
}

size_t pixel_bytes(const File &file)
{
    const uint64_t most = std::numeric_limits<uint32_t>::max() - 1; /* of one attribute */
    uint64_t n = file.cell.allocated / 8;
    for (const unsigned factor :
         {file.rows, file.columns, file.tiles, file.tiles, file.tiles > 1 ? 1 : file.frames})
        n = n > most / factor ? most + 1 : n * factor;
    if (n > most)
        throw Failure(EFFACE_INPUT, "more pixels than a DICOM file can hold: '" + file.path + "'");
    return n;
}

std::vector<uint8_t> pixels(gdcm::File &whole, const File &file)
{
    gdcm::Reader reader;
    const std::unique_ptr<std::istream> stream = file_stream(file.path);
    reader.SetStream(*stream);
    const gdcm::Tag tag(0x7fe0, 0x0010);
    if (!reader.Read() || !reader.GetFile().GetDataSet().FindDataElement(tag) ||
        reader.GetFile().GetDataSet().GetDataElement(tag).IsEmpty())
        throw Failure(EFFACE_INPUT, "the pixels can't be read: '" + file.path + "'");
    whole = reader.GetFile();
    const size_t n = pixel_bytes(file);
    const gdcm::DataElement &element = whole.GetDataSet().GetDataElement(tag);
    const gdcm::TransferSyntax syntax = whole.GetHeader().GetDataSetTransferSyntax();
    const gdcm::ByteValue *plain = element.GetByteValue();
    std::vector<uint8_t> bytes;
    if (plain != nullptr && syntax != gdcm::TransferSyntax::ExplicitVRBigEndian) {
        /* as they are in the file, with whatever stands in unused bits; one byte more makes the length even
         */
        if (plain->GetLength() < n || plain->GetLength() > n + 1)
            throw Failure(EFFACE_INPUT, "expected " + std::to_string(n) + " bytes of pixels, got " +
                                            std::to_string(static_cast<uint32_t>(plain->GetLength())) +
                                            " in '" + file.path + "'");
        bytes.resize(n);
        std::memcpy(bytes.data(), plain->GetPointer(), n);
        return bytes;
    }
    const std::string fault = stream_fault(file, element, syntax);
    if (!fault.empty())
        throw Failure(EFFACE_INPUT, fault + " in '" + file.path + "'");
    const gdcm::SmartPointer<gdcm::Image> image = image_of(file, element, syntax);
    if (image->GetBufferLength() != n)
        throw Failure(EFFACE_INPUT, "expected " + std::to_string(n) + " bytes of pixels, got " +
                                        std::to_string(image->GetBufferLength()) + " in '" + file.path +
                                        "'");
    bytes.resize(n);
    if (!image->GetBuffer(reinterpret_cast<char *>(bytes.data())))
        throw Failure(EFFACE_INPUT, "the pixels can't be decompressed: '" + file.path + "'");
    return bytes;
}

size_t pixel_offset(const File &file, unsigned frame, unsigned row, unsigned column)
{
    const size_t cell = file.cell.allocated / 8;
    if (file.tiles > 1) {
        const size_t across = static_cast<size_t>(file.columns) * file.tiles;
        const size_t y = static_cast<size_t>(frame / file.tiles) * file.rows + row;
        const size_t x = static_cast<size_t>(frame % file.tiles) * file.columns + column;
        return (y * across + x) * cell;
    }
    return ((static_cast<size_t>(frame) * file.rows + row) * file.columns + column) * cell;
}

int64_t cell_value(const uint8_t *at, const Cell &cell)
{
    uint64_t bits = 0;
    for (unsigned byte = 0; byte < cell.allocated / 8; byte++)
        bits |= static_cast<uint64_t>(at[byte]) << (8 * byte);
    bits = (bits >> (cell.high + 1 - cell.stored)) & ((uint64_t{1} << cell.stored) - 1);
    const uint64_t sign = uint64_t{1} << (cell.stored - 1);
    return cell.is_signed && (bits & sign) != 0
               ? static_cast<int64_t>(bits) - static_cast<int64_t>(2 * sign)
               : static_cast<int64_t>(bits);
}

void cell_put(uint8_t *at, const Cell &cell, int64_t value)
{
    /* unused high bits continue the sign, unused low ones are zero */
    const uint64_t bits = static_cast<uint64_t>(value) << (cell.high + 1 - cell.stored);
    for (unsigned byte = 0; byte < cell.allocated / 8; byte++)
        at[byte] = static_cast<uint8_t>(bits >> (8 * byte));
}

} // namespace dicom
