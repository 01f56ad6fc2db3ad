/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Published known answers for the CIPHER service, as text, and their decoding.
 *
 * NIST SP 800-38A is the recommendation for block cipher modes; CAVP files are those of
 * NIST's Cryptographic Algorithm Validation Program; IEEE Std 1619-2007 defines XTS.
 * The IEEE document writes the data unit number as an integer; here it is the 16-byte
 * little-endian tweak that goes on the wire.
 *
 * Nobody publishes known answers for counter mode with triple DES and 8-byte counters,
 * nor for f8 with longer AES keys, nor for ARC4 with the longest. Two kinds of row
 * stand in for them: one block of a published ECB answer is the key stream that the
 * block makes as a counter; and what says "derived" was computed from the definition,
 * by a program that gives the published answers of RFC 3711 and RFC 6229, too.
 *
 * 3GPP's answers count in bits; those here are their whole bytes.
 */
#include "vectors/cipher.h"

#include "support/hex.h"

#include <glib.h>

struct hex_vector {
    const char *source;
    uint32_t algorithm;
    const char *name;
    const char *key;
    const char *iv; /* NULL: none */
    const char *plaintext;
    const char *ciphertext;
};

static const struct hex_vector table[] = {
    {
        .source = "NIST SP 800-38A, F.1.1",
        .algorithm = CIPHER_VECTOR_AES_ECB,
        .name = "aes-128-ecb",
        .key = "2b7e151628aed2a6abf7158809cf4f3c",
        .plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                     "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .ciphertext =
            "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"
            "43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4",
    },
    {
        .source = "NIST SP 800-38A, F.1.3",
        .algorithm = CIPHER_VECTOR_AES_ECB,
        .name = "aes-192-ecb",
        .key = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
        .plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                     "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .ciphertext =
            "bd334f1d6e45f25ff712a214571fa5cc974104846d0ad3ad7734ecb3ecee4eef"
            "ef7afd2270e2e60adce0ba2face6444e9a4b41ba738d6c72fb16691603c18e0e",
    },
    {
        .source = "NIST SP 800-38A, F.1.5",
        .algorithm = CIPHER_VECTOR_AES_ECB,
        .name = "aes-256-ecb",
        .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        .plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                     "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .ciphertext =
            "f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870"
            "b6ed21b99ca6f4f9f153e7b1beafed1d23304b7a39f9f3ff067d8d8f9e24ecc7",
    },
    {
        .source = "NIST SP 800-38A, F.2.1",
        .algorithm = CIPHER_VECTOR_AES_CBC,
        .name = "aes-128-cbc",
        .key = "2b7e151628aed2a6abf7158809cf4f3c",
        .iv = "000102030405060708090a0b0c0d0e0f",
        .plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                     "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .ciphertext =
            "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
            "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
    },
    {
        .source = "NIST SP 800-38A, F.2.3",
        .algorithm = CIPHER_VECTOR_AES_CBC,
        .name = "aes-192-cbc",
        .key = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
        .iv = "000102030405060708090a0b0c0d0e0f",
        .plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                     "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .ciphertext =
            "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"
            "571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd",
    },
    {
        .source = "NIST SP 800-38A, F.2.5",
        .algorithm = CIPHER_VECTOR_AES_CBC,
        .name = "aes-256-cbc",
        .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        .iv = "000102030405060708090a0b0c0d0e0f",
        .plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                     "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .ciphertext =
            "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
            "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
    },
    {
        .source = "NIST SP 800-38A, F.5.1",
        .algorithm = CIPHER_VECTOR_AES_CTR,
        .name = "aes-128-ctr",
        .key = "2b7e151628aed2a6abf7158809cf4f3c",
        .iv = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        .plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                     "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .ciphertext =
            "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
            "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
    },
    {
        .source = "NIST SP 800-38A, F.5.3",
        .algorithm = CIPHER_VECTOR_AES_CTR,
        .name = "aes-192-ctr",
        .key = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
        .iv = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        .plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                     "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .ciphertext =
            "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94"
            "1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050",
    },
    {
        .source = "NIST SP 800-38A, F.5.5",
        .algorithm = CIPHER_VECTOR_AES_CTR,
        .name = "aes-256-ctr",
        .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        .iv = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        .plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                     "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .ciphertext =
            "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
            "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
    },
    {
        .source = "NIST CAVP AESMMT, CBCMMT128.rsp, ENCRYPT COUNT 9",
        .algorithm = CIPHER_VECTOR_AES_CBC,
        .name = "aes-128-cbc-10-blocks",
        .key = "2c14413751c31e2730570ba3361c786b",
        .iv = "1dbbeb2f19abb448af849796244a19d7",
        .plaintext = "40d930f9a05334d9816fe204999c3f82a03f6a0457a8c475c94553d1d116693a"
                     "dc618049f0a769a2eed6a6cb14c0143ec5cccdbc8dec4ce560cfd20622570932"
                     "6d4de7948e54d603d01b12d7fed752fb23f1aa4494fbb00130e9ded4e77e37c0"
                     "79042d828040c325b1a5efd15fc842e44014ca4374bf38f3c3fc3ee327733b0c"
                     "8aee1abcd055772f18dc04603f7b2c1ea69ff662361f2be0a171bbdcea1e5d3f",
        .ciphertext =
            "6be8a12800455a320538853e0cba31bd2d80ea0c85164a4c5c261ae485417d93"
            "effe2ebc0d0a0b51d6ea18633d210cf63c0c4ddbc27607f2e81ed9113191ef86"
            "d56f3b99be6c415a4150299fb846ce7160b40b63baf1179d19275a2e83698376"
            "d28b92548c68e06e6d994e2c1501ed297014e702cdefee2f656447706009614d"
            "801de1caaf73f8b7fa56cf1ba94b631933bbe577624380850f117435a0355b2b",
    },
    {
        .source = "NIST CAVP AESMMT, CBCMMT192.rsp, ENCRYPT COUNT 9",
        .algorithm = CIPHER_VECTOR_AES_CBC,
        .name = "aes-192-cbc-10-blocks",
        .key = "162ad50ee64a0702aa551f571dedc16b2c1b6a1e4d4b5eee",
        .iv = "24408038161a2ccae07b029bb66355c1",
        .plaintext = "be8abf00901363987a82cc77d0ec91697ba3857f9e4f84bd79406c138d02698f"
                     "003276d0449120bef4578d78fecabe8e070e11710b3f0a2744bd52434ec70015"
                     "884c181ebdfd51c604a71c52e4c0e110bc408cd462b248a80b8a8ac06bb952ac"
                     "1d7faed144807f1a731b7febcaf7835762defe92eccfc7a9944e1c702cffe6bc"
                     "86733ed321423121085ac02df8962bcbc1937092eebf0e90a8b20e3dd8c244ae",
        .ciphertext =
            "c82cf2c476dea8cb6a6e607a40d2f0391be82ea9ec84a537a6820f9afb997b76"
            "397d005424faa6a74dc4e8c7aa4a8900690f894b6d1dca80675393d2243adac7"
            "62f159301e357e98b724762310cd5a7bafe1c2a030dba46fd93a9fdb89cc132c"
            "a9c17dc72031ec6822ee5a9d99dbca66c784c01b0885cbb62e29d97801927ec4"
            "15a5d215158d325f9ee689437ad1b7684ad33c0d92739451ac87f39ff8c31b84",
    },
    {
        .source = "NIST CAVP AESMMT, CBCMMT256.rsp, ENCRYPT COUNT 9",
        .algorithm = CIPHER_VECTOR_AES_CBC,
        .name = "aes-256-cbc-10-blocks",
        .key = "48be597e632c16772324c8d3fa1d9c5a9ecd010f14ec5d110d3bfec376c5532b",
        .iv = "d6d581b8cf04ebd3b6eaa1b53f047ee1",
        .plaintext = "0c63d413d3864570e70bb6618bf8a4b9585586688c32bba0a5ecc1362fada74a"
                     "da32c52acfd1aa7444ba567b4e7daaecf7cc1cb29182af164ae5232b00286869"
                     "5635599807a9a7f07a1f137e97b1e1c9dabc89b6a5e4afa9db5855edaa575056"
                     "a8f4f8242216242bb0c256310d9d329826ac353d715fa39f80cec144d6424558"
                     "f9f70b98c920096e0f2c855d594885a00625880e9dfb734163cecef72cf030b8",
        .ciphertext =
            "fc5873e50de8faf4c6b84ba707b0854e9db9ab2e9f7d707fbba338c6843a18fc"
            "6facebaf663d26296fb329b4d26f18494c79e09e779647f9bafa87489630d79f"
            "4301610c2300c19dbf3148b7cac8c4f4944102754f332e92b6f7c5e75bc6179e"
            "b877a078d4719009021744c14f13fd2a55a2b9c44d18000685a845a4f632c7c5"
            "6a77306efa66a24d05d088dcd7c13fe24fc447275965db9e4d37fbc9304448cd",
    },
    {
        .source = "RFC 3686, section 6, test vector #3",
        .algorithm = CIPHER_VECTOR_AES_CTR,
        .name = "aes-128-ctr-36-bytes",
        .key = "7691be035e5020a8ac6e618529f9a0dc",
        .iv = "00e0017b27777f3f4a1786f000000001",
        .plaintext = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                     "20212223",
        .ciphertext = "c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef31053"
                      "25b2072f",
    },
    {
        .source = "RFC 3686, section 6, test vector #6",
        .algorithm = CIPHER_VECTOR_AES_CTR,
        .name = "aes-192-ctr-36-bytes",
        .key = "02bf391ee8ecb159b959617b0965279bf59b60a786d3e0fe",
        .iv = "0007bdfd5cbd60278dcc091200000001",
        .plaintext = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                     "20212223",
        .ciphertext = "96893fc55e5c722f540b7dd1ddf7e758d288bc95c69165884536c811662f2188"
                      "abee0935",
    },
    {
        .source = "RFC 3686, section 6, test vector #9",
        .algorithm = CIPHER_VECTOR_AES_CTR,
        .name = "aes-256-ctr-36-bytes",
        .key = "ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d",
        .iv = "001cc5b751a51d70a1c1114800000001",
        .plaintext = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                     "20212223",
        .ciphertext = "eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f"
                      "1ec0e6b8",
    },
    {
        .source = "NIST CAVP XTSGenAES128.rsp, ENCRYPT COUNT 101",
        .algorithm = CIPHER_VECTOR_AES_XTS,
        .name = "aes-128-xts-32-bytes",
        .key = "b7b93f516aef295eff3a29d837cf1f135347e8a21dae616ff5062b2e8d78ce5e",
        .iv = "873edea653b643bd8bcf51403197ed14",
        .plaintext = "236f8a5b58dd55f6194ed70c4ac1a17f1fe60ec9a6c454d087ccb77d6b638c47",
        .ciphertext =
            "22e6a3c6379dcf7599b052b5a749c7f78ad8a11b9f1aa9430cf3aef445682e19",
    },
    {
        .source = "NIST CAVP XTSGenAES128.rsp, DECRYPT COUNT 500",
        .algorithm = CIPHER_VECTOR_AES_XTS,
        .name = "aes-128-xts-48-bytes",
        .key = "bf14b298e9c72ca73676915a80fa2fac4fe2b56ebc4df57e3028fd4a41ac9e1c",
        .iv = "5e49263efac5451ee395083c25de2c13",
        .plaintext = "401efe5c41cea23da0d33caa946b916c88ad99d65fb8238047597b94bcdb88b7",
        .ciphertext =
            "63a98f178be85688a8a5ce00b25bf08a972d34ece95c6947260e6e44fdbaa357",
    },
    {
        .source = "NIST CAVP XTSGenAES256.rsp, ENCRYPT COUNT 1",
        .algorithm = CIPHER_VECTOR_AES_XTS,
        .name = "aes-256-xts-32-bytes",
        .key = "1ea661c58d943a0e4801e42f4b0947149e7f9f8e3e68d0c7505210bd311a0e7c"
               "d6e13ffdf2418d8d1911c004cda58da3d619b7e2b9141e58318eea392cf41b08",
        .iv = "adf8d92627464ad2f0428e84a9f87564",
        .plaintext = "2eedea52cd8215e1acc647e810bbc3642e87287f8d2e57e36c0a24fbc12a202e",
        .ciphertext =
            "cbaad0e2f6cea3f50b37f934d46a9b130b9d54f07e34f36af793e86f73c6d7db",
    },
    {
        .source = "NIST CAVP XTSGenAES256.rsp, ENCRYPT COUNT 101",
        .algorithm = CIPHER_VECTOR_AES_XTS,
        .name = "aes-256-xts-48-bytes",
        .key = "266c336b3b01489f3267f52835fd92f674374b88b4e1ebd2d36a5f457581d9d0"
               "42c3eef7b0b7e5137b086496b4d9e6ac658d7196a23f23f036172fdb8faee527",
        .iv = "06b209a7a22f486ecbfadb0f3137ba42",
        .plaintext = "ca7d65ef8d3dfad345b61ccddca1ad81de830b9e86c7b426d76cb7db766852d9"
                     "81c6b21409399d78f42cc0b33a7bbb06",
        .ciphertext = "c73256870cc2f4dd57acc74b5456dbd776912a128bc1f77d72cdebbf270044b7"
                      "a43ceed29025e1e8be211fa3c3ed002d",
    },
    {
        .source = "IEEE Std 1619-2007, annex B, vector 4",
        .algorithm = CIPHER_VECTOR_AES_XTS,
        .name = "aes-128-xts-512-bytes",
        .key = "2718281828459045235360287471352631415926535897932384626433832795",
        .iv = "00000000000000000000000000000000",
        .plaintext = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
                     "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
                     "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
                     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
                     "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
                     "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
                     "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
                     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
                     "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
                     "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
                     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
                     "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
                     "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
                     "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        .ciphertext =
            "27a7479befa1d476489f308cd4cfa6e2a96e4bbe3208ff25287dd3819616e89c"
            "c78cf7f5e543445f8333d8fa7f56000005279fa5d8b5e4ad40e736ddb4d35412"
            "328063fd2aab53e5ea1e0a9f332500a5df9487d07a5c92cc512c8866c7e860ce"
            "93fdf166a24912b422976146ae20ce846bb7dc9ba94a767aaef20c0d61ad0265"
            "5ea92dc4c4e41a8952c651d33174be51a10c421110e6d81588ede82103a252d8"
            "a750e8768defffed9122810aaeb99f9172af82b604dc4b8e51bcb08235a6f434"
            "1332e4ca60482a4ba1a03b3e65008fc5da76b70bf1690db4eae29c5f1badd03c"
            "5ccf2a55d705ddcd86d449511ceb7ec30bf12b1fa35b913f9f747a8afd1b130e"
            "94bff94effd01a91735ca1726acd0b197c4e5b03393697e126826fb6bbde8ecc"
            "1e08298516e2c9ed03ff3c1b7860f6de76d4cecd94c8119855ef5297ca67e9f3"
            "e7ff72b1e99785ca0a7e7720c5b36dc6d72cac9574c8cbbc2f801e23e56fd344"
            "b07f22154beba0f08ce8891e643ed995c94d9a69c9f1b5f499027a78572aeebd"
            "74d20cc39881c213ee770b1010e4bea718846977ae119f7a023ab58cca0ad752"
            "afe656bb3c17256a9f6e9bf19fdd5a38fc82bbe872c5539edb609ef4f79c203e"
            "bb140f2e583cb2ad15b4aa5b655016a8449277dbd477ef2c8d6c017db738b18d"
            "eb4a427d1923ce3ff262735779a418f20a282df920147beabe421ee5319d0568",
    },
    {
        .source = "IEEE Std 1619-2007, annex B, vector 10",
        .algorithm = CIPHER_VECTOR_AES_XTS,
        .name = "aes-256-xts-512-bytes",
        .key = "2718281828459045235360287471352662497757247093699959574966967627"
               "3141592653589793238462643383279502884197169399375105820974944592",
        .iv = "ff000000000000000000000000000000",
        .plaintext = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
                     "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
                     "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
                     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
                     "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
                     "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
                     "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
                     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
                     "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
                     "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
                     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
                     "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
                     "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
                     "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        .ciphertext =
            "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b"
            "5d31e276f8fe4a8d66b317f9ac683f44680a86ac35adfc3345befecb4bb188fd"
            "5776926c49a3095eb108fd1098baec70aaa66999a72a82f27d848b21d4a741b0"
            "c5cd4d5fff9dac89aeba122961d03a757123e9870f8acf1000020887891429ca"
            "2a3e7a7d7df7b10355165c8b9a6d0a7de8b062c4500dc4cd120c0f7418dae3d0"
            "b5781c34803fa75421c790dfe1de1834f280d7667b327f6c8cd7557e12ac3a0f"
            "93ec05c52e0493ef31a12d3d9260f79a289d6a379bc70c50841473d1a8cc81ec"
            "583e9645e07b8d9670655ba5bbcfecc6dc3966380ad8fecb17b6ba02469a020a"
            "84e18e8f84252070c13e9f1f289be54fbc481457778f616015e1327a02b140f1"
            "505eb309326d68378f8374595c849d84f4c333ec4423885143cb47bd71c5edae"
            "9be69a2ffeceb1bec9de244fbe15992b11b77c040f12bd8f6a975a44a0f90c29"
            "a9abc3d4d893927284c58754cce294529f8614dcd2aba991925fedc4ae74ffac"
            "6e333b93eb4aff0479da9a410e4450e0dd7ae4c6e2910900575da401fc07059f"
            "645e8b7e9bfdef33943054ff84011493c27b3429eaedb4ed5376441a77ed4385"
            "1ad77f16f541dfd269d50d6a5f14fb0aab1cbb4c1550be97f7ab4066193c4caa"
            "773dad38014bd2092fa755c824bb5e54c4f36ffda9fcea70b9c6e693e148c151",
    },
    {
        .source = "IEEE Std 1619-2007, annex B, vector 15",
        .algorithm = CIPHER_VECTOR_AES_XTS,
        .name = "aes-128-xts-17-bytes",
        .key = "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0bfbebdbcbbbab9b8b7b6b5b4b3b2b1b0",
        .iv = "9a785634120000000000000000000000",
        .plaintext = "000102030405060708090a0b0c0d0e0f10",
        .ciphertext = "6c1625db4671522d3d7599601de7ca09ed",
    },
    {
        .source = "IEEE Std 1619-2007, annex B, vector 18",
        .algorithm = CIPHER_VECTOR_AES_XTS,
        .name = "aes-128-xts-20-bytes",
        .key = "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0bfbebdbcbbbab9b8b7b6b5b4b3b2b1b0",
        .iv = "9a785634120000000000000000000000",
        .plaintext = "000102030405060708090a0b0c0d0e0f10111213",
        .ciphertext = "9d84c813f719aa2c7be3f66171c7c5c2edbf9dac",
    },
    {
        .source = "NIST CAVP TDES, TECBMMT3.rsp, ENCRYPT COUNT 3",
        .algorithm = CIPHER_VECTOR_3DES_ECB,
        .name = "3des-three-key-ecb-4-blocks",
        .key = "b0265876ae4cce98e697cef4048a45e30815a83276efec31",
        .plaintext = "b59cc5e13bd10f801e2464e029c383cacfe812646c0bf805ce560848f459df5f",
        .ciphertext =
            "26d325d7f6b90510521344875d157166580748b2a3feeecb959e574e451cae80",
    },
    {
        .source = "NIST CAVP TDES, TECBMMT3.rsp, ENCRYPT COUNT 9",
        .algorithm = CIPHER_VECTOR_3DES_ECB,
        .name = "3des-three-key-ecb-10-blocks",
        .key = "df20ae3d54858013514367024f7a7ad529d979f71abfd5f1",
        .plaintext = "f0fa379f7e507d3d97674fc3538b19fd1b1034f0b1410b6e70997de7d6368382"
                     "3f8a136cf354447063ceb2c9b02824346d366c49a6668f0a21f426bde36104f7"
                     "f62119fa6a9496409a375258b11c6df1",
        .ciphertext = "ce9233ba7cbbc0f8ff3cf7d6ff70940012ef58aad5c86399fe0a8216c96e4192"
                      "deff426946b03ae2374d7fd1d9a5933bac7878044ac217649f51fdaaaa915d01"
                      "125f0dcbe9ed1ca6aba83314f8e861b1",
    },
    {
        .source = "NIST CAVP TDES, TECBMMT3.rsp, DECRYPT COUNT 9",
        .algorithm = CIPHER_VECTOR_3DES_ECB,
        .name = "3des-three-key-ecb-10-blocks-decrypt",
        .key = "dfdff7928602798af4f21351ef7a4a7694c1f2e9516e7ad9",
        .plaintext = "3e6f63c3d1480052369a791f72c895f202c01a6977124143ede89465ff4bb68f"
                     "5ab7b36dc5ec1240391d4c69bc17f0ed4535a63acc736a0edd953f188d52f471"
                     "1ff0f0e61ff9c1a643eece7dda486221",
        .ciphertext = "cc6168f0aee3a919b3968ac01b867de6f364f96f9eceb783b5cf213511aa0862"
                      "25d395dc913f82c8f5dd894503651d4fd95059e28d2736620901003a19480bc4"
                      "c2bba269d6b94009c5bc039cb6245d1a",
    },
    {
        .source = "NIST CAVP TDES, TECBMMT2.rsp, ENCRYPT COUNT 3",
        .algorithm = CIPHER_VECTOR_3DES_ECB,
        .name = "3des-two-key-ecb-4-blocks",
        .key = "3ba298d997082338e02a3d204fae7949",
        .plaintext = "19a4f0ef3cabcad667c6e0a02b55e3c66db885c20b613cc7c32d43af50f4e335",
        .ciphertext =
            "622c65eb6fc01bf4892287532e32c9c73b991cb33932926ac43a0c7e08b34501",
    },
    {
        .source = "NIST CAVP TDES, TECBMMT2.rsp, ENCRYPT COUNT 9",
        .algorithm = CIPHER_VECTOR_3DES_ECB,
        .name = "3des-two-key-ecb-10-blocks",
        .key = "07bfe09452fef80e7015b6df263e9858",
        .plaintext = "1b15b4e31f41cc06b4c4b91f0a24b70ada40f9bd92e4ee7eb29bc35476c429bb"
                     "b5e8589b094b547b30c16ff2b2c30f5fc4c2b1da6dbb2e6be70c3d7948863a85"
                     "62c32618e7baeef9d190f0a400b2bbf8",
        .ciphertext = "e198fe5979b9afaafccb00a001f1fe7f0550ad1a55139e84e855fdc2c1129bf1"
                      "a70952d352cb91931532ee39d837ba9d7a043a6b9a35cae313068a4b28f85ad0"
                      "4201cf1e26997692ee1694656f570a8c",
    },
    {
        .source = "NIST CAVP TDES, TECBMMT2.rsp, DECRYPT COUNT 9",
        .algorithm = CIPHER_VECTOR_3DES_ECB,
        .name = "3des-two-key-ecb-10-blocks-decrypt",
        .key = "b64c4c3efbc75bea2fc492a462047361",
        .plaintext = "c833e04b591bcaa745ff67893a468ec160264ef04f1cde0f68b8ae54ff6530ad"
                     "5f2575b32df70e5ecda7b8d49bc17680ccb65e4367a8da9a20c3b67232ef9766"
                     "6eedfb03602b7170d23a18dc19341602",
        .ciphertext = "e9121506f8c0bd362f0767f8e62c56558f309301a1f78599d5aac129955923f1"
                      "b1e51e69551d508238275a2f1522ee245f092add31da24e384f8c64ba4cedc7f"
                      "e5b66b41911944ec26d7dafdbee951d3",
    },
    {
        .source = "NIST CAVP TDES, TCBCMMT3.rsp, ENCRYPT COUNT 3",
        .algorithm = CIPHER_VECTOR_3DES_CBC,
        .name = "3des-three-key-cbc-4-blocks",
        .key = "d98aadc76d4a3716158c32866efbb9ce834af2297379a49d",
        .iv = "3c5220327c502b44",
        .plaintext = "6174079dda53ca723ebf00a66837f8d5ce648c08acaa5ee45ffe62210ef79d3e",
        .ciphertext =
            "f5bd4d600bed77bec78409e3530ebda1d815506ed53103015b87e371ae000958",
    },
    {
        .source = "NIST CAVP TDES, TCBCMMT3.rsp, ENCRYPT COUNT 9",
        .algorithm = CIPHER_VECTOR_3DES_CBC,
        .name = "3des-three-key-cbc-10-blocks",
        .key = "9b162a0df8ad9b61c88676e3d586434570b902f12a2046e0",
        .iv = "ebd6fefe029ad54b",
        .plaintext = "f4c1c918e77355c8156f0fd778da52bff121ae5f2f44eaf4d2754946d0e10d1f"
                     "18ce3a0176e69c18b7d20b6e0d0bee5eb5edfe4bd60e4d92adcd86bce72e76f9"
                     "4ee5cbcaa8b01cfddcea2ade575e66ac",
        .ciphertext = "1ff3c8709f403a8eff291aedf50c010df5c5ff64a8b205f1fce68564798897a3"
                      "90db16ee0d053856b75898009731da290fcc119dad987277aacef694872e880c"
                      "4bb41471063fae05c89f25e4bd0cad6a",
    },
    {
        .source = "NIST CAVP TDES, TCBCMMT3.rsp, DECRYPT COUNT 9",
        .algorithm = CIPHER_VECTOR_3DES_CBC,
        .name = "3des-three-key-cbc-10-blocks-decrypt",
        .key = "524a01b30ddf377afdbc0779625807383b9bb952a86849f4",
        .iv = "69f4af59fe96e79d",
        .plaintext = "d56fa31c1db2978fa11c1dae70252a168b8193f1e0438e723aaf446dad2f5e49"
                     "0a4b53d7bd08e308e030187428ca5f554cb6dbd46f4b68677f4496098d23412c"
                     "0f8863379e9f8330813836b8d48c987e",
        .ciphertext = "889d82d2961d440ea1089dec8713884f32cf5a06ca159a4b29a812909016267c"
                      "98df65306bd95ece33d3b53cd3797625d678a841a4e226d7fcd3aa809e552b2d"
                      "4881696be4e7c6e60030572c7e023bb4",
    },
    {
        .source = "NIST CAVP TDES, TCBCMMT2.rsp, ENCRYPT COUNT 3",
        .algorithm = CIPHER_VECTOR_3DES_CBC,
        .name = "3des-two-key-cbc-4-blocks",
        .key = "857feacd16157c58e5347a70e56e578a",
        .iv = "002dcb6d46ef0969",
        .plaintext = "1f13701c7f0d7385307507a18e89843ebd295bd5e239ef109347a6898c6d3fd5",
        .ciphertext =
            "a0e4edde34f05bd8397ce279e49853e9387ba04be562f5fa19c3289c3f5a3391",
    },
    {
        .source = "NIST CAVP TDES, TCBCMMT2.rsp, ENCRYPT COUNT 9",
        .algorithm = CIPHER_VECTOR_3DES_CBC,
        .name = "3des-two-key-cbc-10-blocks",
        .key = "23abb073a2df34cb3d1fdce6b092582c",
        .iv = "7d7fbf19e8562d32",
        .plaintext = "31e718fd95e6d7ca4f94763191add2674ab07c909d88c486916c16d60a048a0c"
                     "f8cdb631cebec791362cd0c202eb61e166b65c1f65d0047c8aec57d3d84b9e17"
                     "032442dce148e1191b06a12c284cc41e",
        .ciphertext = "c9a3f75ab6a7cd08a7fd53ca540aafe731d257ee1c379fadcc4cc1a06e7c12bd"
                      "dbeb7562c436d1da849ed072629e82a97b56d9becc25ff4f16f21c5f2a019116"
                      "04f0b5c49df96cb641faee662ca8aa68",
    },
    {
        .source = "NIST CAVP TDES, TCBCMMT2.rsp, DECRYPT COUNT 9",
        .algorithm = CIPHER_VECTOR_3DES_CBC,
        .name = "3des-two-key-cbc-10-blocks-decrypt",
        .key = "9eec31d3d38ae63ea49d6e7fb602b592",
        .iv = "4adacd3d81a84c43",
        .plaintext = "5d5035230ebb32332b526b1e1c8482c620e5f868d118c20ec13c6614b05990b9"
                     "93b176cfb96ac81668e8d67111ca6ba5f1656195d6f4e9bdd7f758107751d530"
                     "5537c44d1b49bf8cd1bba37b22e6da77",
        .ciphertext = "f9a5491096a8f532fd49ceb29b5345cf05153d6cdeb61108fcc9d9f0c621e9b3"
                      "e0e79bd70be94fca4635af1b39e738ead43ff69e34f78ed6c6d382a1ae79b1f1"
                      "6a831d4db2d3f1c7a326c32e1dec1684",
    },
    {
        .source = "RFC 6229, section 2, key of 40 bits, DEC 0 and DEC 16",
        .algorithm = CIPHER_VECTOR_ARC4,
        .name = "arc4-40",
        .key = "0102030405",
        .plaintext = "0000000000000000000000000000000000000000000000000000000000000000",
        .ciphertext =
            "b2396305f03dc027ccc3524a0a1118a86982944f18fc82d589c403a47a0d0919",
    },
    {
        .source = "RFC 6229, section 2, key of 56 bits, DEC 0 and DEC 16",
        .algorithm = CIPHER_VECTOR_ARC4,
        .name = "arc4-56",
        .key = "01020304050607",
        .plaintext = "0000000000000000000000000000000000000000000000000000000000000000",
        .ciphertext =
            "293f02d47f37c9b633f2af5285feb46be620f1390d19bd84e2e0fd752031afc1",
    },
    {
        .source = "RFC 6229, section 2, key of 64 bits, DEC 0 and DEC 16",
        .algorithm = CIPHER_VECTOR_ARC4,
        .name = "arc4-64",
        .key = "0102030405060708",
        .plaintext = "0000000000000000000000000000000000000000000000000000000000000000",
        .ciphertext =
            "97ab8a1bf0afb96132f2f67258da15a88263efdb45c4a18684ef87e6b19e5b09",
    },
    {
        .source = "RFC 6229, section 2, key of 80 bits, DEC 0 and DEC 16",
        .algorithm = CIPHER_VECTOR_ARC4,
        .name = "arc4-80",
        .key = "0102030405060708090a",
        .plaintext = "0000000000000000000000000000000000000000000000000000000000000000",
        .ciphertext =
            "ede3b04643e586cc907dc2185170990203516ba78f413beb223aa5d4d2df6711",
    },
    {
        .source = "RFC 6229, section 2, key of 128 bits, DEC 0 and DEC 16",
        .algorithm = CIPHER_VECTOR_ARC4,
        .name = "arc4-128",
        .key = "0102030405060708090a0b0c0d0e0f10",
        .plaintext = "0000000000000000000000000000000000000000000000000000000000000000",
        .ciphertext =
            "9ac7cc9a609d1ef7b2932899cde41b975248c4959014126a6e8a84f11d1a9e1c",
    },
    {
        .source = "RFC 6229, section 2, key of 192 bits, DEC 0 and DEC 16",
        .algorithm = CIPHER_VECTOR_ARC4,
        .name = "arc4-192",
        .key = "0102030405060708090a0b0c0d0e0f101112131415161718",
        .plaintext = "0000000000000000000000000000000000000000000000000000000000000000",
        .ciphertext =
            "0595e57fe5f0bb3c706edac8a4b2db11dfde31344a1af769c74f070aee9e2326",
    },
    {
        .source = "RFC 6229, section 2, key of 256 bits, DEC 0 and DEC 16",
        .algorithm = CIPHER_VECTOR_ARC4,
        .name = "arc4-256",
        .key = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
        .plaintext = "0000000000000000000000000000000000000000000000000000000000000000",
        .ciphertext =
            "eaa6bd25880bf93d3f5d1e4ca2611d91cfa45c9f7e714b54bdfa80027cb14380",
    },
    {
        .source = "derived: RC4, the longest key",
        .algorithm = CIPHER_VECTOR_ARC4,
        .name = "arc4-2048",
        .key = "0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186"
               "abd0f51a3f6489aed3f81d42678cb1d6fb20456a8fb4d9fe23486d92b7dc0126"
               "4b7095badf04294e7398bde2072c51769bc0e50a2f54799ec3e80d32577ca1c6"
               "eb10355a7fa4c9ee13385d82a7ccf1163b6085aacff4193e6388add2f71c4166"
               "8bb0d5fa1f44698eb3d8fd22476c91b6db00254a6f94b9de03284d7297bce106"
               "2b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81a6"
               "cbf0153a5f84a9cef3183d6287acd1f61b40658aafd4f91e43688db2d7fc2146"
               "6b90b5daff24496e93b8dd02274c7196bbe0052a4f7499bee3082d52779cc1e6",
        .plaintext = "0000000000000000000000000000000000000000000000000000000000000000",
        .ciphertext =
            "2ec2fd4e3e3139f14dde3fbd6460488c653235b4a6afdabfee64058745681b12",
    },
    {
        .source = "FIPS 81, Table B1",
        .algorithm = CIPHER_VECTOR_DES_ECB,
        .name = "des-ecb",
        .key = "0123456789abcdef",
        .plaintext = "4e6f77206973207468652074696d6520666f7220616c6c20",
        .ciphertext = "3fa40e8a984d48156a271787ab8883f9893d51ec4b563b53",
    },
    {
        .source =
            "NIST SP 800-17, variable plaintext known answer test, rounds 0 and 1",
        .algorithm = CIPHER_VECTOR_DES_ECB,
        .name = "des-ecb-variable-plaintext",
        .key = "0101010101010101",
        .plaintext = "80000000000000004000000000000000",
        .ciphertext = "95f8a5e5dd31d900dd7f121ca5015619",
    },
    {
        .source = "NIST SP 800-17, variable key known answer test, round 0",
        .algorithm = CIPHER_VECTOR_DES_ECB,
        .name = "des-ecb-variable-key",
        .key = "8001010101010101",
        .plaintext = "0000000000000000",
        .ciphertext = "95a8d72813daa94d",
    },
    {
        .source = "FIPS 81, Table C1",
        .algorithm = CIPHER_VECTOR_DES_CBC,
        .name = "des-cbc",
        .key = "0123456789abcdef",
        .iv = "1234567890abcdef",
        .plaintext = "4e6f77206973207468652074696d6520666f7220616c6c20",
        .ciphertext = "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6",
    },
    {
        .source =
            "NIST CAVP TDES, TECBMMT2.rsp, ENCRYPT COUNT 3, first block as counter",
        .algorithm = CIPHER_VECTOR_3DES_CTR,
        .name = "3des-two-key-ctr-1-block",
        .key = "3ba298d997082338e02a3d204fae7949",
        .iv = "19a4f0ef3cabcad6",
        .plaintext = "0000000000000000",
        .ciphertext = "622c65eb6fc01bf4",
    },
    {
        .source = "derived: TDES-ECB of the counters, key as above",
        .algorithm = CIPHER_VECTOR_3DES_CTR,
        .name = "3des-two-key-ctr-39-bytes",
        .key = "3ba298d997082338e02a3d204fae7949",
        .iv = "fffffffffffffffe",
        .plaintext = "70736575646f72616e646f6d6e65737320697320746865206e65787420626573"
                     "74207468696e67",
        .ciphertext = "2b685c072137f27485041d8c8bcabff8939a7f47ae2f72bf61168862ccdf3d68"
                      "670505aada42fb",
    },
    {
        .source =
            "NIST CAVP TDES, TECBMMT3.rsp, ENCRYPT COUNT 3, first block as counter",
        .algorithm = CIPHER_VECTOR_3DES_CTR,
        .name = "3des-three-key-ctr-1-block",
        .key = "b0265876ae4cce98e697cef4048a45e30815a83276efec31",
        .iv = "b59cc5e13bd10f80",
        .plaintext = "0000000000000000",
        .ciphertext = "26d325d7f6b90510",
    },
    {
        .source = "derived: TDES-ECB of the counters, key as above",
        .algorithm = CIPHER_VECTOR_3DES_CTR,
        .name = "3des-three-key-ctr-39-bytes",
        .key = "b0265876ae4cce98e697cef4048a45e30815a83276efec31",
        .iv = "fffffffffffffffe",
        .plaintext = "70736575646f72616e646f6d6e65737320697320746865206e65787420626573"
                     "74207468696e67",
        .ciphertext = "335c5ee1a3c0f568880276556efa552142f2ca3c055a2aad25a33e89f2bc9cb7"
                      "9a0cd013ce331f",
    },
    {
        .source = "RFC 3711, B.1",
        .algorithm = CIPHER_VECTOR_AES_F8,
        .name = "aes-128-f8",
        .key = "234829008467be186c3de14aae72d62c32f2870d555555555555555555555555",
        .iv = "006e5cba50681de55c621599d462564a",
        .plaintext = "70736575646f72616e646f6d6e65737320697320746865206e65787420626573"
                     "74207468696e67",
        .ciphertext = "019ce7a26e7854014a6366aa95d4eefd1ad4172a14f9faf455b7f1d4b62bd08f"
                      "562c0eef7c4802",
    },
    {
        .source = "derived: RFC 3711, 4.1.2, with AES-ECB",
        .algorithm = CIPHER_VECTOR_AES_F8,
        .name = "aes-192-f8",
        .key = "000102030405060708090a0b0c0d0e0f101112131415161732f2870d55555555"
               "55555555555555555555555555555555",
        .iv = "006e5cba50681de55c621599d462564a",
        .plaintext = "70736575646f72616e646f6d6e65737320697320746865206e65787420626573"
                     "74207468696e67",
        .ciphertext = "aedfdffef748a550904eeabc1613bb9a68f5bdb95d2dd593290e6856c75c4c1c"
                      "480307946b730e",
    },
    {
        .source = "derived: RFC 3711, 4.1.2, with AES-ECB",
        .algorithm = CIPHER_VECTOR_AES_F8,
        .name = "aes-256-f8",
        .key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
               "32f2870d55555555555555555555555555555555555555555555555555555555",
        .iv = "006e5cba50681de55c621599d462564a",
        .plaintext = "70736575646f72616e646f6d6e65737320697320746865206e65787420626573"
                     "74207468696e67",
        .ciphertext = "62164972fea928e856be498b1cbf73e846912750074d2f91f85ba432c126d565"
                      "4eabbc8e8c11cb",
    },
#ifdef VCRYPTO_HAVE_IPSEC_MB
    { .source = "3GPP TS 35.203, f8, whole bytes",
      .algorithm = CIPHER_VECTOR_KASUMI_F8,
      .name = "kasumi-f8, test set 1",
      .key = "2bd6459f82c5b300952c49104881ff48",
      .iv = "72a4f20f64000000",
      .plaintext = "7ec61272743bf1614726446a6c38ced166f6ca76eb5430044286346cef130f92"
                   "922b03450d3a9975e5bd2ea0eb55ad8e1b199e3ec4316020e9a1b285e7627953"
                   "59b7bdfd39bef4b2484583d5afe082aee638bf5fd5a606193901a08f4ab41aab"
                   "9b1348",
      .ciphertext = "d1e2de70eef86c6964fb542bc2d460aabfaa10a4a093262b7d199e706fc2d489"
                    "1553296910f3a973012682e41c4e2b02be2017b7253bbf9309de5819cb42e819"
                    "56f4c99bc9765caf53b1d0bb8279826adbbc5522e915c120a618a5a7f5e89708"
                    "933965" },
    { .source = "3GPP TS 35.203, f8, whole bytes",
      .algorithm = CIPHER_VECTOR_KASUMI_F8,
      .name = "kasumi-f8, test set 2",
      .key = "efa8b2229e720c2a7c36ea55e9605695",
      .iv = "e28bcf7bc0000000",
      .plaintext = "10111231e060253a43fd3f57e37607ab2827b599b6b1bbda37a8abcc5a8c550d"
                   "1bfb2f494624fb50367fa36ce3bc68f11cf93b1510376b02130f812a9fa169",
      .ciphertext = "3deacc7c15821caa89eecade9b5bd3614bd0c8419d710385ddbe5849ef1bac5a"
                    "e8b14a5b0a6741521eb4e00bb9ecf3e9f7ccb9cae74152d7f4e2a034b6ea00" },
    { .source = "3GPP TS 35.203, f8, whole bytes",
      .algorithm = CIPHER_VECTOR_KASUMI_F8,
      .name = "kasumi-f8, test set 3",
      .key = "d3c5d592327fb11c4035c6680af8c6d1",
      .iv = "398a59b42c000000",
      .plaintext = "981ba6824c1bfb1ab485472029b71d808ce33e2cc3c0b5fc1f3de8a6dc66b1",
      .ciphertext = "5bb9431bb1e98bd11b93db7c3d45136559bb86a295aa204ecbebf6f7a51015" },
    { .source = "3GPP TS 35.203, f8, whole bytes",
      .algorithm = CIPHER_VECTOR_KASUMI_F8,
      .name = "kasumi-f8, test set 4",
      .key = "5acb1d644c0d51204ea5f1451010d852",
      .iv = "fa556b261c000000",
      .plaintext = "ad9c441f890b38c457a49d421407e8",
      .ciphertext = "9bc92ca803c67b28a11a4bee5a0c25" },
    { .source = "3GPP TS 35.203, f8, whole bytes",
      .algorithm = CIPHER_VECTOR_KASUMI_F8,
      .name = "kasumi-f8, test set 5",
      .key = "6090eae04c83706eecbf652be8e36566",
      .iv = "72a4f20f48000000",
      .plaintext = "40981ba6824c1bfb4286b299783daf442c099f7ab0f58d5c8e46b104f08f01b4"
                   "1ab485472029b71d36bd1a3d90dc3a41b46d51672ac4c9663a2be063da4bc8d2"
                   "808ce33e2cccbfc634e1b259060876a0fbb5a437ebcc8d31c19e4454318745e3"
                   "987645987a986f2c",
      .ciphertext = "ddb364dd2aaec24dff291957b78bad063ac579cd9041babe89fd195c0578cb9f"
                    "de4217566178d20240206d07cfa619ec059f63514459fc10d42dc9934e56ebc0"
                    "cbc60d4d2df174774cbdcd5da4a350317a7f12e1949471f8a295f272e68fc071"
                    "59b07d8e2d26e459" },
    { .source = "3GPP TS 35.217, UEA2, whole bytes",
      .algorithm = CIPHER_VECTOR_SNOW3G_UEA2,
      .name = "snow3g-uea2, test set 1",
      .key = "2bd6459f82c5b300952c49104881ff48",
      .iv = "72a4f20f6400000072a4f20f64000000",
      .plaintext = "7ec61272743bf1614726446a6c38ced166f6ca76eb5430044286346cef130f92"
                   "922b03450d3a9975e5bd2ea0eb55ad8e1b199e3ec4316020e9a1b285e7627953"
                   "59b7bdfd39bef4b2484583d5afe082aee638bf5fd5a606193901a08f4ab41aab"
                   "9b13",
      .ciphertext = "8ceba62943dced3a0990b06ea1b0a2c4fb3cedc71b369f42ba64c1eb6665e72a"
                    "a1c9bb0deaa20fe86058b8baee2c2e7f0becce48b52932a53c9d5f931a3a7c53"
                    "2259af4325e2a65e3084ad5f6a513b7bddc1b65f0aa0d97a053db55a88c4c4f9"
                    "605e" },
    { .source = "3GPP TS 35.217, UEA2, whole bytes",
      .algorithm = CIPHER_VECTOR_SNOW3G_UEA2,
      .name = "snow3g-uea2, test set 3",
      .key = "5acb1d644c0d51204ea5f1451010d852",
      .iv = "fa556b261c000000fa556b261c000000",
      .plaintext = "ad9c441f890b38c457a49d421407e8",
      .ciphertext = "ba0f31300334c56b52a7497cbac046" },
    { .source = "3GPP TS 35.217, UEA2, whole bytes",
      .algorithm = CIPHER_VECTOR_SNOW3G_UEA2,
      .name = "snow3g-uea2, test set 2",
      .key = "efa8b2229e720c2a7c36ea55e9605695",
      .iv = "e28bcf7bc0000000e28bcf7bc0000000",
      .plaintext = "10111231e060253a43fd3f57e37607ab2827b599b6b1bbda37a8abcc5a8c550d"
                   "1bfb2f494624fb50367fa36ce3bc68f11cf93b1510376b02130f812a9fa1",
      .ciphertext = "e0da15ca8e2554f5e56c9468dc6c7c129c568aa5032317e04e0729646cabefa6"
                    "89864c410f24f919e61e3dfdfad77e560db0a9cd36c34ae4181490b29f5f" },
    { .source = "3GPP TS 35.217, UEA2, whole bytes",
      .algorithm = CIPHER_VECTOR_SNOW3G_UEA2,
      .name = "snow3g-uea2, test set 4",
      .key = "d3c5d592327fb11c4035c6680af8c6d1",
      .iv = "398a59b42c000000398a59b42c000000",
      .plaintext = "981ba6824c1bfb1ab485472029b71d808ce33e2cc3c0b5fc1f3de8a6dc66",
      .ciphertext = "989b719cdc33ceb7cf276a52827cef94a56c40c0ab9d81f7a2a9bac60e11" },
    { .source = "3GPP TS 35.217, UEA2, whole bytes",
      .algorithm = CIPHER_VECTOR_SNOW3G_UEA2,
      .name = "snow3g-uea2, test set 5",
      .key = "6090eae04c83706eecbf652be8e36566",
      .iv = "72a4f20f4800000072a4f20f48000000",
      .plaintext = "40981ba6824c1bfb4286b299783daf442c099f7ab0f58d5c8e46b104f08f01b4"
                   "1ab485472029b71d36bd1a3d90dc3a41b46d51672ac4c9663a2be063da4bc8d2"
                   "808ce33e2cccbfc634e1b259060876a0fbb5a437ebcc8d31c19e4454318745e3"
                   "987645987a986f",
      .ciphertext = "5892bba88bbbcaaeae769aa06b683d3a17cc04a369881697435e44fed5ff9af5"
                    "7b9e890d4d5c64709885d48ae40690ec043baae9705796e4a9ff5a4b8d8b36d7"
                    "f3fe57cc6cfd6cd005cd3852a85e94ce6bcd90d0d07839ce09733544ca8e3508"
                    "43248550922ac1" },
    /* After the ninth word the LFSR's next word is 0 modulo 2^31 - 1, which ZUC, 3.2,
     * writes as 2^31 - 1: one step in 2^31 does, and no published answer. */
    { .source = "derived: tests/vectors/reference.py",
      .algorithm = CIPHER_VECTOR_ZUC_EEA3,
      .name = "zuc-eea3, zero in the LFSR",
      .key = "000102030405060708090a0b0c0d0e0f",
      .iv = "cf50724b00000000cf50724b00000000",
      .plaintext = "0000000000000000000000000000000000000000000000000000000000000000"
                   "0000000000000000000000000000000000000000000000000000000000000000",
      .ciphertext = "f555336501312ed77208c8fc30b5a44a7d097d6e744e1040075f4785126999d5"
                    "6eb23b972a295eb952708906b5f403c2896a4105810555c9d415362b3504bd29" },
    { .source = "3GPP TS 35.223, 128-EEA3, whole bytes",
      .algorithm = CIPHER_VECTOR_ZUC_EEA3,
      .name = "zuc-eea3, test set 1",
      .key = "173d14ba5003731d7a60049470f00a29",
      .iv = "66035492780000006603549278000000",
      .plaintext = "6cf65340735552ab0c9752fa6f9025fe0bd675d9005875b2",
      .ciphertext = "a6c85fc66afb8533aafc2518dfe784940ee1e4b030238cc8" },
    { .source = "3GPP TS 35.223, 128-EEA3, whole bytes",
      .algorithm = CIPHER_VECTOR_ZUC_EEA3,
      .name = "zuc-eea3, test set 2",
      .key = "e5bd3ea0eb55ade866c6ac58bd54302a",
      .iv = "00056823c400000000056823c4000000",
      .plaintext = "14a8ef693d678507bbe7270a7f67ff5006c3525b9807e467c4e56000ba338f5d"
                   "429559036751822246c80d3b38f07f4be2d8ff5805f5132229bde93bbbdcaf38"
                   "2bf1ee972fbf9977bada8945847a2a6c9ad34a667554e04d1f7fa2c33241bd8f"
                   "01ba220d",
      .ciphertext = "131d43e0dea1be5c5a1bfd971d852cbf712d7b4f57961fea3208afa8bca433f4"
                    "56ad09c7417e58bc69cf8866d1353f74865e80781d202dfb3ecff7fcbc3b190f"
                    "e82a204ed0e350fc0f6f2613b2f2bca6df5a473a57a4a00d985ebad880d6f238"
                    "64a07b01" },
    { .source = "3GPP TS 35.223, 128-EEA3, whole bytes",
      .algorithm = CIPHER_VECTOR_ZUC_EEA3,
      .name = "zuc-eea3, test set 3",
      .key = "d4552a8fd6e61cc81a2009141a29c10b",
      .iv = "76452ec11400000076452ec114000000",
      .plaintext = "38f07f4be2d8ff5805f5132229bde93bbbdcaf382bf1ee972fbf9977bada8945"
                   "847a2a6c9ad34a667554e04d1f7fa2c33241bd8f01ba220d3ca4ec41e074595f"
                   "54ae2b454fd971432043601965cca85c2417ed6cbec3bada84fc8a579aea7837"
                   "b0271177242a64dc0a9de71a8edee86ca3d47d033d6bf539804eca86c584a905"
                   "2de46ad3fced65543bd90207372b27afb79234f5ff43ea870820e2c2b78a8aae"
                   "61cce52a0515e348d196664a3456b182a07c406e4a20791271cfeda165d535ec"
                   "5ea2d4df",
      .ciphertext = "8383b0229fcc0b9d2295ec41c977e9c2bb72e220378141f9c8318f3a270dfbcd"
                    "ee6411c2b3044f176dc6e00f8960f97afacd131ad6a3b49b16b7babcf2a509eb"
                    "b16a75dcab14ff275dbeeea1a2b155f9d52c26452d0187c310a4ee55beaa78ab"
                    "4024615ba9f5d5adc7728f73560671f013e5e550085d3291df7d5fecedded559"
                    "641b6c2f585233bc71e9602bd2305855bbd25ffa7f17ecbc042daae38c1f57ad"
                    "8e8ebd37346f71befdbb7432e0e0bb2cfc09bcd96570cb0c0c39df5e29294e82"
                    "703a637f" },
    { .source = "3GPP TS 35.223, 128-EEA3, whole bytes",
      .algorithm = CIPHER_VECTOR_ZUC_EEA3,
      .name = "zuc-eea3, test set 4",
      .key = "db84b4fbccda563b66227bfe456f0f77",
      .iv = "e4850fe184000000e4850fe184000000",
      .plaintext = "e539f3b8973240da03f2b8aa05ee0a00dbafc0e182055dfe3d7383d92cef40e9"
                   "2928605d52d05f4f9018a1f189ae3997ce19155fb1221db8bb0951a853ad852c"
                   "e16cff07382c93a157de00ddb125c7539fd85045e4ee07e0c43f9e9d6f414fc4"
                   "d1c62917813f74c00fc83f3e2ed7c45ba5835264b43e0b20afda6b3053bfb642"
                   "3b7fce25479ff5f139dd9b5b995558e2a56be18dd581cd017c735e6f0d0d97c4"
                   "ddc1d1da70c6db4a12cc92778e2fbbd6f3ba52af91c9c6b64e8da4f7a2c266d0"
                   "2d001753df08960393c5d56888bf49eb5c16d9a80427a416bcb597df5bfe6f13"
                   "890a07ee1340e6476b0d9aa8f822ab0fd1ab0d204f40b7ce6f2e136eb67485e5"
                   "07804d504588ad37ffd816568b2dc40311dfb654cdead47e2385c3436203dd83"
                   "6f9c64d97462ad5dfa63b5cfe08acb9532866f5ca787566fca93e6b1693ee15c"
                   "f6f7a2d689d9741798dc1c238e1be650733b18fb34ff880e16bbd21b47",
      .ciphertext = "4bbfa91ba25d47db9a9f190d962a19ab323926b351fbd39e351e05da8b8925e3"
                    "0b1cce0d1221101095815cc7cb6319509ec0d67940491987e13f0affac332aa6"
                    "aa64626d3e9a1917519e0b97b655c6a165e44ca9feac0790d2a321ad3d86b79c"
                    "5138739fa38d887ec7def449ce8abdd3e7f8dc4ca9e7b73314ad310f9025e619"
                    "46b3a56dc649ec0da0d63943dff592cf962a7efb2c8524e35a2a6e7879d62604"
                    "ef268695fa4003027e22e6083077522064bd4a5b906b5f531274f235ed506cff"
                    "0154c754928a0ce5476f2cb1020a1222d32c1455ecaef1e368fb344d1735bfbe"
                    "deb71d0a33a2a54b1da5a294e679144ddf11eb1a3de8cf0cc061917974f35c1d"
                    "9ca0ac81807f8fcce6199a6c7712da865021b04ce0439516f1a526ccda9fd9ab"
                    "bd53c3a684f9ae1e7ee6b11da138ea826c5516b5aadf1abbe36fa7fff92e3a11"
                    "76064e8d95f2e4882b5500b93228b2194a475c1a27f63f9ffd264989a1" },
    { .source = "3GPP TS 35.223, 128-EEA3, whole bytes",
      .algorithm = CIPHER_VECTOR_ZUC_EEA3,
      .name = "zuc-eea3, test set 5",
      .key = "e13fed21b46e4e7ec31253b2bb17b3e0",
      .iv = "2738cdaad00000002738cdaad0000000",
      .plaintext = "8d74e20d54894e06d3cb13cb3933065e8674be62adb1c72b3a646965ab63cb7b"
                   "7854dfdc27e84929f49c64b872a490b13f957b64827e71f41fbd4269a42c97f8"
                   "24537027f86e9f4ad82d1df451690fdd98b6d03f3a0ebe3a312d6b840ba5a182"
                   "0b2a2c9709c090d245ed267cf845ae41fa975d3333ac3009fd40eba9eb5b8857"
                   "14b768b697138baf21380eca49f644d48689e4215760b906739f0d2b3f091133"
                   "ca15d981cbe401baf72d05ace05cccb2d297f4ef6a5f58d91246cfa77215b892"
                   "ab441d5278452795ccb7f5d79057a1c4f77f80d46db2033cb79bedf8e60551ce"
                   "10c667f62a97abafabbcd6772018df96a282ea737ce2cb331211f60d5354ce78"
                   "f9918d9c206ca042c9b62387dd709604a50af16d8d35a8906be484cf2e74a928"
                   "9940364353249b27b4c9ae29eddfc7da6418791a4e7baa0660fa64511f2d685c"
                   "c3a5ff70e0d2b74292e3b8a0cd6b04b1c790b8ead2703708540dea2fc09c3da7"
                   "70f65449e84d817a4f551055e19ab85018a0028b71a144d96791e9a357793350"
                   "4eee0060340c69d274e1bf9d805dcbcc1a6faa976800b6ff2b671dc463652fa8"
                   "a33ee50974c1c21be01eabb2167430269d72ee511c9dde30797c9a25d86ce74f"
                   "5b961be5fdfb6807814039e7137636bd1d7fa9e09efd2007505906a5ac45dfde"
                   "ed7757bbee745749c29633350bee0ea6f409df458016",
      .ciphertext = "94eaa4aa30a57137ddf09b97b25618a20a13e2f10fa5bf8161a879cc2ae797a6"
                    "b4cf2d9df31debb9905ccfec97de605d21c61ab8531b7f3c9da5f03931f8a064"
                    "2de48211f5f52ffea10f392a047669985da454a28f080961a6c2b62daa17f33c"
                    "d60a4971f48d2d909394a55f48117ace43d708e6b77d3dc46d8bc017d4d1abb7"
                    "7b7428c042b06f2f99d8d07c9879d99600127a31985f1099bbd7d6c1519ede8f"
                    "5eeb4a610b349ac01ea2350691756bd105c974a53eddb35d1d4100b012e522ab"
                    "41f4c5f2fde76b59cb8b96d885cfe4080d1328a0d636cc0edc05800b76acca8f"
                    "ef672084d1f52a8bbd8e0993320992c7ffbae17c408441e0ee883fc8a8b05e22"
                    "f5ff7f8d1b48c74c468c467a028f09fd7ce91109a570a2d5c4d5f4fa18c5dd3e"
                    "4562afe24ef771901f59af645898acef088abae07e92d52eb2de55045bb1b7c4"
                    "164ef2d7a6cac15eeb926d7ea2f08b66e1f759f3aee44614725aa3c7482b3084"
                    "4c143ff85b53f1e583c501257dddd096b81268daa303f17234c2333541f0bb8e"
                    "190648c5807c866d7193228609adb948686f7de294a802cc38f7fe5208f5ea31"
                    "96d0167b9bdd02f0d2a5221ca508f893af5c4b4bb9f4f520fd84289b3dbe7e61"
                    "497a7e2a584037ea637b6981127174af57b471df4b2768fd79c1540fb3edf2ea"
                    "22cb69bec0cf8d933d9c6fdd645e850591cca3d62c0c" },
#endif
};

static void decode(struct cipher_vector *v, const struct hex_vector *h)
{
    size_t ciphertext_len;

    v->source = h->source;
    v->algorithm = h->algorithm;
    v->name = h->name;
    v->key = hex_dup(h->key, &v->key_len);
    v->iv = hex_dup(h->iv ? h->iv : "", &v->iv_len);
    v->plaintext = hex_dup(h->plaintext, &v->len);
    v->ciphertext = hex_dup(h->ciphertext, &ciphertext_len);
    g_assert_cmpuint(v->len, ==, ciphertext_len);
}

const struct cipher_vector *cipher_vectors(size_t *n)
{
    static struct cipher_vector decoded[G_N_ELEMENTS(table)];

    *n = G_N_ELEMENTS(table);
    for (size_t i = 0; i < *n && !decoded[i].name; i++) {
        decode(&decoded[i], &table[i]);
    }
    return decoded;
}
