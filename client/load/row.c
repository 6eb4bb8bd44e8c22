/* SPDX-License-Identifier: MIT */
/* From a record to what it states: period, figures, release. */
#include <strings.h>

#include "client/load/cell.h"
#include "client/load/decimal.h"
#include "client/load/table.h"
#include "proto/calendar.h"
#include "proto/number.h"
#include "proto/obs_status.h"

struct bytes bytes_trimmed(struct bytes text) {
  while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
    text.data++;
    text.size--;
  }
  while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
    text.size--;
  return text;
}

struct load_place row_place(const struct row *row, size_t cell) {
  const struct table *table = row->table;
  struct load_place place = {.file = table->file, .line = row->record->line};
  if (cell != LOAD_ABSENT) {
    place.column = cell + 1;
    place.name = cell < table->layout.n_cells ? table->layout.headings[cell] : "";
  }
  return place;
}

struct load_place row_place_of(const struct row *row, enum load_column column) {
  return row_place(row, row->table->layout.at[column]);
}

struct bytes row_cell(const struct row *row, size_t cell) {
  return cell >= row->record->n_cells ? bytes_of(NULL, 0) : bytes_trimmed(row->record->cells[cell]);
}

struct bytes row_cell_exactly(const struct row *row, enum load_column column) {
  size_t cell = row->table->layout.at[column];
  bool there = row->table->layout.exact && cell < row->record->n_cells;
  return there ? row->record->cells[cell] : row_cell(row, cell);
}

struct bytes row_without_label(const struct row *row, struct bytes text) {
  const struct load_layout *layout = &row->table->layout;
  if (!layout->labelled || text.data == NULL)
    return text;
  const char *before =
      layout->sdmx ? ": " : ":"; /* codes of SDMX's times have colons of their own */
  const uint8_t *label = memmem(text.data, text.size, before, strlen(before));
  return label == NULL ? text : bytes_trimmed(bytes_of(text.data, (size_t)(label - text.data)));
}

static bool may_be_labelled(enum load_column column) {
  return column != LOAD_COMMENT && column != LOAD_TITLE && column != LOAD_DATASET;
}

struct bytes row_cell_of(const struct row *row, enum load_column column) {
  size_t cell = row->table->layout.at[column];
  if (cell >= row->record->n_cells)
    return bytes_of(NULL, 0);
  struct bytes text = row_cell(row, cell);
  return may_be_labelled(column) ? row_without_label(row, text) : text;
}

/* --- The period ------------------------------------------------------------------------------- */

static bool complain_period(const struct row *row, struct bytes text, const char *problem) {
  return load_complain(row->table->load, row_place_of(row, LOAD_PERIOD), "\"%.*s\" %s",
                       text_shown(text), (const char *)text.data, problem);
}

static bool is_of_times(enum frequency frequency) {
  return frequency == FREQUENCY_H || frequency == FREQUENCY_N;
}

/* The hour or minute of UTC. */
static bool place_time(struct row *row, struct bytes text, const struct period_words *words) {
  int64_t minute = words->day * 1440 + words->minute - words->zone;
  if (row->frequency == FREQUENCY_N) {
    row->period = minute;
    return true;
  }
  row->period = floor_div(minute, 60);
  return row->period * 60 == minute || complain_period(row, text, "does not begin an hour");
}

/* A date is a period of the frequency that the column of dates has, unless its series says more. */
static bool place_date(struct row *row, struct bytes text, const struct period_words *words) {
  const struct table *table = row->table;
  bool timed = is_of_times(words->frequency);
  row->frequency = words->frequency;
  row->period = words->ordinal;
  /* Midnight is how some write the day itself. */
  row->dated = words->frequency == FREQUENCY_NONE || (timed && words->minute == 0);
  row->day = words->day;
  bool is_date = words->frequency == FREQUENCY_NONE || (timed && table->midnights);
  if (!is_date)
    return true;
  row->frequency = table->frequency;
  if (is_of_times(table->frequency))
    return place_time(row, text, words);
  return frequency_guess_period(row->frequency, words->day, &row->period) == PERIOD_OK ||
         complain_period(row, text, "is a Saturday or Sunday, but its series has business days");
}

