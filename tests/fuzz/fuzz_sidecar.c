/* Damaged sidecars and attributes: every text is refused, or becomes one that is understood again. None
 * keeps what had to be removed, and the decision knows every attribute. */
#include <stdlib.h>
#include <string.h>

#include "identity/deidentify.h"
#include "identity/sidecar.h"
#include "identity/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void attribute(const uint8_t *data, size_t size, const ef_deidentify *how)
{
    static const char *const vrs[] = {"PN", "LO", "DA", "DT", "TM", "UI", "SQ", "UN", "OB", "AE", "CS"};
    ef_safe_private safe;
    char uid[EF_UID_BYTES], text[256];
    if (size < 6)
        return;
    const uint16_t group = (uint16_t)(data[0] << 8 | data[1]), element = (uint16_t)(data[2] << 8 | data[3]);
    const char *vr = vrs[data[4] % (sizeof vrs / sizeof *vrs)];
    const ef_decision d =
        ef_deidentify_decide(how, group, element, vr, (data[5] & 1) != 0, (ef_family)(data[5] % 3));
    if (d.action > EF_ACTION_PSEUDONYM || (unsigned)d.otherwise > EF_ACTION_PSEUDONYM)
        abort();
    const char *value = (const char *)data + 6;
    const size_t n = size - 6 < sizeof text ? size - 6 : sizeof text;
    if (ef_deidentify_safe(&safe, how, group, data[3], value, n))
        (void)ef_deidentify_safe_value(&safe, value, n);
    ef_deidentify_uid(uid, how, value, n);
    memcpy(text, value, n);
    if (ef_words_keep(text, n) > n)
        abort();
    memcpy(text, value, n);
    (void)ef_deidentify_shift(text, n, vr, how, value, n);
}

static void sidecar(const uint8_t *data, size_t size, const ef_deidentify *how)
{
    efface_error err;
    char *once = NULL, *twice = NULL;
    size_t n = 0, m = 0;
    const ef_sidecar first = {(const char *)data, size, "fuzz", ""};
    if (ef_sidecar_clean(&once, &n, &first, how, true, &err) != EFFACE_PASS)
        return;
    const ef_sidecar second = {once, n, "fuzz", ""};
    if (ef_sidecar_clean(&twice, &m, &second, how, true, &err) != EFFACE_PASS)
        abort();
    /* what is clean stays: up to where it is said what was done, unless there are dates to shift again */
    const char *said = strstr(once, "\"DeidentificationMethod\"");
    if (said != NULL && (ef_deidentify_retain(how) & EFFACE_RETAIN_DATES) == 0 &&
        memcmp(once, twice, (size_t)(said - once)) != 0)
        abort();
    free(once);
    free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ef_deidentify *basic, *all;
    efface_error err;
    if (basic == NULL && (ef_deidentify_open(&basic, EFFACE_RETAIN_UIDS, NULL, &err) != EFFACE_PASS ||
                          ef_deidentify_open(&all, EFFACE_RETAIN_ALL, NULL, &err) != EFFACE_PASS))
        abort();
    sidecar(data, size, basic);
    sidecar(data, size, all);
    attribute(data, size, basic);
    attribute(data, size, all);
    return 0;
}
