/* SPDX-License-Identifier: MIT */
/* `bellwether vintages`: the releases that state a series. */
#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/figures.h"
#include "client/cli/rpc.h"
#include "proto/period.h"

static const struct option NO_OPTIONS[] = {{NULL, NULL, NULL}};

static const struct column COLUMNS[] = {
    {"release", CELL_TEXT},     {"published", CELL_SPARE},  {"publisher", CELL_LONG},
    {"stated", CELL_NUMBER},    {"new", CELL_NUMBER},       {"revised", CELL_NUMBER},
    {"unchanged", CELL_NUMBER}, {"withdrawn", CELL_NUMBER}, {"first", CELL_TEXT},
    {"last", CELL_TEXT},        {"url", CELL_LONG},
};

static void print_period(struct output *output, int frequency, bool any, int64_t period) {
  char text[PERIOD_TEXT_SIZE] = "";
  if (any && frequency_is_valid(frequency))
    period_format((enum frequency)frequency, period, text);
  output_text(output, text);
}

static enum exit_code print_page(void *output, const ProtobufCMessage *message) {
  const Bellwether__V1__ListVintagesResponse *response = (const void *)message;
  for (size_t i = 0; i < response->n_vintages; i++) {
    const Bellwether__V1__Vintage *vintage = response->vintages[i];
    bool any = vintage->stated_count + vintage->withdrawn_count > 0;
    char published[64];
    output_text(output, vintage->release->id);
    output_text(output, published_text(vintage->release, published, sizeof published));
    output_text(output, vintage->release->publisher);
    output_integer(output, (int64_t)vintage->stated_count);
    output_integer(output, (int64_t)vintage->new_count);
    output_integer(output, (int64_t)vintage->revised_count);
    output_integer(output, (int64_t)vintage->unchanged_count);
    output_integer(output, (int64_t)vintage->withdrawn_count);
    print_period(output, (int)response->frequency, any, vintage->first_period);
    print_period(output, (int)response->frequency, any, vintage->last_period);
    output_text(output, vintage->release->url);
  }
  return EXIT_CODE_OK;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__ListVintagesRequest request = BELLWETHER__V1__LIST_VINTAGES_REQUEST__INIT;
  Bellwether__V1__SeriesRef series = BELLWETHER__V1__SERIES_REF__INIT;
  struct output *output = output_begin(cli, COLUMNS, count_of(COLUMNS));
  series.ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  series.key = text_field(arguments->words[0]);
  request.series = &series;
  return output_close(output, rpc_pages(cli, "Observations/ListVintages", &request.base,
                                        &bellwether__v1__list_vintages_response__descriptor,
                                        print_page, output));
}

const struct command cmd_vintages = {
    .name = "vintages",
    .words = "KEY",
    .summary = "The releases that state a series, and what each brought.",
    .examples = "  bellwether vintages CBEC/A.CHN.TRADE._T\n",
    .options = NO_OPTIONS,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
