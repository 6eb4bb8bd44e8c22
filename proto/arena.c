/* SPDX-License-Identifier: MIT */
#include "proto/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>

enum { FIRST_CHUNK_BYTES = 32 * 1024, FORMAT_BYTES = 4096 };

struct chunk {
  struct chunk *older;
  size_t size;
  alignas(max_align_t) uint8_t data[];
};

/* Sizes are rounded up to the alignment of any type, and so is all that is left. */
struct arena {
  struct chunk *newest;
  uint8_t *at;        /* in the newest chunk; NULL: there is none */
  size_t left;        /* behind it, as far as the cap allows */
  size_t used_before; /* of the chunks before the newest */
  size_t cap;
};

static size_t round_up(size_t size) {
  return (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
}

static size_t round_down(size_t size) {
  return size & ~(alignof(max_align_t) - 1);
}

struct arena *arena_new(size_t cap_bytes) {
  struct arena *arena = calloc(1, sizeof *arena);
  if (arena != NULL)
    arena->cap = cap_bytes;
  return arena;
}

static void free_chunks(struct chunk *chunk) {
  while (chunk != NULL) {
    struct chunk *older = chunk->older;
    free(chunk);
    chunk = older;
  }
}

void arena_free(struct arena *arena) {
  if (arena == NULL)
    return;
  free_chunks(arena->newest);
  free(arena);
}

/* All of the newest chunk is free. */
static void begin_chunk(struct arena *arena) {
  size_t allowed = round_down(arena->cap - arena->used_before);
  arena->at = arena->newest->data;
  arena->left = arena->newest->size < allowed ? arena->newest->size : allowed;
}

void arena_reset(struct arena *arena, size_t cap_bytes) {
  struct chunk *first = arena->newest;
  while (first != NULL && first->older != NULL) {
    struct chunk *older = first->older;
    free(first);
    first = older;
  }
  if (first != NULL && first->size > FIRST_CHUNK_BYTES) {
    free(first);
    first = NULL;
  }
  *arena = (struct arena){.newest = first, .cap = cap_bytes};
  if (first != NULL)
    begin_chunk(arena);
}

static bool add_chunk(struct arena *arena, size_t size) {
  size_t wanted = arena->newest == NULL ? FIRST_CHUNK_BYTES : arena->newest->size * 2;
  if (wanted < size)
    wanted = size;
  struct chunk *chunk = malloc(sizeof *chunk + wanted);
  if (chunk == NULL)
    return false;
  arena->used_before = arena_used(arena);
  chunk->older = arena->newest;
  chunk->size = wanted;
  arena->newest = chunk;
  begin_chunk(arena);
  return true;
}

/* Whether the cap allows it, and there is a chunk for it now. */
static bool make_room(struct arena *arena, size_t size) {
  size_t used = arena_used(arena);
  if (size > arena->cap || size > SIZE_MAX - sizeof(struct chunk) - alignof(max_align_t))
    return false;
  return round_up(size) <= round_down(arena->cap - used) && add_chunk(arena, round_up(size));
}

void *arena_alloc(struct arena *arena, size_t size) {
  if ((size > arena->left || arena->at == NULL) && !make_room(arena, size))
    return NULL;
  void *place = arena->at;
  size = round_up(size);
  arena->at += size;
  arena->left -= size;
  return place;
}

void *arena_array(struct arena *arena, size_t n, size_t item_size) {
  size_t size = 0;
  return __builtin_mul_overflow(n, item_size, &size) ? NULL : arena_alloc(arena, size);
}

void *arena_zero(struct arena *arena, size_t size) {
  void *place = arena_alloc(arena, size);
  return place == NULL ? NULL : memset(place, 0, size);
}

char *arena_text(struct arena *arena, struct bytes text) {
  char *copy = arena_alloc(arena, text.size + 1);
  if (copy == NULL)
    return NULL;
  if (text.size > 0)
    memcpy(copy, text.data, text.size);
  copy[text.size] = '\0';
  return copy;
}

char *arena_format(struct arena *arena, const char *format, ...) {
  char text[FORMAT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length < 0)
    return NULL;
  size_t size = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
  return arena_text(arena, bytes_of(text, size));
}

size_t arena_used(const struct arena *arena) {
  return arena->at == NULL ? 0 : arena->used_before + (size_t)(arena->at - arena->newest->data);
}
