/* SPDX-License-Identifier: MIT */
#include "server/answer.h"

#include "server/pack.h"
#include "server/rows.h"

/* Tags, lengths, the frequency and the first period of the columns, and the message around them. */
enum { COLUMNS_MARGIN_BYTES = 96 };

/* All that is asked of one series, and where its rows go. */
struct answer {
  struct answerer *answerer;
  struct query *query;
  const struct found *found;
  int64_t first; /* the range, from the place on */
  int64_t last;
  uint64_t left; /* rows that the query wants; 0: all */
  int multiplier;
  Bellwether__V1__SeriesObservations *message;
  struct source source;
  enum frequency frequency;    /* of the rows */
  struct frame_columns worked; /* of a query that is not plain: the rows from the place on */
};

static bool is_plain(const struct answer *answer) {
  return answer->query->plain && answer->answerer->aligned == NULL;
}

static struct context *context_of(const struct answer *answer) {
  return answer->answerer->finder->context;
}

static bool fill_unit(struct answer *answer, const struct series_words *words) {
  Bellwether__V1__Unit *unit = series_words_unit(words);
  answer->message->unit = unit;
  if (unit == NULL || !answer->query->in_units)
    return true;
  answer->multiplier = unit->unit_mult;
  return unit_to_units(context_of(answer), unit, &answer->message->unit);
}

/* Everything but the rows. */
static bool fill_head(struct answer *answer) {
  struct context *context = context_of(answer);
  const struct found *found = answer->found;
  struct series_words words;
  Bellwether__V1__SeriesObservations *message =
      message_new(context, &bellwether__v1__series_observations__descriptor);
  if (message == NULL ||
      !describer_series(answer->answerer->describer, &found->head, &found->details, &words))
    return false;
  answer->message = message;
  answer->source = source_of(found, &words);
  message->key = text_new(context, found->details.key);
  message->handle = found->head.handle;
  message->changed_revision = found->head.changed_revision;
  if (message->key == NULL || !fill_unit(answer, &words))
    return false;
  if (answer->query->view != BELLWETHER__V1__VIEW__VIEW_FULL)
    return true;
  if (words.indicator != NULL)
    message->indicator_name = words.indicator->name;
  return describer_title(answer->answerer->describer, &words, &message->title);
}

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* One row more than fits is never needed: that there is more, storage says. */
static size_t rows_that_fit(const struct answer *answer) {
  const struct page *page = answer->answerer->page;
  return smaller(page->rows_left, page->bytes_left / sizeof(double)) + 1;
}

/* A page that goes on works all of it out anew: the token vouches for the same state. */
static bool work_out(struct answer *answer, const struct answer_place *place) {
  struct context *context = context_of(answer);
  struct evaluated evaluated;
  Bellwether__V1__SeriesObservations *message = answer->message;
  if (!evaluate(answer->query, answer->answerer->describer, &answer->source,
                answer->answerer->aligned, &evaluated))
    return false;
  if (place->within)
    frame_cut(&evaluated.frame, place->ordinal, INT64_MAX);
  if (!frame_fits_columns(&evaluated.frame))
    return context_fail_store(context, STORE_FAR_APART, "series");
  if (!frame_to_columns(context->arena, &evaluated.frame, answer->query->columns, &answer->worked))
    return context_fail_memory(context);
  answer->frequency = evaluated.frame.frequency;
  answer->left = 0;
  answer->multiplier = 0;
  message->unit = evaluated.unit;
  message->formula = evaluated.formula;
  message->warnings = (char **)evaluated.warnings.items;
  message->n_warnings = evaluated.warnings.count;
  return true;
}

/* Values that are sent as they are stored need no copy before that of packing. */
static unsigned columns_to_read(const struct answer *answer) {
  return answer->query->columns | (answer->multiplier == 0 ? READ_BORROWED : 0);
}

