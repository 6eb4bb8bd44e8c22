/* SPDX-License-Identifier: MIT */
/* SDMX-CSV 1.0 (DATAFLOW), and 2.x (STRUCTURE, STRUCTURE_ID, ACTION), by the specification of the
 * SDMX Technical Working Group: codes alone, with labels ("A: Annual") or with names in a column of
 * their own; several datasets in one message. A dataset that is not known has the columns before
 * TIME_PERIOD and OBS_VALUE as its dimensions. */
#include <strings.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "client/load/formats.h"

static const struct {
  const char *name;
  enum load_column column;
} COLUMNS[] = {
    {"STRUCTURE", LOAD_STRUCTURE}, {"DATAFLOW", LOAD_DATASET},   {"STRUCTURE_ID", LOAD_DATASET},
    {"ACTION", LOAD_ACTION},       {"TIME_PERIOD", LOAD_PERIOD}, {"OBS_VALUE", LOAD_VALUE},
    {"OBS_STATUS", LOAD_STATUS},   {"OBS_FLAG", LOAD_STATUS},    {"OBS_COMMENT", LOAD_COMMENT},
    {"COMMENT_OBS", LOAD_COMMENT}, {"UNIT_MEASURE", LOAD_UNIT},  {"UNIT_MULT", LOAD_UNIT_MULT},
    {"DECIMALS", LOAD_DECIMALS},   {"TITLE", LOAD_TITLE},
};

/* Columns of the message itself. */
static const char *const OTHERS[] = {"STRUCTURE_NAME", "DATAFLOW_NAME", "SERIES_KEY", "OBS_KEY",
                                     "LAST UPDATE"};

static const struct {
  const char *id;
  Bellwether__V1__DimensionRole role;
} ROLES[] = {
    {"FREQ", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY},
    {"REF_AREA", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_REFERENCE_AREA},
    {"GEO", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_REFERENCE_AREA},
    {"REPORTING_COUNTRY", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_REFERENCE_AREA},
    {"INDICATOR", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_INDICATOR},
};

/* "OBS_VALUE: Observation value" is OBS_VALUE; so is "ATTR_1[en;fr]" ATTR_1. */
static struct bytes id_of(struct bytes heading) {
  for (size_t i = 0; i < heading.size; i++)
    if (heading.data[i] == ':' || heading.data[i] == '[')
      return bytes_of(heading.data, i);
  return heading;
}

static bool is_id(struct bytes heading, const char *name) {
  struct bytes id = id_of(heading);
  return id.size == strlen(name) && strncasecmp((const char *)id.data, name, id.size) == 0;
}

static bool has_heading(const struct load_head *head, const char *name) {
  for (size_t i = 0; i < head->records[0].n_cells; i++)
    if (is_id(head_cell(head, 0, i), name))
      return true;
  return false;
}

static int recognise(const struct load_head *head) {
  bool first = is_id(head_cell(head, 0, 0), "DATAFLOW");
  bool second =
      is_id(head_cell(head, 0, 0), "STRUCTURE") && is_id(head_cell(head, 0, 1), "STRUCTURE_ID");
  if (first || second)
    return 101; /* not even --map, which it has no use for, makes another of it */
  /* Without these --dataset says whose figures they are. */
  return has_heading(head, "TIME_PERIOD") && has_heading(head, "OBS_VALUE") ? 40 : 0;
}

static enum load_column column_of(struct bytes heading) {
  for (size_t i = 0; i < count_of(COLUMNS); i++)
    if (is_id(heading, COLUMNS[i].name))
      return COLUMNS[i].column;
  return LOAD_N_COLUMNS;
}

static bool is_other(struct bytes heading) {
  for (size_t i = 0; i < count_of(OTHERS); i++)
    if (is_id(heading, OTHERS[i]))
      return true;
  return false;
}

/* The ECB's KEY joins the codes of the columns behind it: "EXR.D.USD" of "D" and "USD". */
static bool is_joined_key(const struct load_head *head, size_t cell) {
  struct bytes key = head_cell(head, 1, cell);
  if (cell != 0 || !is_id(head_cell(head, 0, cell), "KEY"))
    return false;
  size_t at = key.size, end = cell + 1;
  while (end < head->records[0].n_cells && column_of(head_cell(head, 0, end)) == LOAD_N_COLUMNS)
    end++;
  for (size_t i = end; i-- > cell + 1;) {
    struct bytes code = head_cell(head, 1, i);
    if (at < code.size + 1 || memcmp(key.data + at - code.size, code.data, code.size) != 0 ||
        key.data[at - code.size - 1] != '.')
      return false;
    at -= code.size + 1;
  }
  return end > cell + 1;
}

