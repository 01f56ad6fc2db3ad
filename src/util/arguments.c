/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "vcrypto/options.h"

#define USAGE "-plugin PATH,backend=NAME[,key=value...]"

static bool fail(char message[VCRYPTO_OPTION_MESSAGE], const char *text)
{
    snprintf(message, VCRYPTO_OPTION_MESSAGE, "%s", text);
    return false;
}

static unsigned suffix_shift(char suffix)
{
    switch (toupper((unsigned char)suffix)) {
    case 'K':
        return 10;
    case 'M':
        return 20;
    case 'G':
        return 30;
    default:
        return 0;
    }
}

static bool parse_number(const char *text, bool suffixes, uint64_t *value)
{
    unsigned shift = 0;
    char *end;

    if (!isdigit((unsigned char)text[0])) {
        return false; /* strtoull would take a sign */
    }
    errno = 0;
    *value = strtoull(text, &end, 10);
    if (suffixes && *end) {
        shift = suffix_shift(*end);
        end += shift != 0;
    }
    if (errno || *end || *value << shift >> shift != *value) {
        return false;
    }
    *value <<= shift;
    return true;
}

static bool parse_bool(const char *text, uint64_t *value)
{
    *value = strcmp(text, "on") == 0;
    return *value || strcmp(text, "off") == 0;
}

static bool parse_value(const struct vcrypto_option *option, const char *text,
                        uint64_t *value, char message[VCRYPTO_OPTION_MESSAGE])
{
    if (option->type == VCRYPTO_OPTION_BOOL) {
        if (!parse_bool(text, value)) {
            snprintf(message, VCRYPTO_OPTION_MESSAGE,
                     "%s=%.64s is not understood; give on or off", option->name, text);
            return false;
        }
        return true;
    }
    if (option->type == VCRYPTO_OPTION_CHOICE) {
        return vcrypto_option_choose(option, text, value, message);
    }
    if (option->type == VCRYPTO_OPTION_SELECTION) {
        return vcrypto_selection_parse(text, value, message);
    }
    if (!parse_number(text, option->type == VCRYPTO_OPTION_SIZE, value)) {
        vcrypto_option_range(
            option, text, option->type == VCRYPTO_OPTION_SIZE ? "no size" : "no number",
            message);
        return false;
    }
    return vcrypto_option_check(option, *value, message);
}

/* Puts the backend's name before what was said about one of its keys. */
static bool fail_for_backend(char message[VCRYPTO_OPTION_MESSAGE], const char *name,
                             const char *what)
{
    snprintf(message, VCRYPTO_OPTION_MESSAGE, "%.64s: %.400s", name, what);
    return false;
}

