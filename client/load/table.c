/* SPDX-License-Identifier: MIT */
/* From a file to rows: opens it, finds out what it is, reads it by its layout. */
#include "client/load/table.h"

#include <errno.h>
#include <strings.h>

#include "client/files/source.h"
#include "client/load/decimal.h"
#include "client/load/made_dataset.h"
#include "proto/utf8.h"

#define NO_TEXT                                                                                    \
  "is not text in UTF-8, or has a NUL byte: say with --encoding what it is, such as cp932, "       \
  "gb18030, latin1 or utf-16le"

enum { HEAD_RECORDS = 64, HEAD_BYTES = 1 << 16, FORMAT_NAMES_BYTES = 256, PROGRESS_ROWS = 1024 };

static const struct load_format *const FORMATS[] = {
    &format_long,    &format_wide,     &format_sdmx,         &format_world_bank, &format_fred,
    &format_fred_md, &format_vintages, &format_period_table, &format_tidy,
};

/* --- The head --------------------------------------------------------------------------------- */

/* Records that are kept to be looked at together. */
struct head_reading {
  struct load *load;
  struct csv_record *records;
  size_t n;
  size_t n_bytes;
};

static bool keep_record(void *arg, const struct csv_record *record) {
  struct head_reading *reading = arg;
  struct arena *arena = reading->load->arena;
  struct bytes *cells = arena_array(arena, record->n_cells + 1, sizeof *cells);
  if (cells == NULL)
    return false;
  for (size_t i = 0; i < record->n_cells; i++) {
    char *text = arena_text(arena, record->cells[i]);
    if (text == NULL)
      return false;
    cells[i] = bytes_of(text, record->cells[i].size);
  }
  reading->records[reading->n++] =
      (struct csv_record){.line = record->line, .n_cells = record->n_cells, .cells = cells};
  reading->n_bytes += record->text.size;
  return reading->n < HEAD_RECORDS && reading->n_bytes < HEAD_BYTES;
}

static bool complain_csv(struct load *load, struct source *source, size_t line,
                         enum csv_status status) {
  struct load_place place = {.file = source_name(source), .line = line};
  if (status == CSV_NOT_READ) {
    load->broken = true;
    return load_complain(load, (struct load_place){.file = place.file}, "%s",
                         source_state(source) != SOURCE_OK ? source_problem(source)
                                                           : strerror(errno));
  }
  return load_complain(load, place, "%s", csv_status_text(status));
}

static bool guess_dialect(struct load *load, struct source *source, struct csv_dialect *dialect) {
  scoped(free) char *head = malloc(HEAD_BYTES);
  FILE *stream = NULL;
  if (head == NULL)
    return load_fail_memory(load);
  if (source_stream(source, &stream) != SOURCE_OK)
    return complain_csv(load, source, 0, CSV_NOT_READ);
  size_t size = fread(head, 1, HEAD_BYTES, stream);
  if (ferror(stream))
    return complain_csv(load, source, 0, CSV_NOT_READ);
  if (size == 0)
    return load_complain(load, (struct load_place){.file = source_name(source)}, "is empty");
  *dialect = csv_guess_dialect(head, size);
  return true;
}

static struct bytes without_ending(struct bytes name) {
  static const char *const ENDINGS[] = {".csv", ".tsv", ".tab", ".txt", ".dat", ".gz",
                                        ".bz2", ".xz",  ".zst", ".zip", ".tar"};
  for (size_t i = 0; i < count_of(ENDINGS); i++) {
    size_t size = strlen(ENDINGS[i]);
    if (name.size > size &&
        strncasecmp((const char *)name.data + name.size - size, ENDINGS[i], size) == 0)
      return bytes_of(name.data, name.size - size);
  }
  return name;
}

/* "/tmp/ny.gdp.mktp.cd.csv.gz" is ny.gdp.mktp.cd. */
static char *base_name(struct load *load, const char *name) {
  const char *slash = strrchr(name, '/');
  struct bytes base = bytes_of_text(slash == NULL ? name : slash + 1);
  return load_text(load, without_ending(without_ending(base)));
}

/* What a heading that is no text would make, nobody could read. */
static bool is_text_head(const struct load_head *head) {
  const struct csv_record *first = &head->records[0];
  for (size_t i = 0; i < first->n_cells; i++)
    if (!utf8_is_valid(first->cells[i]))
      return load_complain(head->load, (struct load_place){.file = head->file, .line = first->line},
                           NO_TEXT);
  return true;
}

