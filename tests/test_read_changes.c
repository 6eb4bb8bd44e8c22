/* SPDX-License-Identifier: MIT */
/* What was published, what changed in the store, and which codes series have. */
#include "server/clock.h"
#include "tests/reading.h"

typedef Bellwether__V1__ListReleasesRequest releases_request;
typedef Bellwether__V1__ListReleasesResponse releases_response;
typedef Bellwether__V1__ListChangesRequest changes_request;
typedef Bellwether__V1__ListChangesResponse changes_response;
typedef Bellwether__V1__GetAvailabilityRequest availability_request;
typedef Bellwether__V1__GetAvailabilityResponse availability_response;

#define RELEASES "Observations/ListReleases"
#define CHANGES "Catalog/ListChanges"

/* --- Releases --- */

static void put_release(struct engine_fixture *fixture, const char *id, int day,
                        const char *publisher) {
  Bellwether__V1__Release release = release_message(id, day * DAY_MS);
  Bellwether__V1__PutReleaseRequest request = BELLWETHER__V1__PUT_RELEASE_REQUEST__INIT;
  release.publisher = TEXT(publisher);
  request.release = &release;
  (void)call_ok(fixture, "Ingest/PutRelease", &request);
}

static const char *releases_text(const releases_response *response) {
  char *text = text_buffer();
  for (size_t i = 0; i < response->n_releases; i++)
    text_add(text, "%s%s(%d)", i == 0 ? "" : " ", response->releases[i]->release->id,
             (int)response->releases[i]->series_count);
  return text;
}

static int with_releases(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_dataset(*state, "CPI");
  put_release(*state, "Z", 2, "Bureau");
  put_figures(*state, "B", 3, FIGURES("TRADE/A.CHN.X", 50, 1));
  put_figures(*state, "B", 3, FIGURES("CPI/A.CHN.X", 50, 1));
  put_figures(*state, "A", 3, FIGURES("TRADE/A.CHN.X", 50, 1));
  put_figures(*state, "C", 5, FIGURES("CPI/A.CHN.X", 50, 2));
  put_release(*state, "EARLY", -1, "Bureau");
  return failed;
}

static void releases_come_in_the_order_of_publication(void **state) {
  releases_request request = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
  const releases_response *response = call_ok(*state, RELEASES, &request);
  assert_string_equal(releases_text(response), "EARLY(0) Z(0) A(1) B(2) C(1)");
  const Bellwether__V1__Release *release = response->releases[2]->release;
  assert_string_equal(release->publisher, "Customs");
  assert_int_equal(release->published_at_ms, 3 * DAY_MS);
  assert_int_equal(release->precision, BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_DAY);
}

