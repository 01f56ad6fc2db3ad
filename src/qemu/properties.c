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

/* The algorithms of one service that were used, by name. */
static void visit_service(Visitor *visitor, const struct vcrypto_backend *core,
                          uint32_t queue, enum vcrypto_service service)
{
    const struct vcrypto_algorithm *algorithm;
    struct vcrypto_counters counters;

    visit_start_struct(visitor, vcrypto_about_service(service), NULL, 0, NULL);
    for (size_t i = 0;
         (algorithm = vcrypto_backend_algorithm_statistics(core, queue, i, &counters));
         i++) {
        if (algorithm->service == service && counters.requests) {
            visit_counters(visitor, algorithm->name, &counters);
        }
    }
    visit_end_struct(visitor, NULL);
}

static void visit_queue(Visitor *visitor, const struct vcrypto_backend *core,
                        uint32_t queue)
{
    struct vcrypto_queue_statistics statistics;

    vcrypto_backend_queue_statistics(core, queue, &statistics);
    visit_start_struct(visitor, NULL, NULL, 0, NULL);
    visit_number(visitor, "batches", statistics.batches);
    visit_number(visitor, "bounces", statistics.bounces);
    visit_number(visitor, "together", statistics.together);
    visit_counters(visitor, "no-session", &statistics.unassigned);
    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        visit_service(visitor, core, queue, s);
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
        visit_queue(visitor, backend->core, i);
    }
    visit_end_list(visitor, NULL);
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
}
