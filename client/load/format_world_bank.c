/* SPDX-License-Identifier: MIT */
/* The World Bank's wide tables: an economy and indicator a row, a year a column. The bulk file has
 * the heading on its first line; downloads of an indicator or a country have lines of their own
 * above it, among them the day of the last update; DataBank writes "1960 [YR1960]". */
#include "client/load/formats.h"
#include "client/load/layout.h"
#include "proto/instant.h"

static bool is_heading(const struct load_head *head, size_t record) {
  return head_cell_is(head, record, 0, "Country Name") &&
         head_cell_is(head, record, 1, "Country Code") &&
         (head_cell_is(head, record, 2, "Indicator Name") ||
          head_cell_is(head, record, 2, "Series Name")) &&
         (head_cell_is(head, record, 3, "Indicator Code") ||
          head_cell_is(head, record, 3, "Series Code"));
}

static size_t find_heading(const struct load_head *head) {
  size_t record = 0;
  while (record < head->n_records && !is_heading(head, record))
    record++;
  return record;
}

static int recognise(const struct load_head *head) {
  return find_heading(head) < head->n_records ? 95 : 0;
}

/* "Last Updated Date","2020-07-01" above the heading says which release it is. */
static bool take_release(const struct load_head *head, struct load_layout *layout, size_t heading) {
  struct instant_span span;
  for (size_t i = 0; i < heading; i++)
    if (head_cell_is(head, i, 0, "Last Updated Date") &&
        instant_parse(head_cell(head, i, 1), &span) == INSTANT_OK)
      return format_release(head, layout, layout->publisher, span.first_ms,
                            span.precision == INSTANT_PRECISION_DAY);
  return true;
}

static bool take_title(const struct load_head *head, struct load_layout *layout, size_t heading) {
  for (size_t i = 0; i < heading; i++)
    if (head_cell_is(head, i, 0, "Data Source")) {
      layout->title = load_text(head->load, head_cell(head, i, 1));
      return layout->title != NULL;
    }
  return true;
}

static bool lay_out(const struct load_head *head, struct load_layout *layout) {
  size_t heading = find_heading(head);
  layout->ragged = layout->notes = true;
  layout->publisher = "World Bank";
  if (!layout_take_heading(head, layout, heading) || !format_frequency_part(head, layout))
    return false;
  struct load_part *area = format_area_part(head, layout);
  if (area == NULL)
    return false;
  area->column = 1;
  area->name_column = 0;
  struct load_part *indicator = format_indicator_part(head, layout);
  if (indicator == NULL)
    return false;
  indicator->column = 3;
  indicator->name_column = 2;
  return format_period_columns(head, layout, 4) && take_title(head, layout, heading) &&
         take_release(head, layout, heading);
}

const struct load_format format_world_bank = {
    .name = "world-bank",
    .words = "World Bank, an economy and indicator a row, a year a column",
    .recognise = recognise,
    .lay_out = lay_out,
};
