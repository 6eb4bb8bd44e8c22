/* SPDX-License-Identifier: MIT */
/* `bellwether latest`: the last figure of each series. */
#include "client/cli/figures.h"
#include "client/cli/rpc.h"
#include "client/cli/sdmx.h"
#include "client/cli/spark.h"

typedef Bellwether__V1__GetLatestRequest request_message;
typedef Bellwether__V1__GetLatestResponse response_message;

static const struct option OPTIONS[] = {
    {"as-of", "DATE|RELEASE", "as it was known at the end of that day (UTC), or with that release"},
    {"actual", NULL, "pass over forecasts and targets"},
    {"units", NULL, "in single units: 2.63 trillion is 2630000000000"},
    SPARK_OPTIONS,
    {NULL, NULL, NULL},
};

static const struct column TABLE_COLUMNS[] = {
    {"series", CELL_TEXT}, {"period", CELL_TEXT}, {"trend", CELL_SPARE},     {"value", CELL_NUMBER},
    {"unit", CELL_TEXT},   {"status", CELL_TEXT}, {"published", CELL_SPARE}, {"source", CELL_LONG},
};

static void print_table_row(struct output *output, const struct figure *figure, const char *spark) {
  char unit[96], published[64];
  output_text(output, figure->series);
  output_text(output, figure->period);
  output_text(output, spark);
  output_tone(output, status_tone(figure->status));
  output_number(output, figure->value);
  output_tone(output, TONE_PLAIN);
  output_text(output, unit_text(figure->unit, unit, sizeof unit));
  output_tone(output, status_tone(figure->status));
  output_text(output, status_word(figure->status));
  output_tone(output, TONE_PLAIN);
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

/* A position that failed stands among the errors. */
static bool is_there(const response_message *response, size_t row) {
  return row >= response->frequencies.len || response->frequencies.data[row] != 0;
}

static void print_rows(struct output *output, const response_message *response,
                       char (*sparks)[SPARK_SIZE]) {
  for (size_t i = 0; i < response->n_values; i++) {
    struct figure figure = figure_of(response, i);
    if (!is_there(response, i))
      continue;
    if (output_is_table(output))
      print_table_row(output, &figure, sparks == NULL ? "" : sparks[i]);
    else
      figures_row(output, &figure);
  }
}

static enum exit_code print_sdmx(struct cli *cli, const struct arguments *arguments,
                                 const response_message *response) {
  struct sdmx *sdmx = NULL;
  enum exit_code code = sdmx_begin(cli, arguments->words, arguments->n_words, &sdmx);
  if (code != EXIT_CODE_OK)
    return code;
  for (size_t i = 0; i < response->n_values; i++) {
    struct figure figure = figure_of(response, i);
    if (is_there(response, i))
      sdmx_row(sdmx, &figure);
  }
  return sdmx_close(sdmx, EXIT_CODE_OK);
}

/* The figures before the latest, in the same view. */
static enum exit_code ask_sparks(struct cli *cli, const request_message *asked,
                                 const response_message *response,
                                 char (**ret_sparks)[SPARK_SIZE]) {
  Bellwether__V1__ObservationQuery query = BELLWETHER__V1__OBSERVATION_QUERY__INIT;
  Bellwether__V1__RowFilter no_targets = BELLWETHER__V1__ROW_FILTER__INIT;
  no_targets.statuses = text_field("ABDEGHIJKLMNOPQSUVW");
  query.as_of = asked->as_of;
  query.filter = asked->actual_only ? &no_targets : NULL;
  return spark_ask(cli, (const char *const *)response->keys, response->n_keys, &query, ret_sparks);
}

static enum exit_code print_table(struct cli *cli, const request_message *asked,
                                  const response_message *response, bool with_sparks) {
  scoped(free) char(*sparks)[SPARK_SIZE] = NULL;
  enum exit_code code = EXIT_CODE_OK;
  if (with_sparks && response->n_keys == response->n_values)
    code = ask_sparks(cli, asked, response, &sparks);
  if (code != EXIT_CODE_OK)
    return code;
  struct output *output = cli->format == FORMAT_TABLE
                              ? output_begin(cli, TABLE_COLUMNS, count_of(TABLE_COLUMNS))
                              : figures_begin(cli);
  if (output == NULL)
    return EXIT_CODE_REFUSED;
  print_rows(output, response, sparks);
  output_end(output);
  return EXIT_CODE_OK;
}

static bool is_any_there(const response_message *response) {
  for (size_t i = 0; i < response->n_values; i++)
    if (is_there(response, i))
      return true;
  return response->n_errors == 0;
}

static enum exit_code ask(struct cli *cli, const struct arguments *arguments,
                          const request_message *request, bool with_sparks) {
  scoped(message_free) ProtobufCMessage *message = NULL;
  enum exit_code code = rpc_ask(cli, "Observations/GetLatest", &request->base,
                                &bellwether__v1__get_latest_response__descriptor, &message);
  if (code != EXIT_CODE_OK)
    return code;
  const response_message *response = (const response_message *)message;
  if (is_any_there(response))
    code = cli->format == FORMAT_SDMX_CSV ? print_sdmx(cli, arguments, response)
                                          : print_table(cli, request, response, with_sparks);
  for (size_t i = 0; i < response->n_errors; i++)
    rpc_complain_item(cli, arguments->words[response->errors[i]->index],
                      response->errors[i]->status);
  return code == EXIT_CODE_OK && response->n_errors > 0 ? EXIT_CODE_REFUSED : code;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  request_message request = BELLWETHER__V1__GET_LATEST_REQUEST__INIT;
  Bellwether__V1__AsOf as_of;
  bool with_sparks = false;
  if (!spark_wanted(cli, arguments, &with_sparks))
    return EXIT_CODE_USAGE;
  request.n_keys = arguments->n_words;
  request.keys = (char **)(uintptr_t)arguments->words;
  request.as_of = as_of_argument(arguments, &as_of);
  request.actual_only = argument_given(arguments, "actual");
  request.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  request.period_labels = true;
  if (argument_given(arguments, "units"))
    request.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  return ask(cli, arguments, &request, with_sparks);
}

const struct command cmd_latest = {
    .name = "latest",
    .words = "KEY...",
    .summary = "The last figure of each series.",
    .examples = "  bellwether latest CBEC/A.CHN.TRADE._T CBEC/A.WLD.MARKET_SIZE._T\n"
                "  bellwether latest 'CBEC/A.CHN..' --actual\n",
    .details = "A KEY is DATASET/CODE.CODE.CODE; an empty code or * stands for any, + for or.\n",
    .options = OPTIONS,
    .observations = true,
    .least_words = 1,
    .run = run,
};
