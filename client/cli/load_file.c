/* SPDX-License-Identifier: MIT */
#include "client/cli/load_file.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>
#include <xxhash.h>

#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/rpc.h"

enum { CHUNK_BYTES = 1 << 16 };

/* A copy that can be read twice. */
static FILE *spool(FILE *once) {
  char chunk[CHUNK_BYTES];
  FILE *copy = tmpfile();
  size_t n;
  while (copy != NULL && (n = fread(chunk, 1, sizeof chunk, once)) > 0) {
    if (fwrite(chunk, 1, n, copy) == n)
      continue;
    fclose(copy);
    return NULL;
  }
  if (copy == NULL || (!ferror(once) && fseek(copy, 0, SEEK_SET) == 0))
    return copy;
  fclose(copy);
  return NULL;
}

static FILE *open_twice_readable(const char *name) {
  if (strcmp(name, "-") == 0)
    return spool(stdin);
  FILE *stream = fopen(name, "re");
  if (stream == NULL || fseek(stream, 0, SEEK_SET) == 0)
    return stream;
  FILE *copy = spool(stream);
  fclose(stream);
  return copy;
}

struct load_file *load_file_open(struct load *load, const char *name) {
  struct load_file *file = arena_zero(load->arena, sizeof *file);
  if (file == NULL) {
    load_fail_memory(load);
    return NULL;
  }
  file->name = strcmp(name, "-") == 0 ? "standard input" : name;
  file->stream = open_twice_readable(name);
  if (file->stream != NULL)
    return file;
  load_complain(load, (struct load_place){.file = file->name}, "cannot be read: %s",
                strerror(errno));
  return NULL;
}

void load_file_close(struct load_file *file) {
  if (file == NULL)
    return;
  fclose(file->stream);
}

/* Of the whole file; the place in it stays. */
static bool hash_of(FILE *stream, XXH128_hash_t *ret_hash) {
  char chunk[CHUNK_BYTES];
  size_t n;
  off_t at = ftello(stream);
  XXH3_state_t *state = XXH3_createState();
  if (state == NULL || at < 0 || fseeko(stream, 0, SEEK_SET) != 0) {
    XXH3_freeState(state);
    return false;
  }
  XXH3_128bits_reset(state);
  while ((n = fread(chunk, 1, sizeof chunk, stream)) > 0)
    XXH3_128bits_update(state, chunk, n);
  *ret_hash = XXH3_128bits_digest(state);
  XXH3_freeState(state);
  return !ferror(stream) && fseeko(stream, at, SEEK_SET) == 0;
}

static int64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

static struct load_release *make_release(struct load *load, struct load_file *file, char *id) {
  struct load_place place = {.file = file->name};
  bool there = false;
  struct load_release *release = load_release(load, place, bytes_of_text(id));
  if (release == NULL || release->timed)
    return release;
  if (!load_release_exists(load, id, &there))
    return NULL;
  release->own = true;
  if (there)
    return release;
  release->message.title = load_text(load, bytes_of_text(base_name(file->name)));
  release->message.note =
      text_field("The file names no release; the time is that of the first load.");
  bool ready =
      release->message.title != NULL && load_release_time(load, place, release, now_ms(), false);
  return ready ? release : NULL;
}

struct load_release *load_file_release(struct load *load, struct load_file *file) {
  XXH128_hash_t hash;
  if (load->default_release != NULL)
    return load->default_release;
  if (file->release != NULL)
    return file->release;
  if (!hash_of(file->stream, &hash)) {
    load_complain(load, (struct load_place){.file = file->name}, "cannot be read again: %s",
                  strerror(errno));
    return NULL;
  }
  char *id = arena_format(load->arena, "file:%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64,
                          (uint64_t)hash.low64);
  file->release = id == NULL ? NULL : make_release(load, file, id);
  if (id == NULL)
    load_fail_memory(load);
  return file->release;
}
