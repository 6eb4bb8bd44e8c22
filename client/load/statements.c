/* SPDX-License-Identifier: MIT */
/* From sorted rows to statements: the columns of each series in each release. */
#include <math.h>

#include "client/cli/rpc.h"
#include "client/load/sender.h"
#include "proto/number.h"

enum {
  PART_BYTES = 4 << 20, /* about; a quarter of what a part may have */
  STATEMENT_ROWS = 100000,
  FIRST_ROWS = 64,
  CONTENT_BYTES = 64,
  PROGRESS_ROWS = 1024,
  SENT_BYTES = 10, /* a row, about */
};

typedef Bellwether__V1__SeriesStatements statements_message;

/* The statements of one series in one release, in the making. */
struct columns {
  Bellwether__V1__ObservationColumns message;
  size_t capacity;
  size_t n;
  int64_t last_period;
  bool consecutive;
  bool all_normal;
};

/* Two of them: what is stated, and what is withdrawn. */
struct statements {
  struct spool_row first; /* whose series and release it is */
  bool any;
  bool whole; /* every other period is withdrawn */
  struct columns stated;
  struct columns withdrawn;
};

static void columns_begin(struct columns *columns) {
  *columns = (struct columns){.consecutive = true, .all_normal = true};
  bellwether__v1__observation_columns__init(&columns->message);
}

/* Room for one more; what was there moves, and is left behind in the arena. */
static bool columns_widen(struct arena *arena, struct columns *columns) {
  Bellwether__V1__ObservationColumns *message = &columns->message, old = columns->message;
  size_t n = columns->n, capacity = n == 0 ? FIRST_ROWS : n * 2;
  message->period_steps = arena_array(arena, capacity, sizeof *message->period_steps);
  message->values = arena_array(arena, capacity, sizeof *message->values);
  message->statuses.data = arena_alloc(arena, capacity);
  message->comments = arena_array(arena, capacity, sizeof *message->comments);
  if (message->period_steps == NULL || message->values == NULL || message->statuses.data == NULL ||
      message->comments == NULL)
    return false;
  columns->capacity = capacity;
  if (n == 0)
    return true;
  memcpy(message->period_steps, old.period_steps, n * sizeof *message->period_steps);
  memcpy(message->values, old.values, n * sizeof *message->values);
  memcpy(message->statuses.data, old.statuses.data, n);
  if (old.n_comments > 0)
    memcpy(message->comments, old.comments, old.n_comments * sizeof *message->comments);
  return true;
}

static bool add_comment(struct sender *sender, struct columns *columns, uint64_t number) {
  struct bytes text;
  Bellwether__V1__Comment *comment = arena_alloc(sender->arena, sizeof *comment);
  if (!spool_text(sender->load->rows, number, &text))
    return load_fail_spool(sender->load);
  if (comment == NULL)
    return sender_fail_memory(sender);
  bellwether__v1__comment__init(comment);
  comment->index = (uint32_t)columns->n;
  comment->text = arena_text(sender->arena, text);
  columns->message.comments[columns->message.n_comments++] = comment;
  return comment->text != NULL || sender_fail_memory(sender);
}

static bool columns_add(struct sender *sender, struct columns *columns,
                        const struct spool_row *row) {
  Bellwether__V1__ObservationColumns *message = &columns->message;
  if (columns->n == columns->capacity && !columns_widen(sender->arena, columns))
    return sender_fail_memory(sender);
  if (columns->n == 0)
    message->first_period = row->period;
  else
    message->period_steps[columns->n - 1] = (int32_t)(row->period - columns->last_period);
  columns->consecutive =
      columns->consecutive && (columns->n == 0 || row->period == columns->last_period + 1);
  message->values[columns->n] = row->value;
  message->statuses.data[columns->n] = (uint8_t)row->status;
  columns->all_normal = columns->all_normal && row->status == 'A';
  if (row->comment != 0 && !add_comment(sender, columns, row->comment))
    return false;
  columns->last_period = row->period;
  columns->n++;
  return true;
}

/* A message of its own, for the columns begin anew; NULL where there is no memory. */
static Bellwether__V1__ObservationColumns *
columns_end(struct arena *arena, const struct columns *columns, bool withdrawn) {
  Bellwether__V1__ObservationColumns *message = arena_alloc(arena, sizeof *message);
  if (message == NULL)
    return NULL;
  *message = columns->message;
  message->n_period_steps = columns->consecutive || columns->n == 0 ? 0 : columns->n - 1;
  message->n_values = withdrawn ? 0 : columns->n;
  message->statuses.len = withdrawn || columns->all_normal ? 0 : columns->n;
  message->n_comments = withdrawn ? 0 : message->n_comments;
  return message;
}

