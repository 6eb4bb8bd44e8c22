/* SPDX-License-Identifier: MIT */
#include "client/cli/wide.h"

#include <math.h>

#include "client/cli/rpc.h"
#include "proto/cache.h"
#include "proto/key.h"
#include "proto/number.h"
#include "proto/obs_status.h"
#include "proto/period.h"

typedef Bellwether__V1__SeriesObservations series_message;

struct series {
  const char *key;
  const char *transforms; /* ":yoy", as they were asked; "" for none */
  const char *formula;
  const char *title;
  const char *unit; /* in words */
  uint64_t handle;
  uint32_t item;
};

struct value {
  int64_t period;
  uint32_t series;
  char status;
  double value;
};

struct wide {
  struct cli *cli;
  struct arena *arena;
  enum frequency frequency; /* of all series */
  struct list series;       /* struct series */
  struct value *cells;
  size_t n_cells;
  size_t capacity;
  struct list notes;  /* char: where figures come from */
  struct list issues; /* char: what is to be known of them */
};

struct wide *wide_begin(struct cli *cli) {
  struct wide *wide = calloc(1, sizeof *wide);
  if (wide == NULL)
    return NULL;
  *wide = (struct wide){.cli = cli, .arena = arena_new(SIZE_MAX)};
  if (wide->arena == NULL) {
    free(wide);
    return NULL;
  }
  return wide;
}

static enum exit_code fail_memory(struct wide *wide) {
  complain(wide->cli, "out of memory");
  return EXIT_CODE_REFUSED;
}

/* --- Taking --------------------------------------------------------------------------------- */

static const struct series *last_series(const struct wide *wide) {
  return wide->series.count == 0 ? NULL : wide->series.items[wide->series.count - 1];
}

static const char *keep(struct wide *wide, const char *text) {
  return arena_text(wide->arena, bytes_of_text(text));
}

/* Each text once, as long as there are few. */
static bool keep_once(struct wide *wide, struct list *list, const char *text) {
  enum { MANY = 100 };
  for (size_t i = 0; i < list->count; i++)
    if (list->count >= MANY || strcmp(list->items[i], text) == 0)
      return true;
  char *kept = arena_text(wide->arena, bytes_of_text(text));
  return kept != NULL && list_add(list, wide->arena, kept);
}

static enum exit_code check_frequency(struct wide *wide, const series_message *message) {
  enum frequency frequency = (enum frequency)message->observations->frequency;
  if (!frequency_is_valid((int)frequency))
    return EXIT_CODE_REFUSED;
  if (wide->frequency != FREQUENCY_NONE && frequency != wide->frequency) {
    complain(
        wide->cli,
        "--wide: the frequency of %s is %c, that of the series before it %c: their periods share "
        "no rows; ask for each alone, or for all with --frequency %c",
        message->key, frequency_letter(frequency), frequency_letter(wide->frequency),
        frequency_letter(wide->frequency < frequency ? wide->frequency : frequency));
    return EXIT_CODE_REFUSED;
  }
  wide->frequency = frequency;
  return EXIT_CODE_OK;
}

static bool add_series(struct wide *wide, const series_message *message, const char *word) {
  const char *colon = strchr(word, ':');
  char unit[96];
  struct series *series = arena_zero(wide->arena, sizeof *series);
  if (series == NULL)
    return false;
  *series = (struct series){.key = keep(wide, message->key),
                            .transforms = keep(wide, colon == NULL ? "" : colon),
                            .formula = keep(wide, message->formula),
                            .title = keep(wide, message->title),
                            .unit = keep(wide, unit_text(message->unit, unit, sizeof unit)),
                            .handle = message->handle,
                            .item = message->item_index};
  if (series->key == NULL || series->transforms == NULL || series->formula == NULL ||
      series->title == NULL || series->unit == NULL)
    return false;
  for (size_t i = 0; i < message->n_warnings; i++) {
    char *issue = arena_format(wide->arena, "%s: %s", message->key, message->warnings[i]);
    if (issue == NULL || !list_add(&wide->issues, wide->arena, issue))
      return false;
  }
  return list_add(&wide->series, wide->arena, series);
}

static bool add_cell(struct wide *wide, const struct value *cell) {
  if (wide->n_cells == wide->capacity) {
    size_t capacity = wide->capacity == 0 ? 1024 : wide->capacity * 2;
    struct value *wider = realloc(wide->cells, capacity * sizeof *wider);
    if (wider == NULL)
      return false;
    wide->cells = wider;
    wide->capacity = capacity;
  }
  wide->cells[wide->n_cells++] = *cell;
  return true;
}

