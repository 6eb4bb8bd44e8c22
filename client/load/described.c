/* SPDX-License-Identifier: MIT */
/* Names for people of codes that a load makes. What the store describes is not described again:
 * people may have done it better. */
#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/rpc.h"
#include "client/load/codes.h"

/* The codes of a dimension that the store describes, noted when the first one is asked for. */
struct known {
  struct load *load;
  struct load_dimension *dimension;
};

static enum exit_code note(struct known *known, const char *code, const char *source_id) {
  struct bytes text = bytes_of_text(code);
  char *original = load_text(known->load, bytes_of_text(source_id));
  if (original == NULL)
    return EXIT_CODE_REFUSED;
  if (cache_get(&known->dimension->described, text) != NULL ||
      cache_put(&known->dimension->described, known->load->arena, text, original))
    return EXIT_CODE_OK;
  load_fail_memory(known->load);
  return EXIT_CODE_REFUSED;
}

static enum exit_code note_indicators(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__ListIndicatorsResponse *response = (const void *)message;
  enum exit_code code = EXIT_CODE_OK;
  for (size_t i = 0; i < response->n_indicators && code == EXIT_CODE_OK; i++)
    code = note(arg, response->indicators[i]->id, response->indicators[i]->source_id);
  return code;
}

static enum exit_code note_codes(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__ListCodesResponse *response = (const void *)message;
  enum exit_code code = EXIT_CODE_OK;
  for (size_t i = 0; i < response->n_codes && code == EXIT_CODE_OK; i++)
    code = note(arg, response->codes[i]->code, "");
  return code;
}

static bool is_indicator(const struct load_dimension *dimension) {
  return dimension->role == BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_INDICATOR;
}

static bool ask_described(struct load *load, const struct load_dataset *dataset,
                          struct load_dimension *dimension) {
  struct known known = {.load = load, .dimension = dimension};
  Bellwether__V1__ListIndicatorsRequest indicators = BELLWETHER__V1__LIST_INDICATORS_REQUEST__INIT;
  Bellwether__V1__ListCodesRequest codes = BELLWETHER__V1__LIST_CODES_REQUEST__INIT;
  dimension->asked = true;
  if (!dataset->stored)
    return true;
  indicators.dataset = codes.dataset = text_field(dataset->id);
  codes.dimension = text_field(dimension->id);
  load->code =
      is_indicator(dimension)
          ? rpc_pages(load->cli, "Catalog/ListIndicators", &indicators.base,
                      &bellwether__v1__list_indicators_response__descriptor, note_indicators,
                      &known)
          : rpc_pages(load->cli, "Catalog/ListCodes", &codes.base,
                      &bellwether__v1__list_codes_response__descriptor, note_codes, &known);
  return load->code == EXIT_CODE_OK;
}

static char *field(struct load *load, struct bytes text) {
  return text.size == 0 ? text_field(NULL) : load_text(load, text);
}

static bool add_indicator(struct load *load, const struct load_dataset *dataset, const char *code,
                          struct bytes original, struct bytes name) {
  Bellwether__V1__Indicator *indicator = arena_alloc(load->arena, sizeof *indicator);
  if (indicator == NULL)
    return load_fail_memory(load);
  bellwether__v1__indicator__init(indicator);
  indicator->dataset = text_field(dataset->id);
  indicator->id = text_field(code);
  indicator->name = field(load, name.size > 0 ? name : original);
  if (!bytes_equal(original, bytes_of_text(code)))
    indicator->source_id = field(load, original);
  return (indicator->name != NULL && indicator->source_id != NULL &&
          list_add(&load->indicators, load->arena, indicator)) ||
         load_fail_memory(load);
}

static Bellwether__V1__CodeList *code_list(struct load *load, const struct load_dataset *dataset,
                                           struct load_dimension *dimension) {
  if (dimension->list != NULL)
    return dimension->list;
  Bellwether__V1__CodeList *list = arena_alloc(load->arena, sizeof *list);
  if (list == NULL || !list_add(&load->code_lists, load->arena, list))
    return NULL;
  bellwether__v1__code_list__init(list);
  list->dataset = text_field(dataset->id);
  list->dimension = text_field(dimension->id);
  return dimension->list = list;
}

static bool add_code(struct load *load, const struct load_dataset *dataset,
                     struct load_dimension *dimension, const char *code, struct bytes name) {
  Bellwether__V1__CodeList *list = code_list(load, dataset, dimension);
  Bellwether__V1__Code *made = arena_alloc(load->arena, sizeof *made);
  if (list == NULL || made == NULL)
    return load_fail_memory(load);
  bellwether__v1__code__init(made);
  made->code = text_field(code);
  made->name = field(load, name);
  if (made->name == NULL || !list_add(&dimension->listed, load->arena, made))
    return load_fail_memory(load);
  list->codes = (Bellwether__V1__Code **)dimension->listed.items;
  list->n_codes = dimension->listed.count;
  return true;
}

/* An earlier load may have made the same code of another text. The code itself is no other: exports
 * have it, and so have those who know the store. */
static bool check_original(struct load *load, const char *code, struct bytes original,
                           const char *stored) {
  const struct load_file *file = load->files.items[load->files.count - 1];
  if (stored[0] == '\0' || original.size == 0 || bytes_equal(original, bytes_of_text(stored)) ||
      bytes_equal(original, bytes_of_text(code)) ||
      !load_code_is_of(load, code, bytes_of_text(stored)))
    return true;
  return load_complain(load, (struct load_place){.file = file->name},
                       "\"%.*s\" would have the code %s, which the store has for \"%s\"; --map "
                       "another column, or write the code",
                       text_shown(original), (const char *)original.data, code, stored);
}

bool load_describe_code(struct load *load, const struct load_dataset *dataset,
                        struct load_dimension *dimension, const char *code, struct bytes original,
                        struct bytes name) {
  struct bytes key = bytes_of_text(code);
  if (!dimension->asked && !ask_described(load, dataset, dimension))
    return false;
  const char *stored = cache_get(&dimension->described, key);
  if (stored != NULL)
    return check_original(load, code, original, stored);
  if (!cache_put(&dimension->described, load->arena, key, (void *)(uintptr_t) ""))
    return load_fail_memory(load);
  if (is_indicator(dimension))
    return add_indicator(load, dataset, code, original, name);
  /* A code without any other name needs no description. */
  if (name.size == 0 && bytes_equal(original, key))
    return true;
  return add_code(load, dataset, dimension, code, name.size > 0 ? name : original);
}
