/* SPDX-License-Identifier: MIT */
/* A screen of cells to draw lines on: 2 by 4 braille dots a cell, or one letter a cell in ASCII.
 * Dots are counted from the upper left corner; those outside are passed over. */
#ifndef BELLWETHER_CLIENT_PLOT_CANVAS_H
#define BELLWETHER_CLIENT_PLOT_CANVAS_H

#include "proto/util.h"

struct canvas;

/* NULL: no memory. */
struct canvas *canvas_new(size_t columns, size_t rows, bool ascii);
void canvas_free(struct canvas *canvas); /* takes NULL */
SCOPED_POINTER(struct canvas, canvas_free)

size_t canvas_width(const struct canvas *canvas); /* in dots */
size_t canvas_height(const struct canvas *canvas);

/* A cell belongs to the line that drew on it last. In ASCII `letter` is what is seen. */
struct pen {
  uint8_t line;
  char letter;
  bool dashed;
};
void canvas_dot(struct canvas *canvas, int64_t x, int64_t y, const struct pen *pen);
/* Both ends included; they lie on the canvas. */
void canvas_line(struct canvas *canvas, const int64_t from[2], const int64_t to[2],
                 const struct pen *pen);
/* A text of one column in the cell that has the dot, in place of its dots. Borrows it. */
void canvas_mark(struct canvas *canvas, int64_t x, int64_t y, const char *mark, uint8_t line);
/* Whether a mark stands there already, or the cell is none. */
bool canvas_is_marked(const struct canvas *canvas, int64_t x, int64_t y);

enum { CANVAS_CELL_SIZE = 8, CANVAS_NO_LINE = 255 };
/* What a cell looks like, UTF-8 with a final NUL; returns its line, or CANVAS_NO_LINE. */
uint8_t canvas_cell(const struct canvas *canvas, size_t column, size_t row,
                    char ret_text[CANVAS_CELL_SIZE]);

#endif
