/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcrypto/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vcrypto/protocol.h"

#define KIB          UINT64_C(1024)
#define MIB          (1024 * KIB)
#define GIB          (1024 * MIB)
#define EVERY        (UINT64_MAX >> 1) /* algorithm, as there are fewer than bits */
#define VALUE(field) offsetof(struct vcrypto_options, field)

/* As QEMU's own limits have it. */
#define MOST_A_SECOND UINT64_C(1000000000000000)

#define STATELESS(option_name, field, service)                                         \
    {                                                                                  \
        .name = option_name, .type = VCRYPTO_OPTION_BOOL, .maximum = 1, .initial = 1,  \
        .offset = VALUE(field), .needs_mux = true,                                     \
        .help = "offer stateless requests of the " service " service"                  \
    }

static const char *const engines[] = {
    [VCRYPTO_ENGINE_AUTO] = "auto",
    [VCRYPTO_ENGINE_OPENSSL] = "openssl",
    NULL,
};

static const char *const replaced[] = {
    [VCRYPTO_REPLACE_NONE] = "none",
    [VCRYPTO_REPLACE_BUILTIN] = "builtin",
    NULL,
};

static const struct vcrypto_option table[] = {
    { .name = "queues",
      .minimum = 1,
      .maximum = VCRYPTO_MAX_QUEUES,
      .initial = 1,
      .offset = VALUE(queues),
      .help = "data queues" },
    { .name = "algorithms",
      .type = VCRYPTO_OPTION_SELECTION,
      .maximum = EVERY,
      .initial = EVERY,
      .offset = VALUE(algorithms),
      .argument_only = true,
      .help = "what is offered, of what the libraries have" },
    { .name = "max-sessions",
      .minimum = 1,
      .maximum = 1048576,
      .initial = 8192,
      .offset = VALUE(max_sessions),
      .help = "sessions that the guest may have at a time" },
    { .name = "max-size",
      .type = VCRYPTO_OPTION_SIZE,
      .minimum = 4 * KIB,
      .maximum = GIB,
      .initial = 4 * MIB,
      .offset = VALUE(max_size),
      .help = "longest content of one request" },
    { .name = "max-cipher-key-len",
      .minimum = 32,
      .maximum = 65536,
      .initial = 256,
      .offset = VALUE(max_cipher_key_len),
      .help = "longest cipher key, in bytes" },
    { .name = "max-auth-key-len",
      .minimum = 32,
      .maximum = 65536,
      .initial = 512,
      .offset = VALUE(max_auth_key_len),
      .help = "longest authentication key, in bytes" },
    { .name = "max-akcipher-key-len",
      .minimum = 256,
      .maximum = 65536,
      .initial = 16384,
      .offset = VALUE(max_akcipher_key_len),
      .help = "longest asymmetric key, in bytes of DER" },
    { .name = "mux",
      .type = VCRYPTO_OPTION_BOOL,
      .maximum = 1,
      .initial = 1,
      .offset = VALUE(mux),
      .help = "offer feature bit 0 (v19: MUX_MODE), which the others need" },
    STATELESS("cipher-stateless", cipher_stateless, "CIPHER"),
    STATELESS("hash-stateless", hash_stateless, "HASH"),
    STATELESS("mac-stateless", mac_stateless, "MAC"),
    STATELESS("aead-stateless", aead_stateless, "AEAD"),
    STATELESS("akcipher-stateless", akcipher_stateless, "AKCIPHER"),
    { .name = "padded-framing",
      .type = VCRYPTO_OPTION_BOOL,
      .maximum = 1,
      .initial = 1,
      .offset = VALUE(padded_framing),
      .help = "with feature bit 0, take requests that are padded as without it, too" },
    { .name = "lenient-session-flag",
      .type = VCRYPTO_OPTION_BOOL,
      .maximum = 1,
      .offset = VALUE(lenient_session_flag),
      .help =
          "let a clear session flag mean a session where stateless is not possible" },
    { .name = "mac-iv-prefix",
      .type = VCRYPTO_OPTION_BOOL,
      .maximum = 1,
      .initial = 1,
      .offset = VALUE(mac_iv_prefix),
      .help = "offer the MACs whose iv leads the source" },
    { .name = "engine",
      .type = VCRYPTO_OPTION_CHOICE,
      .maximum = VCRYPTO_ENGINE_OPENSSL,
      .initial = VCRYPTO_ENGINE_AUTO,
      .choices = engines,
      .offset = VALUE(engine),
      .help = "what runs requests: the fastest, or OpenSSL for all that it has" },
    { .name = "poll-max-ns",
      .maximum = 1000000000,
      .initial = 262144,
      .offset = VALUE(poll_max_ns),
      .any_time = true,
      .help = "how long a worker watches an empty ring at most before it sleeps" },
    { .name = "throttle-bps",
      .maximum = MOST_A_SECOND,
      .offset = VALUE(throttle_bps),
      .any_time = true,
      .help = "bytes that all queues together may work on in a second; 0: any number" },
    { .name = "throttle-ops",
      .maximum = MOST_A_SECOND,
      .offset = VALUE(throttle_ops),
      .any_time = true,
      .help = "requests that all queues together may do in a second; 0: any number" },
    { .name = "quiet",
      .type = VCRYPTO_OPTION_BOOL,
      .maximum = 1,
      .offset = VALUE(quiet),
      .help = "leave out the line that says at start what is offered" },
    { .name = "ready",
      .type = VCRYPTO_OPTION_BOOL,
      .maximum = 1,
      .initial = 1,
      .offset = VALUE(ready),
      .any_time = true,
      .help = "whether the device tells its driver that it is ready" },
    { .name = "replace",
      .type = VCRYPTO_OPTION_CHOICE,
      .maximum = VCRYPTO_REPLACE_BUILTIN,
      .initial = VCRYPTO_REPLACE_NONE,
      .choices = replaced,
      .offset = VALUE(replace),
      .argument_only = true,
      .help = "take the place, and the limits, of the unused "
              "cryptodev-backend-builtin NAME" },
};

