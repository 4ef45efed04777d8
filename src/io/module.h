/* Module: loads the C++ part (src/itk) when it is needed for the first time, so that nobody else waits for
 * it. */
#ifndef EF_MODULE_H
#define EF_MODULE_H

#include "io/plugin.h"

/* The module's table, loaded on the first call and kept until the process ends; thread-safe. It is searched
 * beside the program or the library that this code is part of, and where both are installed. It is searched
 * nowhere else, and no environment variable leads to another one. Returns NULL where there is none or where
 * it is another version's: err says why (EFFACE_INPUT). */
const ef_itk *ef_module(efface_error *err);

/* Around every call of the table's functions, since it takes one at a time: the first waits until no other
 * thread is in between. */
void ef_module_enter(void);
void ef_module_leave(void);

#endif
