/* SPDX-License-Identifier: MIT */
/* bellwether_get: the pages of a series as one. */
#include "client/typed.h"

#include "bellwether/v1/observations.pb-c.h"
#include "proto/period.h"

enum { STARTS_MAX = 8 }; /* of a series that others change meanwhile */

SCOPED_POINTER(struct bellwether_series, bellwether_series_free)

typedef Bellwether__V1__ObservationColumns columns_message;

struct query_message {
  Bellwether__V1__GetObservationsRequest request;
  Bellwether__V1__SeriesRef series;
  Bellwether__V1__ObservationQuery query;
  Bellwether__V1__PeriodBound from;
  Bellwether__V1__PeriodBound to;
  Bellwether__V1__AsOf as_of;
};

static Bellwether__V1__PeriodBound *bound(Bellwether__V1__PeriodBound *message, const char *text) {
  if (text == NULL)
    return NULL;
  bellwether__v1__period_bound__init(message);
  message->bound_case = BELLWETHER__V1__PERIOD_BOUND__BOUND_TEXT;
  message->text = typed_text(text);
  return message;
}

/* What has the characters of a date alone is one, for no release is named so. */
static Bellwether__V1__AsOf *as_of(Bellwether__V1__AsOf *message, const char *text) {
  if (text == NULL)
    return NULL;
  bellwether__v1__as_of__init(message);
  if (text[0] != '\0' && text[strspn(text, "0123456789-:.TZ+ ")] == '\0') {
    message->point_case = BELLWETHER__V1__AS_OF__POINT_DATE;
    message->date = typed_text(text);
  } else {
    message->point_case = BELLWETHER__V1__AS_OF__POINT_RELEASE;
    message->release = typed_text(text);
  }
  return message;
}

static void query_message_init(struct query_message *message, const char *key,
                               const struct bellwether_query *query) {
  bellwether__v1__get_observations_request__init(&message->request);
  bellwether__v1__series_ref__init(&message->series);
  bellwether__v1__observation_query__init(&message->query);
  message->request.series = &message->series;
  message->request.query = &message->query;
  message->series.ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  message->series.key = typed_text(key);
  if (query == NULL)
    return;
  message->query.from = bound(&message->from, query->from);
  message->query.to = bound(&message->to, query->to);
  message->query.first_n = query->first_n;
  message->query.last_n = query->last_n;
  message->query.as_of = as_of(&message->as_of, query->as_of);
}

/* --- Columns ---------------------------------------------------------------------------------- */

static bool columns_agree(const columns_message *columns) {
  size_t n = columns->n_values;
  return frequency_is_valid((int)columns->frequency) &&
         (columns->n_period_steps == 0 || columns->n_period_steps + 1 == n) &&
         (columns->statuses.len == 0 || columns->statuses.len == n);
}

/* The ordinals of a page; false where they do not ascend within the calendar. */
static bool read_periods(const columns_message *columns, int64_t *periods) {
  enum frequency frequency = (enum frequency)columns->frequency;
  int64_t period = columns->first_period;
  for (size_t i = 0; i < columns->n_values; i++) {
    int64_t step = i == 0 ? 0 : columns->n_period_steps == 0 ? 1 : columns->period_steps[i - 1];
    period += step; /* No overflow: it was valid before, or it is the first. */
    if ((i > 0 && step < 1) || !period_is_valid(frequency, period))
      return false;
    periods[i] = period;
  }
  return true;
}

static bool grow(struct bellwether_series *series, size_t n) {
  int64_t *periods = realloc(series->periods, (n + 1) * sizeof *periods);
  if (periods != NULL)
    series->periods = periods;
  double *values = realloc(series->values, (n + 1) * sizeof *values);
  if (values != NULL)
    series->values = values;
  char *statuses = realloc(series->statuses, n + 1);
  if (statuses != NULL)
    series->statuses = statuses;
  return periods != NULL && values != NULL && statuses != NULL;
}

static enum bellwether_status append(struct bellwether_series *series,
                                     const columns_message *columns) {
  size_t n = columns->n_values;
  size_t at = series->n;
  if (!columns_agree(columns))
    return BELLWETHER_INVALID;
  if (!grow(series, at + n))
    return BELLWETHER_NO_MEMORY;
  if (!read_periods(columns, series->periods + at) ||
      (at > 0 && n > 0 && series->periods[at] <= series->periods[at - 1]))
    return BELLWETHER_INVALID;
  if (n > 0)
    memcpy(series->values + at, columns->values, n * sizeof *columns->values);
  memset(series->statuses + at, 'A', n);
  if (columns->statuses.len > 0)
    memcpy(series->statuses + at, columns->statuses.data, n);
  series->statuses[at + n] = '\0';
  series->n = at + n;
  return BELLWETHER_OK;
}

