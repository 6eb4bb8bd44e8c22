/* SPDX-License-Identifier: MIT */
#include "client/cli/query.h"

#include "client/cli/figures.h"
#include "client/cli/rpc.h"
#include "proto/limits.h"
#include "proto/number.h"
#include "proto/period.h"

typedef Bellwether__V1__ObservationQuery query_message;
typedef Bellwether__V1__Transform transform_message;

const char QUERY_DETAILS[] =
    "Transforms, one behind the other (the names are FRED's):\n"
    "\n"
    "  chg               change: x(t) - x(t-1)\n"
    "  ch1               change from a year ago\n"
    "  pch               percent change\n"
    "  pc1, yoy          percent change from a year ago\n"
    "  pca               compounded annual rate of change\n"
    "  cch, cca          continuously compounded rate of change, and the annual rate\n"
    "  log               natural logarithm\n"
    "  index=PERIOD      100 in that period\n"
    "  cum               sum from the first period of the range\n"
    "  ma=N              mean of the last N periods\n"
    "  share=KEY         percent of another series\n"
    "  formula=TEXT@KEY  of x and of y, another series: (x-y)/y*100@KEY\n"
    "\n"
    "Those of a year take its periods behind a slash: yoy/365 of days, pca/8760 of\n"
    "hours. So does a formula its unit: formula/PT=(x-y)/y*100@KEY.\n"
    "\n"
    "A KEY is DATASET/CODE.CODE.CODE; an empty code or * stands for any, + for or. It\n"
    "may have transforms of its own behind a colon: CBEC/A.CHN.TRADE._T:yoy.\n";

struct function_name {
  const char *name;
  Bellwether__V1__TransformFunction function;
  const char *argument; /* what stands behind =, or NULL */
  const char *modifier; /* what may stand behind /, or NULL */
};

#define FUNCTION(name) BELLWETHER__V1__TRANSFORM_FUNCTION__TRANSFORM_FUNCTION_##name
static const struct function_name NAMES[] = {
    {"chg", FUNCTION(CHANGE), NULL, NULL},
    {"ch1", FUNCTION(CHANGE_FROM_YEAR_AGO), NULL, "N"},
    {"pch", FUNCTION(PERCENT_CHANGE), NULL, NULL},
    {"pc1", FUNCTION(PERCENT_CHANGE_FROM_YEAR_AGO), NULL, "N"},
    {"yoy", FUNCTION(PERCENT_CHANGE_FROM_YEAR_AGO), NULL, "N"},
    {"pca", FUNCTION(COMPOUNDED_ANNUAL_RATE), NULL, "N"},
    {"cch", FUNCTION(CONTINUOUSLY_COMPOUNDED), NULL, NULL},
    {"cca", FUNCTION(CONTINUOUSLY_COMPOUNDED_ANNUAL), NULL, "N"},
    {"log", FUNCTION(LOG), NULL, NULL},
    {"cum", FUNCTION(CUMULATIVE), NULL, NULL},
    {"index", FUNCTION(INDEX), "PERIOD", NULL},
    {"ma", FUNCTION(MOVING_AVERAGE), "N", NULL},
    {"share", FUNCTION(SHARE), "KEY", NULL},
    {"formula", FUNCTION(FORMULA), "TEXT@KEY", "UNIT"},
};

struct reading {
  struct cli *cli;
  struct arena *arena;
};

static void *fail_memory(struct reading *reading) {
  complain(reading->cli, "out of memory");
  return NULL;
}

static void *new (struct reading *reading, const ProtobufCMessageDescriptor *descriptor) {
  ProtobufCMessage *message = arena_alloc(reading->arena, descriptor->sizeof_message);
  if (message == NULL)
    return fail_memory(reading);
  protobuf_c_message_init(descriptor, message);
  return message;
}

static bool set_other(struct reading *reading, transform_message *transform, const char *key) {
  Bellwether__V1__SeriesRef *ref = new (reading, &bellwether__v1__series_ref__descriptor);
  if (ref == NULL)
    return false;
  ref->ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  ref->key = text_field(key);
  transform->other = ref;
  return true;
}

static bool set_base(struct reading *reading, transform_message *transform, const char *text) {
  Bellwether__V1__PeriodBound *bound = new (reading, &bellwether__v1__period_bound__descriptor);
  if (bound == NULL)
    return false;
  bound->bound_case = BELLWETHER__V1__PERIOD_BOUND__BOUND_TEXT;
  bound->text = text_field(text);
  transform->base_period = bound;
  return true;
}

static bool set_window(struct reading *reading, transform_message *transform, const char *text) {
  char *end = NULL;
  unsigned long window = strtoul(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end != '\0' || window < 1 || window > LIMIT_WINDOW) {
    complain_usage(reading->cli, "ma=%s: not a number of periods from 1 to %d", text, LIMIT_WINDOW);
    return false;
  }
  transform->window = (uint32_t)window;
  return true;
}

/* The series that y is stands behind the last @: codes may have one, formulas have none. */
static bool set_formula(struct reading *reading, transform_message *transform, char *text) {
  char *at = strchr(text, '@');
  if (at != NULL)
    *at = '\0';
  transform->formula = text;
  return at == NULL || set_other(reading, transform, at + 1);
}

