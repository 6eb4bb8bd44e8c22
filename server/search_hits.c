/* SPDX-License-Identifier: MIT */
/* The best of what was found, in order. */
#include "server/lookup.h"
#include "server/search.h"

enum { ROOM = 4 * SEARCH_HITS };

/* By score; ties in the order of numbers, which is a stand-in until names are looked at. */
static int by_score(const void *a, const void *b) {
  const struct search_hit *first = a, *second = b;
  if (first->score != second->score)
    return first->score > second->score ? -1 : 1;
  if (first->kind != second->kind)
    return first->kind < second->kind ? -1 : 1;
  return (first->number > second->number) - (first->number < second->number);
}

static void keep_best(struct search_hits *hits) {
  if (hits->n <= SEARCH_HITS)
    return;
  search_select(hits->hits, hits->n, sizeof *hits->hits, SEARCH_HITS, by_score);
  hits->n = SEARCH_HITS;
  hits->full = true;
  hits->least = hits->hits[0].score;
  for (size_t i = 1; i < hits->n; i++)
    if (hits->hits[i].score < hits->least)
      hits->least = hits->hits[i].score;
}

bool search_hits_add(struct search_hits *hits, struct context *context, struct search_hit hit) {
  hits->total++;
  /* Numbers come ascending, so one with the least score comes too late. */
  if (hits->full && hit.score <= hits->least)
    return true;
  if (hits->hits == NULL)
    hits->hits = malloc(ROOM * sizeof *hits->hits);
  if (hits->hits == NULL)
    return context_fail_memory(context);
  hits->hits[hits->n++] = hit;
  if (hits->n == ROOM)
    keep_best(hits);
  return true;
}

void search_hits_fini(struct search_hits *hits) {
  free(hits->hits);
  *hits = (struct search_hits){.hits = NULL};
}

/* A hit with its name, borrowed from the transaction. */
struct named {
  struct search_hit hit;
  struct bytes dataset;
  struct bytes name;
};

static int by_name(const void *a, const void *b) {
  const struct named *first = a, *second = b;
  int order = bytes_compare(first->dataset, second->dataset);
  if (order == 0)
    order = first->hit.kind - second->hit.kind;
  return order != 0 ? order : bytes_compare(first->name, second->name);
}

static enum store_status look_at(struct store_txn *txn, struct named *named,
                                 struct dataset_record *last) {
  uint32_t dataset_no;
  if (named->hit.kind == SUBJECT_SERIES) {
    struct series_head head;
    struct series_details details;
    enum store_status status = series_by_handle(txn, named->hit.number, &head, &details);
    if (status != STORE_OK)
      return status;
    dataset_no = head.dataset_no;
    named->name = details.key;
  } else {
    struct subject subject;
    enum store_status status = index_subject(txn, SUBJECT_INDICATOR, named->hit.number, &subject);
    if (status != STORE_OK)
      return status;
    dataset_no = subject.dataset_no;
    named->name = subject.code;
  }
  enum store_status status =
      last->no == dataset_no ? STORE_OK : dataset_get_by_no(txn, dataset_no, last);
  named->dataset = last->id;
  return status;
}

/* Puts the first `wanted` of those that have the same score in their order. */
static bool sort_tied(struct context *context, struct search_hit *hits, size_t n, size_t wanted) {
  scoped(free) struct named *named = calloc(n, sizeof *named);
  struct dataset_record last = {.no = 0};
  if (named == NULL)
    return context_fail_memory(context);
  for (size_t i = 0; i < n; i++) {
    named[i].hit = hits[i];
    enum store_status status = look_at(context->txn, &named[i], &last);
    if (status != STORE_OK)
      return context_fail_store(context, status, "index");
  }
  wanted = wanted < n ? wanted : n;
  search_select(named, n, sizeof *named, wanted, by_name);
  qsort(named, wanted, sizeof *named, by_name);
  for (size_t i = 0; i < n; i++)
    hits[i] = named[i].hit;
  return true;
}

/* The first `k` by score, and behind them all others that have the score of the last of them; how
 * many these are together. */
static size_t sort_first(struct search_hits *hits, size_t k) {
  search_select(hits->hits, hits->n, sizeof *hits->hits, k, by_score);
  qsort(hits->hits, k, sizeof *hits->hits, by_score);
  size_t end = k;
  for (size_t i = k; i < hits->n; i++) {
    if (hits->hits[i].score != hits->hits[k - 1].score)
      continue;
    struct search_hit kept = hits->hits[end];
    hits->hits[end++] = hits->hits[i];
    hits->hits[i] = kept;
  }
  return end;
}

bool search_hits_sort(struct search_hits *hits, struct context *context, size_t first, size_t n) {
  keep_best(hits);
  size_t last = hits->n > first && hits->n - first > n ? first + n : hits->n;
  if (last == 0)
    return true;
  size_t sorted = sort_first(hits, last);
  for (size_t begin = 0, end = 0; begin < last; begin = end) {
    while (end < sorted && hits->hits[end].score == hits->hits[begin].score)
      end++;
    if (end > first && end - begin > 1 &&
        !sort_tied(context, hits->hits + begin, end - begin, last - begin))
      return false;
  }
  return true;
}
