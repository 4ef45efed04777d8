/* Decisions from the tables. No attribute is named in this file: what the standard says is data. */
#include "identity/deidentify.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/table.h"
#include "identity/dates.h"
#include "identity/deidentify_data.h"

/* Columns of data/deidentify.tsv; the options stand in the order of the EFFACE_RETAIN_ bits. */
enum { TAG, NAME, BASIC, FAMILY, OPTION = FAMILY + 3, OPTIONS = 6, COLUMNS = OPTION + OPTIONS };

typedef struct rule {
    uint32_t tag, mask; /* group << 16 | element */
    ef_field name;
    char action[3]; /* by family: X Z D U; own rows: P X D T W, the same in all three */
    char option[OPTIONS];
} rule;

typedef struct rules {
    int n;
    rule *rule; /* owned */
} rules;

struct ef_deidentify {
    unsigned retain;
    ef_secret secret;
    rules exact; /* by tag, ascending */
    rules wide;  /* with x in their tags */
    rules own;
};

/* ---- reading ---- */

static ef_rows rows_of(const uint8_t *bytes, size_t n)
{
    return (ef_rows){.at = (const char *)bytes, .end = (const char *)bytes + n};
}

/* "0010,0020" */
static bool read_tag(rule *to, const ef_field *field)
{
    unsigned group, element, group_mask, element_mask;
    if (field->n != 9 || field->text[4] != ',' || !ef_field_hex(&group, &group_mask, field->text, 4) ||
        !ef_field_hex(&element, &element_mask, field->text + 5, 4))
        return false;
    to->tag = group << 16 | element;
    to->mask = group_mask << 16 | element_mask;
    return true;
}

static int compare_rules(const void *a, const void *b)
{
    const rule *x = a, *y = b;
    return (x->tag > y->tag) - (x->tag < y->tag);
}

static void read_standard(ef_deidentify *how)
{
    ef_field field[EF_FIELDS_MOST];
    ef_rows rows = rows_of(ef_deidentify_data, ef_deidentify_data_size);
    for (int n; (n = ef_rows_next(field, &rows)) > 0;) {
        rule made = {.name = n == COLUMNS ? field[NAME] : (ef_field){0}};
        if (n != COLUMNS || !read_tag(&made, &field[TAG]))
            continue;
        for (int f = 0; f < 3; f++)
            made.action[f] = *field[FAMILY + f].text;
        for (int o = 0; o < OPTIONS; o++)
            made.option[o] = *field[OPTION + o].text;
        rules *to = made.mask == UINT32_MAX ? &how->exact : &how->wide;
        to->rule[to->n++] = made;
    }
    qsort(how->exact.rule, (size_t)how->exact.n, sizeof *how->exact.rule, compare_rules);
}

static void read_own(ef_deidentify *how)
{
    ef_field field[EF_FIELDS_MOST];
    ef_rows rows = rows_of(ef_deidentify_own_data, ef_deidentify_own_data_size);
    while (ef_rows_next(field, &rows) > 1) {
        rule made = {.name = field[0]};
        if (!read_tag(&made, &field[0]))
            made.mask = 0; /* a VR */
        memset(made.action, *field[1].text, sizeof made.action);
        how->own.rule[how->own.n++] = made;
    }
}

static int count_rows(const uint8_t *bytes, size_t n)
{
    ef_field field[EF_FIELDS_MOST];
    ef_rows rows = rows_of(bytes, n);
    int count = 0;
    while (ef_rows_next(field, &rows) > 0)
        count++;
    return count;
}