/* The row's own period, whatever frequency it has. */
static bool read_period_words(struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  struct bytes text = row_cell_of(row, LOAD_PERIOD);
  struct period_words words;
  enum period_words_status status =
      layout->at[LOAD_PERIOD_PART] == LOAD_ABSENT
          ? period_words(text, &layout->periods, &words)
          : period_words_join(text, row_cell_of(row, LOAD_PERIOD_PART), layout->part_numbers,
                              &words);
  if (status != PERIOD_WORDS_OK)
    return complain_period(row, text, period_words_status_text(status));
  return place_date(row, text, &words);
}

bool row_find_period(const struct row *row, enum frequency frequency, int64_t *ret_period) {
  *ret_period = row->period;
  if (row->frequency == frequency)
    return true;
  if (row->dated && frequency_guess_period(frequency, row->day, ret_period) == PERIOD_OK)
    return true;
  return period_parse_as(row_cell_of(row, LOAD_PERIOD), frequency, ret_period) == PERIOD_OK;
}

static bool complain_period_of(const struct row *row, enum frequency frequency) {
  int64_t period;
  struct bytes text = row_cell_of(row, LOAD_PERIOD);
  enum period_status status = period_parse_as(text, frequency, &period);
  return load_complain(row->table->load, row_place_of(row, LOAD_PERIOD),
                       "\"%.*s\" %s (the series' frequency is %c)", text_shown(text),
                       (const char *)text.data, period_status_text(status),
                       frequency_letter(frequency));
}

static bool withdraws(const struct row *row) {
  struct bytes code = row_cell_of(row, LOAD_STATUS);
  return row->action == 'D' || (code.size == 1 && code.data[0] == LOAD_WITHDRAWN);
}

static bool complain_frequency(const struct row *row, size_t cell, enum frequency frequency,
                               const struct load_series *series) {
  return load_complain(
      row->table->load, row_place(row, cell), "is a period of the frequency %c, but %s has %c",
      frequency_letter(frequency), series->key, frequency_letter(series->frequency));
}

/* The period of a figure whose series is known. */
static bool find_period(const struct row *row, const struct load_value *value,
                        const struct load_series *series, int64_t *ret_period) {
  if (value->frequency != FREQUENCY_NONE) {
    *ret_period = value->period;
    return value->frequency == series->frequency ||
           complain_frequency(row, value->column, value->frequency, series);
  }
  *ret_period = LOAD_WHOLE_SERIES;
  if (withdraws(row) && row_cell_of(row, LOAD_PERIOD).size == 0)
    return true;
  return row_find_period(row, series->frequency, ret_period) ||
         complain_period_of(row, series->frequency);
}

/* --- The figure ------------------------------------------------------------------------------- */

/* A figure, or what stands in its place. */
struct figure_cell {
  struct bytes text;
  double value;
  bool missing;      /* a mark says that there is no value */
  struct bytes mark; /* "p" behind the number */
};

static bool is_missing_mark(struct bytes text) {
  return bytes_equal(text, bytes_of_text(".")) || bytes_equal(text, bytes_of_text("NaN")) ||
         bytes_equal(text, bytes_of_text("#N/A"));
}

bool row_complain(const struct row *row, size_t cell, struct bytes text, const char *problem) {
  return load_complain(row->table->load, row_place(row, cell), "\"%.*s\" %s", text_shown(text),
                       (const char *)text.data, problem);
}

static bool read_exact(const struct row *row, size_t cell, struct figure_cell *figure) {
  figure->missing = is_missing_mark(figure->text);
  if (figure->missing)
    return true;
  enum number_status status = number_parse(figure->text, &figure->value);
  return status == NUMBER_OK || row_complain(row, cell, figure->text, number_status_text(status));
}

static bool read_words(const struct row *row, size_t cell, struct figure_cell *figure) {
  enum number_words_status status =
      number_words(figure->text, row->table->layout.numbers, &figure->value, &figure->mark);
  figure->missing = status == NUMBER_WORDS_MISSING;
  return decimal_note(row->table, figure->text) &&
         (status == NUMBER_WORDS_OK || figure->missing ||
          row_complain(row, cell, figure->text, number_words_status_text(status)));
}

