/* SPDX-License-Identifier: MIT */
/* The nng server: a REP socket on several addresses, with many contexts in front of one engine. Its
 * file is the only one of server/ that knows nng. One thread opens, starts and closes it. */
#ifndef BELLWETHER_SERVER_TRANSPORT_H
#define BELLWETHER_SERVER_TRANSPORT_H

#include "server/engine.h"

enum transport_status {
  TRANSPORT_OK = 0,
  TRANSPORT_ADDRESS, /* cannot listen on an address; the text says which and why */
  TRANSPORT_TLS,     /* the certificate or the key cannot be used */
  TRANSPORT_NO_MEMORY,
};

struct transport_options {
  const char *const *urls;  /* NULL-terminated: tcp, ipc, inproc, ws, tls+tcp, wss */
  unsigned n_contexts;      /* to begin with; more are opened while none is free; 0: the default */
  uint32_t send_timeout_ms; /* a client that does not take its reply for so long loses its
                               connection; 0: the default */
  size_t in_flight_max;     /* calls of one connection; 0: LIMIT_IN_FLIGHT_PER_PIPE */
  const char *tls_cert;     /* files in PEM, for tls+tcp and wss */
  const char *tls_key;
  const char *const *origins; /* of web pages that may use ws, NULL-terminated; may be NULL */
};

struct transport;

/* Binds all addresses, so that transport_urls are known; answers nobody yet. */
must_check enum transport_status transport_open(const struct transport_options *options,
                                                struct transport **ret_transport, char *ret_text,
                                                size_t text_size);
/* The addresses with the ports that were given, NULL-terminated. Good until transport_close. */
const char *const *transport_urls(const struct transport *transport);
/* Begins to answer, from the engine, which must outlive the transport. */
must_check enum transport_status transport_start(struct transport *transport,
                                                 struct engine *engine);
/* Takes NULL. Sends the answers of all calls that were received, then closes. */
void transport_close(struct transport *transport);
SCOPED_POINTER(struct transport, transport_close)

#endif
