/* Messages name files by their paths; journals, records and reports leave the house. */
#include "dataset/reason.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "efface.h"

void ef_reason_rename(char *message, const char *path, const char *name)
{
    char out[sizeof((efface_error *)0)->message];
    const size_t n = strlen(path);
    size_t used = 0;
    for (const char *at = message; *at != '\0' && used + 1 < sizeof out;) {
        const size_t left = strlen(at) - 1; /* behind a quote that stands here */
        const size_t alike = left < n ? left : n;
        const bool begins = *at == '\'' && alike > 0 && strncmp(at + 1, path, alike) == 0;
        if (begins && (left < n || at[1 + n] == '\0'))
            break; /* cut off: what there is may name a person already */
        if (!begins || at[1 + n] != '\'') {
            out[used++] = *at++;
            continue;
        }
        const int wrote = snprintf(out + used, sizeof out - used, "'%s'", name);
        used = used + (size_t)wrote < sizeof out ? used + (size_t)wrote : sizeof out - 1;
        at += n + 2;
    }
    while (used > 0 && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
    memcpy(message, out, used + 1);
}
