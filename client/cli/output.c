/* SPDX-License-Identifier: MIT */
#include "client/cli/output.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>

#include "proto/number.h"

enum { COLUMNS_MAX = 24, NOTES_MAX = 64 };

struct output {
  FILE *out;
  enum format format;
  const struct column *columns;
  size_t n_columns;
  size_t at; /* the column of the next cell */
  size_t n_rows;
  bool begun;
  size_t n_cells; /* of a table, row by row */
  size_t capacity;
  char **cells;
  size_t n_notes;
  char *notes[NOTES_MAX];
  char *title;
};

static void print_quoted(FILE *out, const char *text) {
  if (strpbrk(text, ",\"\r\n") == NULL) {
    fputs(text, out);
    return;
  }
  fputc('"', out);
  for (; *text != '\0'; text++) {
    if (*text == '"')
      fputc('"', out);
    fputc(*text, out);
  }
  fputc('"', out);
}

static void print_json_text(FILE *out, const char *text) {
  json_t *string = json_string(text);
  char *dumped = string == NULL ? NULL : json_dumps(string, JSON_ENCODE_ANY);
  fputs(dumped == NULL ? "null" : dumped, out);
  free(dumped);
  json_decref(string);
}

struct output *output_begin(struct cli *cli, const struct column *columns, size_t n_columns) {
  struct output *output = calloc(1, sizeof *output);
  if (output == NULL || n_columns > COLUMNS_MAX) {
    free(output);
    return NULL;
  }
  *output = (struct output){
      .out = cli->out, .format = cli->format, .columns = columns, .n_columns = n_columns};
  return output;
}

/* What stands before the first row. */
static void print_beginning(struct output *output) {
  if (output->begun)
    return;
  output->begun = true;
  if (output->format == FORMAT_JSON)
    fputc('[', output->out);
  for (size_t i = 0; output->format == FORMAT_CSV && i < output->n_columns; i++)
    fprintf(output->out, "%s%s", output->columns[i].name, i + 1 < output->n_columns ? "," : "\n");
}

/* What would move a terminal's cursor, or worse, is a question mark. */
static void make_harmless(char *text) {
  for (; text != NULL && *text != '\0'; text++)
    if ((unsigned char)*text < ' ' || *text == 0x7f)
      *text = *text == '\n' || *text == '\t' || *text == '\r' ? ' ' : '?';
}

static void hold_cell(struct output *output, const char *text) {
  if (output->n_cells == output->capacity) {
    size_t capacity = output->capacity == 0 ? 256 : output->capacity * 2;
    char **wider = realloc(output->cells, capacity * sizeof *wider);
    if (wider == NULL)
      return;
    output->cells = wider;
    output->capacity = capacity;
  }
  char *held = strdup(text);
  make_harmless(held);
  output->cells[output->n_cells++] = held;
}

/* `json` says how the cell stands there: as it is, or quoted. */
static void put_cell(struct output *output, const char *text, bool quoted) {
  const struct column *column = &output->columns[output->at];
  bool first = output->at == 0, last = output->at + 1 == output->n_columns;
  print_beginning(output);
  switch (output->format) {
  case FORMAT_TABLE:
    hold_cell(output, text);
    break;
  case FORMAT_CSV:
    print_quoted(output->out, text);
    fputc(last ? '\n' : ',', output->out);
    break;
  case FORMAT_JSON:
    if (first)
      fputs(output->n_rows == 0 ? "\n{" : ",\n{", output->out);
    print_json_text(output->out, column->name);
    fputs(": ", output->out);
    if (quoted)
      print_json_text(output->out, text);
    else
      fputs(text[0] == '\0' ? "null" : text, output->out);
    fputs(last ? "}" : ", ", output->out);
    break;
  }
  output->at = last ? 0 : output->at + 1;
  output->n_rows += last ? 1 : 0;
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

void output_integer(struct output *output, int64_t number) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long)number);
  put_cell(output, text, false);
}

static char *format_text(const char *format, va_list values) {
  char *text = NULL;
  return vasprintf(&text, format, values) < 0 ? NULL : text;
}

void output_note(struct output *output, const char *format, ...) {
  va_list values;
  va_start(values, format);
  char *note = format_text(format, values);
  va_end(values);
  make_harmless(note);
  for (size_t i = 0; note != NULL && i < output->n_notes; i++) {
    if (strcmp(output->notes[i], note) == 0) {
      free(note);
      return;
    }
  }
  if (note != NULL && output->n_notes < NOTES_MAX)
    output->notes[output->n_notes++] = note;
  else
    free(note);
}

