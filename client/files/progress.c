/* SPDX-License-Identifier: MIT */
#include "client/files/progress.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_MS = 500, NEXT_MS = 100, NAME_WIDTH = 24, BAR_WIDTH = 30, WORDS = 96, WIDTH = 80 };

static int64_t system_ms(void *clock) {
  struct timespec time;
  (void)clock;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

void progress_init(struct progress *progress, FILE *out, bool utf8) {
  struct winsize size = {.ws_col = 0};
  *progress = (struct progress){.utf8 = utf8, .now_ms = system_ms};
  if (!isatty(fileno(out)))
    return;
  (void)ioctl(fileno(out), TIOCGWINSZ, &size);
  progress->out = out;
  progress->width = size.ws_col == 0 ? WIDTH : size.ws_col;
}

void progress_begin(struct progress *progress) {
  if (progress->out == NULL)
    return;
  progress->begun_ms = progress->now_ms(progress->clock);
  if (!progress->begun)
    progress->first_ms = progress->begun_ms;
  progress->begun = true;
}

/* The end of a long name tells more than its beginning. */
static int print_name(const struct progress *progress, const char *name) {
  size_t size = strlen(name), from = size > NAME_WIDTH ? size - NAME_WIDTH : 0;
  int columns = 0;
  while (((unsigned char)name[from] & 0xc0) == 0x80)
    from++;
  for (const char *p = name + from; *p != '\0'; p++) {
    bool plain = (unsigned char)*p >= ' ' && *p != 0x7f;
    bool odd = !progress->utf8 && (unsigned char)*p >= 0x80;
    fputc(plain && !odd ? *p : '?', progress->out);
    columns += ((unsigned char)*p & 0xc0) != 0x80;
  }
  return columns;
}

static void print_bar(const struct progress *progress, size_t width, double share) {
  size_t full = (size_t)(share * (double)width);
  fputs(progress->utf8 ? " " : " [", progress->out);
  for (size_t i = 0; i < width; i++) {
    if (progress->utf8)
      fputs(i < full ? "\u2588" : "\u2591", progress->out);
    else
      fputc(i < full ? '#' : '.', progress->out);
  }
  fputs(progress->utf8 ? "" : "]", progress->out);
}

/* " 12 %  3500 rows  4.2 MB/s  0:12 left" */
static size_t write_words(char words[static WORDS], uint64_t done, uint64_t in_all, uint64_t n_rows,
                          int64_t ms) {
  double share = in_all == 0 ? 0 : (double)done / (double)in_all;
  int64_t left_s = share <= 0 || share > 1 ? -1 : (int64_t)((double)ms * (1 / share - 1) / 1000);
  size_t size = 0;
  if (in_all > 0)
    size = (size_t)snprintf(words, WORDS, " %d %%", (int)(share * 100));
  if (n_rows > 0)
    size += (size_t)snprintf(words + size, WORDS - size, "  %" PRIu64 " rows", n_rows);
  size += (size_t)snprintf(words + size, WORDS - size, "  %.1f MB/s",
                           ms <= 0 ? 0.0 : (double)done / 1000 / (double)ms);
  if (left_s >= 0 && left_s < 360000)
    size += (size_t)snprintf(words + size, WORDS - size, "  %d:%02d left", (int)(left_s / 60),
                             (int)(left_s % 60));
  return size;
}

static void draw(struct progress *progress, const char *name, uint64_t done, uint64_t in_all,
                 const char *words, size_t size) {
  enum { FRAME = 4 }; /* blanks and brackets; the last column stays free */
  double share = in_all == 0 ? 0 : (double)done / (double)in_all;
  size_t room = progress->width;
  fputs("\r\033[K", progress->out);
  if (room > size + NAME_WIDTH + FRAME) {
    room -= (size_t)print_name(progress, name) + size + FRAME;
    if (in_all > 0 && room >= 5)
      print_bar(progress, room < BAR_WIDTH ? room : BAR_WIDTH, share > 1 ? 1 : share);
  }
  fwrite(words, 1, size < progress->width ? size : progress->width - 1, progress->out);
  fflush(progress->out);
}

void progress_show(struct progress *progress, const char *name, uint64_t done, uint64_t in_all,
                   uint64_t n_rows) {
  char words[WORDS];
  if (progress->out == NULL || progress->width < 2)
    return;
  int64_t now = progress->now_ms(progress->clock), ms = now - progress->begun_ms;
  if (now - progress->first_ms < FIRST_MS ||
      (progress->shown && now - progress->shown_ms < NEXT_MS))
    return;
  draw(progress, name, done, in_all, words, write_words(words, done, in_all, n_rows, ms));
  progress->shown = true;
  progress->shown_ms = now;
}

void progress_erase(struct progress *progress) {
  if (!progress->shown)
    return;
  fputs("\r\033[K", progress->out);
  fflush(progress->out);
  progress->shown = false;
}
