/* Finds what could hold a picture by what its bytes are. The names of elements are not enough: vendors keep
 * pictures in private elements. */
#include "itk/dicom_pictures.hxx"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include <gdcmDictEntry.h>
#include <gdcmDicts.h>
#include <gdcmGlobal.h>

#include "itk/dicom.hxx"
#include "itk/dicom_items.hxx"

namespace dicom
{

namespace
{

/* Of bytes that are said to be text, the most that lie beyond ASCII: one of so many. */
enum { FOREIGN_LEAST = 64 };

const gdcm::Tag pixel_data(0x7fe0, 0x0010), icon(0x0088, 0x0200);

bool is_group_of_pictures(uint16_t group)
{
    return group % 2 == 0 && ((group >= 0x6000 && group <= 0x60ff) || (group >= 0x5000 && group <= 0x50ff));
}

bool is_code(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::strchr("+/=_-", c) != nullptr;
}

bool is_number(const std::string &text, size_t begin, size_t end)
{
    bool digit = false;
    for (size_t i = begin; i < end; i++) {
        if (std::strchr("0123456789+-.eE", text[i]) == nullptr)
            return false;
        digit = digit || (text[i] >= '0' && text[i] <= '9');
    }
    return digit;
}

/* Whether a picture is written out in the text: as one word that never ends, or as number after number. */
bool is_written_picture(const std::string &text)
{
    size_t numbers = 0, code = 0, begin = 0;
    for (size_t i = 0; i <= text.size(); i++) {
        code = i < text.size() && is_code(text[i]) ? code + 1 : 0;
        if (code >= PICTURE_LEAST)
            return true;
        if (i < text.size() && std::strchr(" \t\r\n,;\\", text[i]) == nullptr)
            continue;
        if (i > begin)
            numbers = is_number(text, begin, i) ? numbers + 1 : 0;
        if (numbers >= PICTURE_LEAST)
            return true;
        begin = i + 1;
    }
    return false;
}

/* Values of `size` bytes, little endian, that never fall: a table, in which no picture is seen. */
bool only_rises(const std::string &bytes, size_t size)
{
    uint64_t before = 0;
    for (size_t at = 0; at + size <= bytes.size(); at += size) {
        uint64_t value = 0;
        for (size_t i = 0; i < size; i++)
            value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[at + i])) << (8 * i);
        if (value < before)
            return false;
        before = value;
    }
    return true;
}

/* Bytes of one number of a VR; 0 where it is none of numbers. */
size_t number_bytes(const gdcm::VR &vr)
{
    if (vr == gdcm::VR::US || vr == gdcm::VR::SS || vr == gdcm::VR::US_SS)
        return 2;
    if (vr == gdcm::VR::UL || vr == gdcm::VR::SL || vr == gdcm::VR::FL || vr == gdcm::VR::AT)
        return 4;
    return vr == gdcm::VR::FD || vr == gdcm::VR::SV || vr == gdcm::VR::UV ? 8 : 0;
}

gdcm::VR vr_of(const gdcm::DataElement &element)
{
    const gdcm::VR stored = element.GetVR();
    if ((stored != gdcm::VR::INVALID && stored != gdcm::VR::UN) || element.GetTag().IsPrivate())
        return stored;
    const gdcm::Dict &dict = gdcm::Global::GetInstance().GetDicts().GetPublicDict();
    const gdcm::VR listed = dict.GetDictEntry(element.GetTag()).GetVR();
    return listed != gdcm::VR::INVALID ? listed : stored;
}

bool is_text(const gdcm::VR &vr)
{
    return vr != gdcm::VR::INVALID && vr != gdcm::VR::UN && (vr & gdcm::VR::VRASCII) != 0;
}

/* Whether an element that is no sequence could hold a picture. */
bool could_hold_picture(const gdcm::DataElement &element)
{
    const gdcm::ByteValue *value = element.GetByteValue();
    if (value == nullptr)
        return element.GetSequenceOfFragments() != nullptr;
    const std::string bytes(value->GetPointer(), value->GetLength());
    const gdcm::VR vr = vr_of(element);
    const size_t size = number_bytes(vr);
    if (bytes.size() < (size > 0 ? size : 1) * PICTURE_LEAST ||
        bytes.find_first_not_of(bytes[0]) == std::string::npos)
        return false;
    if (size > 0 || element.GetTag() == gdcm::Tag(0x0028, 0x3006)) /* LUT Data */
        return !only_rises(bytes, size > 0 ? size : 2);
    return !is_words(bytes, is_text(vr)) && !is_csa(bytes);
}

bool is_picture(const gdcm::DataElement &element)
{
    const gdcm::Tag &tag = element.GetTag();
    if (tag == pixel_data)
        return false;
    if (is_group_of_pictures(tag.GetGroup()) || tag.GetGroup() == pixel_data.GetGroup() || tag == icon)
        return true;
    const Items items = items_of(element);
    for (size_t i = 1; items && i <= items->GetNumberOfItems(); i++)
        if (items->GetItem(i).GetNestedDataSet().FindDataElement(pixel_data))
            return true;
    return !items && could_hold_picture(element);
}

bool drop_pictures(gdcm::DataSet &set, std::set<gdcm::Tag> &dropped)
{
    std::vector<gdcm::Tag> pictures;
    for (const gdcm::DataElement &element : set.GetDES())
        if (is_picture(element))
            pictures.push_back(element.GetTag());
    for (const gdcm::Tag &tag : pictures)
        set.Remove(tag);
    dropped.insert(pictures.begin(), pictures.end());
    return !pictures.empty();
}

} // namespace

bool is_words(const std::string &text, bool any_letters)
{
    const size_t end = text.find_last_not_of('\0') + 1; /* npos + 1 is 0 */
    size_t foreign = 0;
    for (size_t i = 0; i < end; i++) {
        const uint8_t c = static_cast<uint8_t>(text[i]);
        if (c == 0x7f || (c < ' ' && std::strchr("\t\n\v\f\r\x1b", c) == nullptr) || c == 0)
            return false;
        foreign += c > 0x7f ? 1 : 0;
    }
    return (any_letters || foreign <= end / FOREIGN_LEAST) && !is_written_picture(text.substr(0, end));
}

void remove_pictures(gdcm::DataSet &set, std::set<gdcm::Tag> &dropped)
{
    const auto drop = [&](gdcm::DataSet &nested) { return drop_pictures(nested, dropped); };
    (void)in_sequences(set, drop);
    (void)drop(set);
}

void remove_pictures(gdcm::FileMetaInformation &meta, std::set<gdcm::Tag> &dropped)
{
    (void)drop_pictures(meta, dropped);
}

std::string list_of(const std::set<gdcm::Tag> &tags, size_t most)
{
    enum { RESERVED = 16 }; /* for the count of what does not fit */
    std::set<std::string> words;
    for (const gdcm::Tag &tag : tags) {
        char word[16];
        const unsigned group = tag.GetGroup(), number = tag.GetElement();
        if (is_group_of_pictures(tag.GetGroup()))
            std::snprintf(word, sizeof word, "(%04x,xxxx)", group);
        else
            std::snprintf(word, sizeof word, "(%04x,%04x)", group, number);
        words.insert(word);
    }
    std::string list;
    size_t listed = 0;
    for (const std::string &word : words) {
        if (list.size() + 1 + word.size() + RESERVED > most)
            break;
        list += (list.empty() ? "" : " ") + word;
        listed++;
    }
    return listed < words.size() ? list + " and " + std::to_string(words.size() - listed) + " more" : list;
}

} // namespace dicom
