/* The fields of a point: each is computed when it is first needed. */
#include "phantom/probe.h"

float ef_probe_field(const ef_anatomy *a, ef_probe *q, ef_field field)
{
    if (q->have >> field & 1U)
        return q->field[field];
    const float d = a->field[field](a, q);
    q->field[field] = d;
    q->have |= 1U << field;
    return d;
}
