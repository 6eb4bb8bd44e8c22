/* SPDX-License-Identifier: MIT */
#include "client/together.h"

#include "client/envelope.h"
#include "proto/envelope.h"
#include "proto/wire.h"

static const char METHOD[] = "/bellwether.v1.Calls/Together";
enum { CODE_RESOURCE_EXHAUSTED = 8, CODE_UNIMPLEMENTED = 12, QUICK_REQUEST_BYTES = 512 };

bool together_may(const struct bellwether_call *call) {
  static const char *const QUICK[] = {"/bellwether.v1.Observations/GetLatest",
                                      "/bellwether.v1.Observations/GetObservations"};
  if (call->write || call->request_id != NULL || call->request_size > QUICK_REQUEST_BYTES)
    return false;
  for (size_t i = 0; i < count_of(QUICK); i++)
    if (strcmp(call->method, QUICK[i]) == 0)
      return true;
  return false;
}

/* Of the TogetherRequest. */
static size_t request_size(const struct exchange *first) {
  size_t size = 0;
  for (const struct exchange *one = first; one != NULL; one = one->next)
    size += wire_bytes_size(one->call.size);
  return size;
}

size_t together_size(const struct exchange *first) {
  if (first->next == NULL)
    return first->call.size;
  return wire_bytes_size(sizeof METHOD - 1) + wire_bytes_size(request_size(first));
}

void together_write(struct exchange *first, uint8_t *to) {
  size_t n = 0;
  if (first->next == NULL) {
    first->number = 0;
    memcpy(to, first->call.data, first->call.size);
    return;
  }
  to = wire_put_bytes(to, CALL_METHOD, bytes_of(METHOD, sizeof METHOD - 1));
  to = wire_put_bytes_head(to, CALL_REQUEST, request_size(first));
  for (struct exchange *one = first; one != NULL; one = one->next) {
    one->number = n++;
    to = wire_put_bytes(to, TOGETHER_CALLS, one->call);
  }
}

void together_read(struct bytes reply, bool is_several, struct together_reply *ret_reply) {
  struct reply_fields fields;
  *ret_reply = (struct together_reply){.common = true, .whole = reply};
  if (!is_several)
    return;
  ret_reply->invalid = !reply_fields_read(reply, &fields);
  if (ret_reply->invalid)
    return;
  ret_reply->common = fields.refused;
  ret_reply->unknown = reply_fields_refused(&fields, CODE_UNIMPLEMENTED, NULL);
  ret_reply->rest = fields.response;
}

/* Refused for the size of all: the answer to this one may well be small. */
static bool is_to_be_sent_alone(struct bytes reply) {
  struct reply_fields fields;
  return reply_fields_read(reply, &fields) &&
         reply_fields_refused(&fields, CODE_RESOURCE_EXHAUSTED, "REPLY_TOO_LARGE_TOGETHER");
}

enum together_verdict together_take(struct together_reply *reply, const struct exchange *exchange,
                                    struct bytes *ret_reply) {
  struct wire_field field = {0};
  *ret_reply = reply->whole;
  if (reply->unknown)
    return TOGETHER_ALONE;
  if (reply->common)
    return TOGETHER_OK;
  while (!reply->invalid && reply->at <= exchange->number) {
    reply->invalid = !wire_take_field(&reply->rest, &field) ||
                     (field.number == TOGETHER_REPLIES && field.type != WIRE_BYTES);
    reply->at += field.number == TOGETHER_REPLIES;
  }
  if (reply->invalid)
    return TOGETHER_INVALID;
  *ret_reply = field.content;
  return is_to_be_sent_alone(field.content) ? TOGETHER_ALONE : TOGETHER_OK;
}
