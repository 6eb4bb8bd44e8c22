/* SPDX-License-Identifier: MIT */
/* Rows fill a buffer; a full one is sorted and written behind the others as a run. Files are mostly
 * in order already, which is noticed while rows are added: then nothing is sorted, and rows go to
 * the run before them while they are still in the processor's cache. Else runs are merged by a
 * heap. */
#include "client/files/spool.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "client/files/nameless.h"
#include "client/files/spool_run.h"

enum {
  TEXT_BUFFER = 1 << 16,
  ROWS_FIRST = 1024,
  ORDERED_ROWS = 4096,      /* are written at once */
  READ_MOST_BYTES = 1 << 18 /* of a run */
};

struct spool {
  size_t capacity; /* rows in memory */
  struct spool_row *rows;
  size_t n_rows, allocated, mark;
  bool ordered; /* the buffer */
  int file;     /* -1: nothing was written */
  struct spool_run *runs;
  size_t n_runs, runs_allocated;
  uint64_t n_in_files;

  int text_file; /* -1: there is no text */
  uint64_t text_size;
  uint64_t last_text; /* 1 + its place; 0: none */
  uint8_t *text;      /* a buffer: the last text that was read or written */
  size_t text_length, text_allocated;
  FILE *text_out;

  size_t next; /* in memory, where there are no runs */
  struct spool_run_reader *readers;
  size_t n_readers;
  size_t *heap; /* of runs that have rows left; among equals the earlier run goes first */
  size_t n_heap;
};

struct spool *spool_new(size_t memory_bytes) {
  struct spool *spool = calloc(1, sizeof *spool);
  if (spool == NULL)
    return NULL;
  spool->capacity = memory_bytes / sizeof *spool->rows;
  if (spool->capacity < 1)
    spool->capacity = 1;
  spool->ordered = true;
  spool->file = spool->text_file = -1;
  return spool;
}

static void free_readers(struct spool *spool) {
  for (size_t i = 0; i < spool->n_readers; i++)
    spool_run_close(&spool->readers[i]);
  free(spool->readers);
  free(spool->heap);
  spool->readers = NULL;
  spool->heap = NULL;
  spool->n_readers = spool->n_heap = 0;
}

void spool_free(struct spool *spool) {
  if (spool == NULL)
    return;
  free_readers(spool);
  if (spool->file >= 0)
    close(spool->file);
  if (spool->text_out != NULL)
    fclose(spool->text_out);
  free(spool->rows);
  free(spool->runs);
  free(spool->text);
  free(spool);
}

/* --- Adding ----------------------------------------------------------------------------------- */

static int compare(const struct spool_row *a, const struct spool_row *b) {
  if (a->release != b->release)
    return a->release < b->release ? -1 : 1;
  if (a->series != b->series)
    return a->series < b->series ? -1 : 1;
  return (a->period > b->period) - (a->period < b->period);
}

static uint64_t place_of(const struct spool_row *row) {
  return (uint64_t)row->release << 32 | row->series;
}

/* One pass of a stable sort by 16 bits of a key. */
static void radix_pass(const struct spool_row *from, struct spool_row *to, size_t n, int shift,
                       uint64_t (*key)(const struct spool_row *)) {
  static __thread uint32_t starts[1 << 16];
  memset(starts, 0, sizeof starts);
  for (size_t i = 0; i < n; i++)
    starts[key(&from[i]) >> shift & 0xffff]++;
  uint32_t at = 0;
  for (size_t i = 0; i < count_of(starts); i++) {
    uint32_t size = starts[i];
    starts[i] = at;
    at += size;
  }
  for (size_t i = 0; i < n; i++)
    to[starts[key(&from[i]) >> shift & 0xffff]++] = from[i];
}

/* In the order of unsigned numbers. */
static uint64_t period_of(const struct spool_row *row) {
  return (uint64_t)row->period ^ (UINT64_C(1) << 63);
}

/* Passes over those 16 bits in which keys differ; the rows are in *rows afterwards. */
static void radix(struct spool_row **rows, struct spool_row **spare, size_t n,
                  uint64_t (*key)(const struct spool_row *)) {
  uint64_t ones = 0, zeros = 0;
  for (size_t i = 0; i < n; i++) {
    ones |= key(&(*rows)[i]);
    zeros |= ~key(&(*rows)[i]);
  }
  for (int shift = 0; shift < 64; shift += 16) {
    if (((ones & zeros) >> shift & 0xffff) == 0)
      continue;
    radix_pass(*rows, *spare, n, shift, key);
    struct spool_row *sorted = *spare;
    *spare = *rows;
    *rows = sorted;
  }
}

