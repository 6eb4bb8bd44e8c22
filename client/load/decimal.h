/* SPDX-License-Identifier: MIT */
/* Figures that can be read in two ways: `1,500` is 1500, or 1.5. --decimal says which; without it a
 * file whose figures all leave it open is read as number_dialect.h guesses, and people are told. */
#ifndef BELLWETHER_CLIENT_LOAD_DECIMAL_H
#define BELLWETHER_CLIENT_LOAD_DECIMAL_H

#include "client/load/table.h"

/* The same, but with the decimal mark that --decimal says. */
struct number_dialect decimal_chosen(const struct load *load, struct number_dialect dialect);
/* Counts a figure of the table. False after a complaint. */
bool decimal_note(struct table *table, struct bytes text);
/* Tells how they were read, in one line, where none of them decides it and nobody has said it. */
void decimal_tell(const struct table *table);

#endif