void output_title(struct output *output, const char *format, ...) {
  va_list values;
  va_start(values, format);
  free(output->title);
  output->title = format_text(format, values);
  make_harmless(output->title);
  va_end(values);
}

/* Terminal columns of UTF-8 text: bytes that do not continue a character. Wide (East Asian) ones
 * count one. */
static size_t width_of(const char *text) {
  size_t width = 0;
  for (; *text != '\0'; text++)
    width += ((unsigned char)*text & 0xc0) != 0x80;
  return width;
}

struct widths {
  size_t whole;  /* of text; of a number, what stands before the point */
  size_t behind; /* of a number, the point and what stands behind it */
};

static size_t before_point(const char *number) {
  return strcspn(number, ".");
}

static struct widths widths_of(const struct output *output, size_t column) {
  struct widths widths = {0};
  size_t heading = width_of(output->columns[column].name);
  bool number = output->columns[column].cell == CELL_NUMBER;
  for (size_t i = column; i < output->n_cells; i += output->n_columns) {
    const char *text = output->cells[i];
    size_t whole = number ? before_point(text) : width_of(text);
    size_t behind = number ? strlen(text) - whole : 0;
    widths.whole = whole > widths.whole ? whole : widths.whole;
    widths.behind = behind > widths.behind ? behind : widths.behind;
  }
  if (widths.whole + widths.behind < heading)
    widths.whole = heading - widths.behind;
  return widths;
}

static void pad(FILE *out, size_t n) {
  for (size_t i = 0; i < n; i++)
    fputc(' ', out);
}

/* `text` NULL: the heading. Blanks are owed until something stands behind them. */
static void print_cell(const struct output *output, size_t column, struct widths widths,
                       const char *text, size_t *owed) {
  bool number = output->columns[column].cell == CELL_NUMBER;
  const char *shown = text == NULL ? output->columns[column].name : text;
  size_t left = 0, right = 0, width = width_of(shown);
  if (number && text != NULL) {
    left = widths.whole - before_point(text);
    right = widths.whole + widths.behind - left - width;
  } else if (number) {
    left = widths.whole + widths.behind - width;
  } else {
    right = widths.whole - width;
  }
  *owed += left;
  if (shown[0] != '\0') {
    pad(output->out, *owed);
    fputs(shown, output->out);
    *owed = 0;
  }
  *owed += right + 2;
}

/* A column in which nothing stands is left out of a table that has rows. */
static bool is_empty(const struct output *output, size_t column) {
  for (size_t i = column; i < output->n_cells; i += output->n_columns)
    if (output->cells[i][0] != '\0')
      return false;
  return output->n_cells > 0;
}

/* `cells` NULL: the headings. */
static void print_line(const struct output *output, const struct widths *widths,
                       char *const *cells) {
  size_t owed = 0;
  for (size_t i = 0; i < output->n_columns; i++)
    if (widths[i].whole > 0)
      print_cell(output, i, widths[i], cells == NULL ? NULL : cells[i], &owed);
  fputc('\n', output->out);
}

static void print_table(const struct output *output) {
  struct widths widths[COLUMNS_MAX];
  if (output->title != NULL)
    fprintf(output->out, "%s\n", output->title);
  for (size_t i = 0; i < output->n_columns; i++)
    widths[i] = is_empty(output, i) ? (struct widths){0} : widths_of(output, i);
  print_line(output, widths, NULL);
  for (size_t i = 0; i + output->n_columns <= output->n_cells; i += output->n_columns)
    print_line(output, widths, &output->cells[i]);
  for (size_t i = 0; i < output->n_notes; i++)
    fprintf(output->out, "%s\n", output->notes[i]);
}

static void free_output(struct output *output) {
  for (size_t i = 0; i < output->n_cells; i++)
    free(output->cells[i]);
  for (size_t i = 0; i < output->n_notes; i++)
    free(output->notes[i]);
  free(output->cells);
  free(output->title);
  free(output);
}

void output_end(struct output *output) {
  if (output == NULL)
    return;
  print_beginning(output);
  if (output->format == FORMAT_TABLE)
    print_table(output);
  if (output->format == FORMAT_JSON)
    fputs(output->n_rows == 0 ? "]\n" : "\n]\n", output->out);
  free_output(output);
}

enum exit_code output_close(struct output *output, enum exit_code code) {
  if (code == EXIT_CODE_OK)
    output_end(output);
  else if (output != NULL) {
    if (output->begun && output->format == FORMAT_JSON)
      fputs("\n]\n", output->out);
    free_output(output);
  }
  return code;
}
