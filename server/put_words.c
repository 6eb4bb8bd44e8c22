/* SPDX-License-Identifier: MIT */
#include "server/put_words.h"

#include <stdio.h>

#include "proto/period.h"
#include "server/describe.h"
#include "server/lookup.h"
#include "server/words.h"

static bool set_words(struct context *context, const struct subject *subject,
                      struct word_list *list, const char *kind, struct bytes name) {
  if (list->full)
    return context_fail_memory(context);
  words_finish(list);
  return store_ok(context, index_set(context->txn, subject, list->words, list->n), kind, name);
}

static void add_dataset(struct word_list *list, uint32_t dataset_no) {
  char number[16];
  int size = snprintf(number, sizeof number, "%u", dataset_no);
  words_add_mark(list, WORD_DATASET, bytes_of(number, (size_t)size));
}

bool put_indicator_words(struct context *context, struct arena *arena, uint32_t dataset_no,
                         const Bellwether__V1__Indicator *indicator) {
  struct word_list list = {.arena = arena};
  struct subject subject = {
      .kind = SUBJECT_INDICATOR, .dataset_no = dataset_no, .code = bytes_of_text(indicator->id)};
  add_dataset(&list, dataset_no);
  words_add_id(&list, indicator->id);
  words_add_id(&list, indicator->source_id);
  for (size_t i = 0; i < indicator->n_tags; i++)
    words_add_mark(&list, WORD_EXACT_TAG, bytes_of_text(indicator->tags[i]));
  words_add_text(&list, indicator->name, WORD_NAME);
  for (size_t i = 0; i < indicator->n_tags; i++)
    words_add_text(&list, indicator->tags[i], WORD_TAG);
  words_add_text(&list, indicator->definition, WORD_DEFINITION);
  return set_words(context, &subject, &list, "indicator", subject.code);
}

/* The codes of the frequency stand for all series of the dataset, and for those of a frequency. */
static void add_frequency(struct word_list *list, const struct dataset_record *dataset,
                          struct bytes code) {
  add_dataset(list, dataset->no);
  if (code.size == 1 && frequency_from_letter((char)code.data[0]) != FREQUENCY_NONE)
    words_add_mark(list, INDEX_FREQUENCY, code);
}

bool put_code_words(struct context *context, struct arena *arena,
                    const struct dataset_record *dataset, uint8_t dimension,
                    const Bellwether__V1__Code *code) {
  struct word_list list = {.arena = arena};
  struct subject subject = {.kind = SUBJECT_CODE,
                            .dataset_no = dataset->no,
                            .dimension = dimension,
                            .code = bytes_of_text(code->code)};
  if (dimension == dataset->frequency_dimension)
    add_frequency(&list, dataset, subject.code);
  words_add_text(&list, code->code, WORD_ID);
  words_add_text(&list, code->name, WORD_NAME);
  for (size_t i = 0; i < code->n_aliases; i++)
    words_add_text(&list, code->aliases[i], WORD_TAG);
  return set_words(context, &subject, &list, "code", subject.code);
}

bool put_series_words(struct context *context, struct arena *arena, uint64_t handle,
                      const Bellwether__V1__SeriesAttributes *attributes) {
  struct word_list list = {.arena = arena};
  struct subject subject = {.kind = SUBJECT_SERIES, .number = handle};
  words_add_id(&list, attributes->source_id);
  words_add_text(&list, attributes->title, WORD_NAME);
  return set_words(context, &subject, &list, "series", bytes_of_text("attributes"));
}

/* Whether it is the first time; it is remembered. */
static bool is_first(struct context *context, struct words_known *known, struct bytes key,
                     bool *ret_first) {
  static char there;
  *ret_first = cache_get(&known->cache, key) == NULL;
  return !*ret_first || cache_put(&known->cache, known->arena, key, &there) ||
         context_fail_memory(context);
}

struct code_name {
  size_t size;
  uint8_t data[LIMIT_SERIES_KEY_BYTES + 8];
};

static struct code_name code_name(uint32_t dataset_no, uint8_t dimension, uint8_t frequency,
                                  struct bytes code) {
  struct code_name name = {.size = 6 + code.size};
  memcpy(name.data, &dataset_no, 4);
  name.data[4] = dimension;
  name.data[5] = frequency;
  memcpy(name.data + 6, code.data, code.size);
  return name;
}

/* The codes of the frequency are put again, since the dataset's dimensions may have changed while
 * it had no series. */
static bool put_frequency_code(struct context *context, struct arena *arena,
                               const struct dataset_record *dataset, struct bytes code) {
  struct bytes description = bytes_of("", 0);
  Bellwether__V1__Code *message = NULL;
  enum store_status status =
      code_get(context->txn, dataset->no, dataset->frequency_dimension, code, &description);
  return (status == STORE_NOT_FOUND || store_ok(context, status, "code", code)) &&
         describe_code(context, dataset, dataset->frequency_dimension, code, description,
                       &message) &&
         put_code_words(context, arena, dataset, dataset->frequency_dimension, message);
}

static bool put_undescribed(struct context *context, struct arena *arena,
                            const struct dataset_record *dataset, uint8_t dimension,
                            struct bytes code) {
  bool is_indicator = dimension == dataset->indicator_dimension;
  struct subject subject = {.kind = is_indicator ? SUBJECT_INDICATOR : SUBJECT_CODE,
                            .dataset_no = dataset->no,
                            .dimension = is_indicator ? 0 : dimension,
                            .code = code};
  bool has = false;
  if (dimension == dataset->frequency_dimension)
    return put_frequency_code(context, arena, dataset, code);
  if (!store_ok(context, index_has(context->txn, &subject, &has), "code", code))
    return false;
  if (has)
    return true;
  char *text = arena_text(arena, code);
  if (text == NULL)
    return context_fail_memory(context);
  Bellwether__V1__Indicator indicator = BELLWETHER__V1__INDICATOR__INIT;
  Bellwether__V1__Code message = BELLWETHER__V1__CODE__INIT;
  indicator.id = message.code = text;
  return is_indicator ? put_indicator_words(context, arena, dataset->no, &indicator)
                      : put_code_words(context, arena, dataset, dimension, &message);
}

static bool put_frequency(struct context *context, struct words_known *known,
                          const struct dataset_record *dataset, struct bytes indicator,
                          uint8_t frequency) {
  struct code_name name =
      code_name(dataset->no, dataset->indicator_dimension, frequency, indicator);
  bool first = false;
  if (!is_first(context, known, bytes_of(name.data, name.size), &first))
    return false;
  return !first ||
         store_ok(context, index_mark_frequency(context->txn, dataset->no, indicator, frequency),
                  "indicator", indicator);
}

bool put_new_series_words(struct context *context, struct words_known *known, struct arena *arena,
                          const struct dataset_record *dataset, const struct key *key,
                          uint8_t frequency) {
  for (uint8_t i = 0; i < key->n_codes; i++) {
    struct code_name name = code_name(dataset->no, i, 0, key->codes[i]);
    bool first = false;
    if (!is_first(context, known, bytes_of(name.data, name.size), &first) ||
        (first && !put_undescribed(context, arena, dataset, i, key->codes[i])))
      return false;
  }
  return dataset->indicator_dimension >= key->n_codes ||
         put_frequency(context, known, dataset, key->codes[dataset->indicator_dimension],
                       frequency);
}
