/* The ladder of attempts that ends with the head's pose. Each attempt is ef_segment's and ef_locate's work.
 */
#include "head/find.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

typedef struct attempt {
    ef_air air;
    ef_start start;
} attempt;

/* What looking with the header's axes is followed by, the cheapest first. */
static const attempt more[] = {
    {EF_AIR_FAR, EF_START_HEADER}, {EF_AIR_MODE, EF_START_ANYWHERE}, {EF_AIR_FAR, EF_START_ANYWHERE}};

/* Whether an answer beats another to the same scan. */
static bool is_better(const ef_location *a, const ef_location *b)
{
    return a->convincing > b->convincing ||
           (a->convincing == b->convincing && a->confidence > b->confidence);
}

/* Looks for the head in one way more, and keeps the better of this answer and the one there is. */
static efface_status look_again(ef_location *best, ef_head *head, ef_air *air, const attempt *way,
                                const ef_atlas *atlas, const ef_work *work, int threads, const char *name,
                                efface_error *err)
{
    ef_head other = {0};
    ef_location location;
    const bool same_head = way->air == *air;
    efface_status status = same_head ? EFFACE_PASS : ef_segment(&other, work, way->air, threads, name, err);
    if (status == EFFACE_PASS)
        status =
            ef_locate(&location, atlas, work, same_head ? head : &other, way->start, threads, name, err);
    if (status == EFFACE_PASS && is_better(&location, best)) {
        *best = location;
        if (!same_head) {
            const ef_head worse = *head;
            *head = other;
            other = worse;
            *air = way->air;
        }
    }
    ef_head_release(&other);
    /* That another way doesn't work is no reason to give up what there is. */
    return status == EFFACE_INTERNAL ? status : EFFACE_PASS;
}

efface_status ef_find(ef_location *location, ef_head *head, const ef_atlas *atlas, const ef_work *work,
                      int threads, const char *name, efface_error *err)
{
    ef_air air = EF_AIR_MODE;
    const efface_status first = ef_locate(location, atlas, work, head, EF_START_HEADER, threads, name, err);
    if (first != EFFACE_PASS && first != EFFACE_LOCATE)
        return first;
    for (size_t k = 0; k < sizeof more / sizeof *more && location->convincing < EF_CONFIDENCE_ENOUGH; k++) {
        efface_error later = {0};
        if (look_again(location, head, &air, &more[k], atlas, work, threads, name, &later) != EFFACE_PASS) {
            *err = later;
            return EFFACE_INTERNAL;
        }
    }
    return location->confidence > 0 ? EFFACE_PASS : first;
}

efface_status ef_find_through_speckle(ef_location *location, ef_work *work, ef_head *head,
                                      const ef_image *image, const ef_atlas *atlas, int threads,
                                      const char *name, efface_error *err)
{
    ef_work dark = {0};
    ef_head dark_head = {0};
    ef_location found = {.confidence = 0};
    efface_status status = ef_work_build_calm(&dark, image, work->spacing_mm, 0, threads, name, err);
    if (status == EFFACE_PASS && dark.roughness > 0) {
        efface_error unseen = {0};
        status = ef_segment(&dark_head, &dark, EF_AIR_MODE, threads, name, &unseen);
        if (status == EFFACE_PASS)
            status = ef_find(&found, &dark_head, atlas, &dark, threads, name, &unseen);
        if (status == EFFACE_INTERNAL)
            *err = unseen;
        else
            status = EFFACE_PASS;
    }
    if (status == EFFACE_PASS && found.confidence > location->confidence) {
        const ef_work other = *work;
        const ef_head other_head = *head;
        *work = dark;
        *head = dark_head;
        *location = found;
        dark = other;
        dark_head = other_head;
    }
    ef_work_release(&dark);
    ef_head_release(&dark_head);
    return status;
}
