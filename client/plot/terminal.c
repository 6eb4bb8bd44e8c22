/* SPDX-License-Identifier: MIT */
#include "client/plot/terminal.h"

#include <math.h>

#include "client/plot/canvas.h"
#include "client/plot/ticks.h"
#include "proto/obs_status.h"

/* Glyphs of the axes and of the marks, in braille's company and in ASCII. */
struct glyphs {
  const char *tick, *side, *corner, *floor, *floor_tick, *zero;
  const char *target, *forecast, *line;
};
static const struct glyphs UTF8 = {"┤", "│", "└", "─", "┬", "┈", "◇", "○", "━━"};
static const struct glyphs ASCII = {"+", "|", "+", "-", "+", ".", "T", "F", "--"};
static const char LETTERS[] = "ABCDEFGH", ASCII_LETTERS[] = "*o+x#@%&";

/* A plot of lines as it is laid out. */
struct layout {
  const struct terminal *terminal;
  const struct plot *plot;
  const struct glyphs *glyphs;
  struct canvas *canvas;
  struct value_ticks values;
  struct time_tick times[TIME_TICKS_MAX];
  struct time_axis axis; /* in columns from the left of the terminal */
  size_t n_times;
  size_t gutter; /* columns left of the axis */
  size_t columns, rows;
};

static bool many(const struct plot *plot) {
  return plot->n_lines > 1;
}

void terminal_head(const struct terminal *terminal, const struct plot *plot, int shift) {
  char unit[96];
  plot_unit(plot, shift, unit, sizeof unit);
  if (terminal->colour)
    fputs("\033[1m", terminal->out);
  terminal_wrap(terminal, plot->title, 0, 2);
  terminal_plain(terminal);
  const char *between = plot->formula[0] != '\0' && unit[0] != '\0' ? ", " : "";
  scoped(free) char *text = NULL;
  if (asprintf(&text, "%s%s%s", plot->formula, between, unit) >= 0)
    terminal_wrap(terminal, text, 0, 1);
}

size_t terminal_head_rows(const struct terminal *terminal, const struct plot *plot, int shift) {
  char unit[96];
  plot_unit(plot, shift, unit, sizeof unit);
  bool second = plot->formula[0] != '\0' || unit[0] != '\0';
  return terminal_wrap_rows(terminal, plot->title, 0, 2) + second;
}

void terminal_foot(const struct terminal *terminal, const struct plot *plot) {
  terminal_wrap(terminal, plot->source, 0, 2);
}

size_t terminal_foot_rows(const struct terminal *terminal, const struct plot *plot) {
  return terminal_wrap_rows(terminal, plot->source, 0, 2);
}

static size_t legend_rows(const struct layout *layout) {
  const struct plot *plot = layout->plot;
  size_t rows = plot->has_forecast || plot->has_target;
  for (size_t i = 0; i < plot->n_lines && many(plot); i++)
    rows += terminal_wrap_rows(layout->terminal, plot->lines[i].label, 5, 2);
  return rows;
}

static void print_legend(const struct layout *layout) {
  const struct plot *plot = layout->plot;
  const struct terminal *terminal = layout->terminal;
  FILE *out = terminal->out;
  for (size_t i = 0; i < plot->n_lines && many(plot); i++) {
    terminal_colour(terminal, (uint8_t)i);
    if (terminal->ascii)
      fprintf(out, "  %c", ASCII_LETTERS[i]);
    else
      fprintf(out, "%s%c", layout->glyphs->line, LETTERS[i]);
    terminal_plain(terminal);
    fputs("  ", out);
    terminal_wrap(terminal, plot->lines[i].label, 5, 2);
  }
  if (plot->has_forecast)
    fprintf(out, "%s forecast%s", layout->glyphs->forecast, plot->has_target ? "   " : "\n");
  if (plot->has_target)
    fprintf(out, "%s target\n", layout->glyphs->target);
}

static double measure(void *arg, const char *text) {
  (void)arg;
  return (double)terminal_text_width(text);
}

static size_t widest_value(const struct value_ticks *ticks) {
  size_t widest = 0;
  for (size_t i = 0; i < ticks->n; i++) {
    char text[TICK_TEXT_SIZE];
    value_tick_text(ticks, i, text);
    size_t width = strlen(text);
    widest = width > widest ? width : widest;
  }
  return widest;
}

static struct value_ticks make_values(const struct plot *plot, size_t rows) {
  size_t most = rows / 3 < 3 ? 3 : rows / 3 > 8 ? 8 : rows / 3;
  return value_ticks_make(plot->lo, plot->hi, most, value_ticks_near_zero(plot->lo, plot->hi));
}

