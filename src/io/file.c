/* Files that appear completely or not at all: see file.h for what happens to an output. The meaning of the
 * bytes does not matter here. Linux' unnamed temporaries and exchanging renames are used where the file
 * system has them. */
#define _GNU_SOURCE /* O_TMPFILE, renameat2 */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

enum { CHUNK = 1 << 20, TRIES = 100, TEMPORARY_LENGTH = 32 };

/* Where an output stands between open and named. */
typedef enum stage {
    UNNAMED,  /* no directory entry */
    NAMED,    /* under the temporary name */
    IN_PLACE, /* under the target's name, which was free */
    EXCHANGED /* under the target's name; what was there has the temporary one */
} stage;

struct ef_output {
    int fd, directory;
    char *path;       /* as given */
    const char *base; /* its last component */
    char temporary[TEMPORARY_LENGTH];
    stage stage;
    bool force;
    size_t n_bytes;
};

static efface_status open_fail(efface_error *err, const char *path, const char *why)
{
    return ef_fail(err, EFFACE_INPUT, "can't read '%s': %s", path, why);
}

efface_status ef_input_open(ef_input *input, const char *path, efface_error *err)
{
    struct stat st;
    input->size = 0;
    input->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (input->fd < 0)
        return open_fail(err, path, strerror(errno));
    if (fstat(input->fd, &st) != 0) {
        efface_status status = open_fail(err, path, strerror(errno));
        ef_input_close(input);
        return status;
    }
    if (!S_ISREG(st.st_mode)) {
        ef_input_close(input);
        return open_fail(err, path, S_ISDIR(st.st_mode) ? "it is a directory" : "it is not a regular file");
    }
    input->size = (size_t)st.st_size;
    return EFFACE_PASS;
}