/* What a series is, from its first page. */
static bool describe(struct bellwether_series *series,
                     const Bellwether__V1__SeriesObservations *page) {
  series->handle = page->handle;
  series->frequency = frequency_letter((enum frequency)page->observations->frequency);
  series->unit_mult = page->unit != NULL ? page->unit->unit_mult : 0;
  series->key = strdup(page->key);
  series->unit = strdup(page->unit != NULL ? page->unit->unit : "");
  return series->key != NULL && series->unit != NULL;
}

static enum bellwether_status add_page(struct bellwether_series *series,
                                       const Bellwether__V1__SeriesObservations *page) {
  if (page == NULL || page->observations == NULL)
    return BELLWETHER_INVALID;
  enum bellwether_status status = append(series, page->observations);
  if (status != BELLWETHER_OK || series->key != NULL)
    return status;
  return describe(series, page) ? BELLWETHER_OK : BELLWETHER_NO_MEMORY;
}

/* Pointers and texts in one block. */
static bool label(struct bellwether_series *series) {
  size_t n = series->n;
  enum frequency frequency = frequency_from_letter(series->frequency);
  char **labels = malloc(n * (sizeof *labels + PERIOD_TEXT_SIZE) + 1);
  if (labels == NULL)
    return false;
  char *text = (char *)(labels + n);
  for (size_t i = 0; i < n; i++, text += PERIOD_TEXT_SIZE) {
    period_format(frequency, series->periods[i], text);
    labels[i] = text;
  }
  series->labels = labels;
  return true;
}

/* --- Pages ------------------------------------------------------------------------------------ */

/* One page; *token (to be freed) becomes that of the next one, NULL where it was the last. */
static enum bellwether_status get_page(struct bellwether_client *client,
                                       struct query_message *message, char **token,
                                       struct bellwether_series *series,
                                       struct bellwether_reply **ret_reply) {
  struct typed_call call = {"/bellwether.v1.Observations/GetObservations", &message->request.base,
                            &bellwether__v1__get_observations_response__descriptor};
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  ProtobufCMessage *unpacked = NULL;
  if (arena == NULL)
    return BELLWETHER_NO_MEMORY;
  message->request.page_token = *token != NULL ? *token : typed_text("");
  enum bellwether_status status = typed_call(client, &call, arena, &unpacked, ret_reply);
  free(*token);
  *token = NULL;
  if (status != BELLWETHER_OK)
    return status;
  Bellwether__V1__GetObservationsResponse *response = (void *)unpacked;
  status = add_page(series, response->series);
  if (status != BELLWETHER_OK || response->next_page_token[0] == '\0')
    return status;
  *token = strdup(response->next_page_token);
  return *token != NULL ? BELLWETHER_OK : BELLWETHER_NO_MEMORY;
}

static enum bellwether_status get_pages(struct bellwether_client *client,
                                        struct query_message *message,
                                        struct bellwether_series **ret_series,
                                        struct bellwether_reply **ret_reply) {
  scoped(free) char *token = NULL;
  scoped(bellwether_series_free) struct bellwether_series *series = calloc(1, sizeof *series);
  if (series == NULL)
    return BELLWETHER_NO_MEMORY;
  do {
    enum bellwether_status status = get_page(client, message, &token, series, ret_reply);
    if (status != BELLWETHER_OK)
      return status;
  } while (token != NULL);
  if (!label(series))
    return BELLWETHER_NO_MEMORY;
  *ret_series = series;
  series = NULL;
  return BELLWETHER_OK;
}

enum bellwether_status bellwether_get(struct bellwether_client *client, const char *key,
                                      const struct bellwether_query *query,
                                      struct bellwether_series **ret_series,
                                      struct bellwether_reply **ret_reply) {
  struct query_message message;
  scoped(bellwether_reply_free) struct bellwether_reply *reply = NULL;
  enum bellwether_status status = BELLWETHER_REFUSED;
  if (ret_reply != NULL)
    *ret_reply = NULL;
  query_message_init(&message, key, query);
  for (int i = 0; i < STARTS_MAX && status == BELLWETHER_REFUSED; i++) {
    if (reply != NULL && strcmp(bellwether_reply_reason(reply), "PAGE_CHANGED") != 0)
      break;
    bellwether_reply_free(reply);
    reply = NULL;
    status = get_pages(client, &message, ret_series, &reply);
  }
  if (ret_reply != NULL) {
    *ret_reply = reply;
    reply = NULL;
  }
  return status;
}

void bellwether_series_free(struct bellwether_series *series) {
  if (series == NULL)
    return;
  free(series->key);
  free(series->unit);
  free(series->periods);
  free(series->labels);
  free(series->values);
  free(series->statuses);
  free(series);
}
