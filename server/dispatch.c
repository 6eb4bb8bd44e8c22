/* SPDX-License-Identifier: MIT */
#include "server/dispatch.h"

#include <xxhash.h>

#include "proto/limits.h"
#include "proto/unpack.h"
#include "server/auth.h"
#include "server/clock.h"
#include "server/engine_state.h"
#include "server/together.h"
#include "server/writer.h"

static const char UTF8_HINT[] = "write text in UTF-8, without a NUL in it",
                  METADATA_HINT[] = "only authorization, client and trace-id are of use";

static bool fail(struct call *call, struct failure failure, const char *sentence) {
  return context_fail(&call->context, failure, "%s", sentence);
}

/* A Call or a request that can never be right. */
static bool fail_invalid(struct call *call, struct failure failure, const char *sentence) {
  failure.code = RPC_INVALID_ARGUMENT;
  return fail(call, failure, sentence);
}

static bool fail_resource(struct call *call, struct failure failure, const char *sentence) {
  failure.code = RPC_RESOURCE_EXHAUSTED;
  return fail(call, failure, sentence);
}

static bool fits_the_limit(struct call *call) {
  if (call->packed.size <= LIMIT_REQUEST_BYTES)
    return true;
  struct failure failure = {.reason = "REQUEST_TOO_LARGE",
                            .field = "request",
                            .hint = "send less at a time, or in parts with BeginLoad"};
  return fail_resource(call, failure, "a Call has at most 64 MiB");
}

static uint32_t timeout_of(const struct envelope *envelope) {
  uint32_t timeout_ms = envelope->timeout_ms == 0 ? LIMIT_TIMEOUT_DEFAULT_MS : envelope->timeout_ms;
  return timeout_ms < LIMIT_HANDLER_MS ? timeout_ms : LIMIT_HANDLER_MS;
}

static size_t reply_limit_of(const struct envelope *envelope) {
  size_t limit = envelope->max_reply_bytes;
  if (limit == 0 || limit > LIMIT_REPLY_BYTES)
    return LIMIT_REPLY_BYTES;
  return limit < LIMIT_REPLY_MIN_BYTES ? LIMIT_REPLY_MIN_BYTES : limit;
}

static bool fail_envelope(struct call *call, enum envelope_verdict verdict, const char *field) {
  struct failure failure = {.reason = "FIELD_INVALID", .field = field};
  switch (verdict) {
  case ENVELOPE_GOOD:
    break;
  case ENVELOPE_UNDECODABLE:
    failure.reason = "CALL_UNDECODABLE";
    failure.hint = "pack the method's path and its packed request into a Call of rpc.proto";
    return fail_invalid(call, failure, "the bytes are not a bellwether.v1.Call");
  case ENVELOPE_TEXT_INVALID:
    failure.reason = "TEXT_NOT_UTF8";
    failure.hint = UTF8_HINT;
    return fail_invalid(call, failure, "text of the Call is not UTF-8 without NUL");
  case ENVELOPE_METADATA_LIMIT:
    failure.hint = METADATA_HINT;
    return fail_invalid(call, failure, "a Call has at most 32 entries of metadata");
  case ENVELOPE_METADATA_INVALID:
    failure.hint = METADATA_HINT;
    return fail_invalid(call, failure,
                        "a name of metadata has 1 to 64 bytes, a value at most 1,024");
  }
  failure.code = RPC_INTERNAL;
  failure.reason = "ENVELOPE";
  return fail(call, failure, "the Call was not understood");
}

static bool read_envelope(struct call *call) {
  const char *field = NULL;
  enum envelope_verdict verdict = envelope_read(call->packed, &call->envelope, &field);
  call->context.deadline_ms = call->received_ms + timeout_of(&call->envelope);
  call->context.reply_bytes_max = reply_limit_of(&call->envelope);
  call->context.request = call->envelope.request;
  call->context.request_id = call->envelope.request_id;
  return verdict == ENVELOPE_GOOD || fail_envelope(call, verdict, field);
}

