/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A name that is taken. Who cannot name our backends, as libvirt's <crypto> cannot, has
 * QEMU make a cryptodev-backend-builtin and a device that names it. QEMU makes such
 * objects before it loads plugins, and devices afterwards: in between, ours can take
 * the place of one.
 */
#include "replace.h"

#define TYPE_REPLACEABLE "cryptodev-backend-builtin"

static bool is_replaceable(Object *object)
{
    return g_str_equal(object_get_typename(object), TYPE_REPLACEABLE);
}

static bool is_used(Object *object)
{
    return cryptodev_backend_is_used(CRYPTODEV_BACKEND(object));
}

static bool fail(Error **errp, const char *name, const char *what)
{
    error_setg(errp, "virtio-crypto-openssl: %s: %s", name, what);
    return false;
}

static bool fail_taken(Error **errp, const char *name, Object *object)
{
    return fail(errp, name,
                is_replaceable(object) && !is_used(object)
                    ? "another object has this name; give the backend one of its own, "
                      "or with replace=builtin the place of this " TYPE_REPLACEABLE
                    : "another object has this name; give the backend one of its own");
}

/* What QEMU 8 and later let be set on any backend: its limits. */
static bool carry_over(struct vcrypto_argument_backend *backend, Object *object,
                       Error **errp)
{
    size_t count;
    const struct vcrypto_option *table = vcrypto_options_table(&count);
    Error *error = NULL;

    for (size_t i = 0; i < count && !error; i++) {
        if (!vcrypto_argument_given(backend, &table[i]) &&
            table[i].type == VCRYPTO_OPTION_NUMBER &&
            object_property_find(object, table[i].name)) {
            *vcrypto_option_value(&backend->options, &table[i]) =
                object_property_get_uint(object, table[i].name, &error);
        }
    }
    error_propagate(errp, error);
    return !error;
}

static bool take_place(struct vcrypto_argument_backend *backend, Object *object,
                       Error **errp)
{
    if (!object) {
        return fail(errp, backend->name,
                    "there is no " TYPE_REPLACEABLE " with this name; give the name of "
                    "one, or leave out replace=builtin");
    }
    if (!is_replaceable(object)) {
        error_setg(
            errp,
            "virtio-crypto-openssl: %s: this is a %s, and replace=builtin is for "
            "a " TYPE_REPLACEABLE "; give the name of one",
            backend->name, object_get_typename(object));
        return false;
    }
    if (is_used(object)) {
        return fail(errp, backend->name,
                    "this " TYPE_REPLACEABLE " is in use; give the name of one that no "
                    "device has yet");
    }
    return carry_over(backend, object, errp) && user_creatable_del(backend->name, errp);
}

bool vcrypto_replace(struct vcrypto_argument_backend *backend, Error **errp)
{
    Object *object =
        object_resolve_path_component(object_get_objects_root(), backend->name);

    if (backend->options.replace == VCRYPTO_REPLACE_BUILTIN) {
        return take_place(backend, object, errp);
    }
    return !object || fail_taken(errp, backend->name, object);
}
