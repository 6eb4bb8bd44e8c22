/* SPDX-License-Identifier: MIT */
/* Several calls in one message, and their replies (Calls/Together of rpc.proto). Knows no nng.
 * Private to client/. */
#ifndef BELLWETHER_CLIENT_TOGETHER_H
#define BELLWETHER_CLIENT_TOGETHER_H

#include "client/backend.h"

/* Beyond so many nothing is gained, and the first would wait longer for the last. */
enum { TOGETHER_MOST = 64, TOGETHER_BYTES_MOST = 64 * 1024 };
/* Replies in one message are copied once more on their way, which large ones are not worth: so many
 * bytes are looked for in a message, and above the second a call is sent alone. */
enum { TOGETHER_REPLY_BYTES = 64 * 1024, TOGETHER_LARGE_BYTES = 16 * 1024 };

/* Whether it is quick to answer, and changes nothing: it may wait for others, and others for it. */
bool together_may(const struct bellwether_call *call);

/* The size of the packed Call around exchanges that are linked by `next`; one has none around it.
 */
size_t together_size(const struct exchange *first);
/* Writes together_size bytes, and numbers the exchanges. */
void together_write(struct exchange *first, uint8_t *to);

/* What became of an exchange: the bytes of its Reply where OK. */
enum together_verdict {
  TOGETHER_OK,
  TOGETHER_ALONE,   /* it is to be sent again, in a message of its own */
  TOGETHER_INVALID, /* the reply around it makes no sense */
};

/* The replies in one message, taken from the first to the last. */
struct together_reply {
  bool common;  /* all have the same: a refusal of the whole, or there is only one */
  bool unknown; /* the server does not know calls that travel together */
  bool invalid;
  struct bytes whole;
  struct bytes rest;
  size_t at; /* the number of the reply that comes next */
};

void together_read(struct bytes reply, bool is_several, struct together_reply *ret_reply);
/* The reply of the exchange; their numbers ascend from call to call. */
enum together_verdict together_take(struct together_reply *reply, const struct exchange *exchange,
                                    struct bytes *ret_reply);

#endif
