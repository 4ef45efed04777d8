/* Ratings: what a person decided becomes files, records and lines of the journal. The images are a few bytes:
 * nobody reads them. The journals lie in the data set's root, so that one folder holds all. */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "dataset/ratings.h"
#include "dataset/resume.h"
#include "io/digest.h"
#include "scratch.h"

static const char record_text[] =
    "{\n  \"record\": 1,\n  \"program\": \"efface\",\n  \"verdict\": \"review\",\n  \"output\": \"x_review.nii.gz\",\n  \"output_sha256\": null\n}\n";
static const char saw_other[] = "0000000000000000000000000000000000000000000000000000000000000000";
static ef_units units;
static ef_ratings_done done;
static char told[4096];

/* --- a data set --- */

static void put_text(const char *name, const char *text)
{
    scratch_put(name, text, strlen(text));
}

static bool is_there(const char *name)
{
    return access(scratch(name), F_OK) == 0;
}

static bool says(const char *name, const char *words)
{
    size_t n;
    char *text = (char *)scratch_get(name, &n);
    if (text != NULL)
        text[n] = '\0';
    const bool found = text != NULL && strstr(text, words) != NULL;
    free(text);
    return found;
}

static char *copy(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

/* Adds an image that ended so, with the bytes of its name. out, record, sidecar: NULL for none. */
static void add_with_sidecar(const char *name, efface_status status, const char *out, const char *record,
                             const char *sidecar)
{
    efface_error err = {0};
    ef_journal journal;
    ef_unit *unit = ef_units_add(&units, name);
    ef_item *item = unit != NULL ? ef_unit_add(unit, name, "in", scratch(name)) : NULL;
    ef_ending e = {.item = copy(name),
                   .unit = copy(name),
                   .out = copy(out),
                   .record = copy(record),
                   .sidecar = copy(sidecar),
                   .reason = copy(status == EFFACE_PASS ? "" : "needs review: a reason"),
                   .status = status};
    CHECK(item != NULL);
    if (out != NULL) {
        put_text(out, name);
        CHECK(ef_digest(e.out_sha256, scratch(out)));
    }
    if (record != NULL)
        put_text(record, record_text);
    if (sidecar != NULL)
        put_text(sidecar, "{}");
    CHECK_EQ(ef_journal_open(&journal, scratch_folder, 1, 1, &err), EFFACE_PASS);
    CHECK_EQ(ef_journal_end(&journal, &e, &err), EFFACE_PASS);
    ef_journal_close(&journal);
    ef_ending_release(&e);
}

static void add_image(const char *name, efface_status status, const char *out, const char *record)
{
    add_with_sidecar(name, status, out, record, NULL);
}

/* One that passed, one that needs review, one without a result. */
static void start(void)
{
    scratch_clear();
    ef_units_release(&units);
    add_image("good.nii.gz", EFFACE_PASS, "good.nii.gz", "good_efface.json");
    add_image("doubt.nii.gz", EFFACE_REVIEW, "doubt_review.nii.gz", "doubt_review_efface.json");
    add_image("none.nii.gz", EFFACE_LOCATE, NULL, NULL);
}

static void hear(void *context, const char *item, const char *why)
{
    const size_t n = strlen(told);
    (void)context;
    snprintf(told + n, sizeof told - n, "%s: %s\n", item, why);
}

static efface_status rate(const char *table, efface_error *err)
{
    const ef_ratings_place place = {.units = &units,
                                    .root = scratch_folder,
                                    .journals = scratch_folder,
                                    .shard = 1,
                                    .shards = 1,
                                    .tell = hear};
    put_text("ratings.tsv", table);
    told[0] = '\0';
    return ef_ratings_apply(&done, scratch("ratings.tsv"), &place, err);
}

static void rated(const char *table, size_t accepted, size_t rejected, size_t before, size_t without)
{
    efface_error err = {0};
    CHECK_EQ(rate(table, &err), EFFACE_PASS);
    CHECK_STR(err.message, "");
    CHECK_EQ(done.accepted, accepted);
    CHECK_EQ(done.rejected, rejected);
    CHECK_EQ(done.before, before);
    CHECK_EQ(done.without_effect, without);
}

/* How the journal says that an image ended; to be released with the history. */
static const ef_ending *ended(ef_history *history, const char *item)
{
    efface_error err;
    CHECK_EQ(ef_history_read(history, scratch_folder, &err), EFFACE_PASS);
    const ef_known *known = ef_history_of(history, item);
    return known != NULL && known->n_ended > 0 ? &known->ended[known->n_ended - 1] : NULL;
}

/* --- tests --- */

static void an_accepted_review_gets_its_name(void)
{
    ef_history history;
    start();
    rated("item\trating\tnote\trater\ndoubt.nii.gz\tpass\tears are gone\tA. \"B\"\n", 1, 0, 0, 0);
    CHECK(is_there("doubt.nii.gz") && !is_there("doubt_review.nii.gz"));
    CHECK(!is_there("doubt_review_efface.json"));
    CHECK(says(
        "doubt_efface.json",
        "\"output\": \"doubt.nii.gz\",\n  \"output_sha256\": null,\n  \"person\": {\"rating\": \"pass\", \"rater\": "
        "\"A. \\\"B\\\"\", \"note\": \"ears are gone\"}\n}\n"));
    const ef_ending *e = ended(&history, "doubt.nii.gz");
    if (CHECK(e != NULL)) {
        CHECK_EQ(e->status, EFFACE_PASS);
        CHECK_STR(e->out, "doubt.nii.gz");
        CHECK_STR(e->record, "doubt_efface.json");
        CHECK_STR(e->rating, "pass");
        CHECK_STR(e->rater, "A. \"B\"");
        CHECK_STR(e->reason, "needs review: a reason");
    }
    ef_history_release(&history);
    rated("item\trating\ndoubt.nii.gz\tpass\n", 0, 0, 1, 0);
}

static void a_rejected_result_goes(void)
{
    ef_history history;
    start();
    rated("rating\titem\r\nfail\tdoubt.nii.gz\r\nfail\tgood.nii.gz\r\n", 0, 2, 0, 0);
    CHECK(!is_there("doubt.nii.gz") && !is_there("doubt_review.nii.gz") && !is_there("good.nii.gz"));
    CHECK(says("good_efface.json",
               "\"person\": {\"rating\": \"fail\", \"rater\": null, \"note\": null}\n}\n"));
    CHECK(says("doubt_efface.json", "\"rating\": \"fail\"") && !is_there("doubt_review_efface.json"));
    const ef_ending *e = ended(&history, "good.nii.gz");
    if (CHECK(e != NULL)) {
        CHECK_EQ(e->status, EFFACE_AUDIT);
        CHECK_STR(e->out, NULL);
        CHECK_STR(e->rating, "fail");
    }
    ef_history_release(&history);
    rated("item\trating\nfail\n", 0, 0, 0, 0); /* a row of one field has no rating */
    rated("item\trating\ngood.nii.gz\tfail\n", 0, 0, 1, 0);
    rated("item\trating\ngood.nii.gz\tpass\n", 0, 0, 0, 1);
    CHECK_STR(told, "good.nii.gz: there is no result to accept\n");
}

/* The second decision takes the first one's place in the record. */
static void who_accepted_can_reject(void)
{
    start();
    rated("item\trating\ndoubt.nii.gz\tpass\n", 1, 0, 0, 0);
    rated("item\trating\ndoubt.nii.gz\tfail\n", 0, 1, 0, 0);
    CHECK(!is_there("doubt.nii.gz"));
    CHECK(says("doubt_efface.json", "\"rating\": \"fail\"") &&
          !says("doubt_efface.json", "\"rating\": \"pass\""));
}

static void what_a_rater_did_not_see_stays(void)
{
    char table[256];
    start();
    snprintf(table, sizeof table, "item\trating\tsha256\ndoubt.nii.gz\tpass\t%s\n", saw_other);
    rated(table, 0, 0, 0, 1);
    CHECK_STR(told, "doubt.nii.gz: the result is another one than the rater saw\n");
    snprintf(table, sizeof table, "item\trating\tsha256\ngood.nii.gz\tfail\t%s\n", saw_other);
    rated(table, 0, 0, 0, 1);
    CHECK(is_there("doubt_review.nii.gz") && is_there("good.nii.gz"));
    put_text("doubt_review.nii.gz", "other bytes");
    rated("item\trating\ndoubt.nii.gz\tpass\n", 0, 0, 0, 1);
    CHECK_STR(told, "doubt.nii.gz: the result is not what was written\n");
}

static void what_has_no_effect_is_told(void)
{
    start();
    rated("item\trating\tnote\nnone.nii.gz\tpass\t\nelse.nii.gz\tfail\t\ngood.nii.gz\tpass\t\n"
          "doubt.nii.gz\tn/a\tlook again\n",
          0, 0, 1, 2);
    CHECK_STR(told,
              "else.nii.gz: the data set has no such image\nnone.nii.gz: there is no result to accept\n");
}

/* Of two raters, the one who saw a face counts. */
static void a_fail_counts_more_than_a_pass(void)
{
    start();
    rated("item\trating\ndoubt.nii.gz\tpass\ndoubt.nii.gz\tfail\ndoubt.nii.gz\tpass\n", 0, 1, 0, 0);
    CHECK(!is_there("doubt.nii.gz") && !is_there("doubt_review.nii.gz"));
}

static void a_broken_table_does_nothing(void)
{
    static const char *const tables[] = {"item\tnote\ndoubt.nii.gz\tpass\n", "",
                                         "item\trating\ndoubt.nii.gz\tpass\ngood.nii.gz\tmaybe\n",
                                         "item\trating\ndoubt.nii.gz\tpass\n\tpass\n"};
    start();
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        efface_error err = {0};
        CHECK_EQ(rate(tables[k], &err), EFFACE_INPUT);
        CHECK(err.message[0] != '\0');
        CHECK(is_there("doubt_review.nii.gz") && !is_there("doubt.nii.gz"));
    }
}

