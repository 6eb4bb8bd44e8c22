/* SPDX-License-Identifier: MIT */
/* Tidy tables: named columns, a period a row, one or more columns of values. What the names do not
 * say, --map does. A table with one column of values has one indicator; with several, each is. */
#include <strings.h>

#include "client/load/formats.h"
#include "client/load/map.h"

/* Names of columns, the surer first. */
static const char *const PERIODS[] = {"time_period", "period",   "date",    "time",
                                      "year",        "month",    "quarter", "week",
                                      "datetime",    "ref_date", "refper",  NULL};
static const char *const AREAS[] = {
    "country code", "country_code", "iso_code", "iso3",    "iso3c",  "iso",  "code",   "geo",
    "ref_area",     "area_code",    "location", "country", "entity", "area", "region", NULL};
static const char *const AREA_NAMES[] = {"country name", "country_name", "country", "entity",
                                         "area_name",    "region name",  NULL};
static const char *const INDICATORS[] = {
    "indicator code", "indicator_code", "series code", "series_code", "series_id", "indicator",
    "variable",       "concept",        "measure",     "item",        NULL};
static const char *const INDICATOR_NAMES[] = {"indicator name", "indicator_name", "series name",
                                              "series_name", NULL};
static const char *const VALUES[] = {"value", "obs_value", "figure", "amount", NULL};
static const char *const PARTS[] = {"period", "month", "quarter", "week", NULL};

static size_t find(const struct load_layout *layout, const char *const *names) {
  for (; *names != NULL; names++) {
    size_t cell = layout_find(layout, *names);
    if (cell != LOAD_ABSENT)
      return cell;
  }
  return LOAD_ABSENT;
}

/* What the head has in a column. */
struct look {
  size_t n;                        /* cells that say something */
  size_t n_numbers;                /* or marks of missing ones */
  size_t other;                    /* the record of the first that is neither */
  enum number_words_status status; /* of that one */
};

static struct look look_at(const struct load_head *head, const struct load_layout *layout,
                           size_t cell) {
  struct look look = {.n = 0};
  for (size_t i = layout->heading_records; i < head->n_records; i++) {
    double value;
    struct bytes mark, text = head_cell(head, i, cell);
    enum number_words_status status = number_words(text, layout->numbers, &value, &mark);
    if (status == NUMBER_WORDS_EMPTY)
      continue;
    bool number = status == NUMBER_WORDS_OK || status == NUMBER_WORDS_MISSING;
    if (!number && look.n == look.n_numbers) {
      look.other = i;
      look.status = status;
    }
    look.n++;
    look.n_numbers += number;
  }
  return look;
}

/* A column that is empty so far may have figures below. */
static bool is_numeric(const struct load_head *head, const struct load_layout *layout,
                       size_t cell) {
  struct look look = look_at(head, layout, cell);
  return look.n == look.n_numbers;
}

/* One of values, but for a few cells. */
static bool is_nearly_numeric(const struct look *look) {
  return look->n_numbers < look->n && 2 * look->n_numbers > look->n;
}

static bool complain_other(const struct load_head *head, const struct load_layout *layout,
                           size_t cell, const struct look *look, const char *advice) {
  struct bytes text = head_cell(head, look->other, cell);
  return load_complain(head->load,
                       (struct load_place){head->file, head->records[look->other].line, cell + 1,
                                           layout->headings[cell]},
                       "\"%.*s\" %s; %s", text_shown(text), (const char *)text.data,
                       number_words_status_text(look->status), advice);
}

static bool is_free(const struct load_layout *layout, size_t cell) {
  return layout->headings[cell][0] != '\0' && !layout_takes(layout, cell);
}

/* The column that comes nearest to values, or LOAD_ABSENT. */
static size_t find_nearly_numeric(const struct load_head *head, const struct load_layout *layout) {
  for (size_t i = layout->n_cells; i-- > 0;) {
    struct look look = look_at(head, layout, i);
    if (is_free(layout, i) && is_nearly_numeric(&look))
      return i;
  }
  return LOAD_ABSENT;
}

