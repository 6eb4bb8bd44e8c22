/* SPDX-License-Identifier: MIT */
/* `bellwether get`: observations of series. */
#include "client/cli/figures.h"
#include "client/cli/rpc.h"
#include "proto/limits.h"

typedef Bellwether__V1__BatchGetObservationsRequest request_message;
typedef Bellwether__V1__BatchGetObservationsResponse response_message;
typedef Bellwether__V1__SeriesObservations series_message;

static const struct option OPTIONS[] = {
    {"from", "PERIOD", "the first period: 2018, 2018-Q1, 2018-03, 2018-W12, 2018-03-01"},
    {"to", "PERIOD", "the last period; 2024 on a monthly series ends with 2024-12"},
    {"first", "N", "only the first N observations of the range"},
    {"last", "N", "only the last N"},
    {"as-of", "DATE|RELEASE", "as it was known at the end of that day (UTC), or with that release"},
    {"units", NULL, "in single units: 2.63 trillion is 2630000000000"},
    {NULL, NULL, NULL},
};

static const struct column TABLE_COLUMNS[] = {
    {"period", CELL_TEXT},    {"value", CELL_NUMBER}, {"status", CELL_TEXT},
    {"published", CELL_TEXT}, {"source", CELL_TEXT},  {"comment", CELL_TEXT},
};

/* The pages of one answer, printed as they come. */
struct printer {
  struct cli *cli;
  const struct arguments *arguments;
  struct output *output; /* of programs: all series; of people: the present one */
  uint64_t handle;       /* of the present one */
  uint32_t item;
  bool any;
  bool failed;
};

/* Comments are sparse; the place of the next one moves on. */
static const char *comment_at(const Bellwether__V1__ObservationColumns *columns, size_t row,
                              size_t *at) {
  if (*at >= columns->n_comments || columns->comments[*at]->index != row)
    return "";
  return columns->comments[(*at)++]->text;
}

static const Bellwether__V1__ReleaseEntry *
release_at(const Bellwether__V1__ObservationColumns *columns, size_t row) {
  size_t index = row < columns->n_release_indexes ? columns->release_indexes[row] : 0;
  return index < columns->n_releases ? columns->releases[index] : NULL;
}

static void print_table_row(struct output *output, const struct figure *figure) {
  char published[64];
  output_text(output, figure->period);
  output_number(output, figure->value);
  output_text(output, status_word(figure->status));
  output_text(output, published_text(figure->release, published, sizeof published));
  output_text(output, figure->release == NULL ? "" : figure->release->publisher);
  output_text(output, figure->comment);
  note_source(output, figure->release);
}

static void print_rows(struct printer *printer, const series_message *series) {
  const Bellwether__V1__ObservationColumns *columns = series->observations;
  size_t comment = 0;
  for (size_t i = 0; i < columns->n_values; i++) {
    struct figure figure = {.series = series->key,
                            .period = i < columns->n_period_labels ? columns->period_labels[i] : "",
                            .value = columns->values[i],
                            .status =
                                i < columns->statuses.len ? (char)columns->statuses.data[i] : 'A',
                            .unit = series->unit,
                            .release = release_at(columns, i),
                            .comment = comment_at(columns, i, &comment)};
    if (printer->cli->format == FORMAT_TABLE)
      print_table_row(printer->output, &figure);
    else
      figures_row(printer->output, &figure);
  }
}

static void begin_table(struct printer *printer, const series_message *series) {
  char unit[96];
  output_end(printer->output);
  if (printer->any)
    fputc('\n', printer->cli->out);
  printer->output = output_begin(printer->cli, TABLE_COLUMNS, count_of(TABLE_COLUMNS));
  unit_text(series->unit, unit, sizeof unit);
  if (printer->output != NULL)
    output_title(printer->output, "%s: %s%s%s%s", series->key, series->title,
                 unit[0] != '\0' ? " (" : "", unit, unit[0] != '\0' ? ")" : "");
}

