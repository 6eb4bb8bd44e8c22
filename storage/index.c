/* SPDX-License-Identifier: MIT */
#include "storage/index.h"

#include <assert.h>

#include "proto/period.h"
#include "storage/index_batch.h"
#include "storage/table.h"

/* subject_words: u8 size, word, u16 weight, again and again. */
enum { SUBJECT_FIXED = 5 };

static struct key_buffer number_key(enum subject_kind kind, uint64_t number) {
  struct key_buffer key = {0};
  key_u8(&key, (uint8_t)kind);
  key_u64(&key, number);
  return key;
}

static struct key_buffer name_key(const struct subject *subject) {
  struct key_buffer key = {0};
  key_u8(&key, (uint8_t)subject->kind);
  key_u32(&key, subject->dataset_no);
  key_u8(&key, subject->dimension);
  key_bytes(&key, subject->code);
  return key;
}

/* The number that a subject has; STORE_NOT_FOUND where it has none. */
static enum store_status find_number(struct store_txn *txn, const struct subject *subject,
                                     uint64_t *ret_number) {
  if (subject->kind == SUBJECT_SERIES) {
    *ret_number = subject->number;
    return STORE_OK;
  }
  struct key_buffer key = name_key(subject);
  struct bytes value;
  KEY_OR_RETURN(key);
  TRY(table_get(txn, TABLE_SUBJECT_NOS, key_of(&key), &value));
  if (value.size < 8)
    return STORE_CORRUPT;
  *ret_number = get_u64(value.data);
  return STORE_OK;
}

static enum store_status give_number(struct store_txn *txn, const struct subject *subject,
                                     uint64_t *ret_number) {
  uint8_t number[8], value[SUBJECT_FIXED + STORE_KEY_MAX];
  struct key_buffer name = name_key(subject);
  KEY_OR_RETURN(name);
  *ret_number = ++txn->counters.subjects[subject->kind - 1];
  put_u64(number, *ret_number);
  put_u32(value, subject->dataset_no);
  value[4] = subject->dimension;
  memcpy(value + SUBJECT_FIXED, subject->code.data, subject->code.size);
  struct key_buffer key = number_key(subject->kind, *ret_number);
  TRY(table_put(txn, TABLE_SUBJECTS, key_of(&key),
                bytes_of(value, SUBJECT_FIXED + subject->code.size)));
  return table_put(txn, TABLE_SUBJECT_NOS, key_of(&name), bytes_of(number, sizeof number));
}

static enum store_status take_number(struct store_txn *txn, const struct subject *subject,
                                     uint64_t number) {
  struct key_buffer name = name_key(subject), key = number_key(subject->kind, number);
  if (subject->kind == SUBJECT_SERIES)
    return STORE_OK;
  TRY(table_delete(txn, TABLE_SUBJECTS, key_of(&key)));
  return table_delete(txn, TABLE_SUBJECT_NOS, key_of(&name));
}

