/* SPDX-License-Identifier: MIT */
#include "client/waiting.h"

void waiting_init(struct waiting *waiting) {
  *waiting = (struct waiting){.end = &waiting->first};
}

void waiting_push(struct waiting *waiting, struct exchange *exchange) {
  exchange->next = NULL;
  *waiting->end = exchange;
  waiting->end = &exchange->next;
  waiting->n++;
}

struct exchange *waiting_pop(struct waiting *waiting) {
  struct exchange *first = waiting->first;
  if (first == NULL)
    return NULL;
  waiting->first = first->next;
  if (waiting->first == NULL)
    waiting->end = &waiting->first;
  waiting->n--;
  return first;
}

void waiting_take_late(struct waiting *waiting, int64_t now_ms, struct waiting *late) {
  struct waiting rest;
  waiting_init(&rest);
  for (struct exchange *one; (one = waiting_pop(waiting)) != NULL;)
    waiting_push(one->deadline_ms <= now_ms ? late : &rest, one);
  if (rest.n > 0)
    *waiting = rest;
}

void waiting_take_first(struct waiting *waiting, size_t most, size_t bytes_most,
                        struct waiting *taken) {
  size_t bytes = 0;
  for (size_t n = 0; n < most && waiting->first != NULL; n++) {
    bytes += waiting->first->call.size;
    if (n > 0 && bytes > bytes_most)
      return;
    waiting_push(taken, waiting_pop(waiting));
  }
}

int64_t waiting_earliest_ms(const struct waiting *waiting) {
  int64_t earliest_ms = INT64_MAX;
  for (const struct exchange *one = waiting->first; one != NULL; one = one->next) {
    if (one->deadline_ms < earliest_ms)
      earliest_ms = one->deadline_ms;
  }
  return earliest_ms;
}
