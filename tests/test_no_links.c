/* A folder without unnamed files, hard links and flags of rename, as on WebDAV, object stores and SMB: files
 * appear there all the same, and nobody's file is replaced. The linker leads the calls here. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "check.h"
#include "identity/secret.h"
#include "io/file.h"
#include "scratch.h"

static int refusal; /* what link says */

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
int __wrap_linkat(int from_dir, const char *from, int to_dir, const char *to, int flags);

int __wrap_openat(int dir, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if ((flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return __real_openat(dir, path, flags, mode);
}

int __wrap_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    if (flags != 0) {
        errno = EINVAL;
        return -1;
    }
    return renameat(from_dir, from, to_dir, to);
}

int __wrap_linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    (void)from_dir, (void)from, (void)to_dir, (void)to, (void)flags;
    errno = refusal;
    return -1;
}

static efface_status put(const char *text, bool force)
{
    ef_output_set set = {0};
    efface_error err = {0};
    efface_status status =
        ef_output_add_bytes(&set, scratch("out"), text, strlen(text), force ? EF_OUTPUT_FORCE : 0, &err);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&set, &err);
    ef_output_set_abort(&set);
    return status;
}

static void holds(const char *text)
{
    size_t n;
    unsigned char *bytes = scratch_get("out", &n);
    CHECK_EQ(n, strlen(text));
    CHECK(memcmp(bytes, text, strlen(text)) == 0);
    free(bytes);
}

int main(void)
{
    static const int refusals[] = {EPERM, EOPNOTSUPP, ENOSYS, EMLINK, EROFS};
    scratch_make();
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        ef_secret secret, again;
        efface_error err = {0};
        refusal = refusals[i];
        CHECK_EQ(put("first", false), EFFACE_PASS);
        holds("first");
        CHECK_EQ(put("second", false), EFFACE_USAGE);
        holds("first");
        CHECK_EQ(put("third", true), EFFACE_PASS);
        holds("third");
        CHECK_EQ(ef_secret_open(&secret, scratch("key"), &err), EFFACE_PASS);
        CHECK_EQ(ef_secret_open(&again, scratch("key"), &err), EFFACE_PASS);
        CHECK(memcmp(&secret, &again, sizeof secret) == 0);
        scratch_clear();
    }
    scratch_remove();
    return test_end();
}
