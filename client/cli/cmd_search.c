/* SPDX-License-Identifier: MIT */
/* `bellwether search`: indicators and series by their words, the best first. */
#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/rpc.h"
#include "proto/limits.h"
#include "proto/period.h"

#include "client/cli/output.h"

static const struct option OPTIONS[] = {
    {"dataset", "DATASET", "only in this dataset"},
    {"tag", "TAG[,TAG...]", "only indicators with all of these tags"},
    {"frequency", "A|S|Q|M|W|B|D|H|N", "only series of it, and indicators that have such"},
    {"series", NULL, "series too, not only indicators"},
    {"limit", "N", "so many at most (20)"},
    {NULL, NULL, NULL},
};

static const struct column COLUMNS[] = {
    {"rank", CELL_NUMBER}, {"what", CELL_TEXT},  {"dataset", CELL_TEXT},
    {"name", CELL_TEXT},   {"title", CELL_LONG}, {"unit", CELL_TEXT},
};

/* What is printed, page by page. */
struct listing {
  struct output *output;
  uint32_t printed;
  uint64_t total;
};

static void print_unit(struct output *output, const Bellwether__V1__Unit *unit) {
  char text[LIMIT_NAME_BYTES + 32] = "";
  if (unit != NULL)
    unit_words(unit->unit, unit->unit_mult, text, sizeof text);
  output_text(output, text);
}

static void print_result(struct listing *listing, const Bellwether__V1__SearchResult *result) {
  struct output *output = listing->output;
  bool is_series = result->result_case == BELLWETHER__V1__SEARCH_RESULT__RESULT_SERIES;
  const Bellwether__V1__Series *series = is_series ? result->series : NULL;
  const Bellwether__V1__Indicator *indicator =
      result->result_case == BELLWETHER__V1__SEARCH_RESULT__RESULT_INDICATOR ? result->indicator
                                                                             : NULL;
  if (series == NULL && indicator == NULL)
    return;
  output_integer(output, ++listing->printed);
  output_text(output, is_series ? "series" : "indicator");
  output_text(output, result->dataset);
  output_text(output, is_series ? series->key : indicator->id);
  output_text(output, is_series ? series->title : indicator->name);
  print_unit(output, is_series ? series->unit : indicator->unit);
}

static void print_response(struct listing *listing,
                           const Bellwether__V1__SearchResponse *response) {
  listing->total = response->total;
  for (size_t i = 0; i < response->n_results; i++)
    print_result(listing, response->results[i]);
}

/* Pages until there are as many as were asked for. */
static enum exit_code search(struct cli *cli, Bellwether__V1__SearchRequest *request,
                             uint32_t limit, struct listing *listing) {
  scoped(free) char *token = NULL;
  for (;;) {
    scoped(message_free) ProtobufCMessage *message = NULL;
    uint32_t left = limit - listing->printed;
    request->page_size = left < LIMIT_SEARCH_RESULTS ? left : (uint32_t)LIMIT_SEARCH_RESULTS;
    request->page_token = text_field(token);
    enum exit_code code = rpc_ask(cli, "Catalog/Search", &request->base,
                                  &bellwether__v1__search_response__descriptor, &message);
    if (code != EXIT_CODE_OK)
      return code;
    const Bellwether__V1__SearchResponse *response = (const void *)message;
    print_response(listing, response);
    if (response->next_page_token[0] == '\0' || listing->printed >= limit)
      return EXIT_CODE_OK;
    free(token);
    token = strdup(response->next_page_token);
  }
}

/* The words with spaces between them. */
static char *join_words(const struct arguments *arguments) {
  size_t size = 1;
  for (size_t i = 0; i < arguments->n_words; i++)
    size += strlen(arguments->words[i]) + 1;
  char *text = calloc(1, size), *at = text;
  for (size_t i = 0; text != NULL && i < arguments->n_words; i++) {
    if (i > 0)
      *at++ = ' ';
    at = stpcpy(at, arguments->words[i]);
  }
  return text;
}

/* Takes the list of tags apart, where it stands; how many there are. */
static size_t split_tags(char *text, char **ret_tags) {
  size_t n = 0;
  for (char *tag = strtok(text, ","); tag != NULL && n < LIMIT_TAGS; tag = strtok(NULL, ","))
    ret_tags[n++] = tag;
  return n;
}

static bool read_frequency(struct cli *cli, const char *text,
                           Bellwether__V1__SearchRequest *request) {
  if (text == NULL)
    return true;
  enum frequency frequency =
      text[0] != '\0' && text[1] == '\0' ? frequency_from_letter(text[0]) : FREQUENCY_NONE;
  request->frequency = (Bellwether__V1__Frequency)frequency;
  if (frequency != FREQUENCY_NONE)
    return true;
  complain_usage(cli, "--frequency %s: it is A, S, Q, M, W, B, D, H or N", text);
  return false;
}

static void tell_rest(const struct listing *listing) {
  if (listing->printed == 0)
    output_note(listing->output, "nothing found");
  else if (listing->total > listing->printed)
    output_note(listing->output, "%u of %llu; --limit N shows more", listing->printed,
                (unsigned long long)listing->total);
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__SearchRequest request = BELLWETHER__V1__SEARCH_REQUEST__INIT;
  const char *tag = argument(arguments, "tag");
  scoped(free) char *query = join_words(arguments);
  scoped(free) char *tags = strdup(tag == NULL ? "" : tag);
  char *tag_list[LIMIT_TAGS];
  uint32_t limit = LIMIT_SEARCH_RESULTS_DEFAULT;
  if (query == NULL || tags == NULL)
    return EXIT_CODE_REFUSED;
  if (!argument_number(cli, arguments, "limit", 10000, &limit) ||
      !read_frequency(cli, argument(arguments, "frequency"), &request))
    return EXIT_CODE_USAGE;
  if (limit == 0)
    return complain_usage(cli, "--limit 0: at least 1");
  request.query = query;
  request.dataset = text_field(argument(arguments, "dataset"));
  request.n_tags = split_tags(tags, tag_list);
  request.tags = tag_list;
  request.include_series = argument_given(arguments, "series");
  struct listing listing = {.output = output_begin(cli, COLUMNS, count_of(COLUMNS))};
  enum exit_code code = search(cli, &request, limit, &listing);
  if (code == EXIT_CODE_OK)
    tell_rest(&listing);
  return output_close(listing.output, code);
}

const struct command cmd_search = {
    .name = "search",
    .words = "[WORD...]",
    .summary = "Indicators and series by their words, the best first.",
    .examples = "  bellwether search trade\n"
                "  bellwether search cross-border exports --series --frequency Q\n"
                "  bellwether search NY.GDP.MKTP.CD\n"
                "  bellwether search --dataset CBEC --tag trade\n",
    .details = "All words must match, as beginnings of words; case and accents do not count.\n"
               "Without words, --dataset or --tag lists all that pass.\n",
    .options = OPTIONS,
    .run = run,
};
