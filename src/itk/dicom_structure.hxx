/* Whether a DICOM file holds together. */
#ifndef EF_ITK_DICOM_STRUCTURE_HXX
#define EF_ITK_DICOM_STRUCTURE_HXX

#include <string>

namespace dicom
{

/* What structure_fault says of a file without the mark that DICOM files have. */
constexpr const char *not_dicom = "not a DICOM file";

/* Why a file can't be given to GDCM; empty where it can. Reads all of it; time and memory are its size.
 * in_pixels  out: only the pixel data are at fault, what comes before them can be read
 * before     out: the bytes before the pixel data, all where there are none; NULL where they are not wanted
 */
std::string structure_fault(const std::string &path, bool &in_pixels, std::string *before);

} // namespace dicom

#endif
