/* SPDX-License-Identifier: MIT */
/* Whether a reply of `bellwether bench` holds what was asked for, and how much it is. */
#include "bellwether/v1/ingest.pb-c.h"
#include "client/cli/bench.h"
#include "proto/unpack.h"

static const char *count_latest(const struct bench_plan *plan,
                                const Bellwether__V1__GetLatestResponse *response,
                                struct bench_tally *tally, char text[BENCH_ERROR_BYTES]) {
  uint64_t n_found = response->n_values - response->n_errors;
  if (response->n_values != plan->batch || response->n_errors > response->n_values) {
    snprintf(text, BENCH_ERROR_BYTES, "%zu positions in the reply, %u asked for",
             response->n_values, plan->batch);
    return text;
  }
  tally->items += n_found;
  tally->observations += n_found;
  if (response->n_errors == 0)
    return NULL;
  const Bellwether__V1__Status *status = response->errors[0]->status;
  snprintf(text, BENCH_ERROR_BYTES, "%s",
           status == NULL ? "an error without a status" : status->message);
  return text;
}

static const char *count_range(const struct bench_plan *plan,
                               const Bellwether__V1__GetObservationsResponse *response,
                               struct bench_tally *tally, char text[BENCH_ERROR_BYTES]) {
  const Bellwether__V1__SeriesObservations *series = response->series;
  size_t n = series == NULL || series->observations == NULL ? 0 : series->observations->n_values;
  bool may_be_empty = plan->workload == BENCH_AS_OF;
  if (series == NULL || (n == 0 && !may_be_empty)) {
    snprintf(text, BENCH_ERROR_BYTES, "%s: no observations in the reply",
             series == NULL ? "a series" : series->key);
    return text;
  }
  tally->items++;
  tally->observations += n;
  return NULL;
}

static const char *count_pattern(const Bellwether__V1__BatchGetObservationsResponse *response,
                                 struct bench_tally *tally, char text[BENCH_ERROR_BYTES]) {
  if (response->n_errors > 0 || response->n_series == 0) {
    const Bellwether__V1__Status *status =
        response->n_errors > 0 ? response->errors[0]->status : NULL;
    snprintf(text, BENCH_ERROR_BYTES, "%s",
             status == NULL ? "no series in the reply" : status->message);
    return text;
  }
  tally->items += response->n_series;
  for (size_t i = 0; i < response->n_series; i++)
    if (response->series[i]->observations != NULL)
      tally->observations += response->series[i]->observations->n_values;
  return NULL;
}

static const char *count_put(const Bellwether__V1__PutObservationsResponse *response,
                             struct bench_tally *tally) {
  if (response->summary == NULL || response->summary->observations_added != 1)
    return "a write has not added its observation";
  tally->items++;
  tally->observations++;
  return NULL;
}

const char *bench_count_reply(const struct bench_plan *plan, const void *response, size_t size,
                              struct arena *arena, struct bench_tally *tally,
                              char text[BENCH_ERROR_BYTES]) {
  static const ProtobufCMessageDescriptor *const DESCRIPTORS[] = {
      [BENCH_LATEST] = &bellwether__v1__get_latest_response__descriptor,
      [BENCH_RANGE] = &bellwether__v1__get_observations_response__descriptor,
      [BENCH_AS_OF] = &bellwether__v1__get_observations_response__descriptor,
      [BENCH_PATTERN] = &bellwether__v1__batch_get_observations_response__descriptor,
      [BENCH_PUT] = &bellwether__v1__put_observations_response__descriptor,
  };
  ProtobufCMessage *unpacked = NULL;
  struct bytes packed = bytes_of(response, size);
  arena_reset(arena, SIZE_MAX);
  tally->reply_bytes += size;
  if (unpack_known(packed, DESCRIPTORS[plan->workload], arena, &unpacked) != UNPACK_GOOD)
    return "the reply cannot be unpacked";
  const void *message = unpacked;
  switch (plan->workload) {
  case BENCH_LATEST:
    return count_latest(plan, message, tally, text);
  case BENCH_PATTERN:
    return count_pattern(message, tally, text);
  case BENCH_PUT:
    return count_put(message, tally);
  case BENCH_RANGE:
  case BENCH_AS_OF:
    break;
  }
  return count_range(plan, message, tally, text);
}
