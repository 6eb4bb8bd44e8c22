/* SPDX-License-Identifier: MIT */
/* The list of servers that a caller names. Private to client/. */
#ifndef BELLWETHER_CLIENT_ADDRESSES_H
#define BELLWETHER_CLIENT_ADDRESSES_H

#include "client/bellwether.h"
#include "proto/util.h"

enum { ADDRESSES_MAX = 16 };

struct addresses {
  char *text; /* each ended by NUL */
  size_t n;
  const char *each[ADDRESSES_MAX];
};

/* Takes the commas apart, and spaces around them off. BELLWETHER_INVALID (ret_text says why) where
 * one has no scheme or a port that is none; the rest is for nng to judge. */
must_check enum bellwether_status addresses_init(struct addresses *addresses, const char *servers,
                                                 char *ret_text, size_t text_size);
void addresses_fini(struct addresses *addresses);
/* Says in ret_text that this one is none. */
void addresses_explain(const char *address, char *ret_text, size_t text_size);

#endif
