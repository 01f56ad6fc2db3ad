/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a backend says of itself: in properties, and in a line once the machine is made.
 */
#include "json.h"
#include "machine.h"
#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define WE_SAY "info: virtio-crypto-openssl: "

static struct qt_machine *machine;

static int start(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    plugin = g_strdup_printf(
        "%s,backend=c0,backend=c1,mac-iv-prefix=off,backend=c2,quiet=on", qt_plugin());
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){ "-plugin", plugin, "-device",
                                       "virtio-crypto-pci,cryptodev=c0", NULL } });
    return machine ? 0 : -1;
}

static int stop(void)
{
    return qt_machine_stop(machine);
}

static void expect(const char *backend, const char *name, const char *part)
{
    g_autofree char *value = qt_qmp_get(machine->qmp, backend, name);

    ut_context("%s of %s", name, backend);
    if (!strstr(value, part)) {
        UT_FAIL("\"%s\" is not in \"%s\"", part, value);
    }
    ut_context(NULL);
}

static unsigned occurrences(const char *text, const char *of)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, of)); at += strlen(of)) {
        count++;
    }
    return count;
}

static void properties_say_what_it_is(void)
{
    QT_NEED(machine);
    expect("c0", "version", "\"" VCRYPTO_VERSION "\"");
    expect("c0", "file", qt_plugin());
    expect("c0", "qemu", VCRYPTO_BUILT_FOR_VERSION);
    expect("c0", "qemu", VCRYPTO_BUILT_FOR_BUILD_ID);
    expect("c0", "libraries", "\"OpenSSL\"");
    expect("c0", "libraries", "\"libgcrypt\"");
    expect("c0", "processor", "\"features\": [");
    expect("c0", "key-memory", "\"locked\": ");
    expect("c0", "quiet", "false");
    expect("c2", "quiet", "true");
}

/* Each backend has its own reasons. */
static void algorithms_are_those_of_the_backend(void)
{
    g_autofree char *all = NULL, *fewer = NULL;
    unsigned difference;

    QT_NEED(machine);
    all = qt_qmp_get(machine->qmp, "c0", "algorithms");
    fewer = qt_qmp_get(machine->qmp, "c1", "algorithms");
    UT_EQ_U64(occurrences(all, "\"name\": "), 47);
    UT_EQ_U64(occurrences(fewer, "\"name\": "), 47);
    UT_EQ_U64(occurrences(all, "mac-iv-prefix=off"), 0);
    difference =
        occurrences(all, "\"offered\": true") - occurrences(fewer, "\"offered\": true");
    UT_TRUE(difference >= 1);
    UT_EQ_U64(occurrences(fewer, "mac-iv-prefix=off"), difference);
}

static void nothing_can_be_set(void)
{
    static const char *const names[] = { "version",    "file",      "qemu",
                                         "algorithms", "libraries", "processor",
                                         "key-memory" };

    QT_NEED(machine);
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *error = NULL;

        UT_TRUE(!qt_qmp(machine->qmp, &error,
                        "{'execute': 'qom-set', 'arguments': {'path': '/objects/c0', "
                        "'property': '%s', 'value': 'x'}}",
                        names[i]));
    }
}

/* The machine answers, so it is made: what was to be said is said. */
static void one_line_for_each_backend(void)
{
    g_autofree char *output = NULL;

    QT_NEED(machine);
    output = qt_machine_output(machine);
    UT_EQ_U64(occurrences(output, WE_SAY), 2);
    UT_EQ_U64(occurrences(output, WE_SAY "c0: version " VCRYPTO_VERSION " for QEMU "),
              1);
    UT_EQ_U64(occurrences(output, WE_SAY "c1: version "), 1);
    UT_EQ_U64(occurrences(output, "(the operator has set mac-iv-prefix=off)"), 1);
    UT_EQ_U64(occurrences(output, " algorithms by OpenSSL 3."), 2);
    UT_EQ_U64(occurrences(output, "; keys: "), 2);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "properties say what it is", properties_say_what_it_is },
        { "algorithms are those of the backend", algorithms_are_those_of_the_backend },
        { "nothing can be set", nothing_can_be_set },
        { "one line for each backend", one_line_for_each_backend },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "about", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
