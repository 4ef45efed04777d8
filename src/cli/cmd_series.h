/* Prints a series of DICOM files for people. */
#ifndef EF_CMD_SERIES_H
#define EF_CMD_SERIES_H

#include "cli/command.h"

/* Prints one line: folder, number, kind, description, size, gaps; nothing else of the files' headers. */
void ef_print_series(FILE *out, const efface_series *series);

#endif
