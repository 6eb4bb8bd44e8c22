/* SPDX-License-Identifier: MIT */
#include "server/load_memory.h"

#include <xxhash.h>

#include "proto/limits.h"
#include "proto/unpack.h"
#include "server/engine_state.h"
#include "server/staging.h"

/* What stands for a load among the ids of requests. */
struct load_token {
  uint8_t id[16];
  uint64_t hash;
};

static struct load_token token_of(const char *load_id) {
  static const char prefix[] = "load:";
  uint8_t text[sizeof prefix + LIMIT_LOAD_ID_BYTES];
  struct load_token token;
  XXH128_canonical_t canonical;
  size_t size = strnlen(load_id, LIMIT_LOAD_ID_BYTES);
  memcpy(text, prefix, sizeof prefix - 1);
  memcpy(text + sizeof prefix - 1, load_id, size);
  size += sizeof prefix - 1;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(text, size));
  memcpy(token.id, canonical.digest, sizeof token.id);
  token.hash = XXH3_64bits(text, size);
  return token;
}

/* STORE_NOT_FOUND where the load was not committed. */
static enum store_status find_reply(struct store_txn *txn, const char *load_id,
                                    struct bytes *ret_reply) {
  struct load_token token = token_of(load_id);
  uint64_t hash = 0;
  enum store_status status = store_reply_get(txn, token.id, &hash, ret_reply);
  return status == STORE_OK && hash != token.hash ? STORE_NOT_FOUND : status;
}

bool load_is_committed(struct context *context, const char *load_id, bool *ret_committed) {
  struct bytes reply;
  enum store_status status = find_reply(context->txn, load_id, &reply);
  *ret_committed = status == STORE_OK;
  return status == STORE_OK || status == STORE_NOT_FOUND ||
         context_fail_store(context, status, "load");
}

bool load_recall(struct context *context, const char *load_id,
                 Bellwether__V1__CommitLoadResponse *response, bool *ret_committed) {
  struct bytes reply;
  enum store_status status = find_reply(context->txn, load_id, &reply);
  *ret_committed = status == STORE_OK;
  if (status != STORE_OK)
    return status == STORE_NOT_FOUND || context_fail_store(context, status, "load");
  ProtobufCMessage *kept = NULL;
  enum unpack_verdict verdict =
      unpack_known(reply, &bellwether__v1__commit_load_response__descriptor, context->arena, &kept);
  if (verdict == UNPACK_MEMORY)
    return context_fail_memory(context);
  if (verdict != UNPACK_GOOD)
    return context_fail_store(context, STORE_CORRUPT, "load");
  response->summary = ((Bellwether__V1__CommitLoadResponse *)kept)->summary;
  return response->summary != NULL || context_fail_store(context, STORE_CORRUPT, "load");
}

bool load_remember(struct context *context, const char *load_id,
                   const Bellwether__V1__CommitLoadResponse *response) {
  struct load_token token = token_of(load_id);
  size_t size = bellwether__v1__commit_load_response__get_packed_size(response);
  uint8_t *data = arena_alloc(context->arena, size);
  if (data == NULL)
    return context_fail_memory(context);
  bellwether__v1__commit_load_response__pack(response, data);
  enum store_status status =
      store_reply_put(context->txn, token.id, token.hash, bytes_of(data, size),
                      context->received_at_ms, LIMIT_REQUEST_ID_MEMORY_MS);
  return status == STORE_OK || context_fail_store(context, status, "load");
}

struct cleaning {
  struct store_txn *txn;
  int64_t now_ms;
};

static bool is_over(void *arg, const char *load_id, int64_t changed_at_ms) {
  const struct cleaning *cleaning = arg;
  struct bytes reply;
  return changed_at_ms < cleaning->now_ms - LIMIT_LOAD_AGE_MS ||
         find_reply(cleaning->txn, load_id, &reply) == STORE_OK;
}

void loads_clean(struct engine *engine, int64_t now_ms) {
  struct cleaning cleaning = {.now_ms = now_ms};
  if (store_begin_read(engine->store, &cleaning.txn) != STORE_OK)
    return;
  staging_sweep(engine->staging, is_over, &cleaning);
  store_end(cleaning.txn);
}
