/* Whether a file's elements fit into one another and into the file (PS3.5 chapter 7, PS3.10). This is
 * checked before GDCM reads the file: GDCM asserts where a length is wrong, and an assertion ends the
 * process. The meaning of elements does not matter here. */
#include "itk/dicom_structure.hxx"

#include <cstring>
#include <sstream>

namespace dicom
{

namespace
{

enum : uint32_t {
    UNDEFINED = 0xffffffff,
    ITEM = 0xfffee000,
    ITEM_END = 0xfffee00d,
    SEQUENCE_END = 0xfffee0dd
};
enum { META_AT = 132, DEEPEST = 32 };

/* How elements are written. */
struct Syntax {
    bool is_explicit, big;
};

class Structure
{
  public:
    explicit Structure(const std::vector<uint8_t> &bytes) : bytes_(bytes)
    {
    }
    std::string fault();
    bool in_pixels() const;
    size_t before_pixels() const;

  private:
    bool fits(size_t at, size_t n) const;
    bool wrong(size_t at);
    uint32_t number(size_t at, int n, bool big) const;
    uint32_t tag(size_t at, bool big) const;
    static bool is_known(const char *vr);
    static bool is_long(const char *vr);
    static bool is_whole(const char *vr, uint32_t length);
    bool element(size_t &at, size_t end, Syntax syntax, int depth, std::string *uid);
    bool items(size_t &at, size_t end, Syntax syntax, int depth, bool open);
    bool item(size_t &at, size_t end, Syntax syntax, int depth, bool open);
    bool fragments(size_t &at, size_t end);

