/* SPDX-License-Identifier: MIT */
/* Redis: the latest observations with GET, of a batch with MGET; ranges with ZRANGEBYSCORE of
 * sorted sets, whose scores are the periods. A record is 16 bytes, the period and the value. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/compare/net.h"

static void pack_range(const struct peer *peer, struct net_question *question) {
  const struct peer_series *series = question->series[0];
  int64_t last = series->first_period + (int64_t)series->n - 1;
  char from[24], to[24];
  int from_size = snprintf(from, sizeof from, "%" PRId64, last - peer->rows + 1);
  int to_size = snprintf(to, sizeof to, "%" PRId64, last);
  net_format(&question->packed,
             "*4\r\n$13\r\nZRANGEBYSCORE\r\n$%zu\r\nr:%s\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n",
             series->key_size + 2, series->key, from_size, from, to_size, to);
}

static void pack(const struct peer *peer, struct net_question *question) {
  if (peer_asks(peer, "range")) {
    pack_range(peer, question);
    return;
  }
  if (question->n == 1)
    net_format(&question->packed, "*2\r\n$3\r\nGET\r\n");
  else
    net_format(&question->packed, "*%zu\r\n$4\r\nMGET\r\n", question->n + 1);
  for (size_t i = 0; i < question->n; i++)
    net_format(&question->packed, "$%zu\r\n%s\r\n", question->series[i]->key_size,
               question->series[i]->key);
}

/* False: not there yet. */
static bool take_record(struct net_reply *reply, const struct peer_series *series, size_t row) {
  struct peer_record record;
  size_t size = 0;
  const char *line = net_line(reply, &size);
  if (line == NULL)
    return false;
  peer_must(net_number(line, size, "$") == sizeof record, "a record of another size");
  const uint8_t *data = net_bytes(reply, sizeof record);
  if (data == NULL)
    return false;
  memcpy(&record, data, sizeof record);
  peer_check(series, row, record.period, record.value);
  return true;
}

static size_t take(const struct peer *peer, const struct net_question *question,
                   const uint8_t *data, size_t size) {
  struct net_reply reply = {.data = data, .size = size, .whole = true};
  bool range = peer_asks(peer, "range");
  size_t n = range ? peer->rows : question->n, line_size = 0;
  if (n > 1) {
    const char *line = net_line(&reply, &line_size);
    if (line == NULL)
      return 0;
    peer_must(net_number(line, line_size, "*") == n, "another number of records");
  }
  for (size_t i = 0; i < n; i++) {
    const struct peer_series *series = question->series[range ? 0 : i];
    if (!take_record(&reply, series, range ? series->n - n + i : series->n - 1))
      return 0;
  }
  return reply.at;
}

int main(int argc, char **argv) {
  static const struct net_protocol REDIS = {.pack = pack, .take = take};
  return net_main(argc, argv, &REDIS);
}
