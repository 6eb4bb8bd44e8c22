/* SPDX-License-Identifier: MIT */
/* The two clocks: one for durations and deadlines, one for what is kept. Safe from any thread. */
#ifndef BELLWETHER_SERVER_CLOCK_H
#define BELLWETHER_SERVER_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_read_ms(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Never goes back. */
static inline int64_t clock_monotonic_ms(void) {
  return clock_read_ms(CLOCK_MONOTONIC);
}

/* Since 1970-01-01T00:00Z. */
static inline int64_t clock_wall_ms(void) {
  return clock_read_ms(CLOCK_REALTIME);
}

#endif