/* One point has a period, but no distance to another. */
static void widen_point(const struct plot *plot, struct time_axis *axis) {
  axis->first_ms = plot->first_ms;
  axis->last_ms = plot->last_ms;
  if (axis->first_ms < axis->last_ms)
    return;
  int64_t period = period_at(plot->finest, plot->first_ms);
  axis->first_ms = period_first_ms(plot->finest, period);
  axis->last_ms = period_last_ms(plot->finest, period);
}

static void lay_out_time(struct layout *layout) {
  const struct plot *plot = layout->plot;
  double left = (double)layout->gutter + 1;
  layout->axis = (struct time_axis){.finest = plot->finest,
                                    .coarsest = plot->coarsest,
                                    .left = left,
                                    .right = left + (double)layout->columns - 1,
                                    .most = (double)layout->terminal->width,
                                    .gap = 2,
                                    .measure = measure};
  widen_point(plot, &layout->axis);
  layout->n_times = time_ticks_make(&layout->axis, layout->times);
}

static void lay_out(struct layout *layout) {
  const struct terminal *terminal = layout->terminal;
  layout->values = make_values(layout->plot, terminal->height);
  size_t taken = terminal_head_rows(terminal, layout->plot, layout->values.shift) +
                 legend_rows(layout) + terminal_foot_rows(terminal, layout->plot) + 2;
  layout->rows = terminal->height > taken + 3 ? terminal->height - taken : 3;
  layout->values = make_values(layout->plot, layout->rows);
  layout->gutter = widest_value(&layout->values) + 1;
  size_t margin = layout->gutter + 1 + (many(layout->plot) ? 2 : 0);
  layout->columns = terminal->width > margin + 8 ? terminal->width - margin : 8;
  lay_out_time(layout);
}

static void place(const struct layout *layout, const struct plot_point *point, int64_t ret_xy[2]) {
  double wide = (double)canvas_width(layout->canvas) - 1;
  double high = (double)canvas_height(layout->canvas) - 1;
  const struct time_axis *axis = &layout->axis;
  double share = (time_axis_place(axis, point->at_ms) - axis->left) / (axis->right - axis->left);
  ret_xy[0] = llround(share * wide);
  ret_xy[1] = llround((1 - value_ticks_place(&layout->values, point->value)) * high);
}

static void draw_point(struct layout *layout, const struct plot_line *line, size_t i,
                       struct pen pen) {
  int64_t here[2], before[2];
  const struct plot_point *point = &line->points[i];
  place(layout, point, here);
  if (plot_is_joined(line, i)) {
    place(layout, point - 1, before);
    pen.dashed = point->status == OBS_STATUS_FORECAST;
    canvas_line(layout->canvas, before, here, &pen);
  } else {
    canvas_dot(layout->canvas, here[0], here[1], &pen);
  }
}

static void mark_point(struct layout *layout, const struct plot_point *point, uint8_t line) {
  int64_t here[2];
  bool target = point->status == OBS_STATUS_TARGET;
  if (!target && point->status != OBS_STATUS_FORECAST)
    return;
  place(layout, point, here);
  canvas_mark(layout->canvas, here[0], here[1],
              target ? layout->glyphs->target : layout->glyphs->forecast, line);
}

static void draw_line(struct layout *layout, size_t n) {
  const struct plot_line *line = &layout->plot->lines[n];
  struct pen pen = {.line = (uint8_t)n, .letter = ASCII_LETTERS[n]};
  for (size_t i = 0; i < line->n_points; i++)
    if (plot_has_value(&line->points[i]))
      draw_point(layout, line, i, pen);
}

static void draw_marks(struct layout *layout, size_t n) {
  const struct plot_line *line = &layout->plot->lines[n];
  for (size_t i = 0; i < line->n_points; i++)
    if (plot_has_value(&line->points[i]))
      mark_point(layout, &line->points[i], (uint8_t)n);
}

/* A letter on the line at two places, other ones for each, so that lines are told apart without
 * colours. In ASCII the line is of its letter. */
static void letter_line(struct layout *layout, size_t n) {
  static const char *const MARKS[] = {"A", "B", "C", "D", "E", "F", "G", "H"};
  const struct plot_line *line = &layout->plot->lines[n];
  for (size_t k = 1; k <= 2; k++) {
    size_t i = (line->n_points - 1) * (2 * n + 1 + k * layout->plot->n_lines * 2) /
               (layout->plot->n_lines * 6);
    int64_t here[2];
    if (i >= line->n_points || !plot_has_value(&line->points[i]))
      continue;
    place(layout, &line->points[i], here);
    if (!canvas_is_marked(layout->canvas, here[0], here[1]))
      canvas_mark(layout->canvas, here[0], here[1], MARKS[n], (uint8_t)n);
  }
}

static void draw(struct layout *layout) {
  size_t n = layout->plot->n_lines;
  for (size_t i = n; i-- > 0;)
    draw_line(layout, i);
  for (size_t i = 0; i < n; i++)
    draw_marks(layout, i);
  for (size_t i = 0; i < n && many(layout->plot) && !layout->terminal->ascii; i++)
    letter_line(layout, i);
}

