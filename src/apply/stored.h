/* Stored: finds the scan's own element for a value. */
#ifndef EF_STORED_H
#define EF_STORED_H

#include "base/image.h"

/* Finds the stored element nearest to a value, within the range of its type.
 * bytes  out: ek_dtype_size(image->dtype) bytes, at most 8
 * image  in: dtype, slope and inter
 * value  as slope and inter make it; not NaN where the type is an integer */
void ef_stored_value(uint8_t *bytes, const ef_image *image, double value);

#endif
