/* SPDX-License-Identifier: MIT */
/* Figures as a table in CSV, a row each: the project's own columns, or SDMX-CSV's names for them.
 * docs/file-format.md is the manual. */
#include <errno.h>

#include "client/cli/csv.h"
#include "client/cli/load.h"
#include "client/cli/load_file.h"
#include "proto/limits.h"
#include "proto/number.h"
#include "proto/obs_status.h"
#include "proto/utf8.h"

enum column {
  COLUMN_SERIES,
  COLUMN_DATASET,
  COLUMN_PERIOD,
  COLUMN_VALUE,
  COLUMN_STATUS,
  COLUMN_COMMENT,
  COLUMN_UNIT,
  COLUMN_UNIT_MULT,
  COLUMN_DECIMALS,
  COLUMN_TITLE,
  COLUMN_RELEASE,
  COLUMN_PUBLISHED,
  COLUMN_PUBLISHER,
  COLUMN_URL,
  N_COLUMNS
};

enum { SHOWN_BYTES = 80 };
static const size_t ABSENT = SIZE_MAX;

static const struct {
  const char *name;
  enum column column;
} NAMES[] = {
    {"series", COLUMN_SERIES},       {"period", COLUMN_PERIOD},
    {"TIME_PERIOD", COLUMN_PERIOD},  {"value", COLUMN_VALUE},
    {"OBS_VALUE", COLUMN_VALUE},     {"status", COLUMN_STATUS},
    {"OBS_STATUS", COLUMN_STATUS},   {"comment", COLUMN_COMMENT},
    {"OBS_COMMENT", COLUMN_COMMENT}, {"unit", COLUMN_UNIT},
    {"UNIT_MEASURE", COLUMN_UNIT},   {"unit_mult", COLUMN_UNIT_MULT},
    {"DECIMALS", COLUMN_DECIMALS},   {"title", COLUMN_TITLE},
    {"release", COLUMN_RELEASE},     {"published", COLUMN_PUBLISHED},
    {"publisher", COLUMN_PUBLISHER}, {"url", COLUMN_URL},
    {"dataset", COLUMN_DATASET},     {"DATAFLOW", COLUMN_DATASET},
};

/* A file while it is read. */
struct table {
  struct load *load;
  struct load_file *file;
  bool headed;
  size_t n_cells; /* of the heading, as of every row */
  const char **headings;
  size_t at[N_COLUMNS];                /* a column's cell, or ABSENT */
  const struct load_dataset *keyed_by; /* whose dimensions the cells below are */
  size_t dimension_at[LIMIT_DIMENSIONS];
  /* The row before, whose series and release are often this one's. */
  struct load_series *series;
};

/* A row while it is read. */
struct cells {
  struct table *table;
  const struct csv_record *record;
};

static struct load_place place_of(const struct cells *cells, size_t at) {
  struct load_place place = {.file = cells->table->file->name, .line = cells->record->line};
  if (at != ABSENT) {
    place.column = at + 1;
    place.name = cells->table->headings[at];
  }
  return place;
}

static struct load_place place_of_column(const struct cells *cells, enum column column) {
  return place_of(cells, cells->table->at[column]);
}

static struct bytes trimmed(struct bytes text) {
  while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
    text.data++;
    text.size--;
  }
  while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
    text.size--;
  return text;
}

/* Empty where the table does not have the column. */
static struct bytes cell(const struct cells *cells, enum column column) {
  size_t at = cells->table->at[column];
  return at == ABSENT ? bytes_of(NULL, 0) : trimmed(cells->record->cells[at]);
}

/* With the blanks that quotes keep. */
static struct bytes cell_exactly(const struct cells *cells, enum column column) {
  size_t at = cells->table->at[column];
  return at == ABSENT ? bytes_of(NULL, 0) : cells->record->cells[at];
}

/* How much of a cell a complaint quotes: not a megabyte, and no half of a character. */
static int shown(struct bytes text) {
  size_t size = text.size;
  if (size > SHOWN_BYTES)
    for (size = SHOWN_BYTES; size > 0 && (text.data[size] & 0xc0) == 0x80;)
      size--;
  return (int)size;
}

static bool is_text(struct bytes cell, const char *text) {
  return bytes_equal(cell, bytes_of_text(text));
}

/* --- The heading ------------------------------------------------------------------------------ */

static bool is_name(struct bytes cell, const char *name) {
  return cell.size == strlen(name) && strncasecmp((const char *)cell.data, name, cell.size) == 0;
}

