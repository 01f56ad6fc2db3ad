/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * churn run DRIVER SOFTWARE WORKERS - load on a driver's CBC through the kernel's
 * AF_ALG churn pause|resume - have all workers let go of the driver, or go on churn
 * progress - wait until each worker has had an answer from now on churn count - print
 * how many answers were right, how many calls failed
 *
 * Each worker has messages of its own, encrypted once by the SOFTWARE driver, and has
 * DRIVER encrypt them again and again, some times with each session. It copes with a
 * driver that is not there, or goes away. A wrong answer ends everything.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_alg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATE       "/tmp/churn" /* is there when the workers are */
#define STATE_NEW   "/tmp/churn.new"
#define MAX_WORKERS 64
#define MESSAGES    4
#define LONGEST     (32 * 1024)
#define PER_SESSION 8     /* requests */
#define WAIT_US     2000  /* between two looks */
#define LIMIT       15000 /* looks: half a minute */

/* In a file that all have mapped. */
struct state {
    atomic_uint workers;
    atomic_bool paused;
    struct {
        atomic_uint right, failed;
        atomic_bool idle, wrong;
    } worker[MAX_WORKERS];
};

struct message {
    size_t length;
    uint8_t iv[16], plain[LONGEST], encrypted[LONGEST];
};

struct worker {
    uint8_t key[16];
    struct message messages[MESSAGES];
};

static struct state *state;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "churn: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void map_state(const char *path, int flags)
{
    int fd = open(path, O_RDWR | flags, 0600);

    if (fd < 0 || ftruncate(fd, sizeof(*state)) < 0) {
        fail(path);
    }
    state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (state == MAP_FAILED) {
        fail(path);
    }
    close(fd);
}

/* ---- AF_ALG ---- */

/* Returns a socket for operations, or -1. */
static int open_session(const char *driver, const uint8_t key[16])
{
    struct sockaddr_alg address = { .salg_family = AF_ALG, .salg_type = "skcipher" };
    int transform = socket(AF_ALG, SOCK_SEQPACKET, 0), operation = -1;

    snprintf((char *)address.salg_name, sizeof(address.salg_name), "%s", driver);
    if (transform >= 0) {
        if (bind(transform, (struct sockaddr *)&address, sizeof(address)) == 0 &&
            setsockopt(transform, SOL_ALG, ALG_SET_KEY, key, 16) == 0) {
            operation = accept(transform, NULL, NULL);
        }
        close(transform);
    }
    return operation;
}

static bool send_message(int operation, const struct message *m)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(uint32_t)) +
                   CMSG_SPACE(sizeof(struct af_alg_iv) + 16)];
    } control = { 0 };
    struct iovec iov = { (void *)m->plain, m->length };
    struct msghdr message = { .msg_control = control.bytes,
                              .msg_controllen = sizeof(control.bytes),
                              .msg_iov = &iov,
                              .msg_iovlen = 1 };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    const uint32_t encrypt = ALG_OP_ENCRYPT;
    struct af_alg_iv *iv;

    header->cmsg_level = SOL_ALG;
    header->cmsg_type = ALG_SET_OP;
    header->cmsg_len = CMSG_LEN(sizeof(encrypt));
    memcpy(CMSG_DATA(header), &encrypt, sizeof(encrypt));
    header = CMSG_NXTHDR(&message, header);
    header->cmsg_level = SOL_ALG;
    header->cmsg_type = ALG_SET_IV;
    header->cmsg_len = CMSG_LEN(sizeof(*iv) + 16);
    iv = (struct af_alg_iv *)CMSG_DATA(header);
    iv->ivlen = 16;
    memcpy(iv->iv, m->iv, 16);
    return sendmsg(operation, &message, 0) == (ssize_t)m->length;
}

static bool encrypt(int operation, const struct message *m, uint8_t *result)
{
    return send_message(operation, m) &&
           read(operation, result, m->length) == (ssize_t)m->length;
}

/* ---- a worker ---- */

static void prepare(struct worker *worker, const char *software)
{
    int operation;

    if (getrandom(worker, sizeof(*worker), 0) != sizeof(*worker)) {
        fail("getrandom");
    }
    operation = open_session(software, worker->key);
    if (operation < 0) {
        fail(software);
    }
    for (unsigned i = 0; i < MESSAGES; i++) {
        struct message *m = &worker->messages[i];

        m->length = (size_t)LONGEST >> 3 * i; /* 32 KiB, 4 KiB, 512, 64 */
        if (!encrypt(operation, m, m->encrypted)) {
            fail(software);
        }
    }
    close(operation);
}

