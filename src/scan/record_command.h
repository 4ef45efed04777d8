/* The call that a record tells of. */
#ifndef EF_RECORD_COMMAND_H
#define EF_RECORD_COMMAND_H

#include <stddef.h>

#include "efface.h"

enum { EF_COMMAND_BYTES = 1024 };

/* Writes the call of the program that makes one scan what it became, also for a scan of a data set. Options
 * at their defaults are left out. Words stand for paths, for the seed, which would help to undo the removal,
 * and for a key.
 * command  out
 * options  in
 * carried  the result of another scan was carried over */
void ef_record_command(char command[EF_COMMAND_BYTES], const efface_options *options, bool carried);

#endif
