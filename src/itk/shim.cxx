/* The module's only entry: the table of its functions, and what all of them share. */
#include "io/plugin.h"

#include <gdcmVersion.h>
#include <itkVersion.h>

#include "itk/dicom.hxx"
#include "itk/dicom_deidentify.hxx"
#include "itk/guard.hxx"
#include "itk/images.hxx"
#include "itk/registration.hxx"

std::string last_line(const char *text)
{
    const std::string all(text);
    size_t end = all.find_last_not_of(" \t\r\n");
    if (end == std::string::npos)
        return "a fault without a message";
    const size_t newline = all.find_last_of("\r\n", end);
    const size_t begin = newline == std::string::npos ? 0 : newline + 1;
    return all.substr(begin, end + 1 - begin);
}

extern "C" __attribute__((visibility("default"))) const ef_itk *ef_itk_entry(void)
{
    static const std::string about =
        std::string("ITK ") + itk::Version::GetITKVersion() + ", GDCM " + gdcm::Version::GetVersion();
    static const ef_itk table = {
        EF_ITK_VERSION, about.c_str(), image_read, image_write, dicom_deidentify, dicom_open,   dicom_count,
        dicom_path,     dicom_series,  dicom_read, dicom_write, dicom_close,      register_head};
    return &table;
}
