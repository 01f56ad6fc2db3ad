/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "throttle.h"

#include <time.h>

#include "vcrypto/secret.h"

#define NS_PER_S UINT64_C(1000000000)

/* Beyond this, a time to begin is never: 146 years. */
#define NEVER_NS (UINT64_C(1) << 62)

/* Those that wait are woken up together: by whoever stops threads, or sets limits, both
 * of which are rare. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned count;
} waiting = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

void vcrypto_throttle_init(struct throttle *throttle)
{
    pthread_mutex_init(&throttle->lock, NULL);
}

void vcrypto_throttle_fini(struct throttle *throttle)
{
    pthread_mutex_destroy(&throttle->lock);
}

void vcrypto_throttle_set(struct throttle *throttle, uint64_t requests, uint64_t bytes)
{
    bool changed;

    pthread_mutex_lock(&throttle->lock);
    changed =
        throttle->requests.a_second != requests || throttle->bytes.a_second != bytes;
    if (changed) {
        throttle->requests = (struct throttle_bucket){ .a_second = requests };
        throttle->bytes = (struct throttle_bucket){ .a_second = bytes };
        atomic_fetch_add_explicit(&throttle->limits, 1, memory_order_relaxed);
        atomic_store_explicit(&throttle->limited, requests || bytes,
                              memory_order_relaxed);
    }
    pthread_mutex_unlock(&throttle->lock);
    if (changed) {
        vcrypto_throttle_wake();
    }
}

/* How long a bucket that is allowed @a_second a second takes for @amount, in ns. */
static double cost(const struct throttle_bucket *bucket, uint64_t amount)
{
    return bucket->a_second
               ? (double)amount * (double)NS_PER_S / (double)bucket->a_second
               : 0;
}

/* Adds to a debt, or takes from it. */
static void change(struct throttle_bucket *bucket, double by)
{
    bucket->debt += by;
    if (bucket->debt < 0) {
        bucket->debt = 0;
    }
}

/* With the lock held: time goes by. Threads may have read the clock in another order.
 */
static void advance(struct throttle *throttle, uint64_t now)
{
    if (now > throttle->since) {
        change(&throttle->requests, -(double)(now - throttle->since));
        change(&throttle->bytes, -(double)(now - throttle->since));
        throttle->since = now;
    }
}

/* When a request may begin with what was done, and reserved, before it. 0: at once. */
static uint64_t begin_of(const struct throttle *throttle)
{
    double debt = throttle->requests.debt > throttle->bytes.debt
                      ? throttle->requests.debt
                      : throttle->bytes.debt;

    if (debt <= THROTTLE_BURST_NS) {
        return 0;
    }
    debt -= THROTTLE_BURST_NS;
    /* A part of a nanosecond counts as one, so that the time is never too early. */
    return throttle->since + (debt < (double)NEVER_NS ? (uint64_t)debt + 1 : NEVER_NS);
}

static bool current(const struct throttle *throttle, const struct throttle_turn *turn)
{
    return turn->reserved && turn->limits == atomic_load_explicit(&throttle->limits,
                                                                  memory_order_relaxed);
}

/* With the lock held. */
static void give_back(struct throttle *throttle, struct throttle_turn *turn)
{
    if (current(throttle, turn)) {
        change(&throttle->requests, -cost(&throttle->requests, 1));
        change(&throttle->bytes, -cost(&throttle->bytes, turn->bytes));
    }
    turn->reserved = false;
}

bool vcrypto_throttle_ask(struct throttle *throttle, struct throttle_turn *turn,
                          uint64_t bytes, uint64_t now)
{
    pthread_mutex_lock(&throttle->lock);
    if (!current(throttle, turn) || turn->bytes != bytes) {
        give_back(throttle, turn);
        advance(throttle, now);
        *turn = (struct throttle_turn){
            .reserved = true,
            .limits = atomic_load_explicit(&throttle->limits, memory_order_relaxed),
            .bytes = bytes,
            .begin = begin_of(throttle),
        };
        change(&throttle->requests, cost(&throttle->requests, 1));
        change(&throttle->bytes, cost(&throttle->bytes, bytes));
    }
    pthread_mutex_unlock(&throttle->lock);
    return turn->begin <= now;
}

void vcrypto_throttle_return(struct throttle *throttle, struct throttle_turn *turn)
{
    if (turn->reserved) {
        pthread_mutex_lock(&throttle->lock);
        give_back(throttle, turn);
        pthread_mutex_unlock(&throttle->lock);
    }
}

static bool stopped(const atomic_bool *stop)
{
    return atomic_load_explicit(stop, memory_order_acquire);
}

/* Sleeps until the turn's time, or until somebody has changed something. */
static void sleep_for(const struct throttle *throttle, const struct throttle_turn *turn,
                      const atomic_bool *stop)
{
    const struct timespec until = { .tv_sec = (time_t)(turn->begin / NS_PER_S),
                                    .tv_nsec = (long)(turn->begin % NS_PER_S) };
    int over = 0;

    pthread_mutex_lock(&waiting.lock);
    waiting.count++;
    while (!over && !stopped(stop) && current(throttle, turn)) {
        over = pthread_cond_clockwait(&waiting.changed, &waiting.lock, CLOCK_MONOTONIC,
                                      &until);
    }
    waiting.count--;
    pthread_mutex_unlock(&waiting.lock);
}

bool vcrypto_throttle_wait(struct throttle *throttle, struct throttle_turn *turn,
                           uint64_t bytes, const atomic_bool *stop)
{
    bool wiped = false;

    while (!stopped(stop)) {
        if (vcrypto_throttle_ask(throttle, turn, bytes, vcrypto_throttle_now())) {
            return true;
        }
        if (!wiped) {
            vcrypto_secret_wipe_stack(); /* this may take longer than any key lives */
            wiped = true;
        }
        sleep_for(throttle, turn, stop);
    }
    vcrypto_throttle_return(throttle, turn);
    return false;
}

void vcrypto_throttle_wake(void)
{
    pthread_mutex_lock(&waiting.lock);
    if (waiting.count) {
        pthread_cond_broadcast(&waiting.changed);
    }
    pthread_mutex_unlock(&waiting.lock);
}

unsigned vcrypto_throttle_waiting(void)
{
    unsigned count;

    pthread_mutex_lock(&waiting.lock);
    count = waiting.count;
    pthread_mutex_unlock(&waiting.lock);
    return count;
}

uint64_t vcrypto_throttle_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}
