/* SPDX-License-Identifier: MIT */
/* A row is a byte that says what is as in the row before it, then all that is not, then its value.
 */
#include "client/files/spool_run.h"

#include "client/files/nameless.h"

enum {
  SAME_RELEASE = 1 << 0,
  SAME_SERIES = 1 << 1,
  NEXT_SERIES = 1 << 2,
  NEXT_PERIOD = 1 << 3,
  SAME_LINE = 1 << 4,
  NEXT_LINE = 1 << 5,
  SAME_ORIGIN = 1 << 6, /* file and status */
  SAME_TEXTS = 1 << 7,  /* comment and url */
  ROW_MOST_BYTES = 48,
  PACKED_ROWS = 4096, /* at once */
};

static uint8_t *put(uint8_t *to, const void *data, size_t size) {
  memcpy(to, data, size);
  return to + size;
}

static const uint8_t *take(const uint8_t *from, void *data, size_t size) {
  memcpy(data, from, size);
  return from + size;
}

/* The period behind the greatest is the least. */
static int64_t period_behind(int64_t period) {
  return (int64_t)((uint64_t)period + 1);
}

static unsigned likeness(const struct spool_row *row, const struct spool_row *last) {
  unsigned like = 0;
  if (row->release == last->release)
    like |= SAME_RELEASE;
  if (row->series == last->series)
    like |= SAME_SERIES;
  else if (row->series == last->series + 1)
    like |= NEXT_SERIES;
  if (row->period == period_behind(last->period))
    like |= NEXT_PERIOD;
  if (row->line == last->line)
    like |= SAME_LINE;
  else if (row->line == last->line + 1)
    like |= NEXT_LINE;
  if (row->file == last->file && row->status == last->status)
    like |= SAME_ORIGIN;
  if (row->comment == last->comment && row->url == last->url)
    like |= SAME_TEXTS;
  return like;
}

static uint8_t *pack(uint8_t *to, const struct spool_row *row, const struct spool_row *last) {
  unsigned like = likeness(row, last);
  *to++ = (uint8_t)like;
  if ((like & SAME_RELEASE) == 0)
    to = put(to, &row->release, sizeof row->release);
  if ((like & (SAME_SERIES | NEXT_SERIES)) == 0)
    to = put(to, &row->series, sizeof row->series);
  if ((like & NEXT_PERIOD) == 0)
    to = put(to, &row->period, sizeof row->period);
  if ((like & (SAME_LINE | NEXT_LINE)) == 0)
    to = put(to, &row->line, sizeof row->line);
  if ((like & SAME_ORIGIN) == 0) {
    to = put(to, &row->file, sizeof row->file);
    to = put(to, &row->status, sizeof row->status);
  }
  if ((like & SAME_TEXTS) == 0) {
    to = put(to, &row->comment, sizeof row->comment);
    to = put(to, &row->url, sizeof row->url);
  }
  return put(to, &row->value, sizeof row->value);
}

/* From the row before it. */
static const uint8_t *unpack(const uint8_t *from, struct spool_row *row) {
  unsigned like = *from++;
  if ((like & SAME_RELEASE) == 0)
    from = take(from, &row->release, sizeof row->release);
  row->series += (like & NEXT_SERIES) != 0;
  if ((like & (SAME_SERIES | NEXT_SERIES)) == 0)
    from = take(from, &row->series, sizeof row->series);
  row->period = period_behind(row->period);
  if ((like & NEXT_PERIOD) == 0)
    from = take(from, &row->period, sizeof row->period);
  row->line += (like & NEXT_LINE) != 0;
  if ((like & (SAME_LINE | NEXT_LINE)) == 0)
    from = take(from, &row->line, sizeof row->line);
  if ((like & SAME_ORIGIN) == 0) {
    from = take(from, &row->file, sizeof row->file);
    from = take(from, &row->status, sizeof row->status);
  }
  if ((like & SAME_TEXTS) == 0) {
    from = take(from, &row->comment, sizeof row->comment);
    from = take(from, &row->url, sizeof row->url);
  }
  return take(from, &row->value, sizeof row->value);
}

bool spool_run_append(struct spool_run *run, int file, const struct spool_row *rows, size_t n) {
  scoped(free) uint8_t *buffer = malloc((size_t)PACKED_ROWS * ROW_MOST_BYTES);
  struct spool_run longer = *run;
  if (buffer == NULL)
    return false;
  for (size_t i = 0; i < n;) {
    uint8_t *to = buffer;
    for (size_t end = i + PACKED_ROWS; i < n && i < end; i++) {
      to = pack(to, &rows[i], &longer.last);
      longer.last = rows[i];
    }
    size_t size = (size_t)(to - buffer);
    if (!nameless_write(file, buffer, size, longer.at + (off_t)longer.size))
      return false;
    longer.size += size;
  }
  longer.n_rows += n;
  *run = longer;
  return true;
}

/* Moves what is left to the front and reads more behind it. */
static bool read_more(struct spool_run_reader *reader) {
  size_t kept = reader->end - reader->next;
  size_t size = reader->capacity - kept < reader->left ? reader->capacity - kept : reader->left;
  memmove(reader->buffer, reader->buffer + reader->next, kept);
  if (!nameless_read(reader->file, reader->buffer + kept, size, reader->at))
    return false;
  reader->next = 0;
  reader->end = kept + size;
  reader->at += (off_t)size;
  reader->left -= size;
  return true;
}

bool spool_run_next(struct spool_run_reader *reader, bool *ret_failed) {
  if (reader->rows_left == 0)
    return false;
  if (reader->end - reader->next < ROW_MOST_BYTES && reader->left > 0 && !read_more(reader)) {
    *ret_failed = true;
    return false;
  }
  const uint8_t *behind = unpack(reader->buffer + reader->next, &reader->row);
  reader->next = (size_t)(behind - reader->buffer);
  reader->rows_left--;
  return true;
}

bool spool_run_read(const struct spool_run *run, int file, size_t buffer_bytes,
                    struct spool_run_reader *ret_reader) {
  bool failed = false;
  size_t capacity = buffer_bytes < 2 * ROW_MOST_BYTES ? 2 * ROW_MOST_BYTES : buffer_bytes;
  *ret_reader = (struct spool_run_reader){.file = file,
                                          .at = run->at,
                                          .left = run->size,
                                          .rows_left = run->n_rows,
                                          .buffer = malloc(capacity),
                                          .capacity = capacity};
  return ret_reader->buffer != NULL && spool_run_next(ret_reader, &failed);
}

void spool_run_close(struct spool_run_reader *reader) {
  free(reader->buffer);
  reader->buffer = NULL;
}
