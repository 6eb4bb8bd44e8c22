/* SPDX-License-Identifier: MIT */
/* All series of a dataset, in the order of their keys: those ahead are asked for while the first is
 * written, and no more of them are held than the window has. */
#include <errno.h>

#include "client/export/rows.h"

typedef Bellwether__V1__ListSeriesRequest request_message;
typedef Bellwether__V1__ListSeriesResponse response_message;

enum { WINDOW = 64, PROGRESS_SERIES = 256 };

/* One series under way. */
struct slot {
  char *key;
  json_t *description; /* what is its own, or NULL */
  struct export_call vintages;
  struct export_call revisions;
};

struct walk {
  struct export *export;
  struct export_dataset *dataset;
  struct slot slots[WINDOW];
  size_t first;
  size_t n;
  uint64_t n_done;
};

static void show_progress(const struct walk *walk, bool end) {
  FILE *err = walk->export->cli->err;
  if (!walk->export->on_terminal || (!end && walk->n_done % PROGRESS_SERIES != 0))
    return;
  if (end)
    fputs("\r\033[K", err);
  else
    fprintf(err, "\r%s: %llu of %llu series", walk->dataset->id, (unsigned long long)walk->n_done,
            (unsigned long long)walk->dataset->n_series);
  fflush(err);
}

static struct slot *leave_window(struct walk *walk) {
  struct slot *slot = &walk->slots[walk->first];
  walk->first = (walk->first + 1) % WINDOW;
  walk->n--;
  return slot;
}

/* A disk that is full need not be written to for all the other series. */
static bool check_files(struct export *export, const struct export_dataset *dataset) {
  if (!ferror(dataset->csv) && !ferror(dataset->json.out))
    return true;
  complain(export->cli, "cannot write the export of %s: %s", dataset->id, strerror(errno));
  export->code = EXIT_CODE_REFUSED;
  return false;
}

static void forget(struct slot *slot) {
  free(slot->key);
  json_decref(slot->description);
}

/* The first of the window: its rows, then what only JSON says of it. */
static bool finish_first(struct walk *walk) {
  struct slot *slot = leave_window(walk);
  json_t *description = slot->description;
  slot->description = NULL;
  struct export_rows rows = {.export = walk->export,
                             .dataset = walk->dataset,
                             .key = slot->key,
                             .vintages = &slot->vintages,
                             .revisions = &slot->revisions};
  bool described = description == NULL || json_part_add_json(&walk->dataset->json, description);
  if (!described)
    export_fail_memory(walk->export);
  errno = ENOSPC; /* what is most likely, should nothing else tell */
  bool written = export_rows(&rows) && described && check_files(walk->export, walk->dataset);
  forget(slot);
  walk->n_done++;
  show_progress(walk, false);
  return written;
}

/* {"key": …, "attributes": …} of what is not its indicator's. NULL where nothing is. */
static bool describe(const Bellwether__V1__Series *series, json_t **ret_description) {
  Bellwether__V1__SeriesStatements statements = BELLWETHER__V1__SERIES_STATEMENTS__INIT;
  Bellwether__V1__SeriesAttributes attributes = BELLWETHER__V1__SERIES_ATTRIBUTES__INIT;
  *ret_description = NULL;
  if (series->own_title)
    attributes.title = series->title;
  if (series->own_unit)
    attributes.unit = series->unit;
  attributes.source_note = series->source_note;
  attributes.source_id = series->source_id;
  if (protobuf_c_message_get_packed_size(&attributes.base) == 0)
    return true;
  statements.key = series->key;
  statements.attributes = &attributes;
  *ret_description = message_to_json(&statements.base);
  return *ret_description != NULL;
}

static void ask(struct export *export, struct slot *slot) {
  Bellwether__V1__ListVintagesRequest vintages;
  Bellwether__V1__ListRevisionsRequest revisions;
  Bellwether__V1__SeriesRef series;
  export_vintages_request(slot->key, &series, &vintages);
  export_begin(export, "Observations/ListVintages", &vintages.base, &slot->vintages);
  export_revisions_request(slot->key, &series, &revisions);
  export_begin(export, "Observations/ListRevisions", &revisions.base, &slot->revisions);
}

static bool start(struct walk *walk, const Bellwether__V1__Series *series) {
  if (walk->n == WINDOW && !finish_first(walk))
    return false;
  struct slot *slot = &walk->slots[(walk->first + walk->n) % WINDOW];
  *slot = (struct slot){.key = strdup(series->key)};
  if (slot->key == NULL || !describe(series, &slot->description)) {
    forget(slot);
    return export_fail_memory(walk->export);
  }
  walk->n++;
  ask(walk->export, slot);
  return true;
}

static bool walk_all(struct walk *walk) {
  request_message request = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  scoped(free) char *token = strdup("");
  request.pattern = text_field(walk->dataset->id);
  request.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  for (bool more = true; more;) {
    scoped(message_free) ProtobufCMessage *message = NULL;
    request.page_token = text_field(token);
    if (!export_ask(walk->export, "Catalog/ListSeries", &request.base,
                    &bellwether__v1__list_series_response__descriptor, &message))
      return false;
    const response_message *response = (const void *)message;
    for (size_t i = 0; i < response->n_series; i++)
      if (!start(walk, response->series[i]))
        return false;
    free(token);
    token = strdup(response->next_page_token);
    if (token == NULL)
      return export_fail_memory(walk->export);
    more = token[0] != '\0';
  }
  return true;
}

/* What was asked for and is not wanted any more is still answered. */
static void drop(struct walk *walk) {
  while (walk->n > 0) {
    struct slot *slot = leave_window(walk);
    export_forget(&slot->vintages);
    export_forget(&slot->revisions);
    forget(slot);
  }
}

bool export_series(struct export *export, struct export_dataset *dataset) {
  scoped(free) struct walk *walk = calloc(1, sizeof *walk);
  if (walk == NULL)
    return export_fail_memory(export);
  *walk = (struct walk){.export = export, .dataset = dataset};
  json_part_list(&dataset->json, "series");
  export_rows_heading(dataset->csv);
  bool done = walk_all(walk);
  while (done && walk->n > 0)
    done = finish_first(walk);
  drop(walk);
  show_progress(walk, true);
  json_part_end(&dataset->json);
  return done;
}
