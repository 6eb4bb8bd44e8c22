/* SPDX-License-Identifier: MIT */
/* Sums that keep what each addition rounds off, and give it back at the end (Neumaier 1974): cents
 * that cancel come to zero, as in a ledger, and not to a trace that a growth rate then blows up. */
#ifndef BELLWETHER_SERVER_SUM_H
#define BELLWETHER_SERVER_SUM_H

#include <math.h>

/* Zeroed it is 0. */
struct sum {
  double high;
  double low; /* what `high` has lost */
};

static inline void sum_add(struct sum *sum, double value) {
  double high = sum->high + value;
  sum->low +=
      fabs(sum->high) >= fabs(value) ? (sum->high - high) + value : (value - high) + sum->high;
  sum->high = high;
}

static inline struct sum sum_of(double value) {
  return (struct sum){.high = value};
}

static inline double sum_value(struct sum sum) {
  return isfinite(sum.high) ? sum.high + sum.low : sum.high;
}

/* The value of both together. */
static inline double sum_join(struct sum a, struct sum b) {
  sum_add(&a, b.high);
  a.low += b.low;
  return sum_value(a);
}

#endif
