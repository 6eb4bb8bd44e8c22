/* SPDX-License-Identifier: MIT */
/* Any method, JSON in and JSON out. */
#include <errno.h>

#include "client/cli/json_text.h"
#include "client/cli/message_json.h"
#include "client/cli/message_to_json.h"
#include "client/cli/methods.h"
#include "client/cli/rpc.h"

#define ARENA_BYTES                                                                                \
  ((size_t)1 << 31) /* A request of 64 MiB may be some 1 GiB of small messages.                    \
                     */

struct answer {
  struct cli *cli;
  enum json_layout layout;
  bool defaults;
};

static void json_free(json_t *json) {
  json_decref(json);
}
SCOPED_POINTER(json_t, json_free)

/* All of a stream, to be freed; NULL with errno set. */
static char *read_stream(FILE *stream, size_t *ret_size) {
  char chunk[1 << 16], *text = NULL;
  size_t n;
  FILE *copy = open_memstream(&text, ret_size);
  if (copy == NULL)
    return NULL;
  while ((n = fread(chunk, 1, sizeof chunk, stream)) > 0)
    fwrite(chunk, 1, n, copy);
  bool failed = ferror(stream) || ferror(copy);
  int code = errno;
  if (fclose(copy) == 0 && !failed)
    return text;
  free(text);
  errno = code;
  return NULL;
}

/* What "-", "@FILE" or the JSON itself stands for. */
static char *request_text(struct cli *cli, const char *word, size_t *ret_size) {
  char *text = NULL;
  if (word[0] != '@' && strcmp(word, "-") != 0) {
    *ret_size = strlen(word);
    text = strdup(word);
  } else if (word[0] == '-') {
    text = read_stream(stdin, ret_size);
  } else {
    FILE *stream = fopen(word + 1, "re");
    if (stream != NULL) {
      text = read_stream(stream, ret_size);
      fclose(stream);
    }
  }
  if (text == NULL)
    complain(cli, "%s cannot be read: %s", word[0] == '@' ? word + 1 : "standard input",
             strerror(errno));
  return text;
}

static bool is_blank(const char *text, size_t size) {
  return strspn(text, " \t\r\n") >= size;
}

static json_t *parse(struct cli *cli, const char *word) {
  size_t size = 0;
  json_error_t error;
  scoped(free) char *text = request_text(cli, word, &size);
  if (text == NULL)
    return NULL;
  if (is_blank(text, size))
    return json_object();
  json_t *json = json_text_read(bytes_of(text, size), &error);
  if (json == NULL)
    complain(cli, "the request is no JSON: line %d, column %d: %s", error.line, error.column,
             error.text);
  return json;
}

static ProtobufCMessage *read_request(struct cli *cli, struct arena *arena, const char *word,
                                      const ProtobufCMessageDescriptor *descriptor) {
  struct message_json_error error;
  scoped(json_free) json_t *json = parse(cli, word);
  if (json == NULL)
    return NULL;
  ProtobufCMessage *request = message_from_json_strict(arena, json, descriptor, &error);
  bool listed = error.path[0] == '\0' || error.path[0] == '[';
  if (request == NULL)
    complain(cli, "$%s%s: %s", listed ? "" : ".", error.path, error.problem);
  return request;
}

static enum exit_code print(void *arg, const ProtobufCMessage *response) {
  struct answer *answer = arg;
  scoped(json_free) json_t *json =
      answer->defaults ? message_to_json_whole(response) : message_to_json(response);
  if (json == NULL) {
    complain(answer->cli, "out of memory");
    return EXIT_CODE_REFUSED;
  }
  json_text_write(answer->cli->out, json, answer->layout);
  fputc('\n', answer->cli->out);
  return EXIT_CODE_OK;
}

static const ProtobufCFieldDescriptor *text_field_of(const ProtobufCMessageDescriptor *descriptor,
                                                     const char *name) {
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(descriptor, name);
  return field != NULL && field->type == PROTOBUF_C_TYPE_STRING ? field : NULL;
}

