/* What the machine has, as far as a data set asks for it. */
#ifndef EF_MACHINE_H
#define EF_MACHINE_H

#include <stddef.h>

/* Bytes of memory that this process may still take: what the system calls available, or less where a
 * control group (cgroup v2) allows less. 0 where neither is known. */
size_t ef_machine_memory(void);

#endif
