/* SPDX-License-Identifier: MIT */
/* What a row says of its series: unit, title. */
#include "client/load/table.h"

static bool read_whole(const struct row *row, enum load_column column, long least, long most,
                       long *ret_number) {
  char text[16] = "", *end = NULL;
  struct bytes number = row_cell_of(row, column);
  if (number.size < sizeof text)
    memcpy(text, number.data, number.size);
  *ret_number = strtol(text, &end, 10);
  if (text[0] != '\0' && *end == '\0' && *ret_number >= least && *ret_number <= most)
    return true;
  return load_complain(row->table->load, row_place_of(row, column),
                       "\"%.*s\" is not a whole number from %ld to %ld", text_shown(number),
                       (const char *)number.data, least, most);
}

/* All but its text, which most rows only repeat. */
static bool read_unit(const struct row *row, Bellwether__V1__Unit *unit) {
  long number = 0;
  bellwether__v1__unit__init(unit);
  if (row_cell_of(row, LOAD_UNIT_MULT).size > 0) {
    if (!read_whole(row, LOAD_UNIT_MULT, -LIMIT_MULTIPLIER, LIMIT_MULTIPLIER, &number))
      return false;
    unit->unit_mult = (int32_t)number;
  }
  if (row_cell_of(row, LOAD_DECIMALS).size > 0) {
    if (!read_whole(row, LOAD_DECIMALS, 0, LIMIT_DECIMALS, &number))
      return false;
    unit->has_decimals_case = BELLWETHER__V1__UNIT__HAS_DECIMALS_DECIMALS;
    unit->decimals = (uint32_t)number;
  }
  return true;
}

static bool same_unit(const Bellwether__V1__Unit *a, const Bellwether__V1__Unit *b,
                      struct bytes text_of_b) {
  return bytes_equal(bytes_of_text(a->unit), text_of_b) && a->unit_mult == b->unit_mult &&
         a->has_decimals_case == b->has_decimals_case && a->decimals == b->decimals;
}

static Bellwether__V1__SeriesAttributes *attributes_of(struct load *load,
                                                       struct load_series *series) {
  if (series->attributes != NULL)
    return series->attributes;
  series->attributes = arena_alloc(load->arena, sizeof *series->attributes);
  if (series->attributes == NULL)
    load_fail_memory(load);
  else
    bellwether__v1__series_attributes__init(series->attributes);
  return series->attributes;
}

static bool has_unit(const struct row *row) {
  return row_cell_of(row, LOAD_UNIT).size > 0 || row_cell_of(row, LOAD_UNIT_MULT).size > 0 ||
         row_cell_of(row, LOAD_DECIMALS).size > 0;
}

bool row_has_attributes(const struct row *row) {
  return has_unit(row) || row_cell_of(row, LOAD_TITLE).size > 0;
}

/* A unit belongs to the series: rows may repeat it, and must not contradict each other. */
static bool take_unit(const struct row *row, struct load_series *series) {
  struct load *load = row->table->load;
  Bellwether__V1__Unit unit;
  if (!has_unit(row))
    return true;
  Bellwether__V1__SeriesAttributes *attributes = attributes_of(load, series);
  if (attributes == NULL || !read_unit(row, &unit))
    return false;
  if (attributes->unit != NULL)
    return same_unit(attributes->unit, &unit, row_cell_of(row, LOAD_UNIT)) ||
           load_complain(load, row_place_of(row, LOAD_UNIT),
                         "%s has another unit, multiplier or decimals in an earlier row",
                         series->key);
  unit.unit = load_text(load, row_cell_of(row, LOAD_UNIT));
  attributes->unit = arena_alloc(load->arena, sizeof unit);
  if (unit.unit == NULL || attributes->unit == NULL)
    return load_fail_memory(load);
  *attributes->unit = unit;
  return true;
}

static bool take_title(const struct row *row, struct load_series *series) {
  struct bytes title = row_cell_of(row, LOAD_TITLE);
  if (title.size == 0)
    return true;
  Bellwether__V1__SeriesAttributes *attributes = attributes_of(row->table->load, series);
  if (attributes == NULL)
    return false;
  if (attributes->title[0] == '\0')
    attributes->title = load_text(row->table->load, title);
  return attributes->title != NULL;
}

bool row_take_attributes(const struct row *row, struct load_series *series) {
  return take_unit(row, series) && take_title(row, series);
}
