/* SPDX-License-Identifier: MIT */
#include "server/check.h"

#include <stdarg.h>
#include <stdio.h>

enum { QUOTED_BYTES = 80, LIMIT_DEPTH = 16 };

static const char *path_step(struct arena *arena, const char *before, const struct path *path) {
  const char *dot = before[0] == '\0' ? "" : ".";
  if (path->index == PATH_NO_INDEX)
    return arena_format(arena, "%s%s%s", before, dot, path->name);
  return arena_format(arena, "%s%s%s[%zu]", before, dot, path->name, path->index);
}

const char *path_text(struct arena *arena, const struct path *path) {
  const struct path *steps[LIMIT_DEPTH];
  size_t n = 0;
  for (; path != NULL && n < LIMIT_DEPTH; path = path->parent)
    steps[n++] = path;
  const char *text = "";
  while (n > 0 && text != NULL)
    text = path_step(arena, text, steps[--n]);
  return text;
}

const char *quoted(struct arena *arena, struct bytes text) {
  size_t size = text.size <= QUOTED_BYTES ? text.size : QUOTED_BYTES;
  while (size < text.size && size > 0 && (text.data[size] & 0xc0) == 0x80)
    size--;
  const char *copy =
      arena_format(arena, "%.*s%s", (int)size, size == 0 ? "" : (const char *)text.data,
                   size < text.size ? "..." : "");
  return copy == NULL ? "" : copy;
}

