/* SPDX-License-Identifier: MIT */
#include "client/files/csv.h"

#include <csv.h>
#include <errno.h>

/* Files of a few records take a small buffer. */
enum { CHUNK_FIRST_BYTES = 4 << 10, CHUNK_BYTES = 256 << 10, CELLS_FIRST = 64 };

/* What a letter means to the reader. */
enum letter { LETTER_SPACE = 1, LETTER_DELIMITER = 2, LETTER_LINE = 4, LETTER_QUOTE = 8 };

/* A run of the file, from the record that is read on. The cells of a record without doubled quotes
 * or quoted line ends point into it; those of any other into the letters that libcsv gives. */
struct reading {
  FILE *file;
  struct csv_dialect dialect;
  csv_reader *read;
  void *arg;
  uint8_t letter[256]; /* enum letter of each byte */
  uint8_t *buffer;     /* a line feed stands behind its end, so that each scan stops there */
  size_t capacity;
  size_t at; /* where the record begins */
  size_t end;
  bool at_end; /* of the file */
  size_t line; /* in which the record begins */
  struct bytes *cells;
  size_t n_cells;
  size_t cells_capacity;
  struct csv_parser parser;
  char *letters; /* of all cells that libcsv gave */
  size_t n_letters;
  size_t letters_capacity;
  bool whole;
  bool no_memory;
};

/* Moves the record to the front and reads more behind it. */
static enum csv_status read_more(struct reading *reading) {
  size_t kept = reading->end - reading->at;
  size_t chunk = reading->buffer == NULL ? CHUNK_FIRST_BYTES : CHUNK_BYTES;
  if (kept > CSV_RECORD_MAX_BYTES)
    return CSV_TOO_LARGE;
  if (kept + chunk + 1 > reading->capacity) {
    uint8_t *wider = realloc(reading->buffer, (kept + chunk) * 2);
    if (wider == NULL)
      return CSV_NOT_READ;
    reading->buffer = wider;
    reading->capacity = (kept + chunk) * 2;
  }
  memmove(reading->buffer, reading->buffer + reading->at, kept);
  size_t n = fread(reading->buffer + kept, 1, chunk, reading->file);
  reading->at = 0;
  reading->end = kept + n;
  reading->buffer[reading->end] = '\n';
  reading->at_end = n < chunk;
  return reading->at_end && ferror(reading->file) ? CSV_NOT_READ : CSV_READ;
}

static bool add_cell(struct reading *reading, const uint8_t *data, size_t size) {
  if (reading->n_cells == reading->cells_capacity) {
    size_t capacity = reading->cells_capacity == 0 ? CELLS_FIRST : reading->cells_capacity * 2;
    struct bytes *cells = realloc(reading->cells, capacity * sizeof *cells);
    if (cells == NULL)
      return !(reading->no_memory = true);
    reading->cells = cells;
    reading->cells_capacity = capacity;
  }
  reading->cells[reading->n_cells++] = bytes_of(data, size);
  return true;
}

/* The bytes of the line end at p; 0 where more of the file has to be read to know. */
static size_t line_end(const struct reading *reading, const uint8_t *p) {
  const uint8_t *end = reading->buffer + reading->end;
  if (p[0] == '\n')
    return 1;
  if (p + 1 == end)
    return reading->at_end ? 1 : 0;
  return p[1] == '\n' ? 2 : 1;
}

enum split { SPLIT_WHOLE, SPLIT_BLANK, SPLIT_CUT, SPLIT_HARD };

/* Adds the cell that begins at *p and goes to what stands behind it. */
static enum split split_cell(struct reading *reading, const uint8_t **p) {
  const uint8_t *letter = reading->letter, *first = *p, *last;
  while (letter[*first] == LETTER_SPACE)
    first++;
  if (letter[*first] == LETTER_QUOTE) {
    for (last = ++first; (letter[*last] & (LETTER_QUOTE | LETTER_LINE)) == 0;)
      last++;
    *p = last + 1;
    if (letter[*last] != LETTER_QUOTE || (letter[**p] & (LETTER_DELIMITER | LETTER_LINE)) == 0)
      return SPLIT_HARD;
  } else {
    for (last = first; letter[*last] <= LETTER_SPACE;)
      last++;
    *p = last;
    if (letter[*last] == LETTER_QUOTE)
      return SPLIT_HARD;
    if (reading->n_cells == 0 && last == first && letter[*last] == LETTER_LINE)
      return SPLIT_BLANK;
    while (last > first && letter[last[-1]] == LETTER_SPACE)
      last--;
  }
  add_cell(reading, first, (size_t)(last - first));
  return SPLIT_WHOLE;
}

/* Splits the record without libcsv where it can, which is most of them; *ret_size with its line's
 * end. What is hard is for libcsv; of what is cut, more has to be read. */
static enum split split(struct reading *reading, size_t *ret_size) {
  const uint8_t *begin = reading->buffer + reading->at, *end = reading->buffer + reading->end;
  const uint8_t *p = begin;
  enum split outcome;
  reading->n_cells = 0;
  while ((outcome = split_cell(reading, &p)) == SPLIT_WHOLE &&
         reading->letter[*p] == LETTER_DELIMITER)
    p++;
  if (outcome == SPLIT_HARD)
    return outcome;
  if (p >= end) {
    *ret_size = (size_t)(end - begin);
    return reading->at_end ? outcome : SPLIT_CUT;
  }
  size_t size = line_end(reading, p);
  *ret_size = (size_t)(p - begin) + size;
  return size == 0 ? SPLIT_CUT : outcome;
}

