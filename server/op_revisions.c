/* SPDX-License-Identifier: MIT */
/* ListRevisions: what was stated of each period, release by release. */
#include <math.h>

#include "server/find.h"
#include "server/ops.h"
#include "server/page.h"
#include "server/query.h"
#include "server/describe.h"

typedef Bellwether__V1__ListRevisionsRequest request_message;
typedef Bellwether__V1__ListRevisionsResponse response_message;

/* A row's share of each packed column at its longest. */
enum { ROW_BYTES = 10 + 5 + 8 + 1 + 10, ENTRY_MARGIN_BYTES = 8 };

/* A release of the page, whose place in the dictionary is known at the end. */
struct cited {
  Bellwether__V1__ReleaseEntry *entry;
  uint32_t place;
};

struct revisions {
  struct page page;
  struct finder finder;
  struct describer describer;
  struct query query;
  const request_message *request;
  response_message *response;
  struct found found;
  struct cache cited_by_no;
  struct list cited;
  struct list comments;
  struct list unchanged;
  const struct cited **row_cited;
  bool full;
};

static bool find_cited(struct revisions *revisions, uint32_t release_no, struct cited **ret_cited,
                       size_t *ret_bytes) {
  struct context *context = revisions->page.context;
  struct bytes key = bytes_of(&release_no, sizeof release_no);
  struct cited *cited = cache_get(&revisions->cited_by_no, key);
  *ret_bytes = 0;
  if (cited == NULL) {
    cited = arena_zero(context->arena, sizeof *cited);
    if (cited == NULL || !cache_put(&revisions->cited_by_no, context->arena, key, cited))
      return context_fail_memory(context);
    if (!describer_release(&revisions->describer, release_no, revisions->found.head.handle, true,
                           &cited->entry))
      return false;
    *ret_bytes = protobuf_c_message_get_packed_size(&cited->entry->base) + ENTRY_MARGIN_BYTES;
  }
  *ret_cited = cited;
  return true;
}

static bool add_label(struct revisions *revisions, const struct revision_row *row, size_t at) {
  char label[PERIOD_TEXT_SIZE];
  if (!revisions->request->period_labels)
    return true;
  period_format((enum frequency)revisions->found.head.frequency, row->period, label);
  revisions->response->period_labels[at] = text_new(revisions->page.context, bytes_of_text(label));
  revisions->response->n_period_labels = at + 1;
  return revisions->response->period_labels[at] != NULL;
}

static bool add_comment(struct revisions *revisions, const struct revision_row *row, size_t at) {
  struct context *context = revisions->page.context;
  if (row->comment.size == 0)
    return true;
  Bellwether__V1__Comment *comment = message_new(context, &bellwether__v1__comment__descriptor);
  if (comment == NULL)
    return false;
  comment->index = (uint32_t)at;
  comment->text = text_new(context, row->comment);
  return comment->text != NULL &&
         (list_add(&revisions->comments, context->arena, comment) || context_fail_memory(context));
}

static bool put_row(struct revisions *revisions, const struct revision_row *row,
                    struct cited *cited) {
  struct context *context = revisions->page.context;
  response_message *response = revisions->response;
  size_t at = response->n_periods++;
  response->periods[at] = row->period;
  response->values[at] = row->value;
  response->statuses.data[at] = row->status;
  response->known_until_ms[at] = row->known_until_ms;
  revisions->row_cited[at] = cited;
  if (row->unchanged)
    response->unchanged_indexes[response->n_unchanged_indexes++] = (uint32_t)at;
  if (cited->place == 0) {
    cited->place = 1;
    if (!list_add(&revisions->cited, context->arena, cited))
      return context_fail_memory(context);
  }
  return add_label(revisions, row, at) && add_comment(revisions, row, at);
}

static bool add_row(struct revisions *revisions, const struct revision_row *row) {
  struct cited *cited = NULL;
  size_t bytes = 0;
  if (!find_cited(revisions, row->release_no, &cited, &bytes))
    return false;
  bytes +=
      ROW_BYTES + row->comment.size + (revisions->request->period_labels ? PERIOD_TEXT_SIZE : 0);
  revisions->full = !page_takes(&revisions->page, bytes);
  return revisions->full || put_row(revisions, row, cited);
}

