/* SPDX-License-Identifier: MIT */
/* Every limit that a client, a file or a configuration can meet, with its reason. Header only.
 * Sizes are bytes unless the name says otherwise. A value of exactly the limit is allowed. */
#ifndef BELLWETHER_PROTO_LIMITS_H
#define BELLWETHER_PROTO_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#define LIMIT_KIB(n) ((size_t)(n) << 10)
#define LIMIT_MIB(n) ((size_t)(n) << 20)
#define LIMIT_GIB(n) ((uint64_t)(n) << 30)

/* The envelope and the transport. */
#define LIMIT_REQUEST_BYTES                                                                        \
  LIMIT_MIB(64) /* A Call; four parts of a load, eight million doubles.                            \
                 */
#define LIMIT_REPLY_BYTES                                                                          \
  LIMIT_MIB(64) /* A Reply; a caller's max_reply_bytes may only lower it.                          \
                 */
#define LIMIT_RECEIVE_SLACK                                                                        \
  LIMIT_KIB(64) /* So that a request one past its limit is still answered. */
#define LIMIT_RECEIVE_BYTES                                                                        \
  (LIMIT_REQUEST_BYTES + LIMIT_RECEIVE_SLACK) /* nng's own is unlimited. */
#define LIMIT_PAGE_BYTES LIMIT_MIB(1) /* A page unless asked: nanomsg's own receive limit. */
#define LIMIT_ARENA_FACTOR 16         /* Unpacking may take this many times the request... */
#define LIMIT_ARENA_BYTES                                                                          \
  LIMIT_MIB(64) /* ...and never more: empty submessages unpack to 130 times. */
#define LIMIT_ARENA_MIN_BYTES                                                                      \
  LIMIT_KIB(64)                   /* A small request still has its structs to unpack into. */
#define LIMIT_METHOD_BYTES 128    /* `/bellwether.v1.Observations/BatchGetObservations` has 48. */
#define LIMIT_METADATA_ENTRIES 32 /* authorization, client name, trace: far fewer. */
#define LIMIT_METADATA_BYTES LIMIT_KIB(1) /* Key and value of one entry together. */
#define LIMIT_REQUEST_ID_BYTES 16         /* Exactly; a random one never repeats by chance. */
#define LIMIT_REQUEST_ID_MEMORY_MS                                                                 \
  (INT64_C(24) * 3600 * 1000)          /* How long a resent write is known. */
#define LIMIT_TIMEOUT_DEFAULT_MS 10000 /* Where the Call has none. */
#define LIMIT_HANDLER_MS 30000         /* Half of the 60 s after which nng's REQ sends again. */
#define LIMIT_IN_FLIGHT_PER_PIPE 1024  /* One client cannot take all contexts. */
#define LIMIT_PAGE_TOKEN_BYTES 512     /* Ours have about 64. */
#define LIMIT_ERROR_DETAILS 16 /* Enough to mend a request by; the message says there are more. */
#define LIMIT_MESSAGE_BYTES                                                                        \
  LIMIT_KIB(2) /* A status message, which may quote what the caller sent. */

/* Names and keys. LMDB keys end at 511 bytes, and a table's own prefix needs its share. */
#define LIMIT_DATASET_ID_BYTES 64
#define LIMIT_SERIES_KEY_BYTES 255 /* `DATASET/CODE.CODE`, with the dataset and the slash. */
#define LIMIT_KEY_PATTERN_BYTES LIMIT_KIB(8) /* Some 1,500 ISO country codes joined by `+`. */
#define LIMIT_PATTERN_CODES 2048             /* Codes of one pattern, all positions together. */
#define LIMIT_DIMENSIONS 32 /* The widest SDMX structure in use (BIS, ECB) has about 20. */
#define LIMIT_RELEASE_ID_BYTES 128
#define LIMIT_SEARCH_WORD_BYTES 64 /* Longer words are cut when indexed. */
#define LIMIT_SEARCH_WORDS 16      /* Words of one query; each is a walk through postings. */

/* Texts that are stored. */
#define LIMIT_NAME_BYTES                                                                           \
  LIMIT_KIB(1) /* Names of indicators and codes, units, publishers, roles.                         \
                */
#define LIMIT_TITLE_BYTES LIMIT_KIB(1)
#define LIMIT_DEFINITION_BYTES LIMIT_KIB(16) /* World Bank's longest methodology has 9 KiB. */
#define LIMIT_COMMENT_BYTES LIMIT_KIB(4)     /* A footnote of one observation. */
#define LIMIT_URL_BYTES LIMIT_KIB(2)         /* What browsers and proxies agree on. */
#define LIMIT_TAGS 64                        /* Tags of an indicator, aliases of a code. */
#define LIMIT_MULTIPLIER 30 /* |unit multiplier|, a power of ten; SDMX lists up to 18. */
#define LIMIT_DECIMALS 17   /* A double has no more significant digits. */

/* Counts in one request. */
#define LIMIT_BATCH_ITEMS 10000        /* Keys, handles and patterns of a batch method. */
#define LIMIT_PAGE_SERIES_DEFAULT 1000 /* page_size where it is 0. */
#define LIMIT_PAGE_SERIES 10000        /* A greater page_size counts as this, as AIP-158 has it. */
#define LIMIT_CODES_PER_REQUEST                                                                    \
  100000 /* PutCodes, PutIndicators: the largest lists have 30,000.                                \
          */
#define LIMIT_OBSERVATIONS_PER_REQUEST 10000000 /* 64 MiB hold 8 million doubles. */
#define LIMIT_WINDOW_PERIODS 10000000    /* Periods of one answer with missing ones inserted. */
#define LIMIT_RELEASES_PER_REQUEST 10000 /* The dictionary of one message of columns. */

/* Loads, which are staged in parts outside the data. */
#define LIMIT_PART_BYTES LIMIT_MIB(16)
#define LIMIT_PARTS_PER_LOAD 100000    /* Part numbers are 0 to one below this. */
#define LIMIT_LOAD_BYTES LIMIT_GIB(64) /* What staging may take on the disk, one load. */
#define LIMIT_LOADS_OPEN 64            /* Loads begun and neither committed nor aborted. */

/* The writer. */
#define LIMIT_WRITER_COMMANDS 4096           /* Waiting; beyond it RESOURCE_EXHAUSTED at once. */
#define LIMIT_WRITER_BYTES LIMIT_MIB(256)    /* The same, by size. */
#define LIMIT_TRANSACTION_DIRTY_PAGES 131072 /* LMDB 0.9.24 leaks pages beyond (ITS#9155). */

#endif
