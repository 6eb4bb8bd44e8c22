/* SPDX-License-Identifier: MIT */
#include "client/load/layout.h"

#include <strings.h>

#include "client/load/table.h"

void layout_init(struct load_layout *layout) {
  *layout =
      (struct load_layout){.numbers = {.decimal = '.', .grouping = ','}, .nameless = LOAD_ABSENT};
  for (size_t i = 0; i < LOAD_N_COLUMNS; i++)
    layout->at[i] = LOAD_ABSENT;
}

struct bytes head_cell(const struct load_head *head, size_t record, size_t cell) {
  if (record >= head->n_records || cell >= head->records[record].n_cells)
    return bytes_of(NULL, 0);
  return bytes_trimmed(head->records[record].cells[cell]);
}

static bool is_text(struct bytes cell, const char *text) {
  return cell.size == strlen(text) &&
         (cell.size == 0 || strncasecmp((const char *)cell.data, text, cell.size) == 0);
}

bool head_cell_is(const struct load_head *head, size_t record, size_t cell, const char *text) {
  return is_text(head_cell(head, record, cell), text);
}

bool layout_take_heading(const struct load_head *head, struct load_layout *layout, size_t record) {
  struct load *load = head->load;
  if (record >= head->n_records)
    return load_complain(load, (struct load_place){.file = head->file}, "has no heading");
  layout->heading_records = record + 1;
  layout->n_cells = head->records[record].n_cells;
  layout->headings = arena_array(load->arena, layout->n_cells, sizeof *layout->headings);
  layout->ignored = arena_zero(load->arena, layout->n_cells * sizeof *layout->ignored);
  if (layout->headings == NULL || layout->ignored == NULL)
    return load_fail_memory(load);
  for (size_t i = 0; i < layout->n_cells; i++) {
    layout->headings[i] = load_text(load, head_cell(head, record, i));
    if (layout->headings[i] == NULL)
      return false;
    if (i > 0 && layout->nameless == LOAD_ABSENT && layout->headings[i][0] == '\0')
      layout->nameless = i;
  }
  return true;
}

/* Room for one item more behind n; there is room for 1, 3, 7, ... NULL after a complaint. */
static void *widen(struct load *load, void *items, size_t n, size_t size) {
  if ((n & (n + 1)) != 0)
    return items;
  void *wider = arena_array(load->arena, 2 * n + 1, size);
  if (wider == NULL)
    load_fail_memory(load);
  else if (n > 0)
    memcpy(wider, items, n * size);
  return wider;
}

struct load_value *layout_add_value(struct load *load, struct load_layout *layout, size_t column) {
  struct load_value *values = widen(load, layout->values, layout->n_values, sizeof *layout->values);
  if (values == NULL)
    return NULL;
  layout->values = values;
  values[layout->n_values] = (struct load_value){.column = column};
  return &values[layout->n_values++];
}

struct load_part *layout_add_part(struct load *load, struct load_layout *layout, const char *id,
                                  int role) {
  struct load_part *parts = widen(load, layout->parts, layout->n_parts, sizeof *layout->parts);
  if (parts == NULL)
    return NULL;
  layout->parts = parts;
  parts[layout->n_parts] =
      (struct load_part){.id = id, .role = role, .column = LOAD_ABSENT, .name_column = LOAD_ABSENT};
  return &parts[layout->n_parts++];
}

size_t layout_find(const struct load_layout *layout, const char *name) {
  for (size_t i = 0; i < layout->n_cells; i++)
    if (strcasecmp(layout->headings[i], name) == 0)
      return i;
  return LOAD_ABSENT;
}

/* Two columns of one name, or of one period. */
bool layout_check_values(const struct load_head *head, const struct load_layout *layout) {
  struct cache seen = {0};
  for (size_t i = 0; i < layout->n_values; i++) {
    const struct load_value *value = &layout->values[i];
    char *text = arena_format(head->load->arena, "%s/%s/%d/%lld/%p",
                              value->series == NULL ? "" : value->series,
                              value->code == NULL ? "" : value->code, (int)value->frequency,
                              (long long)value->period, (const void *)value->release);
    if (text == NULL)
      return load_fail_memory(head->load);
    const struct load_value *other = cache_get(&seen, bytes_of_text(text));
    if (other != NULL)
      return load_complain(
          head->load,
          (struct load_place){head->file, head->records[layout->heading_records - 1].line,
                              value->column + 1, layout->headings[value->column]},
          "is the same as column %zu (%s)", other->column + 1, layout->headings[other->column]);
    if (!cache_put(&seen, head->load->arena, bytes_of_text(text), &layout->values[i]))
      return load_fail_memory(head->load);
  }
  return true;
}

bool layout_takes(const struct load_layout *layout, size_t cell) {
  if (layout->ignored[cell])
    return true;
  for (size_t i = 0; i < layout->n_values; i++)
    if (layout->values[i].column == cell)
      return true;
  for (size_t i = 0; i < LOAD_N_COLUMNS; i++)
    if (layout->at[i] == cell)
      return true;
  for (size_t i = 0; i < layout->n_parts; i++)
    if (layout->parts[i].column == cell || layout->parts[i].name_column == cell)
      return true;
  return false;
}
