#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the answers of src/crypto/known-answers.c are those of the publications: the
reference implementation has to give every published answer of tests/vectors, and then the
table's. With --table it prints what the table should be."""
import os
import re
import sys

import reference as ref

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
JOBS, SHORT = 38, 19

SHA3 = {f'SHA3_{n}': (f'sha3_{n}', n // 8) for n in (224, 256, 384, 512)}
HASHES = {'MD5': ('md5', 16), 'SHA1': ('sha1', 20), 'SHA_224': ('sha224', 28),
          'SHA_256': ('sha256', 32), 'SHA_384': ('sha384', 48), 'SHA_512': ('sha512', 64),
          **SHA3, 'SHA3_SHAKE128': ('shake_128', 32), 'SHA3_SHAKE256': ('shake_256', 64)}
DES = {8: ref.Des, 16: ref.TripleDes, 24: ref.TripleDes}

# By algorithm: key sizes, then what the jobs must know: iv, granule, least data.
AES, DES3, TEXT16 = (16, 24, 32), (16, 24), (16,)
ROWS = {
    'CIPHER': {
        'ARC4': ((5,), 0, 1, 0), 'AES_ECB': (AES, 0, 16, 0), 'AES_CBC': (AES, 16, 16, 0),
        'AES_CTR': (AES, 16, 1, 0), 'DES_ECB': ((8,), 0, 8, 0), 'DES_CBC': ((8,), 8, 8, 0),
        '3DES_ECB': (DES3, 0, 8, 0), '3DES_CBC': (DES3, 8, 8, 0), '3DES_CTR': (DES3, 8, 1, 0),
        'AES_F8': ((32, 48, 64), 16, 1, 0), 'AES_XTS': ((32, 64), 16, 1, 16),
        'KASUMI_F8': (TEXT16, 8, 1, 0), 'SNOW3G_UEA2': (TEXT16, 16, 1, 0),
        'ZUC_EEA3': (TEXT16, 16, 1, 0)},
    'HASH': {name: ((0,), 0, 1, 0) for name in HASHES},
    'MAC': {
        **{'HMAC_' + name: ((1,), 0, 1, 0) for name in list(HASHES)[:6]},
        'CMAC_3DES': (DES3, 0, 1, 0), 'CMAC_AES': (AES, 0, 1, 0), 'GMAC_AES': (AES, 12, 1, 0),
        'CBCMAC_AES': (AES, 0, 16, 16), 'XCBC_AES': (TEXT16, 0, 1, 0),
        'KASUMI_F9': (TEXT16, 0, 8, 16), 'CBCMAC_KASUMI_F9': (TEXT16, 0, 8, 16),
        'SNOW3G_UIA2': (TEXT16, 16, 1, 1), 'ZUC_EIA3': (TEXT16, 16, 1, 1),
        'GMAC_TWOFISH': ((16, 32), 12, 1, 0)},
    'AEAD': {'GCM': (AES, (12, 16), 1, 0), 'CCM': (AES, tuple(range(7, 14)), 1, 0),
             'CHACHA20_POLY1305': ((32,), (12,), 1, 0)},
}
TAGS = {'GCM': (16, 15, 14, 13, 12, 8, 4), 'CCM': (16, 14, 12, 10, 8, 6, 4),
        'CHACHA20_POLY1305': (16,)}
MOST_KEY = {'ARC4': 256}


def run_cipher(name, key, iv, data):
    mode = name.split('_')[-1].lower()
    if name == 'ARC4':
        return ref.rc4(key, data)
    if name == 'AES_F8':
        return ref.f8(key, iv, data)
    if name == 'AES_XTS':
        return ref.xts(key, iv, data)
    if mode in ('ecb', 'cbc', 'ctr'):
        cipher = ref.Aes(key) if name.startswith('AES') else DES[len(key)](key)
        return getattr(ref, mode)(cipher, iv, data)
    return getattr(ref, name.lower())(key, iv, data)


def run_hash(name, data, size):
    state = ref.builtin(HASHES[name][0])(data)
    return state.digest(size) if 'SHAKE' in name else state.digest()


def run_mac(name, key, iv, data):
    if name.startswith('HMAC'):
        return ref.hmac(HASHES[name[5:]][0], key, data)
    if name.startswith('CMAC'):
        return ref.cmac(ref.Aes(key) if name == 'CMAC_AES' else ref.TripleDes(key), data)
    if name.startswith('GMAC'):
        return ref.gcm((ref.Aes if name == 'GMAC_AES' else ref.Twofish)(key), iv, data, b'')[1]
    if name == 'CBCMAC_AES':
        return ref.cbc(ref.Aes(key), bytes(16), data)[-16:]
    if name == 'XCBC_AES':
        return ref.xcbc(key, data)
    if name.endswith('KASUMI_F9'):
        return ref.kasumi_f9(key, data)
    return getattr(ref, name.lower())(key, iv, data)


def run_aead(name, key, iv, aad, data, tag_len):
    if name == 'GCM':
        return ref.gcm(ref.Aes(key), iv, aad, data, tag_len)
    if name == 'CCM':
        return ref.ccm(key, iv, aad, data, tag_len)
    return ref.chacha20_poly1305(key, iv, aad, data)


# ---- published answers ----

def published(file):
    """The rows of a table of tests/vectors: their fields, as text or bytes."""
    with open(os.path.join(ROOT, 'tests', 'vectors', file), encoding='utf-8') as source:
        text = source.read()
    for row in re.split(r'\{ \.source = ', text)[1:]:
        fields = {}
        for name, strings, word in re.findall(r'\.(\w+) =\s*((?:"[^"]*"\s*)+)|\.(?:service|algorithm) = (\w+)', row):
            if name:
                fields[name] = ''.join(re.findall(r'"([^"]*)"', strings))
            elif word:
                fields.setdefault('words', []).append(word)
        yield {k: v if k in ('words', 'name') else bytes.fromhex(v) for k, v in fields.items() if k != 'words'}, \
            fields['words']


def short(word):
    return re.sub('^(CIPHER_VECTOR|VCRYPTO_(CIPHER|HASH|MAC|AEAD))_', '', word)


def check_published():
    right = []
    for v, words in published('cipher.c'):
        right.append((v['name'], run_cipher(short(words[-1]), v['key'], v.get('iv', b''), v['plaintext']) ==
                      v['ciphertext']))
    for v, words in published('digest.c'):
        name, iv, message = short(words[-1]), v.get('iv', b''), v.get('message', b'')
        made = run_hash(name, message, len(v['digest'])) if words[0].endswith('HASH') else \
            run_mac(name, v['key'], iv, message)
        right.append((v['name'], made[:len(v['digest'])] == v['digest']))
    for v, words in published('aead.c'):
        made = run_aead(short(words[-1]), v['key'], v['iv'], v.get('aad', b''), v.get('plaintext', b''),
                        len(v['tag']))
        right.append((v['name'], made == (v.get('ciphertext', b''), v['tag'])))
    return right


# ---- the table's ----

def numbers():
    """What protocol.h calls the services and algorithms."""
    with open(os.path.join(ROOT, 'include', 'vcrypto', 'protocol.h'), encoding='utf-8') as header:
        return {name: int(n, 0) for name, n in re.findall(r'VCRYPTO_(\w+) = (\w+),', header.read())}


NUMBERS = numbers()
DATA_LENS = [0, 1, 15, 16, 17, 31, 32, 33, 55, 56, 63, 64, 65, 111, 112, 113, 119, 127, 128]
KEY_LENS = [1, 16, 20, 63, 64, 65, 127, 128, 129, 200, 256]
AAD_LENS = [0, 1, 12, 15, 16, 17, 32, 48, 63, 64]
RARE = (4, 24)
ZUC_KEY, ZUC_IV = bytes(range(16)), bytes.fromhex('cf50724b00000000' * 2)


class Job:
    """Job number @index, as src/crypto/trial.c makes it."""

    def __init__(self, service, name, key_len, index):
        _, ivs, granule, least = ROWS[service][name]
        self.len = DATA_LENS[index] if index < SHORT else 72 + 11 * (index - SHORT)
        self.len = max(self.len - self.len % granule, least)
        if name == 'ARC4' or name.startswith('HMAC'):
            key_len = min(max(KEY_LENS[index % len(KEY_LENS)], key_len), MOST_KEY.get(name, 1 << 16))
        state = ((NUMBERS['SERVICE_' + service] * 64 + NUMBERS[f'{service}_{name}']) * 64 + index) * \
            0x9e3779b97f4a7c15 & (1 << 64) - 1

        def fill(size):
            nonlocal state
            out = []
            for _ in range(size):
                state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
                out.append(state >> 56)
            return bytes(out)

        self.key = fill(key_len)
        self.iv = fill(ivs[index % len(ivs)] if service == 'AEAD' else ivs)
        self.aad = fill(AAD_LENS[index % len(AAD_LENS)] if service == 'AEAD' else 0)
        self.data = fill(self.len)
        self.index = index
        self.make_rare(name)

    def make_rare(self, name):
        if name in ('AES_CTR', '3DES_CTR'):
            n = len(self.iv)
            ff = min((3, 3, 7, 16)[self.index % 4], n - 1)
            self.iv = self.iv[:n - 1 - ff] + b'\xff' * ff + b'\xc0\xfd\xfe\xff'[self.index % 4:][:1]
        elif name in ('ZUC_EEA3', 'ZUC_EIA3') and self.index % 4 == 1:
            self.key, self.iv = ZUC_KEY, ZUC_IV
        elif name == 'GCM' and len(self.iv) == 16:
            self.iv = self.iv[:12] + (b'\0\0\0\1' if self.index % 4 == 1 else b'\xff\xff\xff\xfe')
        elif name == 'CHACHA20_POLY1305':
            if self.index in RARE:
                self.aad = rare_poly1305(self)
            elif self.index % 2 == 0:
                self.aad = b'\xff' * len(self.aad)


def rare_poly1305(job):
    """An aad of one block with which the sum is from 2^130 - 5 to 2^130 - 1, and from 0 to 4
    modulo that prime, before the tag is made of it."""
    prime = (1 << 130) - 5
    r = ref.poly1305_parts(job.key, job.iv)[0]
    inverse = pow(r, -1, prime)
    out = ref.chacha20_poly1305(job.key, job.iv, b'', job.data)[0]
    text = ref.padded(out) + (16).to_bytes(8, 'little') + len(out).to_bytes(8, 'little')
    for total in range(5):
        for block in reversed(ref.blocks(text, 16)):
            total = (total * inverse - int.from_bytes(block + b'\1', 'little')) % prime
        total = total * inverse % prime
        if total >> 128 == 1:
            return (total & (1 << 128) - 1).to_bytes(16, 'little')
    raise ValueError(f'no such aad for job {job.index}')


def fnv(data, total=0xcbf29ce484222325):
    for byte in data:
        total = (total ^ byte) * 0x100000001b3 & (1 << 64) - 1
    return total


def output(service, name, job):
    if service == 'CIPHER':
        return run_cipher(name, job.key, job.iv, job.data)
    if service == 'HASH':
        return run_hash(name, job.data, 200 if job.index % 2 else HASHES[name][1])
    if service == 'MAC':
        return run_mac(name, job.key, job.iv, job.data)
    tags = TAGS[name]
    out, tag = run_aead(name, job.key, job.iv, job.aad, job.data, tags[job.index % len(tags)])
    return out + tag


def answers():
    for service, rows in ROWS.items():
        for name, row in rows.items():
            for key_len in row[0]:
                total = 0xcbf29ce484222325
                for index in range(SHORT if 'KASUMI' in name else JOBS):
                    job = Job(service, name, key_len, index)
                    total = fnv(fnv(output(service, name, job)).to_bytes(8, 'little'), total)
                yield service, name, key_len, total


def rare_table():
    return [rare_poly1305(Job('AEAD', 'CHACHA20_POLY1305', 32, index)).hex() for index in RARE]


def table():
    """The C file's: its answers, and its rare aads."""
    with open(os.path.join(ROOT, 'src', 'crypto', 'known-answers.c'), encoding='utf-8') as source:
        text = source.read()
    found = {(s, n, int(k)): int(v, 16)
             for s, n, k, v in re.findall(r'ANSWER\((\w+), (\w+), (\d+), 0x([0-9a-f]{16})\)', text)}
    rare = re.search(r'vcrypto_rare_poly1305\[2\]\[16\] = \{(.*?)\};', text, re.S).group(1)
    digits = ''.join(re.findall(r'0x([0-9a-f]{2})', rare))
    return found, [digits[:32], digits[32:]]


def check():
    results = check_published()
    found, rare = table()
    expected = {(s, n, k): v for s, n, k, v in answers()}
    results += [('the answer of %s %s, keys of %d bytes' % key, found.get(key) == value)
                for key, value in expected.items()]
    results.append(('no other answers', found.keys() == expected.keys()))
    results.append(('sums of Poly1305 at the edge', rare == rare_table()))
    print(f'1..{len(results)}')
    for number, (name, right) in enumerate(results, 1):
        print('ok' if right else 'not ok', number, '-', name.replace('#', ''))
    return 0 if all(right for _, right in results) else 1


if __name__ == '__main__':
    if sys.argv[1:] == ['--table']:
        print('\n'.join('    ANSWER(%s, %s, %d, 0x%016x),' % answer for answer in answers()))
        print('\n'.join(rare_table()))
    else:
        sys.exit(check())
