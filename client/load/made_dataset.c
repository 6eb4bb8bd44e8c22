/* SPDX-License-Identifier: MIT */
#include "client/load/made_dataset.h"

#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/rpc.h"

/* A message of several datasets has the columns of all. */
static bool is_dimension(const struct load_part *part, const struct csv_record *record) {
  if (part->attribute)
    return false;
  return record == NULL || part->of_period ||
         (part->column < record->n_cells && record->cells[part->column].size > 0);
}

static Bellwether__V1__Dimension *make_dimension(struct load *load, const struct load_part *part) {
  Bellwether__V1__Dimension *dimension = arena_alloc(load->arena, sizeof *dimension);
  if (dimension == NULL)
    return NULL;
  bellwether__v1__dimension__init(dimension);
  dimension->id = text_field(part->id);
  dimension->role = (Bellwether__V1__DimensionRole)part->role;
  return dimension;
}

static bool fill(struct load *load, const struct load_layout *layout,
                 const struct made_dataset *made, Bellwether__V1__Dataset *dataset) {
  Bellwether__V1__Dimension **dimensions =
      arena_array(load->arena, layout->n_parts, sizeof *dimensions);
  if (dimensions == NULL)
    return load_fail_memory(load);
  dataset->dimensions = dimensions;
  for (size_t i = 0; i < layout->n_parts; i++) {
    if (!is_dimension(&layout->parts[i], made->record))
      continue;
    Bellwether__V1__Dimension *dimension = make_dimension(load, &layout->parts[i]);
    if (dimension == NULL)
      return load_fail_memory(load);
    dimensions[dataset->n_dimensions++] = dimension;
  }
  dataset->id = load_text(load, made->id);
  dataset->title = load_text(load, made->title);
  dataset->publisher = load_text(load, made->publisher);
  return dataset->id != NULL && dataset->title != NULL && dataset->publisher != NULL;
}

static bool add(struct load *load, Bellwether__V1__Dataset *dataset) {
  if (!load_add_dataset(load, dataset, false))
    return false;
  struct load_dataset *known = cache_get(&load->dataset_by_id, bytes_of_text(dataset->id));
  known->made = true;
  return list_add(&load->datasets, load->arena, dataset) || load_fail_memory(load);
}

bool load_make_dataset_as(struct load *load, const struct load_layout *layout,
                          const struct made_dataset *made) {
  const struct load_dataset *known = NULL;
  if (!load_find_dataset(load, made->id, &known))
    return false;
  if (known->n_dimensions > 0)
    return true;
  Bellwether__V1__Dataset *dataset = arena_alloc(load->arena, sizeof *dataset);
  if (dataset == NULL)
    return load_fail_memory(load);
  bellwether__v1__dataset__init(dataset);
  return fill(load, layout, made, dataset) && add(load, dataset);
}

bool load_make_dataset(struct load *load, const struct load_layout *layout, const char *file) {
  if (load->default_dataset != NULL || layout->at[LOAD_SERIES] != LOAD_ABSENT)
    return true;
  if (load->wanted_dataset == NULL)
    return layout->exact || layout->at[LOAD_DATASET] != LOAD_ABSENT ||
           load_complain(load, (struct load_place){.file = file},
                         "does not say to which dataset it belongs: give --dataset");
  if (layout->n_parts == 0 || layout->exact)
    return load_dataset(load, (struct load_place){.file = "--dataset"},
                        bytes_of_text(load->wanted_dataset)) != NULL;
  struct made_dataset made = {.id = bytes_of_text(load->wanted_dataset),
                              .title = bytes_of_text(text_field(layout->title)),
                              .publisher = bytes_of_text(text_field(layout->publisher))};
  return load_make_dataset_as(load, layout, &made);
}
