/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/trap.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/ut.h"

#define TRAPS 4

static struct trap {
    uint8_t *page;
    void (*fn)(void *opaque);
    void *opaque;
    atomic_bool sprung;
} traps[TRAPS];

static unsigned count;
static struct sigaction before;

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static uint8_t *page_of(const void *at)
{
    return (uint8_t *)((uintptr_t)at & ~((uintptr_t)page_size() - 1));
}

/* What is no trap's is a fault as it would be without us: it comes again. */
static void spring(int number, siginfo_t *info, void *context)
{
    (void)context;
    for (unsigned i = 0; i < count; i++) {
        struct trap *trap = &traps[i];

        if (trap->page == page_of(info->si_addr) && !atomic_load(&trap->sprung)) {
            mprotect(trap->page, page_size(), PROT_READ | PROT_WRITE);
            atomic_store(&trap->sprung, true);
            if (trap->fn) {
                trap->fn(trap->opaque);
            }
            return;
        }
    }
    sigaction(number, &before, NULL);
}

uint8_t *trap_memory(size_t size)
{
    uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    UT_TRUE_FATAL(memory != MAP_FAILED);
    return memory;
}

void trap_memory_free(uint8_t *memory, size_t size)
{
    trap_end();
    munmap(memory, size);
}

unsigned trap_set(uint8_t *at, void (*fn)(void *opaque), void *opaque)
{
    struct sigaction action = { .sa_sigaction = spring,
                                .sa_flags = SA_SIGINFO | SA_NODEFER };
    struct trap *trap = &traps[count];

    UT_TRUE_FATAL(count < TRAPS);
    trap->page = page_of(at);
    trap->fn = fn;
    trap->opaque = opaque;
    atomic_store(&trap->sprung, false);
    if (count++ == 0) {
        UT_TRUE_FATAL(sigaction(SIGSEGV, &action, &before) == 0);
    }
    UT_TRUE_FATAL(mprotect(trap->page, page_size(), PROT_NONE) == 0);
    return count - 1;
}

bool trap_sprung(unsigned number)
{
    return atomic_load(&traps[number].sprung);
}

void trap_end(void)
{
    if (!count) {
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        mprotect(traps[i].page, page_size(), PROT_READ | PROT_WRITE);
    }
    count = 0;
    sigaction(SIGSEGV, &before, NULL);
}
