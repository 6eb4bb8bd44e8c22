/* SPDX-License-Identifier: MIT */
/* Observation status: one letter of SDMX's CL_OBS_STATUS 2.2, or T (target, ours). A status is a
 * char; what may stand beside a value follows from it. Safe from any thread. */
#ifndef BELLWETHER_PROTO_OBS_STATUS_H
#define BELLWETHER_PROTO_OBS_STATUS_H

#include "proto/util.h"

#define OBS_STATUS_NORMAL 'A'
#define OBS_STATUS_BREAK 'B'
#define OBS_STATUS_ESTIMATED 'E'
#define OBS_STATUS_FORECAST 'F'
#define OBS_STATUS_CANNOT_EXIST 'M'
#define OBS_STATUS_MISSING 'O'
#define OBS_STATUS_PROVISIONAL 'P'
#define OBS_STATUS_TARGET 'T'

/* All valid letters in order. */
#define OBS_STATUS_ALL "ABDEFGHIJKLMNOPQSTUVW"

/* The only bits that a missing value is stored and sent with. */
#define OBS_NAN_BITS UINT64_C(0x7ff8000000000000)

enum obs_fault {
  OBS_FAULT_NONE = 0,
  OBS_FAULT_UNKNOWN_STATUS, /* no letter of the list */
  OBS_FAULT_INFINITE,       /* infinities are no observations */
  OBS_FAULT_VALUE_MISSING,  /* NaN under a status that has a value */
  OBS_FAULT_VALUE_PRESENT,  /* a number under H, L, M, O or Q */
};

bool obs_status_is_valid(char status);

/* The name in the code list: "Normal value", "Forecast value"; "Target" for T; else NULL. */
const char *obs_status_name(char status);

/* H, L, M, O and Q: the value is NaN if and only if the status is one of them. */
bool obs_status_is_missing(char status);

/* Which rule a pair of value and status breaks, the status first. */
must_check enum obs_fault obs_check(double value, char status);

/* For people, to follow the quoted observation: "has a value, but ...". "" for OBS_FAULT_NONE. */
const char *obs_fault_text(enum obs_fault fault);

/* The one NaN, and any NaN made that one; a number stays as it is. */
double obs_nan(void);
double obs_canonical(double value);

/* A publisher's code as ours. `publisher` narrows it ("BIS", "FAO", "EUROSTAT"; empty for any): a
 * row for that publisher goes before the general ones. The general table has the letters
 * themselves, empty (A), and SDMX's `_U`, `_O`, `_X`, `_Z`, `_M`. A missing value's status is one
 * of H, L, M, O, Q: where the code's own letter is none of them, value_is_missing makes it O. False
 * where no row has it, or where it contradicts the value: the importer refuses the line. ret_rule
 * says which row did it. */
must_check bool obs_status_from_foreign(struct bytes publisher, struct bytes code,
                                        bool value_is_missing, char *ret_status,
                                        const char **ret_rule);

#endif
