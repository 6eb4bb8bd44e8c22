/* SPDX-License-Identifier: MIT */
/* `bellwether list`: what the store holds. */
#include <math.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/figures.h"
#include "client/cli/rpc.h"
#include "client/cli/spark.h"
#include "proto/period.h"

static const struct option OPTIONS[] = {
    {"used", NULL, "of codes: only those that series have"},
    {"tag", "TAG", "of indicators: only those with the tag"},
    {"where", "DIM=CODE[+CODE][,DIM=...]", "of series and availability: codes of dimensions"},
    SPARK_OPTIONS,
    {NULL, NULL, NULL},
};

static const struct column DATASET_COLUMNS[] = {
    {"dataset", CELL_TEXT},    {"title", CELL_LONG},        {"publisher", CELL_LONG},
    {"dimensions", CELL_TEXT}, {"indicators", CELL_NUMBER}, {"series", CELL_NUMBER},
};

static void print_dimensions(struct output *output, const Bellwether__V1__Dataset *dataset) {
  char text[512] = "";
  size_t size = 0;
  for (size_t i = 0; i < dataset->n_dimensions && size < sizeof text; i++)
    size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", i > 0 ? "." : "",
                             dataset->dimensions[i]->id);
  output_text(output, text);
}

static enum exit_code print_datasets(void *output, const ProtobufCMessage *message) {
  const Bellwether__V1__ListDatasetsResponse *response = (const void *)message;
  for (size_t i = 0; i < response->n_datasets; i++) {
    const Bellwether__V1__Dataset *dataset = response->datasets[i];
    output_text(output, dataset->id);
    output_text(output, dataset->title);
    output_text(output, dataset->publisher);
    print_dimensions(output, dataset);
    output_integer(output, (int64_t)dataset->indicator_count);
    output_integer(output, (int64_t)dataset->series_count);
  }
  return EXIT_CODE_OK;
}

static enum exit_code list_datasets(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__ListDatasetsRequest request = BELLWETHER__V1__LIST_DATASETS_REQUEST__INIT;
  struct output *output = output_begin(cli, DATASET_COLUMNS, count_of(DATASET_COLUMNS));
  (void)arguments;
  return output_close(output, rpc_pages(cli, "Catalog/ListDatasets", &request.base,
                                        &bellwether__v1__list_datasets_response__descriptor,
                                        print_datasets, output));
}

static const struct column INDICATOR_COLUMNS[] = {
    {"dataset", CELL_TEXT}, {"indicator", CELL_TEXT},   {"name", CELL_TEXT},
    {"unit", CELL_TEXT},    {"unit_mult", CELL_NUMBER}, {"kind", CELL_TEXT},
    {"tags", CELL_TEXT},    {"series", CELL_NUMBER},
};

static const struct column INDICATOR_TABLE_COLUMNS[] = {
    {"dataset", CELL_TEXT}, {"indicator", CELL_TEXT}, {"name", CELL_LONG},     {"unit", CELL_TEXT},
    {"kind", CELL_TEXT},    {"tags", CELL_LONG},      {"series", CELL_NUMBER},
};

/* One column of words for people, two of codes for programs. */
static void print_unit(struct output *output, const Bellwether__V1__Unit *unit) {
  char text[96];
  if (output_is_table(output)) {
    output_text(output, unit_text(unit, text, sizeof text));
    return;
  }
  output_text(output, unit == NULL ? "" : unit->unit);
  output_integer(output, unit == NULL ? 0 : unit->unit_mult);
}

static void print_tags(struct output *output, const Bellwether__V1__Indicator *indicator) {
  char text[256] = "";
  size_t size = 0;
  for (size_t i = 0; i < indicator->n_tags && size < sizeof text; i++)
    size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", i > 0 ? " " : "",
                             indicator->tags[i]);
  output_text(output, text);
}

static enum exit_code print_indicators(void *output, const ProtobufCMessage *message) {
  const Bellwether__V1__ListIndicatorsResponse *response = (const void *)message;
  for (size_t i = 0; i < response->n_indicators; i++) {
    const Bellwether__V1__Indicator *indicator = response->indicators[i];
    output_text(output, indicator->dataset);
    output_text(output, indicator->id);
    output_text(output, indicator->name);
    print_unit(output, indicator->unit);
    output_text(output, kind_word((int)indicator->kind));
    print_tags(output, indicator);
    output_integer(output, (int64_t)indicator->series_count);
  }
  return EXIT_CODE_OK;
}

