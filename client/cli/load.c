/* SPDX-License-Identifier: MIT */
/* What a load has gathered: datasets and series by their names, and rows. */
#include "client/cli/load.h"

#include <stdarg.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/rpc.h"
#include "proto/key.h"

enum { COMPLAINTS_SHOWN = 20, ROWS_FIRST = 1024 };

bool load_complain(struct load *load, struct load_place place, const char *format, ...) {
  va_list values;
  if (load->n_errors++ >= COMPLAINTS_SHOWN)
    return false;
  fprintf(load->cli->err, "%s:", place.file);
  if (place.line > 0)
    fprintf(load->cli->err, "%zu:", place.line);
  if (place.column > 0)
    fprintf(load->cli->err, " column %zu (%s):", place.column, place.name);
  fputc(' ', load->cli->err);
  va_start(values, format);
  vfprintf(load->cli->err, format, values);
  va_end(values);
  fputc('\n', load->cli->err);
  return false;
}

bool load_fail_memory(struct load *load) {
  complain(load->cli, "out of memory");
  load->n_errors++;
  return false;
}

char *load_text(struct load *load, struct bytes text) {
  char *copy = arena_text(load->arena, text);
  if (copy == NULL)
    load_fail_memory(load);
  return copy;
}

static bool add_dataset(struct load *load, struct load_dataset dataset) {
  struct load_dataset *kept = arena_alloc(load->arena, sizeof *kept);
  if (kept == NULL)
    return load_fail_memory(load);
  *kept = dataset;
  return cache_put(&load->dataset_by_id, load->arena, bytes_of_text(kept->id), kept) ||
         load_fail_memory(load);
}

bool load_add_dataset(struct load *load, const Bellwether__V1__Dataset *dataset) {
  struct load_dataset known = {.n_dimensions = dataset->n_dimensions,
                               .frequency_dimension = dataset->n_dimensions};
  char **names = arena_array(load->arena, dataset->n_dimensions, sizeof *names);
  if (names == NULL)
    return load_fail_memory(load);
  known.dimensions = (const char *const *)names;
  for (size_t i = 0; i < dataset->n_dimensions; i++) {
    names[i] = load_text(load, bytes_of_text(dataset->dimensions[i]->id));
    if (names[i] == NULL)
      return false;
    if (dataset->dimensions[i]->role == BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY)
      known.frequency_dimension = i;
  }
  known.id = load_text(load, bytes_of_text(dataset->id));
  if (known.id == NULL)
    return false;
  if (load->default_dataset == NULL)
    load->default_dataset = known.id;
  return add_dataset(load, known);
}

/* A dataset that the server does not have is remembered too, so that it is asked for once. */
static bool ask_dataset(struct load *load, struct bytes id) {
  Bellwether__V1__GetDatasetRequest request = BELLWETHER__V1__GET_DATASET_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *message = NULL;
  request.id = load_text(load, id);
  if (request.id == NULL)
    return false;
  enum exit_code code =
      rpc_find(load->cli, "Catalog/GetDataset", &request.base, "DATASET_NOT_FOUND",
               &bellwether__v1__get_dataset_response__descriptor, &message);
  if (code != EXIT_CODE_OK) {
    load->code = code;
    return false;
  }
  if (message != NULL)
    return load_add_dataset(load, ((const Bellwether__V1__GetDatasetResponse *)message)->dataset);
  return add_dataset(load, (struct load_dataset){.id = request.id});
}

const struct load_dataset *load_dataset(struct load *load, struct load_place place,
                                        struct bytes id) {
  const struct load_dataset *dataset = cache_get(&load->dataset_by_id, id);
  if (dataset == NULL) {
    if (load->code != EXIT_CODE_OK || !ask_dataset(load, id))
      return NULL;
    dataset = cache_get(&load->dataset_by_id, id);
  }
  if (dataset->n_dimensions > 0)
    return dataset;
  load_complain(load, place,
                "there is no dataset %s: describe it in a file and give that with --dataset",
                dataset->id);
  return NULL;
}

/* With its dataset, as text of the arena. */
static char *whole_key(struct load *load, struct load_place place, struct bytes text) {
  bool whole = memchr(text.data, '/', text.size) != NULL;
  if (text.size == 0 || (!whole && load->default_dataset == NULL)) {
    load_complain(load, place,
                  text.size == 0 ? "the series is empty"
                                 : "the series has no dataset: write DATASET/CODE.CODE.CODE, or "
                                   "give --dataset");
    return NULL;
  }
  if (whole)
    return load_text(load, text);
  char *key = arena_format(load->arena, "%s/%.*s", load->default_dataset, (int)text.size,
                           (const char *)text.data);
  if (key == NULL)
    load_fail_memory(load);
  return key;
}

