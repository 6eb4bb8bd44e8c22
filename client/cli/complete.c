/* SPDX-License-Identifier: MIT */
/* Which word is being typed, and what the rows of the verbs say of its place. */
#include "client/cli/complete.h"
#include "client/cli/query.h"

/* Of one question to the server. A key takes two, and nobody waits for a menu. */
enum { DEADLINE_MS = 250 };

void offer(const struct completion *completion, const char *word, const char *what) {
  const char *beginning = typed(completion);
  FILE *out = completion->cli->out;
  if (strncmp(word, beginning, strlen(beginning)) != 0)
    return;
  fprintf(out, "%.*s%s\t", (int)completion->n_kept, completion->current, word);
  for (; what != NULL && *what != '\0'; what++)
    fputc((unsigned char)*what < ' ' || *what == 0x7f ? ' ' : *what, out);
  fputc('\n', out);
}

static void offer_files(const struct completion *completion) {
  fputs(":files\n", completion->cli->out);
}

static void offer_folders(const struct completion *completion) {
  fputs(":folders\n", completion->cli->out);
}

/* Of a list with commas between, the last one is typed. */
static void offer_transforms(const struct completion *completion) {
  struct completion last = *completion;
  const char *comma = strrchr(typed(completion), ',');
  char text[32];
  if (comma != NULL)
    last.n_kept = (size_t)(comma - completion->current) + 1;
  for (size_t i = 0; query_transform(i, text, sizeof text) != NULL; i++)
    offer(&last, text, NULL);
}

static const struct {
  const char *name;
  void (*offer)(const struct completion *completion);
} KINDS[] = {
    {"DATASET", offer_datasets},
    {"DIMENSION", offer_dimensions},
    {"FILE", offer_files},
    {"FOLDER", offer_folders},
    {"KEY", offer_keys},
    {"KEY-PATTERN", offer_keys},
    {"NAME", offer_datasets},
    {"NAME", offer_keys},
    {"PATTERN", offer_keys},
    {"RELEASE", offer_releases},
    {"TRANSFORM", offer_transforms},
};

static bool is_text(const char *text, const char *part, size_t size) {
  return strlen(text) == size && strncmp(text, part, size) == 0;
}

/* A word to be typed as it stands: in small letters, or one letter among several ("A|Q"). */
static bool is_literal(const char *part, size_t size, bool several) {
  return size > 0 && ((part[0] >= 'a' && part[0] <= 'z') || (several && size == 1));
}

static void offer_part(const struct completion *completion, const char *part, size_t size,
                       bool several) {
  if (is_literal(part, size, several)) {
    scoped(free) char *word = strndup(part, size);
    if (word != NULL)
      offer(completion, word, NULL);
    return;
  }
  for (size_t i = 0; i < count_of(KINDS); i++)
    if (is_text(KINDS[i].name, part, size))
      KINDS[i].offer(completion);
}

/* Without the brackets and dots of "[KEY...]", and without what may be behind: "KEY[:TRANSFORMS]".
 */
static void strip(const char **text, size_t *size) {
  if (*size > 0 && (*text)[0] == '[') {
    ++*text;
    --*size;
  }
  for (size_t i = 0; i < *size; i++)
    if (strchr("[].", (*text)[i]) != NULL)
      *size = i;
}

void offer_placeholder(const struct completion *completion, const char *text, size_t size) {
  strip(&text, &size);
  bool several = memchr(text, '|', size) != NULL;
  while (size > 0) {
    const char *bar = memchr(text, '|', size);
    size_t part = bar == NULL ? size : (size_t)(bar - text);
    offer_part(completion, text, part, several);
    part += bar != NULL;
    text += part;
    size -= part;
  }
}

/* The first of several words with blanks between, and where the next one begins. */
static size_t next_word(const char **text, size_t *size) {
  size_t blanks = strspn(*text, " ");
  blanks = blanks < *size ? blanks : *size;
  *text += blanks;
  *size -= blanks;
  size_t length = strcspn(*text, " ");
  return length < *size ? length : *size;
}

/* One way to use a verb: "codes DATASET DIMENSION". Its words before the current one must be those
 * of the line; the last one stands for all that follow if it ends in dots. */
static void offer_usage(const struct completion *completion, const char *usage, size_t size) {
  for (size_t at = 0;; at++) {
    size_t length = next_word(&usage, &size);
    if (length == 0 || usage[0] == '-')
      return;
    bool repeated = memmem(usage, length, "...", 3) != NULL;
    if (at == completion->n_words || (repeated && at < completion->n_words)) {
      offer_placeholder(completion, usage, length);
      return;
    }
    bool literal = is_literal(usage, length, false) && memchr(usage, '|', length) == NULL;
    if (literal && !is_text(completion->verb_words[at], usage, length))
      return;
    usage += length;
    size -= length;
  }
}

