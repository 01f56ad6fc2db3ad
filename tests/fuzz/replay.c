/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a fuzz target without a fuzzer, and reports in TAP.
 *
 * replay [-r COUNT SEED] [FILE | FOLDER]... - each file, each file of each folder, and
 * COUNT inputs out of a generator that begins at SEED. What ends the program leaves the
 * plan unfulfilled: the last comment then names the input.
 */
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "support/level.h"
#include "support/watchdog.h"

#define INPUT_LIMIT (1 << 20)
#define FILE_LIMIT  4096

static char *files[FILE_LIMIT];
static size_t file_count;

static void add_file(const char *path)
{
    FUZZ_CHECK(file_count < FILE_LIMIT);
    files[file_count] = strdup(path);
    FUZZ_CHECK(files[file_count]);
    file_count++;
}

static void add_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);

    FUZZ_CHECK(count >= 0);
    for (int i = 0; i < count; i++) {
        char name[PATH_MAX];

        if (entries[i]->d_name[0] != '.') {
            snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
            add_file(name);
        }
        free(entries[i]);
    }
    free(entries);
}

/* A copy of exactly the input's size: sanitizers notice who reads on. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *input = fuzz_allocate(size ? size : 1);

    memcpy(input, data, size);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
}

static bool run_file(const char *path)
{
    static uint8_t buffer[INPUT_LIMIT];
    FILE *file = fopen(path, "rb");
    size_t size;

    if (!file) {
        return false;
    }
    size = fread(buffer, 1, sizeof(buffer), file);
    fclose(file);
    run(buffer, size);
    return true;
}

/* As one result, in @line. */
static void run_random(unsigned line, unsigned long count, uint64_t seed)
{
    uint8_t buffer[2048];

    for (unsigned long n = 0; n < count; n++) {
        uint64_t state = seed + n;
        size_t size = (state * 0x9e3779b9u >> 8) % sizeof(buffer);

        /* Many small values: most bytes of an input choose among a few things. */
        for (size_t i = 0; i < size; i++) {
            state =
                state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            buffer[i] = (uint8_t)(state >> 56) & (state >> 32 & 1 ? 0x1f : 0xff);
        }
        watchdog_test(line, "generated input of seed %" PRIu64, seed + n);
        run(buffer, size);
    }
}

int main(int argc, char **argv)
{
    unsigned long count = 0;
    uint64_t seed = 0;
    bool passed = true;
    size_t n = 0;

    level_begin();
    for (int i = 1; i < argc; i++) {
        struct stat status;

        if (!strcmp(argv[i], "-r") && i + 2 < argc) {
            count = strtoul(argv[++i], NULL, 0);
            seed = strtoull(argv[++i], NULL, 0);
        } else if (!stat(argv[i], &status) && S_ISDIR(status.st_mode)) {
            add_folder(argv[i]);
        } else {
            add_file(argv[i]);
        }
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (fuzz_unavailable && fuzz_unavailable()) {
        printf("1..0 # SKIP %s\n", fuzz_unavailable());
        return 0;
    }
    printf("1..%zu\n", file_count + !!count);
    watchdog_start();
    for (; n < file_count; n++) {
        const char *slash = strrchr(files[n], '/');
        bool ran;

        printf("# %s\n", files[n]);
        watchdog_test((unsigned)n + 1, "%s", files[n]);
        ran = run_file(files[n]);
        passed &= ran;
        printf("%s %zu - %s\n", ran ? "ok" : "not ok", n + 1,
               slash ? slash + 1 : files[n]);
        free(files[n]);
    }
    if (count) {
        printf("# %lu inputs from seed %" PRIu64 " on\n", count, seed);
        run_random((unsigned)n + 1, count, seed);
        printf("ok %zu - %lu generated inputs\n", n + 1, count);
    }
    watchdog_stop();
    return !passed;
}
