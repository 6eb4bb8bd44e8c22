/* SPDX-License-Identifier: MIT */
/* Words of any script, for the index and for queries: how text is folded and where it is cut. What
 * it does is on disks: docs/search.md. Deterministic; safe from any thread.
 *
 * Folded is compatibility-decomposed, case-folded, and without accents. A word is a run of letters
 * and digits, at most LIMIT_SEARCH_WORD_BYTES of them. Han, kana and the scripts of south-east Asia
 * put no spaces between words: of such a run every character begins a word of up to
 * WORDS_UNSPACED_CHARACTERS. */
#ifndef BELLWETHER_SERVER_WORDS_H
#define BELLWETHER_SERVER_WORDS_H

#include "proto/arena.h"
#include "proto/limits.h"
#include "storage/index.h"

enum {
  WORDS_UNSPACED_CHARACTERS = 8,
  WORDS_OF_ONE_THING = 1024, /* what comes behind in its texts is not found */
};

/* Where a word stands: the low byte of its weight. The high byte is how many words its name has. */
enum word_field {
  WORD_ID = 1,         /* a part of an id, or a code */
  WORD_NAME = 2,       /* a name or title */
  WORD_TAG = 4,        /* a tag, or another name of a code */
  WORD_DEFINITION = 8, /* a definition */
};

/* First bytes of words that no text has: a whole id, a tag as it is, the number of a dataset. */
enum { WORD_WHOLE = '=', WORD_EXACT_TAG = '#', WORD_DATASET = '@' };

/* A run of letters and digits, folded. */
struct word_run {
  bool unspaced; /* of a script without spaces */
  bool cut;      /* it goes on, beyond what is kept */
  size_t size;
  uint8_t text[16 * LIMIT_SEARCH_WORD_BYTES];
};
/* False ends the splitting. */
typedef bool word_run_taker(void *arg, const struct word_run *run);
void words_split(struct bytes text, word_run_taker *take, void *arg);

/* The end of the character that begins at `at`, in valid UTF-8. */
size_t words_next_character(struct bytes text, size_t at);

/* Words in the making, in an arena. `full` is set where the arena has no more. */
struct word_list {
  struct arena *arena;
  size_t n;
  size_t capacity;
  struct index_word *words;
  size_t n_name_words;
  bool full;
};

void words_add_text(struct word_list *list, const char *text, enum word_field field);
/* The id's parts, and the whole of it under WORD_WHOLE: "NY.GDP.MKTP.CD" and "NY_GDP_MKTP_CD" are
 * the same whole. */
void words_add_id(struct word_list *list, const char *id);
/* A word that no text has, unfolded. */
void words_add_mark(struct word_list *list, char mark, struct bytes text);
/* As index_set wants them: ascending, each once with all of its fields. */
void words_finish(struct word_list *list);

/* A whole id in the making. Too long ones have none. */
struct word_whole {
  size_t size;
  uint8_t text[1 + LIMIT_TAG_BYTES];
};
void words_whole_begin(struct word_whole *whole);
void words_whole_add(struct word_whole *whole, const struct word_run *run);
/* Empty where there is none. */
struct bytes words_whole_text(const struct word_whole *whole);

#endif