static bool make_columns(struct revisions *revisions, size_t n) {
  struct arena *arena = revisions->page.context->arena;
  response_message *response = revisions->response;
  response->periods = arena_array(arena, n, sizeof *response->periods);
  response->values = arena_array(arena, n, sizeof *response->values);
  response->statuses.data = arena_alloc(arena, n);
  response->known_until_ms = arena_array(arena, n, sizeof *response->known_until_ms);
  response->unchanged_indexes = arena_array(arena, n, sizeof *response->unchanged_indexes);
  response->release_indexes = arena_array(arena, n, sizeof *response->release_indexes);
  response->period_labels = arena_array(arena, n, sizeof *response->period_labels);
  revisions->row_cited = arena_array(arena, n, sizeof *revisions->row_cited);
  bool made = response->periods && response->values && response->statuses.data &&
              response->known_until_ms && response->unchanged_indexes &&
              response->release_indexes && response->period_labels && revisions->row_cited;
  return made || context_fail_memory(revisions->page.context);
}

static int by_publication(const void *a, const void *b) {
  const struct cited *const *left = a, *const *right = b;
  const Bellwether__V1__ReleaseEntry *x = (*left)->entry, *y = (*right)->entry;
  if (x->published_at_ms != y->published_at_ms)
    return x->published_at_ms < y->published_at_ms ? -1 : 1;
  return strcmp(x->id, y->id);
}

/* The dictionary in the order of releases, and the rows' places in it. */
static bool fill_releases(struct revisions *revisions) {
  response_message *response = revisions->response;
  struct list *cited = &revisions->cited;
  response->releases =
      arena_array(revisions->page.context->arena, cited->count, sizeof *response->releases);
  if (response->releases == NULL && cited->count > 0)
    return context_fail_memory(revisions->page.context);
  if (cited->count > 0)
    qsort(cited->items, cited->count, sizeof *cited->items, by_publication);
  for (size_t i = 0; i < cited->count; i++) {
    struct cited *release = cited->items[i];
    release->place = (uint32_t)i;
    response->releases[i] = release->entry;
  }
  response->n_releases = cited->count;
  for (size_t i = 0; i < response->n_periods; i++)
    response->release_indexes[i] = revisions->row_cited[i]->place;
  return true;
}

static bool read_query(struct revisions *revisions, struct revision_query *ret_query) {
  const request_message *request = revisions->request;
  struct page *page = &revisions->page;
  struct query *query = &revisions->query;
  struct revision_query read = {.after_period = INT64_MIN,
                                .include_unchanged = request->include_unchanged};
  if (!query_init(query, &revisions->finder, NULL, NULL) ||
      !query_as_of(&revisions->finder, PATH(NULL, "as_of"), request->as_of, &read.as_of))
    return false;
  query->from = request->from;
  query->to = request->to;
  if (!query_range(query, (enum frequency)revisions->found.head.frequency, &read.first, &read.last))
    return false;
  if (page->continued) {
    read.after_period = page->from.ordinal;
    read.after_release = (uint32_t)page->from.number;
  }
  *ret_query = read;
  return true;
}

static bool read_rows(struct revisions *revisions, const struct revision_query *query,
                      struct revision_rows *ret_rows) {
  struct context *context = revisions->page.context;
  *ret_rows = (struct revision_rows){.n = 0};
  if (query->first > query->last)
    return true;
  enum store_status status =
      revisions_read(context->txn, &revisions->found.head, query, context->arena, ret_rows);
  return status == STORE_OK || context_fail_store(context, status, "series");
}

