/* Journals are believed; that a result is there is looked up, its bytes are not read. */
#include "dataset/gather.h"

#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "dataset/inplace.h"

enum { PATH_BYTES = 4096 };

static bool is_there(const ef_item *item, const ef_ending *ending, const char *root)
{
    char path[PATH_BYTES];
    if (ending->out == NULL)
        return ending->status != EFFACE_PASS;
    return (snprintf(path, sizeof path, "%s/%s", root, ending->out) < (int)sizeof path &&
            access(path, F_OK) == 0) ||
           (item->placed != NULL && ef_inplace_is_placed(item));
}

static void look(ef_tally *tally, const ef_history *history, const ef_unit *unit, const ef_item *item,
                 const ef_pipeline_options *options)
{
    const ef_known *known = ef_history_of(history, item->name);
    const ef_ending *last = known != NULL && known->n_ended > 0 ? &known->ended[known->n_ended - 1] : NULL;
    if (last == NULL || !is_there(item, last, options->root))
        return;
    ef_tally_count(tally, last->status);
    tally->kept++;
    if (options->tell != NULL)
        options->tell(options->context, &(ef_news){tally, unit, item, last, true});
}

efface_status ef_gather(ef_tally *tally, const ef_units *units, const ef_pipeline_options *options,
                        efface_error *err)
{
    ef_history history = {0};
    *tally = (ef_tally){.total = ef_units_items(units), .units = units->n};
    const efface_status status = ef_history_read(&history, options->state, err);
    for (size_t u = 0; status == EFFACE_PASS && u < units->n; u++)
        for (size_t i = 0; i < units->unit[u].n; i++)
            look(tally, &history, &units->unit[u], &units->unit[u].item[i], options);
    ef_history_release(&history);
    if (status != EFFACE_PASS)
        return status;
    if (tally->done < tally->total && (tally->worst == EFFACE_PASS || tally->worst == EFFACE_REVIEW))
        return ef_fail(err, EFFACE_STOPPED, "%zu images are not treated yet", tally->total - tally->done);
    return tally->worst;
}
