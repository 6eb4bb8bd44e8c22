/* SPDX-License-Identifier: MIT */
/* Which line is which: by labels at the lines' ends where these have room, else by a legend. */
#include <math.h>
#include <stdio.h>

#include "client/plot/chart_layout.h"
#include "proto/obs_status.h"

enum entry_kind { ENTRY_LINE, ENTRY_OLDER, ENTRY_FORECAST, ENTRY_TARGET };

struct entry {
  enum entry_kind kind;
  size_t line;
  const char *text;
};

enum { ENTRIES_MAX = PLOT_LINES_MAX + 3 };

static size_t list_entries(const struct chart_layout *layout, struct entry *entries) {
  const struct plot *plot = layout->plot;
  size_t n = 0;
  for (size_t i = 0; i < plot->n_lines && plot->n_lines > 1 && !layout->direct; i++)
    entries[n++] = (struct entry){ENTRY_LINE, i, plot->lines[i].label};
  if (plot->n_older > 0)
    entries[n++] = (struct entry){ENTRY_LINE, 0, "latest"};
  if (plot->n_older > 0)
    entries[n++] = (struct entry){ENTRY_OLDER, 0, plot->older_text};
  if (plot->has_forecast)
    entries[n++] = (struct entry){ENTRY_FORECAST, 0, "forecast"};
  if (plot->has_target)
    entries[n++] = (struct entry){ENTRY_TARGET, 0, "target"};
  return n;
}

static void draw_swatch(const struct chart_layout *layout, const struct entry *entry, double x,
                        double y) {
  const struct plot *plot = layout->plot;
  double from[] = {x, y}, to[] = {x + layout->em * 1.6, y}, middle[] = {x + layout->em * 0.8, y};
  uint32_t own = plot->n_lines > 1 ? CHART_GREY : chart_line_colour(0);
  double width = chart_line_width(layout);
  struct chart_box bar = {x + layout->em * 0.4, y - layout->em * 0.45, layout->em * 1.2,
                          layout->em * 0.9};
  if (plot->bars) {
    chart_draw_bar(layout, &bar,
                   entry->kind == ENTRY_FORECAST ? OBS_STATUS_FORECAST : OBS_STATUS_TARGET);
    return;
  }
  switch (entry->kind) {
  case ENTRY_LINE:
    chart_segment(layout->pen, from, to, width * 1.3, chart_line_colour(entry->line));
    return;
  case ENTRY_OLDER:
    chart_segment(layout->pen, from, to, width * 0.8, chart_lighter(chart_line_colour(0), 0.6));
    return;
  case ENTRY_FORECAST:
    chart_dashes(layout->pen, width * 2.5);
    chart_segment(layout->pen, from, to, width, own);
    chart_dashes(layout->pen, 0);
    return;
  case ENTRY_TARGET:
    chart_draw_target(layout, middle, own);
    return;
  }
}

double chart_legend(const struct chart_layout *layout, bool draw) {
  struct entry entries[ENTRIES_MAX];
  size_t n = list_entries(layout, entries);
  double x = layout->margin, y = layout->legend, end = layout->width - layout->margin;
  double row = layout->em * 1.5, swatch = layout->em * 2;
  for (size_t i = 0; i < n; i++) {
    struct chart_text text = {.text = entries[i].text,
                              .size = layout->em * 0.9,
                              .width = end - layout->margin - swatch,
                              .colour = CHART_INK};
    struct chart_extent extent = chart_text_extent(layout->pen, &text);
    if (x > layout->margin && x + swatch + extent.width > end) {
      x = layout->margin;
      y += row;
    }
    if (draw) {
      draw_swatch(layout, &entries[i], x, y + row / 2);
      chart_text_draw(layout->pen, &text, x + swatch, y + row / 2 - extent.height / 2);
    }
    x += swatch + extent.width + layout->em * 1.4;
  }
  return n == 0 ? 0 : y + row - layout->legend;
}

static struct chart_text label_of(const struct chart_layout *layout, size_t i) {
  return (struct chart_text){.text = layout->plot->lines[i].label,
                             .size = layout->em * 0.9,
                             .bold = true,
                             .colour = chart_line_colour(i)};
}

/* Labels stand beside the ends only of lines that all end where the axis does. */
static bool ends_together(const struct plot *plot) {
  double span = (double)(plot->last_ms - plot->first_ms);
  for (size_t i = 0; i < plot->n_lines; i++) {
    const struct plot_point *last = chart_last(&plot->lines[i]);
    if (last == NULL || (double)(plot->last_ms - last->at_ms) > span * 0.03)
      return false;
  }
  return true;
}

void chart_choose_labels(struct chart_layout *layout) {
  const struct plot *plot = layout->plot;
  double widest = 0, high = 0;
  for (size_t i = 0; i < plot->n_lines; i++) {
    struct chart_text text = label_of(layout, i);
    struct chart_extent extent = chart_text_extent(layout->pen, &text);
    widest = fmax(widest, extent.width);
    high += extent.height;
  }
  layout->direct = plot->n_lines > 1 && ends_together(plot) && widest < layout->width * 0.27 &&
                   high < layout->height * 0.4;
  layout->label_width = layout->direct ? widest + layout->em * 0.8 : 0;
}

struct label {
  size_t line;
  double y; /* the middle */
};

static void sort(struct label *labels, size_t n) {
  for (size_t i = 1; i < n; i++)
    for (size_t j = i; j > 0 && labels[j].y < labels[j - 1].y; j--) {
      struct label other = labels[j];
      labels[j] = labels[j - 1];
      labels[j - 1] = other;
    }
}

/* Moves labels that overlap apart, half the way each, and all of them into the chart. */
static void spread(const struct chart_layout *layout, struct label *labels, size_t n, double gap) {
  for (int round = 0; round < 200; round++)
    for (size_t i = 1; i < n; i++) {
      double over = gap - (labels[i].y - labels[i - 1].y);
      if (over <= 0)
        continue;
      labels[i].y += over / 2;
      labels[i - 1].y -= over / 2;
    }
  for (size_t i = 0; i < n; i++)
    labels[i].y = fmax(labels[i].y, layout->top + gap * (double)i);
  for (size_t i = n; i-- > 0;)
    labels[i].y = fmin(labels[i].y, layout->bottom - gap * (double)(n - 1 - i));
}

void chart_draw_labels(const struct chart_layout *layout) {
  struct label labels[PLOT_LINES_MAX];
  size_t n = layout->direct ? layout->plot->n_lines : 0;
  for (size_t i = 0; i < n; i++)
    labels[i] = (struct label){i, chart_y(layout, chart_last(&layout->plot->lines[i])->value)};
  sort(labels, n);
  spread(layout, labels, n, layout->em * 1.2);
  for (size_t i = 0; i < n; i++) {
    struct chart_text text = label_of(layout, labels[i].line);
    double high = chart_text_extent(layout->pen, &text).height;
    chart_text_draw(layout->pen, &text, layout->right + layout->em * 0.6, labels[i].y - high / 2);
  }
}
