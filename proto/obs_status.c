/* SPDX-License-Identifier: MIT */
#include "proto/obs_status.h"

#include <math.h>

/* Names as in SDMX's CL_OBS_STATUS 2.2; T is ours. */
static const char *const names['Z' - 'A' + 1] = {
    ['A' - 'A'] = "Normal value",
    ['B' - 'A'] = "Time series break",
    ['D' - 'A'] = "Definition differs",
    ['E' - 'A'] = "Estimated value",
    ['F' - 'A'] = "Forecast value",
    ['G' - 'A'] = "Experimental value",
    ['H' - 'A'] = "Missing value; holiday or weekend",
    ['I' - 'A'] = "Imputed value (CCSA definition)",
    ['J' - 'A'] = "Derogation",
    ['K' - 'A'] = "Data included in another category",
    ['L' - 'A'] = "Missing value; data exist but were not collected",
    ['M' - 'A'] = "Missing value; data cannot exist",
    ['N' - 'A'] = "Not significant",
    ['O' - 'A'] = "Missing value",
    ['P' - 'A'] = "Provisional value",
    ['Q' - 'A'] = "Missing value; suppressed",
    ['S' - 'A'] = "Strike and other special events",
    ['T' - 'A'] = "Target",
    ['U' - 'A'] = "Low reliability",
    ['V' - 'A'] = "Unvalidated value",
    ['W' - 'A'] = "Includes data from another category",
};

/* Codes that are no letters of the list, or letters that mean something else with their publisher.
 * A publisher's rows stand before the general ones. */
static const struct {
  const char *publisher; /* "" for any */
  const char *code;
  char status;
  const char *rule;
} foreign[] = {
    {"BIS", "R", 'A', "BIS R, revised: normal; revisions are kept by their releases"},
    {"FAO", "X", 'A', "FAO X, figure from international organizations: normal"},
    {"FAO", "T", 'U', "FAO T, unofficial figure: low reliability; here T would be a target"},
    {"EUROSTAT", "b", 'B', "Eurostat b: time series break"},
    {"EUROSTAT", "c", 'Q', "Eurostat c, confidential: missing, suppressed"},
    {"EUROSTAT", "d", 'D', "Eurostat d: definition differs"},
    {"EUROSTAT", "e", 'E', "Eurostat e: estimated"},
    {"EUROSTAT", "f", 'F', "Eurostat f: forecast"},
    {"EUROSTAT", "n", 'N', "Eurostat n: not significant"},
    {"EUROSTAT", "p", 'P', "Eurostat p: provisional"},
    {"EUROSTAT", "r", 'A', "Eurostat r, revised: normal; revisions are kept by their releases"},
    {"EUROSTAT", "s", 'E', "Eurostat s, Eurostat's estimate: estimated"},
    {"EUROSTAT", "u", 'U', "Eurostat u: low reliability"},
    {"EUROSTAT", "z", 'M', "Eurostat z, not applicable: missing, data cannot exist"},
    {"", "_U", 'A', "SDMX _U, status unknown: normal"},
    {"", "_X", 'A', "SDMX _X, status not specified: normal"},
    {"", "_O", 'A', "SDMX _O, another status than the list has: normal"},
    {"", "_Z", 'M', "SDMX _Z, not applicable: missing, data cannot exist"},
    {"", "_M", 'M', "_M for M: missing, data cannot exist"},
};

bool obs_status_is_valid(char status) {
  return obs_status_name(status) != NULL;
}

const char *obs_status_name(char status) {
  return status >= 'A' && status <= 'Z' ? names[status - 'A'] : NULL;
}

bool obs_status_is_missing(char status) {
  return status == 'H' || status == 'L' || status == 'M' || status == 'O' || status == 'Q';
}

enum obs_fault obs_check(double value, char status) {
  if (!obs_status_is_valid(status))
    return OBS_FAULT_UNKNOWN_STATUS;
  if (isinf(value))
    return OBS_FAULT_INFINITE;
  if (isnan(value) && !obs_status_is_missing(status))
    return OBS_FAULT_VALUE_MISSING;
  if (!isnan(value) && obs_status_is_missing(status))
    return OBS_FAULT_VALUE_PRESENT;
  return OBS_FAULT_NONE;
}

const char *obs_fault_text(enum obs_fault fault) {
  switch (fault) {
  case OBS_FAULT_NONE:
    return "";
  case OBS_FAULT_UNKNOWN_STATUS:
    return "has a status that is no letter of CL_OBS_STATUS, nor T";
  case OBS_FAULT_INFINITE:
    return "is infinite";
  case OBS_FAULT_VALUE_MISSING:
    return "has no value, but its status is none of H, L, M, O, Q";
  case OBS_FAULT_VALUE_PRESENT:
    return "has a value, but its status says that it is missing";
  }
  return "is no observation";
}

double obs_nan(void) {
  uint64_t bits = OBS_NAN_BITS;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

double obs_canonical(double value) {
  return isnan(value) ? obs_nan() : value;
}

/* The letter for a code, whatever the value is; '\0' for none. */
static char translate(struct bytes publisher, struct bytes code, const char **ret_rule) {
  if (code.size == 0) {
    *ret_rule = "no status: normal";
    return OBS_STATUS_NORMAL;
  }
  for (size_t i = 0; i < count_of(foreign); i++) {
    bool is_general = foreign[i].publisher[0] == '\0';
    if (!is_general && !bytes_equal(publisher, bytes_of_text(foreign[i].publisher)))
      continue;
    if (bytes_equal(code, bytes_of_text(foreign[i].code))) {
      *ret_rule = foreign[i].rule;
      return foreign[i].status;
    }
  }
  if (code.size != 1 || !obs_status_is_valid((char)code.data[0]))
    return '\0';
  *ret_rule = "a letter of CL_OBS_STATUS";
  return (char)code.data[0];
}

bool obs_status_from_foreign(struct bytes publisher, struct bytes code, bool value_is_missing,
                             char *ret_status, const char **ret_rule) {
  const char *rule = NULL;
  char status = translate(publisher, code, &rule);
  if (status == '\0' || (obs_status_is_missing(status) && !value_is_missing))
    return false;
  if (value_is_missing && !obs_status_is_missing(status)) {
    status = OBS_STATUS_MISSING;
    rule = "no value, and the status gives no reason: missing";
  }
  *ret_status = status;
  *ret_rule = rule;
  return true;
}