/* Where the series can be read, if not where its release can. */
static bool find_url(struct sender *sender, const struct spool_row *row, char **ret_url) {
  const struct load_release *release = load_release_at(sender->load, row->release);
  struct bytes url;
  *ret_url = text_field(NULL);
  if (row->url == 0)
    return true;
  if (!spool_text(sender->load->rows, row->url, &url))
    return load_fail_spool(sender->load);
  if (bytes_equal(url, bytes_of_text(release->message.url)))
    return true;
  *ret_url = arena_text(sender->arena, url);
  return *ret_url != NULL || sender_fail_memory(sender);
}

static bool put_message(struct sender *sender, statements_message *message) {
  sender->n_bytes += bellwether__v1__series_statements__get_packed_size(message) + 8;
  return list_add(&sender->series, sender->arena, message) || sender_fail_memory(sender);
}

static bool add_message(struct sender *sender, const struct spool_row *row,
                        Bellwether__V1__WriteMode mode, const struct columns *columns) {
  bool withdrawn = mode == BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE;
  struct load_series *series = load_series_at(sender->load, row->series);
  statements_message *message = arena_alloc(sender->arena, sizeof *message);
  if (message == NULL)
    return sender_fail_memory(sender);
  bellwether__v1__series_statements__init(message);
  message->key = text_field(series->key);
  message->release = load_release_at(sender->load, row->release)->message.id;
  message->attributes = series->attributes;
  series->sent = true;
  message->mode = mode;
  message->withdrawn_count = withdrawn ? (uint32_t)columns->n : 0;
  message->observations = columns_end(sender->arena, columns, withdrawn);
  if (message->observations == NULL)
    return sender_fail_memory(sender);
  if (!find_url(sender, row, &message->source_url))
    return false;
  return put_message(sender, message);
}

static bool end_statements(struct sender *sender, struct statements *statements) {
  if (!statements->any)
    return true;
  statements->any = false;
  Bellwether__V1__WriteMode mode = statements->whole
                                       ? BELLWETHER__V1__WRITE_MODE__WRITE_MODE_REPLACE
                                       : BELLWETHER__V1__WRITE_MODE__WRITE_MODE_MERGE;
  if ((statements->stated.n > 0 || statements->whole) &&
      !add_message(sender, &statements->first, mode, &statements->stated))
    return false;
  /* A series that is stated in full says nothing of what it leaves out. */
  if (statements->withdrawn.n > 0 && !statements->whole &&
      !add_message(sender, &statements->first, BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE,
                   &statements->withdrawn))
    return false;
  return sender->n_bytes < PART_BYTES || sender_send_part(sender);
}

static void begin_statements(struct statements *statements, const struct spool_row *row) {
  *statements = (struct statements){.first = *row, .any = true};
  columns_begin(&statements->stated);
  columns_begin(&statements->withdrawn);
}

/* --- Rows ------------------------------------------------------------------------------------- */

static bool is_same_text(struct load *load, uint64_t a, uint64_t b) {
  struct bytes left = {0}, right = {0};
  if (a == b)
    return true;
  if (a == 0 || b == 0 || !spool_text(load->rows, a, &left))
    return false;
  scoped(free) uint8_t *copy = malloc(left.size + 1);
  if (copy == NULL)
    return false;
  memcpy(copy, left.data, left.size);
  return spool_text(load->rows, b, &right) && bytes_equal(bytes_of(copy, left.size), right);
}

static bool is_same_content(struct load *load, const struct spool_row *a,
                            const struct spool_row *b) {
  return memcmp(&a->value, &b->value, sizeof a->value) == 0 && a->status == b->status &&
         is_same_text(load, a->comment, b->comment);
}

/* "12.5", "12.5 (P)", "missing (M)", "withdrawn". */
static void content_words(const struct spool_row *row, char text[static CONTENT_BYTES]) {
  char number[NUMBER_TEXT_SIZE] = "missing";
  if (!isnan(row->value))
    number_format(row->value, number);
  if (row->status == LOAD_WITHDRAWN)
    snprintf(text, CONTENT_BYTES, "withdrawn");
  else if (row->status == 'A')
    snprintf(text, CONTENT_BYTES, "%s", number);
  else
    snprintf(text, CONTENT_BYTES, "%s (%c)", number, row->status);
}

