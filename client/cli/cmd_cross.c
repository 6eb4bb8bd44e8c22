/* SPDX-License-Identifier: MIT */
/* `bellwether cross`: one thing over all codes of one dimension, ranked. */
#include "client/cli/figures.h"
#include "client/cli/rpc.h"
#include "client/cli/sdmx.h"

static const struct option OPTIONS[] = {
    {"period", "PERIOD", "the figures of that period; else each series' latest"},
    {"as-of", "DATE|RELEASE", "as it was known at the end of that day (UTC), or with that release"},
    {"units", NULL, "in single units: 2.63 trillion is 2630000000000"},
    {"no-aggregates", NULL, "leave out codes that are sums of others, as World is"},
    {"ascending", NULL, "the least first"},
    {"limit", "N", "only the first N"},
    {NULL, NULL, NULL},
};

static const struct column TABLE_COLUMNS[] = {
    {"rank", CELL_NUMBER}, {"code", CELL_TEXT},       {"name", CELL_LONG},
    {"period", CELL_TEXT}, {"value", CELL_NUMBER},    {"unit", CELL_TEXT},
    {"status", CELL_TEXT}, {"published", CELL_SPARE}, {"source", CELL_LONG},
};

static const struct column COLUMNS[] = {
    {"rank", CELL_NUMBER},      {"series", CELL_TEXT},     {"code", CELL_TEXT},
    {"name", CELL_TEXT},        {"period", CELL_TEXT},     {"value", CELL_NUMBER},
    {"status", CELL_TEXT},      {"unit", CELL_TEXT},       {"release", CELL_TEXT},
    {"unit_mult", CELL_NUMBER}, {"published", CELL_SPARE}, {"publisher", CELL_TEXT},
    {"url", CELL_TEXT},
};

struct printer {
  struct output *output;
  struct sdmx *sdmx; /* of --format sdmx-csv, in place of it */
};

static void print_table_row(struct output *output, const Bellwether__V1__CrossSectionRow *row) {
  char unit[96], published[64];
  output_integer(output, row->rank);
  output_text(output, row->code);
  output_text(output, row->name);
  output_text(output, row->period_label);
  output_tone(output, status_tone(row->status[0]));
  output_number(output, row->value);
  output_tone(output, TONE_PLAIN);
  output_text(output, unit_text(row->unit, unit, sizeof unit));
  output_tone(output, status_tone(row->status[0]));
  output_text(output, status_word(row->status[0]));
  output_tone(output, TONE_PLAIN);
  output_text(output, published_text(row->release, published, sizeof published));
  output_text(output, row->release == NULL ? "" : row->release->publisher);
  note_source(output, row->release);
}

static void print_row(struct output *output, const Bellwether__V1__CrossSectionRow *row) {
  const Bellwether__V1__ReleaseEntry *release = row->release;
  char published[64];
  output_integer(output, row->rank);
  output_text(output, row->key);
  output_text(output, row->code);
  output_text(output, row->name);
  output_text(output, row->period_label);
  output_number(output, row->value);
  output_text(output, row->status);
  output_text(output, row->unit == NULL ? "" : row->unit->unit);
  output_text(output, release == NULL ? "" : release->id);
  output_integer(output, row->unit == NULL ? 0 : row->unit->unit_mult);
  output_text(output, published_text(release, published, sizeof published));
  output_text(output, release == NULL ? "" : release->publisher);
  output_text(output, release == NULL ? "" : release->url);
}

static void print_observation(struct sdmx *sdmx, const Bellwether__V1__CrossSectionRow *row) {
  sdmx_row(sdmx, &(struct figure){.series = row->key,
                                  .period = row->period_label,
                                  .value = row->value,
                                  .status = row->status[0],
                                  .unit = row->unit});
}

static enum exit_code print_page(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__GetCrossSectionResponse *response = (const void *)message;
  struct printer *printer = arg;
  for (size_t i = 0; i < response->n_rows; i++) {
    if (printer->sdmx != NULL)
      print_observation(printer->sdmx, response->rows[i]);
    else if (output_is_table(printer->output))
      print_table_row(printer->output, response->rows[i]);
    else
      print_row(printer->output, response->rows[i]);
  }
  return EXIT_CODE_OK;
}

static enum exit_code ask(struct cli *cli, const char *const *pattern,
                          Bellwether__V1__GetCrossSectionRequest *request) {
  struct printer printer = {0};
  enum exit_code code = EXIT_CODE_OK;
  if (cli->format == FORMAT_SDMX_CSV)
    code = sdmx_begin(cli, pattern, 1, &printer.sdmx);
  else
    printer.output = output_begin_either(cli, TABLE_COLUMNS, count_of(TABLE_COLUMNS), COLUMNS,
                                         count_of(COLUMNS));
  if (code == EXIT_CODE_OK && printer.output == NULL && printer.sdmx == NULL)
    code = EXIT_CODE_REFUSED;
  if (code == EXIT_CODE_OK)
    code = rpc_pages(cli, "Observations/GetCrossSection", &request->base,
                     &bellwether__v1__get_cross_section_response__descriptor, print_page, &printer);
  return output_close(printer.output, sdmx_close(printer.sdmx, code));
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__GetCrossSectionRequest request = BELLWETHER__V1__GET_CROSS_SECTION_REQUEST__INIT;
  Bellwether__V1__PeriodBound period;
  Bellwether__V1__AsOf as_of;
  if (!argument_number(cli, arguments, "limit", UINT32_MAX, &request.limit))
    return EXIT_CODE_USAGE;
  request.pattern = text_field(arguments->words[0]);
  request.period = bound_argument(arguments, "period", &period);
  request.as_of = as_of_argument(arguments, &as_of);
  request.exclude_aggregates = argument_given(arguments, "no-aggregates");
  request.ascending = argument_given(arguments, "ascending");
  if (argument_given(arguments, "units"))
    request.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  return ask(cli, arguments->words, &request);
}

const struct command cmd_cross = {
    .name = "cross",
    .words = "PATTERN",
    .summary = "One thing over all areas, or all codes of another dimension, ranked.",
    .examples = "  bellwether cross CBEC/A..TRADE._T\n"
                "  bellwether cross CBEC/A..TRADE._T --period 2024 --limit 10 --no-aggregates\n"
                "  bellwether cross CBEC/A.CHN.._T --as-of 2024-06-30\n",
    .details = "A PATTERN is DATASET/CODE.CODE.CODE with one code left empty, or several codes\n"
               "joined by + in its place.\n",
    .options = OPTIONS,
    .observations = true,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
