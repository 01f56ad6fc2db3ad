/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asymmetric keys, published ones as they are and with faults, and operations with
 * them. Of keys as published the results are compared with ones that are worked out
 * here: for RSA with nothing but the library's powers of numbers, for ECDSA with the
 * library's own reading of the key. With a fault, whatever happens must be one of the
 * statuses.
 */
/* A key without its curve only the older functions read. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "engine.h"
#include "vectors/akcipher.h"

#define LONGEST_KEY 1300
#define SIZE        VCRYPTO_MAX_AKCIPHER_RESULT
#define JOBS        3

static struct fuzz_input *input;
static struct {
    uint8_t key[LONGEST_KEY], src[SIZE], data[SIZE];
    uint32_t src_len, data_len;
    uint8_t read[SIZE], last[SIZE]; /* by the last job that went well, and its result */
    uint32_t read_len, last_len;
    struct vcrypto_keying keying;
    const struct akcipher_vector *vector;
    bool as_published;
} w;

/* ---- RSA, of numbers ---- */

struct numbers {
    BIGNUM *n, *e, *d; /* d NULL: a public key */
    uint32_t size;
};

static BIGNUM *next_integer(const uint8_t **at, long left)
{
    ASN1_INTEGER *integer = d2i_ASN1_INTEGER(NULL, at, left);
    BIGNUM *number = integer ? ASN1_INTEGER_to_BN(integer, NULL) : NULL;

    ASN1_INTEGER_free(integer);
    FUZZ_CHECK(number);
    return number;
}

/* Some keys of Linux's tests lack the zero before a modulus whose first bit is set: the
 * number read then is that much too small. */
static void unsign(BIGNUM *number)
{
    if (BN_is_negative(number)) {
        BIGNUM *power = BN_new();

        FUZZ_CHECK(power && BN_set_bit(power, (BN_num_bits(number) + 7) / 8 * 8) &&
                   BN_add(number, number, power));
        BN_free(power);
    }
}

static void read_numbers(struct numbers *numbers)
{
    const struct akcipher_vector *v = w.vector;
    const uint8_t *at = v->key, *end = v->key + v->key_len;
    bool is_private = v->key_type == VCRYPTO_AKCIPHER_KEY_PRIVATE;
    long size;
    int tag, class;

    FUZZ_CHECK(!(ASN1_get_object(&at, &size, &tag, &class, end - at) & 0x80));
    if (is_private) {
        BN_free(next_integer(&at, end - at));
    }
    numbers->n = next_integer(&at, end - at);
    numbers->e = next_integer(&at, end - at);
    numbers->d = is_private ? next_integer(&at, end - at) : NULL;
    unsign(numbers->n);
    if (numbers->d) {
        unsign(numbers->d);
    }
    numbers->size = (uint32_t)BN_num_bytes(numbers->n);
}

static void free_numbers(struct numbers *numbers)
{
    BN_free(numbers->n);
    BN_free(numbers->e);
    BN_free(numbers->d);
}

/* @from to the power of @exponent, with as many bytes as the modulus. */
static bool power(const struct numbers *numbers, const BIGNUM *exponent,
                  const uint8_t *from, uint32_t len, uint8_t *to)
{
    BN_CTX *scratch = BN_CTX_new();
    BIGNUM *number = BN_bin2bn(from, (int)len, NULL), *result = BN_new();
    bool fits;

    FUZZ_CHECK(scratch && number && result);
    fits = BN_cmp(number, numbers->n) < 0;
    FUZZ_CHECK(!fits ||
               (BN_mod_exp(result, number, exponent, numbers->n, scratch) &&
                BN_bn2binpad(result, to, (int)numbers->size) == (int)numbers->size));
    BN_free(number);
    BN_free(result);
    BN_CTX_free(scratch);
    return fits;
}

/* The message in a block of PKCS #1, or NULL: it is none. */
static const uint8_t *unpad(const uint8_t *block, uint32_t size, uint8_t type,
                            uint32_t *len)
{
    uint32_t i = 2;

    while (i < size && (type == 1 ? block[i] == 0xff : block[i] != 0)) {
        i++;
    }
    if (block[0] || block[1] != type || i < 10 || i >= size || block[i]) {
        return NULL;
    }
    *len = size - i - 1;
    return block + i + 1;
}

