/* Pictures beside the pixels: where a header could show the face. */
#ifndef EF_ITK_DICOM_PICTURES_HXX
#define EF_ITK_DICOM_PICTURES_HXX

#include <set>
#include <string>

#include <gdcmFileMetaInformation.h>

namespace dicom
{

/* Cells of the smallest picture in which people are recognised: 16 x 16 grey values (Harmon 1973,
 * Scientific American 229(5):70). With a larger number small pictures of a face stay in the header. */
enum { PICTURE_LEAST = 256 };

/* Removes, at every depth, what shows a picture or could hold one:
 *   - overlays, curves, icons, sequences with pixel data, pixel data in floating point;
 *   - every other element of at least PICTURE_LEAST cells. Plain words stay, and so do Siemens' named values, a
 *     table that only rises, and a constant.
 * Bits of the cells beside the stored ones are the caller's to clear.
 * dropped  tags of what was removed are added */
void remove_pictures(gdcm::DataSet &set, std::set<gdcm::Tag> &dropped);

/* The same for the file meta information, which has no sequences. */
void remove_pictures(gdcm::FileMetaInformation &meta, std::set<gdcm::Tag> &dropped);

/* Tags for people, "(0029,1101) (6000,xxxx)"; what does not fit into `most` characters is counted. */
std::string list_of(const std::set<gdcm::Tag> &tags, size_t most);

/* Whether text is words and numbers of a protocol. Pictures can be written as text too: as one long code
 * or as a long list of numbers.
 * any_letters  also letters beyond ASCII */
bool is_words(const std::string &text, bool any_letters);

} // namespace dicom

#endif
