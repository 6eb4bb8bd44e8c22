/* SPDX-License-Identifier: MIT */
#include "client/plot/canvas.h"

#include <stdio.h>

struct cell {
  const char *mark;
  uint8_t dots;
  uint8_t line;
  char letter;
};

struct canvas {
  size_t columns, rows;
  int64_t wide, high; /* dots a cell */
  struct cell cells[];
};

struct canvas *canvas_new(size_t columns, size_t rows, bool ascii) {
  struct canvas *canvas = calloc(1, sizeof *canvas + columns * rows * sizeof(struct cell));
  if (canvas == NULL)
    return NULL;
  canvas->columns = columns;
  canvas->rows = rows;
  canvas->wide = ascii ? 1 : 2;
  canvas->high = ascii ? 1 : 4;
  return canvas;
}

void canvas_free(struct canvas *canvas) {
  free(canvas);
}

size_t canvas_width(const struct canvas *canvas) {
  return canvas->columns * (size_t)canvas->wide;
}

size_t canvas_height(const struct canvas *canvas) {
  return canvas->rows * (size_t)canvas->high;
}

static const struct cell *cell_at(const struct canvas *canvas, int64_t x, int64_t y) {
  if (x < 0 || y < 0 || x >= (int64_t)canvas_width(canvas) || y >= (int64_t)canvas_height(canvas))
    return NULL;
  return &canvas->cells[(size_t)(y / canvas->high) * canvas->columns + (size_t)(x / canvas->wide)];
}

static struct cell *own_cell(struct canvas *canvas, int64_t x, int64_t y) {
  const struct cell *cell = cell_at(canvas, x, y);
  return cell == NULL ? NULL : &canvas->cells[cell - canvas->cells];
}

/* Bits of U+2800, by column and row of the cell. */
static uint8_t dot_bit(int64_t x, int64_t y) {
  static const uint8_t BITS[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};
  return BITS[x][y];
}

void canvas_dot(struct canvas *canvas, int64_t x, int64_t y, const struct pen *pen) {
  struct cell *cell = own_cell(canvas, x, y);
  if (cell == NULL)
    return;
  cell->dots |= dot_bit(x % canvas->wide, y % canvas->high);
  cell->line = pen->line;
  cell->letter = pen->letter;
}

void canvas_line(struct canvas *canvas, const int64_t from[2], const int64_t to[2],
                 const struct pen *pen) {
  int64_t x = from[0], y = from[1];
  int64_t dx = llabs(to[0] - x), dy = -llabs(to[1] - y), error = dx + dy;
  int64_t step_x = x < to[0] ? 1 : -1, step_y = y < to[1] ? 1 : -1;
  for (int64_t n = 0;; n++) {
    if (!pen->dashed || n % 3 == 0)
      canvas_dot(canvas, x, y, pen);
    if (x == to[0] && y == to[1])
      return;
    int64_t twice = 2 * error;
    if (twice >= dy) {
      error += dy;
      x += step_x;
    }
    if (twice <= dx) {
      error += dx;
      y += step_y;
    }
  }
}

void canvas_mark(struct canvas *canvas, int64_t x, int64_t y, const char *mark, uint8_t line) {
  struct cell *cell = own_cell(canvas, x, y);
  if (cell == NULL)
    return;
  cell->mark = mark;
  cell->line = line;
}

bool canvas_is_marked(const struct canvas *canvas, int64_t x, int64_t y) {
  const struct cell *cell = cell_at(canvas, x, y);
  return cell == NULL || cell->mark != NULL;
}

uint8_t canvas_cell(const struct canvas *canvas, size_t column, size_t row,
                    char ret_text[CANVAS_CELL_SIZE]) {
  const struct cell *cell = &canvas->cells[row * canvas->columns + column];
  bool empty = cell->mark == NULL && cell->dots == 0;
  if (cell->mark != NULL)
    snprintf(ret_text, CANVAS_CELL_SIZE, "%s", cell->mark);
  else if (empty)
    snprintf(ret_text, CANVAS_CELL_SIZE, " ");
  else if (canvas->wide == 1)
    snprintf(ret_text, CANVAS_CELL_SIZE, "%c", cell->letter);
  else
    snprintf(ret_text, CANVAS_CELL_SIZE, "\xe2%c%c", 0xa0 + (cell->dots >> 6),
             0x80 + (cell->dots & 0x3f));
  return empty ? CANVAS_NO_LINE : cell->line;
}
