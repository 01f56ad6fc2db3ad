/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every known answer, in every form that a driver may write it in, with the bytes in
 * pieces of several sizes and in place: from the chain to the result, through all
 * layers but the rings.
 */
#include "forms-fixture.h"

#include "support/offered.h"

static void check_answer(const struct known_answer *k, enum form form, uint64_t id)
{
    static const size_t pieces[] = { 1, 3, 16, 31, 4096 };

    for (unsigned i = 0; i < 2 * G_N_ELEMENTS(pieces); i++) {
        size_t piece = pieces[i / 2];
        struct outcome outcome = run(&k->operation, form, id, piece, i % 2);

        ut_context("%s, %s, pieces of %zu, queue %u", k->name, form_name(form), piece,
                   i % 2);
        UT_EQ_U64(outcome.status, VCRYPTO_OK);
        UT_EQ_U64(outcome.used, k->answer.len + 1);
        UT_EQ_MEM(outcome.bytes, k->answer.data, k->answer.len);
        g_free(outcome.bytes);
    }
}

/* shows: FEA-3 FEA-4 CRE-1 CRE-2 HSH-1 HSH-3 MAC-1 MAC-2 SYM-1 AEA-1 AEA-2 */
static void every_known_answer_in_every_form(void)
{
    const GArray *all = known_answers();

    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        for (enum form form = 0; form < FORMS; form++) {
            uint64_t id = 0;
            uint32_t status = VCRYPTO_OK;

            use_form(form);
            ut_context("%s, %s", k->name, form_name(form));
            if (!form_stateless(form)) {
                id = create(&k->operation, form, &status);
            }
            UT_EQ_U64_FATAL(status, VCRYPTO_OK);
            check_answer(k, form, id);
            if (id) {
                UT_EQ_U64(destroy(&k->operation, form, id), VCRYPTO_OK);
            }
        }
    }
    ut_note("%u known answers in %u forms", all->len, FORMS);
    UT_EQ_U64(vcrypto_backend_sessions(point.backend), 0);
}

/* ---- AEAD ---- */

/* shows: AEA-3 AEA-4 */
static void one_flipped_bit_is_badmsg_and_leaves_nothing(void)
{
    const GArray *all = known_answers();

    use_form(FORM_STATELESS);
    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);
        struct form_operation o = k->operation;
        uint32_t total = o.aad.len + o.src.len;

        if (o.service != VCRYPTO_SERVICE_AEAD || o.operation != 1) {
            continue;
        }
        g_autofree uint8_t *src = g_memdup2(o.src.data, o.src.len);
        g_autofree uint8_t *aad = g_memdup2(o.aad.data, o.aad.len);

        o.src.data = src;
        o.aad.data = aad;
        for (uint32_t at = 0; at < total; at++) {
            uint8_t *byte = at < o.aad.len ? &aad[at] : &src[at - o.aad.len];
            struct outcome outcome;

            *byte ^= (uint8_t)(1u << at % 8);
            outcome = run(&o, FORM_STATELESS, 0, at % 2 ? 5 : 4096, 0);
            *byte ^= (uint8_t)(1u << at % 8);
            ut_context("%s, byte %u", k->name, at);
            UT_EQ_U64(outcome.status, VCRYPTO_BADMSG);
            UT_EQ_U64(outcome.used, 1);
            for (uint32_t b = 0; b < o.dst_len; b++) {
                UT_EQ_U64(outcome.bytes[b], 0);
            }
            g_free(outcome.bytes);
        }
        check_answer(k, FORM_STATELESS,
                     0); /* and the next request is as good as ever */
    }
}

