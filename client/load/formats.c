/* SPDX-License-Identifier: MIT */
#include "client/load/formats.h"

#include <strings.h>
#include <time.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "client/load/decimal.h"
#include "proto/calendar.h"

enum {
  MS_PER_DAY = 24 * 60 * 60 * 1000,
  SURE_YEARS = 3, /* so many months are no chance */
};

struct load_part *format_frequency_part(const struct load_head *head, struct load_layout *layout) {
  struct load_part *part = layout_add_part(
      head->load, layout, "FREQ", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY);
  if (part != NULL)
    part->of_period = true;
  return part;
}

struct load_part *format_area_part(const struct load_head *head, struct load_layout *layout) {
  return layout_add_part(head->load, layout, "REF_AREA",
                         BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_REFERENCE_AREA);
}

struct load_part *format_indicator_part(const struct load_head *head, struct load_layout *layout) {
  return layout_add_part(head->load, layout, "INDICATOR",
                         BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_INDICATOR);
}

static bool complain_years(const struct load_head *head, struct load_place place,
                           struct bytes text) {
  return load_complain(head->load, place,
                       "\"%.*s\" may be a month or two years: write months as 2008-M09; years that "
                       "do not begin in January are no periods of the calendar",
                       text_shown(text), (const char *)text.data);
}

/* Headings that name years as 2008-09, among which one of 2012-13 may be. */
static bool check_year_headings(const struct load_head *head, const struct load_layout *layout,
                                size_t cell) {
  size_t n = 0, n_years = 0, first = 0;
  for (size_t i = cell; i < layout->n_cells; i++) {
    struct period_words words;
    struct bytes text = bytes_of_text(layout->headings[i]);
    enum period_words_status status = period_words(text, &layout->periods, &words);
    if (status != PERIOD_WORDS_OK && status != PERIOD_WORDS_TWO_YEARS)
      continue;
    first = n == 0 ? i : first;
    n++;
    n_years += period_words_may_be_years(text);
  }
  struct load_place place = {head->file, head->records[layout->heading_records - 1].line, first + 1,
                             layout->headings[first]};
  return n < SURE_YEARS || n_years < n ||
         complain_years(head, place, bytes_of_text(layout->headings[first]));
}

bool format_period_columns(const struct load_head *head, struct load_layout *layout, size_t cell) {
  if (!check_year_headings(head, layout, cell))
    return false;
  for (size_t i = cell; i < layout->n_cells; i++) {
    struct period_words words;
    if (period_words(bytes_of_text(layout->headings[i]), &layout->periods, &words) !=
            PERIOD_WORDS_OK ||
        words.frequency == FREQUENCY_NONE)
      continue;
    struct load_value *value = layout_add_value(head->load, layout, i);
    if (value == NULL)
      return false;
    value->frequency = words.frequency;
    value->period = words.ordinal;
  }
  return layout->n_values > 0 || load_complain(head->load, (struct load_place){.file = head->file},
                                               "has no column whose heading is a period");
}

/* What a head's column of periods might be. */
struct doubt {
  size_t n; /* of its periods, neighbours that differ */
  size_t n_years;
  size_t n_january;  /* of dates that may be read both ways, in January when the month is first */
  struct bytes text; /* the last one */
  size_t record;
};

static struct doubt doubt_of(const struct load_head *head, const struct load_layout *layout) {
  struct doubt doubt = {.n = 0};
  for (size_t i = layout->heading_records; i < head->n_records; i++) {
    struct period_words words = {.frequency = FREQUENCY_NONE};
    struct bytes text = head_cell(head, i, layout->at[LOAD_PERIOD]);
    enum period_words_status status = period_words(text, &layout->periods, &words);
    if (status == PERIOD_WORDS_EMPTY || bytes_equal(text, doubt.text))
      continue;
    bool january = calendar_civil_from_days(words.day).month == 1;
    doubt.n++;
    doubt.n_years += period_words_may_be_years(text);
    doubt.n_january += status == PERIOD_WORDS_OK && words.order == PERIOD_ORDER_EITHER && january;
    doubt.text = text;
    doubt.record = i;
  }
  return doubt;
}

static enum frequency part_numbers(const char *heading) {
  static const struct {
    const char *word;
    enum frequency frequency;
  } WORDS[] = {{"month", FREQUENCY_M}, {"mon", FREQUENCY_M},  {"quarter", FREQUENCY_Q},
               {"qtr", FREQUENCY_Q},   {"week", FREQUENCY_W}, {"half", FREQUENCY_S}};
  for (size_t i = 0; i < count_of(WORDS); i++)
    if (strcasecmp(heading, WORDS[i].word) == 0)
      return WORDS[i].frequency;
  return FREQUENCY_NONE;
}

