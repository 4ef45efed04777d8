/* Siemens' private header "CSA": a list of named values, in two layouts that differ by their first bytes
 * (as nibabel's nicom/csareader.py describes them). GDCM reads it too, but asserts where it is damaged. */
#include <cstring>

#include "itk/dicom.hxx"
#include "itk/dicom_pictures.hxx"

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

/* The items of one tag, as they are stored. False where they don't fit. */
bool take_items(std::vector<std::string> &items, Reader &r, uint32_t n_items, bool second,
                uint32_t first_items)
{
    for (uint32_t i = 0; i < n_items; i++) {
        if (!r.has(ITEM))
            return false;
        const uint32_t length = second ? r.number(4) : r.number(0) - first_items;
        r.at += ITEM;
        if (!r.has(length))
            return false;
        items.emplace_back(reinterpret_cast<const char *>(r.bytes) + r.at, length);
        r.at += (size_t{length} + 3) / 4 * 4;
    }
    return true;
}

/* Calls take(name, items) for each tag until it returns false. Returns where the tags end; 0 where the bytes
 * are no such header, or a damaged one. */
template <typename Take> size_t read_tags(const char *bytes, size_t n, const Take &take)
{
    Reader r = {reinterpret_cast<const uint8_t *>(bytes), n, 0};
    const bool second = r.has(8) && std::memcmp(r.bytes, "SV10", 4) == 0;
    r.at = second ? 8 : 0;
    if (!r.has(8) || r.number(0) > TAGS_MOST)
        return 0;
    const uint32_t n_tags = r.number(0);
    uint32_t first_items = 0;
    r.at += 8;
    for (uint32_t t = 0; t < n_tags; t++) {
        if (!r.has(TAG))
            return 0;
        const std::string name(bytes + r.at, NAME);
        const uint32_t n_items = r.number(NAME + 12);
        std::vector<std::string> items;
        first_items = t == 0 ? n_items : first_items;
        r.at += TAG;
        if (!take_items(items, r, n_items, second, first_items))
            return 0;
        if (!take(name.c_str(), items))
            break;
    }
    return r.at;
}

} // namespace

std::string csa_value(const gdcm::DataSet &set, const char *name)
{
    const gdcm::Tag tag(0x0029, 0x1010);
    const gdcm::ByteValue *bytes =
        set.FindDataElement(tag) ? set.GetDataElement(tag).GetByteValue() : nullptr;
    std::string values;
    if (bytes == nullptr || text(set, 0x0029, 0x0010) != "SIEMENS CSA HEADER")
        return values;
    (void)read_tags(bytes->GetPointer(), bytes->GetLength(),
                    [&](const char *found, const std::vector<std::string> &items) {
                        if (std::strcmp(found, name) != 0)
                            return true;
                        for (const std::string &one : items) { /* joined as DICOM joins values */
                            const std::string word = one.substr(0, one.find('\0'));
                            if (!word.empty())
                                values += (values.empty() ? "" : "\\") + word;
                        }
                        return false;
                    });
    return values;
}

bool is_csa(const std::string &bytes)
{
    bool words = true;
    const size_t end =
        read_tags(bytes.data(), bytes.size(), [&](const char *, const std::vector<std::string> &items) {
            for (const std::string &one : items)
                words = words && (one.size() < PICTURE_LEAST || is_words(one, true));
            return words;
        });
    return words && end > 0 &&
           (end >= bytes.size() || bytes.find_first_not_of('\0', end) == std::string::npos);
}

} // namespace dicom
