/* SPDX-License-Identifier: MIT */
#include "client/plot/chart_pen.h"

#include <pango/pangocairo.h>

struct chart_pen {
  cairo_t *cairo;
  PangoLayout *layout;
};

/* Glyphs keep their shape and advance at any scale, so that a text has one width everywhere. */
static void set_fonts(struct chart_pen *pen) {
  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(pango_layout_get_context(pen->layout), options);
  pango_cairo_context_set_resolution(pango_layout_get_context(pen->layout), 96);
  cairo_font_options_destroy(options);
}

struct chart_pen *chart_pen_new(cairo_surface_t *surface) {
  struct chart_pen *pen = calloc(1, sizeof *pen);
  if (pen == NULL)
    return NULL;
  pen->cairo = cairo_create(surface);
  pen->layout = pango_cairo_create_layout(pen->cairo);
  pango_layout_set_single_paragraph_mode(pen->layout, TRUE);
  set_fonts(pen);
  cairo_set_line_join(pen->cairo, CAIRO_LINE_JOIN_ROUND);
  return pen;
}

void chart_pen_free(struct chart_pen *pen) {
  if (pen == NULL)
    return;
  g_object_unref(pen->layout);
  cairo_destroy(pen->cairo);
  free(pen);
}

cairo_t *chart_pen_cairo(struct chart_pen *pen) {
  return pen->cairo;
}

static void set_text(struct chart_pen *pen, const struct chart_text *text) {
  PangoFontDescription *font = pango_font_description_new();
  char *valid = g_utf8_make_valid(text->text, -1);
  pango_font_description_set_family_static(font, "Sans");
  pango_font_description_set_absolute_size(font, text->size * PANGO_SCALE);
  pango_font_description_set_weight(font, text->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(pen->layout, font);
  pango_layout_set_width(pen->layout, text->width > 0 ? (int)(text->width * PANGO_SCALE) : -1);
  pango_layout_set_height(pen->layout, text->rows > 1 ? -text->rows : -1);
  pango_layout_set_wrap(pen->layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize(pen->layout,
                             text->width > 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  pango_layout_set_text(pen->layout, valid, -1);
  pango_font_description_free(font);
  g_free(valid);
}

struct chart_extent chart_text_extent(struct chart_pen *pen, const struct chart_text *text) {
  PangoRectangle extent;
  set_text(pen, text);
  pango_layout_get_extents(pen->layout, NULL, &extent);
  return (struct chart_extent){(double)extent.width / PANGO_SCALE,
                               (double)extent.height / PANGO_SCALE};
}

void chart_text_draw(struct chart_pen *pen, const struct chart_text *text, double x, double y) {
  set_text(pen, text);
  chart_colour(pen, text->colour);
  cairo_move_to(pen->cairo, x, y);
  pango_cairo_show_layout(pen->cairo, pen->layout);
  cairo_new_path(pen->cairo);
}

static double part(uint32_t colour, int shift) {
  return (double)(colour >> shift & 0xFF) / 255;
}

void chart_colour(struct chart_pen *pen, uint32_t colour) {
  cairo_set_source_rgb(pen->cairo, part(colour, 16), part(colour, 8), part(colour, 0));
}

void chart_stroke(struct chart_pen *pen, double width, uint32_t colour) {
  chart_colour(pen, colour);
  cairo_set_line_width(pen->cairo, width);
  cairo_stroke(pen->cairo);
}

void chart_segment(struct chart_pen *pen, const double from[2], const double to[2], double width,
                   uint32_t colour) {
  cairo_move_to(pen->cairo, from[0], from[1]);
  cairo_line_to(pen->cairo, to[0], to[1]);
  chart_stroke(pen, width, colour);
}

void chart_dashes(struct chart_pen *pen, double length) {
  double dashes[] = {length, length * 0.7};
  cairo_set_dash(pen->cairo, dashes, length > 0 ? 2 : 0, 0);
}

static uint32_t lighter_part(uint32_t colour, int shift, double share) {
  double own = (double)(colour >> shift & 0xFF);
  return (uint32_t)(own + (255 - own) * share) << shift;
}

uint32_t chart_lighter(uint32_t colour, double share) {
  return lighter_part(colour, 16, share) | lighter_part(colour, 8, share) |
         lighter_part(colour, 0, share);
}
