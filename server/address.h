/* SPDX-License-Identifier: MIT */
/* What an address or an origin says, without a socket. Safe from any thread. */
#ifndef BELLWETHER_SERVER_ADDRESS_H
#define BELLWETHER_SERVER_ADDRESS_H

#include "proto/util.h"

/* Whether nng 1.5.2 has a transport of this name; those over TCP may be bound to one of its
 * versions: tcp4, tls+tcp6, ws4. */
bool address_has_transport(const char *url);
/* Whether only this machine can reach a server that listens there: ipc, inproc, and the loopback
 * addresses. */
bool address_is_local(const char *url);
/* tls+tcp and wss. */
bool address_is_encrypted(const char *url);

/* Whether a web page of another site asks: the headers of a WebSocket's request, `Name: value`
 * lines, have an Origin whose host and port are neither those of Host nor one of `allowed` (whole
 * origins, "https://example.org", NULL-terminated; may be NULL). No Origin: not a web page. */
bool origin_is_foreign(const char *headers, const char *const *allowed);

#endif