static const struct vcrypto_option *find_option(const char *key, size_t length)
{
    size_t count;
    const struct vcrypto_option *table = vcrypto_options_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (strlen(table[i].name) == length &&
            memcmp(table[i].name, key, length) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

/* What is no option and looks like one. */
static const char *const other_keys[] = { "backend", "help=on" };

static bool fail_unknown_key(char message[VCRYPTO_OPTION_MESSAGE], const char *name,
                             const char *key, size_t length)
{
    const char *near;
    struct vcrypto_nearest nearest;
    size_t count;
    const struct vcrypto_option *table = vcrypto_options_table(&count);

    vcrypto_nearest_begin(&nearest, key, length);
    for (size_t i = 0; i < count; i++) {
        vcrypto_nearest_try(&nearest, table[i].name);
    }
    for (size_t i = 0; i < sizeof(other_keys) / sizeof(other_keys[0]); i++) {
        vcrypto_nearest_try(&nearest, other_keys[i]);
    }
    near = nearest.word;
    snprintf(message, VCRYPTO_OPTION_MESSAGE,
             "%.64s: there is no key '%.*s'; %s%s%s which there are with help=on", name,
             length < 64 ? (int)length : 64, key, near ? "did you mean '" : "",
             near ? near : "", near ? "'? See" : "see");
    return false;
}

/* The rule that QEMU has for ids: a letter, then letters, digits, '-', '.', '_'. */
static bool well_formed(const char *name)
{
    if (!isalpha((unsigned char)name[0])) {
        return false;
    }
    for (; *name; name++) {
        if (!isalnum((unsigned char)*name) && !strchr("-._", *name)) {
            return false;
        }
    }
    return true;
}

static bool add_backend(struct vcrypto_arguments *arguments, const char *name,
                        char message[VCRYPTO_OPTION_MESSAGE])
{
    struct vcrypto_argument_backend *backends, *added;

    if (!well_formed(name)) {
        snprintf(message, VCRYPTO_OPTION_MESSAGE,
                 "backend=%.64s is no name; begin with a letter and use letters, "
                 "digits, '-', '.' and '_'",
                 name);
        return false;
    }
    for (size_t i = 0; i < arguments->count; i++) {
        if (strcmp(arguments->backends[i].name, name) == 0) {
            return fail_for_backend(
                message, name, "the name is given twice; give each backend its own");
        }
    }
    backends =
        reallocarray(arguments->backends, arguments->count + 1, sizeof(*backends));
    if (!backends) {
        return fail(message, "no memory; free some");
    }
    arguments->backends = backends;
    added = &backends[arguments->count];
    added->name = strdup(name);
    added->given = 0;
    added->stateless_on = NULL;
    vcrypto_options_initial(&added->options);
    if (!added->name) {
        return fail(message, "no memory; free some");
    }
    arguments->count++;
    return true;
}

static uint64_t bit_of(const struct vcrypto_option *option)
{
    size_t count;

    return UINT64_C(1) << (option - vcrypto_options_table(&count));
}

bool vcrypto_argument_given(const struct vcrypto_argument_backend *backend,
                            const struct vcrypto_option *option)
{
    return backend->given & bit_of(option);
}

static bool set_option(struct vcrypto_arguments *arguments, const char *key,
                       size_t length, const char *text,
                       char message[VCRYPTO_OPTION_MESSAGE])
{
    const struct vcrypto_option *option = find_option(key, length);
    struct vcrypto_argument_backend *backend;
    char why[VCRYPTO_OPTION_MESSAGE];
    uint64_t value;

    if (!arguments->count) {
        snprintf(message, VCRYPTO_OPTION_MESSAGE,
                 "'%.*s' stands before any backend=; write " USAGE,
                 length < 64 ? (int)length : 64, key);
        return false;
    }
    backend = &arguments->backends[arguments->count - 1];
    if (!option) {
        return fail_unknown_key(message, backend->name, key, length);
    }
    if (vcrypto_argument_given(backend, option)) {
        snprintf(why, sizeof(why), "%s is given twice; give it once", option->name);
        return fail_for_backend(message, backend->name, why);
    }
    if (!parse_value(option, text, &value, why)) {
        return fail_for_backend(message, backend->name, why);
    }
    backend->given |= bit_of(option);
    *vcrypto_option_value(&backend->options, option) = value;
    if (option->needs_mux && value) {
        backend->stateless_on = option->name;
    }
    return true;
}

/* What is on by default gives way to mux=off; what was asked for cannot. */
static bool consistent(const struct vcrypto_argument_backend *backend,
                       char message[VCRYPTO_OPTION_MESSAGE])
{
    if (backend->options.mux || !backend->stateless_on) {
        return true;
    }
    snprintf(message, VCRYPTO_OPTION_MESSAGE,
             "%.64s: %s=on and mux=off exclude each other; leave one of them out",
             backend->name, backend->stateless_on);
    return false;
}

static bool parse_argument(struct vcrypto_arguments *arguments, const char *argument,
                           char message[VCRYPTO_OPTION_MESSAGE])
{
    const char *equals = strchr(argument, '=');
    size_t length = equals ? (size_t)(equals - argument) : strlen(argument);
    const char *text = equals ? equals + 1 : "";

    if (strcmp(argument, "help=on") == 0) {
        arguments->help = true;
        return true;
    }
    if (strcmp(argument, "help=json") == 0) {
        arguments->help_json = true;
        return true;
    }
    if (length == strlen("backend") && memcmp(argument, "backend", length) == 0) {
        return add_backend(arguments, text, message);
    }
    return set_option(arguments, argument, length, text, message);
}

static bool asks_for_help(const struct vcrypto_arguments *arguments)
{
    return arguments->help || arguments->help_json;
}

bool vcrypto_arguments_parse(int argc, const char *const *argv,
                             struct vcrypto_arguments *arguments,
                             char message[VCRYPTO_OPTION_MESSAGE])
{
    bool ok = true;

    *arguments = (struct vcrypto_arguments){ 0 };
    for (int i = 0; ok && i < argc && !asks_for_help(arguments); i++) {
        ok = parse_argument(arguments, argv[i], message);
    }
    for (size_t i = 0; ok && i < arguments->count && !asks_for_help(arguments); i++) {
        ok = consistent(&arguments->backends[i], message);
    }
    if (ok && !arguments->count && !asks_for_help(arguments)) {
        ok = fail(message, "no backend= was given; write " USAGE);
    }
    if (!ok) {
        vcrypto_arguments_free(arguments);
    }
    return ok;
}

void vcrypto_arguments_free(struct vcrypto_arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++) {
        free(arguments->backends[i].name);
    }
    free(arguments->backends);
    *arguments = (struct vcrypto_arguments){ 0 };
}

static void help_choices(FILE *to, const struct vcrypto_option *option)
{
    fprintf(to, "  %-20s ", option->name);
    for (unsigned i = 0; option->choices[i]; i++) {
        fprintf(to, "%s%s", i ? " or " : "", option->choices[i]);
    }
    fprintf(to, ", default %s: %s\n", option->choices[option->initial], option->help);
}

static void help_line(FILE *to, const struct vcrypto_option *option)
{
    char least[VCRYPTO_OPTION_VALUE], most[VCRYPTO_OPTION_VALUE],
        initial[VCRYPTO_OPTION_VALUE];

    if (option->type == VCRYPTO_OPTION_CHOICE) {
        help_choices(to, option);
        return;
    }
    if (option->type == VCRYPTO_OPTION_SELECTION) {
        fprintf(to, "  %-20s list, default all: %s\n", option->name, option->help);
        return;
    }
    if (option->type == VCRYPTO_OPTION_BOOL) {
        fprintf(to, "  %-20s on or off, default %s: %s\n", option->name,
                option->initial ? "on" : "off", option->help);
        return;
    }
    vcrypto_option_print(option, option->minimum, least);
    vcrypto_option_print(option, option->maximum, most);
    vcrypto_option_print(option, option->initial, initial);
    fprintf(to, "  %-20s %s from %s to %s, default %s: %s\n", option->name,
            option->type == VCRYPTO_OPTION_SIZE ? "size" : "number", least, most,
            initial, option->help);
}

/* What may be in a list of algorithms; of those in a group, each is named again. */
static void help_selection(FILE *to)
{
    const char *group, *name;
    uint64_t set;

    fprintf(to,
            "  A list of algorithms has ':' between names, and '-' before what is to "
            "be left out; groups are names, too:\n");
    for (size_t i = 0; (group = vcrypto_selection_group(i, &set)); i++) {
        fprintf(to, "    %s:", group);
        for (size_t j = 0; (name = vcrypto_selection_name(j)); j++) {
            if (set >> j & 1) {
                fprintf(to, " %s", name);
            }
        }
        fputc('\n', to);
    }
}

char *vcrypto_arguments_help(void)
{
    char *text = NULL;
    size_t size, count;
    const struct vcrypto_option *table = vcrypto_options_table(&count);
    FILE *to = open_memstream(&text, &size);

    if (!to) {
        return NULL;
    }
    fprintf(to,
            USAGE "\n"
                  "  backend=NAME begins a backend, the keys after it are its own:\n");
    for (size_t i = 0; i < count; i++) {
        help_line(to, &table[i]);
    }
    help_selection(to);
    fclose(to);
    return text;
}
