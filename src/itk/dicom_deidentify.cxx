/* Removes identity from a DICOM data set. The tables of deidentify.h decide what becomes of an attribute;
 * here it is carried out, on every level. The new data set is built from nothing, so it contains only what
 * a line below inserts. */
#include "itk/dicom_deidentify.hxx"

#include <cstring>
#include <set>
#include <vector>

#include <gdcmDictEntry.h>
#include <gdcmDicts.h>
#include <gdcmGlobal.h>
#include <gdcmReader.h>
#include <gdcmSequenceOfItems.h>
#include <gdcmWriter.h>

#include "identity/words.h"
#include "itk/dicom_structure.hxx"
#include "itk/guard.hxx"

namespace
{

using gdcm::DataElement;
using gdcm::DataSet;
using gdcm::Tag;
using gdcm::VR;
using Sequence = gdcm::SmartPointer<gdcm::SequenceOfItems>;

constexpr int depth_most = 64;
constexpr const char *method = "PS3.15-2024b Table E.1-1, Basic Profile"; /* LO: at most 64 characters */

const Tag sop_class(0x0008, 0x0016), sop_instance(0x0008, 0x0018), modality(0x0008, 0x0060);
const Tag patient_name(0x0010, 0x0010), patient_id(0x0010, 0x0020), study_instance(0x0020, 0x000d);
const Tag identity_removed(0x0012, 0x0062), method_text(0x0012, 0x0063), method_codes(0x0012, 0x0064);
const Tag burned_in(0x0028, 0x0301), temporal_modified(0x0028, 0x0303), number_of_frames(0x0028, 0x0008);
const Tag media_instance(0x0002, 0x0003), image_type(0x0008, 0x0008), character_set(0x0008, 0x0005);
const Tag photometric(0x0028, 0x0004), patient_position(0x0018, 0x5100);

std::string bytes_of(const DataElement &element)
{
    const gdcm::ByteValue *value = element.GetByteValue();
    return value != nullptr ? std::string(value->GetPointer(), value->GetLength()) : std::string();
}

std::string text_of(const DataSet &set, const Tag &tag)
{
    std::string text = set.FindDataElement(tag) ? bytes_of(set.GetDataElement(tag)) : std::string();
    const size_t end = text.find_last_not_of(std::string(" \0", 2));
    text.resize(end == std::string::npos ? 0 : end + 1);
    return text;
}

bool is_text(const char *vr)
{
    return ef_deidentify_dummy(vr) != nullptr;
}

/* Code strings without which an image can't be read; their words are the standard's, whatever the patient's name. */
bool names_the_image(const Tag &tag)
{
    return tag == character_set || tag == modality || tag == photometric || tag == patient_position;
}

/* Texts that a person may have typed. */
bool may_be_typed(const VR &vr)
{
    return vr == VR::LO || vr == VR::SH || vr == VR::ST || vr == VR::LT || vr == VR::UT || vr == VR::UC;
}

/* An element of the tag and VR with these bytes, padded to even length as the VR asks for. */
DataElement make(const Tag &tag, const VR &vr, std::string bytes)
{
    DataElement made(tag);
    if (bytes.size() % 2 != 0)
        bytes.push_back(vr == VR::UI || (vr & VR::VRASCII) == 0 ? '\0' : ' ');
    made.SetVR(vr);
    made.SetByteValue(bytes.data(), gdcm::VL(static_cast<uint32_t>(bytes.size())));
    return made;
}

/* The VR that a file's or a dictionary's word stands for: VR::INVALID where neither tells one. */
struct Kind {
    VR vr;
    char name[3];
    bool known;
};

Kind kind_of(const DataElement &element)
{
    const gdcm::Dict &dict = gdcm::Global::GetInstance().GetDicts().GetPublicDict();
    const gdcm::DictEntry &entry = dict.GetDictEntry(element.GetTag());
    const VR listed = entry.GetVR();
    Kind kind = {element.GetVR(), "UN", listed != VR::INVALID};
    if (kind.vr == VR::INVALID || kind.vr == VR::UN)
        kind.vr = element.GetTag().IsPrivate() || listed == VR::INVALID ? VR(VR::UN) : listed;
    if (kind.vr == VR::US_SS || kind.vr == VR::US_SS_OW || kind.vr == VR::OB_OW || kind.vr == VR::US_OW)
        kind.vr = kind.vr == VR::OB_OW || kind.vr == VR::US_OW ? VR::OW : VR::US;
    const char *word = VR::GetVRString(kind.vr);
    if (word != nullptr && std::strlen(word) == 2)
        std::memcpy(kind.name, word, sizeof kind.name);
    return kind;
}

/* One data set being cleaned, and what every level needs. */
class Walk
{
  public:
    Walk(const DataSet &top, const ef_deidentify *how, const std::string &subject);
    ~Walk();
    Walk(const Walk &) = delete;
    Walk &operator=(const Walk &) = delete;
    DataSet clean(const DataSet &from, int depth) const;
    /* Of the file's meta information, which can't be built anew. */
    void clean_meta(gdcm::FileMetaInformation &meta, const DataSet &set) const;

