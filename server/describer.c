/* SPDX-License-Identifier: MIT */
/* What a request has unpacked once it does not unpack again; and what of datasets and indicators is
 * small, the next one neither. */
#include "server/describe.h"

#include "server/facts.h"
#include "storage/observations.h"

/* The kinds of things that share the cache; the first byte of their keys. */
enum cached { CACHED_DATASET, CACHED_INDICATOR, CACHED_CODE, CACHED_RELEASE, CACHED_ENTRY };

struct cache_key {
  size_t size;
  uint8_t data[LIMIT_SERIES_KEY_BYTES + 32];
};

static struct cache_key cache_key(enum cached kind, uint64_t number, uint64_t part,
                                  struct bytes text) {
  struct cache_key key = {.size = 1 + 2 * sizeof number + text.size};
  if (text.size > LIMIT_SERIES_KEY_BYTES)
    text.size = 0;
  key.data[0] = (uint8_t)kind;
  memcpy(key.data + 1, &number, sizeof number);
  memcpy(key.data + 1 + sizeof number, &part, sizeof part);
  if (text.size > 0)
    memcpy(key.data + 1 + 2 * sizeof number, text.data, text.size);
  key.size = 1 + 2 * sizeof number + text.size;
  return key;
}

static void *known(const struct describer *describer, const struct cache_key *key) {
  return cache_get(&describer->cache, bytes_of(key->data, key->size));
}

/* What an earlier call, or this one, has kept for the next. */
static void *kept(const struct context *context, const struct cache_key *key) {
  return context->facts == NULL ? NULL
                                : cache_get(&context->facts->cache, bytes_of(key->data, key->size));
}

static bool keep(const struct context *context, const struct cache_key *key, void *value) {
  struct facts *facts = context->facts;
  return cache_put(&facts->cache, facts->arena, bytes_of(key->data, key->size), value);
}

static bool may_keep(const struct context *context, size_t bytes) {
  return context->facts != NULL && facts_have_room(context->facts, bytes);
}

static bool remember(struct describer *describer, const struct cache_key *key, void *value) {
  return cache_put(&describer->cache, describer->context->arena, bytes_of(key->data, key->size),
                   value) ||
         context_fail_memory(describer->context);
}

/* A copy that outlives the transaction. */
static bool keep_dataset(struct context *context, const struct cache_key *key,
                         const struct dataset_record *dataset) {
  struct arena *arena = context->facts->arena;
  struct dataset_record *copy = arena_alloc(arena, sizeof *copy);
  if (copy == NULL)
    return context_fail_memory(context);
  *copy = *dataset;
  struct bytes *const parts[] = {&copy->id, &copy->dimension_ids, &copy->description};
  for (size_t i = 0; i < count_of(parts); i++) {
    parts[i]->data = (const uint8_t *)arena_text(arena, *parts[i]);
    if (parts[i]->data == NULL)
      return context_fail_memory(context);
  }
  return keep(context, key, copy) || context_fail_memory(context);
}

static const struct dataset_record *kept_dataset(const struct context *context, uint32_t no) {
  struct facts *facts = context->facts;
  if (facts == NULL || (facts->dataset != NULL && facts->dataset->no == no))
    return facts == NULL ? NULL : facts->dataset;
  struct cache_key key = cache_key(CACHED_DATASET, no, 0, bytes_of("", 0));
  facts->dataset = kept(context, &key);
  return facts->dataset;
}

static bool load_dataset(struct context *context, uint32_t no, struct dataset_record *ret_dataset) {
  const struct dataset_record *copy = kept_dataset(context, no);
  if (copy != NULL) {
    *ret_dataset = *copy;
    return true;
  }
  enum store_status status = dataset_get_by_no(context->txn, no, ret_dataset);
  if (status != STORE_OK)
    return context_fail_store(context, status, "dataset");
  struct cache_key key = cache_key(CACHED_DATASET, no, 0, bytes_of("", 0));
  return !may_keep(context, ret_dataset->description.size) ||
         keep_dataset(context, &key, ret_dataset);
}

bool describer_dataset(struct describer *describer, uint32_t no,
                       const struct dataset_record **ret_dataset) {
  if (describer->dataset.no != no && !load_dataset(describer->context, no, &describer->dataset))
    return false;
  *ret_dataset = &describer->dataset;
  return true;
}

static bool unpack_indicator(struct context *context, const struct dataset_record *dataset,
                             struct bytes id, struct bytes description,
                             Bellwether__V1__Indicator **ret_indicator) {
  Bellwether__V1__Indicator *indicator = NULL;
  if (!message_unpack(context, &bellwether__v1__indicator__descriptor, description, &indicator))
    return false;
  indicator->id = text_new(context, id);
  indicator->dataset = text_new(context, dataset->id);
  *ret_indicator = indicator;
  return indicator->id != NULL && indicator->dataset != NULL;
}

/* For the next call too: unpacked where it outlives this one. */
static bool keep_indicator(struct context *context, const struct cache_key *key,
                           const struct dataset_record *dataset, struct bytes id,
                           struct bytes description, Bellwether__V1__Indicator **ret_indicator) {
  struct arena *own = context->arena;
  context->arena = context->facts->arena;
  bool unpacked = unpack_indicator(context, dataset, id, description, ret_indicator);
  context->arena = own;
  return unpacked && (keep(context, key, *ret_indicator) || context_fail_memory(context));
}

