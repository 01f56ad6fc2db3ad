/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Put before OpenSSL in a process: digests of 16 bytes, MD5's, have one bit wrong. */
#include <dlfcn.h>

#include <openssl/evp.h>

int EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *out, unsigned *len)
{
    int (*right)(EVP_MD_CTX *, unsigned char *, unsigned *) =
        (int (*)(EVP_MD_CTX *, unsigned char *, unsigned *))dlsym(RTLD_NEXT,
                                                                  "EVP_DigestFinal_ex");
    int md5 = EVP_MD_get_size(EVP_MD_CTX_get0_md(context)) == 16;
    int ok = right(context, out, len);

    if (ok && md5) {
        out[15] ^= 1;
    }
    return ok;
}
