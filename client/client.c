/* SPDX-License-Identifier: MIT */
/* The client: calls packed, sent through a backend, and their replies given out. */
#include <pthread.h>
#include <stdio.h>

#include "client/backend.h"
#include "client/envelope.h"
#include "client/together.h"
#include "proto/limits.h"

backend_opener *backend_open_direct = NULL;

struct bellwether_client {
  struct backend *backend;
  uint8_t *metadata; /* packed */
  size_t metadata_size;
  uint32_t timeout_ms;
  bool alone;
};

/* A call that is under way; its bytes lie behind it. */
struct pending {
  struct exchange exchange;
  bellwether_callback *callback;
  void *arg;
};

const char *bellwether_status_text(enum bellwether_status status) {
  switch (status) {
  case BELLWETHER_OK:
    return "ok";
  case BELLWETHER_REFUSED:
    return "the server refused";
  case BELLWETHER_UNREACHABLE:
    return "no server could be reached";
  case BELLWETHER_TIMEOUT:
    return "no answer in time";
  case BELLWETHER_INVALID:
    return "an argument or answer makes no sense";
  case BELLWETHER_TOO_LARGE:
    return "the request is larger than a server takes";
  case BELLWETHER_NO_MEMORY:
    return "out of memory";
  case BELLWETHER_CLOSED:
    return "the client was closed";
  }
  return "unknown";
}

static enum bellwether_status open_backend(const struct bellwether_options *options,
                                           struct backend **ret_backend, char *text,
                                           size_t text_size) {
  const char *servers = options->servers;
  if (servers == NULL || servers[0] == '\0') {
    snprintf(text, text_size, "no server is named");
    return BELLWETHER_INVALID;
  }
  if (strncmp(servers, "lmdb:", 5) != 0)
    return backend_open_nng(options, ret_backend, text, text_size);
  if (strstr(servers, "://") != NULL) {
    snprintf(text, text_size, "%s: a folder cannot stand beside other addresses", servers);
    return BELLWETHER_INVALID;
  }
  if (backend_open_direct != NULL)
    return backend_open_direct(options, ret_backend, text, text_size);
  snprintf(text, text_size, "%s: this program was built without direct mode", servers);
  return BELLWETHER_INVALID;
}

enum bellwether_status bellwether_open(const struct bellwether_options *options,
                                       struct bellwether_client **ret_client, char *ret_text,
                                       size_t text_size) {
  char ignored[512];
  char *text = ret_text == NULL ? ignored : ret_text;
  size_t size = ret_text == NULL ? sizeof ignored : text_size;
  struct bellwether_client *client = calloc(1, sizeof *client);
  if (size > 0)
    text[0] = '\0';
  if (client == NULL)
    return BELLWETHER_NO_MEMORY;
  client->timeout_ms = options->timeout_ms != 0 ? options->timeout_ms : LIMIT_TIMEOUT_DEFAULT_MS;
  client->alone = options->alone;
  const char *name = options->name != NULL ? options->name : "libbellwether";
  enum bellwether_status status =
      envelope_metadata(name, options->token, &client->metadata, &client->metadata_size);
  if (status == BELLWETHER_OK)
    status = open_backend(options, &client->backend, text, size);
  if (status == BELLWETHER_OK)
    *ret_client = client;
  else
    bellwether_close(client);
  return status;
}

void bellwether_close(struct bellwether_client *client) {
  if (client == NULL)
    return;
  backend_close(client->backend);
  free(client->metadata);
  free(client);
}

/* Takes the reply: NULL where the bytes were none. */
static void give(struct pending *pending, enum bellwether_status status,
                 struct bellwether_reply *reply) {
  bellwether_callback *callback = pending->callback;
  void *arg = pending->arg;
  free(pending);
  if (status == BELLWETHER_OK && reply == NULL)
    status = BELLWETHER_INVALID;
  else if (status == BELLWETHER_OK && bellwether_reply_code(reply) != 0)
    status = BELLWETHER_REFUSED;
  callback(arg, status, reply);
}

static void finish(struct exchange *exchange, enum bellwether_status status, struct bytes bytes) {
  give((struct pending *)exchange, status, status == BELLWETHER_OK ? envelope_unpack(bytes) : NULL);
}

static void take(struct exchange *exchange, struct bellwether_reply *reply) {
  if (!envelope_open(reply)) {
    bellwether_reply_free(reply);
    reply = NULL;
  }
  give((struct pending *)exchange, BELLWETHER_OK, reply);
}

enum bellwether_status bellwether_submit(struct bellwether_client *client,
                                         const struct bellwether_call *call,
                                         bellwether_callback *callback, void *arg) {
  uint32_t timeout_ms = call->timeout_ms != 0 ? call->timeout_ms : client->timeout_ms;
  struct envelope_extras extras = {bytes_of(client->metadata, client->metadata_size), timeout_ms,
                                   sizeof(struct pending)};
  scoped(free) uint8_t *data = NULL;
  size_t size = 0;
  enum bellwether_status status = envelope_pack(call, &extras, &data, &size);
  if (status != BELLWETHER_OK)
    return status;
  struct pending *pending = (struct pending *)(void *)data;
  int64_t since_ms = now_ms();
  *pending = (struct pending){.exchange = {.call = bytes_of(data + sizeof *pending, size),
                                           .since_ms = since_ms,
                                           .deadline_ms = since_ms + timeout_ms,
                                           .together = !client->alone && together_may(call),
                                           .done = finish,
                                           .take = take},
                              .callback = callback,
                              .arg = arg};
  status = client->backend->send(client->backend, &pending->exchange);
  if (status == BELLWETHER_OK)
    data = NULL;
  return status;
}

/* A caller that waits. */
struct waiter {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  bool done;
  enum bellwether_status status;
  struct bellwether_reply *reply;
};

static void wake(void *arg, enum bellwether_status status, struct bellwether_reply *reply) {
  struct waiter *waiter = arg;
  pthread_mutex_lock(&waiter->mutex);
  waiter->done = true;
  waiter->status = status;
  waiter->reply = reply;
  pthread_cond_signal(&waiter->condition);
  pthread_mutex_unlock(&waiter->mutex);
}

enum bellwether_status bellwether_call(struct bellwether_client *client,
                                       const struct bellwether_call *call,
                                       struct bellwether_reply **ret_reply) {
  struct waiter waiter = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                          .condition = PTHREAD_COND_INITIALIZER};
  *ret_reply = NULL;
  enum bellwether_status status = bellwether_submit(client, call, wake, &waiter);
  if (status != BELLWETHER_OK)
    return status;
  pthread_mutex_lock(&waiter.mutex);
  while (!waiter.done)
    pthread_cond_wait(&waiter.condition, &waiter.mutex);
  pthread_mutex_unlock(&waiter.mutex);
  *ret_reply = waiter.reply;
  return waiter.status;
}
