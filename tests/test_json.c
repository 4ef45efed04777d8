/* The JSON writer: known texts, every escape, every kind of broken UTF-8, numbers that must read back,
 * locales; and the scanners. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "check.h"
#include "kernels/rng.h"

/* The text of one value, to be freed. */
static char *text_of(const char *value)
{
    ef_json json = {0};
    char *text = NULL;
    ef_json_text(&json, NULL, value);
    CHECK_EQ(ef_json_finish(&json, &text, NULL, NULL), EFFACE_PASS);
    return text;
}

static void check_text(const char *value, const char *expected)
{
    char *text = text_of(value);
    CHECK_STR(text, expected);
    free(text);
}

static void test_text(void)
{
    check_text("plain", "\"plain\"\n");
    check_text("", "\"\"\n");
    check_text(NULL, "null\n");
    check_text("a\"b\\c/d", "\"a\\\"b\\\\c/d\"\n");
    check_text("\n\t\x01\x1f\x7f", "\"\\u000a\\u0009\\u0001\\u001f\\u007f\"\n");
    check_text("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"\n");
}

/* RFC 3629: what isn't UTF-8 becomes U+FFFD, byte by byte. */
static void test_broken_utf8(void)
{
#define BAD "\xef\xbf\xbd"
    check_text("a\xe9z", "\"a" BAD "z\"\n");                                  /* Latin-1 */
    check_text("\xc3", "\"" BAD "\"\n");                                      /* cut */
    check_text("\xe2\x82", "\"" BAD BAD "\"\n");                              /* cut */
    check_text("\xf0\x9f\x98", "\"" BAD BAD BAD "\"\n");                      /* cut */
    check_text("\x80", "\"" BAD "\"\n");                                      /* continuation alone */
    check_text("\xc0\xaf", "\"" BAD BAD "\"\n");                              /* overlong */
    check_text("\xe0\x9f\xbf", "\"" BAD BAD BAD "\"\n");                      /* overlong */
    check_text("\xf0\x8f\xbf\xbf", "\"" BAD BAD BAD BAD "\"\n");              /* overlong */
    check_text("\xed\xa0\x80", "\"" BAD BAD BAD "\"\n");                      /* surrogate */
    check_text("\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\"\n");              /* above U+10FFFF */
    check_text("\xf5\x80\x80\x80", "\"" BAD BAD BAD BAD "\"\n");              /* no such first byte */
    check_text("\xed\x9f\xbf\xee\x80\x80", "\"\xed\x9f\xbf\xee\x80\x80\"\n"); /* around the surrogates */
    check_text("\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\"\n");                 /* U+10FFFF */
#undef BAD
}

/* Names of files: every byte comes back, and what is text stays readable. */
static void test_bytes(void)
{
    static const char *const names[] = {"plain", "a\xe9z", "\xc3\xa9", "\xff\x80\"\\\n\xed\xa0\x80",
                                        "\xed\xb2\x80"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ef_json json = {0};
        char *text = NULL, back[32];
        ef_json_bytes(&json, NULL, names[i]);
        CHECK_EQ(ef_json_finish(&json, &text, NULL, NULL), EFFACE_PASS);
        CHECK_EQ(ef_json_read_bytes(back, sizeof back, text, NULL), (long)strlen(names[i]));
        CHECK_STR(back, names[i]);
        free(text);
    }
    ef_json json = {0};
    char *text = NULL, back[32];
    ef_json_bytes(&json, NULL, "a\xe9z");
    CHECK_EQ(ef_json_finish(&json, &text, NULL, NULL), EFFACE_PASS);
    CHECK_STR(text, "\"a\\udce9z\"\n"); /* as Python's os.fsdecode and json.dumps write it */
    CHECK_EQ(ef_json_read_text(back, sizeof back, text, NULL), 5);
    CHECK_STR(back, "a\xef\xbf\xbdz"); /* a text holds no other bytes */
    free(text);
}

static char *number_text(double value)
{
    ef_json json = {0};
    char *text = NULL;
    ef_json_number(&json, NULL, value);
    CHECK_EQ(ef_json_finish(&json, &text, NULL, NULL), EFFACE_PASS);
    return text;
}

static void check_number(double value, const char *expected)
{
    char *text = number_text(value);
    CHECK_STR(text, expected);
    free(text);
}

static void test_numbers(void)
{
    check_number(0.0, "0\n");
    check_number(-1.5, "-1.5\n");
    check_number(0.1, "0.1\n");
    check_number(1.0 / 3.0, "0.3333333333333333\n");
    check_number(1e300, "1e+300\n");
    check_number(NAN, "null\n");
    check_number(INFINITY, "null\n");
    check_number(-INFINITY, "null\n");
    /* any bits that are a finite double read back as those bits */
    for (uint64_t i = 0; i < 2000; i++) {
        uint64_t bits = ek_hash64(7, i), back;
        double value, read;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        char *text = number_text(value);
        read = strtod(text, NULL);
        memcpy(&back, &read, sizeof back);
        CHECK(back == bits);
        free(text);
    }
}

/* The same text under a locale that writes 0,1. */
static void test_locale(void)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8", NULL};
    bool found = false;
    for (int i = 0; names[i] != NULL && !found; i++)
        found = setlocale(LC_ALL, names[i]) != NULL;
    if (!found)
        printf("no locale with a decimal comma here: that case was left out\n");
    check_number(0.1, "0.1\n");
    check_number(-1234567.25, "-1234567.25\n");
    check_number(1.5e-30, "1.5e-30\n");
    setlocale(LC_ALL, "C");
}

