/* SPDX-License-Identifier: MIT */
/* JSON from outside: a byte that chooses the type, and text. A message that is read is printed, and
 * what is printed is read as the same message; and the same bytes as a contract of a server. */
#include <assert.h>
#include <string.h>

#include "client/cli/api.h"
#include "client/cli/json_text.h"
#include "client/cli/message_json.h"
#include "client/cli/message_to_json.h"
#include "tests/contract_types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const TYPES[] = {
    "GetObservationsRequest",  "GetLatestRequest", "Reply",   "PutObservationsRequest",
    "GetObservationsResponse", "SearchResponse",   "LoadPart"};

static ProtobufCMessage *read(struct arena *arena, struct bytes text,
                              const ProtobufCMessageDescriptor *type) {
  json_error_t syntax;
  struct message_json_error error;
  json_t *json = json_text_read(text, &syntax);
  ProtobufCMessage *message =
      json == NULL ? NULL : message_from_json_strict(arena, json, type, &error);
  json_decref(json);
  return message;
}

/* To be freed. */
static char *print(const ProtobufCMessage *message, size_t *ret_size) {
  char *text = NULL;
  FILE *out = open_memstream(&text, ret_size);
  json_t *json = message_to_json(message);
  assert(out != NULL && json != NULL);
  json_text_write(out, json, JSON_LAYOUT_LINE);
  json_decref(json);
  fclose(out);
  return text;
}

static void mapping(struct bytes text, const ProtobufCMessageDescriptor *type) {
  struct arena *arena = arena_new(1 << 26);
  const ProtobufCMessage *message = read(arena, text, type);
  if (message != NULL) {
    size_t size = 0, size_again = 0;
    char *once = print(message, &size);
    const ProtobufCMessage *same = read(arena, bytes_of(once, size), type);
    assert(same != NULL);
    char *again = print(same, &size_again);
    assert(bytes_equal(bytes_of(once, size), bytes_of(again, size_again)));
    free(once);
    free(again);
  }
  arena_free(arena);
}

static void contract(struct bytes set) {
  struct arena *arena = arena_new(1 << 26);
  const struct api *api = api_read(arena, set);
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert(out != NULL);
  for (size_t i = 0; api != NULL && i < api->n_items && i < 100; i++)
    api_print(out, api, &api->items[i]);
  fclose(out);
  free(text);
  arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  struct bytes rest = bytes_of(data + 1, size - 1);
  mapping(rest, contract_type(TYPES[data[0] % count_of(TYPES)]));
  contract(rest);
  return 0;
}
