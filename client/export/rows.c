/* SPDX-License-Identifier: MIT */
#include "client/export/rows.h"

#include "proto/number.h"
#include "proto/period.h"

typedef Bellwether__V1__ListVintagesRequest vintages_request;
typedef Bellwether__V1__ListVintagesResponse vintages_response;
typedef Bellwether__V1__ListRevisionsRequest revisions_request;
typedef Bellwether__V1__ListRevisionsResponse revisions_response;
typedef Bellwether__V1__Vintage vintage_message;
typedef Bellwether__V1__ReleaseEntry entry_message;

enum {
  PAGE_VINTAGES = 10000,
  RANGE_ROWS = 1000,      /* A longer withdrawn range is no rows, but a statement in JSON ... */
  RANGE_PERIODS = 500000, /* ... of at most so many periods, which a server takes at once. */
};

/* A range too long for rows. Only within the periods that any release names is there anything to
 * withdraw. */
struct long_range {
  char *release;
  char *url;
  int64_t first;
  int64_t last;
};

/* A series on its way. */
struct writing {
  const struct export_rows *rows;
  enum frequency frequency;
  bool any_named;
  int64_t first_named;
  int64_t last_named;
  struct long_range *ranges;
  size_t n_ranges;
};

static void writing_fini_scoped(struct writing *writing) {
  for (size_t i = 0; i < writing->n_ranges; i++) {
    free(writing->ranges[i].release);
    free(writing->ranges[i].url);
  }
  free(writing->ranges);
}

void export_vintages_request(const char *key, Bellwether__V1__SeriesRef *ret_series,
                             vintages_request *ret_request) {
  bellwether__v1__series_ref__init(ret_series);
  bellwether__v1__list_vintages_request__init(ret_request);
  ret_series->ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  ret_series->key = text_field(key);
  ret_request->series = ret_series;
  ret_request->page_size = PAGE_VINTAGES;
}

void export_revisions_request(const char *key, Bellwether__V1__SeriesRef *ret_series,
                              revisions_request *ret_request) {
  bellwether__v1__series_ref__init(ret_series);
  bellwether__v1__list_revisions_request__init(ret_request);
  ret_series->ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  ret_series->key = text_field(key);
  ret_request->series = ret_series;
  ret_request->include_unchanged = true;
}

/* --- The table -------------------------------------------------------------------------------- */

void export_rows_heading(FILE *csv) {
  fputs("series,period,value,status,comment,release,url\n", csv);
}

/* In quotes where the text would else end early, or lose the blanks at its ends. */
static void write_text(FILE *csv, const char *text) {
  size_t size = strlen(text);
  bool blank = size > 0 && (strchr(" \t", text[0]) != NULL || strchr(" \t", text[size - 1]));
  if (!blank && strpbrk(text, ",\"\r\n") == NULL) {
    fputs(text, csv);
    return;
  }
  fputc('"', csv);
  for (; *text != '\0'; text++) {
    if (*text == '"')
      fputc('"', csv);
    fputc(*text, csv);
  }
  fputc('"', csv);
}

struct line {
  const char *period;
  const char *value;
  char status;
  const char *comment;
  const char *release;
  const char *url;
};

static void write_line(const struct writing *writing, const struct line *line) {
  FILE *csv = writing->rows->dataset->csv;
  fprintf(csv, "%s,%s,%s,%c,", writing->rows->key, line->period, line->value, line->status);
  write_text(csv, line->comment);
  fprintf(csv, ",%s,", line->release);
  write_text(csv, line->url);
  fputc('\n', csv);
  writing->rows->dataset->n_rows++;
}

static bool fail_answer(const struct writing *writing) {
  struct export *export = writing->rows->export;
  complain(export->cli, "%s: the server's answer does not fit itself", writing->rows->key);
  export->code = EXIT_CODE_REFUSED;
  return false;
}

/* The address of the series in a release where it is not the release's own, else "". A release that
 * the list of them did not have is new. */
static bool find_url(const struct writing *writing, const entry_message *entry,
                     const char **ret_url) {
  struct export *export = writing->rows->export;
  const char *of_release = cache_get(&export->release_urls, bytes_of_text(entry->id));
  if (of_release == NULL) {
    export->changed = true;
    return false;
  }
  *ret_url = strcmp(of_release, entry->url) == 0 ? "" : entry->url;
  return true;
}

