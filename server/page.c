/* SPDX-License-Identifier: MIT */
#include "server/page.h"

#include <xxhash.h>

#include "server/pack.h"

enum {
  TOKEN_VERSION = 1,
  TOKEN_FIXED_BYTES = 1 + 6 * 8 + 1 + 1, /* without the text */
  TOKEN_CHECK_BYTES = 8,
  TOKEN_MAX_BYTES = TOKEN_FIXED_BYTES + LIMIT_SERIES_KEY_BYTES + TOKEN_CHECK_BYTES,
  /* What a Reply has beside its rows: a trace id of up to 1 KiB, store id and revision, the token.
   */
  REPLY_MARGIN_BYTES = 2048,
};

_Static_assert(TOKEN_MAX_BYTES * 4 / 3 + 2 <= LIMIT_PAGE_TOKEN_BYTES, "every token fits");

/* protobuf-c's buffer that hashes in place of keeping. */
struct hash_buffer {
  ProtobufCBuffer base;
  XXH3_state_t *state;
};

static void hash_append(ProtobufCBuffer *buffer, size_t size, const uint8_t *data) {
  XXH3_64bits_update(((struct hash_buffer *)buffer)->state, data, size);
}

/* Where a type of request has the two fields that all pages have; 0: it has none. */
struct page_fields {
  const ProtobufCMessageDescriptor *type;
  unsigned token;
  unsigned size;
};

static unsigned offset_of(const ProtobufCMessageDescriptor *type, const char *name) {
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(type, name);
  return field == NULL ? 0 : field->offset;
}

/* Searching for them by name takes longer than to remember those of the thread's last request. */
static const struct page_fields *fields_of(const ProtobufCMessage *message) {
  static _Thread_local struct page_fields known;
  const ProtobufCMessageDescriptor *type = message->descriptor;
  if (known.type != type)
    known = (struct page_fields){
        .type = type, .token = offset_of(type, "page_token"), .size = offset_of(type, "page_size")};
  return &known;
}

static char **token_in(ProtobufCMessage *message) {
  unsigned offset = fields_of(message)->token;
  return offset == 0 ? NULL : (char **)(void *)((uint8_t *)message + offset);
}

static uint32_t *size_in(ProtobufCMessage *message) {
  unsigned offset = fields_of(message)->size;
  return offset == 0 ? NULL : (uint32_t *)(void *)((uint8_t *)message + offset);
}

static const char *token_of(const ProtobufCMessage *request) {
  char *const *token = token_in((ProtobufCMessage *)(uintptr_t)request);
  return token == NULL || *token == NULL ? "" : *token;
}

static uint32_t size_of(const ProtobufCMessage *request) {
  const uint32_t *size = size_in((ProtobufCMessage *)(uintptr_t)request);
  return size == NULL ? 0 : *size;
}

/* The request without what may differ from page to page. */
static bool request_hash(struct page *page, uint64_t *ret_hash) {
  const ProtobufCMessageDescriptor *type = page->request->descriptor;
  ProtobufCMessage *copy = arena_alloc(page->context->arena, type->sizeof_message);
  XXH3_state_t *state = XXH3_createState();
  if (copy == NULL || state == NULL) {
    XXH3_freeState(state);
    return context_fail_memory(page->context);
  }
  memcpy(copy, page->request, type->sizeof_message);
  *token_in(copy) = NULL;
  *size_in(copy) = 0;
  XXH3_64bits_reset(state);
  XXH3_64bits_update(state, type->name, strlen(type->name));
  struct hash_buffer buffer = {.base = {.append = hash_append}, .state = state};
  protobuf_c_message_pack_to_buffer(copy, &buffer.base);
  *ret_hash = XXH3_64bits_digest(state);
  XXH3_freeState(state);
  return true;
}

static bool fail_token(struct page *page, const char *why) {
  struct failure failure = {.code = RPC_INVALID_ARGUMENT,
                            .reason = "PAGE_TOKEN_INVALID",
                            .field = "page_token",
                            .hint = "start again without a page_token"};
  return context_fail(page->context, failure, "The page_token %s.", why);
}

static void put(uint8_t **at, const void *data, size_t size) {
  memcpy(*at, data, size);
  *at += size;
}

static void take(const uint8_t **at, void *ret_data, size_t size) {
  memcpy(ret_data, *at, size);
  *at += size;
}

bool page_token_make(struct page *page, const struct page_position *position, char **ret_token) {
  uint8_t data[TOKEN_MAX_BYTES];
  uint8_t *at = data;
  uint8_t head[3] = {TOKEN_VERSION, position->within, (uint8_t)position->text.size};
  uint64_t id = store_id(store_of(page->context->txn)), hash;
  if (!request_hash(page, &hash))
    return false;
  put(&at, head, sizeof head);
  put(&at, &id, sizeof id);
  put(&at, &hash, sizeof hash);
  put(&at, &position->revision, sizeof position->revision);
  put(&at, &position->item, sizeof position->item);
  put(&at, &position->number, sizeof position->number);
  put(&at, &position->ordinal, sizeof position->ordinal);
  if (position->text.size > 0)
    put(&at, position->text.data, position->text.size);
  uint64_t check = XXH3_64bits(data, (size_t)(at - data));
  put(&at, &check, sizeof check);
  char text[LIMIT_PAGE_TOKEN_BYTES];
  base64url_encode(bytes_of(data, (size_t)(at - data)), text);
  *ret_token = arena_text(page->context->arena, bytes_of_text(text));
  return *ret_token != NULL || context_fail_memory(page->context);
}

