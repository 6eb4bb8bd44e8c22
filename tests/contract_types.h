/* SPDX-License-Identifier: MIT */
/* The message types of the contract by name. */
#ifndef BELLWETHER_TESTS_CONTRACT_TYPES_H
#define BELLWETHER_TESTS_CONTRACT_TYPES_H

#include <protobuf-c/protobuf-c.h>

/* By its short name, as "GetLatestRequest"; NULL where there is none. */
const ProtobufCMessageDescriptor *contract_type(const char *name);

#endif
