/* SPDX-License-Identifier: MIT */
/* Where the answer goes: a terminal with colours and a width, or a file. */
#ifndef BELLWETHER_CLIENT_CLI_SCREEN_H
#define BELLWETHER_CLIENT_CLI_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

struct screen {
  bool terminal;
  bool colour;
  bool utf8;     /* the locale's encoding, by the environment alone: it need not be installed */
  size_t width;  /* columns; 0: as wide as one likes */
  size_t height; /* rows; 0: as high as one likes */
};

/* `colour` is auto (as is NULL), always or never. False: it is something else. */
bool screen_read(FILE *out, const char *colour, struct screen *ret_screen);

/* What a text is, for its colour. */
enum tone {
  TONE_PLAIN,
  TONE_TITLE,
  TONE_HEADING,
  TONE_NOTE,
  TONE_FORECAST,
  TONE_TARGET,
  TONE_MISSING,
  TONE_GOOD,
  TONE_BAD
};

/* The text in its colour, where the screen has any. */
void screen_print(const struct screen *screen, FILE *out, enum tone tone, const char *text,
                  size_t size);

#endif
