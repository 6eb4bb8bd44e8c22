/* SPDX-License-Identifier: MIT */
/* What carries a packed Call to whoever answers it: nng, or the engine in this process. Private to
 * client/. */
#ifndef BELLWETHER_CLIENT_BACKEND_H
#define BELLWETHER_CLIENT_BACKEND_H

#include <time.h>

#include "client/bellwether.h"
#include "proto/util.h"

/* One message on its way. */
struct exchange {
  struct bytes call;
  int64_t since_ms;    /* by now_ms, when it was made */
  int64_t deadline_ms; /* the same */
  bool together;       /* it may travel in one message with others */
  /* One of the two is called exactly once, on any thread: with the bytes of the Reply (borrowed
   * until it returns) or a status other than OK; or with a reply of envelope_reserve, whose bytes
   * are written. It takes that. */
  void (*done)(struct exchange *exchange, enum bellwether_status status, struct bytes reply);
  void (*take)(struct exchange *exchange, struct bellwether_reply *reply);
  struct exchange *next; /* the backend's, as is its place among those of its message ... */
  size_t number;
  void *room[6]; /* ... and the room for what it has to know of a call */
};

struct backend {
  /* Takes the exchange until done, which may be before this returns; on failure it stays with the
   * caller. BELLWETHER_CLOSED while the backend closes. */
  enum bellwether_status (*send)(struct backend *backend, struct exchange *exchange);
  /* Ends what is under way with BELLWETHER_CLOSED or an answer, and frees the backend. */
  void (*close)(struct backend *backend);
};

/* Makes a backend of options->servers; on failure the text says what is wrong, where that is not
 * the status alone. */
typedef enum bellwether_status backend_opener(const struct bellwether_options *options,
                                              struct backend **ret_backend, char *ret_text,
                                              size_t text_size);
/* The nng backend of one or several addresses. */
backend_opener backend_open_nng;
/* Opens "lmdb:" addresses. The direct library puts its own here when it is linked in. */
extern backend_opener *backend_open_direct;

/* CLOCK_MONOTONIC. */
static inline int64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static inline void backend_close(struct backend *backend) {
  if (backend != NULL)
    backend->close(backend);
}

#endif
