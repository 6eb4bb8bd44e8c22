/* SPDX-License-Identifier: MIT */
/* From argv to a verb: global options, the verb's own, help. */
#include <assert.h>
#include <errno.h>
#include <unistd.h>

#include "client/cli/choose.h"
#include "client/cli/complete.h"
#include "client/cli/help.h"
#include "client/cli/pager.h"
#include "proto/suggest.h"

const struct command *const COMMANDS[] = {
    &cmd_get,      &cmd_latest,    &cmd_cross,    &cmd_targets, &cmd_list,    &cmd_search,
    &cmd_describe, &cmd_revisions, &cmd_vintages, &cmd_changes, &cmd_resolve, &cmd_load,
    &cmd_delete,   &cmd_status,    &cmd_health,   &cmd_bench,   &cmd_call,    &cmd_describe_api,
    &cmd_export,   &cmd_plot,      NULL,
};

const struct option GLOBAL_OPTIONS[] = {
    {"server", "URL[,URL...]", "the server; else $BELLWETHER_SERVER, else tcp://127.0.0.1:7411"},
    {"db", "FOLDER", "read the store in place, without a server"},
    {"format", "table|csv|tsv|json|jsonl|sdmx-csv", "what to print (table)"},
    {"colour", "auto|always|never", "of tables; auto: on a terminal, where NO_COLOR is not set"},
    {"color", "auto|always|never", NULL},
    {"timeout", "MS", "how long to wait for an answer (10000)"},
    {"token", "TOKEN", "to say who you are; else $BELLWETHER_TOKEN"},
    {"no-pager", NULL, "print long answers as they are; else $BELLWETHER_PAGER shows them"},
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
  GLOBAL_NO_PAGER,
  GLOBAL_HELP,
  GLOBAL_VERSION
};

const struct command *find_command(const char *name) {
  for (size_t i = 0; COMMANDS[i] != NULL; i++)
    if (strcmp(COMMANDS[i]->name, name) == 0)
      return COMMANDS[i];
  return NULL;
}

