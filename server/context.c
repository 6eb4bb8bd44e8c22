/* SPDX-License-Identifier: MIT */
#include "server/context.h"

#include <stdarg.h>
#include <stdio.h>

#include "proto/limits.h"
#include "server/clock.h"

/* What is answered when not even an error fits into the arena any more. */
static Bellwether__V1__ErrorDetail memory_detail = {
    PROTOBUF_C_MESSAGE_INIT(&bellwether__v1__error_detail__descriptor),
    .reason = (char *)"ARENA_FULL",
    .domain = (char *)"bellwether",
    .field = (char *)"",
    .hint = (char *)"ask for less at a time",
};
static Bellwether__V1__ErrorDetail *memory_details[] = {&memory_detail};
static Bellwether__V1__Status memory_status = {
    PROTOBUF_C_MESSAGE_INIT(&bellwether__v1__status__descriptor),
    .code = RPC_RESOURCE_EXHAUSTED,
    .message = (char *)"the request needs more memory than one call may take",
    .n_details = 1,
    .details = memory_details,
};

/* Cuts at a character's border what was cut anyway. */
static size_t whole_characters(const char *text, size_t size) {
  size_t end = size;
  while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80)
    end--;
  if (end == 0 || ((unsigned char)text[end - 1] & 0xC0) != 0xC0)
    return size;
  return end - 1;
}

static char *sentence(struct arena *arena, const char *format, va_list arguments) {
  char text[LIMIT_MESSAGE_BYTES + 1];
  int length = vsnprintf(text, sizeof text, format, arguments);
  if (length < 0)
    return NULL;
  size_t size = (size_t)length;
  if (size >= sizeof text)
    size = whole_characters(text, sizeof text - 1);
  return arena_text(arena, bytes_of(text, size));
}

static Bellwether__V1__ErrorDetail **details_make(struct arena *arena, struct failure failure) {
  Bellwether__V1__ErrorDetail **details = arena_alloc(arena, sizeof *details);
  Bellwether__V1__ErrorDetail *detail = arena_alloc(arena, sizeof *detail);
  if (details == NULL || detail == NULL)
    return NULL;
  bellwether__v1__error_detail__init(detail);
  detail->reason = (char *)failure.reason;
  detail->domain = (char *)"bellwether";
  if (failure.field != NULL)
    detail->field = (char *)failure.field;
  if (failure.hint != NULL)
    detail->hint = (char *)failure.hint;
  details[0] = detail;
  return details;
}

static Bellwether__V1__Status *status_of(struct arena *arena, struct failure failure,
                                         char *message) {
  Bellwether__V1__Status *status = arena_alloc(arena, sizeof *status);
  Bellwether__V1__ErrorDetail **details = details_make(arena, failure);
  if (status == NULL || details == NULL || message == NULL)
    return NULL;
  bellwether__v1__status__init(status);
  status->code = (int32_t)failure.code;
  status->message = message;
  status->n_details = 1;
  status->details = details;
  return status;
}

Bellwether__V1__Status *status_make(struct arena *arena, struct failure failure, const char *format,
                                    ...) {
  va_list arguments;
  va_start(arguments, format);
  char *message = sentence(arena, format, arguments);
  va_end(arguments);
  return status_of(arena, failure, message);
}

bool context_fail(struct context *context, struct failure failure, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *message = sentence(context->arena, format, arguments);
  va_end(arguments);
  context->failure = status_of(context->arena, failure, message);
  if (context->failure == NULL)
    return context_fail_memory(context);
  return false;
}

bool context_fail_memory(struct context *context) {
  context->failure = &memory_status;
  return false;
}

static bool begins_with(const char *text, const char *word) {
  return strncmp(text, word, strlen(word)) == 0;
}

