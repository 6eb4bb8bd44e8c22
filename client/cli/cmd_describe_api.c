/* SPDX-License-Identifier: MIT */
/* The contract, as the server tells it. */
#include "bellwether/v1/reflection.pb-c.h"
#include "client/cli/api.h"
#include "client/cli/output.h"
#include "client/cli/rpc.h"

#define ARENA_BYTES ((size_t)1 << 30) /* A reply is at most 64 MiB. */

enum { SENTENCE_SIZE = 512 };

static void print_list(struct cli *cli, const struct api *api) {
  char sentence[SENTENCE_SIZE];
  const char *between = "";
  for (size_t i = 0; i < api->n_items; i++) {
    const struct api_item *item = &api->items[i];
    api_first_sentence(api_comment(&item->path), sentence, sizeof sentence);
    if (item->kind == API_SERVICE) {
      fprintf(cli->out, "%s%s\n", between, item->name);
      if (sentence[0] != '\0')
        fprintf(cli->out, "  %s\n", sentence);
      between = "\n";
    }
    if (item->kind != API_METHOD)
      continue;
    fprintf(cli->out, "\n  %s(%s) returns (%s)\n", item->method->name,
            api_short_name(&item->path, item->method->input_type),
            api_short_name(&item->path, item->method->output_type));
    if (sentence[0] != '\0')
      fprintf(cli->out, "    %s\n", sentence);
  }
}

static enum exit_code print_rows(struct cli *cli, const struct api *api) {
  static const struct column COLUMNS[] = {
      {"method", CELL_TEXT}, {"request", CELL_TEXT}, {"response", CELL_TEXT}, {"text", CELL_TEXT}};
  char path[256], sentence[SENTENCE_SIZE];
  struct output *output = output_begin(cli, COLUMNS, count_of(COLUMNS));
  for (size_t i = 0; output != NULL && i < api->n_items; i++) {
    const struct api_item *item = &api->items[i];
    if (item->kind != API_METHOD)
      continue;
    snprintf(path, sizeof path, "%s/%s", item->service->name, item->method->name);
    api_first_sentence(api_comment(&item->path), sentence, sizeof sentence);
    output_text(output, path);
    output_text(output, api_short_name(&item->path, item->method->input_type));
    output_text(output, api_short_name(&item->path, item->method->output_type));
    output_text(output, sentence);
  }
  return output_close(output, EXIT_CODE_OK);
}

static enum exit_code print_item(struct cli *cli, const struct api *api, const char *name) {
  const struct api_item *item = NULL;
  switch (api_find(api, name, &item)) {
  case API_FOUND:
    if (cli->format != FORMAT_TABLE)
      return api_print_rows(cli, api, item);
    api_print(cli->out, api, item);
    return EXIT_CODE_OK;
  case API_AMBIGUOUS:
    complain(cli, "more than one thing is called '%s': say %s, or the other", name, item->name);
    return EXIT_CODE_REFUSED;
  case API_UNKNOWN:
    break;
  }
  complain(cli, "the server's contract has no '%s'%s%s%s", name,
           item != NULL ? "; did you mean '" : "", item != NULL ? item->name : "",
           item != NULL ? "'?" : "");
  return EXIT_CODE_REFUSED;
}

static enum exit_code print(struct cli *cli, const struct arguments *arguments,
                            const Bellwether__V1__GetSchemaResponse *schema) {
  scoped(arena_free) struct arena *arena = arena_new(ARENA_BYTES);
  struct bytes set = bytes_of(schema->file_descriptor_set.data, schema->file_descriptor_set.len);
  struct api *api = arena == NULL ? NULL : api_read(arena, set);
  if (api == NULL) {
    complain(cli, "the server's answer is no FileDescriptorSet");
    return EXIT_CODE_REFUSED;
  }
  if (arguments->n_words > 0)
    return print_item(cli, api, arguments->words[0]);
  if (cli->format != FORMAT_TABLE)
    return print_rows(cli, api);
  print_list(cli, api);
  return EXIT_CODE_OK;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__GetSchemaRequest request = BELLWETHER__V1__GET_SCHEMA_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *response = NULL;
  enum exit_code code = rpc_ask(cli, "Reflection/GetSchema", &request.base,
                                &bellwether__v1__get_schema_response__descriptor, &response);
  if (code != EXIT_CODE_OK)
    return code;
  return print(cli, arguments, (const Bellwether__V1__GetSchemaResponse *)response);
}

static const struct option OPTIONS[] = {{NULL, NULL, NULL}};

const struct command cmd_describe_api = {
    .name = "describe-api",
    .words = "[NAME]",
    .summary = "The contract, as the server tells it: its methods, or one of its names.",
    .examples = "  bellwether describe-api\n"
                "  bellwether describe-api Observations/GetLatest\n"
                "  bellwether describe-api TimePrecision\n"
                "  bellwether describe-api GetLatestRequest --format json\n",
    .details = "NAME is a service, method, message or enum, whole or its end. All is printed as\n"
               "the server tells it, also what this client does not know: in the syntax of\n"
               ".proto files; with --format json, csv and the like in rows, one for each\n"
               "service, method, message, field, enum and value.\n",
    .options = OPTIONS,
    .most_words = 1,
    .run = run,
};
