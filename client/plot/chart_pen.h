/* SPDX-License-Identifier: MIT */
/* Text and lines on a surface of cairo. Lengths are in pixels of the chart, y grows downwards. */
#ifndef BELLWETHER_CLIENT_PLOT_CHART_PEN_H
#define BELLWETHER_CLIENT_PLOT_CHART_PEN_H

#include <cairo.h>

#include "proto/util.h"

struct chart_pen;

/* Borrows the surface. NULL: no memory. */
struct chart_pen *chart_pen_new(cairo_surface_t *surface);
void chart_pen_free(struct chart_pen *pen);
cairo_t *chart_pen_cairo(struct chart_pen *pen);

enum { CHART_INK = 0x222222, CHART_GREY = 0x666666, CHART_GRID = 0xDDDDDD, CHART_PAPER = 0xFFFFFF };

struct chart_text {
  const char *text;
  double size;  /* of the font */
  double width; /* where rows are wrapped and ellipsised; 0: one row of any length */
  int rows;     /* at most; 0 is 1 */
  bool bold;
  uint32_t colour; /* 0xRRGGBB */
};

struct chart_extent {
  double width, height;
};

struct chart_extent chart_text_extent(struct chart_pen *pen, const struct chart_text *text);
/* The upper left corner is at x, y. */
void chart_text_draw(struct chart_pen *pen, const struct chart_text *text, double x, double y);

void chart_colour(struct chart_pen *pen, uint32_t colour);
void chart_stroke(struct chart_pen *pen, double width, uint32_t colour);
void chart_segment(struct chart_pen *pen, const double from[2], const double to[2], double width,
                   uint32_t colour);
void chart_dashes(struct chart_pen *pen, double length);
/* A colour that much nearer to white. */
uint32_t chart_lighter(uint32_t colour, double share);

#endif