static void a_file_of_somebody_else_stays(void)
{
    start();
    put_text("doubt.nii.gz", "somebody's");
    rated("item\trating\ndoubt.nii.gz\tpass\ngood.nii.gz\tfail\n", 0, 1, 0, 1);
    CHECK_STR(told, "doubt.nii.gz: another file has the real name already\n");
    CHECK(says("doubt.nii.gz", "somebody's") && is_there("doubt_review.nii.gz"));
}

/* A run was killed after each of the steps: the next one brings them to their end. */
static void a_killed_run_goes_on(void)
{
    for (int steps = 1; steps <= 2; steps++) {
        start();
        CHECK_EQ(rename(scratch("doubt_review_efface.json"), scratch("doubt_efface.json")), 0);
        if (steps == 2)
            CHECK_EQ(rename(scratch("doubt_review.nii.gz"), scratch("doubt.nii.gz")), 0);
        rated("item\trating\ndoubt.nii.gz\tpass\n", 1, 0, 0, 0);
        CHECK(is_there("doubt.nii.gz") && !is_there("doubt_review.nii.gz"));
        CHECK(says("doubt_efface.json", "\"rating\": \"pass\""));
    }
    start(); /* killed while it accepted, and then rejected */
    CHECK_EQ(rename(scratch("doubt_review.nii.gz"), scratch("doubt.nii.gz")), 0);
    rated("item\trating\ndoubt.nii.gz\tfail\n", 0, 1, 0, 0);
    CHECK(!is_there("doubt.nii.gz"));
    start();
    CHECK_EQ(unlink(scratch("good.nii.gz")), 0);
    rated("item\trating\ngood.nii.gz\tfail\n", 0, 1, 0, 0);
}

