/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Published known answers for the AEAD service, as text, and their decoding. */
#include "vectors/aead.h"

#include "support/hex.h"
#include "vcrypto/protocol.h"

#include <glib.h>

struct hex_vector {
    const char *source;
    uint32_t algorithm;
    const char *name;
    const char *key, *iv, *aad, *plaintext, *ciphertext, *tag;
};

static const struct hex_vector table[] = {
    { .source = "GCM specification (McGrew, Viega), test case 1",
      .algorithm = VCRYPTO_AEAD_GCM,
      .name = "aes-128-gcm, empty",
      .key = "00000000000000000000000000000000",
      .iv = "000000000000000000000000",
      .aad = "",
      .plaintext = "",
      .ciphertext = "",
      .tag = "58e2fccefa7e3061367f1d57a4e7455a" },
    { .source = "GCM specification (McGrew, Viega), test case 2",
      .algorithm = VCRYPTO_AEAD_GCM,
      .name = "aes-128-gcm, one block",
      .key = "00000000000000000000000000000000",
      .iv = "000000000000000000000000",
      .aad = "",
      .plaintext = "00000000000000000000000000000000",
      .ciphertext = "0388dace60b6a392f328c2b971b2fe78",
      .tag = "ab6e47d42cec13bdf53a67b21257bddf" },
    { .source = "GCM specification (McGrew, Viega), test case 4",
      .algorithm = VCRYPTO_AEAD_GCM,
      .name = "aes-128-gcm, aad",
      .key = "feffe9928665731c6d6a8f9467308308",
      .iv = "cafebabefacedbaddecaf888",
      .aad = "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      .plaintext = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                   "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      .ciphertext = "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
      .tag = "5bc94fbc3221a5db94fae95ae7121a47" },
    { .source = "GCM specification (McGrew, Viega), test case 10",
      .algorithm = VCRYPTO_AEAD_GCM,
      .name = "aes-192-gcm, aad",
      .key = "feffe9928665731c6d6a8f9467308308feffe9928665731c",
      .iv = "cafebabefacedbaddecaf888",
      .aad = "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      .plaintext = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                   "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      .ciphertext = "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c"
                    "7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710",
      .tag = "2519498e80f1478f37ba55bd6d27618c" },
    { .source = "GCM specification (McGrew, Viega), test case 16",
      .algorithm = VCRYPTO_AEAD_GCM,
      .name = "aes-256-gcm, aad",
      .key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
      .iv = "cafebabefacedbaddecaf888",
      .aad = "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      .plaintext = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                   "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      .ciphertext = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
      .tag = "76fc6ece0f4e1768cddf8853bb2d551b" },
    { .source = "GCM specification (McGrew, Viega), test case 5, with the counter "
                "block that its iv hashes to",
      .algorithm = VCRYPTO_AEAD_GCM,
      .name = "aes-128-gcm, J0",
      .key = "feffe9928665731c6d6a8f9467308308",
      .iv = "c43a83c4c4badec4354ca984db252f7d",
      .aad = "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      .plaintext = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                   "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      .ciphertext = "61353b4c2806934a777ff51fa22a4755699b2a714fcdc6f83766e5f97b6c7423"
                    "73806900e49f24b22b097544d4896b424989b5e1ebac0f07c23f4598",
      .tag = "3612d2e79e3b0785561be14aaca2fccb" },
    { .source = "GCM specification (McGrew, Viega), test case 4, with the counter "
                "block of its iv",
      .algorithm = VCRYPTO_AEAD_GCM,
      .name = "aes-128-gcm, J0 of a short iv",
      .key = "feffe9928665731c6d6a8f9467308308",
      .iv = "cafebabefacedbaddecaf88800000001",
      .aad = "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      .plaintext = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                   "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      .ciphertext = "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
      .tag = "5bc94fbc3221a5db94fae95ae7121a47" },
    { .source = "NIST SP 800-38C, example 1",
      .algorithm = VCRYPTO_AEAD_CCM,
      .name = "aes-128-ccm, nonce of 7",
      .key = "404142434445464748494a4b4c4d4e4f",
      .iv = "10111213141516",
      .aad = "0001020304050607",
      .plaintext = "20212223",
      .ciphertext = "7162015b",
      .tag = "4dac255d" },
    { .source = "NIST SP 800-38C, example 2",
      .algorithm = VCRYPTO_AEAD_CCM,
      .name = "aes-128-ccm, nonce of 8",
      .key = "404142434445464748494a4b4c4d4e4f",
      .iv = "1011121314151617",
      .aad = "000102030405060708090a0b0c0d0e0f",
      .plaintext = "202122232425262728292a2b2c2d2e2f",
      .ciphertext = "d2a1f0e051ea5f62081a7792073d593d",
      .tag = "1fc64fbfaccd" },
    { .source = "NIST SP 800-38C, example 3",
      .algorithm = VCRYPTO_AEAD_CCM,
      .name = "aes-128-ccm, nonce of 12",
      .key = "404142434445464748494a4b4c4d4e4f",
      .iv = "101112131415161718191a1b",
      .aad = "000102030405060708090a0b0c0d0e0f10111213",
      .plaintext = "202122232425262728292a2b2c2d2e2f3031323334353637",
      .ciphertext = "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5",
      .tag = "484392fbc1b09951" },
    { .source = "RFC 3610, packet vector 1",
      .algorithm = VCRYPTO_AEAD_CCM,
      .name = "aes-128-ccm, nonce of 13",
      .key = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf",
      .iv = "00000003020100a0a1a2a3a4a5",
      .aad = "0001020304050607",
      .plaintext = "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
      .ciphertext = "588c979a61c663d2f066d0c2c0f989806d5f6b61dac384",
      .tag = "17e8d12cfdf926e0" },
    { .source = "RFC 8439, 2.8.2",
      .algorithm = VCRYPTO_AEAD_CHACHA20_POLY1305,
      .name = "chacha20-poly1305",
      .key = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
      .iv = "070000004041424344454647",
      .aad = "50515253c0c1c2c3c4c5c6c7",
      .plaintext = "4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
                   "73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
                   "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
                   "637265656e20776f756c642062652069742e",
      .ciphertext = "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                    "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                    "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                    "3ff4def08e4b7a9de576d26586cec64b6116",
      .tag = "1ae10b594f09e26a7e902ecbd0600691" },
};

static struct aead_vector decoded[G_N_ELEMENTS(table)];

const struct aead_vector *aead_vectors(size_t *n)
{
    for (size_t i = 0; !decoded[0].name && i < G_N_ELEMENTS(table); i++) {
        const struct hex_vector *from = &table[G_N_ELEMENTS(table) - 1 - i];
        struct aead_vector *to = &decoded[G_N_ELEMENTS(table) - 1 - i];

        to->source = from->source;
        to->algorithm = from->algorithm;
        to->key = hex_dup(from->key, &to->key_len);
        to->iv = hex_dup(from->iv, &to->iv_len);
        to->aad = hex_dup(from->aad, &to->aad_len);
        to->plaintext = hex_dup(from->plaintext, &to->len);
        to->ciphertext = hex_dup(from->ciphertext, &to->len);
        to->tag = hex_dup(from->tag, &to->tag_len);
        to->name = from->name;
    }
    *n = G_N_ELEMENTS(table);
    return decoded;
}
