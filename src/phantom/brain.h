/* The phantom's organs inside the skull. */
#ifndef EF_PHANTOM_BRAIN_H
#define EF_PHANTOM_BRAIN_H

#include "phantom/probe.h"

/* The organs in the order of painting, after those of outer.h. */
extern const ef_layer ef_layers_brain[];

/* Registers the fields of cerebrum, pial surface and cerebellum. */
void ef_brain_fields(ef_anatomy *a);

#endif
