/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "backend-object.h"

#include "qapi/visitor.h"
#include "qemu/error-report.h"

#include "device.h"
#include "stats.h"

VCryptoBackend *vcrypto_backend_object_of(CryptoDevBackend *backend)
{
    return (VCryptoBackend *)object_dynamic_cast((Object *)backend,
                                                 TYPE_VCRYPTO_BACKEND);
}

const char *vcrypto_backend_object_name(VCryptoBackend *backend)
{
    const char *name = object_get_canonical_path_component(OBJECT(backend));

    return name ? name : TYPE_VCRYPTO_BACKEND;
}

#define FIXED "this property is fixed; set it where the backend is made"

/* QEMU's option parser puts "qemu-system-x86_64: -device ...: " before a message. */
static void set_error(VCryptoBackend *backend, Error **errp, const char *what)
{
    error_setg(errp, "virtio-crypto-openssl: %s: %s",
               vcrypto_backend_object_name(backend), what);
}

static void make_clients(CryptoDevBackend *parent, uint32_t queues)
{
    for (uint32_t i = 0; i < queues; i++) {
        CryptoDevBackendClient *client = vcrypto_compat_new_client();

        client->type = VCRYPTO_COMPAT_CLIENT_TYPE;
        client->queue_index = i;
        client->info_str = g_strdup_printf("cryptodev-openssl%u", i);
        parent->conf.peers.ccs[i] = client;
    }
}

static void publish_configuration(VCryptoBackend *backend)
{
    CryptoDevBackendConf *conf = &backend->parent_obj.conf;
    struct vcrypto_capabilities can;

    vcrypto_backend_capabilities(backend->core, &can);
    conf->crypto_services = can.services;
    conf->cipher_algo_l = (uint32_t)can.algorithms[VCRYPTO_SERVICE_CIPHER];
    conf->cipher_algo_h = (uint32_t)(can.algorithms[VCRYPTO_SERVICE_CIPHER] >> 32);
    conf->hash_algo = (uint32_t)can.algorithms[VCRYPTO_SERVICE_HASH];
    conf->mac_algo_l = (uint32_t)can.algorithms[VCRYPTO_SERVICE_MAC];
    conf->mac_algo_h = (uint32_t)(can.algorithms[VCRYPTO_SERVICE_MAC] >> 32);
    conf->aead_algo = (uint32_t)can.algorithms[VCRYPTO_SERVICE_AEAD];
    conf->max_cipher_key_len = (uint32_t)backend->options.max_cipher_key_len;
    conf->max_auth_key_len = (uint32_t)backend->options.max_auth_key_len;
    conf->max_size = backend->options.max_size;
}

/* What may be set while the device runs. */
static void apply_changeable(VCryptoBackend *backend)
{
    atomic_store(&backend->poll_max_ns, backend->options.poll_max_ns);
    cryptodev_backend_set_ready(&backend->parent_obj, backend->options.ready);
    vcrypto_backend_limit(backend->core, backend->options.throttle_ops,
                          backend->options.throttle_bps);
    vcrypto_device_limits_changed(backend->device);
    vcrypto_device_ready_changed(backend->device);
}

/* The libraries are the process's: what is wrong with them is told once. */
static void complain(void)
{
    static bool told;
    const char *line;

    for (size_t i = 0; !told && (line = vcrypto_backend_complaint(i)); i++) {
        warn_report("virtio-crypto-openssl: %s", line);
    }
    told = true;
}

static struct vcrypto_backend_config
configuration_of(const struct vcrypto_options *options)
{
    struct vcrypto_backend_config config = {
        .queues = (uint32_t)options->queues,
        .max_sessions = (uint32_t)options->max_sessions,
        .max_cipher_key_len = (uint32_t)options->max_cipher_key_len,
        .max_auth_key_len = (uint32_t)options->max_auth_key_len,
        .max_akcipher_key_len = (uint32_t)options->max_akcipher_key_len,
        .no_mac_iv_prefix = !options->mac_iv_prefix,
        .single = options->engine == VCRYPTO_ENGINE_OPENSSL,
        .max_size = options->max_size,
    };

    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        config.left_out[s] = ~vcrypto_selection_mask(options->algorithms, s);
    }
    return config;
}

