/* SPDX-License-Identifier: MIT */
/* Codes in words, for people. */
#include "client/cli/output.h"
#include "proto/instant.h"
#include "proto/obs_status.h"

static const char *multiplier_word(int unit_mult) {
  switch (unit_mult) {
  case 0:
    return "";
  case 2:
    return "hundred";
  case 3:
    return "thousand";
  case 4:
    return "ten thousand";
  case 6:
    return "million";
  case 8:
    return "hundred million";
  case 9:
    return "billion";
  case 12:
    return "trillion";
  default:
    return NULL;
  }
}

static const char *unit_word(const char *unit) {
  static const struct {
    const char *code, *word;
  } UNITS[] = {{"PT", "%"},
               {"PP", "percentage points"},
               {"NR", "number"},
               {"IX", "index"},
               {"LN", "natural logarithm"}};
  for (size_t i = 0; i < count_of(UNITS); i++)
    if (strcmp(UNITS[i].code, unit) == 0)
      return UNITS[i].word;
  return unit;
}

void unit_words(const char *unit, int unit_mult, char *ret_text, size_t size) {
  const char *word = multiplier_word(unit_mult), *name = unit_word(unit);
  if (word == NULL)
    snprintf(ret_text, size, "10^%d %s", unit_mult, name);
  else
    snprintf(ret_text, size, "%s%s%s", word, word[0] != '\0' && name[0] != '\0' ? " " : "", name);
}

const char *status_word(char status) {
  switch (status) {
  case OBS_STATUS_NORMAL:
    return "normal";
  case OBS_STATUS_BREAK:
    return "break";
  case OBS_STATUS_ESTIMATED:
    return "estimated";
  case OBS_STATUS_FORECAST:
    return "forecast";
  case OBS_STATUS_CANNOT_EXIST:
    return "cannot exist";
  case OBS_STATUS_MISSING:
    return "missing";
  case OBS_STATUS_PROVISIONAL:
    return "provisional";
  case OBS_STATUS_TARGET:
    return "target";
  case '-':
    return "withdrawn";
  default: {
    const char *name = obs_status_name(status);
    return name == NULL ? "?" : name;
  }
  }
}

enum tone status_tone(char status) {
  switch (status) {
  case OBS_STATUS_FORECAST:
    return TONE_FORECAST;
  case OBS_STATUS_TARGET:
    return TONE_TARGET;
  case '-':
    return TONE_MISSING;
  default:
    return obs_status_is_missing(status) ? TONE_MISSING : TONE_PLAIN;
  }
}

const char *kind_word(int kind) {
  static const char *const WORDS[] = {"", "flow", "stock", "rate", "index"};
  return kind >= 0 && (size_t)kind < count_of(WORDS) ? WORDS[kind] : "";
}

void date_text(int64_t at_ms, bool day_only, char *ret_text, size_t size) {
  char text[INSTANT_TEXT_SIZE];
  instant_format(at_ms, day_only ? INSTANT_PRECISION_DAY : INSTANT_PRECISION_MS, text);
  snprintf(ret_text, size, "%s", text);
}
