/* SPDX-License-Identifier: MIT */
/* Fuzzes the unpacking of messages beside protobuf-c: the first byte chooses a method and whether
 * the rest is its request or its response. */
#include "server/method.h"
#include "tests/unpack_peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t n_methods = 0;
  const struct method *methods = method_all(&n_methods);
  if (size == 0)
    return 0;
  const struct method *method = &methods[data[0] / 2 % n_methods];
  unpack_beside_protobuf_c(bytes_of(data + 1, size - 1),
                           data[0] % 2 == 0 ? method->request : method->response);
  return 0;
}