static enum exit_code list_indicators(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__ListIndicatorsRequest request = BELLWETHER__V1__LIST_INDICATORS_REQUEST__INIT;
  struct output *output =
      output_begin_either(cli, INDICATOR_TABLE_COLUMNS, count_of(INDICATOR_TABLE_COLUMNS),
                          INDICATOR_COLUMNS, count_of(INDICATOR_COLUMNS));
  if (arguments->n_words > 1)
    request.dataset = text_field(arguments->words[1]);
  request.tag = text_field(argument(arguments, "tag"));
  return output_close(output, rpc_pages(cli, "Catalog/ListIndicators", &request.base,
                                        &bellwether__v1__list_indicators_response__descriptor,
                                        print_indicators, output));
}

/* What --where says: at most so many conditions, each of at most so many codes. */
enum { CONDITIONS_MAX = 16, CODES_MAX = 256 };
struct conditions {
  char *text; /* cut apart; the messages point into it */
  size_t n;
  Bellwether__V1__DimensionFilter messages[CONDITIONS_MAX];
  Bellwether__V1__DimensionFilter *pointers[CONDITIONS_MAX];
  size_t n_codes;
  char *codes[CODES_MAX];
};

static void conditions_free_scoped(struct conditions *conditions) {
  free(conditions->text);
}

static bool read_condition(struct cli *cli, struct conditions *conditions, char *text) {
  char *codes = strchr(text, '=');
  if (codes == NULL || codes == text || conditions->n == CONDITIONS_MAX) {
    complain_usage(cli, "--where %s: it is DIMENSION=CODE+CODE, several with commas between", text);
    return false;
  }
  *codes++ = '\0';
  Bellwether__V1__DimensionFilter *filter = &conditions->messages[conditions->n];
  bellwether__v1__dimension_filter__init(filter);
  filter->dimension = text;
  filter->codes = &conditions->codes[conditions->n_codes];
  for (char *code; (code = strsep(&codes, "+")) != NULL;) {
    if (conditions->n_codes == CODES_MAX) {
      complain_usage(cli, "--where: more than %d codes", CODES_MAX);
      return false;
    }
    conditions->codes[conditions->n_codes++] = code;
    filter->n_codes++;
  }
  conditions->pointers[conditions->n++] = filter;
  return true;
}

static bool read_conditions(struct cli *cli, const struct arguments *arguments,
                            struct conditions *conditions) {
  const char *given = argument(arguments, "where");
  if (given == NULL)
    return true;
  conditions->text = strdup(given);
  for (char *rest = conditions->text, *text; (text = strsep(&rest, ",")) != NULL;)
    if (!read_condition(cli, conditions, text))
      return false;
  return conditions->text != NULL;
}

static const struct column SERIES_COLUMNS[] = {
    {"series", CELL_TEXT},         {"title", CELL_TEXT},    {"unit", CELL_TEXT},
    {"unit_mult", CELL_NUMBER},    {"first", CELL_TEXT},    {"last", CELL_TEXT},
    {"observations", CELL_NUMBER}, {"latest", CELL_NUMBER},
};

static const struct column SERIES_TABLE_COLUMNS[] = {
    {"series", CELL_TEXT},  {"title", CELL_LONG},  {"first", CELL_SPARE},   {"last", CELL_TEXT},
    {"count", CELL_NUMBER}, {"trend", CELL_SPARE}, {"latest", CELL_NUMBER}, {"unit", CELL_TEXT},
};

/* The pages of a list of series. */
struct series_list {
  struct cli *cli;
  struct output *output;
  bool sparks;
};

static void print_period(struct output *output, const Bellwether__V1__Series *series,
                         int64_t period) {
  char text[PERIOD_TEXT_SIZE] = "";
  if (series->observation_count > 0 && frequency_is_valid((int)series->frequency))
    period_format((enum frequency)series->frequency, period, text);
  output_text(output, text);
}

static void print_series_row(struct output *output, const Bellwether__V1__Series *series) {
  output_text(output, series->key);
  output_text(output, series->title);
  print_unit(output, series->unit);
  print_period(output, series, series->first_period);
  print_period(output, series, series->last_period);
  output_integer(output, (int64_t)series->observation_count);
  output_number(output, series->latest == NULL ? (double)NAN : series->latest->value);
}

static void print_series_table_row(struct output *output, const Bellwether__V1__Series *series,
                                   const char *spark) {
  output_text(output, series->key);
  output_text(output, series->title);
  print_period(output, series, series->first_period);
  print_period(output, series, series->last_period);
  output_integer(output, (int64_t)series->observation_count);
  output_text(output, spark);
  output_tone(output, series->latest == NULL ? TONE_PLAIN : status_tone(series->latest->status[0]));
  output_number(output, series->latest == NULL ? (double)NAN : series->latest->value);
  output_tone(output, TONE_PLAIN);
  print_unit(output, series->unit);
}

