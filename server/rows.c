/* SPDX-License-Identifier: MIT */
#include "server/rows.h"

#include <math.h>

#include "proto/number.h"
#include "proto/obs_status.h"
#include "server/pack.h"

enum { INDEX_BYTES = 5, TAG_AND_LENGTH_BYTES = 7, STEP_BYTES_MAX = 5 };

/* The rows while they are counted. Of the releases only those are kept that a row comes from, in
 * the order of their first row. */
struct filling {
  struct describer *describer;
  const struct rows_format *format;
  const struct columns *columns;
  size_t n; /* rows taken */
  char **labels;
  uint32_t *places; /* of storage's releases in the dictionary; UINT32_MAX: not in it */
  Bellwether__V1__ReleaseEntry **releases;
  size_t n_releases;
  size_t n_comments;
};

static size_t step_bytes(int32_t step) {
  size_t size = 1;
  for (uint32_t rest = (uint32_t)step << 1; rest >= 0x80; rest >>= 7)
    size++;
  return size;
}

static bool begin(struct filling *filling) {
  const struct columns *columns = filling->columns;
  struct arena *arena = filling->describer->context->arena;
  if (filling->format->labels)
    filling->labels = arena_array(arena, columns->n, sizeof *filling->labels);
  if (filling->format->full) {
    filling->places = arena_array(arena, columns->n_releases, sizeof *filling->places);
    filling->releases = arena_array(arena, columns->n_releases, sizeof(void *));
    if (filling->places == NULL || filling->releases == NULL)
      return context_fail_memory(filling->describer->context);
    memset(filling->places, 0xff, columns->n_releases * sizeof *filling->places);
  }
  if (filling->format->labels && filling->labels == NULL)
    return context_fail_memory(filling->describer->context);
  return true;
}

static bool add_label(struct filling *filling, int64_t period, size_t *bytes) {
  char text[PERIOD_TEXT_SIZE];
  size_t size = period_format(filling->format->frequency, period, text);
  char *label = text_new(filling->describer->context, bytes_of(text, size));
  filling->labels[filling->n] = label;
  *bytes += size + 2;
  return label != NULL;
}

/* A row that comes from no release, since it was inserted, has an empty entry. */
static bool find_entry(struct filling *filling, uint32_t release_no,
                       Bellwether__V1__ReleaseEntry **ret_entry) {
  if (release_no != 0)
    return describer_release(filling->describer, release_no, filling->format->handle, true,
                             ret_entry);
  *ret_entry = message_new(filling->describer->context, &bellwether__v1__release_entry__descriptor);
  return *ret_entry != NULL;
}

static bool add_release(struct filling *filling, size_t *n_releases, size_t *bytes) {
  const struct columns *columns = filling->columns;
  uint32_t index = columns->release_indexes == NULL ? 0 : columns->release_indexes[filling->n];
  *bytes += columns->n_releases > 1 ? INDEX_BYTES : 0;
  if (columns->n_releases == 0 || filling->places[index] < filling->n_releases)
    return true;
  Bellwether__V1__ReleaseEntry *entry = NULL;
  if (!find_entry(filling, columns->releases[index], &entry))
    return false;
  filling->places[index] = (uint32_t)filling->n_releases;
  filling->releases[filling->n_releases] = entry;
  *n_releases += 1;
  *bytes += pack_size(&entry->base) + TAG_AND_LENGTH_BYTES;
  return true;
}

static void add_comment(struct filling *filling, size_t *n_comments, size_t *bytes) {
  const struct columns *columns = filling->columns;
  if (filling->n_comments == columns->n_comments ||
      columns->comments[filling->n_comments].index != filling->n)
    return;
  *bytes += columns->comments[filling->n_comments].text.size + 2 * TAG_AND_LENGTH_BYTES;
  *n_comments += 1;
}

