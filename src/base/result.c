/* A full table must not lose a check: what can't be recorded does not hold. */
#include "base/result.h"

#include <stddef.h>

bool ef_check_add(efface_result *result, const char *name, double value, double limit, bool upper)
{
    const bool holds = upper ? value <= limit : value >= limit;
    if (result->n_checks == EFFACE_MAX_CHECKS) {
        result->checks[EFFACE_MAX_CHECKS - 1] =
            (efface_check){.name = "checks_dropped", .value = 1, .limit = 0, .upper = true, .holds = false};
        return false;
    }
    result->checks[result->n_checks++] =
        (efface_check){.name = name, .value = value, .limit = limit, .upper = upper, .holds = holds};
    return holds;
}

const efface_check *ef_check_failed(const efface_result *result, int first)
{
    for (int c = first; c < result->n_checks; c++)
        if (!result->checks[c].holds)
            return &result->checks[c];
    return NULL;
}
