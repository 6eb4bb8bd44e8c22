/* SPDX-License-Identifier: MIT */
/* Rows fill a buffer; a full one is sorted and written behind the others as a run. Files are mostly
 * in order already, which is noticed while rows are added: then nothing is sorted, and runs that
 * follow on each other are read one after the other. Else runs are merged by a heap. */
#include "client/files/spool.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "client/files/nameless.h"

enum { TEXT_BUFFER = 1 << 16, ROWS_FIRST = 1024, READ_ROWS_LEAST = 64 };

/* A sorted run in the file. */
struct run {
  off_t at;
  uint64_t n_rows;
};

/* A run while it is read. */
struct reader {
  struct spool_row *rows;
  size_t n;    /* in the buffer */
  size_t next; /* of these */
  off_t at;    /* in the file, behind the buffer */
  uint64_t left;
  size_t number; /* of the run: among equals the earlier goes first */
};

struct spool {
  size_t capacity; /* rows in memory */
  struct spool_row *rows;
  size_t n_rows, allocated, mark;
  bool ordered; /* the buffer */
  int file;     /* -1: nothing was written */
  off_t file_size;
  struct run *runs;
  size_t n_runs, runs_allocated;
  uint64_t n_in_files;

  int text_file; /* -1: there is no text */
  uint64_t text_size;
  uint64_t last_text; /* 1 + its place; 0: none */
  uint8_t *text;      /* a buffer: the last text that was read or written */
  size_t text_length, text_allocated;
  FILE *text_out;

  struct reader *readers; /* one a run, and one for the buffer */
  size_t n_readers;
  size_t *heap; /* of readers that have rows */
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
    if (spool->readers[i].rows != spool->rows)
      free(spool->readers[i].rows);
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

/* --- Files ------------------------------------------------------------------------------------ */

static bool write_all(int file, const void *data, size_t size, off_t at) {
  for (size_t done = 0; done < size;) {
    ssize_t n = pwrite(file, (const char *)data + done, size - done, at + (off_t)done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    done += (size_t)n;
  }
  return true;
}

static bool read_all(int file, void *data, size_t size, off_t at) {
  for (size_t done = 0; done < size;) {
    ssize_t n = pread(file, (char *)data + done, size - done, at + (off_t)done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n == 0)
      errno = EIO;
    if (n <= 0)
      return false;
    done += (size_t)n;
  }
  return true;
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

static bool add_run(struct spool *spool) {
  if (spool->n_runs == spool->runs_allocated) {
    size_t wider = spool->runs_allocated * 2 + 8;
    struct run *runs = realloc(spool->runs, wider * sizeof *runs);
    if (runs == NULL)
      return false;
    spool->runs = runs;
    spool->runs_allocated = wider;
  }
  spool->runs[spool->n_runs++] = (struct run){.at = spool->file_size, .n_rows = spool->n_rows};
  return true;
}

/* Writes the buffer, all of it, behind the others. */
static bool spill(struct spool *spool) {
  size_t size = spool->n_rows * sizeof *spool->rows;
  if (spool->file < 0)
    spool->file = nameless_open();
  if (spool->file < 0 || !sort_rows(spool) ||
      !write_all(spool->file, spool->rows, size, spool->file_size) || !add_run(spool))
    return false;
  spool->file_size += (off_t)size;
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

/* Only here is a full buffer written, so that what was added since can be taken back. */
bool spool_mark(struct spool *spool) {
  if (spool->n_rows >= spool->capacity && !spill(spool))
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
  if (fflush(spool->text_out) != 0 || !read_all(spool->text_file, &size, sizeof size, at) ||
      !hold_text(spool, size) ||
      !read_all(spool->text_file, spool->text, size, at + (off_t)sizeof size))
    return false;
  spool->last_text = number;
  spool->text_length = size;
  *ret_text = bytes_of(spool->text, size);
  return true;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static bool refill(struct spool *spool, struct reader *reader, size_t room) {
  reader->next = 0;
  reader->n = reader->left < room ? (size_t)reader->left : room;
  size_t size = reader->n * sizeof *reader->rows;
  if (reader->n > 0 && !read_all(spool->file, reader->rows, size, reader->at))
    return false;
  reader->at += (off_t)size;
  reader->left -= reader->n;
  return true;
}

static size_t room_of_readers(const struct spool *spool) {
  size_t room = spool->capacity / (spool->n_runs + 1);
  return room < READ_ROWS_LEAST ? READ_ROWS_LEAST : room;
}

static bool goes_before(const struct spool *spool, size_t a, size_t b) {
  const struct reader *left = &spool->readers[a], *right = &spool->readers[b];
  int order = compare(&left->rows[left->next], &right->rows[right->next]);
  return order != 0 ? order < 0 : left->number < right->number;
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

static bool begin_reader(struct spool *spool, size_t i) {
  struct reader *reader = &spool->readers[i];
  size_t room = room_of_readers(spool);
  *reader = (struct reader){.at = spool->runs[i].at, .left = spool->runs[i].n_rows, .number = i};
  reader->rows = malloc(room * sizeof *reader->rows);
  return reader->rows != NULL && refill(spool, reader, room);
}

/* With runs in the file the last rows join them, so that memory is free for the reading. */
bool spool_sort(struct spool *spool) {
  free_readers(spool);
  if (spool->n_runs > 0 && spool->n_rows > 0 && !spill(spool))
    return false;
  if (!sort_rows(spool))
    return false;
  if (spool->n_runs > 0) {
    free(spool->rows);
    spool->rows = NULL;
    spool->allocated = 0;
  }
  size_t n = spool->n_runs + 1;
  spool->readers = calloc(n, sizeof *spool->readers);
  spool->heap = calloc(n, sizeof *spool->heap);
  if (spool->readers == NULL || spool->heap == NULL)
    return false;
  for (size_t i = 0; i < spool->n_runs; i++, spool->n_readers++)
    if (!begin_reader(spool, i))
      return false;
  spool->readers[spool->n_readers++] =
      (struct reader){.rows = spool->rows, .n = spool->n_rows, .number = spool->n_runs};
  for (size_t i = 0; i < spool->n_readers; i++)
    if (spool->readers[i].n > 0)
      spool->heap[spool->n_heap++] = i;
  for (size_t i = spool->n_heap; i-- > 0;)
    sink(spool, i);
  return true;
}

bool spool_next(struct spool *spool, struct spool_row *ret_row, bool *ret_failed) {
  if (spool->n_heap == 0)
    return false;
  struct reader *reader = &spool->readers[spool->heap[0]];
  *ret_row = reader->rows[reader->next++];
  if (reader->next == reader->n && reader->left > 0 &&
      !refill(spool, reader, room_of_readers(spool))) {
    *ret_failed = true;
    return false;
  }
  if (reader->next == reader->n)
    spool->heap[0] = spool->heap[--spool->n_heap];
  sink(spool, 0);
  return true;
}
