/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the operator can set, in one table: the arguments of the plugin, the
 * properties of the backend object and the help text are all made from it.
 */
#ifndef VCRYPTO_OPTIONS_H
#define VCRYPTO_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vcrypto/protocol.h"

/** What runs requests: the values of the option "engine". */
enum vcrypto_engine_choice {
    VCRYPTO_ENGINE_AUTO,    /* of what the build has, what was measured to be fastest */
    VCRYPTO_ENGINE_OPENSSL, /* OpenSSL; another library only for what that has not. No
                             * requests side by side */
};

/** Whose place a new backend takes: the values of the option "replace". */
enum vcrypto_replace_choice {
    VCRYPTO_REPLACE_NONE,    /* its name is a new one */
    VCRYPTO_REPLACE_BUILTIN, /* the cryptodev-backend-builtin's that has its name */
};

/** The values; all of one type, so that the table can treat them alike. */
struct vcrypto_options {
    uint64_t queues;
    uint64_t algorithms; /* see vcrypto_selection_parse() */
    uint64_t max_sessions;
    uint64_t max_size;
    uint64_t max_cipher_key_len;
    uint64_t max_auth_key_len;
    uint64_t max_akcipher_key_len;
    uint64_t mux;
    uint64_t cipher_stateless;
    uint64_t hash_stateless;
    uint64_t mac_stateless;
    uint64_t aead_stateless;
    uint64_t akcipher_stateless;
    uint64_t padded_framing;
    uint64_t lenient_session_flag;
    uint64_t mac_iv_prefix;
    uint64_t engine; /* enum vcrypto_engine_choice */
    uint64_t poll_max_ns;
    uint64_t throttle_bps;
    uint64_t throttle_ops;
    uint64_t quiet;
    uint64_t ready;
    uint64_t replace; /* enum vcrypto_replace_choice */
};

enum vcrypto_option_type {
    VCRYPTO_OPTION_NUMBER,
    VCRYPTO_OPTION_SIZE,      /* bytes; takes the suffixes K, M and G */
    VCRYPTO_OPTION_BOOL,      /* on or off */
    VCRYPTO_OPTION_CHOICE,    /* one of several words; the value is its number */
    VCRYPTO_OPTION_SELECTION, /* algorithms: see vcrypto_selection_parse() */
};

struct vcrypto_option {
    const char *name;
    enum vcrypto_option_type type;
    uint64_t minimum;
    uint64_t maximum;
    uint64_t initial;
    const char *const *choices; /* in the order of their numbers; a NULL ends them */
    size_t offset;              /* of the value in struct vcrypto_options */
    bool any_time;              /* may be changed while the device runs */
    bool argument_only;         /* of the plugin; no property that can be set */
    bool needs_mux;             /* stands for a feature bit that needs the first one */
    const char *help;
};

/* Room for any message that a function here makes. */
#define VCRYPTO_OPTION_MESSAGE 512

/* Room for a value as text. */
#define VCRYPTO_OPTION_VALUE 24

/** vcrypto_options_table: all options; *@count of them. Static. Any thread. */
const struct vcrypto_option *vcrypto_options_table(size_t *count);

/** vcrypto_options_initial: set all of @options to their defaults. Any thread. */
void vcrypto_options_initial(struct vcrypto_options *options);

/**
 * vcrypto_option_choose: the number of @word among @option's choices, to *@value.
 *
 * If it is none of them, returns false and says in @message which there are. Any
 * thread.
 */
bool vcrypto_option_choose(const struct vcrypto_option *option, const char *word,
                           uint64_t *value, char message[VCRYPTO_OPTION_MESSAGE]);

/** vcrypto_option_value: where @option's value is in @options. Any thread. */
uint64_t *vcrypto_option_value(struct vcrypto_options *options,
                               const struct vcrypto_option *option);

/**
 * vcrypto_option_check: whether @option may be @value.
 *
 * If not, returns false and says in @message what would be right. Any thread.
 */