static const uint32_t digest_lens[] = {
    [VCRYPTO_RSA_MD2] = 16,    [VCRYPTO_RSA_MD4] = 16,    [VCRYPTO_RSA_MD5] = 16,
    [VCRYPTO_RSA_SHA1] = 20,   [VCRYPTO_RSA_SHA256] = 32, [VCRYPTO_RSA_SHA384] = 48,
    [VCRYPTO_RSA_SHA512] = 64, [VCRYPTO_RSA_SHA224] = 28,
};

/* What a signature with the session's hash has inside, but for the names of hashes. */
static bool fits_hash(uint32_t len, uint32_t size)
{
    uint32_t hash = w.keying.akcipher.hash;

    return hash == VCRYPTO_RSA_NO_HASH ? len + 11 <= size : len == digest_lens[hash];
}

static void check_transform(const struct numbers *numbers, bool raw, bool encrypt,
                            enum vcrypto_status status)
{
    uint8_t block[SIZE];
    uint32_t len = 0;
    const uint8_t *message;

    if (raw) {
        bool fits =
            w.src_len <= numbers->size &&
            power(numbers, encrypt ? numbers->e : numbers->d, w.src, w.src_len, block);

        FUZZ_CHECK(status == (fits ? VCRYPTO_OK : VCRYPTO_ERR));
        FUZZ_CHECK(!fits || (w.last_len == numbers->size &&
                             !memcmp(w.last, block, numbers->size)));
    } else if (encrypt) {
        FUZZ_CHECK((status == VCRYPTO_OK) == (w.src_len + 11 <= numbers->size));
        if (status == VCRYPTO_OK && numbers->d) {
            FUZZ_CHECK(power(numbers, numbers->d, w.last, w.last_len, block));
            message = unpad(block, numbers->size, 2, &len);
            FUZZ_CHECK(message && len == w.src_len && !memcmp(message, w.src, len));
        }
    } else {
        message = w.src_len == numbers->size &&
                          power(numbers, numbers->d, w.src, w.src_len, block)
                      ? unpad(block, numbers->size, 2, &len)
                      : NULL;
        FUZZ_CHECK(status == (message ? VCRYPTO_OK : VCRYPTO_ERR));
        FUZZ_CHECK(!message || (w.last_len == len && !memcmp(w.last, message, len)));
    }
}

static void check_sign(const struct numbers *numbers, enum vcrypto_status status)
{
    uint8_t block[SIZE];
    const uint8_t *inside;
    uint32_t len;

    if (!fits_hash(w.src_len, numbers->size)) {
        FUZZ_CHECK(status == VCRYPTO_ERR);
    } else if (status == VCRYPTO_OK) {
        FUZZ_CHECK(power(numbers, numbers->e, w.last, w.last_len, block));
        inside = unpad(block, numbers->size, 1, &len);
        FUZZ_CHECK(inside && len >= w.src_len);
        FUZZ_CHECK(!memcmp(inside + len - w.src_len, w.src, w.src_len));
    }
}

/* A signature that is accepted has the digest inside; the other way round there is the
 * name of the hash besides. */
static void check_verify(const struct numbers *numbers, enum vcrypto_status status)
{
    uint8_t block[SIZE];
    const uint8_t *inside = NULL;
    uint32_t len = 0;
    bool ends_so;

    if (w.src_len == numbers->size &&
        power(numbers, numbers->e, w.src, w.src_len, block)) {
        inside = unpad(block, numbers->size, 1, &len);
    }
    ends_so = inside && len >= w.data_len &&
              !memcmp(inside + len - w.data_len, w.data, w.data_len);
    FUZZ_CHECK(status != VCRYPTO_OK ||
               (ends_so && fits_hash(w.data_len, numbers->size)));
    if (w.keying.akcipher.hash == VCRYPTO_RSA_NO_HASH &&
        fits_hash(w.data_len, numbers->size)) {
        FUZZ_CHECK(status ==
                   (ends_so && len == w.data_len ? VCRYPTO_OK : VCRYPTO_KEY_REJECTED));
    }
}

