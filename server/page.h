/* SPDX-License-Identifier: MIT */
/* Pages: how much goes on one, and the token that says where the next begins. A token is opaque to
 * the client, and bound to the store, the method and the request (page_size excepted). Functions
 * return false after context_fail. */
#ifndef BELLWETHER_SERVER_PAGE_H
#define BELLWETHER_SERVER_PAGE_H

#include "proto/limits.h"
#include "server/context.h"

/* Where a page ends. What the members mean is each method's own business. */
struct page_position {
  uint64_t revision; /* of the store, that the next page must agree with */
  uint64_t item;
  uint64_t number;
  int64_t ordinal;
  bool within;       /* in the middle of something */
  struct bytes text; /* at most LIMIT_SERIES_KEY_BYTES */
};

enum page_kind {
  PAGE_LIST,   /* of descriptions: 1,000 unless asked, never beyond 1 MiB */
  PAGE_RANKED, /* of descriptions, the best first: 20 unless asked, at most 1,000 */
  PAGE_ROWS,   /* of figures: up to 1 MiB, with a page_size up to the reply's limit */
};

struct page {
  struct context *context;
  const ProtobufCMessage *request;
  bool continued;            /* `from` says where; else it is zero, with the present revision */
  struct page_position from; /* its text lives in the arena */
  size_t rows_left;
  size_t bytes_left;
  bool empty; /* nothing is on it yet: the next thing is taken whatever its size */
};

/* Reads page_size and page_token of the request. */
bool page_begin(struct page *page, struct context *context, enum page_kind kind,
                const ProtobufCMessage *request);
/* Whether one more thing of so many packed bytes goes on the page, which is then counted. */
bool page_takes(struct page *page, size_t bytes);
/* The same for a message of a repeated field. */
bool page_takes_message(struct page *page, const ProtobufCMessage *message);
/* The token of a page that ends there. */
bool page_token_make(struct page *page, const struct page_position *position, char **ret_token);
/* Fails with PAGE_CHANGED where what the page goes on with has changed after the last page. */
bool page_unchanged(struct page *page, uint64_t changed_revision, const char *what);

/* Base64 of RFC 4648 section 5 without padding. The text has (4 n + 2) / 3 bytes and a NUL. */
void base64url_encode(struct bytes data, char *ret_text);
/* False where the text is none, or not the one that its bytes encode to. The data has room for
 * 3/4 of the text. */
bool base64url_decode(struct bytes text, uint8_t *ret_data, size_t *ret_size);

#endif
