/* SPDX-License-Identifier: MIT */
/* The ceiling of the transport: a bare nng request/reply with messages of given sizes and nothing
 * behind it. `echo serve URL` answers each request with as many bytes as the request's first four
 * say (big-endian); `echo ask URL REQUEST_BYTES REPLY_BYTES IN_FLIGHT SECONDS` keeps IN_FLIGHT
 * requests under way over one connection, each on its own context, with a callback for each step of
 * it, as nng's manual has it. `echo ask-at-once` sends without a callback and begins to receive
 * right behind, as the client library does where it can. */
#include <errno.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/util/platform.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "client/cli/histogram.h"

enum { SERVER_CONTEXTS = 64, IN_FLIGHT_MAX = 1024, REPLY_BYTES_MAX = 64 << 20 };

static void must(int code, const char *what) {
  if (code == 0)
    return;
  fprintf(stderr, "echo: %s: %s\n", what, nng_strerror(code));
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static uint32_t get_be32(const uint8_t *data) {
  return ((uint32_t)data[0] << 24) | ((uint32_t)data[1] << 16) | ((uint32_t)data[2] << 8) | data[3];
}

/* ---- the server ---- */

struct server_context {
  nng_ctx ctx;
  nng_aio *aio;
  int sending;
};

static nng_msg *reply_to(nng_msg *request) {
  size_t size = 0;
  if (nng_msg_len(request) >= 4)
    size = get_be32(nng_msg_body(request));
  if (size > REPLY_BYTES_MAX)
    size = REPLY_BYTES_MAX;
  nng_msg *reply = NULL;
  must(nng_msg_alloc(&reply, size), "nng_msg_alloc");
  memset(nng_msg_body(reply), 'x', size);
  return reply;
}

static void server_step(void *arg) {
  struct server_context *context = arg;
  int code = nng_aio_result(context->aio);
  if (code == NNG_ECLOSED || code == NNG_ECANCELED)
    return;
  if (!context->sending && code == 0) {
    nng_msg *request = nng_aio_get_msg(context->aio);
    nng_msg *reply = reply_to(request);
    nng_msg_free(request);
    nng_aio_set_msg(context->aio, reply);
    context->sending = 1;
    nng_ctx_send(context->ctx, context->aio);
    return;
  }
  if (context->sending && code != 0)
    nng_msg_free(nng_aio_get_msg(context->aio));
  context->sending = 0;
  nng_ctx_recv(context->ctx, context->aio);
}

static int serve(const char *url) {
  nng_socket socket;
  nng_listener listener;
  int port = 0;
  static struct server_context contexts[SERVER_CONTEXTS];
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  must(nng_rep0_open(&socket), "nng_rep0_open");
  for (int i = 0; i < SERVER_CONTEXTS; i++) {
    must(nng_ctx_open(&contexts[i].ctx, socket), "nng_ctx_open");
    must(nng_aio_alloc(&contexts[i].aio, server_step, &contexts[i]), "nng_aio_alloc");
    nng_ctx_recv(contexts[i].ctx, contexts[i].aio);
  }
  must(nng_listener_create(&listener, socket, url), url);
  must(nng_listener_start(listener, 0), url);
  if (strncmp(url, "tcp:", 4) == 0 &&
      nng_listener_get_int(listener, NNG_OPT_TCP_BOUND_PORT, &port) == 0)
    fprintf(stderr, "ready tcp://127.0.0.1:%d\n", port);
  else
    fprintf(stderr, "ready %s\n", url);
  int signal = 0;
  sigwait(&signals, &signal);
  nng_close(socket);
  return 0;
}

/* ---- the load ---- */

struct load {
  uint32_t request_bytes;
  uint32_t reply_bytes;
  uint64_t until_ns;
  bool at_once;
  atomic_int running;
};

struct asker {
  struct load *load;
  nng_ctx ctx;
  nng_aio *aio;
  nng_aio *at_once;
  bool receiving;
  uint64_t sent_ns;
  struct histogram latencies;
};

static void ask_one(struct asker *asker) {
  nng_msg *request = NULL;
  must(nng_msg_alloc(&request, asker->load->request_bytes), "nng_msg_alloc");
  uint8_t *body = nng_msg_body(request);
  uint32_t size = asker->load->reply_bytes;
  for (int i = 0; i < 4; i++)
    body[i] = (uint8_t)(size >> (24 - 8 * i));
  asker->sent_ns = now_ns();
  bool at_once = asker->load->at_once;
  nng_aio *aio = at_once ? asker->at_once : asker->aio;
  asker->receiving = at_once;
  nng_aio_set_msg(aio, request);
  nng_ctx_send(asker->ctx, aio);
  if (at_once)
    nng_ctx_recv(asker->ctx, asker->aio);
}

static void asker_step(void *arg) {
  struct asker *asker = arg;
  must(nng_aio_result(asker->aio), "request");
  if (asker->load->at_once)
    nng_aio_wait(asker->at_once);
  if (!asker->receiving) {
    asker->receiving = true;
    nng_ctx_recv(asker->ctx, asker->aio);
    return;
  }
  uint64_t at_ns = now_ns();
  nng_msg_free(nng_aio_get_msg(asker->aio));
  histogram_add(&asker->latencies, at_ns - asker->sent_ns);
  if (at_ns >= asker->load->until_ns)
    atomic_fetch_sub(&asker->load->running, 1);
  else
    ask_one(asker);
}

/* The processor's time that this process has taken, seconds. */
static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void report(const struct histogram *all, double seconds) {
  printf("{\"calls\": %llu, \"per_second\": %.0f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
         "\"p999_us\": %.1f, \"cpu_us\": %.1f}\n",
         (unsigned long long)all->n, (double)all->n / seconds,
         (double)histogram_percentile(all, 0.5) / 1e3,
         (double)histogram_percentile(all, 0.99) / 1e3,
         (double)histogram_percentile(all, 0.999) / 1e3, cpu_seconds() / (double)all->n * 1e6);
}

static int ask(const char *url, struct load *load, int in_flight, double seconds) {
  nng_socket socket;
  struct asker *askers = calloc((size_t)in_flight, sizeof *askers);
  must(askers == NULL ? NNG_ENOMEM : 0, "memory");
  must(nng_req0_open(&socket), "nng_req0_open");
  must(nng_socket_set_ms(socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE), "resend time");
  must(nng_dial(socket, url, NULL, 0), url);
  uint64_t begin_ns = now_ns();
  load->until_ns = begin_ns + (uint64_t)(seconds * 1e9);
  atomic_store(&load->running, in_flight);
  for (int i = 0; i < in_flight; i++) {
    askers[i].load = load;
    must(nng_ctx_open(&askers[i].ctx, socket), "nng_ctx_open");
    must(nng_aio_alloc(&askers[i].aio, asker_step, &askers[i]), "nng_aio_alloc");
    must(nng_aio_alloc(&askers[i].at_once, NULL, NULL), "nng_aio_alloc");
    ask_one(&askers[i]);
  }
  while (atomic_load(&load->running) > 0)
    nng_msleep(5);
  double took = (double)(now_ns() - begin_ns) / 1e9;
  struct histogram all = {0};
  for (int i = 0; i < in_flight; i++)
    histogram_merge(&all, &askers[i].latencies);
  report(&all, took);
  nng_close(socket);
  for (int i = 0; i < in_flight; i++) {
    nng_aio_free(askers[i].aio);
    nng_aio_free(askers[i].at_once);
  }
  free(askers);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "serve") == 0)
    return serve(argv[2]);
  bool at_once = argc == 7 && strcmp(argv[1], "ask-at-once") == 0;
  if (at_once || (argc == 7 && strcmp(argv[1], "ask") == 0)) {
    struct load load = {.request_bytes = (uint32_t)atoi(argv[3]),
                        .reply_bytes = (uint32_t)atoi(argv[4]),
                        .at_once = at_once};
    int in_flight = atoi(argv[5]);
    if (load.request_bytes >= 4 && in_flight >= 1 && in_flight <= IN_FLIGHT_MAX)
      return ask(argv[2], &load, in_flight, atof(argv[6]));
  }
  fprintf(stderr, "usage: echo serve URL\n"
                  "       echo ask|ask-at-once URL REQUEST_BYTES REPLY_BYTES IN_FLIGHT SECONDS\n");
  return 2;
}