    const std::vector<uint8_t> &bytes_;
    std::string fault_;
    bool in_pixels_ = false;
    size_t pixels_at_ = 0;
};

/* Empty where all is well. */
std::string Structure::fault()
{
    size_t at = META_AT;
    std::string uid;
    while (fits(at, 8) && bytes_[at] == 2 && bytes_[at + 1] == 0)
        if (!element(at, bytes_.size(), {true, false}, 0, &uid))
            return fault_;
    if (uid == "1.2.840.10008.1.2.1.99")
        return "a deflated file, which is not read";
    if (uid.empty())
        return "a damaged DICOM file: no transfer syntax";
    const Syntax syntax = {uid != "1.2.840.10008.1.2", uid == "1.2.840.10008.1.2.2"};
    if (at == bytes_.size() || (fits(at, 8) && tag(at, syntax.big) == 0x7fe00010))
        return "a damaged DICOM file: no attributes of an image";
    while (at < bytes_.size()) {
        const bool pixels = fits(at, 8) && tag(at, syntax.big) == 0x7fe00010;
        pixels_at_ = pixels && pixels_at_ == 0 ? at : pixels_at_;
        if (!element(at, bytes_.size(), syntax, 0, nullptr)) {
            in_pixels_ = pixels;
            return fault_;
        }
    }
    return "";
}

size_t Structure::before_pixels() const
{
    return pixels_at_ > 0 ? pixels_at_ : bytes_.size();
}

bool Structure::in_pixels() const
{
    return in_pixels_;
}

bool Structure::fits(size_t at, size_t n) const
{
    return at <= bytes_.size() && n <= bytes_.size() - at;
}

bool Structure::wrong(size_t at)
{
    fault_ = "a damaged DICOM file: nothing fits at byte " + std::to_string(at) + " of " +
             std::to_string(bytes_.size());
    return false;
}

uint32_t Structure::number(size_t at, int n, bool big) const
{
    uint32_t value = 0;
    for (int i = 0; i < n; i++)
        value |= static_cast<uint32_t>(bytes_[at + static_cast<size_t>(i)]) << (8 * (big ? n - 1 - i : i));
    return value;
}

uint32_t Structure::tag(size_t at, bool big) const
{
    return number(at, 2, big) << 16 | number(at + 2, 2, big);
}

/* At the first VR that it doesn't know, GDCM reads the header as one without VRs. */
bool Structure::is_known(const char *vr)
{
    return std::strstr(
               "AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL "
               "UN UR US UT UV",
               vr) != nullptr;
}

bool Structure::is_long(const char *vr)
{
    return std::strstr("OB OD OF OL OV OW SQ SV UC UN UR UT UV", vr) != nullptr;
}

/* Whether a binary VR's length is a multiple of its size. */
bool Structure::is_whole(const char *vr, uint32_t length)
{
    if (std::strstr("US SS", vr) != nullptr)
        return length % 2 == 0;
    if (std::strstr("UL SL FL AT", vr) != nullptr)
        return length % 4 == 0;
    return std::strcmp(vr, "FD") != 0 || length % 8 == 0;
}

/* One element that must end before `end`; at moves behind it. uid: gets the transfer syntax. */
bool Structure::element(size_t &at, size_t end, Syntax syntax, int depth, std::string *uid)
{
    const size_t begin = at;
    char vr[3] = "";
    if (end - at < 8)
        return wrong(at);
    const uint32_t name = tag(at, syntax.big);
    uint32_t length;
    at += 4;
    if (syntax.is_explicit) {
        vr[0] = static_cast<char>(bytes_[at]);
        vr[1] = static_cast<char>(bytes_[at + 1]);
        if (vr[0] < 'A' || vr[0] > 'Z' || vr[1] < 'A' || vr[1] > 'Z' || !is_known(vr) ||
            (is_long(vr) && end - at < 8))
            return wrong(begin);
        length = is_long(vr) ? number(at + 4, 4, syntax.big) : number(at + 2, 2, syntax.big);
        at += is_long(vr) ? 8 : 4;
    } else {
        length = number(at, 4, false);
        at += 4;
    }
    /* in the file meta information there are neither sequences nor open lengths */
    if (uid != nullptr && (length == UNDEFINED || std::strcmp(vr, "SQ") == 0))
        return wrong(begin);
    if (length == UNDEFINED) {
        if (name == 0x7fe00010)
            return syntax.is_explicit && std::strcmp(vr, "OB") != 0 && std::strcmp(vr, "OW") != 0 &&
                           std::strcmp(vr, "UN") != 0
                       ? wrong(begin)
                       : fragments(at, end);
        if (syntax.is_explicit && std::strcmp(vr, "SQ") != 0 && std::strcmp(vr, "UN") != 0)
            return wrong(begin);
        return items(at, end, std::strcmp(vr, "UN") == 0 ? Syntax{false, false} : syntax, depth, true);
    }
    if (length > end - at || !is_whole(vr, length))
        return wrong(begin);
    if (uid != nullptr && name == 0x00020010)
        uid->assign(bytes_.begin() + static_cast<std::ptrdiff_t>(at),
                    bytes_.begin() + static_cast<std::ptrdiff_t>(at + length));
    while (uid != nullptr && !uid->empty() && (uid->back() == '\0' || uid->back() == ' '))
        uid->pop_back();
    if (std::strcmp(vr, "SQ") == 0)
        return name == 0x7fe00010 ? wrong(begin) : items(at, at + length, syntax, depth, false);
    /* what may turn out to be a sequence: in implicit VR, and in UN, whose inside is implicit (PS3.5 6.2.2)
     */
    if ((!syntax.is_explicit || std::strcmp(vr, "UN") == 0) && name >> 16 != 0x7fe0 && length >= 8 &&
        tag(at, false) == ITEM)
        return items(at, at + length, Syntax{false, false}, depth, false);
    at += length;
    return true;
}

/* The items of a sequence: up to `end`, or, where open, up to its delimiter. */
bool Structure::items(size_t &at, size_t end, Syntax syntax, int depth, bool open)
{
    if (depth >= DEEPEST)
        return wrong(at);
    while (open || at < end) {
        if (end - at < 8)
            return wrong(at);
        const uint32_t name = tag(at, syntax.big), length = number(at + 4, 4, syntax.big);
        const size_t begin = at;
        at += 8;
        if (open && name == SEQUENCE_END)
            return true;
        if (name != ITEM || (length != UNDEFINED && length > end - at))
            return wrong(begin);
        if (!item(at, length == UNDEFINED ? end : at + length, syntax, depth + 1, length == UNDEFINED))
            return false;
    }
    return true;
}

bool Structure::item(size_t &at, size_t end, Syntax syntax, int depth, bool open)
{
    while (open || at < end) {
        if (open && end - at >= 8 && tag(at, syntax.big) == ITEM_END) {
            at += 8;
            return true;
        }
        if (!element(at, end, syntax, depth, nullptr))
            return false;
    }
    return true;
}

/* Compressed pixel data: a table, then pieces, at least one. */
bool Structure::fragments(size_t &at, size_t end)
{
    for (size_t n = 0;; n++) {
        if (end - at < 8)
            return wrong(at);
        const uint32_t name = tag(at, false), length = number(at + 4, 4, false);
        const size_t begin = at;
        at += 8;
        if (name == SEQUENCE_END)
            return n >= 2 && length == 0 ? true : wrong(begin);
        if (name != ITEM || length > end - at)
            return wrong(begin);
        at += length;
    }
}

/* ---- files without preamble ---- */

void put_number(std::vector<uint8_t> &to, uint32_t value, int n)
{
    for (int i = 0; i < n; i++)
        to.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

void put_uid_element(std::vector<uint8_t> &to, uint16_t element, std::string uid)
{
    uid.resize(uid.size() + uid.size() % 2, '\0');
    put_number(to, 0x0002, 2);
    put_number(to, element, 2);
    to.insert(to.end(), {'U', 'I'});
    put_number(to, static_cast<uint32_t>(uid.size()), 2);
    to.insert(to.end(), uid.begin(), uid.end());
}

enum class Bare { no, with_meta, data_only };

/* What a file without the mark begins with: group 2, or a small element of group 8. */
Bare bare(const uint8_t *head, size_t n)
{
    if (n < 16 || (head[0] != 2 && head[0] != 8) || head[1] != 0 || head[3] != 0)
        return Bare::no;
    const bool is_explicit = head[4] >= 'A' && head[4] <= 'Z' && head[5] >= 'A' && head[5] <= 'Z';
    if (head[0] == 2)
        return is_explicit ? Bare::with_meta : Bare::no;
    return is_explicit || (head[5] == 0 && head[6] == 0 && head[7] == 0) ? Bare::data_only : Bare::no;
}

/* Preamble, mark, and the file meta information that a file lacks. */
std::vector<uint8_t> missing_head(const std::vector<uint8_t> &bytes, Bare kind)
{
    std::vector<uint8_t> head(META_AT - 4, 0);
    head.insert(head.end(), {'D', 'I', 'C', 'M'});
    if (kind == Bare::with_meta)
        return head;
    std::vector<uint8_t> meta;
    put_uid_element(meta, 0x0010, bytes[4] >= 'A' ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2");
    put_number(head, 0x0002, 4); /* (0002,0000) */
    head.insert(head.end(), {'U', 'L'});
    put_number(head, 4, 2);
    put_number(head, static_cast<uint32_t>(meta.size()), 4);
    head.insert(head.end(), meta.begin(), meta.end());
    return head;
}

bool has_mark(const uint8_t *head, size_t n)
{
    return n >= META_AT && std::memcmp(head + META_AT - 4, "DICM", 4) == 0;
}

} // namespace

std::vector<uint8_t> file_bytes(const std::string &path)
{
    std::ifstream stream(path, std::ios::binary | std::ios::ate);
    const std::streamoff size = stream ? static_cast<std::streamoff>(stream.tellg()) : 0;
    std::vector<uint8_t> bytes(size > 0 ? static_cast<size_t>(size) : 0);
    stream.seekg(0);
    if (bytes.empty() || !stream.read(reinterpret_cast<char *>(bytes.data()), size))
        return {};
    const Bare kind = has_mark(bytes.data(), bytes.size()) ? Bare::no : bare(bytes.data(), bytes.size());
    if (kind != Bare::no) {
        const std::vector<uint8_t> head = missing_head(bytes, kind);
        bytes.insert(bytes.begin(), head.begin(), head.end());
    }
    return bytes;
}

std::unique_ptr<std::istream> file_stream(const std::string &path)
{
    auto stream = std::make_unique<std::ifstream>(path, std::ios::binary);
    uint8_t head[META_AT] = {0};
    stream->read(reinterpret_cast<char *>(head), META_AT);
    const auto n = static_cast<size_t>(stream->gcount());
    if (has_mark(head, n) || bare(head, n) == Bare::no) {
        stream->clear();
        stream->seekg(0);
        return stream;
    }
    const std::vector<uint8_t> bytes = file_bytes(path);
    return std::make_unique<std::istringstream>(
        std::string(reinterpret_cast<const char *>(bytes.data()), bytes.size()));
}

std::string structure_fault(const std::string &path, bool &in_pixels, std::string *before)
{
    in_pixels = false;
    const std::vector<uint8_t> bytes = file_bytes(path);
    if (bytes.empty())
        return std::ifstream(path, std::ios::binary) ? "an empty file" : "a file that can't be read";
    if (!has_mark(bytes.data(), bytes.size()))
        return not_dicom;
    Structure structure(bytes);
    const std::string fault = structure.fault();
    in_pixels = structure.in_pixels();
    if (before != nullptr)
        before->assign(reinterpret_cast<const char *>(bytes.data()), structure.before_pixels());
    return in_pixels ? "a damaged image: its pixels are cut off" : fault;
}

} // namespace dicom
