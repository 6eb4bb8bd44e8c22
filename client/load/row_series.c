/* SPDX-License-Identifier: MIT */
/* The series of a figure: by its whole key, or by codes from columns, constants and headings. */
#include "client/load/codes.h"
#include "client/load/made_dataset.h"
#include "client/load/table.h"

#include <strings.h>

enum { KEY_SIZE = LIMIT_SERIES_KEY_BYTES + 2 };
static const size_t NO_PART = SIZE_MAX;

/* --- The dataset ------------------------------------------------------------------------------ */

static bool is_part_of(const struct load_part *part, const struct load_dimension *dimension) {
  if (part->id != NULL && strcmp(part->id, dimension->id) == 0)
    return true;
  return part->role != 0 && part->role == dimension->role;
}

/* By its id, else by its role. */
static size_t find_part(const struct load_layout *layout, const struct load_dimension *dimension) {
  size_t found = NO_PART;
  for (size_t i = layout->n_parts; i-- > 0;)
    if (is_part_of(&layout->parts[i], dimension) &&
        (found == NO_PART || strcmp(layout->parts[i].id, dimension->id) == 0))
      found = i;
  return found;
}

/* Said of the file, and once. */
static bool complain_dimension(const struct row *row, const struct load_dataset *dataset,
                               const char *dimension) {
  struct load_place place = {.file = row->table->file};
  row->table->hopeless = true;
  if (row->table->layout.exact)
    return load_complain(row->table->load, place,
                         "neither a column \"series\" nor one for the dimension %s of %s",
                         dimension, dataset->id);
  return load_complain(
      row->table->load, place,
      "nothing says the %s of %s: --map %s=COLUMN, or --map %s=:CODE for all of it", dimension,
      dataset->id, dimension, dimension);
}

/* A part that no dimension takes would put different series into one. */
static bool check_parts(const struct row *row, const struct load_dataset *dataset) {
  const struct table *table = row->table;
  for (size_t i = 0; i < table->layout.n_parts; i++) {
    const struct load_part *part = &table->layout.parts[i];
    bool used = part->of_period || part->code != NULL || table->layout.sdmx;
    for (size_t j = 0; j < dataset->n_dimensions; j++)
      used = used || table->part_of[j] == i;
    if (used)
      continue;
    row->table->hopeless = true;
    return load_complain(table->load, (struct load_place){.file = table->file},
                         "the dataset %s has no dimension for %s (%s)", dataset->id, part->id,
                         part->column == LOAD_ABSENT ? "the headings"
                                                     : table->layout.headings[part->column]);
  }
  return true;
}

static bool take_dataset(const struct row *row, const struct load_dataset *dataset) {
  struct table *table = row->table;
  table->keys_vary = false;
  for (size_t i = 0; i < dataset->n_dimensions; i++) {
    size_t part = find_part(&table->layout, &dataset->dimensions[i]);
    if (part == NO_PART)
      return complain_dimension(row, dataset, dataset->dimensions[i].id);
    table->part_of[i] = part;
    table->keys_vary =
        table->keys_vary ||
        (table->layout.parts[part].column != LOAD_ABSENT &&
         table->layout.parts[part].code == NULL) ||
        (table->layout.parts[part].of_period && table->layout.at[LOAD_PERIOD] != LOAD_ABSENT &&
         table->frequency == FREQUENCY_NONE);
  }
  if (!table->layout.exact && !check_parts(row, dataset))
    return false;
  table->keyed = dataset;
  return true;
}

/* "BIS:WEBSTATS_DER_DATAFLOW(1.0): Derivatives" is WEBSTATS_DER_DATAFLOW. */
static struct bytes dataflow_id(struct bytes text) {
  const uint8_t *label = text.size < 2 ? NULL : memmem(text.data, text.size, ": ", 2);
  if (label != NULL)
    text.size = (size_t)(label - text.data);
  const uint8_t *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
  if (colon != NULL)
    text = bytes_of(colon + 1, text.size - (size_t)(colon + 1 - text.data));
  const uint8_t *bracket = text.size == 0 ? NULL : memchr(text.data, '(', text.size);
  return bracket == NULL ? text : bytes_of(text.data, (size_t)(bracket - text.data));
}

static const struct load_dataset *dataset_of(const struct row *row) {
  struct load *load = row->table->load;
  struct bytes id = dataflow_id(row_cell_of(row, LOAD_DATASET));
  if (id.size > 0 && row->table->layout.sdmx &&
      !load_make_dataset_as(load, &row->table->layout, id))
    return NULL;
  if (id.size > 0)
    return load_dataset(load, row_place_of(row, LOAD_DATASET), id);
  if (load->default_dataset != NULL)
    return load_dataset(load, row_place(row, LOAD_ABSENT), bytes_of_text(load->default_dataset));
  load_complain(load, row_place(row, LOAD_ABSENT),
                "neither a column \"series\" nor a dataset whose dimensions are columns: give "
                "--dataset");
  return NULL;
}

/* --- The key ---------------------------------------------------------------------------------- */

/* "A: Annual" is A where labels stand beside codes. */
static struct bytes without_label(const struct table *table, struct bytes text) {
  const uint8_t *colon =
      !table->layout.labelled || text.size == 0 ? NULL : memchr(text.data, ':', text.size);
  return colon == NULL ? text : bytes_trimmed(bytes_of(text.data, (size_t)(colon - text.data)));
}

