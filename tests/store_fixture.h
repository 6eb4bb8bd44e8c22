/* SPDX-License-Identifier: MIT */
/* A store in a temporary folder, with one dataset, and short words for what tests say to it. One
 * thread at a time; everything fails the test at once. */
#ifndef BELLWETHER_TESTS_STORE_FIXTURE_H
#define BELLWETHER_TESTS_STORE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "storage/statements.h"
#include "tests/folder.h"

#define OK(call) assert_int_equal((call), STORE_OK)
#define REFUSED(call, status) assert_int_equal((call), (status))

struct store_fixture {
  struct folder folder;
  uint64_t map_bytes;
  struct store *store;
  struct arena *arena;
  struct store_txn *txn; /* the open one, begun by one of the two below */
};

/* For cmocka: *state is a struct store_fixture on an empty, open store. */
int store_fixture_setup(void **state);
int store_fixture_teardown(void **state);
void store_fixture_close(struct store_fixture *fixture);
void store_fixture_open(struct store_fixture *fixture);
void store_fixture_reopen(struct store_fixture *fixture);

/* One command at a time, in a transaction of its own. */
struct store_txn *write_begin(struct store_fixture *fixture);
bool write_commit(struct store_fixture *fixture); /* whether the command changed anything */
/* A snapshot, until read_end. */
struct store_txn *read_begin(struct store_fixture *fixture);
void read_end(struct store_fixture *fixture);

/* Within a command. `dimensions` joined by dots; the first is FREQ. */
uint32_t make_dataset(struct store_fixture *fixture, const char *id, const char *dimensions);
uint64_t make_series(struct store_fixture *fixture, const char *key);
uint32_t make_release(struct store_fixture *fixture, const char *id, int64_t published_ms);

/* One command: the release (made as published then if it is new) says this of the series SAID_KEY:
 * periods as in "1=1.5 2=2.5P(why) 3=O", with status A and the comment left out; "1 2 3" withdraws.
 */
struct statement_counts say(struct store_fixture *fixture, const char *release,
                            int64_t published_ms, enum statement_mode mode, const char *text);

#define SAID_KEY "DS/A.CHN"
uint64_t said_handle(struct store_fixture *fixture);

/* The series as text, "1=1.5@r1 2=2.5P(why)@r2", in the words of `say`. As of a release's place in
 * the order; NULL: no bound. Good until the next call. */
const char *known(struct store_fixture *fixture, const struct as_of *as_of);
struct as_of as_of_ms(int64_t published_ms);
struct as_of as_of_release(int64_t published_ms, const char *id);

#define test_on_store(f)                                                                           \
  cmocka_unit_test_setup_teardown(f, store_fixture_setup, store_fixture_teardown)

/* Numbers that are the same in every run. */
uint32_t draw(uint64_t *seed, uint32_t below);

#endif
