/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The worker's control side and the life of its thread. What it does with a ring while
 * it has one is in worker-serve.c.
 *
 * The control thread puts what it wants under the lock, sets @attention, and writes the
 * eventfd. The worker looks at @attention between requests, and takes what is wanted
 * under the lock. It holds the lock for a few assignments only, so the control thread
 * never waits long for it, but in vcrypto_worker_stop(), which waits for the worker to
 * say that it has left the ring.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vcrypto/backend.h"
#include "vcrypto/lines.h"

#include "worker.h"

static void wake(struct vcrypto_worker *worker)
{
    const uint64_t one = 1;
    ssize_t n;

    /* Fails only if the counter is about to overflow: then it is awake anyway. */
    n = write(worker->kick_fd, &one, sizeof(one));
    (void)n;
}

/* With the lock held, after something that the worker must see was changed. */
static void demand_attention(struct vcrypto_worker *worker)
{
    atomic_store_explicit(&worker->attention, true, memory_order_release);
    vcrypto_backend_wake();
    wake(worker);
}

/*
 * Whether a request that takes long is left for the control thread's sake. Not for a
 * new map: that waits for nobody, and a guest can have one made whenever it likes.
 */
static void leave_long_requests(struct vcrypto_worker *worker, bool leave)
{
    vcrypto_backend_leave(worker->config.point->backend, worker->config.queue, leave);
}

static void take_map(struct vcrypto_worker *worker, struct vcrypto_memory_map **old)
{
    if (worker->map_changed) {
        *old = worker->map;
        worker->map = worker->next_map;
        worker->next_map = NULL;
        worker->map_changed = false;
        if (worker->state == WORKER_SERVING || worker->state == WORKER_STOPPING) {
            vcrypto_worker_attach(worker);
        }
    }
}

enum todo { TODO_SERVE, TODO_SLEEP, TODO_END };

/* Does what the control thread wants; returns what is to be done next. */
static enum todo attend(struct vcrypto_worker *worker)
{
    struct vcrypto_memory_map *old = NULL;
    enum todo todo;

    pthread_mutex_lock(&worker->lock);
    atomic_store_explicit(&worker->attention, false, memory_order_relaxed);
    take_map(worker, &old);
    if (worker->state == WORKER_STARTING) {
        worker->state = WORKER_SERVING;
        worker->broken = false;
        vcrypto_worker_attach(worker);
    } else if (worker->state == WORKER_STOPPING) {
        /* Whoever serves the ring next wants to hear of new chains. */
        vcrypto_ring_kicks_on(&worker->ring);
        worker->position = vcrypto_ring_position(&worker->ring);
        worker->state = WORKER_STOPPED;
        leave_long_requests(worker, false);
        pthread_cond_signal(&worker->stopped);
    }
    todo = worker->quit                      ? TODO_END
           : worker->state == WORKER_SERVING ? TODO_SERVE
                                             : TODO_SLEEP;
    pthread_mutex_unlock(&worker->lock);
    vcrypto_memory_map_unref(old);
    return todo;
}

void vcrypto_worker_sleep(struct vcrypto_worker *worker)
{
    uint64_t kicks;

    while (read(worker->kick_fd, &kicks, sizeof(kicks)) < 0 && errno == EINTR) {
    }
}

static void *worker_thread(void *opaque)
{
    struct vcrypto_worker *worker = opaque;
    const struct vcrypto_worker_host *host = worker->config.host;
    enum todo todo;

    worker->thread_id = (pid_t)syscall(SYS_gettid);
    if (host->thread_begin) {
        host->thread_begin(worker->config.opaque);
    }
    pthread_mutex_lock(&worker->lock);
    worker->running = true;
    pthread_cond_signal(&worker->stopped);
    pthread_mutex_unlock(&worker->lock);

    while ((todo = attend(worker)) != TODO_END) {
        if (todo == TODO_SERVE) {
            vcrypto_worker_serve(worker);
            continue;
        }
        vcrypto_worker_sleep(worker);
        /* The control thread wrote the eventfd, or a guest, or both. */
        host->stray_kick(worker->config.opaque);
    }
    if (host->thread_end) {
        host->thread_end(worker->config.opaque);
    }
    return NULL;
}

/* Signals are for the host's own threads. */
static int create_thread(struct vcrypto_worker *worker)
{
    char name[16]; /* the kernel's limit */
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&worker->thread, NULL, worker_thread, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0) {
        snprintf(name, sizeof(name), "vcrypto%u-%u", worker->config.device,
                 worker->config.queue);
        pthread_setname_np(worker->thread, name);
    }
    return error;
}

/* The thread's number and what the host does first are there when it returns. */
static void wait_until_running(struct vcrypto_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    while (!worker->running) {
        pthread_cond_wait(&worker->stopped, &worker->lock);
    }
    pthread_mutex_unlock(&worker->lock);
}

