/* SPDX-License-Identifier: MIT */
/* What was published and what changed: availability, releases, vintages, revisions, changes. */
#include "tests/reading.h"

#include "proto/period.h"

typedef Bellwether__V1__GetAvailabilityRequest availability_request;
typedef Bellwether__V1__GetAvailabilityResponse availability_response;
typedef Bellwether__V1__ListReleasesRequest releases_request;
typedef Bellwether__V1__ListReleasesResponse releases_response;
typedef Bellwether__V1__ListVintagesRequest vintages_request;
typedef Bellwether__V1__ListVintagesResponse vintages_response;
typedef Bellwether__V1__ListRevisionsRequest revisions_request;
typedef Bellwether__V1__ListRevisionsResponse revisions_response;
typedef Bellwether__V1__ListChangesRequest changes_request;
typedef Bellwether__V1__ListChangesResponse changes_response;

#define KEY "TRADE/A.CHN.X"

/* --- Which codes there are --- */

static int with_series(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_dataset(*state, "WAGES");
  put_indicator(*state, "TRADE", "X", "Exports", "CNY", 9);
  put_code(*state, "TRADE", "AREA", "CHN", "China");
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.USA.Y", 50, 1));
  put_figures(*state, "R1", 1, FIGURES(KEY, 50, 1, 2, 3));
  put_figures(*state, "R1", 1, FIGURES("TRADE/M.CHN.X", 635, 4, 5));
  put_figures(*state, "R2", 2, FIGURES("WAGES/A.CHN.W", 49, 6));
  return failed;
}

/* "3 series 6 figures; FREQ A=2/4 M=1/2; ...": of each code its series and their figures. */
static const char *availability_text(const availability_response *response) {
  char *text = text_buffer();
  text_add(text, "%llu series %llu figures", (unsigned long long)response->series_count,
           (unsigned long long)response->observation_count);
  for (size_t i = 0; i < response->n_dimensions; i++) {
    const Bellwether__V1__DimensionAvailability *dimension = response->dimensions[i];
    text_add(text, "; %s", dimension->dimension);
    for (size_t j = 0; j < dimension->n_codes; j++)
      text_add(text, " %s(%s)=%llu/%llu", dimension->codes[j]->code, dimension->codes[j]->name,
               (unsigned long long)dimension->codes[j]->series_count,
               (unsigned long long)dimension->codes[j]->observation_count);
  }
  return text;
}

static void codes_are_counted_by_dimension_in_their_order(void **state) {
  availability_request request = BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
  request.pattern = TEXT("TRADE");
  const availability_response *response = call_ok(*state, "Catalog/GetAvailability", &request);
  assert_string_equal(
      availability_text(response),
      "3 series 6 figures; FREQ A(A)=2/4 M(M)=1/2; AREA CHN(China)=2/5 USA(USA)=1/1; "
      "INDICATOR X(Exports)=2/5 Y(Y)=1/1");
}

static void a_pattern_and_filters_narrow_the_codes(void **state) {
  char *areas[] = {TEXT("CHN")};
  Bellwether__V1__DimensionFilter filter = BELLWETHER__V1__DIMENSION_FILTER__INIT;
  Bellwether__V1__DimensionFilter *filters[] = {&filter};
  availability_request request = BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
  filter.dimension = TEXT("AREA");
  filter.n_codes = 1;
  filter.codes = areas;
  request.pattern = TEXT("TRADE/A..");
  request.n_filters = 1;
  request.filters = filters;
  const availability_response *response = call_ok(*state, "Catalog/GetAvailability", &request);
  assert_string_equal(availability_text(response),
                      "1 series 3 figures; FREQ A(A)=1/3; AREA CHN(China)=1/3; "
                      "INDICATOR X(Exports)=1/3");
}

static void series_of_several_datasets_are_counted_without_dimensions(void **state) {
  availability_request request = BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
  const availability_response *response = call_ok(*state, "Catalog/GetAvailability", &request);
  assert_string_equal(availability_text(response), "4 series 7 figures");
}