/* A sidecar goes where its image goes. One that the run did not write is somebody else's. */
static void sidecars_follow(void)
{
    ef_history history;
    start();
    put_text("doubt_review.json", "{}");
    put_text("good.json", "{}");
    add_with_sidecar("one.nii.gz", EFFACE_REVIEW, "one_review.nii.gz", NULL, "one_review.json");
    add_with_sidecar("two.nii.gz", EFFACE_REVIEW, "two_review.nii.gz", NULL, "two_review.json");
    rated("item\trating\ngood.nii.gz\tfail\ndoubt.nii.gz\tpass\none.nii.gz\tpass\ntwo.nii.gz\tfail\n", 2, 2,
          0, 0);
    CHECK(is_there("doubt_review.json") && is_there("good.json"));
    CHECK(is_there("one.json") && !is_there("one_review.json") && !is_there("two_review.json"));
    const ef_ending *e = ended(&history, "one.nii.gz");
    CHECK(e != NULL && e->sidecar != NULL && strcmp(e->sidecar, "one.json") == 0);
    ef_resume_remove(ef_history_of(&history, "one.nii.gz"), scratch_folder, units.unit[3].item, NULL);
    CHECK(!is_there("one.json") && !is_there("one.nii.gz"));
    ef_history_release(&history);
}

/* A JSON that is no record stays, and the image keeps its name: others are decided all the same. */
static void a_sidecar_is_no_record(void)
{
    start();
    put_text("doubt_efface.json", "{}");
    rated("item\trating\ndoubt.nii.gz\tpass\ngood.nii.gz\tfail\n", 0, 1, 0, 1);
    CHECK(strstr(told, "is no record of efface") != NULL);
    CHECK(is_there("doubt_review.nii.gz") && !is_there("doubt.nii.gz") && !is_there("good.nii.gz"));
}

