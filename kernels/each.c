/* The parallel loop over whole tasks. What they do does not matter here. */
#include "kernels/each.h"

void ek_each(int64_t n, ek_task_fn *fn, void *context, int threads)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (int64_t i = 0; i < n; i++)
        fn(context, i);
}