/* Libraries have overlooked the tag where there is nothing else to be looked at. */
static void only_the_right_tag(struct form_operation o, const char *what)
{
    struct outcome sealed = run(&o, FORM_STATELESS, 0, 4096, 0);

    ut_context("algorithm %u, key of %u, tag of %u, %s", o.algorithm, o.key.len,
               o.tag_len, what);
    UT_EQ_U64(sealed.status, VCRYPTO_OK);
    o.operation = 1;
    o.src = (struct form_bytes){ sealed.bytes, o.tag_len };
    o.dst_len = 0;
    for (uint32_t bit = 0; bit <= 8 * o.tag_len; bit++) {
        bool wrong = bit < 8 * o.tag_len;
        struct outcome opened;

        if (wrong) {
            sealed.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        opened = run(&o, FORM_STATELESS, 0, 4096, 0);
        UT_EQ_U64(opened.status, wrong ? VCRYPTO_BADMSG : VCRYPTO_OK);
        g_free(opened.bytes);
        if (wrong) {
            sealed.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    g_free(sealed.bytes);
}

static void the_tag_of_nothing_is_checked(void)
{
    static const uint32_t legal[] = { [VCRYPTO_AEAD_GCM] = 0x1f110,
                                      [VCRYPTO_AEAD_CCM] = 0x15550,
                                      [VCRYPTO_AEAD_CHACHA20_POLY1305] = 0x10000 };
    static const uint8_t key[32] = { 1 }, iv[12] = { 2 }, aad[20] = { 3 };

    use_form(FORM_STATELESS);
    for (uint32_t a = 1; a <= 3; a++) {
        for (uint32_t tag_len = 4; tag_len <= 16; tag_len++) {
            struct form_operation o = { .service = VCRYPTO_SERVICE_AEAD,
                                        .algorithm = a,
                                        .iv = { iv, 12 },
                                        .dst_len = tag_len,
                                        .tag_len = tag_len };

            for (uint32_t key_len = 16; legal[a] >> tag_len & 1 && key_len <= 32;
                 key_len += 8) {
                if (a == VCRYPTO_AEAD_CHACHA20_POLY1305 && key_len != 32) {
                    continue;
                }
                o.key = (struct form_bytes){ key, key_len };
                o.aad = (struct form_bytes){ aad, 0 };
                only_the_right_tag(o, "no aad");
                o.aad = (struct form_bytes){ aad, sizeof(aad) };
                only_the_right_tag(o, "aad");
            }
        }
    }
}

static void tags_of_every_length(void)
{
    static const uint32_t legal[] = { [VCRYPTO_AEAD_GCM] = 0x1f110,
                                      [VCRYPTO_AEAD_CCM] = 0x15550,
                                      [VCRYPTO_AEAD_CHACHA20_POLY1305] = 0x10000 };
    static const uint8_t key[32] = { 1 }, iv[12] = { 2 }, src[33] = { 3 };

    use_form(FORM_STATELESS);
    for (uint32_t a = 1; a <= 3; a++) {
        for (uint32_t tag_len = 0; tag_len <= 20; tag_len++) {
            struct form_operation o = { .service = VCRYPTO_SERVICE_AEAD,
                                        .algorithm = a,
                                        .key = { key, 32 },
                                        .iv = { iv, 12 },
                                        .src = { src, 33 },
                                        .dst_len = 33 + tag_len,
                                        .tag_len = tag_len };
            struct outcome sealed = run(&o, FORM_STATELESS, 0, 4096, 0), opened;

            ut_context("algorithm %u, tag of %u", a, tag_len);
            UT_EQ_U64(sealed.status,
                      legal[a] >> tag_len & 1 ? VCRYPTO_OK : VCRYPTO_ERR);
            o.operation = 1;
            o.src = (struct form_bytes){ sealed.bytes, 33 + tag_len };
            o.dst_len = 33;
            opened = run(&o, FORM_STATELESS, 0, 4096, 0);
            UT_EQ_U64(opened.status, sealed.status);
            if (opened.status == VCRYPTO_OK) {
                UT_EQ_MEM(opened.bytes, src, 33);
            }
            g_free(sealed.bytes);
            g_free(opened.bytes);
        }
    }
}

/* shows: AEA-5 */
static void nonces_of_every_length(void)
{
    static const uint32_t legal[] = { [VCRYPTO_AEAD_GCM] = 0x11000,
                                      [VCRYPTO_AEAD_CCM] = 0x3f80,
                                      [VCRYPTO_AEAD_CHACHA20_POLY1305] = 0x1000 };
    static const uint8_t key[32] = { 1 }, iv[20] = { 2 }, src[33] = { 3 };

    use_form(FORM_STATELESS);
    for (uint32_t a = 1; a <= 3; a++) {
        for (uint32_t iv_len = 0; iv_len <= 20; iv_len++) {
            struct form_operation o = { .service = VCRYPTO_SERVICE_AEAD,
                                        .algorithm = a,
                                        .key = { key, 32 },
                                        .iv = { iv, iv_len },
                                        .src = { src, 33 },
                                        .dst_len = 49,
                                        .tag_len = 16 };
            struct outcome sealed = run(&o, FORM_STATELESS, 0, 4096, 0), opened;

            ut_context("algorithm %u, nonce of %u", a, iv_len);
            UT_EQ_U64(sealed.status, legal[a] >> iv_len & 1 ? VCRYPTO_OK : VCRYPTO_ERR);
            o.operation = 1;
            o.src = (struct form_bytes){ sealed.bytes, 49 };
            o.dst_len = 33;
            opened = run(&o, FORM_STATELESS, 0, 4096, 0);
            UT_EQ_U64(opened.status, sealed.status);
            g_free(sealed.bytes);
            g_free(opened.bytes);
        }
    }
}

static void ccm_lengths_fit_what_the_nonce_leaves(void)
{
    static const uint8_t key[16] = { 1 }, iv[13] = { 2 };
    static uint8_t src[65536];

    use_form(FORM_STATELESS);
    for (uint32_t len = 65535; len <= 65536; len++) {
        struct form_operation o = { .service = VCRYPTO_SERVICE_AEAD,
                                    .algorithm = VCRYPTO_AEAD_CCM,
                                    .key = { key, 16 },
                                    .iv = { iv, 13 },
                                    .src = { src, len },
                                    .dst_len = len + 8,
                                    .tag_len = 8 };
        struct outcome outcome = run(&o, FORM_STATELESS, 0, 70000, 0);

        UT_EQ_U64(outcome.status, len == 65535 ? VCRYPTO_OK : VCRYPTO_ERR);
        g_free(outcome.bytes);
    }
}

/* ---- results ---- */

static void digests_are_cut_to_what_is_asked_for(void)
{
    const GArray *all = known_answers();

    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);
        struct form_operation o = k->operation;
        bool xof = o.service == VCRYPTO_SERVICE_HASH && o.algorithm > 10;

        if (o.service != VCRYPTO_SERVICE_HASH && o.service != VCRYPTO_SERVICE_MAC) {
            continue;
        }
        use_form(FORM_STATELESS);
        for (uint32_t len = 0; len <= k->answer.len + 1; len++) {
            struct outcome outcome;

            o.result_len = len;
            outcome = run(&o, FORM_STATELESS, 0, 4096, 0);
            ut_context("%s, %u bytes", k->name, len);
            if (len && (len <= k->answer.len || xof)) {
                UT_EQ_U64(outcome.status, VCRYPTO_OK);
                UT_EQ_MEM(outcome.bytes, k->answer.data, MIN(len, k->answer.len));
            } else {
                UT_EQ_U64(outcome.status, VCRYPTO_ERR);
            }
            g_free(outcome.bytes);
        }
    }
}

/* A session says how long its results are at most; 0 stands for the natural length. */
/* shows: HSH-4 */
static void sessions_limit_their_results(void)
{
    static const struct {
        uint32_t algorithm, session, request;
        enum vcrypto_status created, status;
    } cases[] = {
        { VCRYPTO_HASH_SHA1, 0, 20, VCRYPTO_OK, VCRYPTO_OK },
        { VCRYPTO_HASH_SHA1, 0, 21, VCRYPTO_OK, VCRYPTO_ERR },
        { VCRYPTO_HASH_SHA1, 12, 12, VCRYPTO_OK, VCRYPTO_OK },
        { VCRYPTO_HASH_SHA1, 12, 11, VCRYPTO_OK, VCRYPTO_OK },
        { VCRYPTO_HASH_SHA1, 12, 13, VCRYPTO_OK, VCRYPTO_ERR },
        { VCRYPTO_HASH_SHA1, 12, 0, VCRYPTO_OK, VCRYPTO_ERR },
        { VCRYPTO_HASH_SHA1, 21, 20, VCRYPTO_ERR, VCRYPTO_INVSESS },
        { VCRYPTO_HASH_SHA3_SHAKE128, 0, 32, VCRYPTO_OK, VCRYPTO_OK },
        { VCRYPTO_HASH_SHA3_SHAKE128, 0, 33, VCRYPTO_OK, VCRYPTO_ERR },
        { VCRYPTO_HASH_SHA3_SHAKE256, 0, 64, VCRYPTO_OK, VCRYPTO_OK },
        { VCRYPTO_HASH_SHA3_SHAKE256, 65536, 65536, VCRYPTO_OK, VCRYPTO_OK },
        { VCRYPTO_HASH_SHA3_SHAKE256, 65537, 65536, VCRYPTO_ERR, VCRYPTO_INVSESS },
    };

    use_form(FORM_EXACT);
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct form_operation o = { .service = VCRYPTO_SERVICE_HASH,
                                    .algorithm = cases[i].algorithm,
                                    .src = { "abc", 3 },
                                    .result_len = cases[i].session };
        struct outcome outcome;
        uint32_t status;
        uint64_t id = create(&o, FORM_EXACT, &status);

        ut_context("case %u", i);
        UT_EQ_U64(status, cases[i].created);
        o.result_len = cases[i].request;
        outcome = run(&o, FORM_EXACT, id, 4096, 0);
        UT_EQ_U64(outcome.status, cases[i].status);
        g_free(outcome.bytes);
        destroy(&o, FORM_EXACT, id);
    }
}