/* --- What releases withdraw ------------------------------------------------------------------- */

static bool keep_range(struct writing *writing, const vintage_message *vintage, const char *url,
                       const Bellwether__V1__PeriodRange *range) {
  size_t n = writing->n_ranges + 1;
  struct long_range *wider = reallocarray(writing->ranges, n, sizeof *wider);
  if (wider == NULL)
    return export_fail_memory(writing->rows->export);
  writing->ranges = wider;
  wider[n - 1] = (struct long_range){.release = strdup(vintage->release->id),
                                     .url = strdup(url),
                                     .first = range->first,
                                     .last = range->last};
  writing->n_ranges = n;
  return (wider[n - 1].release != NULL && wider[n - 1].url != NULL) ||
         export_fail_memory(writing->rows->export);
}

static bool write_range(struct writing *writing, const vintage_message *vintage, const char *url,
                        const Bellwether__V1__PeriodRange *range) {
  char text[PERIOD_TEXT_SIZE];
  struct line line = {.period = text,
                      .value = "",
                      .status = '-',
                      .comment = "",
                      .release = vintage->release->id,
                      .url = url};
  if (!period_is_valid(writing->frequency, range->first) ||
      !period_is_valid(writing->frequency, range->last) || range->first > range->last)
    return fail_answer(writing);
  if (range->last - range->first >= RANGE_ROWS)
    return keep_range(writing, vintage, url, range);
  for (int64_t period = range->first; period <= range->last; period++) {
    period_format(writing->frequency, period, text);
    write_line(writing, &line);
  }
  return true;
}

static void see_named(struct writing *writing, const vintage_message *vintage) {
  if (vintage->stated_count + vintage->withdrawn_count == 0)
    return;
  if (!writing->any_named || vintage->first_period < writing->first_named)
    writing->first_named = vintage->first_period;
  if (!writing->any_named || vintage->last_period > writing->last_named)
    writing->last_named = vintage->last_period;
  writing->any_named = true;
}

/* A release that states the series in full withdraws all else by that. */
static bool write_vintage(struct writing *writing, const vintage_message *vintage) {
  const char *url = "";
  if (vintage->release == NULL)
    return fail_answer(writing);
  if (!find_url(writing, vintage->release, &url))
    return false;
  see_named(writing, vintage);
  struct line whole = {.period = "",
                       .value = "",
                       .status = '-',
                       .comment = "",
                       .release = vintage->release->id,
                       .url = url};
  if (vintage->replaces) {
    write_line(writing, &whole);
    return true;
  }
  for (size_t i = 0; i < vintage->n_withdrawn; i++)
    if (!write_range(writing, vintage, url, vintage->withdrawn[i]))
      return false;
  return true;
}

static bool write_vintages_page(struct writing *writing, const vintages_response *response) {
  writing->frequency = (enum frequency)response->frequency;
  if (!frequency_is_valid((int)response->frequency))
    return fail_answer(writing);
  for (size_t i = 0; i < response->n_vintages; i++)
    if (!write_vintage(writing, response->vintages[i]))
      return false;
  return true;
}

static bool write_vintages(struct writing *writing, struct export_call *call) {
  struct export *export = writing->rows->export;
  scoped(free) char *token = NULL;
  do {
    scoped(message_free) ProtobufCMessage *message = NULL;
    if (!export_end(export, call, &bellwether__v1__list_vintages_response__descriptor, &message))
      return false;
    const vintages_response *response = (const void *)message;
    free(token);
    token = strdup(response->next_page_token);
    if (token == NULL)
      return export_fail_memory(export);
    if (!write_vintages_page(writing, response))
      return false;
    if (token[0] == '\0')
      return true;
    Bellwether__V1__SeriesRef series;
    vintages_request request;
    export_vintages_request(writing->rows->key, &series, &request);
    request.page_token = token;
    export_begin(export, "Observations/ListVintages", &request.base, call);
  } while (true);
}

/* --- What releases state ---------------------------------------------------------------------- */

/* Whether the columns are as long as they must be: a server's answer is not trusted blindly. */
static bool is_whole(const revisions_response *response) {
  size_t n = response->n_values;
  for (size_t i = 0; i < response->n_release_indexes; i++)
    if (response->release_indexes[i] >= response->n_releases)
      return false;
  return response->n_periods == n && response->statuses.len == n &&
         response->n_release_indexes == n;
}

