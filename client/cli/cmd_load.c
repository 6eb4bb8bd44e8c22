/* SPDX-License-Identifier: MIT */
/* `bellwether load`: figures from files into the store, all of them or none. */
#include <signal.h>
#include <unistd.h>

#include "client/cli/rpc.h"
#include "client/files/source.h"
#include "client/load/layout.h"
#include "proto/instant.h"
#include "proto/key.h"

enum { ROWS_BYTES = 32 << 20 };

static const struct option OPTIONS[] = {
    {"dataset", "FILE|DATASET",
     "a description in JSON to load first, or a dataset: whose series the rows name"},
    {"release", "ID", "the release of rows that name none; without it a file is one of its own"},
    {"published", "DATE", "when that release was published; not needed if the store has it"},
    {"publisher", "NAME", "who published it"},
    {"title", "TEXT", "its title"},
    {"url", "URL", "where it can be read"},
    {"as", "FORMAT", "what the files are, where that is not recognised: see below"},
    {"map", "PART=COLUMN,...", "what the columns of a table are: see below"},
    {"encoding", "NAME", "of the files, where it is not UTF-8: cp932, gb18030, latin1, ..."},
    {"frequency", "LETTER", "of dates, where the column of dates does not tell: A S Q M W B D"},
    {"day-first", NULL, "1/2/2024 is the first of February, where the dates do not tell"},
    {"decimal", "MARK", "of figures, . or , where they do not tell: 1,500 in a file with ;"},
    {"keep-going", NULL, "put wrong lines aside, in FILE.rejects.csv, and load the others"},
    {"dry-run", NULL, "only tell what would change"},
    {NULL, NULL, NULL},
};

static bool is_json(const char *file) {
  size_t size = strlen(file);
  return size > 5 && strcmp(file + size - 5, ".json") == 0;
}

static bool is_dataset_id(const char *text) {
  return access(text, F_OK) != 0 && key_check_dataset_id(bytes_of_text(text), NULL) == KEY_OK;
}

static bool choose_dataset(struct load *load, const char *text) {
  if (text == NULL)
    return true;
  if (!is_dataset_id(text))
    return load_descriptions(load, text);
  const struct load_dataset *dataset = NULL;
  if (!load_find_dataset(load, bytes_of_text(text), &dataset))
    return false;
  if (dataset->n_dimensions > 0)
    load->default_dataset = dataset->id;
  else
    load->wanted_dataset = text;
  return true;
}

static bool set_time(struct load *load, struct load_release *release, const char *published) {
  struct load_place place = {.file = "--published"};
  struct instant_span span;
  enum instant_status status = instant_parse(bytes_of_text(published), &span);
  if (status != INSTANT_OK)
    return load_complain(load, place, "\"%s\" %s", published, instant_status_text(status));
  return load_release_time(load, place, release, span.first_ms,
                           span.precision == INSTANT_PRECISION_DAY);
}

/* The release that options describe, for rows that name none. */
static bool choose_release(struct load *load, const struct arguments *arguments) {
  const char *id = argument(arguments, "release"), *published = argument(arguments, "published");
  if (id == NULL) {
    if (published == NULL && !argument_given(arguments, "publisher") &&
        !argument_given(arguments, "title") && !argument_given(arguments, "url"))
      return true;
    return load_complain(load, (struct load_place){.file = "--release"},
                         "is needed with --published, --publisher, --title and --url");
  }
  struct load_release *release =
      load_release(load, (struct load_place){.file = "--release"}, bytes_of_text(id));
  if (release == NULL || (published != NULL && !set_time(load, release, published)))
    return false;
  if (argument_given(arguments, "publisher"))
    release->message.publisher = text_field(argument(arguments, "publisher"));
  if (argument_given(arguments, "title"))
    release->message.title = text_field(argument(arguments, "title"));
  if (argument_given(arguments, "url"))
    release->message.url = text_field(argument(arguments, "url"));
  load->default_release = release;
  return true;
}

/* What nobody heeds is not passed over in silence. */
static bool check_map(struct load *load) {
  if (!argument_given(load->arguments, "map") || load->mapped || load->files.count == 0)
    return true;
  const struct load_file *file = load->files.items[0];
  return load_complain(load, (struct load_place){.file = "--map"},
                       "is for the formats tidy and periods, but %s is read as %s; --as tidy reads "
                       "it otherwise",
                       file->name, file->format);
}

/* Tells of every file what is wrong with it, not only of the first. */
static bool read_files(struct load *load) {
  struct list tables = {0};
  bool read = true;
  for (size_t i = 0; i < load->arguments->n_words; i++) {
    const char *word = load->arguments->words[i];
    if (is_json(word))
      read = load_descriptions(load, word) && read;
    else if (!list_add(&tables, load->kept, (void *)(uintptr_t)word))
      return load_fail_memory(load);
  }
  return load_tables(load, &tables) && read && !load->broken && check_map(load);
}

static bool sort_rows(struct load *load) {
  return spool_sort(load->rows) || load_fail_spool(load);
}