static bool read_name(const struct cells *cells, size_t at, struct bytes name) {
  struct table *table = cells->table;
  for (size_t i = 0; i < count_of(NAMES); i++) {
    if (!is_name(name, NAMES[i].name))
      continue;
    if (table->at[NAMES[i].column] != ABSENT)
      return load_complain(table->load, place_of(cells, at), "says the same as column %zu (%s)",
                           table->at[NAMES[i].column] + 1,
                           table->headings[table->at[NAMES[i].column]]);
    table->at[NAMES[i].column] = at;
  }
  return true;
}

static bool read_heading(const struct cells *cells) {
  struct table *table = cells->table;
  table->headed = true;
  table->n_cells = cells->record->n_cells;
  table->headings = arena_array(table->load->arena, table->n_cells, sizeof *table->headings);
  if (table->headings == NULL)
    return load_fail_memory(table->load);
  for (size_t i = 0; i < table->n_cells; i++) {
    table->headings[i] = load_text(table->load, trimmed(cells->record->cells[i]));
    if (table->headings[i] == NULL || !read_name(cells, i, bytes_of_text(table->headings[i])))
      return false;
  }
  if (table->at[COLUMN_PERIOD] != ABSENT && table->at[COLUMN_VALUE] != ABSENT)
    return true;
  return load_complain(table->load, place_of(cells, ABSENT),
                       "the heading has no column \"%s\"; see `bellwether help load`",
                       table->at[COLUMN_PERIOD] == ABSENT ? "period" : "value");
}

/* --- The series ------------------------------------------------------------------------------- */

/* "BIS:WEBSTATS_DER_DATAFLOW(1.0)" is WEBSTATS_DER_DATAFLOW. */
static struct bytes dataflow_id(struct bytes text) {
  const uint8_t *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
  if (colon != NULL)
    text = bytes_of(colon + 1, text.size - (size_t)(colon + 1 - text.data));
  const uint8_t *bracket = text.size == 0 ? NULL : memchr(text.data, '(', text.size);
  return bracket == NULL ? text : bytes_of(text.data, (size_t)(bracket - text.data));
}

/* The dataset whose dimensions are columns, or NULL after a complaint. */
static const struct load_dataset *dataset_of(const struct cells *cells) {
  struct table *table = cells->table;
  struct bytes id = dataflow_id(cell(cells, COLUMN_DATASET));
  if (id.size > 0)
    return load_dataset(table->load, place_of_column(cells, COLUMN_DATASET), id);
  if (table->load->default_dataset != NULL)
    return load_dataset(table->load, place_of(cells, ABSENT),
                        bytes_of_text(table->load->default_dataset));
  load_complain(table->load, place_of(cells, ABSENT),
                "neither a column \"series\" nor a dataset whose dimensions are columns: give "
                "--dataset");
  return NULL;
}

static bool find_dimensions(const struct cells *cells, const struct load_dataset *dataset) {
  struct table *table = cells->table;
  for (size_t i = 0; i < dataset->n_dimensions; i++) {
    table->dimension_at[i] = ABSENT;
    for (size_t j = 0; j < table->n_cells; j++)
      if (strcmp(table->headings[j], dataset->dimensions[i]) == 0)
        table->dimension_at[i] = j;
    if (table->dimension_at[i] == ABSENT)
      return load_complain(table->load, place_of(cells, ABSENT),
                           "neither a column \"series\" nor one for the dimension %s of %s",
                           dataset->dimensions[i], dataset->id);
  }
  table->keyed_by = dataset;
  return true;
}

/* The key of a row whose codes are columns; in the buffer of the caller. */
static bool join_codes(const struct cells *cells, char *key, size_t size, size_t *ret_size) {
  struct table *table = cells->table;
  const struct load_dataset *dataset = dataset_of(cells);
  if (dataset == NULL || (dataset != table->keyed_by && !find_dimensions(cells, dataset)))
    return false;
  size_t used = (size_t)snprintf(key, size, "%s/", dataset->id);
  for (size_t i = 0; i < dataset->n_dimensions; i++) {
    size_t at = table->dimension_at[i];
    struct bytes code = trimmed(cells->record->cells[at]);
    if (code.size == 0 || used + code.size + 1 >= size)
      return load_complain(table->load, place_of(cells, at),
                           code.size == 0 ? "is empty" : "makes the key too long");
    if (i > 0)
      key[used++] = '.';
    memcpy(key + used, code.data, code.size);
    used += code.size;
  }
  *ret_size = used;
  return true;
}

