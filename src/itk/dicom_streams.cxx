/* Checks compressed streams. GDCM asserts that a JPEG-LS stream inflates to the length that the attributes
 * give, and follows a table of run-length segments wherever it points. */
#include "itk/dicom_streams.hxx"

#include <cstdint>

#include <gdcmSequenceOfFragments.h>

namespace dicom
{

namespace
{

struct Bytes {
    const uint8_t *at;
    size_t n;
};

/* Whether a stream's frame header (ISO/IEC 14495-1, C.2.2) describes the same cells as the attributes. */
bool is_jpegls_of(const File &file, Bytes stream)
{
    enum {
        START = 0xffd8,
        FRAME = 0xf7,
        LEAST = 10
    }; /* marker, length, precision, rows, columns, components */
    const uint8_t *const byte = stream.at;
    const auto pair = [byte](size_t at) { return static_cast<unsigned>(byte[at] << 8 | byte[at + 1]); };
    if (stream.n < 2 || pair(0) != START)
        return false;
    for (size_t at = 2; at + LEAST <= stream.n && byte[at] == 0xff; at += 2 + pair(at + 2))
        if (byte[at + 1] == FRAME)
            return (byte[at + 4] + 7U) / 8 * 8 == file.cell.allocated &&
                   pair(at + 5) == file.rows * file.tiles && pair(at + 7) == file.columns * file.tiles &&
                   byte[at + 9] == 1;
    return false;
}

/* Whether run lengths (PS3.5 G.3.1) make `wanted` bytes before they end; more may follow as padding. */
bool runs_make(Bytes segment, size_t wanted)
{
    enum { NOTHING = 128 };
    size_t made = 0;
    for (size_t at = 0; at < segment.n && made < wanted;) {
        const unsigned head = segment.at[at++];
        if (head < NOTHING) {
            made += head + 1;
            at += head + 1;
            if (at > segment.n)
                return false;
        } else if (head > NOTHING) {
            if (at++ == segment.n)
                return false;
            made += 257 - head;
        }
    }
    return made == wanted;
}

/* Whether a frame's table of segments (PS3.5 G.5) has one for each byte of a cell, in order and within the
 * frame, and each has all pixels. */
bool is_rle_of(const File &file, Bytes frame)
{
    enum { TABLE = 64 };
    const unsigned segments = file.cell.allocated / 8;
    const auto number = [&frame](size_t at) {
        return static_cast<uint32_t>(frame.at[at]) | static_cast<uint32_t>(frame.at[at + 1]) << 8 |
               static_cast<uint32_t>(frame.at[at + 2]) << 16 |
               static_cast<uint32_t>(frame.at[at + 3]) << 24;
    };
    if (frame.n < TABLE || number(0) != segments || number(4) != TABLE)
        return false;
    for (unsigned s = 0; s < segments; s++) {
        const size_t begin = number(4 + 4 * s), end = s + 1 < segments ? number(8 + 4 * s) : frame.n;
        const size_t wanted = static_cast<size_t>(file.rows) * file.tiles * file.columns * file.tiles;
        if (begin > end || end > frame.n || !runs_make({frame.at + begin, end - begin}, wanted))
            return false;
    }
    return true;
}

} // namespace

std::string stream_fault(const File &file, const gdcm::DataElement &element,
                         const gdcm::TransferSyntax &syntax)
{
    const bool rle = syntax == gdcm::TransferSyntax::RLELossless;
    if (!rle && syntax != gdcm::TransferSyntax::JPEGLSLossless &&
        syntax != gdcm::TransferSyntax::JPEGLSNearLossless)
        return "";
    const gdcm::SequenceOfFragments *fragments = element.GetSequenceOfFragments();
    const size_t frames = file.tiles > 1 ? 1 : file.frames;
    const size_t pieces = fragments != nullptr ? fragments->GetNumberOfFragments() : 0;
    /* A single frame's JPEG-LS stream may be split into several pieces; the first has the header. */
    if (pieces != frames && (rle || frames > 1 || pieces == 0))
        return "a damaged image: " + std::to_string(frames) + " frames in " + std::to_string(pieces) +
               " pieces";
    for (size_t f = 0; f < frames; f++) {
        const gdcm::ByteValue *value = fragments->GetFragment(f).GetByteValue();
        const Bytes bytes = {value != nullptr ? reinterpret_cast<const uint8_t *>(value->GetPointer())
                                              : nullptr,
                             value != nullptr ? static_cast<size_t>(value->GetLength()) : 0};
        if (!(rle ? is_rle_of(file, bytes) : is_jpegls_of(file, bytes)))
            return "a damaged image: its compressed pixels are not what its attributes tell of";
    }
    return "";
}

} // namespace dicom
