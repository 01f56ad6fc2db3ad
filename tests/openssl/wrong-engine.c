/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An ENGINE that answers wrongly, whatever it is asked; a configuration file says which
 * algorithms of the process are to be its.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <stdbool.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#define WRONG 0xaa

/* ---- digests ---- */

static const int digest_nids[] = {
    NID_md5,      NID_sha1,     NID_sha224,   NID_sha256,   NID_sha384,   NID_sha3_224,
    NID_sha3_256, NID_sha3_384, NID_sha3_512, NID_shake128, NID_shake256, NID_sha512,
};

/* Not the last one, after the command "SOME". */
static bool some;

static int digest_init(EVP_MD_CTX *context)
{
    (void)context;
    return 1;
}

static int digest_update(EVP_MD_CTX *context, const void *data, size_t size)
{
    (void)context;
    (void)data;
    (void)size;
    return 1;
}

static int digest_final(EVP_MD_CTX *context, unsigned char *to)
{
    memset(to, WRONG, (size_t)EVP_MD_CTX_get_size(context));
    return 1;
}

static EVP_MD *make_digest(int nid)
{
    EVP_MD *real = EVP_MD_fetch(NULL, OBJ_nid2sn(nid), "provider=default");
    EVP_MD *digest = EVP_MD_meth_new(nid, NID_undef);

    EVP_MD_meth_set_result_size(digest, real ? EVP_MD_get_size(real) : 32);
    EVP_MD_meth_set_input_blocksize(digest, real ? EVP_MD_get_block_size(real) : 64);
    EVP_MD_meth_set_init(digest, digest_init);
    EVP_MD_meth_set_update(digest, digest_update);
    EVP_MD_meth_set_final(digest, digest_final);
    EVP_MD_free(real);
    return digest;
}

#define DIGESTS (sizeof(digest_nids) / sizeof(digest_nids[0]))

static int digests(ENGINE *engine, const EVP_MD **digest, const int **nids, int nid)
{
    static EVP_MD *made[DIGESTS];

    (void)engine;
    if (!digest) {
        *nids = digest_nids;
        return some ? DIGESTS - 1 : DIGESTS;
    }
    for (unsigned i = 0; i < DIGESTS; i++) {
        if (digest_nids[i] == nid) {
            made[i] = made[i] ? made[i] : make_digest(nid);
            *digest = made[i];
            return 1;
        }
    }
    return 0;
}

/* ---- ciphers ---- */

static const int cipher_nids[] = {
    NID_aes_128_ecb,       NID_aes_192_ecb,  NID_aes_256_ecb,  NID_aes_128_cbc,
    NID_aes_192_cbc,       NID_aes_256_cbc,  NID_aes_128_ctr,  NID_aes_192_ctr,
    NID_aes_256_ctr,       NID_aes_128_xts,  NID_aes_256_xts,  NID_aes_128_gcm,
    NID_aes_192_gcm,       NID_aes_256_gcm,  NID_aes_128_ccm,  NID_aes_192_ccm,
    NID_aes_256_ccm,       NID_des_ecb,      NID_des_cbc,      NID_des_ede_ecb,
    NID_des_ede_cbc,       NID_des_ede3_ecb, NID_des_ede3_cbc, NID_rc4,
    NID_chacha20_poly1305,
};

static int cipher_init(EVP_CIPHER_CTX *context, const unsigned char *key,
                       const unsigned char *iv, int encrypt)
{
    (void)context;
    (void)key;
    (void)iv;
    (void)encrypt;
    return 1;
}

static int cipher_do(EVP_CIPHER_CTX *context, unsigned char *to,
                     const unsigned char *from, size_t size)
{
    (void)context;
    (void)from;
    if (to) {
        memset(to, WRONG, size);
    }
    return 1;
}

static EVP_CIPHER *make_cipher(int nid)
{
    EVP_CIPHER *real = EVP_CIPHER_fetch(NULL, OBJ_nid2sn(nid), "provider=default");
    int block = real ? EVP_CIPHER_get_block_size(real) : 1;
    int key = real ? EVP_CIPHER_get_key_length(real) : 16;
    EVP_CIPHER *cipher = EVP_CIPHER_meth_new(nid, block, key);

    EVP_CIPHER_meth_set_iv_length(cipher, real ? EVP_CIPHER_get_iv_length(real) : 0);
    EVP_CIPHER_meth_set_flags(cipher, real ? (unsigned long)EVP_CIPHER_get_mode(real)
                                           : EVP_CIPH_STREAM_CIPHER);
    EVP_CIPHER_meth_set_init(cipher, cipher_init);
    EVP_CIPHER_meth_set_do_cipher(cipher, cipher_do);
    EVP_CIPHER_free(real);
    return cipher;
}