static bool widen_letters(struct reading *reading, size_t size) {
  if (reading->n_letters + size < reading->letters_capacity)
    return true;
  size_t capacity = (reading->n_letters + size + 1) * 2;
  char *letters = realloc(reading->letters, capacity);
  if (letters == NULL)
    return !(reading->no_memory = true);
  reading->letters = letters;
  reading->letters_capacity = capacity;
  return true;
}

/* The letters may still move: where they are is said when the record is whole. */
static void take_cell(void *data, size_t size, void *arg) {
  struct reading *reading = arg;
  if (!widen_letters(reading, size) || !add_cell(reading, NULL, size))
    return;
  if (size > 0)
    memcpy(reading->letters + reading->n_letters, data, size);
  reading->n_letters += size;
}

static void take_record(int end, void *arg) {
  struct reading *reading = arg;
  size_t at = 0;
  (void)end;
  for (size_t i = 0; i < reading->n_cells && !reading->no_memory; i++) {
    size_t size = reading->cells[i].size;
    reading->cells[i] = bytes_of(reading->letters + at, size);
    at += size;
  }
  reading->whole = true;
}

/* The next line of the record, of which size bytes are read; 0 where it is not whole. */
static size_t line_size(const struct reading *reading, size_t size) {
  const uint8_t *begin = reading->buffer + reading->at + size, *p = begin;
  const uint8_t *end = reading->buffer + reading->end;
  while (reading->letter[*p] != LETTER_LINE)
    p++;
  if (p >= end)
    return reading->at_end ? (size_t)(end - begin) : 0;
  size_t n = line_end(reading, p);
  return n == 0 ? 0 : (size_t)(p - begin) + n;
}

/* Gives libcsv lines until the record is whole. */
static enum csv_status read_hard(struct reading *reading, size_t *ret_size, size_t *ret_lines) {
  size_t size = 0, lines = 0;
  reading->n_cells = reading->n_letters = 0;
  reading->whole = false;
  while (!reading->whole) {
    size_t n = line_size(reading, size);
    if (n == 0 && !reading->at_end) {
      enum csv_status status = read_more(reading);
      if (status != CSV_READ)
        return status;
      continue;
    }
    const uint8_t *line = reading->buffer + reading->at + size;
    if (n == 0 && csv_fini(&reading->parser, take_cell, take_record, reading) != 0)
      return CSV_QUOTES;
    if (csv_parse(&reading->parser, line, n, take_cell, take_record, reading) != n)
      return csv_error(&reading->parser) == CSV_EPARSE ? CSV_QUOTES : CSV_NOT_READ;
    size += n;
    lines++;
  }
  *ret_size = size;
  *ret_lines = lines;
  return reading->no_memory ? CSV_NOT_READ : CSV_READ;
}

static enum csv_status give(struct reading *reading, size_t size) {
  if (size > CSV_RECORD_MAX_BYTES)
    return CSV_TOO_LARGE;
  struct csv_record record = {.line = reading->line,
                              .n_cells = reading->n_cells,
                              .cells = reading->cells,
                              .text = bytes_of(reading->buffer + reading->at, size)};
  return reading->read(reading->arg, &record) ? CSV_READ : CSV_ENDED;
}

/* Reads one record, or passes over an empty line, or reads more of the file. */
static enum csv_status read_record(struct reading *reading) {
  size_t size = 0, lines = 1;
  enum csv_status status = CSV_READ;
  switch (split(reading, &size)) {
  case SPLIT_CUT:
    return read_more(reading);
  case SPLIT_HARD:
    status = read_hard(reading, &size, &lines);
    if (status == CSV_READ)
      status = give(reading, size);
    break;
  case SPLIT_WHOLE:
    status = reading->no_memory ? CSV_NOT_READ : give(reading, size);
    break;
  case SPLIT_BLANK:
    break;
  }
  if (status != CSV_READ)
    return status;
  reading->at += size;
  reading->line += lines;
  return CSV_READ;
}

static enum csv_status read_records(struct reading *reading) {
  enum csv_status status = read_more(reading);
  if (status == CSV_READ && reading->end >= 3 && memcmp(reading->buffer, "\xef\xbb\xbf", 3) == 0)
    reading->at = 3;
  while (status == CSV_READ && (reading->at < reading->end || !reading->at_end))
    status = read_record(reading);
  return status;
}

static void learn_letters(struct reading *reading) {
  reading->letter[' '] = reading->letter['\t'] = LETTER_SPACE;
  reading->letter['\r'] = reading->letter['\n'] = LETTER_LINE;
  if (reading->dialect.quotes)
    reading->letter['"'] = LETTER_QUOTE;
  reading->letter[(uint8_t)reading->dialect.delimiter] = LETTER_DELIMITER;
}

enum csv_status csv_read(FILE *file, struct csv_dialect dialect, csv_reader *read, void *arg,
                         size_t *ret_line) {
  struct reading reading = {.file = file, .dialect = dialect, .read = read, .arg = arg, .line = 1};
  if (csv_init(&reading.parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
    return CSV_NOT_READ;
  csv_set_delim(&reading.parser, (unsigned char)dialect.delimiter);
  learn_letters(&reading);
  enum csv_status status = read_records(&reading);
  *ret_line = reading.line;
  int error = errno;
  csv_free(&reading.parser);
  free(reading.buffer);
  free(reading.letters);
  free(reading.cells);
  errno = error;
  return status;
}

const char *csv_status_text(enum csv_status status) {
  switch (status) {
  case CSV_READ:
  case CSV_ENDED:
    return "is CSV";
  case CSV_QUOTES:
    return "the record that begins here has a quote in the wrong place, or one that is not closed; "
           "a cell with a quote in it stands in quotes, with that one written twice";
  case CSV_TOO_LARGE:
    return "the record is longer than 1 MiB: perhaps a quote is not closed";
  case CSV_NOT_READ:
    return "cannot be read";
  }
  return "?";
}