/* ---- sessions and services ---- */

static const struct known_answer *first_of(uint32_t service)
{
    const GArray *all = known_answers();

    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        if (k->operation.service == service && k->operation.operation == 0) {
            return k;
        }
    }
    UT_FAIL_FATAL("no known answer for service %u", service);
}

/* As a session and without: the limits of the fixture, and one byte more. */
/* shows: CFG-9 */
static void keys_beyond_their_limits_are_errors(void)
{
    static const uint8_t key[4097];
    static const struct {
        uint32_t service, algorithm, limit;
    } limits[] = {
        { VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_ARC4, 256 },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_HMAC_SHA1, 512 },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(limits); i++) {
        for (uint32_t more = 0; more < 2; more++) {
            const struct form_operation o = {
                .service = limits[i].service,
                .algorithm = limits[i].algorithm,
                .key = { key, limits[i].limit + more },
                .src = { key, 20 },
                .dst_len = limits[i].service == VCRYPTO_SERVICE_CIPHER ? 20 : 0,
                .result_len = limits[i].service == VCRYPTO_SERVICE_MAC ? 20 : 0,
            };
            uint32_t expected = more ? VCRYPTO_ERR : VCRYPTO_OK, status;
            struct outcome outcome;
            uint64_t id;

            ut_context("service %u, %u bytes", o.service, o.key.len);
            use_form(FORM_EXACT);
            id = create(&o, FORM_EXACT, &status);
            UT_EQ_U64(status, expected);
            if (id) {
                destroy(&o, FORM_EXACT, id);
            }
            outcome = run(&o, FORM_STATELESS, 0, 4096, 0);
            UT_EQ_U64(outcome.status, expected);
            g_free(outcome.bytes);
        }
    }
}