static void the_time_is_from_the_first_to_the_end_of_the_last_figure(void **state) {
  availability_request request = BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
  withdraw(*state, "R3", 3, "WAGES/A.CHN.W", 49);
  put_figures(*state, "R3", 3, FIGURES("TRADE/A.AAA.X", 40, 1));
  put_figures(*state, "R3", 3, FIGURES("TRADE/A.ZZZ.X", 60, 1));
  const availability_response *response = call_ok(*state, "Catalog/GetAvailability", &request);
  assert_int_equal(response->first_ms, period_first_ms(FREQUENCY_A, 40));
  assert_int_equal(response->last_ms, period_last_ms(FREQUENCY_A, 60));
  request.pattern = TEXT("TRADE/M..");
  response = call_ok(*state, "Catalog/GetAvailability", &request);
  assert_int_equal(response->first_ms, period_first_ms(FREQUENCY_M, 635));
  assert_int_equal(response->last_ms, period_last_ms(FREQUENCY_M, 636));
  request.pattern = TEXT("WAGES");
  response = call_ok(*state, "Catalog/GetAvailability", &request);
  assert_string_equal(availability_text(response),
                      "1 series 0 figures; FREQ A(A)=1/0; AREA CHN(CHN)=1/0; INDICATOR W(W)=1/0");
  assert_int_equal(response->first_ms, 0);
  assert_int_equal(response->last_ms, 0);
}

static void codes_are_in_their_own_order_whatever_that_of_the_keys(void **state) {
  availability_request request = BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
  put_figures(*state, "R3", 3, FIGURES("TRADE/M.AUS.A", 600, 1));
  request.pattern = TEXT("TRADE/.USA+AUS.");
  const availability_response *response = call_ok(*state, "Catalog/GetAvailability", &request);
  assert_string_equal(availability_text(response),
                      "2 series 2 figures; FREQ A(A)=1/1 M(M)=1/1; AREA AUS(AUS)=1/1 USA(USA)=1/1; "
                      "INDICATOR A(A)=1/1 Y(Y)=1/1");
}

/* --- Releases --- */

static int with_releases(void **state) {
  int failed = engine_fixture_setup(state);
  struct statements_message series;
  Bellwether__V1__SeriesStatements *pointers[] = {&series.statements};
  Bellwether__V1__Release other = release_message("R3", 3 * DAY_MS);
  Bellwether__V1__PutObservationsRequest request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
  put_dataset(*state, "TRADE");
  put_dataset(*state, "WAGES");
  put_figures(*state, "R1", 1, FIGURES(KEY, 50, 10, 20, 30));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.DEU.X", 50, 1));
  put_figures(*state, "R2", 2, FIGURES(KEY, 51, 20, 33, 40));
  statements_message_init(&series, "WAGES/A.CHN.W", 50, 1, (double[]){1});
  other.publisher = TEXT("Office");
  request.release = &other;
  request.n_series = 1;
  request.series = pointers;
  (void)call_ok((struct engine_fixture *)*state, "Ingest/PutObservations", &request);
  put_figures(*state, "R4", 4, FIGURES(KEY, 52, 36));
  return failed;
}

/* "R1(2) R2(1)": how many series each states. */
static const char *listed(struct engine_fixture *fixture, releases_request *request) {
  char *text = text_buffer();
  request->page_token = TEXT("");
  do {
    const releases_response *response = call_ok(fixture, "Observations/ListReleases", request);
    for (size_t i = 0; i < response->n_releases; i++)
      text_add(text, "%s%s(%u)", text[0] == '\0' ? "" : " ", response->releases[i]->release->id,
               (unsigned)response->releases[i]->series_count);
    request->page_token = response->next_page_token;
  } while (request->page_token[0] != '\0');
  return text;
}

static void releases_are_chosen_by_dataset_publisher_and_time(void **state) {
  static const struct {
    const char *dataset, *publisher;
    int from, to; /* days */
    const char *releases;
  } ROWS[] = {
      {"", "", 0, 0, "R1(2) R2(1) R3(1) R4(1)"},
      {"TRADE", "", 0, 0, "R1(2) R2(1) R4(1)"},
      {"WAGES", "", 0, 0, "R3(1)"},
      {"", "Customs", 0, 0, "R1(2) R2(1) R4(1)"},
      {"", "Office", 0, 0, "R3(1)"},
      {"", "Off", 0, 0, ""},
      {"TRADE", "Office", 0, 0, ""},
      {"", "", 2, 0, "R2(1) R3(1) R4(1)"},
      {"", "", 0, 3, "R1(2) R2(1) R3(1)"},
      {"", "", 3, 3, "R3(1)"},
      {"TRADE", "", 2, 3, "R2(1)"},
  };
  for (uint32_t page_size = 0; page_size <= 1; page_size++)
    for (size_t i = 0; i < count_of(ROWS); i++) {
      releases_request request = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
      request.dataset = TEXT(ROWS[i].dataset);
      request.publisher = TEXT(ROWS[i].publisher);
      request.from_ms = ROWS[i].from * DAY_MS;
      request.to_ms = ROWS[i].to * DAY_MS;
      request.page_size = page_size;
      assert_string_equal(listed(*state, &request), ROWS[i].releases);
    }
}

