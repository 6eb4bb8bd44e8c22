/* SPDX-License-Identifier: MIT */
#include "client/cli/output.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>

#include "client/cli/records.h"
#include "client/cli/table.h"
#include "proto/number.h"

struct output {
  FILE *out;
  enum format format;
  const struct screen *screen;
  const struct column *columns;
  size_t n_columns;
  size_t at; /* the column of the next cell */
  size_t n_rows;
  bool begun;
  enum tone tone;      /* of the next cell */
  struct table *table; /* of FORMAT_TABLE */
};

static void free_output(struct output *output) {
  table_free(output->table);
  free(output);
}

struct output *output_begin(struct cli *cli, const struct column *columns, size_t n_columns) {
  struct output *output = calloc(1, sizeof *output);
  if (output == NULL)
    return NULL;
  *output = (struct output){.out = cli->out,
                            .format = cli->format,
                            .screen = &cli->screen,
                            .columns = columns,
                            .n_columns = n_columns};
  if (cli->format == FORMAT_TABLE)
    output->table = table_new(columns, n_columns);
  if (cli->format == FORMAT_TABLE && output->table == NULL) {
    free_output(output);
    return NULL;
  }
  return output;
}

struct output *output_begin_either(struct cli *cli, const struct column *table, size_t n_table,
                                   const struct column *columns, size_t n_columns) {
  return cli->format == FORMAT_TABLE ? output_begin(cli, table, n_table)
                                     : output_begin(cli, columns, n_columns);
}

bool output_is_table(const struct output *output) {
  return output->table != NULL;
}

/* What stands before the first row. */
static void begin(struct output *output) {
  if (!output->begun)
    records_begin(output->out, output->format, output->columns, output->n_columns);
  output->begun = true;
}

static void put_cell(struct output *output, const char *text, bool quoted) {
  bool last = output->at + 1 == output->n_columns;
  begin(output);
  if (output->table != NULL)
    table_cell(output->table, text, output->tone);
  else
    records_cell(output->out, output->format,
                 &(struct record_cell){.name = output->columns[output->at].name,
                                       .text = text,
                                       .quoted = quoted,
                                       .first = output->at == 0,
                                       .last = last,
                                       .row = output->n_rows});
  output->at = last ? 0 : output->at + 1;
  output->n_rows += last ? 1 : 0;
  if (last)
    output->tone = TONE_PLAIN;
}

void output_text(struct output *output, const char *text) {
  put_cell(output, text == NULL ? "" : text, true);
}

void output_number(struct output *output, double value) {
  char text[NUMBER_TEXT_SIZE] = "";
  if (!isnan(value))
    number_format(value, text);
  put_cell(output, text, false);
}

void output_rounded(struct output *output, double value, int digits) {
  char text[64];
  snprintf(text, sizeof text, "%.*e", digits - 1, value);
  output_number(output, strtod(text, NULL));
}

void output_integer(struct output *output, int64_t number) {
  char text[32];
  snprintf(text, sizeof text, "%" PRId64, number);
  put_cell(output, text, false);
}

void output_marked(struct output *output, const char *text) {
  put_cell(output, text, false);
}

void output_tone(struct output *output, enum tone tone) {
  output->tone = tone;
}

static char *format_text(const char *format, va_list values) {
  char *text = NULL;
  return vasprintf(&text, format, values) < 0 ? NULL : text;
}

void output_note(struct output *output, const char *format, ...) {
  va_list values;
  if (output->table == NULL)
    return;
  va_start(values, format);
  table_note(output->table, format_text(format, values));
  va_end(values);
}

void output_title(struct output *output, const char *format, ...) {
  va_list values;
  if (output->table == NULL)
    return;
  va_start(values, format);
  table_title(output->table, format_text(format, values));
  va_end(values);
}

void output_end(struct output *output) {
  if (output == NULL)
    return;
  begin(output);
  if (output->table != NULL)
    table_print(output->table, output->screen, output->out);
  else
    records_end(output->out, output->format, output->n_rows);
  free_output(output);
}

enum exit_code output_close(struct output *output, enum exit_code code) {
  if (code == EXIT_CODE_OK)
    output_end(output);
  else if (output != NULL) {
    if (output->begun)
      records_end(output->out, output->format, output->n_rows);
    free_output(output);
  }
  return code;
}

struct output *fields_begin(struct cli *cli) {
  static const struct column COLUMNS[] = {{"field", CELL_TEXT}, {"value", CELL_WRAPPED}};
  struct output *output = output_begin(cli, COLUMNS, count_of(COLUMNS));
  if (output != NULL && output->table != NULL)
    table_without_headings(output->table);
  return output;
}

void field(struct output *output, const char *name, const char *text) {
  output_tone(output, TONE_NOTE);
  output_text(output, name);
  output_tone(output, TONE_PLAIN);
  output_text(output, text);
}

void field_number(struct output *output, const char *name, uint64_t number) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, number);
  field(output, name, text);
}