/* CryptoDevBackendClass.init: all properties are set, make what they ask for. */
static void backend_complete(CryptoDevBackend *parent, Error **errp)
{
    VCryptoBackend *backend = VCRYPTO_BACKEND(parent);
    struct vcrypto_options *options = &backend->options;
    static uint32_t made;
    struct vcrypto_backend_config config;
    const char *why = NULL;

    /* The parent class has a property "queues" of its own, with no upper limit. */
    options->queues = parent->conf.peers.queues;
    if (options->queues > VCRYPTO_MAX_QUEUES) {
        set_error(backend, errp, "queues is out of range; give a number from 1 to 64");
        return;
    }
    config = configuration_of(options);
    backend->core = vcrypto_backend_new(&config, &why);
    if (!backend->core) {
        set_error(backend, errp, why);
        return;
    }
    backend->number = made++;
    complain();
    make_clients(parent, config.queues);
    publish_configuration(backend);
    apply_changeable(backend);
}

/* CryptoDevBackendClass.cleanup: the object goes; no device is bound any more. */
static void backend_cleanup(CryptoDevBackend *parent, Error **errp)
{
    VCryptoBackend *backend = VCRYPTO_BACKEND(parent);

    for (unsigned i = 0; backend->core && i < backend->options.queues; i++) {
        cryptodev_backend_free_client(parent->conf.peers.ccs[i]);
        parent->conf.peers.ccs[i] = NULL;
    }
    vcrypto_backend_free(backend->core);
    backend->core = NULL;
}

static void get_option(Object *object, Visitor *visitor, const char *name, void *opaque,
                       Error **errp)
{
    const struct vcrypto_option *option = opaque;
    uint64_t *value = vcrypto_option_value(&VCRYPTO_BACKEND(object)->options, option);
    uint64_t copy = *value;
    bool on = *value != 0;

    if (option->type == VCRYPTO_OPTION_BOOL) {
        visit_type_bool(visitor, name, &on, errp);
    } else if (option->type == VCRYPTO_OPTION_SIZE) {
        visit_type_size(visitor, name, &copy, errp);
    } else if (option->type == VCRYPTO_OPTION_CHOICE) {
        char *word = g_strdup(option->choices[*value]);

        visit_type_str(visitor, name, &word, errp);
        g_free(word);
    } else {
        visit_type_uint64(visitor, name, &copy, errp);
    }
}

static bool visit_choice(Visitor *visitor, VCryptoBackend *backend,
                         const struct vcrypto_option *option, const char *name,
                         uint64_t *value, Error **errp)
{
    char message[VCRYPTO_OPTION_MESSAGE];
    g_autofree char *word = NULL;

    if (!visit_type_str(visitor, name, &word, errp)) {
        return false;
    }
    if (!vcrypto_option_choose(option, word, value, message)) {
        set_error(backend, errp, message);
        return false;
    }
    return true;
}

static bool visit_option(Visitor *visitor, VCryptoBackend *backend,
                         const struct vcrypto_option *option, const char *name,
                         uint64_t *value, Error **errp)
{
    bool on;

    if (option->type == VCRYPTO_OPTION_CHOICE) {
        return visit_choice(visitor, backend, option, name, value, errp);
    }
    if (option->type == VCRYPTO_OPTION_SIZE) {
        return visit_type_size(visitor, name, value, errp);
    }
    if (option->type != VCRYPTO_OPTION_BOOL) {
        return visit_type_uint64(visitor, name, value, errp);
    }
    if (!visit_type_bool(visitor, name, &on, errp)) {
        return false;
    }
    *value = on;
    return true;
}

static void set_option(Object *object, Visitor *visitor, const char *name, void *opaque,
                       Error **errp)
{
    VCryptoBackend *backend = VCRYPTO_BACKEND(object);
    const struct vcrypto_option *option = opaque;
    char message[VCRYPTO_OPTION_MESSAGE];
    uint64_t value;

    if (!visit_option(visitor, backend, option, name, &value, errp)) {
        return;
    }
    if (backend->core && !option->any_time) {
        set_error(backend, errp, FIXED);
        return;
    }
    if (!vcrypto_option_check(option, value, message)) {
        set_error(backend, errp, message);
        return;
    }
    *vcrypto_option_value(&backend->options, option) = value;
    if (backend->core) {
        apply_changeable(backend);
    }
}

static const char *property_type(const struct vcrypto_option *option)
{
    switch (option->type) {
    case VCRYPTO_OPTION_BOOL:
        return "bool";
    case VCRYPTO_OPTION_SIZE:
        return "size";
    case VCRYPTO_OPTION_CHOICE:
        return "str";
    default:
        return "uint64";
    }
}

static void backend_instance_init(Object *object)
{
    vcrypto_options_initial(&VCRYPTO_BACKEND(object)->options);
}

