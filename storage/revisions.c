/* SPDX-License-Identifier: MIT */
/* What was stated of a series, release by release: revisions and vintages. */
#include "proto/obs_status.h"
#include "storage/history.h"

/* All rows of a revision query while they are found. */
struct revision_reader {
  struct store_txn *txn;
  const struct revision_query *query;
  struct coverages coverages; /* loaded only for include_unchanged */
  struct statement *statements;
  struct arena *arena;
  size_t capacity;
  bool passing; /* still before the place where the page begins, within its period */
  struct revision_rows result;
};

static enum store_status add_revision(struct revision_reader *reader,
                                      const struct revision_row *row) {
  struct revision_rows *result = &reader->result;
  if (reader->query->max_rows > 0 && result->n == reader->query->max_rows) {
    result->more = true;
    return STORE_OK;
  }
  if (result->n == reader->capacity) {
    size_t capacity = reader->capacity == 0 ? 64 : reader->capacity * 2;
    struct revision_row *wider = arena_array(reader->arena, capacity, sizeof *wider);
    if (wider == NULL)
      return STORE_NO_MEMORY;
    if (result->n > 0)
      memcpy(wider, result->rows, result->n * sizeof *wider);
    result->rows = wider;
    reader->capacity = capacity;
  }
  result->rows[result->n++] = *row;
  return STORE_OK;
}

static struct revision_row revision_of(const struct row *row, bool unchanged,
                                       int64_t known_until_ms) {
  return (struct revision_row){
      .period = row->period,
      .release_no = row->release_no,
      .withdrawn = row->status == VERSION_WITHDRAWN,
      .unchanged = unchanged,
      .status = row->status,
      .value = row->status == VERSION_WITHDRAWN ? obs_nan() : row->value,
      .comment = row->comment,
      .known_until_ms = known_until_ms,
  };
}

/* Whether a row lies behind the place where the last page ended. */
static bool is_wanted(struct revision_reader *reader, int64_t period, uint32_t release_no) {
  if (period != reader->query->after_period || reader->query->after_release == 0)
    return true;
  bool wanted = !reader->passing;
  if (release_no == reader->query->after_release)
    reader->passing = false;
  return wanted;
}

static enum store_status offer(struct revision_reader *reader, const struct row *row,
                               bool unchanged, int64_t known_until_ms) {
  bool included = false;
  TRY(as_of_includes(reader->txn, &reader->query->as_of, row->published_ms, row->release_no,
                     &included));
  if (!included || !is_wanted(reader, row->period, row->release_no))
    return STORE_OK;
  struct revision_row revision = revision_of(row, unchanged, known_until_ms);
  return add_revision(reader, &revision);
}

static enum store_status offer_versions(struct revision_reader *reader,
                                        const struct period_state *state) {
  const struct versions *versions = &state->versions;
  for (size_t i = 0; i < versions->n && !reader->result.more; i++)
    TRY(offer(reader, &versions->rows[i], false,
              versions_known_until(versions, &versions->rows[i], i + 1)));
  return STORE_OK;
}

static enum store_status offer_statements(struct revision_reader *reader,
                                          const struct period_state *state) {
  size_t n = 0, n_versions = 0;
  TRY(coverages_statements(&reader->coverages, state->period, &state->versions, reader->statements,
                           &n));
  for (size_t i = 0; i < n && !reader->result.more; i++) {
    const struct statement *statement = &reader->statements[i];
    n_versions += statement->restated ? 0 : 1;
    bool withdraws_nothing = statement->restated && statement->row.status == VERSION_WITHDRAWN;
    if (withdraws_nothing || (statement->restated && !statement->named))
      continue;
    TRY(offer(reader, &statement->row, statement->restated,
              versions_known_until(&state->versions, &statement->row, n_versions)));
  }
  return STORE_OK;
}

enum store_status revisions_read(struct store_txn *txn, const struct series_head *head,
                                 const struct revision_query *query, struct arena *arena,
                                 struct revision_rows *ret_rows) {
  struct revision_reader reader = {.txn = txn, .query = query, .arena = arena};
  if (query->include_unchanged) {
    TRY(coverages_load(txn, head->handle, arena, &reader.coverages));
    reader.statements = arena_array(arena, reader.coverages.n + 1, sizeof *reader.statements);
    if (reader.statements == NULL)
      return STORE_NO_MEMORY;
  }
  int64_t first = query->first > query->after_period ? query->first : query->after_period;
  reader.passing = query->after_release != 0;
  struct period_states states;
  TRY(period_states_load(txn, head->handle, first, query->last, arena, &states));
  for (size_t i = 0; i < states.n && !reader.result.more; i++)
    TRY(query->include_unchanged ? offer_statements(&reader, &states.items[i])
                                 : offer_versions(&reader, &states.items[i]));
  *ret_rows = reader.result;
  return STORE_OK;
}