/* Takes the next row if there is room; *ret_taken says so. */
static bool take_row(struct filling *filling, int64_t period, struct rows_room *room,
                     bool *ret_taken) {
  const struct columns *columns = filling->columns;
  size_t bytes = sizeof(double), n_releases = filling->n_releases;
  size_t n_comments = filling->n_comments;
  bytes += columns->statuses == NULL ? 0 : 1;
  bytes += filling->format->counts == NULL ? 0 : 2 * INDEX_BYTES;
  if (columns->steps != NULL && filling->n > 0)
    bytes += step_bytes(columns->steps[filling->n - 1]);
  if (filling->format->labels && !add_label(filling, period, &bytes))
    return false;
  if (filling->format->full && !add_release(filling, &n_releases, &bytes))
    return false;
  if (filling->format->full)
    add_comment(filling, &n_comments, &bytes);
  bool fits = bytes <= room->bytes && filling->n < room->rows;
  *ret_taken = fits || (filling->n == 0 && room->at_least_one);
  if (!*ret_taken)
    return true;
  filling->n++;
  filling->n_releases = n_releases;
  filling->n_comments = n_comments;
  room->bytes -= fits ? bytes : room->bytes;
  return true;
}

static bool take_rows(struct filling *filling, struct rows_room *room) {
  const struct columns *columns = filling->columns;
  int64_t period = columns->first_period;
  bool taken = true;
  while (filling->n < columns->n) {
    if (!take_row(filling, period, room, &taken))
      return false;
    if (!taken)
      break;
    period +=
        columns->steps == NULL || filling->n == columns->n ? 1 : columns->steps[filling->n - 1];
  }
  return true;
}

/* Most often all rows fit, and nothing has to be looked at row by row. */
static bool take_all(struct filling *filling, struct rows_room *room) {
  const struct columns *columns = filling->columns;
  size_t row_bytes = sizeof(double) + (columns->steps == NULL ? 0 : STEP_BYTES_MAX) +
                     (columns->statuses == NULL ? 0 : 1) +
                     (filling->format->counts == NULL ? 0 : 2 * INDEX_BYTES);
  if (filling->format->labels || filling->format->full || columns->n > room->rows ||
      columns->n > room->bytes / row_bytes)
    return false;
  filling->n = columns->n;
  room->bytes -= columns->n * row_bytes;
  return true;
}

static bool all_ones(const int32_t *steps, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (steps[i] != 1)
      return false;
  return true;
}

static bool all_normal(const uint8_t *statuses, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (statuses[i] != OBS_STATUS_NORMAL)
      return false;
  return true;
}

/* The columns that every view has; what became regular by cutting takes its short form. */
static void fill_columns(const struct filling *filling,
                         Bellwether__V1__ObservationColumns *message) {
  const struct columns *columns = filling->columns;
  size_t n = filling->n;
  message->n_values = n;
  message->values = columns->values;
  if (columns->steps != NULL && n > 1 && !all_ones(columns->steps, n - 1)) {
    message->n_period_steps = n - 1;
    message->period_steps = columns->steps;
  }
  if (columns->statuses != NULL && !all_normal(columns->statuses, n))
    message->statuses = (ProtobufCBinaryData){.len = n, .data = columns->statuses};
  if (filling->format->counts != NULL) {
    message->n_bucket_counts = message->n_bucket_sizes = n;
    message->bucket_counts = filling->format->counts;
    message->bucket_sizes = filling->format->sizes;
  }
  if (filling->labels != NULL) {
    message->n_period_labels = n;
    message->period_labels = filling->labels;
  }
}

static void fill_releases(const struct filling *filling,
                          Bellwether__V1__ObservationColumns *message) {
  const struct columns *columns = filling->columns;
  message->n_releases = filling->n_releases;
  message->releases = filling->releases;
  if (filling->n_releases < 2)
    return;
  for (size_t i = 0; i < filling->n; i++)
    columns->release_indexes[i] = filling->places[columns->release_indexes[i]];
  message->n_release_indexes = filling->n;
  message->release_indexes = columns->release_indexes;
}

static bool fill_comments(const struct filling *filling,
                          Bellwether__V1__ObservationColumns *message) {
  struct context *context = filling->describer->context;
  size_t n = filling->n_comments;
  if (n == 0)
    return true;
  message->comments = arena_array(context->arena, n, sizeof *message->comments);
  if (message->comments == NULL)
    return context_fail_memory(context);
  for (size_t i = 0; i < n; i++) {
    Bellwether__V1__Comment *comment = message_new(context, &bellwether__v1__comment__descriptor);
    if (comment == NULL)
      return false;
    comment->index = filling->columns->comments[i].index;
    comment->text = text_new(context, filling->columns->comments[i].text);
    if (comment->text == NULL)
      return false;
    message->comments[message->n_comments++] = comment;
  }
  return true;
}

