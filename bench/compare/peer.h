/* SPDX-License-Identifier: MIT */
/* What all load generators of bench/compare share: options, the figures that were loaded and that
 * each reply is checked against, threads, the histogram, and the row in JSON that is printed at the
 * end, with the names that `bellwether bench --format json` gives its columns. What goes wrong ends
 * the program: nothing here returns an error. */
#ifndef BELLWETHER_BENCH_COMPARE_PEER_H
#define BELLWETHER_BENCH_COMPARE_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/cli/histogram.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One series as it was loaded: n observations of consecutive periods. */
struct peer_series {
  const char *key;
  size_t key_size;
  size_t number; /* its place among all series, from 0 */
  int64_t first_period;
  size_t n;
  const double *values;
};

struct peer_record {
  int64_t period;
  double value;
};

/* What was asked for (--data, --at and so on), and the figures. */
struct peer {
  const char *data; /* the folder that bench/compare/figures.py has written */
  const char *at;   /* a port, a socket's path, a file: what the peer takes */
  const char *ask;  /* "latest", "range", and what the peer has beside them */
  double seconds;
  uint32_t connections;
  uint32_t threads;
  uint32_t depth; /* questions under way on a connection */
  uint32_t batch; /* series in a question */
  uint32_t rows;  /* the last so many observations of a series, for ranges */
  size_t n_series;
  struct peer_series *series; /* those that are asked for: for ranges only long enough ones */
};

/* A thread of the load, and what it counts. */
struct peer_lane {
  const struct peer *peer;
  uint32_t index;
  uint64_t random;
  uint64_t begin_ns;
  uint64_t until_ns;
  uint64_t items;
  uint64_t observations;
  uint64_t request_bytes;
  uint64_t reply_bytes;
  struct histogram latencies;
};

/* Reads options and figures. Keeps them until the program ends. */
void peer_open(struct peer *ret_peer, int argc, char **argv);
/* Runs `work` on each thread: it connects, calls peer_ready once, asks until its lane's until_ns
 * has passed, and returns. Prints the row. Returns what main returns. */
int peer_run(const struct peer *peer, void (*work)(struct peer_lane *lane));
/* Waits until all threads are here; from then on it is measured. */
void peer_ready(struct peer_lane *lane);

bool peer_asks(const struct peer *peer, const char *what);
/* Another series each time, in a sequence that is the same in every run. */
const struct peer_series *peer_draw(struct peer_lane *lane);
/* Counts a reply: a question that was sent then, of so many series and observations. */
void peer_count(struct peer_lane *lane, uint64_t sent_ns, uint64_t items, uint64_t observations);

uint64_t peer_now_ns(void);
/* Ends the program unless it holds; `what` has no full stop. */
void peer_must(bool holds, const char *what);
/* Ends the program unless this is observation i of the series. */
void peer_check(const struct peer_series *series, size_t i, int64_t period, double value);

static inline struct peer_record peer_observation(const struct peer_series *series, size_t i) {
  struct peer_record record;
  record.period = series->first_period + (int64_t)i;
  record.value = series->values[i];
  return record;
}

#ifdef __cplusplus
}
#endif

#endif