static void releases_are_chosen_by_dataset_publisher_and_time(void **state) {
  static const struct {
    const char *dataset, *publisher;
    int64_t from_ms, to_ms;
    const char *releases;
  } rows[] = {
      {"TRADE", "", 0, 0, "A(1) B(2)"},
      {"CPI", "", 0, 0, "B(2) C(1)"},
      {"", "Bureau", 0, 0, "EARLY(0) Z(0)"},
      {"", "Bure", 0, 0, ""},
      {"TRADE", "Bureau", 0, 0, ""},
      {"", "", 3 * DAY_MS, 0, "A(1) B(2) C(1)"},
      {"", "", 3 * DAY_MS + 1, 0, "C(1)"},
      {"", "", 0, 3 * DAY_MS, "EARLY(0) Z(0) A(1) B(2)"},
      {"", "", 2 * DAY_MS, 3 * DAY_MS - 1, "Z(0)"},
      {"", "", -2 * DAY_MS, -1, "EARLY(0)"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    releases_request request = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
    request.dataset = TEXT(rows[i].dataset);
    request.publisher = TEXT(rows[i].publisher);
    request.from_ms = rows[i].from_ms;
    request.to_ms = rows[i].to_ms;
    assert_string_equal(releases_text(call_ok(*state, RELEASES, &request)), rows[i].releases);
  }
}

static void pages_of_releases_follow_each_other(void **state) {
  static const char *const pages[] = {"EARLY(0) Z(0)", "A(1) B(2)", "C(1)"};
  releases_request request = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
  request.page_size = 2;
  for (size_t i = 0; i < count_of(pages); i++) {
    const releases_response *response = call_ok(*state, RELEASES, &request);
    assert_string_equal(releases_text(response), pages[i]);
    request.page_token = response->next_page_token;
    assert_int_equal(request.page_token[0] == '\0', i + 1 == count_of(pages));
    put_release(*state, "AA", 1, "Bureau");
  }
}

static void wrong_choices_of_releases_are_refused(void **state) {
  releases_request request = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
  request.from_ms = 2;
  request.to_ms = 1;
  call_fails(*state, RELEASES, &request, RPC_INVALID_ARGUMENT, "RANGE_REVERSED", "from_ms");
  assert_hint((struct engine_fixture *)*state, "swap from_ms and to_ms");
  request.from_ms = 0;
  request.dataset = TEXT("TRADES");
  call_fails(*state, RELEASES, &request, RPC_NOT_FOUND, "DATASET_NOT_FOUND", "dataset");
  assert_hint((struct engine_fixture *)*state, "did you mean TRADE?");
}

/* --- Changes --- */

/* "+D:TRADE": kind (+ ~ -), the subject's letter, and name. */
static void add_changes(char *text, const changes_response *response) {
  for (size_t i = 0; i < response->n_changes; i++) {
    const Bellwether__V1__Change *change = response->changes[i];
    text_add(text, "%c%c:%s ", "?+~-"[change->kind], "?DICSR"[change->subject], change -> name);
    assert_int_equal(change->handle != 0,
                     change->subject == BELLWETHER__V1__CHANGE_SUBJECT__CHANGE_SUBJECT_SERIES);
  }
}

static const char *changes_since(struct engine_fixture *fixture, uint64_t revision,
                                 const char *dataset) {
  changes_request request = BELLWETHER__V1__LIST_CHANGES_REQUEST__INIT;
  char *text = text_buffer();
  request.since_revision = revision;
  request.dataset = TEXT(dataset);
  const changes_response *response = call_ok(fixture, CHANGES, &request);
  assert_string_equal(response->next_page_token, "");
  for (size_t i = 0; i < response->n_changes; i++) {
    assert_true(response->changes[i]->revision > revision);
    assert_true(i == 0 || response->changes[i]->revision >= response->changes[i - 1]->revision);
  }
  add_changes(text, response);
  return text;
}

static void every_write_is_told_by_its_revision(void **state) {
  struct engine_fixture *fixture = *state;
  put_dataset(fixture, "TRADE");
  assert_string_equal(changes_since(fixture, 0, ""), "+D:TRADE ");
  uint64_t revision = fixture->revision;
  put_indicator(fixture, "TRADE", "X", "Exports", "CNY", 9);
  put_code(fixture, "TRADE", "AREA", "CHN", "China");
  assert_string_equal(changes_since(fixture, revision, ""), "~I:TRADE ~C:TRADE ");
  revision = fixture->revision;
  put_figures(fixture, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1));
  assert_string_equal(changes_since(fixture, revision, ""), "+S:TRADE/A.CHN.X +R:R1 ");
  revision = fixture->revision;
  put_figures(fixture, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1));
  assert_string_equal(changes_since(fixture, revision, ""), "");
  put_figures(fixture, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 2));
  assert_string_equal(changes_since(fixture, revision, ""), "~S:TRADE/A.CHN.X ");
}

static void changes_are_told_from_a_time_on(void **state) {
  struct engine_fixture *fixture = *state;
  changes_request request = BELLWETHER__V1__LIST_CHANGES_REQUEST__INIT;
  const int64_t began_ms = clock_wall_ms();
  put_dataset(fixture, "TRADE");
  put_figures(fixture, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1));
  delete_series(fixture, "TRADE/A.CHN.X");
  const changes_response *response = call_ok(fixture, CHANGES, &request);
  assert_int_equal(response->n_changes, 4);
  for (size_t i = 0; i < response->n_changes; i++) {
    assert_in_range(response->changes[i]->at_ms, began_ms, clock_wall_ms());
    assert_true(i == 0 || response->changes[i]->at_ms >= response->changes[i - 1]->at_ms);
  }
  const int64_t last_ms = response->changes[3]->at_ms;
  request.from_ms = began_ms;
  assert_int_equal(((const changes_response *)call_ok(fixture, CHANGES, &request))->n_changes, 4);
  request.since_revision = 2;
  response = call_ok(fixture, CHANGES, &request);
  assert_int_equal(response->n_changes, 1);
  assert_int_equal(response->changes[0]->kind, BELLWETHER__V1__CHANGE_KIND__CHANGE_KIND_DELETED);
  request.from_ms = last_ms + 1;
  assert_int_equal(((const changes_response *)call_ok(fixture, CHANGES, &request))->n_changes, 0);
}

