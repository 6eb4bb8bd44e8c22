/* SPDX-License-Identifier: MIT */
#include "client/load/codes.h"

#include <xxhash.h>

static bool is_letter(uint8_t letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= 'a' && letter <= 'z') || letter == '_' || letter == '@' || letter == '$' ||
         letter == '-';
}

/* A text in a script that codes do not have: its name says what it is. */
static char *make_number(struct load *load, struct bytes text) {
  char *code = arena_format(load->arena, "X%08X", (uint32_t)XXH3_64bits(text.data, text.size));
  if (code == NULL)
    load_fail_memory(load);
  return code;
}

/* A run of other letters is one underscore, and none at either end. */
static char *make_code(struct load *load, struct bytes text) {
  char *code = arena_alloc(load->arena, text.size + 1);
  size_t size = 0;
  bool gap = false;
  if (code == NULL) {
    load_fail_memory(load);
    return NULL;
  }
  for (size_t i = 0; i < text.size; i++) {
    if (!is_letter(text.data[i])) {
      gap = size > 0;
      continue;
    }
    if (gap)
      code[size++] = '_';
    gap = false;
    code[size++] = (char)text.data[i];
  }
  code[size] = '\0';
  return size > 0 || text.size == 0 ? code : make_number(load, text);
}

bool load_code_is_of(struct load *load, const char *code, struct bytes text) {
  const char *made = make_code(load, text);
  return made != NULL && strcmp(made, code) == 0;
}

static bool complain_same(struct load *load, struct load_place place, struct bytes text,
                          const char *other, const char *code) {
  return load_complain(load, place,
                       "\"%.*s\" and \"%s\" would have the same code %s; --map another column",
                       (int)text.size, (const char *)text.data, other, code);
}

const char *load_code(struct load *load, struct load_place place, struct load_dimension *dimension,
                      struct bytes text) {
  const char *known = cache_get(&dimension->codes, text);
  if (known != NULL)
    return known;
  char *code = make_code(load, text), *original = load_text(load, text);
  if (code == NULL || original == NULL)
    return NULL;
  if (code[0] == '\0') {
    load_complain(load, place, "is empty");
    return NULL;
  }
  const char *other = cache_get(&dimension->originals, bytes_of_text(code));
  if (other != NULL) {
    complain_same(load, place, text, other, code);
    return NULL;
  }
  if (cache_put(&dimension->codes, load->arena, text, code) &&
      cache_put(&dimension->originals, load->arena, bytes_of_text(code), original))
    return code;
  load_fail_memory(load);
  return NULL;
}
