/* SPDX-License-Identifier: MIT */
/* Names on the wire: dataset ids, codes, series keys `CBEC/A.CHN.TRADE._T`, key patterns as in
 * SDMX, release ids. Parsed keys borrow the text that they were parsed from. Safe from any thread.
 */
#ifndef BELLWETHER_PROTO_KEY_H
#define BELLWETHER_PROTO_KEY_H

#include "proto/limits.h"
#include "proto/util.h"

#define KEY_MAX_DIMENSIONS LIMIT_DIMENSIONS

enum key_status {
  KEY_OK = 0,
  KEY_EMPTY,          /* no text at all, or nothing before the slash */
  KEY_TOO_LONG,       /* the offset is that of the first byte too many */
  KEY_BAD_CHARACTER,  /* a byte that the grammar does not have */
  KEY_NO_SLASH,       /* a dataset without codes where a series is meant */
  KEY_EMPTY_CODE,     /* nothing between two dots (in a pattern: beside a `+`) */
  KEY_WILDCARD,       /* `*` or `+` where one series is meant; in a pattern `*` beside other text */
  KEY_TOO_MANY_CODES, /* beyond LIMIT_DIMENSIONS positions or LIMIT_PATTERN_CODES codes */
};

struct key {
  struct bytes dataset;
  struct bytes rest; /* all after the slash: `A.CHN.TRADE._T` */
  size_t n_codes;
  struct bytes codes[KEY_MAX_DIMENSIONS];
};

/* One position is empty (matches every code) or codes joined by `+`; read it by key_next_code. */
struct key_pattern {
  struct bytes dataset;
  /* The whole dataset: no slash, nothing after it, `all`, or one `*`. Then n_codes is 0. */
  bool all;
  size_t n_codes; /* positions; whoever knows the dimensions compares their number with it */
  struct bytes codes[KEY_MAX_DIMENSIONS];
};

/* ret_offset, if not NULL, is set on failure alone: the byte at which the text stops being right.
 */

/* `[A-Z0-9_@-]{1,64}`. */
must_check enum key_status key_check_dataset_id(struct bytes text, size_t *ret_offset);

/* `[A-Za-z0-9_@$-]+`, as long as a key may be. */
must_check enum key_status key_check_code(struct bytes text, size_t *ret_offset);

/* `[A-Za-z0-9_@$.:+~-]{1,128}`. */
must_check enum key_status key_check_release_id(struct bytes text, size_t *ret_offset);

/* One series: `DATASET/CODE.CODE`, at most 255 bytes, every code present. */
must_check enum key_status key_parse(struct bytes text, struct key *ret_key, size_t *ret_offset);

/* A pattern; a key is one too, and matches itself only. */
must_check enum key_status key_pattern_parse(struct bytes text, struct key_pattern *ret_pattern,
                                             size_t *ret_offset);

/* Whether a text asks for more than one series: no slash, `all`, `*`, `+` or an empty code. Says
 * nothing about whether it is well-formed. */
bool key_is_pattern(struct bytes text);

/* Takes the next of the codes joined by `+` off the front of `rest`; false at the end. */
bool key_next_code(struct bytes *rest, struct bytes *ret_code);

/* Whether the codes of a series of the pattern's dataset match; never with another number of codes.
 */
bool key_pattern_matches(const struct key_pattern *pattern, const struct bytes *codes,
                         size_t n_codes);

/* For people, to follow the quoted text: "has an empty code". Never NULL. */
const char *key_status_text(enum key_status status);

#endif