static void what_was_deleted_keeps_its_name(void **state) {
  struct engine_fixture *fixture = *state;
  put_dataset(fixture, "TRADE");
  put_figures(fixture, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1));
  put_figures(fixture, "R2", 2, FIGURES("TRADE/A.CHN.X", 50, 2));
  put_figures(fixture, "R2", 2, FIGURES("TRADE/A.USA.X", 50, 2));
  uint64_t revision = fixture->revision;
  delete_release(fixture, "R2");
  assert_string_equal(changes_since(fixture, revision, ""),
                      "~S:TRADE/A.CHN.X -S:TRADE/A.USA.X -R:R2 ");
  revision = fixture->revision;
  delete_series(fixture, "TRADE/A.CHN.X");
  put_figures(fixture, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1));
  assert_string_equal(changes_since(fixture, revision, ""), "-S:TRADE/A.CHN.X +S:TRADE/A.CHN.X ");
}

static void changes_of_one_dataset_leave_out_the_others(void **state) {
  struct engine_fixture *fixture = *state;
  put_dataset(fixture, "TRADE");
  put_dataset(fixture, "CPI");
  uint64_t revision = fixture->revision;
  put_figures(fixture, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1));
  put_figures(fixture, "R1", 1, FIGURES("CPI/A.CHN.X", 50, 1));
  delete_series(fixture, "CPI/A.CHN.X");
  assert_string_equal(changes_since(fixture, revision, "CPI"), "+S:CPI/A.CHN.X -S:CPI/A.CHN.X ");
  assert_string_equal(changes_since(fixture, revision, "TRADE"), "+S:TRADE/A.CHN.X ");
}

static void pages_of_changes_are_the_answer_in_one_go(void **state) {
  struct engine_fixture *fixture = *state;
  put_dataset(fixture, "TRADE");
  for (int day = 1; day < 6; day++)
    put_figures(fixture, day % 2 == 0 ? "R1" : "R2", day % 2 + 1,
                FIGURES(day < 3 ? "TRADE/A.CHN.X" : "TRADE/A.USA.X", 50, day));
  const char *whole = changes_since(fixture, 0, "");
  for (uint32_t size = 1; size < 10; size++) {
    changes_request request = BELLWETHER__V1__LIST_CHANGES_REQUEST__INIT;
    char *pages = text_buffer();
    request.page_size = size;
    do {
      const changes_response *response = call_ok(fixture, CHANGES, &request);
      assert_true(response->n_changes <= size);
      add_changes(pages, response);
      request.page_token = response->next_page_token;
    } while (request.page_token[0] != '\0');
    assert_string_equal(pages, whole);
  }
}

static void changes_after_the_present_are_none(void **state) {
  put_dataset(*state, "TRADE");
  assert_string_equal(changes_since(*state, 1, ""), "");
  assert_string_equal(changes_since(*state, UINT64_C(1) << 53, ""), "");
  assert_string_equal(changes_since(*state, UINT64_MAX, ""), "");
}

/* --- Availability --- */

static int with_series(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_dataset(*state, "CPI");
  put_indicator(*state, "TRADE", "X", "Exports", "CNY", 9);
  put_code(*state, "TRADE", "AREA", "CHN", "China");
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.CHN.X", 0, 1, 2, 3));
  put_figures(*state, "R1", 1, FIGURES("TRADE/M.CHN.X", -1, 1));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.USA.Y", 1, 1, 2));
  put_figures(*state, "R1", 1, FIGURES("CPI/A.CHN.X", 60, 1));
  return failed;
}