static bool complain_status(const struct row *row, size_t cell, struct bytes code, bool missing) {
  if (!missing && code.size == 1 && obs_status_is_missing((char)code.data[0]))
    return row_complain(row, cell, code, "says that there is no value, but there is one");
  return row_complain(row, cell, code,
                      "is no status: a letter of SDMX's CL_OBS_STATUS, or T for a target");
}

/* A mark behind a number is a status where it is one that publishers share, else a comment. */
static bool take_mark(struct row *row, const struct figure_cell *figure, struct spool_row *out) {
  const char *rule = NULL;
  char letter = figure->mark.size == 1 ? (char)figure->mark.data[0] : '\0';
  out->status = OBS_STATUS_NORMAL;
  if (letter == 'r') /* revised, which the releases say */
    return true;
  if (letter >= 'a' && letter <= 'z')
    letter = (char)(letter - 'a' + 'A');
  if (letter >= 'A' && letter <= 'Z' &&
      obs_status_from_foreign(bytes_of(NULL, 0), bytes_of(&letter, 1), false, &out->status, &rule))
    return true;
  return spool_add_text(row->table->load->rows, figure->mark, &out->comment) ||
         load_fail_spool(row->table->load);
}

/* Some agencies have codes of their own. */
static struct bytes agency_of(const struct row *row) {
  struct bytes agency = row->table->layout.sdmx ? row_agency(row) : bytes_of(NULL, 0);
  return bytes_equal(agency, bytes_of_text("ESTAT")) ? bytes_of_text("EUROSTAT") : agency;
}

/* Eurostat writes several flags as one word: the first is the status, and all are kept. */
static bool take_flags(struct row *row, struct bytes code, bool missing, struct spool_row *out) {
  const char *rule = NULL;
  bool known = code.size > 1 && bytes_equal(agency_of(row), bytes_of_text("EUROSTAT"));
  for (size_t i = 0; known && i < code.size; i++)
    known = obs_status_from_foreign(agency_of(row), bytes_of(code.data + i, 1), missing,
                                    &out->status, &rule);
  if (!known || !obs_status_from_foreign(agency_of(row), bytes_of(code.data, 1), missing,
                                         &out->status, &rule))
    return complain_status(row, row->table->layout.at[LOAD_STATUS], code, missing);
  return row->comment != 0 || spool_add_text(row->table->load->rows, code, &out->comment) ||
         load_fail_spool(row->table->load);
}

static bool take_status(struct row *row, const struct figure_cell *figure, struct spool_row *out) {
  const char *rule = NULL;
  struct bytes code = row_cell_of(row, LOAD_STATUS);
  if (code.size == 0 && figure->mark.size > 0)
    return take_mark(row, figure, out);
  bool missing = figure->text.size == 0 || figure->missing;
  if (code.size == 0 && !missing) {
    out->status = OBS_STATUS_NORMAL;
    return true;
  }
  return obs_status_from_foreign(agency_of(row), code, missing, &out->status, &rule) ||
         take_flags(row, code, missing, out);
}

/* SDMX: what replaces an observation with nothing takes it away. */
static bool replaces_with_nothing(const struct row *row, struct bytes text, bool reason) {
  return row->action == 'R' && text.size == 0 && !reason;
}

/* *ret_stated is false where the cell says nothing: an empty value whose status gives no reason. */
static bool read_figure(struct row *row, const struct load_value *value, struct spool_row *out,
                        bool *ret_stated) {
  const struct load_layout *layout = &row->table->layout;
  struct figure_cell figure = {.text = row_without_label(row, row_cell(row, value->column))};
  struct bytes code = row_cell_of(row, LOAD_STATUS);
  bool reason = code.size == 1 && obs_status_is_missing((char)code.data[0]);
  bool withdrawn = withdraws(row) || replaces_with_nothing(row, figure.text, reason);
  *ret_stated = figure.text.size > 0 || withdrawn || reason;
  out->value = obs_nan();
  if (row->action != 'D' && withdrawn && figure.text.size > 0)
    return load_complain(row->table->load, row_place_of(row, LOAD_STATUS),
                         "\"-\" withdraws the observation, but there is a value");
  if (withdrawn) {
    out->status = LOAD_WITHDRAWN;
    return true;
  }
  if (!*ret_stated)
    return true;
  if (figure.text.size > 0 && !(layout->exact ? read_exact(row, value->column, &figure)
                                              : read_words(row, value->column, &figure)))
    return false;
  if (figure.text.size > 0 && !figure.missing)
    out->value = figure.value;
  return take_status(row, &figure, out);
}

