/* SPDX-License-Identifier: MIT */
/* What a series is called and counted in. */
#include "server/describe.h"

#include <stdio.h>

#include "proto/period.h"

bool describer_series(struct describer *describer, const struct series_head *head,
                      const struct series_details *details, struct series_words *ret_words) {
  struct context *context = describer->context;
  struct series_words words = {.indicator = NULL};
  Bellwether__V1__SeriesAttributes *attributes = NULL;
  if (key_parse(details->key, &words.key, NULL) != KEY_OK)
    return context_fail_store(context, STORE_CORRUPT, "series");
  if (!describer_dataset(describer, head->dataset_no, &words.dataset) ||
      !describe_attributes(context, details->attributes, &attributes))
    return false;
  words.attributes = attributes;
  uint8_t dimension = words.dataset->indicator_dimension;
  if (dimension < words.key.n_codes &&
      !describer_indicator(describer, words.dataset, words.key.codes[dimension], &words.indicator))
    return false;
  *ret_words = words;
  return true;
}

Bellwether__V1__Unit *series_words_unit(const struct series_words *words) {
  if (words->attributes->unit != NULL)
    return words->attributes->unit;
  return words->indicator == NULL ? NULL : words->indicator->unit;
}

static const char *indicator_name(const Bellwether__V1__Indicator *indicator) {
  return indicator->name[0] != '\0' ? indicator->name : indicator->id;
}

/* A title under construction: parts joined by commas, cut where a title must end. */
struct title {
  size_t size;
  char text[LIMIT_TITLE_BYTES + 1];
};

static void title_add(struct title *title, const char *part) {
  size_t left = sizeof title->text - title->size;
  int size = snprintf(title->text + title->size, left, "%s%s", title->size == 0 ? "" : ", ", part);
  if (size > 0 && (size_t)size < left)
    title->size += (size_t)size;
  title->text[title->size] = '\0';
}

/* The frequency is no part of a title, nor are SDMX's codes for "total" and "not applicable". */
static bool is_told(const struct series_words *words, uint8_t dimension) {
  struct bytes code = words->key.codes[dimension];
  return dimension != words->dataset->frequency_dimension &&
         dimension != words->dataset->indicator_dimension &&
         !bytes_equal(code, bytes_of_text("_T")) && !bytes_equal(code, bytes_of_text("_Z"));
}

bool describer_title(struct describer *describer, const struct series_words *words,
                     char **ret_title) {
  struct title title = {.size = 0};
  if (words->attributes->title[0] != '\0') {
    *ret_title = words->attributes->title;
    return true;
  }
  if (words->indicator != NULL)
    title_add(&title, indicator_name(words->indicator));
  for (uint8_t i = 0; i < words->key.n_codes; i++) {
    const char *name = NULL;
    if (!is_told(words, i))
      continue;
    if (!describer_code_name(describer, words->dataset, i, words->key.codes[i], &name))
      return false;
    title_add(&title, name);
  }
  *ret_title = text_new(describer->context, bytes_of(title.text, title.size));
  return *ret_title != NULL;
}

static bool fill_latest(struct describer *describer, const struct series_head *head, bool full,
                        Bellwether__V1__Series *series) {
  struct context *context = describer->context;
  char label[PERIOD_TEXT_SIZE] = "";
  if (!head->has_latest)
    return true;
  Bellwether__V1__LatestObservation *latest =
      message_new(context, &bellwether__v1__latest_observation__descriptor);
  if (latest == NULL)
    return false;
  period_format((enum frequency)head->frequency, head->latest_period, label);
  char status[2] = {(char)head->latest_status, '\0'};
  latest->period = head->latest_period;
  latest->period_label = text_new(context, bytes_of_text(label));
  latest->value = head->latest_value;
  latest->status = text_new(context, bytes_of_text(status));
  series->latest = latest;
  return latest->period_label != NULL && latest->status != NULL &&
         (!full || describer_release(describer, head->latest_release_no, head->handle, true,
                                     &latest->release));
}

static void fill_counts(const struct series_head *head, Bellwether__V1__Series *series) {
  series->frequency = (Bellwether__V1__Frequency)head->frequency;
  series->first_period = head->n_observations == 0 ? 0 : head->first_period;
  series->last_period = head->n_observations == 0 ? 0 : head->last_period;
  series->observation_count = head->n_observations;
  series->changed_revision = head->changed_revision;
  series->last_published_at_ms = head->last_published_ms;
  series->release_count = head->n_releases;
}

static bool fill_words(struct describer *describer, const struct series_words *words, bool full,
                       Bellwether__V1__Series *series) {
  series->unit = series_words_unit(words);
  if (words->indicator != NULL) {
    series->indicator = words->indicator->id;
    series->indicator_name = words->indicator->name;
    series->kind = words->indicator->kind;
  }
  if (!full)
    return true;
  series->source_note = words->attributes->source_note;
  series->source_id = words->attributes->source_id;
  series->own_title = words->attributes->title[0] != '\0';
  series->own_unit = words->attributes->unit != NULL;
  return describer_title(describer, words, &series->title);
}

bool describe_series(struct describer *describer, const struct series_head *head,
                     const struct series_details *details, Bellwether__V1__View view,
                     Bellwether__V1__Series **ret_series) {
  struct context *context = describer->context;
  struct series_words words;
  bool full = view == BELLWETHER__V1__VIEW__VIEW_FULL;
  Bellwether__V1__Series *series = message_new(context, &bellwether__v1__series__descriptor);
  if (series == NULL)
    return false;
  series->key = text_new(context, details->key);
  series->handle = head->handle;
  *ret_series = series;
  if (series->key == NULL || view == BELLWETHER__V1__VIEW__VIEW_VALUES)
    return series->key != NULL;
  fill_counts(head, series);
  return describer_series(describer, head, details, &words) &&
         fill_words(describer, &words, full, series) && fill_latest(describer, head, full, series);
}
