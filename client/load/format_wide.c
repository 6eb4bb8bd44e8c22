/* SPDX-License-Identifier: MIT */
/* Bellwether's own table with many figures a row. Either a period a row and a series a column, as
 * `get --wide` prints it, or a series a row and a period a column. */
#include "client/load/layout.h"
#include "proto/key.h"

static bool is_period(struct bytes cell, enum frequency *ret_frequency, int64_t *ret_period) {
  return period_parse(cell, ret_frequency, ret_period) == PERIOD_OK;
}

static bool is_key(struct bytes cell) {
  struct key key;
  return cell.size > 0 && memchr(cell.data, '/', cell.size) != NULL &&
         key_parse(cell, &key, NULL) == KEY_OK;
}

static int recognise(const struct load_head *head) {
  enum frequency frequency;
  int64_t period;
  size_t n = head->records[0].n_cells, n_keys = 0, n_periods = 0;
  for (size_t i = 1; i < n; i++) {
    n_keys += is_key(head_cell(head, 0, i));
    n_periods += is_period(head_cell(head, 0, i), &frequency, &period);
  }
  if (head_cell_is(head, 0, 0, "period") && n > 1 && n_keys == n - 1)
    return 95;
  return head_cell_is(head, 0, 0, "series") && n > 1 && n_periods == n - 1 ? 95 : 0;
}

static bool add_series(const struct load_head *head, struct load_layout *layout) {
  layout->at[LOAD_PERIOD] = 0;
  for (size_t i = 1; i < layout->n_cells; i++) {
    struct load_value *value = layout_add_value(head->load, layout, i);
    if (value == NULL)
      return false;
    value->series = layout->headings[i];
  }
  return true;
}

static bool add_periods(const struct load_head *head, struct load_layout *layout) {
  layout->at[LOAD_SERIES] = 0;
  for (size_t i = 1; i < layout->n_cells; i++) {
    struct load_value *value = layout_add_value(head->load, layout, i);
    if (value == NULL)
      return false;
    if (!is_period(bytes_of_text(layout->headings[i]), &value->frequency, &value->period))
      return load_complain(
          head->load,
          (struct load_place){head->file, head->records[0].line, i + 1, layout->headings[i]},
          "is no period: 2024, 2024-Q1, 2024-03, 2024-W12, 2024-03-01");
  }
  return true;
}

static bool lay_out(const struct load_head *head, struct load_layout *layout) {
  layout->exact = true;
  if (!layout_take_heading(head, layout, 0))
    return false;
  return head_cell_is(head, 0, 0, "series") ? add_periods(head, layout) : add_series(head, layout);
}

const struct load_format format_wide = {
    .name = "wide",
    .words = "Bellwether's own table, a series or a period a column",
    .own = true,
    .recognise = recognise,
    .lay_out = lay_out,
};
