/* Compressed pixel data, compared with what the file's attributes say before GDCM decompresses it. */
#ifndef EF_ITK_DICOM_STREAMS_HXX
#define EF_ITK_DICOM_STREAMS_HXX

#include <string>

#include <gdcmTransferSyntax.h>

#include "itk/dicom.hxx"

namespace dicom
{

/* What is wrong with a compressed pixel data element. GDCM would believe the attributes about its cells:
 * run lengths (PS3.5 annex G) and JPEG-LS (ISO/IEC 14495-1). Empty where nothing is wrong, and for other
 * syntaxes. */
std::string stream_fault(const File &file, const gdcm::DataElement &element,
                         const gdcm::TransferSyntax &syntax);

} // namespace dicom

#endif