static void test_structure(void)
{
    ef_json json = {0};
    char *text = NULL;
    size_t length = 0;
    const double values[] = {1.0, NAN, 0.5};
    ef_json_object(&json, NULL);
    ef_json_text(&json, "a\"", "b");
    ef_json_object(&json, "empty");
    ef_json_end(&json);
    ef_json_array(&json, "list");
    ef_json_integer(&json, NULL, INT64_MIN);
    ef_json_bool(&json, NULL, true);
    ef_json_end(&json);
    ef_json_numbers(&json, "row", values, 3);
    ef_json_numbers(&json, "none", values, 0);
    ef_json_end(&json);
    CHECK_EQ(ef_json_finish(&json, &text, &length, NULL), EFFACE_PASS);
    CHECK_STR(
        text,
        "{\n  \"a\\\"\": \"b\",\n  \"empty\": {},\n  \"list\": [\n    -9223372036854775808,\n    true\n"
        "  ],\n  \"row\": [1, null, 0.5],\n  \"none\": []\n}\n");
    CHECK_EQ(length, strlen(text));
    free(text);
}

static void test_misuse(void)
{
    ef_json json = {0};
    char *text = NULL;
    efface_error err;
    ef_json_object(&json, NULL);
    CHECK_EQ(ef_json_finish(&json, &text, NULL, &err), EFFACE_INTERNAL);
    CHECK(text == NULL && json.text == NULL);
    ef_json_end(&json);
    CHECK_EQ(ef_json_finish(&json, &text, NULL, &err), EFFACE_INTERNAL);
    for (int i = 0; i < EF_JSON_DEPTH + 1; i++)
        ef_json_array(&json, NULL);
    for (int i = 0; i < EF_JSON_DEPTH; i++)
        ef_json_end(&json);
    CHECK_EQ(ef_json_finish(&json, &text, NULL, &err), EFFACE_INTERNAL);
    CHECK(text == NULL && json.text == NULL);
}

/* How many of the text's characters a value takes, -1 where it is broken; the same whether the text ends at
 * its NUL or is followed by something. */
static int value_length(const char *text)
{
    char more[300];
    const int n = snprintf(more, sizeof more, "%s\"[{", text);
    const char *past = ef_json_past_value(text, NULL), *bounded = ef_json_past_value(more, more + n - 3);
    const int length = past != NULL ? (int)(past - text) : -1;
    CHECK_EQ(length, bounded != NULL ? (int)(bounded - more) : -1);
    return length;
}

static void test_reading(void)
{
    static const char *const whole[] = {"0",
                                        "-1.5e+3",
                                        "true",
                                        "NaN",
                                        "-Infinity",
                                        "\"\"",
                                        "\"a\\\"b\\u00e9\"",
                                        "[]",
                                        "{}",
                                        "[ 1 , [ ] ]",
                                        "{\"a\" : {\"b\":null}, \"c\":\"]\"}"};
    static const char *const broken[] = {"",        "?",        "\"",         "\"\\\"", "\"\\x\"", "\"\n\"",
                                         "[",       "[1",       "[1,]",       "[1 2]",  "{",       "{1:2}",
                                         "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[}",     "tru"};
    char deep[200] = "";
    double value = 7;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        CHECK_EQ(value_length(whole[i]), strlen(whole[i]));
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        CHECK_EQ(value_length(broken[i]), -1);
    for (int levels = EF_JSON_DEEPEST; levels <= EF_JSON_DEEPEST + 1; levels++) {
        memset(deep, '[', (size_t)levels);
        memset(deep + levels, ']', (size_t)levels);
        CHECK_EQ(value_length(deep), levels <= EF_JSON_DEEPEST ? 2 * levels : -1);
    }
    CHECK(ef_json_read_number(&value, "-2.5e1]", NULL) && value == -25);
    const char *const none[] = {"", "x", "\"1\"", "NaN", "-Infinity", "1e999", "1-2", "-", "--1"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        CHECK(!ef_json_read_number(&value, none[i], NULL) && value == -25);
}

int main(void)
{
    test_text();
    test_broken_utf8();
    test_bytes();
    test_numbers();
    test_locale();
    test_structure();
    test_misuse();
    test_reading();
    return test_end();
}
