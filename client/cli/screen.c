/* SPDX-License-Identifier: MIT */
#include "client/cli/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *environment(const char *name) {
  const char *value = getenv(name);
  return value == NULL ? "" : value;
}

static bool is_utf8(void) {
  static const char *const NAMES[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    const char *value = environment(NAMES[i]);
    if (value[0] != '\0')
      return strcasestr(value, "utf-8") != NULL || strcasestr(value, "utf8") != NULL;
  }
  return false;
}

static void measure(FILE *out, struct screen *screen) {
  struct winsize size;
  if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0)
    return;
  screen->width = size.ws_col;
  screen->height = size.ws_row;
}

/* https://no-color.org: any text in NO_COLOR means none. */
static bool wants_colour(const struct screen *screen) {
  const char *terminal = environment("TERM");
  return screen->terminal && environment("NO_COLOR")[0] == '\0' && terminal[0] != '\0' &&
         strcmp(terminal, "dumb") != 0;
}

bool screen_read(FILE *out, const char *colour, struct screen *ret_screen) {
  struct screen screen = {.terminal = isatty(fileno(out)) == 1, .utf8 = is_utf8()};
  if (screen.terminal)
    measure(out, &screen);
  if (colour == NULL || strcmp(colour, "auto") == 0)
    screen.colour = wants_colour(&screen);
  else if (strcmp(colour, "always") == 0)
    screen.colour = true;
  else if (strcmp(colour, "never") != 0)
    return false;
  *ret_screen = screen;
  return true;
}

/* SGR codes of ECMA-48, of the eight colours that every terminal has and its user has chosen. */
static const char *code_of(enum tone tone) {
  switch (tone) {
  case TONE_PLAIN:
    break;
  case TONE_TITLE:
    return "1";
  case TONE_HEADING:
    return "4";
  case TONE_NOTE:
  case TONE_MISSING:
    return "2";
  case TONE_FORECAST:
    return "36";
  case TONE_TARGET:
    return "35";
  case TONE_GOOD:
    return "32";
  case TONE_BAD:
    return "33";
  }
  return NULL;
}

void screen_print(const struct screen *screen, FILE *out, enum tone tone, const char *text,
                  size_t size) {
  const char *code = screen->colour ? code_of(tone) : NULL;
  if (code != NULL && size > 0)
    fprintf(out, "\033[%sm%.*s\033[0m", code, (int)size, text);
  else
    fwrite(text, 1, size, out);
}
