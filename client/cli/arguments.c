/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>

#include "client/cli/command.h"
#include "client/cli/display.h"

/* What is said may quote the store or a server: nothing in it moves a terminal. */
static void say(struct cli *cli, const char *format, va_list values) {
  scoped(free) char *text = NULL;
  if (vasprintf(&text, format, values) < 0)
    return;
  display_make_harmless(text);
  fprintf(cli->err, "bellwether: %s\n", text);
}

void complain(struct cli *cli, const char *format, ...) {
  va_list values;
  va_start(values, format);
  say(cli, format, values);
  va_end(values);
}

enum exit_code complain_usage(struct cli *cli, const char *format, ...) {
  va_list values;
  va_start(values, format);
  say(cli, format, values);
  va_end(values);
  fputs("Try `bellwether help`, or `bellwether help VERB`.\n", cli->err);
  return EXIT_CODE_USAGE;
}

const char *argument(const struct arguments *arguments, const char *name) {
  for (size_t i = 0; arguments->options[i].name != NULL; i++)
    if (strcmp(arguments->options[i].name, name) == 0)
      return arguments->values[i];
  assert(false && "an option that the verb does not have");
  return NULL;
}

bool argument_number(struct cli *cli, const struct arguments *arguments, const char *name,
                     uint32_t most, uint32_t *ret_number) {
  const char *text = argument(arguments, name);
  if (text == NULL)
    return true;
  char *end = NULL;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 10);
  bool whole = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
  if (!whole || number > most) {
    complain(cli, "--%s %s: not a whole number from 0 to %u", name, text, most);
    return false;
  }
  *ret_number = (uint32_t)number;
  return true;
}