/* shows: MAC-3 */
static void sources_of_wrong_length_are_errors(void)
{
    static const uint8_t source[16 + 8200];
    static const struct {
        uint32_t service, algorithm, iv_len, len;
        bool fine;
    } cases[] = {
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_CBCMAC_AES, 0, 0, false },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_CBCMAC_AES, 0, 15, false },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_CBCMAC_AES, 0, 16, true },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_GMAC_AES, 0, 11, false },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_GMAC_AES, 0, 12, true },
#ifdef VCRYPTO_HAVE_GCRYPT
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_GMAC_TWOFISH, 0, 11, false },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_GMAC_TWOFISH, 0, 12, true },
#endif
#ifdef VCRYPTO_HAVE_IPSEC_MB
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_KASUMI_F9, 0, 8, false },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_KASUMI_F9, 0, 16, true },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_KASUMI_F9, 0, 20, false },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_KASUMI_F9, 0, 2496, true },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_KASUMI_F9, 0, 2504, false },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_CBCMAC_KASUMI_F9, 0, 2504, false },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_SNOW3G_UIA2, 0, 15, false },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_SNOW3G_UIA2, 0, 16, false },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_SNOW3G_UIA2, 0, 17, true },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_ZUC_EIA3, 0, 16, false },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_ZUC_EIA3, 0, 16 + 8188, true },
        { VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_ZUC_EIA3, 0, 16 + 8189, false },
        { VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_KASUMI_F8, 8, 0, true },
        { VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_KASUMI_F8, 8, 2500, true },
        { VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_KASUMI_F8, 8, 2501, false },
        { VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_KASUMI_F8, 16, 16, false },
        { VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_SNOW3G_UEA2, 16, 0, true },
        { VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_ZUC_EEA3, 16, 0, true },
        { VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_ZUC_EEA3, 16, 8188, true },
        { VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_ZUC_EEA3, 16, 8189, false },
