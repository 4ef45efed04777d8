/* Result: the checks of one scan as they come in. */
#ifndef EF_RESULT_H
#define EF_RESULT_H

#include "efface.h"

/* Appends one check.
 * result  in and out
 * name    static string, snake_case with a unit
 * value   measured
 * limit   holds where value <= limit if upper, else where value >= limit; a NaN never holds
 * Returns whether it holds. Where the table is full its last row becomes `checks_dropped`, which does not
 * hold: a check that can't be shown proves nothing. */
bool ef_check_add(efface_result *result, const char *name, double value, double limit, bool upper);

/* Finds the first check that does not hold, from number `first` on; NULL where all hold. */
const efface_check *ef_check_failed(const efface_result *result, int first);

#endif
