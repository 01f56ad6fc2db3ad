#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU is exchanged for another version on a host where domains run, as an operator does it with apt, as TAP.

Usage: run_exchange.py DOCUMENT KERNEL INITRAMFS

The host has our packages, with the plugin for its QEMU. Beside DOCUMENT, builder.deb is the package that builds plugins.
"""
import glob
import os
import re
import sys

from host import (LIMIT, Boot, Document, Domain, apt, check_capabilities, check_confinement, check_encryption, check_end,
                  check_purge, must, perform, read, run, show)

QEMU = '/usr/bin/qemu-system-x86_64'
BUILT = '/usr/lib/*/qemu-virtio-crypto'
BUNDLES = '/usr/share/qemu-virtio-crypto/headers'
OWN_BUNDLES = '/var/lib/qemu-virtio-crypto/headers'
COMPILERS = '/usr/bin/cc', '/usr/bin/gcc'
NO_PLUGIN = 'virtio-crypto: /usr/lib/x86_64-linux-gnu/qemu/virtio-crypto.so has no build for QEMU '


def build_id(program=QEMU):
    return re.search('Build ID: ([0-9a-f]+)', must('readelf', '-n', program))[1]


def has_plugin(build):
    return bool(glob.glob(f'{BUILT}/{build}/virtio-crypto-openssl.so'))


def qemu_version(program=QEMU):
    return re.search('version (.*)', must(program, '--version'))[1]


def exchange(tap, version):
    """Has apt install a version of QEMU; returns its build-id and what was said."""
    before = build_id()
    said = apt('--allow-downgrades', 'install', f'qemu-system-x86={version}', f'qemu-system-common={version}')
    after = build_id()
    tap.check(f'apt installs QEMU {version}, which has another build-id', before != after, said)
    return after, said


def bundles_for(version):
    """
    Puts bundles of headers for another version of QEMU where an operator does. The archive does not have the source of
    each version that it has: these are the headers in our package, of the same series, by other names.
    """
    package, = glob.glob(f'/var/cache/apt/archives/qemu-system-x86_{version.replace(":", "%3a")}_*.deb')
    must('dpkg-deb', '-x', package, '/srv/other')
    os.makedirs(OWN_BUNDLES, exist_ok=True)
    for number, bundle in enumerate(glob.glob(f'{BUNDLES}/*.tar.xz')):
        folder = f'/srv/bundle{number}'
        os.makedirs(folder)
        must('tar', '-C', folder, '-xf', bundle)
        program = '/srv/other' + read(f'{folder}/qemu').strip()
        for name, text in (('build-id', build_id(program)), ('version', qemu_version(program))):
            with open(f'{folder}/{name}', 'w') as file:
                file.write(text + '\n')
        must('tar', '-C', folder, '-cJf', f'{OWN_BUNDLES}/{build_id(program)}.tar.xz', '.')


class FailingCompiler:
    """The compiler fails within, as on a full disk."""

    def __enter__(self):
        for path in COMPILERS:
            os.rename(path, f'{path}.away')
            with open(path, 'w') as file:
                file.write('#!/bin/sh\necho "cannot write: no space left on device" >&2\nexit 1\n')
            os.chmod(path, 0o755)

    def __exit__(self, *_):
        for path in COMPILERS:
            os.rename(f'{path}.away', path)


def domain_of(document, boot, name, keys=''):
    """The document's domain by another name, with more keys of the plugin's; defined."""
    text = document.domains['crypto-commandline'].replace('crypto-commandline', name)
    domain = Domain(name, boot.change(text).replace('virtio-crypto.so,', f'virtio-crypto.so,{keys}'))
    must('virsh', 'define', domain.file)
    return domain


def begin(tap, domain, boot, when, queues=2):
    domain.start()
    domain.answer('boot')
    check_confinement(tap, domain, queues)
    check_encryption(tap, domain, boot, when)


def check_no_start(tap, domain):
    """The loader's line is where an operator looks; returns the command that it names."""
    status, said = run('virsh', 'start', domain.name)
    lines = [line for line in said.splitlines() if NO_PLUGIN in line]
    show('virsh start', said)
    tap.check('without a plugin virsh start fails, with the one line of the loader', status != 0 and len(lines) == 1, said)
    logged = [line for line in domain.log().splitlines() if NO_PLUGIN in line]
    show('the log', '\n'.join(logged))
    tap.check('which is in the domain\'s log, too', len(logged) == 1 and logged[0] in said, domain.log())
    wanted = f'{qemu_version()} with build-id {build_id()}'
    command = re.search('to make one, run as root: (.*)$', logged[0] if logged else '')
    tap.check('it names QEMU, the build-id, and the command that mends it', wanted in said and command, f'{wanted}\n{said}')
    return command[1] if command else 'false'


