/* SPDX-License-Identifier: MIT */
/* Latencies in buckets of 1/16 of a power of two: percentiles within 6 % whatever the range. Of
 * `bellwether bench`, and of bench/echo, so that their figures can be compared. Header only. */
#ifndef BELLWETHER_CLIENT_CLI_HISTOGRAM_H
#define BELLWETHER_CLIENT_CLI_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 64 * 16 };

struct histogram {
  uint64_t n;
  uint64_t max_ns;
  uint64_t buckets[HISTOGRAM_BUCKETS];
};

static inline unsigned histogram_bucket(uint64_t ns) {
  if (ns < 16)
    return (unsigned)ns;
  unsigned log = 63U - (unsigned)__builtin_clzll(ns);
  return log * 16 + (unsigned)((ns >> (log - 4)) & 15);
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
  unsigned log = bucket / 16;
  if (bucket < 64)
    return bucket;
  return (UINT64_C(1) << log) + ((uint64_t)(bucket % 16 + 1) << (log - 4));
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
