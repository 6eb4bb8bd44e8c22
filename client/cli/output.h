/* SPDX-License-Identifier: MIT */
/* Rows for people or programs: an aligned table, CSV (RFC 4180) or a JSON array of objects. CSV and
 * JSON are written as rows come; a table is held until its end, for its widths. */
#ifndef BELLWETHER_CLIENT_CLI_OUTPUT_H
#define BELLWETHER_CLIENT_CLI_OUTPUT_H

#include "client/cli/command.h"

enum cell { CELL_TEXT, CELL_NUMBER };

/* A column; its name is a JSON object's key and the heading of the others. Numbers are aligned on
 * the point. */
struct column {
  const char *name;
  enum cell cell;
};

struct output;

/* NULL: no memory. Borrows the columns. */
struct output *output_begin(struct cli *cli, const struct column *columns, size_t n_columns);
/* The cells of a row, in the order of the columns. NaN is an empty cell, null in JSON; NULL text is
 * an empty one. */
void output_text(struct output *output, const char *text);
void output_number(struct output *output, double value);
void output_integer(struct output *output, int64_t number);
/* A line below the table, once however often it is given; not in CSV and JSON. */
void output_note(struct output *output, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A line above the table; the same. */
void output_title(struct output *output, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Writes what is left, and frees. Takes NULL. */
void output_end(struct output *output);
/* The same where `code` is EXIT_CODE_OK; else what is held is dropped, and nothing is printed where
 * nothing was. Returns the code. */
enum exit_code output_close(struct output *output, enum exit_code code);

/* "trillion CNY", "%", "" : a unit with its multiplier, in words. */
void unit_words(const char *unit, int unit_mult, char *ret_text, size_t size);
/* "normal", "forecast", "target", "provisional", "withdrawn". */
const char *status_word(char status);
/* "flow", "stock", "rate", "index"; "" for a kind that is not known. */
const char *kind_word(int kind);
/* "2024-01-31", or with the time where it is known. */
void date_text(int64_t at_ms, bool day_only, char *ret_text, size_t size);

#endif
