/* SPDX-License-Identifier: MIT */
#include "client/cli/rpc.h"

#include <assert.h>

static enum exit_code exit_code_of(enum bellwether_status status) {
  switch (status) {
  case BELLWETHER_OK:
    return EXIT_CODE_OK;
  case BELLWETHER_UNREACHABLE:
  case BELLWETHER_TIMEOUT:
    return EXIT_CODE_UNREACHABLE;
  case BELLWETHER_REFUSED:
  case BELLWETHER_INVALID:
  case BELLWETHER_TOO_LARGE:
  case BELLWETHER_NO_MEMORY:
  case BELLWETHER_CLOSED:
    return EXIT_CODE_REFUSED;
  }
  return EXIT_CODE_REFUSED;
}

enum exit_code rpc_open(struct cli *cli) {
  char text[512] = "";
  if (cli->client != NULL)
    return EXIT_CODE_OK;
  struct bellwether_options options = {.servers = cli->servers,
                                       .timeout_ms = cli->timeout_ms,
                                       .token = cli->token,
                                       .name = "bellwether " BELLWETHER_VERSION,
                                       .writable = cli->writable};
  enum bellwether_status status = bellwether_open(&options, &cli->client, text, sizeof text);
  if (status != BELLWETHER_OK)
    complain(cli, "%s", text[0] != '\0' ? text : bellwether_status_text(status));
  return exit_code_of(status);
}

static void complain_refused(struct cli *cli, const char *message, const char *reason,
                             const char *field, const char *hint) {
  complain(cli, "%s", message);
  if (field[0] != '\0')
    fprintf(cli->err, "  field: %s\n", field);
  if (hint[0] != '\0')
    fprintf(cli->err, "  hint: %s\n", hint);
  if (reason[0] != '\0')
    fprintf(cli->err, "  reason: %s\n", reason);
}

void rpc_complain_item(struct cli *cli, const char *item, const Bellwether__V1__Status *status) {
  const char *hint = status->n_details > 0 ? status->details[0]->hint : "";
  complain(cli, "%s: %s%s%s", item, status->message, hint[0] != '\0' ? "; " : "", hint);
}

static void complain_call(struct cli *cli, enum bellwether_status status,
                          const struct bellwether_reply *reply) {
  if (status == BELLWETHER_REFUSED)
    complain_refused(cli, bellwether_reply_message(reply), bellwether_reply_reason(reply),
                     bellwether_reply_field(reply), bellwether_reply_hint(reply));
  else
    complain(cli, "%s: %s", cli->servers, bellwether_status_text(status));
}

static enum exit_code unpack(struct cli *cli, const struct bellwether_reply *reply,
                             const ProtobufCMessageDescriptor *descriptor,
                             ProtobufCMessage **ret_response) {
  size_t size = 0;
  const uint8_t *response = bellwether_reply_response(reply, &size);
  ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, NULL, size, response);
  if (message == NULL) {
    complain(cli, "the server's answer is no %s", descriptor->name);
    return EXIT_CODE_REFUSED;
  }
  *ret_response = message;
  return EXIT_CODE_OK;
}

static enum exit_code ask(struct cli *cli, const char *method, const ProtobufCMessage *request,
                          const ProtobufCMessageDescriptor *descriptor, bool write,
                          ProtobufCMessage **ret_response) {
  enum exit_code code = rpc_open(cli);
  if (code != EXIT_CODE_OK)
    return code;
  char path[128];
  snprintf(path, sizeof path, "/bellwether.v1.%s", method);
  size_t size = protobuf_c_message_get_packed_size(request);
  scoped(free) uint8_t *packed = malloc(size + 1);
  if (packed == NULL)
    return EXIT_CODE_REFUSED;
  protobuf_c_message_pack(request, packed);
  struct bellwether_call call = {
      .method = path, .request = packed, .request_size = size, .write = write};
  struct bellwether_reply *reply = NULL;
  enum bellwether_status status = bellwether_call(cli->client, &call, &reply);
  if (status == BELLWETHER_OK)
    code = unpack(cli, reply, descriptor, ret_response);
  else {
    complain_call(cli, status, reply);
    code = exit_code_of(status);
  }
  bellwether_reply_free(reply);
  return code;
}

enum exit_code rpc_ask(struct cli *cli, const char *method, const ProtobufCMessage *request,
                       const ProtobufCMessageDescriptor *response,
                       ProtobufCMessage **ret_response) {
  return ask(cli, method, request, response, false, ret_response);
}

enum exit_code rpc_write(struct cli *cli, const char *method, const ProtobufCMessage *request,
                         const ProtobufCMessageDescriptor *response,
                         ProtobufCMessage **ret_response) {
  return ask(cli, method, request, response, true, ret_response);
}

static char **field_of(const ProtobufCMessage *message, const char *name) {
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
  assert(field != NULL && field->type == PROTOBUF_C_TYPE_STRING);
  return (char **)(void *)((uint8_t *)(uintptr_t)message + field->offset);
}

enum exit_code rpc_pages(struct cli *cli, const char *method, ProtobufCMessage *request,
                         const ProtobufCMessageDescriptor *response, page_reader *read, void *arg) {
  char **page_token = field_of(request, "page_token");
  scoped(free) char *token = strdup("");
  enum exit_code code = EXIT_CODE_OK;
  bool more = true;
  while (more && token != NULL && code == EXIT_CODE_OK) {
    scoped(message_free) ProtobufCMessage *page = NULL;
    *page_token = token;
    code = rpc_ask(cli, method, request, response, &page);
    if (code != EXIT_CODE_OK)
      break;
    const char *next = *field_of(page, "next_page_token");
    more = next[0] != '\0';
    code = read(arg, page);
    free(token);
    token = strdup(next);
  }
  *page_token = text_field(NULL);
  return code;
}
