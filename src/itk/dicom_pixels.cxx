/* Pixel data: out of a file whatever its compression, and where in it each slice's pixels are. */
#include <algorithm>
#include <cstring>

#include "dicom.hxx"
#include "pixel_reader.hxx"

namespace dicom
{

bool PixelReader::read(gdcm::File &whole, const char *path)
{
    static const uint16_t needed[] = {0x0008, 0x0018, 0x0020, 0x0028, 0x0054, 0x3004, 0x5200, 0x7fe0};
    SetFileName(path);
    if (!gdcm::Reader::Read())
        return false;
    whole = GetFile();
    gdcm::DataSet few;
    for (const gdcm::DataElement &element : whole.GetDataSet().GetDES())
        if (std::find(std::begin(needed), std::end(needed), element.GetTag().GetGroup()) !=
            std::end(needed))
            few.Insert(element);
    GetFile().SetDataSet(few);
    GetImage().SetTransferSyntax(GetFile().GetHeader().GetDataSetTransferSyntax());
    return ReadImage(GetFile().GetHeader().GetMediaStorage());
}

std::vector<uint8_t> pixels(gdcm::File &whole, const File &file)
{
    PixelReader reader;
    if (!reader.read(whole, file.path.c_str()))
        throw Failure(EFFACE_INPUT, "the pixels can't be read: '" + file.path + "'");
    const size_t cell = file.cell.allocated / 8;
    const size_t frames = file.tiles > 1 ? 1 : file.frames;
    const size_t n = cell * file.rows * file.tiles * file.columns * file.tiles * frames;
    const gdcm::Tag tag(0x7fe0, 0x0010);
    const gdcm::DataSet &set = whole.GetDataSet();
    const gdcm::ByteValue *plain =
        set.FindDataElement(tag) ? set.GetDataElement(tag).GetByteValue() : nullptr;
    std::vector<uint8_t> bytes(n);
    if (plain != nullptr &&
        whole.GetHeader().GetDataSetTransferSyntax() != gdcm::TransferSyntax::ExplicitVRBigEndian) {
        /* as they are in the file, with whatever stands in unused bits; one byte more makes the length even
         */
        if (plain->GetLength() < n || plain->GetLength() > n + 1)
            throw Failure(EFFACE_INPUT, "expected " + std::to_string(n) + " bytes of pixels, got " +
                                            std::to_string(static_cast<uint32_t>(plain->GetLength())) +
                                            " in '" + file.path + "'");
        std::memcpy(bytes.data(), plain->GetPointer(), n);
        return bytes;
    }
    const gdcm::Image &image = reader.GetImage();
    if (image.GetBufferLength() != n)
        throw Failure(EFFACE_INPUT, "expected " + std::to_string(n) + " bytes of pixels, got " +
                                        std::to_string(image.GetBufferLength()) + " in '" + file.path +
                                        "'");
    if (!image.GetBuffer(reinterpret_cast<char *>(bytes.data())))
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
