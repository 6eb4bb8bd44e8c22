/* SPDX-License-Identifier: MIT */
#include "server/writer.h"

#include <pthread.h>

#include "proto/limits.h"
#include "server/group.h"
#include "server/engine_state.h"

struct writer {
  struct engine *engine;
  pthread_t thread;
  pthread_mutex_t lock; /* of all below */
  pthread_cond_t wake;
  struct call *first;
  struct call *last;
  size_t n_waiting;
  size_t bytes_waiting;
  bool held;
  bool ending;
};

/* The oldest commands that go into one transaction: at least one, and more while they are small. */
static struct call *cut_group(struct writer *writer) {
  struct call *group = writer->first;
  struct call *last = group;
  size_t bytes = group->packed.size;
  writer->n_waiting--;
  while (last->next != NULL && bytes + last->next->packed.size <= LIMIT_GROUP_BYTES) {
    last = last->next;
    bytes += last->packed.size;
    writer->n_waiting--;
  }
  writer->bytes_waiting -= bytes;
  writer->first = last->next;
  last->next = NULL;
  return group;
}

/* NULL when the writer ends and nothing waits any more. */
static struct call *take_group(struct writer *writer) {
  pthread_mutex_lock(&writer->lock);
  while ((writer->first == NULL || writer->held) && !writer->ending)
    pthread_cond_wait(&writer->wake, &writer->lock);
  struct call *group = writer->first == NULL ? NULL : cut_group(writer);
  pthread_mutex_unlock(&writer->lock);
  return group;
}

static void *work(void *argument) {
  struct writer *writer = argument;
  for (struct call *group = take_group(writer); group != NULL; group = take_group(writer))
    group_apply(writer->engine, group);
  return NULL;
}

struct writer *writer_new(struct engine *engine) {
  struct writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL)
    return NULL;
  writer->engine = engine;
  pthread_mutex_init(&writer->lock, NULL);
  pthread_cond_init(&writer->wake, NULL);
  if (pthread_create(&writer->thread, NULL, work, writer) == 0)
    return writer;
  pthread_cond_destroy(&writer->wake);
  pthread_mutex_destroy(&writer->lock);
  free(writer);
  return NULL;
}

void writer_free(struct writer *writer) {
  if (writer == NULL)
    return;
  pthread_mutex_lock(&writer->lock);
  writer->ending = true;
  pthread_cond_signal(&writer->wake);
  pthread_mutex_unlock(&writer->lock);
  pthread_join(writer->thread, NULL);
  pthread_cond_destroy(&writer->wake);
  pthread_mutex_destroy(&writer->lock);
  free(writer);
}

static bool has_room(const struct writer *writer, size_t size) {
  if (writer->n_waiting >= LIMIT_WRITER_COMMANDS)
    return false;
  return writer->n_waiting == 0 || writer->bytes_waiting + size <= LIMIT_WRITER_BYTES;
}

static void append(struct writer *writer, struct call *call) {
  call->next = NULL;
  if (writer->first == NULL)
    writer->first = call;
  else
    writer->last->next = call;
  writer->last = call;
  writer->n_waiting++;
  writer->bytes_waiting += call->packed.size;
}

bool writer_submit(struct writer *writer, struct call *call) {
  pthread_mutex_lock(&writer->lock);
  bool taken = has_room(writer, call->packed.size);
  if (taken)
    append(writer, call);
  pthread_cond_signal(&writer->wake);
  pthread_mutex_unlock(&writer->lock);
  return taken;
}

size_t writer_queue_length(struct writer *writer) {
  pthread_mutex_lock(&writer->lock);
  size_t n_waiting = writer->n_waiting;
  pthread_mutex_unlock(&writer->lock);
  return n_waiting;
}

void writer_hold(struct writer *writer, bool hold) {
  pthread_mutex_lock(&writer->lock);
  writer->held = hold;
  pthread_cond_signal(&writer->wake);
  pthread_mutex_unlock(&writer->lock);
}
