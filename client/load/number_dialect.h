/* SPDX-License-Identifier: MIT */
/* How a file writes its figures, by the cells of a sample: `80,4` has a decimal comma, `1,187.5` a
 * grouping one. Keeps counters only; safe from any thread, each guess from one at a time. */
#ifndef BELLWETHER_CLIENT_LOAD_NUMBER_DIALECT_H
#define BELLWETHER_CLIENT_LOAD_NUMBER_DIALECT_H

#include "client/load/number_words.h"

/* All zeros is an empty guess. */
struct number_dialect_guess {
  int64_t n_decimal_point; /* cells that can have no other: `12.5`, `1,187.5`, `1,234,567` */
  int64_t n_decimal_comma;
  int64_t n_either_point; /* `12.345` alone: thousands, or three decimals */
  int64_t n_either_comma;
  int64_t n_grouping_blank; /* `1 234` */
  int64_t n_grouping_apostrophe;
};

enum number_dialect_doubt {
  NUMBER_DIALECT_CERTAIN = 0, /* some cells can be read in one way alone, or none has any mark */
  NUMBER_DIALECT_UNDECIDED,   /* `12,345` only: a matter of the delimiter, and so of a guess */
  NUMBER_DIALECT_MIXED,       /* `1,187.5` and `80,4` in the same file: the more frequent wins */
};

/* Takes a cell of the file; one that is no figure counts for nothing. */
void number_dialect_guess_add(struct number_dialect_guess *guess, struct bytes text);

/* The dialect of the cells so far. Where they do not tell, a file with `;` between its fields is
 * taken to do so for its decimal commas, and any other to group by commas. *ret_doubt is for words
 * to people. */
struct number_dialect number_dialect_guess_result(const struct number_dialect_guess *guess,
                                                  char delimiter,
                                                  enum number_dialect_doubt *ret_doubt);

/* For people, to follow "the figures of FILE". Never NULL. */
const char *number_dialect_doubt_text(enum number_dialect_doubt doubt);

#endif
