/* Numbers and words from a data set, read leniently, as scanners write: text numbers with blanks, binary
 * ones of any size. */
#include <cmath>
#include <cstdlib>
#include <cstring>

#include <gdcmSequenceOfItems.h>

#include "itk/dicom.hxx"

namespace dicom
{

std::string text(const gdcm::DataSet &set, uint16_t group, uint16_t element, const char *fallback)
{
    const gdcm::Tag tag(group, element);
    const gdcm::ByteValue *bytes =
        set.FindDataElement(tag) ? set.GetDataElement(tag).GetByteValue() : nullptr;
    if (bytes == nullptr || bytes->GetLength() == 0)
        return fallback;
    const std::string all(bytes->GetPointer(), bytes->GetLength());
    const size_t begin = all.find_first_not_of(std::string(" \0", 2));
    const size_t end = all.find_last_not_of(std::string(" \0", 2));
    return begin == std::string::npos ? fallback : all.substr(begin, end + 1 - begin);
}

std::vector<double> numbers(const gdcm::DataSet &set, uint16_t group, uint16_t element)
{
    std::vector<double> values;
    const std::string all = text(set, group, element);
    const char *at = all.c_str();
    while (*at != '\0') {
        char *end;
        const double value = std::strtod(at, &end);
        if (end == at || !std::isfinite(value))
            return {};
        values.push_back(value);
        while (*end == ' ')
            end++;
        if (*end != '\\' && *end != '\0')
            return {};
        at = *end == '\\' ? end + 1 : end;
    }
    return values;
}

double number(const gdcm::DataSet &set, uint16_t group, uint16_t element, double fallback)
{
    const std::vector<double> values = numbers(set, group, element);
    return values.empty() ? fallback : values[0];
}

unsigned short_number(const gdcm::DataSet &set, uint16_t group, uint16_t element, unsigned fallback)
{
    const gdcm::Tag tag(group, element);
    const gdcm::ByteValue *bytes =
        set.FindDataElement(tag) ? set.GetDataElement(tag).GetByteValue() : nullptr;
    uint16_t value;
    if (bytes == nullptr || bytes->GetLength() < sizeof value)
        return fallback;
    const gdcm::VR vr = set.GetDataElement(tag).GetVR(); /* none is stated in implicit syntax */
    if (vr != gdcm::VR::US && vr != gdcm::VR::SS && vr != gdcm::VR::INVALID && vr != gdcm::VR::UN)
        return 0;
    std::memcpy(&value, bytes->GetPointer(), sizeof value);
    return value;
}

const gdcm::DataSet *item(const gdcm::DataSet &set, uint16_t group, uint16_t element, size_t n)
{
    const gdcm::Tag tag(group, element);
    if (!set.FindDataElement(tag))
        return nullptr;
    const gdcm::SmartPointer<gdcm::SequenceOfItems> items = set.GetDataElement(tag).GetValueAsSQ();
    if (!items || items->GetNumberOfItems() <= n)
        return nullptr;
    /* a sequence that had to be parsed from bytes lives no longer than the pointer: such a one is not used
     */
    if (dynamic_cast<const gdcm::SequenceOfItems *>(&set.GetDataElement(tag).GetValue()) == nullptr)
        return nullptr;
    return &items->GetItem(n + 1).GetNestedDataSet();
}

} // namespace dicom
