/* SPDX-License-Identifier: MIT */
#include "server/group.h"

#include "proto/limits.h"
#include "server/engine_state.h"

/* How one command came out in its transaction. */
enum outcome {
  OUTCOME_DONE,    /* the reply is kept; to be committed */
  OUTCOME_REFUSED, /* context->failure says why; nothing was written */
  OUTCOME_SPOILT,  /* what the transaction holds must not be committed */
};

static void make_fresh(struct call *call, struct store_txn *txn) {
  call->context.txn = txn;
  call->context.failure = NULL;
  call->context.discard = false;
  call->context.spoilt = false;
  call->context.when_kept = NULL;
  call->kept_reply = (struct bytes){0};
}

static enum outcome spoil(struct call *call, enum store_status status) {
  context_fail_store(&call->context, status, "the store");
  return OUTCOME_SPOILT;
}

static enum outcome repeat_reply(struct call *call, uint64_t hash, struct bytes reply) {
  if (hash != call->request_hash) {
    context_fail(&call->context,
                 (struct failure){.code = RPC_INVALID_ARGUMENT,
                                  .reason = "REQUEST_ID_REUSED",
                                  .field = "request_id",
                                  .hint = "choose 16 random bytes for each new write"},
                 "another request was made with this request_id before");
    return OUTCOME_REFUSED;
  }
  char *copy = arena_text(call->arena, reply);
  if (copy == NULL) {
    context_fail_memory(&call->context);
    return OUTCOME_REFUSED;
  }
  call->kept_reply = bytes_of(copy, reply.size);
  return OUTCOME_DONE;
}

/* After the handler has failed: whether its transaction can still be used. */
static enum outcome close_failed(struct call *call, struct store_txn *txn) {
  bool changed = false;
  if (call->context.spoilt || call->context.discard || store_command_wrote(txn))
    return OUTCOME_SPOILT;
  return store_end_command(txn, &changed) == STORE_OK ? OUTCOME_REFUSED : OUTCOME_SPOILT;
}

static enum outcome close_done(struct call *call, struct store_txn *txn) {
  bool changed = false;
  enum store_status status = store_end_command(txn, &changed);
  if (status != STORE_OK)
    return spoil(call, status);
  if (!call_keep_reply(call, store_revision(txn)))
    return OUTCOME_SPOILT;
  status = store_reply_put(txn, call->context.request_id.data, call->request_hash, call->kept_reply,
                           call->context.received_at_ms, LIMIT_REQUEST_ID_MEMORY_MS);
  return status == STORE_OK ? OUTCOME_DONE : spoil(call, status);
}

static enum outcome run(struct call *call, struct store_txn *txn) {
  struct context *context = &call->context;
  uint64_t revision_before = store_revision(txn);
  if (!call_new_response(call))
    return OUTCOME_REFUSED;
  store_begin_command(txn);
  store_command_at(txn, context->received_at_ms);
  if (!call->method->handle(context, call->request, call->response))
    return close_failed(call, txn);
  if (!context->discard)
    return close_done(call, txn);
  call_keep_reply(call, revision_before);
  return OUTCOME_SPOILT;
}

static enum outcome apply_one(struct call *call, struct store_txn *txn) {
  uint64_t hash = 0;
  struct bytes reply;
  make_fresh(call, txn);
  enum store_status status = store_reply_get(txn, call->context.request_id.data, &hash, &reply);
  if (status == STORE_OK)
    return repeat_reply(call, hash, reply);
  return status == STORE_NOT_FOUND ? run(call, txn) : spoil(call, status);
}

static void answer(struct call *call) {
  engine_saw_revision(call->engine, call->revision);
  if (call->context.failure == NULL && call->context.when_kept != NULL)
    call->context.when_kept(&call->context);
  call_answer(call, call->context.failure == NULL);
}

static void answer_all(struct call *first) {
  while (first != NULL) {
    struct call *next = first->next;
    answer(first);
    first = next;
  }
}

/* Answers all, or none: then ret_spoiler is the command that spoilt the transaction, or NULL where
 * it was the transaction itself. */
static bool apply_together(struct engine *engine, struct call *first, struct call **ret_spoiler) {
  scoped(store_end) struct store_txn *txn = NULL;
  *ret_spoiler = NULL;
  if (store_begin_write(engine->store, &txn) != STORE_OK)
    return false;
  for (struct call *call = first; call != NULL; call = call->next) {
    if (apply_one(call, txn) == OUTCOME_SPOILT) {
      *ret_spoiler = call;
      return false;
    }
  }
  struct store_txn *whole = txn;
  txn = NULL;
  if (store_commit(whole) != STORE_OK)
    return false;
  answer_all(first);
  return true;
}

static void apply_alone(struct engine *engine, struct call *call) {
  struct store_txn *txn = NULL;
  enum store_status status = store_begin_write(engine->store, &txn);
  if (status == STORE_OK && apply_one(call, txn) == OUTCOME_DONE)
    status = store_commit(txn);
  else
    store_end(txn);
  if (status != STORE_OK)
    context_fail_store(&call->context, status, "the store");
  answer(call);
}

static void apply_each_alone(struct engine *engine, struct call *first) {
  while (first != NULL) {
    struct call *next = first->next;
    apply_alone(engine, first);
    first = next;
  }
}

static void apply_together_or_alone(struct engine *engine, struct call *first) {
  struct call *spoiler = NULL;
  if (!apply_together(engine, first, &spoiler))
    apply_each_alone(engine, first);
}

/* Ends the list before `end`. */
static void cut_before(struct call *first, const struct call *end) {
  while (first->next != end)
    first = first->next;
  first->next = NULL;
}

/* Answers those whose time is over; returns the others. */
static struct call *drop_expired(struct call *first) {
  struct call *left = NULL;
  struct call **end = &left;
  while (first != NULL) {
    struct call *call = first;
    first = call->next;
    call->next = NULL;
    if (!context_in_time(&call->context)) {
      call_answer(call, false);
      continue;
    }
    *end = call;
    end = &call->next;
  }
  return left;
}

void group_apply(struct engine *engine, struct call *first) {
  first = drop_expired(first);
  while (first != NULL) {
    struct call *spoiler = NULL;
    if (first->next != NULL && apply_together(engine, first, &spoiler))
      return;
    if (spoiler == NULL) {
      apply_each_alone(engine, first);
      return;
    }
    struct call *behind = spoiler->next;
    if (spoiler != first) {
      cut_before(first, spoiler);
      apply_together_or_alone(engine, first);
    }
    apply_alone(engine, spoiler);
    first = behind;
  }
}
