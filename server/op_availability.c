/* SPDX-License-Identifier: MIT */
/* GetAvailability: which codes the chosen series have. */
#include "server/describe.h"
#include "server/find.h"
#include "server/ops.h"

typedef Bellwether__V1__GetAvailabilityRequest request_message;
typedef Bellwether__V1__GetAvailabilityResponse response_message;
typedef Bellwether__V1__CodeAvailability code_message;

/* The codes of one dimension, found again by their text. */
struct codes {
  struct cache cache;
  struct list list;
};

struct availability {
  struct context *context;
  response_message *response;
  const struct dataset_record *dataset; /* no = 0: several, whose dimensions are not counted */
  struct codes codes[LIMIT_DIMENSIONS];
  struct describer describer;
};

static code_message *find_code(struct availability *availability, struct codes *codes,
                               struct bytes code) {
  struct context *context = availability->context;
  code_message *message = cache_get(&codes->cache, code);
  if (message != NULL)
    return message;
  message = message_new(context, &bellwether__v1__code_availability__descriptor);
  if (message == NULL)
    return NULL;
  message->code = text_new(context, code);
  if (message->code == NULL || !cache_put(&codes->cache, context->arena, code, message) ||
      !list_add(&codes->list, context->arena, message)) {
    context_fail_memory(context);
    return NULL;
  }
  return message;
}

static bool count_codes(struct availability *availability, const struct series_head *head,
                        struct bytes text) {
  struct key key;
  if (key_parse(text, &key, NULL) != KEY_OK)
    return context_fail_store(availability->context, STORE_CORRUPT, "series");
  for (size_t i = 0; i < key.n_codes; i++) {
    code_message *code = find_code(availability, &availability->codes[i], key.codes[i]);
    if (code == NULL)
      return false;
    code->series_count++;
    code->observation_count += head->n_observations;
  }
  return true;
}

static void widen(response_message *response, const struct series_head *head) {
  enum frequency frequency = (enum frequency)head->frequency;
  int64_t first_ms = period_first_ms(frequency, head->first_period);
  int64_t last_ms = period_last_ms(frequency, head->last_period);
  bool any = response->observation_count > 0;
  if (!any || first_ms < response->first_ms)
    response->first_ms = first_ms;
  if (!any || last_ms > response->last_ms)
    response->last_ms = last_ms;
}

static bool count_series(struct availability *availability, struct series_walk *walk) {
  response_message *response = availability->response;
  struct series_head head;
  struct bytes key;
  enum store_status status;
  while ((status = series_walk_next(walk, &head, &key)) == STORE_OK) {
    if (!context_in_time(availability->context) ||
        (availability->dataset->no != 0 && !count_codes(availability, &head, key)))
      return false;
    if (head.n_observations > 0)
      widen(response, &head);
    response->series_count++;
    response->observation_count += head.n_observations;
  }
  return status == STORE_NOT_FOUND || context_fail_store(availability->context, status, "series");
}

static int by_code(const void *a, const void *b) {
  const code_message *const *left = a, *const *right = b;
  return strcmp((*left)->code, (*right)->code);
}

static bool name_codes(struct availability *availability, uint8_t dimension,
                       const struct list *list) {
  const struct dataset_record *dataset = availability->dataset;
  for (size_t i = 0; i < list->count; i++) {
    code_message *message = list->items[i];
    const Bellwether__V1__Indicator *indicator = NULL;
    const char *name = NULL;
    struct bytes code = bytes_of_text(message->code);
    if (!describer_code_name(&availability->describer, dataset, dimension, code, &name))
      return false;
    if (dimension == dataset->indicator_dimension) {
      if (!describer_indicator(&availability->describer, dataset, code, &indicator))
        return false;
      name = indicator->name[0] != '\0' ? indicator->name : name;
    }
    message->name = (char *)(uintptr_t)name;
  }
  return true;
}

static bool fill_dimension(struct availability *availability, uint8_t dimension, struct bytes id,
                           Bellwether__V1__DimensionAvailability **ret_message) {
  struct list *list = &availability->codes[dimension].list;
  Bellwether__V1__DimensionAvailability *message =
      message_new(availability->context, &bellwether__v1__dimension_availability__descriptor);
  if (message == NULL)
    return false;
  message->dimension = text_new(availability->context, id);
  if (list->count > 0)
    qsort(list->items, list->count, sizeof *list->items, by_code);
  message->n_codes = list->count;
  message->codes = (code_message **)list->items;
  *ret_message = message;
  return message->dimension != NULL && name_codes(availability, dimension, list);
}

static bool fill_dimensions(struct availability *availability) {
  const struct dataset_record *dataset = availability->dataset;
  response_message *response = availability->response;
  struct bytes rest = dataset->dimension_ids;
  response->dimensions = arena_array(availability->context->arena, dataset->n_dimensions,
                                     sizeof(*response->dimensions));
  if (response->dimensions == NULL)
    return context_fail_memory(availability->context);
  for (uint8_t i = 0; i < dataset->n_dimensions; i++) {
    const uint8_t *dot = memchr(rest.data, '.', rest.size);
    size_t size = dot == NULL ? rest.size : (size_t)(dot - rest.data);
    if (!fill_dimension(availability, i, bytes_of(rest.data, size), &response->dimensions[i]))
      return false;
    response->n_dimensions++;
    if (dot != NULL)
      rest = bytes_of(dot + 1, rest.size - size - 1);
  }
  return true;
}

bool op_get_availability(struct context *context, const ProtobufCMessage *request_base,
                         ProtobufCMessage *response_base) {
  const request_message *request = (const request_message *)request_base;
  scoped(series_walk_end) struct series_walk *walk = NULL;
  struct finder finder = {.context = context};
  struct chosen chosen;
  if (!find_pattern(&finder, PATH(NULL, "pattern"), bytes_of_text(request->pattern), &chosen) ||
      !find_filters(&finder, request->filters, request->n_filters, &chosen))
    return false;

  struct availability availability = {.context = context,
                                      .response = (response_message *)response_base,
                                      .dataset = &chosen.dataset,
                                      .describer = {.context = context}};
  enum store_status status = series_walk_begin(context->txn, &chosen.choice, &walk);
  if (status != STORE_OK)
    return context_fail_store(context, status, "dataset");

  if (!count_series(&availability, walk) ||
      (chosen.dataset.no != 0 && !fill_dimensions(&availability)))
    return false;
  if (availability.response->series_count == 0)
    availability.response->hint = find_hint(&finder, &chosen);
  return availability.response->hint != NULL;
}
