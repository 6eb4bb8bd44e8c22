/* SPDX-License-Identifier: MIT */
/* Fuzzes the engine: any bytes as a Call, or as the request of a method (the first byte chooses).
 * Whatever comes, there is exactly one reply, it is a Reply, and the store still answers. */
#include <assert.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bellwether/v1/rpc.pb-c.h"
#include "server/engine.h"
#include "server/method.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct waiting {
  struct reply_sink sink;
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  uint8_t *reply;
  size_t size;
  int done;
};

static uint8_t *reserve(struct reply_sink *sink, size_t size) {
  struct waiting *waiting = (struct waiting *)sink;
  assert(waiting->reply == NULL);
  waiting->size = size;
  return waiting->reply = malloc(size + 1);
}

static void done(struct reply_sink *sink) {
  struct waiting *waiting = (struct waiting *)sink;
  pthread_mutex_lock(&waiting->mutex);
  waiting->done++;
  pthread_cond_signal(&waiting->condition);
  pthread_mutex_unlock(&waiting->mutex);
}

static char folder[] = "/tmp/bellwether-fuzz-XXXXXX";
static struct engine *engine;

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *ftw) {
  (void)stat, (void)type, (void)ftw;
  return remove(path);
}

static void clean_up(void) {
  engine_close(engine);
  nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void open_engine(void) {
  char text[512];
  if (mkdtemp(folder) == NULL)
    abort();
  struct engine_options options = {.path = folder, .map_bytes = 64 << 20};
  if (engine_open(&options, &engine, text, sizeof text) != ENGINE_OK) {
    fprintf(stderr, "%s\n", text);
    abort();
  }
  atexit(clean_up);
}

static void call_once(struct bytes call) {
  struct waiting waiting = {.sink = {reserve, done},
                            .mutex = PTHREAD_MUTEX_INITIALIZER,
                            .condition = PTHREAD_COND_INITIALIZER};
  engine_call(engine, call, &waiting.sink);
  pthread_mutex_lock(&waiting.mutex);
  while (waiting.done == 0)
    pthread_cond_wait(&waiting.condition, &waiting.mutex);
  pthread_mutex_unlock(&waiting.mutex);
  assert(waiting.done == 1);
  Bellwether__V1__Reply *reply = bellwether__v1__reply__unpack(NULL, waiting.size, waiting.reply);
  assert(reply != NULL && reply->store_id != 0);
  bellwether__v1__reply__free_unpacked(reply, NULL);
  free(waiting.reply);
}

/* The input as the request of the method that its first byte names. */
static void call_method(uint8_t choice, const uint8_t *data, size_t size) {
  size_t n_methods = 0;
  const struct method *methods = method_all(&n_methods);
  uint8_t request_id[16] = {0};
  memcpy(request_id, data, size < 16 ? size : 16);
  Bellwether__V1__Call call = BELLWETHER__V1__CALL__INIT;
  call.method = (char *)(uintptr_t)methods[choice % n_methods].path;
  call.request = (ProtobufCBinaryData){.len = size, .data = (uint8_t *)(uintptr_t)data};
  call.request_id = (ProtobufCBinaryData){.len = 16, .data = request_id};
  uint8_t *packed = malloc(bellwether__v1__call__get_packed_size(&call));
  size_t packed_size = bellwether__v1__call__pack(&call, packed);
  call_once(bytes_of(packed, packed_size));
  free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (engine == NULL)
    open_engine();
  if (size == 0)
    return 0;
  if (data[0] == 0xff)
    call_once(bytes_of(data + 1, size - 1));
  else
    call_method(data[0], data + 1, size - 1);
  return 0;
}
