/* SPDX-License-Identifier: MIT */
/* Whole numbers in any notation that JSON has: `1000`, `1e3`, `1.50e1`. Safe from any thread. */
#ifndef BELLWETHER_CLIENT_CLI_WHOLE_H
#define BELLWETHER_CLIENT_CLI_WHOLE_H

#include "proto/util.h"

struct whole {
  bool negative; /* never of zero */
  uint64_t magnitude;
};

/* Exact, or false: no number, not whole, or its magnitude 2^64 and more. */
must_check bool whole_parse(struct bytes text, struct whole *ret_whole);

#endif