/* Names a cell that keeps a column from being one of numbers. */
static bool complain_no_values(const struct load_head *head, const struct load_layout *layout) {
  size_t cell = find_nearly_numeric(head, layout);
  for (size_t i = layout->n_cells; i-- > 0 && cell == LOAD_ABSENT;)
    if (is_free(layout, i))
      cell = i;
  if (cell == LOAD_ABSENT)
    return load_complain(head->load, (struct load_place){.file = head->file},
                         "has no column of numbers: --map value=COLUMN says which it is");
  struct look look = look_at(head, layout, cell);
  return complain_other(head, layout, cell, &look,
                        "no column has numbers alone: --map value=COLUMN says which it is");
}

static bool add_value(const struct load_head *head, struct load_layout *layout, size_t cell) {
  struct load_value *value = layout_add_value(head->load, layout, cell);
  if (value != NULL)
    value->code = layout->headings[cell];
  return value != NULL;
}

/* A footnote for each year is no table of figures. */
static bool has_values(const struct load_head *head, const struct load_layout *layout) {
  if (find(layout, VALUES) != LOAD_ABSENT)
    return true;
  for (size_t i = 0; i < layout->n_cells; i++)
    if (is_free(layout, i) && is_numeric(head, layout, i))
      return true;
  return false;
}

/* A column that is called a value is the only one; else all that hold numbers are. */
static bool guess_values(const struct load_head *head, struct load_layout *layout) {
  size_t cell = find(layout, VALUES);
  if (layout->n_values > 0)
    return true;
  if (cell != LOAD_ABSENT)
    return add_value(head, layout, cell);
  for (size_t i = 0; i < layout->n_cells; i++)
    if (is_free(layout, i) && is_numeric(head, layout, i) && !add_value(head, layout, i))
      return false;
  return layout->n_values > 0 || complain_no_values(head, layout);
}

/* Whether every row of the head has a period there. */
static bool has_periods(const struct load_head *head, const struct load_layout *layout,
                        size_t cell) {
  struct period_words words;
  size_t n = 0;
  for (size_t i = layout->heading_records; i < head->n_records; i++) {
    struct bytes text = head_cell(head, i, cell);
    if (text.size > 0 && period_words(text, &layout->periods, &words) != PERIOD_WORDS_OK)
      return false;
    n += text.size > 0;
  }
  return n > 0;
}

/* By its name, else by what is in it: publishers have names for it in many languages. */
static void guess_period(const struct load_head *head, struct load_layout *layout) {
  if (layout->at[LOAD_PERIOD] != LOAD_ABSENT)
    return;
  layout->at[LOAD_PERIOD] = find(layout, PERIODS);
  size_t year = layout_find(layout, "year"), part = find(layout, PARTS);
  if (layout->at[LOAD_PERIOD_PART] == LOAD_ABSENT && year != LOAD_ABSENT && part != LOAD_ABSENT) {
    layout->at[LOAD_PERIOD] = year;
    layout->at[LOAD_PERIOD_PART] = part;
    if (layout_find(layout, "day") != LOAD_ABSENT)
      layout->at[LOAD_PERIOD_PART] = LOAD_ABSENT;
  }
  for (size_t i = 0; layout->at[LOAD_PERIOD] == LOAD_ABSENT && i < layout->n_cells; i++)
    if (layout->headings[i][0] != '\0' && has_periods(head, layout, i))
      layout->at[LOAD_PERIOD] = i;
}

