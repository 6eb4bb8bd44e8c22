/* SPDX-License-Identifier: MIT */
/* From argv to a verb: global options, the verb's own, help. */
#include <errno.h>
#include <unistd.h>

#include "client/cli/command.h"
#include "proto/suggest.h"

static const struct command *const COMMANDS[] = {
    &cmd_get,      &cmd_latest,    &cmd_cross,    &cmd_targets, &cmd_list,    &cmd_search,
    &cmd_describe, &cmd_revisions, &cmd_vintages, &cmd_changes, &cmd_resolve, &cmd_load,
    &cmd_delete,   &cmd_status,    &cmd_health,   &cmd_bench,
};

static const struct option GLOBAL_OPTIONS[] = {
    {"server", "URL[,URL...]", "the server; else $BELLWETHER_SERVER, else tcp://127.0.0.1:7411"},
    {"db", "FOLDER", "read the store in place, without a server"},
    {"format", "FORMAT", "table (unless told else), csv, tsv, json, jsonl or sdmx-csv"},
    {"colour", "auto|always|never", "of tables; auto: on a terminal, where NO_COLOR is not set"},
    {"color", "auto|always|never", NULL},
    {"timeout", "MS", "how long to wait for an answer (10000)"},
    {"token", "TOKEN", "to say who you are; else $BELLWETHER_TOKEN"},
    {"help", NULL, "this"},
    {"version", NULL, "the version"},
    {NULL, NULL, NULL},
};
enum {
  GLOBAL_SERVER,
  GLOBAL_DB,
  GLOBAL_FORMAT,
  GLOBAL_COLOUR,
  GLOBAL_COLOR,
  GLOBAL_TIMEOUT,
  GLOBAL_TOKEN,
  GLOBAL_HELP,
  GLOBAL_VERSION
};

static void print_options(FILE *out, const struct option *options) {
  enum { LEFT = 28 };
  for (; options->name != NULL; options++) {
    char left[64];
    if (options->help == NULL)
      continue;
    snprintf(left, sizeof left, "--%s %s", options->name,
             options->value == NULL ? "" : options->value);
    if (strlen(left) > LEFT)
      fprintf(out, "  %s\n  %*s %s\n", left, LEFT, "", options->help);
    else
      fprintf(out, "  %-*s %s\n", LEFT, left, options->help);
  }
}

static void print_help(FILE *out) {
  fputs("bellwether asks an indicator server for statistics: what is known, since when, from "
        "whom.\n\n"
        "  bellwether get CBEC/A.CHN.TRADE._T --from 2020\n"
        "  bellwether get CBEC/A.CHN.TRADE._T --as-of 2023-01-31\n"
        "  bellwether list series 'CBEC/A.CHN..'\n\n"
        "Usage: bellwether [OPTIONS] VERB ...\n\n",
        out);
  for (size_t i = 0; i < count_of(COMMANDS); i++)
    fprintf(out, "  %-10s %s\n", COMMANDS[i]->name, COMMANDS[i]->summary);
  fputs("  help       what a verb does: `bellwether help get`\n\nOptions, before or behind the "
        "verb:\n",
        out);
  print_options(out, GLOBAL_OPTIONS);
  fputs("\nExit codes: 0 ok, 1 refused or not found, 2 usage, 3 no server could be reached.\n",
        out);
}

/* A line for each of "datasets | indicators [DATASET]". */
static void print_usage(FILE *out, const struct command *command) {
  const char *words = command->words, *before = "\nUsage:";
  for (bool more = true; more; before = "      ") {
    const char *bar = strstr(words, " | ");
    size_t size = bar == NULL ? strlen(words) : (size_t)(bar - words);
    fprintf(out, "%s bellwether [OPTIONS] %s%s%.*s\n", before, command->name, size == 0 ? "" : " ",
            (int)size, words);
    more = bar != NULL;
    words += more ? size + 3 : 0;
  }
}

static void print_command_help(FILE *out, const struct command *command) {
  fprintf(out, "%s\n\n", command->summary);
  fputs(command->examples, out);
  print_usage(out, command);
  if (command->options[0].name != NULL)
    fputs("\n", out);
  print_options(out, command->options);
  if (command->details != NULL)
    fprintf(out, "\n%s", command->details);
  fputs("\nOptions of every verb: --server, --db, --format, --colour, --timeout, --token "
        "(`bellwether help`).\n",
        out);
}

static const struct command *find_command(const char *name) {
  for (size_t i = 0; i < count_of(COMMANDS); i++)
    if (strcmp(COMMANDS[i]->name, name) == 0)
      return COMMANDS[i];
  return NULL;
}

