/* SPDX-License-Identifier: MIT */
/* Whether a row is one of figures at all, and stands under the heading as it should. */
#include <strings.h>

#include "client/load/cell.h"
#include "client/load/table.h"

bool row_is_blank(const struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  for (size_t i = 0; i < layout->n_values; i++)
    if (row_cell(row, layout->values[i].column).size > 0)
      return false;
  return true;
}

static bool begins_with_a_word(const struct row *row) {
  struct bytes first = row_cell(row, 0);
  for (const char *const *word = row->table->layout.passed_over; word != NULL && *word != NULL;
       word++)
    if (first.size >= strlen(*word) &&
        strncasecmp((const char *)first.data, *word, strlen(*word)) == 0)
      return true;
  return false;
}

static bool repeats_heading(const struct row *row, size_t cell) {
  const char *heading = row->table->layout.headings[cell];
  return heading[0] != '\0' && bytes_equal(row_cell(row, cell), bytes_of_text(heading));
}

/* Whether the columns of codes and periods have their own headings below them. */
static bool is_heading(const struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  size_t n = 0;
  for (size_t i = 0; i < layout->n_parts; i++) {
    size_t column = layout->parts[i].column;
    if (column == LOAD_ABSENT)
      continue;
    if (!repeats_heading(row, column))
      return false;
    n++;
  }
  size_t period = layout->at[LOAD_PERIOD];
  if (period != LOAD_ABSENT && !repeats_heading(row, period))
    return false;
  return n > 0 || period != LOAD_ABSENT;
}

static bool is_same_heading(const struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  for (size_t i = 0; i < layout->n_cells; i++)
    if (!bytes_equal(row_cell(row, i), bytes_of_text(layout->headings[i])))
      return false;
  return true;
}

/* Files that were written one behind the other: the same heading is passed over, another one would
 * make its figures those of the first. */
static bool check_heading(const struct row *row, bool *ret_passed) {
  *ret_passed = row->table->layout.notes && is_heading(row);
  return !*ret_passed || is_same_heading(row) ||
         load_complain(row->table->load, row_place(row, LOAD_ABSENT),
                       "is a heading of other columns: each table must be a file of its own");
}

/* Its first line. */
static int line_shown(struct bytes text) {
  size_t size = 0;
  while (size < text.size && text.data[size] != '\n' && text.data[size] != '\r')
    size++;
  return text_shown(bytes_of(text.data, size));
}

/* The first cell may be without a heading: programs number rows there. */
static bool check_nameless(const struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  for (size_t i = layout->nameless; i < layout->n_cells && i < row->record->n_cells; i++)
    if (layout->headings[i][0] == '\0' && row_cell(row, i).size > 0)
      return row_complain(row, i, row_cell(row, i), "stands below no heading");
  return true;
}

static bool check_width(const struct row *row) {
  const struct load_layout *layout = &row->table->layout;
  size_t n = row->record->n_cells;
  for (size_t i = layout->n_cells; layout->ragged && i < n; i++)
    if (row_cell(row, i).size > 0)
      return row_complain(row, i, row_cell(row, i), "is beyond the heading");
  if (layout->ragged)
    return check_nameless(row);
  return n == layout->n_cells ||
         load_complain(row->table->load, row_place(row, LOAD_ABSENT),
                       "has %zu cell%s, and the heading has %zu: \"%.*s\"", n, n == 1 ? "" : "s",
                       layout->n_cells, line_shown(row->record->text),
                       (const char *)row->record->text.data);
}

bool row_check_shape(const struct row *row, bool *ret_passed) {
  *ret_passed = begins_with_a_word(row) || (row->table->layout.notes && row_is_blank(row));
  return *ret_passed || (check_heading(row, ret_passed) && (*ret_passed || check_width(row)));
}
