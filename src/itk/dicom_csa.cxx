/* Siemens' private header "CSA": a list of named values, in two layouts that differ by their first bytes
 * (as nibabel's nicom/csareader.py describes them). GDCM reads it too, but asserts where it is damaged. */
#include <cstring>

#include "itk/dicom.hxx"

namespace dicom
{

namespace
{

enum { NAME = 64, TAG = 84, ITEM = 16, TAGS_MOST = 1024 };

/* Little-endian numbers of bytes that may end anywhere. */
struct Reader {
    const uint8_t *bytes;
    size_t n, at;

    bool has(size_t more) const
    {
        return more <= n && at <= n - more;
    }
    uint32_t number(size_t offset) const
    {
        uint32_t value = 0;
        for (size_t i = 0; i < 4; i++)
            value |= static_cast<uint32_t>(bytes[at + offset + i]) << (8 * i);
        return value;
    }
};

/* The items of one tag that are not empty, joined as DICOM joins values. False where they don't fit. */
bool take_items(std::string &values, Reader &r, uint32_t n_items, bool second, uint32_t first_items)
{
    for (uint32_t i = 0; i < n_items; i++) {
        if (!r.has(ITEM))
            return false;
        const uint32_t length = second ? r.number(4) : r.number(0) - first_items;
        r.at += ITEM;
        if (!r.has(length))
            return false;
        const std::string one(reinterpret_cast<const char *>(r.bytes) + r.at, length);
        const std::string word = one.substr(0, one.find('\0'));
        if (!word.empty())
            values += (values.empty() ? "" : "\\") + word;
        r.at += (size_t{length} + 3) / 4 * 4;
    }
    return true;
}

} // namespace

std::string csa_value(const gdcm::DataSet &set, const char *name)
{
    const gdcm::Tag tag(0x0029, 0x1010);
    const gdcm::ByteValue *bytes =
        set.FindDataElement(tag) ? set.GetDataElement(tag).GetByteValue() : nullptr;
    if (bytes == nullptr || text(set, 0x0029, 0x0010) != "SIEMENS CSA HEADER")
        return "";
    Reader r = {reinterpret_cast<const uint8_t *>(bytes->GetPointer()), bytes->GetLength(), 0};
    const bool second = r.has(8) && std::memcmp(r.bytes, "SV10", 4) == 0;
    r.at = second ? 8 : 0;
    if (!r.has(8) || r.number(0) > TAGS_MOST)
        return "";
    const uint32_t n_tags = r.number(0);
    uint32_t first_items = 0;
    r.at += 8;
    for (uint32_t t = 0; t < n_tags && r.has(TAG); t++) {
        const std::string found(reinterpret_cast<const char *>(r.bytes) + r.at, NAME);
        const uint32_t n_items = r.number(NAME + 12);
        std::string values;
        first_items = t == 0 ? n_items : first_items;
        r.at += TAG;
        if (!take_items(values, r, n_items, second, first_items))
            return "";
        if (std::strcmp(found.c_str(), name) == 0)
            return values;
    }
    return "";
}

} // namespace dicom
