/* SPDX-License-Identifier: MIT */
/* The log: one line an event on standard error, values quoted:
 * `2026-01-31T12:00:00.000Z level=info event=listening url="tcp://127.0.0.1:7411"`. Any thread. */
#ifndef BELLWETHER_SERVER_LOG_H
#define BELLWETHER_SERVER_LOG_H

#include "proto/util.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* False for a name that is none. */
must_check bool log_level_named(const char *name, enum log_level *ret_level);
/* Lines above this level are dropped. INFO at first; set before there are threads. */
void log_set_level(enum log_level level);

/* `format` makes the `name="value"` pairs; values from outside go through log_quote. */
void log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

enum { LOG_QUOTED_BYTES = 160 };
/* The text in quotes, controls and quotes escaped, cut where it is long. */
void log_quote(struct bytes text, char ret_quoted[LOG_QUOTED_BYTES]);

#endif
