/* GDCM's reader of images, given only what pixels need: at overlays and icons that it doesn't expect it
 * ends the process. */
#ifndef EF_ITK_PIXEL_READER_HXX
#define EF_ITK_PIXEL_READER_HXX

#include <gdcmFile.h>
#include <gdcmImageReader.h>

namespace dicom
{

class PixelReader final : public gdcm::ImageReader
{
  public:
    /* whole  out: the file with all its attributes; GetImage() has the image
     * false where GDCM can't read one of them. */
    bool read(gdcm::File &whole, const char *path);
};

} // namespace dicom

#endif
