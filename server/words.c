/* SPDX-License-Identifier: MIT */
#include "server/words.h"

#include <utf8proc.h>

enum character { CHARACTER_SEPARATES, CHARACTER_DROPPED, CHARACTER_SPACED, CHARACTER_UNSPACED };

struct range {
  int32_t first;
  int32_t last;
};

/* Scripts without spaces between words, by Unicode's blocks; after compatibility decomposition, so
 * without halfwidth forms. */
static const struct range UNSPACED[] = {
    {0x0e00, 0x0eff},   /* Thai, Lao */
    {0x1000, 0x109f},   /* Myanmar */
    {0x1780, 0x17ff},   /* Khmer */
    {0x3005, 0x3007},   /* the marks of Han that stand for a character */
    {0x3040, 0x30ff},   /* Hiragana, Katakana */
    {0x31f0, 0x31ff},   /* Katakana for Ainu */
    {0x3400, 0x4dbf},   /* Han */
    {0x4e00, 0x9fff},   /* Han */
    {0xf900, 0xfaff},   /* Han */
    {0x1b000, 0x1b16f}, /* kana of old */
    {0x20000, 0x3ffff}, /* Han */
};

static bool is_unspaced(int32_t character) {
  if (character < UNSPACED[0].first)
    return false;
  for (size_t i = 0; i < count_of(UNSPACED); i++)
    if (character >= UNSPACED[i].first && character <= UNSPACED[i].last)
      return true;
  return false;
}

/* Accents, and the points of Hebrew, Arabic and Syriac; not the vowels of Indic scripts nor the
 * voicing of kana, which make other words. By Unicode's combining classes. */
static bool is_accent(const utf8proc_property_t *property) {
  int class = property->combining_class;
  return class >= 200 || (class >= 10 && class <= 36);
}

static enum character classify(int32_t character) {
  const utf8proc_property_t *property = utf8proc_get_property(character);
  switch (property->category) {
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_ME:
    if (is_accent(property) || property->category == UTF8PROC_CATEGORY_ME)
      return CHARACTER_DROPPED;
    break;
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_MC:
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_NL:
  case UTF8PROC_CATEGORY_NO:
    break;
  default:
    return CHARACTER_SEPARATES;
  }
  return is_unspaced(character) ? CHARACTER_UNSPACED : CHARACTER_SPACED;
}

/* Letters with a stroke or bound together, which Unicode does not decompose. */
static const struct {
  int32_t letter;
  const char *text;
} LETTERS[] = {{0xe6, "ae"}, {0xf8, "o"},  {0x111, "d"},  {0x127, "h"},
               {0x131, "i"}, {0x142, "l"}, {0x153, "oe"}, {0x167, "t"}};

struct splitter {
  struct word_run run;
  word_run_taker *take;
  void *arg;
  bool ended;
};

static void end_run(struct splitter *splitter) {
  if (splitter->run.size > 0 && !splitter->ended)
    splitter->ended = !splitter->take(splitter->arg, &splitter->run);
  splitter->run.size = 0;
  splitter->run.cut = false;
}

static void add_bytes(struct splitter *splitter, const void *data, size_t size, bool unspaced) {
  struct word_run *run = &splitter->run;
  size_t most = unspaced ? sizeof run->text : LIMIT_SEARCH_WORD_BYTES;
  if (run->unspaced != unspaced || (unspaced && run->size + size > most))
    end_run(splitter);
  run->unspaced = unspaced;
  run->cut = run->cut || run->size + size > most;
  if (run->cut)
    return;
  memcpy(run->text + run->size, data, size);
  run->size += size;
}

static void add_folded(struct splitter *splitter, int32_t character) {
  for (size_t i = 0; i < count_of(LETTERS); i++) {
    if (LETTERS[i].letter != character)
      continue;
    add_bytes(splitter, LETTERS[i].text, strlen(LETTERS[i].text), false);
    return;
  }
  enum character kind = classify(character);
  uint8_t text[4];
  if (kind == CHARACTER_SEPARATES)
    end_run(splitter);
  if (kind == CHARACTER_SPACED || kind == CHARACTER_UNSPACED)
    add_bytes(splitter, text, (size_t)utf8proc_encode_char(character, text),
              kind == CHARACTER_UNSPACED);
}

static void add_ascii(struct splitter *splitter, uint8_t letter) {
  uint8_t folded = letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
  bool is_word = (folded >= 'a' && folded <= 'z') || (folded >= '0' && folded <= '9');
  if (is_word)
    add_bytes(splitter, &folded, 1, false);
  else
    end_run(splitter);
}

static void add_character(struct splitter *splitter, int32_t character) {
  enum { FOLDED_MAX = 32 }; /* U+FDFA alone becomes 18 */
  int32_t folded[FOLDED_MAX];
  int boundary = 0;
  utf8proc_ssize_t n = utf8proc_decompose_char(
      character, folded, FOLDED_MAX,
      UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, &boundary);
  for (utf8proc_ssize_t i = 0; i < n && i < FOLDED_MAX; i++)
    add_folded(splitter, folded[i]);
}

void words_split(struct bytes text, word_run_taker *take, void *arg) {
  struct splitter splitter = {.take = take, .arg = arg};
  for (size_t at = 0; at < text.size && !splitter.ended;) {
    if (text.data[at] < 0x80) {
      add_ascii(&splitter, text.data[at++]);
      continue;
    }
    int32_t character = 0;
    utf8proc_ssize_t size =
        utf8proc_iterate(text.data + at, (utf8proc_ssize_t)(text.size - at), &character);
    if (size <= 0) { /* Text was checked to be UTF-8; a damaged store ends here. */
      end_run(&splitter);
      at++;
      continue;
    }
    add_character(&splitter, character);
    at += (size_t)size;
  }
  end_run(&splitter);
}

size_t words_next_character(struct bytes text, size_t at) {
  at++;
  while (at < text.size && (text.data[at] & 0xc0) == 0x80)
    at++;
  return at < text.size ? at : text.size;
}
