/* DICOM files without identity, inside the module. */
#ifndef EF_ITK_DICOM_DEIDENTIFY_HXX
#define EF_ITK_DICOM_DEIDENTIFY_HXX

#include <string>

#include <gdcmFile.h>

#include "identity/deidentify.h"

/* Removes identity from one file in memory, by the decisions of deidentify.h: data set with all its
 * sequences, private groups, file meta information and preamble. States in it that this was done: Patient
 * Identity Removed, the method and its codes (appended to what is there) and Longitudinal Temporal
 * Information Modified. A later step adds its own statements, such as the codes of defacing, afterwards.
 * file     in and out; undefined on failure
 * subject  the name for messages
 * Throws Failure with EFFACE_INPUT where the header says that text is burned into the picture (no table
 * removes that) or where sequences are nested deeper than 64 levels. */
void deidentify(gdcm::File &file, const ef_deidentify *how, const std::string &subject);

/* See io/plugin.h. */
efface_status dicom_deidentify(const char *in, const char *out, const ef_deidentify *how,
                               efface_error *err);

#endif