/* One dimension of a role, the first. */
static int role_of(const struct load_layout *layout, const char *id) {
  int role = 0;
  for (size_t i = 0; i < count_of(ROLES); i++)
    if (strcasecmp(id, ROLES[i].id) == 0)
      role = (int)ROLES[i].role;
  for (size_t i = 0; i < layout->n_parts; i++)
    if (layout->parts[i].role == role)
      return 0;
  return role;
}

static bool add_part(const struct load_head *head, struct load_layout *layout, size_t cell,
                     bool named) {
  const char *id = load_text(head->load, id_of(bytes_of_text(layout->headings[cell])));
  struct load_part *part =
      id == NULL ? NULL : layout_add_part(head->load, layout, id, role_of(layout, id));
  if (part == NULL)
    return false;
  part->column = cell;
  part->name_column = named ? cell + 1 : LOAD_ABSENT;
  return true;
}

/* Behind the first of these stand attributes. */
static bool ends_dimensions(enum load_column column) {
  return column == LOAD_PERIOD || column == LOAD_VALUE;
}

static bool take_columns(const struct load_head *head, struct load_layout *layout) {
  bool named = layout_find(layout, "STRUCTURE_NAME") != LOAD_ABSENT, dimensions = true;
  for (size_t i = 0; i < layout->n_cells; i++) {
    struct bytes heading = bytes_of_text(layout->headings[i]);
    enum load_column column = column_of(heading);
    layout->labelled = layout->labelled || memchr(heading.data, ':', heading.size) != NULL;
    if (is_other(heading) || is_joined_key(head, i)) {
      layout->ignored[i] = true;
      continue;
    }
    if (column != LOAD_N_COLUMNS)
      layout->at[column] = i;
    else if (!add_part(head, layout, i, named))
      return false;
    dimensions = dimensions && !ends_dimensions(column);
    if (column == LOAD_N_COLUMNS && !dimensions)
      layout->parts[layout->n_parts - 1].attribute = true;
    /* labels=name: the column behind has the names of this one. */
    bool message = column == LOAD_STRUCTURE || column == LOAD_DATASET || column == LOAD_ACTION;
    if (named && !message && i + 1 < layout->n_cells)
      layout->ignored[++i] = true;
  }
  return true;
}

/* A dataset without a dimension of the frequency gets one. */
static bool take_frequency(const struct load_head *head, struct load_layout *layout) {
  for (size_t i = 0; i < layout->n_parts; i++)
    if (layout->parts[i].role == BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY)
      return true;
  return format_frequency_part(head, layout) != NULL;
}

/* As far as the head shows: what else there is, its rows tell. */
static bool only_deletes(const struct load_head *head, const struct load_layout *layout) {
  for (size_t i = 1; i < head->n_records; i++)
    if (!head_cell_is(head, i, layout->at[LOAD_ACTION], "D"))
      return false;
  return layout->at[LOAD_ACTION] != LOAD_ABSENT && head->n_records > 1;
}

static bool check_columns(const struct load_head *head, const struct load_layout *layout) {
  bool dated = layout->at[LOAD_PERIOD] != LOAD_ABSENT;
  bool valued = layout->at[LOAD_VALUE] != LOAD_ABSENT;
  /* Where there is a value, what is missing is the time by another name, and not any time. */
  if ((dated && valued) || (!valued && only_deletes(head, layout)))
    return true;
  return load_complain(head->load,
                       (struct load_place){.file = head->file, .line = head->records[0].line},
                       "has no column %s", dated ? "OBS_VALUE" : "TIME_PERIOD");
}

static bool lay_out(const struct load_head *head, struct load_layout *layout) {
  layout->sdmx = true;
  layout->numbers = format_numbers(head, 1);
  if (!layout_take_heading(head, layout, 0) || !take_columns(head, layout) ||
      !check_columns(head, layout) || !take_frequency(head, layout))
    return false;
  return layout->at[LOAD_VALUE] == LOAD_ABSENT ||
         layout_add_value(head->load, layout, layout->at[LOAD_VALUE]) != NULL;
}

const struct load_format format_sdmx = {
    .name = "sdmx-csv",
    .words = "SDMX-CSV",
    .recognise = recognise,
    .lay_out = lay_out,
};
