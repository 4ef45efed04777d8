/* DICOM files without identity, inside the module. */
#ifndef EF_ITK_DICOM_DEIDENTIFY_HXX
#define EF_ITK_DICOM_DEIDENTIFY_HXX

#include <string>

#include <gdcmFile.h>

#include "identity/deidentify.h"

/* Takes identity out of one file in memory, by the decisions of deidentify.h: data set with all its
 * sequences, private groups, file meta information and preamble. Says so in it: Patient Identity Removed,
 * the method and its codes (appended to what is there) and Longitudinal Temporal Information Modified. What
 * a later step adds on its own account, such as the codes of defacing, it adds afterwards. Throws Failure
 * with EFFACE_INPUT where the header says that text is burned into the picture (no table takes that out) or
 * where sequences are nested deeper than 64 levels. The file is undefined then. */
void deidentify(gdcm::File &file, const ef_deidentify *how, const std::string &subject);

/* See shim.h. */
efface_status dicom_deidentify(const char *in, const char *out, const ef_deidentify *how,
                               efface_error *err);

#endif
