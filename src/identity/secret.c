/* Keys and what is derived from them. Nothing here knows what the identifiers mean. */
#include "identity/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "io/file.h"

/* A key file is this line and one of 64 hexadecimal digits. */
static const char title[] = "efface key 1\n";
enum { TITLE = sizeof title - 1, FILE_BYTES = TITLE + 2 * EF_KEY_BYTES + 1 };

efface_status ef_secret_draw(ef_secret *secret, efface_error *err)
{
    if (getrandom(secret->key, sizeof secret->key, 0) != (ssize_t)sizeof secret->key)
        return ef_fail(err, EFFACE_INTERNAL, "no random numbers from the system");
    return EFFACE_PASS;
}

static int digit_of(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

static efface_status read_key(ef_secret *secret, const char *path, efface_error *err)
{
    char text[FILE_BYTES];
    ef_input input;
    efface_status status = ef_input_open(&input, path, err);
    if (status != EFFACE_PASS)
        return ef_fail(err, EFFACE_USAGE, "can't read the key file '%s'", path);
    const bool whole = input.size == FILE_BYTES;
    if (whole)
        status = ef_input_read(&input, text, sizeof text, 0, path, err);
    ef_input_close(&input);
    if (status != EFFACE_PASS)
        return status;
    bool good = whole && memcmp(text, title, TITLE) == 0;
    for (int i = 0; good && i < EF_KEY_BYTES; i++) {
        const int high = digit_of(text[TITLE + 2 * i]), low = digit_of(text[TITLE + 2 * i + 1]);
        good = high >= 0 && low >= 0;
        secret->key[i] = (uint8_t)(good ? high * 16 + low : 0);
    }
    return good ? EFFACE_PASS : ef_fail(err, EFFACE_USAGE, "not a key file that efface made: '%s'", path);
}

static bool write_all(int fd, const char *text, size_t n)
{
    while (n > 0) {
        const ssize_t done = write(fd, text, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        text += done;
        n -= (size_t)done;
    }
    return fsync(fd) == 0;
}

/* Writes the file under a temporary name first, which mkstemp makes 0600. Then it is named, which never
 * replaces an existing file. */
static efface_status make_key(const char *path, efface_error *err)
{
    ef_secret drawn;
    char text[FILE_BYTES + 1];
    const size_t room = strlen(path) + 8;
    efface_status status = ef_secret_draw(&drawn, err);
    if (status != EFFACE_PASS)
        return status;
    char *temporary = malloc(room);
    if (temporary == NULL)
        return ef_fail_memory(err, room);
    snprintf(temporary, room, "%s.XXXXXX", path);
    int at = snprintf(text, sizeof text, "%s", title);
    for (int i = 0; i < EF_KEY_BYTES; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, "%02x", drawn.key[i]);
    text[at] = '\n';
    const int fd = mkstemp(temporary);
    bool made = fd >= 0 && write_all(fd, text, FILE_BYTES);
    if (fd >= 0)
        made = close(fd) == 0 && made;
    const bool named = made && ef_file_take_free(AT_FDCWD, temporary, path);
    if (made && !named && errno != EEXIST) /* EEXIST: another process was first, its key holds */
        made = false;
    const int reason = errno;
    if (fd >= 0 && !named)
        unlink(temporary);
    free(temporary);
    return made ? EFFACE_PASS
                : ef_fail(err, EFFACE_INTERNAL, "can't make the key file '%s': %s", path, strerror(reason));
}

efface_status ef_secret_open(ef_secret *secret, const char *path, efface_error *err)
{
    struct stat unused;
    if (stat(path, &unused) != 0 && errno == ENOENT) {
        const efface_status status = make_key(path, err);
        if (status != EFFACE_PASS)
            return status;
    }
    return read_key(secret, path, err);
}

void ef_secret_uid(char out[EF_UID_BYTES], const ef_secret *secret, const char *uid, size_t n)
{
    enum { UUID = 16, DIGITS = 39 }; /* 2^128 has 39 decimal digits */
    uint8_t mac[32];
    char digits[DIGITS + 1];
    int at = DIGITS;
    ef_hmac(mac, secret->key, "uid", uid, n);
    mac[6] = (uint8_t)((mac[6] & 0x0f) | 0x40); /* version 4: bits without a meaning */
    mac[8] = (uint8_t)((mac[8] & 0x3f) | 0x80);
    digits[at] = '\0';
    while (at > 0) { /* long division by ten, most significant byte first */
        unsigned rest = 0, any = 0;
        for (int i = 0; i < UUID; i++) {
            const unsigned part = rest * 256 + mac[i];
            mac[i] = (uint8_t)(part / 10);
            rest = part % 10;
            any |= mac[i];
        }
        digits[--at] = (char)('0' + rest);
        if (any == 0)
            break;
    }
    snprintf(out, EF_UID_BYTES, "2.25.%s", digits + at);
}

void ef_secret_pseudonym(char out[EF_PSEUDONYM_BYTES], const ef_secret *secret, const char *patient,
                         size_t n)
{
    static const char letters[] = "bcdfghjkmnpqrstv"; /* 16: four bits each */
    enum { PREFIX = 5, LETTERS = EF_PSEUDONYM_BYTES - PREFIX - 1 };
    uint8_t mac[32];
    ef_hmac(mac, secret->key, "pseudonym", patient, n);
    memcpy(out, "anon-", PREFIX);
    for (int i = 0; i < LETTERS; i++)
        out[PREFIX + i] = letters[mac[i] & 15];
    out[PREFIX + LETTERS] = '\0';
}

int ef_secret_days(const ef_secret *secret, const char *patient, size_t n)
{
    uint8_t mac[32];
    uint32_t drawn = 0;
    ef_hmac(mac, secret->key, "days", patient, n);
    for (int i = 0; i < 4; i++)
        drawn = drawn << 8 | mac[i];
    return -1 - (int)(drawn % EF_SHIFT_MOST_DAYS); /* 2^32 mod 3650 is 0.00003 of the draw: the bias is
                                               * negligible */
}
