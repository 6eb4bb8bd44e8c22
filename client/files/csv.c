/* SPDX-License-Identifier: MIT */
#include "client/files/csv.h"

#include <csv.h>

enum { RECORD_MAX_BYTES = 1 << 20, CELLS_FIRST = 32 };

/* The record that is being read; its cells point into one buffer once it is whole. */
struct reading {
  struct csv_parser parser;
  csv_reader *read;
  void *arg;
  char *text; /* the lines of the record */
  size_t text_size;
  size_t text_capacity;
  char *letters; /* of all cells */
  size_t n_letters;
  size_t letters_capacity;
  size_t *ends; /* of each cell in the letters */
  struct bytes *cells;
  size_t n_cells;
  size_t cells_capacity;
  size_t line;
  bool whole; /* the record ended with the line */
  bool no_memory;
  bool ended;
};

static bool append(char **buffer, size_t *size, size_t *capacity, const void *data, size_t n) {
  if (*size + n > *capacity) {
    size_t wider = (*size + n) * 2;
    char *grown = realloc(*buffer, wider);
    if (grown == NULL)
      return false;
    *buffer = grown;
    *capacity = wider;
  }
  if (n > 0)
    memcpy(*buffer + *size, data, n);
  *size += n;
  return true;
}

static bool widen_cells(struct reading *reading) {
  size_t capacity = reading->cells_capacity == 0 ? CELLS_FIRST : reading->cells_capacity * 2;
  size_t *ends = realloc(reading->ends, capacity * sizeof *ends);
  if (ends == NULL)
    return false;
  reading->ends = ends;
  struct bytes *cells = realloc(reading->cells, capacity * sizeof *cells);
  if (cells == NULL)
    return false;
  reading->cells = cells;
  reading->cells_capacity = capacity;
  return true;
}

static void take_cell(void *data, size_t size, void *arg) {
  struct reading *reading = arg;
  if ((reading->n_cells == reading->cells_capacity && !widen_cells(reading)) ||
      !append(&reading->letters, &reading->n_letters, &reading->letters_capacity, data, size)) {
    reading->no_memory = true;
    return;
  }
  reading->ends[reading->n_cells++] = reading->n_letters;
}

static void take_record(int end, void *arg) {
  struct reading *reading = arg;
  (void)end;
  size_t at = 0;
  for (size_t i = 0; i < reading->n_cells; i++) {
    reading->cells[i] = bytes_of(reading->letters + at, reading->ends[i] - at);
    at = reading->ends[i];
  }
  struct csv_record record = {.line = reading->line,
                              .n_cells = reading->n_cells,
                              .cells = reading->cells,
                              .text = bytes_of(reading->text, reading->text_size)};
  if (!reading->ended && !reading->no_memory)
    reading->ended = !reading->read(reading->arg, &record);
  reading->n_cells = 0;
  reading->n_letters = 0;
  reading->whole = true;
}

static bool is_blank(const char *line, size_t size) {
  return size == 0 || strspn(line, "\r\n") == size;
}

/* A line begins a record unless it goes on with one whose quotes are still open. */
static enum csv_status read_line(struct reading *reading, const char *line, size_t size,
                                 size_t number) {
  if (reading->whole) {
    if (is_blank(line, size))
      return CSV_READ;
    reading->line = number;
    reading->text_size = 0;
  }
  reading->whole = false;
  if (!append(&reading->text, &reading->text_size, &reading->text_capacity, line, size))
    return CSV_NOT_READ;
  if (reading->text_size > RECORD_MAX_BYTES)
    return CSV_TOO_LARGE;
  if (csv_parse(&reading->parser, line, size, take_cell, take_record, reading) != size)
    return csv_error(&reading->parser) == CSV_EPARSE ? CSV_QUOTES : CSV_NOT_READ;
  if (reading->no_memory)
    return CSV_NOT_READ;
  return reading->ended ? CSV_ENDED : CSV_READ;
}