  private:
    static ef_family family_of(const DataSet &top);
    /* The patient whose dates are shifted together and who gets the pseudonym. */
    static std::string patient_of(const DataSet &top);
    void deep(int depth) const;
    void keep_private(DataSet &to, std::set<Tag> &creators, const DataSet &from,
                      const DataElement &element) const;
    void carry_out(DataSet &to, const DataElement &element, int depth) const;
    /* false where the action can't be done with this value. */
    bool try_value(DataSet &to, const DataElement &element, const Kind &kind, ef_action action) const;
    /* Each of the values separated by backslashes. */
    std::string new_uids(const std::string &old) const;
    DataElement dummy(const DataElement &element, const Kind &kind) const;
    /* A code string without those of its values that hold a watched word. */
    DataElement clean_codes(const DataElement &element) const;
    /* Replaces every value of a data set: for a sequence that must be there and must reveal nothing. */
    DataSet all_dummies(const DataSet &from, int depth) const;
    void carry_out_sequence(DataSet &to, const DataElement &element, ef_action action, int depth) const;
    const ef_deidentify *how_;
    const std::string &subject_;
    const ef_family family_;
    const std::string patient_;
    ef_watch watch_{};
};

Walk::Walk(const DataSet &top, const ef_deidentify *how, const std::string &subject)
    : how_(how), subject_(subject), family_(family_of(top)), patient_(patient_of(top))
{
    for (const DataElement &element : top.GetDES()) {
        const Tag &tag = element.GetTag();
        const std::string text = bytes_of(element);
        if (!ef_deidentify_watches(how_, tag.GetGroup(), tag.GetElement()))
            continue;
        if (ef_watch_add(&watch_, text.data(), text.size(), nullptr) != EFFACE_PASS) {
            ef_watch_release(&watch_);
            throw std::bad_alloc();
        }
    }
}

Walk::~Walk()
{
    ef_watch_release(&watch_);
}

DataSet Walk::clean(const DataSet &from, int depth) const
{
    DataSet to;
    deep(depth);
    std::set<Tag> creators;
    for (const DataElement &element : from.GetDES()) {
        const Tag &tag = element.GetTag();
        if (tag.IsPrivate())
            keep_private(to, creators, from, element);
        else if (tag.GetElement() != 0) /* group lengths would be wrong, and no reader needs them */
            carry_out(to, element, depth);
    }
    return to;
}

void Walk::clean_meta(gdcm::FileMetaInformation &meta, const DataSet &set) const
{
    std::vector<Tag> gone;
    for (const DataElement &element : meta.GetDES()) {
        const Kind kind = kind_of(element);
        const Tag &tag = element.GetTag();
        if (ef_deidentify_decide(how_, tag.GetGroup(), tag.GetElement(), kind.name, true, family_).action ==
            EF_ACTION_REMOVE)
            gone.push_back(tag);
    }
    for (const Tag &tag : gone)
        meta.Remove(tag);
    meta.Replace(make(media_instance, VR::UI, text_of(set, sop_instance)));
    meta.SetPreamble(gdcm::Preamble());
}

ef_family Walk::family_of(const DataSet &top)
{
    if (top.FindDataElement(number_of_frames) || top.FindDataElement(Tag(0x5200, 0x9229)))
        return EF_FAMILY_MULTIFRAME;
    const std::string what = text_of(top, modality);
    return what == "PT"                   ? EF_FAMILY_PET
           : what == "MR" || what == "CT" ? EF_FAMILY_MR_CT
                                          : EF_FAMILY_MULTIFRAME;
}

std::string Walk::patient_of(const DataSet &top)
{
    for (const Tag &tag : {patient_id, patient_name, study_instance}) {
        const std::string text = text_of(top, tag);
        if (!text.empty())
            return text;
    }
    return std::string();
}

void Walk::deep(int depth) const
{
    if (depth > depth_most)
        throw Failure(EFFACE_INPUT, "sequences are nested too deep in '" + subject_ + "'");
}

void Walk::keep_private(DataSet &to, std::set<Tag> &creators, const DataSet &from,
                        const DataElement &element) const
{
    const Tag &tag = element.GetTag();
    const uint16_t group = tag.GetGroup(), block = tag.GetElement() >> 8;
    const Tag creator(group, block);
    ef_safe_private safe;
    if (block < 0x10 || !from.FindDataElement(creator))
        return;
    const std::string name = text_of(from, creator), value = bytes_of(element);
    if (!ef_deidentify_safe(&safe, how_, group, static_cast<uint8_t>(tag.GetElement() & 0xff), name.data(),
                            name.size()))
        return;
    const VR vr = VR::GetVRTypeFromFile(safe.vr);
    const VR stored = element.GetVR();
    if ((stored != vr && stored != VR::UN && stored != VR::INVALID) || element.GetByteValue() == nullptr ||
        !ef_deidentify_safe_value(&safe, value.data(), value.size()))
        return;
    if (creators.insert(creator).second)
        to.Insert(make(creator, VR::LO, name));
    to.Insert(make(tag, vr, value));
}

void Walk::carry_out(DataSet &to, const DataElement &element, int depth) const
{
    const Tag &tag = element.GetTag();
    const Kind kind = kind_of(element);
    const ef_decision decision =
        ef_deidentify_decide(how_, tag.GetGroup(), tag.GetElement(), kind.name, kind.known, family_);
    if (kind.vr == VR::SQ)
        carry_out_sequence(to, element, decision.action, depth);
    else if (!try_value(to, element, kind, decision.action))
        (void)try_value(to, element, kind, decision.otherwise);
}

bool Walk::try_value(DataSet &to, const DataElement &element, const Kind &kind, ef_action action) const
{
    const Tag &tag = element.GetTag();
    std::string text = bytes_of(element);
    char name[EF_PSEUDONYM_BYTES];
    switch (action) {
    case EF_ACTION_KEEP:
        to.Insert(kind.vr == VR::CS ? clean_codes(element)
                  : may_be_typed(kind.vr) && ef_watch_finds(&watch_, text.data(), text.size())
                      ? dummy(element, kind)
                      : element);
        return true;
    case EF_ACTION_EMPTY:
        to.Insert(make(tag, kind.vr, std::string()));
        return true;
    case EF_ACTION_DUMMY:
        to.Insert(dummy(element, kind));
        return true;
    case EF_ACTION_UID:
        to.Insert(make(tag, VR::UI, new_uids(text)));
        return true;
    case EF_ACTION_SHIFT:
        if (!ef_deidentify_shift(&text[0], text.size(), kind.name, how_, patient_.data(), patient_.size()))
            return false;
        to.Insert(make(tag, kind.vr, text));
        return true;
    case EF_ACTION_WORDS:
        text.resize(ef_words_keep(&text[0], text.size()));
        if (!text.empty())
            to.Insert(make(tag, kind.vr, text));
        return !text.empty();
    case EF_ACTION_PSEUDONYM:
        ef_deidentify_pseudonym(name, how_, patient_.data(), patient_.size());
        to.Insert(make(tag, kind.vr, name));
        return true;
    default:
        return true; /* removed */
    }
}

std::string Walk::new_uids(const std::string &old) const
{
    std::string made;
    for (size_t begin = 0; begin <= old.size();) {
        const size_t end = std::min(old.find('\\', begin), old.size());
        char uid[EF_UID_BYTES] = "";
        if (end > begin && old[begin] != '\0')
            ef_deidentify_uid(uid, how_, old.data() + begin, end - begin);
        made += (begin > 0 ? "\\" : "") + std::string(uid);
        begin = end + 1;
    }
    return made;
}

DataElement Walk::clean_codes(const DataElement &element) const
{
    const Tag &tag = element.GetTag();
    const std::string old = bytes_of(element);
    if (!ef_watch_finds(&watch_, old.data(), old.size()) || names_the_image(tag))
        return element;
    std::string made;
    for (size_t begin = 0, value = 1; begin <= old.size(); value++) {
        const size_t end = std::min(old.find('\\', begin), old.size());
        const bool goes =
            ef_watch_finds(&watch_, old.data() + begin, end - begin) && !(tag == image_type && value <= 2);
        made +=
            (begin > 0 ? "\\" : "") + (goes ? ef_deidentify_dummy("CS") : old.substr(begin, end - begin));
        begin = end + 1;
    }
    return make(tag, VR::CS, made);
}

DataElement Walk::dummy(const DataElement &element, const Kind &kind) const
{
    const Tag &tag = element.GetTag();
    if (kind.vr == VR::UI)
        return make(tag, VR::UI, new_uids(bytes_of(element)));
    if (is_text(kind.name))
        return make(tag, kind.vr, ef_deidentify_dummy(kind.name));
    return make(tag, kind.vr, std::string(bytes_of(element).size(), '\0'));
}

DataSet Walk::all_dummies(const DataSet &from, int depth) const
{
    DataSet to;
    deep(depth);
    for (const DataElement &element : from.GetDES()) {
        const Kind kind = kind_of(element);
        if (element.GetTag().IsPrivate() || element.GetTag().GetElement() == 0 || !kind.known)
            continue;
        if (kind.vr == VR::SQ)
            carry_out_sequence(to, element, EF_ACTION_DUMMY, depth);
        else
            to.Insert(dummy(element, kind));
    }
    return to;
}

void Walk::carry_out_sequence(DataSet &to, const DataElement &element, ef_action action, int depth) const
{
    Sequence made = new gdcm::SequenceOfItems;
    if (action == EF_ACTION_REMOVE)
        return;
    const Sequence old = element.GetValueAsSQ();
    const bool inward = action == EF_ACTION_KEEP || action == EF_ACTION_UID || action == EF_ACTION_DUMMY;
    for (gdcm::SequenceOfItems::SizeType i = 1; inward && old && i <= old->GetNumberOfItems(); i++) {
        const DataSet &nested = old->GetItem(i).GetNestedDataSet();
        gdcm::Item item;
        item.SetVLToUndefined();
        item.SetNestedDataSet(action == EF_ACTION_DUMMY ? all_dummies(nested, depth + 1)
                                                        : clean(nested, depth + 1));
        made->AddItem(item);
    }
    made->SetLengthToUndefined();
    DataElement sequence(element.GetTag());
    sequence.SetVR(VR::SQ);
    sequence.SetValue(*made);
    sequence.SetVLToUndefined();
    to.Insert(sequence);
}

/* Appends a value to an attribute of several values. */
void append_text(DataSet &set, const Tag &tag, const std::string &value)
{
    const std::string before = text_of(set, tag);
    set.Replace(make(tag, VR::LO, before.empty() ? value : before + "\\" + value));
}

void append_codes(DataSet &set, const ef_deidentify *how)
{
    ef_method methods[EF_METHODS_MOST];
    const int n = ef_deidentify_methods(methods, how);
    Sequence codes;
    if (set.FindDataElement(method_codes))
        codes = set.GetDataElement(method_codes).GetValueAsSQ();
    if (!codes)
        codes = new gdcm::SequenceOfItems;
    codes->SetLengthToUndefined();
    for (int i = 0; i < n; i++) {
        DataSet code;
        code.Insert(make(Tag(0x0008, 0x0100), VR::SH, methods[i].code));
        code.Insert(make(Tag(0x0008, 0x0102), VR::SH, "DCM"));
        code.Insert(make(Tag(0x0008, 0x0103), VR::SH, "01"));
        code.Insert(make(Tag(0x0008, 0x0104), VR::LO, methods[i].meaning));
        gdcm::Item item;
        item.SetVLToUndefined();
        item.SetNestedDataSet(code);
        codes->AddItem(item);
    }
    DataElement sequence(method_codes);
    sequence.SetVR(VR::SQ);
    sequence.SetValue(*codes);
    sequence.SetVLToUndefined();
    set.Replace(sequence);
}

} // namespace

