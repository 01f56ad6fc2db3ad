/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "about.h"

#include "qapi/visitor.h"
#include "qemu/error-report.h"
#include "vcrypto/secret.h"

#include "identity.h"

#include "vcrypto-identity.h" /* generated: VCRYPTO_VERSION */

static const struct vcrypto_backend *core_of(VCryptoBackend *backend)
{
    return backend ? backend->core : NULL;
}

/* ---- the document's members ---- */

static QObject *version_object(VCryptoBackend *backend)
{
    return QOBJECT(qstring_from_str(VCRYPTO_VERSION));
}

static QObject *file_object(VCryptoBackend *backend)
{
    return QOBJECT(qstring_from_str(vcrypto_identity_file()));
}

static QObject *qemu_object(VCryptoBackend *backend)
{
    QDict *qemu = qdict_new();

    qdict_put_str(qemu, "version", vcrypto_identity_version());
    qdict_put_str(qemu, "build-id", vcrypto_identity_build_id());
    return QOBJECT(qemu);
}

static QList *key_sizes(const struct vcrypto_algorithm *row)
{
    QList *sizes = qlist_new();
    uint32_t least, most;

    for (unsigned i = 0; row && i < VCRYPTO_MAX_KEY_SIZES; i++) {
        if (vcrypto_about_key_size(row, i, &least, &most)) {
            QDict *size = qdict_new();

            qdict_put_int(size, "min", least);
            qdict_put_int(size, "max", most);
            qlist_append(sizes, size);
        }
    }
    return sizes;
}

/* The groups that it is in, but for the one of all. */
static QList *group_names(const struct vcrypto_about_algorithm *about)
{
    QList *names = qlist_new();
    const char *name;
    uint64_t set;

    for (size_t i = 1; (name = vcrypto_selection_group(i, &set)); i++) {
        if (vcrypto_selection_mask(set, about->service) >> about->id & 1) {
            qlist_append_str(names, name);
        }
    }
    return names;
}

static QDict *algorithm_object(const struct vcrypto_about_algorithm *about)
{
    QDict *algorithm = qdict_new();

    qdict_put_str(algorithm, "service", vcrypto_about_service(about->service));
    qdict_put_int(algorithm, "id", about->id);
    qdict_put_str(algorithm, "name", about->name);
    qdict_put_bool(algorithm, "offered", !about->refusal);
    if (about->refusal) {
        qdict_put_str(algorithm, "reason", about->refusal);
    }
    if (about->library) {
        qdict_put_str(algorithm, "library", about->library);
    }
    if (about->together) {
        qdict_put_str(algorithm, "side-by-side", about->together);
    }
    qdict_put(algorithm, "key-bytes", key_sizes(about->row));
    qdict_put(algorithm, "groups", group_names(about));
    return algorithm;
}

static QObject *algorithms_object(VCryptoBackend *backend)
{
    struct vcrypto_about_algorithm about;
    QList *algorithms = qlist_new();

    for (size_t i = 0; vcrypto_about_algorithm(core_of(backend), i, &about); i++) {
        qlist_append(algorithms, algorithm_object(&about));
    }
    return QOBJECT(algorithms);
}

static QObject *libraries_object(VCryptoBackend *backend)
{
    struct vcrypto_library library;
    QList *libraries = qlist_new();

    for (size_t i = 0; vcrypto_about_library(i, &library); i++) {
        g_auto(GStrv) words = g_strsplit(library.name, " ", 2);
        QDict *entry = qdict_new();

        qdict_put_str(entry, "name", words[0]);
        if (words[1]) {
            qdict_put_str(entry, "version", words[1]);
        }
        qdict_put_bool(entry, "used", !library.refusal);
        if (library.refusal) {
            qdict_put_str(entry, "reason", library.refusal);
        }
        if (library.level) {
            qdict_put_str(entry, "level", library.level);
        }
        qlist_append(libraries, entry);
    }
    return QOBJECT(libraries);
}

static QObject *processor_object(VCryptoBackend *backend)
{
    QDict *processor = qdict_new();
    QList *features = qlist_new();
    const char *name;

    for (size_t i = 0; (name = vcrypto_about_feature(i)); i++) {
        qlist_append_str(features, name);
    }
    qdict_put(processor, "features", features);
    return QOBJECT(processor);
}

static QObject *keys_object(VCryptoBackend *backend)
{
    struct vcrypto_secret_usage usage;
    QDict *keys = qdict_new();

    vcrypto_secret_usage(&usage);
    qdict_put(keys, "locked", qnum_from_uint(usage.locked));
    qdict_put(keys, "unlocked", qnum_from_uint(usage.unlocked));
    if (usage.lockable != UINT64_MAX) {
        qdict_put(keys, "lockable", qnum_from_uint(usage.lockable));
    }
    return QOBJECT(keys);
}

static const struct member {
    const char *name;
    const char *type;
    QObject *(*make)(VCryptoBackend *backend); /* NULL: of no backend */
    bool asks; /* the libraries, which have to work for that */
    const char *description;
} members[] = {
    { "version", "str", version_object, false, "of the plugin" },
    { "file", "str", file_object, false, "that the plugin was loaded from" },
    { "qemu", "struct", qemu_object, false, "the QEMU that the plugin was built for" },
    { "algorithms", "list", algorithms_object, true,
      "all of them, and why those that are not offered are not" },
    { "libraries", "list", libraries_object, true, "that run them" },
    { "processor", "struct", processor_object, false,
      "what it has of that for which libraries have code" },
    { "key-memory", "struct", keys_object, false,
      "memory of the process for keys: locked, not locked, and what may be locked" },
};