#endif
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool cipher = cases[i].service == VCRYPTO_SERVICE_CIPHER;
        const struct form_operation o = {
            .service = cases[i].service,
            .algorithm = cases[i].algorithm,
            .key = { source, 16 },
            .iv = { source, cases[i].iv_len },
            .src = { source, cases[i].len },
            .dst_len = cipher ? cases[i].len : 0,
            .result_len = cipher ? 0 : 4,
        };
        struct outcome outcome;

        ut_context("service %u, algorithm %u, %u bytes", o.service, o.algorithm,
                   o.src.len);
        use_form(FORM_STATELESS);
        outcome = run(&o, FORM_STATELESS, 0, 4096, 0);
        UT_EQ_U64(outcome.status, cases[i].fine ? VCRYPTO_OK : VCRYPTO_ERR);
        g_free(outcome.bytes);
    }
}

/* One operation of each service, and a chain, whose service is CIPHER too. */
static struct form_operation kind_of(unsigned kind)
{
    struct form_operation o;

    if (kind < VCRYPTO_SERVICE_COUNT) {
        return first_of(kind)->operation;
    }
    o = first_of(VCRYPTO_SERVICE_CIPHER)->operation;
    o.chain = true;
    o.chain_order = VCRYPTO_HASH_THEN_CIPHER;
    o.hash_mode = VCRYPTO_HASH_MODE_PLAIN;
    o.auth_algorithm = VCRYPTO_HASH_SHA1;
    o.cipher_len = o.src.len;
    o.hash_len = o.src.len;
    o.result_len = 20;
    return o;
}

static void a_session_of_another_kind_is_invalid(void)
{
    for (unsigned a = 0; a <= VCRYPTO_SERVICE_COUNT; a++) {
        for (unsigned b = 0; b <= VCRYPTO_SERVICE_COUNT; b++) {
            for (enum form form = FORM_LEGACY; form <= FORM_PADDED; form++) {
                struct form_operation own = kind_of(a), other = kind_of(b);
                struct outcome outcome;
                uint32_t status;
                uint64_t id;

                use_form(form);
                ut_context("kind %u on a session of %u, %s", b, a, form_name(form));
                id = create(&own, form, &status);
                UT_EQ_U64(status, VCRYPTO_OK);
                outcome = run(&other, form, id, 4096, 0);
                UT_EQ_U64(outcome.status, a == b ? VCRYPTO_OK : VCRYPTO_INVSESS);
                g_free(outcome.bytes);
                outcome = run(&own, form, id, 4096, 0);
                UT_EQ_U64(outcome.status, VCRYPTO_OK);
                g_free(outcome.bytes);
                destroy(&own, form, id);
            }
        }
    }
}