static bool fail_method(struct call *call, struct bytes path) {
  const char *near = NULL;
  if (path.size <= LIMIT_METHOD_BYTES)
    near = method_suggest(call->engine->methods, call->engine->n_methods, path);
  const char *hint = "ask /bellwether.v1.Reflection/GetSchema for what there is";
  if (near != NULL)
    hint = arena_format(call->arena, "did you mean %s?", near);
  struct failure failure = {
      .code = RPC_UNIMPLEMENTED, .reason = "METHOD_UNKNOWN", .field = "method", .hint = hint};
  int shown = path.size <= LIMIT_METHOD_BYTES ? (int)path.size : LIMIT_METHOD_BYTES;
  if (path.size > LIMIT_METHOD_BYTES)
    return context_fail(&call->context, failure, "a method's path has at most 128 bytes");
  return context_fail(&call->context, failure, "this server has no method \"%.*s\"", shown,
                      (const char *)path.data);
}

static bool find_method(struct call *call) {
  struct bytes path = call->envelope.method;
  call->method = method_find(call->engine->methods, call->engine->n_methods, path);
  return call->method != NULL || fail_method(call, path);
}

static bool is_open(struct call *call) {
  if (!call->late || call->method->without_store)
    return true;
  struct failure failure = {.code = RPC_UNAVAILABLE,
                            .reason = "SHUTTING_DOWN",
                            .hint = "connect again after a pause, or to another server"};
  return fail(call, failure, "the server is stopping");
}

static bool is_allowed(struct call *call) {
  return auth_allows(call->engine->auth, &call->context, call->method->access,
                     call->envelope.authorization);
}

static bool is_there(struct call *call) {
  if (call->method->handle != NULL || call->method->kind == METHOD_TOGETHER)
    return true;
  struct failure failure = {
      .code = RPC_UNIMPLEMENTED, .reason = "METHOD_NOT_YET", .field = "method"};
  return context_fail(&call->context, failure, "%s is in the contract, but not in this server",
                      call->method->path);
}

static bool writes(const struct method *method) {
  return method->kind == METHOD_WRITE || method->kind == METHOD_STAGING;
}

static bool may_write(struct call *call) {
  if (!writes(call->method))
    return true;
  if (call->envelope.request_id.size != LIMIT_REQUEST_ID_BYTES) {
    struct failure failure = {.reason = "REQUEST_ID_REQUIRED",
                              .field = "request_id",
                              .hint = "choose 16 random bytes for each new write"};
    return fail_invalid(call, failure,
                        "a method that writes needs a request_id of 16 random bytes");
  }
  call->context.received_at_ms = clock_wall_ms();
  if (call->engine->writer != NULL)
    return true;
  struct failure failure = {.code = RPC_FAILED_PRECONDITION,
                            .reason = "STORE_READ_ONLY",
                            .hint = "ask the server that writes to the store"};
  return fail(call, failure, "the store is open for reading only");
}

/* Without a place it is the request as a whole. */
static bool fail_request(struct call *call, enum unpack_verdict verdict, const char *place) {
  const char *field = place[0] == '\0' ? "request" : place;
  struct failure failure = {.field = arena_text(call->arena, bytes_of_text(field))};
  switch (verdict) {
  case UNPACK_GOOD:
    break;
  case UNPACK_MALFORMED:
    failure.reason = "REQUEST_UNDECODABLE";
    failure.hint = arena_format(call->arena, "pack a %s, as the .proto files or GetSchema have it",
                                call->method->request->name);
    return fail_invalid(call, failure,
                        "Call.request is not the packed request message of this method");
  case UNPACK_TEXT_INVALID:
    failure.reason = "TEXT_NOT_UTF8";
    failure.hint = UTF8_HINT;
    return fail_invalid(call, failure, "text is not UTF-8 without NUL");
  case UNPACK_MESSAGES_LIMIT:
    failure.reason = "TOO_MANY_ITEMS";
    failure.hint = "send them in several requests";
    return fail_resource(call, failure, "a request has at most 1,000,000 messages within it");
  case UNPACK_MEMORY:
    failure.reason = "REQUEST_TOO_LARGE";
    failure.hint = "send less at a time";
    return fail_resource(call, failure, "the request takes more memory than one call may");
  }
  failure.code = RPC_INTERNAL;
  failure.reason = "REQUEST";
  return fail(call, failure, "the request was not understood");
}

static size_t unpack_limit(size_t size) {
  if (size > LIMIT_ARENA_BYTES / LIMIT_ARENA_FACTOR)
    return LIMIT_ARENA_BYTES;
  size_t limit = size * LIMIT_ARENA_FACTOR;
  return limit < LIMIT_ARENA_MIN_BYTES ? LIMIT_ARENA_MIN_BYTES : limit;
}

