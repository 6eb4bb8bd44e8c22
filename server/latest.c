/* SPDX-License-Identifier: MIT */
#include "server/latest.h"

#include "proto/obs_status.h"
#include "server/rows.h"

enum { POSITION_BYTES_MIN = 10, FIRST_POSITIONS = 64, POSITIONS_A_LOOK = 1024 };

static bool is_full(const struct latest_columns *columns) {
  return columns->view == BELLWETHER__V1__VIEW__VIEW_FULL;
}

static bool with_keys(const struct latest_columns *columns) {
  return columns->with_items || is_full(columns);
}

/* One column in more room; NULL when the arena is full. */
static void *wider(const struct latest_columns *columns, const void *column, size_t capacity,
                   size_t item_size) {
  void *copy = arena_array(columns->finder->context->arena, capacity, item_size);
  if (copy != NULL && columns->n > 0)
    memcpy(copy, column, columns->n * item_size);
  return copy;
}

static bool resize(struct latest_columns *columns, size_t capacity) {
  struct latest_columns to = *columns;
  to.capacity = capacity;
  to.periods = wider(columns, columns->periods, capacity, sizeof *to.periods);
  to.values = wider(columns, columns->values, capacity, sizeof *to.values);
  to.frequencies = wider(columns, columns->frequencies, capacity, 1);
  to.statuses = wider(columns, columns->statuses, capacity, 1);
  bool good =
      to.periods != NULL && to.values != NULL && to.frequencies != NULL && to.statuses != NULL;
  if (columns->with_items)
    good &= (to.items = wider(columns, columns->items, capacity, sizeof *to.items)) != NULL;
  if (with_keys(columns))
    good &= (to.keys = wider(columns, columns->keys, capacity, sizeof *to.keys)) != NULL;
  if (columns->with_labels)
    good &= (to.labels = wider(columns, columns->labels, capacity, sizeof *to.labels)) != NULL;
  if (is_full(columns)) {
    to.release_indexes =
        wider(columns, columns->release_indexes, capacity, sizeof *to.release_indexes);
    to.unit_indexes = wider(columns, columns->unit_indexes, capacity, sizeof *to.unit_indexes);
    good &= to.release_indexes != NULL && to.unit_indexes != NULL;
  }
  if (!good)
    return context_fail_memory(columns->finder->context);
  *columns = to;
  return true;
}

bool latest_begin(struct latest_columns *columns, size_t capacity) {
  return resize(columns, capacity > 0 ? capacity : FIRST_POSITIONS);
}

static bool fail_too_large(struct context *context) {
  struct failure failure = {
      .code = RPC_RESOURCE_EXHAUSTED,
      .reason = "REPLY_TOO_LARGE",
      .field = "max_reply_bytes",
      .hint = "use BatchGetObservations with last_n 1, or ListSeries: both have pages",
  };
  return context_fail(context, failure, "More series match than one reply can hold.");
}

/* What the position has at least, so that a pattern of millions ends before it takes the memory. */
static bool make_room(struct latest_columns *columns, const struct latest_row *row) {
  struct context *context = columns->finder->context;
  columns->bytes += POSITION_BYTES_MIN + (with_keys(columns) ? row->key.size + 2 : 0);
  if (columns->bytes > context->reply_bytes_max)
    return fail_too_large(context);
  if (columns->with_items && columns->n % POSITIONS_A_LOOK == 0 && !context_in_time(context))
    return false;
  return columns->n < columns->capacity || resize(columns, columns->capacity * 2);
}

/* The place of an entry in its dictionary; equal entries are one object already. */
static bool place_of(struct latest_columns *columns, struct list *dictionary, void *entry,
                     uint32_t *ret_place) {
  struct arena *arena = columns->finder->context->arena;
  struct bytes key = bytes_of(&entry, sizeof entry);
  uint32_t *place = cache_get(&columns->places, key);
  if (place == NULL) {
    place = arena_alloc(arena, sizeof *place);
    if (place == NULL || !cache_put(&columns->places, arena, key, place) ||
        !list_add(dictionary, arena, entry))
      return context_fail_memory(columns->finder->context);
    *place = (uint32_t)dictionary->count - 1;
  }
  *ret_place = *place;
  return true;
}

/* The first unit of the same content. Units of one indicator are one object already. */
static bool unit_place(struct latest_columns *columns, Bellwether__V1__Unit *unit,
                       uint32_t *ret_place) {
  struct context *context = columns->finder->context;
  struct arena *arena = context->arena;
  size_t size = protobuf_c_message_get_packed_size(&unit->base);
  uint8_t *packed = arena_alloc(arena, size + 1);
  if (packed == NULL)
    return context_fail_memory(context);
  packed[0] = 'u';
  protobuf_c_message_pack(&unit->base, packed + 1);
  struct bytes key = bytes_of(packed, size + 1);
  Bellwether__V1__Unit *same = cache_get(&columns->places, key);
  if (same == NULL && !cache_put(&columns->places, arena, key, unit))
    return context_fail_memory(context);
  return place_of(columns, &columns->units, same == NULL ? unit : same, ret_place);
}

