/* SPDX-License-Identifier: MIT */
/* Publishers' wide tables: a series a row, named columns and behind them a period a column. The
 * heading is the record with the most periods; what stands above it is a preamble. Codes and names
 * for people stand in one cell ("M:Monthly", BIS until 2015) or in two columns ("REF_AREA",
 * "Reference area", BIS since); a column that only joins the codes of the others is their key. */
#include <ctype.h>
#include <strings.h>

#include "client/load/formats.h"
#include "client/load/map.h"

enum { ROLE_NONE, ROLE_FREQUENCY, ROLE_AREA, ROLE_INDICATOR };

static const struct {
  const char *name;
  int role;
} ROLES[] = {
    {"freq", ROLE_FREQUENCY},
    {"frequency", ROLE_FREQUENCY},
    {"ref_area", ROLE_AREA},
    {"reference area", ROLE_AREA},
    {"reference_area", ROLE_AREA},
    {"geo", ROLE_AREA},
    {"location", ROLE_AREA},
    {"country", ROLE_AREA},
    {"country code", ROLE_AREA},
    {"country_code", ROLE_AREA},
    {"country name", ROLE_AREA},
    {"borrowers' country", ROLE_AREA},
    {"borrowers_cty", ROLE_AREA},
    {"reporting country", ROLE_AREA},
    {"area", ROLE_AREA},
    {"region", ROLE_AREA},
    {"economy", ROLE_AREA},
    {"indicator", ROLE_INDICATOR},
    {"indicator code", ROLE_INDICATOR},
    {"indicator_code", ROLE_INDICATOR},
    {"series code", ROLE_INDICATOR},
    {"variable", ROLE_INDICATOR},
};

static bool is_period(struct bytes text) {
  struct period_words words;
  return text.size > 0 && period_words(text, NULL, &words) == PERIOD_WORDS_OK &&
         words.frequency != FREQUENCY_NONE;
}

/* --- The heading ------------------------------------------------------------------------------ */

static size_t count_periods(const struct load_head *head, size_t record) {
  size_t n = 0;
  for (size_t i = 0; i < head->records[record].n_cells; i++)
    n += is_period(head_cell(head, record, i));
  return n;
}

static size_t count_filled(const struct load_head *head, size_t record) {
  size_t n = 0;
  for (size_t i = 0; i < head->records[record].n_cells; i++)
    n += head_cell(head, record, i).size > 0;
  return n;
}

/* The first of those that have the most periods: figures may look like years. */
static size_t find_heading(const struct load_head *head) {
  size_t heading = 0, most = 0;
  for (size_t i = 0; i < head->n_records; i++) {
    size_t n = count_periods(head, i);
    if (n > most) {
      heading = i;
      most = n;
    }
  }
  return heading;
}

/* Above a heading stand lines of a few cells; else it is a row of figures that look like years. */
static bool is_preamble(const struct load_head *head, size_t heading) {
  for (size_t i = 0; i < heading; i++)
    if (2 * count_filled(head, i) >= count_filled(head, heading))
      return false;
  return true;
}

static bool maps_rows(const char *map) {
  struct map_item item;
  bool wrong = false;
  while (map != NULL && map_next(&map, &item, &wrong))
    if (bytes_equal(item.part, bytes_of_text("period")) ||
        bytes_equal(item.part, bytes_of_text("value")))
      return true;
  return false;
}

static int recognise(const struct load_head *head) {
  const char *map = argument(head->load->arguments, "map");
  size_t heading = find_heading(head), n = count_periods(head, heading);
  if (n < 2 || n == count_filled(head, heading) || is_period(head_cell(head, heading, 0)) ||
      is_period(head_cell(head, heading + 1, 0)) || !is_preamble(head, heading) || maps_rows(map))
    return 0;
  return map == NULL ? 92 : 101;
}

/* --- The columns before the periods ----------------------------------------------------------- */

static int role_of(const char *name) {
  for (size_t i = 0; i < count_of(ROLES); i++)
    if (strcasecmp(name, ROLES[i].name) == 0)
      return ROLES[i].role;
  return ROLE_NONE;
}

static bool is_named(const struct load_layout *layout, size_t cell) {
  const char *name = layout->headings[cell];
  return name[0] != '\0' && !layout_takes(layout, cell) && !is_period(bytes_of_text(name));
}

/* The code of "AU:Australia"; the cell where there is no label in it. */
static struct bytes code_of(const struct load_layout *layout, struct bytes cell) {
  const uint8_t *colon =
      !layout->labelled || cell.size == 0 ? NULL : memchr(cell.data, ':', cell.size);
  return colon == NULL ? cell : bytes_of(cell.data, (size_t)(colon - cell.data));
}

