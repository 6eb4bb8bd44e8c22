/* SPDX-License-Identifier: MIT */
/* Descriptions: datasets, indicators, codes, releases, and what a series overrides. */
#include "server/check.h"

#include "proto/calendar.h"

#define DIMENSION_ID_BYTES 64 /* As long as a dataset's. */
#define CODE_BYTES 128        /* Two of them still fit into a key. */

struct text_field {
  const char *name;
  const char *text;
  size_t bytes_max;
};

static bool check_texts(struct context *context, const struct path *path,
                        const struct text_field *fields, size_t n_fields) {
  for (size_t i = 0; i < n_fields; i++) {
    if (!check_text(context, PATH(path, fields[i].name), fields[i].text, fields[i].bytes_max))
      return false;
  }
  return true;
}

static bool fail_enum(struct context *context, const struct path *path, int number) {
  return check_fail(context, path, "FIELD_INVALID", NULL, "%d is not a known value of %s.", number,
                    path->name);
}

/* How many dimensions have a role. */
static size_t count_role(const Bellwether__V1__Dataset *dataset,
                         Bellwether__V1__DimensionRole role) {
  size_t count = 0;
  for (size_t i = 0; i < dataset->n_dimensions; i++)
    count += dataset->dimensions[i]->role == role;
  return count;
}

static bool check_roles(struct context *context, const struct path *path,
                        const Bellwether__V1__Dataset *dataset) {
  if (count_role(dataset, BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY) != 1)
    return check_fail(context, path, "FIELD_INVALID",
                      "give the dimension of A, Q, M, ... the role FREQUENCY",
                      "Exactly one dimension must have the role FREQUENCY.");
  if (count_role(dataset, BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_INDICATOR) > 1)
    return check_fail(context, path, "FIELD_INVALID", NULL,
                      "At most one dimension can have the role INDICATOR.");
  return true;
}

static bool id_came_before(const Bellwether__V1__Dataset *dataset, size_t index) {
  for (size_t i = 0; i < index; i++) {
    if (strcmp(dataset->dimensions[i]->id, dataset->dimensions[index]->id) == 0)
      return true;
  }
  return false;
}

static bool check_dimension(struct context *context, const struct path *path,
                            const Bellwether__V1__Dataset *dataset, size_t index) {
  const Bellwether__V1__Dimension *dimension = dataset->dimensions[index];
  int role = (int)dimension->role;
  if (!check_code_id(context, PATH(path, "id"), dimension->id, DIMENSION_ID_BYTES) ||
      !check_text(context, PATH(path, "name"), dimension->name, LIMIT_NAME_BYTES))
    return false;
  if (role < 0 || role > (int)BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_REFERENCE_AREA)
    return fail_enum(context, PATH(path, "role"), role);
  if (id_came_before(dataset, index))
    return check_fail(context, PATH(path, "id"), "FIELD_INVALID", NULL,
                      "The dimension %s is there twice.", dimension->id);
  return true;
}

static bool check_dimensions(struct context *context, const struct path *path,
                             const Bellwether__V1__Dataset *dataset) {
  if (dataset->n_dimensions == 0)
    return check_fail(context, PATH(path, "dimensions"), "FIELD_REQUIRED", NULL,
                      "A dataset has at least one dimension.");
  if (dataset->n_dimensions > LIMIT_DIMENSIONS)
    return check_fail(context, PATH(path, "dimensions"), "FIELD_INVALID", NULL,
                      "A dataset has at most %d dimensions, not %zu.", LIMIT_DIMENSIONS,
                      dataset->n_dimensions);
  for (size_t i = 0; i < dataset->n_dimensions; i++) {
    if (!check_dimension(context, PATH_AT(path, "dimensions", i), dataset, i))
      return false;
  }
  return check_roles(context, PATH(path, "dimensions"), dataset);
}

bool check_dataset(struct context *context, const struct path *path,
                   const Bellwether__V1__Dataset *dataset) {
  const struct text_field texts[] = {
      {"title", dataset->title, LIMIT_TITLE_BYTES},
      {"publisher", dataset->publisher, LIMIT_NAME_BYTES},
      {"licence", dataset->licence, LIMIT_NAME_BYTES},
      {"url", dataset->url, LIMIT_URL_BYTES},
      {"description", dataset->description, LIMIT_DEFINITION_BYTES},
  };
  return check_dataset_id(context, PATH(path, "id"), dataset->id) &&
         check_texts(context, path, texts, count_of(texts)) &&
         check_dimensions(context, path, dataset);
}

bool check_unit(struct context *context, const struct path *path,
                const Bellwether__V1__Unit *unit) {
  if (unit == NULL)
    return true;
  if (!check_text(context, PATH(path, "unit"), unit->unit, LIMIT_NAME_BYTES))
    return false;
  if (unit->unit_mult < -LIMIT_MULTIPLIER || unit->unit_mult > LIMIT_MULTIPLIER)
    return check_fail(context, PATH(path, "unit_mult"), "FIELD_INVALID",
                      "it is a power of ten: 6 for millions",
                      "The multiplier %d is not between %d and %d.", (int)unit->unit_mult,
                      -LIMIT_MULTIPLIER, LIMIT_MULTIPLIER);
  if (unit->has_decimals_case == BELLWETHER__V1__UNIT__HAS_DECIMALS_DECIMALS &&
      unit->decimals > LIMIT_DECIMALS)
    return check_fail(context, PATH(path, "decimals"), "FIELD_INVALID", NULL,
                      "%u decimals are more than %d.", (unsigned)unit->decimals, LIMIT_DECIMALS);
  return true;
}

