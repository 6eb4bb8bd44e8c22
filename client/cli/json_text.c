/* SPDX-License-Identifier: MIT */
#include "client/cli/json_text.h"

#include "proto/number.h"

struct writing {
  FILE *out;
  enum json_layout layout;
};

static void write_value(const struct writing *writing, const json_t *json, int depth);

static void write_text(FILE *out, const char *text, size_t size) {
  static const char SHORT[] = "btn\0fr"; /* U+0008 to U+000D */
  fputc('"', out);
  for (size_t i = 0; i < size; i++) {
    unsigned char character = (unsigned char)text[i];
    if (character == '"' || character == '\\')
      fprintf(out, "\\%c", character);
    else if (character >= 8 && character <= 13 && SHORT[character - 8] != '\0')
      fprintf(out, "\\%c", SHORT[character - 8]);
    else if (character < 0x20 || character == 0x7f)
      fprintf(out, "\\u%04x", character);
    else
      fputc(character, out);
  }
  fputc('"', out);
}

static void write_real(FILE *out, double value) {
  char text[NUMBER_TEXT_SIZE];
  fwrite(text, 1, number_format(value, text), out);
}

static void write_break(const struct writing *writing, int depth) {
  if (writing->layout == JSON_LAYOUT_PRETTY)
    fprintf(writing->out, "\n%*s", depth * 2, "");
}

static void write_object(const struct writing *writing, const json_t *json, int depth) {
  const char *name, *between = "";
  json_t *value;
  fputc('{', writing->out);
  json_object_foreach((json_t *)(uintptr_t)json, name, value) {
    fputs(between, writing->out);
    write_break(writing, depth + 1);
    write_text(writing->out, name, strlen(name));
    fputs(writing->layout == JSON_LAYOUT_PRETTY ? ": " : ":", writing->out);
    write_value(writing, value, depth + 1);
    between = ",";
  }
  if (json_object_size(json) > 0)
    write_break(writing, depth);
  fputc('}', writing->out);
}

static bool is_plain(const json_t *json) {
  return !json_is_object(json) && !json_is_array(json);
}

static void write_list(const struct writing *writing, const json_t *json, int depth) {
  size_t n = json_array_size(json);
  bool on_one_line = n == 0 || is_plain(json_array_get(json, 0));
  bool pretty = writing->layout == JSON_LAYOUT_PRETTY;
  fputc('[', writing->out);
  for (size_t i = 0; i < n; i++) {
    if (i > 0)
      fputs(pretty && on_one_line ? ", " : ",", writing->out);
    if (!on_one_line)
      write_break(writing, depth + 1);
    write_value(writing, json_array_get(json, i), depth + 1);
  }
  if (!on_one_line)
    write_break(writing, depth);
  fputc(']', writing->out);
}

static void write_value(const struct writing *writing, const json_t *json, int depth) {
  switch (json_typeof(json)) {
  case JSON_OBJECT:
    write_object(writing, json, depth);
    return;
  case JSON_ARRAY:
    write_list(writing, json, depth);
    return;
  case JSON_STRING:
    write_text(writing->out, json_string_value(json), json_string_length(json));
    return;
  case JSON_INTEGER:
    fprintf(writing->out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
    return;
  case JSON_REAL:
    write_real(writing->out, json_real_value(json));
    return;
  case JSON_TRUE:
    fputs("true", writing->out);
    return;
  case JSON_FALSE:
    fputs("false", writing->out);
    return;
  case JSON_NULL:
    fputs("null", writing->out);
    return;
  }
}

void json_text_write(FILE *out, const json_t *json, enum json_layout layout) {
  struct writing writing = {.out = out, .layout = layout};
  write_value(&writing, json, 0);
}
