/* SPDX-License-Identifier: MIT */
/* A load on its way. Inside of client/load; functions return false after a complaint. */
#ifndef BELLWETHER_CLIENT_LOAD_SENDER_H
#define BELLWETHER_CLIENT_LOAD_SENDER_H

#include "client/load/load.h"

/* The part in the making, and how many were sent. */
struct sender {
  struct load *load;
  struct arena *arena; /* of the part */
  Bellwether__V1__LoadPart part;
  struct list series;
  size_t n_bytes;
  uint32_t n_parts;
  char load_id[40];
  enum exit_code code;
};

bool sender_fail_memory(struct sender *sender);
/* Sends what the part has, and begins the next. */
bool sender_send_part(struct sender *sender);
/* Sends all rows of the load as statements, in parts of some megabytes. Rows that are there twice
 * count once; two that differ are complained of, and the sending goes on to tell of all. */
bool sender_send_rows(struct sender *sender);
/* Sends the statements of descriptions, and then what they say of series of which nothing was sent.
 */
bool sender_send_described(struct sender *sender);

#endif
