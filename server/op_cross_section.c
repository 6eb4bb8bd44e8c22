/* SPDX-License-Identifier: MIT */
/* GetCrossSection: one thing in one period over all codes of one dimension, ranked. */
#include <math.h>

#include "proto/number.h"
#include "server/describe.h"
#include "server/ops.h"
#include "server/page.h"
#include "server/query.h"
#include "server/rows.h"

typedef Bellwether__V1__GetCrossSectionRequest request_message;
typedef Bellwether__V1__GetCrossSectionResponse response_message;
typedef Bellwether__V1__CrossSectionRow row_message;

enum { NO_DIMENSION = 255, ROWS_A_LOOK = 256 };

/* One match with a value, before and after it has its rank. */
struct candidate {
  row_message *message;
  uint32_t release_no;
  uint64_t handle;
  double comparable; /* in single units, so that multipliers do not matter */
};

struct section {
  struct context *context;
  const request_message *request;
  struct finder finder;
  struct describer describer;
  struct query query; /* for the range: from and to are the period */
  struct chosen chosen;
  struct as_of as_of;
  bool in_units;
  uint8_t open_dimension;
  struct list candidates;
};

/* A position is open where it is empty or has several codes. */
static bool find_open_dimension(struct section *section) {
  const struct key_pattern *pattern = &section->chosen.pattern;
  const struct path *path = PATH(NULL, "pattern");
  size_t n_open = 0;
  for (size_t i = 0; i < pattern->n_codes; i++) {
    bool fixed = pattern->codes[i].size > 0 &&
                 memchr(pattern->codes[i].data, '+', pattern->codes[i].size) == NULL;
    if (fixed)
      continue;
    n_open++;
    section->open_dimension = (uint8_t)i;
  }
  if (n_open == 1)
    return true;
  return check_fail(section->context, path, "PATTERN_INVALID",
                    "leave one dimension empty and give the others one code: CBEC/A..TRADE._T",
                    "\"%s\" leaves %zu dimensions open, not one.",
                    quoted(section->context->arena, bytes_of_text(section->request->pattern)),
                    pattern->all ? (size_t)section->chosen.dataset.n_dimensions : n_open);
}

static bool prepare(struct section *section) {
  const request_message *request = section->request;
  struct finder *finder = &section->finder;
  Bellwether__V1__PeriodBound *period = request->period;
  struct period_bound bound;
  bool given = false;
  if (request->pattern[0] == '\0')
    return check_fail(section->context, PATH(NULL, "pattern"), "FIELD_REQUIRED", "CBEC/A..TRADE._T",
                      "There is no pattern.");
  if (!find_pattern(finder, PATH(NULL, "pattern"), bytes_of_text(request->pattern),
                    &section->chosen) ||
      !find_open_dimension(section) ||
      !query_as_of(finder, PATH(NULL, "as_of"), request->as_of, &section->as_of) ||
      !query_scale(section->context, PATH(NULL, "scale"), request->scale, &section->in_units) ||
      !check_bound(section->context, PATH(NULL, "period"), period, FREQUENCY_NONE, &bound,
                   &given) ||
      !query_init(&section->query, finder, NULL, NULL))
    return false;
  section->query.from = section->query.to = period;
  return true;
}

/* The last observation with a value in the period. */
static bool read_within(struct section *section, const struct series_head *head,
                        struct latest *ret_latest, bool *ret_there) {
  struct context *context = section->context;
  struct range_query range = {.columns = READ_STATUSES | READ_RELEASES, .as_of = section->as_of};
  struct columns columns;
  struct frame frame;
  *ret_there = false;
  if (!query_range(&section->query, (enum frequency)head->frequency, &range.first, &range.last))
    return false;
  if (range.first > range.last)
    return true;
  enum store_status status =
      observations_read(context->txn, head, &range, context->arena, &columns);
  if (status != STORE_OK)
    return context_fail_store(context, status, "series");
  if (!frame_of_columns(context->arena, (enum frequency)head->frequency, &columns, &frame))
    return context_fail_memory(context);
  for (size_t i = frame.n; i-- > 0 && !*ret_there;) {
    const struct frame_row *row = &frame.rows[i];
    *ret_there = !isnan(row->value);
    *ret_latest = (struct latest){row->period, row->value, row->status, row->release_no};
  }
  return true;
}

static bool read_figure(struct section *section, const struct series_head *head,
                        struct latest *ret_latest, bool *ret_there) {
  if (section->request->period != NULL)
    return read_within(section, head, ret_latest, ret_there);
  enum store_status status =
      observations_latest(section->context->txn, head, &section->as_of, false, ret_latest);
  *ret_there = status == STORE_OK;
  return status == STORE_OK || status == STORE_NOT_FOUND ||
         context_fail_store(section->context, status, "series");
}

static bool fill_unit(struct section *section, const struct series_words *words,
                      struct candidate *candidate) {
  Bellwether__V1__Unit *unit = series_words_unit(words);
  row_message *row = candidate->message;
  row->unit = unit;
  candidate->comparable = row->value;
  if (unit == NULL)
    return true;
  candidate->comparable = number_shift(row->value, unit->unit_mult);
  if (!section->in_units)
    return true;
  return values_to_units(section->context, NULL, unit->unit_mult, &row->value, 1) &&
         unit_to_units(section->context, unit, &row->unit);
}