static bool add_sources(struct wide *wide, const Bellwether__V1__ObservationColumns *columns) {
  for (size_t i = 0; i < columns->n_releases; i++) {
    char text[SOURCE_TEXT_SIZE];
    source_text(columns->releases[i], text, sizeof text);
    if (text[0] != '\0' && !keep_once(wide, &wide->notes, text))
      return false;
  }
  return true;
}

static bool add_cells(struct wide *wide, const Bellwether__V1__ObservationColumns *columns) {
  struct value cell = {.period = columns->first_period,
                       .series = (uint32_t)(wide->series.count - 1)};
  for (size_t i = 0; i < columns->n_values; i++) {
    if (i > 0)
      cell.period += i <= columns->n_period_steps ? columns->period_steps[i - 1] : 1;
    cell.value = columns->values[i];
    cell.status = i < columns->statuses.len ? (char)columns->statuses.data[i] : 'A';
    if (!add_cell(wide, &cell))
      return false;
  }
  return add_sources(wide, columns);
}

enum exit_code wide_add(struct wide *wide, const series_message *message, const char *word) {
  const struct series *last = last_series(wide);
  if (message->observations == NULL)
    return EXIT_CODE_OK;
  if (last == NULL || last->handle != message->handle || last->item != message->item_index) {
    enum exit_code code = check_frequency(wide, message);
    if (code != EXIT_CODE_OK)
      return code;
    if (!add_series(wide, message, word))
      return fail_memory(wide);
  }
  return add_cells(wide, message->observations) ? EXIT_CODE_OK : fail_memory(wide);
}

/* --- Headings ------------------------------------------------------------------------------- */

/* Of the codes at a place: whether some series has another than the first. */
static bool differs(const struct key *keys, size_t n, size_t place) {
  for (size_t i = 1; i < n; i++)
    if (!bytes_equal(keys[i].codes[place], keys[0].codes[place]))
      return true;
  return false;
}

static bool are_alike(const struct key *keys, size_t n) {
  for (size_t i = 1; i < n; i++)
    if (!bytes_equal(keys[i].dataset, keys[0].dataset) || keys[i].n_codes != keys[0].n_codes)
      return false;
  return true;
}

static struct key *parse_keys(const struct wide *wide) {
  struct key *keys = arena_array(wide->arena, wide->series.count + 1, sizeof *keys);
  for (size_t i = 0; keys != NULL && i < wide->series.count; i++) {
    const struct series *series = wide->series.items[i];
    if (key_parse(bytes_of_text(series->key), &keys[i], NULL) != KEY_OK)
      return NULL;
  }
  return keys;
}

/* Programs read the key; what is no published figure says so, lest it is loaded as one. */
static const char *full_name(const struct wide *wide, const struct series *series) {
  if (series->transforms[0] != '\0')
    return arena_format(wide->arena, "%s%s", series->key, series->transforms);
  if (series->formula[0] != '\0')
    return arena_format(wide->arena, "%s: %s", series->key, series->formula);
  return series->key;
}

/* For people: only the codes in which the series differ. */
static const char *short_name(const struct wide *wide, const struct key *keys, size_t at) {
  const struct series *series = wide->series.items[at];
  size_t n = wide->series.count;
  const char *name = "";
  if (!are_alike(keys, n))
    return full_name(wide, series);
  for (size_t i = 0; name != NULL && i < keys->n_codes; i++)
    if (differs(keys, n, i))
      name = arena_format(wide->arena, "%s%s%.*s", name, name[0] == '\0' ? "" : ".",
                          (int)keys[at].codes[i].size, keys[at].codes[i].data);
  if (name == NULL || name[0] != '\0')
    return name == NULL ? NULL : arena_format(wide->arena, "%s%s", name, series->transforms);
  return series->transforms[0] == '\0' ? "value" : series->transforms + 1;
}

static struct column *make_columns(struct wide *wide) {
  size_t n = wide->series.count;
  struct column *columns = arena_array(wide->arena, n + 1, sizeof *columns);
  const struct key *keys = parse_keys(wide);
  if (columns == NULL || keys == NULL)
    return NULL;
  columns[0] = (struct column){"period", CELL_TEXT};
  for (size_t i = 0; i < n; i++) {
    const char *name = wide->cli->format == FORMAT_TABLE ? short_name(wide, keys, i)
                                                         : full_name(wide, wide->series.items[i]);
    if (name == NULL)
      return NULL;
    columns[i + 1] = (struct column){name, CELL_NUMBER};
  }
  return columns;
}