bool rows_fill(struct describer *describer, const struct rows_format *format,
               const struct columns *columns, struct rows_room *room,
               Bellwether__V1__ObservationColumns **ret_message) {
  struct filling filling = {.describer = describer, .format = format, .columns = columns};
  Bellwether__V1__ObservationColumns *message =
      message_new(describer->context, &bellwether__v1__observation_columns__descriptor);
  if (message == NULL)
    return false;
  message->frequency = (Bellwether__V1__Frequency)format->frequency;
  *ret_message = message;
  if (columns->n == 0)
    return true;
  if (!begin(&filling) || (!take_all(&filling, room) && !take_rows(&filling, room)))
    return false;
  if (filling.n > 0)
    message->first_period = columns->first_period;
  fill_columns(&filling, message);
  if (format->full)
    fill_releases(&filling, message);
  return fill_comments(&filling, message);
}

int64_t rows_last_period(const Bellwether__V1__ObservationColumns *message) {
  int64_t period = message->first_period;
  if (message->n_period_steps == 0)
    return period + (int64_t)message->n_values - 1;
  for (size_t i = 0; i < message->n_period_steps; i++)
    period += message->period_steps[i];
  return period;
}

static void keep_comments(struct columns *columns, size_t n_dropped) {
  size_t from = 0;
  while (from < columns->n_comments && columns->comments[from].index < n_dropped)
    from++;
  columns->comments += from;
  columns->n_comments -= from;
  for (size_t i = 0; i < columns->n_comments; i++)
    columns->comments[i].index -= (uint32_t)n_dropped;
}

void rows_keep_last(struct columns *columns, size_t n_kept) {
  if (columns->n <= n_kept)
    return;
  size_t n_dropped = columns->n - n_kept;
  for (size_t i = 0; i < n_dropped; i++)
    columns->first_period += columns->steps == NULL ? 1 : columns->steps[i];
  columns->values += n_dropped;
  if (columns->steps != NULL)
    columns->steps += n_dropped;
  if (columns->statuses != NULL)
    columns->statuses += n_dropped;
  if (columns->release_indexes != NULL)
    columns->release_indexes += n_dropped;
  if (columns->n_comments > 0)
    keep_comments(columns, n_dropped);
  columns->n = n_kept;
}

bool value_is_finite(struct context *context, const struct path *query, double value) {
  if (!isinf(value))
    return true;
  struct failure failure = {.code = RPC_OUT_OF_RANGE,
                            .reason = "VALUE_INVALID",
                            .field = path_text(context->arena, PATH(query, "scale")),
                            .hint = "ask for the values as stored"};
  return context_fail(context, failure, "A value in single units is too large for a double.");
}

bool values_to_units(struct context *context, const struct path *query, int multiplier,
                     double *values, size_t n) {
  for (size_t i = 0; multiplier != 0 && i < n; i++) {
    values[i] = number_shift(values[i], multiplier);
    if (!value_is_finite(context, query, values[i]))
      return false;
  }
  return true;
}

bool unit_to_units(struct context *context, const Bellwether__V1__Unit *unit,
                   Bellwether__V1__Unit **ret_unit) {
  Bellwether__V1__Unit *copy = message_new(context, &bellwether__v1__unit__descriptor);
  if (copy == NULL)
    return false;
  copy->unit = unit->unit;
  copy->has_decimals_case = unit->has_decimals_case;
  if (unit->has_decimals_case == BELLWETHER__V1__UNIT__HAS_DECIMALS_DECIMALS) {
    int64_t decimals = (int64_t)unit->decimals - unit->unit_mult;
    copy->decimals = (uint32_t)(decimals < 0 ? 0 : decimals < 15 ? decimals : 15);
  }
  *ret_unit = copy;
  return true;
}
