/* SPDX-License-Identifier: MIT */
/* A plot in a terminal: braille lines or bars of blocks, and the same in ASCII. */
#ifndef BELLWETHER_CLIENT_PLOT_TERMINAL_H
#define BELLWETHER_CLIENT_PLOT_TERMINAL_H

#include "client/plot/plot.h"

struct terminal {
  FILE *out;
  size_t width, height; /* in cells */
  bool ascii;
  bool colour;
};

enum {
  TERMINAL_LEAST_WIDTH = 20,
  TERMINAL_LEAST_HEIGHT = 8,
  TERMINAL_MOST = 1000, /* either way: wider is no terminal */
};

/* A plot that fits the screen: 80 by 20 where it is no terminal. Borrows the stream. */
struct terminal terminal_of(FILE *out, const struct screen *screen);
/* False: no memory. */
must_check bool terminal_plot(const struct terminal *terminal, const struct plot *plot);

/* The columns that a text takes; what no terminal should get takes one, for it is shown as '?'. */
size_t terminal_text_width(const char *text);
/* The text over at most `most_rows` rows, each behind an indent; returns how many rows. */
size_t terminal_wrap(const struct terminal *terminal, const char *text, size_t indent,
                     size_t most_rows);
/* The rows that terminal_wrap will take. */
size_t terminal_wrap_rows(const struct terminal *terminal, const char *text, size_t indent,
                          size_t most_rows);
/* Begins and ends the colour of a line; nothing without colour. */
void terminal_colour(const struct terminal *terminal, uint8_t line);
void terminal_plain(const struct terminal *terminal);
/* The title above, and the source below. */
void terminal_head(const struct terminal *terminal, const struct plot *plot, int shift);
size_t terminal_head_rows(const struct terminal *terminal, const struct plot *plot, int shift);
void terminal_foot(const struct terminal *terminal, const struct plot *plot);
size_t terminal_foot_rows(const struct terminal *terminal, const struct plot *plot);
/* Bars that lie on their side, a row a period. */
void terminal_bars(const struct terminal *terminal, const struct plot *plot);

#endif
