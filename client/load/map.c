/* SPDX-License-Identifier: MIT */
#include "client/load/map.h"

#include <strings.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "client/load/formats.h"
#include "proto/suggest.h"

static const struct {
  const char *name;
  enum load_column column;
} COLUMNS[] = {
    {"series", LOAD_SERIES},           {"dataset", LOAD_DATASET},     {"period", LOAD_PERIOD},
    {"period.part", LOAD_PERIOD_PART}, {"value", LOAD_VALUE},         {"status", LOAD_STATUS},
    {"comment", LOAD_COMMENT},         {"unit", LOAD_UNIT},           {"unit_mult", LOAD_UNIT_MULT},
    {"decimals", LOAD_DECIMALS},       {"title", LOAD_TITLE},         {"release", LOAD_RELEASE},
    {"published", LOAD_PUBLISHED},     {"publisher", LOAD_PUBLISHER}, {"url", LOAD_URL},
};

/* "period=year,area.name=country,SECTOR=:_T". A heading with a comma is written in quotes. */
bool map_next(const char **text, struct map_item *ret_item, bool *ret_wrong) {
  const char *at = *text;
  *ret_wrong = false;
  if (*at == '\0')
    return false;
  size_t size = strcspn(at, "=,");
  ret_item->part = bytes_of(at, size);
  *ret_wrong = size == 0 || at[size] != '=';
  if (*ret_wrong)
    return false;
  at += size + 1;
  ret_item->constant = *at == ':';
  at += ret_item->constant;
  bool quoted = *at == '"';
  at += quoted;
  size = strcspn(at, quoted ? "\"" : ",");
  ret_item->column = bytes_of(at, size);
  at += size;
  if (quoted && *at == '"')
    at++;
  *ret_wrong = size == 0 || (*at != '\0' && *at != ',');
  *text = at + (*at == ',');
  return !*ret_wrong;
}

static bool is_word(struct bytes text, const char *word) {
  return text.size == strlen(word) && strncasecmp((const char *)text.data, word, text.size) == 0;
}

