/* SPDX-License-Identifier: MIT */
#include "client/load/formats.h"

#include <time.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "client/load/decimal.h"

enum { MS_PER_DAY = 24 * 60 * 60 * 1000 };

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

bool format_period_columns(const struct load_head *head, struct load_layout *layout, size_t cell) {
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
