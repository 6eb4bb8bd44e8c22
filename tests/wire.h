/* SPDX-License-Identifier: MIT */
/* What the tests of the client talk to: a real server in this process, and a peer that says what it
 * is told to. */
#ifndef BELLWETHER_TESTS_WIRE_H
#define BELLWETHER_TESTS_WIRE_H

#include "server/transport.h"
#include "tests/serve.h"

/* An engine behind the server's transport, as bellwetherd has it, with a dataset TRADE. */
struct wire {
  struct served served;
  struct transport *transport;
};

/* `url` may be "ipc", for a socket in the store's folder. `options` may be NULL. */
void wire_open(struct wire *wire, const char *url, const struct engine_options *options);
void wire_close(struct wire *wire);
const char *wire_url(const struct wire *wire);
/* The server goes, its store stays; and comes back to where it was. */
void wire_hang_up(struct wire *wire);
void wire_listen(struct wire *wire, const char *url);
/* States n values of a series from an ordinal on, in trillions of CNY, as of the release R1 of
 * 2020-09-13T12:26:40Z. */
void wire_state(struct wire *wire, const char *key, int64_t first, size_t n, const double *values);

/* A REP that receives calls, answers each of the first n_replies with its bytes, unless these are
 * PEER_SILENT, and is silent to all others. */
extern const struct bytes PEER_SILENT;
struct peer;
struct peer *peer_open(const char *url, const struct bytes *replies, size_t n_replies);
void peer_close(struct peer *peer);
/* Waits until so many calls have been received, resent ones among them. */
void peer_wait(struct peer *peer, size_t n_calls);
/* The bytes of a call that was received; borrowed until the peer closes. */
struct bytes peer_call(struct peer *peer, size_t i);

#endif
