/* SPDX-License-Identifier: MIT */
/* A plot as a file: SVG, PNG or PDF, drawn by cairo. A build without cairo has only chart_write,
 * and that refuses. */
#ifndef BELLWETHER_CLIENT_PLOT_CHART_H
#define BELLWETHER_CLIENT_PLOT_CHART_H

#include "client/plot/plot.h"

enum chart_kind { CHART_SVG, CHART_PNG, CHART_PDF };

enum {
  CHART_LEAST = 200, /* either way: less is no room for the words */
  CHART_MOST = 8000,
  CHART_SCALE_MOST = 8,
};

struct chart {
  const char *path;
  enum chart_kind kind;
  uint32_t width, height; /* pixels of SVG and PNG, points of PDF */
  uint32_t scale;         /* of PNG: so many pixels a pixel */
};

/* By the ending of the path. False: none of the three. */
must_check bool chart_kind_of(const char *path, enum chart_kind *ret_kind);
/* The whole file or none. What goes wrong has been told. */
must_check enum exit_code chart_write(struct cli *cli, const struct chart *chart,
                                      const struct plot *plot);

#endif
