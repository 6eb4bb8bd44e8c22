/* SPDX-License-Identifier: MIT */
/* The releases of a load: their identity, their time, and what the store knows of them. */
#include <inttypes.h>
#include <time.h>

#include "bellwether/v1/observations.pb-c.h"
#include "client/load/load.h"
#include "client/cli/rpc.h"
#include "proto/instant.h"
#include "proto/key.h"

static struct load_release *add(struct load *load, struct load_place place, char *id) {
  struct load_release *release = arena_zero(load->arena, sizeof *release);
  if (release == NULL || id == NULL || !list_add(&load->releases, load->arena, release)) {
    load_fail_memory(load);
    return NULL;
  }
  bellwether__v1__release__init(&release->message);
  release->message.id = id;
  release->place = place;
  release->index = (uint32_t)(load->releases.count - 1);
  return release;
}

struct load_release *load_release(struct load *load, struct load_place place, struct bytes id) {
  struct load_release *release = cache_get(&load->release_by_id, id);
  if (release != NULL)
    return release;
  enum key_status status = key_check_release_id(id, NULL);
  if (status != KEY_OK) {
    load_complain(load, place, "release \"%.*s\" %s", (int)id.size, (const char *)id.data,
                  key_status_text(status));
    return NULL;
  }
  release = add(load, place, load_text(load, id));
  if (release != NULL && !cache_put(&load->release_by_id, load->arena, id, release)) {
    load_fail_memory(load);
    return NULL;
  }
  return release;
}

bool load_release_time(struct load *load, struct load_place place, struct load_release *release,
                       int64_t published_ms, bool day_only) {
  Bellwether__V1__TimePrecision precision =
      day_only ? BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_DAY
               : BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT;
  if (release->timed &&
      (release->message.published_at_ms != published_ms || release->message.precision != precision))
    return load_complain(load, place, "release %s was given another time of publication before",
                         release->message.id);
  release->timed = true;
  release->message.published_at_ms = published_ms;
  release->message.precision = precision;
  return true;
}