/* Bytes read, fewer than n at the end of the file; -1 with errno. */
static ssize_t read_fully(int fd, uint8_t *bytes, size_t n, size_t offset)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = pread(fd, bytes + done, n - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

efface_status ef_input_read(const ef_input *input, void *bytes, size_t n, size_t offset, const char *path,
                            efface_error *err)
{
    ssize_t got = read_fully(input->fd, bytes, n, offset);
    if (got < 0)
        return open_fail(err, path, strerror(errno));
    if ((size_t)got < n)
        return ef_fail(err, EFFACE_INPUT, "expected %zu bytes in '%s', got %zu", offset + n, path,
                       offset + (size_t)got);
    return EFFACE_PASS;
}

void ef_input_close(ef_input *input)
{
    if (input->fd >= 0)
        close(input->fd);
    input->fd = -1;
}

efface_status ef_file_read(char **text, size_t *n, const char *path, efface_error *err)
{
    ef_input input;
    *text = NULL;
    *n = 0;
    efface_status status = ef_input_open(&input, path, err);
    if (status != EFFACE_PASS)
        return status;
    char *read = malloc(input.size + 1);
    status = read != NULL ? ef_input_read(&input, read, input.size, 0, path, err)
                          : ef_fail_memory(err, input.size);
    if (status == EFFACE_PASS) {
        read[input.size] = '\0';
        *text = read;
        *n = input.size;
    } else {
        free(read);
    }
    ef_input_close(&input);
    return status;
}

bool ef_file_same(const char *a, const char *b)
{
    struct stat in_a, in_b;
    return stat(a, &in_a) == 0 && stat(b, &in_b) == 0 && in_a.st_dev == in_b.st_dev &&
           in_a.st_ino == in_b.st_ino;
}

static const uint8_t *block_of_bytes(const void *context, size_t offset, size_t n, uint8_t *scratch)
{
    (void)n;
    (void)scratch;
    return (const uint8_t *)context + offset;
}

ef_content ef_content_of_bytes(const void *bytes, size_t n)
{
    return (ef_content){n, block_of_bytes, bytes};
}

efface_status ef_output_fail(const ef_output *out, const char *why, efface_error *err)
{
    return ef_fail(err, EFFACE_INTERNAL, "can't write '%s': %s", out->path,
                   why != NULL ? why : strerror(errno));
}

/* A name that nobody can guess or have taken. It begins with a dot so that globs skip it. */
static bool draw_name(char name[TEMPORARY_LENGTH])
{
    uint64_t random;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    snprintf(name, TEMPORARY_LENGTH, ".efface-%016llx", (unsigned long long)random);
    return true;
}

static void output_free(ef_output *out)
{
    if (out->fd >= 0)
        close(out->fd);
    if (out->directory >= 0)
        close(out->directory);
    free(out->path);
    free(out);
}

/* Splits the path and opens its directory. */
static efface_status open_directory(ef_output *out, efface_error *err)
{
    char *slash = strrchr(out->path, '/');
    out->base = slash != NULL ? slash + 1 : out->path;
    if (*out->base == '\0' || strcmp(out->base, ".") == 0 || strcmp(out->base, "..") == 0)
        return ef_fail(err, EFFACE_USAGE, "can't write '%s': it is no file name", out->path);
    if (slash == NULL) {
        out->directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } else if (slash == out->path) {
        out->directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } else {
        *slash = '\0';
        out->directory = open(out->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        *slash = '/';
    }
    return out->directory < 0 ? ef_output_fail(out, NULL, err) : EFFACE_PASS;
}

/* Refuses targets that must not be replaced, before any work is done. Commit checks again. */
static efface_status look_at_target(const ef_output *out, efface_error *err)
{
    struct stat st;
    if (fstatat(out->directory, out->base, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? EFFACE_PASS : ef_output_fail(out, NULL, err);
    if (S_ISDIR(st.st_mode))
        return ef_fail(err, EFFACE_USAGE, "can't write '%s': it is a directory", out->path);
    if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
        return ef_fail(err, EFFACE_USAGE, "can't write '%s': it is not a regular file", out->path);
    if (!out->force)
        return ef_fail(err, EFFACE_USAGE, "'%s' exists already (--force replaces it)", out->path);
    return EFFACE_PASS;
}

static bool same_target(const ef_output *a, const ef_output *b)
{
    struct stat in_a, in_b;
    return strcmp(a->base, b->base) == 0 && fstat(a->directory, &in_a) == 0 &&
           fstat(b->directory, &in_b) == 0 && in_a.st_dev == in_b.st_dev && in_a.st_ino == in_b.st_ino;
}

/* Opens the temporary: unnamed where the file system has that and linking it later will work. */
static efface_status open_temporary(ef_output *out, bool named, efface_error *err)
{
    if (!named && access("/proc/self/fd", X_OK) == 0) {
        out->fd = openat(out->directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
        out->stage = UNNAMED;
        if (out->fd >= 0)
            return EFFACE_PASS;
    }
    for (int i = 0; i < TRIES; i++) {
        if (!draw_name(out->temporary))
            return ef_output_fail(out, NULL, err);
        out->fd = openat(out->directory, out->temporary, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW,
                         0666);
        out->stage = NAMED;
        if (out->fd >= 0)
            return EFFACE_PASS;
        if (errno != EEXIST)
            break;
    }
    return ef_output_fail(out, NULL, err);
}

efface_status ef_output_add(ef_output **out, ef_output_set *set, const char *path, unsigned flags,
                            efface_error *err)
{
    if (set->n == EF_MAX_OUTPUTS)
        return ef_fail(err, EFFACE_INTERNAL, "more than %d outputs at '%s'", EF_MAX_OUTPUTS, path);
    efface_status status = EFFACE_PASS;
    ef_output *made = calloc(1, sizeof *made);
    if (made == NULL)
        return ef_fail_memory(err, sizeof *made);
    made->fd = made->directory = -1;
    made->force = (flags & EF_OUTPUT_FORCE) != 0;
    made->path = malloc(strlen(path) + 1);
    if (made->path == NULL) {
        status = ef_fail_memory(err, strlen(path) + 1);
        goto cleanup;
    }
    memcpy(made->path, path, strlen(path) + 1);
    if ((status = open_directory(made, err)) != EFFACE_PASS ||
        (status = look_at_target(made, err)) != EFFACE_PASS)
        goto cleanup;
    for (int i = 0; i < set->n; i++) {
        if (same_target(made, set->output[i])) {
            status = ef_fail(err, EFFACE_USAGE, "'%s' is the name of two outputs", path);
            goto cleanup;
        }
    }
    if ((status = open_temporary(made, (flags & EF_OUTPUT_NAMED) != 0, err)) != EFFACE_PASS)
        goto cleanup;
    set->output[set->n++] = *out = made;
    return EFFACE_PASS;
cleanup:
    output_free(made);
    return status;
}

efface_status ef_output_check(const char *path, unsigned flags, efface_error *err)
{
    ef_output_set set = {0};
    ef_output *out;
    efface_status status = ef_output_add(&out, &set, path, flags, err);
    ef_output_set_abort(&set);
    return status;
}

efface_status ef_output_write(ef_output *out, const void *bytes, size_t n, efface_error *err)
{
    size_t done = 0;
    while (done < n) {
        ssize_t put = pwrite(out->fd, (const uint8_t *)bytes + done, n - done, (off_t)out->n_bytes);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return ef_output_fail(out, put == 0 ? "nothing was written" : NULL, err);
        done += (size_t)put;
        out->n_bytes += (size_t)put;
    }
    return EFFACE_PASS;
}

const char *ef_output_path(const ef_output *out)
{
    return out->path;
}

size_t ef_output_size(const ef_output *out)
{
    return out->n_bytes;
}

efface_status ef_output_read(const ef_output *out, void *bytes, size_t n, size_t offset, efface_error *err)
{
    ssize_t got = read_fully(out->fd, bytes, n, offset);
    if (got < 0)
        return ef_output_fail(out, NULL, err);
    if ((size_t)got < n)
        return ef_output_fail(out, "reading it back found it shorter than written", err);
    return EFFACE_PASS;
}

/* Whether the file holds the content from `start` on. buffer: 2 * CHUNK bytes. */
static efface_status compare(const ef_output *out, const ef_content *content, size_t start, uint8_t *buffer,
                             efface_error *err)
{
    for (size_t offset = 0; offset < content->n_bytes; offset += CHUNK) {
        size_t n = content->n_bytes - offset < CHUNK ? content->n_bytes - offset : CHUNK;
        const uint8_t *block = content->block(content->context, offset, n, buffer);
        efface_status status = ef_output_read(out, buffer + CHUNK, n, start + offset, err);
        if (status != EFFACE_PASS)
            return status;
        if (memcmp(block, buffer + CHUNK, n) != 0)
            return ef_output_fail(out, "reading it back found other bytes than written", err);
    }
    return EFFACE_PASS;
}

efface_status ef_output_write_content(ef_output *out, const ef_content *content, efface_error *err)
{
    const size_t start = out->n_bytes;
    uint8_t *buffer = malloc(2 * CHUNK);
    if (buffer == NULL)
        return ef_fail_memory(err, 2 * CHUNK);
    efface_status status = EFFACE_PASS;
    for (size_t offset = 0; status == EFFACE_PASS && offset < content->n_bytes; offset += CHUNK) {
        size_t n = content->n_bytes - offset < CHUNK ? content->n_bytes - offset : CHUNK;
        status = ef_output_write(out, content->block(content->context, offset, n, buffer), n, err);
    }
    if (status == EFFACE_PASS)
        status = compare(out, content, start, buffer, err);
    free(buffer);
    return status;
}

/* Gives an unnamed file a name; false with errno. */
static bool link_as(const ef_output *out, const char *name)
{
    char from[32];
    snprintf(from, sizeof from, "/proc/self/fd/%d", out->fd);
    return linkat(AT_FDCWD, from, out->directory, name, AT_SYMLINK_FOLLOW) == 0;
}

/* From UNNAMED to NAMED; false with errno. */
static bool name_temporary(ef_output *out)
{
    for (int i = 0; i < TRIES; i++) {
        if (!draw_name(out->temporary))
            return false;
        if (link_as(out, out->temporary)) {
            out->stage = NAMED;
            return true;
        }
        if (errno != EEXIST)
            return false;
    }
    return false;
}

/* Whether a call failed because the file system does not have what it does. Some say so in odd ways. */
static bool is_missing(int error)
{
    return error == EINVAL || error == ENOSYS || error == ENOTSUP || error == EOPNOTSUPP ||
           error == EPERM || error == EMLINK || error == EROFS;
}

bool ef_file_take_free(int directory, const char *from, const char *to)
{
    if (renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0)
        return true;
    if (!is_missing(errno))
        return false;
    if (linkat(directory, from, directory, to, 0) == 0) {
        unlinkat(directory, from, 0);
        return true;
    }
    if (!is_missing(errno))
        return false;
    /* the last resort: an empty file of our own, which nobody else can have made, is replaced */
    const int own = openat(directory, to, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (own < 0)
        return false;
    close(own);
    if (renameat(directory, from, directory, to) == 0)
        return true;
    const int reason = errno;
    unlinkat(directory, to, 0);
    errno = reason;
    return false;
}

/* Takes a name that must be free; false with errno, EEXIST where it isn't. */
static bool take_free_name(ef_output *out)
{
    const bool taken = out->stage == UNNAMED ? link_as(out, out->base)
                                             : ef_file_take_free(out->directory, out->temporary, out->base);
    if (taken)
        out->stage = IN_PLACE;
    return taken;
}

/* Takes the name of an existing file, which is kept under the temporary's until the whole set is in place.
 */
static bool take_used_name(ef_output *out)
{
    const int at = out->directory;
    if (out->stage == UNNAMED && !name_temporary(out))
        return false;
    if (renameat2(at, out->temporary, at, out->base, RENAME_EXCHANGE) == 0) {
        out->stage = EXCHANGED;
        return true;
    }
    if (errno == ENOENT) /* it has gone meanwhile */
        return take_free_name(out);
    if (!is_missing(errno))
        return false;
    if (renameat(at, out->temporary, at, out->base) != 0)
        return false;
    out->stage = IN_PLACE;
    return true;
}

static efface_status put_in_place(ef_output *out, efface_error *err)
{
    efface_status status = look_at_target(out, err);
    if (status != EFFACE_PASS)
        return status;
    struct stat st;
    bool exists = fstatat(out->directory, out->base, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (exists ? take_used_name(out) : take_free_name(out))
        return EFFACE_PASS;
    if (errno == EEXIST)
        return ef_fail(err, EFFACE_USAGE, "'%s' appeared while it was being written", out->path);
    return ef_output_fail(out, NULL, err);
}

/* Removes the output, and restores what it had replaced. */
static void take_back(ef_output *out)
{
    const int at = out->directory;
    switch (out->stage) {
    case UNNAMED:
        break;
    case IN_PLACE:
        unlinkat(at, out->base, 0);
        break;
    case EXCHANGED:
        if (renameat2(at, out->temporary, at, out->base, RENAME_EXCHANGE) == 0)
            unlinkat(at, out->temporary, 0);
        break;
    case NAMED:
        unlinkat(at, out->temporary, 0);
        break;
    }
}

/* Runs that name the same outputs take turns, so that an image and its record come from one run. The last
 * output's folder is locked: that of the image. Where a file system has no such lock, nothing is locked. */
static void take_turn(const ef_output_set *set, int operation)
{
    if (set->n > 0)
        while (flock(set->output[set->n - 1]->directory, operation) != 0 && errno == EINTR)
            continue;
}

efface_status ef_output_set_commit(ef_output_set *set, efface_error *err)
{
    efface_status status = EFFACE_PASS;
    for (int i = 0; status == EFFACE_PASS && i < set->n; i++)
        if (fsync(set->output[i]->fd) != 0)
            status = ef_output_fail(set->output[i], NULL, err);
    take_turn(set, LOCK_EX);
    for (int i = 0; status == EFFACE_PASS && i < set->n; i++)
        status = put_in_place(set->output[i], err);
    take_turn(set, LOCK_UN);
    /* Some network file systems can't flush a directory and say EINVAL: the names are then as safe as such
     * a system makes them. */
    for (int i = 0; status == EFFACE_PASS && i < set->n; i++)
        if (fsync(set->output[i]->directory) != 0 && errno != EINVAL)
            status = ef_output_fail(set->output[i], NULL, err);
    if (status != EFFACE_PASS) {
        ef_output_set_abort(set);
        return status;
    }
    for (int i = 0; i < set->n; i++) {
        if (set->output[i]->stage == EXCHANGED)
            unlinkat(set->output[i]->directory, set->output[i]->temporary, 0);
        output_free(set->output[i]);
    }
    set->n = 0;
    return EFFACE_PASS;
}

efface_status ef_output_set_join(ef_output_set *set, ef_output_set *from, efface_error *err)
{
    if (set->n + from->n > EF_MAX_OUTPUTS)
        return ef_fail(err, EFFACE_INTERNAL, "more than %d outputs", EF_MAX_OUTPUTS);
    for (int i = 0; i < from->n; i++)
        for (int k = 0; k < set->n; k++)
            if (same_target(from->output[i], set->output[k]))
                return ef_fail(err, EFFACE_USAGE, "'%s' is the name of two outputs", from->output[i]->path);
    for (int i = 0; i < from->n; i++)
        set->output[set->n++] = from->output[i];
    from->n = 0;
    return EFFACE_PASS;
}

void ef_output_set_abort(ef_output_set *set)
{
    for (int i = set->n - 1; i >= 0; i--) {
        take_back(set->output[i]);
        output_free(set->output[i]);
    }
    set->n = 0;
}

efface_status ef_output_add_bytes(ef_output_set *set, const char *path, const void *bytes, size_t n,
                                  unsigned flags, efface_error *err)
{
    ef_output *out;
    efface_status status = ef_output_add(&out, set, path, flags, err);
    if (status != EFFACE_PASS)
        return status;
    ef_content content = ef_content_of_bytes(bytes, n);
    return ef_output_write_content(out, &content, err);
}

const char *ef_file_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool ef_file_review_path(char *path, size_t size, const char *out)
{
    const char *base = ef_file_base_name(out), *end = strchr(base, '.');
    const int stem = (int)((end != NULL ? end : base + strlen(base)) - out);
    return snprintf(path, size, "%.*s_review%s", stem, out, end != NULL ? end : "") < (int)size;
}