static enum exit_code load_all(struct load *load) {
  const struct arguments *arguments = load->arguments;
  bool read = choose_dataset(load, argument(arguments, "dataset")) &&
              choose_release(load, arguments) && read_files(load) && sort_rows(load) &&
              load_complete_releases(load);
  enum exit_code code = !read ? load->code : load_send(load, argument_given(arguments, "dry-run"));
  if (!load->committed)
    load_tell_formats(load);
  if (load->n_errors > 0)
    complain(load->cli, "%zu error%s; nothing was loaded", load->n_errors,
             load->n_errors == 1 ? "" : "s");
  if (code != EXIT_CODE_OK || !read || load->n_errors > 0)
    return code != EXIT_CODE_OK ? code : EXIT_CODE_REFUSED;
  return load->n_rejected == 0 ? EXIT_CODE_OK : EXIT_CODE_REFUSED;
}

/* The first Ctrl-C gives the load up in good order; a second one ends the program there and then,
 * which leaves the store as it was too. */
static void interrupt(int number) {
  (void)number;
  source_interrupted = 1;
}

static void watch_interrupts(void) {
  struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
  source_interrupted = 0;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

static enum exit_code load_files(struct cli *cli, const struct arguments *arguments) {
  scoped(arena_free) struct arena *kept = arena_new(SIZE_MAX);
  struct load load = {.cli = cli,
                      .arguments = arguments,
                      .arena = arena_new(SIZE_MAX),
                      .kept = kept,
                      .rows = spool_new(ROWS_BYTES),
                      .keep_going = argument_given(arguments, "keep-going")};
  enum exit_code code = EXIT_CODE_REFUSED;
  progress_init(&load.progress, cli->err, cli->screen.utf8);
  progress_begin(&load.progress);
  if (kept == NULL || load.arena == NULL || load.rows == NULL)
    load_fail_memory(&load);
  else
    code = load_all(&load);
  if (source_interrupted && !load.committed)
    complain(cli, "interrupted; nothing was loaded");
  for (size_t i = 0; i < load.sources.count; i++)
    source_close(load.sources.items[i]);
  load_forget(&load);
  return code;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  const char *frequency = argument(arguments, "frequency");
  if (frequency != NULL &&
      (strlen(frequency) != 1 || frequency_from_letter(frequency[0]) == FREQUENCY_NONE))
    return complain_usage(cli, "--frequency %s: it is A, S, Q, M, W, B or D", frequency);
  const char *decimal = argument(arguments, "decimal");
  if (decimal != NULL && strcmp(decimal, ".") != 0 && strcmp(decimal, ",") != 0)
    return complain_usage(cli, "--decimal %s: it is . or ,", decimal);
  if (arguments->n_words == 0 && !argument_given(arguments, "dataset"))
    return complain_usage(cli, "load needs a FILE");
  watch_interrupts();
  enum exit_code code = rpc_open(cli);
  if (code == EXIT_CODE_OK)
    code = load_files(cli, arguments);
  return code;
}

const struct command cmd_load = {
    .name = "load",
    .words = "FILE...",
    .summary = "Figures from files into the store: all of them, or none.",
    .examples = "  bellwether load --dataset cbec.json official.csv\n"
                "  bellwether load --dataset CBEC figures.csv\n"
                "  bellwether load --release R1 --published 2025-01-13 figures.csv\n"
                "  bellwether get CBEC/A... --format csv |\n"
                "    bellwether --db COPY load --dataset cbec.json -\n",
    .details = "A FILE is a table in CSV (- is standard input), or ends in .json and describes\n"
               "datasets, indicators, codes and releases. The columns of a table, in any order:\n"
               "\n"
               "  series       DATASET/CODE.CODE.CODE; without DATASET/ with --dataset. Or one\n"
               "               column for each dimension, named as it is\n"
               "  period       2024, 2024-S1, 2024-Q1, 2024-03, 2024-W12, 2024-03-01 (or\n"
               "               TIME_PERIOD)\n"
               "  value        a number; empty states nothing; . is a missing value (or\n"
               "               OBS_VALUE)\n"
               "  status       a letter of SDMX's CL_OBS_STATUS, T for a target; - withdraws the\n"
               "               observation; empty is A, a normal value (or OBS_STATUS)\n"
               "  release, published, publisher, url\n"
               "               the publication that says so. Rows of the same publisher and\n"
               "               time are one release, where they name none\n"
               "  unit, unit_mult, decimals, title, comment\n"
               "\n"
               "Publishers' files are recognised by what is in them. --as says it where that\n"
               "fails:\n"
               "\n"
               "  long, wide   the table above; with many figures a row, as get --wide prints it\n"
               "  sdmx-csv     SDMX-CSV\n"
               "  world-bank   an economy and indicator a row, a year a column\n"
               "  periods      named columns, then a period a column: BIS, OECD\n"
               "  fred         a date a row, a series a column; fred-md: a vintage a file\n"
               "  vintages     real-time matrices: a period a row, a vintage a column\n"
               "  tidy         named columns, a period a row, one or more columns of values\n"
               "\n"
               "--map says what columns of tidy and periods are: period, period.part (M01 beside\n"
               "a year), value (value=A+B: two), area, indicator, frequency or a dimension's id,\n"
               "each also with .name; :CODE is the same for all rows; comment, status;\n"
               "none=COLUMN passes over.\n"
               "\n"
               "A FILE may be compressed, or an archive: of this, what is no table is passed\n"
               "over.\n"
               "\n"
               "A row that is wrong is named by file and line, and nothing is loaded. Loading\n"
               "the same again changes nothing. docs/file-format.md has the details.\n",
    .options = OPTIONS,
    .writes = true,
    .unpaged = true,
    .run = run,
};
