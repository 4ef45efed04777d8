/* Allocations that fail: the linker sends the library's calls here (--wrap=malloc, --wrap=calloc). */
#ifndef EF_FAILING_MEMORY_H
#define EF_FAILING_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Allocations are counted, and the one with number fail_at fails; 0: none does. */
static atomic_long allocations, fail_at;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);

static bool fails(void)
{
    return atomic_fetch_add(&allocations, 1) + 1 == atomic_load(&fail_at);
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

#endif
