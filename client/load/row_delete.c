/* SPDX-License-Identifier: MIT */
/* SDMX's action D: withdraws figures as of the release. A code that is empty is any, and so is an
 * empty period; what they stand for are the series that the store has. */
#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/rpc.h"
#include "client/load/table.h"
#include "proto/obs_status.h"

/* Series that the store tells of, while it does. */
struct expansion {
  const struct row *row;
  struct list *series;
};

static enum exit_code take_page(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__ListSeriesResponse *response = (const void *)message;
  const struct expansion *expansion = arg;
  const struct row *row = expansion->row;
  struct load *load = row->table->load;
  for (size_t i = 0; i < response->n_series; i++) {
    struct load_series *series =
        load_series(load, row_place(row, LOAD_ABSENT), bytes_of_text(response->series[i]->key));
    if (series == NULL)
      return EXIT_CODE_REFUSED;
    if (!list_add(expansion->series, load->arena, series)) {
      load_fail_memory(load);
      return EXIT_CODE_REFUSED;
    }
  }
  return EXIT_CODE_OK;
}

static bool ask_series(const struct row *row, const char *pattern, struct list *series) {
  struct load *load = row->table->load;
  struct expansion expansion = {.row = row, .series = series};
  Bellwether__V1__ListSeriesRequest request = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  request.pattern = text_field(pattern);
  request.view = BELLWETHER__V1__VIEW__VIEW_VALUES;
  load->code = rpc_pages(load->cli, "Catalog/ListSeries", &request.base,
                         &bellwether__v1__list_series_response__descriptor, take_page, &expansion);
  return load->code == EXIT_CODE_OK;
}

/* Rows often differ in the period alone. A dataset that is new has no series to withdraw. */
static const struct list *expand(const struct row *row, const struct load_dataset *dataset,
                                 const char *pattern) {
  struct table *table = row->table;
  struct load *load = table->load;
  struct list *series = cache_get(&table->deleted, bytes_of_text(pattern));
  if (series != NULL)
    return series;
  series = arena_zero(load->arena, sizeof *series);
  if (series == NULL || !cache_put(&table->deleted, load->arena, bytes_of_text(pattern), series)) {
    load_fail_memory(load);
    return NULL;
  }
  return !dataset->stored || ask_series(row, pattern, series) ? series : NULL;
}

static bool withdraw(const struct row *row, const struct load_series *series, int64_t period) {
  struct load *load = row->table->load;
  struct spool_row out = {.series = series->index,
                          .release = row->release->index,
                          .period = period,
                          .value = obs_nan(),
                          .status = LOAD_DELETED,
                          .line = (uint32_t)row->record->line,
                          .file = row->table->file_number};
  return spool_add(load->rows, &out) || load_fail_spool(load);
}

/* A period of one frequency is none of a series with another. */
static bool withdraw_all(const struct row *row, const struct list *series) {
  bool always = row_cell_of(row, LOAD_PERIOD).size == 0;
  for (size_t i = 0; i < series->count; i++) {
    const struct load_series *one = series->items[i];
    int64_t period = LOAD_WHOLE_SERIES;
    if ((always || row_find_period(row, one->frequency, &period)) && !withdraw(row, one, period))
      return false;
  }
  return true;
}

/* With all of its codes a period that is none of the series is a mistake. */
static bool check_period(const struct row *row, const struct list *series) {
  int64_t period;
  const struct load_series *one = series->count == 1 ? series->items[0] : NULL;
  if (one == NULL || row_cell_of(row, LOAD_PERIOD).size == 0 ||
      row_find_period(row, one->frequency, &period))
    return true;
  struct bytes text = row_cell_of(row, LOAD_PERIOD);
  return load_complain(row->table->load, row_place_of(row, LOAD_PERIOD),
                       "\"%.*s\" is no period of %s (its frequency is %c)", text_shown(text),
                       (const char *)text.data, one->key, frequency_letter(one->frequency));
}

/* It may be the time, and all times would go. */
static bool complain_attribute(const struct row *row, size_t cell,
                               const struct load_dataset *dataset) {
  struct bytes text = row_cell(row, cell);
  return load_complain(row->table->load, row_place(row, cell),
                       "\"%.*s\" is of no dimension of %s, and the file has no column TIME_PERIOD",
                       text_shown(text), (const char *)text.data, dataset->id);
}

bool row_delete(struct row *row) {
  const struct load_dataset *dataset = NULL;
  const char *pattern = NULL;
  bool whole = false;
  if (!row_pattern(row, &dataset, &pattern, &whole))
    return false;
  if (dataset == NULL)
    return true;
  size_t attribute = row_attribute(row);
  if (attribute != LOAD_ABSENT && row->table->layout.at[LOAD_PERIOD] == LOAD_ABSENT)
    return complain_attribute(row, attribute, dataset);
  /* What marks attributes alone leaves the figures. */
  if (attribute != LOAD_ABSENT && row_cell_of(row, LOAD_VALUE).size == 0)
    return true;
  const struct list *series = expand(row, dataset, pattern);
  return series != NULL && (!whole || check_period(row, series)) &&
         (row->release != NULL || row_read_release(row)) && withdraw_all(row, series);
}

bool row_check_deleted(const struct table *table) {
  bool known = true;
  for (size_t i = 0; i < table->unknown.count; i++) {
    const struct unknown_dataset *unknown = table->unknown.items[i];
    known = load_dataset(table->load, unknown->place, unknown->id) != NULL && known;
  }
  return known;
}
