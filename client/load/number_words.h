/* SPDX-License-Identifier: MIT */
/* Figures as publishers write them: `22,672.9 `, `1 234,5`, `(1,234)`, `12.3 p`, `n.a.`. Safe from
 * any thread. */
#ifndef BELLWETHER_CLIENT_LOAD_NUMBER_WORDS_H
#define BELLWETHER_CLIENT_LOAD_NUMBER_WORDS_H

#include "proto/util.h"

#define NUMBER_WORDS_MAX_BYTES 128 /* of a figure that is not plain digits */
#define NUMBER_MARK_MAX_BYTES 8    /* `12)`, `***`, `bep`, three superscripts */

enum number_words_status {
  NUMBER_WORDS_OK = 0,
  NUMBER_WORDS_EMPTY,    /* nothing, or blanks */
  NUMBER_WORDS_MISSING,  /* `.`, `:`, `n.a.`, `***`: said not to be there */
  NUMBER_WORDS_SYNTAX,   /* no figure that is known */
  NUMBER_WORDS_GROUPING, /* `1,23`, `12,34,567`, `0,123`: these are no thousands */
  NUMBER_WORDS_PERCENT,  /* `12.5%`: 12.5 or 0.125? */
  NUMBER_WORDS_INFINITE,
  NUMBER_WORDS_TOO_LARGE,
  NUMBER_WORDS_TOO_LONG,
};

/* How a file writes its figures. */
struct number_dialect {
  char decimal;  /* '.' or ',' */
  char grouping; /* ',' '.' '\'' or ' ', which is any blank between digits; '\0' for none */
};

#define NUMBER_DIALECT_DEFAULT ((struct number_dialect){.decimal = '.', .grouping = ','})

/* Reads the whole text but for the blanks around it. *ret_mark is the footnote mark behind the
 * figure (`r` of `1234 r`, `1)` of `7 1)`) or behind a `:` for a missing one; it borrows the text
 * and is empty for none. Which marks a mark may be, the caller decides: here it is only told from a
 * unit (`5k`, `3 bn`), which is refused. *ret_value is set with OK alone, the mark with MISSING
 * too. */
must_check enum number_words_status number_words(struct bytes text, struct number_dialect dialect,
                                                 double *ret_value, struct bytes *ret_mark);

/* For people, to follow the quoted text: "is not a number". Never NULL. */
const char *number_words_status_text(enum number_words_status status);

#endif
