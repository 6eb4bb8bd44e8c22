/* SPDX-License-Identifier: MIT */
/* `bellwether revisions`: what was said of each period, release by release. */
#include <inttypes.h>

#include "client/cli/figures.h"
#include "client/cli/rpc.h"

typedef Bellwether__V1__ListRevisionsRequest request_message;
typedef Bellwether__V1__ListRevisionsResponse response_message;

static const struct option OPTIONS[] = {
    {"from", "PERIOD", "the first period"},
    {"to", "PERIOD", "the last period"},
    {"as-of", "DATE|RELEASE", "only what was said until then"},
    {"all", NULL, "also releases that said the same again"},
    {"statistics", NULL, "how much and how often the figures were revised"},
    {NULL, NULL, NULL},
};

static const struct column COLUMNS[] = {
    {"series", CELL_TEXT},      {"period", CELL_TEXT},      {"value", CELL_NUMBER},
    {"status", CELL_TEXT},      {"unit", CELL_TEXT},        {"release", CELL_TEXT},
    {"unit_mult", CELL_NUMBER}, {"published", CELL_TEXT},   {"publisher", CELL_TEXT},
    {"url", CELL_TEXT},         {"known_until", CELL_TEXT}, {"unchanged", CELL_NUMBER},
    {"comment", CELL_TEXT},
};

static const struct column TABLE_COLUMNS[] = {
    {"period", CELL_TEXT}, {"value", CELL_NUMBER}, {"status", CELL_TEXT},  {"published", CELL_TEXT},
    {"until", CELL_TEXT},  {"source", CELL_LONG},  {"comment", CELL_LONG},
};

struct row {
  struct figure figure;
  int64_t known_until_ms;
  bool unchanged;
};

static const char *until_text(const struct row *row, char *text, size_t size) {
  enum { DAY_MS = 86400000 };
  text[0] = '\0';
  if (row->known_until_ms != 0)
    date_text(row->known_until_ms, row->known_until_ms % DAY_MS == 0, text, size);
  return text;
}

static void print_row(struct output *output, const struct row *row) {
  const struct figure *figure = &row->figure;
  char status[2] = {figure->status, '\0'}, published[64], until[64];
  output_text(output, figure->series);
  output_text(output, figure->period);
  output_number(output, figure->value);
  output_text(output, status);
  output_text(output, figure->unit == NULL ? "" : figure->unit->unit);
  output_text(output, figure->release->id);
  output_integer(output, figure->unit == NULL ? 0 : figure->unit->unit_mult);
  output_text(output, published_text(figure->release, published, sizeof published));
  output_text(output, figure->release->publisher);
  output_text(output, figure->release->url);
  output_text(output, until_text(row, until, sizeof until));
  output_integer(output, row->unchanged);
  output_text(output, figure->comment);
}

static void print_table_row(struct output *output, const struct row *row) {
  const struct figure *figure = &row->figure;
  char published[64], until[64];
  output_text(output, figure->period);
  output_tone(output, status_tone(figure->status));
  output_number(output, figure->value);
  output_text(output, row->unchanged ? "unchanged" : status_word(figure->status));
  output_tone(output, TONE_PLAIN);
  output_text(output, published_text(figure->release, published, sizeof published));
  output_text(output, until_text(row, until, sizeof until));
  output_text(output, figure->release->publisher);
  output_text(output, figure->comment);
  note_source(output, figure->release);
}

struct printer {
  struct cli *cli;
  struct output *output;
};

static void print_rows(struct printer *printer, const response_message *response) {
  struct output *output = printer->output;
  size_t comment = 0, unchanged = 0;
  for (size_t i = 0; i < response->n_values; i++) {
    struct row row = {.figure = {.series = response->key,
                                 .period = response->period_labels[i],
                                 .value = response->values[i],
                                 .status = (char)response->statuses.data[i],
                                 .unit = response->unit,
                                 .release = response->releases[response->release_indexes[i]],
                                 .comment = ""},
                      .known_until_ms = response->known_until_ms[i]};
    if (comment < response->n_comments && response->comments[comment]->index == i)
      row.figure.comment = response->comments[comment++]->text;
    if (unchanged < response->n_unchanged_indexes && response->unchanged_indexes[unchanged] == i) {
      row.unchanged = true;
      unchanged++;
    }
    if (output_is_table(output))
      print_table_row(output, &row);
    else
      print_row(output, &row);
  }
}

