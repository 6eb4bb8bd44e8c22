/* SPDX-License-Identifier: MIT */
#include "server/together.h"

#include <stdatomic.h>

#include "proto/envelope.h"
#include "proto/limits.h"
#include "proto/wire.h"
#include "server/engine_state.h"
#include "server/pack.h"

enum {
  REFUSAL_BYTES = 256,   /* The refusal of a part for its size has no more. */
  ENVELOPE_BYTES = 2048, /* Of the Reply around all: a trace id has at most half of it. */
  HEAD_BYTES = 6,        /* A reply's tag and length. */
};

/* A call within, as the engine sees it: where its reply goes. */
struct part {
  struct reply_sink sink;
  struct together *whole;
  struct bytes reply; /* malloc'ed; none: it was too large */
};

struct together {
  struct call *call;
  size_t bytes_max;    /* of all replies together, less room for refusals */
  atomic_size_t bytes; /* of those that are there */
  atomic_size_t n_left;
  size_t n;
  struct part parts[];
};

/* Any reply that has no room is refused with this one, and is to be asked for again. */
static struct bytes refusal(struct call *call) {
  struct packed status;
  struct failure failure = {.code = RPC_RESOURCE_EXHAUSTED,
                            .reason = "REPLY_TOO_LARGE_TOGETHER",
                            .hint = "send this call in a message of its own"};
  context_fail(&call->context, failure, "the replies together are larger than a Reply may be");
  if (!pack(&call->context.failure->base, call->arena, &status))
    return bytes_of(NULL, 0);
  struct reply_parts parts = {.status = &status};
  size_t size = reply_size(&parts);
  uint8_t *packed = arena_alloc(call->arena, size);
  if (packed == NULL || size > REFUSAL_BYTES)
    return bytes_of(NULL, 0);
  reply_write(&parts, packed);
  return bytes_of(packed, size);
}

/* A field of the TogetherResponse: what stands in front of a reply, and the reply. */
struct field {
  struct packed_piece head;
  struct packed_piece reply;
  uint8_t bytes[HEAD_BYTES];
};

static void set_field(struct field *field, struct bytes reply, const struct packed_piece *next) {
  uint8_t *end = wire_put_bytes_head(field->bytes, TOGETHER_REPLIES, reply.size);
  field->reply = (struct packed_piece){.data = reply.data, .size = reply.size, .next = next};
  field->head = (struct packed_piece){
      .data = field->bytes, .size = (size_t)(end - field->bytes), .next = &field->reply};
}

/* Gives the call its replies, in the order of the calls within. False after context_fail. */
static bool collect(struct together *together) {
  struct call *call = together->call;
  struct field *fields = arena_alloc(call->arena, (together->n + 1) * sizeof *fields);
  struct packed *replies = arena_alloc(call->arena, sizeof *replies);
  struct bytes refused = bytes_of(NULL, 0);
  if (fields == NULL || replies == NULL)
    return context_fail_memory(&call->context);
  replies->pieces = NULL;
  replies->size = 0;
  for (size_t i = together->n; i-- > 0;) {
    struct bytes reply = together->parts[i].reply;
    if (reply.data == NULL && refused.data == NULL)
      refused = refusal(call);
    if (reply.data == NULL)
      reply = refused;
    if (reply.data == NULL)
      return context_fail_memory(&call->context);
    set_field(&fields[i], reply, replies->pieces);
    replies->pieces = &fields[i].head;
    replies->size += fields[i].head.size + reply.size;
  }
  call->replies = replies;
  return true;
}

static void free_replies(struct together *together) {
  atomic_fetch_sub(&together->call->engine->together_bytes, atomic_load(&together->bytes));
  for (size_t i = 0; i < together->n; i++)
    free((void *)together->parts[i].reply.data);
}

/* Behind the last part. */
static void finish(struct together *together) {
  struct call *call = together->call;
  call->revision = atomic_load(&call->engine->revision);
  call_pack(call, collect(together));
  free_replies(together);
  call_finish(call);
}