/* On a first page the last n have to be found first; a later page knows where it goes on. */
static bool read_rows(struct answer *answer, bool within, struct columns *ret_columns) {
  const struct query *query = answer->query;
  size_t fitting = rows_that_fit(answer);
  struct range_query range = {.first = answer->first,
                              .last = answer->last,
                              .columns = columns_to_read(answer),
                              .as_of = query->as_of};
  if (within || query->last_n == 0) {
    range.max_rows = answer->left == 0 ? fitting : smaller(answer->left, fitting);
  } else {
    range.from_the_end = query->first_n == 0;
    range.max_rows = query->first_n == 0 ? query->last_n : query->first_n;
  }
  *ret_columns = (struct columns){.n = 0};
  if (answer->first > answer->last)
    return true;
  struct context *context = context_of(answer);
  enum store_status status =
      observations_read(context->txn, &answer->found->head, &range, context->arena, ret_columns);
  if (status != STORE_OK)
    return context_fail_store(context, status, "series");
  if (!within && query->last_n > 0) {
    rows_keep_last(ret_columns, query->last_n);
    answer->left = ret_columns->n;
    ret_columns->more = false;
  }
  return true;
}

static bool fill_rows(struct answer *answer, const struct columns *columns) {
  struct page *page = answer->answerer->page;
  struct rows_format format = {.frequency = answer->frequency,
                               .counts = answer->worked.counts,
                               .sizes = answer->worked.sizes,
                               .handle = answer->found->head.handle,
                               .labels = answer->query->labels,
                               .full = answer->query->view == BELLWETHER__V1__VIEW__VIEW_FULL};
  struct rows_room room = {
      .rows = page->rows_left, .bytes = page->bytes_left, .at_least_one = page->empty};
  Bellwether__V1__ObservationColumns *rows = NULL;
  if (!rows_fill(answer->answerer->describer, &format, columns, &room, &rows) ||
      !values_to_units(context_of(answer), answer->query->path, answer->multiplier, rows->values,
                       rows->n_values))
    return false;
  page->bytes_left = room.bytes;
  page->rows_left -= smaller(rows->n_values, page->rows_left);
  answer->message->observations = rows;
  return true;
}

/* Where the next page goes on; a series without further rows is at its end. */
static void find_end(struct answer *answer, const struct columns *columns,
                     struct answer_place *ret_place) {
  size_t n = answer->message->observations->n_values;
  bool wanted = answer->left == 0 || n < answer->left;
  answer->message->continues = n < columns->n || (columns->more && wanted);
  if (!answer->message->continues)
    return;
  *ret_place = (struct answer_place){
      .within = true,
      .ordinal = rows_last_period(answer->message->observations) + 1,
      .left = answer->left == 0 ? 0 : answer->left - n,
  };
}

static bool prepare(struct answer *answer, const struct answer_place *place) {
  answer->frequency = (enum frequency)answer->found->head.frequency;
  if (!is_plain(answer))
    return fill_head(answer) && work_out(answer, place);
  if (!query_range(answer->query, answer->frequency, &answer->first, &answer->last))
    return false;
  if (place->within && place->ordinal > answer->first)
    answer->first = place->ordinal;
  answer->left = place->within ? place->left : answer->query->first_n;
  return fill_head(answer);
}

/* Whether the page has room for what stands beside the rows. */
static bool take_head(struct answer *answer) {
  struct page *page = answer->answerer->page;
  size_t bytes = pack_size(&answer->message->base) + COLUMNS_MARGIN_BYTES;
  if (!page->empty && (page->rows_left == 0 || bytes > page->bytes_left))
    return false;
  page->bytes_left -= smaller(bytes, page->bytes_left);
  return true;
}

bool answer_series(struct answerer *answerer, struct query *query, struct found *found,
                   const struct answer_place *place,
                   Bellwether__V1__SeriesObservations **ret_message,
                   struct answer_place *ret_place) {
  struct answer answer = {.answerer = answerer, .query = query, .found = found};
  struct columns columns;
  *ret_message = NULL;
  if (!find_details(answerer->finder, found) || !prepare(&answer, place))
    return false;
  if (!take_head(&answer))
    return true;
  if (!is_plain(&answer))
    columns = answer.worked.columns;
  else if (!read_rows(&answer, place->within, &columns))
    return false;
  if (!fill_rows(&answer, &columns))
    return false;
  if (columns.n > 0 && answer.message->observations->n_values == 0)
    return true;
  answerer->page->empty = false;
  find_end(&answer, &columns, ret_place);
  *ret_message = answer.message;
  return true;
}
