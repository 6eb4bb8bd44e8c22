/* SPDX-License-Identifier: MIT */
#include "client/plot/source.h"

#include "client/cli/output.h"
#include "client/cli/rpc.h"

static void add_publisher(struct plot_source *source, struct arena *arena, const char *publisher) {
  for (size_t i = 0; i < source->n_publishers; i++)
    if (strcmp(source->publishers[i], publisher) == 0)
      return;
  const char *own = arena_text(arena, bytes_of_text(publisher));
  if (source->n_publishers < PLOT_PUBLISHERS_MAX && own != NULL)
    source->publishers[source->n_publishers++] = own;
  else
    source->more = true;
}

void plot_source_add(struct plot_source *source, struct arena *arena,
                     const Bellwether__V1__ReleaseEntry *release) {
  int64_t at_ms = release->published_at_ms;
  if (release->id[0] == '\0')
    return;
  if (!source->any || at_ms < source->first_ms)
    source->first_ms = at_ms;
  if (!source->any || at_ms > source->last_ms)
    source->last_ms = at_ms;
  source->any = true;
  if (release->publisher[0] != '\0')
    add_publisher(source, arena, release->publisher);
}

/* "2021-01-14 to 2025-11-25", or the one day. */
static const char *days_text(struct arena *arena, int64_t first_ms, int64_t last_ms) {
  char first[64], last[64];
  date_text(first_ms, true, first, sizeof first);
  date_text(last_ms, true, last, sizeof last);
  bool same = strcmp(first, last) == 0;
  return arena_format(arena, "%s%s%s", first, same ? "" : " to ", same ? "" : last);
}

const char *plot_source_text(const struct plot_source *source, struct arena *arena) {
  const char *names = "";
  if (!source->any)
    return "";
  for (size_t i = 0; i < source->n_publishers && names != NULL; i++)
    names = arena_format(arena, "%s%s%s", names, i == 0 ? "" : ", ", source->publishers[i]);
  const char *days = days_text(arena, source->first_ms, source->last_ms);
  if (names == NULL || days == NULL)
    return NULL;
  if (names[0] == '\0')
    return arena_format(arena, "Published %s", days);
  return arena_format(arena, "Source: %s%s; published %s", names, source->more ? " and others" : "",
                      days);
}

static bool make_room(struct plot_earlier *earlier) {
  if (earlier->n < earlier->capacity)
    return true;
  size_t capacity = 2 * earlier->capacity + 64;
  const char **releases = arena_array(earlier->arena, capacity, sizeof *releases);
  int64_t *published = arena_array(earlier->arena, capacity, sizeof *published);
  if (releases == NULL || published == NULL)
    return false;
  for (size_t i = 0; i < earlier->n; i++) {
    releases[i] = earlier->releases[i];
    published[i] = earlier->published_ms[i];
  }
  earlier->releases = releases;
  earlier->published_ms = published;
  earlier->capacity = capacity;
  return true;
}

static enum exit_code read_page(void *arg, const ProtobufCMessage *message) {
  struct plot_earlier *earlier = arg;
  const Bellwether__V1__ListVintagesResponse *response = (const void *)message;
  for (size_t i = 0; i < response->n_vintages; i++) {
    const Bellwether__V1__ReleaseEntry *release = response->vintages[i]->release;
    const char *id = arena_text(earlier->arena, bytes_of_text(release->id));
    if (id == NULL || !make_room(earlier))
      return EXIT_CODE_REFUSED;
    earlier->releases[earlier->n] = id;
    earlier->published_ms[earlier->n++] = release->published_at_ms;
  }
  return EXIT_CODE_OK;
}

enum exit_code plot_earlier_ask(struct cli *cli, char *key, struct plot_earlier *earlier) {
  Bellwether__V1__ListVintagesRequest request = BELLWETHER__V1__LIST_VINTAGES_REQUEST__INIT;
  Bellwether__V1__SeriesRef series = BELLWETHER__V1__SERIES_REF__INIT;
  series.ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  series.key = key;
  request.series = &series;
  enum exit_code code =
      rpc_pages(cli, "Observations/ListVintages", &request.base,
                &bellwether__v1__list_vintages_response__descriptor, read_page, earlier);
  if (code == EXIT_CODE_OK && earlier->n > 0)
    earlier->n--; /* the last one's view is the series as it is */
  return code;
}

const char *plot_earlier_choose(struct plot_earlier *earlier) {
  size_t n = earlier->n < PLOT_OLDER_MAX ? earlier->n : PLOT_OLDER_MAX;
  if (n == 0)
    return "no earlier release";
  for (size_t i = 0; i < n; i++)
    earlier->chosen[i] = earlier->releases[n == 1 ? 0 : i * (earlier->n - 1) / (n - 1)];
  earlier->n_chosen = n;
  const char *days =
      days_text(earlier->arena, earlier->published_ms[0], earlier->published_ms[earlier->n - 1]);
  if (days == NULL)
    return NULL;
  if (n < earlier->n)
    return arena_format(earlier->arena, "%zu of %zu earlier releases, %s", n, earlier->n, days);
  return arena_format(earlier->arena, "%zu earlier release%s, %s", n, n == 1 ? "" : "s", days);
}
