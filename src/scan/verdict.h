/* Verdict: may the result have the name that was requested? */
#ifndef EF_VERDICT_H
#define EF_VERDICT_H

#include "io/write.h"
#include "scan/state.h"

/* Decides whether a person must look although the audits hold.
 * s     in: the region is known
 * hint  ends the message: what to do
 * Errors: EFFACE_REVIEW. */
efface_status ef_verdict_review(const ef_scan *s, const char *hint, efface_error *err);

/* Sets s->result_as, the name that the result will have: s->out, or one that says it needs review.
 * Errors: EFFACE_USAGE where it is too long; EFFACE_INTERNAL. */
efface_status ef_verdict_name(ef_scan *s, efface_error *err);

/* Returns how the options want images written. */
ef_write_options ef_verdict_how(const ef_scan *s);

/* Refuses to replace a JSON file that is no record of efface's: it may be a sidecar.
 * path  where a record is to go
 * Errors: EFFACE_USAGE. */
efface_status ef_verdict_record(const char *path, efface_error *err);

#endif
