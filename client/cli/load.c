/* SPDX-License-Identifier: MIT */
/* What a load has gathered: datasets, series and releases by their names, and rows. */
#include "client/cli/load.h"

#include <stdarg.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/rpc.h"
#include "proto/instant.h"
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
    fprintf(load->cli->err, "%zu:", place.column);
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
  for (size_t i = 0; i < dataset->n_dimensions; i++)
    if (dataset->dimensions[i]->role == BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY)
      known.frequency_dimension = i;
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
  if (rpc_ask(load->cli, "Catalog/GetDataset", &request.base,
              &bellwether__v1__get_dataset_response__descriptor, &message) == EXIT_CODE_OK)
    return load_add_dataset(load, ((const Bellwether__V1__GetDatasetResponse *)message)->dataset);
  return add_dataset(load, (struct load_dataset){.id = request.id});
}

const struct load_dataset *load_dataset(struct load *load, struct load_place place,
                                        struct bytes id) {
  const struct load_dataset *dataset = cache_get(&load->dataset_by_id, id);
  if (dataset == NULL) {
    if (!ask_dataset(load, id))
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

struct load_release *load_release(struct load *load, struct load_place place, struct bytes id) {
  struct load_release *release = cache_get(&load->release_by_id, id);
  if (release != NULL)
    return release;
  enum key_status status = key_check_release_id(id, NULL);
  if (status != KEY_OK) {
    load_complain(load, place, "release \"%.*s\" %s", (int)id.size, (const char *)id.data,
                  key_status_text(status));
    return NULL;
  }
  release = arena_zero(load->arena, sizeof *release);
  char *text = load_text(load, id);
  if (release == NULL || text == NULL || !list_add(&load->releases, load->arena, release) ||
      !cache_put(&load->release_by_id, load->arena, id, release)) {
    load_fail_memory(load);
    return NULL;
  }
  bellwether__v1__release__init(&release->message);
  release->message.id = text;
  return release;
}

bool load_release_time(struct load *load, struct load_place place, struct load_release *release,
                       int64_t published_ms, bool day_only) {
  Bellwether__V1__TimePrecision precision =
      day_only ? BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_DAY
               : BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT;
  if (release->described &&
      (release->message.published_at_ms != published_ms || release->message.precision != precision))
    return load_complain(load, place, "release %s has another time of publication before this",
                         release->message.id);
  release->described = true;
  release->message.published_at_ms = published_ms;
  release->message.precision = precision;
  return true;
}

/* Letters of a release's id that stand for one of a publisher's name; '\0' where none does. */
static char letter_of(char letter) {
  if ((letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
      (letter >= 'a' && letter <= 'z') || strchr("_.-", letter) != NULL)
    return letter;
  return letter == ' ' ? '-' : letter == '/' ? '~' : letter == '&' ? '+' : '\0';
}

/* Other letters are left out, and a number in their place keeps different names apart. */
char *load_release_id(struct load *load, struct bytes publisher, int64_t published_ms,
                      bool day_only) {
  enum { NAME_BYTES = 80 };
  char name[NAME_BYTES + 1], date[INSTANT_TEXT_SIZE];
  size_t size = 0;
  uint32_t others = 0;
  for (size_t i = 0; i < publisher.size; i++) {
    char letter = letter_of((char)publisher.data[i]);
    if (letter == '\0' || size == NAME_BYTES)
      others = others * 16777619u + publisher.data[i] + 1;
    else
      name[size++] = letter;
  }
  name[size] = '\0';
  instant_format(published_ms, day_only ? INSTANT_PRECISION_DAY : INSTANT_PRECISION_MS, date);
  char *id = others == 0 ? arena_format(load->arena, "%s-%s", name, date)
                         : arena_format(load->arena, "%s~%08x-%s", name, others, date);
  if (id == NULL)
    load_fail_memory(load);
  return id;
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
  int order = compare((uintptr_t)left->release, (uintptr_t)right->release);
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
    } else if (same_content(last, row)) {
      load->n_same_rows++;
    } else {
      char period[PERIOD_TEXT_SIZE];
      period_format(row->series->frequency, row->period, period);
      load_complain(load, (struct load_place){row->file, row->line, 0},
                    "%s in %s is there already, with another value, status or comment: %s:%u",
                    row->series->key, period, last->file, last->line);
    }
  }
  load->n_rows = kept;
  return load->n_errors == errors;
}