/* Days in a column of their own would be taken for figures. */
static bool check_days(const struct load_head *head, const struct load_layout *layout) {
  size_t year = layout_find(layout, "year"), month = layout_find(layout, "month");
  size_t day = layout_find(layout, "day");
  if (year == LOAD_ABSENT || month == LOAD_ABSENT || day == LOAD_ABSENT || layout->ignored[day] ||
      layout->at[LOAD_PERIOD] != year)
    return true;
  return load_complain(
      head->load,
      (struct load_place){head->file, head->records[0].line, day + 1, layout->headings[day]},
      "has the days of dates whose years and months are in other columns: write the dates into "
      "one column");
}

static struct load_part *find_part(struct load_layout *layout, const char *id) {
  for (size_t i = 0; i < layout->n_parts; i++)
    if (strcmp(layout->parts[i].id, id) == 0)
      return &layout->parts[i];
  return NULL;
}

static bool guess_frequency(const struct load_head *head, struct load_layout *layout) {
  return find_part(layout, "FREQ") != NULL || format_frequency_part(head, layout) != NULL;
}

static bool guess_area(const struct load_head *head, struct load_layout *layout) {
  size_t code = find(layout, AREAS), name = find(layout, AREA_NAMES);
  struct load_part *part = find_part(layout, "REF_AREA");
  if (part != NULL || code == LOAD_ABSENT || layout_takes(layout, code))
    return true;
  part = format_area_part(head, layout);
  if (part == NULL)
    return false;
  part->column = code;
  part->name_column = name == code ? LOAD_ABSENT : name;
  return true;
}

/* The name of the file where the column's says nothing: "Value", "Price". */
static const char *only_indicator(const struct load_head *head, const struct load_layout *layout) {
  static const char *const PLAIN[] = {"value", "obs_value", "figure", "amount", "price",
                                      "rate",  "close",     "index",  NULL};
  const char *heading = layout->headings[layout->values[0].column];
  for (const char *const *word = PLAIN; *word != NULL; word++)
    if (strcasecmp(heading, *word) == 0)
      return head->base_name;
  return heading;
}

static bool guess_indicator(const struct load_head *head, struct load_layout *layout) {
  struct load_part *part = find_part(layout, "INDICATOR");
  bool mapped = part != NULL && (part->code != NULL || part->column != LOAD_ABSENT);
  size_t code = find(layout, INDICATORS);
  if (mapped && layout->n_values > 1)
    return load_complain(head->load, (struct load_place){.file = head->file},
                         "has %zu columns of values, and each would be the same indicator",
                         layout->n_values);
  if (mapped)
    return true;
  if (part == NULL)
    part = format_indicator_part(head, layout);
  if (part == NULL)
    return false;
  if (layout->n_values > 1) {
    part->of_value = true;
  } else if (code != LOAD_ABSENT && !layout_takes(layout, code)) {
    part->column = code;
    part->name_column = find(layout, INDICATOR_NAMES);
  } else {
    part->code = only_indicator(head, layout);
  }
  return true;
}

static int rank_of(const struct load_part *part) {
  static const char *const FIRST[] = {"FREQ", "REF_AREA", "INDICATOR"};
  int rank = 0;
  while (rank < (int)count_of(FIRST) && strcmp(FIRST[rank], part->id) != 0)
    rank++;
  return rank;
}

/* FREQ.REF_AREA.INDICATOR, and what else there is behind. */
static void order_parts(struct load_layout *layout) {
  for (size_t i = 1; i < layout->n_parts; i++)
    for (size_t j = i; j > 0 && rank_of(&layout->parts[j]) < rank_of(&layout->parts[j - 1]); j--) {
      struct load_part part = layout->parts[j];
      layout->parts[j] = layout->parts[j - 1];
      layout->parts[j - 1] = part;
    }
}

/* A column that says the same in every row tells nothing apart, yet a reader must know of it: in
 * the next file it may say something else. */
