/* SPDX-License-Identifier: MIT */
/* The series of a figure: by its whole key, or by codes from columns, constants and headings. */
#include "client/cli/rpc.h"
#include "client/load/cell.h"
#include "client/load/codes.h"
#include "client/load/made_dataset.h"
#include "client/load/table.h"

#include <ctype.h>
#include <strings.h>

enum { KEY_SIZE = LIMIT_SERIES_KEY_BYTES + 2 };
static const size_t NO_PART = SIZE_MAX;

/* --- The dataset ------------------------------------------------------------------------------ */

/* Some agencies write SDMX's ids in lower case. */
static bool is_part_of(const struct load_layout *layout, const struct load_part *part,
                       const struct load_dimension *dimension) {
  if (part->id != NULL && strcmp(part->id, dimension->id) == 0)
    return true;
  if (layout->sdmx && part->id != NULL && strcasecmp(part->id, dimension->id) == 0)
    return true;
  return part->role != 0 && part->role == dimension->role;
}

/* By its id, else by its role. */
static size_t find_part(const struct load_layout *layout, const struct load_dimension *dimension) {
  size_t found = NO_PART;
  for (size_t i = layout->n_parts; i-- > 0;)
    if (is_part_of(layout, &layout->parts[i], dimension) &&
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
  table->keys_vary = table->key_of_value = false;
  for (size_t i = 0; i < dataset->n_dimensions; i++) {
    size_t part = find_part(&table->layout, &dataset->dimensions[i]);
    table->part_of[i] = part;
    if (part == NO_PART && table->layout.sdmx)
      continue; /* rows that delete may leave it out */
    if (part == NO_PART)
      return complain_dimension(row, dataset, dataset->dimensions[i].id);
    table->key_of_value = table->key_of_value || table->layout.parts[part].of_value;
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

static const uint8_t *find_label(struct bytes text) {
  return text.data == NULL ? NULL : memmem(text.data, text.size, ": ", 2);
}

/* "BIS:WEBSTATS_DER_DATAFLOW(1.0): Derivatives" is WEBSTATS_DER_DATAFLOW. */
static struct bytes dataflow_id(struct bytes text) {
  const uint8_t *label = find_label(text);
  if (label != NULL)
    text.size = (size_t)(label - text.data);
  const uint8_t *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
  if (colon != NULL)
    text = bytes_of(colon + 1, text.size - (size_t)(colon + 1 - text.data));
  const uint8_t *bracket = text.size == 0 ? NULL : memchr(text.data, '(', text.size);
  return bracket == NULL ? text : bytes_of(text.data, (size_t)(bracket - text.data));
}

/* Ids of SDMX may have letters that ours do not: "EI_BPM6CA_Q$DEFAULTVIEW". */
static struct bytes clean_id(struct load *load, struct bytes id) {
  char *text = load_text(load, id);
  if (text == NULL)
    return bytes_of(NULL, 0);
  for (char *letter = text; *letter != '\0'; letter++) {
    *letter = (char)toupper((unsigned char)*letter);
    if (!isupper((unsigned char)*letter) && !isdigit((unsigned char)*letter) &&
        strchr("_@-", *letter) == NULL)
      *letter = '_';
  }
  return bytes_of_text(text);
}

/* "Derivatives" of "BIS:DER(1.0): Derivatives", or of a column of its own. */
static struct bytes dataset_title(const struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  struct bytes text = row_cell_of(row, LOAD_DATASET);
  const uint8_t *label = find_label(text);
  if (label != NULL)
    return bytes_trimmed(bytes_of(label + 1, text.size - (size_t)(label + 1 - text.data)));
  return row_cell(row, layout_find(layout, "STRUCTURE_NAME"));
}

/* "BIS" of "BIS:DER(1.0)". */
struct bytes row_agency(const struct row *row) {
  struct bytes text = row_cell_of(row, LOAD_DATASET);
  const uint8_t *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
  return colon == NULL ? bytes_of(NULL, 0) : bytes_of(text.data, (size_t)(colon - text.data));
}

/* One that nobody knows is made by the first row that states a figure of it. */
static const struct load_dataset *make_dataset(const struct row *row, struct bytes text) {
  struct load *load = row->table->load;
  struct made_dataset made = {.id = clean_id(load, dataflow_id(text)),
                              .title = dataset_title(row),
                              .publisher = row_agency(row),
                              .record = row->record};
  if (made.id.size == 0 ||
      (row->action != 'D' && !load_make_dataset_as(load, &row->table->layout, &made)))
    return NULL;
  return load_dataset(load, row_place_of(row, LOAD_DATASET), made.id);
}

/* A row that deletes may stand before those that make its dataset. */
static bool find_unknown(const struct row *row, bool *ret_unknown) {
  struct table *table = row->table;
  struct bytes text = row_cell_of(row, LOAD_DATASET);
  const struct load_dataset *dataset = NULL;
  *ret_unknown = false;
  if (text.size == 0 || cache_get(&table->datasets, text) != NULL)
    return true;
  struct unknown_dataset *unknown = arena_alloc(table->load->arena, sizeof *unknown);
  if (unknown == NULL)
    return load_fail_memory(table->load);
  *unknown = (struct unknown_dataset){clean_id(table->load, dataflow_id(text)),
                                      row_place_of(row, LOAD_DATASET)};
  if (unknown->id.size == 0 || !load_find_dataset(table->load, unknown->id, &dataset))
    return false;
  *ret_unknown = dataset->n_dimensions == 0;
  return !*ret_unknown || list_add(&table->unknown, table->load->arena, unknown) ||
         load_fail_memory(table->load);
}

static const struct load_dataset *sdmx_dataset(const struct row *row, struct bytes text) {
  struct table *table = row->table;
  struct load_dataset *known = cache_get(&table->datasets, text);
  if (known != NULL)
    return known;
  const struct load_dataset *dataset = make_dataset(row, text);
  if (dataset != NULL && !cache_put(&table->datasets, table->load->arena, text,
                                    (struct load_dataset *)(uintptr_t)dataset))
    load_fail_memory(table->load);
  return dataset;
}

static const struct load_dataset *dataset_of(const struct row *row) {
  struct load *load = row->table->load;
  struct bytes text = row_cell_of(row, LOAD_DATASET);
  if (text.size > 0 && row->table->layout.sdmx)
    return sdmx_dataset(row, text);
  if (text.size > 0)
    return load_dataset(load, row_place_of(row, LOAD_DATASET), dataflow_id(text));
  if (load->default_dataset != NULL)
    return load_dataset(load, row_place(row, LOAD_ABSENT), bytes_of_text(load->default_dataset));
  load_complain(load, row_place(row, LOAD_ABSENT),
                "neither a column \"series\" nor a dataset whose dimensions are columns: give "
                "--dataset");
  return NULL;
}

/* What the first row left empty was taken for another dataset's dimension. */
static bool check_made(const struct row *row, const struct load_dataset *dataset) {
  const struct table *table = row->table;
  if (!dataset->made || row->action == 'D' || !table->layout.sdmx)
    return true;
  for (size_t i = 0; i < table->layout.n_parts; i++) {
    const struct load_part *part = &table->layout.parts[i];
    bool used = part->attribute || row_cell(row, part->column).size == 0;
    for (size_t j = 0; j < dataset->n_dimensions; j++)
      used = used || table->part_of[j] == i;
    if (!used)
      return load_complain(table->load, row_place(row, part->column),
                           "is empty in the first row of %s, and must be in all of them",
                           dataset->id);
  }
  return true;
}

/* --- The key ---------------------------------------------------------------------------------- */

/* What the file writes for a part. */
static struct bytes text_of_part(const struct row *row, const struct load_part *part,
                                 const struct load_value *value) {
  if (part->code != NULL)
    return bytes_of_text(part->code);
  if (part->of_value)
    return bytes_of_text(value->code);
  return row_without_label(row, row_cell(row, part->column));
}

/* Eurostat's files with names instead of codes: "Quarterly" is Q. */
static struct bytes frequency_code(struct bytes text) {
  static const struct {
    const char *word;
    const char *letter;
  } WORDS[] = {{"annual", "A"},    {"half-yearly", "S"}, {"half-yearly, semesterly", "S"},
               {"quarterly", "Q"}, {"monthly", "M"},     {"weekly", "W"},
               {"daily", "D"}};
  for (size_t i = 0; i < count_of(WORDS); i++)
    if (cell_is_word(text, WORDS[i].word))
      return bytes_of_text(WORDS[i].letter);
  return text;
}

static bool code_of_part(const struct row *row, size_t i, const struct load_value *value,
                         const char *letter, struct bytes *ret_code) {
  const struct table *table = row->table;
  bool deletes = row->action == 'D' && table->layout.sdmx;
  if (table->part_of[i] == NO_PART && deletes)
    return true;
  if (table->part_of[i] == NO_PART)
    return complain_dimension(row, table->keyed, table->keyed->dimensions[i].id);
  const struct load_part *part = &table->layout.parts[table->part_of[i]];
  struct load_place place = row_place(row, part->of_value ? value->column : part->column);
  if (part->of_period) {
    bool any = deletes && (row->dated || row->frequency == FREQUENCY_NONE);
    *ret_code = bytes_of(letter, any ? 0 : 1);
    return true;
  }
  *ret_code = text_of_part(row, part, value);
  if (table->layout.sdmx && i == table->keyed->frequency_dimension)
    *ret_code = frequency_code(*ret_code);
  if (ret_code->size == 0 && deletes) /* any: the key is a pattern */
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

static const struct load_part *table_part(const struct row *row, size_t dimension) {
  return &row->table->layout.parts[row->table->part_of[dimension]];
}

static bool join_codes(const struct row *row, const struct load_value *value, char letter,
                       char key[static KEY_SIZE], size_t *ret_size) {
  const struct load_dataset *dataset = row->table->keyed;
  size_t used = (size_t)snprintf(key, KEY_SIZE, "%s/", dataset->id);
  for (size_t i = 0; i < dataset->n_dimensions; i++) {
    struct bytes code = bytes_of("", 0);
    if (!code_of_part(row, i, value, &letter, &code))
      return false;
    if (used + code.size + 1 >= KEY_SIZE)
      return load_complain(
          row->table->load,
          row_place(row, table_part(row, i)->of_value ? value->column : table_part(row, i)->column),
          "\"%.*s\" makes the key of its series too long", text_shown(code),
          (const char *)code.data);
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

static struct load_series *by_key(const struct row *row, struct load_place place,
                                  struct bytes text) {
  struct table *table = row->table;
  if (table->series != NULL && bytes_equal(text, bytes_of_text(table->series->key)))
    return table->series;
  table->series = load_series(table->load, place, text);
  return table->series;
}

static struct load_series *by_codes(const struct row *row, const struct load_value *value,
                                    enum frequency frequency) {
  struct table *table = row->table;
  char key[KEY_SIZE];
  size_t size = 0, known = table->load->series.count;
  const struct load_dataset *dataset = dataset_of(row);
  if (dataset == NULL || (dataset != table->keyed && !take_dataset(row, dataset)) ||
      !check_made(row, dataset) || !join_codes(row, value, frequency_letter(frequency), key, &size))
    return NULL;
  struct load_series *series = by_key(row, row_place_of(row, LOAD_SERIES), bytes_of(key, size));
  bool described = series == NULL || table->layout.exact || table->load->series.count == known ||
                   describe(row, value, series->key);
  return described ? series : NULL;
}

struct load_series *row_series(struct row *row, struct load_value *value) {
  struct table *table = row->table;
  enum frequency frequency = value->frequency != FREQUENCY_NONE ? value->frequency : row->frequency;
  if (row->dated && value->of_dates != FREQUENCY_NONE)
    frequency = value->of_dates;
  if (value->found != NULL)
    return value->found;
  if (value->series != NULL)
    return value->found = by_key(row, row_place(row, value->column), bytes_of_text(value->series));
  if (table->layout.at[LOAD_SERIES] != LOAD_ABSENT)
    return by_key(row, row_place_of(row, LOAD_SERIES), row_cell_of(row, LOAD_SERIES));
  if (row->series != NULL && row->series_frequency == frequency)
    return row->series;
  struct load_series *series = by_codes(row, value, frequency);
  if (!table->key_of_value) {
    row->series = series;
    row->series_frequency = frequency;
  }
  if (!table->keys_vary && table->layout.at[LOAD_DATASET] == LOAD_ABSENT)
    value->found = series;
  return series;
}

/* --- Patterns --------------------------------------------------------------------------------- */

bool row_pattern(const struct row *row, const struct load_dataset **ret_dataset,
                 const char **ret_pattern, bool *ret_whole) {
  struct table *table = row->table;
  char key[KEY_SIZE];
  size_t size = 0;
  bool unknown = false;
  *ret_dataset = NULL;
  if (!find_unknown(row, &unknown) || unknown)
    return unknown;
  const struct load_dataset *dataset = dataset_of(row);
  if (dataset == NULL || (dataset != table->keyed && !take_dataset(row, dataset)) ||
      !join_codes(row, NULL, frequency_letter(row->frequency), key, &size))
    return false;
  *ret_pattern = load_text(table->load, bytes_of(key, size));
  if (*ret_pattern == NULL)
    return false;
  *ret_dataset = dataset;
  *ret_whole = strstr(*ret_pattern, "..") == NULL && strstr(*ret_pattern, "/.") == NULL &&
               key[size - 1] != '.' && key[size - 1] != '/';
  return true;
}

bool row_has_all_codes(const struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  for (size_t i = 0; i < layout->n_parts; i++) {
    const struct load_part *part = &layout->parts[i];
    if (!part->attribute && row_cell(row, part->column).size == 0)
      return false;
  }
  return true;
}

static bool is_of_key(const struct table *table, size_t cell) {
  for (size_t i = 0; i < table->keyed->n_dimensions; i++) {
    if (table->part_of[i] == NO_PART)
      continue;
    const struct load_part *part = &table->layout.parts[table->part_of[i]];
    if (part->column == cell || part->name_column == cell)
      return true;
  }
  return false;
}

size_t row_attribute(const struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  for (size_t i = 0; i < layout->n_cells; i++) {
    bool other = i != layout->at[LOAD_DATASET] && i != layout->at[LOAD_STRUCTURE] &&
                 i != layout->at[LOAD_ACTION] && i != layout->at[LOAD_PERIOD] &&
                 i != layout->at[LOAD_VALUE] && !layout->ignored[i];
    if (other && row_cell(row, i).size > 0 && !is_of_key(row->table, i))
      return i;
  }
  return LOAD_ABSENT;
}