static bool sort_rows(struct spool *spool) {
  if (spool->ordered)
    return true;
  struct spool_row *spare = malloc(spool->allocated * sizeof *spare);
  if (spare == NULL)
    return false;
  radix(&spool->rows, &spare, spool->n_rows, period_of);
  radix(&spool->rows, &spare, spool->n_rows, place_of);
  free(spare);
  spool->ordered = true;
  return true;
}

/* Whether the rows, which are in order, go on where the last run ends. */
static bool follows(const struct spool *spool) {
  return spool->n_runs > 0 && compare(&spool->runs[spool->n_runs - 1].last, &spool->rows[0]) <= 0;
}

static bool add_run(struct spool *spool) {
  if (spool->n_runs == spool->runs_allocated) {
    size_t wider = spool->runs_allocated * 2 + 8;
    struct spool_run *runs = realloc(spool->runs, wider * sizeof *runs);
    if (runs == NULL)
      return false;
    spool->runs = runs;
    spool->runs_allocated = wider;
  }
  struct spool_run run = {.at = 0};
  if (spool->n_runs > 0) {
    const struct spool_run *before = &spool->runs[spool->n_runs - 1];
    run.at = before->at + (off_t)before->size;
  }
  if (!spool_run_append(&run, spool->file, spool->rows, spool->n_rows))
    return false;
  spool->runs[spool->n_runs++] = run;
  return true;
}

/* Writes the buffer, all of it, behind the others. */
static bool spill(struct spool *spool) {
  if (spool->file < 0)
    spool->file = nameless_open();
  if (spool->file < 0 || !sort_rows(spool))
    return false;
  struct spool_run *last = follows(spool) ? &spool->runs[spool->n_runs - 1] : NULL;
  if (!(last == NULL ? add_run(spool)
                     : spool_run_append(last, spool->file, spool->rows, spool->n_rows)))
    return false;
  spool->n_in_files += spool->n_rows;
  spool->n_rows = 0;
  return true;
}

static bool widen(struct spool *spool) {
  size_t wider = spool->allocated == 0 ? ROWS_FIRST : spool->allocated * 2;
  if (wider > spool->capacity && spool->allocated < spool->capacity)
    wider = spool->capacity;
  struct spool_row *rows = realloc(spool->rows, wider * sizeof *rows);
  if (rows == NULL)
    return false;
  spool->rows = rows;
  spool->allocated = wider;
  return true;
}

bool spool_add(struct spool *spool, const struct spool_row *row) {
  if (spool->n_rows == spool->allocated && !widen(spool))
    return false;
  if (spool->ordered && spool->n_rows > 0)
    spool->ordered = compare(&spool->rows[spool->n_rows - 1], row) <= 0;
  spool->rows[spool->n_rows++] = *row;
  return true;
}

/* Only here are rows written, so that what was added since can be taken back. */
bool spool_mark(struct spool *spool) {
  bool early =
      spool->ordered && spool->n_rows >= ORDERED_ROWS && (spool->n_runs == 0 || follows(spool));
  if ((early || spool->n_rows >= spool->capacity) && !spill(spool))
    return false;
  spool->mark = spool->n_rows;
  return true;
}

void spool_return_to_mark(struct spool *spool) {
  spool->n_rows = spool->mark;
}

uint64_t spool_count(const struct spool *spool) {
  return spool->n_in_files + spool->n_rows;
}

/* --- Text ------------------------------------------------------------------------------------- */

static bool hold_text(struct spool *spool, size_t size) {
  if (size <= spool->text_allocated)
    return true;
  uint8_t *text = realloc(spool->text, size * 2);
  if (text == NULL)
    return false;
  spool->text = text;
  spool->text_allocated = size * 2;
  return true;
}