static struct load_series *make_series(struct load *load, struct load_place place, char *text) {
  struct key key;
  enum key_status status = key_parse(bytes_of_text(text), &key, NULL);
  if (status != KEY_OK) {
    load_complain(load, place, "series \"%s\" %s", text, key_status_text(status));
    return NULL;
  }
  const struct load_dataset *dataset = load_dataset(load, place, key.dataset);
  if (dataset == NULL)
    return NULL;
  if (key.n_codes != dataset->n_dimensions) {
    load_complain(load, place, "series \"%s\" has %zu codes, but %s has %zu dimensions", text,
                  key.n_codes, dataset->id, dataset->n_dimensions);
    return NULL;
  }
  if (dataset->frequency_dimension == dataset->n_dimensions) {
    load_complain(load, place, "dataset %s has no dimension with the role FREQUENCY", dataset->id);
    return NULL;
  }
  struct bytes letter = key.codes[dataset->frequency_dimension];
  enum frequency frequency =
      letter.size == 1 ? frequency_from_letter((char)letter.data[0]) : FREQUENCY_NONE;
  if (frequency == FREQUENCY_NONE) {
    load_complain(load, place, "series \"%s\": \"%.*s\" is no frequency: A S Q M W B D H N", text,
                  (int)letter.size, (const char *)letter.data);
    return NULL;
  }
  struct load_series *series = arena_zero(load->arena, sizeof *series);
  if (series == NULL || !list_add(&load->series, load->arena, series)) {
    load_fail_memory(load);
    return NULL;
  }
  series->key = text;
  series->index = (uint32_t)(load->series.count - 1);
  series->frequency = frequency;
  return series;
}

struct load_series *load_series(struct load *load, struct load_place place, struct bytes text) {
  struct load_series *series = cache_get(&load->series_by_key, text);
  if (series != NULL)
    return series;
  char *key = whole_key(load, place, text);
  if (key == NULL)
    return NULL;
  series = cache_get(&load->series_by_key, bytes_of_text(key));
  if (series == NULL) {
    series = make_series(load, place, key);
    if (series == NULL || !cache_put(&load->series_by_key, load->arena, bytes_of_text(key), series))
      return NULL;
  }
  /* Rows name it in the same words again. */
  if (!bytes_equal(text, bytes_of_text(key)) &&
      !cache_put(&load->series_by_key, load->arena, text, series))
    load_fail_memory(load);
  return series;
}

bool load_add_row(struct load *load, const struct load_row *row) {
  if (load->n_rows == load->row_capacity) {
    size_t capacity = load->row_capacity == 0 ? ROWS_FIRST : load->row_capacity * 2;
    struct load_row *wider = realloc(load->rows, capacity * sizeof *wider);
    if (wider == NULL)
      return load_fail_memory(load);
    load->rows = wider;
    load->row_capacity = capacity;
  }
  load->rows[load->n_rows++] = *row;
  return true;
}

static int compare(uint64_t a, uint64_t b) {
  return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b) {
  const struct load_row *left = a, *right = b;
  int order = compare(left->release->index, right->release->index);
  if (order == 0)
    order = compare(left->series->index, right->series->index);
  if (order == 0)
    order = (left->period > right->period) - (left->period < right->period);
  return order != 0 ? order : compare(left->line, right->line);
}

static bool same_text(const char *a, const char *b) {
  return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

static bool same_content(const struct load_row *a, const struct load_row *b) {
  return memcmp(&a->value, &b->value, sizeof a->value) == 0 && a->status == b->status &&
         same_text(a->comment, b->comment);
}

bool load_order(struct load *load) {
  size_t kept = 0, errors = load->n_errors;
  if (load->n_rows > 0)
    qsort(load->rows, load->n_rows, sizeof *load->rows, by_place);
  for (size_t i = 0; i < load->n_rows; i++) {
    const struct load_row *row = &load->rows[i], *last = kept == 0 ? NULL : &load->rows[kept - 1];
    bool again = last != NULL && last->release == row->release && last->series == row->series &&
                 last->period == row->period;
    if (!again) {
      load->rows[kept++] = *row;
    } else if (!same_content(last, row)) {
      char period[PERIOD_TEXT_SIZE];
      period_format(row->series->frequency, row->period, period);
      load_complain(load, (struct load_place){.file = row->file, .line = row->line},
                    "%s in %s is there already, with another value, status or comment: %s:%u",
                    row->series->key, period, last->file, last->line);
    }
  }
  load->n_rows = kept;
  return load->n_errors == errors;
}
