/* SPDX-License-Identifier: MIT */
#include "server/call.h"

#include <assert.h>

#include "proto/limits.h"
#include "server/clock.h"
#include "server/engine_state.h"
#include "server/log.h"

bool call_new_response(struct call *call) {
  const ProtobufCMessageDescriptor *type = call->method->response;
  call->response = arena_alloc(call->arena, type->sizeof_message);
  if (call->response == NULL)
    return context_fail_memory(&call->context);
  protobuf_c_message_init(type, call->response);
  return true;
}

static bool fail_size(struct call *call, size_t size) {
  struct failure failure = {.code = RPC_RESOURCE_EXHAUSTED,
                            .reason = "REPLY_TOO_LARGE",
                            .field = "max_reply_bytes",
                            .hint = "ask for less, or allow more with max_reply_bytes"};
  return context_fail(&call->context, failure,
                      "the reply would have %zu bytes, and %zu are allowed", size,
                      call->context.reply_bytes_max);
}

static struct reply_parts parts_of(const struct call *call) {
  return (struct reply_parts){
      .store_revision = call->revision,
      .store_id = store_id(call->engine->store),
      .trace_id = call->envelope.trace_id,
  };
}

bool call_keep_reply(struct call *call, uint64_t revision) {
  struct packed response;
  call->revision = revision;
  if (!pack(call->response, call->arena, &response))
    return context_fail_memory(&call->context);
  struct reply_parts parts = parts_of(call);
  parts.response = &response;
  size_t size = reply_size(&parts);
  if (size > call->context.reply_bytes_max)
    return fail_size(call, size);
  parts.trace_id = (struct bytes){0};
  size = reply_size(&parts);
  uint8_t *kept = arena_alloc(call->arena, size);
  if (kept == NULL)
    return context_fail_memory(&call->context);
  reply_write(&parts, kept);
  call->kept_reply = bytes_of(kept, size);
  return true;
}

static void write_parts(struct call *call, const struct reply_parts *parts, size_t size) {
  uint8_t *place = call->sink->reserve(call->sink, size);
  if (place != NULL)
    reply_write(parts, place);
}

static bool pack_response(struct call *call) {
  struct packed response;
  struct reply_parts parts = parts_of(call);
  parts.kept = call->kept_reply;
  parts.response = call->replies;
  if (parts.kept.size == 0 && call->replies == NULL) {
    if (!pack(call->response, call->arena, &response))
      return context_fail_memory(&call->context);
    parts.response = &response;
  }
  size_t size = reply_size(&parts);
  if (size > call->context.reply_bytes_max)
    return fail_size(call, size);
  write_parts(call, &parts, size);
  return true;
}

/* What is left of an error that does not fit where the caller allows little: its code and reason.
 */
static void shorten(Bellwether__V1__Status *status) {
  status->message = (char *)"";
  for (size_t i = 0; i < status->n_details; i++) {
    status->details[i]->field = (char *)"";
    status->details[i]->hint = (char *)"";
  }
}

/* What says that memory has run out needs none of the arena's. */
static void pack_status(struct call *call, struct packed *ret_packed) {
  if (pack(&call->context.failure->base, call->arena, ret_packed))
    return;
  context_fail_memory(&call->context);
  bool packed = pack(&call->context.failure->base, call->arena, ret_packed);
  assert(packed);
}

static void pack_failure(struct call *call) {
  struct context *context = &call->context;
  if (context->failure == NULL)
    context_fail(context, (struct failure){.code = RPC_INTERNAL, .reason = "NO_REASON"},
                 "the method failed without saying why");
  struct packed status;
  pack_status(call, &status);
  struct reply_parts parts = parts_of(call);
  parts.status = &status;
  if (parts.store_revision == 0)
    parts.store_revision = atomic_load(&call->engine->revision);
  size_t size = reply_size(&parts);
  if (size > context->reply_bytes_max) {
    shorten(context->failure);
    pack_status(call, &status);
    parts.trace_id = (struct bytes){0};
    size = reply_size(&parts);
  }
  write_parts(call, &parts, size);
}

static void log_call(struct call *call, const char *event, int64_t took_ms) {
  char method[LOG_QUOTED_BYTES], trace[LOG_QUOTED_BYTES], client[LOG_QUOTED_BYTES];
  const Bellwether__V1__Status *status = call->failed ? call->context.failure : NULL;
  const char *reason = status == NULL ? "" : status->details[0]->reason;
  log_quote(call->envelope.method, method);
  log_quote(call->envelope.trace_id, trace);
  log_quote(call->envelope.client, client);
  engine_log(call->engine, event,
             "method=%s code=\"%d\" reason=\"%s\" took_ms=\"%lld\" client=%s trace_id=%s", method,
             status == NULL ? RPC_OK : status->code, reason, (long long)took_ms, client, trace);
}

static bool is_fault(const struct call *call) {
  if (!call->failed)
    return false;
  int code = call->context.failure->code;
  return code == RPC_INTERNAL || code == RPC_DATA_LOSS;
}

static void log_if_told(struct call *call) {
  const struct engine_options *options = &call->engine->options;
  if (options->log == NULL)
    return;
  int64_t took_ms = clock_monotonic_ms() - call->received_ms;
  if (is_fault(call))
    log_call(call, "call_failed", took_ms);
  else if (options->slow_ms > 0 && took_ms >= options->slow_ms)
    log_call(call, "call_slow", took_ms);
  else if (options->log_calls)
    log_call(call, "call", took_ms);
}

void call_pack(struct call *call, bool answered) {
  call->failed = !answered || !pack_response(call);
  if (call->failed)
    pack_failure(call);
  log_if_told(call);
}

void call_finish(struct call *call) {
  struct engine *engine = call->engine;
  bool failed = call->failed;
  call->sink->done(call->sink);
  engine_give_call(engine, call, failed);
}

void call_answer(struct call *call, bool answered) {
  call_pack(call, answered);
  call_finish(call);
}
