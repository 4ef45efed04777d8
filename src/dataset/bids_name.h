/* Names of files in a BIDS data set (Brain Imaging Data Structure, specification 1.10):
 * sub-01_ses-2_acq-fast_run-1_T1w.nii.gz has entities, a suffix and an extension. */
#ifndef EF_BIDS_NAME_H
#define EF_BIDS_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* A name, taken apart. Points into the name. */
typedef struct ef_bids_name {
    const char *base;  /* behind the last slash */
    size_t n_stem;     /* characters of base before the extension */
    size_t n_entities; /* characters of base before the suffix, with the last underscore */
    const char *suffix;
    size_t n_suffix;
    const char *extension; /* with its dot; "" for none */
} ef_bids_name;

/* Takes a path apart. False where it has no suffix. */
bool ef_bids_name_parse(ef_bids_name *name, const char *path);

/* The value of an entity, such as "run"; its length in *n. NULL where the name lacks it. */
const char *ef_bids_entity(size_t *n, const ef_bids_name *name, const char *entity);

bool ef_bids_suffix_is(const ef_bids_name *name, const char *suffix);

/* What an image is to a defacer. */
typedef enum ef_bids_kind {
    EF_BIDS_HEAD,   /* shows a head: it can be located by itself, or follow another one */
    EF_BIDS_MAP,    /* phase, real, imaginary, field map or quantitative map: no anatomy to go by */
    EF_BIDS_MASK,   /* a mask or labels, which may show the face's outline */
    EF_BIDS_UNKNOWN /* none that we know */
} ef_bids_kind;

/* What an image is, from its folder and name.
 * rank      out: the smaller, the earlier it is tried as a session's leader
 * datatype  name of the folder that it lies in: "anat", "func", ...
 * name      of the image */
ef_bids_kind ef_bids_kind_of(int *rank, const char *datatype, const ef_bids_name *name);

#endif
