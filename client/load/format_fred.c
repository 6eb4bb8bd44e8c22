/* SPDX-License-Identifier: MIT */
/* FRED: a date a row, a series a column; before 2024 `DATE,VALUE` or `DATE,ID`, since then
 * `observation_date,ID`. A column VALUE is the series that the file is named after. FRED-MD and
 * FRED-QD are panels of the same kind, a file a vintage, with rows of their own above the dates. */
#include <ctype.h>

#include "client/load/formats.h"

static bool is_id(struct bytes cell) {
  for (size_t i = 0; i < cell.size; i++)
    if (!isupper(cell.data[i]) && !isdigit(cell.data[i]) && cell.data[i] != '_')
      return false;
  return cell.size > 0;
}

static int recognise(const struct load_head *head) {
  size_t n = head->records[0].n_cells;
  bool dated = bytes_equal(head_cell(head, 0, 0), bytes_of_text("DATE")) ||
               head_cell_is(head, 0, 0, "observation_date");
  for (size_t i = 1; i < n; i++)
    dated = dated && is_id(head_cell(head, 0, i));
  return dated && n > 1 ? 70 : 0;
}

/* Every heading but the first is a series. */
static bool add_series(const struct load_head *head, struct load_layout *layout) {
  struct load_part *part = format_indicator_part(head, layout);
  if (part == NULL)
    return false;
  part->of_value = true;
  layout->at[LOAD_PERIOD] = 0;
  for (size_t i = 1; i < layout->n_cells; i++) {
    if (layout->headings[i][0] == '\0')
      continue;
    struct load_value *value = layout_add_value(head->load, layout, i);
    if (value == NULL)
      return false;
    value->code = strcmp(layout->headings[i], "VALUE") == 0 ? head->base_name : layout->headings[i];
  }
  return true;
}

static bool lay_out(const struct load_head *head, struct load_layout *layout) {
  layout->ragged = layout->notes = layout->mixed = true;
  layout->publisher = "Federal Reserve Bank of St. Louis";
  layout->periods = format_periods(head, 1, 0);
  return layout_take_heading(head, layout, 0) && format_frequency_part(head, layout) != NULL &&
         add_series(head, layout) && format_check_years(head, layout);
}

const struct load_format format_fred = {
    .name = "fred",
    .words = "FRED, a date a row, a series a column",
    .recognise = recognise,
    .lay_out = lay_out,
};

static int recognise_md(const struct load_head *head) {
  return head_cell_is(head, 0, 0, "sasdate") ? 95 : 0;
}

static bool lay_out_md(const struct load_head *head, struct load_layout *layout) {
  static const char *const ABOVE[] = {"transform", "factors", NULL};
  struct period_words vintage;
  if (!lay_out(head, layout))
    return false;
  layout->passed_over = ABOVE;
  layout->whole = true;
  layout->mixed = false;
  layout->title = "FRED-MD";
  if (head->load->default_release != NULL ||
      period_words(bytes_of_text(head->base_name), &layout->periods, &vintage) != PERIOD_WORDS_OK)
    return true;
  layout->release = format_vintage(head, "FRED-MD", &vintage);
  return layout->release != NULL;
}

const struct load_format format_fred_md = {
    .name = "fred-md",
    .words = "FRED-MD, a date a row, a series a column; the file's name is the vintage",
    .recognise = recognise_md,
    .lay_out = lay_out_md,
};
