/* SPDX-License-Identifier: MIT */
/* `bellwether describe`: all that is known of one thing, found by its name alone. */
#include <inttypes.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/figures.h"
#include "client/cli/rpc.h"
#include "proto/number.h"
#include "proto/period.h"
#include "proto/suggest.h"

static const struct option NO_OPTIONS[] = {{NULL, NULL, NULL}};

/* A line, unless there is nothing to say. */
static void say(struct output *output, const char *name, const char *text) {
  if (text != NULL && text[0] != '\0')
    field(output, name, text);
}

static void say_unit(struct output *output, const Bellwether__V1__Unit *unit) {
  char text[96];
  say(output, "unit", unit_text(unit, text, sizeof text));
}

static void describe_dimension(struct output *output, const Bellwether__V1__Dimension *dimension) {
  static const char *const ROLES[] = {"", "frequency", "indicator", "reference area"};
  size_t role = (size_t)dimension->role;
  char text[1200];
  snprintf(text, sizeof text, "%s%s%s%s%s%s", dimension->id, dimension->name[0] ? ": " : "",
           dimension->name, role > 0 && role < count_of(ROLES) ? " (" : "",
           role < count_of(ROLES) ? ROLES[role] : "",
           role > 0 && role < count_of(ROLES) ? ")" : "");
  say(output, "dimension", text);
}

static void describe_dataset(struct output *output, const Bellwether__V1__Dataset *dataset) {
  say(output, "dataset", dataset->id);
  say(output, "title", dataset->title);
  say(output, "description", dataset->description);
  say(output, "publisher", dataset->publisher);
  say(output, "licence", dataset->licence);
  say(output, "url", dataset->url);
  for (size_t i = 0; i < dataset->n_dimensions; i++)
    describe_dimension(output, dataset->dimensions[i]);
  field_number(output, "indicators", dataset->indicator_count);
  field_number(output, "series", dataset->series_count);
  field_number(output, "changed at revision", dataset->changed_revision);
}

static void describe_indicator(struct output *output, const Bellwether__V1__Indicator *indicator) {
  say(output, "indicator", indicator->id);
  say(output, "dataset", indicator->dataset);
  say(output, "name", indicator->name);
  say(output, "definition", indicator->definition);
  say_unit(output, indicator->unit);
  say(output, "kind", kind_word((int)indicator->kind));
  for (size_t i = 0; i < indicator->n_tags; i++)
    say(output, "tag", indicator->tags[i]);
  say(output, "methodology", indicator->methodology);
  say(output, "source", indicator->source);
  say(output, "source id", indicator->source_id);
  field_number(output, "series", indicator->series_count);
}

static void describe_release(struct output *output, const Bellwether__V1__ReleaseSummary *summary) {
  const Bellwether__V1__Release *release = summary->release;
  char published[64];
  date_text(release->published_at_ms,
            release->precision != BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT, published,
            sizeof published);
  say(output, "release", release->id);
  say(output, "title", release->title);
  say(output, "publisher", release->publisher);
  say(output, "published", published);
  say(output, "url", release->url);
  say(output, "note", release->note);
  field_number(output, "series", summary->series_count);
}

static void describe_span(struct output *output, const Bellwether__V1__Series *series) {
  char first[PERIOD_TEXT_SIZE] = "", last[PERIOD_TEXT_SIZE] = "", text[96];
  field_number(output, "observations", series->observation_count);
  if (series->observation_count == 0 || !frequency_is_valid((int)series->frequency))
    return;
  period_format((enum frequency)series->frequency, series->first_period, first);
  period_format((enum frequency)series->frequency, series->last_period, last);
  snprintf(text, sizeof text, "%s to %s", first, last);
  say(output, "periods", text);
}

static void describe_latest(struct output *output, const Bellwether__V1__Series *series) {
  const Bellwether__V1__LatestObservation *latest = series->latest;
  char number[NUMBER_TEXT_SIZE], unit[96], text[256], published[64];
  if (latest == NULL)
    return;
  number_format(latest->value, number);
  unit_text(series->unit, unit, sizeof unit);
  const char *status = status_word(latest->status[0]);
  snprintf(text, sizeof text, "%s: %s %s%s%s", latest->period_label, number, unit,
           status[0] != '\0' ? ", " : "", status);
  say(output, "latest", text);
  if (latest->release == NULL)
    return;
  snprintf(text, sizeof text, "%s, %s",
           latest->release->publisher[0] != '\0' ? latest->release->publisher : latest->release->id,
           published_text(latest->release, published, sizeof published));
  say(output, "said by", text);
  say(output, "url", latest->release->url);
}

static void describe_series(struct output *output, const Bellwether__V1__Series *series) {
  char handle[24], published[64] = "";
  snprintf(handle, sizeof handle, "%" PRIu64, series->handle);
  if (series->release_count > 0)
    date_text(series->last_published_at_ms, true, published, sizeof published);
  say(output, "series", series->key);
  say(output, "title", series->title);
  say(output, "indicator", series->indicator);
  say_unit(output, series->unit);
  say(output, "kind", kind_word((int)series->kind));
  describe_span(output, series);
  describe_latest(output, series);
  field_number(output, "releases", series->release_count);
  say(output, "last published", published);
  say(output, "note", series->source_note);
  say(output, "source id", series->source_id);
  say(output, "handle", handle);
  field_number(output, "changed at revision", series->changed_revision);
}

