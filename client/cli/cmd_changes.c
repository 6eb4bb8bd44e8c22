/* SPDX-License-Identifier: MIT */
/* `bellwether changes`: what changed in the store. */
#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/output.h"
#include "client/cli/rpc.h"
#include "proto/instant.h"

static const struct option OPTIONS[] = {
    {"since", "REVISION|TIME",
     "only what changed after this revision of the store, or from that day or time (UTC) on"},
    {"dataset", "DATASET", "only of this dataset"},
    {NULL, NULL, NULL},
};

static const struct column COLUMNS[] = {
    {"revision", CELL_NUMBER}, {"change", CELL_TEXT}, {"subject", CELL_TEXT},
    {"name", CELL_TEXT},       {"at", CELL_TEXT},
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
    char at[INSTANT_TEXT_SIZE] = "";
    output_integer(output, (int64_t)change->revision);
    output_text(output, word(KINDS, count_of(KINDS), (int)change->kind));
    output_text(output, word(SUBJECTS, count_of(SUBJECTS), (int)change->subject));
    output_text(output, change->name);
    if (change->at_ms != 0)
      date_text(change->at_ms, false, at, sizeof at);
    output_text(output, at);
  }
  return EXIT_CODE_OK;
}

/* "12", "2026-03-01", "2026-03-01T10:00". */
static bool read_since(struct cli *cli, const struct arguments *arguments,
                       Bellwether__V1__ListChangesRequest *request) {
  const char *text = argument(arguments, "since");
  uint32_t revision = 0;
  if (text != NULL && strpbrk(text, "-:") != NULL) {
    struct instant_span span;
    enum instant_status status = instant_parse(bytes_of_text(text), &span);
    request->from_ms = status == INSTANT_OK ? span.first_ms : 0;
    if (status != INSTANT_OK)
      complain_usage(cli, "--since \"%s\" %s", text, instant_status_text(status));
    return status == INSTANT_OK;
  }
  if (!argument_number(cli, arguments, "since", UINT32_MAX, &revision))
    return false;
  request->since_revision = revision;
  return true;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__ListChangesRequest request = BELLWETHER__V1__LIST_CHANGES_REQUEST__INIT;
  if (!read_since(cli, arguments, &request))
    return EXIT_CODE_USAGE;
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
                "  bellwether changes --since 2026-03-01\n"
                "  bellwether changes --dataset CBEC\n",
    .options = OPTIONS,
    .no_words = true,
    .run = run,
};
