/* SPDX-License-Identifier: MIT */
/* `bellwether export`: whole datasets into files, with all that was ever known. */
#include <inttypes.h>
#include <unistd.h>

#include "client/export/export.h"
#include "client/export/target.h"

static const struct option OPTIONS[] = {
    {"output", "FOLDER|FILE.zip", "where to (or -o)"},
    {"all", NULL, "all datasets of the store"},
    {"force", NULL, "replace what is there already"},
    {NULL, NULL, NULL},
};

/* Loads go on while an export reads; so often it begins again. */
enum { ATTEMPTS = 5 };

/* The run: the ids of what is exported, and the attempt that reads it. */
struct run {
  struct cli *cli;
  const struct arguments *arguments;
  struct arena *arena;
  struct list ids;
};

static bool add_id(struct run *run, const char *id) {
  for (size_t i = 0; i < run->ids.count; i++)
    if (strcmp(run->ids.items[i], id) == 0)
      return true;
  char *copy = arena_text(run->arena, bytes_of_text(id));
  return copy != NULL && list_add(&run->ids, run->arena, copy);
}

static enum exit_code add_page(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__ListDatasetsResponse *response = (const void *)message;
  for (size_t i = 0; i < response->n_datasets; i++)
    if (!add_id(arg, response->datasets[i]->id))
      return EXIT_CODE_REFUSED;
  return EXIT_CODE_OK;
}

static enum exit_code list_all(struct run *run) {
  Bellwether__V1__ListDatasetsRequest request = BELLWETHER__V1__LIST_DATASETS_REQUEST__INIT;
  run->ids = (struct list){.count = 0};
  enum exit_code code =
      rpc_pages(run->cli, "Catalog/ListDatasets", &request.base,
                &bellwether__v1__list_datasets_response__descriptor, add_page, run);
  if (code == EXIT_CODE_OK && run->ids.count == 0) {
    complain(run->cli, "the store has no datasets");
    code = EXIT_CODE_REFUSED;
  }
  return code;
}

/* Asks for each, so that nothing is made for one that is not there. */
static enum exit_code list_given(struct run *run) {
  for (size_t i = 0; i < run->arguments->n_words; i++) {
    Bellwether__V1__GetDatasetRequest request = BELLWETHER__V1__GET_DATASET_REQUEST__INIT;
    scoped(message_free) ProtobufCMessage *message = NULL;
    request.id = text_field(run->arguments->words[i]);
    enum exit_code code = rpc_ask(run->cli, "Catalog/GetDataset", &request.base,
                                  &bellwether__v1__get_dataset_response__descriptor, &message);
    if (code != EXIT_CODE_OK)
      return code;
    if (!add_id(run, request.id))
      return EXIT_CODE_REFUSED;
  }
  return EXIT_CODE_OK;
}

static bool export_one(struct export *export, struct target *target,
                       struct export_dataset *dataset) {
  struct target_files *files = NULL;
  if (!target_add(target, dataset->id, &files))
    return false;
  dataset->json = (struct json_part){.out = unfinished_stream(files->json)};
  dataset->csv = unfinished_stream(files->csv);
  return export_describe(export, dataset) && export_series(export, dataset) &&
         target_seal(target, files);
}

/* All datasets as they were together: what has not changed until the end was so from the
 * beginning. */
static bool export_together(struct run *run, struct export *export, struct target *target,
                            struct export_dataset *datasets) {
  size_t n = run->ids.count;
  for (size_t i = 0; i < n; i++) {
    datasets[i] = (struct export_dataset){.id = run->ids.items[i]};
    if (!export_one(export, target, &datasets[i]))
      return false;
  }
  for (size_t i = 0; i < n; i++)
    if (!export_check(export, &datasets[i]))
      return false;
  if (!argument_given(run->arguments, "all"))
    return true;
  export->code = list_all(run);
  export->changed = export->code == EXIT_CODE_OK && run->ids.count != n;
  return export->code == EXIT_CODE_OK && !export->changed;
}

static void tell(const struct run *run, const struct export_dataset *datasets) {
  for (size_t i = 0; i < run->ids.count; i++)
    fprintf(run->cli->err, "%s: %" PRIu64 " series, %" PRIu64 " rows\n", datasets[i].id,
            datasets[i].n_series, datasets[i].n_rows);
}

/* *ret_changed where it is worth another attempt. */
static enum exit_code attempt(struct run *run, bool *ret_changed) {
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  scoped(target_free) struct target *target = NULL;
  scoped(free) struct export_dataset *datasets = calloc(run->ids.count, sizeof *datasets);
  struct export export = {.cli = run->cli,
                          .arena = arena,
                          .code = EXIT_CODE_REFUSED,
                          .on_terminal = isatty(fileno(run->cli->err)) == 1};
  *ret_changed = false;
  if (arena == NULL || datasets == NULL)
    return EXIT_CODE_REFUSED;
  if (!target_open(run->cli, argument(run->arguments, "output"),
                   argument_given(run->arguments, "force"), &target))
    return EXIT_CODE_REFUSED;
  bool read = export_together(run, &export, target, datasets);
  *ret_changed = !read && export.changed;
  if (!read)
    return export.code;
  if (!target_finish(target))
    return EXIT_CODE_REFUSED;
  tell(run, datasets);
  return EXIT_CODE_OK;
}

static enum exit_code attempt_all(struct run *run) {
  bool changed = false;
  unfinished_begin();
  for (int i = 0; i < ATTEMPTS; i++) {
    enum exit_code code = attempt(run, &changed);
    if (!changed)
      return code;
  }
  complain(run->cli,
           "the store was written to in each of %d attempts; export when nothing is being loaded, "
           "or a copy of the store",
           ATTEMPTS);
  return EXIT_CODE_REFUSED;
}

static enum exit_code run_export(struct cli *cli, const struct arguments *arguments) {
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  struct run run = {.cli = cli, .arguments = arguments, .arena = arena};
  bool all = argument_given(arguments, "all");
  if (arena == NULL)
    return EXIT_CODE_REFUSED;
  if (all == (arguments->n_words > 0))
    return complain_usage(cli, all ? "export --all names no datasets"
                                   : "export needs a DATASET, or --all");
  if (!argument_given(arguments, "output"))
    return complain_usage(cli, "say where to: -o FOLDER, or -o FILE.zip");
  if (!target_check(cli, argument(arguments, "output")))
    return EXIT_CODE_USAGE;
  enum exit_code code = rpc_open(cli);
  if (code == EXIT_CODE_OK)
    code = all ? list_all(&run) : list_given(&run);
  return code == EXIT_CODE_OK ? attempt_all(&run) : code;
}

const struct command cmd_export = {
    .name = "export",
    .words = "DATASET...",
    .summary = "Whole datasets into files, with every release and revision.",
    .examples = "  bellwether export CBEC -o cbec.zip\n"
                "  bellwether export CBEC -o folder\n"
                "  bellwether --db COPY load folder/CBEC.json folder/CBEC.csv\n"
                "  bellwether export --all -o everything.zip\n",
    .details = "Of each dataset a description DATASET.json and the figures DATASET.csv, as\n"
               "`load` reads them: an empty store that has loaded them gives the same answers,\n"
               "as of any day and release. All is of one state of the store: an export that\n"
               "meets a load begins again. The files appear when all of it is written, and the\n"
               "same state makes the same bytes. docs/file-format.md has the details.\n",
    .options = OPTIONS,
    .run = run_export,
};
