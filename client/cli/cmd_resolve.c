/* SPDX-License-Identifier: MIT */
/* `bellwether resolve`: keys to handles. */
#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/output.h"
#include "client/cli/rpc.h"

static const struct option NO_OPTIONS[] = {{NULL, NULL, NULL}};

static const struct column COLUMNS[] = {{"series", CELL_TEXT}, {"handle", CELL_NUMBER}};

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__ResolveKeysRequest request = BELLWETHER__V1__RESOLVE_KEYS_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *message = NULL;
  request.n_keys = arguments->n_words;
  request.keys = (char **)(uintptr_t)arguments->words;
  enum exit_code code = rpc_ask(cli, "Catalog/ResolveKeys", &request.base,
                                &bellwether__v1__resolve_keys_response__descriptor, &message);
  if (code != EXIT_CODE_OK)
    return code;
  const Bellwether__V1__ResolveKeysResponse *response = (const void *)message;
  struct output *output = output_begin(cli, COLUMNS, count_of(COLUMNS));
  for (size_t i = 0; i < response->n_handles && i < arguments->n_words; i++) {
    if (response->handles[i] == 0)
      continue;
    output_text(output, arguments->words[i]);
    output_integer(output, (int64_t)response->handles[i]);
  }
  output_end(output);
  for (size_t i = 0; i < response->n_errors; i++)
    rpc_complain_item(cli, arguments->words[response->errors[i]->index],
                      response->errors[i]->status);
  return response->n_errors > 0 ? EXIT_CODE_REFUSED : EXIT_CODE_OK;
}

const struct command cmd_resolve = {
    .name = "resolve",
    .words = "KEY...",
    .summary = "The handles of series: their numbers, for programs that ask often.",
    .examples = "  bellwether resolve CBEC/A.CHN.TRADE._T CBEC/A.CHN.EXPORTS._T\n",
    .options = NO_OPTIONS,
    .least_words = 1,
    .run = run,
};