static bool note_same(const struct load_head *head, const struct load_layout *layout, size_t cell) {
  struct load_file *file = head->load->files.items[head->load->files.count - 1];
  struct bytes text = head_cell(head, layout->heading_records, cell);
  if (text.size == 0 || file->n_passed_over++ >= PASSED_SHOWN)
    return true;
  file->passed_over = arena_format(head->load->kept, "%s%s%s (\"%.*s\")",
                                   file->passed_over == NULL ? "" : file->passed_over,
                                   file->passed_over == NULL ? "" : ", ", layout->headings[cell],
                                   text_shown(text), (const char *)text.data);
  return file->passed_over != NULL || load_fail_memory(head->load);
}

/* A column that nobody has named could tell series apart that would become one. Where the figures
 * are chosen, other columns of numbers are figures that are not wanted; were one of them a
 * dimension, its rows would contradict each other. */
static bool check_others(const struct load_head *head, const struct load_layout *layout,
                         bool chosen) {
  for (size_t i = 0; i < layout->n_cells; i++) {
    if (layout_takes(layout, i) || layout->headings[i][0] == '\0' ||
        (chosen && is_numeric(head, layout, i)))
      continue;
    struct look look = look_at(head, layout, i);
    if (!chosen && is_nearly_numeric(&look))
      return complain_other(head, layout, i, &look, "without it the column would be one of values");
    struct bytes first = head_cell(head, layout->heading_records, i);
    if (!note_same(head, layout, i))
      return false;
    for (size_t j = layout->heading_records + 1; j < head->n_records; j++)
      if (!bytes_equal(first, head_cell(head, j, i)))
        return load_complain(
            head->load,
            (struct load_place){head->file, head->records[0].line, i + 1, layout->headings[i]},
            "is it a dimension? --map ID=\"%s\" says so, --map comment=\"%s\" "
            "keeps it as a remark, --map none=\"%s\" passes it over",
            layout->headings[i], layout->headings[i], layout->headings[i]);
  }
  return true;
}

static int recognise(const struct load_head *head) {
  struct load_layout layout;
  const char *map = argument(head->load->arguments, "map");
  layout_init(&layout);
  if (!layout_take_heading(head, &layout, 0))
    return 0;
  if (map != NULL)
    return map_fits(&layout, map) ? 100 : LOAD_UNSURE;
  guess_period(head, &layout);
  size_t period = layout.at[LOAD_PERIOD];
  layout.numbers = format_numbers(head, 1);
  if (head->n_records < 2 || period == LOAD_ABSENT)
    return 0;
  /* Tidy, but for a cell that lay_out names. */
  if (!has_values(head, &layout))
    return find_nearly_numeric(head, &layout) != LOAD_ABSENT ? 1 : 0;
  /* A table of countries may have the year of the last census. */
  return period == 0 || find(&layout, PERIODS) != LOAD_ABSENT ? 30 : LOAD_UNSURE;
}

static bool lay_out(const struct load_head *head, struct load_layout *layout) {
  const char *map = argument(head->load->arguments, "map");
  layout->ragged = layout->notes = true;
  layout->numbers = format_numbers(head, 1);
  if (!layout_take_heading(head, layout, 0) || (map != NULL && !map_apply(head, layout, map)))
    return false;
  guess_period(head, layout);
  if (layout->at[LOAD_PERIOD] == LOAD_ABSENT)
    return load_complain(head->load, (struct load_place){.file = head->file},
                         "has no column of periods: --map period=COLUMN says which it is");
  layout->periods = format_periods(head, 1, layout->at[LOAD_PERIOD]);
  if (!check_days(head, layout) || !format_check_years(head, layout))
    return false;
  bool chosen = layout->n_values > 0;
  if (!guess_area(head, layout) || !guess_values(head, layout) || !guess_frequency(head, layout) ||
      !guess_indicator(head, layout))
    return false;
  order_parts(layout);
  return check_others(head, layout, chosen);
}

const struct load_format format_tidy = {
    .name = "tidy",
    .words = "a tidy table with named columns",
    .recognise = recognise,
    .lay_out = lay_out,
};