static void offer_words(const struct completion *completion) {
  for (const char *usage = completion->command->words; usage != NULL;) {
    const char *bar = strstr(usage, " | ");
    offer_usage(completion, usage, bar == NULL ? strlen(usage) : (size_t)(bar - usage));
    usage = bar == NULL ? NULL : bar + 3;
  }
}

static void offer_verbs(const struct completion *completion) {
  for (size_t i = 0; COMMANDS[i] != NULL; i++)
    offer(completion, COMMANDS[i]->name, COMMANDS[i]->summary);
  if (!completion->help)
    offer(completion, "help", "What a verb does.");
}

static void offer_options_of(const struct completion *completion, const struct option *options) {
  for (; options->name != NULL; options++) {
    char text[64];
    snprintf(text, sizeof text, "--%s", options->name);
    if (options->help != NULL)
      offer(completion, text, options->help);
  }
}

static const struct option *option_named(const struct completion *completion, const char *name) {
  int own = completion->command == NULL ? -1 : find_option(completion->command->options, name);
  if (own >= 0)
    return &completion->command->options[own];
  int global = find_option(GLOBAL_OPTIONS, name);
  return global < 0 ? NULL : &GLOBAL_OPTIONS[global];
}

static void note_option(struct completion *completion, const char *name, const char *value) {
  struct given *given = &completion->given;
  if (strcmp(name, "server") == 0)
    given->server = value;
  else if (strcmp(name, "db") == 0)
    given->db = value;
  else if (strcmp(name, "token") == 0)
    given->token = value;
}

static void read_word(struct completion *completion, const char *word) {
  if (completion->command != NULL)
    completion->verb_words[completion->n_words++] = word;
  else if (!completion->help && strcmp(word, "help") == 0)
    completion->help = true;
  else
    completion->command = find_command(word);
}

/* The words before the current one. */
static void read_words(struct completion *completion, size_t n_words) {
  for (size_t i = 0; i < n_words; i++) {
    const char *word = completion->words[i];
    bool is_option = !completion->only_words && strncmp(word, "--", 2) == 0;
    const struct option *option = is_option ? option_named(completion, word + 2) : NULL;
    const char *equals = strchr(word, '=');
    completion->only_words = completion->only_words || strcmp(word, "--") == 0;
    if (!is_option)
      read_word(completion, word);
    else if (option == NULL || option->value == NULL)
      continue;
    else if (equals != NULL)
      note_option(completion, option->name, equals + 1);
    else if (i + 1 == n_words)
      completion->pending = option;
    else
      note_option(completion, option->name, completion->words[++i]);
  }
}

/* "--format=c": a value whose option is in the same word. */
static void read_current(struct completion *completion) {
  const char *equals = strchr(completion->current, '=');
  bool is_option = !completion->only_words && strncmp(completion->current, "--", 2) == 0;
  if (completion->pending != NULL || !is_option || equals == NULL)
    return;
  completion->pending = option_named(completion, completion->current + 2);
  completion->n_kept = (size_t)(equals - completion->current) + 1;
}

static void offer_all(const struct completion *completion) {
  const struct option *pending = completion->pending;
  if (pending != NULL && pending->value != NULL) {
    offer_placeholder(completion, pending->value, strlen(pending->value));
  } else if (completion->n_kept == 0 && !completion->only_words && completion->current[0] == '-') {
    if (completion->command != NULL)
      offer_options_of(completion, completion->command->options);
    offer_options_of(completion, GLOBAL_OPTIONS);
  } else if (completion->command == NULL) {
    offer_verbs(completion);
  } else if (!completion->help) {
    offer_words(completion);
  }
}

static void offer_for(struct completion *completion, size_t n_words) {
  char text[512];
  scoped(free) char *owned = NULL;
  scoped(settings_fini) struct settings settings = {.path = NULL};
  read_words(completion, n_words);
  read_current(completion);
  struct cli *cli = completion->cli;
  if (!settings_read(&settings, text, sizeof text) ||
      !choose(cli, &completion->given, &settings, &owned))
    return;
  cli->timeout_ms = DEADLINE_MS;
  offer_all(completion);
  bellwether_close(cli->client);
  cli->client = NULL;
}

enum exit_code complete(struct cli *cli, int n_words, char **words) {
  FILE *err = cli->err, *nowhere = fopen("/dev/null", "we");
  if (n_words > 0 && strcmp(words[0], "--") == 0) {
    words++;
    n_words--;
  }
  scoped(free) const char **verb_words = calloc((size_t)n_words + 1, sizeof *verb_words);
  if (n_words > 0 && nowhere != NULL && verb_words != NULL) {
    struct completion completion = {.cli = cli, .words = words, .verb_words = verb_words};
    completion.current = words[n_words - 1];
    cli->err = nowhere;
    offer_for(&completion, (size_t)n_words - 1);
    cli->err = err;
  }
  if (nowhere != NULL)
    fclose(nowhere);
  return EXIT_CODE_OK;
}
