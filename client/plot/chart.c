/* SPDX-License-Identifier: MIT */
/* The layout of a chart: words above and below, the axes between them. */
#include <math.h>
#include <stdio.h>

#include "client/plot/chart_layout.h"

/* Larger charts have larger letters, but not in proportion: there is more to read in them. */
static double letter_size(double width, double height) {
  double share = sqrt(width * fmin(height, width)) / 600;
  return fmax(9, 13 * pow(share, share < 1 ? 0.5 : 0.7));
}

static struct chart_text title_of(const struct chart_layout *layout) {
  return (struct chart_text){.text = layout->plot->title,
                             .size = layout->em * 1.35,
                             .width = layout->width - 2 * layout->margin,
                             .rows = 2,
                             .bold = true,
                             .colour = CHART_INK};
}

static struct chart_text subtitle_of(const struct chart_layout *layout, char *text, size_t size) {
  char unit[96];
  const char *formula = layout->plot->formula;
  plot_unit(layout->plot, layout->values.shift, unit, sizeof unit);
  snprintf(text, size, "%s%s%s", formula, formula[0] != '\0' && unit[0] != '\0' ? ", " : "", unit);
  return (struct chart_text){.text = text,
                             .size = layout->em,
                             .width = layout->width - 2 * layout->margin,
                             .rows = 2,
                             .colour = CHART_GREY};
}

static struct chart_text source_of(const struct chart_layout *layout) {
  return (struct chart_text){.text = layout->plot->source,
                             .size = layout->em * 0.8,
                             .width = layout->width - 2 * layout->margin,
                             .rows = 2,
                             .colour = CHART_GREY};
}

/* The words above the axes; returns where they end. */
static double head(const struct chart_layout *layout, bool draw) {
  char text[400];
  struct chart_text title = title_of(layout), subtitle = subtitle_of(layout, text, sizeof text);
  double y = layout->margin;
  if (draw)
    chart_text_draw(layout->pen, &title, layout->margin, y);
  y += chart_text_extent(layout->pen, &title).height + layout->em * 0.15;
  if (text[0] == '\0')
    return y + layout->em * 0.3;
  if (draw)
    chart_text_draw(layout->pen, &subtitle, layout->margin, y);
  return y + chart_text_extent(layout->pen, &subtitle).height + layout->em * 0.4;
}

/* The source below; returns where it begins. */
static double foot(const struct chart_layout *layout, bool draw) {
  struct chart_text source = source_of(layout);
  if (layout->plot->source[0] == '\0')
    return layout->height - layout->margin;
  double y = layout->height - layout->margin * 0.8 - chart_text_extent(layout->pen, &source).height;
  if (draw)
    chart_text_draw(layout->pen, &source, layout->margin, y);
  return y - layout->em * 0.5;
}

static void make_values(struct chart_layout *layout, double height) {
  const struct plot *plot = layout->plot;
  double room = height / (layout->em * 3.2);
  size_t most = room < 3 ? 3 : room > 7 ? 7 : (size_t)room;
  bool zero = plot->bars || value_ticks_near_zero(plot->lo, plot->hi);
  layout->values = value_ticks_make(plot->lo, plot->hi, most, zero);
}

static double measure(void *arg, const char *text) {
  const struct chart_layout *layout = arg;
  struct chart_text shown = {.text = text, .size = layout->em * 0.9};
  return chart_text_extent(layout->pen, &shown).width;
}

static double widest_value(struct chart_layout *layout) {
  double widest = 0;
  for (size_t i = 0; i < layout->values.n; i++) {
    char text[TICK_TEXT_SIZE];
    value_tick_text(&layout->values, i, text);
    widest = fmax(widest, measure(layout, text));
  }
  return widest;
}

/* One point has a period, but no distance to another. */
static void lay_out_time(struct chart_layout *layout) {
  const struct plot *plot = layout->plot;
  layout->axis = (struct time_axis){.first_ms = plot->first_ms,
                                    .last_ms = plot->last_ms,
                                    .finest = plot->finest,
                                    .coarsest = plot->coarsest,
                                    .left = layout->left + layout->em * 0.5,
                                    .right = layout->right,
                                    .least = layout->margin,
                                    .most = layout->width - layout->margin,
                                    .gap = layout->em,
                                    .measure = measure,
                                    .arg = layout};
  if (plot->first_ms == plot->last_ms) {
    int64_t period = period_at(plot->finest, plot->first_ms);
    layout->axis.first_ms = period_first_ms(plot->finest, period);
    layout->axis.last_ms = period_last_ms(plot->finest, period);
  }
  layout->n_times = time_ticks_make(&layout->axis, layout->times);
}

/* Figures stand beyond the ends of bars, and need room there. */
static void make_room_for_figures(struct chart_layout *layout) {
  if (layout->plot->hi > 0)
    layout->top += layout->em * 1.2;
  if (layout->plot->lo < 0)
    layout->bottom -= layout->em * 1.2;
}

static void lay_out(struct chart_layout *layout) {
  make_values(layout, layout->height * 0.6);
  chart_choose_labels(layout);
  layout->legend = head(layout, false);
  layout->top = layout->legend + chart_legend(layout, false) + layout->em * 0.6;
  layout->bottom = foot(layout, false) - layout->em * 1.7;
  if (layout->plot->bars)
    make_room_for_figures(layout);
  layout->bottom = fmax(layout->bottom, layout->top + layout->em * 2);
  make_values(layout, layout->bottom - layout->top);
  layout->left = layout->margin + widest_value(layout) + layout->em * 0.6;
  layout->right = layout->width - layout->margin - layout->em * 0.3 - layout->label_width;
  layout->right = fmax(layout->right, layout->left + layout->em);
  lay_out_time(layout);
}

double chart_y(const struct chart_layout *layout, double value) {
  double share = value_ticks_place(&layout->values, value);
  return layout->bottom - share * (layout->bottom - layout->top);
}

void chart_place(const struct chart_layout *layout, const struct plot_point *point,
                 double ret_xy[2]) {
  ret_xy[0] = time_axis_place(&layout->axis, point->at_ms);
  ret_xy[1] = chart_y(layout, point->value);
}

const struct plot_point *chart_last(const struct plot_line *line) {
  for (size_t i = line->n_points; i-- > 0;)
    if (plot_has_value(&line->points[i]))
      return &line->points[i];
  return NULL;
}

void chart_draw(struct chart_pen *pen, const struct plot *plot, double width, double height) {
  struct chart_layout layout = {.plot = plot, .pen = pen, .width = width, .height = height};
  layout.em = letter_size(width, height);
  layout.margin = fmin(layout.em * 1.2, width * 0.04);
  chart_colour(pen, CHART_PAPER);
  cairo_paint(chart_pen_cairo(pen));
  lay_out(&layout);
  head(&layout, true);
  chart_legend(&layout, true);
  chart_draw_axes(&layout);
  if (plot->bars)
    chart_draw_bars(&layout);
  else
    chart_draw_lines(&layout);
  chart_draw_labels(&layout);
  foot(&layout, true);
}