static bool read_head(struct load *load, struct source *source, const char *name,
                      struct load_head *head) {
  struct head_reading reading = {.load = load};
  FILE *stream = NULL;
  size_t line = 0;
  *head = (struct load_head){.load = load, .file = name, .base_name = base_name(load, name)};
  reading.records = arena_array(load->arena, HEAD_RECORDS, sizeof *reading.records);
  if (reading.records == NULL || head->base_name == NULL)
    return load_fail_memory(load);
  if (!guess_dialect(load, source, &head->dialect))
    return false;
  if (source_stream(source, &stream) != SOURCE_OK)
    return complain_csv(load, source, 0, CSV_NOT_READ);
  enum csv_status status = csv_read(stream, head->dialect, keep_record, &reading, &line);
  head->records = reading.records;
  head->n_records = reading.n;
  if (status != CSV_READ && status != CSV_ENDED)
    return complain_csv(load, source, line, status);
  if (reading.n == 0)
    return load_complain(load, (struct load_place){.file = name}, "is empty");
  return is_text_head(head);
}

/* --- The format ------------------------------------------------------------------------------- */

static void complain_format(struct load *load, const char *name) {
  char names[FORMAT_NAMES_BYTES] = "";
  size_t size = 0;
  for (size_t i = 0; i < count_of(FORMATS) && size < sizeof names; i++)
    size += (size_t)snprintf(names + size, sizeof names - size, "%s%s", i == 0 ? "" : ", ",
                             FORMATS[i]->name);
  load_complain(load, (struct load_place){.file = "--as"}, "\"%s\" is no format; these are: %s",
                name, names);
}

static const struct load_format *format_by_name(struct load *load, const char *name) {
  for (size_t i = 0; i < count_of(FORMATS); i++)
    if (strcmp(FORMATS[i]->name, name) == 0)
      return FORMATS[i];
  complain_format(load, name);
  return NULL;
}

static const struct load_format *recognise(const struct load_head *head, int least) {
  const struct load_format *best = NULL;
  int surest = least;
  for (size_t i = 0; i < count_of(FORMATS); i++) {
    int sure = FORMATS[i]->recognise(head);
    if (sure > surest) {
      best = FORMATS[i];
      surest = sure;
    }
  }
  return best;
}

static bool complain_table(const struct load_head *head) {
  if (head->n_records == 1)
    return load_complain(head->load, (struct load_place){.file = head->file},
                         "has a single line, which is no heading that is recognised");
  return load_complain(head->load, (struct load_place){.file = head->file},
                       "is no table of a format that is recognised: --as says which it is, or "
                       "--map what its columns are; one line of headings must stand above the "
                       "figures");
}

/* NULL after a complaint, or with *ret_passed: an archive has other things beside its tables. */
static const struct load_format *choose_format(const struct load_head *head, bool is_member,
                                               bool *ret_passed) {
  const char *name = argument(head->load->arguments, "as");
  int least = is_member ? LOAD_UNSURE : 0;
  const struct load_format *format =
      name == NULL ? recognise(head, least) : format_by_name(head->load, name);
  if (name != NULL && format == NULL)
    return NULL;
  *ret_passed = is_member && (format == NULL || format->recognise(head) <= LOAD_UNSURE);
  if (*ret_passed)
    return NULL;
  if (format == NULL)
    complain_table(head);
  return format;
}

/* --- Rows ------------------------------------------------------------------------------------- */

/* Before anything is made of it: a NUL would cut a name or a comment short. */
static bool is_text(const struct table *table, const struct csv_record *record) {
  if (utf8_is_valid(record->text))
    return true;
  struct row row = {.table = (struct table *)(uintptr_t)table, .record = record};
  size_t at = 0;
  while (at < record->n_cells && utf8_is_valid(record->cells[at]))
    at++;
  return load_complain(table->load, row_place(&row, at < record->n_cells ? at : LOAD_ABSENT),
                       NO_TEXT);
}

static bool can_go_on(const struct load *load) {
  return !load->broken && !source_interrupted && load->code == EXIT_CODE_OK;
}

/* The times of day that stand beside dates. */
struct times {
  size_t n;
  int first;
  bool differ;
  bool on_hours; /* none is within an hour */
};

/* A pass over the table. */
struct pass {
  struct table *table;
  struct source *source;
  size_t n_records;
  struct times times;
  struct frequency_guess *guesses; /* of a pass for the dates alone: of columns of values, of all */
};

/* Goes on behind a bad row, to tell of all of them. */
static bool take_record(void *arg, const struct csv_record *record) {
  struct pass *pass = arg;
  struct table *table = pass->table;
  struct load_file *file = table->load->files.items[table->file_number];
  if (pass->n_records++ < table->layout.heading_records)
    return true;
  if (file->n_rows++ % PROGRESS_ROWS == 0)
    progress_show(&table->load->progress, file->name, source_bytes_read(pass->source),
                  source_bytes_in_all(pass->source), file->n_rows);
  table->load->at_row = true;
  if (!is_text(table, record) || !row_read(table, record))
    table->series = NULL;
  table->load->at_row = false;
  return can_go_on(table->load) && !table->hopeless;
}

static void note_time(struct times *times, int minute) {
  if (times->n++ == 0)
    *times = (struct times){.n = 1, .first = minute, .on_hours = true};
  times->differ = times->differ || minute != times->first;
  times->on_hours = times->on_hours && minute % 60 == 0;
}

