/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * algorithms= decides what a guest is offered: what the configuration space says, and
 * which requests of which algorithms are taken, agree with the list. The lists' meaning
 * is written down here once more, as masks.
 */
#include "form.h"
#include "support/operations.h"
#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define SERVICES 5

/* What is in a list, of each service; bit n stands for identifier n. */
struct choice {
    const char *list;
    uint64_t masks[SERVICES];
};

#define EVERY UINT64_MAX

static const struct choice choices[] = {
    { "all", { EVERY, EVERY, EVERY, EVERY, EVERY } },
    { "aes-cbc:aes-gcm", { 1 << 3, 0, 0, 1 << 1, 0 } },
    { "virtio-builtin", { 1 << 3, 1 << 2, 0, 0, 0 } },
    { "modern", { 0x7818, 0x1f70, 0x60060014000070, 0xe, 0x6 } },
    { "-arc4:-sha3-224:-gmac-aes:-aes-ccm:-rsa",
      { ~(1ULL << 1), ~(1ULL << 7), ~(1ULL << 41), ~(1ULL << 2), ~(1ULL << 1) } },
    { "zuc-eea3:-all:hmac-sha256:snow3g-uia2", { 0, 0, 1 << 4 | 1 << 28, 0, 0 } },
};

/* What is offered when nothing is said. */
static uint64_t everything[SERVICES];

static void masks_of(const struct qt_crypto_config *config, uint64_t masks[SERVICES])
{
    masks[QT_SERVICE_CIPHER] = config->cipher_algos;
    masks[QT_SERVICE_HASH] = config->hash_algos;
    masks[QT_SERVICE_MAC] = config->mac_algos;
    masks[QT_SERVICE_AEAD] = config->aead_algos;
    masks[QT_SERVICE_AKCIPHER] = config->akcipher_algos;
}

static int start(void)
{
    struct qt_machine *machine;
    struct qt_crypto *crypto;

    if (!qt_plugin()) {
        return 0;
    }
    machine = qt_form_machine("");
    if (!machine) {
        return -1;
    }
    crypto = qt_crypto_open(machine, 0, qt_form_features(FORM_LEGACY));
    masks_of(&crypto->config, everything);
    qt_crypto_close(crypto);
    return qt_machine_stop(machine);
}

/* ---- what is said ---- */

static unsigned occurrences(const char *text, const char *of)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, of)); at += strlen(of)) {
        count++;
    }
    return count;
}

static void check_config(const struct qt_crypto_config *config,
                         const struct choice *choice)
{
    uint64_t masks[SERVICES];

    masks_of(config, masks);
    for (unsigned s = 0; s < SERVICES; s++) {
        UT_EQ_U64(masks[s], everything[s] & choice->masks[s]);
        UT_EQ_U64(config->services >> s & 1, masks[s] != 0);
    }
}

/* The property and the line at start, whose reasons stand once for all. */
static void check_words(struct qt_machine *machine, const struct choice *choice)
{
    g_autofree char *property = qt_qmp_get(machine->qmp, "crypto0", "algorithms");
    g_autofree char *output = qt_machine_output(machine);
    unsigned offered = 0;

    for (unsigned s = 0; s < SERVICES; s++) {
        offered += (unsigned)__builtin_popcountll(everything[s] & choice->masks[s]);
    }
    UT_EQ_U64(occurrences(property, "\"offered\": true"), offered);
    UT_EQ_U64(occurrences(property, "left it out with algorithms=") == 0,
              g_str_equal(choice->list, "all"));
    UT_EQ_U64(occurrences(output, "(the operator has left it out with algorithms=)"),
              !g_str_equal(choice->list, "all"));
}

/* ---- what is done ---- */

static bool is_chosen(const struct choice *choice, uint32_t service, uint32_t algorithm)
{
    return everything[service] & choice->masks[service] & UINT64_C(1) << algorithm;
}

static bool is_possible(const struct choice *choice, const struct form_operation *o)
{
    uint32_t other = o->hash_mode == 1 ? QT_SERVICE_HASH : QT_SERVICE_MAC;

    return is_chosen(choice, o->service, o->algorithm) &&
           (!o->chain || is_chosen(choice, other, o->auth_algorithm));
}

static void check_session(struct qt_crypto *crypto, const struct form_operation *o,
                          enum form form, bool possible)
{
    struct qt_create_reply reply = qt_form_create(crypto, o, form);

    UT_EQ_U64(reply.status, possible ? QT_OK : QT_NOTSUPP);
    if (reply.status != QT_OK) {
        return;
    }
    UT_EQ_U64(qt_form_run(crypto, crypto->data[0], o, form, reply.session, NULL),
              QT_OK);
    UT_EQ_U64(qt_form_destroy(crypto, o, form, reply.session), QT_OK);
}

