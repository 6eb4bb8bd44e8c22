/* SPDX-License-Identifier: MIT */
/* Descriptions: a LoadPart of the contract as JSON. */
#include <errno.h>

#include "client/load/load.h"
#include "client/cli/message_json.h"
#include "client/cli/rpc.h"

typedef Bellwether__V1__LoadPart part_message;

static void json_free(json_t *json) {
  json_decref(json);
}
SCOPED_POINTER(json_t, json_free)

/* A byte order mark at its beginning is passed over, as in a table. */
struct source {
  FILE *stream;
  bool begun;
};

static size_t read_source(void *buffer, size_t size, void *arg) {
  struct source *source = arg;
  size_t n = fread(buffer, 1, size, source->stream);
  bool marked = !source->begun && n >= 3 && memcmp(buffer, "\xef\xbb\xbf", 3) == 0;
  source->begun = true;
  if (!marked)
    return n;
  memmove(buffer, (char *)buffer + 3, n - 3);
  return n - 3;
}

static json_t *parse(struct load *load, const char *name, FILE *stream) {
  json_error_t error = {.line = 0};
  struct source source = {.stream = stream};
  json_t *json = json_load_callback(read_source, &source, JSON_REJECT_DUPLICATES, &error);
  int code = ferror(stream) ? errno : 0;
  if (json == NULL && code == 0)
    load_complain(load, (struct load_place){.file = name, .line = (size_t)error.line},
                  "is no JSON: %s", error.text);
  else if (json == NULL)
    load_complain(load, (struct load_place){.file = name}, "cannot be read: %s", strerror(code));
  return json;
}

static bool add_datasets(struct load *load, const part_message *part) {
  for (size_t i = 0; i < part->n_datasets; i++)
    if (!load_add_dataset(load, part->datasets[i], false) ||
        !list_add(&load->datasets, load->arena, part->datasets[i]))
      return false;
  return true;
}

/* Indicators and code lists that name no dataset belong to the file's first. */
static bool add_descriptions(struct load *load, const part_message *part) {
  char *dataset = part->n_datasets > 0 ? part->datasets[0]->id : NULL;
  for (size_t i = 0; i < part->n_indicators; i++) {
    if (part->indicators[i]->dataset[0] == '\0' && dataset != NULL)
      part->indicators[i]->dataset = dataset;
    if (!list_add(&load->indicators, load->arena, part->indicators[i]))
      return load_fail_memory(load);
  }
  for (size_t i = 0; i < part->n_code_lists; i++) {
    if (part->code_lists[i]->dataset[0] == '\0' && dataset != NULL)
      part->code_lists[i]->dataset = dataset;
    if (!list_add(&load->code_lists, load->arena, part->code_lists[i]))
      return load_fail_memory(load);
  }
  return true;
}

static bool add_releases(struct load *load, struct load_place place, const part_message *part) {
  for (size_t i = 0; i < part->n_releases; i++) {
    Bellwether__V1__Release *message = part->releases[i];
    struct load_release *release = load_release(load, place, bytes_of_text(message->id));
    bool day = message->precision != BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT;
    if (release == NULL || !load_release_time(load, place, release, message->published_at_ms, day))
      return false;
    message->precision = release->message.precision;
    release->message = *message;
    release->own = true;
  }
  return true;
}

static bool states_something(const Bellwether__V1__SeriesStatements *statements) {
  bool rows = statements->observations != NULL && statements->observations->n_values > 0;
  return rows || statements->withdrawn_count > 0 ||
         statements->mode == BELLWETHER__V1__WRITE_MODE__WRITE_MODE_REPLACE;
}

/* Attributes go with whatever is stated of the series, be it in a table. */
static bool add_statements(struct load *load, struct load_place place,
                           Bellwether__V1__SeriesStatements *statements) {
  struct load_series *series = load_series(load, place, bytes_of_text(statements->key));
  if (series == NULL)
    return false;
  statements->key = text_field(series->key);
  if (statements->attributes != NULL)
    series->attributes = statements->attributes;
  if (!states_something(statements))
    return statements->attributes != NULL ||
           load_complain(load, place, "series %s: nothing is said of it", series->key);
  if (statements->release[0] == '\0')
    return load_complain(load, place, "series %s: the release that says so is missing",
                         series->key);
  statements->attributes = series->attributes;
  series->sent = true;
  return load_release(load, place, bytes_of_text(statements->release)) != NULL &&
         (list_add(&load->statements, load->arena, statements) || load_fail_memory(load));
}

static bool add_series(struct load *load, struct load_place place, const part_message *part) {
  for (size_t i = 0; i < part->n_series; i++)
    if (!add_statements(load, place, part->series[i]))
      return false;
  return true;
}

static bool add_part(struct load *load, struct load_place place, json_t *json) {
  struct message_json_error error;
  part_message *part = (part_message *)message_from_json(
      load->arena, json, &bellwether__v1__load_part__descriptor, &error);
  if (part == NULL)
    return load_complain(load, place, "%s%s%s", error.path, error.path[0] != '\0' ? " " : "",
                         error.problem);
  return add_datasets(load, part) && add_descriptions(load, part) &&
         add_releases(load, place, part) && add_series(load, place, part);
}

bool load_descriptions(struct load *load, const char *file) {
  FILE *stream = fopen(file, "re");
  if (stream == NULL)
    return load_complain(load, (struct load_place){.file = file}, "cannot be read: %s",
                         strerror(errno));
  scoped(json_free) json_t *json = parse(load, file, stream);
  fclose(stream);
  return json != NULL && add_part(load, (struct load_place){.file = file}, json);
}

/* Whether it has anything that a description has: archives hold JSON of other kinds too. */
static bool is_description(const json_t *json) {
  static const char *const FIELDS[] = {"datasets",  "indicators", "code_lists",
                                       "codeLists", "releases",   "series"};
  for (size_t i = 0; i < count_of(FIELDS); i++)
    if (json_object_get(json, FIELDS[i]) != NULL)
      return true;
  return false;
}

bool load_descriptions_of(struct load *load, const char *name, FILE *stream, bool *ret_other) {
  scoped(json_free) json_t *json = parse(load, name, stream);
  if (json == NULL)
    return false;
  *ret_other = !is_description(json);
  return *ret_other || add_part(load, (struct load_place){.file = name}, json);
}
