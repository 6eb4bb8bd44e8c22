/* SPDX-License-Identifier: MIT */
#include "client/cli/spark.h"

#include <math.h>

#include "client/cli/rpc.h"
#include "proto/arena.h"

typedef Bellwether__V1__BatchGetObservationsRequest request_message;
typedef Bellwether__V1__BatchGetObservationsResponse response_message;

/* Series a call: their figures stay well under a page. */
enum { BATCH = 1000 };

bool spark_wanted(struct cli *cli, const struct arguments *arguments, bool *ret_wanted) {
  bool given = argument_given(arguments, "spark"), refused = argument_given(arguments, "no-spark");
  if (given && refused) {
    complain_usage(cli, "--spark and --no-spark exclude each other");
    return false;
  }
  if (given && cli->format != FORMAT_TABLE) {
    complain_usage(cli, "--spark is for tables: --format table");
    return false;
  }
  *ret_wanted = given || (!refused && cli->format == FORMAT_TABLE && cli->screen.terminal &&
                          cli->screen.utf8);
  return true;
}

/* 0 to 7; all the same are in the middle. */
static int height(double value, double least, double greatest) {
  double range = greatest / 2 - least / 2; /* halves, lest it is infinite */
  return range > 0 ? (int)lround((value / 2 - least / 2) / range * 7) : 3;
}

void spark_draw(const double *values, size_t n, char ret_text[static SPARK_SIZE]) {
  static const char *const BLOCKS[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double least = INFINITY, greatest = -INFINITY;
  size_t numbers = 0;
  char *to = ret_text;
  for (size_t i = 0; i < n; i++) {
    least = fmin(least, values[i]);
    greatest = fmax(greatest, values[i]);
    numbers += isnan(values[i]) ? 0 : 1;
  }
  for (size_t i = 0; numbers > 1 && i < n && i < SPARK_FIGURES; i++)
    to = stpcpy(to, isnan(values[i]) ? " " : BLOCKS[height(values[i], least, greatest)]);
  *to = '\0';
}

/* One batch while its pages come; a page may end inside a series. */
struct batch {
  size_t n;
  char (*texts)[SPARK_SIZE];
  double values[SPARK_FIGURES];
  size_t n_values;
  size_t item;
};

static enum exit_code draw_page(void *arg, const ProtobufCMessage *message) {
  const response_message *response = (const response_message *)message;
  struct batch *batch = arg;
  for (size_t i = 0; i < response->n_series; i++) {
    const Bellwether__V1__SeriesObservations *series = response->series[i];
    if (series->observations == NULL || series->item_index >= batch->n)
      continue;
    if (batch->item != series->item_index)
      batch->n_values = 0;
    batch->item = series->item_index;
    for (size_t at = 0; at < series->observations->n_values; at++)
      if (batch->n_values < SPARK_FIGURES)
        batch->values[batch->n_values++] = series->observations->values[at];
    spark_draw(batch->values, batch->n_values, batch->texts[batch->item]);
  }
  return EXIT_CODE_OK;
}

static enum exit_code ask_batch(struct cli *cli, const char *const *keys, struct batch *batch,
                                Bellwether__V1__ObservationQuery *query) {
  request_message request = BELLWETHER__V1__BATCH_GET_OBSERVATIONS_REQUEST__INIT;
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  Bellwether__V1__BatchItem *items =
      arena == NULL ? NULL : arena_array(arena, batch->n, sizeof *items);
  if (items == NULL)
    return EXIT_CODE_REFUSED;
  request.items = arena_array(arena, batch->n, sizeof *request.items);
  if (request.items == NULL)
    return EXIT_CODE_REFUSED;
  for (size_t i = 0; i < batch->n; i++) {
    bellwether__v1__batch_item__init(&items[i]);
    items[i].item_case = BELLWETHER__V1__BATCH_ITEM__ITEM_KEY;
    items[i].key = text_field(keys[i]);
    request.items[request.n_items++] = &items[i];
  }
  query->last_n = SPARK_FIGURES;
  query->view = BELLWETHER__V1__VIEW__VIEW_VALUES;
  request.query = query;
  return rpc_pages(cli, "Observations/BatchGetObservations", &request.base,
                   &bellwether__v1__batch_get_observations_response__descriptor, draw_page, batch);
}

enum exit_code spark_ask(struct cli *cli, const char *const *keys, size_t n,
                         Bellwether__V1__ObservationQuery *query, char (**ret_texts)[SPARK_SIZE]) {
  char(*texts)[SPARK_SIZE] = calloc(n + 1, sizeof *texts);
  enum exit_code code = texts == NULL ? EXIT_CODE_REFUSED : EXIT_CODE_OK;
  for (size_t at = 0; code == EXIT_CODE_OK && at < n; at += BATCH) {
    struct batch batch = {
        .n = n - at < BATCH ? n - at : BATCH, .texts = texts + at, .item = SIZE_MAX};
    code = ask_batch(cli, keys + at, &batch, query);
  }
  if (code == EXIT_CODE_OK)
    *ret_texts = texts;
  else
    free(texts);
  return code;
}
