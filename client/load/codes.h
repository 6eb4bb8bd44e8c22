/* SPDX-License-Identifier: MIT */
/* Codes of what publishers write: `NY.GDP.MKTP.CD` is NY_GDP_MKTP_CD, `S&P 500` is S_P_500. The
 * original stays with the code's description, where search finds it. */
#ifndef BELLWETHER_CLIENT_LOAD_CODES_H
#define BELLWETHER_CLIENT_LOAD_CODES_H

#include "client/load/load.h"

/* The code of a text in a dimension, in the arena; NULL after a complaint: it has no letters, is
 * too long, or another text has the same code. */
const char *load_code(struct load *load, struct load_place place, struct load_dimension *dimension,
                      struct bytes text);
/* Whether a text has this code. */
bool load_code_is_of(struct load *load, const char *code, struct bytes text);
/* Describes a code that is new, once: an indicator, or a code of the dimension's list; only in a
 * dataset that has no description of it. False after a complaint: also of an indicator that the
 * store has of another text. */
bool load_describe_code(struct load *load, const struct load_dataset *dataset,
                        struct load_dimension *dimension, const char *code, struct bytes original,
                        struct bytes name);

#endif