static bool has_label(struct bytes cell) {
  size_t i = 0;
  while (i < cell.size && (isalnum(cell.data[i]) || strchr("_-@$", cell.data[i]) != NULL))
    i++;
  return i > 0 && i + 1 < cell.size && cell.data[i] == ':';
}

/* Whether every cell of the named columns has its label behind a colon. */
static bool is_labelled(const struct load_head *head, const struct load_layout *layout) {
  size_t n = 0;
  for (size_t i = 0; i < layout->n_cells; i++)
    for (size_t j = layout->heading_records; is_named(layout, i) && j < head->n_records; j++) {
      struct bytes cell = head_cell(head, j, i);
      if (cell.size > 0 && !has_label(cell))
        return false;
      n += cell.size > 0;
    }
  return n > 0;
}

/* Whether the cells of a column join the codes of those before it: "Q:AU:H", "Q.AU.H". */
static bool joins(const struct load_head *head, const struct load_layout *layout, size_t record,
                  size_t cell, const bool *is_code) {
  struct bytes key = head_cell(head, record, cell);
  size_t at = 0, n = 0;
  for (size_t i = 0; i < cell; i++) {
    if (!is_code[i])
      continue;
    struct bytes code = code_of(layout, head_cell(head, record, i));
    bool apart = n++ == 0 || (at < key.size && strchr(":.", key.data[at++]) != NULL);
    if (!apart || code.size == 0 || at + code.size > key.size ||
        memcmp(key.data + at, code.data, code.size) != 0)
      return false;
    at += code.size;
  }
  return n > 1 && at == key.size;
}

static bool is_key(const struct load_head *head, const struct load_layout *layout, size_t cell,
                   const bool *is_code) {
  for (size_t i = layout->heading_records; i < head->n_records; i++)
    if (!joins(head, layout, i, cell, is_code))
      return false;
  return head->n_records > layout->heading_records;
}

static bool ends_in(const char *text, const char *end) {
  size_t size = strlen(text), tail = strlen(end);
  return size > tail && strcasecmp(text + size - tail, end) == 0;
}

/* Whether each code of one column has always the same text in another. */
static bool goes_with(const struct load_head *head, const struct load_layout *layout, size_t code,
                      size_t other) {
  for (size_t i = layout->heading_records; i < head->n_records; i++)
    for (size_t j = layout->heading_records; j < i; j++)
      if (bytes_equal(head_cell(head, i, code), head_cell(head, j, code)) !=
          bytes_equal(head_cell(head, i, other), head_cell(head, j, other)))
        return false;
  return true;
}

/* "REF_AREA" and "Reference area", "Country Name" and "Country Code": the same thing twice. */
static bool is_pair(const struct load_head *head, const struct load_layout *layout, size_t cell) {
  if (cell + 1 >= layout->n_cells || !is_named(layout, cell) || !is_named(layout, cell + 1))
    return false;
  return strncasecmp(layout->headings[cell], layout->headings[cell + 1], 3) == 0 &&
         goes_with(head, layout, cell, cell + 1);
}

/* Upper case, and one underscore for what else is between letters. NULL after a complaint. */
static char *dimension_id(const struct load_head *head, const struct load_layout *layout,
                          size_t cell) {
  char *id = load_text(head->load, bytes_of_text(layout->headings[cell]));
  size_t size = 0;
  for (const char *at = id; id != NULL && *at != '\0'; at++) {
    if (isalnum((unsigned char)*at))
      id[size++] = (char)toupper((unsigned char)*at);
    else if (size > 0 && id[size - 1] != '_')
      id[size++] = '_';
  }
  if (id == NULL)
    return NULL;
  while (size > 0 && id[size - 1] == '_')
    size--;
  id[size] = '\0';
  if (size > 0 && isalpha((unsigned char)id[0]))
    return id;
  load_complain(head->load,
                (struct load_place){head->file, head->records[layout->heading_records - 1].line,
                                    cell + 1, layout->headings[cell]},
                "makes no id of a dimension: --map ID=\"%s\" gives it one, --map none=\"%s\" "
                "passes it over",
                layout->headings[cell], layout->headings[cell]);
  return NULL;
}

static bool has_part(const struct load_layout *layout, const char *id) {
  for (size_t i = 0; i < layout->n_parts; i++)
    if (strcmp(layout->parts[i].id, id) == 0)
      return true;
  return false;
}

