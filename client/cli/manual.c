/* SPDX-License-Identifier: MIT */
/* Fills a manual page in: `manual PAGE` copies it, with the rows of the verbs in place of the lines
 * `.\" @OPTIONS@`, `.\" @VERBS@` and `.\" @VERSION@`. Run by the build, so that the page says what
 * the program takes. */
#include <errno.h>

#include "client/cli/command.h"

/* Text as it stands: nothing in it is a request, and its hyphens and quotes can be pasted. `start`:
 * at the beginning of a line. */
static void print_escaped(const char *text, bool start) {
  if (start && (*text == '.' || *text == '\''))
    fputs("\\&", stdout);
  for (; *text != '\0'; text++) {
    switch (*text) {
    case '\\':
      fputs("\\e", stdout);
      break;
    case '-':
      fputs("\\-", stdout);
      break;
    case '\'':
      fputs("\\(aq", stdout);
      break;
    case '`':
      fputs("\\(ga", stdout);
      break;
    case '"':
      fputs("\\(dq", stdout);
      break;
    case '^':
      fputs("\\(ha", stdout);
      break;
    case '~':
      fputs("\\(ti", stdout);
      break;
    default:
      putchar(*text);
    }
  }
}

static void print_options(const struct option *options) {
  if (options->name == NULL)
    return;
  puts(".Bl -tag -width Ds");
  for (; options->name != NULL; options++) {
    if (options->help == NULL) /* another spelling */
      continue;
    printf(".It Fl \\-%s", options->name);
    if (options->value != NULL) {
      fputs(" Ar \"", stdout);
      print_escaped(options->value, false);
      putchar('"');
    }
    putchar('\n');
    print_escaped(options->help, true);
    putchar('\n');
  }
  puts(".El");
}

/* Lines that are laid out already; their own indentation goes, since the page has one. */
static void print_lines(const char *text) {
  size_t indent = strspn(text, " ");
  puts(".Bd -literal -compact");
  while (*text != '\0') {
    size_t size = strcspn(text, "\n"), blanks = strspn(text, " ");
    scoped(free) char *line = strndup(text, size);
    size_t from = blanks < indent ? blanks : indent;
    if (line != NULL && from < size)
      print_escaped(line + from, true);
    putchar('\n');
    text += size + (text[size] == '\n');
  }
  puts(".Ed");
}

static void print_usage(const struct command *command) {
  const char *words = command->words;
  puts(".Bd -literal -compact");
  while (words != NULL) {
    const char *bar = strstr(words, " | ");
    scoped(free) char *way = strndup(words, bar == NULL ? strlen(words) : (size_t)(bar - words));
    printf("bellwether %s", command->name);
    if (way != NULL && way[0] != '\0') {
      putchar(' ');
      print_escaped(way, false);
    }
    putchar('\n');
    words = bar == NULL ? NULL : bar + 3;
  }
  puts(".Ed");
}

static void print_verb(const struct command *command) {
  printf(".Ss %s\n", command->name);
  print_escaped(command->summary, true);
  puts("\n.Pp");
  print_usage(command);
  if (command->options[0].name != NULL)
    print_options(command->options);
  if (command->details != NULL) {
    puts(".Pp");
    print_lines(command->details);
  }
  puts(".Pp\nExamples:\n.Pp");
  print_lines(command->examples);
}

static void print_verbs(void) {
  for (size_t i = 0; COMMANDS[i] != NULL; i++)
    print_verb(COMMANDS[i]);
}

static void print_line(const char *line) {
  if (strcmp(line, ".\\\" @OPTIONS@\n") == 0)
    print_options(GLOBAL_OPTIONS);
  else if (strcmp(line, ".\\\" @VERBS@\n") == 0)
    print_verbs();
  else if (strcmp(line, ".\\\" @VERSION@\n") == 0)
    puts(".Os \"Bellwether " BELLWETHER_VERSION "\"");
  else
    fputs(line, stdout);
}

int main(int argc, char **argv) {
  scoped(free) char *line = NULL;
  size_t capacity = 0;
  FILE *page = argc == 2 ? fopen(argv[1], "re") : NULL;
  if (page == NULL) {
    fprintf(stderr, "manual: %s: %s\n", argc == 2 ? argv[1] : "PAGE", strerror(errno));
    return 1;
  }
  while (getline(&line, &capacity, page) >= 0)
    print_line(line);
  fclose(page);
  return fflush(stdout) == 0 ? 0 : 1;
}