static size_t row_of(const struct layout *layout, double value) {
  double place = 1 - value_ticks_place(&layout->values, value);
  return (size_t)llround(place * (double)(layout->rows - 1));
}

static void print_side(const struct layout *layout, size_t row) {
  char text[TICK_TEXT_SIZE] = "";
  bool tick = false;
  for (size_t i = 0; i < layout->values.n && !tick; i++) {
    tick = row_of(layout, value_tick_at(&layout->values, i)) == row;
    if (tick)
      value_tick_text(&layout->values, i, text);
  }
  fprintf(layout->terminal->out, "%*s %s", (int)layout->gutter - 1, text,
          tick ? layout->glyphs->tick : layout->glyphs->side);
}

/* The letters of the lines that end in this row, behind it. */
static void print_ends(const struct layout *layout, size_t row) {
  size_t room = 2;
  for (size_t n = 0; n < layout->plot->n_lines && many(layout->plot) && room > 0; n++) {
    const struct plot_line *line = &layout->plot->lines[n];
    size_t last = line->n_points;
    while (last > 0 && !plot_has_value(&line->points[last - 1]))
      last--;
    if (last == 0 || row_of(layout, line->points[last - 1].value) != row ||
        line->points[last - 1].at_ms < layout->axis.last_ms)
      continue;
    terminal_colour(layout->terminal, (uint8_t)n);
    fputc(layout->terminal->ascii ? ASCII_LETTERS[n] : LETTERS[n], layout->terminal->out);
    terminal_plain(layout->terminal);
    room--;
  }
}

/* Blanks at the end of a row are left out. */
static void print_cells(const struct layout *layout, size_t row) {
  bool zero = layout->values.lo < 0 && layout->values.hi > 0 && row_of(layout, 0) == row;
  size_t blanks = 0;
  for (size_t column = 0; column < layout->columns; column++) {
    char text[CANVAS_CELL_SIZE];
    uint8_t line = canvas_cell(layout->canvas, column, row, text);
    if (line == CANVAS_NO_LINE && !zero) {
      blanks++;
      continue;
    }
    fprintf(layout->terminal->out, "%*s", (int)blanks, "");
    blanks = 0;
    terminal_colour(layout->terminal, line);
    fputs(line == CANVAS_NO_LINE ? layout->glyphs->zero : text, layout->terminal->out);
    if (line != CANVAS_NO_LINE)
      terminal_plain(layout->terminal);
  }
  if (many(layout->plot) && blanks == 0)
    print_ends(layout, row);
  fputc('\n', layout->terminal->out);
}

static void print_floor(const struct layout *layout) {
  FILE *out = layout->terminal->out;
  fprintf(out, "%*s%s", (int)layout->gutter, "", layout->glyphs->corner);
  for (size_t column = 0, next = 0; column < layout->columns; column++) {
    double at = (double)(layout->gutter + 1 + column);
    while (next < layout->n_times && layout->times[next].at < at - 0.5)
      next++;
    bool tick = next < layout->n_times && layout->times[next].at < at + 0.5;
    fputs(tick ? layout->glyphs->floor_tick : layout->glyphs->floor, out);
  }
  fputc('\n', out);
}

static void print_times(const struct layout *layout) {
  FILE *out = layout->terminal->out;
  size_t column = 0;
  for (size_t i = 0; i < layout->n_times; i++) {
    size_t at = (size_t)llround(floor(layout->times[i].label + 0.5));
    fprintf(out, "%*s%s", (int)(at > column ? at - column : 0), "", layout->times[i].text);
    column = (at > column ? at : column) + terminal_text_width(layout->times[i].text);
  }
  fputc('\n', out);
}

static bool plot_lines(const struct terminal *terminal, const struct plot *plot) {
  struct layout layout = {
      .terminal = terminal, .plot = plot, .glyphs = terminal->ascii ? &ASCII : &UTF8};
  lay_out(&layout);
  layout.canvas = canvas_new(layout.columns, layout.rows, terminal->ascii);
  if (layout.canvas == NULL)
    return false;
  draw(&layout);
  terminal_head(terminal, plot, layout.values.shift);
  for (size_t row = 0; row < layout.rows; row++) {
    print_side(&layout, row);
    print_cells(&layout, row);
  }
  print_floor(&layout);
  print_times(&layout);
  print_legend(&layout);
  terminal_foot(terminal, plot);
  canvas_free(layout.canvas);
  return true;
}

bool terminal_plot(const struct terminal *terminal, const struct plot *plot) {
  if (!plot->bars)
    return plot_lines(terminal, plot);
  terminal_bars(terminal, plot);
  return true;
}
