/* SPDX-License-Identifier: MIT */
/* An aligned table for people: held until its end, for its widths. On a terminal that is too narrow
 * long text is cut or wrapped; elsewhere everything stands in full. */
#ifndef BELLWETHER_CLIENT_CLI_TABLE_H
#define BELLWETHER_CLIENT_CLI_TABLE_H

#include "client/cli/output.h"

struct table;

/* NULL: no memory. Borrows the columns. */
struct table *table_new(const struct column *columns, size_t n_columns);
void table_free(struct table *table); /* takes NULL */

/* The cells, row by row. Copies the text. */
void table_cell(struct table *table, const char *text, enum tone tone);
/* Below the table, once however often it is given. Takes the text, or NULL. */
void table_note(struct table *table, char *note);
/* Above the table, in place of another one. Takes the text, or NULL. */
void table_title(struct table *table, char *title);
void table_without_headings(struct table *table);

void table_print(const struct table *table, const struct screen *screen, FILE *out);

#endif