static void a_pair_stays_together(void)
{
    start();
    add_image("pair.hdr", EFFACE_REVIEW, "pair_review.hdr", NULL);
    add_image("bad.HDR", EFFACE_REVIEW, "bad_review.HDR", NULL);
    add_image("meta.mhd", EFFACE_REVIEW, "meta_review.mhd", NULL);
    put_text("pair_review.img", "data");
    put_text("bad_review.IMG", "data");
    put_text("meta_review.raw", "data");
    rated("item\trating\npair.hdr\tpass\nbad.HDR\tfail\n", 1, 1, 0, 0);
    CHECK(is_there("pair.hdr") && is_there("pair.img") && !is_there("pair_review.img"));
    CHECK(!is_there("bad_review.HDR") && !is_there("bad_review.IMG"));
    rated("item\trating\nmeta.mhd\tpass\n", 0, 0, 0, 1);
    rated("item\trating\nmeta.mhd\tfail\n", 0, 1, 0, 0);
    CHECK(!is_there("meta_review.mhd") && !is_there("meta_review.raw"));
}

static void a_name_may_begin_with_a_hash(void)
{
    start();
    add_image("#7.nii.gz", EFFACE_REVIEW, "#7_review.nii.gz", NULL);
    rated("item\trating\n./#7.nii.gz\tpass\n# a comment\tpass\n", 1, 0, 0, 0);
    CHECK(is_there("#7.nii.gz"));
}

/* What a person decided is done: a run with other wishes about reviews does not do it again. */
static void resume_knows_it(void)
{
    ef_history history;
    efface_error err;
    start();
    put_text("in", "in");
    for (size_t u = 0; u < units.n; u++) {
        ef_ending e = {.item = copy(units.unit[u].name),
                       .unit = copy(units.unit[u].name),
                       .out = copy(u == 0   ? "good.nii.gz"
                                   : u == 1 ? "doubt_review.nii.gz"
                                            : NULL),
                       .options = "same",
                       .status = u == 0 ? EFFACE_PASS : EFFACE_REVIEW};
        ef_journal journal;
        CHECK(e.out == NULL || ef_digest(e.out_sha256, scratch(e.out)));
        free(units.unit[u].item->in);
        units.unit[u].item->in = copy(scratch("in"));
        CHECK(ef_made_from_seen(e.in_seen, &(ef_made_from){.item = units.unit[u].item}));
        CHECK_EQ(ef_journal_open(&journal, scratch_folder, 1, 1, &err), EFFACE_PASS);
        memset(e.options, 'a', 64);
        CHECK_EQ(ef_journal_end(&journal, &e, &err), EFFACE_PASS);
        ef_journal_close(&journal);
        ef_ending_release(&e);
    }
    rated("item\trating\ndoubt.nii.gz\tpass\n", 1, 0, 0, 0);
    char hash[65] = "";
    memset(hash, 'a', 64);
    CHECK_EQ(ef_history_read(&history, scratch_folder, &err), EFFACE_PASS);
    for (int keep = 0; keep < 2; keep++) {
        const ef_resume resume = {
            .history = &history, .root = scratch_folder, .options = hash, .keep_review = keep != 0};
        const ef_item *good = units.unit[0].item, *doubt = units.unit[1].item, *none = units.unit[2].item;
        CHECK_EQ(ef_resume_ask(NULL, &resume, good), EF_BEFORE_DONE);
        CHECK_EQ(ef_resume_ask(NULL, &resume, doubt), EF_BEFORE_DONE);
        CHECK_EQ(ef_resume_ask(NULL, &resume, none), keep ? EF_BEFORE_OURS : EF_BEFORE_DONE);
    }
    ef_history_release(&history);
}

int main(void)
{
    scratch_make();
    an_accepted_review_gets_its_name();
    a_rejected_result_goes();
    who_accepted_can_reject();
    what_a_rater_did_not_see_stays();
    what_has_no_effect_is_told();
    a_fail_counts_more_than_a_pass();
    a_broken_table_does_nothing();
    a_file_of_somebody_else_stays();
    a_killed_run_goes_on();
    sidecars_follow();
    a_sidecar_is_no_record();
    a_pair_stays_together();
    a_name_may_begin_with_a_hash();
    resume_knows_it();
    ef_units_release(&units);
    scratch_remove();
    return test_end();
}
