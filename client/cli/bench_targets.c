/* SPDX-License-Identifier: MIT */
/* What a run of `bellwether bench` asks for: series, and the times of releases. */
#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/bench.h"
#include "client/cli/rpc.h"

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