/* What stood of a period before a statement. */
struct before {
  bool had_content; /* at any time */
  bool has_content;
};

/* Counts one statement for its release. A withdrawal of nothing is none. */
static void classify(struct vintage_row *row, const struct statement *statement,
                     const struct before *before) {
  bool withdrawal = statement->row.status == VERSION_WITHDRAWN;
  if (withdrawal && !before->has_content)
    return;
  if (row->n_stated + row->n_withdrawn == 0)
    row->first_period = statement->row.period;
  row->last_period = statement->row.period;
  if (withdrawal) {
    row->n_withdrawn++;
    return;
  }
  row->n_stated++;
  if (statement->restated)
    row->n_unchanged++;
  else if (before->had_content)
    row->n_revised++;
  else
    row->n_new++;
}

static enum store_status count_period(const struct coverages *coverages,
                                      const struct period_state *state,
                                      struct statement *statements, struct vintage_row *rows) {
  size_t n = 0, at = 0;
  TRY(coverages_statements(coverages, state->period, &state->versions, statements, &n));
  struct before before = {0};
  for (size_t i = 0; i < n; i++) {
    while (rows[at].release_no != statements[i].row.release_no)
      at++;
    classify(&rows[at], &statements[i], &before);
    before.has_content = statements[i].row.status != VERSION_WITHDRAWN;
    before.had_content = before.had_content || before.has_content;
  }
  return STORE_OK;
}

static enum store_status vintage_of(const struct coverage *coverage, struct arena *arena,
                                    struct vintage_row *ret_row) {
  struct vintage_row row = {.release_no = coverage->release_no,
                            .replaces = coverage->replaces,
                            .source_url = coverage->source_url};
  row.withdrawn_ranges = arena_array(arena, coverage->n, sizeof *row.withdrawn_ranges);
  if (row.withdrawn_ranges == NULL)
    return STORE_NO_MEMORY;
  for (size_t i = 0; i < coverage->n && !coverage->replaces; i++)
    if (coverage->ranges[i].kind == COVER_WITHDRAWN)
      row.withdrawn_ranges[row.n_withdrawn_ranges++] =
          (struct period_range){coverage->ranges[i].first, coverage->ranges[i].last};
  *ret_row = row;
  return STORE_OK;
}

enum store_status vintages_read(struct store_txn *txn, const struct series_head *head,
                                struct arena *arena, struct vintage_rows *ret_rows) {
  struct coverages coverages;
  struct period_states states;
  TRY(coverages_load(txn, head->handle, arena, &coverages));
  TRY(period_states_load(txn, head->handle, INT64_MIN, INT64_MAX, arena, &states));
  struct vintage_row *rows = arena_array(arena, coverages.n, sizeof *rows);
  struct statement *statements = arena_array(arena, coverages.n, sizeof *statements);
  if (rows == NULL || statements == NULL)
    return STORE_NO_MEMORY;
  for (size_t i = 0; i < coverages.n; i++)
    TRY(vintage_of(&coverages.items[i], arena, &rows[i]));
  for (size_t i = 0; i < states.n; i++)
    TRY(count_period(&coverages, &states.items[i], statements, rows));
  *ret_rows = (struct vintage_rows){.n = coverages.n, .rows = rows};
  return STORE_OK;
}

enum store_status series_source_url(struct store_txn *txn, uint64_t handle, uint32_t release_no,
                                    struct bytes *ret_url) {
  struct key_buffer key = {0};
  key_u64(&key, handle);
  key_u32(&key, release_no);
  struct bytes value;
  enum store_status status = table_get(txn, TABLE_COVERAGE, key_of(&key), &value);
  if (status == STORE_NOT_FOUND) {
    *ret_url = bytes_of("", 0);
    return STORE_OK;
  }
  TRY(status);
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX / 2);
  struct coverage coverage;
  if (arena == NULL)
    return STORE_NO_MEMORY;
  TRY(coverage_decode(value, arena, &coverage));
  *ret_url = coverage.source_url;
  return STORE_OK;
}