static void print_series(struct printer *printer, const series_message *series) {
  bool goes_on =
      printer->any && printer->handle == series->handle && printer->item == series->item_index;
  if (printer->cli->format == FORMAT_TABLE && !goes_on)
    begin_table(printer, series);
  printer->handle = series->handle;
  printer->item = series->item_index;
  printer->any = true;
  if (printer->output == NULL || series->observations == NULL)
    return;
  print_rows(printer, series);
  if (series->observations->n_values == 0 && !goes_on)
    output_note(printer->output, "no observations%s",
                argument_given(printer->arguments, "as-of") ? " as of then" : "");
}

static enum exit_code print_page(void *arg, const ProtobufCMessage *message) {
  struct printer *printer = arg;
  const response_message *response = (const response_message *)message;
  for (size_t i = 0; i < response->n_series; i++)
    print_series(printer, response->series[i]);
  for (size_t i = 0; i < response->n_errors; i++) {
    uint32_t item = response->errors[i]->index;
    if (item < printer->arguments->n_words)
      rpc_complain_item(printer->cli, printer->arguments->words[item], response->errors[i]->status);
    printer->failed = true;
  }
  return EXIT_CODE_OK;
}

static enum exit_code ask_items(struct cli *cli, const struct arguments *arguments,
                                request_message *request) {
  struct printer printer = {.cli = cli, .arguments = arguments};
  scoped(free) Bellwether__V1__BatchItem *items = calloc(arguments->n_words, sizeof *items);
  scoped(free) Bellwether__V1__BatchItem **pointers =
      calloc(arguments->n_words, sizeof(Bellwether__V1__BatchItem *));
  if (items == NULL || pointers == NULL)
    return EXIT_CODE_REFUSED;
  for (size_t i = 0; i < arguments->n_words; i++) {
    bellwether__v1__batch_item__init(&items[i]);
    items[i].item_case = BELLWETHER__V1__BATCH_ITEM__ITEM_KEY;
    items[i].key = text_field(arguments->words[i]);
    pointers[i] = &items[i];
  }
  request->n_items = arguments->n_words;
  request->items = pointers;
  if (cli->format != FORMAT_TABLE)
    printer.output = figures_begin(cli);
  enum exit_code code =
      rpc_pages(cli, "Observations/BatchGetObservations", &request->base,
                &bellwether__v1__batch_get_observations_response__descriptor, print_page, &printer);
  code = output_close(printer.output, code);
  return printer.failed && code == EXIT_CODE_OK ? EXIT_CODE_REFUSED : code;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  request_message request = BELLWETHER__V1__BATCH_GET_OBSERVATIONS_REQUEST__INIT;
  Bellwether__V1__ObservationQuery query = BELLWETHER__V1__OBSERVATION_QUERY__INIT;
  Bellwether__V1__PeriodBound from, to;
  Bellwether__V1__AsOf as_of;
  if (!argument_number(cli, arguments, "first", UINT32_MAX, &query.first_n) ||
      !argument_number(cli, arguments, "last", UINT32_MAX, &query.last_n))
    return EXIT_CODE_USAGE;
  query.from = bound_argument(arguments, "from", &from);
  query.to = bound_argument(arguments, "to", &to);
  query.as_of = as_of_argument(arguments, &as_of);
  query.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  query.period_labels = true;
  if (argument_given(arguments, "units"))
    query.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  request.query = &query;
  return ask_items(cli, arguments, &request);
}

const struct command cmd_get = {
    .name = "get",
    .words = "KEY...",
    .summary = "Observations of series, now or as they were known on a day.",
    .examples = "  bellwether get CBEC/A.CHN.TRADE._T --from 2020\n"
                "  bellwether get CBEC/A.CHN.TRADE._T --as-of 2023-01-31\n"
                "  bellwether get 'CBEC/A.CHN.EXPORTS+IMPORTS._T' --last 3\n"
                "  bellwether --format csv get 'CBEC/A.CHN..' > china.csv\n",
    .details = "A KEY is DATASET/CODE.CODE.CODE; an empty code or * stands for any, + for or.\n",
    .options = OPTIONS,
    .least_words = 1,
    .run = run,
};
