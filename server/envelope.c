/* SPDX-License-Identifier: MIT */
#include "server/envelope.h"

#include "proto/envelope.h"
#include "proto/limits.h"
#include "proto/utf8.h"
#include "proto/wire.h"

static const char TRACE_ID[] = "trace-id";

static bool is_named(struct bytes name, const char *text) {
  return bytes_equal(name, bytes_of_text(text));
}

static void keep_known(struct envelope *envelope, struct bytes name, struct bytes value) {
  if (is_named(name, "authorization"))
    envelope->authorization = value;
  else if (is_named(name, "client"))
    envelope->client = value;
  else if (is_named(name, TRACE_ID))
    envelope->trace_id = value;
}

static enum envelope_verdict read_metadata(struct bytes packed, struct envelope *envelope) {
  struct bytes name = {0};
  struct bytes value = {0};
  struct wire_field field;
  while (packed.size > 0) {
    if (!wire_take_field(&packed, &field))
      return ENVELOPE_UNDECODABLE;
    if (field.number != METADATA_NAME && field.number != METADATA_VALUE)
      continue;
    if (field.type != WIRE_BYTES)
      return ENVELOPE_UNDECODABLE;
    *(field.number == METADATA_NAME ? &name : &value) = field.content;
  }
  if (!utf8_is_valid(name) || !utf8_is_valid(value))
    return ENVELOPE_TEXT_INVALID;
  bool named = name.size > 0 && name.size <= LIMIT_METADATA_KEY_BYTES;
  if (!named || value.size > LIMIT_METADATA_BYTES)
    return ENVELOPE_METADATA_INVALID;
  keep_known(envelope, name, value);
  return ++envelope->n_metadata > LIMIT_METADATA_ENTRIES ? ENVELOPE_METADATA_LIMIT : ENVELOPE_GOOD;
}

static enum wire_type type_of(uint32_t number) {
  return number == CALL_TIMEOUT_MS || number == CALL_MAX_REPLY_BYTES ? WIRE_VARINT : WIRE_BYTES;
}

static const char *name_of(uint32_t number) {
  static const char *const names[] = {
      [CALL_METHOD] = "method",         [CALL_REQUEST] = "request",
      [CALL_TIMEOUT_MS] = "timeout_ms", [CALL_METADATA] = "metadata",
      [CALL_REQUEST_ID] = "request_id", [CALL_MAX_REPLY_BYTES] = "max_reply_bytes",
  };
  return names[number];
}

static enum envelope_verdict read_field(const struct wire_field *field, struct envelope *envelope) {
  if (field->type != type_of(field->number))
    return ENVELOPE_UNDECODABLE;
  switch (field->number) {
  case CALL_METHOD:
    envelope->method = field->content;
    return utf8_is_valid(field->content) ? ENVELOPE_GOOD : ENVELOPE_TEXT_INVALID;
  case CALL_REQUEST:
    envelope->request = field->content;
    return ENVELOPE_GOOD;
  case CALL_TIMEOUT_MS:
    envelope->timeout_ms = (uint32_t)field->varint;
    return ENVELOPE_GOOD;
  case CALL_METADATA:
    return read_metadata(field->content, envelope);
  case CALL_REQUEST_ID:
    envelope->request_id = field->content;
    return ENVELOPE_GOOD;
  default:
    envelope->max_reply_bytes = (uint32_t)field->varint;
    return ENVELOPE_GOOD;
  }
}

enum envelope_verdict envelope_read(struct bytes packed, struct envelope *ret_envelope,
                                    const char **ret_field) {
  enum envelope_verdict first_bad = ENVELOPE_GOOD;
  *ret_envelope = (struct envelope){0};
  *ret_field = NULL;
  while (packed.size > 0) {
    struct wire_field field;
    if (!wire_take_field(&packed, &field))
      return ENVELOPE_UNDECODABLE;
    if (field.number > CALL_MAX_REPLY_BYTES)
      continue;
    enum envelope_verdict verdict = read_field(&field, ret_envelope);
    if (verdict != ENVELOPE_GOOD && first_bad == ENVELOPE_GOOD) {
      first_bad = verdict;
      *ret_field = name_of(field.number);
    }
  }
  return first_bad;
}

static size_t metadata_size(struct bytes trace_id) {
  return wire_bytes_size(strlen(TRACE_ID)) + wire_bytes_size(trace_id.size);
}

static size_t number_size(uint64_t value) {
  return value == 0 ? 0 : 1 + wire_varint_size(value);
}

static size_t message_size(const struct packed *message) {
  return message == NULL ? 0 : wire_bytes_size(message->size);
}

size_t reply_size(const struct reply_parts *parts) {
  size_t size = parts->kept.size + message_size(parts->status);
  if (parts->response != NULL && parts->response->size > 0)
    size += message_size(parts->response);
  if (parts->trace_id.size > 0)
    size += wire_bytes_size(metadata_size(parts->trace_id));
  if (parts->kept.size == 0)
    size += number_size(parts->store_revision) + number_size(parts->store_id);
  return size;
}

static uint8_t *put_message(uint8_t *to, uint32_t number, const struct packed *message) {
  return packed_write(message, wire_put_bytes_head(to, number, message->size));
}

static uint8_t *put_metadata(uint8_t *to, struct bytes trace_id) {
  to = wire_put_bytes_head(to, REPLY_METADATA, metadata_size(trace_id));
  to = wire_put_bytes(to, METADATA_NAME, bytes_of_text(TRACE_ID));
  return wire_put_bytes(to, METADATA_VALUE, trace_id);
}

static uint8_t *put_kept(uint8_t *to, struct bytes kept) {
  memcpy(to, kept.data, kept.size);
  return to + kept.size;
}

void reply_write(const struct reply_parts *parts, uint8_t *to) {
  if (parts->status != NULL)
    to = put_message(to, REPLY_STATUS, parts->status);
  if (parts->response != NULL && parts->response->size > 0)
    to = put_message(to, REPLY_RESPONSE, parts->response);
  if (parts->trace_id.size > 0)
    to = put_metadata(to, parts->trace_id);
  if (parts->kept.size > 0)
    to = put_kept(to, parts->kept);
  if (parts->kept.size == 0 && parts->store_revision > 0)
    to = wire_put_varint_field(to, REPLY_STORE_REVISION, parts->store_revision);
  if (parts->kept.size == 0 && parts->store_id > 0)
    wire_put_varint_field(to, REPLY_STORE_ID, parts->store_id);
}
