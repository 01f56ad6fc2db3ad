# SPDX-License-Identifier: GPL-2.0-or-later
"""Algorithms written down from their publications, slowly: an implementation that shares
nothing with the libraries of the device. Hash functions are CPython's own."""
import hashlib

W = 0xffffffff


def builtin(name):
    """CPython's own hash, and not the one that it has from OpenSSL."""
    return getattr(hashlib, '__get_builtin_constructor')(name)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def blocks(data, size):
    return [data[i:i + size] for i in range(0, len(data), size)]


def rotate(x, n):
    return (x << n | x >> 32 - n) & W


def times(a, b, polynomial, bits):
    """Of two polynomials over GF(2), modulo a third."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a >> bits:
            a ^= polynomial
        b >>= 1
    return product


def power(a, n, polynomial, bits):
    result = 1
    for _ in range(n):
        result = times(result, a, polynomial, bits)
    return result


# ---- AES: FIPS 197 ----

def aes_sbox():
    box = []
    for x in range(256):
        y = power(x, 254, 0x11b, 8)
        z = 0x63
        for n in range(5):
            z ^= (y << n | y >> 8 - n) & 255
        box.append(z)
    return box


SBOX = aes_sbox()
INVERSE = [SBOX.index(x) for x in range(256)]
BY = {n: [times(x, n, 0x11b, 8) for x in range(256)] for n in (1, 2, 3, 9, 11, 13, 14)}


class Aes:
    size = 16

    def __init__(self, key):
        words, n = [list(key[i:i + 4]) for i in range(0, len(key), 4)], len(key) // 4
        factor = 1
        for i in range(n, 4 * (n + 7)):
            word = words[-1]
            if i % n == 0:
                word = [SBOX[b] for b in word[1:] + word[:1]]
                word[0] ^= factor
                factor = BY[2][factor]
            elif n == 8 and i % n == 4:
                word = [SBOX[b] for b in word]
            words.append([a ^ b for a, b in zip(word, words[-n])])
        self.round_keys = [sum(words[i:i + 4], []) for i in range(0, len(words), 4)]

    @staticmethod
    def mix(state, factors):
        a, b, c, d = (BY[f] for f in factors)
        out = []
        for i in range(0, 16, 4):
            w, x, y, z = state[i:i + 4]
            out += [a[w] ^ b[x] ^ c[y] ^ d[z], d[w] ^ a[x] ^ b[y] ^ c[z],
                    c[w] ^ d[x] ^ a[y] ^ b[z], b[w] ^ c[x] ^ d[y] ^ a[z]]
        return out

    def encrypt(self, block):
        state = xor(block, self.round_keys[0])
        for key in self.round_keys[1:]:
            state = [SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]
            if key is not self.round_keys[-1]:
                state = self.mix(state, (2, 3, 1, 1))
            state = xor(state, key)
        return state


# ---- DES: FIPS 46-3 ----

DES_IP = [58 - 8 * i + 2 * j for j in range(4) for i in range(8)] + \
         [57 - 8 * i + 2 * j for j in range(4) for i in range(8)]
DES_P = [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
         2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25]
DES_PC1 = [57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27,
           19, 11, 3, 60, 52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22,
           14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4]
DES_PC2 = [14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20,
           13, 2, 41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46,
           42, 50, 36, 29, 32]
DES_SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]
DES_S = [[int(c, 16) for c in text] for text in (
    'e4d12fb83a6c5907' '0f74e2d1a6cb9538' '41e8d62bfc973a50' 'fc8249175b3ea06d',
    'f18e6b34972dc05a' '3d47f28ec01a69b5' '0e7ba4d158c6932f' 'd8a13f42b67c05e9',
    'a09e63f51dc7b428' 'd709346a285ecbf1' 'd6498f30b12c5ae7' '1ad069874fe3b52c',
    '7de3069a1285bc4f' 'd8b56f03472c1ae9' 'a690cb7df13e5284' '3f06a1d8945bc72e',
    '2c417ab6853fd0e9' 'eb2c47d150fa3986' '421bad78f9c5630e' 'b8c71e2d6f09a453',
    'c1af92680d34e75b' 'af427c9561de0b38' '9ef528c3704a1db6' '432c95fabe17608d',
    '4b2ef08d3c975a61' 'd0b7491ae35c2f86' '14bdc37eaf680592' '6bd814a7950fe23c',
    'd2846fb1a93e50c7' '1fd8a374c56b0e92' '7b419ce206adf358' '21e74a8dfc90356b')]


def permute(value, size, table):
    result = 0
    for bit in table:
        result = result << 1 | value >> size - bit & 1
    return result


DES_FP = [DES_IP.index(i) + 1 for i in range(1, 65)]
# S-box and permutation in one, by S-box and its six bits.
DES_SP = [[permute(box[16 * (b >> 4 & 2 | b & 1) + (b >> 1 & 15)] << 28 - 4 * i, 32, DES_P)
           for b in range(64)] for i, box in enumerate(DES_S)]


class Des:
    size = 8

    def __init__(self, key):
        halves = permute(int.from_bytes(key, 'big'), 64, DES_PC1)
        c, d, self.keys = halves >> 28, halves & 0xfffffff, []
        for n in DES_SHIFTS:
            c, d = ((x << n | x >> 28 - n) & 0xfffffff for x in (c, d))
            self.keys.append(permute(c << 28 | d, 56, DES_PC2))

    def run(self, block, keys):
        value = permute(int.from_bytes(block, 'big'), 64, DES_IP)
        left, right = value >> 32, value & W
        for key in keys:
            wide = (right & 1) << 33 | right << 1 | right >> 31
            left, right = right, left
            for i in range(8):
                right ^= DES_SP[i][(wide >> 28 - 4 * i ^ key >> 42 - 6 * i) & 63]
        return permute(right << 32 | left, 64, DES_FP).to_bytes(8, 'big')

    def encrypt(self, block):
        return self.run(block, self.keys)

    def decrypt(self, block):
        return self.run(block, self.keys[::-1])


class TripleDes:
    size = 8

    def __init__(self, key):
        self.parts = [Des(part) for part in blocks((key + key[:8])[:24], 8)]

    def encrypt(self, block):
        return self.parts[2].encrypt(self.parts[1].decrypt(self.parts[0].encrypt(block)))


# ---- Twofish: Schneier and others, 1998, 4.3 ----

Q_TABLES = [[[int(c, 16) for c in text] for text in q] for q in (
    ('817d6f320b59eca4', 'ecb81235f4a6709d', 'ba5e6d90c8f32471', 'd7f4126e9b3085ca'),
    ('28bdf76e31940ac5', '1e2b4c376da5f908', '4c75169a0ed82b3f', 'b951c3de647f208a'))]
MDS = [(0x01, 0xef, 0x5b, 0x5b), (0x5b, 0xef, 0xef, 0x01),
       (0xef, 0x5b, 0x01, 0xef), (0xef, 0x01, 0xef, 0x5b)]
RS = [(0x01, 0xa4, 0x55, 0x87, 0x5a, 0x58, 0xdb, 0x9e),
      (0xa4, 0x56, 0x82, 0xf3, 0x1e, 0xc6, 0x68, 0xe5),
      (0x02, 0xa1, 0xfc, 0xc1, 0x47, 0xae, 0x3d, 0x19),
      (0xa4, 0x55, 0x87, 0x5a, 0x58, 0xdb, 0x9e, 0x03)]


def twofish_q(x, tables):
    a, b = x >> 4, x & 15
    for t in (tables[:2], tables[2:]):
        a, b = a ^ b, (a ^ (b >> 1 | b << 3 & 15) ^ a << 3) & 15
        a, b = t[0][a], t[1][b]
    return b << 4 | a


Q = [[twofish_q(x, tables) for x in range(256)] for tables in Q_TABLES]
MDS_BY = {f: [times(x, f, 0x169, 8) for x in range(256)] for f in (0x01, 0x5b, 0xef)}


def twofish_h(x, keys):
    """@keys: the list L, of words; its last is used first."""
    # Which q is used by byte: before key word 3, 2, 1, 0, and at the end.
    order = ((1, 0, 0, 1), (1, 1, 0, 0), (0, 1, 0, 1), (0, 0, 1, 1), (1, 0, 1, 0))
    y = list(x.to_bytes(4, 'little'))
    for i in range(len(keys) - 1, -1, -1):
        qs = order[3 - i]
        y = [Q[q][b] ^ k for q, b, k in zip(qs, y, keys[i].to_bytes(4, 'little'))]
    y = [Q[q][b] for q, b in zip(order[4], y)]
    out = 0
    for i, row in enumerate(MDS):
        z = 0
        for f, b in zip(row, y):
            z ^= MDS_BY[f][b]
        out |= z << 8 * i
    return out


class Twofish:
    size = 16

    def __init__(self, key):
        words = [int.from_bytes(w, 'little') for w in blocks(key, 4)]
        even, odd = words[0::2], words[1::2]
        self.s = []
        for part in blocks(key, 8):
            s = 0
            for i, row in enumerate(RS):
                z = 0
                for f, b in zip(row, part):
                    z ^= times(f, b, 0x14d, 8)
                s |= z << 8 * i
            self.s.insert(0, s)
        self.k = []
        for i in range(20):
            a = twofish_h(2 * i * 0x01010101, even)
            b = rotate(twofish_h((2 * i + 1) * 0x01010101, odd), 8)
            self.k += [a + b & W, rotate(a + 2 * b & W, 9)]

    def encrypt(self, block):
        r = [int.from_bytes(w, 'little') ^ k for w, k in zip(blocks(block, 4), self.k)]
        for n in range(16):
            a, b = twofish_h(r[0], self.s), twofish_h(rotate(r[1], 8), self.s)
            c = r[2] ^ (a + b + self.k[2 * n + 8] & W)
            d = rotate(r[3], 1) ^ (a + 2 * b + self.k[2 * n + 9] & W)
            r = [rotate(c, 31), d, r[0], r[1]]
        r = r[2:] + r[:2]
        return b''.join((w ^ k).to_bytes(4, 'little') for w, k in zip(r, self.k[4:8]))


# ---- KASUMI: 3GPP TS 35.202 ----

S7 = [54, 50, 62, 56, 22, 34, 94, 96, 38, 6, 63, 93, 2, 18, 123, 33, 55, 113, 39, 114, 21, 67,
      65, 12, 47, 73, 46, 27, 25, 111, 124, 81, 53, 9, 121, 79, 52, 60, 58, 48, 101, 127, 40,
      120, 104, 70, 71, 43, 20, 122, 72, 61, 23, 109, 13, 100, 77, 1, 16, 7, 82, 10, 105, 98,
      117, 116, 76, 11, 89, 106, 0, 125, 118, 99, 86, 69, 30, 57, 126, 87, 112, 51, 17, 5, 95,
      14, 90, 84, 91, 8, 35, 103, 32, 97, 28, 66, 102, 31, 26, 45, 75, 4, 85, 92, 37, 74, 80,
      49, 68, 29, 115, 44, 64, 107, 108, 24, 110, 83, 36, 78, 42, 19, 15, 41, 88, 119, 59, 3]
S9 = [167, 239, 161, 379, 391, 334, 9, 338, 38, 226, 48, 358, 452, 385, 90, 397, 183, 253, 147,
      331, 415, 340, 51, 362, 306, 500, 262, 82, 216, 159, 356, 177, 175, 241, 489, 37, 206, 17,
      0, 333, 44, 254, 378, 58, 143, 220, 81, 400, 95, 3, 315, 245, 54, 235, 218, 405, 472, 264,
      172, 494, 371, 290, 399, 76, 165, 197, 395, 121, 257, 480, 423, 212, 240, 28, 462, 176,
      406, 507, 288, 223, 501, 407, 249, 265, 89, 186, 221, 428, 164, 74, 440, 196, 458, 421,
      350, 163, 232, 158, 134, 354, 13, 250, 491, 142, 191, 69, 193, 425, 152, 227, 366, 135,
      344, 300, 276, 242, 437, 320, 113, 278, 11, 243, 87, 317, 36, 93, 496, 27, 487, 446, 482,
      41, 68, 156, 457, 131, 326, 403, 339, 20, 39, 115, 442, 124, 475, 384, 508, 53, 112, 170,
      479, 151, 126, 169, 73, 268, 279, 321, 168, 364, 363, 292, 46, 499, 393, 327, 324, 24,
      456, 267, 157, 460, 488, 426, 309, 229, 439, 506, 208, 271, 349, 401, 434, 236, 16, 209,
      359, 52, 56, 120, 199, 277, 465, 416, 252, 287, 246, 6, 83, 305, 420, 345, 153, 502, 65,
      61, 244, 282, 173, 222, 418, 67, 386, 368, 261, 101, 476, 291, 195, 430, 49, 79, 166, 330,
      280, 383, 373, 128, 382, 408, 155, 495, 367, 388, 274, 107, 459, 417, 62, 454, 132, 225,
      203, 316, 234, 14, 301, 91, 503, 286, 424, 211, 347, 307, 140, 374, 35, 103, 125, 427, 19,
      214, 453, 146, 498, 314, 444, 230, 256, 329, 198, 285, 50, 116, 78, 410, 10, 205, 510,
      171, 231, 45, 139, 467, 29, 86, 505, 32, 72, 26, 342, 150, 313, 490, 431, 238, 411, 325,
      149, 473, 40, 119, 174, 355, 185, 233, 389, 71, 448, 273, 372, 55, 110, 178, 322, 12, 469,
      392, 369, 190, 1, 109, 375, 137, 181, 88, 75, 308, 260, 484, 98, 272, 370, 275, 412, 111,
      336, 318, 4, 504, 492, 259, 304, 77, 337, 435, 21, 357, 303, 332, 483, 18, 47, 85, 25,
      497, 474, 289, 100, 269, 296, 478, 270, 106, 31, 104, 433, 84, 414, 486, 394, 96, 99, 154,
      511, 148, 413, 361, 409, 255, 162, 215, 302, 201, 266, 351, 343, 144, 441, 365, 108, 298,
      251, 34, 182, 509, 138, 210, 335, 133, 311, 352, 328, 141, 396, 346, 123, 319, 450, 281,
      429, 228, 443, 481, 92, 404, 485, 422, 248, 297, 23, 213, 130, 466, 22, 217, 283, 70, 294,
      360, 419, 127, 312, 377, 7, 468, 194, 2, 117, 295, 463, 258, 224, 447, 247, 187, 80, 398,
      284, 353, 105, 390, 299, 471, 470, 184, 57, 200, 348, 63, 204, 188, 33, 451, 97, 30, 310,
      219, 94, 160, 129, 493, 64, 179, 263, 102, 189, 207, 114, 402, 438, 477, 387, 122, 192,
      42, 381, 5, 145, 118, 180, 449, 293, 323, 136, 380, 43, 66, 60, 455, 341, 445, 202, 432,
      8, 237, 15, 376, 436, 464, 59, 461]


def rotate16(x, n):
    return (x << n | x >> 16 - n) & 0xffff


class Kasumi:
    size = 8
    constants = (0x0123, 0x4567, 0x89ab, 0xcdef, 0xfedc, 0xba98, 0x7654, 0x3210)

    def __init__(self, key):
        k = [int.from_bytes(part, 'big') for part in blocks(key, 2)]
        m = [a ^ b for a, b in zip(k, self.constants)]
        self.keys = [((rotate16(k[i], 1), m[(i + 2) % 8]),
                      (rotate16(k[(i + 1) % 8], 5), rotate16(k[(i + 5) % 8], 8),
                       rotate16(k[(i + 6) % 8], 13)),
                      (m[(i + 4) % 8], m[(i + 3) % 8], m[(i + 7) % 8])) for i in range(8)]

    @staticmethod
    def fi(x, key):
        nine, seven = x >> 7, x & 0x7f
        nine = S9[nine] ^ seven
        seven = S7[seven] ^ nine & 0x7f
        seven ^= key >> 9
        nine ^= key & 0x1ff
        nine = S9[nine] ^ seven
        seven = S7[seven] ^ nine & 0x7f
        return seven << 9 | nine

    def fo(self, x, ko, ki):
        left, right = x >> 16, x & 0xffff
        for i in range(3):
            left, right = right, self.fi(left ^ ko[i], ki[i]) ^ right
        return left << 16 | right

    @staticmethod
    def fl(x, kl):
        left, right = x >> 16, x & 0xffff
        right ^= rotate16(left & kl[0], 1)
        left ^= rotate16(right | kl[1], 1)
        return left << 16 | right

    def encrypt(self, block):
        left, right = (int.from_bytes(half, 'big') for half in blocks(block, 4))
        for i, (kl, ko, ki) in enumerate(self.keys):
            value = self.fl(self.fo(left, ko, ki), kl) if i % 2 else self.fo(self.fl(left, kl), ko, ki)
            left, right = right ^ value, left
        return left.to_bytes(4, 'big') + right.to_bytes(4, 'big')


def kasumi_f8(key, iv, data):
    """3GPP TS 35.201, 3: the iv is COUNT, BEARER, DIRECTION and zeros."""
    a = Kasumi(xor(key, b'\x55' * 16)).encrypt(iv)
    cipher, stream, last = Kasumi(key), b'', bytes(8)
    for i in range(-(-len(data) // 8)):
        last = cipher.encrypt(xor(xor(a, i.to_bytes(8, 'big')), last))
        stream += last
    return xor(data, stream)


def kasumi_f9(key, padded):
    """4, of the padded string."""
    a = total = bytes(8)
    cipher = Kasumi(key)
    for block in blocks(padded, 8):
        a = cipher.encrypt(xor(a, block))
        total = xor(total, a)
    return Kasumi(xor(key, b'\xaa' * 16)).encrypt(total)[:4]


# ---- SNOW 3G: 3GPP TS 35.216; UEA2 and UIA2: 35.215 ----

def mulx_pow(value, n, c):
    for _ in range(n):
        value = (value << 1 ^ c if value & 0x80 else value << 1) & 0xff
    return value


MUL_ALPHA = [mulx_pow(c, 23, 0xa9) << 24 | mulx_pow(c, 245, 0xa9) << 16 |
             mulx_pow(c, 48, 0xa9) << 8 | mulx_pow(c, 239, 0xa9) for c in range(256)]
DIV_ALPHA = [mulx_pow(c, 16, 0xa9) << 24 | mulx_pow(c, 39, 0xa9) << 16 |
             mulx_pow(c, 6, 0xa9) << 8 | mulx_pow(c, 64, 0xa9) for c in range(256)]


def dickson(x):
    """The polynomial that S_Q is: 3.3.2."""
    y = 0x25
    for n in (1, 9, 13, 15, 33, 41, 45, 47, 49):
        y ^= power(x, n, 0x169, 8)
    return y


SQ = [dickson(x) for x in range(256)]


def snow_s(w, box, c):
    a = [box[w >> 24], box[w >> 16 & 255], box[w >> 8 & 255], box[w & 255]]
    d = [mulx_pow(x, 1, c) for x in a]
    return ((d[0] ^ a[1] ^ a[2] ^ d[3] ^ a[3]) << 24 | (d[0] ^ a[0] ^ d[1] ^ a[2] ^ a[3]) << 16 |
            (a[0] ^ d[1] ^ a[1] ^ d[2] ^ a[3]) << 8 | (a[0] ^ a[1] ^ d[2] ^ a[2] ^ d[3]))


class Snow3g:
    def __init__(self, key, iv):
        k = [int.from_bytes(w, 'big') for w in blocks(key, 4)][::-1]
        v = [int.from_bytes(w, 'big') for w in blocks(iv, 4)]
        inverse = [x ^ W for x in k]
        self.s = inverse + k + inverse + k
        for i, x in ((15, v[3]), (12, v[2]), (10, v[1]), (9, v[0])):
            self.s[i] ^= x
        self.r = [0, 0, 0]
        for _ in range(32):
            self.clock(self.f())
        self.f()
        self.clock(0)

    def f(self):
        value = (self.s[15] + self.r[0] & W) ^ self.r[1]
        r = self.r[1] + (self.r[2] ^ self.s[5]) & W
        self.r = [r, snow_s(self.r[0], SBOX, 0x1b), snow_s(self.r[1], SQ, 0x69)]
        return value

    def clock(self, f):
        s = self.s
        self.s = s[1:] + [(s[0] << 8 & W) ^ MUL_ALPHA[s[0] >> 24] ^ s[2] ^ s[11] >> 8 ^
                          DIV_ALPHA[s[11] & 255] ^ f]

    def word(self):
        value = self.f() ^ self.s[0]
        self.clock(0)
        return value


def words(generator, n):
    return b''.join(generator.word().to_bytes(4, 'big') for _ in range(n))


def snow3g_uea2(key, iv, data):
    return xor(data, words(Snow3g(key, iv), -(-len(data) // 4)))


def times64(a, b):
    """MUL of UIA2: the highest bit is the highest power."""
    return times(a, b, 1 << 64 | 0x1b, 64)


def snow3g_uia2(key, iv, data):
    z = words(Snow3g(key, iv), 5)
    p, q = int.from_bytes(z[:8], 'big'), int.from_bytes(z[8:16], 'big')
    total = 0
    for block in blocks(data, 8):
        total = times64(total ^ int.from_bytes(block.ljust(8, b'\0'), 'big'), p)
    total = times64(total ^ 8 * len(data), q)
    return xor((total >> 32).to_bytes(4, 'big'), z[16:])


# ---- ZUC: ETSI/SAGE, version 1.6; 128-EEA3 and 128-EIA3: version 1.7 ----

ZUC_S0 = bytes.fromhex(
    '3e725b47cae0003304d1549809b96dcb7b1bf932af9d6aa5b82dfc1d08530390'
    '4d4e8499e4ced991ddb685488b296eaccdc1f81e734369c6b5bdfd396320d438'
    '767db2a7cfed57c5f32cbb142106559be3ef5e314f7f5aa40d8251495fba581c'
    '4a16d517a892241f8cffd8ae2e01d3ad3b4bda46ebc9de9a8f87d73a806f2fc8'
    'b1b437f70a2213287ccc3c89c7c3965607bf7ef00b2b975235417961a64c10fe'
    'bc2695888ab0a3fbc01894f2e1e5e95dd0dc1166645cec59427512f5749caa23'
    '0e86abbe2a02e767e644a26cc2939ff1f6fa36d250689e6271153dd640c4e20f'
    '8e83776b25053f0c30ea70b7a1e8a9658d271adb81b3a0f4457a19dfee783460')
ZUC_S1 = bytes.fromhex(
    '55c263713bc847869f3cda5b29aafd778cc5940ca61a1300e3a8167240f9f842'
    '4426689681d9453e1076c6a78b3943e13ab5562ac06db3052266bfdc0bfa6248'
    'dd20110636c9c1cff62752bb69f5d4877f844cd29c57a4bc4f9adffed68d7aeb'
    '2b53d85ca11417fb23d57d3067730809eeb7703f61b2198e4ee54b938f5ddba9'
    'adf1ae2ecb0dfcf42d466e1d97e8d1e94d37a5755e839eab829db91ce0cd4989'
    '01b6bd5824a25f387899159050b895e4d091c7ceed0fb46fa0ccf0024a79c3de'
    'a3efea51e66b18ec1b2c80f774e7ff215a6a541e41319235c433070aba7e0e34'
    '88b1987cf33d606c7bcad31f3265042864be859b2f598ad7b025acaf1203e2f2')
ZUC_D = (0x44d7, 0x26bc, 0x626b, 0x135e, 0x5789, 0x35e2, 0x7135, 0x09af,
         0x4d78, 0x2f13, 0x6bc4, 0x1af1, 0x5e26, 0x3c4d, 0x789a, 0x47ac)


def zuc_s(x):
    return ZUC_S0[x >> 24] << 24 | ZUC_S1[x >> 16 & 255] << 16 | ZUC_S0[x >> 8 & 255] << 8 | ZUC_S1[x & 255]


def spread(x, *shifts):
    for n in shifts:
        x ^= rotate(x & W, n) << 32
    return (x & W) ^ x >> 32


class Zuc:
    prime = (1 << 31) - 1

    def __init__(self, key, iv):
        self.s = [k << 23 | d << 8 | v for k, d, v in zip(key, ZUC_D, iv)]
        self.r = [0, 0]
        self.zeros = 0  # how often a new word of the LFSR was 0, and became the prime
        for _ in range(32):
            self.clock(self.f()[0] >> 1)
        self.f()
        self.clock(0)

    def f(self):
        s = self.s
        x = [s[15] >> 15 << 16 | s[14] & 0xffff, (s[11] & 0xffff) << 16 | s[9] >> 15,
             (s[7] & 0xffff) << 16 | s[5] >> 15, (s[2] & 0xffff) << 16 | s[0] >> 15]
        value = (x[0] ^ self.r[0]) + self.r[1] & W
        a, b = self.r[0] + x[1] & W, self.r[1] ^ x[2]
        self.r = [zuc_s(spread(a << 16 & W | b >> 16, 2, 10, 18, 24)),
                  zuc_s(spread(b << 16 & W | a >> 16, 8, 14, 22, 30))]
        return value, x[3]

    def clock(self, u):
        s = self.s
        new = ((s[15] << 15) + (s[13] << 17) + (s[10] << 21) + (s[4] << 20) + 257 * s[0] + u) % self.prime
        self.zeros += new == 0
        self.s = s[1:] + [new or self.prime]

    def word(self):
        value, x3 = self.f()
        self.clock(0)
        return value ^ x3


def zuc_eea3(key, iv, data):
    return xor(data, words(Zuc(key, iv), -(-len(data) // 4)))


def zuc_eia3(key, iv, data):
    bits = 8 * len(data)
    n = -(-bits // 32) + 2
    stream = int.from_bytes(words(Zuc(key, iv), n), 'big')
    total = 0
    for i in [i for i in range(bits) if data[i // 8] >> 7 - i % 8 & 1] + [bits, 32 * n - 32]:
        total ^= stream >> 32 * n - 32 - i & W
    return total.to_bytes(4, 'big')


# ---- modes ----

def ecb(cipher, iv, data):
    return b''.join(cipher.encrypt(block) for block in blocks(data, cipher.size))


def cbc(cipher, iv, data):
    out = b''
    for block in blocks(data, cipher.size):
        iv = cipher.encrypt(xor(iv, block))
        out += iv
    return out


def ctr(cipher, iv, data, bits=None):
    """The last @bits of the block count; without, all of it."""
    bits = bits or 8 * cipher.size
    value, out = int.from_bytes(iv, 'big'), b''
    for block in blocks(data, cipher.size):
        out += xor(block, cipher.encrypt(value.to_bytes(cipher.size, 'big')))
        value = value >> bits << bits | value + 1 & (1 << bits) - 1
    return out


def f8(key, iv, data):
    """RFC 3711, 4.1.2."""
    half = len(key) // 2
    k, m = key[:half], key[half:]
    iv = Aes(xor(k, m)).encrypt(iv)
    cipher, last, out = Aes(k), bytes(16), b''
    for j, block in enumerate(blocks(data, 16)):
        last = cipher.encrypt(xor(xor(iv, j.to_bytes(16, 'big')), last))
        out += xor(block, last)
    return out


def xts(key, iv, data):
    """IEEE 1619."""
    first, second = Aes(key[:len(key) // 2]), Aes(key[len(key) // 2:])
    tweak, out = int.from_bytes(second.encrypt(iv), 'little'), []
    parts = blocks(data, 16)
    for part in parts:
        t = tweak.to_bytes(16, 'little')
        if len(part) < 16:
            stolen, part = out.pop(), part
            out += [xor(first.encrypt(xor(part + stolen[len(part):], t)), t), stolen[:len(part)]]
        else:
            out.append(xor(first.encrypt(xor(part, t)), t))
        tweak = times(tweak, 2, 1 << 128 | 0x87, 128)
    return b''.join(out)


def rc4(key, data):
    s, j, out = list(range(256)), 0, []
    for i in range(256):
        j = (j + s[i] + key[i % len(key)]) & 255
        s[i], s[j] = s[j], s[i]
    i = j = 0
    for byte in data:
        i = i + 1 & 255
        j = j + s[i] & 255
        s[i], s[j] = s[j], s[i]
        out.append(byte ^ s[s[i] + s[j] & 255])
    return bytes(out)


def hmac(hash_name, key, data):
    """RFC 2104."""
    new = builtin(hash_name)
    size = new().block_size
    key = (new(key).digest() if len(key) > size else key).ljust(size, b'\0')
    inner = new(xor(key, b'\x36' * size) + data).digest()
    return new(xor(key, b'\x5c' * size) + inner).digest()


def cmac(cipher, data):
    """NIST SP 800-38B."""
    bits = 8 * cipher.size
    polynomial = 1 << bits | (0x87 if bits == 128 else 0x1b)
    keys = [int.from_bytes(cipher.encrypt(bytes(cipher.size)), 'big')]
    for _ in range(2):
        keys.append(times(keys[-1], 2, polynomial, bits))
    return last_block_mac(cipher, data, *(k.to_bytes(cipher.size, 'big') for k in keys[1:]))


def xcbc(key, data):
    """RFC 3566, all of the result."""
    keys = [Aes(key).encrypt(bytes([n]) * 16) for n in (1, 2, 3)]
    return last_block_mac(Aes(keys[0]), data, *keys[1:])


def last_block_mac(cipher, data, whole, filled):
    parts = blocks(data, cipher.size) or [b'']
    last = parts.pop()
    if len(last) == cipher.size:
        last = xor(last, whole)
    else:
        last = xor((last + b'\x80').ljust(cipher.size, b'\0'), filled)
    return cbc(cipher, bytes(cipher.size), b''.join(parts) + last)[-cipher.size:]


def reversed_bits(block):
    return int(format(int.from_bytes(block, 'big'), '0128b')[::-1], 2)


def ghash(h, data):
    """NIST SP 800-38D, 6.4, with bits in the order of polynomials elsewhere."""
    h, y = reversed_bits(h), 0
    for block in blocks(data, 16):
        y = times(y ^ reversed_bits(block), h, 1 << 128 | 0x87, 128)
    return int(format(y, '0128b')[::-1], 2).to_bytes(16, 'big')


def padded(data):
    return data + bytes(-len(data) % 16)


def gcm(cipher, iv, aad, data, tag_len=16):
    """An iv of 16 bytes is the first counter block, J0."""
    j0 = iv if len(iv) == 16 else iv + b'\0\0\0\1'
    first = j0[:12] + (int.from_bytes(j0[12:], 'big') + 1 & W).to_bytes(4, 'big')
    out = ctr(cipher, first, data, 32)
    lengths = (8 * len(aad)).to_bytes(8, 'big') + (8 * len(out)).to_bytes(8, 'big')
    tag = xor(ghash(cipher.encrypt(bytes(16)), padded(aad) + padded(out) + lengths), cipher.encrypt(j0))
    return out, tag[:tag_len]


def ccm(key, iv, aad, data, tag_len):
    """NIST SP 800-38C."""
    cipher, q = Aes(key), 15 - len(iv)
    flags = 64 * bool(aad) + 8 * ((tag_len - 2) // 2) + q - 1
    text = bytes([flags]) + iv + len(data).to_bytes(q, 'big')
    if aad:
        text += padded(len(aad).to_bytes(2, 'big') + aad)
    mac = cbc(cipher, bytes(16), text + padded(data))[-16:]
    first = bytes([q - 1]) + iv
    out = ctr(cipher, first + bytes(q - 1) + b'\1', data)
    return out, xor(mac, cipher.encrypt(first + bytes(q)))[:tag_len]


def chacha_block(key, counter, nonce):
    """RFC 8439, 2.3."""
    start = [int.from_bytes(w, 'little') for w in blocks(b'expand 32-byte k' + key, 4)]
    start += [counter] + [int.from_bytes(w, 'little') for w in blocks(nonce, 4)]
    x = list(start)
    rows = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
            (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
    for a, b, c, d in 10 * rows:
        for p, q, r, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[p] = x[p] + x[q] & W
            x[r] = rotate(x[r] ^ x[p], n)
    return b''.join((a + b & W).to_bytes(4, 'little') for a, b in zip(x, start))


def poly1305_parts(key, iv):
    one_time = chacha_block(key, 0, iv)
    r = int.from_bytes(one_time[:16], 'little') & 0x0ffffffc0ffffffc0ffffffc0fffffff
    return r, int.from_bytes(one_time[16:32], 'little')


def chacha20_poly1305(key, iv, aad, data):
    stream = b''.join(chacha_block(key, 1 + i, iv) for i in range(-(-len(data) // 64)))
    out = xor(data, stream)
    text = padded(aad) + padded(out) + len(aad).to_bytes(8, 'little') + len(out).to_bytes(8, 'little')
    r, s = poly1305_parts(key, iv)
    total = 0
    for block in blocks(text, 16):
        total = (total + int.from_bytes(block + b'\1', 'little')) * r % ((1 << 130) - 5)
    return out, (total + s & (1 << 128) - 1).to_bytes(16, 'little')
