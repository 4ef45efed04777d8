/* Shows evaluations, for commands: everything goes to standard output or into a JSON object. */
#ifndef EF_SHOW_EVALUATION_H
#define EF_SHOW_EVALUATION_H

#include "base/json.h"
#include "efface.h"

/* A table of several lines that ends with the verdict. */
void ef_evaluation_print(const efface_evaluation *e);

/* The members of an object that is open. */
void ef_evaluation_write(ef_json *json, const efface_evaluation *e);

/* Columns parted by tabs: their names, a pair, and a pair that could not be read with the reason. What was
 * not judged is n/a, as BIDS has it. */
void ef_evaluation_tsv_head(void);
void ef_evaluation_tsv(const char *original, const char *defaced, const efface_evaluation *e);
void ef_evaluation_tsv_unread(const char *original, const char *defaced, const char *why);

#endif
