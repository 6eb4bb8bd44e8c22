/* SPDX-License-Identifier: MIT */
/* Latencies in buckets of 1/16 of a power of two: percentiles within 6 % whatever the range. */
#ifndef BELLWETHER_BENCH_HISTOGRAM_H
#define BELLWETHER_BENCH_HISTOGRAM_H

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

/* The upper edge of the bucket that holds the share (0 to 1) of all; 0 where there are none. */
static inline uint64_t histogram_percentile(const struct histogram *histogram, double share) {
  uint64_t wanted = (uint64_t)((double)histogram->n * share), seen = 0;
  for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
    seen += histogram->buckets[i];
    if (seen <= wanted)
      continue;
    if (i < 64)
      return i;
    unsigned log = i / 16;
    return (UINT64_C(1) << log) + ((uint64_t)(i % 16 + 1) << (log - 4));
  }
  return histogram->max_ns;
}

#endif
