/* SPDX-License-Identifier: MIT */
/* Made-up figures as CSV on standard output, the same in every run: `figures SERIES [A|M|D]`. Of a
 * thousand series 960 are annual with 60 observations, 39 monthly with 600 and one daily with
 * 19,000, which are 100 on average; or all are of one frequency. Values have 17 digits, as most
 * doubles do. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/period.h"

enum {
  INDICATORS = 500,                   /* of an area */
  LABEL_BYTES = PERIOD_TEXT_SIZE + 2, /* a period between commas */
  LINE_BYTES = 128,
  SPAN = 900, /* values are from 100 to 1000 */
};

static const struct kind {
  enum frequency frequency;
  uint64_t of_1000;
  size_t n; /* observations */
  int64_t last;
} KINDS[] = {
    {FREQUENCY_A, 960, 60, 54},
    {FREQUENCY_M, 39, 600, 659},
    {FREQUENCY_D, 1, 19000, 20088},
};

static uint64_t draw(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * UINT64_C(2685821657736338717);
}

/* Writes n digits of a number, zeros in front, and returns the end. */
static char *put_digits(char *at, uint64_t number, int n) {
  for (int i = n; i-- > 0; number /= 10)
    at[i] = (char)('0' + number % 10);
  return at + n;
}

static char *put_value(char *at, uint64_t *state) {
  at = put_digits(at, 100 + draw(state) % SPAN, 3);
  *at++ = '.';
  at = put_digits(at, draw(state) % UINT64_C(100000000000000), 14);
  *at++ = '\n';
  return at;
}

static void write_series(const struct kind *kind, uint64_t number, char (*labels)[LABEL_BYTES],
                         uint64_t *state) {
  char line[LINE_BYTES];
  int size = snprintf(line, sizeof line, "SCALE/%c.A%04" PRIu64 ".I%03" PRIu64,
                      frequency_letter(kind->frequency), number / INDICATORS, number % INDICATORS);
  for (size_t i = 0; i < kind->n; i++) {
    char *at = stpcpy(line + size, labels[i]);
    fwrite(line, 1, (size_t)(put_value(at, state) - line), stdout);
  }
}

static void write_kind(const struct kind *kind, uint64_t n_series, uint64_t *state) {
  char(*labels)[LABEL_BYTES] = calloc(kind->n, sizeof *labels);
  if (labels == NULL)
    exit(1);
  for (size_t i = 0; i < kind->n; i++) {
    char text[PERIOD_TEXT_SIZE];
    period_format(kind->frequency, kind->last - (int64_t)(kind->n - 1 - i), text);
    snprintf(labels[i], sizeof labels[i], ",%s,", text);
  }
  for (uint64_t i = 0; i < n_series; i++)
    write_series(kind, i, labels, state);
  free(labels);
}

int main(int argc, char **argv) {
  uint64_t n_series = argc > 1 ? strtoull(argv[1], NULL, 10) : 0, state = 20250630;
  char only = argc > 2 ? argv[2][0] : '\0';
  if (n_series == 0) {
    fprintf(stderr, "usage: figures SERIES [A|M|D]\n");
    return 2;
  }
  printf("series,period,value\n");
  for (size_t i = 0; i < count_of(KINDS); i++)
    if (only == '\0')
      write_kind(&KINDS[i], n_series * KINDS[i].of_1000 / 1000, &state);
    else if (only == frequency_letter(KINDS[i].frequency))
      write_kind(&KINDS[i], n_series, &state);
  return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
