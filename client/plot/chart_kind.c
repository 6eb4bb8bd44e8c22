/* SPDX-License-Identifier: MIT */
#include <strings.h>

#include "client/plot/chart.h"

bool chart_kind_of(const char *path, enum chart_kind *ret_kind) {
  static const char *const ENDINGS[] = {
      [CHART_SVG] = ".svg", [CHART_PNG] = ".png", [CHART_PDF] = ".pdf"};
  size_t size = strlen(path);
  for (size_t i = 0; i < count_of(ENDINGS); i++) {
    if (size <= 4 || path[size - 5] == '/' || strcasecmp(path + size - 4, ENDINGS[i]) != 0)
      continue;
    *ret_kind = (enum chart_kind)i;
    return true;
  }
  return false;
}