static bool check_tags(struct context *context, const struct path *parent, const char *name,
                       size_t n, char *const *tags) {
  if (!check_count(context, PATH(parent, name), n, LIMIT_TAGS))
    return false;
  for (size_t i = 0; i < n; i++) {
    if (!check_text(context, PATH_AT(parent, name, i), tags[i], LIMIT_TAG_BYTES))
      return false;
  }
  return true;
}

bool check_indicator(struct context *context, const struct path *path,
                     const Bellwether__V1__Indicator *indicator) {
  const struct text_field texts[] = {
      {"name", indicator->name, LIMIT_NAME_BYTES},
      {"definition", indicator->definition, LIMIT_DEFINITION_BYTES},
      {"methodology", indicator->methodology, LIMIT_DEFINITION_BYTES},
      {"source", indicator->source, LIMIT_NAME_BYTES},
      {"source_id", indicator->source_id, LIMIT_NAME_BYTES},
  };
  int kind = (int)indicator->kind;
  if (!check_code_id(context, PATH(path, "id"), indicator->id, CODE_BYTES) ||
      !check_texts(context, path, texts, count_of(texts)) ||
      !check_unit(context, PATH(path, "unit"), indicator->unit) ||
      !check_tags(context, path, "tags", indicator->n_tags, indicator->tags))
    return false;
  if (kind < 0 || kind > (int)BELLWETHER__V1__INDICATOR_KIND__INDICATOR_KIND_INDEX)
    return fail_enum(context, PATH(path, "kind"), kind);
  return true;
}

bool check_code(struct context *context, const struct path *path,
                const Bellwether__V1__Code *code) {
  if (!check_code_id(context, PATH(path, "code"), code->code, CODE_BYTES) ||
      !check_text(context, PATH(path, "name"), code->name, LIMIT_NAME_BYTES) ||
      !check_tags(context, path, "aliases", code->n_aliases, code->aliases))
    return false;
  if (code->parent[0] == '\0')
    return true;
  if (strcmp(code->parent, code->code) == 0)
    return check_fail(context, PATH(path, "parent"), "FIELD_INVALID", NULL,
                      "The code %s cannot be its own parent.", code->code);
  return check_code_id(context, PATH(path, "parent"), code->parent, CODE_BYTES);
}

bool check_code_list(struct context *context, const struct path *path,
                     const Bellwether__V1__CodeList *list) {
  if (!check_dataset_id(context, PATH(path, "dataset"), list->dataset) ||
      !check_code_id(context, PATH(path, "dimension"), list->dimension, DIMENSION_ID_BYTES) ||
      !check_count(context, PATH(path, "codes"), list->n_codes, LIMIT_CODES_PER_REQUEST))
    return false;
  for (size_t i = 0; i < list->n_codes; i++) {
    if (!check_code(context, PATH_AT(path, "codes", i), list->codes[i]))
      return false;
  }
  return true;
}

bool release_is_reference(const Bellwether__V1__Release *release) {
  return release->title[0] == '\0' && release->publisher[0] == '\0' && release->url[0] == '\0' &&
         release->note[0] == '\0' && release->published_at_ms == 0 && release->precision == 0;
}

static bool check_published(struct context *context, const struct path *path,
                            const Bellwether__V1__Release *release) {
  int precision = (int)release->precision;
  if (precision < 0 || precision > (int)BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT)
    return fail_enum(context, PATH(path, "precision"), precision);
  if (!instant_is_valid(release->published_at_ms))
    return check_fail(context, PATH(path, "published_at_ms"), "FIELD_INVALID", NULL,
                      "The time of publication is not within the years 0001 to 9999.");
  bool is_day = precision != (int)BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT;
  if (is_day && floor_mod(release->published_at_ms, CALENDAR_DAY_MS) != 0)
    return check_fail(context, PATH(path, "published_at_ms"), "FIELD_INVALID",
                      "give 00:00Z of the day, or the precision INSTANT",
                      "With the precision DAY the time of publication is 00:00Z of a day.");
  return true;
}

bool check_release(struct context *context, const struct path *path,
                   const Bellwether__V1__Release *release) {
  const struct text_field texts[] = {
      {"title", release->title, LIMIT_TITLE_BYTES},
      {"publisher", release->publisher, LIMIT_NAME_BYTES},
      {"url", release->url, LIMIT_URL_BYTES},
      {"note", release->note, LIMIT_DEFINITION_BYTES},
  };
  if (!check_release_id(context, PATH(path, "id"), release->id))
    return false;
  if (release_is_reference(release))
    return check_fail(context, PATH(path, "published_at_ms"), "FIELD_REQUIRED",
                      "a release published at 1970-01-01 needs a publisher or a title",
                      "The release %s has no time of publication.", release->id);
  return check_texts(context, path, texts, count_of(texts)) &&
         check_published(context, path, release);
}

bool check_release_or_id(struct context *context, const struct path *path,
                         const Bellwether__V1__Release *release) {
  if (release_is_reference(release))
    return check_release_id(context, PATH(path, "id"), release->id);
  return check_release(context, path, release);
}

bool check_attributes(struct context *context, const struct path *path,
                      const Bellwether__V1__SeriesAttributes *attributes) {
  const struct text_field texts[] = {
      {"title", attributes->title, LIMIT_TITLE_BYTES},
      {"source_note", attributes->source_note, LIMIT_COMMENT_BYTES},
      {"source_id", attributes->source_id, LIMIT_NAME_BYTES},
  };
  return check_texts(context, path, texts, count_of(texts)) &&
         check_unit(context, PATH(path, "unit"), attributes->unit);
}
