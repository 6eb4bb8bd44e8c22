/* SPDX-License-Identifier: MIT */
/* GetObservations: one series. */
#include "server/answer.h"
#include "server/ops.h"

typedef Bellwether__V1__GetObservationsRequest request_message;
typedef Bellwether__V1__GetObservationsResponse response_message;

static bool make_token(struct page *page, const struct answer_place *place, char **ret_token) {
  struct page_position position = {.revision = page->from.revision,
                                   .within = true,
                                   .ordinal = place->ordinal,
                                   .number = place->left};
  return page_token_make(page, &position, ret_token);
}

static bool answer(struct page *page, struct query *query, struct found *found,
                   response_message *response) {
  struct describer describer = {.context = page->context};
  struct answerer answerer = {.finder = query->finder, .describer = &describer, .page = page};
  struct answer_place place = {
      .within = page->continued, .ordinal = page->from.ordinal, .left = page->from.number};
  if (!answer_series(&answerer, query, found, &place, &response->series, &place))
    return false;
  return !response->series->continues || make_token(page, &place, &response->next_page_token);
}

bool op_get_observations(struct context *context, const ProtobufCMessage *request_base,
                         ProtobufCMessage *response_base) {
  const request_message *request = (const request_message *)request_base;
  response_message *response = (response_message *)response_base;
  struct finder finder = {.context = context};
  struct found found;
  struct query query;
  struct page page;
  const struct path *path = PATH(NULL, "query");
  if (!page_begin(&page, context, PAGE_ROWS, request_base) ||
      !find_series(&finder, PATH(NULL, "series"), request->series, &found) ||
      !query_init(&query, &finder, path, request->query))
    return false;

  uint64_t changed_revision = UINT64_MAX;
  bool asked = page.continued || request->if_changed_since > 0;
  if (asked && (!query_changed_revision(&query, &found.head, &changed_revision) ||
                !page_unchanged(&page, changed_revision, "The series")))
    return false;
  if (!page.continued && changed_revision <= request->if_changed_since) {
    response->not_modified = true;
    return true;
  }

  return answer(&page, &query, &found, response);
}
