/* Decides what becomes of the result, from what was measured. */
#include "scan/verdict.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/ears.h"
#include "base/error.h"
#include "scan/record_read.h"

enum { PATH_BYTES = 4096 };

efface_status ef_verdict_review(const ef_scan *s, const char *hint, efface_error *err)
{
    efface_status status = ef_audit_review(&s->subject, s->kept_for_brain, hint, err);
    if (status == EFFACE_PASS)
        status = ef_face_shape_review(&s->shape, s->in, hint, err);
    if (status == EFFACE_PASS)
        status = ef_elsewhere_review(&s->elsewhere, s->in, hint, err);
    if (status == EFFACE_PASS)
        status = ef_audit_ears_review(s->ears_left_cm2, s->in, hint, err);
    if (status == EFFACE_PASS && s->engines_differ)
        return ef_fail(err, EFFACE_REVIEW, "needs review: ITK finds the head elsewhere in '%s'%s", s->in,
                       hint);
    return status;
}

ef_write_options ef_verdict_how(const ef_scan *s)
{
    return (ef_write_options){
        .threads = s->threads, .force = s->options.force, .keep_header = s->options.keep_header};
}

efface_status ef_verdict_name(ef_scan *s, efface_error *err)
{
    char path[PATH_BYTES];
    efface_error unused;
    if (s->result_as != NULL)
        return EFFACE_PASS;
    const bool review = ef_verdict_review(s, "", &unused) != EFFACE_PASS;
    const bool fits = review ? ef_file_review_path(path, sizeof path, s->out)
                             : snprintf(path, sizeof path, "%s", s->out) < (int)sizeof path;
    if (!fits)
        return ef_fail(err, EFFACE_USAGE, "path is too long '%s'", s->out);
    s->result_as = strdup(path);
    return s->result_as != NULL ? EFFACE_PASS : ef_fail_memory(err, strlen(path));
}

efface_status ef_verdict_record(const char *path, efface_error *err)
{
    if (access(path, F_OK) == 0 && !ef_record_is_ours(path))
        return ef_fail(err, EFFACE_USAGE,
                       "'%s' exists already and is no record of efface: it is not replaced", path);
    return EFFACE_PASS;
}
