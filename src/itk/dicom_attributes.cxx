/* The attributes of a defaced image, exactly those that the standard has for it, added to what is there
 * already. */
#include "itk/dicom_attributes.hxx"

#include <algorithm>
#include <cstring>
#include <vector>

#include "itk/dicom.hxx"
#include "itk/dicom_items.hxx"

namespace dicom
{

namespace
{

/* The value with every known identifier replaced; empty where there is none in it. */
std::string replaced(const gdcm::ByteValue &bytes, const Identifiers &known)
{
    const std::string all(bytes.GetPointer(), bytes.GetLength());
    std::string result;
    bool any = false;
    for (size_t begin = 0; begin <= all.size();) {
        size_t end = all.find('\\', begin);
        end = end == std::string::npos ? all.size() : end;
        std::string one = all.substr(begin, end - begin);
        const size_t last = one.find_last_not_of(std::string(" \0", 2));
        one.resize(last == std::string::npos ? 0 : last + 1);
        const auto found = known.find(one);
        any = any || found != known.end();
        result += (begin > 0 ? "\\" : "") + (found != known.end() ? found->second : one);
        begin = end + 1;
    }
    return any ? result : "";
}

bool identify(gdcm::DataSet &set, const Identifiers &known)
{
    enum { LONGEST = 1 << 16 };
    std::vector<gdcm::DataElement> changed;
    for (const gdcm::DataElement &element : set.GetDES()) {
        const gdcm::ByteValue *bytes = element.GetByteValue();
        if (bytes == nullptr || bytes->GetLength() == 0 || bytes->GetLength() > LONGEST ||
            *bytes->GetPointer() < '0' || *bytes->GetPointer() > '2')
            continue;
        std::string value = replaced(*bytes, known);
        if (value.empty())
            continue;
        value.resize(value.size() + value.size() % 2, '\0');
        gdcm::DataElement renamed = element;
        renamed.SetByteValue(value.data(), static_cast<uint32_t>(value.size()));
        changed.push_back(renamed);
    }
    for (const gdcm::DataElement &element : changed)
        set.Replace(element);
    return !changed.empty();
}

/* Appends an item to a sequence, which is made where there is none. */
void append_item(gdcm::DataSet &set, uint16_t group, uint16_t element, const gdcm::DataSet &nested)
{
    const gdcm::Tag tag(group, element);
    gdcm::DataElement sequence(tag);
    gdcm::SmartPointer<gdcm::SequenceOfItems> items;
    if (set.FindDataElement(tag)) {
        sequence = set.GetDataElement(tag);
        items = items_of(sequence);
    }
    if (!items)
        items = new gdcm::SequenceOfItems;
    gdcm::Item added;
    added.SetNestedDataSet(nested);
    items->AddItem(added);
    sequence.SetVR(gdcm::VR::SQ);
    open_lengths(sequence, *items);
    set.Replace(sequence);
}

gdcm::DataSet code(const char *value, const char *designator, const char *version, const char *meaning)
{
    gdcm::DataSet set;
    put(set, 0x0008, 0x0100, "SH", value);
    put(set, 0x0008, 0x0102, "SH", designator);
    if (version != nullptr)
        put(set, 0x0008, 0x0103, "SH", version);
    put(set, 0x0008, 0x0104, "LO", meaning);
    return set;
}

/* "ORIGINAL\PRIMARY..." to "DERIVED\PRIMARY..." */
bool derive(gdcm::DataSet &set, uint16_t group, uint16_t element)
{
    const std::string type = text(set, group, element);
    const size_t first = type.find('\\');
    if (type.empty() && !set.FindDataElement(gdcm::Tag(group, element)))
        return false;
    put(set, group, element, "CS",
        "DERIVED" + (first == std::string::npos ? std::string() : type.substr(first)));
    return true;
}

/* Frames have types of their own. A derived frame names its source, but no source is kept. */
void derive_frames(gdcm::DataSet &set)
{
    (void)in_sequences(set, [](gdcm::DataSet &nested) { return derive(nested, 0x0008, 0x9007); });
    const gdcm::Tag shared(0x5200, 0x9229), derivation(0x0008, 0x9124);
    const gdcm::SmartPointer<gdcm::SequenceOfItems> items =
        set.FindDataElement(shared) ? items_of(set.GetDataElement(shared)) : nullptr;
    const gdcm::DataSet *frame = item(set, 0x5200, 0x9230);
    if (!items || items->GetNumberOfItems() == 0 ||
        (frame != nullptr && frame->FindDataElement(derivation)))
        return;
    gdcm::DataSet &nested = items->GetItem(1).GetNestedDataSet();
    if (nested.FindDataElement(derivation))
        return;
    gdcm::DataElement empty(derivation);
    empty.SetVR(gdcm::VR::SQ);
    nested.Insert(empty);
    gdcm::DataElement opened = set.GetDataElement(shared);
    open_lengths(opened, *items);
    set.Replace(opened);
}

} // namespace

void open_lengths(gdcm::DataElement &element, gdcm::SequenceOfItems &items)
{
    items.SetLengthToUndefined();
    for (size_t i = 1; i <= items.GetNumberOfItems(); i++)
        items.GetItem(i).SetVLToUndefined();
    element.SetValue(items);
    element.SetVLToUndefined();
}

Items items_of(const gdcm::DataElement &element)
{
    if (element.GetTag() == gdcm::Tag(0x7fe0, 0x0010) || element.IsEmpty())
        return nullptr;
    return element.GetValueAsSQ();
}

void put(gdcm::DataSet &set, uint16_t group, uint16_t element, const char *vr, std::string value)
{
    const gdcm::VR type = gdcm::VR::GetVRType(vr);
    value.resize(value.size() + value.size() % 2, type == gdcm::VR::UI ? '\0' : ' ');
    gdcm::DataElement made(gdcm::Tag(group, element));
    made.SetVR(type);
    made.SetByteValue(value.data(), static_cast<uint32_t>(value.size()));
    set.Replace(made);
}

void replace_identifiers(gdcm::DataSet &set, const Identifiers &known)
{
    (void)in_sequences(set, [&](gdcm::DataSet &nested) { return identify(nested, known); });
    (void)identify(set, known);
}

void state_defacing(gdcm::DataSet &set, bool multiframe, bool proved, const std::string &version)
{
    enum { DESCRIPTION_MOST = 1024 };
    (void)derive(set, 0x0008, 0x0008);
    if (multiframe)
        derive_frames(set);
    const std::string before = text(set, 0x0008, 0x2111);
    const std::string after = (before.empty() ? "" : before + "; ") + "face altered by efface " + version;
    if (after.size() <= DESCRIPTION_MOST)
        put(set, 0x0008, 0x2111, "ST", after);
    gdcm::DataSet equipment;
    put(equipment, 0x0008, 0x0070, "LO", "efface");
    put(equipment, 0x0008, 0x1090, "LO", "efface");
    put(equipment, 0x0018, 0x1020, "LO", version);
    append_item(equipment, 0x0040, 0xa170, code("109104", "DCM", nullptr, "De-identifying Equipment"));
    append_item(set, 0x0018, 0xa001, equipment);
    if (!proved)
        return;
    const std::string methods = text(set, 0x0012, 0x0063);
    put(set, 0x0012, 0x0063, "LO", (methods.empty() ? "" : methods + "\\") + "efface " + version);
    append_item(set, 0x0012, 0x0064,
                code("113102", "DCM", "01", "Clean Recognizable Visual Features Option"));
    put(set, 0x0028, 0x0302, "CS", "NO");
}

} // namespace dicom