static bool add_unit(struct latest_columns *columns, const struct latest_row *row) {
  struct context *context = columns->finder->context;
  struct series_words words;
  if (!find_details(columns->finder, row->found) ||
      !describer_series(columns->describer, &row->found->head, &row->found->details, &words))
    return false;
  Bellwether__V1__Unit *unit = series_words_unit(&words);
  if (unit == NULL)
    unit = message_new(context, &bellwether__v1__unit__descriptor);
  if (unit == NULL)
    return false;
  int multiplier = unit->unit_mult;
  if (columns->in_units &&
      (!values_to_units(context, NULL, multiplier, &columns->values[columns->n], 1) ||
       !unit_to_units(context, unit, &unit)))
    return false;
  return !is_full(columns) || unit_place(columns, unit, &columns->unit_indexes[columns->n]);
}

static bool add_release(struct latest_columns *columns, const struct latest_row *row) {
  Bellwether__V1__ReleaseEntry *entry = NULL;
  return describer_release(columns->describer, row->latest.release_no, row->found->head.handle,
                           true, &entry) &&
         place_of(columns, &columns->releases, entry, &columns->release_indexes[columns->n]);
}

static bool add_texts(struct latest_columns *columns, const struct latest_row *row) {
  char label[PERIOD_TEXT_SIZE] = "";
  struct context *context = columns->finder->context;
  if (columns->with_labels) {
    if (row->found != NULL)
      period_format((enum frequency)row->found->head.frequency, row->latest.period, label);
    columns->labels[columns->n] = text_new(context, bytes_of_text(label));
    if (columns->labels[columns->n] == NULL)
      return false;
  }
  if (with_keys(columns)) {
    struct bytes key = row->found != NULL ? row->found->details.key : row->key;
    columns->keys[columns->n] = text_new(context, key);
    if (columns->keys[columns->n] == NULL)
      return false;
  }
  return true;
}

static void add_nothing(struct latest_columns *columns) {
  size_t n = columns->n;
  columns->periods[n] = 0;
  columns->values[n] = obs_nan();
  columns->frequencies[n] = 0;
  columns->statuses[n] = '-';
  columns->any_not_normal = true;
  if (is_full(columns))
    columns->release_indexes[n] = columns->unit_indexes[n] = 0;
}

static bool add_value(struct latest_columns *columns, const struct latest_row *row) {
  size_t n = columns->n;
  columns->periods[n] = row->latest.period;
  columns->values[n] = row->latest.value;
  columns->frequencies[n] = row->found->head.frequency;
  columns->statuses[n] = row->latest.status;
  columns->any_not_normal |= row->latest.status != OBS_STATUS_NORMAL;
  if ((columns->in_units || is_full(columns)) && !add_unit(columns, row))
    return false;
  return !is_full(columns) || add_release(columns, row);
}

bool latest_add(struct latest_columns *columns, const struct latest_row *row) {
  if (!make_room(columns, row))
    return false;
  if (row->found == NULL)
    add_nothing(columns);
  else if (!add_value(columns, row))
    return false;
  if ((columns->with_labels || with_keys(columns)) && !add_texts(columns, row))
    return false;
  if (columns->with_items)
    columns->items[columns->n] = (uint32_t)row->item;
  columns->n++;
  return true;
}

/* Indexes that are all 0 need not be sent. */
static size_t count_indexes(const struct latest_columns *columns, const struct list *dictionary) {
  return dictionary->count > 1 ? columns->n : 0;
}

static void end_full(const struct latest_columns *columns,
                     Bellwether__V1__GetLatestResponse *response) {
  response->n_releases = columns->releases.count;
  response->releases = (Bellwether__V1__ReleaseEntry **)columns->releases.items;
  response->n_release_indexes = count_indexes(columns, &columns->releases);
  response->release_indexes = columns->release_indexes;
  response->n_units = columns->units.count;
  response->units = (Bellwether__V1__Unit **)columns->units.items;
  response->n_unit_indexes = count_indexes(columns, &columns->units);
  response->unit_indexes = columns->unit_indexes;
}

void latest_end(const struct latest_columns *columns, Bellwether__V1__GetLatestResponse *response) {
  size_t n = columns->n;
  response->n_periods = n;
  response->periods = columns->periods;
  response->n_values = n;
  response->values = columns->values;
  response->frequencies = (ProtobufCBinaryData){.len = n, .data = columns->frequencies};
  if (columns->view != BELLWETHER__V1__VIEW__VIEW_VALUES && columns->any_not_normal)
    response->statuses = (ProtobufCBinaryData){.len = n, .data = columns->statuses};
  response->n_errors = columns->errors.count;
  response->errors = (Bellwether__V1__ItemError **)columns->errors.items;
  response->n_item_indexes = columns->with_items ? n : 0;
  response->item_indexes = columns->items;
  response->n_keys = with_keys(columns) ? n : 0;
  response->keys = columns->keys;
  response->n_period_labels = columns->with_labels ? n : 0;
  response->period_labels = columns->labels;
  if (is_full(columns))
    end_full(columns, response);
}