/* A date, with or without a time. SDMX's times are those of their series. */
static bool is_date(const struct load_layout *layout, enum frequency frequency) {
  bool timed = frequency == FREQUENCY_H || frequency == FREQUENCY_N;
  return frequency == FREQUENCY_NONE || (timed && !layout->sdmx);
}

/* Of the column of dates, and of those dates where a column of values has one. */
static bool take_date(void *arg, const struct csv_record *record) {
  struct pass *pass = arg;
  const struct load_layout *layout = &pass->table->layout;
  struct row row = {.table = pass->table, .record = record};
  struct period_words words;
  if (pass->n_records++ < layout->heading_records ||
      period_words(row_cell_of(&row, LOAD_PERIOD), &layout->periods, &words) != PERIOD_WORDS_OK ||
      !is_date(layout, words.frequency))
    return true;
  note_time(&pass->times, words.minute);
  frequency_guess_add(&pass->guesses[layout->n_values], words.day);
  for (size_t i = 0; layout->mixed && i < layout->n_values; i++)
    if (row_cell(&row, layout->values[i].column).size > 0)
      frequency_guess_add(&pass->guesses[i], words.day);
  return true;
}

static bool read_all(struct pass *pass, csv_reader *read, struct load_file *file) {
  struct load *load = pass->table->load;
  FILE *stream = NULL;
  size_t line = 0;
  pass->n_records = 0;
  if (source_stream(pass->source, &stream) != SOURCE_OK)
    return complain_csv(load, pass->source, 0, CSV_NOT_READ);
  enum csv_status status = csv_read(stream, file->dialect, read, pass, &line);
  if (status != CSV_READ && status != CSV_ENDED)
    return complain_csv(load, pass->source, line, status);
  return can_go_on(load);
}

/* A column whose dates are surely of another frequency than all together. */
static void find_mixed(struct pass *pass) {
  struct table *table = pass->table;
  for (size_t i = 0; table->layout.mixed && i < table->layout.n_values; i++) {
    struct frequency_guessed guessed = frequency_guess_result(&pass->guesses[i]);
    if (guessed.is_sure && guessed.frequency != table->frequency)
      table->layout.values[i].of_dates = guessed.frequency;
  }
}

/* Dates are periods of a frequency that only the whole column of them tells. */
static bool find_frequency(struct pass *pass, struct load_file *file) {
  struct table *table = pass->table;
  const struct load_layout *layout = &table->layout;
  const char *given = argument(table->load->arguments, "frequency");
  table->frequency = given == NULL ? layout->frequency : frequency_from_letter(given[0]);
  if (layout->exact || layout->at[LOAD_PERIOD] == LOAD_ABSENT ||
      layout->at[LOAD_PERIOD_PART] != LOAD_ABSENT || table->frequency != FREQUENCY_NONE)
    return true;
  scoped(free) struct frequency_guess *guesses = calloc(layout->n_values + 1, sizeof *guesses);
  if (guesses == NULL)
    return load_fail_memory(table->load);
  pass->guesses = guesses;
  if (!read_all(pass, take_date, file))
    return false;
  table->midnights = pass->times.n > 0 && !pass->times.differ && pass->times.first == 0;
  table->frequency = frequency_guess_result(&guesses[layout->n_values]).frequency;
  if (pass->times.differ && !layout->sdmx)
    table->frequency = pass->times.on_hours ? FREQUENCY_H : FREQUENCY_N;
  else
    find_mixed(pass);
  return true;
}

static void add_hash(struct load *load, struct source *source) {
  uint64_t hash[2];
  if (!source_hash(source, hash))
    return;
  load->files_hash[0] += hash[0];
  load->files_hash[1] += hash[1];
}

bool table_read(struct load *load, struct source *source, struct load_file *file,
                bool *ret_passed) {
  size_t errors = load->n_errors;
  struct load_head head;
  struct table table = {
      .load = load, .file = file->name, .file_number = (uint16_t)(load->files.count - 1)};
  if (!read_head(load, source, file->name, &head))
    return false;
  const struct load_format *format = choose_format(&head, source_is_archive(source), ret_passed);
  if (*ret_passed)
    return true;
  layout_init(&table.layout);
  file->dialect = head.dialect;
  if (format == NULL || !format->lay_out(&head, &table.layout) ||
      !layout_check_values(&head, &table.layout) ||
      !load_make_dataset(load, &table.layout, file->name))
    return false;
  table.layout.numbers = decimal_chosen(load, table.layout.numbers);
  file->heading_records = table.layout.heading_records;
  file->format = format->words;
  file->own = format->own;
  struct pass pass = {.table = &table, .source = source};
  progress_begin(&load->progress);
  bool read = find_frequency(&pass, file) && read_all(&pass, take_record, file) &&
              row_check_deleted(&table);
  progress_erase(&load->progress);
  decimal_tell(&table);
  add_hash(load, source);
  return read && load->n_errors == errors;
}
