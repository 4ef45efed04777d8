/* From options back to words. The names of the options are those of the command line. */
#include "scan/record_command.h"

#include <stdio.h>
#include <string.h>

#include "base/options.h"

/* A command that grows; what does not fit is left out, which the size rules out. */
typedef struct text {
    char *bytes; /* EF_COMMAND_BYTES */
    size_t n;
} text;

static void put(text *t, const char *before, const char *word)
{
    const int n = snprintf(t->bytes + t->n, EF_COMMAND_BYTES - t->n, "%s%s", before, word);
    if (n > 0 && t->n + (size_t)n < EF_COMMAND_BYTES)
        t->n += (size_t)n;
}

static void put_if(text *t, bool wanted, const char *option)
{
    if (wanted)
        put(t, " --", option);
}

static void put_word(text *t, const char *option, const ef_word *words, unsigned value, unsigned usual)
{
    const char *word = ef_word_of(words, value);
    put_if(t, value != usual && word != NULL, option);
    if (value != usual && word != NULL)
        put(t, " ", word);
}

static void put_number(text *t, const char *option, double value, double usual)
{
    char number[32];
    if (value == usual)
        return;
    snprintf(number, sizeof number, "%g", value);
    put_if(t, true, option);
    put(t, " ", number);
}

/* Words of a set of bits, joined by commas. all: bits that have one word together, 0 for none. */
static void put_set(text *t, const char *option, const ef_word *words, unsigned bits, unsigned all)
{
    const char *comma = " ";
    put_if(t, true, option);
    if (all != 0 && (bits & all) == all) {
        put(t, comma, ef_word_of(words, all));
        bits &= ~all;
        comma = ",";
    }
    for (unsigned bit = 1; bit != 0 && bit <= bits; bit <<= 1) {
        if ((bits & bit) == 0)
            continue;
        put(t, comma, ef_word_of(words, bit));
        comma = ",";
    }
    if (strcmp(comma, " ") == 0)
        put(t, comma, "none");
}

static void put_outputs(text *t, const efface_options *o)
{
    put_if(t, o->mask != NULL, "mask MASK");
    put_if(t, o->brain != NULL, "brain BRAIN");
    put_if(t, o->png != NULL, "png PICTURE");
    put_if(t, o->png_original != NULL, "png-original PICTURE");
    put_if(t, o->record_date, "record-date");
}

void ef_record_command(char command[EF_COMMAND_BYTES], const efface_options *o, bool carried)
{
    efface_options usual;
    text t = {command, 0};
    efface_options_init(&usual);
    put(&t, "efface ", carried ? "apply --from RECORD IN OUT" : "run IN OUT");
    put_if(&t, o->as_is != NULL, "as-is MASK");
    put_word(&t, "mode", ef_mode_words, o->mode, usual.mode);
    if (o->parts != usual.parts)
        put_set(&t, "parts", ef_part_words, o->parts, EFFACE_PARTS_ALL);
    put_word(&t, "fill", ef_fill_words, o->fill, usual.fill);
    put_number(&t, "strength", o->strength_mm, usual.strength_mm);
    put_number(&t, "margin", o->margin_mm, usual.margin_mm);
    put_word(&t, "engine", ef_engine_words, o->engine, usual.engine);
    put_if(&t, o->has_seed, "seed SEED");
    put_if(&t, o->deidentify, "deidentify");
    if (o->deidentify && o->retain != usual.retain)
        put_set(&t, "retain", ef_retain_words, o->retain, 0);
    put_if(&t, o->key_file != NULL, "key-file KEY");
    put_if(&t, o->keep_header, "keep-header");
    put_if(&t, o->keep_review, "keep-review");
    put_outputs(&t, o);
    put_number(&t, "threads", o->threads, usual.threads);
}
