/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lane.h"

#include "slice.h"

#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <unistd.h>

/* One that waits, on its own stack. */
struct waiter {
    struct waiter *next;
    unsigned limit;
    bool granted;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned inside;
    struct waiter *first; /* in the order of their coming */
} lane = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

unsigned vcrypto_lane_limit(unsigned allowed, unsigned online)
{
    if (allowed > 1) {
        return allowed - 1;
    }
    return online > 1 ? 0 : 1;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned processors; /* of the host */

static void count_processors(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);

    processors = online > 0 ? (unsigned)online : 1;
}

void vcrypto_lane_init(void)
{
    pthread_once(&once, count_processors);
}

/* Asked each time: whoever manages the host may pin threads while they run. */
static unsigned present_limit(void)
{
    cpu_set_t set;

    vcrypto_lane_init();
    if (sched_getaffinity(0, sizeof(set), &set) != 0) {
        return vcrypto_lane_limit(processors, processors);
    }
    return vcrypto_lane_limit((unsigned)CPU_COUNT(&set), processors);
}

/* With the lock held: lets in those for whom there is a place. */
static void admit(void)
{
    while (lane.first && lane.inside < lane.first->limit) {
        lane.first->granted = true;
        lane.first = lane.first->next;
        lane.inside++;
        pthread_cond_broadcast(&lane.changed);
    }
}

static void append(struct waiter *waiter)
{
    struct waiter **end = &lane.first;

    while (*end) {
        end = &(*end)->next;
    }
    *end = waiter;
}

static void withdraw(struct waiter *waiter)
{
    struct waiter **at = &lane.first;

    while (*at != waiter) {
        at = &(*at)->next;
    }
    *at = waiter->next;
    admit(); /* the next one's limit may be another */
}

bool vcrypto_lane_enter(const atomic_bool *stop)
{
    struct waiter waiter = { .limit = present_limit() };

    pthread_mutex_lock(&lane.lock);
    if (waiter.limit) {
        append(&waiter);
        admit();
    } else {
        waiter.granted = true;
        lane.inside++;
    }
    while (!waiter.granted && !atomic_load_explicit(stop, memory_order_acquire)) {
        pthread_cond_wait(&lane.changed, &lane.lock);
    }
    if (!waiter.granted) {
        withdraw(&waiter);
    }
    pthread_mutex_unlock(&lane.lock);
    if (waiter.granted) {
        vcrypto_slice_lengthen();
    }
    return waiter.granted;
}

void vcrypto_lane_leave(void)
{
    vcrypto_slice_restore();
    pthread_mutex_lock(&lane.lock);
    lane.inside--;
    admit();
    pthread_mutex_unlock(&lane.lock);
}

void vcrypto_lane_wake(void)
{
    pthread_mutex_lock(&lane.lock);
    if (lane.first) {
        pthread_cond_broadcast(&lane.changed);
    }
    pthread_mutex_unlock(&lane.lock);
}

void vcrypto_lane_count(unsigned *inside, unsigned *waiting)
{
    pthread_mutex_lock(&lane.lock);
    *inside = lane.inside;
    *waiting = 0;
    for (const struct waiter *waiter = lane.first; waiter; waiter = waiter->next) {
        ++*waiting;
    }
    pthread_mutex_unlock(&lane.lock);
}