/*
 * A property that the parent class has cannot be had again: "queues", which it lets be
 * set at any time, and with QEMU 8 the limits. All its objects, stock ones too, share
 * the one whose function is wrapped here.
 */
static struct inherited {
    const struct vcrypto_option *option;
    ObjectPropertyAccessor *stock_set;
} inherited[3];

static void set_inherited(Object *object, Visitor *visitor, const char *name,
                          void *opaque, Error **errp)
{
    VCryptoBackend *backend =
        (VCryptoBackend *)object_dynamic_cast(object, TYPE_VCRYPTO_BACKEND);
    const struct inherited *wrapped = inherited;
    Error *error = NULL;

    while (!g_str_equal(wrapped->option->name, name)) {
        wrapped++;
    }
    if (backend && backend->core && !wrapped->option->any_time) {
        set_error(backend, errp, FIXED);
        return;
    }
    wrapped->stock_set(object, visitor, name, opaque, &error);
    if (error) {
        error_propagate(errp, error);
        return;
    }
    if (backend) {
        *vcrypto_option_value(&backend->options, wrapped->option) =
            object_property_get_uint(object, name, &error_abort);
    }
    if (backend && backend->core) {
        apply_changeable(backend);
    }
}

static void inherit(ObjectProperty *property, const struct vcrypto_option *option)
{
    struct inherited *wrapped = inherited;

    while (wrapped->option) {
        wrapped++;
        g_assert(wrapped < inherited + G_N_ELEMENTS(inherited));
    }
    *wrapped = (struct inherited){ option, property->set };
    property->set = set_inherited;
}

static void backend_class_init(ObjectClass *oc, void *data)
{
    CryptoDevBackendClass *bc = CRYPTODEV_BACKEND_CLASS(oc);
    size_t count;
    const struct vcrypto_option *table = vcrypto_options_table(&count);

    bc->init = backend_complete;
    bc->cleanup = backend_cleanup;
    vcrypto_backend_add_properties(oc);
    vcrypto_stats_add();
    for (size_t i = 0; i < count; i++) {
        ObjectProperty *present = object_class_property_find(oc, table[i].name);

        if (table[i].argument_only) {
            continue;
        }
        if (present) {
            inherit(present, &table[i]);
            continue;
        }
        object_class_property_add(oc, table[i].name, property_type(&table[i]),
                                  get_option, set_option, NULL, (void *)&table[i]);
        object_class_property_set_description(oc, table[i].name, table[i].help);
    }
}

static const TypeInfo backend_type = {
    .name = TYPE_VCRYPTO_BACKEND,
    .parent = TYPE_CRYPTODEV_BACKEND,
    .instance_size = sizeof(VCryptoBackend),
    .instance_init = backend_instance_init,
    .class_init = backend_class_init,
};

void vcrypto_backend_object_register(void)
{
    type_register_static(&backend_type);
}

static bool set_property(Object *object, const struct vcrypto_option *option,
                         uint64_t value, Error **errp)
{
    switch (option->type) {
    case VCRYPTO_OPTION_BOOL:
        return object_property_set_bool(object, option->name, value, errp);
    case VCRYPTO_OPTION_CHOICE:
        return object_property_set_str(object, option->name, option->choices[value],
                                       errp);
    default:
        return object_property_set_uint(object, option->name, value, errp);
    }
}

static bool set_properties(Object *object, const struct vcrypto_options *options,
                           Error **errp)
{
    struct vcrypto_options values = *options;
    size_t count;
    const struct vcrypto_option *table = vcrypto_options_table(&count);

    for (size_t i = 0; i < count; i++) {
        uint64_t value = *vcrypto_option_value(&values, &table[i]);

        if (!table[i].argument_only && !set_property(object, &table[i], value, errp)) {
            return false;
        }
    }
    return true;
}

bool vcrypto_backend_object_create(const char *name,
                                   const struct vcrypto_options *options, Error **errp)
{
    Object *object = object_new(TYPE_VCRYPTO_BACKEND);
    Object *parent = object_get_objects_root();
    bool ok = false;

    /* The property "algorithms" tells more, of each of them. */
    VCRYPTO_BACKEND(object)->options.algorithms = options->algorithms;
    if (object_property_try_add_child(parent, name, object, errp)) {
        ok = set_properties(object, options, errp) &&
             user_creatable_complete(USER_CREATABLE(object), errp);
        if (!ok) {
            object_unparent(object);
        }
    }
    object_unref(object);
    return ok;
}