static void destroy(struct vcrypto_worker *worker)
{
    pthread_cond_destroy(&worker->stopped);
    pthread_mutex_destroy(&worker->lock);
    if (worker->kick_fd >= 0) {
        close(worker->kick_fd);
    }
    free(worker);
}

struct vcrypto_worker *vcrypto_worker_new(const struct vcrypto_worker_config *config)
{
    struct vcrypto_worker *worker = vcrypto_lines_alloc(sizeof(*worker));
    int error;

    if (!worker) {
        errno = ENOMEM;
        return NULL;
    }
    worker->config = *config;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->stopped, NULL);
    worker->kick_fd = eventfd(0, EFD_CLOEXEC);
    error = worker->kick_fd < 0 ? errno : create_thread(worker);
    if (error) {
        destroy(worker);
        errno = error;
        return NULL;
    }
    wait_until_running(worker);
    return worker;
}

void vcrypto_worker_free(struct vcrypto_worker *worker)
{
    struct vcrypto_ring_position position;

    if (!worker) {
        return;
    }
    vcrypto_worker_stop(worker, &position);
    pthread_mutex_lock(&worker->lock);
    worker->quit = true;
    demand_attention(worker);
    pthread_mutex_unlock(&worker->lock);
    pthread_join(worker->thread, NULL);
    vcrypto_memory_map_unref(worker->next_map);
    vcrypto_memory_map_unref(worker->map);
    destroy(worker);
}

int vcrypto_worker_kick_fd(const struct vcrypto_worker *worker)
{
    return worker->kick_fd;
}

void vcrypto_worker_kick(struct vcrypto_worker *worker)
{
    wake(worker);
}

pid_t vcrypto_worker_thread_id(const struct vcrypto_worker *worker)
{
    return worker->thread_id;
}

#define WRAP (UINT64_C(1) << 16)

void vcrypto_worker_show(struct vcrypto_worker *worker,
                         const struct vcrypto_ring_position *position)
{
    uint64_t available =
        position->next_available | (position->available_wrap ? WRAP : 0);
    uint64_t used = position->next_used | (position->used_wrap ? WRAP : 0);

    atomic_store_explicit(&worker->shown, used << 32 | available, memory_order_relaxed);
}

void vcrypto_worker_position(const struct vcrypto_worker *worker,
                             struct vcrypto_ring_position *position)
{
    uint64_t shown = atomic_load_explicit(&worker->shown, memory_order_relaxed);

    *position = (struct vcrypto_ring_position){ .next_available = (uint16_t)shown,
                                                .available_wrap = shown & WRAP,
                                                .next_used = (uint16_t)(shown >> 32),
                                                .used_wrap = shown >> 32 & WRAP };
}

void vcrypto_worker_set_memory(struct vcrypto_worker *worker,
                               struct vcrypto_memory_map *map)
{
    struct vcrypto_memory_map *unused;

    if (map) {
        vcrypto_memory_map_ref(map);
    }
    pthread_mutex_lock(&worker->lock);
    unused = worker->next_map;
    worker->next_map = map;
    worker->map_changed = true;
    demand_attention(worker);
    pthread_mutex_unlock(&worker->lock);
    vcrypto_memory_map_unref(unused);
}

bool vcrypto_worker_start(struct vcrypto_worker *worker,
                          const struct vcrypto_ring_setup *setup,
                          const struct vcrypto_ring_position *position)
{
    bool ok = true;

    pthread_mutex_lock(&worker->lock);
    if (!worker->started) {
        ok = vcrypto_ring_init(&worker->ring, setup, position);
        if (ok) {
            worker->limits = worker->config.point->limits;
            worker->position = *position;
            vcrypto_worker_show(worker, position);
            worker->started = true;
            worker->state = WORKER_STARTING;
            demand_attention(worker);
        }
    }
    pthread_mutex_unlock(&worker->lock);
    return ok;
}

/* With the lock held. */
static void begin_stop(struct vcrypto_worker *worker)
{
    if (worker->state == WORKER_STARTING) {
        worker->state = WORKER_STOPPED; /* it has not looked at the ring yet */
    } else if (worker->state == WORKER_SERVING) {
        worker->state = WORKER_STOPPING;
        demand_attention(worker);
        leave_long_requests(worker, true);
    }
}

void vcrypto_worker_stop_begin(struct vcrypto_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    begin_stop(worker);
    pthread_mutex_unlock(&worker->lock);
}

bool vcrypto_worker_stop(struct vcrypto_worker *worker,
                         struct vcrypto_ring_position *position)
{
    bool started;

    pthread_mutex_lock(&worker->lock);
    begin_stop(worker);
    while (worker->state != WORKER_STOPPED) {
        pthread_cond_wait(&worker->stopped, &worker->lock);
    }
    started = worker->started;
    if (started) {
        worker->started = false;
        *position = worker->position;
    }
    pthread_mutex_unlock(&worker->lock);
    return started;
}
