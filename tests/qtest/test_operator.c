/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the operator does wrong: one line that says what to do, and exit status 1. Also
 * that a plugin refuses any QEMU but the one it was built for.
 */
#include "json.h"
#include "machine.h"
#include "support/ut.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#define MACHINE  "-machine", "q35", "-accel", "tcg", "-display", "none", "-nodefaults"
#define MAX_ARGS 24

/* The line that all messages of the plugin begin with. */
#define WE_SAY "virtio-crypto-openssl: "

static char *plugin_argument(const char *path, const char *rest)
{
    return g_strdup_printf("%s%s", path, rest);
}

/*
 * Runs QEMU with "-plugin @plugin" and the arguments of @more; checks the exit status
 * and that the output is one line that contains @expected.
 */
static void check(const char *plugin, const char *const *more, int exit_status,
                  const char *expected)
{
    const char *args[MAX_ARGS] = { MACHINE, "-plugin", plugin };
    g_autofree char *output = NULL;
    unsigned n = 0;
    size_t len;
    int status;

    while (args[n]) {
        n++;
    }
    for (; more && *more; more++) {
        args[n++] = *more;
    }
    ut_context("-plugin %s", plugin);
    UT_TRUE_FATAL(qt_run_qemu(args, &output, &status));
    UT_EQ_U64((uint64_t)status, (uint64_t)exit_status);
    len = strlen(output);
    if (!strstr(output, expected)) {
        UT_FAIL("\"%s\" is not in \"%s\"", expected, output);
    }
    if (exit_status && (!len || strchr(output, '\n') != output + len - 1)) {
        UT_FAIL("not one line: \"%s\"", output);
    }
    ut_context(NULL);
}

static void refused(const char *rest, const char *expected)
{
    g_autofree char *plugin = plugin_argument(qt_plugin(), rest);

    check(plugin, NULL, 1, expected);
}

static void wrong_arguments(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    refused("", WE_SAY "no backend= was given; write ");
    refused(",queues=2", WE_SAY "'queues' stands before any backend=; write ");
    refused(",backend=c0,colour=blue",
            WE_SAY "c0: there is no key 'colour'; see which there are with help=on");
    refused(",backend=c0,mux=off,hash-stateless=on",
            WE_SAY "c0: hash-stateless=on and mux=off exclude each other; leave one of "
                   "them out");
    refused(",backend=c0,queues=0",
            WE_SAY "c0: queues=0 is out of range; give a number from 1 to 64");
    refused(",backend=c0,queues=65",
            WE_SAY "c0: queues=65 is out of range; give a number from 1 to 64");
    refused(",backend=c0,backend=c0", WE_SAY "c0: the name is given twice; ");
    refused(",backend=c0,queues=1,queues=4",
            WE_SAY "c0: queues is given twice; give it once\n");
    refused(",backend=c0,queue=4",
            WE_SAY "c0: there is no key 'queue'; did you mean 'queues'? See ");
    refused(",backend=c0,replace=stock",
            WE_SAY "c0: replace=stock is not understood; give none or builtin\n");
}

static void wrong_devices(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    plugin = plugin_argument(qt_plugin(), ",backend=c0");
    check(plugin,
          (const char *const[]){ "-device", "virtio-crypto-pci,cryptodev=c0", "-device",
                                 "virtio-crypto-pci,cryptodev=c0", NULL },
          1, WE_SAY "c0: another device uses this backend; ");
    check(plugin,
          (const char *const[]){ "-device", "virtio-crypto-pci,cryptodev=c1", NULL }, 1,
          "Device 'c1' not found");
    check(plugin, (const char *const[]){ "-device", "virtio-crypto-pci", NULL }, 1,
          "'cryptodev' parameter expects a valid object");
    check(plugin,
          (const char *const[]){ "-object", "cryptodev-backend-builtin,id=c0", NULL },
          1,
          WE_SAY "c0: another object has this name; give the backend one of its own, "
                 "or with replace=builtin the place of this "
                 "cryptodev-backend-builtin\n");
    check(plugin, (const char *const[]){ "-object", "rng-random,id=c0", NULL }, 1,
          WE_SAY "c0: another object has this name; give the backend one of its own\n");
    check(plugin,
          (const char *const[]){ "-icount", "shift=3,rr=record,rrfile=/dev/null",
                                 "-device", "virtio-crypto-pci,cryptodev=c0", NULL },
          1, WE_SAY "c0: what the device does cannot be recorded or replayed; ");
}

