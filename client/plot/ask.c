/* SPDX-License-Identifier: MIT */
#include "client/plot/ask.h"

#include "client/plot/source.h"
#include "client/cli/query.h"
#include "client/cli/rpc.h"
#include "proto/number.h"

typedef Bellwether__V1__BatchGetObservationsRequest request_message;
typedef Bellwether__V1__BatchGetObservationsResponse response_message;
typedef Bellwether__V1__SeriesObservations series_message;
typedef Bellwether__V1__ObservationColumns columns_message;

/* The answer while it comes in. */
struct reader {
  struct cli *cli;
  const struct arguments *arguments;
  struct plot *plot;
  struct plot_source source;
  uint64_t handle; /* of the line that is being filled */
  uint32_t item;
  struct plot_line *line;
  bool failed;
};

static enum exit_code no_memory(struct cli *cli) {
  complain(cli, "out of memory");
  return EXIT_CODE_REFUSED;
}

static bool make_room(struct arena *arena, struct plot_line *line, size_t more) {
  if (line->n_points + more <= line->capacity)
    return true;
  size_t capacity = 2 * line->capacity + more;
  struct plot_point *points = arena_array(arena, capacity, sizeof *points);
  if (points == NULL)
    return false;
  if (line->n_points > 0)
    memcpy(points, line->points, line->n_points * sizeof *points);
  line->points = points;
  line->capacity = capacity;
  return true;
}

static int64_t middle_ms(enum frequency frequency, int64_t period) {
  int64_t first = period_first_ms(frequency, period), last = period_last_ms(frequency, period);
  return first + (last - first + 1) / 2;
}

/* False where the server sends what no calendar has. */
static bool add_points(struct plot_line *line, const columns_message *columns) {
  int64_t period = columns->first_period;
  for (size_t i = 0; i < columns->n_values; i++) {
    if (i > 0)
      period += i - 1 < columns->n_period_steps ? columns->period_steps[i - 1] : 1;
    if (!period_is_valid(line->frequency, period))
      return false;
    line->points[line->n_points++] = (struct plot_point){
        .period = period,
        .at_ms = middle_ms(line->frequency, period),
        .value = columns->values[i],
        .status = i < columns->statuses.len ? (char)columns->statuses.data[i] : 'A'};
  }
  return true;
}

static void note_releases(struct reader *reader, const columns_message *columns) {
  for (size_t i = 0; i < columns->n_releases; i++)
    plot_source_add(&reader->source, reader->plot->arena, columns->releases[i]);
}

static enum exit_code add_rows(struct reader *reader, const columns_message *columns) {
  struct plot_line *line = reader->line;
  if (columns == NULL || columns->n_values == 0)
    return EXIT_CODE_OK;
  line->frequency = (enum frequency)columns->frequency;
  if (!make_room(reader->plot->arena, line, columns->n_values))
    return no_memory(reader->cli);
  if (!add_points(line, columns)) {
    complain(reader->cli, "%s: the server sent a period that does not exist", line->key);
    return EXIT_CODE_REFUSED;
  }
  if (line >= reader->plot->lines && line < reader->plot->lines + PLOT_LINES_MAX)
    note_releases(reader, columns);
  return EXIT_CODE_OK;
}

/* The first of its words are lines, the items behind them earlier views. */
static struct plot_line *next_line(struct reader *reader, uint32_t item) {
  struct plot *plot = reader->plot;
  if (item >= reader->arguments->n_words)
    return plot->n_older < PLOT_OLDER_MAX ? &plot->older[plot->n_older++] : NULL;
  return plot->n_lines < PLOT_LINES_MAX ? &plot->lines[plot->n_lines++] : NULL;
}

static enum exit_code begin_line(struct reader *reader, const series_message *series) {
  struct arena *arena = reader->plot->arena;
  struct plot_line *line = next_line(reader, series->item_index);
  if (line == NULL) {
    complain(reader->cli, "more than %d series: their lines could not be told apart; ask for fewer",
             PLOT_LINES_MAX);
    return EXIT_CODE_REFUSED;
  }
  reader->line = line;
  reader->handle = series->handle;
  reader->item = series->item_index;
  const Bellwether__V1__Unit *unit = series->unit;
  line->key = arena_text(arena, bytes_of_text(series->key));
  line->title = arena_text(arena, bytes_of_text(series->title));
  line->formula = arena_text(arena, bytes_of_text(series->formula));
  line->unit = arena_text(arena, bytes_of_text(unit == NULL ? "" : unit->unit));
  line->unit_mult = unit == NULL ? 0 : unit->unit_mult;
  bool whole =
      line->key != NULL && line->title != NULL && line->formula != NULL && line->unit != NULL;
  return whole ? EXIT_CODE_OK : no_memory(reader->cli);
}

