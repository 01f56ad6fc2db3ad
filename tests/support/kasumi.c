/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KASUMI, f8 and f9, from the text of 3GPP TS 35.201 and TS 35.202. Slow and plain. */
#include "support/mobile.h"

#include <string.h>

#define ROUNDS 8

/* TS 35.202, 4.5. */
static const uint8_t s7[128] = {
    54,  50,  62,  56,  22,  34,  94, 96,  38,  6,   63, 93,  2,   18,  123, 33,
    55,  113, 39,  114, 21,  67,  65, 12,  47,  73,  46, 27,  25,  111, 124, 81,
    53,  9,   121, 79,  52,  60,  58, 48,  101, 127, 40, 120, 104, 70,  71,  43,
    20,  122, 72,  61,  23,  109, 13, 100, 77,  1,   16, 7,   82,  10,  105, 98,
    117, 116, 76,  11,  89,  106, 0,  125, 118, 99,  86, 69,  30,  57,  126, 87,
    112, 51,  17,  5,   95,  14,  90, 84,  91,  8,   35, 103, 32,  97,  28,  66,
    102, 31,  26,  45,  75,  4,   85, 92,  37,  74,  80, 49,  68,  29,  115, 44,
    64,  107, 108, 24,  110, 83,  36, 78,  42,  19,  15, 41,  88,  119, 59,  3,
};

static const uint16_t s9[512] = {
    167, 239, 161, 379, 391, 334, 9,   338, 38,  226, 48,  358, 452, 385, 90,  397, 183,
    253, 147, 331, 415, 340, 51,  362, 306, 500, 262, 82,  216, 159, 356, 177, 175, 241,
    489, 37,  206, 17,  0,   333, 44,  254, 378, 58,  143, 220, 81,  400, 95,  3,   315,
    245, 54,  235, 218, 405, 472, 264, 172, 494, 371, 290, 399, 76,  165, 197, 395, 121,
    257, 480, 423, 212, 240, 28,  462, 176, 406, 507, 288, 223, 501, 407, 249, 265, 89,
    186, 221, 428, 164, 74,  440, 196, 458, 421, 350, 163, 232, 158, 134, 354, 13,  250,
    491, 142, 191, 69,  193, 425, 152, 227, 366, 135, 344, 300, 276, 242, 437, 320, 113,
    278, 11,  243, 87,  317, 36,  93,  496, 27,  487, 446, 482, 41,  68,  156, 457, 131,
    326, 403, 339, 20,  39,  115, 442, 124, 475, 384, 508, 53,  112, 170, 479, 151, 126,
    169, 73,  268, 279, 321, 168, 364, 363, 292, 46,  499, 393, 327, 324, 24,  456, 267,
    157, 460, 488, 426, 309, 229, 439, 506, 208, 271, 349, 401, 434, 236, 16,  209, 359,
    52,  56,  120, 199, 277, 465, 416, 252, 287, 246, 6,   83,  305, 420, 345, 153, 502,
    65,  61,  244, 282, 173, 222, 418, 67,  386, 368, 261, 101, 476, 291, 195, 430, 49,
    79,  166, 330, 280, 383, 373, 128, 382, 408, 155, 495, 367, 388, 274, 107, 459, 417,
    62,  454, 132, 225, 203, 316, 234, 14,  301, 91,  503, 286, 424, 211, 347, 307, 140,
    374, 35,  103, 125, 427, 19,  214, 453, 146, 498, 314, 444, 230, 256, 329, 198, 285,
    50,  116, 78,  410, 10,  205, 510, 171, 231, 45,  139, 467, 29,  86,  505, 32,  72,
    26,  342, 150, 313, 490, 431, 238, 411, 325, 149, 473, 40,  119, 174, 355, 185, 233,
    389, 71,  448, 273, 372, 55,  110, 178, 322, 12,  469, 392, 369, 190, 1,   109, 375,
    137, 181, 88,  75,  308, 260, 484, 98,  272, 370, 275, 412, 111, 336, 318, 4,   504,
    492, 259, 304, 77,  337, 435, 21,  357, 303, 332, 483, 18,  47,  85,  25,  497, 474,
    289, 100, 269, 296, 478, 270, 106, 31,  104, 433, 84,  414, 486, 394, 96,  99,  154,
    511, 148, 413, 361, 409, 255, 162, 215, 302, 201, 266, 351, 343, 144, 441, 365, 108,
    298, 251, 34,  182, 509, 138, 210, 335, 133, 311, 352, 328, 141, 396, 346, 123, 319,
    450, 281, 429, 228, 443, 481, 92,  404, 485, 422, 248, 297, 23,  213, 130, 466, 22,
    217, 283, 70,  294, 360, 419, 127, 312, 377, 7,   468, 194, 2,   117, 295, 463, 258,
    224, 447, 247, 187, 80,  398, 284, 353, 105, 390, 299, 471, 470, 184, 57,  200, 348,
    63,  204, 188, 33,  451, 97,  30,  310, 219, 94,  160, 129, 493, 64,  179, 263, 102,
    189, 207, 114, 402, 438, 477, 387, 122, 192, 42,  381, 5,   145, 118, 180, 449, 293,
    323, 136, 380, 43,  66,  60,  455, 341, 445, 202, 432, 8,   237, 15,  376, 436, 464,
    59,  461,
};

