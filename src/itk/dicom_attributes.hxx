/* What changes in a data set beside its pixels. */
#ifndef EF_ITK_DICOM_ATTRIBUTES_HXX
#define EF_ITK_DICOM_ATTRIBUTES_HXX

#include <map>
#include <string>

#include <gdcmDataSet.h>

namespace dicom
{

/* Old identifiers and their new ones. */
using Identifiers = std::map<std::string, std::string>;

/* Replaces old identifiers by new ones, in every attribute and sequence. */
void replace_identifiers(gdcm::DataSet &set, const Identifiers &known);

/* States that the image is derived and how. PS3.15 E.3.10, Clean Recognizable Visual Features Option; PS3.3
 * C.7.1.1, C.7.6.1, C.12.1; PS3.16 CID 7050.
 * multiframe  whether the set is an enhanced image's
 * proved      also state that no recognizable visual features are left
 * version     of efface */
void state_defacing(gdcm::DataSet &set, bool multiframe, bool proved, const std::string &version);

/* Sets an attribute; a value of odd length is padded as its VR wants. */
void put(gdcm::DataSet &set, uint16_t group, uint16_t element, const char *vr, std::string value);

} // namespace dicom

#endif