/* With replace=builtin, where there is nothing that may be replaced. */
static void wrong_replacements(void)
{
    g_autofree char *plugin = NULL, *plain = NULL, *again = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    plugin = plugin_argument(qt_plugin(), ",backend=c0,replace=builtin");
    plain = plugin_argument(qt_plugin(), ",backend=c0");
    again = plugin_argument(qt_plugin(),
                            ",backend=c1,replace=builtin,backend=c0,replace=builtin");
    check(plugin, NULL, 1,
          WE_SAY "c0: there is no cryptodev-backend-builtin with this name; give the "
                 "name of one, or leave out replace=builtin\n");
    check(plugin,
          (const char *const[]){ "-object", "cryptodev-backend-builtin,id=c1", NULL },
          1, WE_SAY "c0: there is no cryptodev-backend-builtin with this name; ");
    check(plugin, (const char *const[]){ "-object", "rng-random,id=c0", NULL }, 1,
          WE_SAY "c0: this is a rng-random, and replace=builtin is for a "
                 "cryptodev-backend-builtin; give the name of one\n");
    check(again,
          (const char *const[]){ "-object", "cryptodev-backend-builtin,id=c1", NULL },
          1, WE_SAY "c0: there is no cryptodev-backend-builtin with this name; ");
    check(USE_BACKEND ",name=c0",
          (const char *const[]){ "-object", "cryptodev-backend-builtin,id=c0",
                                 "-plugin", plugin, NULL },
          1,
          WE_SAY "c0: this cryptodev-backend-builtin is in use; give the name of one "
                 "that no device has yet\n");
    check(USE_BACKEND ",name=c0",
          (const char *const[]){ "-object", "cryptodev-backend-builtin,id=c0",
                                 "-plugin", plain, NULL },
          1,
          WE_SAY "c0: another object has this name; give the backend one of its own\n");
}

/* Another path of the plugin, for g_free(). */
static char *other_path(void)
{
    g_autofree char *folder = g_path_get_dirname(qt_plugin());
    g_autofree char *file = g_path_get_basename(qt_plugin());

    return g_strdup_printf("%s/./%s", folder, file);
}

/* The same plugin once more, by another path: what it would replace is its own. */
static void replaced_twice(void)
{
    g_autofree char *other = NULL, *first = NULL, *second = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    other = other_path();
    first = plugin_argument(qt_plugin(), ",backend=c0,replace=builtin");
    second = plugin_argument(other, ",backend=c0,replace=builtin");
    check(first,
          (const char *const[]){ "-object", "cryptodev-backend-builtin,id=c0",
                                 "-plugin", second, NULL },
          1,
          WE_SAY
          "c0: this is a cryptodev-backend-openssl, and replace=builtin is for a "
          "cryptodev-backend-builtin; ");
}

#ifdef OPENSSL_CONFIGS
static void openssl_configurations(void)
{
    static const char *const refused_ones[] = { "rsa",  "ec",  "pkey",    "asn1",
                                                "rand", "all", "digests", NULL };
    static const char *const fine_ones[] = { "engine-some", "engine-ciphers", "fips",
                                             "broken", NULL };
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    for (const char *const *name = refused_ones; *name; name++) {
        g_autofree char *path =
            g_strdup_printf("%s/engine-%s.cnf", OPENSSL_CONFIGS, *name);

        UT_TRUE(g_setenv("OPENSSL_CONF", path, TRUE));
        refused(",backend=c0", WE_SAY "c0: the ENGINE \"wrong\" is to do ");
        refused(",backend=c0", "or start QEMU with OPENSSL_CONF=/dev/null");
    }
    plugin = plugin_argument(qt_plugin(), ",backend=c0");
    for (const char *const *name = fine_ones; *name; name++) {
        g_autofree char *path = g_strdup_printf("%s/%s.cnf", OPENSSL_CONFIGS, *name);

        UT_TRUE(g_setenv("OPENSSL_CONF", path, TRUE));
        /* The backend is made before the device that QEMU does not know. */
        check(plugin, (const char *const[]){ "-device", "no-such-device", NULL }, 1,
              "'no-such-device' is not a valid device model name");
    }
    g_unsetenv("OPENSSL_CONF");
}
#endif

