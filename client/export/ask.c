/* SPDX-License-Identifier: MIT */
/* Calls of an export, many of them under way at once. */
#include <pthread.h>

#include "client/export/export.h"

/* Of all calls: one waits for them at a time, and they are answered on other threads. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;

bool export_fail_memory(struct export *export) {
  complain(export->cli, "out of memory");
  export->code = EXIT_CODE_REFUSED;
  return false;
}

static void take_answer(void *arg, enum bellwether_status status, struct bellwether_reply *reply) {
  struct export_call *call = arg;
  pthread_mutex_lock(&mutex);
  *call = (struct export_call){.done = true, .status = status, .reply = reply};
  pthread_cond_signal(&answered);
  pthread_mutex_unlock(&mutex);
}

void export_begin(struct export *export, const char *method, const ProtobufCMessage *request,
                  struct export_call *ret_call) {
  char path[128];
  size_t size = protobuf_c_message_get_packed_size(request);
  scoped(free) uint8_t *packed = malloc(size + 1);
  *ret_call = (struct export_call){.done = false};
  if (packed == NULL) {
    take_answer(ret_call, BELLWETHER_NO_MEMORY, NULL);
    return;
  }
  protobuf_c_message_pack(request, packed);
  snprintf(path, sizeof path, "/bellwether.v1.%s", method);
  struct bellwether_call call = {.method = path, .request = packed, .request_size = size};
  enum bellwether_status status =
      bellwether_submit(export->cli->client, &call, take_answer, ret_call);
  if (status != BELLWETHER_OK)
    take_answer(ret_call, status, NULL);
}

static void wait_for(struct export_call *call) {
  pthread_mutex_lock(&mutex);
  while (!call->done)
    pthread_cond_wait(&answered, &mutex);
  pthread_mutex_unlock(&mutex);
}

/* What only happens where somebody has written since the export began. */
static bool tells_of_change(const struct bellwether_reply *reply) {
  static const char *const REASONS[] = {"PAGE_CHANGED", "SERIES_DELETED", "SERIES_NOT_FOUND"};
  for (size_t i = 0; i < count_of(REASONS); i++)
    if (strcmp(bellwether_reply_reason(reply), REASONS[i]) == 0)
      return true;
  return false;
}

static bool fail(struct export *export, const struct export_call *call) {
  export->changed = call->status == BELLWETHER_REFUSED && tells_of_change(call->reply);
  export->code = export->changed ? EXIT_CODE_REFUSED
                                 : rpc_complain_call(export->cli, call->status, call->reply);
  return false;
}

static bool unpack(struct export *export, const struct bellwether_reply *reply,
                   const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **ret_response) {
  size_t size = 0;
  const uint8_t *response = bellwether_reply_response(reply, &size);
  ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, NULL, size, response);
  if (message == NULL) {
    complain(export->cli, "the server's answer is no %s", descriptor->name);
    export->code = EXIT_CODE_REFUSED;
    return false;
  }
  *ret_response = message;
  return true;
}

bool export_end(struct export *export, struct export_call *call,
                const ProtobufCMessageDescriptor *response, ProtobufCMessage **ret_response) {
  wait_for(call);
  bool done = call->status == BELLWETHER_OK ? unpack(export, call->reply, response, ret_response)
                                            : fail(export, call);
  bellwether_reply_free(call->reply);
  call->reply = NULL;
  return done;
}

void export_forget(struct export_call *call) {
  wait_for(call);
  bellwether_reply_free(call->reply);
  call->reply = NULL;
}

bool export_ask(struct export *export, const char *method, const ProtobufCMessage *request,
                const ProtobufCMessageDescriptor *response, ProtobufCMessage **ret_response) {
  struct export_call call;
  export_begin(export, method, request, &call);
  return export_end(export, &call, response, ret_response);
}