/* --- The row ---------------------------------------------------------------------------------- */

/* What the summary tells of the file. */
static void note(const struct row *row, struct load_series *series, uint32_t release) {
  struct load_file *file = row->table->load->files.items[row->table->file_number];
  bool first = file->series == NULL;
  if (first) {
    file->release = release;
    file->dataset = load_dataset_of(row->table->load, series);
  }
  file->more_releases = file->more_releases || file->release != release;
  if (!first && file->series != series)
    file->more_datasets =
        file->more_datasets || file->dataset != load_dataset_of(row->table->load, series);
  file->series = series;
}

static bool add(struct row *row, struct load_series *series, struct spool_row *out) {
  struct load *load = row->table->load;
  out->series = series->index;
  out->line = (uint32_t)row->record->line;
  out->file = row->table->file_number;
  out->url = row->url;
  note(row, series, out->release);
  if (out->comment == 0)
    out->comment = row->comment;
  return spool_add(load->rows, out) || load_fail_spool(load);
}

/* The release states the series in full: said once, before its first figure. */
static bool mark_whole(struct row *row, struct load_series *series, uint32_t release) {
  if (!row->table->layout.whole || series->whole_of == release + 1)
    return true;
  struct spool_row out = {.release = release,
                          .period = LOAD_WHOLE_SERIES,
                          .value = obs_nan(),
                          .status = LOAD_WITHDRAWN};
  series->whole_of = release + 1;
  return add(row, series, &out);
}

static bool read_value(struct row *row, struct load_value *value) {
  struct spool_row out = {0};
  bool stated = false;
  struct load_series *series = row_series(row, value);
  if (series == NULL || !find_period(row, value, series, &out.period) ||
      !read_figure(row, value, &out, &stated))
    return false;
  if (!stated)
    return true;
  struct load_release *release = value->release != NULL ? value->release : row->release;
  if ((series != row->attributed && !row_take_attributes(row, series)) ||
      (release == NULL && !row_read_release(row)))
    return false;
  row->attributed = series;
  out.release = (release != NULL ? release : row->release)->index;
  return mark_whole(row, series, out.release) && add(row, series, &out);
}

/* Whether a vintage has the period: neither a blank nor a mark in its place. */
static bool has_figure(const struct row *row, const struct load_value *value) {
  double number;
  struct bytes mark, text = row_cell(row, value->column);
  enum number_words_status status =
      text.size == 0 ? NUMBER_WORDS_EMPTY
                     : number_words(text, row->table->layout.numbers, &number, &mark);
  return status != NUMBER_WORDS_EMPTY && status != NUMBER_WORDS_MISSING;
}

/* The columns of a series stand together. */
static bool is_other_series(const struct load_value *value, const struct load_value *before) {
  return value->code != NULL && before->code != NULL && strcmp(value->code, before->code) != 0;
}

/* A vintage without the period, behind one that has it, has withdrawn it. */
static bool read_vintages(struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  bool before = false;
  for (size_t i = 0; i < layout->n_values; i++) {
    struct load_value *value = &layout->values[i];
    bool stated = has_figure(row, value);
    before = before && !is_other_series(value, &layout->values[i - 1]);
    row->action = !stated && before ? 'D' : '\0';
    if ((stated || before) && !read_value(row, value))
      return false;
    before = stated;
  }
  return true;
}

static bool read_values(struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  for (size_t i = 0; i < layout->n_values; i++) {
    struct load_value *value = &layout->values[i];
    /* Most cells of wide tables are empty; what they would belong to need not be made. */
    if (layout->n_values > 1 && row_cell(row, value->column).size == 0)
      continue;
    if (!read_value(row, value))
      return false;
  }
  return true;
}