/* --- Printing ------------------------------------------------------------------------------- */

static int by_period_and_series(const void *left, const void *right) {
  const struct value *a = left, *b = right;
  if (a->period != b->period)
    return a->period < b->period ? -1 : 1;
  return a->series < b->series ? -1 : a->series > b->series;
}

/* What was computed has more digits than it means. */
static double shown(const struct wide *wide, const struct value *cell) {
  const struct series *series = wide->series.items[cell->series];
  char text[NUMBER_TEXT_SIZE];
  if (series->formula[0] == '\0' || isnan(cell->value))
    return cell->value;
  snprintf(text, sizeof text, "%.9e", cell->value);
  return strtod(text, NULL);
}

/* A figure, for people with the letter of its status if it is not a normal one. */
static void print_cell(const struct wide *wide, struct output *output, const struct value *cell,
                       bool *seen) {
  if (!output_is_table(output)) {
    output_number(output, cell->value);
    return;
  }
  char text[NUMBER_TEXT_SIZE + 2] = "";
  size_t size = isnan(cell->value) ? 0 : number_format(shown(wide, cell), text);
  if (cell->status != OBS_STATUS_NORMAL) {
    snprintf(text + size, sizeof text - size, " %c", cell->status);
    seen[(unsigned char)cell->status] = true;
  }
  output_tone(output, status_tone(cell->status));
  output_marked(output, text);
  output_tone(output, TONE_PLAIN);
}

static void print_rows(const struct wide *wide, struct output *output, bool *seen) {
  size_t n = wide->series.count;
  for (size_t at = 0; at < wide->n_cells;) {
    int64_t period = wide->cells[at].period;
    char label[PERIOD_TEXT_SIZE];
    period_format(wide->frequency, period, label);
    output_text(output, label);
    for (size_t i = 0; i < n; i++) {
      bool has =
          at < wide->n_cells && wide->cells[at].period == period && wide->cells[at].series == i;
      if (has)
        print_cell(wide, output, &wide->cells[at++], seen);
      else
        output_number(output, (double)NAN);
    }
  }
}

static void note_series(struct output *output, const struct column *column,
                        const struct series *series) {
  output_note(output, "%s: %s, %s%s%s%s%s%s", column->name, series->key, series->title,
              series->formula[0] == '\0' ? "" : ": ", series->formula,
              series->unit[0] == '\0' ? "" : " (", series->unit,
              series->unit[0] == '\0' ? "" : ")");
}

static void note_statuses(struct output *output, const bool *seen) {
  char text[512] = "";
  size_t size = 0;
  for (int i = 0; i <= UINT8_MAX && size < sizeof text; i++)
    if (seen[i])
      size += (size_t)snprintf(text + size, sizeof text - size, "%s%c %s", size > 0 ? ", " : "", i,
                               status_word((char)i));
  if (size > 0)
    output_note(output, "%s", text);
}

static void print_notes(struct wide *wide, struct output *output, const struct column *columns,
                        const bool *seen) {
  for (size_t i = 0; i < wide->series.count; i++)
    note_series(output, &columns[i + 1], wide->series.items[i]);
  note_statuses(output, seen);
  if (wide->n_cells == 0)
    output_note(output, "no observations");
  for (size_t i = 0; i < wide->issues.count; i++) {
    if (output_is_table(output))
      output_note(output, "%s", (const char *)wide->issues.items[i]);
    else
      complain(wide->cli, "%s", (const char *)wide->issues.items[i]);
  }
  for (size_t i = 0; i < wide->notes.count; i++)
    output_note(output, "%s", (const char *)wide->notes.items[i]);
}

static enum exit_code print(struct wide *wide) {
  bool seen[UINT8_MAX + 1] = {false};
  const struct column *columns = make_columns(wide);
  struct output *output =
      columns == NULL ? NULL : output_begin(wide->cli, columns, wide->series.count + 1);
  if (output == NULL)
    return fail_memory(wide);
  if (wide->n_cells > 0)
    qsort(wide->cells, wide->n_cells, sizeof *wide->cells, by_period_and_series);
  print_rows(wide, output, seen);
  print_notes(wide, output, columns, seen);
  output_end(output);
  return EXIT_CODE_OK;
}

enum exit_code wide_close(struct wide *wide, enum exit_code code) {
  if (wide == NULL)
    return code;
  if (code == EXIT_CODE_OK)
    code = print(wide);
  free(wide->cells);
  arena_free(wide->arena);
  free(wide);
  return code;
}