/* Returns false when the driver no longer answers. */
static bool one_request(const struct worker *worker, unsigned index, int operation,
                        unsigned number)
{
    const struct message *m = &worker->messages[number % MESSAGES];
    static uint8_t result[LONGEST];

    if (!encrypt(operation, m, result)) {
        atomic_fetch_add(&state->worker[index].failed, 1);
        return false;
    }
    if (memcmp(result, m->encrypted, m->length) != 0) {
        atomic_store(&state->worker[index].wrong, true);
        exit(1);
    }
    atomic_fetch_add(&state->worker[index].right, 1);
    return true;
}

static void one_session(const struct worker *worker, unsigned index, const char *driver)
{
    int operation = open_session(driver, worker->key);

    if (operation < 0) {
        usleep(WAIT_US);
        return;
    }
    for (unsigned i = 0; i < PER_SESSION; i++) {
        if (!one_request(worker, index, operation, i)) {
            break;
        }
    }
    close(operation);
}

static _Noreturn void work(unsigned index, const char *driver, const char *software)
{
    static struct worker worker;

    prepare(&worker, software);
    for (;;) {
        bool paused = atomic_load(&state->paused);

        atomic_store(&state->worker[index].idle, paused);
        if (paused) {
            usleep(WAIT_US);
        } else {
            one_session(&worker, index, driver);
        }
    }
}

static int run(const char *driver, const char *software, unsigned workers)
{
    map_state(STATE_NEW, O_CREAT | O_TRUNC);
    atomic_store(&state->workers, workers);
    for (unsigned i = 0; i < workers; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            work(i, driver, software);
        }
        if (pid < 0) {
            fail("fork");
        }
    }
    if (rename(STATE_NEW, STATE) < 0) {
        fail(STATE);
    }
    /* Its children never end by themselves, unless something is wrong. */
    wait(NULL);
    fputs("churn: a worker has ended\n", stderr);
    return 1;
}

/* ---- commands ---- */

static int pause_all(void)
{
    unsigned looks = 0;

    atomic_store(&state->paused, true);
    for (unsigned i = 0; i < state->workers; i++) {
        while (!atomic_load(&state->worker[i].idle)) {
            if (looks++ == LIMIT) {
                printf("worker %u does not come to rest\n", i);
                return 1;
            }
            usleep(WAIT_US);
        }
    }
    return 0;
}

static int progress(void)
{
    unsigned before[MAX_WORKERS], looks = 0;

    for (unsigned i = 0; i < state->workers; i++) {
        before[i] = atomic_load(&state->worker[i].right);
    }
    for (unsigned i = 0; i < state->workers; i++) {
        while (atomic_load(&state->worker[i].right) == before[i]) {
            if (atomic_load(&state->worker[i].wrong)) {
                printf("worker %u had a wrong answer\n", i);
                return 1;
            }
            if (looks++ == LIMIT) {
                printf("worker %u has no answer\n", i);
                return 1;
            }
            usleep(WAIT_US);
        }
    }
    return 0;
}

static int count(void)
{
    unsigned right = 0, failed = 0, wrong = 0;

    for (unsigned i = 0; i < state->workers; i++) {
        right += atomic_load(&state->worker[i].right);
        failed += atomic_load(&state->worker[i].failed);
        wrong += atomic_load(&state->worker[i].wrong);
    }
    printf("%u %u %u\n", right, failed, wrong);
    return 0;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    int workers = argc > 4 ? atoi(argv[4]) : 0;

    if (strcmp(command, "run") == 0 && workers > 0 && workers <= MAX_WORKERS) {
        return run(argv[2], argv[3], (unsigned)workers);
    }
    map_state(STATE, 0);
    if (strcmp(command, "pause") == 0) {
        return pause_all();
    }
    if (strcmp(command, "resume") == 0) {
        atomic_store(&state->paused, false);
        return 0;
    }
    if (strcmp(command, "progress") == 0) {
        return progress();
    }
    if (strcmp(command, "count") == 0) {
        return count();
    }
    fputs("usage: see the head of churn.c\n", stderr);
    return 2;
}
