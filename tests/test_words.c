/* SPDX-License-Identifier: MIT */
/* How text is folded and cut into words: each row is a text and the words it becomes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "server/words.h"

struct joined {
  size_t size;
  char text[4096];
};

/* "[word] " of a run without spaces, "word " of another, "word~ " where it was cut. */
static bool join(void *arg, const struct word_run *run) {
  struct joined *joined = arg;
  joined->size += (size_t)snprintf(joined->text + joined->size, sizeof joined->text - joined->size,
                                   run->unspaced ? "[%.*s] " : "%.*s%s ", (int)run->size,
                                   (const char *)run->text, run->cut ? "~" : "");
  return true;
}

static void splits_at(const char *text, const char *words, int line) {
  struct joined joined = {.size = 0};
  words_split(bytes_of_text(text), join, &joined);
  if (joined.size > 0)
    joined.text[joined.size - 1] = '\0';
  if (strcmp(joined.text, words) != 0)
    fail_msg("line %d: \"%s\" becomes \"%s\" and not \"%s\"", line, text, joined.text, words);
}
#define splits(text, words) splits_at((text), (words), __LINE__)

static void words_are_letters_and_digits_in_lower_case(void **state) {
  (void)state;
  splits("", "");
  splits(" ,;%$ -- ", "");
  splits("Trade", "trade");
  splits("NY.GDP.MKTP.CD", "ny gdp mktp cd");
  splits("NY_GDP_MKTP_CD", "ny gdp mktp cd");
  splits("Cross-border e-commerce (2025)", "cross border e commerce 2025");
  splits("US$2.5bn", "us 2 5bn");
}

static void accents_and_case_of_any_script_are_folded(void **state) {
  (void)state;
  splits("Größe", "grosse");
  splits("Côte d’Ivoire", "cote d ivoire");
  splits("C\x6f\xcc\x82te", "cote"); /* o and a combining circumflex */
  splits("ÉCONOMIE São Tomé Łódź Ærø Œuvre", "economie sao tome lodz aero oeuvre");
  splits("İstanbul ısı", "istanbul isi");
  splits("ΑΘΉΝΑ Σς", "αθηνα σσ");
  splits("РОССИЯ Ё", "россия е");
  splits("CO₂ №5 ﬁsh Ａ１", "co2 no5 fish a1");
  splits("أَرْقَام", "ارقام"); /* Hamza and vowel points go */
  splits("शिक्षा", "शिक्षा"); /* vowels of Indic scripts stay */
  splits("soft\xc2\xadhyphen", "softhyphen");
}

static void scripts_without_spaces_are_runs_apart(void **state) {
  (void)state;
  splits("跨境电商", "[跨境电商]");
  splits("2025年出口", "2025 [年出口]");
  splits("中国GDP增长，进口", "[中国] gdp [增长] [进口]");
  splits("ﾄﾖﾀ", "[トヨタ]");
  splits("การค้า", "[การค้า]");
}

static void a_word_ends_where_it_is_too_long(void **state) {
  (void)state;
  char text[200], words[200];
  memset(text, 'x', LIMIT_SEARCH_WORD_BYTES);
  text[LIMIT_SEARCH_WORD_BYTES] = '\0';
  splits(text, text);
  strcpy(words, text);
  strcat(text, "y z");
  strcat(words, "~ z");
  splits(text, words);
  memset(text, 'x', LIMIT_SEARCH_WORD_BYTES - 1);
  strcpy(text + LIMIT_SEARCH_WORD_BYTES - 1, "я");
  memset(words, 'x', LIMIT_SEARCH_WORD_BYTES - 1);
  strcpy(words + LIMIT_SEARCH_WORD_BYTES - 1, "~");
  splits(text, words); /* and never within a character */
}

static void bytes_that_are_no_text_do_no_harm(void **state) {
  (void)state;
  splits("a\xff\xfe"
         "b\xe4\xb8",
         "a b");
}

/* "word:weight word:weight". */
static void list_is(struct word_list *list, const char *expected) {
  struct joined joined = {.size = 0};
  words_finish(list);
  assert_false(list->full);
  for (size_t i = 0; i < list->n; i++)
    joined.size += (size_t)snprintf(joined.text + joined.size, sizeof joined.text - joined.size,
                                    "%s%.*s:%x", i > 0 ? " " : "", (int)list->words[i].text.size,
                                    (const char *)list->words[i].text.data, list->words[i].weight);
  assert_string_equal(joined.text, expected);
}

static void words_of_a_thing_come_once_with_all_their_fields(void **state) {
  scoped(arena_free) struct arena *arena = arena_new(1 << 20);
  struct word_list list = {.arena = arena};
  (void)state;
  words_add_id(&list, "GDP_CD");
  words_add_text(&list, "GDP in dollars", WORD_NAME);
  words_add_text(&list, "dollars", WORD_TAG);
  words_add_text(&list, "The dollars", WORD_DEFINITION);
  words_add_mark(&list, WORD_EXACT_TAG, bytes_of_text("US Dollars"));
  list_is(&list, "#US Dollars:300 =gdp_cd:301 cd:301 dollars:30e gdp:303 in:302 the:308");
}

static void every_character_of_a_run_without_spaces_begins_a_word(void **state) {
  scoped(arena_free) struct arena *arena = arena_new(1 << 20);
  struct word_list list = {.arena = arena}, longer = {.arena = arena};
  (void)state;
  words_add_text(&list, "出口额", WORD_TAG);
  list_is(&list, "出口额:4 口额:4 额:4");
  words_add_text(&longer, "一二三四五六七八九十", WORD_TAG);
  list_is(&longer, "一二三四五六七八:4 七八九十:4 三四五六七八九十:4 九十:4 二三四五六七八九:4 "
                   "五六七八九十:4 八九十:4 六七八九十:4 十:4 四五六七八九十:4");
}

static void a_thing_has_so_many_words_and_no_more(void **state) {
  scoped(arena_free) struct arena *arena = arena_new(1 << 22);
  struct word_list list = {.arena = arena};
  (void)state;
  char text[16];
  for (int i = 0; i < WORDS_OF_ONE_THING + 10; i++) {
    snprintf(text, sizeof text, "w%d", i);
    words_add_text(&list, text, WORD_NAME);
  }
  words_finish(&list);
  assert_int_equal(list.n, WORDS_OF_ONE_THING);
  assert_int_equal(list.words[0].weight >> 8, UINT8_MAX);
}

static void a_whole_id_that_is_too_long_is_none(void **state) {
  scoped(arena_free) struct arena *arena = arena_new(1 << 20);
  struct word_list list = {.arena = arena};
  char id[300];
  (void)state;
  memset(id, '\0', sizeof id);
  for (size_t i = 0; i < 140; i += 2)
    memcpy(id + i, "a.", 2);
  words_add_id(&list, id);
  list_is(&list, "a:1");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_are_letters_and_digits_in_lower_case),
      cmocka_unit_test(accents_and_case_of_any_script_are_folded),
      cmocka_unit_test(scripts_without_spaces_are_runs_apart),
      cmocka_unit_test(a_word_ends_where_it_is_too_long),
      cmocka_unit_test(bytes_that_are_no_text_do_no_harm),
      cmocka_unit_test(words_of_a_thing_come_once_with_all_their_fields),
      cmocka_unit_test(every_character_of_a_run_without_spaces_begins_a_word),
      cmocka_unit_test(a_thing_has_so_many_words_and_no_more),
      cmocka_unit_test(a_whole_id_that_is_too_long_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
