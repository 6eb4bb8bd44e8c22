/* SPDX-License-Identifier: MIT */
/* `bellwether bench`: what it asks, of which series, and what it measured. The targets are listed
 * first, then a deck of requests is packed, then calls draw from it: so nothing but the calls
 * themselves is measured. Writes have no deck: each states what none before it has stated. */
#ifndef BELLWETHER_CLIENT_CLI_BENCH_H
#define BELLWETHER_CLIENT_CLI_BENCH_H

#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/command.h"
#include "client/cli/histogram.h"
#include "proto/arena.h"

enum bench_workload { BENCH_LATEST, BENCH_RANGE, BENCH_AS_OF, BENCH_PATTERN, BENCH_PUT };

/* What the user asked for. Borrowed from argv. */
struct bench_plan {
  enum bench_workload workload;
  const char *pattern; /* "": every series */
  uint32_t seconds;    /* 0: until so many calls have been made */
  uint32_t calls;
  uint32_t in_flight;
  uint32_t batch;
  uint32_t last_n; /* 0: the whole series */
  uint32_t connections;
  bool by_handle;
  bool alone;                        /* each call in a message of its own */
  bool direct;                       /* in this process, on `in_flight` threads */
  const Bellwether__V1__AsOf *as_of; /* NULL: a release's time, drawn for each request */
};

struct bench_series {
  char *key; /* in the targets' arena */
  uint64_t handle;
};

/* The series to ask for, and when releases were published. */
struct bench_targets {
  struct arena *arena;
  size_t n_series;
  struct bench_series *series;
  size_t n_times;
  int64_t *times_ms;
};

/* Lists the series with a figure that match the pattern, at least one; for BENCH_AS_OF without a
 * date also the releases. The targets begin as zeros, and are to be freed whatever comes of it. */
must_check enum exit_code bench_list(struct cli *cli, const struct bench_plan *plan,
                                     struct bench_targets *targets);
void bench_targets_fini(struct bench_targets *targets);

/* What calls send: packed requests, each asking for other series, or (n 0) writes of a release. */
struct bench_deck {
  const char *method;
  size_t n;
  struct bytes *requests;
  const char *release;
};

/* A fixed sequence of random numbers: two runs ask the same. The state is not 0. */
static inline uint64_t bench_random(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * UINT64_C(2685821657736338717);
}

/* Deals the series out in a random order, as often as it takes; so it shuffles them. False: no
 * memory. The deck lives in the targets' arena. */
must_check bool bench_deal(const struct bench_plan *plan, struct bench_targets *targets,
                           struct bench_deck *ret_deck);

/* Makes the dataset BENCH_PUT where it is not there, and a new release, whose id is the deck's. */
must_check enum exit_code bench_put_begin(struct cli *cli, struct bench_targets *targets,
                                          struct bench_deck *ret_deck);
/* Packs the write with this number, of one observation: another period than that of every other
 * number. False: no memory. */
must_check bool bench_put_request(const struct bench_deck *deck, uint64_t number,
                                  struct arena *arena, struct bytes *ret_packed);
/* Removes all that was written. */
must_check enum exit_code bench_put_end(struct cli *cli, const struct bench_deck *deck);

/* What came of the calls. */
struct bench_tally {
  struct histogram latencies; /* of all calls */
  uint64_t items;             /* series that were answered or written */
  uint64_t observations;
  uint64_t request_bytes; /* without their envelopes */
  uint64_t reply_bytes;
  uint64_t errors; /* calls that failed, whole or in part */
};

enum { BENCH_ERROR_BYTES = 512 };

struct bench_result {
  struct bench_tally tally;
  double seconds;
  double cpu_seconds; /* of this process meanwhile, all threads */
  char first_error[BENCH_ERROR_BYTES];
};

/* Makes the calls over connections of its own. Anything but EXIT_CODE_OK has been told; failed
 * calls are in the result. */
must_check enum exit_code bench_run(struct cli *cli, const struct bench_plan *plan,
                                    const struct bench_deck *deck, struct bench_result *ret_result);

/* Counts a reply into the tally. Returns NULL, or what is wrong with it, in `text` or static. */
const char *bench_count_reply(const struct bench_plan *plan, const void *response, size_t size,
                              struct arena *arena, struct bench_tally *tally,
                              char text[BENCH_ERROR_BYTES]);

#endif