bool vcrypto_option_check(const struct vcrypto_option *option, uint64_t value,
                          char message[VCRYPTO_OPTION_MESSAGE]);

/**
 * vcrypto_option_print: @value of @option, which is no choice and no bool, to @text, as
 * an operator writes it: sizes with K, M or G where they are multiples. Any thread.
 */
void vcrypto_option_print(const struct vcrypto_option *option, uint64_t value,
                          char text[VCRYPTO_OPTION_VALUE]);

/**
 * vcrypto_option_range: say in @message that @option's @value, as it was given, is
 * @fault ("out of range"), and what would be right. Any thread.
 */
void vcrypto_option_range(const struct vcrypto_option *option, const char *value,
                          const char *fault, char message[VCRYPTO_OPTION_MESSAGE]);

/**
 * vcrypto_selection_parse: the algorithms that the list @text names, to *@set, a bit
 * for each: names of algorithms and of groups with ':' between them, those to be left
 * out with '-' before them. A list that begins with '-' begins with all.
 *
 * Returns false if a name is unknown or empty, or nothing is left; then @message has
 * one line that says what is wrong and what to do. Any thread.
 */
bool vcrypto_selection_parse(const char *text, uint64_t *set,
                             char message[VCRYPTO_OPTION_MESSAGE]);

/**
 * vcrypto_selection_mask: the algorithms of @service in @set; bit n stands for
 * identifier n. Bits of @set that stand for none do not matter. Any thread.
 */
uint64_t vcrypto_selection_mask(uint64_t set, enum vcrypto_service service);

/**
 * vcrypto_selection_group: the name of group number @index, and what is in it to *@set;
 * number 0 is all there is. NULL: there are no more. Static. Any thread.
 */
const char *vcrypto_selection_group(size_t index, uint64_t *set);

/**
 * vcrypto_selection_name: the name of algorithm number @index, which is bit @index of a
 * set. NULL: there are no more. Static. Any thread.
 */
const char *vcrypto_selection_name(size_t index);

/**
 * vcrypto_options_features: the feature bits of the crypto device that @options let it
 * offer; bit n stands for number n. None of the others without bit 0. Any thread.
 *
 * Specification: "Feature bits".
 */
uint32_t vcrypto_options_features(const struct vcrypto_options *options);

/** One backend, as the arguments of the plugin ask for it. */
struct vcrypto_argument_backend {
    char *name;
    struct vcrypto_options options;
    uint64_t given;           /* bit n: option n of the table was among the arguments */
    const char *stateless_on; /* the key that asked for stateless requests, if any */
};

/** The arguments of the plugin. */
struct vcrypto_arguments {
    bool help;      /* help=on was among them: nothing else counts */
    bool help_json; /* likewise help=json */
    struct vcrypto_argument_backend *backends;
    size_t count;
};

/**
 * vcrypto_arguments_parse: read the @argc arguments of form key=value at @argv.
 *
 * On success @arguments owns what it points to, until vcrypto_arguments_free(). On
 * failure returns false, with one line in @message that begins with the backend's
 * name where one is concerned and says what is wrong and what to do; there is
 * nothing to free. Any thread.
 */
bool vcrypto_arguments_parse(int argc, const char *const *argv,
                             struct vcrypto_arguments *arguments,
                             char message[VCRYPTO_OPTION_MESSAGE]);

/**
 * vcrypto_argument_given: whether @backend's arguments had a value for @option, which
 * is one of the table's; otherwise it has its default. Any thread.
 */
bool vcrypto_argument_given(const struct vcrypto_argument_backend *backend,
                            const struct vcrypto_option *option);

/** vcrypto_arguments_free: free what @arguments owns. Any thread. */
void vcrypto_arguments_free(struct vcrypto_arguments *arguments);

/**
 * vcrypto_arguments_help: the text that help=on prints.
 *
 * The caller frees it with free(). NULL: no memory. Any thread.
 */
char *vcrypto_arguments_help(void);

#endif
