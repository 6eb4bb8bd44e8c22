/* SPDX-License-Identifier: MIT */
#include "client/cli/records.h"

#include <jansson.h>

/* RFC 4180, with lines that end as they do on this system. */
static void print_csv(FILE *out, const char *text) {
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

/* No cell has a tab or a line end, so that cut, sort and awk take it apart. */
static void print_tsv(FILE *out, const char *text) {
  static const char ESCAPED[] = "\t\n\r\\", LETTERS[] = "tnr\\";
  for (; *text != '\0'; text++) {
    const char *escaped = strchr(ESCAPED, *text);
    if (escaped == NULL)
      fputc(*text, out);
    else
      fprintf(out, "\\%c", LETTERS[escaped - ESCAPED]);
  }
}

static void print_json_text(FILE *out, const char *text) {
  json_t *string = json_string(text);
  char *dumped = string == NULL ? NULL : json_dumps(string, JSON_ENCODE_ANY);
  fputs(dumped == NULL ? "null" : dumped, out);
  free(dumped);
  json_decref(string);
}

static void print_json(FILE *out, const struct record_cell *cell) {
  if (cell->first)
    fputc('{', out);
  print_json_text(out, cell->name);
  fputs(": ", out);
  if (cell->quoted)
    print_json_text(out, cell->text);
  else
    fputs(cell->text[0] == '\0' ? "null" : cell->text, out);
  fputs(cell->last ? "}" : ", ", out);
}

void records_begin(FILE *out, enum format format, const struct column *columns, size_t n_columns) {
  if (format == FORMAT_JSON)
    fputc('[', out);
  if (format != FORMAT_CSV && format != FORMAT_TSV && format != FORMAT_SDMX_CSV)
    return;
  for (size_t i = 0; i < n_columns; i++) {
    struct record_cell heading = {.text = columns[i].name, .last = i + 1 == n_columns};
    records_cell(out, format, &heading);
  }
}

void records_cell(FILE *out, enum format format, const struct record_cell *cell) {
  switch (format) {
  case FORMAT_TABLE:
    break;
  case FORMAT_CSV:
  case FORMAT_SDMX_CSV:
    print_csv(out, cell->text);
    fputc(cell->last ? '\n' : ',', out);
    break;
  case FORMAT_TSV:
    print_tsv(out, cell->text);
    fputc(cell->last ? '\n' : '\t', out);
    break;
  case FORMAT_JSON:
    if (cell->first)
      fputs(cell->row == 0 ? "\n" : ",\n", out);
    print_json(out, cell);
    break;
  case FORMAT_JSONL:
    print_json(out, cell);
    if (cell->last)
      fputc('\n', out);
    break;
  }
}

void records_end(FILE *out, enum format format, size_t n_rows) {
  if (format == FORMAT_JSON)
    fputs(n_rows == 0 ? "]\n" : "\n]\n", out);
}
