/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Published known answers for the HASH and MAC services, as text, and their decoding.
 *
 * Nobody publishes known answers for plain CBC-MAC with AES: what says "derived" is the
 * last block that the openssl program makes in CBC mode with an iv of zero. Nor for
 * GMAC with Twofish: test_gmac_twofish.c shows where those come from. f9 has answers,
 * counted in bits; the messages here are padded as TS 35.201 wants the input of f9.
 */
#include "vectors/digest.h"

#include "support/hex.h"
#include "vcrypto/protocol.h"

#include <glib.h>

struct hex_vector {
    const char *source;
    unsigned service;
    uint32_t algorithm;
    const char *name;
    const char *key; /* NULL: none */
    const char *iv;  /* NULL: none */
    const char *message;
    const char *digest;
};

static const struct hex_vector table[] = {
    { .source = "RFC 1321, A.5",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_MD5,
      .name = "md5, empty",
      .message = "",
      .digest = "d41d8cd98f00b204e9800998ecf8427e" },
    { .source = "RFC 1321, A.5",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_MD5,
      .name = "md5, abc",
      .message = "616263",
      .digest = "900150983cd24fb0d6963f7d28e17f72" },
    { .source = "RFC 1321, A.5",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_MD5,
      .name = "md5, long",
      .message = "3132333435363738393031323334353637383930313233343536373839303132"
                 "3334353637383930313233343536373839303132333435363738393031323334"
                 "35363738393031323334353637383930",
      .digest = "57edf4a22be3c955ac49da2e2107b67a" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA1,
      .name = "sha1, empty",
      .message = "",
      .digest = "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA1,
      .name = "sha1, abc",
      .message = "616263",
      .digest = "a9993e364706816aba3e25717850c26c9cd0d89d" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA1,
      .name = "sha1, long",
      .message = "6162636462636465636465666465666765666768666768696768696a68696a6b"
                 "696a6b6c6a6b6c6d6b6c6d6e6c6d6e6f6d6e6f706e6f7071",
      .digest = "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_224,
      .name = "sha224, empty",
      .message = "",
      .digest = "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_224,
      .name = "sha224, abc",
      .message = "616263",
      .digest = "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_224,
      .name = "sha224, long",
      .message = "6162636462636465636465666465666765666768666768696768696a68696a6b"
                 "696a6b6c6a6b6c6d6b6c6d6e6c6d6e6f6d6e6f706e6f7071",
      .digest = "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_256,
      .name = "sha256, empty",
      .message = "",
      .digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_256,
      .name = "sha256, abc",
      .message = "616263",
      .digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_256,
      .name = "sha256, long",
      .message = "6162636462636465636465666465666765666768666768696768696a68696a6b"
                 "696a6b6c6a6b6c6d6b6c6d6e6c6d6e6f6d6e6f706e6f7071",
      .digest = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_384,
      .name = "sha384, empty",
      .message = "",
      .digest = "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
                "274edebfe76f65fbd51ad2f14898b95b" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_384,
      .name = "sha384, abc",
      .message = "616263",
      .digest = "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                "8086072ba1e7cc2358baeca134c825a7" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_384,
      .name = "sha384, long",
      .message = "61626364656667686263646566676869636465666768696a6465666768696a6b"
                 "65666768696a6b6c666768696a6b6c6d6768696a6b6c6d6e68696a6b6c6d6e6f"
                 "696a6b6c6d6e6f706a6b6c6d6e6f70716b6c6d6e6f7071726c6d6e6f70717273"
                 "6d6e6f70717273746e6f707172737475",
      .digest = "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712"
                "fcc7c71a557e2db966c3e9fa91746039" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_512,
      .name = "sha512, empty",
      .message = "",
      .digest = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_512,
      .name = "sha512, abc",
      .message = "616263",
      .digest = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
    { .source = "FIPS 180-4, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA_512,
      .name = "sha512, long",
      .message = "61626364656667686263646566676869636465666768696a6465666768696a6b"
                 "65666768696a6b6c666768696a6b6c6d6768696a6b6c6d6e68696a6b6c6d6e6f"
                 "696a6b6c6d6e6f706a6b6c6d6e6f70716b6c6d6e6f7071726c6d6e6f70717273"
                 "6d6e6f70717273746e6f707172737475",
      .digest = "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
                "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_224,
      .name = "sha3-224, empty",
      .message = "",
      .digest = "6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_224,
      .name = "sha3-224, abc",
      .message = "616263",
      .digest = "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_224,
      .name = "sha3-224, long",
      .message = "61626364656667686263646566676869636465666768696a6465666768696a6b"
                 "65666768696a6b6c666768696a6b6c6d6768696a6b6c6d6e68696a6b6c6d6e6f"
                 "696a6b6c6d6e6f706a6b6c6d6e6f70716b6c6d6e6f7071726c6d6e6f70717273"
                 "6d6e6f70717273746e6f707172737475",
      .digest = "543e6868e1666c1a643630df77367ae5a62a85070a51c14cbf665cbc" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_256,
      .name = "sha3-256, empty",
      .message = "",
      .digest = "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_256,
      .name = "sha3-256, abc",
      .message = "616263",
      .digest = "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_256,
      .name = "sha3-256, long",
      .message = "61626364656667686263646566676869636465666768696a6465666768696a6b"
                 "65666768696a6b6c666768696a6b6c6d6768696a6b6c6d6e68696a6b6c6d6e6f"
                 "696a6b6c6d6e6f706a6b6c6d6e6f70716b6c6d6e6f7071726c6d6e6f70717273"
                 "6d6e6f70717273746e6f707172737475",
      .digest = "916f6061fe879741ca6469b43971dfdb28b1a32dc36cb3254e812be27aad1d18" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_384,
      .name = "sha3-384, empty",
      .message = "",
      .digest = "0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2a"
                "c3713831264adb47fb6bd1e058d5f004" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_384,
      .name = "sha3-384, abc",
      .message = "616263",
      .digest = "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2"
                "98d88cea927ac7f539f1edf228376d25" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_384,
      .name = "sha3-384, long",
      .message = "61626364656667686263646566676869636465666768696a6465666768696a6b"
                 "65666768696a6b6c666768696a6b6c6d6768696a6b6c6d6e68696a6b6c6d6e6f"
                 "696a6b6c6d6e6f706a6b6c6d6e6f70716b6c6d6e6f7071726c6d6e6f70717273"
                 "6d6e6f70717273746e6f707172737475",
      .digest = "79407d3b5916b59c3e30b09822974791c313fb9ecc849e406f23592d04f625dc"
                "8c709b98b43b3852b337216179aa7fc7" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_512,
      .name = "sha3-512, empty",
      .message = "",
      .digest = "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
                "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_512,
      .name = "sha3-512, abc",
      .message = "616263",
      .digest = "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
                "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_512,
      .name = "sha3-512, long",
      .message = "61626364656667686263646566676869636465666768696a6465666768696a6b"
                 "65666768696a6b6c666768696a6b6c6d6768696a6b6c6d6e68696a6b6c6d6e6f"
                 "696a6b6c6d6e6f706a6b6c6d6e6f70716b6c6d6e6f7071726c6d6e6f70717273"
                 "6d6e6f70717273746e6f707172737475",
      .digest = "afebb2ef542e6579c50cad06d2e578f9f8dd6881d7dc824d26360feebf18a4fa"
                "73e3261122948efcfd492e74e82e2189ed0fb440d187f382270cb455f21dd185" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_SHAKE128,
      .name = "shake_128, empty, 32 bytes",
      .message = "",
      .digest = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_SHAKE128,
      .name = "shake_128, empty, 256 bytes",
      .message = "",
      .digest = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"
                "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2"
                "35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2"
                "badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea"
                "17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdef"
                "aee7eef47cb0fca9767be1fda69419dfb927e9df07348b196691abaeb580b32d"
                "ef58538b8d23f87732ea63b02b4fa0f4873360e2841928cd60dd4cee8cc0d4c9"
                "22a96188d032675c8ac850933c7aff1533b94c834adbb69c6115bad4692d8619" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_SHAKE128,
      .name = "shake_128, 1600 bits, 32 bytes",
      .message = "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3",
      .digest = "131ab8d2b594946b9c81333f9bb6e0ce75c3b93104fa3469d3917457385da037" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_SHAKE128,
      .name = "shake_128, 1600 bits, 256 bytes",
      .message = "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3",
      .digest = "131ab8d2b594946b9c81333f9bb6e0ce75c3b93104fa3469d3917457385da037"
                "cf232ef7164a6d1eb448c8908186ad852d3f85a5cf28da1ab6fe343817197846"
                "7f1c05d58c7ef38c284c41f6c2221a76f12ab1c04082660250802294fb871802"
                "13fdef5b0ecb7df50ca1f8555be14d32e10f6edcde892c09424b29f597afc270"
                "c904556bfcb47a7d40778d390923642b3cbd0579e60908d5a000c1d08b98ef93"
                "3f806445bf87f8b009ba9e94f7266122ed7ac24e5e266c42a82fa1bbefb7b8db"
                "0066e16a85e0493f07df4809aec084a593748ac3dde5a6d7aae1e8b6e5352b2d"
                "71efbb47d4caeed5e6d633805d2d323e6fd81b4684b93a2677d45e7421c2c6ae" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_SHAKE256,
      .name = "shake_256, empty, 64 bytes",
      .message = "",
      .digest = "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"
                "d75dc4ddd8c0f200cb05019d67b592f6fc821c49479ab48640292eacb3b7c4be" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_SHAKE256,
      .name = "shake_256, empty, 512 bytes",
      .message = "",
      .digest = "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"
                "d75dc4ddd8c0f200cb05019d67b592f6fc821c49479ab48640292eacb3b7c4be"
                "141e96616fb13957692cc7edd0b45ae3dc07223c8e92937bef84bc0eab862853"
                "349ec75546f58fb7c2775c38462c5010d846c185c15111e595522a6bcd16cf86"
                "f3d122109e3b1fdd943b6aec468a2d621a7c06c6a957c62b54dafc3be87567d6"
                "77231395f6147293b68ceab7a9e0c58d864e8efde4e1b9a46cbe854713672f5c"
                "aaae314ed9083dab4b099f8e300f01b8650f1f4b1d8fcf3f3cb53fb8e9eb2ea2"
                "03bdc970f50ae55428a91f7f53ac266b28419c3778a15fd248d339ede785fb7f"
                "5a1aaa96d313eacc890936c173cdcd0fab882c45755feb3aed96d477ff96390b"
                "f9a66d1368b208e21f7c10d04a3dbd4e360633e5db4b602601c14cea737db3dc"
                "f722632cc77851cbdde2aaf0a33a07b373445df490cc8fc1e4160ff118378f11"
                "f0477de055a81a9eda57a4a2cfb0c83929d310912f729ec6cfa36c6ac6a75837"
                "143045d791cc85eff5b21932f23861bcf23a52b5da67eaf7baae0f5fb1369db7"
                "8f3ac45f8c4ac5671d85735cdddb09d2b1e34a1fc066ff4a162cb263d6541274"
                "ae2fcc865f618abe27c124cd8b074ccd516301b91875824d09958f341ef274bd"
                "ab0bae316339894304e35877b0c28a9b1fd166c796b9cc258a064a8f57e27f2a" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_SHAKE256,
      .name = "shake_256, 1600 bits, 64 bytes",
      .message = "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3",
      .digest = "cd8a920ed141aa0407a22d59288652e9d9f1a7ee0c1e7c1ca699424da84a904d"
                "2d700caae7396ece96604440577da4f3aa22aeb8857f961c4cd8e06f0ae6610b" },
    { .source = "FIPS 202, examples",
      .service = VCRYPTO_SERVICE_HASH,
      .algorithm = VCRYPTO_HASH_SHA3_SHAKE256,
      .name = "shake_256, 1600 bits, 512 bytes",
      .message = "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                 "a3a3a3a3a3a3a3a3",
      .digest = "cd8a920ed141aa0407a22d59288652e9d9f1a7ee0c1e7c1ca699424da84a904d"
                "2d700caae7396ece96604440577da4f3aa22aeb8857f961c4cd8e06f0ae6610b"
                "1048a7f64e1074cd629e85ad7566048efc4fb500b486a3309a8f26724c0ed628"
                "001a1099422468de726f1061d99eb9e93604d5aa7467d4b1bd6484582a384317"
                "d7f47d750b8f5499512bb85a226c4243556e696f6bd072c5aa2d9b69730244b5"
                "6853d16970ad817e213e470618178001c9fb56c54fefa5fee67d2da524bb3b0b"
                "61ef0e9114a92cdbb6cccb98615cfe76e3510dd88d1cc28ff99287512f24bfaf"
                "a1a76877b6f37198e3a641c68a7c42d45fa7acc10dae5f3cefb7b735f12d4e58"
                "9f7a456e78c0f5e4c4471fffa5e4fa0514ae974d8c2648513b5db494cea84715"
                "6d277ad0e141c24c7839064cd08851bc2e7ca109fd4e251c35bb0a04fb05b364"
                "ff8c4d8b59bc303e25328c09a882e952518e1a8ae0ff265d61c465896973d749"
                "0499dc639fb8502b39456791b1b6ec5bcc5d9ac36a6df622a070d43fed781f5f"
                "149f7b62675e7d1a4d6dec48c1c7164586eae06a51208c0b791244d307726505"
                "c3ad4b26b6822377257aa152037560a739714a3ca79bd605547c9b78dd1f596f"
                "2d4f1791bc689a0e9b799a37339c04275733740143ef5d2b58b96a363d4e0807"
                "6a1a9d7846436e4dca5728b6f760eef0ca92bf0be5615e96959d767197a0beeb" },
    { .source = "RFC 2202, 2.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_MD5,
      .name = "hmac-md5, test case 1",
      .key = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
      .message = "4869205468657265",
      .digest = "9294727a3638bb1c13f48ef8158bfc9d" },
    { .source = "RFC 2202, 2.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_MD5,
      .name = "hmac-md5, test case 2",
      .key = "4a656665",
      .message = "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      .digest = "750c783e6ab0b503eaa86e310a5db738" },
    { .source = "RFC 2202, 2.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_MD5,
      .name = "hmac-md5, test case 3",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      .message = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
                 "dddddddddddddddddddddddddddddddddddd",
      .digest = "56be34521d144c88dbb8c733f0e8b3f6" },
    { .source = "RFC 2202, 2.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_MD5,
      .name = "hmac-md5, test case 4",
      .key = "0102030405060708090a0b0c0d0e0f10111213141516171819",
      .message = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
                 "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
      .digest = "697eaf0aca3a3aea3a75164746ffaa79" },
    { .source = "RFC 2202, 2.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_MD5,
      .name = "hmac-md5, test case 5",
      .key = "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c",
      .message = "546573742057697468205472756e636174696f6e",
      .digest = "56461ef2342edc00f9bab995690efd4c" },
    { .source = "RFC 2202, 2.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_MD5,
      .name = "hmac-md5, test case 6",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      .message = "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
                 "65204b6579202d2048617368204b6579204669727374",
      .digest = "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd" },
    { .source = "RFC 2202, 2.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_MD5,
      .name = "hmac-md5, test case 7",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      .message = "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
                 "65204b657920616e64204c6172676572205468616e204f6e6520426c6f636b2d"
                 "53697a652044617461",
      .digest = "6f630fad67cda0ee1fb1f562db3aa53e" },
    { .source = "RFC 2202, 3.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA1,
      .name = "hmac-sha1, test case 1",
      .key = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
      .message = "4869205468657265",
      .digest = "b617318655057264e28bc0b6fb378c8ef146be00" },
    { .source = "RFC 2202, 3.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA1,
      .name = "hmac-sha1, test case 2",
      .key = "4a656665",
      .message = "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      .digest = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
    { .source = "RFC 2202, 3.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA1,
      .name = "hmac-sha1, test case 3",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      .message = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
                 "dddddddddddddddddddddddddddddddddddd",
      .digest = "125d7342b9ac11cd91a39af48aa17b4f63f175d3" },
    { .source = "RFC 2202, 3.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA1,
      .name = "hmac-sha1, test case 4",
      .key = "0102030405060708090a0b0c0d0e0f10111213141516171819",
      .message = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
                 "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
      .digest = "4c9007f4026250c6bc8414f9bf50c86c2d7235da" },
    { .source = "RFC 2202, 3.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA1,
      .name = "hmac-sha1, test case 5",
      .key = "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c",
      .message = "546573742057697468205472756e636174696f6e",
      .digest = "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04" },
    { .source = "RFC 2202, 3.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA1,
      .name = "hmac-sha1, test case 6",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      .message = "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
                 "65204b6579202d2048617368204b6579204669727374",
      .digest = "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
    { .source = "RFC 2202, 3.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA1,
      .name = "hmac-sha1, test case 7",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      .message = "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
                 "65204b657920616e64204c6172676572205468616e204f6e6520426c6f636b2d"
                 "53697a652044617461",
      .digest = "e8e99d0f45237d786d6bbaa7965c7808bbff1a91" },
    { .source = "RFC 4231, 4.2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_224,
      .name = "hmac-sha224, test case 1",
      .key = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
      .message = "4869205468657265",
      .digest = "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22" },
    { .source = "RFC 4231, 4.3",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_224,
      .name = "hmac-sha224, test case 2",
      .key = "4a656665",
      .message = "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      .digest = "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44" },
    { .source = "RFC 4231, 4.4",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_224,
      .name = "hmac-sha224, test case 3",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      .message = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
                 "dddddddddddddddddddddddddddddddddddd",
      .digest = "7fb3cb3588c6c1f6ffa9694d7d6ad2649365b0c1f65d69d1ec8333ea" },
    { .source = "RFC 4231, 4.5",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_224,
      .name = "hmac-sha224, test case 4",
      .key = "0102030405060708090a0b0c0d0e0f10111213141516171819",
      .message = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
                 "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
      .digest = "6c11506874013cac6a2abc1bb382627cec6a90d86efc012de7afec5a" },
    { .source = "RFC 4231, 4.7",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_224,
      .name = "hmac-sha224, test case 6",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaa",
      .message = "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
                 "65204b6579202d2048617368204b6579204669727374",
      .digest = "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e" },
    { .source = "RFC 4231, 4.8",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_224,
      .name = "hmac-sha224, test case 7",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaa",
      .message = "5468697320697320612074657374207573696e672061206c6172676572207468"
                 "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
                 "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
                 "647320746f20626520686173686564206265666f7265206265696e6720757365"
                 "642062792074686520484d414320616c676f726974686d2e",
      .digest = "3a854166ac5d9f023f54d517d0b39dbd946770db9c2b95c9f6f565d1" },
    { .source = "RFC 4231, 4.2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_256,
      .name = "hmac-sha256, test case 1",
      .key = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
      .message = "4869205468657265",
      .digest = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { .source = "RFC 4231, 4.3",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_256,
      .name = "hmac-sha256, test case 2",
      .key = "4a656665",
      .message = "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      .digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { .source = "RFC 4231, 4.4",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_256,
      .name = "hmac-sha256, test case 3",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      .message = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
                 "dddddddddddddddddddddddddddddddddddd",
      .digest = "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
    { .source = "RFC 4231, 4.5",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_256,
      .name = "hmac-sha256, test case 4",
      .key = "0102030405060708090a0b0c0d0e0f10111213141516171819",
      .message = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
                 "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
      .digest = "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
    { .source = "RFC 4231, 4.7",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_256,
      .name = "hmac-sha256, test case 6",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaa",
      .message = "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
                 "65204b6579202d2048617368204b6579204669727374",
      .digest = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    { .source = "RFC 4231, 4.8",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_256,
      .name = "hmac-sha256, test case 7",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaa",
      .message = "5468697320697320612074657374207573696e672061206c6172676572207468"
                 "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
                 "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
                 "647320746f20626520686173686564206265666f7265206265696e6720757365"
                 "642062792074686520484d414320616c676f726974686d2e",
      .digest = "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
    { .source = "RFC 4231, 4.2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_384,
      .name = "hmac-sha384, test case 1",
      .key = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
      .message = "4869205468657265",
      .digest = "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
                "faea9ea9076ede7f4af152e8b2fa9cb6" },
    { .source = "RFC 4231, 4.3",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_384,
      .name = "hmac-sha384, test case 2",
      .key = "4a656665",
      .message = "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      .digest = "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
                "8e2240ca5e69e2c78b3239ecfab21649" },
    { .source = "RFC 4231, 4.4",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_384,
      .name = "hmac-sha384, test case 3",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      .message = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
                 "dddddddddddddddddddddddddddddddddddd",
      .digest = "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b"
                "2a5ab39dc13814b94e3ab6e101a34f27" },
    { .source = "RFC 4231, 4.5",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_384,
      .name = "hmac-sha384, test case 4",
      .key = "0102030405060708090a0b0c0d0e0f10111213141516171819",
      .message = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
                 "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
      .digest = "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e"
                "6801dd23c4a7d679ccf8a386c674cffb" },
    { .source = "RFC 4231, 4.7",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_384,
      .name = "hmac-sha384, test case 6",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaa",
      .message = "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
                 "65204b6579202d2048617368204b6579204669727374",
      .digest = "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
                "0c2ef6ab4030fe8296248df163f44952" },
    { .source = "RFC 4231, 4.8",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_384,
      .name = "hmac-sha384, test case 7",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaa",
      .message = "5468697320697320612074657374207573696e672061206c6172676572207468"
                 "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
                 "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
                 "647320746f20626520686173686564206265666f7265206265696e6720757365"
                 "642062792074686520484d414320616c676f726974686d2e",
      .digest = "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5"
                "a678cc31e799176d3860e6110c46523e" },
    { .source = "RFC 4231, 4.2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_512,
      .name = "hmac-sha512, test case 1",
      .key = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
      .message = "4869205468657265",
      .digest = "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
                "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
    { .source = "RFC 4231, 4.3",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_512,
      .name = "hmac-sha512, test case 2",
      .key = "4a656665",
      .message = "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      .digest = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
    { .source = "RFC 4231, 4.4",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_512,
      .name = "hmac-sha512, test case 3",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      .message = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
                 "dddddddddddddddddddddddddddddddddddd",
      .digest = "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
                "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb" },
    { .source = "RFC 4231, 4.5",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_512,
      .name = "hmac-sha512, test case 4",
      .key = "0102030405060708090a0b0c0d0e0f10111213141516171819",
      .message = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
                 "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
      .digest = "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
                "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd" },
    { .source = "RFC 4231, 4.7",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_512,
      .name = "hmac-sha512, test case 6",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaa",
      .message = "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
                 "65204b6579202d2048617368204b6579204669727374",
      .digest = "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
                "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" },
    { .source = "RFC 4231, 4.8",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_HMAC_SHA_512,
      .name = "hmac-sha512, test case 7",
      .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaa",
      .message = "5468697320697320612074657374207573696e672061206c6172676572207468"
                 "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
                 "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
                 "647320746f20626520686173686564206265666f7265206265696e6720757365"
                 "642062792074686520484d414320616c676f726974686d2e",
      .digest = "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944"
                "b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-128, 0 bytes",
      .key = "2b7e151628aed2a6abf7158809cf4f3c",
      .message = "",
      .digest = "bb1d6929e95937287fa37d129b756746" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-128, 16 bytes",
      .key = "2b7e151628aed2a6abf7158809cf4f3c",
      .message = "6bc1bee22e409f96e93d7e117393172a",
      .digest = "070a16b46b4d4144f79bdd9dd04a287c" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-128, 40 bytes",
      .key = "2b7e151628aed2a6abf7158809cf4f3c",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                 "30c81c46a35ce411",
      .digest = "dfa66747de9ae63030ca32611497c827" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-128, 64 bytes",
      .key = "2b7e151628aed2a6abf7158809cf4f3c",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                 "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
      .digest = "51f0bebf7e3b9d92fc49741779363cfe" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-192, 0 bytes",
      .key = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
      .message = "",
      .digest = "d17ddf46adaacde531cac483de7a9367" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-192, 16 bytes",
      .key = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
      .message = "6bc1bee22e409f96e93d7e117393172a",
      .digest = "9e99a7bf31e710900662f65e617c5184" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-192, 40 bytes",
      .key = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                 "30c81c46a35ce411",
      .digest = "8a1de5be2eb31aad089a82e6ee908b0e" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-192, 64 bytes",
      .key = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                 "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
      .digest = "a1d5df0eed790f794d77589659f39a11" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-256, 0 bytes",
      .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
      .message = "",
      .digest = "028962f61b7bf89efc6b551f4667d983" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-256, 16 bytes",
      .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
      .message = "6bc1bee22e409f96e93d7e117393172a",
      .digest = "28a7023f452e8f82bd4bf28d8c37c35c" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-256, 40 bytes",
      .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                 "30c81c46a35ce411",
      .digest = "aaf3d8f1de5640c232f5b169b9c911e6" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes-256, 64 bytes",
      .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                 "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
      .digest = "e1992190549f6ed5696a2c056c315410" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_3DES,
      .name = "cmac-3des, three keys, 0 bytes",
      .key = "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5",
      .message = "",
      .digest = "b7a688e122ffaf95" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_3DES,
      .name = "cmac-3des, three keys, 8 bytes",
      .key = "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5",
      .message = "6bc1bee22e409f96",
      .digest = "8e8f293136283797" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_3DES,
      .name = "cmac-3des, three keys, 20 bytes",
      .key = "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a57",
      .digest = "743ddbe0ce2dc2ed" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_3DES,
      .name = "cmac-3des, three keys, 32 bytes",
      .key = "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
      .digest = "33e6b1092400eae5" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_3DES,
      .name = "cmac-3des, two keys, 0 bytes",
      .key = "4cf15134a2850dd58a3d10ba80570d38",
      .message = "",
      .digest = "bd2ebf9a3ba00361" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_3DES,
      .name = "cmac-3des, two keys, 8 bytes",
      .key = "4cf15134a2850dd58a3d10ba80570d38",
      .message = "6bc1bee22e409f96",
      .digest = "4ff2ab813c53ce83" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_3DES,
      .name = "cmac-3des, two keys, 20 bytes",
      .key = "4cf15134a2850dd58a3d10ba80570d38",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a57",
      .digest = "62dd1b471902bd4e" },
    { .source = "NIST SP 800-38B, examples",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CMAC_3DES,
      .name = "cmac-3des, two keys, 32 bytes",
      .key = "4cf15134a2850dd58a3d10ba80570d38",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
      .digest = "31b1e431dabc4eb8" },
    { .source = "GCM specification (McGrew, Viega), test case 1",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_GMAC_AES,
      .name = "gmac-aes-128, empty",
      .key = "00000000000000000000000000000000",
      .iv = "000000000000000000000000",
      .message = "",
      .digest = "58e2fccefa7e3061367f1d57a4e7455a" },
    { .source = "GCM specification (McGrew, Viega), test case 7",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_GMAC_AES,
      .name = "gmac-aes-192, empty",
      .key = "000000000000000000000000000000000000000000000000",
      .iv = "000000000000000000000000",
      .message = "",
      .digest = "cd33b28ac773f74ba00ed1f312572435" },
    { .source = "GCM specification (McGrew, Viega), test case 13",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_GMAC_AES,
      .name = "gmac-aes-256, empty",
      .key = "0000000000000000000000000000000000000000000000000000000000000000",
      .iv = "000000000000000000000000",
      .message = "",
      .digest = "530f8afbc74536b9a963b4f1c4cb738b" },
    { .source = "NIST CAVP, gcmEncryptExtIV128",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_GMAC_AES,
      .name = "gmac-aes-128, 16 bytes",
      .key = "77be63708971c4e240d1cb79e8d77feb",
      .iv = "e0e00f19fed7ba0136a797f3",
      .message = "7a43ec1d9c0a5a78a0b16533a6213cab",
      .digest = "209fcc8d3675ed938e9c7166709dd946" },
    { .source = "derived from the definition, key and message of NIST SP 800-38A, F.2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CBCMAC_AES,
      .name = "cbcmac-aes-128, one block",
      .key = "2b7e151628aed2a6abf7158809cf4f3c",
      .message = "6bc1bee22e409f96e93d7e117393172a",
      .digest = "3ad77bb40d7a3660a89ecaf32466ef97" },
    { .source = "derived from the definition, key and message of NIST SP 800-38A, F.2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CBCMAC_AES,
      .name = "cbcmac-aes-128, four blocks",
      .key = "2b7e151628aed2a6abf7158809cf4f3c",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                 "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
      .digest = "a7356e1207bb406639e5e5ceb9a9ed93" },
    { .source = "derived from the definition, key and message of NIST SP 800-38A, F.2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CBCMAC_AES,
      .name = "cbcmac-aes-192, one block",
      .key = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
      .message = "6bc1bee22e409f96e93d7e117393172a",
      .digest = "bd334f1d6e45f25ff712a214571fa5cc" },
    { .source = "derived from the definition, key and message of NIST SP 800-38A, F.2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CBCMAC_AES,
      .name = "cbcmac-aes-192, four blocks",
      .key = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                 "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
      .digest = "e3d75546dd970316733e6f1a7f0f6cf7" },
    { .source = "derived from the definition, key and message of NIST SP 800-38A, F.2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CBCMAC_AES,
      .name = "cbcmac-aes-256, one block",
      .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
      .message = "6bc1bee22e409f96e93d7e117393172a",
      .digest = "f3eed1bdb5d2a03c064b5a7e3db181f8" },
    { .source = "derived from the definition, key and message of NIST SP 800-38A, F.2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CBCMAC_AES,
      .name = "cbcmac-aes-256, four blocks",
      .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
      .message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                 "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
      .digest = "7e149874d994f5550bcbd66d917315d6" },
    { .source = "RFC 3566, 4.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_XCBC_AES,
      .name = "xcbc-aes, test case 1",
      .key = "000102030405060708090a0b0c0d0e0f",
      .message = "",
      .digest = "75f0251d528ac01c4573dfd584d79f29" },
    { .source = "RFC 3566, 4.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_XCBC_AES,
      .name = "xcbc-aes, test case 2",
      .key = "000102030405060708090a0b0c0d0e0f",
      .message = "000102",
      .digest = "5b376580ae2f19afe7219ceef172756f" },
    { .source = "RFC 3566, 4.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_XCBC_AES,
      .name = "xcbc-aes, test case 3",
      .key = "000102030405060708090a0b0c0d0e0f",
      .message = "000102030405060708090a0b0c0d0e0f",
      .digest = "d2a246fa349b68a79998a4394ff7a263" },
    { .source = "RFC 3566, 4.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_XCBC_AES,
      .name = "xcbc-aes, test case 4",
      .key = "000102030405060708090a0b0c0d0e0f",
      .message = "000102030405060708090a0b0c0d0e0f10111213",
      .digest = "47f51b4564966215b8985c63055ed308" },
    { .source = "RFC 3566, 4.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_XCBC_AES,
      .name = "xcbc-aes, test case 5",
      .key = "000102030405060708090a0b0c0d0e0f",
      .message = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
      .digest = "f54f0ec8d2b9f3d36807734bd5283fd4" },
    { .source = "RFC 3566, 4.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_XCBC_AES,
      .name = "xcbc-aes, test case 6",
      .key = "000102030405060708090a0b0c0d0e0f",
      .message = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                 "2021",
      .digest = "becbb3bccdb518a30677d5481fb6b4d8" },
    { .source = "RFC 3566, 4.",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_XCBC_AES,
      .name = "xcbc-aes, test case 7",
      .key = "000102030405060708090a0b0c0d0e0f",
      .message = "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000000",
      .digest = "f0dafee895db30253761103b5d84528f" },
#ifdef VCRYPTO_HAVE_IPSEC_MB
    { .source = "3GPP TS 35.203, f9, padded",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_KASUMI_F9,
      .name = "kasumi-f9, test set 1",
      .key = "2bd6459f82c5b300952c49104881ff48",
      .message = "38a6f05605d2ec496b227737296f393c8079353edc87e2e805d2ec49a4f2d8e2",
      .digest = "f63bd72c" },
    { .source = "3GPP TS 35.203, f9, padded",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CBCMAC_KASUMI_F9,
      .name = "cbcmac-kasumi-f9, test set 1",
      .key = "2bd6459f82c5b300952c49104881ff48",
      .message = "38a6f05605d2ec496b227737296f393c8079353edc87e2e805d2ec49a4f2d8e2",
      .digest = "f63bd72c" },
    { .source = "3GPP TS 35.203, f9, padded",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_KASUMI_F9,
      .name = "kasumi-f9, test set 2",
      .key = "d42f682428201cafcd9f97945e6de7b7",
      .message = "3edc87e2a4f2d8e2b5924384328a4ae00b737109f8b6c8dd2b4db63dd533981c"
                 "eb19aad52a5b2bc3",
      .digest = "a9daf1ff" },
    { .source = "3GPP TS 35.203, f9, padded",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CBCMAC_KASUMI_F9,
      .name = "cbcmac-kasumi-f9, test set 2",
      .key = "d42f682428201cafcd9f97945e6de7b7",
      .message = "3edc87e2a4f2d8e2b5924384328a4ae00b737109f8b6c8dd2b4db63dd533981c"
                 "eb19aad52a5b2bc3",
      .digest = "a9daf1ff" },
    { .source = "3GPP TS 35.203, f9, padded",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_KASUMI_F9,
      .name = "kasumi-f9, test set 3",
      .key = "fdb9cfdf28936cc483a31869d81b8fab",
      .message = "36af61449838f03a5932bc0ace2b0aba33d8ac188ac54f346fad10bf9dee2920"
                 "b43bd0c53a915cb7df6caa72053abff38000000000000000",
      .digest = "1537d316" },
    { .source = "3GPP TS 35.203, f9, padded",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CBCMAC_KASUMI_F9,
      .name = "cbcmac-kasumi-f9, test set 3",
      .key = "fdb9cfdf28936cc483a31869d81b8fab",
      .message = "36af61449838f03a5932bc0ace2b0aba33d8ac188ac54f346fad10bf9dee2920"
                 "b43bd0c53a915cb7df6caa72053abff38000000000000000",
      .digest = "1537d316" },
    { .source = "3GPP TS 35.203, f9, padded",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_KASUMI_F9,
      .name = "kasumi-f9, test set 4",
      .key = "c736c6aab22bfff91e2698d2e22ad57e",
      .message = "14793e410397e8fdd0a7d463df9fb2b278833fa02e235aa172bd970c1473e129"
                 "07fb648b6599aaa0b24a038665422b20a499276a50427009c000000000000000",
      .digest = "dd7dfadd" },
    { .source = "3GPP TS 35.203, f9, padded",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CBCMAC_KASUMI_F9,
      .name = "cbcmac-kasumi-f9, test set 4",
      .key = "c736c6aab22bfff91e2698d2e22ad57e",
      .message = "14793e410397e8fdd0a7d463df9fb2b278833fa02e235aa172bd970c1473e129"
                 "07fb648b6599aaa0b24a038665422b20a499276a50427009c000000000000000",
      .digest = "dd7dfadd" },
    { .source = "3GPP TS 35.203, f9, padded",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_KASUMI_F9,
      .name = "kasumi-f9, test set 5",
      .key = "f4ebec69e73eaf2eb2cf6af4b3120ffd",
      .message = "296f393c6b22773710bfff839e0c71658dbb2d1707e145724f41c16f48bf403c"
                 "3b18e38fd5d1663b6f6d900193e3cea8bb4f1b4f5be822032232a78d7d75238d"
                 "5e6daecd3b4322cf59bc7ea84ab18811b5bfb7bc553f4fe44478ce287a148799"
                 "90d18d12ca79d2c855149021cd5ce8ca0371ca04fcce143e3d7cfee94585b588"
                 "5cac46068bc00000",
      .digest = "c383839d" },
    { .source = "3GPP TS 35.203, f9, padded",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_CBCMAC_KASUMI_F9,
      .name = "cbcmac-kasumi-f9, test set 5",
      .key = "f4ebec69e73eaf2eb2cf6af4b3120ffd",
      .message = "296f393c6b22773710bfff839e0c71658dbb2d1707e145724f41c16f48bf403c"
                 "3b18e38fd5d1663b6f6d900193e3cea8bb4f1b4f5be822032232a78d7d75238d"
                 "5e6daecd3b4322cf59bc7ea84ab18811b5bfb7bc553f4fe44478ce287a148799"
                 "90d18d12ca79d2c855149021cd5ce8ca0371ca04fcce143e3d7cfee94585b588"
                 "5cac46068bc00000",
      .digest = "c383839d" },
    { .source = "3GPP TS 35.217, UIA2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_SNOW3G_UIA2,
      .name = "snow3g-uia2, test set 4",
      .key = "c736c6aab22bfff91e2698d2e22ad57e",
      .iv = "14793e410397e8fd94793e41039768fd",
      .message = "d0a7d463df9fb2b278833fa02e235aa172bd970c1473e12907fb648b6599aaa0"
                 "b24a038665422b20a499276a50427009",
      .digest = "38b554c0" },
    { .source = "3GPP TS 35.217, UIA2",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_SNOW3G_UIA2,
      .name = "snow3g-uia2, test set 5",
      .key = "f4ebec69e73eaf2eb2cf6af4b3120ffd",
      .iv = "296f393c6b227737a96f393c6b22f737",
      .message = "10bfff839e0c71658dbb2d1707e145724f41c16f48bf403c3b18e38fd5d1663b"
                 "6f6d900193e3cea8bb4f1b4f5be822032232a78d7d75238d5e6daecd3b4322cf"
                 "59bc7ea84ab18811b5bfb7bc553f4fe44478ce287a14879990d18d12ca79d2c8"
                 "55149021cd5ce8ca0371ca04fcce143e3d7cfee94585b5885cac46068b",
      .digest = "061745ae" },
    { .source = "derived: tests/vectors/reference.py",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_ZUC_EIA3,
      .name = "zuc-eia3, zero in the LFSR",
      .key = "000102030405060708090a0b0c0d0e0f",
      .iv = "cf50724b00000000cf50724b00000000",
      .message = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      .digest = "4e6bcbc5" },
    { .source = "derived from ETSI/SAGE ZUC 1.6 by a program of its own",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_ZUC_EIA3,
      .name = "zuc-eia3, zero in the last words",
      .key = "000102030405060708090a0b0c0d0e0f",
      .iv = "cf50724b00000000cf50724b00000000",
      .message = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      .digest = "9783fb46" },
    { .source = "derived: tests/vectors/reference.py",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_ZUC_EIA3,
      .name = "zuc-eia3, zero in the LFSR at the end",
      .key = "000102030405060708090a0b0c0d0e0f",
      .iv = "cf50724b00000000cf50724b00000000",
      .message = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      .digest = "e0ae93b7" },
    { .source = "intel-ipsec-mb 1.3, test/zuc_test_vectors.h",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_ZUC_EIA3,
      .name = "zuc-eia3, test set 8",
      .key = "c9e6cec4607c72db000aefa88385ab0a",
      .iv = "a94059da50000000a94059da50000000",
      .message = "983b41d47d780c9e1ad11d7eb70391b1de0b35da2dc62f83e7b78d6306ca0ea0"
                 "7e941b7be91348f9fcb170e2217fecd97f9f68adb16e5d7d21e569d280ed775c",
      .digest = "bbaf2fc3" },
    { .source = "intel-ipsec-mb 1.3, test/zuc_test_vectors.h",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_ZUC_EIA3,
      .name = "zuc-eia3, test set 9",
      .key = "000102030405060708090a0b0c0d0e0f",
      .iv = "01234567500000000123456750000000",
      .message = "5bad724710ba1c56",
      .digest = "1b3d0f74" },
    { .source = "intel-ipsec-mb 1.3, test/zuc_test_vectors.h",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_ZUC_EIA3,
      .name = "zuc-eia3, test set 10",
      .key = "c9e6cec4607c72db000aefa88385ab0a",
      .iv = "a94059da50000000294059da50008000",
      .message = "983b41d47d780c9e1ad11d7eb70391b1de0b35da2dc62f83e7b78d6306ca0ea0"
                 "7e941b7be91348f9fcb170e2217fecd97f9f68adb16e5d7d21e569d2",
      .digest = "395c1192" },
#endif
#ifdef VCRYPTO_HAVE_GCRYPT
    { .source = "derived: test_gmac_twofish.c",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_GMAC_TWOFISH,
      .name = "gmac-twofish, 128 bits",
      .key = "0102030405060708090a0b0c0d0e0f10",
      .iv = "cafebabefacedbaddecaf888",
      .message =
          "546865206976206c656164733b20333720627974657320636f6d652061667465722069742e",
      .digest = "35dc13c40d5b0448c1c8a176091fae58" },
    { .source = "derived: test_gmac_twofish.c",
      .service = VCRYPTO_SERVICE_MAC,
      .algorithm = VCRYPTO_MAC_GMAC_TWOFISH,
      .name = "gmac-twofish, 256 bits",
      .key = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
      .iv = "cafebabefacedbaddecaf888",
      .message =
          "546865206976206c656164733b20333720627974657320636f6d652061667465722069742e",
      .digest = "55713b2c53c4de8676fa9d7d9f5b20ac" },
#endif
};

static struct digest_vector decoded[G_N_ELEMENTS(table)];

const struct digest_vector *digest_vectors(size_t *n)
{
    for (size_t i = 0; !decoded[0].name && i < G_N_ELEMENTS(table); i++) {
        const struct hex_vector *from = &table[G_N_ELEMENTS(table) - 1 - i];
        struct digest_vector *to = &decoded[G_N_ELEMENTS(table) - 1 - i];

        to->source = from->source;
        to->service = from->service;
        to->algorithm = from->algorithm;
        to->key = hex_dup(from->key ? from->key : "", &to->key_len);
        to->iv = hex_dup(from->iv ? from->iv : "", &to->iv_len);
        to->message = hex_dup(from->message, &to->len);
        to->digest = hex_dup(from->digest, &to->digest_len);
        to->name = from->name;
    }
    *n = G_N_ELEMENTS(table);
    return decoded;
}
