/* SPDX-License-Identifier: MIT */
/* A call of the command line: packs the request, asks, unpacks the response, tells what went wrong.
 */
#ifndef BELLWETHER_CLIENT_CLI_RPC_H
#define BELLWETHER_CLIENT_CLI_RPC_H

#include <protobuf-c/protobuf-c.h>

#include "bellwether/v1/rpc.pb-c.h"
#include "client/cli/command.h"

/* protobuf-c's text fields are not const, yet packing does not write through them. */
static inline char *text_field(const char *text) {
  return text == NULL ? (char *)(uintptr_t) "" : (char *)(uintptr_t)text;
}

/* Asks "/bellwether.v1." `method`. On EXIT_CODE_OK *ret_response is an unpacked message of the
 * descriptor, to be freed with protobuf_c_message_free_unpacked; else the error has been told. */
must_check enum exit_code rpc_ask(struct cli *cli, const char *method,
                                  const ProtobufCMessage *request,
                                  const ProtobufCMessageDescriptor *response,
                                  ProtobufCMessage **ret_response);
/* The same for a method that writes. */
must_check enum exit_code rpc_write(struct cli *cli, const char *method,
                                    const ProtobufCMessage *request,
                                    const ProtobufCMessageDescriptor *response,
                                    ProtobufCMessage **ret_response);

/* The same for a command that may take longer than a deadline: it is sent again, as the same
 * command, until it is answered. */
must_check enum exit_code rpc_write_patiently(struct cli *cli, const char *method,
                                              const ProtobufCMessage *request,
                                              const ProtobufCMessageDescriptor *response,
                                              ProtobufCMessage **ret_response);
/* Asks for something that need not be there: EXIT_CODE_OK, and *ret_response stays NULL, where the
 * server refuses with this reason. */
must_check enum exit_code rpc_find(struct cli *cli, const char *method,
                                   const ProtobufCMessage *request, const char *absent_reason,
                                   const ProtobufCMessageDescriptor *response,
                                   ProtobufCMessage **ret_response);

/* Reads one page; anything but EXIT_CODE_OK ends the reading. */
typedef enum exit_code page_reader(void *arg, const ProtobufCMessage *response);
/* Asks a method that answers in pages until the last one. The request's page_token is set along the
 * way, and empty again at the end. */
must_check enum exit_code rpc_pages(struct cli *cli, const char *method, ProtobufCMessage *request,
                                    const ProtobufCMessageDescriptor *response, page_reader *read,
                                    void *arg);

/* Opens cli->client if it is not yet. */
must_check enum exit_code rpc_open(struct cli *cli);

/* Tells of a call that failed, and returns what the command ends with. */
enum exit_code rpc_complain_call(struct cli *cli, enum bellwether_status status,
                                 const struct bellwether_reply *reply);
/* Tells of one item of a batch that failed. */
void rpc_complain_item(struct cli *cli, const char *item, const Bellwether__V1__Status *status);

static inline void message_free(ProtobufCMessage *message) {
  protobuf_c_message_free_unpacked(message, NULL);
}
SCOPED_POINTER(ProtobufCMessage, message_free)

#endif