efface_status ef_deidentify_open(ef_deidentify **made, unsigned retain, const char *key_file,
                                 efface_error *err)
{
    const size_t standard = (size_t)count_rows(ef_deidentify_data, ef_deidentify_data_size);
    const size_t own = (size_t)count_rows(ef_deidentify_own_data, ef_deidentify_own_data_size);
    ef_deidentify *how = calloc(1, sizeof *how);
    *made = NULL;
    if (how == NULL)
        return ef_fail_memory(err, sizeof *how);
    efface_status status =
        key_file != NULL ? ef_secret_open(&how->secret, key_file, err) : ef_secret_draw(&how->secret, err);
    if (status != EFFACE_PASS)
        goto fail;
    how->retain = retain;
    how->exact.rule = calloc(standard, sizeof(rule));
    how->wide.rule = calloc(standard, sizeof(rule));
    how->own.rule = calloc(own, sizeof(rule));
    if (how->exact.rule == NULL || how->wide.rule == NULL || how->own.rule == NULL) {
        status = ef_fail_memory(err, (2 * standard + own) * sizeof(rule));
        goto fail;
    }
    read_standard(how);
    read_own(how);
    *made = how;
    return EFFACE_PASS;
fail:
    ef_deidentify_free(how);
    return status;
}

void ef_deidentify_free(ef_deidentify *how)
{
    if (how == NULL)
        return;
    free(how->exact.rule);
    free(how->wide.rule);
    free(how->own.rule);
    memset(how, 0, sizeof *how);
    free(how);
}

/* ---- deciding ---- */

static const rule *find_wide(const rules *in, uint32_t tag)
{
    for (int i = 0; i < in->n; i++) {
        const rule *r = &in->rule[i];
        if (r->mask != 0 && (tag & r->mask) == r->tag)
            return r;
    }
    return NULL;
}

static const rule *find_standard(const ef_deidentify *how, uint32_t tag)
{
    const rule wanted = {.tag = tag};
    const rule *exact =
        bsearch(&wanted, how->exact.rule, (size_t)how->exact.n, sizeof(rule), compare_rules);
    return exact != NULL ? exact : find_wide(&how->wide, tag);
}

static const rule *find_vr(const ef_deidentify *how, const char *vr)
{
    for (int i = 0; i < how->own.n; i++) {
        if (how->own.rule[i].mask == 0 && ef_field_is(&how->own.rule[i].name, vr, strlen(vr)))
            return &how->own.rule[i];
    }
    return NULL;
}

static ef_action action_of(char letter)
{
    switch (letter) {
    case 'X':
        return EF_ACTION_REMOVE;
    case 'Z':
        return EF_ACTION_EMPTY;
    case 'U':
        return EF_ACTION_UID;
    case 'P':
        return EF_ACTION_PSEUDONYM;
    case 'K':
        return EF_ACTION_KEEP;
    default: /* D, and T where dates don't stay */
        return EF_ACTION_DUMMY;
    }
}

static bool is_vr(const char *vr, const char *list)
{
    const char *at = *vr != '\0' ? strstr(list, vr) : NULL;
    return at != NULL && (at - list) % 3 == 0;
}

static bool is_date(const char *vr)
{
    return is_vr(vr, "DA DT TM");
}

/* What cleaning means for a VR; base where it can't be cleaned. */
static ef_decision clean(const char *vr, ef_action base)
{
    if (is_date(vr))
        return (ef_decision){EF_ACTION_SHIFT, base};
    if (is_vr(vr, "LO SH ST LT UT UC"))
        return (ef_decision){EF_ACTION_WORDS, base};
    if (is_vr(vr, "SQ"))
        return (ef_decision){EF_ACTION_KEEP, base};
    return (ef_decision){base, base};
}

/* 'C', 'K' or '-': what the retained options ask for together. Cleaning comes before keeping: otherwise a
 * date that one option keeps would stand beside dates that another shifts. */
static char option_of(const rule *r, unsigned retain)
{
    char found = '-';
    for (int o = 0; o < OPTIONS; o++) {
        if ((retain & 1U << o) != 0 && r->option[o] != '-' && found != 'C')
            found = r->option[o];
    }
    return found;
}