static bool alike(const struct form_operation *a, const struct form_operation *b)
{
    return a->service == b->service && a->operation == b->operation &&
           a->algorithm == b->algorithm && a->chain == b->chain &&
           a->hash_mode == b->hash_mode && a->auth_algorithm == b->auth_algorithm;
}

/* Of neighbours that differ in sizes only, one. Returns how many are possible. */
static unsigned check_requests(struct qt_machine *machine, struct qt_crypto *crypto,
                               enum form form, const struct choice *choice)
{
    const GArray *all = known_answers();
    const struct form_operation *before = NULL;
    unsigned count = 0;

    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);
        bool possible = is_possible(choice, &k->operation);
        uint64_t here = qt_mem_mark(&machine->mem);

        if (before && alike(before, &k->operation)) {
            continue;
        }
        before = &k->operation;
        ut_context("%s: %s, %s", choice->list, k->name, form_name(form));
        if (form_stateless(form)) {
            UT_EQ_U64(
                qt_form_run(crypto, crypto->data[0], &k->operation, form, 0, NULL),
                possible ? QT_OK : QT_NOTSUPP);
        } else {
            check_session(crypto, &k->operation, form, possible);
        }
        qt_mem_reset(&machine->mem, here);
        count += possible;
    }
    ut_context("%s", choice->list);
    return count;
}

static void check_choice(const struct choice *choice)
{
    g_autofree char *options = g_strdup_printf(",algorithms=%s", choice->list);
    struct qt_machine *machine = qt_form_machine(options);
    struct qt_crypto *crypto;
    uint64_t mark;

    UT_TRUE_FATAL(machine != NULL);
    mark = qt_mem_mark(&machine->mem);
    crypto = qt_crypto_open(machine, 0, qt_form_features(FORM_LEGACY));
    check_config(&crypto->config, choice);
    check_words(machine, choice);
    for (enum form form = 0; form < FORMS; form++) {
        qt_mem_reset(&machine->mem, mark);
        qt_crypto_restart(crypto, qt_form_features(form));
        UT_TRUE(check_requests(machine, crypto, form, choice) > 0);
    }
    qt_crypto_close(crypto);
    UT_EQ_U64((uint64_t)qt_machine_stop(machine), 0);
}

static void what_is_offered_is_what_is_chosen(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(choices); i++) {
        ut_context("%s", choices[i].list);
        check_choice(&choices[i]);
    }
    ut_context(NULL);
}

/*
 * Of QEMU 10 as Debian has it; with its 7.2 RSA is beside it, which the word leaves out
 * there, too. Services of stock QEMU's without an algorithm do not count.
 */
static void virtio_builtin_is_what_the_stock_device_says(void)
{
    g_autofree char *plugin = NULL;
    struct qt_machine *machine;
    struct qt_crypto *crypto;
    uint64_t masks[2][SERVICES];
    uint32_t services[2];

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    plugin = g_strdup_printf("%s,backend=c1,algorithms=virtio-builtin", qt_plugin());
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){ "-plugin", plugin, "-object",
                                       "cryptodev-backend-builtin,id=c0", "-device",
                                       "virtio-crypto-pci,cryptodev=c0", "-device",
                                       "virtio-crypto-pci,cryptodev=c1", NULL } });
    UT_TRUE_FATAL(machine != NULL);
    for (unsigned i = 0; i < 2; i++) {
        crypto = qt_crypto_open(machine, i, QT_CRYPTO_LINUX_FEATURES);
        masks_of(&crypto->config, masks[i]);
        services[i] = crypto->config.services;
        qt_crypto_close(crypto);
    }
    for (unsigned s = 0; s < QT_SERVICE_AKCIPHER; s++) {
        UT_EQ_U64(masks[0][s], masks[1][s]);
    }
    UT_EQ_U64(masks[0][QT_SERVICE_AKCIPHER] & ~(1u << 1), 0);
    UT_EQ_U64(masks[1][QT_SERVICE_AKCIPHER], 0);
    UT_EQ_U64(services[0] & (1u << QT_SERVICE_CIPHER | 1u << QT_SERVICE_HASH),
              services[1]);
    UT_EQ_U64((uint64_t)qt_machine_stop(machine), 0);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "what is offered is what is chosen", what_is_offered_is_what_is_chosen },
        { "virtio-builtin is what the stock device says",
          virtio_builtin_is_what_the_stock_device_says },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "algorithms", start, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
