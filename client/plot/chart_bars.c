/* SPDX-License-Identifier: MIT */
/* Few figures of one series: a bar each, with the figure at its end and the period below. */
#include <math.h>
#include <stdio.h>

#include "client/plot/chart_layout.h"
#include "proto/obs_status.h"

static int64_t periods_between(const struct plot_line *line, size_t i) {
  return line->points[i].period - line->points[0].period;
}

/* A missing period leaves a gap, unless the gaps would take more room than the bars. */
static bool has_gaps(const struct plot_line *line) {
  return periods_between(line, line->n_points - 1) < 2 * (int64_t)line->n_points;
}

static double slot(const struct chart_layout *layout) {
  const struct plot_line *line = &layout->plot->lines[0];
  int64_t n =
      has_gaps(line) ? periods_between(line, line->n_points - 1) + 1 : (int64_t)line->n_points;
  return (layout->right - layout->left) / (double)n;
}

static double middle(const struct chart_layout *layout, size_t i) {
  const struct plot_line *line = &layout->plot->lines[0];
  int64_t place = has_gaps(line) ? periods_between(line, i) : (int64_t)i;
  return layout->left + slot(layout) * ((double)place + 0.5);
}

static double bar_width(const struct chart_layout *layout) {
  return fmin(slot(layout) * 0.66, layout->em * 7);
}

void chart_draw_bar(const struct chart_layout *layout, const struct chart_box *box, char status) {
  cairo_t *cairo = chart_pen_cairo(layout->pen);
  uint32_t colour = chart_line_colour(0);
  bool plain = plot_status_note(status)[0] == '\0';
  bool forecast = status == OBS_STATUS_FORECAST;
  cairo_rectangle(cairo, box->x, box->y, box->width, box->height);
  chart_colour(layout->pen, plain ? colour : forecast ? chart_lighter(colour, 0.75) : CHART_PAPER);
  cairo_fill_preserve(cairo);
  chart_dashes(layout->pen, forecast ? layout->em * 0.35 : 0);
  if (plain)
    cairo_new_path(cairo);
  else
    chart_stroke(layout->pen, layout->em * 0.12, colour);
  chart_dashes(layout->pen, 0);
}

static void draw_bar(const struct chart_layout *layout, size_t i) {
  const struct plot_point *point = &layout->plot->lines[0].points[i];
  double width = bar_width(layout), zero = chart_y(layout, 0), end = chart_y(layout, point->value);
  struct chart_box box = {middle(layout, i) - width / 2, fmin(zero, end), width, fabs(end - zero)};
  chart_draw_bar(layout, &box, point->status);
}

static struct chart_text figure_of(const struct chart_layout *layout, size_t i, char *text,
                                   size_t size) {
  const struct plot_point *point = &layout->plot->lines[0].points[i];
  if (plot_has_value(point))
    plot_figure_text(point->value, layout->values.shift, text, size);
  else
    snprintf(text, size, "no value");
  return (struct chart_text){.text = text,
                             .size = layout->em * 0.9,
                             .colour = plot_has_value(point) ? CHART_INK : CHART_GREY};
}

/* On a plate, since a line of the grid may run behind it. */
static void draw_figure(const struct chart_layout *layout, size_t i) {
  char text[64];
  struct chart_text figure = figure_of(layout, i, text, sizeof text);
  const struct plot_point *point = &layout->plot->lines[0].points[i];
  struct chart_extent extent = chart_text_extent(layout->pen, &figure);
  double value = plot_has_value(point) ? point->value : 0, y = chart_y(layout, value);
  y += value < 0 ? layout->em * 0.15 : -layout->em * 0.15 - extent.height;
  double x = middle(layout, i) - extent.width / 2, edge = layout->em * 0.2;
  cairo_rectangle(chart_pen_cairo(layout->pen), x - edge, y, extent.width + 2 * edge,
                  extent.height);
  chart_colour(layout->pen, CHART_PAPER);
  cairo_fill(chart_pen_cairo(layout->pen));
  chart_text_draw(layout->pen, &figure, x, y);
}

/* Figures that would touch are left out together: the axis says them too. */
static bool figures_fit(const struct chart_layout *layout) {
  for (size_t i = 0; i < layout->plot->lines[0].n_points; i++) {
    char text[64];
    struct chart_text figure = figure_of(layout, i, text, sizeof text);
    if (chart_text_extent(layout->pen, &figure).width > slot(layout) - layout->em * 0.2)
      return false;
  }
  return true;
}

static struct chart_text period_of(const struct chart_layout *layout, size_t i, char *text) {
  const struct plot_line *line = &layout->plot->lines[0];
  period_format(line->frequency, line->points[i].period, text);
  return (struct chart_text){.text = text, .size = layout->em * 0.9, .colour = CHART_GREY};
}

/* Every so manieth bar has its period below it, counted from the last one. */
static size_t period_step(const struct chart_layout *layout) {
  double widest = 0;
  for (size_t i = 0; i < layout->plot->lines[0].n_points; i++) {
    char text[PERIOD_TEXT_SIZE];
    struct chart_text period = period_of(layout, i, text);
    widest = fmax(widest, chart_text_extent(layout->pen, &period).width);
  }
  return (size_t)ceil((widest + layout->em * 0.5) / slot(layout));
}

static void draw_period(const struct chart_layout *layout, size_t i) {
  char text[PERIOD_TEXT_SIZE];
  struct chart_text period = period_of(layout, i, text);
  double width = chart_text_extent(layout->pen, &period).width;
  double x = middle(layout, i) - width / 2;
  double below = layout->plot->lo < 0 ? layout->em * 1.2 : 0;
  x = fmax(layout->margin, fmin(x, layout->width - layout->margin - width));
  chart_text_draw(layout->pen, &period, x, layout->bottom + below + layout->em * 0.35);
}

void chart_draw_bars(const struct chart_layout *layout) {
  size_t n = layout->plot->lines[0].n_points, step = period_step(layout);
  bool figures = figures_fit(layout);
  for (size_t i = 0; i < n; i++) {
    if (plot_has_value(&layout->plot->lines[0].points[i]))
      draw_bar(layout, i);
    if (figures)
      draw_figure(layout, i);
    if ((n - 1 - i) % step == 0)
      draw_period(layout, i);
  }
}