/* Of the rounds, which are counted from 0 here. */
struct schedule {
    uint16_t kl[ROUNDS][2], ko[ROUNDS][3], ki[ROUNDS][3];
};

static uint16_t rotate(uint16_t word, unsigned by)
{
    return (uint16_t)(word << by | word >> (16 - by));
}

/* TS 35.202, 4.6. @mask is exclusive-ored to each byte of the key. */
static void expand(struct schedule *schedule, const uint8_t key[16], uint8_t mask)
{
    static const uint16_t constants[8] = { 0x0123, 0x4567, 0x89ab, 0xcdef,
                                           0xfedc, 0xba98, 0x7654, 0x3210 };
    uint16_t k[8], c[8];

    for (unsigned i = 0; i < 8; i++) {
        k[i] = (uint16_t)((key[2 * i] ^ mask) << 8 | (key[2 * i + 1] ^ mask));
        c[i] = k[i] ^ constants[i];
    }
    for (unsigned i = 0; i < ROUNDS; i++) {
        schedule->kl[i][0] = rotate(k[i], 1);
        schedule->kl[i][1] = c[(i + 2) % 8];
        schedule->ko[i][0] = rotate(k[(i + 1) % 8], 5);
        schedule->ko[i][1] = rotate(k[(i + 5) % 8], 8);
        schedule->ko[i][2] = rotate(k[(i + 6) % 8], 13);
        schedule->ki[i][0] = c[(i + 4) % 8];
        schedule->ki[i][1] = c[(i + 3) % 8];
        schedule->ki[i][2] = c[(i + 7) % 8];
    }
}

/* TS 35.202, 4.4: the halves are of nine and seven bits. */
static uint16_t fi(uint16_t in, uint16_t ki)
{
    uint16_t nine = in >> 7, seven = in & 0x7f;

    nine = s9[nine] ^ seven;
    seven = s7[seven] ^ (nine & 0x7f);
    nine ^= ki & 0x1ff;
    seven ^= ki >> 9;
    nine = s9[nine] ^ seven;
    seven = s7[seven] ^ (nine & 0x7f);
    return (uint16_t)(seven << 9 | nine);
}

static uint32_t fo(uint32_t in, const struct schedule *schedule, unsigned round)
{
    uint16_t left = (uint16_t)(in >> 16), right = (uint16_t)in;

    for (unsigned j = 0; j < 3; j++) {
        uint16_t next =
            fi(left ^ schedule->ko[round][j], schedule->ki[round][j]) ^ right;

        left = right;
        right = next;
    }
    return (uint32_t)left << 16 | right;
}

static uint32_t fl(uint32_t in, const struct schedule *schedule, unsigned round)
{
    uint16_t left = (uint16_t)(in >> 16), right = (uint16_t)in;

    right ^= rotate(left & schedule->kl[round][0], 1);
    left ^= rotate(right | schedule->kl[round][1], 1);
    return (uint32_t)left << 16 | right;
}

static uint64_t kasumi(const struct schedule *schedule, uint64_t block)
{
    uint32_t left = (uint32_t)(block >> 32), right = (uint32_t)block;

    for (unsigned round = 0; round < ROUNDS; round++) {
        uint32_t before = left;

        left = right ^ (round % 2 ? fl(fo(left, schedule, round), schedule, round)
                                  : fo(fl(left, schedule, round), schedule, round));
        right = before;
    }
    return (uint64_t)left << 32 | right;
}

static uint64_t load(const uint8_t bytes[8])
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 8; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

/* TS 35.201, 3. */
void mobile_kasumi_f8(const uint8_t key[16], const uint8_t iv[8], const uint8_t *in,
                      uint8_t *out, size_t len)
{
    struct schedule plain, masked;
    uint64_t first, stream = 0;

    expand(&plain, key, 0);
    expand(&masked, key, 0x55);
    first = kasumi(&masked, load(iv));
    for (size_t i = 0; i < len; i++) {
        if (i % 8 == 0) {
            stream = kasumi(&plain, first ^ i / 8 ^ stream);
        }
        out[i] = in[i] ^ (uint8_t)(stream >> (56 - 8 * (i % 8)));
    }
}

/* TS 35.201, 4; @len is a multiple of 8. */
void mobile_kasumi_f9(const uint8_t key[16], const uint8_t *padded, size_t len,
                      uint8_t mac[4])
{
    struct schedule plain, masked;
    uint64_t a = 0, b = 0;

    expand(&plain, key, 0);
    expand(&masked, key, 0xaa);
    for (size_t i = 0; i < len; i += 8) {
        a = kasumi(&plain, a ^ load(padded + i));
        b ^= a;
    }
    b = kasumi(&masked, b);
    for (unsigned i = 0; i < 4; i++) {
        mac[i] = (uint8_t)(b >> (56 - 8 * i));
    }
}
