/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupts and kicks through an ivshmem device. Of its server's protocol that takes
 * the greeting, a page to share (of no use to us), and eventfds of the two peers: the
 * device's own, one for each vector, which it waits for, and ours, which it signals.
 */
#include "doorbell.h"

#include "support/ut.h"

#include <poll.h>
#include <string.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define IVSHMEM_DEVICE   0x1110
#define IVSHMEM_VERSION  0
#define IVSHMEM_MEMORY   -1
#define IVSHMEM_DOORBELL 12 /* register: peer << 16 | vector */
#define QEMU_PEER        0
#define OUR_PEER         1
#define SHARED_SIZE      4096

#define MSIX_ENTRY_SIZE 16

/* A message: a number of eight bytes and perhaps a file descriptor. */
static void send_message(int socket, int64_t number, int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec iov = { &number, sizeof(number) };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

    number = GINT64_TO_LE(number);
    if (fd >= 0) {
        msg.msg_control = &control;
        msg.msg_controllen = sizeof(control);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(fd));
        memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
    }
    UT_TRUE_FATAL(sendmsg(socket, &msg, MSG_NOSIGNAL) == sizeof(number));
}

static int new_eventfd(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    UT_TRUE_FATAL(fd >= 0);
    return fd;
}

void bench_doorbell_init(struct bench_doorbell *bell, unsigned queues)
{
    int memory = memfd_create("bench-doorbell", MFD_CLOEXEC);
    int pair[2];

    UT_TRUE_FATAL(memory >= 0 && ftruncate(memory, SHARED_SIZE) == 0);
    UT_TRUE_FATAL(queues <= BENCH_MAX_QUEUES);
    bell->queues = queues;
    bell->interrupt = new_eventfd();
    UT_TRUE_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    bell->server = pair[0];
    bell->device = pair[1]; /* inherited by QEMU */
    UT_TRUE_FATAL(fcntl(bell->server, F_SETFD, FD_CLOEXEC) == 0);
    /* Its start waits for the memory. Its own eventfds must not come before that; a
     * kick that comes before them stays in the eventfd. */
    send_message(bell->server, IVSHMEM_VERSION, -1);
    send_message(bell->server, QEMU_PEER, -1);
    send_message(bell->server, OUR_PEER, bell->interrupt);
    send_message(bell->server, IVSHMEM_MEMORY, memory);
    for (unsigned i = 0; i < queues; i++) {
        bell->kick[i] = new_eventfd();
        send_message(bell->server, QEMU_PEER, bell->kick[i]);
    }
    close(memory);
}

void bench_doorbell_add_args(const struct bench_doorbell *bell, GPtrArray *args)
{
    g_ptr_array_add(args, g_strdup("-chardev"));
    g_ptr_array_add(args, g_strdup_printf("socket,id=doorbell,fd=%d", bell->device));
    g_ptr_array_add(args, g_strdup("-device"));
    g_ptr_array_add(
        args,
        g_strdup_printf("ivshmem-doorbell,chardev=doorbell,vectors=%u", bell->queues));
}

/* Let a vector of @pci send @data to @address. */
static void aim(const struct qt_pci *pci, unsigned vector, uint64_t address,
                uint32_t data)
{
    struct qt_qtest *qtest = pci->machine->qtest;
    uint64_t entry = pci->msix_table + MSIX_ENTRY_SIZE * (uint64_t)vector;

    qt_writel(qtest, entry, (uint32_t)address);
    qt_writel(qtest, entry + 4, (uint32_t)(address >> 32));
    qt_writel(qtest, entry + 8, data);
}

void bench_doorbell_attach(struct bench_doorbell *bell, const struct qt_crypto *crypto)
{
    struct qt_pci ivshmem;

    close(bell->device);
    bell->device = -1;
    UT_TRUE_FATAL(qt_pci_find(crypto->dev->machine, QT_VIRTIO_VENDOR, IVSHMEM_DEVICE, 0,
                              &ivshmem));
    qt_pci_enable(&ivshmem);
    UT_TRUE_FATAL(qt_msix_enable(&ivshmem) >= bell->queues);
    for (unsigned i = 0; i < bell->queues; i++) {
        aim(&ivshmem, i, crypto->data[i]->notify_addr, i);
        aim(&crypto->dev->pci, i + 1, ivshmem.bar[0] + IVSHMEM_DOORBELL,
            OUR_PEER << 16);
    }
}

void bench_doorbell_kick(const struct bench_doorbell *bell, unsigned queue)
{
    static const uint64_t one = 1;

    UT_TRUE_FATAL(write(bell->kick[queue], &one, sizeof(one)) == sizeof(one));
}

uint64_t bench_doorbell_take(const struct bench_doorbell *bell)
{
    uint64_t count;

    return read(bell->interrupt, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

bool bench_doorbell_sleep(const struct bench_doorbell *bell, int timeout_ms)
{
    struct pollfd fd = { .fd = bell->interrupt, .events = POLLIN };

    return poll(&fd, 1, timeout_ms) > 0;
}

void bench_doorbell_close(struct bench_doorbell *bell)
{
    for (unsigned i = 0; i < bell->queues; i++) {
        close(bell->kick[i]);
    }
    close(bell->interrupt);
    close(bell->server);
}
