/* SPDX-License-Identifier: MIT */
/* The requests of `bellwether bench`, packed before the first call. */
#include "client/cli/bench.h"
#include "client/cli/rpc.h"
#include "proto/key.h"

enum {
  DECK_LEAST = 1024,         /* requests, where there are few series */
  DECK_ITEMS_MOST = 4 << 20, /* keys or handles in all requests: some 200 MB */
};

/* Deals series out. */
struct dealer {
  const struct bench_plan *plan;
  struct bench_targets *targets;
  size_t next;
  uint64_t random;
  char **keys; /* room for a batch */
  uint64_t *handles;
};

static void shuffle(struct dealer *dealer) {
  struct bench_series *series = dealer->targets->series;
  for (size_t i = dealer->targets->n_series; i > 1; i--) {
    size_t other = bench_random(&dealer->random) % i;
    struct bench_series moved = series[i - 1];
    series[i - 1] = series[other];
    series[other] = moved;
  }
}

static const struct bench_series *deal_series(struct dealer *dealer) {
  if (dealer->next == 0)
    shuffle(dealer);
  const struct bench_series *series = &dealer->targets->series[dealer->next];
  dealer->next = (dealer->next + 1) % dealer->targets->n_series;
  return series;
}

static bool pack(struct dealer *dealer, const ProtobufCMessage *message, struct bytes *ret_packed) {
  size_t size = protobuf_c_message_get_packed_size(message);
  uint8_t *data = arena_alloc(dealer->targets->arena, size + 1);
  if (data == NULL)
    return false;
  protobuf_c_message_pack(message, data);
  *ret_packed = bytes_of(data, size);
  return true;
}

static bool deal_latest(struct dealer *dealer, struct bytes *ret_packed) {
  Bellwether__V1__GetLatestRequest request = BELLWETHER__V1__GET_LATEST_REQUEST__INIT;
  for (size_t i = 0; i < dealer->plan->batch; i++) {
    const struct bench_series *series = deal_series(dealer);
    dealer->keys[i] = series->key;
    dealer->handles[i] = series->handle;
  }
  request.keys = dealer->keys;
  request.handles = dealer->handles;
  if (dealer->plan->by_handle)
    request.n_handles = dealer->plan->batch;
  else
    request.n_keys = dealer->plan->batch;
  return pack(dealer, &request.base, ret_packed);
}

static Bellwether__V1__AsOf deal_time(struct dealer *dealer) {
  Bellwether__V1__AsOf as_of = BELLWETHER__V1__AS_OF__INIT;
  if (dealer->plan->as_of != NULL)
    return *dealer->plan->as_of;
  as_of.point_case = BELLWETHER__V1__AS_OF__POINT_TIME_MS;
  if (dealer->targets->n_times > 0)
    as_of.time_ms =
        dealer->targets->times_ms[bench_random(&dealer->random) % dealer->targets->n_times];
  return as_of;
}

static bool deal_range(struct dealer *dealer, struct bytes *ret_packed) {
  Bellwether__V1__GetObservationsRequest request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  Bellwether__V1__ObservationQuery query = BELLWETHER__V1__OBSERVATION_QUERY__INIT;
  Bellwether__V1__SeriesRef ref = BELLWETHER__V1__SERIES_REF__INIT;
  const struct bench_series *series = deal_series(dealer);
  Bellwether__V1__AsOf as_of = deal_time(dealer);
  if (dealer->plan->by_handle) {
    ref.ref_case = BELLWETHER__V1__SERIES_REF__REF_HANDLE;
    ref.handle = series->handle;
  } else {
    ref.ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
    ref.key = series->key;
  }
  query.last_n = dealer->plan->last_n;
  query.as_of = dealer->plan->workload == BENCH_AS_OF ? &as_of : NULL;
  request.series = &ref;
  request.query = &query;
  return pack(dealer, &request.base, ret_packed);
}

/* A drawn series' key with one of its codes left open, which is drawn, too. NULL: no memory. */
static char *deal_pattern_text(struct dealer *dealer) {
  struct arena *arena = dealer->targets->arena;
  struct bytes text = bytes_of_text(deal_series(dealer)->key);
  struct key key;
  size_t offset = 0;
  if (key_parse(text, &key, &offset) != KEY_OK)
    return arena_text(arena, text);
  struct bytes open = key.codes[bench_random(&dealer->random) % key.n_codes];
  char *pattern = arena_text(arena, text);
  if (pattern == NULL)
    return NULL;
  size_t begin = (size_t)((const char *)open.data - (const char *)text.data);
  memmove(pattern + begin, pattern + begin + open.size, text.size - begin - open.size + 1);
  return pattern;
}

static bool deal_pattern(struct dealer *dealer, struct bytes *ret_packed) {
  Bellwether__V1__BatchGetObservationsRequest request =
      BELLWETHER__V1__BATCH_GET_OBSERVATIONS_REQUEST__INIT;
  Bellwether__V1__ObservationQuery query = BELLWETHER__V1__OBSERVATION_QUERY__INIT;
  Bellwether__V1__BatchItem item = BELLWETHER__V1__BATCH_ITEM__INIT;
  Bellwether__V1__BatchItem *items[] = {&item};
  item.item_case = BELLWETHER__V1__BATCH_ITEM__ITEM_KEY;
  item.key = deal_pattern_text(dealer);
  if (item.key == NULL)
    return false;
  query.last_n = dealer->plan->last_n;
  request.n_items = count_of(items);
  request.items = items;
  request.query = &query;
  return pack(dealer, &request.base, ret_packed);
}

typedef bool deal_request(struct dealer *dealer, struct bytes *ret_packed);
static deal_request *const DEALS[] = {
    [BENCH_LATEST] = deal_latest,
    [BENCH_RANGE] = deal_range,
    [BENCH_AS_OF] = deal_range,
    [BENCH_PATTERN] = deal_pattern,
};
static const char *const METHODS[] = {
    [BENCH_LATEST] = "/bellwether.v1.Observations/GetLatest",
    [BENCH_RANGE] = "/bellwether.v1.Observations/GetObservations",
    [BENCH_AS_OF] = "/bellwether.v1.Observations/GetObservations",
    [BENCH_PATTERN] = "/bellwether.v1.Observations/BatchGetObservations",
};

/* Each series once where a request asks for one, and never more than memory bears. */
static size_t deck_size(const struct bench_plan *plan, size_t n_series) {
  size_t most = DECK_ITEMS_MOST / plan->batch;
  size_t wanted = n_series > DECK_LEAST ? n_series : DECK_LEAST;
  return wanted < most ? wanted : most;
}

bool bench_deal(const struct bench_plan *plan, struct bench_targets *targets,
                struct bench_deck *ret_deck) {
  struct bench_deck deck = {.method = METHODS[plan->workload],
                            .n = deck_size(plan, targets->n_series)};
  struct dealer dealer = {.plan = plan, .targets = targets, .random = 20250630};
  deck.requests = arena_array(targets->arena, deck.n, sizeof *deck.requests);
  dealer.keys = arena_array(targets->arena, plan->batch, sizeof *dealer.keys);
  dealer.handles = arena_array(targets->arena, plan->batch, sizeof *dealer.handles);
  if (deck.requests == NULL || dealer.keys == NULL || dealer.handles == NULL)
    return false;
  for (size_t i = 0; i < deck.n; i++)
    if (!DEALS[plan->workload](&dealer, &deck.requests[i]))
      return false;
  *ret_deck = deck;
  return true;
}
