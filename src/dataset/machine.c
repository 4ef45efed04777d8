/* Reads Linux' own files; elsewhere nothing is known. */
#include "dataset/machine.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char meminfo[] = "/proc/meminfo", group_most[] = "/sys/fs/cgroup/memory.max",
                  group_now[] = "/sys/fs/cgroup/memory.current";

/* The number behind `key` in a file, in bytes; SIZE_MAX where there is none. key "" is the file's start. */
static size_t number_in(const char *path, const char *key, size_t unit)
{
    char line[128];
    size_t found = SIZE_MAX;
    FILE *file = fopen(path, "r");
    while (file != NULL && found == SIZE_MAX && fgets(line, sizeof line, file) != NULL) {
        char *end;
        const char *at = line + strlen(key);
        if (strncmp(line, key, strlen(key)) != 0)
            continue;
        const unsigned long long value = strtoull(at, &end, 10);
        if (end != at)
            found = (size_t)value * unit;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

size_t ef_machine_memory(void)
{
    const size_t available = number_in(meminfo, "MemAvailable:", 1024);
    const size_t most = number_in(group_most, "", 1), now = number_in(group_now, "", 1);
    const size_t group = most != SIZE_MAX && now != SIZE_MAX && now < most ? most - now : SIZE_MAX;
    const size_t least = available < group ? available : group;
    return least != SIZE_MAX ? least : 0;
}
