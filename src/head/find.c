/* The sequence of attempts to find the head's pose. Each attempt is one ef_segment and one ef_locate. */
#include "head/find.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

typedef struct attempt {
    ef_air air;
    ef_start start;
    double unless; /* not made where an answer is as convincing as this */
} attempt;

/* The attempts after a search along the header's axes, the cheapest first. */
static const attempt more[] = {{EF_AIR_MODE, EF_START_PITCHED, EF_CONVINCING_SURE},
                               {EF_AIR_FAR, EF_START_HEADER, EF_CONFIDENCE_ENOUGH},
                               {EF_AIR_MODE, EF_START_ANYWHERE, EF_CONFIDENCE_ENOUGH},
                               {EF_AIR_FAR, EF_START_ANYWHERE, EF_CONFIDENCE_ENOUGH}};

/* Returns whether an answer is better than another answer to the same scan. */
static bool is_better(const ef_location *a, const ef_location *b)
{
    return a->convincing > b->convincing ||
           (a->convincing == b->convincing && a->confidence > b->confidence);
}

/* Tries one more way to find the head, and keeps the better of its answer and the present one.
 * air  in and out: how the air of subject->head was estimated */
static efface_status look_again(ef_subject *subject, ef_air *air, const attempt *way, int threads,
                                efface_error *err)
{
    ef_subject other = *subject; /* it owns only its head, and only where the air differs */
    const bool same_head = way->air == *air;
    efface_status status = EFFACE_PASS;
    if (!same_head) {
        other.head = (ef_head){.inside = NULL};
        status = ef_segment(&other.head, &subject->work, way->air, threads, subject->name, err);
    }
    if (status == EFFACE_PASS)
        status = ef_locate(&other.location, &other, way->start, threads, err);
    if (status == EFFACE_PASS && is_better(&other.location, &subject->location)) {
        subject->location = other.location;
        if (!same_head) {
            const ef_head worse = subject->head;
            subject->head = other.head;
            other.head = worse;
            *air = way->air;
        }
    }
    if (!same_head)
        ef_head_release(&other.head);
    /* Where another way fails, the present answer is still good. */
    return status == EFFACE_INTERNAL ? status : EFFACE_PASS;
}

efface_status ef_find(ef_subject *subject, int threads, efface_error *err)
{
    ef_air air = EF_AIR_MODE;
    const efface_status first = ef_locate(&subject->location, subject, EF_START_HEADER, threads, err);
    if (first != EFFACE_PASS && first != EFFACE_LOCATE)
        return first;
    for (size_t k = 0; k < sizeof more / sizeof *more; k++) {
        efface_error later = {0};
        if (!(subject->location.convincing < more[k].unless))
            continue;
        if (look_again(subject, &air, &more[k], threads, &later) != EFFACE_PASS) {
            *err = later;
            return EFFACE_INTERNAL;
        }
    }
    return subject->location.confidence > 0 ? EFFACE_PASS : first;
}

efface_status ef_find_through_speckle(ef_subject *subject, const ef_image *image, int threads,
                                      efface_error *err)
{
    ef_subject dark = {.name = subject->name, .atlas = subject->atlas}; /* the atlas is borrowed */
    efface_status status =
        ef_work_build_calm(&dark.work, image, subject->work.spacing_mm, 0, threads, subject->name, err);
    if (status == EFFACE_PASS && dark.work.roughness > 0) {
        efface_error unseen = {0};
        status = ef_segment(&dark.head, &dark.work, EF_AIR_MODE, threads, subject->name, &unseen);
        if (status == EFFACE_PASS)
            status = ef_find(&dark, threads, &unseen);
        if (status == EFFACE_INTERNAL)
            *err = unseen;
        else
            status = EFFACE_PASS;
    }
    if (status == EFFACE_PASS && dark.location.confidence > subject->location.confidence) {
        const ef_work work = subject->work;
        const ef_head head = subject->head;
        subject->work = dark.work;
        subject->head = dark.head;
        subject->location = dark.location;
        dark.work = work;
        dark.head = head;
    }
    ef_work_release(&dark.work);
    ef_head_release(&dark.head);
    return status;
}
