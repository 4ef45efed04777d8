/* How a series of DICOM files is said to a person. */
#ifndef EF_CMD_SERIES_H
#define EF_CMD_SERIES_H

#include "cli/command.h"

/* One line: folder, number, kind, description, size, gaps. Of what the files say only that is shown. */
void ef_print_series(FILE *out, const efface_series *series);

#endif