ef_decision ef_deidentify_decide(const ef_deidentify *how, uint16_t group, uint16_t element, const char *vr,
                                 bool known, ef_family family)
{
    const uint32_t tag = (uint32_t)group << 16 | element;
    const rule *r = find_wide(&how->own, tag);
    if (r != NULL && r->action[0] != 'W')
        return (ef_decision){action_of(r->action[0]), EF_ACTION_REMOVE};
    r = find_standard(how, tag);
    if (r != NULL) {
        const ef_action base = action_of(r->action[family]);
        const char option = option_of(r, how->retain);
        if (option == 'C')
            return clean(vr, base);
        return (ef_decision){option == 'K' ? EF_ACTION_KEEP : base, EF_ACTION_REMOVE};
    }
    r = find_vr(how, vr);
    if (r != NULL && r->action[0] == 'T' && (how->retain & EFFACE_RETAIN_DATES) != 0)
        return clean(vr, EF_ACTION_DUMMY);
    if (!known)
        return (ef_decision){EF_ACTION_REMOVE, EF_ACTION_REMOVE};
    return (ef_decision){r != NULL ? action_of(r->action[0]) : EF_ACTION_KEEP, EF_ACTION_REMOVE};
}

/* The letters and digits of a key in lower case, without the s of a genitive: PATIENT_NAME and Patient's Name are
 * patientname. Longer keys are cut; no rule has such a name. */
typedef struct plain_key {
    char text[96];
    size_t n;
} plain_key;

static plain_key plain_of(const char *key, size_t n)
{
    plain_key plain = {.n = 0};
    for (size_t i = 0; i < n && plain.n < sizeof plain.text; i++) {
        if (key[i] == '\'' && i + 1 < n && tolower((unsigned char)key[i + 1]) == 's')
            i++;
        else if (isalnum((unsigned char)key[i]))
            plain.text[plain.n++] = (char)tolower((unsigned char)key[i]);
    }
    return plain;
}

/* Whether key has the letters and digits of a name, without or with the s of its genitive. */
static bool is_spelling(const ef_field *name, const plain_key *key, bool genitive)
{
    size_t at = 0;
    for (size_t i = 0; i < name->n; i++) {
        const char c = name->text[i];
        if (!genitive && c == '\'' && i + 1 < name->n && name->text[i + 1] == 's')
            i++;
        if (!isalnum((unsigned char)c))
            continue;
        if (at == key->n || tolower((unsigned char)c) != key->text[at])
            return false;
        at++;
    }
    return at == key->n && at > 0;
}

/* Whether key is a name's DICOM keyword, or its older form (PatientsName). */
static bool is_keyword(const ef_field *name, const plain_key *key)
{
    return is_spelling(name, key, false) || is_spelling(name, key, true);
}

/* The action of data/sidecar.tsv for a key; '\0' where it has none. */
static char sidecar_action(const plain_key *key)
{
    ef_field field[EF_FIELDS_MOST];
    ef_rows rows = rows_of(ef_sidecar_data, ef_sidecar_data_size);
    while (ef_rows_next(field, &rows) > 1) {
        if (is_keyword(&field[0], key))
            return *field[1].text;
    }
    return '\0';
}

bool ef_deidentify_watches(const ef_deidentify *how, uint16_t group, uint16_t element)
{
    const rule *r = find_wide(&how->own, (uint32_t)group << 16 | element);
    return r != NULL && (r->action[0] == 'W' || r->action[0] == 'P');
}

bool ef_deidentify_watches_key(const ef_deidentify *how, const char *key, size_t n)
{
    const plain_key plain = plain_of(key, n);
    for (int i = 0; i < how->exact.n; i++) {
        const rule *r = &how->exact.rule[i];
        if (is_keyword(&r->name, &plain))
            return ef_deidentify_watches(how, (uint16_t)(r->tag >> 16), (uint16_t)r->tag);
    }
    return sidecar_action(&plain) == 'P';
}