/* All pages are those from the first one. */
static bool has_page_token(const ProtobufCMessage *request) {
  const ProtobufCFieldDescriptor *field = text_field_of(request->descriptor, "page_token");
  char *token;
  memcpy(&token, (const uint8_t *)request + field->offset, sizeof token);
  return token[0] != '\0';
}

static enum exit_code call(struct answer *answer, const struct method_choice *method,
                           ProtobufCMessage *request, bool all_pages) {
  struct cli *cli = answer->cli;
  scoped(message_free) ProtobufCMessage *response = NULL;
  if (all_pages && has_page_token(request))
    return complain_usage(cli, "--all-pages begins with the first page: leave pageToken out");
  if (all_pages)
    return rpc_pages(cli, method->path, request, method->response, print, answer);
  cli->writable = method->writes;
  enum exit_code code = method->writes
                            ? rpc_write(cli, method->path, request, method->response, &response)
                            : rpc_ask(cli, method->path, request, method->response, &response);
  return code == EXIT_CODE_OK ? print(answer, response) : code;
}

static enum exit_code complain_method(struct cli *cli, const char *name,
                                      const struct method_choice *method, enum method_found found) {
  if (found == METHOD_AMBIGUOUS)
    return complain_usage(cli, "more than one service has a method '%s': say %s, or the other",
                          name, method->path);
  if (method->path[0] != '\0')
    return complain_usage(cli, "this client does not know the method '%s'; did you mean '%s'?",
                          name, method->path);
  return complain_usage(
      cli,
      "this client does not know the method '%s'; `bellwether describe-api` lists the server's",
      name);
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  struct method_choice method;
  bool all_pages = argument_given(arguments, "all-pages");
  bool line = all_pages || argument_given(arguments, "compact");
  struct answer answer = {.cli = cli,
                          .layout = line ? JSON_LAYOUT_LINE : JSON_LAYOUT_PRETTY,
                          .defaults = argument_given(arguments, "defaults")};
  if (cli->format == FORMAT_CSV)
    return complain_usage(cli, "--format csv: call prints JSON");
  enum method_found found = method_choose(arguments->words[0], &method);
  if (found != METHOD_FOUND)
    return complain_method(cli, arguments->words[0], &method, found);
  if (all_pages && (text_field_of(method.request, "page_token") == NULL ||
                    text_field_of(method.response, "next_page_token") == NULL))
    return complain_usage(cli, "--all-pages: %s does not answer in pages", method.path);
  scoped(arena_free) struct arena *arena = arena_new(ARENA_BYTES);
  if (arena == NULL) {
    complain(cli, "out of memory");
    return EXIT_CODE_REFUSED;
  }
  const char *word = arguments->n_words > 1 ? arguments->words[1] : "{}";
  ProtobufCMessage *request = read_request(cli, arena, word, method.request);
  return request == NULL ? EXIT_CODE_USAGE : call(&answer, &method, request, all_pages);
}

static const struct option OPTIONS[] = {
    {"all-pages", NULL, "ask until the last page; a page a line"},
    {"compact", NULL, "print the answer on one line"},
    {"defaults", NULL, "print what is zero or empty, too"},
    {NULL, NULL, NULL},
};

const struct command cmd_call = {
    .name = "call",
    .words = "METHOD [JSON|-|@FILE]",
    .summary = "Any method of the server: JSON in, JSON out.",
    .examples = "  bellwether call GetLatest '{\"keys\": [\"CBEC/A.CHN.TRADE._T\"]}'\n"
                "  bellwether call Catalog/ListSeries '{\"pattern\": \"CBEC/A...\"}' --all-pages\n"
                "  bellwether call Ingest/PutRelease @release.json\n",
    .details = "METHOD is Service/Method, or the method alone; `bellwether describe-api` lists\n"
               "them, and `bellwether describe-api GetLatest` shows what one takes. The request\n"
               "is JSON by proto3's mapping, an empty one if none is given; `-` reads standard\n"
               "input. 64-bit integers are printed as text. A method that writes gets a request\n"
               "id of its own.\n",
    .options = OPTIONS,
    .least_words = 1,
    .most_words = 2,
    .run = run,
};