static void check_rsa(enum vcrypto_akcipher_operation operation,
                      enum vcrypto_status status)
{
    bool raw = w.keying.akcipher.padding == VCRYPTO_RSA_RAW_PADDING;
    bool encrypt = operation == VCRYPTO_OPERATION_ENCRYPT;
    bool verify = operation == VCRYPTO_OPERATION_VERIFY;
    struct numbers numbers;

    read_numbers(&numbers);
    if (raw && (verify || operation == VCRYPTO_OPERATION_SIGN)) {
        FUZZ_CHECK(status == VCRYPTO_NOTSUPP);
    } else if (!encrypt && !verify && !numbers.d) {
        FUZZ_CHECK(status == VCRYPTO_ERR);
    } else if (verify) {
        check_verify(&numbers, status);
    } else if (operation == VCRYPTO_OPERATION_SIGN) {
        check_sign(&numbers, status);
    } else {
        check_transform(&numbers, raw, encrypt, status);
    }
    free_numbers(&numbers);
}

/* ---- ECDSA, of the library ---- */

static EVP_PKEY *read_ec_key(void)
{
    static const int curves[] = {
        [VCRYPTO_CURVE_NIST_P192] = NID_X9_62_prime192v1,
        [VCRYPTO_CURVE_NIST_P224] = NID_secp224r1,
        [VCRYPTO_CURVE_NIST_P256] = NID_X9_62_prime256v1,
        [VCRYPTO_CURVE_NIST_P384] = NID_secp384r1,
        [VCRYPTO_CURVE_NIST_P521] = NID_secp521r1,
    };
    EVP_PKEY *key = EVP_PKEY_new();
    const uint8_t *at = w.vector->key;
    EC_KEY *ec = EC_KEY_new_by_curve_name(curves[w.vector->options[0]]);

    FUZZ_CHECK(key && ec);
    if (w.vector->key_type == VCRYPTO_AKCIPHER_KEY_PRIVATE) {
        FUZZ_CHECK(d2i_ECPrivateKey(&ec, &at, (long)w.vector->key_len));
    } else {
        FUZZ_CHECK(o2i_ECPublicKey(&ec, &at, (long)w.vector->key_len));
    }
    FUZZ_CHECK(EVP_PKEY_assign_EC_KEY(key, ec));
    return key;
}

/* Whether the @len bytes at @signature are one of @data's. */
static bool signs(const uint8_t *signature, uint32_t len, const uint8_t *data,
                  uint32_t data_len)
{
    EVP_PKEY *key = read_ec_key();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool right;

    FUZZ_CHECK(context && EVP_PKEY_verify_init(context) > 0);
    right = EVP_PKEY_verify(context, signature, len, data, data_len) == 1;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    return right;
}

static void check_ecdsa(enum vcrypto_akcipher_operation operation,
                        enum vcrypto_status status)
{
    bool is_private = w.vector->key_type == VCRYPTO_AKCIPHER_KEY_PRIVATE;

    switch (operation) {
    case VCRYPTO_OPERATION_SIGN:
        FUZZ_CHECK(status == (is_private ? VCRYPTO_OK : VCRYPTO_ERR));
        FUZZ_CHECK(!is_private || signs(w.last, w.last_len, w.src, w.src_len));
        break;
    case VCRYPTO_OPERATION_VERIFY:
        FUZZ_CHECK(status == (signs(w.src, w.src_len, w.data, w.data_len)
                                  ? VCRYPTO_OK
                                  : VCRYPTO_KEY_REJECTED));
        break;
    default:
        FUZZ_CHECK(status == VCRYPTO_NOTSUPP);
    }
}

/* ---- keys and jobs ---- */