static bool open_text(struct spool *spool) {
  if (spool->text_out != NULL)
    return true;
  spool->text_file = nameless_open();
  if (spool->text_file < 0)
    return false;
  spool->text_out = fdopen(spool->text_file, "w");
  if (spool->text_out == NULL)
    close(spool->text_file);
  return spool->text_out != NULL && setvbuf(spool->text_out, NULL, _IOFBF, TEXT_BUFFER) == 0;
}

bool spool_add_text(struct spool *spool, struct bytes text, uint64_t *ret_text) {
  bool again =
      spool->last_text != 0 && bytes_equal(text, bytes_of(spool->text, spool->text_length));
  uint32_t size = (uint32_t)text.size;
  if (again) {
    *ret_text = spool->last_text;
    return true;
  }
  if (!open_text(spool) || !hold_text(spool, text.size) ||
      fwrite(&size, sizeof size, 1, spool->text_out) != 1 ||
      fwrite(text.data, 1, text.size, spool->text_out) != text.size)
    return false;
  memcpy(spool->text, text.data, text.size);
  spool->text_length = text.size;
  *ret_text = spool->last_text = spool->text_size + 1;
  spool->text_size += sizeof size + text.size;
  return true;
}

bool spool_text(struct spool *spool, uint64_t number, struct bytes *ret_text) {
  uint32_t size = 0;
  off_t at = (off_t)number - 1;
  if (number == spool->last_text) {
    *ret_text = bytes_of(spool->text, spool->text_length);
    return true;
  }
  spool->last_text = 0;
  if (fflush(spool->text_out) != 0 || !nameless_read(spool->text_file, &size, sizeof size, at) ||
      !hold_text(spool, size) ||
      !nameless_read(spool->text_file, spool->text, size, at + (off_t)sizeof size))
    return false;
  spool->last_text = number;
  spool->text_length = size;
  *ret_text = bytes_of(spool->text, size);
  return true;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static bool goes_before(const struct spool *spool, size_t a, size_t b) {
  int order = compare(&spool->readers[a].row, &spool->readers[b].row);
  return order != 0 ? order < 0 : a < b;
}

static void sink(struct spool *spool, size_t at) {
  size_t *heap = spool->heap;
  for (size_t child; (child = 2 * at + 1) < spool->n_heap; at = child) {
    if (child + 1 < spool->n_heap && goes_before(spool, heap[child + 1], heap[child]))
      child++;
    if (!goes_before(spool, heap[child], heap[at]))
      return;
    size_t moved = heap[at];
    heap[at] = heap[child];
    heap[child] = moved;
  }
}

/* Memory is free for it: all rows are in runs. */
static bool begin_readers(struct spool *spool) {
  size_t room = spool->capacity * sizeof *spool->rows / spool->n_runs;
  free(spool->rows);
  spool->rows = NULL;
  spool->allocated = 0;
  spool->readers = calloc(spool->n_runs, sizeof *spool->readers);
  spool->heap = calloc(spool->n_runs, sizeof *spool->heap);
  if (spool->readers == NULL || spool->heap == NULL)
    return false;
  for (size_t i = 0; i < spool->n_runs; i++) {
    spool->n_readers++;
    if (!spool_run_read(&spool->runs[i], spool->file,
                        room < READ_MOST_BYTES ? room : READ_MOST_BYTES, &spool->readers[i]))
      return false;
    spool->heap[spool->n_heap++] = i;
  }
  for (size_t i = spool->n_heap; i-- > 0;)
    sink(spool, i);
  return true;
}

/* With runs in the file the last rows join them. */
bool spool_sort(struct spool *spool) {
  free_readers(spool);
  spool->next = 0;
  if (spool->n_runs == 0)
    return sort_rows(spool);
  return (spool->n_rows == 0 || spill(spool)) && begin_readers(spool);
}

bool spool_next(struct spool *spool, struct spool_row *ret_row, bool *ret_failed) {
  if (spool->n_runs == 0) {
    bool any = spool->next < spool->n_rows;
    if (any)
      *ret_row = spool->rows[spool->next++];
    return any;
  }
  if (spool->n_heap == 0)
    return false;
  struct spool_run_reader *reader = &spool->readers[spool->heap[0]];
  *ret_row = reader->row;
  if (!spool_run_next(reader, ret_failed)) {
    if (*ret_failed)
      return false;
    spool->heap[0] = spool->heap[--spool->n_heap];
  }
  sink(spool, 0);
  return true;
}
