/* SPDX-License-Identifier: MIT */
/* `bellwether latest`: the last figure of each series. */
#include "client/cli/figures.h"
#include "client/cli/rpc.h"

typedef Bellwether__V1__GetLatestRequest request_message;
typedef Bellwether__V1__GetLatestResponse response_message;

static const struct option OPTIONS[] = {
    {"as-of", "DATE|RELEASE", "as it was known at the end of that day (UTC), or with that release"},
    {"actual", NULL, "pass over forecasts and targets"},
    {"units", NULL, "in single units: 2.63 trillion is 2630000000000"},
    {NULL, NULL, NULL},
};

static const struct column TABLE_COLUMNS[] = {
    {"series", CELL_TEXT}, {"period", CELL_TEXT},    {"value", CELL_NUMBER}, {"unit", CELL_TEXT},
    {"status", CELL_TEXT}, {"published", CELL_TEXT}, {"source", CELL_TEXT},
};

static void print_table_row(struct output *output, const struct figure *figure) {
  char unit[96], published[64];
  output_text(output, figure->series);
  output_text(output, figure->period);
  output_number(output, figure->value);
  output_text(output, unit_text(figure->unit, unit, sizeof unit));
  output_text(output, status_word(figure->status));
  output_text(output, published_text(figure->release, published, sizeof published));
  output_text(output, figure->release == NULL ? "" : figure->release->publisher);
}

/* An entry of a dictionary by a column of places in it; an empty column is all the first. */
static size_t place_of(const uint32_t *indexes, size_t n_indexes, size_t row) {
  return row < n_indexes ? indexes[row] : 0;
}

static struct figure figure_of(const response_message *response, size_t row) {
  size_t release = place_of(response->release_indexes, response->n_release_indexes, row);
  size_t unit = place_of(response->unit_indexes, response->n_unit_indexes, row);
  return (struct figure){
      .series = row < response->n_keys ? response->keys[row] : "",
      .period = row < response->n_period_labels ? response->period_labels[row] : "",
      .value = response->values[row],
      .status = row < response->statuses.len ? (char)response->statuses.data[row] : 'A',
      .unit = unit < response->n_units ? response->units[unit] : NULL,
      .release = release < response->n_releases ? response->releases[release] : NULL};
}

static void print_rows(struct cli *cli, const response_message *response) {
  bool table = cli->format == FORMAT_TABLE;
  size_t n = 0;
  struct output *output =
      table ? output_begin(cli, TABLE_COLUMNS, count_of(TABLE_COLUMNS)) : figures_begin(cli);
  for (size_t i = 0; output != NULL && i < response->n_values; i++) {
    struct figure figure = figure_of(response, i);
    if (i < response->frequencies.len && response->frequencies.data[i] == 0)
      continue;
    n++;
    if (table)
      print_table_row(output, &figure);
    else
      figures_row(output, &figure);
  }
  output_close(output, response->n_errors > 0 && n == 0 ? EXIT_CODE_REFUSED : EXIT_CODE_OK);
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  request_message request = BELLWETHER__V1__GET_LATEST_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *message = NULL;
  Bellwether__V1__AsOf as_of;
  request.n_keys = arguments->n_words;
  request.keys = (char **)(uintptr_t)arguments->words;
  request.as_of = as_of_argument(arguments, &as_of);
  request.actual_only = argument_given(arguments, "actual");
  request.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  request.period_labels = true;
  if (argument_given(arguments, "units"))
    request.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  enum exit_code code = rpc_ask(cli, "Observations/GetLatest", &request.base,
                                &bellwether__v1__get_latest_response__descriptor, &message);
  if (code != EXIT_CODE_OK)
    return code;
  const response_message *response = (const response_message *)message;
  print_rows(cli, response);
  for (size_t i = 0; i < response->n_errors; i++)
    rpc_complain_item(cli, arguments->words[response->errors[i]->index],
                      response->errors[i]->status);
  return response->n_errors > 0 ? EXIT_CODE_REFUSED : EXIT_CODE_OK;
}

const struct command cmd_latest = {
    .name = "latest",
    .words = "KEY...",
    .summary = "The last figure of each series.",
    .examples = "  bellwether latest CBEC/A.CHN.TRADE._T CBEC/A.WLD.MARKET_SIZE._T\n"
                "  bellwether latest 'CBEC/A.CHN..' --actual\n",
    .details = "A KEY is DATASET/CODE.CODE.CODE; an empty code or * stands for any, + for or.\n",
    .options = OPTIONS,
    .least_words = 1,
    .run = run,
};