static bool fill_row(struct section *section, const struct found *found,
                     const struct latest *latest, row_message *row) {
  struct context *context = section->context;
  char label[PERIOD_TEXT_SIZE], status[2] = {(char)latest->status, '\0'};
  period_format((enum frequency)found->head.frequency, latest->period, label);
  row->key = text_new(context, found->details.key);
  row->frequency = (Bellwether__V1__Frequency)found->head.frequency;
  row->period = latest->period;
  row->period_label = text_new(context, bytes_of_text(label));
  row->value = latest->value;
  row->status = text_new(context, bytes_of_text(status));
  return row->key != NULL && row->period_label != NULL && row->status != NULL;
}

static bool add_candidate(struct section *section, const struct found *found,
                          const struct series_words *words, const struct latest *latest,
                          const Bellwether__V1__Code *code) {
  struct context *context = section->context;
  struct candidate *candidate = arena_zero(context->arena, sizeof *candidate);
  if (candidate == NULL)
    return context_fail_memory(context);
  candidate->message = message_new(context, &bellwether__v1__cross_section_row__descriptor);
  candidate->handle = found->head.handle;
  candidate->release_no = latest->release_no;
  if (candidate->message == NULL || !fill_row(section, found, latest, candidate->message))
    return false;
  candidate->message->code = code->code;
  bool named = section->open_dimension == words->dataset->indicator_dimension &&
               words->indicator != NULL && words->indicator->name[0] != '\0';
  candidate->message->name = named ? words->indicator->name : code->name;
  return fill_unit(section, words, candidate) &&
         (list_add(&section->candidates, context->arena, candidate) ||
          context_fail_memory(context));
}

static bool add_series(struct section *section, struct found *found) {
  struct series_words words;
  struct latest latest;
  const Bellwether__V1__Code *code = NULL;
  bool there = false;
  if (!read_figure(section, &found->head, &latest, &there))
    return false;
  if (!there)
    return true;
  if (!find_details(&section->finder, found) ||
      !describer_series(&section->describer, &found->head, &found->details, &words) ||
      !describer_code(&section->describer, words.dataset, section->open_dimension,
                      words.key.codes[section->open_dimension], &code))
    return false;
  if (section->request->exclude_aggregates && code->is_aggregate)
    return true;
  return add_candidate(section, found, &words, &latest, code);
}

static bool add_all(struct section *section) {
  scoped(series_walk_end) struct series_walk *walk = NULL;
  struct context *context = section->context;
  struct found found;
  size_t n = 0;
  enum store_status status = series_walk_begin(context->txn, &section->chosen.choice, &walk);
  if (status != STORE_OK)
    return context_fail_store(context, status, "dataset");
  while ((status = series_walk_next(walk, &found.head, &found.details.key)) == STORE_OK) {
    found.detailed = false;
    if ((n++ % ROWS_A_LOOK == 0 && !context_in_time(context)) || !add_series(section, &found))
      return false;
  }
  if (status != STORE_NOT_FOUND)
    return context_fail_store(context, status, "series");
  return n > 0 || find_fail_no_match(&section->finder, PATH(NULL, "pattern"),
                                     bytes_of_text(section->request->pattern), &section->chosen);
}

static int descending(const void *a, const void *b) {
  const struct candidate *left = *(struct candidate *const *)a,
                         *right = *(struct candidate *const *)b;
  int order = (left->comparable < right->comparable) - (left->comparable > right->comparable);
  return order != 0 ? order : strcmp(left->message->key, right->message->key);
}

static int ascending(const void *a, const void *b) {
  const struct candidate *left = *(struct candidate *const *)a,
                         *right = *(struct candidate *const *)b;
  int order = (left->comparable > right->comparable) - (left->comparable < right->comparable);
  return order != 0 ? order : strcmp(left->message->key, right->message->key);
}

static void rank(struct section *section) {
  struct list *all = &section->candidates;
  if (all->count > 0)
    qsort(all->items, all->count, sizeof *all->items,
          section->request->ascending ? ascending : descending);
  for (size_t i = 0; i < all->count; i++) {
    struct candidate *candidate = all->items[i], *before = i == 0 ? NULL : all->items[i - 1];
    bool shared = before != NULL && before->comparable == candidate->comparable;
    candidate->message->rank = shared ? before->message->rank : (uint32_t)(i + 1);
  }
  if (section->request->limit > 0 && all->count > section->request->limit)
    all->count = section->request->limit;
}

static bool fill_page(struct section *section, struct page *page, response_message *response) {
  struct list *all = &section->candidates;
  size_t i = page->from.number < all->count ? (size_t)page->from.number : all->count;
  response->rows = arena_array(section->context->arena, all->count - i + 1, sizeof(row_message *));
  if (response->rows == NULL)
    return context_fail_memory(section->context);
  for (; i < all->count; i++) {
    struct candidate *candidate = all->items[i];
    if (!describer_release(&section->describer, candidate->release_no, candidate->handle, true,
                           &candidate->message->release))
      return false;
    if (!page_takes_message(page, &candidate->message->base))
      break;
    response->rows[response->n_rows++] = candidate->message;
  }
  struct page_position end = {.revision = page->from.revision, .number = i};
  return i == all->count || page_token_make(page, &end, &response->next_page_token);
}

bool op_get_cross_section(struct context *context, const ProtobufCMessage *request_base,
                          ProtobufCMessage *response_base) {
  struct section section = {.context = context,
                            .request = (const request_message *)request_base,
                            .finder = {.context = context},
                            .describer = {.context = context},
                            .open_dimension = NO_DIMENSION};
  struct page page;
  if (!page_begin(&page, context, PAGE_LIST, request_base) || !prepare(&section) ||
      !page_unchanged(&page, section.chosen.dataset.changed_revision, "The dataset"))
    return false;

  if (!add_all(&section))
    return false;

  rank(&section);
  return fill_page(&section, &page, (response_message *)response_base);
}