bool format_check_years(const struct load_head *head, struct load_layout *layout) {
  size_t part = layout->at[LOAD_PERIOD_PART], cell = layout->at[LOAD_PERIOD];
  if (part != LOAD_ABSENT) {
    layout->part_numbers = part_numbers(layout->headings[part]);
    return true;
  }
  struct doubt doubt = doubt_of(head, layout);
  struct load_place place = {head->file, head->records[doubt.record].line, cell + 1,
                             layout->headings[cell]};
  if (doubt.n >= SURE_YEARS && doubt.n_years == doubt.n)
    return complain_years(head, place, doubt.text);
  bool told = layout->periods.day_first || argument_given(head->load->arguments, "frequency");
  return told || doubt.n < 2 || doubt.n_january < doubt.n ||
         load_complain(head->load, place,
                       "\"%.*s\" may be a day of January or the first of a month: --day-first "
                       "says that days stand first, --frequency D that these are days",
                       text_shown(doubt.text), (const char *)doubt.text.data);
}

int format_this_year(void) {
  struct tm parts;
  time_t now = time(NULL);
  return gmtime_r(&now, &parts) == NULL ? 2100 : parts.tm_year + 1900;
}

struct period_words_options format_periods(const struct load_head *head, size_t heading_records,
                                           size_t cell) {
  struct period_words_options options = {.day_first =
                                             argument_given(head->load->arguments, "day-first"),
                                         .latest_year = format_this_year()};
  struct period_words words;
  for (size_t i = heading_records; i < head->n_records; i++)
    if (period_words(head_cell(head, i, cell), &options, &words) == PERIOD_WORDS_OK &&
        words.order == PERIOD_ORDER_DAY_FIRST)
      options.day_first = true;
  return options;
}

struct number_dialect format_numbers(const struct load_head *head, size_t heading_records) {
  struct number_dialect_guess guess = {0};
  enum number_dialect_doubt doubt;
  for (size_t i = heading_records; i < head->n_records; i++)
    for (size_t j = 0; j < head->records[i].n_cells; j++)
      number_dialect_guess_add(&guess, head_cell(head, i, j));
  return decimal_chosen(head->load,
                        number_dialect_guess_result(&guess, head->dialect.delimiter, &doubt));
}

const char *format_dataset_id(const struct load_head *head) {
  const struct load *load = head->load;
  const char *id = load->default_dataset != NULL ? load->default_dataset : load->wanted_dataset;
  return id == NULL ? "" : id;
}

bool format_release(const struct load_head *head, struct load_layout *layout, const char *publisher,
                    int64_t published_ms, bool day_only) {
  struct load *load = head->load;
  struct load_place place = {.file = head->file};
  if (load->default_release != NULL)
    return true;
  char *id = load_release_id(load, bytes_of_text(publisher), published_ms, day_only);
  struct load_release *release = id == NULL ? NULL : load_release(load, place, bytes_of_text(id));
  if (release == NULL || !load_release_time(load, place, release, published_ms, day_only))
    return false;
  if (!release->own) {
    release->message.publisher = load_text(load, bytes_of_text(publisher));
    if (release->message.publisher == NULL)
      return false;
  }
  layout->release = release;
  return true;
}

/* A code of a release's id: letters that it may not have are left out. */
static char *vintage_id(struct load *load, const char *prefix, const char *vintage) {
  char *id = arena_format(load->arena, "%s-%s", prefix, vintage);
  if (id == NULL)
    load_fail_memory(load);
  return id;
}

struct load_release *format_vintage(const struct load_head *head, const char *prefix,
                                    const struct period_words *vintage) {
  struct load *load = head->load;
  struct load_place place = {.file = head->file};
  enum frequency frequency =
      vintage->frequency == FREQUENCY_NONE ? FREQUENCY_D : vintage->frequency;
  int64_t ordinal = vintage->frequency == FREQUENCY_NONE ? vintage->day : vintage->ordinal;
  char text[PERIOD_TEXT_SIZE];
  period_format(frequency, ordinal, text);
  char *id = vintage_id(load, prefix, text);
  struct load_release *release = id == NULL ? NULL : load_release(load, place, bytes_of_text(id));
  int64_t published_ms = period_last_day(frequency, ordinal) * MS_PER_DAY;
  return release != NULL && load_release_time(load, place, release, published_ms, true) ? release
                                                                                        : NULL;
}
