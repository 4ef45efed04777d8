/* Others: what the located head leaves unexplained. A volume may show several heads, of which one is
 * located. */
#ifndef EF_OTHERS_H
#define EF_OTHERS_H

#include "head/subject.h"

/* Radius of the largest ball that may fit into a body beside an adult's head, mm; in proportion for a child.
 * A head holds one of 65 to 75 mm, an arm at most one of 45 mm, a pad or a table less. */
#define EF_OTHERS_MOST_MM 52.0

/* Measures the largest ball that fits into tissue which neither the located head explains, with 20 mm of
 * room, nor what hangs on it below its eyes: neck, shoulders, chest. A body below the head that does not
 * hang on it counts only where it is narrow as a head: the neck of a chest may be dark.
 * radius_mm  out, in mm of an adult's head; 0 where there is hardly any such tissue
 * subject    in: atlas, work, head, location
 * threads    number of threads; the result does not depend on it
 * Errors: EFFACE_LOCATE for a singular pose; EFFACE_INTERNAL. */
efface_status ef_others_measure(double *radius_mm, const ef_subject *subject, int threads,
                                efface_error *err);

/* Refuses a radius above the limit: EFFACE_INPUT. name: for the message. */
efface_status ef_others_judge(double radius_mm, const char *name, efface_error *err);

#endif