/* shows: CRE-4 */
static void no_space_is_told_only_to_those_who_know_the_word(void)
{
    const struct form_operation *o = &first_of(VCRYPTO_SERVICE_HASH)->operation;
    uint64_t ids[100];
    uint32_t status;

    use_form(FORM_EXACT);
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
        ids[i] = create(o, FORM_EXACT, &status);
        UT_EQ_U64(status, VCRYPTO_OK);
    }
    UT_EQ_U64(create(o, FORM_EXACT, &status), 0);
    UT_EQ_U64(status, VCRYPTO_NOSPC);
    use_form(FORM_LEGACY);
    UT_EQ_U64(create(o, FORM_LEGACY, &status), 0);
    UT_EQ_U64(status, VCRYPTO_ERR);
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
        UT_EQ_U64(destroy(o, FORM_LEGACY, ids[i]), VCRYPTO_OK);
    }
}

/* shows: DAT-1 DAT-2 HSH-2 */
static void the_flag_counts_only_with_feature_bit_0(void)
{
    const struct known_answer *k = first_of(VCRYPTO_SERVICE_CIPHER);
    static const uint32_t flags[] = { 0, 1, 2, 0xffffffff };
    struct form_message message;
    uint32_t status;
    uint64_t id;

    use_form(FORM_LEGACY);
    id = create(&k->operation, FORM_LEGACY, &status);
    for (unsigned i = 0; i < G_N_ELEMENTS(flags); i++) {
        for (unsigned bit0 = 0; bit0 < 2; bit0++) {
            for (unsigned lenient = 0; lenient < 2; lenient++) {
                bool fine = !bit0 || flags[i] & 1 || lenient;
                struct outcome outcome;

                point.limits.features = bit0;
                point.limits.lenient_session_flag = lenient;
                form_data(&k->operation, FORM_LEGACY, id, &message);
                memcpy(message.fixed + 16, &flags[i], 4);
                g_autoptr(GByteArray) bytes = flatten(&message);

                outcome = run_bytes(bytes, k->operation.dst_len, 4096, 0);
                ut_context("flag 0x%x, bit 0 %u, lenient %u", flags[i], bit0, lenient);
                UT_EQ_U64(outcome.status, fine ? VCRYPTO_OK : VCRYPTO_NOTSUPP);
                g_free(outcome.bytes);
            }
        }
    }
    point.limits.lenient_session_flag = false;
    destroy(&k->operation, FORM_LEGACY, id);
}

static void padding_that_is_not_zero_is_no_padding(void)
{
    const struct known_answer *k = first_of(VCRYPTO_SERVICE_HASH);
    struct form_message message;

    use_form(FORM_STATELESS_PADDED);
    for (unsigned i = 0; i < 3; i++) {
        struct outcome outcome;

        form_data(&k->operation, FORM_STATELESS_PADDED, 0, &message);
        message.fixed[103] = i == 1;
        point.limits.padded_framing = i != 2;
        g_autoptr(GByteArray) bytes = flatten(&message);

        /* Without padding the message is what comes right after the parameters. */
        outcome = run_bytes(bytes, k->operation.result_len, 4096, 0);
        UT_EQ_U64(outcome.status, VCRYPTO_OK);
        if (k->operation.src.len) {
            UT_TRUE((memcmp(outcome.bytes, k->answer.data, k->answer.len) == 0) ==
                    (i == 0));
        }
        g_free(outcome.bytes);
    }
    point.limits.padded_framing = true;
}

/* ---- stateless ---- */

static void a_reset_forgets_stateless_keys(void)
{
    const struct known_answer *k = first_of(VCRYPTO_SERVICE_CIPHER);

    check_answer(k, FORM_STATELESS, 0);
    vcrypto_backend_reset(point.backend);
    use_form(FORM_STATELESS);
    check_answer(k, FORM_STATELESS, 0);
}

static void stateless_faults_have_an_order(void)
{
    struct form_operation o = first_of(VCRYPTO_SERVICE_MAC)->operation;
    struct outcome outcome;

    use_form(FORM_STATELESS);
    o.algorithm = 63;
    o.result_len = 0; /* wrong as well, but the algorithm comes first */
    outcome = run(&o, FORM_STATELESS, 0, 4096, 0);
    UT_EQ_U64(outcome.status, VCRYPTO_NOTSUPP);
    g_free(outcome.bytes);
    o = first_of(VCRYPTO_SERVICE_CIPHER)->operation;
    o.key.len--;
    outcome = run(&o, FORM_STATELESS, 0, 4096, 0);
    UT_EQ_U64(outcome.status, VCRYPTO_ERR);
    g_free(outcome.bytes);
    point.limits.features &= ~(1u << VCRYPTO_F_CIPHER_STATELESS_MODE);
    o.key.len++;
    outcome = run(&o, FORM_STATELESS, 0, 4096, 0);
    UT_EQ_U64(outcome.status, VCRYPTO_NOTSUPP);
    g_free(outcome.bytes);
}