/* What may have been meant where nothing was found. */
static void tell_hint(struct cli *cli, const char *hint) {
  if (hint[0] != '\0')
    complain(cli, "%s", hint);
}

/* The sparklines of a page, in one piece; NULL where none are wanted. */
static enum exit_code ask_sparks(const struct series_list *list,
                                 const Bellwether__V1__ListSeriesResponse *page,
                                 char (**ret_sparks)[SPARK_SIZE]) {
  Bellwether__V1__ObservationQuery query = BELLWETHER__V1__OBSERVATION_QUERY__INIT;
  scoped(free) const char **keys = calloc(page->n_series + 1, sizeof *keys);
  if (!list->sparks || keys == NULL)
    return EXIT_CODE_OK;
  for (size_t i = 0; i < page->n_series; i++)
    keys[i] = page->series[i]->key;
  return spark_ask(list->cli, keys, page->n_series, &query, ret_sparks);
}

static enum exit_code print_series(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__ListSeriesResponse *response = (const void *)message;
  const struct series_list *list = arg;
  scoped(free) char(*sparks)[SPARK_SIZE] = NULL;
  enum exit_code code = ask_sparks(list, response, &sparks);
  for (size_t i = 0; i < response->n_series; i++) {
    if (output_is_table(list->output))
      print_series_table_row(list->output, response->series[i], sparks == NULL ? "" : sparks[i]);
    else
      print_series_row(list->output, response->series[i]);
  }
  tell_hint(list->cli, response->hint);
  return code;
}

static enum exit_code list_series(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__ListSeriesRequest request = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  scoped(conditions_free) struct conditions conditions = {.n = 0};
  struct series_list list = {.cli = cli};
  if (!read_conditions(cli, arguments, &conditions) || !spark_wanted(cli, arguments, &list.sparks))
    return EXIT_CODE_USAGE;
  list.output = output_begin_either(cli, SERIES_TABLE_COLUMNS, count_of(SERIES_TABLE_COLUMNS),
                                    SERIES_COLUMNS, count_of(SERIES_COLUMNS));
  if (list.output == NULL)
    return EXIT_CODE_REFUSED;
  request.n_filters = conditions.n;
  request.filters = conditions.pointers;
  if (arguments->n_words > 1)
    request.pattern = text_field(arguments->words[1]);
  request.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  return output_close(list.output, rpc_pages(cli, "Catalog/ListSeries", &request.base,
                                             &bellwether__v1__list_series_response__descriptor,
                                             print_series, &list));
}

static const struct column AVAILABILITY_COLUMNS[] = {
    {"dimension", CELL_TEXT}, {"code", CELL_TEXT},           {"name", CELL_TEXT},
    {"series", CELL_NUMBER},  {"observations", CELL_NUMBER},
};

static void print_availability(struct output *output,
                               const Bellwether__V1__DimensionAvailability *dimension) {
  for (size_t i = 0; i < dimension->n_codes; i++) {
    const Bellwether__V1__CodeAvailability *code = dimension->codes[i];
    output_text(output, dimension->dimension);
    output_text(output, code->code);
    output_text(output, code->name);
    output_integer(output, (int64_t)code->series_count);
    output_integer(output, (int64_t)code->observation_count);
  }
}

static enum exit_code list_availability(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__GetAvailabilityRequest request = BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
  scoped(conditions_free) struct conditions conditions = {.n = 0};
  scoped(message_free) ProtobufCMessage *message = NULL;
  if (arguments->n_words < 2)
    return complain_usage(cli, "list availability needs: PATTERN");
  if (!read_conditions(cli, arguments, &conditions))
    return EXIT_CODE_USAGE;
  request.pattern = text_field(arguments->words[1]);
  request.n_filters = conditions.n;
  request.filters = conditions.pointers;
  enum exit_code code = rpc_ask(cli, "Catalog/GetAvailability", &request.base,
                                &bellwether__v1__get_availability_response__descriptor, &message);
  if (code != EXIT_CODE_OK)
    return code;
  const Bellwether__V1__GetAvailabilityResponse *response = (const void *)message;
  struct output *output = output_begin(cli, AVAILABILITY_COLUMNS, count_of(AVAILABILITY_COLUMNS));
  for (size_t i = 0; output != NULL && i < response->n_dimensions; i++)
    print_availability(output, response->dimensions[i]);
  if (output != NULL)
    output_note(output, "%llu series, %llu observations",
                (unsigned long long)response->series_count,
                (unsigned long long)response->observation_count);
  output_end(output);
  tell_hint(cli, response->hint);
  return EXIT_CODE_OK;
}

