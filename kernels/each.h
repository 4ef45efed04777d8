/* Independent tasks in parallel, for work that is large enough to be given out one by one. */
#ifndef EK_EACH_H
#define EK_EACH_H

#include <stdint.h>

/* Does task i. Called once per task, from any thread. It must depend on nothing but its arguments and write
 * nothing that another task reads or writes. */
typedef void ek_task_fn(void *context, int64_t i);

/* Calls fn for 0 <= i < n, each when a thread is free. Which thread takes which depends on the machine;
 * what is written does not. */
void ek_each(int64_t n, ek_task_fn *fn, void *context, int threads);

#endif
