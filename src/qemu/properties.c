/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Properties of the backend object that can only be read: the threads of its workers,
 * for pinning them from outside, and what was done so far.
 */
#include "backend-object.h"

#include "qapi/qapi-builtin-visit.h"
#include "qapi/visitor.h"

#include "about.h"
#include "device.h"

static void get_thread_ids(Object *object, Visitor *visitor, const char *name,
                           void *opaque, Error **errp)
{
    VCryptoDevice *device = VCRYPTO_BACKEND(object)->device;
    intList *ids = NULL, **tail = &ids;

    for (uint32_t i = 0; device && i < device->num_queues; i++) {
        QAPI_LIST_APPEND(tail, vcrypto_data_queue_thread_id(device, i));
    }
    visit_type_intList(visitor, name, &ids, errp);
    qapi_free_intList(ids);
}

static void visit_number(Visitor *visitor, const char *name, uint64_t value)
{
    visit_type_uint64(visitor, name, &value, NULL);
}

static const char *const status_names[VCRYPTO_STATUS_COUNT] = {
    [VCRYPTO_OK] = "ok",
    [VCRYPTO_ERR] = "err",
    [VCRYPTO_BADMSG] = "badmsg",
    [VCRYPTO_NOTSUPP] = "notsupp",
    [VCRYPTO_INVSESS] = "invsess",
    [VCRYPTO_NOSPC] = "nospc",
    [VCRYPTO_KEY_REJECTED] = "key-rejected",
};

static void visit_counters(Visitor *visitor, const char *name,
                           const struct vcrypto_counters *counters)
{
    visit_start_struct(visitor, name, NULL, 0, NULL);
    visit_number(visitor, "requests", counters->requests);
    visit_number(visitor, "bytes", counters->bytes);
    for (unsigned i = 0; i < VCRYPTO_STATUS_COUNT; i++) {
        visit_number(visitor, status_names[i], counters->statuses[i]);
    }
    visit_end_struct(visitor, NULL);
}

/* Some queues of a backend, one after the other. */
struct range {
    const struct vcrypto_backend *core;
    uint32_t first, count;
};

static void add(struct vcrypto_counters *to, const struct vcrypto_counters *from)
{
    to->requests += from->requests;
    to->bytes += from->bytes;
    for (unsigned i = 0; i < VCRYPTO_STATUS_COUNT; i++) {
        to->statuses[i] += from->statuses[i];
    }
}

/* What was done with algorithm number @index, on all of these queues together. */
static const struct vcrypto_algorithm *
sum_algorithm(const struct range *range, size_t index, struct vcrypto_counters *sum)
{
    const struct vcrypto_algorithm *algorithm = NULL;
    struct vcrypto_counters counters;

    memset(sum, 0, sizeof(*sum));
    for (uint32_t i = 0; i < range->count; i++) {
        algorithm = vcrypto_backend_algorithm_statistics(range->core, range->first + i,
                                                         index, &counters);
        if (algorithm) {
            add(sum, &counters);
        }
    }
    return algorithm;
}

static void sum_queues(const struct range *range, struct vcrypto_queue_statistics *sum)
{
    struct vcrypto_queue_statistics queue;

    memset(sum, 0, sizeof(*sum));
    for (uint32_t i = 0; i < range->count; i++) {
        vcrypto_backend_queue_statistics(range->core, range->first + i, &queue);
        sum->batches += queue.batches;
        sum->bounces += queue.bounces;
        sum->together += queue.together;
        add(&sum->unassigned, &queue.unassigned);
    }
}

/* The algorithms of one service that were used, by name. */
static void visit_service(Visitor *visitor, const struct range *range,
                          enum vcrypto_service service)
{
    const struct vcrypto_algorithm *algorithm;
    struct vcrypto_counters counters;

