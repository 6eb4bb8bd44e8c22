/* SPDX-License-Identifier: MIT */
/* What a shell offers when Tab is pressed. The scripts in client/cli/completion/ ask
 *
 *     bellwether __complete -- WORD... CURRENT
 *
 * with the words that stand on the line behind `bellwether`, the last one as far as it is typed
 * (perhaps ""). Each line of the answer is a word in place of CURRENT, a tab, and what it is. A
 * word that ends in one of / . + = , : is to be continued, so no blank goes behind it. The lines
 * ":files" and ":folders" stand for those of the file system. Whatever is wrong, the answer is
 * short and standard error stays empty: nobody asked for words. */
#ifndef BELLWETHER_CLIENT_CLI_COMPLETE_H
#define BELLWETHER_CLIENT_CLI_COMPLETE_H

#include "client/cli/choose.h"

#define COMPLETE_VERB "__complete"

/* The words behind COMPLETE_VERB. */
enum exit_code complete(struct cli *cli, int n_words, char **words);

/* A line that is being typed. */
struct completion {
  struct cli *cli;
  const struct command *command; /* NULL: the verb is not there yet */
  bool help;                     /* `bellwether help` */
  bool only_words;               /* behind "--" */
  size_t n_words;                /* behind the verb */
  char **words;                  /* borrowed: with the verb, options and all */
  const char **verb_words;       /* the n_words */
  const struct option *pending;  /* whose value is being typed, or NULL */
  struct given given;
  const char *current; /* the word as far as it is typed, and what of it stays in any case */
  size_t n_kept;
};

/* Offers a word, if what is typed begins it. `what` may be NULL. */
void offer(const struct completion *completion, const char *word, const char *what);
/* Offers what a placeholder of the help stands for: "FILE|DATASET", "table|csv|json", "KEY". */
void offer_placeholder(const struct completion *completion, const char *text, size_t size);

/* The part of the current word that is to be completed. */
static inline const char *typed(const struct completion *completion) {
  return completion->current + completion->n_kept;
}

/* Things that the server knows. They ask it, and are silent where it is not there. */
void offer_datasets(const struct completion *completion);
void offer_releases(const struct completion *completion);
void offer_dimensions(const struct completion *completion);
void offer_keys(const struct completion *completion);

#endif