static enum exit_code unknown_verb(struct cli *cli, const char *name) {
  const char *nearest = NULL;
  size_t least = 3;
  for (size_t i = 0; i < count_of(COMMANDS); i++) {
    size_t distance =
        suggest_distance(bytes_of_text(name), bytes_of_text(COMMANDS[i]->name), least);
    if (distance < least) {
      least = distance;
      nearest = COMMANDS[i]->name;
    }
  }
  if (nearest != NULL)
    return complain_usage(cli, "there is no verb '%s'; did you mean '%s'?", name, nearest);
  return complain_usage(cli, "there is no verb '%s'", name);
}

/* The place of an option in a list, or -1. `name` may be "from=2018". */
static int find_option(const struct option *options, const char *name) {
  size_t length = strcspn(name, "=");
  for (int i = 0; options[i].name != NULL; i++)
    if (strlen(options[i].name) == length && strncmp(options[i].name, name, length) == 0)
      return i;
  return -1;
}

/* A command line while it is read. */
struct line {
  struct cli *cli;
  int argc;
  char **argv;
  int at;
  const struct command *command;
  const char *globals[count_of(GLOBAL_OPTIONS)];
  struct arguments arguments;
};

static const struct option NO_OPTIONS[] = {{NULL, NULL, NULL}};

static bool take_value(struct line *line, const struct option *option, const char **ret_value) {
  const char *text = line->argv[line->at];
  const char *equals = strchr(text, '=');
  if (option->value == NULL && equals == NULL) {
    *ret_value = "";
    return true;
  }
  if (option->value == NULL) {
    complain_usage(line->cli, "--%s takes no value", option->name);
    return false;
  }
  if (equals != NULL)
    *ret_value = equals + 1;
  else if (line->at + 1 < line->argc)
    *ret_value = line->argv[++line->at];
  else {
    complain_usage(line->cli, "--%s needs a value: %s", option->name, option->value);
    return false;
  }
  return true;
}

static bool unknown_option(struct line *line, const char *name) {
  const struct option *lists[] = {line->arguments.options, GLOBAL_OPTIONS};
  for (size_t i = 0; i < count_of(lists); i++)
    for (const struct option *option = lists[i]; option->name != NULL; option++)
      if (suggest_distance(bytes_of_text(name), bytes_of_text(option->name), 3) < 3) {
        complain_usage(line->cli, "there is no option --%s here; did you mean --%s?", name,
                       option->name);
        return false;
      }
  complain_usage(line->cli, "there is no option --%s here", name);
  return false;
}

/* An option with a value is given once: which of two was meant is not for us to say. */
static bool take_once(struct line *line, const struct option *option, const char **value) {
  if (*value != NULL && option->value != NULL) {
    complain_usage(line->cli, "--%s is given twice", option->name);
    return false;
  }
  return take_value(line, option, value);
}

static bool take_option(struct line *line) {
  const char *name = line->argv[line->at] + 2;
  int own = find_option(line->arguments.options, name);
  if (own >= 0)
    return take_once(line, &line->arguments.options[own], &line->arguments.values[own]);
  int global = find_option(GLOBAL_OPTIONS, name);
  if (global >= 0)
    return take_once(line, &GLOBAL_OPTIONS[global], &line->globals[global]);
  return unknown_option(line, name);
}

static bool take_word(struct line *line) {
  const char *word = line->argv[line->at];
  if (line->command == NULL) {
    line->command = find_command(word);
    if (line->command == NULL) {
      if (strcmp(word, "help") == 0)
        line->globals[GLOBAL_HELP] = "";
      else {
        unknown_verb(line->cli, word);
        return false;
      }
    } else {
      line->arguments.options = line->command->options;
    }
    return true;
  }
  line->arguments.words[line->arguments.n_words++] = word;
  return true;
}

static bool read_line(struct line *line) {
  bool only_words = false;
  for (line->at = 1; line->at < line->argc; line->at++) {
    const char *text = line->argv[line->at];
    bool is_option = !only_words && text[0] == '-' && text[1] == '-';
    if (is_option && text[2] == '\0')
      only_words = true;
    else if (!only_words && strcmp(text, "-h") == 0)
      line->globals[GLOBAL_HELP] = "";
    else if (!(is_option ? take_option(line) : take_word(line)))
      return false;
  }
  return true;
}

/* "get, latest or cross": the verbs whose rows are observations. */
static enum exit_code complain_no_observations(struct cli *cli, const char *name) {
  char verbs[128] = "";
  size_t size = 0;
  for (size_t i = 0; i < count_of(COMMANDS); i++)
    if (COMMANDS[i]->observations && size < sizeof verbs)
      size += (size_t)snprintf(verbs + size, sizeof verbs - size, "%s%s", size > 0 ? ", " : "",
                               COMMANDS[i]->name);
  return complain_usage(cli,
                        "%s: its rows are no observations, so SDMX-CSV cannot say them; "
                        "--format sdmx-csv is for: %s",
                        name, verbs);
}