/* What the file writes for a part. */
static struct bytes text_of_part(const struct row *row, const struct load_part *part,
                                 const struct load_value *value) {
  if (part->code != NULL)
    return bytes_of_text(part->code);
  if (part->of_value)
    return bytes_of_text(value->code);
  return without_label(row->table, row_cell(row, part->column));
}

static bool code_of_part(const struct row *row, size_t i, const struct load_value *value,
                         const char *letter, struct bytes *ret_code) {
  const struct table *table = row->table;
  const struct load_part *part = &table->layout.parts[table->part_of[i]];
  struct load_place place = row_place(row, part->of_value ? value->column : part->column);
  if (part->of_period) {
    *ret_code = bytes_of(letter, 1);
    return true;
  }
  *ret_code = text_of_part(row, part, value);
  if (ret_code->size == 0 && row->action == 'D') /* any: the key is a pattern */
    return true;
  if (ret_code->size == 0 && part->column != LOAD_ABSENT)
    *ret_code = row_cell(row, part->name_column); /* an aggregate that has a name alone */
  if (ret_code->size == 0)
    return load_complain(table->load, place, "is empty");
  if (table->layout.exact)
    return true;
  const char *code = load_code(table->load, place, &table->keyed->dimensions[i], *ret_code);
  if (code != NULL)
    *ret_code = bytes_of_text(code);
  return code != NULL;
}

static bool join_codes(const struct row *row, const struct load_value *value, char letter,
                       char key[static KEY_SIZE], size_t *ret_size) {
  const struct load_dataset *dataset = row->table->keyed;
  size_t used = (size_t)snprintf(key, KEY_SIZE, "%s/", dataset->id);
  for (size_t i = 0; i < dataset->n_dimensions; i++) {
    struct bytes code;
    if (!code_of_part(row, i, value, &letter, &code))
      return false;
    if (used + code.size + 1 >= KEY_SIZE)
      return load_complain(row->table->load, row_place(row, LOAD_ABSENT), "makes the key too long");
    if (i > 0)
      key[used++] = '.';
    memcpy(key + used, code.data, code.size);
    used += code.size;
  }
  *ret_size = used;
  return true;
}

/* --- Names for people ------------------------------------------------------------------------- */

static struct bytes name_of_part(const struct row *row, const struct load_part *part,
                                 const struct load_value *value) {
  if (part->of_value && value->name != NULL)
    return bytes_of_text(value->name);
  if (part->name != NULL)
    return bytes_of_text(part->name);
  struct bytes cell = row_cell(row, part->column);
  const uint8_t *colon = row->table->layout.labelled && cell.size > 0 && part->column != LOAD_ABSENT
                             ? memchr(cell.data, ':', cell.size)
                             : NULL;
  if (colon != NULL)
    return bytes_trimmed(bytes_of(colon + 1, cell.size - (size_t)(colon + 1 - cell.data)));
  return row_cell(row, part->name_column);
}

static bool describe(const struct row *row, const struct load_value *value, const char *key) {
  const struct table *table = row->table;
  const struct load_dataset *dataset = table->keyed;
  const char *code = strchr(key, '/') + 1;
  for (size_t i = 0; i < dataset->n_dimensions; i++) {
    const struct load_part *part = &table->layout.parts[table->part_of[i]];
    size_t size = strcspn(code, ".");
    char *text = load_text(table->load, bytes_of(code, size));
    if (text == NULL)
      return false;
    if (!part->of_period &&
        !load_describe_code(table->load, dataset, &dataset->dimensions[i], text,
                            text_of_part(row, part, value), name_of_part(row, part, value)))
      return false;
    code += size + (code[size] == '.');
  }
  return true;
}

/* --- The series ------------------------------------------------------------------------------- */

static struct load_series *by_key(const struct row *row, struct bytes text) {
  struct table *table = row->table;
  if (table->series != NULL && bytes_equal(text, bytes_of_text(table->series->key)))
    return table->series;
  table->series = load_series(table->load, row_place_of(row, LOAD_SERIES), text);
  return table->series;
}

static struct load_series *by_codes(const struct row *row, const struct load_value *value,
                                    enum frequency frequency) {
  struct table *table = row->table;
  char key[KEY_SIZE];
  size_t size = 0, known = table->load->series.count;
  const struct load_dataset *dataset = dataset_of(row);
  if (dataset == NULL || (dataset != table->keyed && !take_dataset(row, dataset)) ||
      !join_codes(row, value, frequency_letter(frequency), key, &size))
    return NULL;
  struct load_series *series = by_key(row, bytes_of(key, size));
  bool described = series == NULL || table->layout.exact || table->load->series.count == known ||
                   describe(row, value, series->key);
  return described ? series : NULL;
}

struct load_series *row_series(const struct row *row, struct load_value *value) {
  struct table *table = row->table;
  enum frequency frequency = value->frequency != FREQUENCY_NONE ? value->frequency : row->frequency;
  if (row->dated && value->of_dates != FREQUENCY_NONE)
    frequency = value->of_dates;
  if (value->found != NULL)
    return value->found;
  if (value->series != NULL)
    return value->found = by_key(row, bytes_of_text(value->series));
  if (table->layout.at[LOAD_SERIES] != LOAD_ABSENT)
    return by_key(row, row_cell_of(row, LOAD_SERIES));
  struct load_series *series = by_codes(row, value, frequency);
  if (!table->keys_vary && table->layout.at[LOAD_DATASET] == LOAD_ABSENT)
    value->found = series;
  return series;
}