static void count_down(struct together *together) {
  if (atomic_fetch_sub(&together->n_left, 1) == 1)
    finish(together);
}

static bool add_within(atomic_size_t *sum, size_t size, size_t most) {
  if (atomic_fetch_add(sum, size) + size <= most)
    return true;
  atomic_fetch_sub(sum, size);
  return false;
}

/* Whether there is room for a reply in the whole, and in memory beside those of other messages. */
static bool count_bytes(struct together *together, size_t size) {
  atomic_size_t *all = &together->call->engine->together_bytes;
  if (!add_within(all, size, LIMIT_TOGETHER_BYTES))
    return false;
  if (add_within(&together->bytes, size, together->bytes_max))
    return true;
  atomic_fetch_sub(all, size);
  return false;
}

static uint8_t *reserve(struct reply_sink *sink, size_t size) {
  struct part *part = (struct part *)sink;
  struct together *together = part->whole;
  uint8_t *place = NULL;
  if (count_bytes(together, size + HEAD_BYTES))
    place = malloc(size + 1);
  if (place != NULL)
    part->reply = bytes_of(place, size);
  return place;
}

static void done(struct reply_sink *sink) {
  count_down(((struct part *)sink)->whole);
}

/* How many calls there are. False where the bytes are no TogetherRequest. */
static bool count(struct bytes request, size_t *ret_n) {
  struct wire_field field;
  *ret_n = 0;
  while (request.size > 0) {
    if (!wire_take_field(&request, &field) ||
        (field.number == TOGETHER_CALLS && field.type != WIRE_BYTES))
      return false;
    *ret_n += field.number == TOGETHER_CALLS;
  }
  return true;
}

static void run_parts(struct together *together, struct bytes request) {
  struct wire_field field;
  size_t i = 0;
  while (wire_take_field(&request, &field)) {
    if (field.number != TOGETHER_CALLS)
      continue;
    struct part *part = &together->parts[i++];
    *part = (struct part){.sink = {.reserve = reserve, .done = done}, .whole = together};
    engine_call_within(together->call->engine, field.content, together->call->received_ms,
                       &part->sink);
  }
}

static size_t room(const struct call *call, size_t n) {
  size_t needed = ENVELOPE_BYTES + n * REFUSAL_BYTES;
  size_t limit = call->context.reply_bytes_max;
  return limit > needed ? limit - needed : 0;
}

static bool fail(struct call *call, struct failure failure, const char *sentence) {
  return context_fail(&call->context, failure, "%s", sentence);
}

static bool begin(struct call *call, struct together **ret_together) {
  size_t n = 0;
  if (!count(call->envelope.request, &n))
    return fail(call,
                (struct failure){.code = RPC_INVALID_ARGUMENT,
                                 .reason = "REQUEST_UNDECODABLE",
                                 .field = "request",
                                 .hint = "pack a TogetherRequest, as rpc.proto has it"},
                "Call.request is not the packed request message of this method");
  if (n > LIMIT_CALLS_TOGETHER)
    return fail(call,
                (struct failure){.code = RPC_RESOURCE_EXHAUSTED,
                                 .reason = "TOO_MANY_ITEMS",
                                 .field = "calls",
                                 .hint = "send them in several messages"},
                "at most 256 calls may travel together");
  struct together *together =
      arena_alloc(call->arena, sizeof *together + n * sizeof together->parts[0]);
  if (together == NULL)
    return context_fail_memory(&call->context);
  together->call = call;
  together->n = n;
  together->bytes_max = room(call, n);
  atomic_init(&together->bytes, 0);
  atomic_init(&together->n_left, n + 1); /* One is ours, until all have begun. */
  *ret_together = together;
  return true;
}

void together_run(struct call *call) {
  struct together *together = NULL;
  if (!begin(call, &together)) {
    call_answer(call, false);
    return;
  }
  run_parts(together, call->envelope.request);
  count_down(together);
}