static enum exit_code read_series(struct reader *reader, const series_message *series) {
  bool goes_on = reader->line != NULL && reader->handle == series->handle &&
                 reader->item == series->item_index;
  enum exit_code code = goes_on ? EXIT_CODE_OK : begin_line(reader, series);
  if (code != EXIT_CODE_OK)
    return code;
  bool main = series->item_index < reader->arguments->n_words;
  for (size_t i = 0; i < series->n_warnings && main && !goes_on; i++)
    complain(reader->cli, "%s: %s", series->key, series->warnings[i]);
  return add_rows(reader, series->observations);
}

/* An item of a release that fails has no view to draw; the series itself must be there. */
static enum exit_code read_page(void *arg, const ProtobufCMessage *message) {
  struct reader *reader = arg;
  const response_message *response = (const response_message *)message;
  for (size_t i = 0; i < response->n_errors; i++) {
    uint32_t item = response->errors[i]->index;
    if (item >= reader->arguments->n_words)
      continue;
    rpc_complain_item(reader->cli, reader->arguments->words[item], response->errors[i]->status);
    reader->failed = true;
  }
  for (size_t i = 0; i < response->n_series; i++) {
    enum exit_code code = read_series(reader, response->series[i]);
    if (code != EXIT_CODE_OK)
      return code;
  }
  return EXIT_CODE_OK;
}

static Bellwether__V1__BatchItem *add_item(struct arena *arena, request_message *request) {
  Bellwether__V1__BatchItem *item = arena_alloc(arena, sizeof *item);
  if (item == NULL)
    return NULL;
  bellwether__v1__batch_item__init(item);
  item->item_case = BELLWETHER__V1__BATCH_ITEM__ITEM_KEY;
  request->items[request->n_items++] = item;
  return item;
}

/* "KEY" or "KEY:TRANSFORMS". */
static enum exit_code add_word(const struct plot_question *question, struct arena *arena,
                               const char *word, request_message *request) {
  const char *colon = strchr(word, ':');
  Bellwether__V1__BatchItem *item = add_item(arena, request);
  if (item == NULL)
    return no_memory(question->cli);
  item->key =
      arena_text(arena, bytes_of(word, colon == NULL ? strlen(word) : (size_t)(colon - word)));
  if (item->key == NULL)
    return no_memory(question->cli);
  if (colon != NULL)
    item->query = query_with_transforms(question->cli, question->query, colon + 1, arena);
  return colon == NULL || item->query != NULL ? EXIT_CODE_OK : EXIT_CODE_USAGE;
}

/* The same question as of a release. */
static enum exit_code add_release(const struct plot_question *question, struct arena *arena,
                                  const char *release, request_message *request) {
  const Bellwether__V1__BatchItem *present = request->items[0];
  Bellwether__V1__BatchItem *item = add_item(arena, request);
  Bellwether__V1__ObservationQuery *query = arena_alloc(arena, sizeof *query);
  Bellwether__V1__AsOf *as_of = arena_alloc(arena, sizeof *as_of);
  if (item == NULL || query == NULL || as_of == NULL)
    return no_memory(question->cli);
  item->key = present->key;
  item->query = query;
  *query = present->query != NULL ? *present->query : *question->query;
  bellwether__v1__as_of__init(as_of);
  as_of->point_case = BELLWETHER__V1__AS_OF__POINT_RELEASE;
  as_of->release = text_field(release);
  query->as_of = as_of;
  return EXIT_CODE_OK;
}