static const char *not_found_reason(const char *what) {
  static const struct {
    const char *word;
    const char *reason;
  } rows[] = {
      {"dataset", "DATASET_NOT_FOUND"}, {"indicator", "INDICATOR_NOT_FOUND"},
      {"release", "RELEASE_NOT_FOUND"}, {"load", "LOAD_NOT_FOUND"},
      {"code", "CODE_NOT_FOUND"},
  };
  for (size_t i = 0; i < count_of(rows); i++)
    if (begins_with(what, rows[i].word))
      return rows[i].reason;
  return "SERIES_NOT_FOUND";
}

/* What the wire says for an outcome of storage. */
struct translation {
  enum rpc_code code;
  const char *reason;
  const char *hint;
};

static struct translation translate(enum store_status status, const char *what) {
  switch (status) {
  case STORE_OK:
    break;
  case STORE_NOT_FOUND:
    return (struct translation){RPC_NOT_FOUND, not_found_reason(what), NULL};
  case STORE_DELETED:
    return (struct translation){RPC_NOT_FOUND, "SERIES_DELETED", NULL};
  case STORE_IMMUTABLE:
    return (struct translation){
        RPC_FAILED_PRECONDITION,
        begins_with(what, "dataset") ? "DATASET_HAS_SERIES" : "RELEASE_IMMUTABLE", NULL};
  case STORE_FULL:
    return (struct translation){RPC_RESOURCE_EXHAUSTED, "STORE_FULL",
                                "free disk space, or start the server with a larger --map-size"};
  case STORE_TRANSACTION_FULL:
    return (struct translation){RPC_RESOURCE_EXHAUSTED, "TRANSACTION_TOO_LARGE",
                                "write less at a time"};
  case STORE_READERS_FULL:
    return (struct translation){RPC_RESOURCE_EXHAUSTED, "QUEUE_FULL", "try again after a pause"};
  case STORE_CORRUPT:
    return (struct translation){RPC_DATA_LOSS, "CHECKSUM_MISMATCH", "restore a backup"};
  case STORE_LOCKED:
    return (struct translation){RPC_FAILED_PRECONDITION, "STORE_LOCKED", NULL};
  case STORE_READ_ONLY:
    return (struct translation){RPC_FAILED_PRECONDITION, "STORE_READ_ONLY", NULL};
  case STORE_FORMAT_UNKNOWN:
    return (struct translation){RPC_FAILED_PRECONDITION, "STORE_FORMAT_UNKNOWN", NULL};
  case STORE_NO_MEMORY:
    return (struct translation){RPC_RESOURCE_EXHAUSTED, "ARENA_FULL", "ask for less at a time"};
  case STORE_LIMIT:
    return (struct translation){RPC_INVALID_ARGUMENT, "FIELD_INVALID", NULL};
  case STORE_FAR_APART:
    return (struct translation){RPC_INVALID_ARGUMENT, "PERIOD_INVALID",
                                "in a question, narrow the range with from and to"};
  case STORE_IO:
    return (struct translation){RPC_INTERNAL, "STORE_IO", NULL};
  }
  return (struct translation){RPC_INTERNAL, "STORE_UNEXPECTED", NULL};
}

bool context_fail_store(struct context *context, enum store_status status, const char *what) {
  struct translation word = translate(status, what);
  if (status == STORE_FULL || status == STORE_TRANSACTION_FULL || status == STORE_IO)
    context->spoilt = true;
  struct failure failure = {.code = word.code, .reason = word.reason, .hint = word.hint};
  return context_fail(context, failure, "%s: %s", what, store_status_text(status));
}

bool context_in_time(struct context *context) {
  if (clock_monotonic_ms() < context->deadline_ms)
    return true;
  struct failure failure = {.code = RPC_DEADLINE_EXCEEDED,
                            .reason = "DEADLINE_PASSED",
                            .field = "timeout_ms",
                            .hint = "allow more time with timeout_ms, or ask for less"};
  return context_fail(context, failure, "the time that the caller allowed has passed");
}
