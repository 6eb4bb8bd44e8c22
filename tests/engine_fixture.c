/* SPDX-License-Identifier: MIT */
#include "tests/engine_fixture.h"

#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "server/method.h"

enum { MAP_BYTES = 1 << 30, OPEN_FILES = 16 };

struct kept_reply {
  struct kept_reply *next;
  ProtobufCMessage *message;
};

static void *keep(struct engine_fixture *fixture, ProtobufCMessage *message) {
  struct kept_reply *kept = calloc(1, sizeof *kept);
  assert_non_null(kept);
  assert_non_null(message);
  kept->message = message;
  kept->next = fixture->replies;
  fixture->replies = kept;
  return message;
}

static void open_engine(struct engine_fixture *fixture) {
  struct engine_options options = {.path = fixture->path, .map_bytes = MAP_BYTES};
  char text[512] = "";
  enum engine_status status = engine_open(&options, &fixture->engine, text, sizeof text);
  if (status != ENGINE_OK)
    fail_msg("the engine does not open: %s", text);
}

int engine_fixture_setup(void **state) {
  struct engine_fixture *fixture = calloc(1, sizeof *fixture);
  snprintf(fixture->path, sizeof fixture->path, "/tmp/bellwether-test-XXXXXX");
  if (mkdtemp(fixture->path) == NULL)
    return -1;
  open_engine(fixture);
  *state = fixture;
  return 0;
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *walk) {
  (void)stat;
  (void)kind;
  (void)walk;
  return remove(path);
}