/* struct vcrypto_argument_backend has a bit for each. */
_Static_assert(sizeof(table) / sizeof(table[0]) <= 64, "more options than bits");

const struct vcrypto_option *vcrypto_options_table(size_t *count)
{
    *count = sizeof(table) / sizeof(table[0]);
    return table;
}

uint64_t *vcrypto_option_value(struct vcrypto_options *options,
                               const struct vcrypto_option *option)
{
    return (uint64_t *)((char *)options + option->offset);
}

void vcrypto_options_initial(struct vcrypto_options *options)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        *vcrypto_option_value(options, &table[i]) = table[i].initial;
    }
}

/* keeps: FEA-1 */
uint32_t vcrypto_options_features(const struct vcrypto_options *options)
{
    uint32_t features = 1u << VCRYPTO_F_MUX_MODE;

    if (!options->mux) {
        return 0;
    }
    features |= (uint32_t)options->cipher_stateless << VCRYPTO_F_CIPHER_STATELESS_MODE;
    features |= (uint32_t)options->hash_stateless << VCRYPTO_F_HASH_STATELESS_MODE;
    features |= (uint32_t)options->mac_stateless << VCRYPTO_F_MAC_STATELESS_MODE;
    features |= (uint32_t)options->aead_stateless << VCRYPTO_F_AEAD_STATELESS_MODE;
    features |= (uint32_t)options->akcipher_stateless
                << VCRYPTO_F_AKCIPHER_STATELESS_MODE;
    return features;
}

static void list_choices(const struct vcrypto_option *option, char *to, size_t size)
{
    size_t used = 0;

    for (unsigned i = 0; option->choices[i] && used < size; i++) {
        used += (size_t)snprintf(to + used, size - used, "%s%s", i ? " or " : "",
                                 option->choices[i]);
    }
}

bool vcrypto_option_choose(const struct vcrypto_option *option, const char *word,
                           uint64_t *value, char message[VCRYPTO_OPTION_MESSAGE])
{
    char choices[VCRYPTO_OPTION_MESSAGE / 4];

    for (*value = 0; option->choices[*value]; (*value)++) {
        if (strcmp(option->choices[*value], word) == 0) {
            return true;
        }
    }
    list_choices(option, choices, sizeof(choices));
    snprintf(message, VCRYPTO_OPTION_MESSAGE, "%s=%.64s is not understood; give %s",
             option->name, word, choices);
    return false;
}

void vcrypto_option_print(const struct vcrypto_option *option, uint64_t value,
                          char text[VCRYPTO_OPTION_VALUE])
{
    static const char units[] = "\0KMG";
    unsigned unit = 0;

    while (option->type == VCRYPTO_OPTION_SIZE && value && value % KIB == 0 &&
           units[unit + 1]) {
        value /= KIB;
        unit++;
    }
    snprintf(text, VCRYPTO_OPTION_VALUE, "%" PRIu64 "%.1s", value, &units[unit]);
}

void vcrypto_option_range(const struct vcrypto_option *option, const char *value,
                          const char *fault, char message[VCRYPTO_OPTION_MESSAGE])
{
    char least[VCRYPTO_OPTION_VALUE], most[VCRYPTO_OPTION_VALUE];
    bool size = option->type == VCRYPTO_OPTION_SIZE;

    vcrypto_option_print(option, option->minimum, least);
    vcrypto_option_print(option, option->maximum, most);
    snprintf(message, VCRYPTO_OPTION_MESSAGE, "%s=%.64s is %s; give %s from %s to %s",
             option->name, value, fault,
             size ? "bytes, or a number with K, M or G," : "a number", least, most);
}

bool vcrypto_option_check(const struct vcrypto_option *option, uint64_t value,
                          char message[VCRYPTO_OPTION_MESSAGE])
{
    char text[VCRYPTO_OPTION_VALUE];

    if (value >= option->minimum && value <= option->maximum) {
        return true;
    }
    vcrypto_option_print(option, value, text);
    vcrypto_option_range(option, text, "out of range", message);
    return false;
}