/* ---- for programs ---- */

char *vcrypto_about_document(void)
{
    QDict *document = qdict_new();
    const char *why;
    bool works = vcrypto_about_begin(&why);
    GString *json;

    qdict_put_str(document, "name", "virtio-crypto-openssl");
    qdict_put_bool(document, "works", works);
    if (!works) {
        qdict_put_str(document, "error", why);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        if (works || !members[i].asks) {
            qdict_put_obj(document, members[i].name, members[i].make(NULL));
        }
    }
    if (works) {
        vcrypto_about_end();
    }
    json = qobject_to_json_pretty(QOBJECT(document), true);
    qobject_unref(document);
    return g_string_free(json, FALSE);
}

static void get_member(Object *object, Visitor *visitor, const char *name, void *opaque,
                       Error **errp)
{
    VCryptoBackend *backend = VCRYPTO_BACKEND(object);
    const struct member *member = opaque;
    QObject *value;

    if (!backend->core) {
        error_setg(errp, "the backend is not complete yet");
        return;
    }
    value = member->make(backend);
    visit_type_any(visitor, name, &value, errp);
    qobject_unref(value);
}

void vcrypto_about_add_properties(ObjectClass *oc)
{
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        object_class_property_add(oc, members[i].name, members[i].type, get_member,
                                  NULL, NULL, (void *)&members[i]);
        object_class_property_set_description(oc, members[i].name,
                                              members[i].description);
    }
}

/* ---- for people ---- */

static void add_libraries(GString *text)
{
    struct vcrypto_library library;

    for (size_t i = 0; vcrypto_about_library(i, &library); i++) {
        g_string_append_printf(text, "%s%s", i ? ", " : "", library.name);
        if (library.level) {
            g_string_append_printf(text, " (%s)", library.level);
        }
        if (library.refusal) {
            g_string_append_printf(text, " not used (%s)", library.refusal);
        }
    }
}

/* Those that are not offered, by reason. */
static void add_refused(GString *text, const struct vcrypto_backend *core)
{
    struct vcrypto_about_algorithm about;
    const char *told[64] = { NULL }; /* reasons are static texts, and few */
    size_t reasons = 0;

    for (size_t i = 0; vcrypto_about_algorithm(core, i, &about); i++) {
        const char *reason = about.refusal, *before = "; without ";
        size_t k = 0;

        while (k < reasons && told[k] != reason) {
            k++;
        }
        if (!reason || k < reasons || reasons == G_N_ELEMENTS(told)) {
            continue;
        }
        told[reasons++] = reason;
        for (size_t j = i; vcrypto_about_algorithm(core, j, &about); j++) {
            if (about.refusal == reason) {
                g_string_append_printf(text, "%s%s", before, about.name);
                before = ", ";
            }
        }
        g_string_append_printf(text, " (%s)", reason);
    }
}

static GString *line_of(const struct vcrypto_backend *core)
{
    struct vcrypto_about_algorithm about;
    GString *text = g_string_new(NULL);
    unsigned offered = 0;

    for (size_t i = 0; vcrypto_about_algorithm(core, i, &about); i++) {
        offered += !about.refusal;
    }
    g_string_append_printf(text, "version %s for QEMU %s: %u algorithms by ",
                           VCRYPTO_VERSION, vcrypto_identity_version(), offered);
    add_libraries(text);
    add_refused(text, core);
    return text;
}

char *vcrypto_about_text(void)
{
    struct vcrypto_secret_usage usage;
    const char *why;
    GString *text;

    if (!vcrypto_about_begin(&why)) {
        return g_strdup_printf("version %s for QEMU %s does not work here: %s\n",
                               VCRYPTO_VERSION, vcrypto_identity_version(), why);
    }
    text = line_of(NULL);
    vcrypto_about_end();
    vcrypto_secret_usage(&usage);
    if (usage.lockable != UINT64_MAX) {
        g_string_append_printf(text, "; %" PRIu64 " KiB of keys may be locked",
                               usage.lockable / 1024);
    } else {
        g_string_append(text, "; all keys may be locked");
    }
    g_string_append_printf(text, "; for the build %s of QEMU\n",
                           vcrypto_identity_build_id());
    return g_string_free(text, FALSE);
}

static int tell(Object *object, void *opaque)
{
    VCryptoBackend *backend =
        (VCryptoBackend *)object_dynamic_cast(object, TYPE_VCRYPTO_BACKEND);
    struct vcrypto_secret_usage usage;
    GString *line;

    if (!backend || !backend->core || backend->options.quiet) {
        return 0;
    }
    vcrypto_secret_usage(&usage);
    line = line_of(backend->core);
    info_report("virtio-crypto-openssl: %s: %s; keys: %" PRIu64 " KiB locked, %" PRIu64
                " KiB not%s",
                vcrypto_backend_object_name(backend), line->str, usage.locked / 1024,
                usage.unlocked / 1024, usage.unlocked ? " (see ulimit -l)" : "");
    g_string_free(line, TRUE);
    return 0;
}

/* A machine that is not made has its own line, and needs no other. */
static void machine_made(Notifier *notifier, void *unused)
{
    object_child_foreach(object_get_objects_root(), tell, NULL);
}

void vcrypto_about_at_start(void)
{
    static Notifier notifier = { .notify = machine_made };

    qemu_add_machine_init_done_notifier(&notifier);
}
