/* The record's other bytes stay as they are: what was measured is not the person's business. */
#include "scan/record_person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "identity/sidecar.h"
#include "io/file.h"
#include "scan/record_names.h"
#include "scan/record_read.h"
#include "scan/verdict.h"

/* The bytes of an object before its end, or before the comma of its last member where that is "person".
 * 0 where the text is no object that ends so. */
static size_t kept_of(const char *text)
{
    const char *end = ef_json_past_value(ef_json_past_space(text, NULL), NULL);
    const char *person = ef_json_member(text, "person", NULL);
    if (end == NULL || end == text || end[-1] != '}')
        return 0;
    const char *at = end - 1;
    if (person != NULL) {
        const char *behind = ef_json_past_value(person, NULL);
        if (behind == NULL || ef_json_past_space(behind, NULL) != at)
            return 0; /* not the last member: somebody else wrote it */
        for (at = person; at > text && *at != ','; at--)
            continue;
    }
    while (at > text && strchr(" \t\r\n", at[-1]) != NULL)
        at--;
    return (size_t)(at - text);
}

/* Gives the member "output" another value. The text is replaced; one without such a member stays.
 * text  in and out: to be freed */
static efface_status name_output(char **text, const ef_person *person, const char *record,
                                 efface_error *err)
{
    char name[EF_RECORD_NAME_BYTES], *value = NULL;
    ef_json json = {.one_line = true};
    size_t n_value = 0;
    const char *was = ef_json_member(*text, "output", NULL);
    const char *behind = was != NULL ? ef_json_past_value(was, NULL) : NULL;
    if (behind == NULL)
        return EFFACE_PASS;
    ef_record_name(name, person->output, record, person->root);
    ef_json_bytes(&json, NULL, name[0] != '\0' ? name : NULL);
    efface_status status = ef_json_finish(&json, &value, &n_value, err);
    const size_t room = strlen(*text) + n_value + 1;
    char *made = status == EFFACE_PASS ? malloc(room) : NULL;
    if (status == EFFACE_PASS && made == NULL)
        status = ef_fail_memory(err, room);
    if (status == EFFACE_PASS) {
        snprintf(made, room, "%.*s%.*s%s", (int)(was - *text), *text, (int)(n_value - 1), value, behind);
        free(*text);
        *text = made;
    }
    free(value);
    return status;
}

/* The member, as a text of its own: {"person": {...}} on one line. */
static efface_status make_member(char **text, const ef_person *person, efface_error *err)
{
    ef_json json = {.one_line = true};
    ef_json_object(&json, NULL);
    ef_json_object(&json, "person");
    ef_json_text(&json, "rating", person->pass ? "pass" : "fail");
    ef_json_text(&json, "rater", person->rater);
    ef_json_text(&json, "note", person->note);
    ef_json_end(&json);
    ef_json_end(&json);
    return ef_json_finish(&json, text, NULL, err);
}

static efface_status write_record(const char *path, const char *text, efface_error *err)
{
    ef_output_set set = {0};
    efface_status status = ef_verdict_record(path, err);
    if (status == EFFACE_PASS)
        status = ef_output_add_bytes(&set, path, text, strlen(text), EF_OUTPUT_FORCE, err);
    if (status == EFFACE_PASS)
        status = ef_output_set_commit(&set, err);
    ef_output_set_abort(&set);
    return status;
}

efface_status ef_record_decide(const char *to, const char *from, const ef_person *person, efface_error *err)
{
    char *text = NULL, *member = NULL, *made = NULL;
    size_t n;
    efface_status status = ef_record_is_ours(from)
                               ? ef_sidecar_read(&text, &n, from, err)
                               : ef_fail(err, EFFACE_INPUT, "no record of efface '%s'", from);
    if (status == EFFACE_PASS)
        status = name_output(&text, person, to, err);
    const size_t kept = text != NULL ? kept_of(text) : 0;
    if (status == EFFACE_PASS && kept == 0)
        status = ef_fail(err, EFFACE_INPUT, "the record can't be added to '%s'", from);
    if (status == EFFACE_PASS)
        status = make_member(&member, person, err);
    if (status == EFFACE_PASS) {
        const int inside = (int)strlen(member) - 3; /* without "{" before, and "}\n" behind */
        const size_t room = kept + strlen(member) + 8;
        made = malloc(room);
        if (made != NULL)
            snprintf(made, room, "%.*s,\n  %.*s\n}\n", (int)kept, text, inside, member + 1);
        status = made != NULL ? write_record(to, made, err) : ef_fail_memory(err, room);
    }
    free(made);
    free(member);
    free(text);
    return status;
}