static void help(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    plugin = plugin_argument(qt_plugin(), ",help=on");
    check(plugin, NULL, 0, "max-sessions");
    check(plugin, NULL, 0, "\nversion " VCRYPTO_VERSION " for QEMU ");
    check(plugin, NULL, 0, " algorithms by OpenSSL 3.");
    check(plugin, NULL, 0,
          "keys may be locked; for the build " VCRYPTO_BUILT_FOR_BUILD_ID);
}

/* What QEMU without a machine, and so without a display, prints for @rest. */
static char *without_machine(const char *rest, int *status)
{
    g_autofree char *plugin = plugin_argument(qt_plugin(), rest);
    const char *args[] = { "-machine", "none", "-display", "none",
                           "-plugin",  plugin, NULL };
    char *output = NULL;

    UT_TRUE_FATAL(qt_run_qemu(args, &output, status));
    return output;
}

static void check_member(const char *document, const char *key, const char *expected)
{
    g_autofree char *text = qt_json_get(document, key);

    ut_context("%s", key);
    UT_TRUE_FATAL(text != NULL);
    if (!strstr(text, expected)) {
        UT_FAIL("\"%s\" is not in \"%s\"", expected, text);
    }
    ut_context(NULL);
}

/* As docs/operators.md describes it. */
static void help_for_programs(void)
{
    g_autofree char *output = NULL, *text = NULL;
    int status;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    text = without_machine(",help=on", &status);
    UT_EQ_U64((uint64_t)status, 0);
    UT_TRUE(strstr(text, "max-sessions") != NULL);
    output = without_machine(",help=json", &status);
    UT_EQ_U64((uint64_t)status, 0);
    UT_TRUE_FATAL(output[0] == '{' && g_str_has_suffix(output, "}\n"));
    check_member(output, "name", "virtio-crypto-openssl");
    check_member(output, "version", "\"" VCRYPTO_VERSION "\"");
    check_member(output, "works", "true");
    check_member(output, "file", qt_plugin());
    check_member(output, "qemu", VCRYPTO_BUILT_FOR_VERSION);
    check_member(output, "qemu", VCRYPTO_BUILT_FOR_BUILD_ID);
    check_member(output, "algorithms", "\"aes-cbc\"");
    check_member(output, "algorithms", "\"offered\": true");
    check_member(output, "libraries", "\"OpenSSL\"");
    check_member(output, "processor", "\"features\"");
    check_member(output, "key-memory", "\"unlocked\"");
}

#ifdef OPENSSL_CONFIGS
/* What keeps a backend from being made is in the document, too. */
static void help_where_nothing_works(void)
{
    g_autofree char *output = NULL, *text = NULL;
    int status;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    UT_TRUE(g_setenv("OPENSSL_CONF", OPENSSL_CONFIGS "/engine-rsa.cnf", TRUE));
    output = without_machine(",help=json", &status);
    UT_EQ_U64((uint64_t)status, 0);
    text = without_machine(",help=on", &status);
    UT_EQ_U64((uint64_t)status, 0);
    g_unsetenv("OPENSSL_CONF");
    check_member(output, "works", "false");
    check_member(output, "error", "is to do RSA for this process");
    UT_TRUE(strstr(text, "does not work here: the ENGINE ") != NULL);
}
#endif

/*
 * A copy of the plugin in which @digits characters after the text @marker are changed:
 * a plugin of another QEMU, as far as it can tell; where @marker is NULL, nothing is.
 * Returns its path, or NULL if the text is not in it.
 */
static char *altered_copy(const char *marker)
{
    g_autofree char *bytes = NULL;
    char *path = NULL;
    char *found;
    gsize len;
    int fd;

    UT_TRUE_FATAL(g_file_get_contents(qt_plugin(), &bytes, &len, NULL));
    if (marker) {
        found = memmem(bytes, len, marker, strlen(marker));
        if (!found) {
            return NULL;
        }
        found += strlen(marker) - 1;
        *found = *found == '1' ? '2' : '1';
    }
    fd = g_file_open_tmp("vcrypto-altered-XXXXXX.so", &path, NULL);
    UT_TRUE_FATAL(fd >= 0);
    g_close(fd, NULL);
    UT_TRUE_FATAL(g_file_set_contents(path, bytes, (gssize)len, NULL));
    return path;
}

