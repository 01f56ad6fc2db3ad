/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys as jobs side by side need them. */
#include <string.h>

#include "../borrow.h"
#include "multi.h"

#define IPAD 0x36
#define OPAD 0x5c

static void expand_aes(IMB_MGR *manager, const uint8_t *key, uint32_t len,
                       void *encrypt, void *decrypt)
{
    switch (len) {
    case 16:
        IMB_AES_KEYEXP_128(manager, key, encrypt, decrypt);
        break;
    case 24:
        IMB_AES_KEYEXP_192(manager, key, encrypt, decrypt);
        break;
    default:
        IMB_AES_KEYEXP_256(manager, key, encrypt, decrypt);
        break;
    }
}

static void make_aes(IMB_MGR *manager, struct multi_key *made, const uint8_t *key)
{
    expand_aes(manager, key, made->len, made->aes.encrypt, made->aes.decrypt);
}

static void make_gcm(IMB_MGR *manager, struct multi_key *made, const uint8_t *key)
{
    switch (made->len) {
    case 16:
        IMB_AES128_GCM_PRE(manager, key, &made->gcm);
        break;
    case 24:
        IMB_AES192_GCM_PRE(manager, key, &made->gcm);
        break;
    default:
        IMB_AES256_GCM_PRE(manager, key, &made->gcm);
        break;
    }
}

/* With two keys, the third is the first again. */
static void make_des(IMB_MGR *manager, struct multi_key *made, const uint8_t *key)
{
    unsigned keys = made->len / 8;

    for (unsigned i = 0; i < 3; i++) {
        IMB_DES_KEYSCHED(manager, made->des.schedules[i], key + 8 * (i % keys));
        made->schedules[i] = made->des.schedules[i];
    }
    made->len = keys > 1 ? 24 : 8;
}

struct hmac_hash {
    IMB_HASH_ALG algorithm;
    const char *openssl_name;
    size_t block;
};

static const struct hmac_hash *hmac_hash(IMB_HASH_ALG algorithm)
{
    static const struct hmac_hash hashes[] = {
        { IMB_AUTH_MD5, "MD5", 64 },
        { IMB_AUTH_HMAC_SHA_1, "SHA1", 64 },
        { IMB_AUTH_HMAC_SHA_224, "SHA224", 64 },
        { IMB_AUTH_HMAC_SHA_256, "SHA256", 64 },
        { IMB_AUTH_HMAC_SHA_384, "SHA384", 128 },
        { IMB_AUTH_HMAC_SHA_512, "SHA512", 128 },
    };
    size_t i = 0;

    while (hashes[i].algorithm != algorithm) {
        i++;
    }
    return &hashes[i];
}

/* The hash's state after one block. */
static void one_block(IMB_MGR *manager, IMB_HASH_ALG algorithm, const uint8_t *block,
                      uint8_t *state)
{
    switch (algorithm) {
    case IMB_AUTH_MD5:
        IMB_MD5_ONE_BLOCK(manager, block, state);
        break;
    case IMB_AUTH_HMAC_SHA_1:
        IMB_SHA1_ONE_BLOCK(manager, block, state);
        break;
    case IMB_AUTH_HMAC_SHA_224:
        IMB_SHA224_ONE_BLOCK(manager, block, state);
        break;
    case IMB_AUTH_HMAC_SHA_256:
        IMB_SHA256_ONE_BLOCK(manager, block, state);
        break;
    case IMB_AUTH_HMAC_SHA_384:
        IMB_SHA384_ONE_BLOCK(manager, block, state);
        break;
    default:
        IMB_SHA512_ONE_BLOCK(manager, block, state);
        break;
    }
}

static void padded(uint8_t *to, const uint8_t *key, size_t size, uint8_t pad)
{
    for (size_t i = 0; i < size; i++) {
        to[i] = key[i] ^ pad;
    }
}

/* A key that is longer than a block is replaced by its hash. */
static bool make_hmac(IMB_MGR *manager, struct multi_key *made, const uint8_t *key)
{
    const struct hmac_hash *hash = hmac_hash(made->method->hash);
    uint8_t block[IMB_SHA_512_BLOCK_SIZE] = { 0 }, pad[IMB_SHA_512_BLOCK_SIZE];
    bool ok = true;

    if (made->len > hash->block) {
        ok = vcrypto_borrow_digest(hash->openssl_name, key, made->len, block);
    } else {
        memcpy(block, key, made->len);
    }
    padded(pad, block, hash->block, IPAD);
    one_block(manager, hash->algorithm, pad, made->hmac.inner);
    padded(pad, block, hash->block, OPAD);
    one_block(manager, hash->algorithm, pad, made->hmac.outer);
    vcrypto_secret_wipe(block, sizeof(block));
    vcrypto_secret_wipe(pad, sizeof(pad));
    return ok;
}

static void make_cmac(IMB_MGR *manager, struct multi_key *made, const uint8_t *key)
{
    uint8_t unused[15 * 16];

    expand_aes(manager, key, made->len, made->cmac.schedule, unused);
    vcrypto_secret_wipe(unused, sizeof(unused));
    if (made->method->key == MULTI_KEY_CBCMAC) {
        return;
    }
    if (made->len == 16) {
        IMB_AES_CMAC_SUBKEY_GEN_128(manager, made->cmac.schedule, made->cmac.whole,
                                    made->cmac.filled);
    } else {
        IMB_AES_CMAC_SUBKEY_GEN_256(manager, made->cmac.schedule, made->cmac.whole,
                                    made->cmac.filled);
    }
}

static bool prepare(IMB_MGR *manager, struct multi_key *made, const uint8_t *key)
{
    switch (made->method->key) {
    case MULTI_KEY_AES:
        make_aes(manager, made, key);
        break;
    case MULTI_KEY_GCM:
        make_gcm(manager, made, key);
        break;
    case MULTI_KEY_DES:
        make_des(manager, made, key);
        break;
    case MULTI_KEY_SNOW3G:
        return IMB_SNOW3G_INIT_KEY_SCHED(manager, key, (void *)made->snow3g) == 0;
    case MULTI_KEY_PLAIN:
        memcpy(made->plain, key, made->len);
        break;
    case MULTI_KEY_HMAC:
        return make_hmac(manager, made, key);
    case MULTI_KEY_CMAC:
    case MULTI_KEY_CBCMAC:
        make_cmac(manager, made, key);
        break;
    case MULTI_KEY_XCBC:
        IMB_AES_XCBC_KEYEXP(manager, key, made->cmac.schedule, made->cmac.whole,
                            made->cmac.filled);
        break;
    default:
        break;
    }
    return true;
}

void *vcrypto_multi_key_new(const struct vcrypto_keying *keying)
{
    struct multi_key *made = vcrypto_secret_alloc_lines(sizeof(*made));

    if (!made) {
        return NULL;
    }
    made->method = vcrypto_multi_method(keying);
    made->direction = vcrypto_multi_direction(keying);
    made->len = keying->key_len;
    made->tag_len = keying->tag_len;
    if (!prepare(vcrypto_ipsec_mb_manager(), made, keying->key)) {
        vcrypto_multi_key_free(made);
        made = NULL;
    }
    return made;
}

void vcrypto_multi_key_free(void *key)
{
    vcrypto_secret_free(key, sizeof(struct multi_key));
}
