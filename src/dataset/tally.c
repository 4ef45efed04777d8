/* Statuses by severity. */
#include "dataset/tally.h"

/* The worse of two. */
static efface_status worse(efface_status a, efface_status b)
{
    static const efface_status order[] = {EFFACE_INTERNAL, EFFACE_USAGE, EFFACE_AUDIT,
                                          EFFACE_LOCATE,   EFFACE_INPUT, EFFACE_REVIEW};
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        if (a == order[k] || b == order[k])
            return order[k];
    return EFFACE_PASS;
}

void ef_tally_count(ef_tally *tally, efface_status status)
{
    tally->done++;
    tally->worst = worse(tally->worst, status);
    *(status == EFFACE_PASS       ? &tally->passed
      : status == EFFACE_REVIEW   ? &tally->review
      : status == EFFACE_INTERNAL ? &tally->failed
                                  : &tally->refused) += 1;
}
