/* SPDX-License-Identifier: MIT */
/* What carries a packed Call to whoever answers it: nng, or the engine in this process. Private to
 * client/. */
#ifndef BELLWETHER_CLIENT_BACKEND_H
#define BELLWETHER_CLIENT_BACKEND_H

#include "client/bellwether.h"
#include "proto/util.h"

/* One message on its way. The backend calls `done` exactly once, on any thread, with the bytes of
 * the Reply (borrowed until it returns) or a status other than OK. */
struct exchange {
  struct bytes call;
  int64_t deadline_ms; /* CLOCK_MONOTONIC */
  void (*done)(struct exchange *exchange, enum bellwether_status status, struct bytes reply);
};

struct backend {
  /* Takes the exchange until done. */
  void (*send)(struct backend *backend, struct exchange *exchange);
  /* Ends what is under way with BELLWETHER_CLOSED, and frees the backend. */
  void (*close)(struct backend *backend);
};

/* The nng backend of one or several addresses. NULL: no memory, or (text) an address that is
 * none. */
struct backend *transport_open(const struct bellwether_options *options, char *ret_text,
                               size_t text_size);

/* Opens "lmdb:" addresses. The direct library puts its own here when it is linked in. */
typedef struct backend *backend_opener(const struct bellwether_options *options, char *ret_text,
                                       size_t text_size);
extern backend_opener *backend_open_direct;

static inline void backend_close(struct backend *backend) {
  if (backend != NULL)
    backend->close(backend);
}

#endif