/* What X, Z and D of an attribute, and C where there is nothing to clean with, mean for a member. */
static ef_decision decide_member(const ef_deidentify *how, const rule *r)
{
    const char option = option_of(r, how->retain);
    const bool dated = r->option[0] != '-';
    if (option == 'C')
        return (ef_decision){dated ? EF_ACTION_SHIFT : EF_ACTION_WORDS, EF_ACTION_REMOVE};
    if (option == 'K')
        return (ef_decision){EF_ACTION_KEEP, EF_ACTION_REMOVE};
    return (ef_decision){r->action[0] == 'U' ? EF_ACTION_UID : EF_ACTION_REMOVE, EF_ACTION_REMOVE};
}

ef_decision ef_deidentify_decide_key(const ef_deidentify *how, const char *key, size_t n)
{
    const plain_key plain = plain_of(key, n);
    for (int i = 0; i < how->exact.n; i++) {
        if (is_keyword(&how->exact.rule[i].name, &plain))
            return decide_member(how, &how->exact.rule[i]);
    }
    const char action = sidecar_action(&plain);
    if (action == 'T' && (how->retain & EFFACE_RETAIN_DATES) != 0)
        return (ef_decision){EF_ACTION_SHIFT, EF_ACTION_REMOVE};
    if (action == 'C' && (how->retain & EFFACE_RETAIN_DESCRIPTORS) != 0)
        return (ef_decision){EF_ACTION_WORDS, EF_ACTION_REMOVE};
    const ef_action all = action == '\0' ? EF_ACTION_KEEP : EF_ACTION_REMOVE;
    return (ef_decision){all, EF_ACTION_REMOVE};
}

int ef_deidentify_methods(ef_method methods[EF_METHODS_MOST], const ef_deidentify *how)
{
    static const struct {
        unsigned retain;
        ef_method method;
    } of[] = {
        {0, {"113100", "Basic Application Confidentiality Profile"}},
        {EFFACE_RETAIN_DESCRIPTORS, {"113105", "Clean Descriptors Option"}},
        {EFFACE_RETAIN_DATES, {"113107", "Retain Longitudinal Temporal Information Modified Dates Option"}},
        {EFFACE_RETAIN_PATIENT, {"113108", "Retain Patient Characteristics Option"}},
        {EFFACE_RETAIN_DEVICE, {"113109", "Retain Device Identity Option"}},
        {EFFACE_RETAIN_UIDS, {"113110", "Retain UIDs Option"}},
        {EFFACE_RETAIN_PRIVATE, {"113111", "Retain Safe Private Option"}},
        {EFFACE_RETAIN_INSTITUTION, {"113112", "Retain Institution Identity Option"}},
    };
    int n = 0;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        if ((of[i].retain & how->retain) == of[i].retain)
            methods[n++] = of[i].method;
    }
    return n;
}

unsigned ef_deidentify_retain(const ef_deidentify *how)
{
    return how->retain;
}

/* ---- private attributes ---- */

bool ef_deidentify_safe(ef_safe_private *safe, const ef_deidentify *how, uint16_t group, uint8_t element,
                        const char *creator, size_t n)
{
    enum { GROUP, ELEMENT, CREATOR, VR, VALUES };
    ef_field field[EF_FIELDS_MOST];
    ef_rows rows = rows_of(ef_safe_private_data, ef_safe_private_data_size);
    if ((how->retain & EFFACE_RETAIN_PRIVATE) == 0)
        return false;
    while (n > 0 && (creator[n - 1] == ' ' || creator[n - 1] == '\0'))
        n--;
    while (ef_rows_next(field, &rows) > VALUES) {
        unsigned g, e, mask;
        if (!ef_field_hex(&g, &mask, field[GROUP].text, 4) ||
            !ef_field_hex(&e, &mask, field[ELEMENT].text, 2) || g != group || e != element ||
            field[CREATOR].n != n || memcmp(field[CREATOR].text, creator, n) != 0)
            continue;
        const bool coded = *field[VALUES].text != '-';
        memcpy(safe->vr, field[VR].text, 2);
        safe->vr[2] = '\0';
        safe->values = coded ? field[VALUES].text : NULL;
        safe->n_values = coded ? field[VALUES].n : 0;
        return true;
    }
    return false;
}

