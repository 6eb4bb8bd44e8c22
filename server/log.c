/* SPDX-License-Identifier: MIT */
#include "server/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 2048 };

static enum log_level threshold = LOG_LEVEL_INFO;
static const char *const level_names[] = {"error", "warn", "info", "debug"};

bool log_level_named(const char *name, enum log_level *ret_level) {
  for (size_t i = 0; i < count_of(level_names); i++) {
    if (strcmp(level_names[i], name) == 0) {
      *ret_level = (enum log_level)i;
      return true;
    }
  }
  return false;
}

void log_set_level(enum log_level level) {
  threshold = level;
}

static size_t put_head(char *line, size_t size, enum log_level level, const char *event) {
  struct timespec now;
  struct tm parts;
  char instant[32];
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &parts);
  strftime(instant, sizeof instant, "%Y-%m-%dT%H:%M:%S", &parts);
  int written = snprintf(line, size, "%s.%03dZ level=%s event=%s ", instant,
                         (int)(now.tv_nsec / 1000000), level_names[level], event);
  return written < 0 ? 0 : (size_t)written;
}

/* One write a line, so that lines of several threads do not mix. */
void log_event(enum log_level level, const char *event, const char *format, ...) {
  char line[LINE_BYTES];
  if (level > threshold)
    return;
  size_t used = put_head(line, sizeof line / 2, level, event);
  va_list arguments;
  va_start(arguments, format);
  int written = vsnprintf(line + used, sizeof line - used, format, arguments);
  va_end(arguments);
  size_t room = sizeof line - used - 1;
  used += written < 0 ? 0 : (size_t)written < room ? (size_t)written : room - 1;
  line[used++] = '\n';
  ssize_t ignored = write(STDERR_FILENO, line, used);
  (void)ignored;
}

void log_quote(struct bytes text, char ret_quoted[LOG_QUOTED_BYTES]) {
  char *to = ret_quoted;
  const char *end = ret_quoted + LOG_QUOTED_BYTES - 8;
  *to++ = '"';
  for (size_t i = 0; i < text.size && to < end; i++) {
    uint8_t byte = text.data[i];
    if (byte < 0x20 || byte == 0x7F)
      to += snprintf(to, 5, "\\x%02x", byte);
    else if (byte == '"' || byte == '\\')
      to += snprintf(to, 3, "\\%c", byte);
    else
      *to++ = (char)byte;
  }
  *to++ = '"';
  *to = '\0';
}
