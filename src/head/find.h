/* Find: the head in a scan, with every way there is of looking for it. */
#ifndef EF_FIND_H
#define EF_FIND_H

#include "head/locate.h"

/* Locates a head that was segmented: by its header first, then, as long as the
 * confidence is below EF_CONFIDENCE_ENOUGH, with the air known in another way and from any rotation. What
 * is most confident stays, the first of several as good. location  out head      in and out: as ef_segment
 * with EF_AIR_MODE left it; replaced where another segmentation did better Errors: as ef_locate for the
 * header's start, where no other way worked either; EFFACE_INTERNAL. */
efface_status ef_find(ef_location *location, ef_head *head, const ef_atlas *atlas, const ef_work *work,
                      int threads, const char *name, efface_error *err);

/* The same once more where a head was not found: with rough air made dark.
 * location, work, head  in and out: replaced together where the head is seen better in that way, else as
 * they were. That nothing is found is no error. EFFACE_INTERNAL. */
efface_status ef_find_through_speckle(ef_location *location, ef_work *work, ef_head *head,
                                      const ef_image *image, const ef_atlas *atlas, int threads,
                                      const char *name, efface_error *err);

#endif