/* SDMX 3.1 writes ~ where a dimension does not matter. */
static bool is_dated(const struct row *row) {
  struct bytes period = row_cell_of(row, LOAD_PERIOD);
  return period.size > 0 && !bytes_equal(period, bytes_of_text("~"));
}

/* SDMX: a row may be about attributes alone, at whatever part of a key. */
static bool says_nothing(const struct row *row) {
  struct bytes code = row_cell_of(row, LOAD_STATUS);
  bool reason = code.size == 1 && obs_status_is_missing((char)code.data[0]);
  if (row->action == 'D' || !row_is_blank(row))
    return false;
  return !withdraws(row) && (!is_dated(row) || (row->action != 'R' && !reason));
}

static bool read_action(struct row *row) {
  struct bytes text = row_cell_of(row, LOAD_ACTION);
  row->action = text.size == 0 ? '\0' : (char)text.data[0];
  return text.size == 0 || (text.size == 1 && strchr("IAMRD", row->action) != NULL) ||
         row_complain(row, row->table->layout.at[LOAD_ACTION], text,
                      "is no action: I, A or M to merge, R to replace, D to delete");
}

static bool read_structure(const struct row *row) {
  static const char *const KINDS[] = {"dataflow", "datastructure", "dataprovision"};
  struct bytes text = row_cell_of(row, LOAD_STRUCTURE);
  for (size_t i = 0; i < count_of(KINDS); i++)
    if (cell_is_word(text, KINDS[i]))
      return true;
  return text.size == 0 || row_complain(row, row->table->layout.at[LOAD_STRUCTURE], text,
                                        "is no kind of structure: dataflow, datastructure or "
                                        "dataprovision");
}

/* Columns that only rows which delete can do without. */
static bool has_figure_columns(const struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  bool dated = layout->at[LOAD_PERIOD] != LOAD_ABSENT;
  return (dated && layout->at[LOAD_VALUE] != LOAD_ABSENT) ||
         load_complain(row->table->load, row_place(row, LOAD_ABSENT),
                       "states a figure, but the file has no column %s",
                       dated ? "OBS_VALUE" : "TIME_PERIOD");
}

static bool read_comment(struct row *row) {
  struct bytes comment = row_cell_exactly(row, LOAD_COMMENT);
  if (comment.size > LIMIT_COMMENT_BYTES)
    return row_complain(row, row->table->layout.at[LOAD_COMMENT], comment,
                        "... is too long for a comment, which has at most 4096 bytes");
  return comment.size == 0 || spool_add_text(row->table->load->rows, comment, &row->comment) ||
         load_fail_spool(row->table->load);
}

static bool read_stated(struct row *row) {
  return row->table->layout.vintages ? read_vintages(row) : read_values(row);
}

/* Of a whole series. */
static bool read_attributes(struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  if (layout->n_values == 0 || !row_has_attributes(row) || !row_has_all_codes(row))
    return true;
  struct load_series *series = row_series(row, &layout->values[0]);
  return series != NULL && row_take_attributes(row, series) && row_read_release(row);
}

static bool read_sdmx(struct row *row) {
  if (!read_structure(row) || !read_action(row))
    return false;
  if (says_nothing(row))
    return is_dated(row) || read_attributes(row);
  bool dated = row_cell_of(row, LOAD_PERIOD).size > 0;
  if (dated && !read_period_words(row))
    return false;
  if (row->action == 'D')
    return row_delete(row);
  return has_figure_columns(row) && read_comment(row) && read_values(row);
}

static bool read_table_row(struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  bool worded = !layout->exact && layout->at[LOAD_PERIOD] != LOAD_ABSENT;
  return read_comment(row) && (!worded || read_period_words(row)) && read_stated(row);
}

bool row_read(struct table *table, const struct csv_record *record) {
  struct row row = {.table = table, .record = record, .release = table->layout.release};
  bool passed = false;
  if (!row_check_shape(&row, &passed))
    return false;
  if (passed)
    return true;
  if (!spool_mark(table->load->rows))
    return load_fail_spool(table->load);
  bool read = table->layout.sdmx ? read_sdmx(&row) : read_table_row(&row);
  if (!read)
    spool_return_to_mark(table->load->rows);
  return read;
}
