/* SPDX-License-Identifier: MIT */
#include "client/load/made_dataset.h"

#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/rpc.h"

static bool fill(struct load *load, const struct load_layout *layout,
                 Bellwether__V1__Dataset *dataset) {
  Bellwether__V1__Dimension **dimensions =
      arena_array(load->arena, layout->n_parts, sizeof *dimensions);
  if (dimensions == NULL)
    return load_fail_memory(load);
  dataset->dimensions = dimensions;
  for (size_t i = 0; i < layout->n_parts; i++) {
    if (layout->parts[i].attribute)
      continue;
    Bellwether__V1__Dimension *dimension = arena_alloc(load->arena, sizeof *dimension);
    if (dimension == NULL)
      return load_fail_memory(load);
    bellwether__v1__dimension__init(dimension);
    dimension->id = text_field(layout->parts[i].id);
    dimension->role = (Bellwether__V1__DimensionRole)layout->parts[i].role;
    dimensions[dataset->n_dimensions++] = dimension;
  }
  dataset->title = text_field(layout->title);
  dataset->publisher = text_field(layout->publisher);
  return true;
}

static bool note_made(struct load *load, struct bytes id) {
  struct load_dataset *made = cache_get(&load->dataset_by_id, id);
  return made->made = true;
}

bool load_make_dataset_as(struct load *load, const struct load_layout *layout, struct bytes id) {
  const struct load_dataset *known = NULL;
  if (!load_find_dataset(load, id, &known))
    return false;
  if (known->n_dimensions > 0)
    return true;
  Bellwether__V1__Dataset *dataset = arena_alloc(load->arena, sizeof *dataset);
  if (dataset == NULL)
    return load_fail_memory(load);
  bellwether__v1__dataset__init(dataset);
  dataset->id = load_text(load, id);
  return dataset->id != NULL && fill(load, layout, dataset) &&
         load_add_dataset(load, dataset, false) && note_made(load, id) &&
         (list_add(&load->datasets, load->arena, dataset) || load_fail_memory(load));
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
  return load_make_dataset_as(load, layout, bytes_of_text(load->wanted_dataset));
}