static enum csv_status read_lines(struct reading *reading, FILE *file) {
  scoped(free) char *line = NULL;
  size_t capacity = 0, number = 0;
  ssize_t size;
  while ((size = getline(&line, &capacity, file)) >= 0) {
    bool marked = number == 0 && size >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0;
    size_t skipped = marked ? 3 : 0;
    enum csv_status status = read_line(reading, line + skipped, (size_t)size - skipped, ++number);
    if (status != CSV_READ)
      return status;
  }
  if (ferror(file))
    return CSV_NOT_READ;
  if (csv_fini(&reading->parser, take_cell, take_record, reading) != 0)
    return CSV_QUOTES;
  return reading->no_memory ? CSV_NOT_READ : reading->ended ? CSV_ENDED : CSV_READ;
}

enum csv_status csv_read(FILE *file, const struct csv_dialect *dialect, csv_reader *read, void *arg,
                         size_t *ret_line) {
  struct reading reading = {.read = read, .arg = arg, .whole = true};
  unsigned char options = dialect->quotes ? CSV_STRICT | CSV_STRICT_FINI : 0;
  if (csv_init(&reading.parser, options) != 0)
    return CSV_NOT_READ;
  csv_set_delim(&reading.parser, (unsigned char)dialect->delimiter);
  if (!dialect->quotes)
    csv_set_quote(&reading.parser, '\0');
  enum csv_status status = read_lines(&reading, file);
  *ret_line = reading.line;
  csv_free(&reading.parser);
  free(reading.text);
  free(reading.letters);
  free(reading.ends);
  free(reading.cells);
  return status;
}

/* --- The dialect ------------------------------------------------------------------------------ */

enum { GUESS_LINES = 64 };

/* Cells of each of the first lines, outside quotes; the last line may be cut, and does not count.
 */
static size_t count_cells(const char *head, size_t size, char delimiter,
                          size_t counts[static GUESS_LINES]) {
  size_t n_lines = 0, n_cells = 1;
  bool quoted = false;
  for (size_t i = 0; i < size && n_lines < GUESS_LINES; i++) {
    quoted = quoted != (head[i] == '"');
    if (quoted)
      continue;
    n_cells += head[i] == delimiter;
    if (head[i] != '\n')
      continue;
    counts[n_lines++] = n_cells;
    n_cells = 1;
  }
  if (n_lines == 0)
    counts[n_lines++] = n_cells;
  return n_lines;
}

/* How many lines have as many cells as most others have; none where that is one cell. */
static size_t agreement(const char *head, size_t size, char delimiter) {
  size_t counts[GUESS_LINES], best = 0;
  size_t n = count_cells(head, size, delimiter, counts);
  for (size_t i = 0; i < n; i++) {
    size_t same = 0;
    for (size_t j = 0; j < n; j++)
      same += counts[j] == counts[i];
    if (counts[i] > 1 && same > best)
      best = same;
  }
  return best;
}

struct csv_dialect csv_guess_dialect(const char *head, size_t size) {
  static const char DELIMITERS[] = {',', ';', '\t', '|'};
  struct csv_dialect dialect = {.delimiter = ',', .quotes = true};
  size_t best = 0;
  for (size_t i = 0; i < sizeof DELIMITERS; i++) {
    size_t lines = agreement(head, size, DELIMITERS[i]);
    /* A comma may be of a number: where another one divides as many lines, that is it. */
    if (lines > best || (lines > 0 && lines == best && dialect.delimiter == ',')) {
      best = lines;
      dialect.delimiter = DELIMITERS[i];
    }
  }
  dialect.quotes = dialect.delimiter != '\t';
  return dialect;
}

const char *csv_status_text(enum csv_status status) {
  switch (status) {
  case CSV_READ:
  case CSV_ENDED:
    return "is CSV";
  case CSV_QUOTES:
    return "the record has a quote in the wrong place, or one that is not closed";
  case CSV_TOO_LARGE:
    return "the record is longer than 1 MiB: perhaps a quote is not closed";
  case CSV_NOT_READ:
    return "cannot be read";
  }
  return "?";
}
