/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Part of a plugin that is built to be fuzzed: tells another process which code ran.
 * The environment variable names a file, one byte for each edge of the control flow,
 * which becomes 1. Not a count: that would depend on how threads happen to run.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device-coverage.h"

static uint8_t nobody_looks[VCRYPTO_COVERAGE_SIZE];
static uint8_t *edges = nobody_looks;

#define HIDDEN __attribute__((visibility("hidden"), no_sanitize("coverage", "address")))

/* What clang calls; ours, not the sanitizer runtime's functions that do nothing. */
HIDDEN void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, const uint32_t *stop);
HIDDEN void __sanitizer_cov_trace_pc_guard(const uint32_t *guard);

static __attribute__((no_sanitize("coverage"))) void map_file(void)
{
    const char *path = getenv(VCRYPTO_COVERAGE_VARIABLE);
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *map = MAP_FAILED;

    if (fd >= 0) {
        map = mmap(NULL, VCRYPTO_COVERAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                   0);
        close(fd);
    }
    if (map != MAP_FAILED) {
        edges = map;
    }
}

/* Called for each object file that was linked in; the second time there is nothing to
 * do. */
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, const uint32_t *stop)
{
    static uint32_t count;

    if (start == stop || *start) {
        return;
    }
    if (edges == nobody_looks) {
        map_file();
    }
    for (uint32_t *guard = start; guard < stop; guard++) {
        *guard = ++count % VCRYPTO_COVERAGE_SIZE;
    }
}

void __sanitizer_cov_trace_pc_guard(const uint32_t *guard)
{
    __atomic_store_n(&edges[*guard], 1, __ATOMIC_RELAXED);
}
