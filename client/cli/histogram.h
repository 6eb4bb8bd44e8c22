/* SPDX-License-Identifier: MIT */
/* Latencies in buckets of 1/64 of a power of two: percentiles within 1.6 % whatever the range. Of
 * `bellwether bench`, and of bench/echo, so that their figures can be compared. Header only. */
#ifndef BELLWETHER_CLIENT_CLI_HISTOGRAM_H
#define BELLWETHER_CLIENT_CLI_HISTOGRAM_H

#include <stdint.h>

enum {
  HISTOGRAM_BITS = 6,
  HISTOGRAM_STEPS = 1 << HISTOGRAM_BITS,
  HISTOGRAM_BUCKETS = 64 * HISTOGRAM_STEPS
};

struct histogram {
  uint64_t n;
  uint64_t max_ns;
  uint64_t buckets[HISTOGRAM_BUCKETS];
};

static inline unsigned histogram_bucket(uint64_t ns) {
  if (ns < HISTOGRAM_STEPS)
    return (unsigned)ns;
  unsigned log = 63U - (unsigned)__builtin_clzll(ns);
  return log * HISTOGRAM_STEPS + (unsigned)((ns >> (log - HISTOGRAM_BITS)) & (HISTOGRAM_STEPS - 1));
}

static inline void histogram_add(struct histogram *histogram, uint64_t ns) {
  histogram->buckets[histogram_bucket(ns)]++;
  histogram->n++;
  if (ns > histogram->max_ns)
    histogram->max_ns = ns;
}

static inline void histogram_merge(struct histogram *into, const struct histogram *from) {
  for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
    into->buckets[i] += from->buckets[i];
  into->n += from->n;
  if (from->max_ns > into->max_ns)
    into->max_ns = from->max_ns;
}

/* The upper edge of a bucket. */
static inline uint64_t histogram_edge(unsigned bucket) {
  unsigned log = bucket / HISTOGRAM_STEPS;
  if (bucket < HISTOGRAM_STEPS)
    return bucket;
  return (UINT64_C(1) << log) +
         ((uint64_t)(bucket % HISTOGRAM_STEPS + 1) << (log - HISTOGRAM_BITS));
}

/* The upper edge of the bucket that holds the share (0 to 1) of all, the greatest of all at most; 0
 * where there are none. */
static inline uint64_t histogram_percentile(const struct histogram *histogram, double share) {
  uint64_t wanted = (uint64_t)((double)histogram->n * share), seen = 0;
  for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
    seen += histogram->buckets[i];
    if (seen > wanted)
      return histogram_edge(i) < histogram->max_ns ? histogram_edge(i) : histogram->max_ns;
  }
  return histogram->max_ns;
}

#endif