/* Whether the word is one of a list separated by commas. */
static bool is_listed(const char *word, size_t n, const char *list, size_t n_list)
{
    for (size_t begin = 0, end = 0; end <= n_list; end++) {
        if (end < n_list && list[end] != ',')
            continue;
        if (end - begin == n && memcmp(list + begin, word, n) == 0)
            return true;
        begin = end + 1;
    }
    return false;
}

static bool all_listed(const ef_safe_private *safe, const char *text, size_t n)
{
    for (size_t begin = 0, end = 0; end <= n; end++) {
        if (end < n && text[end] != '\\')
            continue;
        size_t m = end - begin;
        while (m > 0 && text[begin + m - 1] == ' ')
            m--;
        if (m > 0 && !is_listed(text + begin, m, safe->values, safe->n_values))
            return false;
        begin = end + 1;
    }
    return true;
}

bool ef_deidentify_safe_value(const ef_safe_private *safe, const void *bytes, size_t n)
{
    const char *text = bytes;
    const size_t size = is_vr(safe->vr, "US SS")      ? 2
                        : is_vr(safe->vr, "UL SL FL") ? 4
                        : is_vr(safe->vr, "FD")       ? 8
                                                      : 0;
    if (size > 0)
        return n % size == 0;
    while (n > 0 && (text[n - 1] == '\0' || text[n - 1] == ' '))
        n--;
    if (safe->values != NULL)
        return all_listed(safe, text, n);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\0' || strchr("0123456789+-.eE \\", text[i]) == NULL)
            return false;
    }
    return true;
}

/* ---- new values ---- */

const char *ef_deidentify_dummy(const char *vr)
{
    static const struct {
        const char *vr, *value;
    } dummies[] = {{"PN", "Anonymous"}, {"DA", "19000101"},   {"DT", "19000101000000"},
                   {"TM", "000000"},    {"AS", "000Y"},       {"IS", "0"},
                   {"DS", "0"},         {"UR", "urn:removed"}};
    for (size_t i = 0; i < sizeof dummies / sizeof *dummies; i++) {
        if (strcmp(dummies[i].vr, vr) == 0)
            return dummies[i].value;
    }
    return is_vr(vr, "AE CS LO SH ST LT UT UC") ? "REMOVED" : NULL;
}

void ef_deidentify_uid(char out[EF_UID_BYTES], const ef_deidentify *how, const char *uid, size_t n)
{
    static const char standard[] = "1.2.840.10008.";
    bool plain = n < EF_UID_BYTES;
    while (n > 0 && (uid[n - 1] == '\0' || uid[n - 1] == ' '))
        n--;
    for (size_t i = 0; i < n && plain; i++)
        plain = uid[i] == '.' || isdigit((unsigned char)uid[i]);
    if (plain && n > sizeof standard - 1 && memcmp(uid, standard, sizeof standard - 1) == 0) {
        memcpy(out, uid, n);
        out[n] = '\0';
        return;
    }
    ef_secret_uid(out, &how->secret, uid, n);
}

/* Drops the blanks around a patient's identifier, which differ between files. */
static void trim(const char **text, size_t *n)
{
    while (*n > 0 && ((*text)[*n - 1] == ' ' || (*text)[*n - 1] == '\0'))
        --*n;
    while (*n > 0 && **text == ' ')
        ++*text, --*n;
}

void ef_deidentify_pseudonym(char out[EF_PSEUDONYM_BYTES], const ef_deidentify *how, const char *patient,
                             size_t n)
{
    trim(&patient, &n);
    ef_secret_pseudonym(out, &how->secret, patient, n);
}

bool ef_deidentify_shift(char *text, size_t n, const char *vr, const ef_deidentify *how,
                         const char *patient, size_t n_patient)
{
    trim(&patient, &n_patient);
    if (strcmp(vr, "TM") == 0)
        return ef_dates_are_times(text, n);
    return ef_dates_shift(text, n, ef_secret_days(&how->secret, patient, n_patient));
}
