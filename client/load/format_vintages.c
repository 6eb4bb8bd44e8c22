/* SPDX-License-Identifier: MIT */
/* Real-time matrices: the periods of one series down the rows, a vintage a column. ALFRED heads a
 * column GDP_20230127, the Philadelphia Fed ROUTPUT65Q4; others name the vintage alone, and may
 * have the days of publication in a row above. Each vintage is a release. */
#include <ctype.h>

#include "client/load/formats.h"

/* A heading taken apart: the series' name, which may be empty, and the vintage. */
struct heading {
  struct bytes series;
  struct period_words vintage;
};

static bool read_words(struct bytes text, const struct period_words_options *options,
                       struct period_words *ret_words) {
  return text.size > 0 && period_words(text, options, ret_words) == PERIOD_WORDS_OK;
}

/* 65Q4 is of 1965; 24Q1, of 2024: no vintage is of the future. */
static bool read_short(struct bytes text, const struct period_words_options *options,
                       struct period_words *ret_words) {
  char longer[8];
  if (text.size < 4 || text.size > 5 || !isdigit(text.data[0]) || !isdigit(text.data[1]))
    return false;
  int year = (text.data[0] - '0') * 10 + text.data[1] - '0';
  year += year + 2000 <= options->latest_year ? 2000 : 1900;
  int size = snprintf(longer, sizeof longer, "%04d%.*s", year, (int)text.size - 2,
                      (const char *)text.data + 2);
  return read_words(bytes_of(longer, (size_t)size), options, ret_words);
}

/* GDP_20230127, ROUTPUT65Q4, EMPLOY65M12. */
static bool split(struct bytes text, const struct period_words_options *options,
                  struct heading *ret_heading) {
  size_t size = text.size;
  if (size > 9 && text.data[size - 9] == '_' &&
      read_words(bytes_of(text.data + size - 8, 8), options, &ret_heading->vintage)) {
    ret_heading->series = bytes_of(text.data, size - 9);
    return true;
  }
  for (size_t tail = 4; tail <= 5 && tail < size; tail++) {
    uint8_t letter = text.data[size - tail + 2];
    if ((letter != 'Q' && letter != 'M') || isdigit(text.data[size - tail - 1]) ||
        !read_short(bytes_of(text.data + size - tail, tail), options, &ret_heading->vintage))
      continue;
    ret_heading->series = bytes_of(text.data, size - tail);
    return true;
  }
  ret_heading->series = bytes_of(NULL, 0);
  return read_words(text, options, &ret_heading->vintage);
}

/* GDP_20230127 names a series beside its vintage, so that there may be several in a table. */
static bool names_series(const struct heading *heading, struct bytes cell) {
  return heading->series.size > 0 && cell.size == heading->series.size + 9;
}

/* Whether all headings but the first are vintages, and each row is a period. */
static bool is_heading(const struct load_head *head, size_t record,
                       const struct period_words_options *options) {
  size_t n = head->records[record].n_cells, n_vintages = 0;
  struct heading first = {0}, other;
  struct period_words period;
  for (size_t i = 1; i < n; i++) {
    struct bytes cell = head_cell(head, record, i);
    if (cell.size == 0)
      continue;
    if (!split(cell, options, n_vintages == 0 ? &first : &other))
      return false;
    bool same = n_vintages == 0 || bytes_equal(first.series, other.series);
    if (!same && !names_series(&other, cell))
      return false;
    n_vintages++;
  }
  return n_vintages > 0 && (n_vintages > 1 || first.series.size > 0) &&
         read_words(head_cell(head, record + 1, 0), options, &period) &&
         !read_words(head_cell(head, record, 0), options, &period);
}

static size_t find_heading(const struct load_head *head,
                           const struct period_words_options *options) {
  size_t record = 0;
  while (record < head->n_records && !is_heading(head, record, options))
    record++;
  return record;
}

static int recognise(const struct load_head *head) {
  struct period_words_options options = {.latest_year = format_this_year()};
  return find_heading(head, &options) < head->n_records ? 80 : 0;
}

/* The row above may say on which days the vintages were published. */
static bool has_days(const struct load_head *head, size_t heading,
                     const struct period_words_options *options) {
  struct period_words day;
  return heading > 0 && head_cell_is(head, heading - 1, 0, "release_date") &&
         read_words(head_cell(head, heading - 1, 1), options, &day) &&
         day.frequency == FREQUENCY_NONE;
}

static bool add_vintage(const struct load_head *head, struct load_layout *layout, size_t cell,
                        size_t heading) {
  struct heading parts;
  struct period_words day;
  if (layout->headings[cell][0] == '\0')
    return true;
  if (!split(bytes_of_text(layout->headings[cell]), &layout->periods, &parts))
    return load_complain(head->load,
                         (struct load_place){head->file, head->records[heading].line, cell + 1,
                                             layout->headings[cell]},
                         "names no vintage: GDP_20230127, ROUTPUT65Q4, 2023-Q1");
  bool dated = has_days(head, heading, &layout->periods) &&
               read_words(head_cell(head, heading - 1, cell), &layout->periods, &day);
  struct load_value *value = layout_add_value(head->load, layout, cell);
  if (value == NULL)
    return false;
  value->code = parts.series.size == 0 ? head->base_name : load_text(head->load, parts.series);
  value->release = format_vintage(head, format_dataset_id(head), dated ? &day : &parts.vintage);
  return value->code != NULL && value->release != NULL;
}

static bool lay_out(const struct load_head *head, struct load_layout *layout) {
  layout->ragged = layout->notes = layout->vintages = true;
  layout->periods.latest_year = format_this_year();
  size_t heading = find_heading(head, &layout->periods);
  struct load_part *series;
  if (!layout_take_heading(head, layout, heading < head->n_records ? heading : 0) ||
      format_frequency_part(head, layout) == NULL)
    return false;
  series = format_indicator_part(head, layout);
  if (series == NULL)
    return false;
  series->of_value = true;
  layout->at[LOAD_PERIOD] = 0;
  for (size_t i = 1; i < layout->n_cells; i++)
    if (!add_vintage(head, layout, i, layout->heading_records - 1))
      return false;
  return true;
}

const struct load_format format_vintages = {
    .name = "vintages",
    .words = "a real-time matrix, a period a row, a vintage a column",
    .recognise = recognise,
    .lay_out = lay_out,
};