#define CIPHERS (sizeof(cipher_nids) / sizeof(cipher_nids[0]))

static int ciphers(ENGINE *engine, const EVP_CIPHER **cipher, const int **nids, int nid)
{
    static EVP_CIPHER *made[CIPHERS];

    (void)engine;
    if (!cipher) {
        *nids = cipher_nids;
        return CIPHERS;
    }
    for (unsigned i = 0; i < CIPHERS; i++) {
        if (cipher_nids[i] == nid) {
            made[i] = made[i] ? made[i] : make_cipher(nid);
            *cipher = made[i];
            return 1;
        }
    }
    return 0;
}

/* ---- keys, and random numbers ---- */

static const int key_nids[] = { EVP_PKEY_RSA, EVP_PKEY_EC };

#define KEYS (sizeof(key_nids) / sizeof(key_nids[0]))

static int key_methods(ENGINE *engine, EVP_PKEY_METHOD **method, const int **nids,
                       int nid)
{
    static EVP_PKEY_METHOD
        *made[KEYS]; /* OpenSSL asks for them once more to free them */
    unsigned i = nid != key_nids[0];

    (void)engine;
    if (!method) {
        *nids = key_nids;
        return KEYS;
    }
    made[i] = made[i] ? made[i] : EVP_PKEY_meth_new(nid, 0); /* which can do nothing */
    *method = made[i];
    return *method != NULL;
}

static int key_asn1_methods(ENGINE *engine, EVP_PKEY_ASN1_METHOD **method,
                            const int **nids, int nid)
{
    static EVP_PKEY_ASN1_METHOD *made[KEYS]; /* likewise */
    unsigned i = nid != key_nids[0];

    (void)engine;
    if (!method) {
        *nids = key_nids;
        return KEYS;
    }
    if (!made[i]) {
        made[i] = EVP_PKEY_asn1_new(nid, 0, i ? "EC" : "RSA", "wrong");
    }
    *method = made[i];
    return *method != NULL;
}

static int rsa_wrong(int size, const unsigned char *from, unsigned char *to, RSA *rsa,
                     int padding)
{
    (void)size;
    (void)from;
    (void)padding;
    memset(to, WRONG, (size_t)RSA_size(rsa));
    return RSA_size(rsa);
}

static RSA_METHOD *rsa_method(void)
{
    RSA_METHOD *method = RSA_meth_dup(RSA_PKCS1_OpenSSL());

    RSA_meth_set_pub_enc(method, rsa_wrong);
    RSA_meth_set_pub_dec(method, rsa_wrong);
    RSA_meth_set_priv_enc(method, rsa_wrong);
    RSA_meth_set_priv_dec(method, rsa_wrong);
    return method;
}

static int random_wrong(unsigned char *to, int size)
{
    memset(to, WRONG, (size_t)size);
    return 1;
}

static int random_status(void)
{
    return 1;
}

static const ENGINE_CMD_DEFN commands[] = {
    { ENGINE_CMD_BASE, "SOME", "leave SHA-512 to others", ENGINE_CMD_FLAG_NO_INPUT },
    { 0, NULL, NULL, 0 },
};

static int control(ENGINE *engine, int command, long i, void *p, void (*f)(void))
{
    (void)engine;
    (void)i;
    (void)p;
    (void)f;
    some = some || command == ENGINE_CMD_BASE;
    return command == ENGINE_CMD_BASE;
}

static int bind(ENGINE *engine, const char *id)
{
    static const RAND_METHOD random = { .bytes = random_wrong,
                                        .pseudorand = random_wrong,
                                        .status = random_status };
    /* Nobody frees these: as long as they are known here, they are no leak. */
    static RSA_METHOD *rsa;
    static EC_KEY_METHOD *ec;

    (void)id;
    rsa = rsa_method();
    ec = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
    return ENGINE_set_id(engine, "wrong") && ENGINE_set_name(engine, "wrong answers") &&
           ENGINE_set_cmd_defns(engine, commands) &&
           ENGINE_set_ctrl_function(engine, control) &&
           ENGINE_set_digests(engine, digests) && ENGINE_set_ciphers(engine, ciphers) &&
           ENGINE_set_pkey_meths(engine, key_methods) &&
           ENGINE_set_pkey_asn1_meths(engine, key_asn1_methods) &&
           ENGINE_set_RSA(engine, rsa) && ENGINE_set_EC(engine, ec) &&
           ENGINE_set_RAND(engine, &random);
}

IMPLEMENT_DYNAMIC_CHECK_FN()
IMPLEMENT_DYNAMIC_BIND_FN(bind)
