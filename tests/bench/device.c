/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starting and stopping a device to measure.
 */
#include "device.h"

#include "support/ut.h"

#include <glib.h>
#include <time.h>

#define SPARE_RAM (32u << 20) /* low memory, rings and chains */

/* Feature bit 0, and those that need it: stateless requests of each service. */
#define STATELESS_FEATURES 0x3f

static void add(GPtrArray *args, const char *option, char *value)
{
    g_ptr_array_add(args, g_strdup(option));
    g_ptr_array_add(args, value);
}

static void add_device(GPtrArray *args, const struct bench_device_opts *opts)
{
    const char *ring = opts->packed ? ",packed=on" : "";
    const char *more = opts->backend_args ? opts->backend_args : "";
    const char *comma = *more ? "," : "";

    if (opts->plugin) {
        add(args, "-plugin",
            opts->queues > 1
                ? g_strdup_printf("%s,backend=crypto0,queues=%u%s%s", opts->plugin,
                                  opts->queues, comma, more)
                : g_strdup_printf("%s,backend=crypto0%s%s", opts->plugin, comma, more));
        add(args, "-device",
            g_strdup_printf("virtio-crypto-pci,cryptodev=crypto0%s", ring));
    } else {
        add(args, "-object", g_strdup("cryptodev-backend-builtin,id=crypto0"));
        /* Its data queue would share a vector with the control queue by default. */
        add(args, "-device",
            g_strdup_printf("virtio-crypto-pci,cryptodev=crypto0,vectors=3%s", ring));
    }
}

static void start_machine(struct bench_device *device,
                          const struct bench_device_opts *opts)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
    struct qt_machine_opts machine = { .ram_size = SPARE_RAM + 2 * opts->data_size };

    bench_doorbell_init(&device->bell, opts->queues);
    bench_doorbell_add_args(&device->bell, args);
    add_device(args, opts);
    g_ptr_array_add(args, NULL);
    machine.args = (const char *const *)args->pdata;
    device->machine = qt_machine_start(&machine);
    UT_TRUE_FATAL(device->machine != NULL);
    UT_TRUE_FATAL(clock_getcpuclockid(device->machine->process.pid, &device->cpu) == 0);
}

static void open_device(struct bench_device *device,
                        const struct bench_device_opts *opts)
{
    struct qt_crypto_opts how = {
        .features = QT_CRYPTO_LINUX_FEATURES | (opts->packed ? QT_F_RING_PACKED : 0) |
                    (opts->stateless ? STATELESS_FEATURES : 0),
        .msix = true,
    };

    device->crypto = qt_crypto_open_opts(device->machine, &how);
    UT_TRUE_FATAL(!opts->packed == !device->crypto->data[0]->packed);
    UT_TRUE_FATAL(device->crypto->n_data >= opts->queues);
    bench_doorbell_attach(&device->bell, device->crypto);
}

static void create_session(struct bench_device *device)
{
    struct form_operation operation =
        bench_algorithm_operation(device->algorithm, NULL, NULL, 0);
    struct form_message message;
    struct qt_create_reply reply;

    form_create(&operation, FORM_LEGACY, &message);
    reply = qt_crypto_create(device->crypto, message.fixed, operation.key.data,
                             operation.key.len);
    UT_EQ_U64_FATAL(reply.status, QT_OK);
    device->session = reply.session;
}

/* All devices get the same data. */
static void allocate_data(struct bench_device *device, uint64_t size)
{
    struct qt_mem *mem = &device->machine->mem;
    uint64_t state = 0x9e3779b97f4a7c15;
    uint64_t *src;

    device->data_size = size;
    device->src = qt_mem_alloc(mem, size, 4096);
    device->dst = qt_mem_alloc(mem, size, 4096);
    device->mark = qt_mem_mark(mem);
    src = qt_mem_ptr(mem, device->src, size);
    for (uint64_t i = 0; i < size / sizeof(*src); i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        src[i] = state ^ state >> 29;
    }
}

void bench_device_start(struct bench_device *device,
                        const struct bench_device_opts *opts)
{
    *device = (struct bench_device){ .name = opts->name, .algorithm = opts->algorithm };
    start_machine(device, opts);
    open_device(device, opts);
    if (!opts->stateless) {
        create_session(device);
    }
    allocate_data(device, opts->data_size);
}

int bench_device_stop(struct bench_device *device)
{
    int status;

    qt_crypto_close(device->crypto);
    status = qt_machine_stop(device->machine);
    bench_doorbell_close(&device->bell);
    return status;
}
