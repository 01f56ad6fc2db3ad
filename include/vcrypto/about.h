/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an operator asks of a device before a guest does: which algorithms there are
 * here, why others are not, and which library does them.
 */
#ifndef VCRYPTO_ABOUT_H
#define VCRYPTO_ABOUT_H

#include "vcrypto/backend.h"

/** An algorithm, offered or not. */
struct vcrypto_about_algorithm {
    enum vcrypto_service service;
    uint32_t id;
    const char *name;
    const char *refusal;  /* why it is not offered; NULL: it is */
    const char *library;  /* that runs it, with its version; NULL: not in this build */
    const char *together; /* that runs several of it side by side; NULL: none does */
    const struct vcrypto_algorithm *row; /* NULL: not in this build */
};

/**
 * vcrypto_about_begin: make the libraries ready, so that something can be said of them
 * where there is no backend.
 *
 * Returns false if a required library does not work, or there is no memory; then *@why
 * is a static text. Each success needs one vcrypto_about_end(). One thread.
 */
bool vcrypto_about_begin(const char **why);

/** vcrypto_about_end: undo one vcrypto_about_begin(). One thread. */
void vcrypto_about_end(void);

/**
 * vcrypto_about_algorithm: algorithm number @index of all that this source has, to
 * *@about, whose texts are static.
 *
 * As @backend offers it; where that is NULL, as one would of which nothing was said.
 * Returns false if there are no more. Needs a backend, or vcrypto_about_begin(). One
 * thread.
 */
bool vcrypto_about_algorithm(const struct vcrypto_backend *backend, size_t index,
                             struct vcrypto_about_algorithm *about);

/**
 * vcrypto_about_library: see vcrypto_library(). Needs a backend, or
 * vcrypto_about_begin(). One thread.
 */
bool vcrypto_about_library(size_t index, struct vcrypto_library *library);

/** vcrypto_about_feature: see vcrypto_processor_feature(). Any thread. */
const char *vcrypto_about_feature(size_t index);

/** vcrypto_about_service: the name of @service: "cipher". Static. Any thread. */
const char *vcrypto_about_service(enum vcrypto_service service);

/**
 * vcrypto_about_key_size: whether the library here takes keys of @row's size number
 * @index: then from *@least to *@most bytes.
 *
 * Needs a backend, or vcrypto_about_begin(). Any thread.
 */
bool vcrypto_about_key_size(const struct vcrypto_algorithm *row, unsigned index,
                            uint32_t *least, uint32_t *most);

#endif