static bool fill_rows(struct revisions *revisions, struct revision_query query) {
  struct page *page = &revisions->page;
  struct revision_rows rows;
  size_t by_bytes = page->bytes_left / ROW_BYTES;
  query.max_rows = (page->rows_left < by_bytes ? page->rows_left : by_bytes) + 1;
  if (!read_rows(revisions, &query, &rows) || !make_columns(revisions, rows.n + 1))
    return false;
  size_t n = 0;
  for (; n < rows.n && !revisions->full; n += !revisions->full)
    if (!add_row(revisions, &rows.rows[n]))
      return false;
  revisions->full = n > 0 && (n < rows.n || rows.more);
  struct page_position end = {.revision = page->from.revision};
  if (n > 0) {
    end.ordinal = rows.rows[n - 1].period;
    end.number = rows.rows[n - 1].release_no;
  }
  revisions->response->n_values = revisions->response->n_release_indexes = n;
  revisions->response->n_known_until_ms = revisions->response->statuses.len = n;
  revisions->response->comments = (Bellwether__V1__Comment **)revisions->comments.items;
  revisions->response->n_comments = revisions->comments.count;
  return fill_releases(revisions) &&
         (!revisions->full || page_token_make(page, &end, &revisions->response->next_page_token));
}

/* The figures of one period, from the first to the last. */
struct figures {
  size_t n;
  double first;
  double last;
  bool revised;
};

static void count_period(Bellwether__V1__RevisionStatistics *statistics,
                         const struct figures *figures) {
  if (figures->n == 0)
    return;
  double change = figures->last - figures->first, size = fabs(change);
  statistics->period_count++;
  statistics->revised_period_count += figures->revised;
  statistics->mean_revision += change;
  statistics->mean_absolute_revision += size;
  if (size > statistics->max_absolute_revision)
    statistics->max_absolute_revision = size;
}

/* Targets are no figures, nor are missing and withdrawn values. */
static void count_row(Bellwether__V1__RevisionStatistics *statistics, struct figures *figures,
                      const struct revision_row *row) {
  if (isnan(row->value) || row->status == 'T')
    return;
  bool changed = figures->n > 0 && row->value != figures->last;
  if (figures->n++ == 0)
    figures->first = row->value;
  figures->last = row->value;
  figures->revised |= changed;
  statistics->revision_count += changed;
}

static bool fill_statistics(struct revisions *revisions, struct revision_query query) {
  struct revision_rows rows;
  Bellwether__V1__RevisionStatistics *statistics =
      message_new(revisions->page.context, &bellwether__v1__revision_statistics__descriptor);
  query.include_unchanged = false;
  if (statistics == NULL || !read_rows(revisions, &query, &rows))
    return false;
  struct figures figures = {.n = 0};
  for (size_t i = 0; i < rows.n; i++) {
    if (i > 0 && rows.rows[i].period != rows.rows[i - 1].period) {
      count_period(statistics, &figures);
      figures = (struct figures){.n = 0};
    }
    count_row(statistics, &figures, &rows.rows[i]);
  }
  count_period(statistics, &figures);
  if (statistics->period_count > 0) {
    statistics->mean_revision /= (double)statistics->period_count;
    statistics->mean_absolute_revision /= (double)statistics->period_count;
  }
  revisions->response->statistics = statistics;
  return true;
}

static bool fill_head(struct revisions *revisions) {
  const struct found *found = &revisions->found;
  response_message *response = revisions->response;
  struct series_words words;
  if (!describer_series(&revisions->describer, &found->head, &found->details, &words))
    return false;
  response->key = text_new(revisions->page.context, found->details.key);
  response->handle = found->head.handle;
  response->frequency = (Bellwether__V1__Frequency)found->head.frequency;
  response->unit = series_words_unit(&words);
  return response->key != NULL;
}

bool op_list_revisions(struct context *context, const ProtobufCMessage *request_base,
                       ProtobufCMessage *response_base) {
  struct revisions revisions = {.finder = {.context = context},
                                .describer = {.context = context},
                                .request = (const request_message *)request_base,
                                .response = (response_message *)response_base};
  struct revision_query query;
  struct found *found = &revisions.found;
  if (!page_begin(&revisions.page, context, PAGE_ROWS, request_base) ||
      !find_series(&revisions.finder, PATH(NULL, "series"), revisions.request->series, found) ||
      !find_details(&revisions.finder, found) ||
      !page_unchanged(&revisions.page, found->head.changed_revision, "The series") ||
      !read_query(&revisions, &query))
    return false;

  bool counted = revisions.request->statistics && !revisions.page.continued;
  return fill_head(&revisions) && (!counted || fill_statistics(&revisions, query)) &&
         fill_rows(&revisions, query);
}
