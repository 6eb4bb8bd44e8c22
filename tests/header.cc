// SPDX-License-Identifier: MIT
// That client/bellwether.h needs no other header before it, and is C++ as well.
#include "client/bellwether.h"

const char *text_of_closed();

const char *text_of_closed() {
  bellwether_options options = {};
  options.servers = "tcp://127.0.0.1:7411";
  return bellwether_status_text(options.writable ? BELLWETHER_OK : BELLWETHER_CLOSED);
}