static enum exit_code unknown_verb(struct cli *cli, const char *name) {
  const char *nearest = NULL;
  size_t least = 3;
  for (size_t i = 0; COMMANDS[i] != NULL; i++) {
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

int find_option(const struct option *options, const char *name) {
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

/* The one option that the text begins, or NULL. */
static const struct option *option_begun(const struct line *line, const char *text) {
  const struct option *lists[] = {line->arguments.options, GLOBAL_OPTIONS}, *begun = NULL;
  for (size_t i = 0; i < count_of(lists); i++) {
    for (const struct option *option = lists[i]; option->name != NULL; option++) {
      if (strncmp(option->name, text, strlen(text)) != 0)
        continue;
      if (begun != NULL)
        return NULL;
      begun = option;
    }
  }
  return begun;
}

static const struct option *nearest_option(const struct line *line, const char *text,
                                           size_t least) {
  const struct option *lists[] = {line->arguments.options, GLOBAL_OPTIONS}, *nearest = NULL;
  for (size_t i = 0; i < count_of(lists); i++) {
    for (const struct option *option = lists[i]; option->name != NULL; option++) {
      size_t distance = suggest_distance(bytes_of_text(text), bytes_of_text(option->name), least);
      if (distance < least) {
        least = distance;
        nearest = option;
      }
    }
  }
  return nearest;
}

/* A beginning of an option is not taken for it: the next version may have another that begins so.
 * Yet it is named. */
static bool unknown_option(const struct line *line, const char *text) {
  scoped(free) char *name = strndup(text, strcspn(text, "="));
  if (name == NULL)
    return false;
  const struct option *begun = option_begun(line, name);
  const struct option *nearest = nearest_option(line, name, begun == NULL ? 3 : 2);
  if (nearest == NULL || nearest == begun)
    nearest = begun, begun = NULL;
  if (nearest == NULL)
    complain_usage(line->cli, "there is no option --%s here", name);
  else
    complain_usage(line->cli, "there is no option --%s here; did you mean --%s%s%s?", name,
                   nearest->name, begun == NULL ? "" : " or --", begun == NULL ? "" : begun->name);
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

/* -o is --output where the verb writes a file. */
static bool is_output(const struct line *line, const char *text) {
  return strcmp(text, "-o") == 0 && line->command != NULL &&
         find_option(line->command->options, "output") >= 0;
}

static bool take_option(struct line *line) {
  const char *text = line->argv[line->at], *name = text[1] == '-' ? text + 2 : "output";
  int own = find_option(line->arguments.options, name);
  assert(own < OPTIONS_MAX);
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
    bool is_option = !only_words && ((text[0] == '-' && text[1] == '-') || is_output(line, text));
    if (is_option && strcmp(text, "--") == 0)
      only_words = true;
    else if (!only_words && strcmp(text, "-h") == 0)
      line->globals[GLOBAL_HELP] = "";
    else if (!(is_option ? take_option(line) : take_word(line)))
      return false;
  }
  return true;
}

static struct pager *begin_pager(struct cli *cli, const struct line *line,
                                 const struct settings *settings) {
  bool unpaged = line->globals[GLOBAL_NO_PAGER] != NULL;
  return unpaged ? NULL : pager_begin(cli, pager_command(settings->pager));
}

/* Help is given whatever is wrong with the settings. */
static enum exit_code help(struct cli *cli, const struct line *line) {
  char text[512];
  scoped(settings_fini) struct settings settings = {.path = NULL};
  if (!settings_read(&settings, text, sizeof text))
    settings = (struct settings){.path = NULL};
  struct pager *pager = begin_pager(cli, line, &settings);
  if (line->command == NULL)
    help_print(cli->out);
  else
    help_print_command(cli->out, line->command);
  return pager_end(cli, pager, EXIT_CODE_OK);
}

static enum exit_code check_words(struct cli *cli, const struct line *line) {
  size_t n_words = line->arguments.n_words, most_words = line->command->most_words;
  if (n_words < line->command->least_words)
    return complain_usage(cli, "%s needs: %s", line->command->name, line->command->words);
  if ((most_words > 0 && n_words > most_words) || (n_words > 0 && line->command->no_words))
    return complain_usage(cli, "%s: '%s' is one word too many", line->command->name,
                          line->arguments.words[most_words]);
  return EXIT_CODE_OK;
}

static enum exit_code run_command(struct cli *cli, const struct line *line) {
  scoped(free) char *owned = NULL;
  scoped(settings_fini) struct settings settings = {.path = NULL};
  const struct given given = {.server = line->globals[GLOBAL_SERVER],
                              .db = line->globals[GLOBAL_DB],
                              .token = line->globals[GLOBAL_TOKEN],
                              .format = line->globals[GLOBAL_FORMAT],
                              .colour = line->globals[GLOBAL_COLOUR] != NULL
                                            ? line->globals[GLOBAL_COLOUR]
                                            : line->globals[GLOBAL_COLOR],
                              .timeout = line->globals[GLOBAL_TIMEOUT],
                              .command = line->command};
  if (!settings_open(cli, &settings) || !choose(cli, &given, &settings, &owned))
    return EXIT_CODE_USAGE;
  cli->writable = line->command->writes;
  struct pager *pager = line->command->unpaged ? NULL : begin_pager(cli, line, &settings);
  enum exit_code code = line->command->run(cli, &line->arguments);
  bellwether_close(cli->client);
  cli->client = NULL;
  return pager_end(cli, pager, code);
}

static enum exit_code run_line(struct cli *cli, const struct line *line) {
  if (line->globals[GLOBAL_VERSION] != NULL) {
    fprintf(cli->out, "bellwether %s\n", BELLWETHER_VERSION);
    return EXIT_CODE_OK;
  }
  if (line->globals[GLOBAL_HELP] != NULL)
    return help(cli, line);
  if (line->command == NULL) {
    help_print(cli->err);
    return EXIT_CODE_USAGE;
  }
  enum exit_code code = check_words(cli, line);
  return code == EXIT_CODE_OK ? run_command(cli, line) : code;
}

enum exit_code cli_run(struct cli *cli, int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], COMPLETE_VERB) == 0)
    return complete(cli, argc - 2, argv + 2);
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
