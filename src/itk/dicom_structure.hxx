/* Whether a DICOM file holds together. */
#ifndef EF_ITK_DICOM_STRUCTURE_HXX
#define EF_ITK_DICOM_STRUCTURE_HXX

#include <cstdint>
#include <fstream>
#include <istream>
#include <memory>
#include <string>
#include <vector>

namespace dicom
{

/* What structure_fault says of a file without the mark that DICOM files have. */
constexpr const char *not_dicom = "not a DICOM file";

/* A file's bytes as GDCM reads them. Old software writes files without preamble and mark, or without file meta
 * information: these get them here, with the transfer syntax that their first element shows. Files in big endian
 * without them are not told from others.
 * Empty where the file is empty or can't be read. */
std::vector<uint8_t> file_bytes(const std::string &path);

/* What a gdcm::Reader reads (SetStream): the file itself, or its bytes where they had to be completed. Outlives the
 * reading. */
std::unique_ptr<std::istream> file_stream(const std::string &path);

/* Why a file can't be given to GDCM; empty where it can. Reads all of it; time and memory are its size.
 * in_pixels  out: only the pixel data are at fault, what comes before them can be read
 * before     out: the bytes before the pixel data, all where there are none; NULL where they are not wanted
 */
std::string structure_fault(const std::string &path, bool &in_pixels, std::string *before);

} // namespace dicom

#endif