static const struct column CODE_COLUMNS[] = {
    {"code", CELL_TEXT},
    {"name", CELL_TEXT},
    {"parent", CELL_TEXT},
    {"series", CELL_NUMBER},
};

static enum exit_code print_codes(void *output, const ProtobufCMessage *message) {
  const Bellwether__V1__ListCodesResponse *response = (const void *)message;
  for (size_t i = 0; i < response->n_codes; i++) {
    const Bellwether__V1__Code *code = response->codes[i];
    output_text(output, code->code);
    output_text(output, code->name);
    output_text(output, code->parent);
    output_integer(output, (int64_t)code->series_count);
  }
  return EXIT_CODE_OK;
}

static enum exit_code list_codes(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__ListCodesRequest request = BELLWETHER__V1__LIST_CODES_REQUEST__INIT;
  if (arguments->n_words < 3)
    return complain_usage(cli, "list codes needs: DATASET DIMENSION");
  struct output *output = output_begin(cli, CODE_COLUMNS, count_of(CODE_COLUMNS));
  request.dataset = text_field(arguments->words[1]);
  request.dimension = text_field(arguments->words[2]);
  request.used_only = argument_given(arguments, "used");
  return output_close(output, rpc_pages(cli, "Catalog/ListCodes", &request.base,
                                        &bellwether__v1__list_codes_response__descriptor,
                                        print_codes, output));
}

static const struct column RELEASE_COLUMNS[] = {
    {"release", CELL_TEXT}, {"published", CELL_SPARE}, {"publisher", CELL_LONG},
    {"title", CELL_LONG},   {"series", CELL_NUMBER},   {"url", CELL_LONG},
};

static enum exit_code print_releases(void *output, const ProtobufCMessage *message) {
  const Bellwether__V1__ListReleasesResponse *response = (const void *)message;
  for (size_t i = 0; i < response->n_releases; i++) {
    const Bellwether__V1__Release *release = response->releases[i]->release;
    char published[64];
    date_text(release->published_at_ms,
              release->precision != BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT,
              published, sizeof published);
    output_text(output, release->id);
    output_text(output, published);
    output_text(output, release->publisher);
    output_text(output, release->title);
    output_integer(output, (int64_t)response->releases[i]->series_count);
    output_text(output, release->url);
  }
  return EXIT_CODE_OK;
}

static enum exit_code list_releases(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__ListReleasesRequest request = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
  struct output *output = output_begin(cli, RELEASE_COLUMNS, count_of(RELEASE_COLUMNS));
  if (arguments->n_words > 1)
    request.dataset = text_field(arguments->words[1]);
  return output_close(output, rpc_pages(cli, "Observations/ListReleases", &request.base,
                                        &bellwether__v1__list_releases_response__descriptor,
                                        print_releases, output));
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  static const struct {
    const char *name;
    enum exit_code (*list)(struct cli *cli, const struct arguments *arguments);
    size_t most_words;
  } LISTS[] = {{"datasets", list_datasets, 1}, {"indicators", list_indicators, 2},
               {"series", list_series, 2},     {"codes", list_codes, 3},
               {"releases", list_releases, 2}, {"availability", list_availability, 2}};
  const char *name = arguments->words[0];
  for (size_t i = 0; i < count_of(LISTS); i++) {
    if (strcmp(LISTS[i].name, name) != 0)
      continue;
    if (arguments->n_words > LISTS[i].most_words)
      return complain_usage(cli, "list %s: '%s' is one word too many", name,
                            arguments->words[LISTS[i].most_words]);
    return LISTS[i].list(cli, arguments);
  }
  return complain_usage(
      cli, "list %s: it is datasets, indicators, series, codes, releases or availability", name);
}

const struct command cmd_list = {
    .name = "list",
    .words = "datasets | indicators [DATASET] | series [PATTERN] | codes DATASET DIMENSION | "
             "releases [DATASET] | availability PATTERN",
    .summary = "What there is: datasets, indicators, series, codes, releases, availability.",
    .examples = "  bellwether list datasets\n"
                "  bellwether list series 'CBEC/A.CHN..'\n"
                "  bellwether list series CBEC --where FREQ=A+Q,REF_AREA=CHN\n"
                "  bellwether list availability 'CBEC/A.CHN..'\n"
                "  bellwether list codes CBEC SECTOR\n"
                "  bellwether list releases CBEC\n",
    .details = "A PATTERN is DATASET or DATASET/CODE.CODE.CODE; an empty code or * stands for\n"
               "any, + for or.\n",
    .options = OPTIONS,
    .least_words = 1,
    .most_words = 3,
    .run = run,
};
