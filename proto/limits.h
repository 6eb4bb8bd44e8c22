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

/* The envelope and the transport: a Call, which has room for four parts of a load or eight million
 * doubles; a Reply, which a caller's max_reply_bytes may only lower. */
#define LIMIT_REQUEST_BYTES LIMIT_MIB(64)
#define LIMIT_REPLY_BYTES LIMIT_MIB(64)
/* The transport takes a little more than a request, so that one past its limit is still answered;
 * nng's own default is unlimited. */
#define LIMIT_RECEIVE_SLACK LIMIT_KIB(64)
#define LIMIT_RECEIVE_BYTES (LIMIT_REQUEST_BYTES + LIMIT_RECEIVE_SLACK)
#define LIMIT_PAGE_BYTES LIMIT_MIB(1) /* A page unless asked: nanomsg's own receive limit. */
/* Unpacking may take so many times the request, but never more than the second (empty submessages
 * take 44 times their bytes) and always the third: 10,000 items that are only a handle have 4 bytes
 * each, and 56 when they are unpacked; 100,000 codes of five letters have 9, and 97. */
#define LIMIT_ARENA_FACTOR 32
#define LIMIT_ARENA_BYTES LIMIT_MIB(64)
#define LIMIT_ARENA_MIN_BYTES LIMIT_MIB(2)
/* Messages within a request: ten times what the largest batch has. */
#define LIMIT_SUBMESSAGES 1000000
/* Beside what unpacking takes, a call may take so much for its response and its work, and four
 * times the reply that it is allowed, since protobuf-c's structs are larger than their bytes, and
 * once more to pack it. */
#define LIMIT_WORK_BYTES LIMIT_MIB(8)
#define LIMIT_REPLY_FACTOR 4
#define LIMIT_REPLY_MIN_BYTES 512   /* An error with its reason still fits. */
#define LIMIT_METHOD_BYTES 128      /* `/bellwether.v1.Observations/BatchGetObservations` has 48. */
#define LIMIT_METADATA_ENTRIES 32   /* Authorization, client's name, trace: far fewer. */
#define LIMIT_METADATA_KEY_BYTES 64 /* Lower-case words, as in HTTP/2. */
#define LIMIT_METADATA_BYTES LIMIT_KIB(1) /* The value of an entry: a token is far shorter. */
#define LIMIT_REQUEST_ID_BYTES 16         /* Exactly; a random one never repeats by chance. */
#define LIMIT_REQUEST_ID_MEMORY_MS INT64_C(86400000) /* A day. */
#define LIMIT_CALLS_TOGETHER 256 /* In one message: beyond some 30 nothing is gained. */
/* Of replies that wait for others of their message, in all messages: beyond, calls are to be sent
 * alone. */
#define LIMIT_TOGETHER_BYTES LIMIT_MIB(64)
#define LIMIT_TIMEOUT_DEFAULT_MS 10000     /* Where the Call has none. */
#define LIMIT_HANDLER_MS 30000             /* Half of the 60 s after which nng's REQ sends again. */
#define LIMIT_IN_FLIGHT_PER_PIPE 1024      /* One client cannot take all contexts. */
#define LIMIT_CONTEXTS 4096                /* nng contexts: calls in flight of all clients. */
#define LIMIT_IN_FLIGHT_BYTES LIMIT_GIB(1) /* Of requests, and replies not sent, all together. */
#define LIMIT_HEAVY_WAITING 1024           /* Calls that wait for a thread of the pool. */
#define LIMIT_PAGE_TOKEN_BYTES 512         /* Ours are far shorter. */
#define LIMIT_ERROR_DETAILS 16             /* Enough to mend a request by. */
#define LIMIT_MESSAGE_BYTES LIMIT_KIB(2)   /* A Status's message, which may quote the request. */