/* False: this vector's key is not for this target. */
static bool some_key(const struct vcrypto_algorithm *row)
{
    size_t count;
    const struct akcipher_vector *vectors = akcipher_vectors(&count);
    uint8_t faults;

    w.vector = &vectors[fuzz_u8(input) % count];
    if (w.vector->algorithm != row->id || w.vector->key_len > LONGEST_KEY) {
        return false;
    }
    memcpy(w.key, w.vector->key, w.vector->key_len);
    w.keying = (struct vcrypto_keying){
        .algorithm = row,
        .key = w.key,
        .key_len = (uint32_t)w.vector->key_len,
        .akcipher.key_type = w.vector->key_type,
    };
    if (row->id == VCRYPTO_AKCIPHER_RSA) {
        w.keying.akcipher.padding = fuzz_u8(input) % 2;
        w.keying.akcipher.hash = fuzz_u8(input) % 10;
    } else {
        w.keying.akcipher.curve = w.vector->options[0];
    }
    w.as_published =
        !w.keying.akcipher.padding || w.keying.akcipher.hash != VCRYPTO_RSA_MD3;
    faults = fuzz_u8(input);
    if (faults >= 0x80) {
        w.as_published = false;
        for (unsigned n = faults % 4; n; n--) {
            w.key[fuzz_u16(input) % w.keying.key_len] = fuzz_u8(input);
        }
        switch (fuzz_u8(input) % 8) {
        case 0:
            w.keying.key_len = 1 + fuzz_u16(input) % w.keying.key_len;
            break;
        case 1:
            w.keying.akcipher.key_type = fuzz_u8(input) % 4;
            break;
        case 2:
            w.keying.akcipher.curve = fuzz_u8(input) % 8;
            w.keying.akcipher.padding = fuzz_u8(input) % 4;
            w.keying.akcipher.hash = fuzz_u8(input);
        }
    }
    return true;
}

/* What a job reads: bytes, what the vector has, or what the last job read or gave. */
static uint32_t some_source(uint8_t *to, const uint8_t *of_vector, size_t len)
{
    uint8_t what = fuzz_u8(input);
    uint32_t size;

    if (what < 0x40 && len <= SIZE) {
        memcpy(to, of_vector, len);
        size = (uint32_t)len;
    } else if (what < 0x80) {
        memcpy(to, w.last, w.last_len);
        size = w.last_len;
    } else if (what < 0xc0) {
        memcpy(to, w.read, w.read_len);
        size = w.read_len - (w.read_len ? what / 2 % 8 % w.read_len : 0);
    } else {
        size = fuzz_u8(input) % (what < 0xf0 ? 65 : 256);
        engine_bytes(input, to, size);
    }
    if (what & 1 && size) {
        to[fuzz_u16(input) % size] ^= fuzz_u8(input);
    }
    return size;
}

static void run_job(const struct vcrypto_algorithm *row, void *context)
{
    struct vcrypto_akcipher_job job = {
        .operation = (enum vcrypto_akcipher_operation)(fuzz_u8(input) % 4),
    };
    struct engine_laid src, data;
    enum vcrypto_status status;

    w.src_len = some_source(w.src, w.vector->src, w.vector->src_len);
    w.data_len = some_source(w.data, w.vector->signed_data, w.vector->signed_data_len);
    engine_lay(&src, input, w.src, w.src_len);
    engine_lay(&data, input, w.data, w.data_len);
    job.src = src.cursor;
    job.data = data.cursor;
    status = row->engine->akcipher(context, row, &job);
    FUZZ_CHECK(status < VCRYPTO_STATUS_COUNT);
    if (status == VCRYPTO_OK && job.operation != VCRYPTO_OPERATION_VERIFY) {
        FUZZ_CHECK(job.result_len <= SIZE);
        w.last_len = job.result_len;
        memcpy(w.last, job.result, job.result_len);
        w.read_len = w.src_len;
        memcpy(w.read, w.src, w.src_len);
    }
    /* Nothing, where there should be something, is an error whatever else is. */
    if (w.as_published && w.src_len &&
        (w.data_len || job.operation != VCRYPTO_OPERATION_VERIFY)) {
        (row->id == VCRYPTO_AKCIPHER_RSA ? check_rsa : check_ecdsa)(job.operation,
                                                                    status);
    }
}

void engine_akcipher(struct fuzz_input *from, const struct vcrypto_algorithm *row)
{
    void *context;

    input = from;
    memset(&w, 0, sizeof(w));
    if (!some_key(row)) {
        return;
    }
    context = row->engine->context_new(&w.keying);
    FUZZ_CHECK(context || !w.as_published);
    for (unsigned n = 1 + fuzz_u8(input) % JOBS; context && n; n--) {
        run_job(row, context);
    }
    if (context) {
        row->engine->context_free(context);
    }
}