static bool set_argument(struct reading *reading, transform_message *transform, char *text) {
  switch ((int)transform->function) {
  case FUNCTION(INDEX):
    return set_base(reading, transform, text);
  case FUNCTION(MOVING_AVERAGE):
    return set_window(reading, transform, text);
  case FUNCTION(SHARE):
    return set_other(reading, transform, text);
  default:
    return set_formula(reading, transform, text);
  }
}

static const struct function_name *find_name(const char *name) {
  for (size_t i = 0; i < count_of(NAMES); i++)
    if (strcmp(NAMES[i].name, name) == 0)
      return &NAMES[i];
  return NULL;
}

const char *query_transform(size_t i, char *text, size_t size) {
  if (i >= count_of(NAMES))
    return NULL;
  snprintf(text, size, "%s%s", NAMES[i].name, NAMES[i].argument == NULL ? "" : "=");
  return text;
}

static bool set_periods(struct reading *reading, transform_message *transform, const char *text) {
  char *end = NULL;
  unsigned long periods = strtoul(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end != '\0' || periods < 1 ||
      periods > LIMIT_PERIODS_A_YEAR) {
    complain_usage(reading->cli, "/%s: not a number of periods a year from 1 to %d", text,
                   LIMIT_PERIODS_A_YEAR);
    return false;
  }
  transform->has_periods_a_year_case = BELLWETHER__V1__TRANSFORM__HAS_PERIODS_A_YEAR_PERIODS_A_YEAR;
  transform->periods_a_year = (uint32_t)periods;
  return true;
}

static bool set_formula_unit(struct reading *reading, transform_message *transform,
                             const char *text) {
  Bellwether__V1__Unit *unit = new (reading, &bellwether__v1__unit__descriptor);
  if (unit == NULL)
    return false;
  unit->unit = text_field(text);
  transform->formula_unit = unit;
  return true;
}

/* What stands behind the slash; NULL: nothing does. */
static bool set_modifier(struct reading *reading, const struct function_name *name,
                         const char *text, transform_message *transform) {
  if (text == NULL)
    return true;
  if (name->modifier == NULL || text[0] == '\0') {
    complain_usage(reading->cli, "%s/%s: %s", name->name, text,
                   name->modifier == NULL ? "nothing can stand behind the slash"
                                          : "something has to stand behind the slash");
    return false;
  }
  return transform->function == FUNCTION(FORMULA) ? set_formula_unit(reading, transform, text)
                                                  : set_periods(reading, transform, text);
}

/* "ma=3", "yoy/365". The text is cut apart. */
static bool read_transform(struct reading *reading, char *text, transform_message *transform) {
  char *value = text, *modifier = strsep(&value, "=");
  char *word = strsep(&modifier, "/");
  const struct function_name *name = find_name(word);
  if (name == NULL) {
    complain_usage(reading->cli, "there is no transform '%s'; `bellwether help get` lists them",
                   word);
    return false;
  }
  transform->function = name->function;
  if (!set_modifier(reading, name, modifier, transform))
    return false;
  if (value != NULL && name->argument != NULL && value[0] != '\0')
    return set_argument(reading, transform, value);
  if (value == NULL && name->argument == NULL)
    return true;
  if (name->argument == NULL)
    complain_usage(reading->cli, "%s takes no value", name->name);
  else
    complain_usage(reading->cli, "%s needs a value: %s=%s", name->name, name->name, name->argument);
  return false;
}

static bool read_transforms(struct reading *reading, const char *given, query_message *query) {
  char *rest = arena_text(reading->arena, bytes_of_text(given));
  query->transforms = arena_array(reading->arena, strlen(given) + 1, sizeof *query->transforms);
  query->n_transforms = 0;
  if (rest == NULL || query->transforms == NULL)
    return fail_memory(reading) != NULL;
  for (char *text; (text = strsep(&rest, ",")) != NULL;) {
    transform_message *transform = new (reading, &bellwether__v1__transform__descriptor);
    if (transform == NULL || !read_transform(reading, text, transform))
      return false;
    query->transforms[query->n_transforms++] = transform;
  }
  return true;
}

static bool read_number(struct reading *reading, const struct arguments *arguments,
                        const char *name, double *ret_number, bool *ret_given) {
  const char *text = argument(arguments, name);
  *ret_given = text != NULL;
  if (text == NULL || number_parse(bytes_of_text(text), ret_number) == NUMBER_OK)
    return true;
  complain_usage(reading->cli, "--%s %s: not a number", name, text);
  return false;
}

static bool read_method(struct reading *reading, const char *text,
                        Bellwether__V1__Aggregation *aggregation) {
  static const char *const METHODS[] = {"", "avg", "sum", "first", "last", "min", "max"};
  for (size_t i = 1; i < count_of(METHODS); i++) {
    if (strcmp(METHODS[i], text) != 0)
      continue;
    aggregation->method = (Bellwether__V1__AggregationMethod)i;
    return true;
  }
  complain_usage(reading->cli, "--method %s: it is avg, sum, first, last, min or max", text);
  return false;
}

