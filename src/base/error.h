/* How the library reports: a status that must be used, a message in the caller's struct. */
#ifndef EF_ERROR_H
#define EF_ERROR_H

#include "efface.h"

/* Sets status and message and returns status, so that the detecting function can say return ef_fail(err,
 * EFFACE_INPUT, "...", ...);
 * err     may be NULL
 * format  as printf's; the message is cut at the struct's size, nothing is allocated. Messages: lower case,
 *         no full stop, problem first, subject quoted */
efface_status ef_fail(efface_error *err, efface_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Shorthand for a failed allocation of n bytes. */
efface_status ef_fail_memory(efface_error *err, unsigned long long n_bytes);

#endif