static void a_time_that_ends_before_it_starts_is_refused(void **state) {
  releases_request request = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
  request.from_ms = 3 * DAY_MS;
  request.to_ms = 3 * DAY_MS - 1;
  call_fails(*state, "Observations/ListReleases", &request, RPC_INVALID_ARGUMENT, "RANGE_REVERSED",
             "from_ms");
}

/* --- Vintages and revisions of one series --- */

/* "R1: 3 new 3 revised 0 unchanged 0 withdrawn 0, 50 to 52". */
static const char *vintages_text(struct engine_fixture *fixture, uint32_t page_size) {
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  vintages_request request = BELLWETHER__V1__LIST_VINTAGES_REQUEST__INIT;
  char *text = text_buffer();
  request.series = &ref;
  request.page_size = page_size;
  do {
    const vintages_response *response = call_ok(fixture, "Observations/ListVintages", &request);
    for (size_t i = 0; i < response->n_vintages; i++) {
      const Bellwether__V1__Vintage *row = response->vintages[i];
      text_add(text, "%s%s: %u+%u-%u=%u, -%u, %d to %d%s", text[0] == '\0' ? "" : "; ",
               row->release->id, (unsigned)row->new_count, (unsigned)row->revised_count,
               (unsigned)row->unchanged_count, (unsigned)row->stated_count,
               (unsigned)row->withdrawn_count, (int)row->first_period, (int)row->last_period,
               row->replaces ? ", in full" : "");
    }
    request.page_token = response->next_page_token;
  } while (request.page_token[0] != '\0');
  return text;
}

static void a_vintage_tells_what_it_brought(void **state) {
  struct statements_message full;
  withdraw(*state, "R5", 5, KEY, 50);
  statements_message_init(&full, KEY, 50, 2, (double[]){11, 20});
  full.statements.mode = BELLWETHER__V1__WRITE_MODE__WRITE_MODE_REPLACE;
  put_statements(*state, "R6", 6, &full);
  for (uint32_t page_size = 0; page_size <= 1; page_size++)
    assert_string_equal(vintages_text(*state, page_size), "R1: 3+0-0=3, -0, 50 to 52; "
                                                          "R2: 1+1-1=3, -0, 51 to 53; "
                                                          "R4: 0+1-0=1, -0, 52 to 52; "
                                                          "R5: 0+0-0=0, -1, 50 to 50; "
                                                          "R6: 0+1-1=2, -2, 50 to 53, in full");
}

/* Also where there was nothing to withdraw: an older release may still say something of it. */
static void a_vintage_tells_which_periods_it_withdraws(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  vintages_request request = BELLWETHER__V1__LIST_VINTAGES_REQUEST__INIT;
  request.series = &ref;
  withdraw(*state, "R5", 5, KEY, 50);
  withdraw(*state, "R5", 5, KEY, 70);
  withdraw(*state, "R5", 5, KEY, 71);
  const vintages_response *response = call_ok(*state, "Observations/ListVintages", &request);
  assert_int_equal(response->vintages[0]->n_withdrawn, 0);
  const Bellwether__V1__Vintage *last = response->vintages[response->n_vintages - 1];
  assert_int_equal(last->withdrawn_count, 1);
  assert_int_equal(last->n_withdrawn, 2);
  assert_int_equal(last->withdrawn[0]->first, 50);
  assert_int_equal(last->withdrawn[0]->last, 50);
  assert_int_equal(last->withdrawn[1]->first, 70);
  assert_int_equal(last->withdrawn[1]->last, 71);
}

/* "50=10/R1<0": period, value, release, and the day at which it ended; ' says again. */
static const char *revisions_text(struct engine_fixture *fixture, revisions_request *request) {
  char *text = text_buffer();
  request->page_token = TEXT("");
  do {
    const revisions_response *response = call_ok(fixture, "Observations/ListRevisions", request);
    size_t unchanged = 0;
    for (size_t i = 0; i < response->n_values; i++) {
      bool again =
          unchanged < response->n_unchanged_indexes && response->unchanged_indexes[unchanged] == i;
      unchanged += again;
      text_add(text, "%s%d=%g/%s<%d%s", text[0] == '\0' ? "" : " ", (int)response->periods[i],
               response->values[i], response->releases[response->release_indexes[i]]->id,
               (int)(response->known_until_ms[i] / DAY_MS), again ? "'" : "");
    }
    request->page_token = response->next_page_token;
  } while (request->page_token[0] != '\0');
  return text;
}

