/* SPDX-License-Identifier: MIT */
#include "tests/store_fixture.h"

#include <math.h>

#include "proto/obs_status.h"

void store_fixture_open(struct store_fixture *fixture) {
  struct store_error error;
  struct store_options options = {
      .path = fixture->folder.path, .map_bytes = fixture->map_bytes, .no_sync = true};
  enum store_status status = store_open(&options, &fixture->store, &error);
  if (status != STORE_OK)
    fail_msg("%s", error.text);
}

void store_fixture_close(struct store_fixture *fixture) {
  store_end(fixture->txn);
  fixture->txn = NULL;
  store_close(fixture->store);
  fixture->store = NULL;
}

void store_fixture_reopen(struct store_fixture *fixture) {
  store_fixture_close(fixture);
  store_fixture_open(fixture);
}

int store_fixture_setup(void **state) {
  struct store_fixture *fixture = calloc(1, sizeof *fixture);
  assert_non_null(fixture);
  fixture->folder = folder_make();
  fixture->map_bytes = 1 << 28;
  fixture->arena = arena_new(SIZE_MAX / 2);
  store_fixture_open(fixture);
  *state = fixture;
  return 0;
}

int store_fixture_teardown(void **state) {
  struct store_fixture *fixture = *state;
  store_fixture_close(fixture);
  arena_free(fixture->arena);
  folder_remove(&fixture->folder);
  free(fixture);
  return 0;
}

struct store_txn *write_begin(struct store_fixture *fixture) {
  assert_null(fixture->txn);
  OK(store_begin_write(fixture->store, &fixture->txn));
  store_begin_command(fixture->txn);
  return fixture->txn;
}

bool write_commit(struct store_fixture *fixture) {
  bool changed = false;
  OK(store_end_command(fixture->txn, &changed));
  struct store_txn *txn = fixture->txn;
  fixture->txn = NULL;
  OK(store_commit(txn));
  return changed;
}

struct store_txn *read_begin(struct store_fixture *fixture) {
  assert_null(fixture->txn);
  OK(store_begin_read(fixture->store, &fixture->txn));
  return fixture->txn;
}

void read_end(struct store_fixture *fixture) {
  store_end(fixture->txn);
  fixture->txn = NULL;
}

