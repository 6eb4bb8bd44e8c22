/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "client/plot/terminal.h"
#include "client/plot/ticks.h"
#include "proto/obs_status.h"

/* Bars as they are laid out: periods left, figures at the bars' ends. */
struct bars {
  const struct terminal *terminal;
  const struct plot *plot;
  int shift;
  size_t label;   /* columns of the periods */
  size_t columns; /* of the longest bar, both sides of zero together */
  double lo, hi;  /* with zero */
  size_t zero;    /* the column of zero in these */
};

static void figure_of(const struct bars *bars, const struct plot_point *point, char *text,
                      size_t size) {
  char figure[64];
  const char *note = plot_status_note(point->status);
  if (!plot_has_value(point)) {
    snprintf(text, size, "no value");
    return;
  }
  plot_figure_text(point->value, bars->shift, figure, sizeof figure);
  snprintf(text, size, "%s%s%s", figure, note[0] != '\0' ? " " : "", note);
}

static size_t widest_figure(const struct bars *bars) {
  const struct plot_line *line = &bars->plot->lines[0];
  size_t widest = 0;
  for (size_t i = 0; i < line->n_points; i++) {
    char text[96];
    figure_of(bars, &line->points[i], text, sizeof text);
    size_t width = strlen(text);
    widest = width > widest ? width : widest;
  }
  return widest;
}

static size_t label_width(const struct plot_line *line) {
  size_t widest = 0;
  for (size_t i = 0; i < line->n_points; i++) {
    char text[PERIOD_TEXT_SIZE];
    size_t width = period_format(line->frequency, line->points[i].period, text);
    widest = width > widest ? width : widest;
  }
  return widest;
}

/* A share of the whole length; halved, for the distance may be beyond the greatest double. */
static double length_of(const struct bars *bars, double value) {
  return (double)bars->columns * (fabs(value) / 2 / (bars->hi / 2 - bars->lo / 2));
}

static void lay_out(struct bars *bars) {
  const struct plot *plot = bars->plot;
  bars->lo = fmin(plot->lo, 0);
  bars->hi = fmax(plot->hi, 0);
  if (bars->lo == bars->hi)
    bars->hi = 1;
  bars->shift = value_ticks_make(plot->lo, plot->hi, 5, true).shift;
  bars->label = label_width(&plot->lines[0]);
  size_t taken = bars->label + 2 + widest_figure(bars) + 1;
  bars->columns = bars->terminal->width > taken + 4 ? bars->terminal->width - taken : 4;
  bars->zero = (size_t)llround(length_of(bars, bars->lo));
}

/* What a bar is made of: of what is not a fact it is hollow. */
static const char *block_of(const struct bars *bars, char status) {
  bool ascii = bars->terminal->ascii;
  if (status == OBS_STATUS_TARGET)
    return ascii ? ":" : "▒";
  if (status == OBS_STATUS_FORECAST)
    return ascii ? "." : "░";
  return ascii ? "#" : "█";
}

/* The last eighths of a bar that is full. */
static const char *rest_of(const struct bars *bars, const struct plot_point *point, double rest) {
  static const char *const EIGHTHS[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  bool full = point->status != OBS_STATUS_TARGET && point->status != OBS_STATUS_FORECAST;
  if (bars->terminal->ascii || !full || point->value < 0)
    return "";
  return EIGHTHS[(size_t)(rest * 8) % 8];
}

static void print_bar(const struct bars *bars, const struct plot_point *point) {
  FILE *out = bars->terminal->out;
  double length = plot_has_value(point) ? length_of(bars, point->value) : 0;
  const char *rest = rest_of(bars, point, length - floor(length));
  size_t whole = rest[0] != '\0' || length < 0.125 ? (size_t)length : (size_t)llround(length);
  bool below = plot_has_value(point) && point->value < 0;
  size_t blanks = below && whole <= bars->zero ? bars->zero - whole : below ? 0 : bars->zero;
  fprintf(out, "%*s", (int)blanks, "");
  terminal_colour(bars->terminal, 0);
  for (size_t i = 0; i < whole; i++)
    fputs(block_of(bars, point->status), out);
  fputs(rest, out);
  terminal_plain(bars->terminal);
}

static void print_row(const struct bars *bars, const struct plot_point *point) {
  char period[PERIOD_TEXT_SIZE], figure[96];
  FILE *out = bars->terminal->out;
  period_format(bars->plot->lines[0].frequency, point->period, period);
  figure_of(bars, point, figure, sizeof figure);
  fprintf(out, "%*s %s", (int)bars->label, period, bars->terminal->ascii ? "|" : "▏");
  print_bar(bars, point);
  fprintf(out, " %s\n", figure);
}

void terminal_bars(const struct terminal *terminal, const struct plot *plot) {
  struct bars bars = {.terminal = terminal, .plot = plot};
  const struct plot_line *line = &plot->lines[0];
  lay_out(&bars);
  terminal_head(terminal, plot, bars.shift);
  for (size_t i = 0; i < line->n_points; i++) {
    bool gap = i > 0 && line->points[i].period - line->points[i - 1].period > 1;
    if (gap)
      fprintf(terminal->out, "%*s%s\n", (int)bars.label - 1, "", terminal->ascii ? ":" : "⋮");
    print_row(&bars, &line->points[i]);
  }
  terminal_foot(terminal, plot);
}
