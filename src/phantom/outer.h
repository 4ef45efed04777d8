/* The phantom's organs outside the skull's cavity. */
#ifndef EF_PHANTOM_OUTER_H
#define EF_PHANTOM_OUTER_H

#include "phantom/probe.h"

/* The organs in the order of painting; those of brain.h follow. */
extern const ef_layer ef_layers_outer[];

#endif
