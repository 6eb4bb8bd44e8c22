/* SPDX-License-Identifier: MIT */
#include "bellwether/v1/admin.pb-c.h"
#include "server/clock.h"
#include "server/engine_state.h"
#include "server/ops.h"
#include "server/writer.h"

static size_t count_urls(const char *const *urls) {
  size_t n = 0;
  while (urls != NULL && urls[n] != NULL)
    n++;
  return n;
}

static void fill_counts(const struct store_counts *counts,
                        Bellwether__V1__GetStatusResponse *answer) {
  answer->store_format = counts->format;
  answer->dataset_count = counts->datasets;
  answer->indicator_count = counts->indicators;
  answer->series_count = counts->series;
  answer->observation_count = counts->observations;
  answer->release_count = counts->releases;
  answer->store_bytes = counts->used_bytes;
  answer->map_bytes = counts->map_bytes;
}

/* What concerns the server; in direct mode, which listens nowhere, there is none. */
static void fill_server(struct engine *engine, Bellwether__V1__GetStatusResponse *answer) {
  const char *const *urls = engine->options.listen_urls;
  struct engine_counts counts = engine_count(engine);
  answer->call_count = counts.calls;
  answer->error_count = counts.errors;
  answer->read_only = store_is_read_only(engine->store);
  if (engine->writer != NULL)
    answer->write_queue_length = (uint32_t)writer_queue_length(engine->writer);
  answer->n_listen_urls = count_urls(urls);
  answer->listen_urls = (char **)(uintptr_t)urls;
  if (urls != NULL)
    answer->uptime_ms = (uint64_t)(clock_monotonic_ms() - engine->opened_at_ms);
}

bool op_get_status(struct context *context, const ProtobufCMessage *request,
                   ProtobufCMessage *response) {
  (void)request;
  Bellwether__V1__GetStatusResponse *answer = (void *)response;
  struct store_counts counts;
  enum store_status status = store_count(context->txn, &counts);
  if (status != STORE_OK)
    return context_fail_store(context, status, "the store's counts");
  answer->version = (char *)BELLWETHER_VERSION;
  answer->store_id = store_id(context->engine->store);
  answer->store_revision = store_revision(context->txn);
  fill_counts(&counts, answer);
  fill_server(context->engine, answer);
  return true;
}