static bool choose_format(struct cli *cli, const struct command *command, const char *text) {
  static const char *const NAMES[] = {
      [FORMAT_TABLE] = "table", [FORMAT_CSV] = "csv",     [FORMAT_TSV] = "tsv",
      [FORMAT_JSON] = "json",   [FORMAT_JSONL] = "jsonl", [FORMAT_SDMX_CSV] = "sdmx-csv"};
  size_t i = 0;
  while (text != NULL && i < count_of(NAMES) && strcmp(text, NAMES[i]) != 0)
    i++;
  if (i == count_of(NAMES)) {
    complain_usage(cli, "--format %s: it is table, csv, tsv, json, jsonl or sdmx-csv", text);
    return false;
  }
  cli->format = (enum format)i;
  if (cli->format == FORMAT_SDMX_CSV && !command->observations) {
    complain_no_observations(cli, command->name);
    return false;
  }
  return true;
}

static bool choose_colour(struct cli *cli, const char *colour, const char *color) {
  const char *text = colour != NULL ? colour : color;
  if (screen_read(cli->out, text, &cli->screen))
    return true;
  complain_usage(cli, "--colour %s: it is auto, always or never", text);
  return false;
}

static bool choose_timeout(struct cli *cli, const char *text) {
  if (text == NULL)
    return true;
  char *end = NULL;
  unsigned long number = strtoul(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end != '\0' || number == 0 || number > 3600000) {
    complain_usage(cli, "--timeout %s: not a number of milliseconds from 1 to 3600000", text);
    return false;
  }
  cli->timeout_ms = (uint32_t)number;
  return true;
}

/* --db FOLDER is the address lmdb:FOLDER. The text lives as long as the run. */
static bool choose_server(struct cli *cli, const struct line *line, char **ret_owned) {
  const char *server = line->globals[GLOBAL_SERVER], *db = line->globals[GLOBAL_DB];
  if (server != NULL && db != NULL) {
    complain_usage(cli, "--server and --db exclude each other");
    return false;
  }
  if (db != NULL) {
    if (asprintf(ret_owned, "lmdb:%s", db) < 0)
      return false;
    cli->servers = *ret_owned;
    return true;
  }
  const char *environment = getenv("BELLWETHER_SERVER");
  bool given = environment != NULL && environment[0] != '\0';
  cli->servers = server != NULL ? server : given ? environment : "tcp://127.0.0.1:7411";
  return true;
}

static enum exit_code help(struct cli *cli, const struct line *line) {
  if (line->command == NULL)
    print_help(cli->out);
  else
    print_command_help(cli->out, line->command);
  return EXIT_CODE_OK;
}

static enum exit_code run_line(struct cli *cli, struct line *line) {
  if (line->globals[GLOBAL_VERSION] != NULL) {
    fprintf(cli->out, "bellwether %s\n", BELLWETHER_VERSION);
    return EXIT_CODE_OK;
  }
  if (line->globals[GLOBAL_HELP] != NULL)
    return help(cli, line);
  if (line->command == NULL) {
    print_help(cli->err);
    return EXIT_CODE_USAGE;
  }
  size_t n_words = line->arguments.n_words, most_words = line->command->most_words;
  if (n_words < line->command->least_words)
    return complain_usage(cli, "%s needs: %s", line->command->name, line->command->words);
  if ((most_words > 0 && n_words > most_words) || (n_words > 0 && line->command->no_words))
    return complain_usage(cli, "%s: '%s' is one word too many", line->command->name,
                          line->arguments.words[most_words]);
  scoped(free) char *owned = NULL;
  if (!choose_format(cli, line->command, line->globals[GLOBAL_FORMAT]) ||
      !choose_colour(cli, line->globals[GLOBAL_COLOUR], line->globals[GLOBAL_COLOR]) ||
      !choose_timeout(cli, line->globals[GLOBAL_TIMEOUT]) || !choose_server(cli, line, &owned))
    return EXIT_CODE_USAGE;
  cli->token = line->globals[GLOBAL_TOKEN] != NULL ? line->globals[GLOBAL_TOKEN]
                                                   : getenv("BELLWETHER_TOKEN");
  cli->writable = line->command->writes;
  enum exit_code code = line->command->run(cli, &line->arguments);
  bellwether_close(cli->client);
  cli->client = NULL;
  return code;
}

enum exit_code cli_run(struct cli *cli, int argc, char **argv) {
  struct line line = {.cli = cli, .argc = argc, .argv = argv, .arguments = {.options = NO_OPTIONS}};
  line.arguments.words = calloc((size_t)argc + 1, sizeof *line.arguments.words);
  if (line.arguments.words == NULL)
    return EXIT_CODE_REFUSED;
  enum exit_code code = read_line(&line) ? run_line(cli, &line) : EXIT_CODE_USAGE;
  free((void *)line.arguments.words);
  if (fflush(cli->out) != 0 && code == EXIT_CODE_OK) {
    complain(cli, "cannot write the output: %s", strerror(errno));
    code = EXIT_CODE_REFUSED;
  }
  return code;
}
