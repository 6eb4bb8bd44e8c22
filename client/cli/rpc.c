/* SPDX-License-Identifier: MIT */
#include "client/cli/rpc.h"

#include <assert.h>
#include <sys/random.h>

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
                                       .in_flight = cli->in_flight,
                                       .alone = cli->alone,
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

/* "KEY: what is wrong; what to do", with the item in front unless the sentence names it itself. */
void rpc_complain_item(struct cli *cli, const char *item, const Bellwether__V1__Status *status) {
  const char *hint = status->n_details > 0 ? status->details[0]->hint : "";
  bool named = strstr(status->message, item) != NULL;
  int size = (int)strlen(status->message);
  if (size > 0 && status->message[size - 1] == '.')
    size--;
  complain(cli, "%s%s%.*s%s%s", named ? "" : item, named ? "" : ": ", size, status->message,
           hint[0] != '\0' ? "; " : "", hint);
}

enum exit_code rpc_complain_call(struct cli *cli, enum bellwether_status status,
                                 const struct bellwether_reply *reply) {
  if (status == BELLWETHER_REFUSED)
    complain_refused(cli, bellwether_reply_message(reply), bellwether_reply_reason(reply),
                     bellwether_reply_field(reply), bellwether_reply_hint(reply));
  else
    complain(cli, "%s: %s", cli->servers, bellwether_status_text(status));
  return exit_code_of(status);
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

struct question {
  const char *method;
  const ProtobufCMessage *request;
  const ProtobufCMessageDescriptor *response;
  bool write;
  bool patient;
  const char *absent_reason; /* NULL: every error is one */
};

enum { CODE_DEADLINE_EXCEEDED = 4 };

static bool is_late(enum bellwether_status status, const struct bellwether_reply *reply) {
  return status == BELLWETHER_TIMEOUT ||
         (status == BELLWETHER_REFUSED && bellwether_reply_code(reply) == CODE_DEADLINE_EXCEEDED);
}

static enum bellwether_status call(struct cli *cli, const struct question *question,
                                   const struct bellwether_call *call,
                                   struct bellwether_reply **ret_reply) {
  enum bellwether_status status = bellwether_call(cli->client, call, ret_reply);
  while (question->patient && is_late(status, *ret_reply)) {
    bellwether_reply_free(*ret_reply);
    status = bellwether_call(cli->client, call, ret_reply);
  }
  return status;
}

static bool is_absent(const struct question *question, enum bellwether_status status,
                      const struct bellwether_reply *reply) {
  return question->absent_reason != NULL && status == BELLWETHER_REFUSED &&
         strcmp(bellwether_reply_reason(reply), question->absent_reason) == 0;
}

static enum exit_code send_packed(struct cli *cli, const struct question *question,
                                  struct bytes packed, ProtobufCMessage **ret_response) {
  char path[128];
  uint8_t request_id[16];
  struct bellwether_reply *reply = NULL;
  snprintf(path, sizeof path, "/bellwether.v1.%s", question->method);
  if (question->write && getrandom(request_id, sizeof request_id, 0) != sizeof request_id)
    return EXIT_CODE_REFUSED;
  struct bellwether_call asked = {.method = path,
                                  .request = packed.data,
                                  .request_size = packed.size,
                                  .write = question->write,
                                  .request_id = question->write ? request_id : NULL};
  enum bellwether_status status = call(cli, question, &asked, &reply);
  enum exit_code code = exit_code_of(status);
  if (status == BELLWETHER_OK)
    code = unpack(cli, reply, question->response, ret_response);
  else if (is_absent(question, status, reply))
    code = EXIT_CODE_OK;
  else
    code = rpc_complain_call(cli, status, reply);
  bellwether_reply_free(reply);
  return code;
}

static enum exit_code ask(struct cli *cli, const struct question *question,
                          ProtobufCMessage **ret_response) {
  enum exit_code code = rpc_open(cli);
  if (code != EXIT_CODE_OK)
    return code;
  size_t size = protobuf_c_message_get_packed_size(question->request);
  scoped(free) uint8_t *packed = malloc(size + 1);
  if (packed == NULL) {
    complain(cli, "out of memory");
    return EXIT_CODE_REFUSED;
  }
  protobuf_c_message_pack(question->request, packed);
  return send_packed(cli, question, bytes_of(packed, size), ret_response);
}

enum exit_code rpc_ask(struct cli *cli, const char *method, const ProtobufCMessage *request,
                       const ProtobufCMessageDescriptor *response,
                       ProtobufCMessage **ret_response) {
  struct question question = {.method = method, .request = request, .response = response};
  return ask(cli, &question, ret_response);
}

enum exit_code rpc_write(struct cli *cli, const char *method, const ProtobufCMessage *request,
                         const ProtobufCMessageDescriptor *response,
                         ProtobufCMessage **ret_response) {
  struct question question = {
      .method = method, .request = request, .response = response, .write = true};
  return ask(cli, &question, ret_response);
}

enum exit_code rpc_write_patiently(struct cli *cli, const char *method,
                                   const ProtobufCMessage *request,
                                   const ProtobufCMessageDescriptor *response,
                                   ProtobufCMessage **ret_response) {
  struct question question = {
      .method = method, .request = request, .response = response, .write = true, .patient = true};
  return ask(cli, &question, ret_response);
}

enum exit_code rpc_find(struct cli *cli, const char *method, const ProtobufCMessage *request,
                        const char *absent_reason, const ProtobufCMessageDescriptor *response,
                        ProtobufCMessage **ret_response) {
  struct question question = {
      .method = method, .request = request, .response = response, .absent_reason = absent_reason};
  return ask(cli, &question, ret_response);
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
  /* Where nobody reads what is printed, nothing more has to be asked. */
  while (more && ferror(cli->out) == 0 && token != NULL && code == EXIT_CODE_OK) {
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