/* Names and keys. LMDB's keys end at 511 bytes, and a table's own prefix needs its share. */
#define LIMIT_DATASET_ID_BYTES 64
#define LIMIT_SERIES_KEY_BYTES 255 /* `DATASET/CODE.CODE`, with the dataset and the slash. */
#define LIMIT_RELEASE_ID_BYTES 128
#define LIMIT_DIMENSIONS 32                  /* Wider than any dataset we have seen. */
#define LIMIT_KEY_PATTERN_BYTES LIMIT_KIB(8) /* Two thousand country codes joined by `+`. */
#define LIMIT_PATTERN_CODES 2048             /* Codes of one pattern, all positions together. */
#define LIMIT_SEARCH_WORD_BYTES 64           /* Longer words are cut when they are indexed. */
#define LIMIT_SEARCH_WORDS 16           /* Words of a query; each is a walk through postings. */
#define LIMIT_SEARCH_RESULTS_DEFAULT 20 /* A screen. */
#define LIMIT_SEARCH_RESULTS 1000

/* Texts that are stored. */
#define LIMIT_NAME_BYTES LIMIT_KIB(1) /* Indicators, codes, units, publishers. */
#define LIMIT_TITLE_BYTES LIMIT_KIB(1)
#define LIMIT_DEFINITION_BYTES LIMIT_KIB(16) /* Some pages of methodology. */
#define LIMIT_COMMENT_BYTES LIMIT_KIB(4)     /* The footnote of one observation. */
#define LIMIT_URL_BYTES LIMIT_KIB(2)         /* What browsers and proxies agree on. */
#define LIMIT_TAGS 64                        /* Tags of an indicator, aliases of a code. */
#define LIMIT_TAG_BYTES 128
#define LIMIT_FORMULA_BYTES 256 /* Over two series, so a line. */
#define LIMIT_MULTIPLIER 30     /* Of the power of ten, either way; SDMX lists up to 18. */
#define LIMIT_DECIMALS 15       /* A double keeps so many digits of any number. */

/* Counts in one request. */
#define LIMIT_BATCH_ITEMS 10000                 /* Keys, handles and patterns of a batch method. */
#define LIMIT_PAGE_SERIES_DEFAULT 1000          /* Where page_size is 0. */
#define LIMIT_PAGE_SERIES 10000                 /* A greater page_size counts as this (AIP-158). */
#define LIMIT_CODES_PER_REQUEST 100000          /* Of PutCodes and PutIndicators. */
#define LIMIT_OBSERVATIONS_PER_REQUEST 10000000 /* More than 64 MiB of values hold. */
#define LIMIT_TRANSFORMS 16                     /* One behind the other; three are many. */
#define LIMIT_WINDOW 10000                      /* Periods of a moving average. */
#define LIMIT_PERIODS_A_YEAR 527040             /* The minutes of a leap year. */
#define LIMIT_WINDOW_PERIODS 10000000           /* Of one answer with missing ones inserted. */
#define LIMIT_RELEASES_PER_REQUEST 10000        /* The dictionary of one message of columns. */

/* Loads, which are staged in parts outside the data. */
#define LIMIT_PART_BYTES LIMIT_MIB(16)
#define LIMIT_PARTS_PER_LOAD 100000    /* Part numbers are 1 to this. */
#define LIMIT_LOAD_BYTES LIMIT_GIB(64) /* What one load may stage on the disk. */
#define LIMIT_LOADS_OPEN 64            /* Begun and neither committed nor aborted. */
#define LIMIT_LOAD_ID_BYTES 64         /* It is a file's name as well. */
#define LIMIT_STATEMENTS_PER_LOAD                                                                  \
  20000000 /* Series of all parts; the index has 64 bytes for each. */
#define LIMIT_LOAD_AGE_MS INT64_C(604800000) /* A week; then a load is not come back to. */

/* The administration. */
#define LIMIT_BACKUP_NAME_BYTES 128 /* Well within a file name's 255. */
#define LIMIT_VERIFY_FINDINGS 1000  /* Of a ruined store the first ones tell enough. */

/* The writer: commands that wait, beyond which RESOURCE_EXHAUSTED is answered at once. */
#define LIMIT_WRITER_COMMANDS 4096
#define LIMIT_WRITER_BYTES LIMIT_MIB(256)
#define LIMIT_GROUP_BYTES LIMIT_MIB(32)      /* Commands that share a transaction and its sync. */
#define LIMIT_TRANSACTION_DIRTY_PAGES 131072 /* LMDB 0.9.24 leaks pages beyond (ITS#9155). */

#endif
