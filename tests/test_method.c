/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "bellwether/v1/admin.pb-c.h"
#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/health.pb-c.h"
#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "bellwether/v1/reflection.pb-c.h"
#include "bellwether/v1/rpc.pb-c.h"
#include "server/method.h"

static const ProtobufCServiceDescriptor *const services[] = {
    &bellwether__v1__catalog__descriptor, &bellwether__v1__observations__descriptor,
    &bellwether__v1__ingest__descriptor,  &bellwether__v1__admin__descriptor,
    &bellwether__v1__health__descriptor,  &bellwether__v1__reflection__descriptor,
    &bellwether__v1__calls__descriptor,
};

static const struct method *find(const ProtobufCServiceDescriptor *service,
                                 const ProtobufCMethodDescriptor *method) {
  char path[128];
  size_t n_methods = 0;
  const struct method *methods = method_all(&n_methods);
  snprintf(path, sizeof path, "/%s/%s", service->name, method->name);
  return method_find(methods, n_methods, bytes_of_text(path));
}

static void every_method_of_the_contract_has_its_row(void **state) {
  (void)state;
  size_t n_rows = 0;
  size_t n_contract = 0;
  method_all(&n_rows);
  for (size_t i = 0; i < count_of(services); i++) {
    n_contract += services[i]->n_methods;
    for (unsigned j = 0; j < services[i]->n_methods; j++) {
      const ProtobufCMethodDescriptor *method = &services[i]->methods[j];
      const struct method *row = find(services[i], method);
      assert_non_null(row);
      assert_ptr_equal(row->request, method->input);
      assert_ptr_equal(row->response, method->output);
    }
  }
  assert_int_equal(n_rows, n_contract);
}

static void what_writes_needs_the_role_writer(void **state) {
  (void)state;
  size_t n_rows = 0;
  const struct method *rows = method_all(&n_rows);
  for (size_t i = 0; i < n_rows; i++) {
    bool writes = rows[i].kind == METHOD_WRITE || rows[i].kind == METHOD_STAGING;
    assert_int_equal(writes, strstr(rows[i].path, ".Ingest/") != NULL);
    if (writes)
      assert_int_equal(rows[i].access, ACCESS_WRITER);
    else if (!rows[i].without_store)
      assert_in_range(rows[i].access, ACCESS_READER, ACCESS_ADMIN);
  }
}

static void assert_ends(const ProtobufCMessageDescriptor *type, unsigned depth) {
  assert_in_range(depth, 0, 8);
  for (unsigned i = 0; i < type->n_fields; i++)
    if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
      assert_ends(type->fields[i].descriptor, depth + 1);
}

/* protobuf-c unpacks messages within messages by recursion, and so does proto/unpack.c. */
static void no_message_contains_itself(void **state) {
  (void)state;
  size_t n_rows = 0;
  const struct method *rows = method_all(&n_rows);
  for (size_t i = 0; i < n_rows; i++) {
    assert_ends(rows[i].request, 0);
    assert_ends(rows[i].response, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_method_of_the_contract_has_its_row),
      cmocka_unit_test(what_writes_needs_the_role_writer),
      cmocka_unit_test(no_message_contains_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
