/* Calendar arithmetic on text of fixed width; no locale, no time zone, no time_t. */
#include "identity/dates.h"

#include <string.h>

/* Days since 0000-03-01. */
static long days_of(int year, int month, int day)
{
    const int y = month <= 2 ? year - 1 : year;
    const long era = (y >= 0 ? y : y - 399) / 400;
    const long year_of_era = y - era * 400;
    const long day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
}

static void date_of(int *year, int *month, int *day, long days)
{
    const long era = (days >= 0 ? days : days - 146096) / 146097;
    const long day_of_era = days - era * 146097;
    const long year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const long day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const long from_march = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * from_march + 2) / 5 + 1);
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The number that the `digits` digits at text make, -1 where they are no digits. */
static int number(const char *text, size_t n, size_t digits)
{
    int value = 0;
    if (n < digits)
        return -1;
    for (size_t i = 0; i < digits; i++) {
        if (!is_digit(text[i]))
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static void put_number(char *text, size_t digits, int value)
{
    for (size_t i = digits; i-- > 0; value /= 10)
        text[i] = (char)('0' + value % 10);
}

/* Whether all characters can belong to a date or a time: nothing may hide behind one. */
static bool is_plain(const char *text, size_t n, const char *allowed)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\0' || strchr(allowed, text[i]) == NULL)
            return false;
    }
    return true;
}

bool ef_dates_are_times(const char *text, size_t n)
{
    while (n > 0 && text[n - 1] == '\0')
        n--;
    return is_plain(text, n, "0123456789:. \\");
}

static bool is_time(const char *text, size_t n)
{
    return (n >= 3 && number(text, n, 2) >= 0 && text[2] == ':') ||
           (n >= 2 && is_digit(text[0]) && text[1] == ':');
}

/* Where month and day stand and how many digits of the date there are. */
typedef struct form {
    size_t month, day; /* 0: not there */
} form;

static bool find_form(form *f, const char *text, size_t n)
{
    *f = (form){0};
    if (number(text, n, 4) < 0)
        return false;
    if (n == 4)
        return true;
    const char mark = text[4];
    if (mark == '.' || mark == '-' || mark == '/') {
        *f = (form){.month = 5, .day = 8};
        return n >= 10 && text[7] == mark && (n == 10 || text[10] == 'T' || text[10] == ' ');
    }
    if (n == 6) {
        f->month = 4;
        return true;
    }
    *f = (form){.month = 4, .day = 6};
    return n >= 8;
}

static bool shift_one(char *text, size_t n, int days)
{
    form f;
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\0'))
        n--;
    while (n > 0 && *text == ' ')
        text++, n--;
    if (n > 0 && !is_plain(text, n, "0123456789-/:.+TZ "))
        return false;
    if (n == 0 || is_time(text, n))
        return true;
    if (!find_form(&f, text, n))
        return false;
    int year = number(text, n, 4), again_month, again_day;
    int month = f.month > 0 ? number(text + f.month, n - f.month, 2) : 1;
    int day = f.day > 0 ? number(text + f.day, n - f.day, 2) : 1;
    if (month < 1 || month > 12 || day < 1)
        return false;
    const long then = days_of(year, month, day);
    date_of(&year, &again_month, &again_day, then);
    if (again_month != month || again_day != day) /* the 31st of February */
        return false;
    date_of(&year, &month, &day, then + days);
    if (year < 1 || year > 9999)
        return false;
    put_number(text, 4, year);
    if (f.month > 0)
        put_number(text + f.month, 2, month);
    if (f.day > 0)
        put_number(text + f.day, 2, day);
    return true;
}

bool ef_dates_shift(char *text, size_t n, int days)
{
    bool all = true;
    for (size_t begin = 0, end = 0; end <= n && all; end++) {
        if (end < n && text[end] != '\\')
            continue;
        all = shift_one(text + begin, end - begin, days);
        begin = end + 1;
    }
    return all;
}
