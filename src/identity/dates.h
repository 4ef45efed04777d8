/* Dates in the forms that headers use, shifted where they stand. */
#ifndef EF_DATES_H
#define EF_DATES_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Shifts by whole days every date in a text. The text is values separated by backslashes, with blanks and
 * NULs around them. Each is YYYYMMDD or, separated by one of . - /, YYYY-MM-DD, followed by nothing or by a
 * time (which stays); or YYYY or YYYYMM alone, shifted as if it were their first day, at the same length.
 * Empty values and times of day alone (HH:MM...) stay. Proleptic Gregorian calendar (H. Hinnant,
 * chrono-compatible low-level date algorithms).
 * text  in and out, n characters; undefined on failure
 * days  to add
 * Returns false where a value is none of these, no date of the calendar, or leaves the years 1 to 9999. */
bool ef_dates_shift(char *text, size_t n, int days);

/* Whether the n characters can be times of day (digits, colons, dots; several parted by backslashes) and
 * hide nothing else. */
bool ef_dates_are_times(const char *text, size_t n);

#ifdef __cplusplus
}
#endif
#endif