static bool read_aggregation(struct reading *reading, const struct arguments *arguments,
                             query_message *query) {
  const char *letter = argument(arguments, "frequency"), *method = argument(arguments, "method");
  bool given = false;
  if (letter == NULL) {
    if (method == NULL && !argument_given(arguments, "min-coverage") &&
        !argument_given(arguments, "insist"))
      return true;
    complain_usage(reading->cli, "--method, --min-coverage and --insist go with --frequency");
    return false;
  }
  Bellwether__V1__Aggregation *aggregation =
      new (reading, &bellwether__v1__aggregation__descriptor);
  if (aggregation == NULL)
    return false;
  enum frequency frequency =
      strlen(letter) == 1 ? frequency_from_letter((char)(letter[0] & ~0x20)) : FREQUENCY_NONE;
  if (frequency == FREQUENCY_NONE) {
    complain_usage(reading->cli, "--frequency %s: it is one of A S Q M W B D H N", letter);
    return false;
  }
  aggregation->frequency = (Bellwether__V1__Frequency)frequency;
  aggregation->insist = argument_given(arguments, "insist");
  query->aggregation = aggregation;
  return (method == NULL || read_method(reading, method, aggregation)) &&
         read_number(reading, arguments, "min-coverage", &aggregation->min_coverage, &given);
}

static bool read_fill(struct reading *reading, const struct arguments *arguments,
                      query_message *query) {
  Bellwether__V1__Fill *fill = new (reading, &bellwether__v1__fill__descriptor);
  if (fill == NULL ||
      !argument_number(reading->cli, arguments, "carry", UINT32_MAX, &fill->carry_forward))
    return false;
  fill->insert_missing = argument_given(arguments, "fill");
  query->fill = fill;
  return true;
}

static bool read_filter(struct reading *reading, const struct arguments *arguments,
                        query_message *query) {
  Bellwether__V1__RowFilter *filter = new (reading, &bellwether__v1__row_filter__descriptor);
  bool has_min = false, has_max = false;
  if (filter == NULL || !read_number(reading, arguments, "min", &filter->min_value, &has_min) ||
      !read_number(reading, arguments, "max", &filter->max_value, &has_max))
    return false;
  filter->has_min_case = has_min ? BELLWETHER__V1__ROW_FILTER__HAS_MIN_MIN_VALUE : 0;
  filter->has_max_case = has_max ? BELLWETHER__V1__ROW_FILTER__HAS_MAX_MAX_VALUE : 0;
  filter->statuses = text_field(argument(arguments, "status"));
  filter->drop_missing = argument_given(arguments, "no-missing");
  query->filter = filter;
  return true;
}

static bool read_range(struct reading *reading, const struct arguments *arguments,
                       query_message *query) {
  Bellwether__V1__PeriodBound *from = new (reading, &bellwether__v1__period_bound__descriptor);
  Bellwether__V1__PeriodBound *to = new (reading, &bellwether__v1__period_bound__descriptor);
  Bellwether__V1__AsOf *as_of = new (reading, &bellwether__v1__as_of__descriptor);
  if (from == NULL || to == NULL || as_of == NULL)
    return false;
  query->from = bound_argument(arguments, "from", from);
  query->to = bound_argument(arguments, "to", to);
  query->as_of = as_of_argument(arguments, as_of);
  query->only_release = text_field(argument(arguments, "only-release"));
  return argument_number(reading->cli, arguments, "first", UINT32_MAX, &query->first_n) &&
         argument_number(reading->cli, arguments, "last", UINT32_MAX, &query->last_n) &&
         argument_number(reading->cli, arguments, "nth-release", UINT32_MAX, &query->nth_release);
}

query_message *query_read(struct cli *cli, const struct arguments *arguments, struct arena *arena) {
  struct reading reading = {cli, arena};
  const char *transforms = argument(arguments, "transform");
  query_message *query = new (&reading, &bellwether__v1__observation_query__descriptor);
  if (query == NULL)
    return NULL;
  if (argument_given(arguments, "yoy") && transforms != NULL) {
    complain_usage(cli, "--yoy and --transform exclude each other");
    return NULL;
  }
  if (argument_given(arguments, "yoy"))
    transforms = "pc1";
  query->view = BELLWETHER__V1__VIEW__VIEW_FULL;
  query->period_labels = true;
  if (argument_given(arguments, "units"))
    query->scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  bool read = read_range(&reading, arguments, query) &&
              read_aggregation(&reading, arguments, query) &&
              (transforms == NULL || read_transforms(&reading, transforms, query)) &&
              read_fill(&reading, arguments, query) && read_filter(&reading, arguments, query);
  return read ? query : NULL;
}

query_message *query_with_transforms(struct cli *cli, const query_message *query,
                                     const char *transforms, struct arena *arena) {
  struct reading reading = {cli, arena};
  query_message *own = new (&reading, &bellwether__v1__observation_query__descriptor);
  if (own == NULL)
    return NULL;
  *own = *query;
  return read_transforms(&reading, transforms, own) ? own : NULL;
}
