/* SPDX-License-Identifier: MIT */
/* bellwether_latest: many keys in batches. */
#include "client/typed.h"

#include <math.h>

#include "bellwether/v1/observations.pb-c.h"
#include "proto/limits.h"
#include "proto/period.h"

enum { CODE_INVALID_ARGUMENT = 3 };

typedef Bellwether__V1__GetLatestResponse latest_message;

static bool columns_agree(const latest_message *columns, size_t n_keys) {
  size_t n = columns->n_values;
  return columns->n_periods == n && columns->frequencies.len == n &&
         (columns->statuses.len == 0 || columns->statuses.len == n) &&
         (columns->n_item_indexes == 0 ? n == n_keys : columns->n_item_indexes == n);
}

static struct bellwether_latest position(const latest_message *columns, size_t at) {
  return (struct bellwether_latest){
      .frequency = frequency_letter((enum frequency)columns->frequencies.data[at]),
      .period = columns->periods[at],
      .value = columns->values[at],
      .status = columns->statuses.len > 0 ? (char)columns->statuses.data[at] : 'A',
  };
}

static struct bellwether_latest failed(int code) {
  return (struct bellwether_latest){.code = code, .value = NAN, .status = '-'};
}

/* A pattern takes as many positions as it has matches: where they are not one, there is no latest
 * observation of it. */
static bool read_positions(const latest_message *columns, size_t n_keys,
                           struct bellwether_latest *ret_latest) {
  size_t next = 0; /* the first key without a position */
  for (size_t i = 0; i < columns->n_values; i++) {
    size_t item = columns->n_item_indexes > 0 ? columns->item_indexes[i] : i;
    if (columns->frequencies.data[i] > FREQUENCY_N || item >= n_keys)
      return false;
    if (item == next)
      ret_latest[next++] = position(columns, i);
    else if (item + 1 == next)
      ret_latest[item] = failed(CODE_INVALID_ARGUMENT);
    else
      return false;
  }
  return next == n_keys;
}

static bool read_errors(const latest_message *columns, size_t n_keys,
                        struct bellwether_latest *ret_latest) {
  for (size_t i = 0; i < columns->n_errors; i++) {
    const Bellwether__V1__ItemError *error = columns->errors[i];
    if (error->index >= n_keys || error->status == NULL || error->status->code == 0)
      return false;
    ret_latest[error->index] = failed(error->status->code);
  }
  return true;
}

static enum bellwether_status get_batch(struct bellwether_client *client, const char *const *keys,
                                        size_t n, struct bellwether_latest *ret_latest,
                                        struct bellwether_reply **ret_reply) {
  Bellwether__V1__GetLatestRequest request = BELLWETHER__V1__GET_LATEST_REQUEST__INIT;
  struct typed_call call = {"/bellwether.v1.Observations/GetLatest", &request.base,
                            &bellwether__v1__get_latest_response__descriptor};
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  ProtobufCMessage *unpacked = NULL;
  if (arena == NULL)
    return BELLWETHER_NO_MEMORY;
  request.n_keys = n;
  request.keys = (char **)(uintptr_t)keys;
  enum bellwether_status status = typed_call(client, &call, arena, &unpacked, ret_reply);
  if (status != BELLWETHER_OK)
    return status;
  const latest_message *columns = (const void *)unpacked;
  bool good = columns_agree(columns, n) && read_positions(columns, n, ret_latest) &&
              read_errors(columns, n, ret_latest);
  return good ? BELLWETHER_OK : BELLWETHER_INVALID;
}

enum bellwether_status bellwether_latest(struct bellwether_client *client, const char *const *keys,
                                         size_t n, struct bellwether_latest *ret_latest,
                                         struct bellwether_reply **ret_reply) {
  scoped(bellwether_reply_free) struct bellwether_reply *reply = NULL;
  enum bellwether_status status = BELLWETHER_OK;
  for (size_t at = 0; at < n && status == BELLWETHER_OK; at += LIMIT_BATCH_ITEMS) {
    size_t n_batch = n - at < LIMIT_BATCH_ITEMS ? n - at : LIMIT_BATCH_ITEMS;
    status = get_batch(client, keys + at, n_batch, ret_latest + at, &reply);
  }
  if (ret_reply != NULL) {
    *ret_reply = reply;
    reply = NULL;
  }
  return status;
}
