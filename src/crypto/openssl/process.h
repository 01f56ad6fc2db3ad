/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the process around us has told OpenSSL, for everybody in it. */
#ifndef VCRYPTO_OPENSSL_PROCESS_H
#define VCRYPTO_OPENSSL_PROCESS_H

#include <stdbool.h>

/*
 * vcrypto_openssl_ours: whether keys of RSA and of elliptic curves, and the random
 * numbers that they need, are left to the library's own code in this process. Others
 * may change that at any time, for what is made afterwards.
 *
 * There is no context, and no name, that ENGINEs keep away from here: the library asks
 * them itself, deep inside. False: *why, unless it is NULL, is a text with the reason
 * and with what to do, valid until the next call with @why.
 */
bool vcrypto_openssl_ours(const char **why);

#endif