static struct load_part *make_part(const struct load_head *head, struct load_layout *layout,
                                   size_t cell) {
  int role = role_of(layout->headings[cell]);
  if (role == ROLE_AREA && !has_part(layout, "REF_AREA"))
    return format_area_part(head, layout);
  if (role == ROLE_INDICATOR && !has_part(layout, "INDICATOR"))
    return format_indicator_part(head, layout);
  const char *id = dimension_id(head, layout, cell);
  return id == NULL ? NULL : layout_add_part(head->load, layout, id, 0);
}

/* A column, or a column with its neighbour: a dimension, but the frequency, which periods have. */
static bool take_column(const struct load_head *head, struct load_layout *layout, size_t code,
                        size_t name) {
  if (role_of(layout->headings[code]) == ROLE_FREQUENCY) {
    layout->ignored[code] = true;
    if (name != LOAD_ABSENT)
      layout->ignored[name] = true;
    return true;
  }
  struct load_part *part = make_part(head, layout, code);
  if (part == NULL)
    return false;
  part->column = code;
  part->name_column = name;
  return true;
}

static bool take_columns(const struct load_head *head, struct load_layout *layout) {
  bool *is_code = arena_zero(head->load->arena, layout->n_cells * sizeof *is_code);
  if (is_code == NULL)
    return load_fail_memory(head->load);
  for (size_t i = 0; i < layout->n_cells; i++) {
    if (!is_named(layout, i))
      continue;
    if (is_key(head, layout, i, is_code)) {
      layout->ignored[i] = true;
      continue;
    }
    bool pair = is_pair(head, layout, i);
    size_t code = i + (pair && ends_in(layout->headings[i + 1], "code"));
    is_code[code] = true;
    if (!take_column(head, layout, code, !pair ? LOAD_ABSENT : code == i ? i + 1 : i))
      return false;
    i += pair;
  }
  return true;
}

/* --- The table -------------------------------------------------------------------------------- */

/* A key is told by codes without their labels, so whether cells have labels is found without it. */
static void find_labels(const struct load_head *head, struct load_layout *layout) {
  bool *key = NULL;
  for (size_t i = 0; i < layout->n_cells && key == NULL; i++)
    if (strcasecmp(layout->headings[i], "Time Period") == 0)
      key = &layout->ignored[i];
  if (key != NULL)
    *key = true;
  layout->labelled = is_labelled(head, layout);
  if (key != NULL)
    *key = false;
}

/* "Dataset,BIS Debt service ratio" above the heading. */
static bool take_title(const struct load_head *head, struct load_layout *layout, size_t heading) {
  for (size_t i = 0; i < heading; i++)
    if (head_cell_is(head, i, 0, "Dataset") && head_cell(head, i, 1).size > 0) {
      layout->title = load_text(head->load, head_cell(head, i, 1));
      return layout->title != NULL;
    }
  return true;
}

/* A table whose columns do not say of what it is: its file's name does. */
static bool take_indicator(const struct load_head *head, struct load_layout *layout) {
  size_t n = 0;
  for (size_t i = 0; i < layout->n_parts; i++)
    n += !layout->parts[i].of_period && strcmp(layout->parts[i].id, "REF_AREA") != 0;
  if (n > 0)
    return true;
  struct load_part *part = format_indicator_part(head, layout);
  if (part != NULL)
    part->code = head->base_name;
  return part != NULL;
}

static bool is_eurostat(const struct load_head *head, size_t heading) {
  struct bytes first = head_cell(head, heading, 0);
  return first.size > 0 && memchr(first.data, '\\', first.size) != NULL &&
         memchr(first.data, ',', first.size) != NULL;
}

static bool lay_out(const struct load_head *head, struct load_layout *layout) {
  const char *map = argument(head->load->arguments, "map");
  size_t heading = find_heading(head);
  layout->ragged = layout->notes = true;
  layout->numbers = format_numbers(head, heading + 1);
  if (is_eurostat(head, heading))
    return load_complain(head->load, (struct load_place){.file = head->file},
                         "is Eurostat's TSV, with several dimensions in one column: it gives the "
                         "same as SDMX-CSV, which can be loaded");
  if (!layout_take_heading(head, layout, heading) || !format_frequency_part(head, layout) ||
      (map != NULL && !map_apply(head, layout, map)))
    return false;
  find_labels(head, layout);
  return format_period_columns(head, layout, 0) && take_columns(head, layout) &&
         take_indicator(head, layout) && take_title(head, layout, heading);
}

const struct load_format format_period_table = {
    .name = "periods",
    .words = "a table with a series a row, a period a column",
    .recognise = recognise,
    .lay_out = lay_out,
};
