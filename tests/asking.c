/* SPDX-License-Identifier: MIT */
#include "tests/asking.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>

const struct bellwether_call health_check = {.method = "/bellwether.v1.Health/Check"};

struct bellwether_client *client_with(const struct bellwether_options *options) {
  char text[512] = "";
  struct bellwether_client *client = NULL;
  if (bellwether_open(options, &client, text, sizeof text) == BELLWETHER_OK)
    return client;
  fprintf(stderr, "bellwether_open: %s\n", text);
  abort();
}

struct bellwether_client *client_of(const char *servers) {
  struct bellwether_options options = {.servers = servers, .timeout_ms = 60000};
  return client_with(&options);
}

enum bellwether_status check_health(struct bellwether_client *client) {
  scoped(bellwether_reply_free) struct bellwether_reply *reply = NULL;
  return bellwether_call(client, &health_check, &reply);
}

enum bellwether_status call_with(struct bellwether_client *client, const char *method,
                                 const ProtobufCMessage *message, bool write,
                                 struct bellwether_reply **ret_reply) {
  size_t size = protobuf_c_message_get_packed_size(message);
  scoped(free) uint8_t *packed = malloc(size + 1);
  protobuf_c_message_pack(message, packed);
  struct bellwether_call call = {
      .method = method, .request = packed, .request_size = size, .write = write};
  return bellwether_call(client, &call, ret_reply);
}

struct outcomes {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  size_t n;
  size_t by_status[BELLWETHER_CLOSED + 1];
};

struct outcomes *outcomes_new(void) {
  struct outcomes *outcomes = calloc(1, sizeof *outcomes);
  pthread_mutex_init(&outcomes->mutex, NULL);
  pthread_cond_init(&outcomes->changed, NULL);
  return outcomes;
}

void outcomes_free(struct outcomes *outcomes) {
  pthread_cond_destroy(&outcomes->changed);
  pthread_mutex_destroy(&outcomes->mutex);
  free(outcomes);
}

void outcomes_add(void *arg, enum bellwether_status status, struct bellwether_reply *reply) {
  struct outcomes *outcomes = arg;
  bellwether_reply_free(reply);
  pthread_mutex_lock(&outcomes->mutex);
  outcomes->n++;
  outcomes->by_status[status]++;
  pthread_cond_broadcast(&outcomes->changed);
  pthread_mutex_unlock(&outcomes->mutex);
}

void outcomes_wait(struct outcomes *outcomes, size_t n) {
  pthread_mutex_lock(&outcomes->mutex);
  while (outcomes->n < n)
    pthread_cond_wait(&outcomes->changed, &outcomes->mutex);
  pthread_mutex_unlock(&outcomes->mutex);
}

size_t outcomes_count(struct outcomes *outcomes, enum bellwether_status status) {
  pthread_mutex_lock(&outcomes->mutex);
  size_t n = outcomes->by_status[status];
  pthread_mutex_unlock(&outcomes->mutex);
  return n;
}

void close_at_any_moment(const char *servers, const struct bellwether_call *call) {
  enum { TIMES = 50, CALLS = 40 };
  for (int i = 0; i < TIMES; i++) {
    struct bellwether_client *client = client_of(servers);
    struct outcomes *outcomes = outcomes_new();
    for (int k = 0; k < CALLS; k++)
      assert_int_equal(bellwether_submit(client, call, outcomes_add, outcomes), BELLWETHER_OK);
    outcomes_wait(outcomes, (size_t)(i % CALLS));
    bellwether_close(client);
    assert_int_equal(outcomes_count(outcomes, BELLWETHER_OK) +
                         outcomes_count(outcomes, BELLWETHER_CLOSED),
                     CALLS);
    outcomes_free(outcomes);
  }
}
