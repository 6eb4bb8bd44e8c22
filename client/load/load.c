/* SPDX-License-Identifier: MIT */
/* What a load has gathered: datasets and series by their names, and rows. */
#include "client/load/load.h"

#include <errno.h>
#include <stdarg.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/rpc.h"
#include "client/files/nameless.h"
#include "client/load/rejects.h"
#include "proto/key.h"

enum { COMPLAINTS_SHOWN = 20, SHOWN_BYTES = 80 };

void load_forget(struct load *load) {
  spool_free(load->rows);
  arena_free(load->arena);
  load->rows = NULL;
  load->arena = NULL;
}

int text_shown(struct bytes text) {
  size_t size = text.size;
  if (size > SHOWN_BYTES)
    for (size = SHOWN_BYTES; size > 0 && (text.data[size] & 0xc0) == 0x80;)
      size--;
  return (int)size;
}

static void tell(struct load *load, struct load_place place, const char *problem) {
  FILE *err = load->cli->err;
  progress_erase(&load->progress);
  fprintf(err, "%s:", place.file);
  if (place.line > 0)
    fprintf(err, "%zu:", place.line);
  if (place.column > 0 && place.name[0] != '\0')
    fprintf(err, " column %zu (%.*s):", place.column, text_shown(bytes_of_text(place.name)),
            place.name);
  else if (place.column > 0)
    fprintf(err, " column %zu:", place.column);
  fprintf(err, " %s\n", problem);
}

bool load_complain(struct load *load, struct load_place place, const char *format, ...) {
  va_list values;
  char *problem = NULL;
  if (source_interrupted)
    return false;
  va_start(values, format);
  int size = vasprintf(&problem, format, values);
  va_end(values);
  if (size < 0)
    return load_fail_memory(load);
  bool rejected = load->keep_going && load->at_row && place.line > 0 && rejects_add(load, place);
  load->n_rejected += rejected;
  load->n_errors += !rejected;
  if (load->n_errors + load->n_rejected <= COMPLAINTS_SHOWN)
    tell(load, place, problem);
  free(problem);
  return false;
}

bool load_fail_spool(struct load *load) {
  complain(load->cli, "the rows cannot be put into a temporary file in %s: %s", nameless_folder(),
           strerror(errno));
  load->n_errors++;
  load->broken = true;
  return false;
}

bool load_fail_memory(struct load *load) {
  complain(load->cli, "out of memory");
  load->n_errors++;
  load->broken = true;
  return false;
}

char *load_text(struct load *load, struct bytes text) {
  char *copy = arena_text(load->arena, text);
  if (copy == NULL)
    load_fail_memory(load);
  return copy;
}

/* In the place of one that nobody knew. */
static bool add_dataset(struct load *load, struct load_dataset dataset) {
  struct load_dataset *kept = cache_get(&load->dataset_by_id, bytes_of_text(dataset.id));
  if (kept != NULL) {
    *kept = dataset;
    return true;
  }
  kept = arena_alloc(load->arena, sizeof *kept);
  if (kept == NULL)
    return load_fail_memory(load);
  *kept = dataset;
  return cache_put(&load->dataset_by_id, load->arena, bytes_of_text(kept->id), kept) ||
         load_fail_memory(load);
}

bool load_add_dataset(struct load *load, const Bellwether__V1__Dataset *dataset, bool stored) {
  struct load_dataset known = {.n_dimensions = dataset->n_dimensions,
                               .frequency_dimension = dataset->n_dimensions,
                               .stored = stored};
  known.dimensions = arena_array(load->arena, dataset->n_dimensions, sizeof *known.dimensions);
  if (known.dimensions == NULL)
    return load_fail_memory(load);
  for (size_t i = 0; i < dataset->n_dimensions; i++) {
    const Bellwether__V1__Dimension *dimension = dataset->dimensions[i];
    known.dimensions[i] = (struct load_dimension){
        .id = load_text(load, bytes_of_text(dimension->id)), .role = (int)dimension->role};
    if (known.dimensions[i].id == NULL)
      return false;
    if (dimension->role == BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY)
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
  load->code = rpc_find(load->cli, "Catalog/GetDataset", &request.base, "DATASET_NOT_FOUND",
                        &bellwether__v1__get_dataset_response__descriptor, &message);
  if (load->code != EXIT_CODE_OK)
    return false;
  if (message != NULL)
    return load_add_dataset(load, ((const Bellwether__V1__GetDatasetResponse *)message)->dataset,
                            true);
  return add_dataset(load, (struct load_dataset){.id = request.id});
}

bool load_find_dataset(struct load *load, struct bytes id,
                       const struct load_dataset **ret_dataset) {
  if (cache_get(&load->dataset_by_id, id) == NULL &&
      (load->code != EXIT_CODE_OK || !ask_dataset(load, id)))
    return false;
  *ret_dataset = cache_get(&load->dataset_by_id, id);
  return true;
}

const struct load_dataset *load_dataset(struct load *load, struct load_place place,
                                        struct bytes id) {
  const struct load_dataset *dataset = NULL;
  if (!load_find_dataset(load, id, &dataset))
    return NULL;
  if (dataset->n_dimensions > 0)
    return dataset;
  load_complain(load, place,
                "there is no dataset %s: describe it in a file and give that with --dataset",
                dataset->id);
  return NULL;
}

const struct load_dataset *load_dataset_of(const struct load *load,
                                           const struct load_series *series) {
  return cache_get(&load->dataset_by_id, bytes_of(series->key, strcspn(series->key, "/")));
}

/* With its dataset, as text of the arena. */
static char *whole_key(struct load *load, struct load_place place, struct bytes text) {
  bool whole = text.size > 0 && memchr(text.data, '/', text.size) != NULL;
  if (!whole && load->default_dataset == NULL && load->wanted_dataset != NULL) {
    load_dataset(load, (struct load_place){.file = "--dataset"},
                 bytes_of_text(load->wanted_dataset));
    load->broken = true;
    return NULL;
  }
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
    load_complain(load, place, "series \"%.*s\" %s", text_shown(bytes_of_text(text)), text,
                  key_status_text(status));
    return NULL;
  }
  const struct load_dataset *dataset = load_dataset(load, place, key.dataset);
  if (dataset == NULL)
    return NULL;
  if (key.n_codes != dataset->n_dimensions) {
    load_complain(load, place, "series \"%s\" has %zu code%s, but %s has %zu dimensions", text,
                  key.n_codes, key.n_codes == 1 ? "" : "s", dataset->id, dataset->n_dimensions);
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
