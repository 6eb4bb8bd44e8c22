/* SPDX-License-Identifier: MIT */
/* From a request to terms. */
#include "server/search.h"

#include <math.h>
#include <stdio.h>

#include "proto/period.h"
#include "server/lookup.h"

uint64_t search_subjects(const struct search *search) {
  struct store_txn *txn = search->context->txn;
  return index_bound(txn, SUBJECT_INDICATOR) + index_bound(txn, SUBJECT_CODE);
}

float search_rarity(uint64_t found, uint64_t all) {
  return logf(1.0F + (float)all / (float)(found == 0 ? 1 : found));
}

float search_whole_bonus(uint64_t all) {
  enum { WHOLE = 16 };
  return WHOLE * search_rarity(1, all);
}

static bool add_term(struct search *search, struct bytes text, bool filter) {
  char *copy = arena_text(search->context->arena, text);
  if (copy == NULL)
    return context_fail_memory(search->context);
  search->terms[search->n_terms++] = (struct search_term){bytes_of(copy, text.size), filter};
  return true;
}

static bool add_filter(struct search *search, char mark, const char *text) {
  const char *word = arena_format(search->context->arena, "%c%s", mark, text);
  if (word == NULL)
    return context_fail_memory(search->context);
  search->terms[search->n_terms++] = (struct search_term){bytes_of_text(word), true};
  return true;
}

/* The words of one part of the query between spaces, while it is split. */
struct part {
  struct search *search;
  struct word_whole whole;
  bool failed;
};

static bool fail_query(struct part *part, const char *what, int most) {
  check_fail(part->search->context, PATH(NULL, "query"), "FIELD_INVALID", NULL, what, most);
  part->failed = true;
  return false;
}

static bool has_word(const struct search *search, struct bytes word) {
  for (size_t i = 0; i < search->n_terms; i++)
    if (!search->terms[i].filter && bytes_equal(search->terms[i].text, word))
      return true;
  return false;
}

/* A word said twice is one. */
static bool add_word(struct part *part, struct bytes word) {
  struct search *search = part->search;
  if (has_word(search, word))
    return true;
  if (search->n_words == LIMIT_SEARCH_WORDS)
    return fail_query(part, "The query has more than %d words.", LIMIT_SEARCH_WORDS);
  search->n_words++;
  part->failed = !add_term(search, word, false);
  return !part->failed;
}

/* A run without spaces becomes words of the length that the index has; the last one ends with the
 * run. */
static bool add_unspaced(struct part *part, struct bytes run) {
  size_t ends[sizeof((struct word_run *)NULL)->text + 1];
  size_t n = 0;
  for (size_t at = 0; at < run.size; at = words_next_character(run, at))
    ends[n++] = at;
  ends[n] = run.size;
  for (size_t begin = 0; begin < n; begin += WORDS_UNSPACED_CHARACTERS) {
    size_t end = begin + WORDS_UNSPACED_CHARACTERS;
    if (end > n) {
      end = n;
      begin = n > WORDS_UNSPACED_CHARACTERS ? n - WORDS_UNSPACED_CHARACTERS : 0;
    }
    if (!add_word(part, bytes_of(run.data + ends[begin], ends[end] - ends[begin])))
      return false;
    if (end == n)
      break;
  }
  return true;
}

static bool add_run(void *arg, const struct word_run *run) {
  struct part *part = arg;
  struct bytes text = bytes_of(run->text, run->size);
  words_whole_add(&part->whole, run);
  if (run->cut && !run->unspaced)
    return fail_query(part, "A word of the query is longer than %d bytes.",
                      LIMIT_SEARCH_WORD_BYTES);
  return run->unspaced ? add_unspaced(part, text) : add_word(part, text);
}

static bool add_whole(struct search *search, const struct word_whole *whole) {
  struct bytes text = words_whole_text(whole);
  if (text.size == 0 || search->n_wholes == LIMIT_SEARCH_WORDS)
    return true;
  char *copy = arena_text(search->context->arena, text);
  if (copy == NULL)
    return context_fail_memory(search->context);
  search->wholes[search->n_wholes++] = bytes_of(copy, text.size);
  return true;
}

static bool add_query(struct search *search, const char *query) {
  static const char SPACES[] = " \t\r\n\v\f";
  for (size_t size = 0; *query != '\0'; query += size) {
    struct part part = {.search = search};
    query += strspn(query, SPACES);
    size = strcspn(query, SPACES);
    words_whole_begin(&part.whole);
    words_split(bytes_of(query, size), add_run, &part);
    if (part.failed || !add_whole(search, &part.whole))
      return false;
  }
  return true;
}

static bool add_dataset(struct search *search, const char *id) {
  struct context *context = search->context;
  struct dataset_record record;
  if (id[0] == '\0')
    return true;
  if (!check_dataset_id(context, PATH(NULL, "dataset"), id) ||
      !lookup_dataset(context, PATH(NULL, "dataset"), bytes_of_text(id), &record))
    return false;
  char number[16];
  snprintf(number, sizeof number, "%u", record.no);
  search->dataset_no = record.no;
  return add_filter(search, WORD_DATASET, number);
}

static bool add_tags(struct search *search, char *const *tags, size_t n_tags) {
  struct context *context = search->context;
  if (!check_count(context, PATH(NULL, "tags"), n_tags, LIMIT_TAGS))
    return false;
  for (size_t i = 0; i < n_tags; i++)
    if (!check_text(context, PATH_AT(NULL, "tags", i), tags[i], LIMIT_TAG_BYTES) ||
        !add_filter(search, WORD_EXACT_TAG, tags[i]))
      return false;
  return true;
}

static bool add_frequency(struct search *search, int frequency) {
  if (frequency == 0)
    return true;
  if (!frequency_is_valid(frequency))
    return check_fail(search->context, PATH(NULL, "frequency"), "FIELD_INVALID", NULL,
                      "%d is not a known value of frequency.", frequency);
  char letter[2] = {frequency_letter((enum frequency)frequency), '\0'};
  return add_filter(search, INDEX_FREQUENCY, letter);
}

static bool fail_empty(struct context *context, const char *query) {
  bool blank = query[strspn(query, " \t\r\n\v\f")] == '\0';
  return check_fail(context, PATH(NULL, "query"), blank ? "FIELD_REQUIRED" : "FIELD_INVALID",
                    "give words, or a dataset or tags to list all that they have", "%s",
                    blank ? "The field query is required where neither dataset nor tags is given."
                          : "The query has no word in it: no letter and no digit.");
}

bool search_begin(struct search *search, struct context *context,
                  const Bellwether__V1__SearchRequest *request) {
  *search = (struct search){.context = context, .include_series = request->include_series};
  if (!add_dataset(search, request->dataset) || !add_tags(search, request->tags, request->n_tags) ||
      !add_frequency(search, (int)request->frequency) || !add_query(search, request->query))
    return false;
  bool blank = request->query[strspn(request->query, " \t\r\n\v\f")] == '\0';
  bool listing = blank && (search->dataset_no != 0 || request->n_tags > 0);
  return search->n_words > 0 || listing || fail_empty(context, request->query);
}
