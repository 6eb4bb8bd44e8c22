/* SPDX-License-Identifier: MIT */
/* The surfaces of a chart, and the file that they become. */
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <pango/pangocairo.h>

#include "client/export/unfinished.h"
#include "client/plot/chart.h"
#include "client/plot/chart_pen.h"
#include "client/plot/chart_layout.h"
#include "proto/calendar.h"

static cairo_status_t write_bytes(void *arg, const unsigned char *data, unsigned size) {
  return fwrite(data, 1, size, arg) == size ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* The same plot is the same bytes: a document is as old as its newest figure, not as its file. */
static void date_pdf(cairo_surface_t *surface, const struct plot *plot) {
  char text[32];
  struct civil_date date =
      calendar_civil_from_days(floor_div(plot->last_release_ms, CALENDAR_DAY_MS));
  snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", date.year, date.month, date.day);
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, text);
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, plot->title);
}

static cairo_surface_t *make_surface(const struct chart *chart, const struct plot *plot,
                                     FILE *stream) {
  double width = chart->width, height = chart->height;
  cairo_surface_t *surface = NULL;
  switch (chart->kind) {
  case CHART_SVG:
    surface = cairo_svg_surface_create_for_stream(write_bytes, stream, width, height);
    cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
    break;
  case CHART_PDF:
    surface = cairo_pdf_surface_create_for_stream(write_bytes, stream, width, height);
    date_pdf(surface, plot);
    break;
  case CHART_PNG:
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(chart->width * chart->scale),
                                         (int)(chart->height * chart->scale));
    cairo_surface_set_device_scale(surface, chart->scale, chart->scale);
    break;
  }
  return surface;
}

static cairo_status_t draw(const struct chart *chart, const struct plot *plot, FILE *stream) {
  cairo_surface_t *surface = make_surface(chart, plot, stream);
  cairo_status_t status = cairo_surface_status(surface);
  struct chart_pen *pen = status == CAIRO_STATUS_SUCCESS ? chart_pen_new(surface) : NULL;
  if (pen != NULL) {
    chart_draw(pen, plot, chart->width, chart->height);
    status = cairo_status(chart_pen_cairo(pen));
  } else if (status == CAIRO_STATUS_SUCCESS) {
    status = CAIRO_STATUS_NO_MEMORY;
  }
  chart_pen_free(pen);
  if (status == CAIRO_STATUS_SUCCESS && chart->kind == CHART_PNG)
    status = cairo_surface_write_to_png_stream(surface, write_bytes, stream);
  cairo_surface_finish(surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  return status;
}

/* Fonts are kept for the next text until they are given up. */
static void forget_fonts(void) {
  pango_cairo_font_map_set_default(NULL);
}

static enum exit_code fail(struct cli *cli, const struct chart *chart, const char *problem) {
  complain(cli, "%s: %s", chart->path, problem);
  return EXIT_CODE_REFUSED;
}

enum exit_code chart_write(struct cli *cli, const struct chart *chart, const struct plot *plot) {
  unfinished_begin();
  struct unfinished *file = unfinished_new(chart->path);
  if (file == NULL)
    return fail(cli, chart, strerror(errno));
  errno = 0;
  cairo_status_t status = draw(chart, plot, unfinished_stream(file));
  int problem = errno;
  enum exit_code code = EXIT_CODE_OK;
  forget_fonts();
  if (status == CAIRO_STATUS_WRITE_ERROR && problem != 0)
    code = fail(cli, chart, strerror(problem));
  else if (status != CAIRO_STATUS_SUCCESS)
    code = fail(cli, chart, cairo_status_to_string(status));
  else if (!unfinished_seal(file) || !unfinished_finish(file))
    code = fail(cli, chart, strerror(errno));
  unfinished_free(file);
  return code;
}