static void complain_twice(struct load *load, const struct spool_row *first,
                           const struct spool_row *row) {
  const struct load_series *series = load_series_at(load, row->series);
  const struct load_file *file = load->files.items[row->file],
                         *earlier = load->files.items[first->file];
  char period[PERIOD_TEXT_SIZE], here[CONTENT_BYTES], there[CONTENT_BYTES];
  period_format(series->frequency, row->period, period);
  content_words(row, here);
  content_words(first, there);
  if (strcmp(here, there) == 0)
    snprintf(there, sizeof there, "has another comment");
  load->at_row = true;
  load_complain(load, (struct load_place){.file = file->name, .line = row->line},
                "%s in %s is %s here, but %s in %s:%u", series->key, period, here, there,
                earlier->name, first->line);
  load->at_row = false;
}

static bool is_same_place(const struct spool_row *a, const struct spool_row *b) {
  return a->release == b->release && a->series == b->series && a->period == b->period;
}

/* Which of two rows of one place counts. */
static struct spool_row settle(struct load *load, const struct spool_row *first,
                               const struct spool_row *row) {
  if (first->status == LOAD_DELETED)
    return *row;
  if (row->status != LOAD_DELETED && row->period != LOAD_WHOLE_SERIES &&
      !is_same_content(load, first, row))
    complain_twice(load, first, row);
  return *first;
}

static bool is_withdrawn(const struct spool_row *row) {
  return row->status == LOAD_WITHDRAWN || row->status == LOAD_DELETED;
}

static bool add_row(struct sender *sender, struct statements *statements,
                    const struct spool_row *row) {
  bool same = statements->any && statements->first.release == row->release &&
              statements->first.series == row->series;
  struct columns *columns = is_withdrawn(row) ? &statements->withdrawn : &statements->stated;
  bool full = same && columns->n >= STATEMENT_ROWS && !statements->whole;
  if (!same || full) {
    if (!end_statements(sender, statements))
      return false;
    begin_statements(statements, row);
  }
  if (row->period == LOAD_WHOLE_SERIES) {
    statements->whole = true;
    return true;
  }
  return columns_add(sender, columns, row);
}

/* In bytes as they are sent, about. */
static void show_progress(struct sender *sender, uint64_t n_rows) {
  struct load *load = sender->load;
  if (n_rows % PROGRESS_ROWS == 0)
    progress_show(&load->progress, "sending", n_rows * SENT_BYTES,
                  spool_count(load->rows) * SENT_BYTES, n_rows);
}

bool sender_send_rows(struct sender *sender) {
  struct load *load = sender->load;
  struct statements statements = {.any = false};
  struct spool_row row, last = {0};
  bool failed = false, any = false;
  uint64_t n_rows = 0;
  while (spool_next(load->rows, &row, &failed)) {
    if (source_interrupted)
      return false;
    show_progress(sender, ++n_rows);
    if (any && is_same_place(&last, &row)) {
      last = settle(load, &last, &row);
      continue;
    }
    if (any && !add_row(sender, &statements, &last))
      return false;
    last = row;
    any = true;
  }
  if (failed)
    return load_fail_spool(load);
  return (!any || add_row(sender, &statements, &last)) && end_statements(sender, &statements) &&
         (sender->series.count == 0 || sender_send_part(sender));
}

/* --- What descriptions say -------------------------------------------------------------------- */

static bool put_described(struct sender *sender, statements_message *message) {
  return put_message(sender, message) && (sender->n_bytes < PART_BYTES || sender_send_part(sender));
}

/* A release goes with it that says nothing of the series. */
static bool send_attributes(struct sender *sender, const struct load_series *series) {
  struct load *load = sender->load;
  if (load->releases.count == 0)
    return load_complain(load, (struct load_place){.file = series->key},
                         "is described, but the load names no release");
  statements_message *message = arena_alloc(sender->arena, sizeof *message);
  if (message == NULL)
    return sender_fail_memory(sender);
  bellwether__v1__series_statements__init(message);
  message->key = text_field(series->key);
  message->release = load_release_at(load, 0)->message.id;
  message->attributes = series->attributes;
  return put_described(sender, message);
}

bool sender_send_described(struct sender *sender) {
  const struct load *load = sender->load;
  for (size_t i = 0; i < load->statements.count; i++)
    if (!put_described(sender, load->statements.items[i]))
      return false;
  for (size_t i = 0; i < load->series.count; i++) {
    const struct load_series *series = load->series.items[i];
    if (!series->sent && series->attributes != NULL && !send_attributes(sender, series))
      return false;
  }
  return sender->series.count == 0 || sender_send_part(sender);
}