/* The bytes of a token whose checksum is right. */
static bool token_decode(const char *text, uint8_t data[static LIMIT_PAGE_TOKEN_BYTES],
                         size_t *ret_size) {
  struct bytes letters = bytes_of_text(text);
  uint64_t check;
  size_t size = 0;
  if (letters.size > LIMIT_PAGE_TOKEN_BYTES || !base64url_decode(letters, data, &size) ||
      size < TOKEN_FIXED_BYTES + TOKEN_CHECK_BYTES)
    return false;
  *ret_size = size - TOKEN_CHECK_BYTES;
  memcpy(&check, data + *ret_size, sizeof check);
  return check == XXH3_64bits(data, *ret_size) && data[0] == TOKEN_VERSION &&
         *ret_size == TOKEN_FIXED_BYTES + (size_t)data[2];
}

static bool token_read(struct page *page, const char *text) {
  uint8_t data[LIMIT_PAGE_TOKEN_BYTES];
  size_t size = 0;
  uint64_t id, hash, wanted;
  if (!token_decode(text, data, &size))
    return fail_token(page, "is not one that this server made");
  const uint8_t *at = data + 3;
  take(&at, &id, sizeof id);
  take(&at, &hash, sizeof hash);
  take(&at, &page->from.revision, sizeof page->from.revision);
  take(&at, &page->from.item, sizeof page->from.item);
  take(&at, &page->from.number, sizeof page->from.number);
  take(&at, &page->from.ordinal, sizeof page->from.ordinal);
  page->from.within = data[1] != 0;
  if (id != store_id(store_of(page->context->txn)))
    return fail_token(page, "belongs to another store");
  if (!request_hash(page, &wanted))
    return false;
  if (hash != wanted)
    return fail_token(page,
                      "belongs to another request: all fields but page_size must be the same");
  char *copy = arena_text(page->context->arena, bytes_of(at, data[2]));
  page->from.text = bytes_of(copy, data[2]);
  page->continued = true;
  return copy != NULL || context_fail_memory(page->context);
}

/* What a page_size means where rows are descriptions. */
static size_t rows_of(enum page_kind kind, size_t asked) {
  size_t most = kind == PAGE_RANKED ? LIMIT_SEARCH_RESULTS : LIMIT_PAGE_SERIES;
  if (asked == 0)
    return kind == PAGE_RANKED ? LIMIT_SEARCH_RESULTS_DEFAULT : LIMIT_PAGE_SERIES_DEFAULT;
  return asked < most ? asked : most;
}

static void set_limits(struct page *page, enum page_kind kind) {
  size_t rows = size_of(page->request), limit = page->context->reply_bytes_max;
  bool rows_asked = kind == PAGE_ROWS && rows > 0;
  if (!rows_asked && limit > LIMIT_PAGE_BYTES)
    limit = LIMIT_PAGE_BYTES;
  page->bytes_left = limit > 2 * REPLY_MARGIN_BYTES ? limit - REPLY_MARGIN_BYTES : limit / 2;
  if (kind == PAGE_ROWS)
    page->rows_left = rows == 0 ? SIZE_MAX : rows;
  else
    page->rows_left = rows_of(kind, rows);
}

bool page_begin(struct page *page, struct context *context, enum page_kind kind,
                const ProtobufCMessage *request) {
  *page = (struct page){.context = context, .request = request, .empty = true};
  set_limits(page, kind);
  const char *token = token_of(request);
  page->from.revision = store_revision(context->txn);
  return token[0] == '\0' || token_read(page, token);
}

bool page_takes(struct page *page, size_t bytes) {
  if (!page->empty && (page->rows_left == 0 || bytes > page->bytes_left))
    return false;
  page->empty = false;
  page->rows_left -= page->rows_left > 0 ? 1 : 0;
  page->bytes_left -= bytes < page->bytes_left ? bytes : page->bytes_left;
  return true;
}

bool page_takes_message(struct page *page, const ProtobufCMessage *message) {
  enum { TAG_AND_LENGTH_BYTES = 7 };
  return page_takes(page, pack_size(message) + TAG_AND_LENGTH_BYTES);
}

bool page_unchanged(struct page *page, uint64_t changed_revision, const char *what) {
  if (!page->continued || changed_revision <= page->from.revision)
    return true;
  struct failure failure = {.code = RPC_ABORTED,
                            .reason = "PAGE_CHANGED",
                            .field = "page_token",
                            .hint = "start again without a page_token"};
  return context_fail(page->context, failure, "%s has changed since the page before this one.",
                      what);
}
