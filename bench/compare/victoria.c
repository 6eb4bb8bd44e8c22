/* SPDX-License-Identifier: MIT */
/* VictoriaMetrics: ranges of daily samples with /api/v1/export over kept HTTP connections. Its
 * answer is a line of JSON in chunks; how many values there are, and the first and the last of
 * them, are checked. It keeps decimal digits and not doubles, so a value may differ in the 13th. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/net.h"

enum { DAY_SECONDS = 86400 };

static void pack(const struct peer *peer, struct net_question *question) {
  const struct peer_series *series = question->series[0];
  int64_t last = series->first_period + (int64_t)series->n - 1;
  net_format(&question->packed,
             "GET /api/v1/export?match%%5B%%5D=cmp%%7Bkey%%3D%%22%s%%22%%7D&start=%" PRId64
             "&end=%" PRId64 " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
             series->key, (last - peer->rows + 1) * DAY_SECONDS, last * DAY_SECONDS);
}

/* Appends the chunks of the body. False: not all there yet. */
static bool take_chunks(struct net_reply *reply, struct net_buffer *body) {
  for (;;) {
    size_t size = 0;
    const char *line = net_line(reply, &size);
    if (line == NULL)
      return false;
    size_t n = strtoul(line, NULL, 16);
    const uint8_t *chunk = net_bytes(reply, n);
    if (chunk == NULL || n == 0)
      return chunk != NULL;
    net_write(body, chunk, n);
  }
}

static void check_value(const struct peer_series *series, size_t i, const char *text) {
  double value = strtod(text, NULL), loaded = series->values[i];
  if (fabs(value - loaded) > 1e-11 * fabs(loaded))
    peer_check(series, i, series->first_period + (int64_t)i, value);
}

static void check(const struct peer *peer, const struct peer_series *series,
                  struct net_buffer *body) {
  static const char VALUES[] = "\"values\":[";
  net_write(body, "", 1);
  char *at = strstr((char *)body->data, VALUES);
  peer_must(at != NULL, "no values in the reply");
  at += sizeof VALUES - 1;
  check_value(series, series->n - peer->rows, at);
  uint32_t n = 1;
  for (; *at != ']' && *at != '\0'; at++)
    if (*at == ',') {
      if (++n == peer->rows)
        check_value(series, series->n - 1, at + 1);
    }
  peer_must(n == peer->rows, "another number of values");
}

static size_t take(const struct peer *peer, const struct net_question *question,
                   const uint8_t *data, size_t size) {
  static _Thread_local struct net_buffer body;
  struct net_reply reply = {.data = data, .size = size, .whole = true};
  size_t line_size = 0;
  const char *line = net_line(&reply, &line_size);
  if (line == NULL)
    return 0;
  peer_must(net_number(line, line_size, "HTTP/1.1 ") == 200, "the question was refused");
  do {
    line = net_line(&reply, &line_size);
  } while (line != NULL && line_size > 0);
  body.size = 0;
  if (line == NULL || !take_chunks(&reply, &body))
    return 0;
  check(peer, question->series[0], &body);
  return reply.at;
}

int main(int argc, char **argv) {
  static const struct net_protocol VICTORIA = {.pack = pack, .take = take};
  return net_main(argc, argv, &VICTORIA);
}