/* "AREA CHN(2 series, 4 rows)". */
static const char *dimension_text(const availability_response *response, size_t at) {
  const Bellwether__V1__DimensionAvailability *dimension = response->dimensions[at];
  char *text = text_buffer();
  text_add(text, "%s", dimension->dimension);
  for (size_t i = 0; i < dimension->n_codes; i++)
    text_add(text, " %s=%s(%d,%d)", dimension->codes[i]->code, dimension->codes[i]->name,
             (int)dimension->codes[i]->series_count, (int)dimension->codes[i]->observation_count);
  return text;
}

static void availability_counts_the_codes_of_the_chosen_series(void **state) {
  availability_request request = BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
  request.pattern = TEXT("TRADE");
  const availability_response *response = call_ok(*state, "Catalog/GetAvailability", &request);
  assert_int_equal(response->series_count, 3);
  assert_int_equal(response->observation_count, 6);
  assert_int_equal(response->n_dimensions, 3);
  assert_string_equal(dimension_text(response, 0), "FREQ A=A(2,5) M=M(1,1)");
  assert_string_equal(dimension_text(response, 1), "AREA CHN=China(2,4) USA=USA(1,2)");
  assert_string_equal(dimension_text(response, 2), "INDICATOR X=Exports(2,4) Y=Y(1,2)");
  assert_int_equal(response->first_ms, -31 * DAY_MS);
  assert_int_equal(response->last_ms, (365 + 365 + 366) * DAY_MS - 1);
}

static void availability_of_a_choice_counts_only_that(void **state) {
  char *codes[] = {TEXT("A")};
  Bellwether__V1__DimensionFilter filter = BELLWETHER__V1__DIMENSION_FILTER__INIT;
  Bellwether__V1__DimensionFilter *filters[] = {&filter};
  availability_request request = BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
  filter.dimension = TEXT("FREQ");
  filter.n_codes = 1;
  filter.codes = codes;
  request.pattern = TEXT("TRADE/.CHN.");
  request.n_filters = 1;
  request.filters = filters;
  const availability_response *response = call_ok(*state, "Catalog/GetAvailability", &request);
  assert_int_equal(response->series_count, 1);
  assert_string_equal(dimension_text(response, 0), "FREQ A=A(1,3)");
  assert_int_equal(response->first_ms, 0);
}

static void availability_of_nothing_is_nothing(void **state) {
  availability_request request = BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
  request.pattern = TEXT("TRADE/A.FRA.");
  const availability_response *response = call_ok(*state, "Catalog/GetAvailability", &request);
  assert_int_equal(response->series_count, 0);
  assert_int_equal(response->n_dimensions, 3);
  assert_string_equal(dimension_text(response, 1), "AREA");
  assert_int_equal(response->first_ms, 0);
  assert_int_equal(response->last_ms, 0);
}

static void availability_of_all_datasets_has_no_dimensions(void **state) {
  availability_request request = BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
  const availability_response *response = call_ok(*state, "Catalog/GetAvailability", &request);
  assert_int_equal(response->series_count, 4);
  assert_int_equal(response->observation_count, 7);
  assert_int_equal(response->n_dimensions, 0);
}

#define RELEASES_TEST(function)                                                                    \
  cmocka_unit_test_setup_teardown(function, with_releases, engine_fixture_teardown)
#define SERIES_TEST(function)                                                                      \
  cmocka_unit_test_setup_teardown(function, with_series, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      RELEASES_TEST(releases_come_in_the_order_of_publication),
      RELEASES_TEST(releases_are_chosen_by_dataset_publisher_and_time),
      RELEASES_TEST(pages_of_releases_follow_each_other),
      RELEASES_TEST(wrong_choices_of_releases_are_refused),
      ENGINE_TEST(every_write_is_told_by_its_revision),
      ENGINE_TEST(changes_are_told_from_a_time_on),
      ENGINE_TEST(what_was_deleted_keeps_its_name),
      ENGINE_TEST(changes_of_one_dataset_leave_out_the_others),
      ENGINE_TEST(pages_of_changes_are_the_answer_in_one_go),
      ENGINE_TEST(changes_after_the_present_are_none),
      SERIES_TEST(availability_counts_the_codes_of_the_chosen_series),
      SERIES_TEST(availability_of_a_choice_counts_only_that),
      SERIES_TEST(availability_of_nothing_is_nothing),
      SERIES_TEST(availability_of_all_datasets_has_no_dimensions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
