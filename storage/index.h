/* SPDX-License-Identifier: MIT */
/* The index of words: which indicators, codes and series are under a word, and how strongly. Words
 * and weights are the server's business; here they are bytes and numbers. Words that begin with
 * INDEX_FREQUENCY are this module's own. What a subject was put under is remembered with it, so
 * that putting it anew takes the old words away, whoever made them. Within a command; what was put
 * is found after store_end_command. */
#ifndef BELLWETHER_STORAGE_INDEX_H
#define BELLWETHER_STORAGE_INDEX_H

#include "storage/catalog.h"

enum {
  INDEX_WORD_BYTES = 160, /* a tag has 128, and a mark in front */
  INDEX_FREQUENCY = '~',  /* `~A`: of an indicator that has annual series */
};

enum subject_kind { SUBJECT_INDICATOR = 1, SUBJECT_CODE, SUBJECT_SERIES };

/* What is found under a word. */
struct subject {
  enum subject_kind kind;
  uint64_t number;     /* of a series its handle; else given by the store, from 1 on */
  uint32_t dataset_no; /* of an indicator or code, as are the following */
  uint8_t dimension;   /* 0 for an indicator */
  struct bytes code;   /* of an indicator its id */
};

struct index_word {
  struct bytes text; /* 1 to INDEX_WORD_BYTES without NUL */
  uint16_t weight;
};

/* The subject is under these words and no others: ascending, each once. None: it is forgotten.
 * `number` is of no matter unless it is a series. */
must_check enum store_status index_set(struct store_txn *txn, const struct subject *subject,
                                       const struct index_word *words, size_t n_words);
must_check enum store_status index_has(struct store_txn *txn, const struct subject *subject,
                                       bool *ret_has);
/* The indicator has a series of this frequency. It must have words. */
must_check enum store_status index_mark_frequency(struct store_txn *txn, uint32_t dataset_no,
                                                  struct bytes indicator, uint8_t frequency);

/* The last revision of the store at which a search could have found something else. */
uint64_t index_revision(const struct store_txn *txn);
/* All numbers of a kind are below this one. */
uint64_t index_bound(const struct store_txn *txn, enum subject_kind kind);
/* The name of a number of an indicator or code. Borrowed. */
must_check enum store_status index_subject(struct store_txn *txn, enum subject_kind kind,
                                           uint64_t number, struct subject *ret_subject);

/* Postings of one word, ascending. */
struct index_run {
  const uint8_t *at;
  const uint8_t *end;
  uint64_t number;
  bool exact;  /* the word itself, and not one that begins so */
  bool broken; /* set at the end where the record is damaged */
};
static inline bool index_run_next(struct index_run *run, uint64_t *ret_number,
                                  uint16_t *ret_weight) {
  uint64_t step = 0;
  for (unsigned shift = 0; run->at < run->end && shift < 64; shift += 7) {
    uint8_t byte = *run->at++;
    step |= (uint64_t)(byte & 0x7f) << shift;
    if ((byte & 0x80) != 0)
      continue;
    run->broken = run->end - run->at < 2;
    if (run->broken)
      return false;
    memcpy(ret_weight, run->at, sizeof *ret_weight);
    run->at += 2;
    *ret_number = run->number += step;
    return true;
  }
  run->broken = step != 0;
  return false;
}

struct index_walk;
/* Walks what is under a word, or under all words that begin with it, in the order of words.
 * Borrows the text. */
must_check enum store_status index_walk_begin(struct store_txn *txn, enum subject_kind kind,
                                              struct bytes text, bool exact,
                                              struct index_walk **ret_walk);
/* STORE_NOT_FOUND at the end. */
must_check enum store_status index_walk_next(struct index_walk *walk, struct index_run *ret_run);
void index_walk_end(struct index_walk *walk);
SCOPED_POINTER(struct index_walk, index_walk_end)

/* The series that have a code, in runs of big-endian handles. `from` is the least handle that is
 * asked for; the first run may have some before it. STORE_NOT_FOUND at the end. */
struct handle_walk;
must_check enum store_status handle_walk_begin(struct store_txn *txn,
                                               struct handle_walk **ret_walk);
must_check enum store_status handle_walk_seek(struct handle_walk *walk, uint32_t dataset_no,
                                              uint8_t dimension, struct bytes code, uint64_t from,
                                              struct bytes *ret_run);
must_check enum store_status handle_walk_next(struct handle_walk *walk, struct bytes *ret_run);
void handle_walk_end(struct handle_walk *walk);
SCOPED_POINTER(struct handle_walk, handle_walk_end)

#endif
