/* A library to be preloaded (LD_PRELOAD) that lets one call of the C library fail in a program that knows nothing of it.
 *   FAILING_CALL   NAME:NUMBER[:ERRNO], for instance alloc:12 or pwrite:3:28. alloc counts places in the code that ask for
 *                  memory, in the order in which they first do; the others count calls, from 1. ERRNO -1: a short
 *                  transfer of one byte. Unset: nothing fails
 *   FAILING_COUNT  a file that gets a line NAME COUNT for each kind of call when the program ends
 * Places are told by return addresses, which repeat from run to run without address randomisation (setarch -R). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { ALLOC, OPEN, PREAD, READ, PWRITE, WRITE, FSYNC, RENAME, LINK, KINDS };
static const char *const names[KINDS] = {"alloc", "open",  "pread",  "read", "pwrite",
                                         "write", "fsync", "rename", "link"};

enum { PLACES = 1 << 14 };
static const void *places[PLACES];
static long counts[KINDS];
static int fail_kind = -1, fail_errno;
static long fail_number;
static bool told;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t n);
void *__libc_memalign(size_t align, size_t n);

__attribute__((constructor)) static void begin(void)
{
    const char *call = getenv("FAILING_CALL");
    told = true;
    for (int k = 0; call != NULL && k < KINDS; k++) {
        const size_t n = strlen(names[k]);
        if (strncmp(call, names[k], n) != 0 || call[n] != ':')
            continue;
        char *end;
        fail_kind = k;
        fail_number = strtol(call + n + 1, &end, 10);
        fail_errno = *end == ':' ? (int)strtol(end + 1, NULL, 10) : EIO;
    }
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAILING_COUNT");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    for (int k = 0; file != NULL && k < KINDS; k++)
        fprintf(file, "%s %ld\n", names[k], counts[k]);
    if (file != NULL)
        fclose(file);
}

static bool fails(int kind)
{
    const long number = __atomic_add_fetch(&counts[kind], 1, __ATOMIC_RELAXED);
    return told && kind == fail_kind && number == fail_number;
}

/* Whether memory is refused here: at the first request of the chosen place. One thread. */
static bool refuses(const void *place)
{
    if (!told)
        return false;
    size_t at = (uintptr_t)place * 0x9e3779b97f4a7c15u >> 50;
    while (places[at] != NULL && places[at] != place)
        at = (at + 1) % PLACES;
    if (places[at] == place)
        return false;
    places[at] = place;
    return fails(ALLOC);
}

#define REFUSED(call) (refuses(__builtin_return_address(0)) ? (errno = ENOMEM, NULL) : (call))

void *malloc(size_t n)
{
    return REFUSED(__libc_malloc(n));
}

void *calloc(size_t n, size_t size)
{
    return REFUSED(__libc_calloc(n, size));
}

void *realloc(void *old, size_t n)
{
    return REFUSED(__libc_realloc(old, n));
}

void *aligned_alloc(size_t align, size_t n)
{
    return REFUSED(__libc_memalign(align, n));
}

int posix_memalign(void **made, size_t align, size_t n)
{
    *made = REFUSED(__libc_memalign(align, n));
    return *made != NULL ? 0 : ENOMEM;
}

/* ---- files ---- */

/* The C library's own; dlsym gives a function as an object. */
#define NEXT(name)                                                                                         \
    ((union {                                                                                              \
         void *object;                                                                                     \
         __typeof__(&name) function;                                                                       \
     }){dlsym(RTLD_NEXT, #name)}                                                                           \
         .function)

/* What a transfer that must fail returns: -1, or, with a short transfer, what `call` gives for one byte. */
#define TRANSFER(kind, whole, one)                                                                         \
    do {                                                                                                   \
        if (!fails(kind))                                                                                  \
            return whole;                                                                                  \
        if (fail_errno < 0 && n > 1)                                                                       \
            return one;                                                                                    \
        errno = fail_errno;                                                                                \
        return -1;                                                                                         \
    } while (0)

#define RESULT(kind, whole)                                                                                \
    do {                                                                                                   \
        if (!fails(kind))                                                                                  \
            return whole;                                                                                  \
        errno = fail_errno;                                                                                \
        return -1;                                                                                         \
    } while (0)

ssize_t pread(int file, void *to, size_t n, off_t at)
{
    TRANSFER(PREAD, NEXT(pread)(file, to, n, at), NEXT(pread)(file, to, 1, at));
}

ssize_t read(int file, void *to, size_t n)
{
    TRANSFER(READ, NEXT(read)(file, to, n), NEXT(read)(file, to, 1));
}

ssize_t pwrite(int file, const void *from, size_t n, off_t at)
{
    TRANSFER(PWRITE, NEXT(pwrite)(file, from, n, at), NEXT(pwrite)(file, from, 1, at));
}

ssize_t write(int file, const void *from, size_t n)
{
    TRANSFER(WRITE, NEXT(write)(file, from, n), NEXT(write)(file, from, 1));
}

int fsync(int file)
{
    RESULT(FSYNC, NEXT(fsync)(file));
}

int rename(const char *from, const char *to)
{
    RESULT(RENAME, NEXT(rename)(from, to));
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    RESULT(RENAME, NEXT(renameat2)(from_folder, from, to_folder, to, flags));
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    RESULT(LINK, NEXT(linkat)(from_folder, from, to_folder, to, flags));
}

static mode_t mode_of(int flags, va_list rest)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? (mode_t)va_arg(rest, unsigned) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = mode_of(flags, rest);
    va_end(rest);
    RESULT(OPEN, NEXT(open)(path, flags, mode));
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = mode_of(flags, rest);
    va_end(rest);
    RESULT(OPEN, NEXT(openat)(folder, path, flags, mode));
}
