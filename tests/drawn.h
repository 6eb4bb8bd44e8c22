/* SPDX-License-Identifier: MIT */
/* Messages of any type with something in them, the same in every run. Failures end the test. */
#ifndef BELLWETHER_TESTS_DRAWN_H
#define BELLWETHER_TESTS_DRAWN_H

#include <protobuf-c/protobuf-c.h>

#include "proto/arena.h"

/* A number below n. */
uint64_t draw(uint64_t n);
/* In the arena. Text is ASCII. */
ProtobufCMessage *draw_message(struct arena *arena, const ProtobufCMessageDescriptor *type);

#endif
