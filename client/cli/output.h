/* SPDX-License-Identifier: MIT */
/* Rows for people or programs, by cli->format: an aligned table, CSV (RFC 4180), TSV, a JSON array
 * of objects or an object a line. All but a table are written as rows come; a table is held until
 * its end, for its widths. docs/output.md is the manual. */
#ifndef BELLWETHER_CLIENT_CLI_OUTPUT_H
#define BELLWETHER_CLIENT_CLI_OUTPUT_H

#include "client/cli/command.h"

/* In a table numbers are aligned on the point. Where a terminal is too narrow, long text is cut,
 * and long and spare columns are left out, the last first; wrapped text, in the last column, goes
 * on in the next line. */
enum cell { CELL_TEXT, CELL_NUMBER, CELL_SPARE, CELL_LONG, CELL_WRAPPED };

/* A column; its name is a JSON object's key and the heading of the others. */
struct column {
  const char *name;
  enum cell cell;
};

struct output;

/* NULL: no memory. Borrows the columns. */
struct output *output_begin(struct cli *cli, const struct column *columns, size_t n_columns);
/* The same with other columns for people than for programs. */
struct output *output_begin_either(struct cli *cli, const struct column *table, size_t n_table,
                                   const struct column *columns, size_t n_columns);
bool output_is_table(const struct output *output);

/* The cells of a row, in the order of the columns. NaN is an empty cell, null in JSON; NULL text is
 * an empty one. */
void output_text(struct output *output, const char *text);
void output_number(struct output *output, double value);
void output_integer(struct output *output, int64_t number);
/* For people: to so many significant digits. */
void output_rounded(struct output *output, double value, int digits);
/* A number in words of the caller: what stands before a blank is the number, what is behind it is
 * for people ("2.95 F"). */
void output_marked(struct output *output, const char *text);
/* What the cells that follow are, until the end of their row; only a table shows it. */
void output_tone(struct output *output, enum tone tone);
/* A line below the table, once however often it is given; only in tables. */
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

/* A thing by its fields: a row each. In a table the fields have no headings. */
struct output *fields_begin(struct cli *cli);
void field(struct output *output, const char *name, const char *text);
void field_number(struct output *output, const char *name, uint64_t number);

/* "trillion CNY", "%", "" : a unit with its multiplier, in words. */
void unit_words(const char *unit, int unit_mult, char *ret_text, size_t size);
/* "normal", "forecast", "target", "provisional", "withdrawn". */
const char *status_word(char status);
enum tone status_tone(char status);
/* "flow", "stock", "rate", "index"; "" for a kind that is not known. */
const char *kind_word(int kind);
/* "2024-01-31", or with the time where it is known. */
void date_text(int64_t at_ms, bool day_only, char *ret_text, size_t size);

#endif