    visit_start_struct(visitor, vcrypto_about_service(service), NULL, 0, NULL);
    for (size_t i = 0; (algorithm = sum_algorithm(range, i, &counters)); i++) {
        if (algorithm->service == service && counters.requests) {
            visit_counters(visitor, algorithm->name, &counters);
        }
    }
    visit_end_struct(visitor, NULL);
}

static void visit_queues(Visitor *visitor, const char *name, const struct range *range)
{
    struct vcrypto_queue_statistics statistics;

    sum_queues(range, &statistics);
    visit_start_struct(visitor, name, NULL, 0, NULL);
    visit_number(visitor, "batches", statistics.batches);
    visit_number(visitor, "bounces", statistics.bounces);
    visit_number(visitor, "together", statistics.together);
    visit_counters(visitor, "no-session", &statistics.unassigned);
    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        visit_service(visitor, range, s);
    }
    visit_end_struct(visitor, NULL);
}

/* A list with one element for each queue. */
static void get_statistics(Object *object, Visitor *visitor, const char *name,
                           void *opaque, Error **errp)
{
    VCryptoBackend *backend = VCRYPTO_BACKEND(object);

    if (!visit_start_list(visitor, name, NULL, 0, errp)) {
        return;
    }
    for (uint32_t i = 0; backend->core && i < backend->options.queues; i++) {
        visit_queues(visitor, NULL, &(struct range){ backend->core, i, 1 });
    }
    visit_end_list(visitor, NULL);
}

static void get_totals(Object *object, Visitor *visitor, const char *name, void *opaque,
                       Error **errp)
{
    VCryptoBackend *backend = VCRYPTO_BACKEND(object);
    uint32_t queues = backend->core ? (uint32_t)backend->options.queues : 0;

    visit_queues(visitor, name, &(struct range){ backend->core, 0, queues });
}

static void get_sessions(Object *object, Visitor *visitor, const char *name,
                         void *opaque, Error **errp)
{
    VCryptoBackend *backend = VCRYPTO_BACKEND(object);
    uint64_t sessions = backend->core ? vcrypto_backend_sessions(backend->core) : 0;

    visit_type_uint64(visitor, name, &sessions, errp);
}

/* Of the whole process, whatever backend is asked. */
static void get_key_bytes(Object *object, Visitor *visitor, const char *name,
                          void *opaque, Error **errp)
{
    bool locked = GPOINTER_TO_INT(opaque);
    struct vcrypto_secret_usage usage;
    uint64_t bytes;

    vcrypto_secret_usage(&usage);
    bytes = locked ? usage.locked : usage.unlocked;
    visit_type_uint64(visitor, name, &bytes, errp);
}

static void add_key_bytes(ObjectClass *oc, const char *name, bool locked,
                          const char *description)
{
    object_class_property_add(oc, name, "uint64", get_key_bytes, NULL, NULL,
                              GINT_TO_POINTER(locked));
    object_class_property_set_description(oc, name, description);
}

void vcrypto_backend_add_properties(ObjectClass *oc)
{
    vcrypto_about_add_properties(oc);
    add_key_bytes(oc, "locked-key-bytes", true,
                  "memory of the process for keys that is locked");
    add_key_bytes(oc, "unlocked-key-bytes", false,
                  "the same that is not, because the limit does not allow it");
    object_class_property_add(oc, "worker-thread-ids", "list", get_thread_ids, NULL,
                              NULL, NULL);
    object_class_property_set_description(
        oc, "worker-thread-ids", "threads that serve the data queues, in order");
    object_class_property_add(oc, "statistics", "list", get_statistics, NULL, NULL,
                              NULL);
    object_class_property_set_description(oc, "statistics",
                                          "what was done, for each data queue");
    object_class_property_add(oc, "totals", "struct", get_totals, NULL, NULL, NULL);
    object_class_property_set_description(oc, "totals",
                                          "what was done, by all data queues together");
    object_class_property_add(oc, "sessions", "uint64", get_sessions, NULL, NULL, NULL);
    object_class_property_set_description(oc, "sessions",
                                          "how many the guest has at present");
}