static struct load_series *read_series(const struct cells *cells) {
  struct table *table = cells->table;
  char key[LIMIT_SERIES_KEY_BYTES + 2];
  struct bytes text = cell(cells, COLUMN_SERIES);
  if (table->at[COLUMN_SERIES] == ABSENT) {
    size_t size = 0;
    if (!join_codes(cells, key, sizeof key, &size))
      return NULL;
    text = bytes_of(key, size);
  }
  if (table->series != NULL && bytes_equal(text, bytes_of_text(table->series->key)))
    return table->series;
  table->series = load_series(table->load, place_of_column(cells, COLUMN_SERIES), text);
  return table->series;
}

/* --- What is known of the series ----------------------------------------------------------------
 */

static bool read_whole(const struct cells *cells, enum column column, long least, long most,
                       long *ret_number) {
  char text[16] = "", *end = NULL;
  struct bytes number = cell(cells, column);
  if (number.size < sizeof text)
    memcpy(text, number.data, number.size);
  *ret_number = strtol(text, &end, 10);
  if (text[0] != '\0' && *end == '\0' && *ret_number >= least && *ret_number <= most)
    return true;
  return load_complain(cells->table->load, place_of_column(cells, column),
                       "\"%.*s\" is not a whole number from %ld to %ld", shown(number),
                       (const char *)number.data, least, most);
}

static bool read_unit(const struct cells *cells, Bellwether__V1__Unit *unit) {
  long number = 0;
  bellwether__v1__unit__init(unit);
  unit->unit = load_text(cells->table->load, cell(cells, COLUMN_UNIT));
  if (unit->unit == NULL)
    return false;
  if (cell(cells, COLUMN_UNIT_MULT).size > 0) {
    if (!read_whole(cells, COLUMN_UNIT_MULT, -LIMIT_MULTIPLIER, LIMIT_MULTIPLIER, &number))
      return false;
    unit->unit_mult = (int32_t)number;
  }
  if (cell(cells, COLUMN_DECIMALS).size > 0) {
    if (!read_whole(cells, COLUMN_DECIMALS, 0, LIMIT_DECIMALS, &number))
      return false;
    unit->has_decimals_case = BELLWETHER__V1__UNIT__HAS_DECIMALS_DECIMALS;
    unit->decimals = (uint32_t)number;
  }
  return true;
}

static bool same_unit(const Bellwether__V1__Unit *a, const Bellwether__V1__Unit *b) {
  return strcmp(a->unit, b->unit) == 0 && a->unit_mult == b->unit_mult &&
         a->has_decimals_case == b->has_decimals_case && a->decimals == b->decimals;
}

static Bellwether__V1__SeriesAttributes *attributes_of(struct load *load,
                                                       struct load_series *series) {
  if (series->attributes != NULL)
    return series->attributes;
  series->attributes = arena_alloc(load->arena, sizeof *series->attributes);
  if (series->attributes == NULL)
    load_fail_memory(load);
  else
    bellwether__v1__series_attributes__init(series->attributes);
  return series->attributes;
}

/* A unit belongs to the series: rows may repeat it, and must not contradict each other. */
static bool take_unit(const struct cells *cells, struct load_series *series) {
  struct load *load = cells->table->load;
  Bellwether__V1__Unit unit;
  if (cell(cells, COLUMN_UNIT).size == 0 && cell(cells, COLUMN_UNIT_MULT).size == 0 &&
      cell(cells, COLUMN_DECIMALS).size == 0)
    return true;
  Bellwether__V1__SeriesAttributes *attributes = attributes_of(load, series);
  if (attributes == NULL || !read_unit(cells, &unit))
    return false;
  if (attributes->unit != NULL)
    return same_unit(attributes->unit, &unit) ||
           load_complain(load, place_of_column(cells, COLUMN_UNIT),
                         "%s has another unit, multiplier or decimals in an earlier row",
                         series->key);
  attributes->unit = arena_alloc(load->arena, sizeof unit);
  if (attributes->unit == NULL)
    return load_fail_memory(load);
  *attributes->unit = unit;
  return true;
}

static bool take_title(const struct cells *cells, struct load_series *series) {
  struct bytes title = cell(cells, COLUMN_TITLE);
  if (title.size == 0)
    return true;
  Bellwether__V1__SeriesAttributes *attributes = attributes_of(cells->table->load, series);
  if (attributes == NULL)
    return false;
  if (attributes->title[0] == '\0')
    attributes->title = load_text(cells->table->load, title);
  return attributes->title != NULL;
}

/* --- The figure ------------------------------------------------------------------------------- */

static bool is_missing_mark(struct bytes text) {
  return is_text(text, ".") || is_text(text, "NaN") || is_text(text, "#N/A");
}

