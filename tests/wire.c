/* SPDX-License-Identifier: MIT */
#include "tests/wire.h"

#include <assert.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <pthread.h>

#include "tests/messages.h"

enum { TEXT_BYTES = 512, URL_BYTES = 128, CALLS_MAX = 4096 };

static void write_ok(struct wire *wire, const char *method, const ProtobufCMessage *message) {
  static uint8_t id;
  struct question question = {.method = method, .message = message, .id = ++id};
  scoped(answer_free) struct answer *answer = ask(wire->served.engine, &question);
  const Bellwether__V1__Reply *reply = answer_wait(answer);
  if (reply == NULL || reply->status != NULL) {
    fprintf(stderr, "%s: %s\n", method, reply == NULL ? "no reply" : reply->status->message);
    abort();
  }
}

void wire_listen(struct wire *wire, const char *url) {
  char text[TEXT_BYTES] = "";
  const char *urls[] = {url, NULL};
  struct transport_options options = {.urls = urls};
  if (transport_open(&options, &wire->transport, text, sizeof text) != TRANSPORT_OK ||
      transport_start(wire->transport, wire->served.engine) != TRANSPORT_OK) {
    fprintf(stderr, "transport_open: %s\n", text);
    abort();
  }
}

void wire_open(struct wire *wire, const char *url, const struct engine_options *options) {
  char own[URL_BYTES];
  struct dataset_message dataset;
  Bellwether__V1__PutDatasetRequest request = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  served_open(&wire->served, options);
  snprintf(own, sizeof own, "ipc://%s/socket", wire->served.folder.path);
  wire_listen(wire, strcmp(url, "ipc") == 0 ? own : url);
  if (options != NULL && options->token_file != NULL)
    return;
  dataset_message_init(&dataset, "TRADE");
  request.dataset = &dataset.dataset;
  write_ok(wire, "Ingest/PutDataset", &request.base);
}

void wire_hang_up(struct wire *wire) {
  transport_close(wire->transport);
  wire->transport = NULL;
}

void wire_close(struct wire *wire) {
  transport_close(wire->transport);
  served_close(&wire->served);
}

const char *wire_url(const struct wire *wire) {
  return transport_urls(wire->transport)[0];
}

void wire_state(struct wire *wire, const char *key, int64_t first, size_t n, const double *values) {
  struct statements_message statements;
  Bellwether__V1__SeriesStatements *series[] = {&statements.statements};
  Bellwether__V1__Release release = release_message("R1", 1600000000000);
  Bellwether__V1__PutObservationsRequest request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
  Bellwether__V1__Unit unit = BELLWETHER__V1__UNIT__INIT;
  Bellwether__V1__SeriesAttributes attributes = BELLWETHER__V1__SERIES_ATTRIBUTES__INIT;
  statements_message_init(&statements, key, first, n, values);
  release.precision = BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT;
  unit.unit = TEXT("CNY");
  unit.unit_mult = 12;
  attributes.unit = &unit;
  statements.statements.attributes = &attributes;
  request.release = &release;
  request.series = series;
  request.n_series = 1;
  write_ok(wire, "Ingest/PutObservations", &request.base);
}

struct peer {
  nng_socket socket;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  const struct bytes *replies;
  size_t n_replies;
  size_t n_calls;
  nng_msg *calls[CALLS_MAX];
};

const struct bytes PEER_SILENT = {(const uint8_t *)"silent", 0};

static void answer(struct peer *peer, size_t i) {
  nng_msg *message = NULL;
  if (i >= peer->n_replies || peer->replies[i].data == PEER_SILENT.data)
    return;
  int code = nng_msg_alloc(&message, 0);
  if (code == 0 && peer->replies[i].size > 0)
    code = nng_msg_append(message, peer->replies[i].data, peer->replies[i].size);
  assert(code == 0);
  if (nng_sendmsg(peer->socket, message, 0) != 0)
    nng_msg_free(message);
}

static void *serve(void *arg) {
  struct peer *peer = arg;
  for (nng_msg *call = NULL; nng_recvmsg(peer->socket, &call, 0) == 0;) {
    pthread_mutex_lock(&peer->mutex);
    assert(peer->n_calls < CALLS_MAX);
    size_t i = peer->n_calls++;
    peer->calls[i] = call;
    pthread_cond_broadcast(&peer->changed);
    pthread_mutex_unlock(&peer->mutex);
    answer(peer, i);
  }
  return NULL;
}

struct peer *peer_open(const char *url, const struct bytes *replies, size_t n_replies) {
  struct peer *peer = calloc(1, sizeof *peer);
  peer->replies = replies;
  peer->n_replies = n_replies;
  pthread_mutex_init(&peer->mutex, NULL);
  pthread_cond_init(&peer->changed, NULL);
  if (nng_rep0_open(&peer->socket) != 0 || nng_listen(peer->socket, url, NULL, 0) != 0 ||
      pthread_create(&peer->thread, NULL, serve, peer) != 0)
    abort();
  return peer;
}

void peer_close(struct peer *peer) {
  nng_close(peer->socket);
  pthread_join(peer->thread, NULL);
  for (size_t i = 0; i < peer->n_calls; i++)
    nng_msg_free(peer->calls[i]);
  pthread_cond_destroy(&peer->changed);
  pthread_mutex_destroy(&peer->mutex);
  free(peer);
}

void peer_wait(struct peer *peer, size_t n_calls) {
  pthread_mutex_lock(&peer->mutex);
  while (peer->n_calls < n_calls)
    pthread_cond_wait(&peer->changed, &peer->mutex);
  pthread_mutex_unlock(&peer->mutex);
}

struct bytes peer_call(struct peer *peer, size_t i) {
  peer_wait(peer, i + 1);
  return bytes_of(nng_msg_body(peer->calls[i]), nng_msg_len(peer->calls[i]));
}
