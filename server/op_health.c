/* SPDX-License-Identifier: MIT */
#include "bellwether/v1/health.pb-c.h"
#include "server/check.h"
#include "server/engine_state.h"
#include "server/ops.h"

/* Whether a method's path begins with this service: "/bellwether.v1.Catalog/GetSeries". */
static bool is_of_service(const struct method *method, const char *service) {
  size_t size = strlen(service);
  return strncmp(method->path + 1, service, size) == 0 && method->path[1 + size] == '/';
}

static bool has_service(const struct engine *engine, const char *service) {
  for (size_t i = 0; i < engine->n_methods; i++)
    if (is_of_service(&engine->methods[i], service))
      return true;
  return service[0] == '\0';
}

bool op_check(struct context *context, const ProtobufCMessage *request,
              ProtobufCMessage *response) {
  const Bellwether__V1__CheckRequest *question = (const void *)request;
  Bellwether__V1__CheckResponse *answer = (void *)response;
  struct engine *engine = context->engine;
  if (!has_service(engine, question->service))
    return context_fail(context,
                        (struct failure){.code = RPC_NOT_FOUND,
                                         .reason = "SERVICE_NOT_FOUND",
                                         .field = "service",
                                         .hint = "an empty name asks for the server as a whole"},
                        "this server has no service %s",
                        quoted(context->arena, bytes_of_text(question->service)));
  answer->status = atomic_load(&engine->draining)
                       ? BELLWETHER__V1__SERVING_STATUS__SERVING_STATUS_NOT_SERVING
                       : BELLWETHER__V1__SERVING_STATUS__SERVING_STATUS_SERVING;
  return true;
}
