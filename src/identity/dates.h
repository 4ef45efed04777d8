/* Dates in the forms that headers have them, shifted where they stand. */
#ifndef EF_DATES_H
#define EF_DATES_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Shifts by whole days every date in the n characters at text, in place: values parted by backslashes, each
 * of YYYYMMDD or, parted by one of . - /, YYYY-MM-DD, followed by nothing or by a time (which stays), or
 * YYYY or YYYYMM alone (as if it were their first day; the length stays). Blanks and NULs around values,
 * empty values and times of day alone (HH:MM...) stay. Proleptic Gregorian calendar (H. Hinnant,
 * chrono-compatible low-level date algorithms). false, with the text in an undefined state, where a value
 * is none of these, no date of the calendar, or leaves the years 1 to 9999. */
bool ef_dates_shift(char *text, size_t n, int days);

/* Whether the n characters can be times of day (digits, colons, dots; several parted by backslashes) and
 * hide nothing else. */
bool ef_dates_are_times(const char *text, size_t n);

#ifdef __cplusplus
}
#endif
#endif
