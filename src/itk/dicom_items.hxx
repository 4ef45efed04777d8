/* Ways through the sequences of a data set. */
#ifndef EF_ITK_DICOM_ITEMS_HXX
#define EF_ITK_DICOM_ITEMS_HXX

#include <vector>

#include <gdcmDataSet.h>
#include <gdcmSequenceOfItems.h>

namespace dicom
{

using Items = gdcm::SmartPointer<gdcm::SequenceOfItems>;

/* To be called when elements within an item were changed: the lengths around it are no longer what they
 * were. */
void open_lengths(gdcm::DataElement &element, gdcm::SequenceOfItems &items);

/* The sequence as the data set holds it; NULL for what is none, and for pixel data. */
Items items_of(const gdcm::DataElement &element);

/* Calls change(set) for the data sets of all items of all sequences, the innermost first. change tells
 * whether it changed something. Returns whether any of them did. */
template <typename Change> bool in_sequences(gdcm::DataSet &set, const Change &change)
{
    std::vector<gdcm::DataElement> changed;
    for (const gdcm::DataElement &element : set.GetDES()) {
        const Items items = items_of(element);
        bool any = false;
        for (size_t i = 1; items && i <= items->GetNumberOfItems(); i++) {
            gdcm::DataSet &nested = items->GetItem(i).GetNestedDataSet();
            any = in_sequences(nested, change) || any;
            any = change(nested) || any;
        }
        if (any) {
            gdcm::DataElement opened = element;
            open_lengths(opened, *items);
            changed.push_back(opened);
        }
    }
    for (const gdcm::DataElement &element : changed)
        set.Replace(element);
    return !changed.empty();
}

} // namespace dicom

#endif
