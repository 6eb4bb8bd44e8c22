/* SPDX-License-Identifier: MIT */
#include "client/cli/help.h"

#include <unistd.h>

#include "client/cli/settings.h"

enum { WIDTH = 80, INDENT = 31, VERB_INDENT = 15 };

/* Text from a column on, broken between words; the lines that follow begin in the same column. */
static void print_wrapped(FILE *out, const char *text, int indent) {
  int column = indent;
  while (*text != '\0') {
    int size = (int)strcspn(text, " ");
    if (column > indent && column + 1 + size > WIDTH) {
      fprintf(out, "\n%*s", indent, "");
      column = indent;
    } else if (column > indent) {
      fputc(' ', out);
      column++;
    }
    fprintf(out, "%.*s", size, text);
    column += size;
    text += size;
    text += strspn(text, " ");
  }
  fputc('\n', out);
}

static void print_options(FILE *out, const struct option *options) {
  for (; options->name != NULL; options++) {
    if (options->help == NULL) /* another spelling */
      continue;
    bool value = options->value != NULL;
    int size =
        fprintf(out, "  --%s%s%s", options->name, value ? " " : "", value ? options->value : "");
    if (size + 1 < INDENT)
      fprintf(out, "%*s", INDENT - size, "");
    else
      fprintf(out, "\n%*s", INDENT, "");
    print_wrapped(out, options->help, INDENT);
  }
}

/* Where the settings are read from, and what they can be. */
static void print_settings(FILE *out) {
  scoped(free) char *path = settings_path();
  bool there = path != NULL && access(path, R_OK) == 0;
  fprintf(out,
          "\nWhat is not given is taken from the environment, else from a file of settings\n"
          "with lines `name = value`: server, token, format, timeout, pager, colour. It is\n"
          "%s%s.\n",
          path == NULL ? "$BELLWETHER_CONFIG" : path, there ? "" : ", which is not there now");
}

void help_print(FILE *out) {
  fputs("bellwether asks an indicator server for statistics: what is known, since when,\n"
        "from whom.\n\n"
        "  bellwether get CBEC/A.CHN.TRADE._T --from 2020\n"
        "  bellwether get CBEC/A.CHN.TRADE._T --as-of 2023-01-31\n"
        "  bellwether list series 'CBEC/A.CHN..'\n\n"
        "Usage: bellwether [OPTIONS] VERB ...\n\n",
        out);
  for (size_t i = 0; COMMANDS[i] != NULL; i++) {
    fprintf(out, "  %-12s ", COMMANDS[i]->name);
    print_wrapped(out, COMMANDS[i]->summary, VERB_INDENT);
  }
  fputs("  help         what a verb does: `bellwether help get`\n\nOptions, before or behind the "
        "verb:\n",
        out);
  print_options(out, GLOBAL_OPTIONS);
  print_settings(out);
  fputs("\nExit codes: 0 ok, 1 refused or not found, 2 usage, 3 no server could be reached.\n",
        out);
}

/* A line for each way to use the verb: they stand with " | " between. */
static void print_usage(FILE *out, const struct command *command) {
  const char *words = command->words, *start = "Usage:";
  do {
    const char *bar = strstr(words, " | ");
    int size = bar == NULL ? (int)strlen(words) : (int)(bar - words);
    fprintf(out, "%-6s bellwether [OPTIONS] %s%s%.*s\n", start, command->name, size == 0 ? "" : " ",
            size, words);
    words = bar == NULL ? NULL : bar + 3;
    start = "";
  } while (words != NULL);
}

void help_print_command(FILE *out, const struct command *command) {
  fprintf(out, "%s\n\n%s\n", command->summary, command->examples);
  print_usage(out, command);
  if (command->options[0].name != NULL)
    fputs("\n", out);
  print_options(out, command->options);
  if (command->details != NULL)
    fprintf(out, "\n%s", command->details);
  fputs("\nOptions of every verb: --server, --db, --format, --timeout, --token, --no-pager\n"
        "(`bellwether help`).\n",
        out);
}