void deidentify(gdcm::File &file, const ef_deidentify *how, const std::string &subject)
{
    DataSet &set = file.GetDataSet();
    if (text_of(set, burned_in) == "YES")
        throw Failure(EFFACE_INPUT, "text is burned into the picture (BurnedInAnnotation YES), which "
                                    "de-identification can't remove from '" +
                                        subject + "'");
    const Walk walk(set, how, subject);
    DataSet clean = walk.clean(set, 0);
    const bool dated = (ef_deidentify_retain(how) & EFFACE_RETAIN_DATES) != 0;
    clean.Replace(make(identity_removed, VR::CS, "YES"));
    append_text(clean, method_text, method);
    append_codes(clean, how);
    clean.Replace(make(temporal_modified, VR::CS, dated ? "MODIFIED" : "REMOVED"));
    set = clean;
    walk.clean_meta(file.GetHeader(), set);
}

efface_status dicom_deidentify(const char *in, const char *out, const ef_deidentify *how, efface_error *err)
{
    return guard(in, err, [&] {
        gdcm::Reader reader;
        gdcm::Writer writer;
        bool in_pixels = false;
        const std::string fault = dicom::structure_fault(in, in_pixels, nullptr);
        if (!fault.empty())
            throw Failure(EFFACE_INPUT, fault + ": '" + in + "'");
        const std::unique_ptr<std::istream> stream = dicom::file_stream(in);
        reader.SetStream(*stream);
        if (!reader.Read())
            throw Failure(EFFACE_INPUT, std::string("not a DICOM file that can be read: '") + in + "'");
        deidentify(reader.GetFile(), how, in);
        writer.SetFileName(out);
        writer.SetFile(reader.GetFile());
        if (!writer.Write())
            throw Failure(EFFACE_INTERNAL, std::string("can't write '") + out + "'");
    });
}