static void revisions_come_by_period_and_release(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  revisions_request request = BELLWETHER__V1__LIST_REVISIONS_REQUEST__INIT;
  request.series = &ref;
  for (request.page_size = 0; request.page_size <= 2; request.page_size++) {
    request.include_unchanged = false;
    assert_string_equal(revisions_text(*state, &request),
                        "50=10/R1<0 51=20/R1<0 52=30/R1<2 52=33/R2<4 52=36/R4<0 53=40/R2<0");
    request.include_unchanged = true;
    assert_string_equal(
        revisions_text(*state, &request),
        "50=10/R1<0 51=20/R1<0 51=20/R2<0' 52=30/R1<2 52=33/R2<4 52=36/R4<0 53=40/R2<0");
  }
}

static void releases_of_revisions_are_in_their_order_each_once(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  revisions_request request = BELLWETHER__V1__LIST_REVISIONS_REQUEST__INIT;
  /* By period the later release comes first. */
  put_figures(*state, "R0", 0, FIGURES(KEY, 54, 7));
  request.series = &ref;
  const revisions_response *response =
      call_ok((struct engine_fixture *)*state, "Observations/ListRevisions", &request);
  char *text = text_buffer();
  for (size_t i = 0; i < response->n_releases; i++)
    text_add(text, "%s ", response->releases[i]->id);
  assert_string_equal(text, "R0 R1 R2 R4 ");
}

static void statistics_are_of_figures_and_leave_targets_out(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  revisions_request request = BELLWETHER__V1__LIST_REVISIONS_REQUEST__INIT;
  struct statements_message target;
  statements_message_init(&target, KEY, 53, 1, (double[]){100});
  target.columns.statuses.data = (uint8_t *)(uintptr_t) "T";
  target.columns.statuses.len = 1;
  put_statements(*state, "R0", 0, &target);
  /* Last less first: 0, -5, 6 (by two revisions) and 0. */
  put_figures(*state, "R5", 5, FIGURES(KEY, 51, 15));
  request.series = &ref;
  for (int all = 0; all <= 1; all++) {
    request.statistics = true;
    request.include_unchanged = all == 1;
    const revisions_response *response =
        call_ok((struct engine_fixture *)*state, "Observations/ListRevisions", &request);
    const Bellwether__V1__RevisionStatistics *statistics = response->statistics;
    assert_int_equal(statistics->revision_count, 3);
    assert_int_equal(statistics->revised_period_count, 2);
    assert_int_equal(statistics->period_count, 4);
    assert_true(statistics->mean_revision == 0.25);
    assert_true(statistics->mean_absolute_revision == 2.75);
    assert_true(statistics->max_absolute_revision == 6);
  }
}

static void a_forecast_is_a_figure_for_the_statistics(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/A.DEU.X");
  revisions_request request = BELLWETHER__V1__LIST_REVISIONS_REQUEST__INIT;
  struct statements_message forecast;
  statements_message_init(&forecast, "TRADE/A.DEU.X", 50, 1, (double[]){3});
  forecast.columns.statuses.data = (uint8_t *)(uintptr_t) "F";
  forecast.columns.statuses.len = 1;
  put_statements(*state, "R0", 0, &forecast);
  request.series = &ref;
  request.statistics = true;
  const revisions_response *response =
      call_ok((struct engine_fixture *)*state, "Observations/ListRevisions", &request);
  assert_int_equal(response->statistics->revision_count, 1);
  assert_true(response->statistics->mean_revision == -2);
  assert_true(response->statistics->max_absolute_revision == 2);
}

static void a_change_of_status_alone_is_no_revision_of_the_figure(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/A.DEU.X");
  revisions_request request = BELLWETHER__V1__LIST_REVISIONS_REQUEST__INIT;
  struct statements_message estimate;
  statements_message_init(&estimate, "TRADE/A.DEU.X", 50, 1, (double[]){1});
  estimate.columns.statuses.data = (uint8_t *)(uintptr_t) "P";
  estimate.columns.statuses.len = 1;
  put_statements(*state, "R0", 0, &estimate);
  request.series = &ref;
  request.statistics = true;
  const revisions_response *response =
      call_ok((struct engine_fixture *)*state, "Observations/ListRevisions", &request);
  assert_int_equal(response->n_values, 2);
  assert_int_equal(response->statistics->period_count, 1);
  assert_int_equal(response->statistics->revised_period_count, 0);
  assert_int_equal(response->statistics->revision_count, 0);
}