static bool read_number(const struct cells *cells, struct bytes text, double *ret_value) {
  enum number_status status = number_parse(text, ret_value);
  if (status == NUMBER_OK)
    return true;
  return load_complain(cells->table->load, place_of_column(cells, COLUMN_VALUE), "\"%.*s\" %s",
                       shown(text), (const char *)text.data, number_status_text(status));
}

static bool read_status(const struct cells *cells, struct bytes code, struct load_row *row) {
  const char *rule = NULL;
  bool missing = row->value != row->value;
  if (obs_status_from_foreign(bytes_of(NULL, 0), code, missing, &row->status, &rule))
    return true;
  struct load_place place = place_of_column(cells, COLUMN_STATUS);
  if (!missing && code.size == 1 && obs_status_is_missing((char)code.data[0]))
    return load_complain(cells->table->load, place,
                         "\"%.*s\" says that there is no value, but there is one", shown(code),
                         (const char *)code.data);
  return load_complain(cells->table->load, place,
                       "\"%.*s\" is no status: a letter of SDMX's CL_OBS_STATUS, or T for a target",
                       shown(code), (const char *)code.data);
}

/* *ret_stated is false where the row says nothing: an empty value whose status gives no reason. */
static bool read_figure(const struct cells *cells, struct load_row *row, bool *ret_stated) {
  struct bytes value = cell(cells, COLUMN_VALUE), code = cell(cells, COLUMN_STATUS);
  bool withdrawn = code.size == 1 && code.data[0] == LOAD_WITHDRAWN;
  bool reason = code.size == 1 && obs_status_is_missing((char)code.data[0]);
  *ret_stated = value.size > 0 || withdrawn || reason;
  row->value = obs_nan();
  if (withdrawn && value.size > 0)
    return load_complain(cells->table->load, place_of_column(cells, COLUMN_STATUS),
                         "\"-\" withdraws the observation, but there is a value");
  if (value.size > 0 && !is_missing_mark(value) && !read_number(cells, value, &row->value))
    return false;
  if (withdrawn)
    row->status = LOAD_WITHDRAWN;
  return withdrawn || !*ret_stated || read_status(cells, code, row);
}

/* Without a period a withdrawal is of all that the release does not state. */
static bool read_period(const struct cells *cells, struct load_row *row) {
  struct bytes text = cell(cells, COLUMN_PERIOD);
  row->period = LOAD_WHOLE_SERIES;
  if (text.size == 0 && is_text(cell(cells, COLUMN_STATUS), (char[]){LOAD_WITHDRAWN, '\0'}))
    return true;
  enum period_status status = period_parse_as(text, row->series->frequency, &row->period);
  if (status == PERIOD_OK)
    return true;
  char wanted[2] = {frequency_letter(row->series->frequency), '\0'};
  return load_complain(cells->table->load, place_of_column(cells, COLUMN_PERIOD),
                       "\"%.*s\" %s (the series' frequency is %s)", shown(text),
                       (const char *)text.data, period_status_text(status), wanted);
}

/* --- The release ------------------------------------------------------------------------------ */

static bool read_published(const struct cells *cells, struct instant_span *ret_span) {
  struct bytes text = cell(cells, COLUMN_PUBLISHED);
  enum instant_status status = instant_parse(text, ret_span);
  return status == INSTANT_OK ||
         load_complain(cells->table->load, place_of_column(cells, COLUMN_PUBLISHED), "\"%.*s\" %s",
                       shown(text), (const char *)text.data, instant_status_text(status));
}

/* By its id, or made of the publisher and the time. */
static struct load_release *find_release(const struct cells *cells, const struct instant_span *time,
                                         bool day_only) {
  struct load *load = cells->table->load;
  struct bytes id = cell(cells, COLUMN_RELEASE), publisher = cell(cells, COLUMN_PUBLISHER);
  if (id.size > 0)
    return load_release(load, place_of_column(cells, COLUMN_RELEASE), id);
  if (publisher.size == 0) {
    load_complain(load, place_of_column(cells, COLUMN_PUBLISHED),
                  "the row names neither its release nor its publisher");
    return NULL;
  }
  char *made = load_release_id(load, publisher, time->first_ms, day_only);
  return made == NULL
             ? NULL
             : load_release(load, place_of_column(cells, COLUMN_PUBLISHER), bytes_of_text(made));
}

static bool take_publisher(const struct cells *cells, struct load_release *release) {
  struct bytes publisher = cell(cells, COLUMN_PUBLISHER);
  if (publisher.size == 0 || release->own ||
      bytes_equal(publisher, bytes_of_text(release->message.publisher)))
    return true;
  if (release->message.publisher[0] != '\0')
    return load_complain(cells->table->load, place_of_column(cells, COLUMN_PUBLISHER),
                         "release %s has another publisher in an earlier row: %s",
                         release->message.id, release->message.publisher);
  release->message.publisher = load_text(cells->table->load, publisher);
  return release->message.publisher != NULL;
}

