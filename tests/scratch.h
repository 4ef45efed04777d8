/* A folder for one test, and whole files in it. */
#ifndef EF_SCRATCH_H
#define EF_SCRATCH_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch_folder[64];

/* Makes the folder in the current one; the test ends where that can't be done. */
static inline void scratch_make(void)
{
    snprintf(scratch_folder, sizeof scratch_folder, "scratch-XXXXXX");
    if (mkdtemp(scratch_folder) == NULL) {
        perror("mkdtemp");
        exit(1);
    }
}

/* Path of a file in the folder; good until the fourth next call. */
static inline const char *scratch(const char *name)
{
    static char path[4][512];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", scratch_folder, name);
    return path[turn];
}

/* Number of entries of the folder, hidden ones too. */
static inline int scratch_count(void)
{
    int n = -2; /* . and .. */
    DIR *folder = opendir(scratch_folder);
    while (folder != NULL && readdir(folder) != NULL)
        n++;
    if (folder != NULL)
        closedir(folder);
    return n;
}

/* Removes all files of the folder. */
static inline void scratch_clear(void)
{
    DIR *folder = opendir(scratch_folder);
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlink(scratch(entry->d_name)) != 0)
            rmdir(scratch(entry->d_name));
    }
    if (folder != NULL)
        closedir(folder);
}

static inline void scratch_remove(void)
{
    scratch_clear();
    rmdir(scratch_folder);
}

static inline void scratch_put(const char *name, const void *bytes, size_t n)
{
    FILE *file = fopen(scratch(name), "wb");
    if (file == NULL || fwrite(bytes, 1, n, file) != n || fclose(file) != 0) {
        perror(name);
        exit(1);
    }
}

/* The whole file, to be freed; NULL where there is none. */
static inline unsigned char *scratch_get(const char *name, size_t *n)
{
    FILE *file = fopen(scratch(name), "rb");
    unsigned char *bytes = NULL;
    *n = 0;
    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        *n = (size_t)ftell(file);
        rewind(file);
        bytes = malloc(*n + 1);
        if (bytes == NULL || fread(bytes, 1, *n, file) != *n) {
            perror(name);
            exit(1);
        }
    }
    fclose(file);
    return bytes;
}

#endif