bool check_fail(struct context *context, const struct path *path, const char *reason,
                const char *hint, const char *format, ...) {
  char message[LIMIT_MESSAGE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  struct failure failure = {
      .code = RPC_INVALID_ARGUMENT,
      .reason = reason,
      .field = path == NULL ? NULL : path_text(context->arena, path),
      .hint = hint,
  };
  return context_fail(context, failure, "%s", message);
}

bool check_text(struct context *context, const struct path *path, const char *text,
                size_t bytes_max) {
  size_t size = strlen(text);
  if (size <= bytes_max)
    return true;
  return check_fail(context, path, "FIELD_INVALID", NULL,
                    "The text of %s has %zu bytes, and at most %zu are allowed.", path->name, size,
                    bytes_max);
}

bool check_count(struct context *context, const struct path *path, size_t count, size_t count_max) {
  if (count <= count_max)
    return true;
  struct failure failure = {
      .code = RPC_RESOURCE_EXHAUSTED,
      .reason = "TOO_MANY_ITEMS",
      .field = path_text(context->arena, path),
      .hint = "send them in several requests",
  };
  return context_fail(context, failure, "There are %zu items in %s, and at most %zu are allowed.",
                      count, path->name, count_max);
}

/* What a name that breaks its grammar gets. */
struct grammar {
  const char *reason, *hint;
};

static const struct grammar DATASET_ID = {"FIELD_INVALID", "write 1 to 64 of A-Z 0-9 _ @ -"},
                            CODE = {"FIELD_INVALID", "write letters, digits and _ @ $ -"},
                            RELEASE_ID = {"FIELD_INVALID",
                                          "write 1 to 128 letters, digits and _ @ $ . : + ~ -"},
                            KEY = {"KEY_INVALID",
                                   "write one series as DATASET/CODE.CODE, a code a dimension; "
                                   "ListSeries finds what a pattern matches"},
                            LOAD_ID = {"FIELD_INVALID", "write 1 to 64 letters, digits and _ -"};

static bool fail_id(struct context *context, const struct path *path, struct grammar grammar,
                    const char *id, enum key_status status) {
  if (id[0] == '\0')
    return check_fail(context, path, "FIELD_REQUIRED", grammar.hint, "The field %s is required.",
                      path->name);
  const char *text = quoted(context->arena, bytes_of_text(id));
  return check_fail(context, path, grammar.reason, grammar.hint, "\"%s\" %s.", text,
                    key_status_text(status));
}

bool check_dataset_id(struct context *context, const struct path *path, const char *id) {
  enum key_status status = key_check_dataset_id(bytes_of_text(id), NULL);
  return status == KEY_OK || fail_id(context, path, DATASET_ID, id, status);
}

bool check_code_id(struct context *context, const struct path *path, const char *id,
                   size_t bytes_max) {
  enum key_status status = key_check_code(bytes_of_text(id), NULL);
  if (status == KEY_OK && strlen(id) > bytes_max)
    status = KEY_TOO_LONG;
  return status == KEY_OK || fail_id(context, path, CODE, id, status);
}

bool check_release_id(struct context *context, const struct path *path, const char *id) {
  enum key_status status = key_check_release_id(bytes_of_text(id), NULL);
  return status == KEY_OK || fail_id(context, path, RELEASE_ID, id, status);
}

bool check_key(struct context *context, const struct path *path, const char *text,
               struct key *ret_key) {
  enum key_status status = key_parse(bytes_of_text(text), ret_key, NULL);
  return status == KEY_OK || fail_id(context, path, KEY, text, status);
}

bool check_pattern(struct context *context, const struct path *path, struct bytes text,
                   struct key_pattern *ret_pattern) {
  enum key_status status = key_pattern_parse(text, ret_pattern, NULL);
  if (status == KEY_OK)
    return true;
  return check_fail(context, path, "PATTERN_INVALID",
                    "write DATASET/CODE.CODE; an empty code or * is any, and + is or", "\"%s\" %s.",
                    quoted(context->arena, text), key_status_text(status));
}

static bool is_load_id_byte(char byte) {
  return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

bool check_load_id(struct context *context, const struct path *path, const char *id) {
  size_t size = strlen(id);
  if (size > LIMIT_LOAD_ID_BYTES)
    return fail_id(context, path, LOAD_ID, id, KEY_TOO_LONG);
  for (size_t i = 0; i < size; i++) {
    if (!is_load_id_byte(id[i]))
      return fail_id(context, path, LOAD_ID, id, KEY_BAD_CHARACTER);
  }
  return size > 0 || fail_id(context, path, LOAD_ID, id, KEY_EMPTY);
}

static bool fail_bound(struct context *context, const struct path *path, const char *text,
                       enum period_status status) {
  return check_fail(context, path, "PERIOD_INVALID",
                    "write 2024, 2024-S1, 2024-Q1, 2024-03, 2024-W12 or 2024-03-01", "\"%s\" %s.",
                    quoted(context->arena, bytes_of_text(text)), period_status_text(status));
}

bool check_bound(struct context *context, const struct path *path,
                 const Bellwether__V1__PeriodBound *bound, enum frequency series,
                 struct period_bound *ret_bound, bool *ret_given) {
  *ret_given = bound != NULL && bound->bound_case != BELLWETHER__V1__PERIOD_BOUND__BOUND__NOT_SET;
  if (!*ret_given)
    return true;
  if (bound->bound_case == BELLWETHER__V1__PERIOD_BOUND__BOUND_TEXT) {
    enum period_status status = period_bound_parse(bytes_of_text(bound->text), series, ret_bound);
    return status == PERIOD_OK || fail_bound(context, path, bound->text, status);
  }
  int frequency = (int)bound->period->frequency;
  if (!frequency_is_valid(frequency))
    return check_fail(context, PATH(PATH(path, "period"), "frequency"), "PERIOD_INVALID",
                      "1 is annual, 3 quarterly, 4 monthly", "%d is no Frequency.", frequency);
  enum period_status status = PERIOD_OUT_OF_RANGE;
  if (period_is_valid((enum frequency)frequency, bound->period->ordinal))
    status = period_bound_of((enum frequency)frequency, bound->period->ordinal, ret_bound);
  const char *text = arena_format(context->arena, "%lld", (long long)bound->period->ordinal);
  return status == PERIOD_OK || fail_bound(context, path, text == NULL ? "" : text, status);
}

bool check_series_ref(struct context *context, const struct path *path,
                      const Bellwether__V1__SeriesRef *ref) {
  struct key key;
  if (ref == NULL || ref->ref_case == BELLWETHER__V1__SERIES_REF__REF__NOT_SET)
    return check_fail(context, path, "FIELD_REQUIRED", "give a key or a handle",
                      "The field %s is required.", path->name);
  if (ref->ref_case == BELLWETHER__V1__SERIES_REF__REF_KEY)
    return check_key(context, PATH(path, "key"), ref->key, &key);
  return true;
}
