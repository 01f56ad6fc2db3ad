/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plugin says of itself: which it is, what it offers and why not more. In one
 * line for the log, in a document for programs, and in properties of each backend.
 *
 * All functions: main loop, with the big lock, after vcrypto_identity_check().
 */
#ifndef VCRYPTO_QEMU_ABOUT_H
#define VCRYPTO_QEMU_ABOUT_H

#include "backend-object.h"
#include "vcrypto/about.h"

/* vcrypto_about_text: what help=on prints below the keys; for g_free(). */
char *vcrypto_about_text(void);

/* vcrypto_about_document: what help=json prints, a JSON object; for g_free(). */
char *vcrypto_about_document(void);

/* vcrypto_about_at_start: have each backend without quiet=on say its line once the
 * machine is made; once a process. */
void vcrypto_about_at_start(void);

/* vcrypto_about_add_properties: the document's members, as properties. */
void vcrypto_about_add_properties(ObjectClass *oc);

#endif
