/* SPDX-License-Identifier: MIT */
/* The periods that several series share, and their rows made to fit. */
#ifndef BELLWETHER_SERVER_ALIGN_H
#define BELLWETHER_SERVER_ALIGN_H

#include "server/frame.h"

enum align_rule { ALIGN_NONE, ALIGN_UNION, ALIGN_INTERSECTION };

/* Ascending. All series that it was made of have one frequency. */
struct period_set {
  enum align_rule rule;
  enum frequency frequency; /* FREQUENCY_NONE: of no series yet */
  size_t n;
  int64_t *periods;
};

/* Takes the periods of one series more into account. False: the arena is full. */
must_check bool period_set_add(struct arena *arena, struct period_set *set,
                               const struct frame *frame);
/* Makes the frame's periods those of the set: drops rows, and adds some without a value. */
must_check bool align_apply(struct arena *arena, const struct period_set *set, struct frame *frame);

#endif