static bool read_release(const struct cells *cells, struct load_row *row) {
  struct load *load = cells->table->load;
  struct instant_span time = {0};
  bool timed = cell(cells, COLUMN_PUBLISHED).size > 0;
  if (!timed && cell(cells, COLUMN_RELEASE).size == 0) {
    row->release = load_file_release(load, cells->table->file);
    return row->release != NULL;
  }
  if (timed && !read_published(cells, &time))
    return false;
  bool day_only = time.precision == INSTANT_PRECISION_DAY;
  row->release = find_release(cells, &time, day_only);
  return row->release != NULL &&
         (!timed || load_release_time(load, place_of_column(cells, COLUMN_PUBLISHED), row->release,
                                      time.first_ms, day_only)) &&
         take_publisher(cells, row->release);
}

static bool read_url(const struct cells *cells, struct load_row *row) {
  struct bytes url = cell_exactly(cells, COLUMN_URL);
  if (url.size == 0)
    return true;
  if (row->release->of_url != NULL && bytes_equal(url, bytes_of_text(row->release->of_url))) {
    row->url = row->release->of_url;
    return true;
  }
  row->url = load_text(cells->table->load, url);
  row->release->many_urls = row->release->of_url != NULL;
  if (row->release->of_url == NULL)
    row->release->of_url = row->url;
  return row->url != NULL;
}

static bool read_comment(const struct cells *cells, struct load_row *row) {
  struct bytes comment = cell_exactly(cells, COLUMN_COMMENT);
  if (comment.size > 0)
    row->comment = load_text(cells->table->load, comment);
  return comment.size == 0 || row->comment != NULL;
}

/* --- Rows and files --------------------------------------------------------------------------- */

static bool read_row(const struct cells *cells) {
  struct table *table = cells->table;
  struct load_row row = {.file = table->file->name, .line = (uint32_t)cells->record->line};
  bool stated = false;
  if (cells->record->n_cells != table->n_cells)
    return load_complain(table->load, place_of(cells, ABSENT), "has %zu cells, the heading has %zu",
                         cells->record->n_cells, table->n_cells);
  row.series = read_series(cells);
  if (row.series == NULL || !read_period(cells, &row) || !read_figure(cells, &row, &stated))
    return false;
  if (!stated)
    return true;
  return take_unit(cells, row.series) && take_title(cells, row.series) &&
         read_release(cells, &row) && read_url(cells, &row) && read_comment(cells, &row) &&
         load_add_row(table->load, &row);
}

/* Before anything is made of it: a NUL would cut a name or a comment short. */
static bool is_text_of_unicode(const struct cells *cells) {
  const struct csv_record *record = cells->record;
  if (utf8_is_valid(record->text))
    return true;
  size_t at = 0;
  while (at < record->n_cells && utf8_is_valid(record->cells[at]))
    at++;
  bool named = at < record->n_cells && cells->table->headed && at < cells->table->n_cells;
  return load_complain(cells->table->load, place_of(cells, named ? at : ABSENT),
                       "is not text in UTF-8 without NUL bytes");
}

/* Goes on behind a bad row, to tell of all of them; a bad heading ends the file. */
static bool read_record(void *arg, const struct csv_record *record) {
  struct table *table = arg;
  struct cells cells = {.table = table, .record = record};
  if (!table->headed)
    return is_text_of_unicode(&cells) && read_heading(&cells);
  if (!is_text_of_unicode(&cells))
    return true;
  if (!read_row(&cells))
    table->series = NULL;
  return true;
}

bool load_csv(struct load *load, const char *name) {
  scoped(load_file_close) struct load_file *file = load_file_open(load, name);
  size_t errors = load->n_errors, line = 0;
  if (file == NULL)
    return false;
  struct table table = {.load = load, .file = file};
  for (size_t i = 0; i < N_COLUMNS; i++)
    table.at[i] = ABSENT;
  enum csv_status status = csv_read(file->stream, read_record, &table, &line);
  struct load_place place = {.file = file->name, .line = line};
  if (status == CSV_NOT_READ)
    return load_complain(load, place, "cannot be read: %s", strerror(errno));
  if (status != CSV_READ && status != CSV_ENDED)
    return load_complain(load, place, "%s", csv_status_text(status));
  if (!table.headed)
    return load_complain(load, (struct load_place){.file = file->name}, "is empty");
  return load->n_errors == errors;
}
