/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way in: QEMU's -plugin option loads this shared object before any -device is
 * made, and calls qemu_plugin_install() in the main thread with the big lock held.
 */
#include "compat.h"

#include "qemu/qemu-plugin.h"

#include "about.h"
#include "backend-object.h"
#include "identity.h"
#include "replace.h"
#include "takeover.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/*
 * The operator's mistake: one line, and no machine. Not by returning an error: QEMU
 * would then unload code that it may still point to.
 */
static G_NORETURN void refuse(const char *message)
{
    fprintf(stderr, "virtio-crypto-openssl: %s\n", message);
    exit(EXIT_FAILURE);
}

static void print_help(void)
{
    char *help = vcrypto_arguments_help();
    g_autofree char *about = vcrypto_about_text();

    printf("%s%s", help ? help : "", about);
    free(help);
}

static void print_json(void)
{
    g_autofree char *document = vcrypto_about_document();

    puts(document);
}

static void create_backends(struct vcrypto_arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++) {
        struct vcrypto_argument_backend *backend = &arguments->backends[i];
        Error *error = NULL;

        if (!vcrypto_replace(backend, &error) ||
            !vcrypto_backend_object_create(backend->name, &backend->options, &error)) {
            fprintf(stderr, "%s\n", error_get_pretty(error));
            exit(EXIT_FAILURE);
        }
    }
}

/*
 * QEMU loads a file that is named in two ways twice, and finds that it is there
 * already: the second time there are only more backends to be made. A copy of it is
 * another plugin, that would take over what is no longer stock.
 */
static void install(void)
{
    static bool installed;

    if (installed) {
        return;
    }
    if (object_class_by_name(TYPE_VCRYPTO_BACKEND)) {
        refuse(
            "another copy of this plugin was loaded before; name the same file in each "
            "-plugin option");
    }
    if (!vcrypto_takeover()) {
        refuse("this QEMU has no virtio-crypto-device; use one that does");
    }
    vcrypto_backend_object_register();
    vcrypto_about_at_start();
    installed = true;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
                                           int argc, char **argv)
{
    char message[VCRYPTO_OPTION_MESSAGE];
    struct vcrypto_arguments arguments;

    if (!vcrypto_identity_check(message, sizeof(message)) ||
        !vcrypto_arguments_parse(argc, (const char *const *)argv, &arguments,
                                 message)) {
        refuse(message);
    }
    if (arguments.help) {
        print_help();
        exit(EXIT_SUCCESS);
    }
    if (arguments.help_json) {
        print_json();
        exit(EXIT_SUCCESS);
    }
    install();
    create_backends(&arguments);
    vcrypto_arguments_free(&arguments);
    return 0;
}