uint32_t make_dataset(struct store_fixture *fixture, const char *id, const char *dimensions) {
  struct dataset_record record = {.id = bytes_of_text(id),
                                  .n_dimensions = 1,
                                  .indicator_dimension = STORE_NO_DIMENSION,
                                  .dimension_ids = bytes_of_text(dimensions),
                                  .description = bytes_of("", 0)};
  for (const char *dot = strchr(dimensions, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
    record.n_dimensions++;
  enum put_result result;
  OK(dataset_put(fixture->txn, &record, &result));
  OK(dataset_get(fixture->txn, record.id, &record));
  return record.no;
}

uint64_t make_series(struct store_fixture *fixture, const char *text) {
  struct key key;
  struct dataset_record dataset;
  struct series_head head;
  bool is_new;
  assert_int_equal(key_parse(bytes_of_text(text), &key, NULL), KEY_OK);
  OK(dataset_get(fixture->txn, key.dataset, &dataset));
  OK(series_make(fixture->txn, &dataset, &key, 1, &head, &is_new));
  return head.handle;
}

uint32_t make_release(struct store_fixture *fixture, const char *id, int64_t published_ms) {
  struct release_record record = {.id = bytes_of_text(id),
                                  .published_ms = published_ms,
                                  .precision = 1,
                                  .description = bytes_of("", 0)};
  enum put_result result;
  uint32_t no = 0;
  OK(release_put(fixture->txn, &record, &no, &result));
  return no;
}

/* What a text says, in the arrays that statements borrow. */
enum { SAID_MAX = 64 };
struct said {
  size_t n;
  size_t n_comments;
  int64_t periods[SAID_MAX];
  double values[SAID_MAX];
  uint8_t statuses[SAID_MAX];
  struct row_comment comments[SAID_MAX];
};

/* Takes "=2.5P(why)" off the front. */
static void parse_content(const char **at, struct said *said) {
  char *end;
  size_t i = said->n;
  ++*at;
  said->values[i] = strtod(*at, &end);
  if (end == *at)
    said->values[i] = obs_nan();
  bool has_status = *end >= 'A' && *end <= 'Z';
  said->statuses[i] = has_status ? (uint8_t)*end++ : OBS_STATUS_NORMAL;
  if (*end == '(') {
    size_t size = strcspn(end, ")");
    said->comments[said->n_comments++] =
        (struct row_comment){.index = (uint32_t)i, .text = bytes_of(end + 1, size - 1)};
    end += size + 1;
  }
  *at = end;
}

static void parse_said(const char *text, struct said *said) {
  *said = (struct said){0};
  for (const char *at = text; *at != '\0'; said->n++) {
    char *end;
    assert_true(said->n < SAID_MAX);
    said->periods[said->n] = strtoll(at, &end, 10);
    at = end;
    if (*at == '=')
      parse_content(&at, said);
    at += *at == ' ' ? 1 : 0;
  }
}

struct statement_counts say(struct store_fixture *fixture, const char *release,
                            int64_t published_ms, enum statement_mode mode, const char *text) {
  struct said said;
  parse_said(text, &said);
  struct statements statements = {.mode = mode,
                                  .n = said.n,
                                  .periods = said.periods,
                                  .values = said.values,
                                  .statuses = said.statuses,
                                  .n_comments = said.n_comments,
                                  .comments = said.comments};
  struct statement_counts counts;
  write_begin(fixture);
  make_dataset(fixture, "DS", "FREQ.AREA");
  statements.release_no = make_release(fixture, release, published_ms);
  uint64_t handle = make_series(fixture, SAID_KEY);
  arena_reset(fixture->arena, SIZE_MAX / 2);
  OK(statements_write(fixture->txn, handle, &statements, fixture->arena, &counts));
  write_commit(fixture);
  return counts;
}

uint64_t said_handle(struct store_fixture *fixture) {
  struct series_head head;
  bool own = fixture->txn == NULL;
  if (own)
    read_begin(fixture);
  OK(series_by_key(fixture->txn, bytes_of_text(SAID_KEY), &head));
  if (own)
    read_end(fixture);
  return head.handle;
}

struct as_of as_of_ms(int64_t published_ms) {
  return (struct as_of){.bounded = true, .published_ms = published_ms};
}

struct as_of as_of_release(int64_t published_ms, const char *id) {
  return (struct as_of){
      .bounded = true, .published_ms = published_ms, .release_id = bytes_of_text(id)};
}

static void print_row(FILE *out, struct store_txn *txn, const struct columns *columns, size_t i,
                      int64_t period) {
  struct release_record release;
  uint32_t index = columns->release_indexes == NULL ? 0 : columns->release_indexes[i];
  OK(release_get_by_no(txn, columns->releases[index], &release));
  fprintf(out, "%s%lld=", i == 0 ? "" : " ", (long long)period);
  if (!isnan(columns->values[i]))
    fprintf(out, "%g", columns->values[i]);
  if (columns->statuses != NULL && columns->statuses[i] != OBS_STATUS_NORMAL)
    fputc(columns->statuses[i], out);
  for (size_t j = 0; j < columns->n_comments; j++)
    if (columns->comments[j].index == i)
      fprintf(out, "(%.*s)", (int)columns->comments[j].text.size,
              (const char *)columns->comments[j].text.data);
  fprintf(out, "@%.*s", (int)release.id.size, (const char *)release.id.data);
}

const char *known(struct store_fixture *fixture, const struct as_of *as_of) {
  static char text[4096];
  struct range_query query = {.first = INT64_MIN,
                              .last = INT64_MAX,
                              .columns = READ_STATUSES | READ_RELEASES | READ_COMMENTS};
  if (as_of != NULL)
    query.as_of = *as_of;
  struct series_head head;
  struct columns columns;
  struct store_txn *txn = read_begin(fixture);
  OK(series_by_key(txn, bytes_of_text(SAID_KEY), &head));
  OK(observations_read(txn, &head, &query, fixture->arena, &columns));
  FILE *out = fmemopen(text, sizeof text, "w");
  assert_non_null(out);
  int64_t period = columns.first_period;
  for (size_t i = 0; i < columns.n; i++) {
    print_row(out, txn, &columns, i, period);
    period += columns.steps == NULL || i + 1 == columns.n ? 1 : columns.steps[i];
  }
  fputc('\0', out);
  fclose(out);
  read_end(fixture);
  return text;
}

uint32_t draw(uint64_t *seed, uint32_t below) {
  *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(*seed >> 33) % below;
}
