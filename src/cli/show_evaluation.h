/* Prints evaluations to standard output, or writes them into a JSON object. */
#ifndef EF_SHOW_EVALUATION_H
#define EF_SHOW_EVALUATION_H

#include "base/json.h"
#include "efface.h"

/* Prints a table that ends with the verdict. */
void ef_evaluation_print(const efface_evaluation *e);

/* Writes the members of an open object. */
void ef_evaluation_write(ef_json *json, const efface_evaluation *e);

/* Print a row of columns separated by tabs: the columns' names, a pair, or a pair that could not be read
 * with the reason. What was not judged is n/a, as in BIDS. */
void ef_evaluation_tsv_head(void);
void ef_evaluation_tsv(const char *original, const char *defaced, const efface_evaluation *e);
void ef_evaluation_tsv_unread(const char *original, const char *defaced, const char *why);

#endif