def check_fallback(tap, domain, boot):
    domain.start()
    domain.answer('boot')
    ours = [line for line in domain.log().splitlines() if 'virtio-crypto: ' in line]
    show('the log', '\n'.join(ours))
    tap.check('with fallback=builtin the domain starts, and its log has the two lines that say so',
              len(ours) == 2 and NO_PLUGIN in ours[0] and ours[1].endswith(' crypto0'), domain.log())
    works, sha256 = domain.ask('works'), domain.ask('encrypt')
    tap.check('its guest encrypts with QEMU\'s own backend',
              works.startswith('ok works 0000:') and sha256 == f'ok encrypt {boot.expected}', f'{works}\n{sha256}')
    check_end(tap, domain)


def failing(tap, document, boot, first, version):
    """The plugin for the QEMU that comes cannot be built."""
    with FailingCompiler():
        build, said = exchange(tap, version)
    show('apt', '\n'.join(line for line in said.splitlines() if re.search('virtio-crypto|^  [|]', line)))
    tap.check('the trigger tells that no plugin was built, and fails nothing else',
              f'no plugin was built for {QEMU} (build-id {build})' in said and not has_plugin(build)
              and 'installed' in must('dpkg-query', '-W', '-f', '${db:Status-Status}', 'qemu-virtio-crypto-builder'), said)
    check_encryption(tap, first, boot, 'after QEMU was exchanged')
    check_capabilities(tap, document)
    second, falling = domain_of(document, boot, 'crypto-second'), domain_of(document, boot, 'crypto-fallback',
                                                                            'fallback=builtin,')
    try:
        command = check_no_start(tap, second)
        check_fallback(tap, falling, boot)
    finally:
        falling.remove()
    said = must(*command.split(), limit=3 * LIMIT)
    tap.check('the command of the loader\'s line builds it', has_plugin(build), said)
    begin(tap, second, boot, 'with the other QEMU')
    return second


def building(tap, document, boot, domains, version):
    """The plugin for the QEMU that comes is built by the trigger; domains run, the first of them of that very build."""
    apt('purge', 'qemu-virtio-crypto-plugin-*')
    build, said = exchange(tap, version)
    show('apt', '\n'.join(line for line in said.splitlines() if 'virtio-crypto' in line))
    tap.check('the trigger builds its plugin', has_plugin(build) and 'virtio-crypto-build: built ' in said, said)
    for domain in domains:
        check_encryption(tap, domain, boot, 'after QEMU was exchanged')
    check_capabilities(tap, document)
    for domain in domains:
        check_end(tap, domain)
    begin(tap, domains[1], boot, 'with the QEMU before')
    check_end(tap, domains[1])


def tests(tap):
    other = read('/etc/vcrypto-other-qemu').strip()
    if not other:
        print('ok 1 # SKIP the archive has one version of QEMU')
        tap.count = 1
        return
    document, boot = Document(sys.argv[1]), Boot(sys.argv[2], sys.argv[3])
    version = must('dpkg-query', '-W', '-f', '${Version}', 'qemu-system-x86')
    domains = [domain_of(document, boot, 'crypto-first')]
    try:
        begin(tap, domains[0], boot, 'at start')
        check_capabilities(tap, document)
        apt('install', os.path.join(os.path.dirname(sys.argv[1]), 'builder.deb'))
        bundles_for(other)
        domains.append(failing(tap, document, boot, domains[0], other))
        building(tap, document, boot, domains, version)
    finally:
        for domain in domains:
            domain.remove()
    check_purge(tap)


if __name__ == '__main__':
    sys.exit(perform(tests))
