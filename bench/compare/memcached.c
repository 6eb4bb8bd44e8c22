/* SPDX-License-Identifier: MIT */
/* memcached: the latest observations with one `get` of all keys of a batch. A record is 16 bytes,
 * the period and the value. */
#include <string.h>

#include "bench/compare/net.h"

static void pack(const struct peer *peer, struct net_question *question) {
  (void)peer;
  net_format(&question->packed, "get");
  for (size_t i = 0; i < question->n; i++)
    net_format(&question->packed, " %s", question->series[i]->key);
  net_format(&question->packed, "\r\n");
}

/* "VALUE KEY 0 16", and the record. False: not there yet. */
static bool take_record(struct net_reply *reply, const struct peer_series *series) {
  static const char WORD[] = "VALUE ";
  struct peer_record record;
  size_t size = 0;
  const char *line = net_line(reply, &size);
  if (line == NULL)
    return false;
  peer_must(size == sizeof WORD - 1 + series->key_size + sizeof " 0 16" - 1 &&
                memcmp(line, WORD, sizeof WORD - 1) == 0 &&
                memcmp(line + sizeof WORD - 1, series->key, series->key_size) == 0,
            "another key in the reply");
  const uint8_t *data = net_bytes(reply, sizeof record);
  if (data == NULL)
    return false;
  memcpy(&record, data, sizeof record);
  peer_check(series, series->n - 1, record.period, record.value);
  return true;
}

static size_t take(const struct peer *peer, const struct net_question *question,
                   const uint8_t *data, size_t size) {
  struct net_reply reply = {.data = data, .size = size, .whole = true};
  (void)peer;
  for (size_t i = 0; i < question->n; i++)
    if (!take_record(&reply, question->series[i]))
      return 0;
  const char *line = net_line(&reply, &size);
  if (line == NULL)
    return 0;
  peer_must(size == 3 && memcmp(line, "END", 3) == 0, "END is expected");
  return reply.at;
}

int main(int argc, char **argv) {
  static const struct net_protocol MEMCACHED = {.pack = pack, .take = take};
  return net_main(argc, argv, &MEMCACHED);
}