static void a_comment_stands_at_its_row(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  Bellwether__V1__Comment comment = BELLWETHER__V1__COMMENT__INIT, *comments[] = {&comment};
  revisions_request request = BELLWETHER__V1__LIST_REVISIONS_REQUEST__INIT;
  struct statements_message doubtful;
  statements_message_init(&doubtful, KEY, 51, 2, (double[]){22, 37});
  comment.index = 1;
  comment.text = TEXT("doubtful");
  doubtful.columns.n_comments = 1;
  doubtful.columns.comments = comments;
  put_statements(*state, "R5", 5, &doubtful);
  request.series = &ref;
  const revisions_response *response =
      call_ok((struct engine_fixture *)*state, "Observations/ListRevisions", &request);
  assert_int_equal(response->n_comments, 1);
  assert_string_equal(response->comments[0]->text, "doubtful");
  assert_true(response->values[response->comments[0]->index] == 37);
}

/* --- Changes --- */

/* "1 TRADE, 2 TRADE/A.CHN.X#1": revision and name, of series the handle; +, ~ and - in front. */
static const char *changes_text(struct engine_fixture *fixture, changes_request *request) {
  static const char KINDS[] = "?+~-";
  char *text = text_buffer();
  request->page_token = TEXT("");
  do {
    const changes_response *response = call_ok(fixture, "Catalog/ListChanges", request);
    for (size_t i = 0; i < response->n_changes; i++) {
      const Bellwether__V1__Change *change = response->changes[i];
      text_add(text, "%s%llu%c%s", text[0] == '\0' ? "" : " ", (unsigned long long)change->revision,
               KINDS[(int)change->kind], change->name);
      if (change->handle != 0)
        text_add(text, "#%llu", (unsigned long long)change->handle);
    }
    request->page_token = response->next_page_token;
  } while (request->page_token[0] != '\0');
  return text;
}

static void changes_come_by_revision_since_one_and_of_one_dataset(void **state) {
  static const struct {
    const char *dataset;
    uint64_t since;
    const char *changes;
  } ROWS[] = {
      {"", 0,
       "1+TRADE 2+WAGES 3+TRADE/A.CHN.X#1 3+R1 4+TRADE/A.DEU.X#2 5~TRADE/A.CHN.X#1 5+R2 "
       "6+WAGES/A.CHN.W#3 6+R3 7~TRADE/A.CHN.X#1 7+R4 8-TRADE/A.DEU.X#2"},
      {"", 6, "7~TRADE/A.CHN.X#1 7+R4 8-TRADE/A.DEU.X#2"},
      {"", 8, ""},
      {"TRADE", 0,
       "1+TRADE 3+TRADE/A.CHN.X#1 4+TRADE/A.DEU.X#2 5~TRADE/A.CHN.X#1 7~TRADE/A.CHN.X#1 "
       "8-TRADE/A.DEU.X#2"},
      {"WAGES", 0, "2+WAGES 6+WAGES/A.CHN.W#3"},
      {"WAGES", 2, "6+WAGES/A.CHN.W#3"},
  };
  delete_series(*state, "TRADE/A.DEU.X");
  for (uint32_t page_size = 0; page_size <= 1; page_size++)
    for (size_t i = 0; i < count_of(ROWS); i++) {
      changes_request request = BELLWETHER__V1__LIST_CHANGES_REQUEST__INIT;
      request.page_size = page_size;
      request.dataset = TEXT(ROWS[i].dataset);
      request.since_revision = ROWS[i].since;
      assert_string_equal(changes_text(*state, &request), ROWS[i].changes);
    }
}

#define ON(setup, function)                                                                        \
  cmocka_unit_test_setup_teardown(function, setup, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      ON(with_series, codes_are_counted_by_dimension_in_their_order),
      ON(with_series, a_pattern_and_filters_narrow_the_codes),
      ON(with_series, series_of_several_datasets_are_counted_without_dimensions),
      ON(with_series, the_time_is_from_the_first_to_the_end_of_the_last_figure),
      ON(with_series, codes_are_in_their_own_order_whatever_that_of_the_keys),
      ON(with_releases, releases_are_chosen_by_dataset_publisher_and_time),
      ON(with_releases, a_time_that_ends_before_it_starts_is_refused),
      ON(with_releases, a_vintage_tells_what_it_brought),
      ON(with_releases, a_vintage_tells_which_periods_it_withdraws),
      ON(with_releases, revisions_come_by_period_and_release),
      ON(with_releases, releases_of_revisions_are_in_their_order_each_once),
      ON(with_releases, statistics_are_of_figures_and_leave_targets_out),
      ON(with_releases, a_forecast_is_a_figure_for_the_statistics),
      ON(with_releases, a_change_of_status_alone_is_no_revision_of_the_figure),
      ON(with_releases, a_comment_stands_at_its_row),
      ON(with_releases, changes_come_by_revision_since_one_and_of_one_dataset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
