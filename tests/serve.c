/* SPDX-License-Identifier: MIT */
#include "tests/serve.h"

#include <assert.h>
#include <pthread.h>

void served_open(struct served *served, const struct engine_options *options) {
  char text[512] = "";
  struct engine_options own = options == NULL ? (struct engine_options){0} : *options;
  served->folder = folder_make();
  own.path = served->folder.path;
  if (own.map_bytes == 0)
    own.map_bytes = UINT64_C(64) << 20;
  if (engine_open(&own, &served->engine, text, sizeof text) != ENGINE_OK) {
    fprintf(stderr, "engine_open: %s\n", text);
    abort();
  }
}

void served_close(struct served *served) {
  engine_close(served->engine);
  folder_remove(&served->folder);
}

enum { N_METADATA = 2 };

struct bytes question_pack(const struct question *question) {
  char method[160];
  uint8_t id[16];
  Bellwether__V1__Call call = BELLWETHER__V1__CALL__INIT;
  Bellwether__V1__Metadata entries[N_METADATA];
  Bellwether__V1__Metadata *list[N_METADATA] = {&entries[0], &entries[1]};
  scoped(free) uint8_t *packed_message = NULL;
  const char *path = question->method;
  snprintf(method, sizeof method, "%s%s", path[0] == '/' ? "" : "/bellwether.v1.", path);
  call.method = method;
  call.request = (ProtobufCBinaryData){question->request.size, (uint8_t *)question->request.data};
  if (question->message != NULL) {
    call.request.len = protobuf_c_message_get_packed_size(question->message);
    call.request.data = packed_message = malloc(call.request.len + 1);
    protobuf_c_message_pack(question->message, packed_message);
  }
  memset(id, question->id, sizeof id);
  if (question->id != 0)
    call.request_id = (ProtobufCBinaryData){sizeof id, id};
  call.timeout_ms = question->timeout_ms;
  call.max_reply_bytes = question->max_reply_bytes;
  for (; question->metadata[2 * call.n_metadata] != NULL; call.n_metadata++) {
    bellwether__v1__metadata__init(&entries[call.n_metadata]);
    entries[call.n_metadata].name = (char *)question->metadata[2 * call.n_metadata];
    entries[call.n_metadata].value = (char *)question->metadata[2 * call.n_metadata + 1];
  }
  call.metadata = list;
  uint8_t *packed = malloc(bellwether__v1__call__get_packed_size(&call) + 1);
  return bytes_of(packed, bellwether__v1__call__pack(&call, packed));
}

struct answer {
  struct reply_sink sink;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool done;
  uint8_t *call;
  uint8_t *bytes;
  size_t size;
  Bellwether__V1__Reply *reply;
};

static uint8_t *reserve(struct reply_sink *sink, size_t size) {
  struct answer *answer = (struct answer *)sink;
  assert(answer->bytes == NULL);
  answer->bytes = malloc(size + 1);
  answer->size = size;
  return answer->bytes;
}

static void finish(struct reply_sink *sink) {
  struct answer *answer = (struct answer *)sink;
  pthread_mutex_lock(&answer->lock);
  assert(!answer->done);
  answer->done = true;
  pthread_cond_signal(&answer->changed);
  pthread_mutex_unlock(&answer->lock);
}

struct answer *answer_begin(struct engine *engine, struct bytes call) {
  struct answer *answer = calloc(1, sizeof *answer);
  answer->sink = (struct reply_sink){.reserve = reserve, .done = finish};
  pthread_mutex_init(&answer->lock, NULL);
  pthread_cond_init(&answer->changed, NULL);
  answer->call = malloc(call.size + 1);
  if (call.size > 0)
    memcpy(answer->call, call.data, call.size);
  engine_call(engine, bytes_of(answer->call, call.size), &answer->sink);
  return answer;
}

static void wait_until_done(struct answer *answer) {
  pthread_mutex_lock(&answer->lock);
  while (!answer->done)
    pthread_cond_wait(&answer->changed, &answer->lock);
  pthread_mutex_unlock(&answer->lock);
}

const Bellwether__V1__Reply *answer_wait(struct answer *answer) {
  wait_until_done(answer);
  if (answer->reply == NULL && answer->bytes != NULL)
    answer->reply = bellwether__v1__reply__unpack(NULL, answer->size, answer->bytes);
  return answer->reply;
}

struct bytes answer_bytes(const struct answer *answer) {
  return bytes_of(answer->bytes, answer->size);
}

void answer_free(struct answer *answer) {
  if (answer == NULL)
    return;
  wait_until_done(answer);
  bellwether__v1__reply__free_unpacked(answer->reply, NULL);
  pthread_cond_destroy(&answer->changed);
  pthread_mutex_destroy(&answer->lock);
  free(answer->bytes);
  free(answer->call);
  free(answer);
}

struct answer *ask(struct engine *engine, const struct question *question) {
  struct bytes call = question_pack(question);
  struct answer *answer = answer_begin(engine, call);
  free((uint8_t *)call.data);
  (void)answer_wait(answer);
  return answer;
}

const char *reason_of(const Bellwether__V1__Reply *reply) {
  if (reply == NULL)
    return "no reply";
  return reply->status == NULL ? "OK" : reply->status->details[0]->reason;
}