static bool write_row(struct writing *writing, const revisions_response *response, size_t i,
                      const char *comment) {
  const entry_message *entry = response->releases[response->release_indexes[i]];
  char period[PERIOD_TEXT_SIZE], value[NUMBER_TEXT_SIZE] = "";
  struct line line = {.period = period,
                      .value = value,
                      .status = (char)response->statuses.data[i],
                      .comment = comment,
                      .release = entry->id};
  if (line.status == '-') /* told with the vintages */
    return true;
  if (!period_is_valid(writing->frequency, response->periods[i]))
    return fail_answer(writing);
  if (!find_url(writing, entry, &line.url))
    return false;
  period_format(writing->frequency, response->periods[i], period);
  if (response->values[i] == response->values[i])
    number_format(response->values[i], value);
  write_line(writing, &line);
  return true;
}

static bool write_revisions_page(struct writing *writing, const revisions_response *response) {
  size_t comment = 0;
  if (!is_whole(response))
    return fail_answer(writing);
  for (size_t i = 0; i < response->n_values; i++) {
    bool commented = comment < response->n_comments && response->comments[comment]->index == i;
    if (!write_row(writing, response, i, commented ? response->comments[comment]->text : ""))
      return false;
    comment += commented;
  }
  return true;
}

static bool write_revisions(struct writing *writing, struct export_call *call) {
  struct export *export = writing->rows->export;
  scoped(free) char *token = NULL;
  do {
    scoped(message_free) ProtobufCMessage *message = NULL;
    if (!export_end(export, call, &bellwether__v1__list_revisions_response__descriptor, &message))
      return false;
    const revisions_response *response = (const void *)message;
    free(token);
    token = strdup(response->next_page_token);
    if (token == NULL)
      return export_fail_memory(export);
    if (!write_revisions_page(writing, response))
      return false;
    if (token[0] == '\0')
      return true;
    Bellwether__V1__SeriesRef series;
    revisions_request request;
    export_revisions_request(writing->rows->key, &series, &request);
    request.page_token = token;
    export_begin(export, "Observations/ListRevisions", &request.base, call);
  } while (true);
}

/* --- What is no rows -------------------------------------------------------------------------- */

static bool write_statement(const struct writing *writing, const struct long_range *range,
                            int64_t first, int64_t last) {
  Bellwether__V1__SeriesStatements statements = BELLWETHER__V1__SERIES_STATEMENTS__INIT;
  Bellwether__V1__ObservationColumns columns = BELLWETHER__V1__OBSERVATION_COLUMNS__INIT;
  statements.key = text_field(writing->rows->key);
  statements.mode = BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE;
  statements.release = range->release;
  statements.source_url = range->url;
  statements.withdrawn_count = (uint32_t)(last - first + 1);
  statements.observations = &columns;
  columns.first_period = first;
  return json_part_add(&writing->rows->dataset->json, &statements.base) ||
         export_fail_memory(writing->rows->export);
}

/* Where no release names a period, one is enough to tell that the release withdraws. */
static bool write_long_range(const struct writing *writing, const struct long_range *range) {
  int64_t first = range->first, last = range->last;
  if (last - first >= RANGE_PERIODS) {
    first = writing->any_named && writing->first_named > first ? writing->first_named : first;
    last = writing->any_named && writing->last_named < last ? writing->last_named : last;
    if (!writing->any_named || first > last)
      first = last = range->first;
  }
  for (; first <= last; first += RANGE_PERIODS) {
    int64_t end = last - first < RANGE_PERIODS ? last : first + RANGE_PERIODS - 1;
    if (!write_statement(writing, range, first, end))
      return false;
  }
  return true;
}

bool export_rows(const struct export_rows *rows) {
  scoped(writing_fini) struct writing writing = {.rows = rows};
  if (!write_vintages(&writing, rows->vintages)) {
    export_forget(rows->revisions);
    return false;
  }
  if (!write_revisions(&writing, rows->revisions))
    return false;
  for (size_t i = 0; i < writing.n_ranges; i++)
    if (!write_long_range(&writing, &writing.ranges[i]))
      return false;
  return true;
}
