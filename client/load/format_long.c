/* SPDX-License-Identifier: MIT */
/* Bellwether's own table, a figure a row: what `get --format csv` prints and `export` writes. */
#include <strings.h>

#include "client/load/layout.h"

static const struct {
  const char *name;
  enum load_column column;
} NAMES[] = {
    {"series", LOAD_SERIES},       {"period", LOAD_PERIOD},       {"TIME_PERIOD", LOAD_PERIOD},
    {"value", LOAD_VALUE},         {"OBS_VALUE", LOAD_VALUE},     {"status", LOAD_STATUS},
    {"OBS_STATUS", LOAD_STATUS},   {"comment", LOAD_COMMENT},     {"OBS_COMMENT", LOAD_COMMENT},
    {"unit", LOAD_UNIT},           {"UNIT_MEASURE", LOAD_UNIT},   {"unit_mult", LOAD_UNIT_MULT},
    {"DECIMALS", LOAD_DECIMALS},   {"title", LOAD_TITLE},         {"release", LOAD_RELEASE},
    {"published", LOAD_PUBLISHED}, {"publisher", LOAD_PUBLISHER}, {"url", LOAD_URL},
    {"dataset", LOAD_DATASET},     {"DATAFLOW", LOAD_DATASET},
};

static enum load_column column_by_name(const char *name, size_t size) {
  for (size_t i = 0; i < count_of(NAMES); i++)
    if (strlen(NAMES[i].name) == size && strncasecmp(NAMES[i].name, name, size) == 0)
      return NAMES[i].column;
  return LOAD_N_COLUMNS;
}

/* Whether a column is called as a dimension of the dataset is. */
static bool has_dimension(const struct load_head *head) {
  const struct load_dataset *dataset = NULL;
  const char *id = head->load->default_dataset;
  if (id == NULL || !load_find_dataset(head->load, bytes_of_text(id), &dataset))
    return false;
  for (size_t i = 0; i < dataset->n_dimensions; i++)
    for (size_t j = 0; j < head->records[0].n_cells; j++)
      if (bytes_equal(head_cell(head, 0, j), bytes_of_text(dataset->dimensions[i].id)))
        return true;
  return false;
}

/* A period and a value, and what says of which series. */
static int recognise(const struct load_head *head) {
  bool found[LOAD_N_COLUMNS + 1] = {false};
  for (size_t i = 0; i < head->records[0].n_cells; i++) {
    struct bytes name = head_cell(head, 0, i);
    found[column_by_name((const char *)name.data, name.size)] = true;
  }
  if (found[LOAD_SERIES] && (found[LOAD_PERIOD] || found[LOAD_VALUE]))
    return 90;
  bool figures = found[LOAD_PERIOD] && found[LOAD_VALUE];
  return figures && (found[LOAD_DATASET] || has_dimension(head)) ? 90 : 0;
}

static bool take_name(const struct load_head *head, struct load_layout *layout, size_t cell) {
  const char *name = layout->headings[cell];
  enum load_column column = column_by_name(name, strlen(name));
  if (column == LOAD_N_COLUMNS) {
    struct load_part *part = layout_add_part(head->load, layout, name, 0);
    if (part != NULL)
      part->column = cell;
    return part != NULL;
  }
  size_t *at = &layout->at[column];
  if (*at != LOAD_ABSENT)
    return load_complain(head->load,
                         (struct load_place){head->file, head->records[0].line, cell + 1, name},
                         "says the same as column %zu (%s)", *at + 1, layout->headings[*at]);
  *at = cell;
  return true;
}

static bool lay_out(const struct load_head *head, struct load_layout *layout) {
  layout->exact = true;
  if (!layout_take_heading(head, layout, 0))
    return false;
  for (size_t i = 0; i < layout->n_cells; i++)
    if (!take_name(head, layout, i))
      return false;
  if (layout->at[LOAD_PERIOD] == LOAD_ABSENT || layout->at[LOAD_VALUE] == LOAD_ABSENT)
    return load_complain(head->load, (struct load_place){head->file, head->records[0].line, 0, ""},
                         "the heading has no column \"%s\"; see `bellwether help load`",
                         layout->at[LOAD_PERIOD] == LOAD_ABSENT ? "period" : "value");
  return layout_add_value(head->load, layout, layout->at[LOAD_VALUE]) != NULL;
}

const struct load_format format_long = {
    .name = "long",
    .words = "Bellwether's own table, a figure a row",
    .own = true,
    .recognise = recognise,
    .lay_out = lay_out,
};