static enum exit_code ask_series(struct cli *cli, const char *name) {
  Bellwether__V1__GetSeriesRequest request = BELLWETHER__V1__GET_SERIES_REQUEST__INIT;
  Bellwether__V1__SeriesRef series = BELLWETHER__V1__SERIES_REF__INIT;
  scoped(message_free) ProtobufCMessage *message = NULL;
  series.ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  series.key = text_field(name);
  request.series = &series;
  enum exit_code code = rpc_ask(cli, "Catalog/GetSeries", &request.base,
                                &bellwether__v1__get_series_response__descriptor, &message);
  if (code != EXIT_CODE_OK)
    return code;
  struct output *output = fields_begin(cli);
  describe_series(output, ((const Bellwether__V1__GetSeriesResponse *)message)->series);
  output_end(output);
  return EXIT_CODE_OK;
}

/* A name without a slash, looked for among everything that has one. */
struct search {
  struct output *output;
  const char *name;
  bool found;
  size_t limit;                        /* of the distance at which a name is nearer */
  char nearest[SUGGEST_MAX_BYTES + 1]; /* empty: none is near */
};

/* Whether that is the name; where it is not, it may be what was meant. */
static bool matches(struct search *search, const char *name) {
  if (strcmp(name, search->name) == 0) {
    search->found = true;
    return true;
  }
  size_t distance =
      suggest_distance(bytes_of_text(search->name), bytes_of_text(name), search->limit);
  if (distance <= search->limit) {
    snprintf(search->nearest, sizeof search->nearest, "%s", name);
    search->limit = distance == 0 ? 0 : distance - 1;
  }
  return false;
}

static enum exit_code match_dataset(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__ListDatasetsResponse *response = (const void *)message;
  struct search *search = arg;
  for (size_t i = 0; i < response->n_datasets; i++)
    if (matches(search, response->datasets[i]->id))
      describe_dataset(search->output, response->datasets[i]);
  return EXIT_CODE_OK;
}

static enum exit_code match_indicator(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__ListIndicatorsResponse *response = (const void *)message;
  struct search *search = arg;
  for (size_t i = 0; i < response->n_indicators; i++)
    if (matches(search, response->indicators[i]->id))
      describe_indicator(search->output, response->indicators[i]);
  return EXIT_CODE_OK;
}

static enum exit_code match_release(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__ListReleasesResponse *response = (const void *)message;
  struct search *search = arg;
  for (size_t i = 0; i < response->n_releases; i++)
    if (matches(search, response->releases[i]->release->id))
      describe_release(search->output, response->releases[i]);
  return EXIT_CODE_OK;
}

static enum exit_code search_all(struct cli *cli, struct search *search) {
  Bellwether__V1__ListDatasetsRequest datasets = BELLWETHER__V1__LIST_DATASETS_REQUEST__INIT;
  Bellwether__V1__ListIndicatorsRequest indicators = BELLWETHER__V1__LIST_INDICATORS_REQUEST__INIT;
  Bellwether__V1__ListReleasesRequest releases = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
  enum exit_code code =
      rpc_pages(cli, "Catalog/ListDatasets", &datasets.base,
                &bellwether__v1__list_datasets_response__descriptor, match_dataset, search);
  if (code == EXIT_CODE_OK && !search->found)
    code =
        rpc_pages(cli, "Catalog/ListIndicators", &indicators.base,
                  &bellwether__v1__list_indicators_response__descriptor, match_indicator, search);
  if (code == EXIT_CODE_OK && !search->found)
    code = rpc_pages(cli, "Observations/ListReleases", &releases.base,
                     &bellwether__v1__list_releases_response__descriptor, match_release, search);
  if (code != EXIT_CODE_OK || search->found)
    return code;
  bool near = search->nearest[0] != '\0';
  complain(cli, "there is no dataset, indicator or release '%s'%s%s%s", search->name,
           near ? "; did you mean " : "", search->nearest, near ? "?" : "");
  if (!near)
    fputs("  hint: a series is DATASET/CODE.CODE.CODE; see `bellwether list`\n", cli->err);
  return EXIT_CODE_REFUSED;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  const char *name = arguments->words[0];
  if (strchr(name, '/') != NULL)
    return ask_series(cli, name);
  struct search search = {
      .output = fields_begin(cli), .name = name, .limit = suggest_limit(strlen(name))};
  if (search.output == NULL)
    return EXIT_CODE_REFUSED;
  return output_close(search.output, search_all(cli, &search));
}

const struct command cmd_describe = {
    .name = "describe",
    .words = "NAME",
    .summary = "All that is known of a dataset, an indicator, a series or a release.",
    .examples = "  bellwether describe CBEC\n"
                "  bellwether describe CBEC/A.CHN.TRADE._T\n"
                "  bellwether describe TRADE\n"
                "  bellwether describe XINHUA-CBEC-2025\n",
    .options = NO_OPTIONS,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
