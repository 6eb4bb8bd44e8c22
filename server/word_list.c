/* SPDX-License-Identifier: MIT */
/* The words of one thing, gathered for the index. */
#include "server/words.h"

enum { FIRST_WORDS = 32, NAME_WORDS_MAX = UINT8_MAX };

static bool grow(struct word_list *list) {
  size_t capacity = list->capacity == 0 ? FIRST_WORDS : 2 * list->capacity;
  struct index_word *grown = arena_array(list->arena, capacity, sizeof *grown);
  if (grown == NULL)
    return false;
  if (list->n > 0)
    memcpy(grown, list->words, list->n * sizeof *grown);
  list->words = grown;
  list->capacity = capacity;
  return true;
}

static bool add(struct word_list *list, struct bytes text, uint16_t weight) {
  if (list->n == WORDS_OF_ONE_THING)
    return false;
  const char *copy = arena_text(list->arena, text);
  list->full = list->full || copy == NULL || (list->n == list->capacity && !grow(list));
  if (list->full)
    return false;
  list->words[list->n++] = (struct index_word){bytes_of(copy, text.size), weight};
  return true;
}

/* The field that a run is in, while it is split. */
struct adder {
  struct word_list *list;
  enum word_field field;
  struct word_whole whole;
};

/* From every character on, so that any part of the run is the beginning of a word. */
static bool add_parts(struct word_list *list, struct bytes run, enum word_field field) {
  size_t end = 0;
  for (int i = 0; i < WORDS_UNSPACED_CHARACTERS && end < run.size; i++)
    end = words_next_character(run, end);
  for (size_t at = 0; at < run.size; at = words_next_character(run, at)) {
    if (!add(list, bytes_of(run.data + at, end - at), (uint16_t)field))
      return false;
    end = end < run.size ? words_next_character(run, end) : end;
  }
  return true;
}

static bool add_run(void *arg, const struct word_run *run) {
  struct adder *adder = arg;
  struct bytes text = bytes_of(run->text, run->size);
  adder->list->n_name_words += adder->field == WORD_NAME;
  words_whole_add(&adder->whole, run);
  return run->unspaced ? add_parts(adder->list, text, adder->field)
                       : add(adder->list, text, (uint16_t)adder->field);
}

void words_add_text(struct word_list *list, const char *text, enum word_field field) {
  struct adder adder = {.list = list, .field = field};
  words_split(bytes_of_text(text), add_run, &adder);
}

void words_add_id(struct word_list *list, const char *id) {
  struct adder adder = {.list = list, .field = WORD_ID};
  words_whole_begin(&adder.whole);
  words_split(bytes_of_text(id), add_run, &adder);
  struct bytes whole = words_whole_text(&adder.whole);
  if (whole.size > 0)
    (void)add(list, whole, WORD_ID);
}

void words_add_mark(struct word_list *list, char mark, struct bytes text) {
  uint8_t word[INDEX_WORD_BYTES];
  if (text.size >= sizeof word)
    return;
  word[0] = (uint8_t)mark;
  memcpy(word + 1, text.data, text.size);
  (void)add(list, bytes_of(word, 1 + text.size), 0);
}

static int by_text(const void *a, const void *b) {
  return bytes_compare(((const struct index_word *)a)->text, ((const struct index_word *)b)->text);
}

void words_finish(struct word_list *list) {
  size_t n_name = list->n_name_words < NAME_WORDS_MAX ? list->n_name_words : NAME_WORDS_MAX;
  size_t kept = 0;
  if (list->n > 0)
    qsort(list->words, list->n, sizeof *list->words, by_text);
  for (size_t i = 0; i < list->n; i++) {
    if (kept > 0 && bytes_equal(list->words[kept - 1].text, list->words[i].text))
      list->words[kept - 1].weight |= list->words[i].weight;
    else
      list->words[kept++] = list->words[i];
  }
  for (size_t i = 0; i < kept; i++)
    list->words[i].weight |= (uint16_t)(n_name << 8);
  list->n = kept;
}

void words_whole_begin(struct word_whole *whole) {
  whole->text[0] = WORD_WHOLE;
  whole->size = 1;
}

void words_whole_add(struct word_whole *whole, const struct word_run *run) {
  size_t joint = whole->size > 1 ? 1 : 0;
  if (whole->size == 0)
    return;
  if (run->cut || whole->size + joint + run->size > sizeof whole->text) {
    whole->size = 0;
    return;
  }
  if (joint == 1)
    whole->text[whole->size++] = '_';
  memcpy(whole->text + whole->size, run->text, run->size);
  whole->size += run->size;
}

struct bytes words_whole_text(const struct word_whole *whole) {
  return bytes_of(whole->text, whole->size > 1 ? whole->size : 0);
}
