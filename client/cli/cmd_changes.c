/* SPDX-License-Identifier: MIT */
/* `bellwether changes`: what changed in the store. */
#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/output.h"
#include "client/cli/rpc.h"

static const struct option OPTIONS[] = {
    {"since", "REVISION", "only what changed after this revision of the store"},
    {"dataset", "DATASET", "only of this dataset"},
    {NULL, NULL, NULL},
};

static const struct column COLUMNS[] = {
    {"revision", CELL_NUMBER},
    {"change", CELL_TEXT},
    {"subject", CELL_TEXT},
    {"name", CELL_TEXT},
};

static const char *word(const char *const *words, size_t n, int number) {
  return number >= 0 && (size_t)number < n ? words[number] : "?";
}

static enum exit_code print_page(void *output, const ProtobufCMessage *message) {
  static const char *const KINDS[] = {"?", "inserted", "updated", "deleted"};
  static const char *const SUBJECTS[] = {"?",     "dataset", "indicators",
                                         "codes", "series",  "release"};
  const Bellwether__V1__ListChangesResponse *response = (const void *)message;
  for (size_t i = 0; i < response->n_changes; i++) {
    const Bellwether__V1__Change *change = response->changes[i];
    output_integer(output, (int64_t)change->revision);
    output_text(output, word(KINDS, count_of(KINDS), (int)change->kind));
    output_text(output, word(SUBJECTS, count_of(SUBJECTS), (int)change->subject));
    output_text(output, change->name);
  }
  return EXIT_CODE_OK;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__ListChangesRequest request = BELLWETHER__V1__LIST_CHANGES_REQUEST__INIT;
  uint32_t since = 0;
  if (!argument_number(cli, arguments, "since", UINT32_MAX, &since))
    return EXIT_CODE_USAGE;
  request.since_revision = since;
  request.dataset = text_field(argument(arguments, "dataset"));
  struct output *output = output_begin(cli, COLUMNS, count_of(COLUMNS));
  return output_close(output, rpc_pages(cli, "Catalog/ListChanges", &request.base,
                                        &bellwether__v1__list_changes_response__descriptor,
                                        print_page, output));
}

const struct command cmd_changes = {
    .name = "changes",
    .words = "",
    .summary = "What was inserted, updated and deleted, by revision of the store.",
    .examples = "  bellwether changes --since 12\n"
                "  bellwether changes --dataset CBEC\n",
    .options = OPTIONS,
    .no_words = true,
    .run = run,
};
