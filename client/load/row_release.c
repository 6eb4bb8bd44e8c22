/* SPDX-License-Identifier: MIT */
/* The release of a row. */
#include "client/load/table.h"
#include "proto/instant.h"

static bool read_published(const struct row *row, struct instant_span *ret_span) {
  struct bytes text = row_cell_of(row, LOAD_PUBLISHED);
  enum instant_status status = instant_parse(text, ret_span);
  return status == INSTANT_OK ||
         load_complain(row->table->load, row_place_of(row, LOAD_PUBLISHED), "\"%.*s\" %s",
                       text_shown(text), (const char *)text.data, instant_status_text(status));
}

/* By its id, or made of the publisher and the time. */
static struct load_release *find_release(const struct row *row, const struct instant_span *time,
                                         bool day_only) {
  struct load *load = row->table->load;
  struct bytes id = row_cell_of(row, LOAD_RELEASE), publisher = row_cell_of(row, LOAD_PUBLISHER);
  if (id.size > 0)
    return load_release(load, row_place_of(row, LOAD_RELEASE), id);
  if (publisher.size == 0) {
    load_complain(load, row_place_of(row, LOAD_PUBLISHED),
                  "the row names neither its release nor its publisher");
    return NULL;
  }
  char *made = load_release_id(load, publisher, time->first_ms, day_only);
  return made == NULL ? NULL
                      : load_release(load, row_place_of(row, LOAD_PUBLISHER), bytes_of_text(made));
}

static bool take_publisher(const struct row *row, struct load_release *release) {
  struct bytes publisher = row_cell_of(row, LOAD_PUBLISHER);
  if (publisher.size == 0 || release->own ||
      bytes_equal(publisher, bytes_of_text(release->message.publisher)))
    return true;
  if (release->message.publisher[0] != '\0')
    return load_complain(row->table->load, row_place_of(row, LOAD_PUBLISHER),
                         "release %s has another publisher in an earlier row: %s",
                         release->message.id, release->message.publisher);
  release->message.publisher = load_text(row->table->load, publisher);
  return release->message.publisher != NULL;
}

static bool find(struct row *row) {
  struct load *load = row->table->load;
  struct instant_span time = {0};
  bool timed = row_cell_of(row, LOAD_PUBLISHED).size > 0;
  if (!timed && row_cell_of(row, LOAD_RELEASE).size == 0) {
    row->release = load_default_release(load);
    return row->release != NULL;
  }
  if (timed && !read_published(row, &time))
    return false;
  bool day_only = time.precision == INSTANT_PRECISION_DAY;
  row->release = find_release(row, &time, day_only);
  return row->release != NULL &&
         (!timed || load_release_time(load, row_place_of(row, LOAD_PUBLISHED), row->release,
                                      time.first_ms, day_only)) &&
         take_publisher(row, row->release);
}

static bool read_url(struct row *row) {
  struct load *load = row->table->load;
  struct bytes url = row_cell_exactly(row, LOAD_URL);
  struct load_release *release = row->release;
  if (url.size == 0)
    return true;
  if (release->of_url == NULL)
    release->of_url = load_text(load, url);
  if (release->of_url == NULL)
    return false;
  release->many_urls = release->many_urls || !bytes_equal(url, bytes_of_text(release->of_url));
  return spool_add_text(load->rows, url, &row->url) || load_fail_spool(load);
}

bool row_read_release(struct row *row) {
  return find(row) && read_url(row);
}