int engine_fixture_teardown(void **state) {
  struct engine_fixture *fixture = *state;
  engine_close(fixture->engine);
  while (fixture->replies != NULL) {
    struct kept_reply *next = fixture->replies->next;
    protobuf_c_message_free_unpacked(fixture->replies->message, NULL);
    free(fixture->replies);
    fixture->replies = next;
  }
  nftw(fixture->path, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
  free(fixture);
  return 0;
}

void engine_fixture_reopen(struct engine_fixture *fixture) {
  engine_close(fixture->engine);
  fixture->engine = NULL;
  open_engine(fixture);
}

/* Waits for the reply, which may come on another thread. */
struct waiting_sink {
  struct reply_sink sink;
  uint8_t *data;
  size_t size;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool is_done;
};

static uint8_t *reserve(struct reply_sink *sink, size_t size) {
  struct waiting_sink *waiting = (struct waiting_sink *)sink;
  waiting->data = malloc(size + 1);
  waiting->size = size;
  return waiting->data;
}

static void done(struct reply_sink *sink) {
  struct waiting_sink *waiting = (struct waiting_sink *)sink;
  pthread_mutex_lock(&waiting->lock);
  waiting->is_done = true;
  pthread_cond_signal(&waiting->wake);
  pthread_mutex_unlock(&waiting->lock);
}

static void wait_for_reply(struct waiting_sink *waiting) {
  pthread_mutex_lock(&waiting->lock);
  while (!waiting->is_done)
    pthread_cond_wait(&waiting->wake, &waiting->lock);
  pthread_mutex_unlock(&waiting->lock);
}

static struct bytes pack_call(struct engine_fixture *fixture, const char *path,
                              const ProtobufCMessage *request) {
  Bellwether__V1__Call call = BELLWETHER__V1__CALL__INIT;
  size_t size = protobuf_c_message_get_packed_size(request);
  uint8_t *packed = malloc(size + 1);
  protobuf_c_message_pack(request, packed);
  call.method = (char *)(uintptr_t)path;
  call.request = (ProtobufCBinaryData){.data = packed, .len = size};
  call.request_id =
      (ProtobufCBinaryData){.data = fixture->request_id, .len = sizeof fixture->request_id};
  call.max_reply_bytes = fixture->max_reply_bytes;
  size_t call_size = bellwether__v1__call__get_packed_size(&call);
  uint8_t *bytes = malloc(call_size + 1);
  bellwether__v1__call__pack(&call, bytes);
  free(packed);
  return bytes_of(bytes, call_size);
}

static void next_request_id(struct engine_fixture *fixture) {
  for (size_t i = 0; i < sizeof fixture->request_id; i++) {
    if (++fixture->request_id[i] != 0)
      return;
  }
}

static const Bellwether__V1__ErrorDetail *detail_of(const Bellwether__V1__Reply *reply) {
  return reply->status != NULL && reply->status->n_details > 0 ? reply->status->details[0] : NULL;
}

static void make_path(char *path, size_t size, const char *method) {
  snprintf(path, size, "/bellwether.v1.%s", method);
}

const Bellwether__V1__Reply *engine_fixture_call(struct engine_fixture *fixture, const char *method,
                                                 const ProtobufCMessage *request) {
  struct waiting_sink waiting = {.sink = {.reserve = reserve, .done = done}};
  char path[128];
  make_path(path, sizeof path, method);
  pthread_mutex_init(&waiting.lock, NULL);
  pthread_cond_init(&waiting.wake, NULL);
  struct bytes call = pack_call(fixture, path, request);
  engine_call(fixture->engine, call, &waiting.sink);
  wait_for_reply(&waiting);
  assert_non_null(waiting.data);
  Bellwether__V1__Reply *reply = bellwether__v1__reply__unpack(NULL, waiting.size, waiting.data);
  pthread_cond_destroy(&waiting.wake);
  pthread_mutex_destroy(&waiting.lock);
  free(waiting.data);
  free((void *)(uintptr_t)call.data);
  next_request_id(fixture);
  keep(fixture, &reply->base);
  fixture->revision = reply->store_revision;
  fixture->reply_bytes = waiting.size;
  fixture->hint = detail_of(reply) == NULL ? NULL : detail_of(reply)->hint;
  return reply;
}

static const char *text_of(const char *text) {
  return text == NULL ? "(none)" : text;
}

const void *call_ok_at(struct engine_fixture *fixture, const char *method,
                       const ProtobufCMessage *request, const char *file, int line) {
  const Bellwether__V1__Reply *reply = engine_fixture_call(fixture, method, request);
  const Bellwether__V1__ErrorDetail *detail = detail_of(reply);
  char path[128];
  size_t n_methods = 0;
  const struct method *methods = method_all(&n_methods);
  if (reply->status != NULL && reply->status->code != RPC_OK) {
    print_error("%s:%d: %s: %d %s at %s: %s\n", file, line, method, reply->status->code,
                text_of(detail == NULL ? NULL : detail->reason),
                text_of(detail == NULL ? NULL : detail->field), reply->status->message);
    _fail(file, line);
  }
  make_path(path, sizeof path, method);
  const struct method *row = method_find(methods, n_methods, bytes_of_text(path));
  assert_non_null(row);
  return keep(fixture, protobuf_c_message_unpack(row->response, NULL, reply->response.len,
                                                 reply->response.data));
}

void call_fails_at(struct engine_fixture *fixture, const char *method,
                   const ProtobufCMessage *request, int code, const char *reason, const char *field,
                   const char *file, int line) {
  const Bellwether__V1__Reply *reply = engine_fixture_call(fixture, method, request);
  const Bellwether__V1__ErrorDetail *detail = detail_of(reply);
  int is_code = reply->status == NULL ? RPC_OK : reply->status->code;
  const char *is_reason = text_of(detail == NULL ? NULL : detail->reason);
  const char *is_field = text_of(detail == NULL ? NULL : detail->field);
  if (is_code == code && strcmp(is_reason, reason) == 0 &&
      (field == NULL || strcmp(is_field, field) == 0))
    return;
  print_error("%s:%d: %s: is %d %s at \"%s\" (%s), not %d %s at \"%s\"\n", file, line, method,
              is_code, is_reason, is_field,
              text_of(reply->status == NULL ? NULL : reply->status->message), code, reason,
              text_of(field));
  _fail(file, line);
}