static bool read_request(struct call *call) {
  struct unpack_place place;
  struct bytes packed = call->envelope.request;
  struct unpack_target target = {.type = call->method->request,
                                 .arena = call->arena,
                                 .arena_bytes_max = unpack_limit(packed.size)};
  enum unpack_verdict verdict = unpack_checked(&target, packed, &place, &call->request);
  return verdict == UNPACK_GOOD || fail_request(call, verdict, place.field);
}

static bool is_one_deep(struct call *call) {
  if (!call->within || call->method->kind != METHOD_TOGETHER)
    return true;
  struct failure failure = {
      .reason = "FIELD_INVALID", .field = "method", .hint = "put all calls into one list"};
  return fail_invalid(call, failure, "calls that travel together hold no further ones");
}

static bool prepare(struct call *call) {
  return fits_the_limit(call) && read_envelope(call) && find_method(call) && is_open(call) &&
         is_allowed(call) && is_there(call) && may_write(call) && is_one_deep(call) &&
         (call->method->kind == METHOD_TOGETHER || read_request(call));
}

static bool open_snapshot(struct call *call) {
  if (call->method->without_store) {
    call->revision = atomic_load(&call->engine->revision);
    return true;
  }
  if (call->method->prefetch != NULL)
    call->method->prefetch(&call->context, call->engine->store, call->request);
  enum store_status status = store_begin_read(call->engine->store, &call->context.txn);
  if (status != STORE_OK)
    return context_fail_store(&call->context, status, "the store");
  call->revision = store_revision(call->context.txn);
  facts_begin(&call->facts, store_snapshot(call->context.txn));
  call->context.facts = &call->facts;
  engine_saw_revision(call->engine, call->revision);
  return true;
}

/* The response may borrow from the snapshot, so it is packed before the snapshot ends. */
static void run_read(struct call *call) {
  struct context *context = &call->context;
  bool answered = open_snapshot(call) && call_new_response(call) &&
                  call->method->handle(context, call->request, call->response) &&
                  context_in_time(context);
  call_pack(call, answered);
  store_end(context->txn);
  call_finish(call);
}

/* It may have waited too long. */
static void run_job(struct job *job) {
  struct call *call = (struct call *)((char *)job - offsetof(struct call, job));
  if (context_in_time(&call->context))
    run_read(call);
  else
    call_answer(call, false);
}

static void run_heavy(struct call *call) {
  call->job.run = run_job;
  if (call->engine->pool == NULL) {
    run_read(call);
    return;
  }
  if (pool_submit(call->engine->pool, &call->job))
    return;
  fail_resource(call, (struct failure){.reason = "QUEUE_FULL", .hint = "try again after a pause"},
                "too many heavy calls wait already");
  call_answer(call, false);
}

static void run_write(struct call *call) {
  const struct method *method = call->method;
  XXH64_hash_t path_hash = XXH3_64bits(method->path, method->path_size);
  struct bytes request = call->envelope.request;
  call->request_hash = XXH3_64bits_withSeed(request.data, request.size, path_hash);
  if (method->check != NULL && !method->check(&call->context, call->request, NULL)) {
    call_answer(call, false);
    return;
  }
  if (writer_submit(call->engine->writer, call))
    return;
  fail_resource(call, (struct failure){.reason = "QUEUE_FULL", .hint = "try again after a pause"},
                "too many writes wait already");
  call_answer(call, false);
}

void dispatch_call(struct call *call) {
  if (!prepare(call)) {
    call_answer(call, false);
    return;
  }
  switch (call->method->kind) {
  case METHOD_FAST:
    if (call->within && !context_in_time(&call->context))
      call_answer(call, false); /* Those before it took its time. */
    else
      run_read(call);
    return;
  case METHOD_HEAVY:
  case METHOD_STAGING:
    run_heavy(call);
    return;
  case METHOD_WRITE:
    run_write(call);
    return;
  case METHOD_TOGETHER:
    together_run(call);
    return;
  }
}

void dispatch_within(struct call *call) {
  call->within = true;
  dispatch_call(call);
}

void dispatch_refuse(struct call *call) {
  if (read_envelope(call))
    fail_resource(
        call, (struct failure){.reason = "TOO_MANY_IN_FLIGHT", .hint = "wait for answers first"},
        "too many calls of this connection are in flight");
  call_answer(call, false);
}
