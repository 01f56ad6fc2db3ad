/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcrypto/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vcrypto/protocol.h"

#define KIB          UINT64_C(1024)
#define MIB          (1024 * KIB)
#define GIB          (1024 * MIB)
#define VALUE(field) offsetof(struct vcrypto_options, field)

static const struct vcrypto_option table[] = {
    { .name = "queues",
      .minimum = 1,
      .maximum = VCRYPTO_MAX_QUEUES,
      .initial = 1,
      .offset = VALUE(queues),
      .help = "data queues" },
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
    { .name = "poll-max-ns",
      .maximum = 1000000000,
      .initial = 32768,
      .offset = VALUE(poll_max_ns),
      .any_time = true,
      .help = "how long a worker watches an empty ring before it sleeps" },
    { .name = "ready",
      .type = VCRYPTO_OPTION_BOOL,
      .maximum = 1,
      .initial = 1,
      .offset = VALUE(ready),
      .any_time = true,
      .help = "whether the device tells its driver that it is ready" },
};

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

bool vcrypto_option_check(const struct vcrypto_option *option, uint64_t value,
                          char message[VCRYPTO_OPTION_MESSAGE])
{
    if (value >= option->minimum && value <= option->maximum) {
        return true;
    }
    snprintf(message, VCRYPTO_OPTION_MESSAGE,
             "%s=%" PRIu64 " is out of range; give a number from %" PRIu64
             " to %" PRIu64,
             option->name, value, option->minimum, option->maximum);
    return false;
}
