/* Error reporting without allocation and without output: see error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

efface_status ef_fail(efface_error *err, efface_status status, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        err->status = status;
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return status;
}

efface_status ef_fail_memory(efface_error *err, unsigned long long n_bytes)
{
    return ef_fail(err, EFFACE_INTERNAL, "out of memory: %llu bytes", n_bytes);
}