static bool complain_heading(const struct load_head *head, const struct load_layout *layout,
                             struct bytes name) {
  const char *nearest = NULL;
  size_t least = 4;
  for (size_t i = 0; i < layout->n_cells; i++) {
    size_t distance = suggest_distance(name, bytes_of_text(layout->headings[i]), least);
    if (distance < least) {
      least = distance;
      nearest = layout->headings[i];
    }
  }
  return load_complain(head->load, (struct load_place){.file = head->file},
                       "--map: there is no column \"%.*s\"%s%s%s", (int)name.size,
                       (const char *)name.data, nearest == NULL ? "" : "; did you mean \"",
                       nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
}

static bool find_heading(const struct load_head *head, const struct load_layout *layout,
                         struct bytes name, size_t *ret_cell) {
  for (size_t i = 0; i < layout->n_cells; i++)
    if (is_word(name, layout->headings[i])) {
      *ret_cell = i;
      return true;
    }
  return complain_heading(head, layout, name);
}

/* "co2+gdp", or "*" for every column that is nothing else. */
static bool add_values(const struct load_head *head, struct load_layout *layout,
                       struct bytes names) {
  if (names.size == 1 && names.data[0] == '*')
    return true;
  while (names.size > 0) {
    const uint8_t *plus = memchr(names.data, '+', names.size);
    size_t size = plus == NULL ? names.size : (size_t)(plus - names.data), cell = 0;
    struct load_value *value = NULL;
    if (!find_heading(head, layout, bytes_of(names.data, size), &cell))
      return false;
    value = layout_add_value(head->load, layout, cell);
    if (value == NULL)
      return false;
    value->code = layout->headings[cell];
    size += plus != NULL;
    names = bytes_of(names.data + size, names.size - size);
  }
  return true;
}

static bool is_dimension(struct load *load, struct bytes name) {
  const struct load_dataset *dataset = NULL;
  if (load->default_dataset == NULL ||
      !load_find_dataset(load, bytes_of_text(load->default_dataset), &dataset))
    return false;
  for (size_t i = 0; i < dataset->n_dimensions; i++)
    if (bytes_equal(name, bytes_of_text(dataset->dimensions[i].id)))
      return true;
  return false;
}

/* A part in lower case that is nearly one of the words is one that is written wrongly: dimensions
 * are in capitals, but for those that are called so. */
static bool check_word(const struct load_head *head, struct bytes name) {
  static const char *const OTHERS[] = {"area", "indicator", "frequency", "none"};
  const char *nearest = NULL;
  size_t least = suggest_limit(name.size) + 1;
  for (size_t i = 0; i < count_of(COLUMNS) + count_of(OTHERS); i++) {
    const char *word = i < count_of(COLUMNS) ? COLUMNS[i].name : OTHERS[i - count_of(COLUMNS)];
    size_t distance = suggest_distance(name, bytes_of_text(word), least);
    if (distance < least) {
      least = distance;
      nearest = word;
    }
  }
  bool small = name.data[0] >= 'a' && name.data[0] <= 'z';
  return nearest == NULL || !small || is_dimension(head->load, name) ||
         load_complain(head->load, (struct load_place){.file = "--map"},
                       "there is no part \"%.*s\"; did you mean \"%s\"?", (int)name.size,
                       (const char *)name.data, nearest);
}

/* The part of a dimension's id, of "area", "indicator" or "frequency"; made when it is not there.
 */
static struct load_part *part_of(const struct load_head *head, struct load_layout *layout,
                                 struct bytes name) {
  static const struct {
    const char *word;
    const char *id;
    Bellwether__V1__DimensionRole role;
  } ROLES[] = {
      {"frequency", "FREQ", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY},
      {"area", "REF_AREA", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_REFERENCE_AREA},
      {"indicator", "INDICATOR", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_INDICATOR},
  };
  const char *id = NULL;
  int role = 0;
  for (size_t i = 0; i < count_of(ROLES); i++)
    if ((is_word(name, ROLES[i].word) && !is_dimension(head->load, name)) ||
        is_word(name, ROLES[i].id)) {
      id = ROLES[i].id;
      role = (int)ROLES[i].role;
    }
  if (id == NULL && !check_word(head, name))
    return NULL;
  if (id == NULL)
    id = load_text(head->load, name);
  for (size_t i = 0; id != NULL && i < layout->n_parts; i++)
    if (strcmp(layout->parts[i].id, id) == 0)
      return &layout->parts[i];
  return id == NULL ? NULL : layout_add_part(head->load, layout, id, role);
}

/* "area.name" names what "area" is the code of. */
static bool apply_to_part(const struct load_head *head, struct load_layout *layout,
                          const struct map_item *item) {
  static const char NAME[] = ".name";
  size_t tail = sizeof NAME - 1;
  struct bytes name = item->part;
  bool of_name = name.size > tail && memcmp(name.data + name.size - tail, NAME, tail) == 0;
  if (of_name)
    name.size -= tail;
  struct load_part *part = part_of(head, layout, name);
  if (part == NULL)
    return false;
  if (of_name && !item->constant)
    return find_heading(head, layout, item->column, &part->name_column);
  if (!item->constant)
    return find_heading(head, layout, item->column, &part->column);
  const char **constant = of_name ? &part->name : &part->code;
  *constant = load_text(head->load, item->column);
  return *constant != NULL;
}

static bool ignore(const struct load_head *head, struct load_layout *layout, struct bytes name) {
  size_t cell = 0;
  if (!find_heading(head, layout, name, &cell))
    return false;
  layout->ignored[cell] = true;
  return true;
}

static bool has_heading(const struct load_layout *layout, struct bytes name) {
  for (size_t i = 0; i < layout->n_cells; i++)
    if (is_word(name, layout->headings[i]))
      return true;
  return name.size == 1 && name.data[0] == '*';
}

/* "co2+gdp" where no heading is called that. */
static bool has_headings(const struct load_layout *layout, struct bytes names) {
  const uint8_t *plus = memchr(names.data, '+', names.size);
  if (plus == NULL || has_heading(layout, names))
    return has_heading(layout, names);
  size_t size = (size_t)(plus - names.data);
  return has_heading(layout, bytes_of(names.data, size)) &&
         has_headings(layout, bytes_of(plus + 1, names.size - size - 1));
}

bool map_fits(const struct load_layout *layout, const char *text) {
  struct map_item item;
  bool wrong = false;
  while (map_next(&text, &item, &wrong))
    if (!item.constant && !has_headings(layout, item.column))
      return false;
  return !wrong;
}

static bool apply(const struct load_head *head, struct load_layout *layout,
                  const struct map_item *item) {
  if (is_word(item->part, "none"))
    return ignore(head, layout, item->column);
  if (is_word(item->part, "value"))
    return add_values(head, layout, item->column);
  for (size_t i = 0; i < count_of(COLUMNS); i++)
    if (is_word(item->part, COLUMNS[i].name))
      return item->constant
                 ? load_complain(head->load, (struct load_place){.file = "--map"},
                                 "%s is a column; only a dimension can be :CODE", COLUMNS[i].name)
                 : find_heading(head, layout, item->column, &layout->at[COLUMNS[i].column]);
  return apply_to_part(head, layout, item);
}

bool map_apply(const struct load_head *head, struct load_layout *layout, const char *text) {
  struct map_item item;
  bool wrong = false;
  head->load->mapped = true;
  while (map_next(&text, &item, &wrong))
    if (!apply(head, layout, &item))
      return false;
  return !wrong || load_complain(head->load, (struct load_place){.file = "--map"},
                                 "wants PART=COLUMN,...: period=year,area=iso_code,value=co2+gdp");
}