static enum exit_code add_earlier(const struct plot_question *question, struct plot *plot,
                                  request_message *request) {
  struct plot_earlier earlier = {.arena = plot->arena};
  if (!question->vintages)
    return EXIT_CODE_OK;
  enum exit_code code = plot_earlier_ask(question->cli, request->items[0]->key, &earlier);
  if (code != EXIT_CODE_OK)
    return code;
  plot->older_text = plot_earlier_choose(&earlier);
  if (plot->older_text == NULL)
    return no_memory(question->cli);
  for (size_t i = 0; i < earlier.n_chosen && code == EXIT_CODE_OK; i++)
    code = add_release(question, plot->arena, earlier.chosen[i], request);
  return code;
}

static enum exit_code make_request(const struct plot_question *question, struct plot *plot,
                                   request_message *request) {
  size_t n = question->arguments->n_words;
  enum exit_code code = EXIT_CODE_OK;
  request->query = question->query;
  request->items = arena_array(plot->arena, n + PLOT_OLDER_MAX, sizeof *request->items);
  if (request->items == NULL)
    return no_memory(question->cli);
  for (size_t i = 0; i < n && code == EXIT_CODE_OK; i++)
    code = add_word(question, plot->arena, question->arguments->words[i], request);
  return code == EXIT_CODE_OK ? add_earlier(question, plot, request) : code;
}

/* Lines without any row have no frequency, and nothing to draw. */
static void drop_empty(struct cli *cli, struct plot *plot) {
  size_t n = 0;
  for (size_t i = 0; i < plot->n_lines; i++) {
    if (plot->lines[i].n_points > 0)
      plot->lines[n++] = plot->lines[i];
    else if (plot->n_lines > 1)
      complain(cli, "%s: no observations", plot->lines[i].key);
  }
  plot->n_lines = n;
}

static void rescale(struct plot_line *line, int unit_mult) {
  for (size_t i = 0; i < line->n_points; i++)
    line->points[i].value = number_shift(line->points[i].value, line->unit_mult - unit_mult);
  line->unit_mult = unit_mult;
}

/* One axis has one unit; other multipliers become the first line's. */
static bool share_unit(struct cli *cli, struct plot *plot) {
  const struct plot_line *first = &plot->lines[0];
  for (size_t i = 0; i < plot->n_lines; i++) {
    struct plot_line *line = &plot->lines[i];
    if (strcmp(line->unit, first->unit) != 0) {
      complain(
          cli,
          "%s is in %s and %s in %s: one axis cannot show both; --transform index=PERIOD makes "
          "both 100 in that period, --yoy shows growth",
          first->key, first->unit[0] != '\0' ? first->unit : "no unit", line->key,
          line->unit[0] != '\0' ? line->unit : "no unit");
      return false;
    }
    rescale(line, first->unit_mult);
  }
  for (size_t i = 0; i < plot->n_older; i++)
    rescale(&plot->older[i], first->unit_mult);
  return true;
}

static enum exit_code complain_empty(const struct plot_question *question) {
  complain(question->cli, "%s: nothing to draw: no observation with a value%s",
           question->arguments->words[0], question->query->as_of != NULL ? " as of then" : "");
  return EXIT_CODE_REFUSED;
}

enum exit_code plot_ask(const struct plot_question *question, struct plot *plot) {
  request_message request = BELLWETHER__V1__BATCH_GET_OBSERVATIONS_REQUEST__INIT;
  struct reader reader = {.cli = question->cli, .arguments = question->arguments, .plot = plot};
  enum exit_code code = make_request(question, plot, &request);
  if (code == EXIT_CODE_OK)
    code =
        rpc_pages(question->cli, "Observations/BatchGetObservations", &request.base,
                  &bellwether__v1__batch_get_observations_response__descriptor, read_page, &reader);
  if (code != EXIT_CODE_OK || reader.failed)
    return code == EXIT_CODE_OK ? EXIT_CODE_REFUSED : code;
  drop_empty(question->cli, plot);
  if (plot->n_lines == 0)
    return complain_empty(question);
  if (!share_unit(question->cli, plot))
    return EXIT_CODE_REFUSED;
  if (!plot_measure(plot))
    return complain_empty(question);
  plot->source = plot_source_text(&reader.source, plot->arena);
  plot->last_release_ms = reader.source.last_ms;
  return plot->source != NULL && plot_name(plot) ? EXIT_CODE_OK : no_memory(question->cli);
}