enum store_status index_has(struct store_txn *txn, const struct subject *subject, bool *ret_has) {
  uint64_t number = 0;
  enum store_status status = find_number(txn, subject, &number);
  *ret_has = status == STORE_OK;
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

static enum store_status pack_words(const struct index_word *words, size_t n_words,
                                    uint8_t **ret_data, size_t *ret_size) {
  size_t size = 0;
  for (size_t i = 0; i < n_words; i++)
    size += 3 + words[i].text.size;
  uint8_t *data = malloc(size + 1), *at = data;
  if (data == NULL)
    return STORE_NO_MEMORY;
  for (size_t i = 0; i < n_words; i++) {
    assert(words[i].text.size > 0 && words[i].text.size <= INDEX_WORD_BYTES);
    assert(i == 0 || bytes_compare(words[i - 1].text, words[i].text) < 0);
    *at++ = (uint8_t)words[i].text.size;
    memcpy(at, words[i].text.data, words[i].text.size);
    at += words[i].text.size;
    put_u16(at, words[i].weight);
    at += 2;
  }
  *ret_data = data;
  *ret_size = size;
  return STORE_OK;
}

/* The next of packed words; false at the end. */
static bool next_word(struct reader *reader, struct index_word *ret_word) {
  if (reader->left == 0)
    return false;
  ret_word->text = read_bytes(reader, read_u8(reader));
  struct bytes weight = read_bytes(reader, 2);
  if (reader->broken || ret_word->text.size == 0)
    return false;
  ret_word->weight = get_u16(weight.data);
  return true;
}

/* Two lists of words side by side: what is in the first alone goes, what is new or has another
 * weight comes. The old list is a copy: nothing is borrowed while the batch may write. */
static enum store_status put_difference(struct store_txn *txn, enum subject_kind kind,
                                        uint64_t number, struct bytes packed,
                                        const struct index_word *words, size_t n_words) {
  struct reader reader = {packed.data, packed.size, false};
  struct index_word old;
  bool there = next_word(&reader, &old);
  size_t i = 0;
  while (there || i < n_words) {
    int order = !there ? 1 : i == n_words ? -1 : bytes_compare(old.text, words[i].text);
    if (order < 0)
      TRY(index_batch_remove(txn, kind, old.text, number));
    else if (order > 0 || old.weight != words[i].weight)
      TRY(index_batch_put(txn, kind, words[i].text, number, words[i].weight));
    i += order >= 0;
    there = order <= 0 ? next_word(&reader, &old) : there;
  }
  return reader.broken ? STORE_CORRUPT : STORE_OK;
}

static enum store_status copy_old(struct store_txn *txn, const struct key_buffer *key,
                                  uint8_t **ret_data, size_t *ret_size) {
  struct bytes value;
  enum store_status status = table_get(txn, TABLE_SUBJECT_WORDS, key_of(key), &value);
  if (status == STORE_NOT_FOUND) {
    *ret_size = 0;
    return STORE_OK;
  }
  TRY(status);
  *ret_data = malloc(value.size + 1);
  if (*ret_data == NULL)
    return STORE_NO_MEMORY;
  memcpy(*ret_data, value.data, value.size);
  *ret_size = value.size;
  return STORE_OK;
}

enum store_status index_set(struct store_txn *txn, const struct subject *subject,
                            const struct index_word *words, size_t n_words) {
  uint64_t number = 0;
  enum store_status status = find_number(txn, subject, &number);
  if (status == STORE_NOT_FOUND && n_words == 0)
    return STORE_OK;
  if (status == STORE_NOT_FOUND)
    status = give_number(txn, subject, &number);
  TRY(status);
  scoped(free) uint8_t *old = NULL;
  scoped(free) uint8_t *packed = NULL;
  size_t old_size = 0, size = 0;
  struct key_buffer key = number_key(subject->kind, number);
  TRY(copy_old(txn, &key, &old, &old_size));
  TRY(pack_words(words, n_words, &packed, &size));
  if (n_words > 0 && bytes_equal(bytes_of(old, old_size), bytes_of(packed, size)))
    return STORE_OK;
  if (n_words == 0 && old_size == 0)
    return take_number(txn, subject, number);
  txn->counters.index_revision = store_revision(txn);
  TRY(put_difference(txn, subject->kind, number, bytes_of(old, old_size), words, n_words));
  if (n_words > 0)
    return table_put(txn, TABLE_SUBJECT_WORDS, key_of(&key), bytes_of(packed, size));
  TRY(table_delete(txn, TABLE_SUBJECT_WORDS, key_of(&key)));
  return take_number(txn, subject, number);
}

static enum store_status mark(struct store_txn *txn, uint32_t dataset_no, struct bytes indicator,
                              uint8_t frequency, bool present) {
  struct subject subject = {.kind = SUBJECT_INDICATOR, .dataset_no = dataset_no, .code = indicator};
  const char word[2] = {INDEX_FREQUENCY, frequency_letter((enum frequency)frequency)};
  uint64_t number = 0;
  TRY(find_number(txn, &subject, &number));
  txn->counters.index_revision = store_revision(txn);
  return present ? index_batch_put(txn, SUBJECT_INDICATOR, bytes_of(word, 2), number, 0)
                 : index_batch_remove(txn, SUBJECT_INDICATOR, bytes_of(word, 2), number);
}

enum store_status index_mark_frequency(struct store_txn *txn, uint32_t dataset_no,
                                       struct bytes indicator, uint8_t frequency) {
  return mark(txn, dataset_no, indicator, frequency, true);
}

/* Whether any series has both codes: each list leaps to what the other has. */
static enum store_status have_common(struct store_txn *txn, struct bytes a, struct bytes b,
                                     bool *ret_have) {
  scoped(cursor_close) struct cursor first = {0};
  scoped(cursor_close) struct cursor second = {0};
  TRY(cursor_open(txn, TABLE_POSTINGS, &first));
  TRY(cursor_open(txn, TABLE_POSTINGS, &second));
  uint64_t in_a = 0, in_b = 0;
  enum store_status status = set_next(&first, a, 0, &in_a);
  while (status == STORE_OK && (status = set_next(&second, b, in_a, &in_b)) == STORE_OK &&
         in_a != in_b)
    status = set_next(&first, a, in_b, &in_a);
  *ret_have = status == STORE_OK;
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

static struct key_buffer posting_key(uint32_t dataset_no, uint8_t dimension, struct bytes code) {
  struct key_buffer key = {0};
  key_u32(&key, dataset_no);
  key_u8(&key, dimension);
  key_bytes(&key, code);
  return key;
}

static enum store_status unmark_frequency(struct store_txn *txn,
                                          const struct dataset_record *dataset,
                                          const struct key *key, uint8_t frequency) {
  struct bytes indicator = key->codes[dataset->indicator_dimension];
  struct key_buffer a = posting_key(dataset->no, dataset->frequency_dimension,
                                    key->codes[dataset->frequency_dimension]);
  struct key_buffer b = posting_key(dataset->no, dataset->indicator_dimension, indicator);
  bool have = false;
  TRY(have_common(txn, key_of(&a), key_of(&b), &have));
  if (have)
    return STORE_OK;
  enum store_status status = mark(txn, dataset->no, indicator, frequency, false);
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

/* A code that no series has, and that was never described, is not found any more. */
static enum store_status forget_unused(struct store_txn *txn, const struct dataset_record *dataset,
                                       const struct key *key, uint8_t dimension) {
  bool is_indicator = dimension == dataset->indicator_dimension;
  struct subject subject = {.kind = is_indicator ? SUBJECT_INDICATOR : SUBJECT_CODE,
                            .dataset_no = dataset->no,
                            .dimension = is_indicator ? 0 : dimension,
                            .code = key->codes[dimension]};
  struct bytes description;
  uint64_t count = 0;
  TRY(code_series_count(txn, dataset->no, dimension, subject.code, &count));
  if (count > 0)
    return STORE_OK;
  enum store_status status =
      is_indicator ? indicator_get(txn, dataset->no, subject.code, &description)
                   : code_get(txn, dataset->no, dimension, subject.code, &description);
  return status == STORE_NOT_FOUND ? index_set(txn, &subject, NULL, 0) : status;
}

enum store_status index_series_deleted(struct store_txn *txn, uint32_t dataset_no,
                                       const struct key *key, uint64_t handle, uint8_t frequency) {
  struct subject subject = {.kind = SUBJECT_SERIES, .number = handle};
  struct dataset_record dataset;
  TRY(index_set(txn, &subject, NULL, 0));
  TRY(dataset_get_by_no(txn, dataset_no, &dataset));
  if (dataset.indicator_dimension < key->n_codes && dataset.frequency_dimension < key->n_codes)
    TRY(unmark_frequency(txn, &dataset, key, frequency));
  for (uint8_t i = 0; i < key->n_codes; i++)
    TRY(forget_unused(txn, &dataset, key, i));
  txn->counters.index_revision = store_revision(txn);
  return STORE_OK;
}
