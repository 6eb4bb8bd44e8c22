/* SPDX-License-Identifier: MIT */
/* Axes, grid, lines and marks. */
#include <math.h>

#include "client/plot/chart_layout.h"
#include "proto/obs_status.h"

/* Okabe and Ito's colours, which the colour-blind tell apart; their yellow is darker here, for a
 * line on white. */
uint32_t chart_line_colour(size_t line) {
  static const uint32_t COLOURS[] = {0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7,
                                     0xE69F00, 0x56B4E9, 0x444444, 0xA89A00};
  return COLOURS[line % count_of(COLOURS)];
}

double chart_line_width(const struct chart_layout *layout) {
  return layout->em * 2 / 13;
}

static void draw_value(const struct chart_layout *layout, size_t i) {
  char text[TICK_TEXT_SIZE];
  double value = value_tick_at(&layout->values, i), y = chart_y(layout, value);
  bool base = value == 0;
  value_tick_text(&layout->values, i, text);
  chart_segment(layout->pen, (double[]){layout->left, y}, (double[]){layout->right, y},
                layout->em * (base ? 0.09 : 0.07), base ? CHART_GREY : CHART_GRID);
  struct chart_text label = {.text = text, .size = layout->em * 0.9, .colour = CHART_GREY};
  struct chart_extent extent = chart_text_extent(layout->pen, &label);
  chart_text_draw(layout->pen, &label, layout->left - layout->em * 0.5 - extent.width,
                  y - extent.height / 2);
}

static void draw_time(const struct chart_layout *layout, const struct time_tick *tick) {
  double y = layout->bottom;
  struct chart_text label = {.text = tick->text, .size = layout->em * 0.9, .colour = CHART_GREY};
  chart_segment(layout->pen, (double[]){tick->at, y}, (double[]){tick->at, y + layout->em * 0.35},
                layout->em * 0.08, CHART_GREY);
  chart_text_draw(layout->pen, &label, tick->label, y + layout->em * 0.45);
}

void chart_draw_axes(const struct chart_layout *layout) {
  for (size_t i = 0; i < layout->values.n; i++)
    draw_value(layout, i);
  if (layout->plot->bars)
    return;
  chart_segment(layout->pen, (double[]){layout->left, layout->bottom},
                (double[]){layout->right, layout->bottom}, layout->em * 0.09, CHART_GREY);
  for (size_t i = 0; i < layout->n_times; i++)
    draw_time(layout, &layout->times[i]);
}

void chart_draw_target(const struct chart_layout *layout, const double at[2], uint32_t colour) {
  cairo_t *cairo = chart_pen_cairo(layout->pen);
  double size = layout->em * 0.42;
  cairo_move_to(cairo, at[0], at[1] - size);
  cairo_line_to(cairo, at[0] + size, at[1]);
  cairo_line_to(cairo, at[0], at[1] + size);
  cairo_line_to(cairo, at[0] - size, at[1]);
  cairo_close_path(cairo);
  chart_colour(layout->pen, CHART_PAPER);
  cairo_fill_preserve(cairo);
  chart_stroke(layout->pen, layout->em * 0.13, colour);
}

void chart_draw_forecast(const struct chart_layout *layout, const double at[2], uint32_t colour) {
  cairo_t *cairo = chart_pen_cairo(layout->pen);
  cairo_new_sub_path(cairo);
  cairo_arc(cairo, at[0], at[1], layout->em * 0.25, 0, 2 * M_PI);
  chart_colour(layout->pen, CHART_PAPER);
  cairo_fill_preserve(cairo);
  chart_stroke(layout->pen, layout->em * 0.13, colour);
}

static void draw_dot(const struct chart_layout *layout, const double at[2], uint32_t colour) {
  cairo_t *cairo = chart_pen_cairo(layout->pen);
  cairo_new_sub_path(cairo);
  cairo_arc(cairo, at[0], at[1], chart_line_width(layout) * 1.4, 0, 2 * M_PI);
  chart_colour(layout->pen, colour);
  cairo_fill(cairo);
}

/* How a line is drawn: the series itself, or an earlier view of it. */
struct brush {
  double width;
  uint32_t colour;
};

static bool is_dashed(const struct plot_line *line, size_t i) {
  return line->points[i].status == OBS_STATUS_FORECAST;
}

/* One path from the point before `from`, as far as points are joined in the same manner. Returns
 * the point after it. */
static size_t draw_run(const struct chart_layout *layout, const struct plot_line *line, size_t from,
                       const struct brush *brush) {
  cairo_t *cairo = chart_pen_cairo(layout->pen);
  double at[2];
  size_t i = from;
  chart_place(layout, &line->points[from - 1], at);
  cairo_move_to(cairo, at[0], at[1]);
  for (; plot_is_joined(line, i) && is_dashed(line, i) == is_dashed(line, from); i++) {
    chart_place(layout, &line->points[i], at);
    cairo_line_to(cairo, at[0], at[1]);
  }
  chart_dashes(layout->pen, is_dashed(line, from) ? brush->width * 2.5 : 0);
  chart_stroke(layout->pen, brush->width, brush->colour);
  chart_dashes(layout->pen, 0);
  return i;
}

static void draw_line(const struct chart_layout *layout, const struct plot_line *line,
                      const struct brush *brush) {
  for (size_t i = 1; i < line->n_points;)
    i = plot_is_joined(line, i) ? draw_run(layout, line, i, brush) : i + 1;
}

static void mark_point(const struct chart_layout *layout, const struct plot_line *line, size_t i,
                       uint32_t colour) {
  const struct plot_point *point = &line->points[i];
  double at[2];
  chart_place(layout, point, at);
  if (point->status == OBS_STATUS_TARGET)
    chart_draw_target(layout, at, colour);
  else if (!plot_is_alone(line, i))
    return;
  else if (point->status == OBS_STATUS_FORECAST)
    chart_draw_forecast(layout, at, colour);
  else
    draw_dot(layout, at, colour);
}

static void mark_line(const struct chart_layout *layout, const struct plot_line *line,
                      uint32_t colour) {
  for (size_t i = 0; i < line->n_points; i++)
    if (plot_has_value(&line->points[i]))
      mark_point(layout, line, i, colour);
}

/* The older, the lighter. */
static void draw_older(const struct chart_layout *layout, size_t i) {
  double age = 1 - (double)(i + 1) / (double)layout->plot->n_older;
  struct brush brush = {chart_line_width(layout) * 0.6,
                        chart_lighter(chart_line_colour(0), 0.5 + 0.28 * age)};
  draw_line(layout, &layout->plot->older[i], &brush);
  mark_line(layout, &layout->plot->older[i], brush.colour);
}

void chart_draw_lines(const struct chart_layout *layout) {
  const struct plot *plot = layout->plot;
  for (size_t i = 0; i < plot->n_older; i++)
    draw_older(layout, i);
  for (size_t i = plot->n_lines; i-- > 0;) {
    struct brush brush = {chart_line_width(layout), chart_line_colour(i)};
    draw_line(layout, &plot->lines[i], &brush);
  }
  for (size_t i = plot->n_lines; i-- > 0;)
    mark_line(layout, &plot->lines[i], chart_line_colour(i));
}