static void print_title(struct output *output, const response_message *response) {
  char unit[96];
  unit_text(response->unit, unit, sizeof unit);
  output_title(output, "%s%s%s%s", response->key, unit[0] != '\0' ? " (" : "", unit,
               unit[0] != '\0' ? ")" : "");
}

/* Below the table, or on standard error: they are no row. */
static void tell_statistics(const struct printer *printer,
                            const Bellwether__V1__RevisionStatistics *statistics) {
  char text[320];
  snprintf(text, sizeof text,
           "%" PRIu64 " revision%s in %" PRIu64 " of %" PRIu64 " periods; last less first figure: "
           "mean %.6g, mean absolute %.6g, largest %.6g",
           statistics->revision_count, statistics->revision_count == 1 ? "" : "s",
           statistics->revised_period_count, statistics->period_count, statistics->mean_revision,
           statistics->mean_absolute_revision, statistics->max_absolute_revision);
  if (output_is_table(printer->output))
    output_note(printer->output, "%s", text);
  else
    fprintf(printer->cli->err, "%s\n", text);
}

/* Whether the columns are as long as they must be: a server's answer is not trusted blindly. */
static bool is_whole(const response_message *response) {
  size_t n = response->n_values;
  for (size_t i = 0; i < response->n_release_indexes; i++)
    if (response->release_indexes[i] >= response->n_releases)
      return false;
  return response->n_period_labels == n && response->statuses.len == n &&
         response->n_release_indexes == n && response->n_known_until_ms == n;
}

static enum exit_code print_page(void *arg, const ProtobufCMessage *message) {
  struct printer *printer = arg;
  const response_message *response = (const response_message *)message;
  if (!is_whole(response)) {
    complain(printer->cli, "the server's columns do not fit each other");
    return EXIT_CODE_REFUSED;
  }
  print_title(printer->output, response);
  print_rows(printer, response);
  if (response->statistics != NULL)
    tell_statistics(printer, response->statistics);
  return EXIT_CODE_OK;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  request_message request = BELLWETHER__V1__LIST_REVISIONS_REQUEST__INIT;
  Bellwether__V1__SeriesRef series = BELLWETHER__V1__SERIES_REF__INIT;
  Bellwether__V1__PeriodBound from, to;
  Bellwether__V1__AsOf as_of;
  series.ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  series.key = text_field(arguments->words[0]);
  request.series = &series;
  request.from = bound_argument(arguments, "from", &from);
  request.to = bound_argument(arguments, "to", &to);
  request.as_of = as_of_argument(arguments, &as_of);
  request.include_unchanged = argument_given(arguments, "all");
  request.statistics = argument_given(arguments, "statistics");
  request.period_labels = true;
  struct printer printer = {.cli = cli};
  printer.output =
      output_begin_either(cli, TABLE_COLUMNS, count_of(TABLE_COLUMNS), COLUMNS, count_of(COLUMNS));
  if (printer.output == NULL)
    return EXIT_CODE_REFUSED;
  return output_close(printer.output,
                      rpc_pages(cli, "Observations/ListRevisions", &request.base,
                                &bellwether__v1__list_revisions_response__descriptor, print_page,
                                &printer));
}

const struct command cmd_revisions = {
    .name = "revisions",
    .words = "KEY",
    .summary = "What was said of each period, by whom, and until when it stood.",
    .examples = "  bellwether revisions CBEC/A.CHN.TRADE._T --from 2021 --to 2024\n"
                "  bellwether revisions CBEC/S.CHN.TRADE._T --statistics\n",
    .options = OPTIONS,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
