/* Names and what they stand for. The tables follow the specification's lists of suffixes. */
#include "dataset/bids_name.h"

#include <string.h>

bool ef_bids_name_parse(ef_bids_name *name, const char *path)
{
    const char *slash = strrchr(path, '/');
    *name = (ef_bids_name){.base = slash != NULL ? slash + 1 : path};
    const char *dot = strchr(name->base, '.');
    name->n_stem = dot != NULL ? (size_t)(dot - name->base) : strlen(name->base);
    name->extension = name->base + name->n_stem;
    name->n_entities = name->n_stem;
    while (name->n_entities > 0 && name->base[name->n_entities - 1] != '_')
        name->n_entities--;
    name->suffix = name->base + name->n_entities;
    name->n_suffix = name->n_stem - name->n_entities;
    return name->n_suffix > 0 && memchr(name->suffix, '-', name->n_suffix) == NULL;
}

const char *ef_bids_entity(size_t *n, const ef_bids_name *name, const char *entity)
{
    const size_t n_entity = strlen(entity);
    const char *end = name->base + name->n_entities;
    for (const char *at = name->base; at < end;) {
        const char *stop = memchr(at, '_', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        if ((size_t)(stop - at) > n_entity && strncmp(at, entity, n_entity) == 0 && at[n_entity] == '-') {
            *n = (size_t)(stop - at) - n_entity - 1;
            return at + n_entity + 1;
        }
        at = stop + 1;
    }
    *n = 0;
    return NULL;
}

bool ef_bids_suffix_is(const ef_bids_name *name, const char *suffix)
{
    return strlen(suffix) == name->n_suffix && memcmp(suffix, name->suffix, name->n_suffix) == 0;
}

/* Heads, in the order in which they are tried as leaders: whole heads of high resolution with a sharp skin
 * first. MP2RAGE's combined image has rough air, its inversions have not. */
static const char *const heads[] = {
    "T1w",       "MPRAGE",     "UNIT1",      "MP2RAGE", "FLASH",  "FLAIR",     "T2w",       "SPACE",
    "PDw",       "T2starw",    "PDT2",       "MEGRE",   "MESE",   "VFA",       "IRT1",      "MPM",
    "MTS",       "MTR",        "ct",         "CT",      "angio",  "inplaneT1", "inplaneT2", "SWI",
    "swi",       "TB1AFI",     "TB1TFL",     "TB1RFM",  "RB1COR", "TB1DAM",    "TB1EPI",    "TB1SRGE",
    "magnitude", "magnitude1", "magnitude2", "T2star",  "sbref",  "bold",      "cbv",       "epi",
    "m0scan",    "asl",        "dwi",        "pet",     NULL};

static const char *const maps[] = {
    "T1map", "R1map", "T2map",  "R2map",  "T2starmap", "R2starmap", "PDmap",  "MTRmap", "MTsat",
    "M0map", "S0map", "T1rho",  "MTVmap", "MWFmap",    "PDT2map",   "Chimap", "RB1map", "TB1map",
    "B1",    "phase", "phase1", "phase2", "phasediff", "fieldmap",  NULL};

static const char *const masks[] = {"defacemask", "mask", "dseg", "probseg", "label", "roi", NULL};

/* The place of the suffix in a list; -1 where it has none. */
static int place(const ef_bids_name *name, const char *const *list)
{
    for (int k = 0; list[k] != NULL; k++)
        if (ef_bids_suffix_is(name, list[k]))
            return k;
    return -1;
}

static bool is_part_without_magnitude(const ef_bids_name *name)
{
    size_t n;
    const char *part = ef_bids_entity(&n, name, "part");
    return part != NULL && !(n == 3 && memcmp(part, "mag", 3) == 0);
}

ef_bids_kind ef_bids_kind_of(int *rank, const char *datatype, const ef_bids_name *name)
{
    static const char *const folders[] = {"anat", "func", "dwi", "fmap", "perf", "pet", "ct", "swi", NULL};
    int folder = 0;
    while (folders[folder] != NULL && strcmp(folders[folder], datatype) != 0)
        folder++;
    *rank = place(name, heads);
    if (folders[folder] == NULL)
        return EF_BIDS_UNKNOWN;
    if (place(name, masks) >= 0)
        return EF_BIDS_MASK;
    if (place(name, maps) >= 0 || (*rank >= 0 && is_part_without_magnitude(name)))
        return EF_BIDS_MAP;
    return *rank >= 0 ? EF_BIDS_HEAD : EF_BIDS_UNKNOWN;
}
