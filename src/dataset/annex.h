/* git-annex and DataLad: files whose content lies elsewhere. */
#ifndef EF_ANNEX_H
#define EF_ANNEX_H

#include <stdbool.h>

/* Whether a file's content was not fetched: a link that leads nowhere, or the small text that stands in for
 * an unlocked file (git-annex, "pointer file"). False where there is no file. */
bool ef_annex_lacks(const char *path);

#endif
