/* SPDX-License-Identifier: MIT */
#include "server/in_flight.h"

#include <assert.h>

enum { N_BUCKETS = 1024 };

/* There is an entry for a connection only while it has calls under way, or is to be closed. */
struct entry {
  struct entry *next;
  uint32_t connection;
  size_t n;
  bool doomed;
  bool stirred; /* a call came in since it was looked at */
};

struct in_flight {
  struct entry *buckets[N_BUCKETS];
};

struct in_flight *in_flight_new(void) {
  return calloc(1, sizeof(struct in_flight));
}

void in_flight_free(struct in_flight *in_flight) {
  if (in_flight == NULL)
    return;
  for (size_t i = 0; i < N_BUCKETS; i++) {
    while (in_flight->buckets[i] != NULL) {
      struct entry *entry = in_flight->buckets[i];
      in_flight->buckets[i] = entry->next;
      free(entry);
    }
  }
  free(in_flight);
}

/* The link that points to the connection's entry, or to the end of its bucket. */
static struct entry **find(struct in_flight *in_flight, uint32_t connection) {
  struct entry **link = &in_flight->buckets[connection % N_BUCKETS];
  while (*link != NULL && (*link)->connection != connection)
    link = &(*link)->next;
  return link;
}

size_t in_flight_add(struct in_flight *in_flight, uint32_t connection) {
  struct entry **link = find(in_flight, connection);
  if (*link == NULL) {
    *link = calloc(1, sizeof **link);
    if (*link == NULL)
      return 0;
    (*link)->connection = connection;
  }
  return ++(*link)->n;
}

void in_flight_remove(struct in_flight *in_flight, uint32_t connection) {
  struct entry **link = find(in_flight, connection);
  struct entry *entry = *link;
  assert(entry != NULL);
  if (--entry->n > 0 || entry->doomed)
    return;
  *link = entry->next;
  free(entry);
}

bool in_flight_doom(struct in_flight *in_flight, uint32_t connection) {
  struct entry *entry = *find(in_flight, connection);
  if (entry == NULL || entry->doomed)
    return false;
  entry->doomed = true;
  entry->stirred = true;
  return true;
}

bool in_flight_is_doomed(struct in_flight *in_flight, uint32_t connection) {
  struct entry *entry = *find(in_flight, connection);
  if (entry == NULL || !entry->doomed)
    return false;
  entry->stirred = true;
  return true;
}

size_t in_flight_take_quiet(struct in_flight *in_flight, uint32_t *ret_connections, size_t most,
                            bool *ret_left) {
  size_t n = 0;
  *ret_left = false;
  for (size_t i = 0; i < N_BUCKETS; i++) {
    for (struct entry **link = &in_flight->buckets[i]; *link != NULL;) {
      struct entry *entry = *link;
      if (!entry->doomed || entry->n > 0 || entry->stirred || n == most) {
        *ret_left |= entry->doomed;
        entry->stirred = false;
        link = &entry->next;
        continue;
      }
      ret_connections[n++] = entry->connection;
      *link = entry->next;
      free(entry);
    }
  }
  return n;
}
