/* SPDX-License-Identifier: MIT */
/* libbellwether: asks an indicator server, over the network or in place. Any thread may use a
 * client. Calls carry packed messages of the contract (proto/bellwether/v1), so the library needs
 * no message types of its own; for programs without Protobuf there are bellwether_get and
 * bellwether_latest. */
#ifndef BELLWETHER_H
#define BELLWETHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a call ended. */
enum bellwether_status {
  BELLWETHER_OK = 0,
  BELLWETHER_REFUSED,     /* the server answered with an error: see the reply */
  BELLWETHER_UNREACHABLE, /* no server could be connected; a write may have been applied */
  BELLWETHER_TIMEOUT,     /* no answer within the deadline; a write may have been applied */
  BELLWETHER_INVALID,     /* an argument, address or answer that makes no sense */
  BELLWETHER_TOO_LARGE,   /* the request is beyond what any server takes: 64 MiB */
  BELLWETHER_NO_MEMORY,
  BELLWETHER_CLOSED, /* the client was closed while the call was under way */
};
/* One sentence without a full stop. */
const char *bellwether_status_text(enum bellwether_status status);

struct bellwether_client;

struct bellwether_options {
  /* One address or several with commas between: tcp://HOST:PORT, ipc://PATH, ws://HOST:PORT/PATH,
   * or lmdb:FOLDER alone, which opens the store in place, without any server (programs that link
   * libbellwether-direct). The first that answers is used until it no longer does. */
  const char *servers;
  uint32_t timeout_ms; /* of calls that name none; 0: 10,000 */
  uint32_t connect_ms; /* how long one address is tried; 0: 2,000 */
  uint32_t in_flight;  /* calls under way at once, others wait; at most 1,024; 0: 256 */
  const char *token;   /* sent as "authorization: Bearer TOKEN"; NULL: none */
  const char *name;    /* of the program, for the server's log; NULL: "libbellwether" */
  bool writable;       /* lmdb: take the writer's lock */
  /* Each call in a message of its own. Else quick ones (GetLatest and GetObservations with small
   * requests) travel together while six messages of such are under way: many more a second, but a
   * large answer may hold up a small one. Where in_flight is at most 12, they never do. */
  bool alone;
};

/* Makes a client; nothing is connected before the first call (lmdb: is opened here). `ret_text`, if
 * not NULL, receives at most text_size bytes that say what is wrong. */
enum bellwether_status bellwether_open(const struct bellwether_options *options,
                                       struct bellwether_client **ret_client, char *ret_text,
                                       size_t text_size);
/* Ends calls that are under way with BELLWETHER_CLOSED, and waits until their callbacks have
 * returned. Takes NULL. Not from a callback. */
void bellwether_close(struct bellwether_client *client);

/* One call. All is borrowed for the time of bellwether_call or bellwether_submit. */
struct bellwether_call {
  const char *method;  /* "/bellwether.v1.Observations/GetLatest" */
  const void *request; /* the packed request message */
  size_t request_size;
  uint32_t timeout_ms;       /* 0: the client's */
  uint32_t max_reply_bytes;  /* 0: the server's limit */
  bool write;                /* the method writes: a random request id goes with it */
  const uint8_t *request_id; /* 16 bytes in its place, to repeat an earlier call; or NULL */
};

struct bellwether_reply;

/* Calls and waits. *ret_reply is set with BELLWETHER_OK and BELLWETHER_REFUSED, to be freed by the
 * caller; otherwise NULL. */
enum bellwether_status bellwether_call(struct bellwether_client *client,
                                       const struct bellwether_call *call,
                                       struct bellwether_reply **ret_reply);

/* Gets the outcome, on a thread of the library or before bellwether_submit returns (with lmdb:
 * mostly so), and owns the reply (NULL unless OK or REFUSED). It must not wait, yet may submit
 * further calls: while the client closes they are refused with BELLWETHER_CLOSED. */
typedef void bellwether_callback(void *arg, enum bellwether_status status,
                                 struct bellwether_reply *reply);
/* Calls without waiting. The callback is called exactly once, unless this returns an error: then
 * it never is. */
enum bellwether_status bellwether_submit(struct bellwether_client *client,
                                         const struct bellwether_call *call,
                                         bellwether_callback *callback, void *arg);

/* What is in a reply; all borrowed from it. */
void bellwether_reply_free(struct bellwether_reply *reply);
/* The packed response message. */
const void *bellwether_reply_response(const struct bellwether_reply *reply, size_t *ret_size);
/* The state of the store that the answer was read from, and the store's name. */
uint64_t bellwether_reply_revision(const struct bellwether_reply *reply);
uint64_t bellwether_reply_store_id(const struct bellwether_reply *reply);
/* gRPC's canonical code, 0 for OK; what is wrong in words; and of the first detail the reason, the
 * field and the hint ("" where there is none). */
int bellwether_reply_code(const struct bellwether_reply *reply);
const char *bellwether_reply_message(const struct bellwether_reply *reply);
const char *bellwether_reply_reason(const struct bellwether_reply *reply);
const char *bellwether_reply_field(const struct bellwether_reply *reply);
const char *bellwether_reply_hint(const struct bellwether_reply *reply);

/* The observations of one series. */
struct bellwether_query {
  const char *from; /* "2018", "2018-Q1"; NULL: open */
  const char *to;
  uint32_t first_n; /* 0: all */
  uint32_t last_n;
  const char *as_of; /* a date, an instant or a release id; NULL: all that is known */
};
struct bellwether_series {
  char *key;
  uint64_t handle;
  char frequency; /* SDMX's letter */
  char *unit;     /* "CNY" */
  int unit_mult;  /* power of ten: 12 for trillions */
  size_t n;
  int64_t *periods; /* ordinals, ascending */
  char **labels;    /* "2024-Q1" */
  double *values;   /* NaN where missing */
  char *statuses;   /* one letter each, NUL behind the last */
};
/* Follows pages until the whole range is there; `query` may be NULL: all of it. On
 * BELLWETHER_REFUSED *ret_reply says why (free it); it may be NULL if that is of no interest. Free
 * the series with bellwether_series_free. */
enum bellwether_status bellwether_get(struct bellwether_client *client, const char *key,
                                      const struct bellwether_query *query,
                                      struct bellwether_series **ret_series,
                                      struct bellwether_reply **ret_reply);
void bellwether_series_free(struct bellwether_series *series);

struct bellwether_latest {
  int code;       /* 0, or the canonical code of this key's error; then value is NaN, status '-' */
  char frequency; /* SDMX's letter; NUL with an error */
  int64_t period;
  double value;
  char status;
};
/* The latest observation of each of n keys, any number, in the caller's array, which has no meaning
 * unless OK. A pattern counts as a key where it has one match; where more, its code is
 * INVALID_ARGUMENT (3). *ret_reply as of bellwether_get. */
enum bellwether_status bellwether_latest(struct bellwether_client *client, const char *const *keys,
                                         size_t n, struct bellwether_latest *ret_latest,
                                         struct bellwether_reply **ret_reply);

#ifdef __cplusplus
}
#endif

#endif
