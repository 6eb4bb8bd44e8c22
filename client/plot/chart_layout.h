/* SPDX-License-Identifier: MIT */
/* Where everything in a chart is. The layout is made first, then drawn. */
#ifndef BELLWETHER_CLIENT_PLOT_CHART_LAYOUT_H
#define BELLWETHER_CLIENT_PLOT_CHART_LAYOUT_H

#include "client/plot/chart_pen.h"
#include "client/plot/plot.h"
#include "client/plot/ticks.h"

struct chart_layout {
  const struct plot *plot;
  struct chart_pen *pen;
  double width, height;
  double em;                       /* the size of the font; everything else follows from it */
  double margin;                   /* free on each side */
  double left, right, top, bottom; /* of the axes */
  double legend;                   /* the upper end of the legend */
  bool direct;                     /* labels stand at the lines' ends */
  double label_width;              /* of these */
  struct value_ticks values;
  struct time_axis axis;
  struct time_tick times[TIME_TICKS_MAX];
  size_t n_times;
};

/* Draws the whole chart, of width by height. */
void chart_draw(struct chart_pen *pen, const struct plot *plot, double width, double height);

/* The point of a value at a time. */
void chart_place(const struct chart_layout *layout, const struct plot_point *point,
                 double ret_xy[2]);
double chart_y(const struct chart_layout *layout, double value);
/* The last point with a value; NULL: none. */
const struct plot_point *chart_last(const struct plot_line *line);

/* chart_marks.c */
uint32_t chart_line_colour(size_t line);
double chart_line_width(const struct chart_layout *layout);
void chart_draw_axes(const struct chart_layout *layout);
void chart_draw_lines(const struct chart_layout *layout);
void chart_draw_target(const struct chart_layout *layout, const double at[2], uint32_t colour);
void chart_draw_forecast(const struct chart_layout *layout, const double at[2], uint32_t colour);

/* chart_bars.c: bars of one series, with the figures and the periods. */
struct chart_box {
  double x, y, width, height;
};
/* Filled where it is known, hollow where it is a target, pale where it is a forecast. */
void chart_draw_bar(const struct chart_layout *layout, const struct chart_box *box, char status);
void chart_draw_bars(const struct chart_layout *layout);

/* chart_legend.c */
/* Decides between labels at the lines' ends and a legend, before the axes are laid out. */
void chart_choose_labels(struct chart_layout *layout);
/* Draws the legend, or only measures it. Returns its height. */
double chart_legend(const struct chart_layout *layout, bool draw);
void chart_draw_labels(const struct chart_layout *layout);

#endif