/* A file that is named in two ways is one plugin, which then has two lists. */
static void plugin_under_two_names(void)
{
    g_autofree char *other = NULL, *first = NULL, *second = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    other = other_path();
    first = plugin_argument(qt_plugin(), ",backend=c0");
    second = plugin_argument(other, ",backend=c1");
    check(first,
          (const char *const[]){
              "-plugin", second, "-device", "virtio-crypto-pci,cryptodev=c0", "-device",
              "virtio-crypto-pci,cryptodev=c1", "-device", "no-such-device", NULL },
          1, "'no-such-device' is not a valid device model name");
    g_free(second);
    second = plugin_argument(other, ",backend=c0");
    check(first, (const char *const[]){ "-plugin", second, NULL }, 1,
          WE_SAY "c0: another object has this name; ");
}

static void plugin_and_a_copy(void)
{
    g_autofree char *path = NULL, *first = NULL, *second = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    path = altered_copy(NULL);
    UT_TRUE_FATAL(path != NULL);
    first = plugin_argument(qt_plugin(), ",backend=c0");
    second = plugin_argument(path, ",backend=c1");
    check(first, (const char *const[]){ "-plugin", second, NULL }, 1,
          WE_SAY "another copy of this plugin was loaded before; ");
    g_unlink(path);
}

static unsigned occurrences(const char *text, const char *of)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, of)); at += strlen(of)) {
        count++;
    }
    return count;
}

/* One line for the process, however many backends, and one for HMAC where that is made
 * of the same function; then QEMU goes on, here to the next mistake. */
static void wrong_library(void)
{
    g_autofree char *plugin = NULL;
    g_autofree char *output = NULL;
    const char *args[MAX_ARGS] = { MACHINE, "-plugin" };
    unsigned n = 0;
    int status;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    plugin = plugin_argument(qt_plugin(), ",backend=c0,backend=c1");
    while (args[n]) {
        n++;
    }
    args[n++] = plugin;
    args[n++] = "-device";
    args[n++] = "virtio-crypto-pci,cryptodev=there-is-none";
    UT_TRUE(g_setenv("LD_PRELOAD", WRONG_LIBRARY, TRUE));
    UT_TRUE_FATAL(qt_run_qemu(args, &output, &status));
    g_unsetenv("LD_PRELOAD");
    UT_EQ_U64((uint64_t)status, 1);
    UT_EQ_U64(occurrences(output, "warning: " WE_SAY "OpenSSL 3."),
              occurrences(output, "md5: it is not offered\n"));
    UT_EQ_U64(occurrences(output, WE_SAY),
              occurrences(output, "md5: it is not offered\n"));
    UT_EQ_U64(occurrences(output, " gives wrong answers for md5: it is not offered\n"),
              1);
}

static void check_altered(const char *marker, const char *expected)
{
    g_autofree char *path = altered_copy(marker);
    g_autofree char *plugin = NULL;

    g_autofree char *begins = NULL;

    UT_TRUE_FATAL(path != NULL);
    begins = g_strdup_printf(WE_SAY "%s is for ", path);
    plugin = plugin_argument(path, ",backend=c0");
    check(plugin,
          (const char *const[]){ "-device", "virtio-crypto-pci,cryptodev=c0", NULL }, 1,
          expected);
    check(plugin, NULL, 1, begins);
    check(plugin, NULL, 1, "; run virtio-crypto-build, or scripts/build in ");
    g_unlink(path);
}

static void another_version(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    check_altered(VCRYPTO_BUILT_FOR_VERSION, " and this is " VCRYPTO_BUILT_FOR_VERSION);
}

static void another_build(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    check_altered(VCRYPTO_BUILT_FOR_BUILD_ID, " is for another build (");
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "wrong arguments", wrong_arguments },
        { "wrong devices", wrong_devices },
        { "wrong replacements", wrong_replacements },
        { "replaced twice", replaced_twice },
#ifdef OPENSSL_CONFIGS
        { "OpenSSL configurations", openssl_configurations },
#endif
        { "help", help },
        { "help for programs", help_for_programs },
#ifdef OPENSSL_CONFIGS
        { "help where nothing works", help_where_nothing_works },
#endif
        { "library that gives wrong answers", wrong_library },
        { "plugin under two names", plugin_under_two_names },
        { "plugin and a copy", plugin_and_a_copy },
        { "plugin for another version of QEMU", another_version },
        { "plugin for another build of QEMU", another_build },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "operator", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