/* Letters of a release's id that stand for one of a publisher's name; '\0' where none does. */
static char letter_of(char letter) {
  if ((letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
      (letter >= 'a' && letter <= 'z') || strchr("_.-", letter) != NULL)
    return letter;
  return letter == ' ' ? '-' : letter == '/' ? '~' : letter == '&' ? '+' : '\0';
}

/* Other letters are left out, and a number in their place keeps different names apart. */
char *load_release_id(struct load *load, struct bytes publisher, int64_t published_ms,
                      bool day_only) {
  enum { NAME_BYTES = 80 };
  char name[NAME_BYTES + 1], date[INSTANT_TEXT_SIZE];
  size_t size = 0;
  uint32_t others = 0;
  for (size_t i = 0; i < publisher.size; i++) {
    char letter = letter_of((char)publisher.data[i]);
    if (letter == '\0' || size == NAME_BYTES)
      others = others * 16777619u + publisher.data[i] + 1;
    else
      name[size++] = letter;
  }
  name[size] = '\0';
  instant_format(published_ms, day_only ? INSTANT_PRECISION_DAY : INSTANT_PRECISION_MS, date);
  char *id = others == 0 ? arena_format(load->arena, "%s-%s", name, date)
                         : arena_format(load->arena, "%s~%08x-%s", name, others, date);
  if (id == NULL)
    load_fail_memory(load);
  return id;
}

/* What the store says of a release that is looked for among those of its time. */
struct wanted {
  struct load *load;
  struct load_release *release;
  bool failed;
};

static bool take_text(struct wanted *wanted, const char *known, char **ret_text) {
  if (known[0] == '\0')
    return true;
  *ret_text = load_text(wanted->load, bytes_of_text(known));
  wanted->failed = wanted->failed || *ret_text == NULL;
  return *ret_text != NULL;
}

static enum exit_code take_known(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__ListReleasesResponse *response = (const void *)message;
  struct wanted *wanted = arg;
  Bellwether__V1__Release *ours = &wanted->release->message;
  for (size_t i = 0; i < response->n_releases; i++) {
    const Bellwether__V1__Release *known = response->releases[i]->release;
    if (strcmp(known->id, ours->id) != 0)
      continue;
    if (!take_text(wanted, known->title, &ours->title) ||
        !take_text(wanted, known->note, &ours->note) ||
        !take_text(wanted, known->url, &ours->url) ||
        (ours->publisher[0] == '\0' && !take_text(wanted, known->publisher, &ours->publisher)))
      return EXIT_CODE_REFUSED;
  }
  return EXIT_CODE_OK;
}

/* The zero of a ListReleases' bound means open, so 1970-01-01 itself is asked as its neighbour. */
static bool complete(struct load *load, struct load_release *release) {
  Bellwether__V1__ListReleasesRequest request = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
  struct wanted wanted = {.load = load, .release = release};
  int64_t at_ms = release->message.published_at_ms;
  request.from_ms = at_ms == 0 ? -1 : at_ms;
  request.to_ms = at_ms == 0 ? 1 : at_ms;
  enum exit_code code =
      rpc_pages(load->cli, "Observations/ListReleases", &request.base,
                &bellwether__v1__list_releases_response__descriptor, take_known, &wanted);
  if (wanted.failed)
    load_fail_memory(load);
  return code == EXIT_CODE_OK;
}

/* Nothing but the release is asked for, and the server refuses one that it does not have. */
static bool is_stored(struct load *load, const struct load_release *release, bool *ret_there) {
  Bellwether__V1__GetLatestRequest request = BELLWETHER__V1__GET_LATEST_REQUEST__INIT;
  Bellwether__V1__AsOf as_of = BELLWETHER__V1__AS_OF__INIT;
  scoped(message_free) ProtobufCMessage *message = NULL;
  as_of.point_case = BELLWETHER__V1__AS_OF__POINT_RELEASE;
  as_of.release = release->message.id;
  request.as_of = &as_of;
  load->code = rpc_find(load->cli, "Observations/GetLatest", &request.base, "RELEASE_NOT_FOUND",
                        &bellwether__v1__get_latest_response__descriptor, &message);
  *ret_there = message != NULL;
  return load->code == EXIT_CODE_OK;
}

/* A release without a time must be in the store; the first row that names it is told of. */
static bool check_known(struct load *load, const struct load_release *release) {
  bool there = false;
  if (!is_stored(load, release, &there))
    return false;
  return there || load_complain(load, release->place,
                                "release \"%s\" is not in the store: say when it was published",
                                release->message.id);
}

struct load_release *load_default_release(struct load *load) {
  if (load->default_release != NULL)
    return load->default_release;
  if (load->files_release == NULL)
    load->files_release = add(load, (struct load_place){.file = "--release"}, text_field(""));
  return load->files_release;
}

static int64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

/* The files are a release of their own, of the time when they were first loaded. */
static bool name_files_release(struct load *load) {
  struct load_release *release = load->files_release;
  bool there = false;
  char *id = arena_format(load->arena, "file:%016" PRIx64 "%016" PRIx64, load->files_hash[0],
                          load->files_hash[1]);
  if (id == NULL)
    return load_fail_memory(load);
  release->message.id = id;
  release->own = true;
  if (!is_stored(load, release, &there))
    return false;
  if (there)
    return true;
  const char *first = base_name(((const struct load_file *)load->files.items[0])->name);
  release->message.title = load->files.count == 1 ? load_text(load, bytes_of_text(first))
                                                  : arena_format(load->arena, "%s and %zu more",
                                                                 first, load->files.count - 1);
  release->message.note =
      text_field("The file names no release; the time is that of the first load.");
  return release->message.title != NULL
             ? load_release_time(load, release->place, release, now_ms(), false)
             : load_fail_memory(load);
}

bool load_complete_releases(struct load *load) {
  if (load->files_release != NULL && !name_files_release(load))
    return false;
  for (size_t i = 0; i < load->releases.count; i++) {
    struct load_release *release = load->releases.items[i];
    if (!release->timed && release != load->files_release && !check_known(load, release))
      return false;
    if (release->own || !release->timed)
      continue;
    if (!release->many_urls && release->of_url != NULL)
      release->message.url = text_field(release->of_url);
    if (!complete(load, release))
      return false;
  }
  return true;
}
