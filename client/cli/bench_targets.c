/* SPDX-License-Identifier: MIT */
/* What a run of `bellwether bench` asks for: series and times from the catalogue, and requests that
 * are packed before the first call. */
#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/bench.h"
#include "client/cli/rpc.h"

enum {
  DECK_LEAST = 1024,         /* requests, where there are few series */
  DECK_ITEMS_MOST = 4 << 20, /* keys or handles in all requests: some 200 MB */
};

/* A page on its way into the targets. */
struct listing {
  struct cli *cli;
  struct bench_targets *targets;
};

static enum exit_code no_memory(struct cli *cli) {
  complain(cli, "out of memory");
  return EXIT_CODE_REFUSED;
}

static enum exit_code take_series(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__ListSeriesResponse *response = (const void *)message;
  struct listing *listing = arg;
  struct bench_targets *targets = listing->targets;
  size_t most = targets->n_series + response->n_series;
  struct bench_series *series = realloc(targets->series, (most + 1) * sizeof *series);
  if (series == NULL)
    return no_memory(listing->cli);
  targets->series = series;
  for (size_t i = 0; i < response->n_series; i++) {
    const Bellwether__V1__Series *listed = response->series[i];
    char *key = arena_text(targets->arena, bytes_of_text(listed->key));
    if (key == NULL)
      return no_memory(listing->cli);
    if (listed->latest != NULL)
      series[targets->n_series++] = (struct bench_series){key, listed->handle};
  }
  return EXIT_CODE_OK;
}

static enum exit_code list_series(struct cli *cli, const struct bench_plan *plan,
                                  struct bench_targets *targets) {
  Bellwether__V1__ListSeriesRequest request = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  struct listing listing = {cli, targets};
  request.pattern = text_field(plan->pattern);
  request.page_size = 10000;
  request.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  enum exit_code code =
      rpc_pages(cli, "Catalog/ListSeries", &request.base,
                &bellwether__v1__list_series_response__descriptor, take_series, &listing);
  if (code != EXIT_CODE_OK || targets->n_series > 0)
    return code;
  if (plan->pattern[0] == '\0')
    complain(cli, "the store has no series with a figure");
  else
    complain(cli, "%s: no series with a figure matches", plan->pattern);
  return EXIT_CODE_REFUSED;
}

static enum exit_code take_times(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__ListReleasesResponse *response = (const void *)message;
  struct listing *listing = arg;
  struct bench_targets *targets = listing->targets;
  size_t most = targets->n_times + response->n_releases;
  int64_t *times_ms = realloc(targets->times_ms, (most + 1) * sizeof *times_ms);
  if (times_ms == NULL)
    return no_memory(listing->cli);
  targets->times_ms = times_ms;
  for (size_t i = 0; i < response->n_releases; i++)
    times_ms[targets->n_times++] = response->releases[i]->release->published_at_ms;
  return EXIT_CODE_OK;
}

static enum exit_code list_times(struct cli *cli, const struct bench_plan *plan,
                                 struct bench_targets *targets) {
  Bellwether__V1__ListReleasesRequest request = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
  struct listing listing = {cli, targets};
  struct bytes dataset = bytes_of(plan->pattern, strcspn(plan->pattern, "/"));
  request.dataset = arena_text(targets->arena, dataset);
  if (request.dataset == NULL)
    return no_memory(cli);
  return rpc_pages(cli, "Observations/ListReleases", &request.base,
                   &bellwether__v1__list_releases_response__descriptor, take_times, &listing);
}

enum exit_code bench_list(struct cli *cli, const struct bench_plan *plan,
                          struct bench_targets *targets) {
  targets->arena = arena_new(SIZE_MAX);
  if (targets->arena == NULL)
    return no_memory(cli);
  enum exit_code code = list_series(cli, plan, targets);
  if (code == EXIT_CODE_OK && plan->workload == BENCH_AS_OF && plan->as_of == NULL)
    code = list_times(cli, plan, targets);
  return code;
}

void bench_targets_fini(struct bench_targets *targets) {
  free(targets->series);
  free(targets->times_ms);
  arena_free(targets->arena);
}

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

/* Each series once where a request asks for one, and never more than memory bears. */
static size_t deck_size(const struct bench_plan *plan, size_t n_series) {
  size_t most = DECK_ITEMS_MOST / plan->batch;
  size_t wanted = n_series > DECK_LEAST ? n_series : DECK_LEAST;
  return wanted < most ? wanted : most;
}

bool bench_deal(const struct bench_plan *plan, struct bench_targets *targets,
                struct bench_deck *ret_deck) {
  bool latest = plan->workload == BENCH_LATEST;
  struct bench_deck deck = {.n = deck_size(plan, targets->n_series)};
  struct dealer dealer = {.plan = plan, .targets = targets, .random = 20250630};
  deck.method = latest ? "/bellwether.v1.Observations/GetLatest"
                       : "/bellwether.v1.Observations/GetObservations";
  deck.requests = arena_array(targets->arena, deck.n, sizeof *deck.requests);
  dealer.keys = arena_array(targets->arena, plan->batch, sizeof *dealer.keys);
  dealer.handles = arena_array(targets->arena, plan->batch, sizeof *dealer.handles);
  if (deck.requests == NULL || dealer.keys == NULL || dealer.handles == NULL)
    return false;
  for (size_t i = 0; i < deck.n; i++)
    if (!(latest ? deal_latest : deal_range)(&dealer, &deck.requests[i]))
      return false;
  *ret_deck = deck;
  return true;
}
