/* SPDX-License-Identifier: MIT */
/* The addresses that the server listens on, and what keeps them hearing. Private to the
 * transport. */
#ifndef BELLWETHER_SERVER_LISTENERS_H
#define BELLWETHER_SERVER_LISTENERS_H

#include <nng/nng.h>

#include "server/transport.h"

struct listeners;

/* Listens on all addresses of the options. What is wrong stands in ret_text. */
must_check enum transport_status listeners_open(nng_socket socket,
                                                const struct transport_options *options,
                                                struct listeners **ret_listeners, char *ret_text,
                                                size_t text_size);
/* The addresses as they came to be, ending with NULL. */
const char *const *listeners_urls(const struct listeners *listeners);
/* From now on looks now and then whether a Unix socket has become deaf. False: no memory. */
must_check bool listeners_hear(struct listeners *listeners);
/* Ends that, and waits for a look under way. Takes NULL. */
void listeners_stop_hearing(struct listeners *listeners);
/* When the socket is closed. Takes NULL. */
void listeners_free(struct listeners *listeners);
SCOPED_POINTER(struct listeners, listeners_free)

#endif
