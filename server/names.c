/* SPDX-License-Identifier: MIT */
#include "server/names.h"

#include <xxhash.h>

enum { FIRST_SLOTS = 32 };

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t slot_of(const struct names *names, struct bytes text) {
  uint32_t mask = names->n_slots - 1;
  uint32_t slot = (uint32_t)XXH3_64bits(text.data, text.size) & mask;
  while (names->slots[slot] != 0 && !bytes_equal(names->texts[names->slots[slot] - 1], text))
    slot = (slot + 1) & mask;
  return slot;
}

uint32_t names_find(const struct names *names, struct bytes text) {
  if (names->n_slots == 0)
    return NAMES_NONE;
  uint32_t entry = names->slots[slot_of(names, text)];
  return entry == 0 ? NAMES_NONE : entry - 1;
}

/* At most half of the slots are taken, so that a search ends soon. */
static bool grow_slots(struct names *names) {
  uint32_t n_slots = names->n_slots == 0 ? FIRST_SLOTS : names->n_slots * 2;
  uint32_t *slots = calloc(n_slots, sizeof *slots);
  if (slots == NULL)
    return false;
  free(names->slots);
  names->slots = slots;
  names->n_slots = n_slots;
  for (uint32_t i = 0; i < names->count; i++)
    slots[slot_of(names, names->texts[i])] = i + 1;
  return true;
}

static bool grow_texts(struct names *names) {
  uint32_t capacity = names->capacity == 0 ? FIRST_SLOTS : names->capacity * 2;
  struct bytes *texts = reallocarray(names->texts, capacity, sizeof *texts);
  if (texts == NULL)
    return false;
  names->texts = texts;
  names->capacity = capacity;
  return true;
}

bool names_add(struct names *names, struct bytes text, uint32_t *ret_number, bool *ret_new) {
  uint32_t number = names_find(names, text);
  if (number == NAMES_NONE) {
    if (names->count == names->capacity && !grow_texts(names))
      return false;
    if (names->count >= names->n_slots / 2 && !grow_slots(names))
      return false;
    number = names->count++;
    names->texts[number] = text;
    names->slots[slot_of(names, text)] = number + 1;
    *ret_new = true;
  } else {
    *ret_new = false;
  }
  *ret_number = number;
  return true;
}

void names_fini(struct names *names) {
  free(names->texts);
  free(names->slots);
  *names = (struct names){.count = 0};
}