/* Without them, those MACs are not there: in no mode, and in no chain. */
static void macs_with_an_iv_can_be_left_out(void)
{
    struct vcrypto_capabilities can;

    config.no_mac_iv_prefix = true;
    tear_down();
    UT_EQ_U64_FATAL((uint64_t)set_up(), 0);
    config.no_mac_iv_prefix = false;
    vcrypto_backend_capabilities(point.backend, &can);
    UT_EQ_U64(can.algorithms[VCRYPTO_SERVICE_MAC],
              OFFERED_MACS & ~OFFERED_MACS_WITH_IV);
    for (uint32_t mac = 0; mac < 64; mac++) {
        const struct form_operation chain = {
            .service = VCRYPTO_SERVICE_CIPHER,
            .chain = true,
            .algorithm = VCRYPTO_CIPHER_AES_ECB,
            .key = { "0123456789abcdef", 16 },
            .chain_order = VCRYPTO_HASH_THEN_CIPHER,
            .hash_mode = VCRYPTO_HASH_MODE_AUTH,
            .auth_algorithm = mac,
            .auth_key = { "fedcba9876543210", 16 },
        };
        const struct form_operation alone = {
            .service = VCRYPTO_SERVICE_MAC,
            .algorithm = mac,
            .key = { "0123456789abcdef", 16 },
            .src = { "0123456789abcdef0123456789abcdef", 32 },
            .result_len = 4,
        };
        struct outcome outcome;
        uint32_t status;

        if (!(OFFERED_MACS_WITH_IV >> mac & 1)) {
            continue;
        }
        ut_context("MAC %u", mac);
        use_form(FORM_EXACT);
        create(&alone, FORM_EXACT, &status);
        UT_EQ_U64(status, VCRYPTO_NOTSUPP);
        create(&chain, FORM_EXACT, &status);
        UT_EQ_U64(status, VCRYPTO_NOTSUPP);
        outcome = run(&alone, FORM_STATELESS, 0, 4096, 0);
        UT_EQ_U64(outcome.status, VCRYPTO_NOTSUPP);
        g_free(outcome.bytes);
    }
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "every known answer in every form", every_known_answer_in_every_form },
        { "one flipped bit is BADMSG and leaves nothing",
          one_flipped_bit_is_badmsg_and_leaves_nothing },
        { "the tag of nothing is checked", the_tag_of_nothing_is_checked },
        { "tags of every length", tags_of_every_length },
        { "nonces of every length", nonces_of_every_length },
        { "CCM lengths fit what the nonce leaves",
          ccm_lengths_fit_what_the_nonce_leaves },
        { "digests are cut to what is asked for",
          digests_are_cut_to_what_is_asked_for },
        { "sessions limit their results", sessions_limit_their_results },
        { "a session of another kind is invalid",
          a_session_of_another_kind_is_invalid },
        { "no space is told only to those who know the word",
          no_space_is_told_only_to_those_who_know_the_word },
        { "the flag counts only with feature bit 0",
          the_flag_counts_only_with_feature_bit_0 },
        { "padding that is not zero is no padding",
          padding_that_is_not_zero_is_no_padding },
        { "a reset forgets stateless keys", a_reset_forgets_stateless_keys },
        { "stateless faults have an order", stateless_faults_have_an_order },
        { "keys beyond their limits are errors", keys_beyond_their_limits_are_errors },
        { "sources of wrong length are errors", sources_of_wrong_length_are_errors },
        { "MACs with an iv can be left out", macs_with_an_iv_can_be_left_out },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "forms", set_up, tear_down, tests },
                                              { NULL, NULL, NULL, NULL } };

    return ut_main(argc, argv, suites);
}
