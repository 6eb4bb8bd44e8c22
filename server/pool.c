/* SPDX-License-Identifier: MIT */
#include "server/pool.h"

#include <pthread.h>

struct pool {
  pthread_mutex_t lock;
  pthread_cond_t wake;
  struct job *first;
  struct job *last;
  size_t n_waiting;
  size_t n_waiting_max;
  bool ending;
  unsigned n_threads;
  pthread_t threads[];
};

/* NULL when the pool ends and nothing waits any more. */
static struct job *take_job(struct pool *pool) {
  pthread_mutex_lock(&pool->lock);
  while (pool->first == NULL && !pool->ending)
    pthread_cond_wait(&pool->wake, &pool->lock);
  struct job *job = pool->first;
  if (job != NULL) {
    pool->first = job->next;
    pool->n_waiting--;
  }
  pthread_mutex_unlock(&pool->lock);
  return job;
}

static void *work(void *argument) {
  struct pool *pool = argument;
  for (struct job *job = take_job(pool); job != NULL; job = take_job(pool))
    job->run(job);
  return NULL;
}

struct pool *pool_new(unsigned n_threads, size_t n_waiting_max) {
  struct pool *pool = calloc(1, sizeof *pool + n_threads * sizeof pool->threads[0]);
  if (pool == NULL)
    return NULL;
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->wake, NULL);
  pool->n_waiting_max = n_waiting_max;
  for (; pool->n_threads < n_threads; pool->n_threads++) {
    if (pthread_create(&pool->threads[pool->n_threads], NULL, work, pool) != 0) {
      pool_free(pool);
      return NULL;
    }
  }
  return pool;
}

void pool_free(struct pool *pool) {
  if (pool == NULL)
    return;
  pthread_mutex_lock(&pool->lock);
  pool->ending = true;
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->lock);
  for (unsigned i = 0; i < pool->n_threads; i++)
    pthread_join(pool->threads[i], NULL);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->lock);
  free(pool);
}

static void append(struct pool *pool, struct job *job) {
  job->next = NULL;
  if (pool->first == NULL)
    pool->first = job;
  else
    pool->last->next = job;
  pool->last = job;
  pool->n_waiting++;
}

bool pool_submit(struct pool *pool, struct job *job) {
  pthread_mutex_lock(&pool->lock);
  bool taken = pool->n_waiting < pool->n_waiting_max;
  if (taken)
    append(pool, job);
  pthread_cond_signal(&pool->wake);
  pthread_mutex_unlock(&pool->lock);
  return taken;
}