static bool load_indicator(struct describer *describer, const struct cache_key *key,
                           const struct dataset_record *dataset, struct bytes id,
                           Bellwether__V1__Indicator **ret_indicator) {
  struct context *context = describer->context;
  struct bytes description;
  enum store_status status = indicator_get(context->txn, dataset->no, id, &description);
  if (status == STORE_NOT_FOUND)
    description = bytes_of("", 0);
  else if (status != STORE_OK)
    return context_fail_store(context, status, "indicator");
  if (may_keep(context, description.size))
    return keep_indicator(context, key, dataset, id, description, ret_indicator);
  return unpack_indicator(context, dataset, id, description, ret_indicator) &&
         remember(describer, key, *ret_indicator);
}

bool describer_indicator(struct describer *describer, const struct dataset_record *dataset,
                         struct bytes id, const Bellwether__V1__Indicator **ret_indicator) {
  struct cache_key key = cache_key(CACHED_INDICATOR, dataset->no, 0, id);
  Bellwether__V1__Indicator *indicator = kept(describer->context, &key);
  if (indicator == NULL)
    indicator = known(describer, &key);
  if (indicator == NULL && !load_indicator(describer, &key, dataset, id, &indicator))
    return false;
  *ret_indicator = indicator;
  return true;
}

static bool load_code(struct context *context, const struct dataset_record *dataset,
                      uint8_t dimension, struct bytes code, Bellwether__V1__Code **ret_code) {
  struct bytes description;
  Bellwether__V1__Code *message = NULL;
  enum store_status status = code_get(context->txn, dataset->no, dimension, code, &description);
  if (status == STORE_NOT_FOUND)
    description = bytes_of("", 0);
  else if (status != STORE_OK)
    return context_fail_store(context, status, "code");
  if (!message_unpack(context, &bellwether__v1__code__descriptor, description, &message))
    return false;
  message->code = text_new(context, code);
  *ret_code = message;
  return message->code != NULL;
}

bool describer_code(struct describer *describer, const struct dataset_record *dataset,
                    uint8_t dimension, struct bytes code, const Bellwether__V1__Code **ret_code) {
  struct cache_key key = cache_key(CACHED_CODE, dataset->no, dimension, code);
  Bellwether__V1__Code *message = known(describer, &key);
  if (message == NULL && (!load_code(describer->context, dataset, dimension, code, &message) ||
                          !remember(describer, &key, message)))
    return false;
  *ret_code = message;
  return true;
}

bool describer_code_name(struct describer *describer, const struct dataset_record *dataset,
                         uint8_t dimension, struct bytes code, const char **ret_name) {
  const Bellwether__V1__Code *message = NULL;
  if (!describer_code(describer, dataset, dimension, code, &message))
    return false;
  *ret_name = message->name[0] != '\0' ? message->name : message->code;
  return true;
}

static bool get_release(struct describer *describer, uint32_t no,
                        const Bellwether__V1__Release **ret_release) {
  struct context *context = describer->context;
  struct cache_key key = cache_key(CACHED_RELEASE, no, 0, bytes_of("", 0));
  Bellwether__V1__Release *release = known(describer, &key);
  if (release == NULL) {
    struct release_record record;
    enum store_status status = release_get_by_no(context->txn, no, &record);
    if (status != STORE_OK)
      return context_fail_store(context, status, "release");
    if (!describe_release(context, &record, &release) || !remember(describer, &key, release))
      return false;
  }
  *ret_release = release;
  return true;
}

static bool make_entry(struct describer *describer, const Bellwether__V1__Release *release,
                       struct bytes url, bool full, Bellwether__V1__ReleaseEntry **ret_entry) {
  struct context *context = describer->context;
  Bellwether__V1__ReleaseEntry *entry =
      message_new(context, &bellwether__v1__release_entry__descriptor);
  if (entry == NULL)
    return false;
  entry->id = release->id;
  entry->published_at_ms = release->published_at_ms;
  entry->precision = release->precision;
  if (full) {
    entry->publisher = release->publisher;
    entry->title = release->title;
    entry->url = url.size == 0 ? release->url : text_new(context, url);
    if (entry->url == NULL)
      return false;
  }
  *ret_entry = entry;
  return true;
}

/* Series without an address of their own share the release's entry. */
bool describer_release(struct describer *describer, uint32_t release_no, uint64_t handle, bool full,
                       Bellwether__V1__ReleaseEntry **ret_entry) {
  struct context *context = describer->context;
  struct bytes url = bytes_of("", 0);
  if (full && handle != 0) {
    enum store_status status = series_source_url(context->txn, handle, release_no, &url);
    if (status != STORE_OK)
      return context_fail_store(context, status, "series");
  }
  struct cache_key key =
      cache_key(CACHED_ENTRY, release_no, url.size == 0 ? full : handle << 1, bytes_of("", 0));
  const Bellwether__V1__Release *release = NULL;
  Bellwether__V1__ReleaseEntry *entry = known(describer, &key);
  if (entry == NULL &&
      (!get_release(describer, release_no, &release) ||
       !make_entry(describer, release, url, full, &entry) || !remember(describer, &key, entry)))
    return false;
  *ret_entry = entry;
  return true;
}
