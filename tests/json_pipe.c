/* SPDX-License-Identifier: MIT */
/* The JSON mapping for interop_json.py: a line of output for each line of input.
 *
 *   print TYPE HEX    the packed message as JSON
 *   whole TYPE HEX    with what is at its default
 *   read TYPE JSON    "= HEX", or "! PATH: what is wrong" */
#include <stdio.h>

#include "client/cli/json_text.h"
#include "client/cli/message_json.h"
#include "client/cli/message_to_json.h"
#include "tests/contract_types.h"

static unsigned hex_digit(char digit) {
  return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

static size_t bytes_from_hex(const char *hex, uint8_t *ret_bytes) {
  size_t size = strlen(hex) / 2;
  for (size_t i = 0; i < size; i++)
    ret_bytes[i] = (uint8_t)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
  return size;
}

static void print(const ProtobufCMessageDescriptor *type, const char *hex, bool whole) {
  scoped(free) uint8_t *packed = malloc(strlen(hex) + 1);
  if (packed == NULL)
    abort();
  size_t size = bytes_from_hex(hex, packed);
  ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, size, packed);
  if (message == NULL) {
    printf("! undecodable");
    return;
  }
  json_t *json = whole ? message_to_json_whole(message) : message_to_json(message);
  json_text_write(stdout, json, JSON_LAYOUT_LINE);
  json_decref(json);
  protobuf_c_message_free_unpacked(message, NULL);
}

static void print_packed(const ProtobufCMessage *message) {
  size_t size = protobuf_c_message_get_packed_size(message);
  scoped(free) uint8_t *packed = malloc(size + 1);
  if (packed == NULL)
    abort();
  protobuf_c_message_pack(message, packed);
  printf("= ");
  for (size_t i = 0; i < size; i++)
    printf("%02x", packed[i]);
}

static void read(const ProtobufCMessageDescriptor *type, const char *text) {
  json_error_t syntax;
  struct message_json_error error;
  json_t *json = json_text_read(bytes_of_text(text), &syntax);
  if (json == NULL) {
    printf("! %s", syntax.text);
    return;
  }
  scoped(arena_free) struct arena *arena = arena_new(1 << 28);
  const ProtobufCMessage *message = message_from_json_strict(arena, json, type, &error);
  if (message == NULL)
    printf("! %s: %s", error.path, error.problem);
  else
    print_packed(message);
  json_decref(json);
}

static void answer(char *line) {
  char *rest = line, *verb = strsep(&rest, " "), *name = strsep(&rest, " ");
  const ProtobufCMessageDescriptor *type = name == NULL ? NULL : contract_type(name);
  if (type == NULL || rest == NULL)
    printf("! no such type");
  else if (strcmp(verb, "read") == 0)
    read(type, rest);
  else
    print(type, rest, strcmp(verb, "whole") == 0);
  putchar('\n');
}

int main(void) {
  char *line = NULL;
  size_t capacity = 0;
  ssize_t size;
  while ((size = getline(&line, &capacity, stdin)) > 0) {
    line[size - 1] = '\0';
    answer(line);
    fflush(stdout);
  }
  free(line);
  return 0;
}
