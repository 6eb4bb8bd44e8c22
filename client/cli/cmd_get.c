/* SPDX-License-Identifier: MIT */
/* `bellwether get`: observations of series. */
#include "client/cli/figures.h"
#include "client/cli/query.h"
#include "client/cli/rpc.h"
#include "client/cli/sdmx.h"
#include "client/cli/wide.h"

typedef Bellwether__V1__BatchGetObservationsRequest request_message;
typedef Bellwether__V1__BatchGetObservationsResponse response_message;
typedef Bellwether__V1__SeriesObservations series_message;

static const struct option OPTIONS[] = {
    QUERY_OPTIONS,
    {"wide", NULL, "a row a period, a column a series"},
    {"align", "union|intersection", "the same periods for all series"},
    {"if-changed-since", "REVISION", "only series that changed after that revision of the store"},
    {NULL, NULL, NULL},
};

static const struct column TABLE_COLUMNS[] = {
    {"period", CELL_TEXT}, {"value", CELL_NUMBER}, {"status", CELL_TEXT}, {"published", CELL_SPARE},
    {"source", CELL_LONG}, {"comment", CELL_LONG}, {"of", CELL_TEXT},
};

/* The pages of one answer, printed as they come. */
struct printer {
  struct cli *cli;
  const struct arguments *arguments;
  struct output *output; /* of programs: all series; of people: the present one */
  struct wide *wide;     /* of --wide, in place of it */
  struct sdmx *sdmx;     /* of --format sdmx-csv, likewise */
  uint64_t handle;       /* of the present one */
  uint32_t item;
  bool computed; /* values are not as they were published */
  uint32_t n_not_modified;
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

/* "3 of 4" observations. */
static void print_bucket(struct output *output, const struct figure *figure) {
  char text[32] = "";
  if (figure->bucket_size > 0)
    snprintf(text, sizeof text, "%u of %u", figure->bucket_count, figure->bucket_size);
  output_text(output, text);
}

static void print_table_row(struct output *output, const struct figure *figure) {
  char published[64];
  output_text(output, figure->period);
  output_tone(output, status_tone(figure->status));
  output_number(output, figure->value);
  output_text(output, status_word(figure->status));
  output_tone(output, TONE_PLAIN);
  output_text(output, published_text(figure->release, published, sizeof published));
  output_text(output, figure->release == NULL ? "" : figure->release->publisher);
  output_text(output, figure->comment);
  print_bucket(output, figure);
  note_source(output, figure->release);
}

static void print_rows(struct printer *printer, const series_message *series) {
  const Bellwether__V1__ObservationColumns *columns = series->observations;
  size_t comment = 0;
  for (size_t i = 0; i < columns->n_values; i++) {
    struct figure figure = {
        .series = series->key,
        .period = i < columns->n_period_labels ? columns->period_labels[i] : "",
        .value = columns->values[i],
        .status = i < columns->statuses.len ? (char)columns->statuses.data[i] : 'A',
        .unit = series->unit,
        .formula = series->formula,
        .release = release_at(columns, i),
        .bucket_count = i < columns->n_bucket_counts ? columns->bucket_counts[i] : 0,
        .bucket_size = i < columns->n_bucket_sizes ? columns->bucket_sizes[i] : 0,
        .comment = comment_at(columns, i, &comment)};
    if (printer->sdmx != NULL)
      sdmx_row(printer->sdmx, &figure);
    else if (printer->cli->format == FORMAT_TABLE)
      print_table_row(printer->output, &figure);
    else if (printer->computed)
      figures_row_computed(printer->output, &figure);
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
    output_title(printer->output, "%s: %s%s%s%s%s%s", series->key, series->title,
                 series->formula[0] != '\0' ? ": " : "", series->formula,
                 unit[0] != '\0' ? " (" : "", unit, unit[0] != '\0' ? ")" : "");
}

/* What a reader should know of a series: below its table, or on standard error. */
static void print_warnings(struct printer *printer, const series_message *series) {
  for (size_t i = 0; i < series->n_warnings; i++) {
    if (printer->cli->format == FORMAT_TABLE)
      output_note(printer->output, "%s", series->warnings[i]);
    else
      complain(printer->cli, "%s: %s", series->key, series->warnings[i]);
  }
}

static void print_series(struct printer *printer, const series_message *series) {
  bool goes_on =
      printer->any && printer->handle == series->handle && printer->item == series->item_index;
  if (printer->cli->format == FORMAT_TABLE && !goes_on)
    begin_table(printer, series);
  printer->handle = series->handle;
  printer->item = series->item_index;
  printer->any = true;
  if ((printer->output == NULL && printer->sdmx == NULL) || series->observations == NULL)
    return;
  print_rows(printer, series);
  if (!goes_on)
    print_warnings(printer, series);
  if (series->observations->n_values == 0 && !goes_on && printer->output != NULL)
    output_note(printer->output, "no observations%s",
                argument_given(printer->arguments, "as-of") ? " as of then" : "");
}

static const char *word_of(const struct printer *printer, uint32_t item) {
  return item < printer->arguments->n_words ? printer->arguments->words[item] : "";
}

static enum exit_code print_page(void *arg, const ProtobufCMessage *message) {
  struct printer *printer = arg;
  const response_message *response = (const response_message *)message;
  enum exit_code code = EXIT_CODE_OK;
  for (size_t i = 0; i < response->n_series && code == EXIT_CODE_OK; i++) {
    if (printer->wide != NULL)
      code = wide_add(printer->wide, response->series[i],
                      word_of(printer, response->series[i]->item_index));
    else
      print_series(printer, response->series[i]);
  }
  printer->n_not_modified += response->not_modified_count;
  for (size_t i = 0; i < response->n_errors; i++) {
    rpc_complain_item(printer->cli, word_of(printer, response->errors[i]->index),
                      response->errors[i]->status);
    printer->failed = true;
  }
  return code;
}

/* Opens what the figures are printed on; of long tables nothing, since each series has its own. */
static enum exit_code begin_printing(struct printer *printer) {
  struct cli *cli = printer->cli;
  bool wide = argument_given(printer->arguments, "wide");
  if (cli->format == FORMAT_SDMX_CSV)
    return sdmx_begin(cli, printer->arguments->words, printer->arguments->n_words, &printer->sdmx);
  if (wide)
    printer->wide = wide_begin(cli);
  else if (cli->format != FORMAT_TABLE)
    printer->output = printer->computed ? figures_begin_computed(cli) : figures_begin(cli);
  bool opened = printer->wide != NULL || printer->output != NULL;
  return opened || (!wide && cli->format == FORMAT_TABLE) ? EXIT_CODE_OK : EXIT_CODE_REFUSED;
}

static enum exit_code end_printing(struct printer *printer, enum exit_code code) {
  code = sdmx_close(printer->sdmx, code);
  code = wide_close(printer->wide, code);
  return output_close(printer->output, code);
}

/* "KEY" or "KEY:TRANSFORMS". */
static bool make_item(struct printer *printer, const char *word, const request_message *request,
                      struct arena *arena, Bellwether__V1__BatchItem *item) {
  const char *colon = strchr(word, ':');
  bellwether__v1__batch_item__init(item);
  item->item_case = BELLWETHER__V1__BATCH_ITEM__ITEM_KEY;
  item->key =
      arena_text(arena, bytes_of(word, colon == NULL ? strlen(word) : (size_t)(colon - word)));
  if (colon != NULL)
    item->query = query_with_transforms(printer->cli, request->query, colon + 1, arena);
  return item->key != NULL && (colon == NULL || item->query != NULL);
}

static enum exit_code make_items(struct printer *printer, request_message *request,
                                 struct arena *arena) {
  size_t n = printer->arguments->n_words;
  Bellwether__V1__BatchItem *items = arena_array(arena, n, sizeof *items);
  request->items = arena_array(arena, n, sizeof(Bellwether__V1__BatchItem *));
  if (items == NULL || request->items == NULL)
    return EXIT_CODE_REFUSED;
  for (size_t i = 0; i < n; i++) {
    if (!make_item(printer, printer->arguments->words[i], request, arena, &items[i]))
      return EXIT_CODE_USAGE;
    request->items[request->n_items++] = &items[i];
  }
  return EXIT_CODE_OK;
}

static enum exit_code ask_items(struct printer *printer, request_message *request) {
  struct cli *cli = printer->cli;
  enum exit_code code = begin_printing(printer);
  if (code != EXIT_CODE_OK)
    return code;
  code =
      rpc_pages(cli, "Observations/BatchGetObservations", &request->base,
                &bellwether__v1__batch_get_observations_response__descriptor, print_page, printer);
  code = end_printing(printer, code);
  if (printer->n_not_modified > 0)
    fprintf(cli->err, "%u series not modified\n", printer->n_not_modified);
  return printer->failed && code == EXIT_CODE_OK ? EXIT_CODE_REFUSED : code;
}

static bool choose_alignment(struct cli *cli, const char *text, request_message *request) {
  static const char *const NAMES[] = {"", "union", "intersection"};
  if (text == NULL)
    return true;
  for (size_t i = 1; i < count_of(NAMES); i++) {
    if (strcmp(NAMES[i], text) != 0)
      continue;
    request->alignment = (Bellwether__V1__Alignment)i;
    return true;
  }
  complain_usage(cli, "--align %s: it is union or intersection", text);
  return false;
}

static bool any_own_transforms(const struct arguments *arguments) {
  for (size_t i = 0; i < arguments->n_words; i++)
    if (strchr(arguments->words[i], ':') != NULL)
      return true;
  return false;
}

/* What SDMX-CSV cannot say. */
static bool fits_sdmx(struct cli *cli, const struct arguments *arguments, bool computed) {
  if (cli->format != FORMAT_SDMX_CSV)
    return true;
  if (computed)
    complain_usage(cli, "--format sdmx-csv is for figures as they were published: without "
                        "transforms and --frequency");
  else if (argument_given(arguments, "wide"))
    complain_usage(cli, "--wide: SDMX-CSV has a row an observation");
  else
    return true;
  return false;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  request_message request = BELLWETHER__V1__BATCH_GET_OBSERVATIONS_REQUEST__INIT;
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  if (arena == NULL)
    return EXIT_CODE_REFUSED;
  request.query = query_read(cli, arguments, arena);
  if (request.query == NULL || !choose_alignment(cli, argument(arguments, "align"), &request))
    return EXIT_CODE_USAGE;
  uint32_t revision = 0;
  if (!argument_number(cli, arguments, "if-changed-since", UINT32_MAX, &revision))
    return EXIT_CODE_USAGE;
  request.if_changed_since = revision;
  struct printer printer = {.cli = cli, .arguments = arguments};
  printer.computed = request.query->n_transforms > 0 || request.query->aggregation != NULL ||
                     any_own_transforms(arguments);
  if (!fits_sdmx(cli, arguments, printer.computed))
    return EXIT_CODE_USAGE;
  enum exit_code code = make_items(&printer, &request, arena);
  return code == EXIT_CODE_OK ? ask_items(&printer, &request) : code;
}

const struct command cmd_get = {
    .name = "get",
    .words = "KEY[:TRANSFORMS]...",
    .summary = "Observations of series, now or as they were known, as they are or computed.",
    .examples = "  bellwether get CBEC/A.CHN.TRADE._T --from 2020\n"
                "  bellwether get CBEC/A.CHN.TRADE._T --as-of 2023-01-31\n"
                "  bellwether get CBEC/A.CHN.TRADE._T --last 5 --yoy --as-of 2023-06-30\n"
                "  bellwether get 'CBEC/A.CHN.EXPORTS+IMPORTS._T' --align union\n"
                "  bellwether get CBEC/A.CHN.EXPORTS._T:share=CBEC/A.CHN.TRADE._T\n"
                "  bellwether get 'CBEC/S.CHN.EXPORTS+IMPORTS._T' --wide\n"
                "  bellwether --format csv get 'CBEC/A.CHN..' > china.csv\n",
    .details = QUERY_DETAILS,
    .options = OPTIONS,
    .observations = true,
    .least_words = 1,
    .run = run,
};
