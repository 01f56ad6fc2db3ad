#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Starts the domains of docs/libvirt.md with libvirtd on a host of its own (tests/host/bare-host), as TAP.

Usage: run_libvirt.py DOCUMENT KERNEL INITRAMFS

The domains are taken from the document as they are, and so are the commands. What is changed: the type, which is
"qemu" (no KVM is needed), and the kernel, initramfs and command line that are booted directly. libvirtd runs with the
configuration that its package installs: QEMU as user libvirt-qemu, in its sandbox.
"""
import glob
import os
import re
import shutil
import sys

from apparmor import Profile
from host import (Boot, Document, Domain, check_capabilities, check_confinement, check_encryption, check_end,
                  check_purge, define, must, perform, read, run)

QUEUES_BY_FILE = 3  # as emulator.conf has it here
# What an operator finds after a domain is gone: its log, and what libvirtd keeps about emulators and itself.
POLICY = re.compile(r'/var/(log|cache)/libvirt/|/var/lib/libvirt/(images|dnsmasq)/|/run/|/var/lib/libvirt/qemu/'
                    r'(checkpoint|snapshot|save|dump|ram|nvram|channel)(/target)?$')


def files():
    """What lies where libvirt writes."""
    return {os.path.join(folder, name) for top in ('/etc', '/var', '/run', '/usr', '/root', '/tmp')
            for folder, _, names in os.walk(top) for name in names + ['']}


def check_unplug(tap, document, domain, boot):
    status, text = document.command('device_del')
    tap.check(f'{domain.name}: the document\'s command takes the device out', status == 0 and 'error' not in text, text)
    tap.check(f'{domain.name}: the guest loses it', domain.ask('gone') == 'ok gone', domain.tail())
    status, text = document.command('device_add')
    tap.check(f'{domain.name}: the document\'s command puts it back', status == 0 and 'error' not in text, text)
    check_encryption(tap, domain, boot, 'after it was plugged in')


def check_save(tap, document, domain, boot):
    for save, restore in ((('save', domain.name, '/srv/saved'), ('restore', '/srv/saved')),
                          (('managedsave', domain.name), ('start', domain.name))):
        status, text = run('virsh', *save)
        tap.check(f'{domain.name}: virsh {save[0]} saves it', status == 0, text)
        domain.terminal.close()
        domain.come(*restore)
        check_encryption(tap, domain, boot, f'after virsh {restore[0]}')
    status, text = document.command('--memory-only')
    tap.check(f'{domain.name}: the document\'s dump of memory is made', status == 0, text)
    os.remove('/var/lib/libvirt/qemu/dump/crypto-commandline.core')


def check_statistics(tap, document, domain):
    for word in ('statistics', 'locked-key-bytes'):
        status, text = document.command(f'"{word}"')
        tap.check(f'{domain.name}: the document\'s command reads {word}', status == 0 and '"return"' in text, text)


def commandline(tap, document, boot):
    """By <qemu:commandline>."""
    name = 'crypto-commandline'
    domain = Domain(name, boot.change(document.domains[name]))
    try:
        define(tap, domain)
        domain.start()
        domain.answer('boot')
        check_confinement(tap, domain, 2)
        check_encryption(tap, domain, boot, 'at start')
        check_statistics(tap, document, domain)
        check_unplug(tap, document, domain, boot)
        check_save(tap, document, domain, boot)
        tap.has(f'{name}: libvirt\'s log tells of the taint', 'tainted: custom-argv', domain.log())
        check_end(tap, domain)
    finally:
        domain.remove()


def element(tap, document, boot):
    """By <crypto>, where libvirt has it."""
    name = 'crypto-element'
    domain = Domain(name, boot.change(document.domains[name]))
    try:
        if not has_element():
            status, text = run('virsh', 'define', '--validate', domain.file)
            tap.check(f'{name}: this libvirt does not know the element, and says so if asked to validate', status != 0, text)
            must('virsh', 'define', domain.file)
            text = run('virsh', 'start', name)[1]
            tap.has(f'{name}: without validation the domain is defined, and virsh start says what is missing',
                    'objcrypto0', text)
            return
        define(tap, domain)
        domain.start()
        domain.answer('boot')
        check_confinement(tap, domain, 4)
        check_encryption(tap, domain, boot, 'at start')
        tap.has(f'{name}: the device has libvirt\'s alias and our backend', 'cryptodev-backend-openssl',
                must('virsh', 'qemu-monitor-command', name, '--hmp', 'qom-get /objects/objcrypto0 type'))
        check_end(tap, domain)
    finally:
        domain.remove()


def emulator(tap, document, boot):
    """By a program in the place of QEMU."""
    name = 'crypto-emulator'
    text = boot.change(document.domains[name])
    check_capabilities(tap, document)
    if not has_element():
        return
    domain = Domain(name, text)
    try:
        define(tap, domain)
        domain.start()
        domain.answer('boot')
        check_confinement(tap, domain, QUEUES_BY_FILE)
        check_encryption(tap, domain, boot, 'at start')
        tap.check(f'{name}: the domain is not tainted', 'tainted' not in domain.log(), domain.log())
        check_end(tap, domain)
    finally:
        domain.remove()


def has_element():
    """<crypto> came with libvirt 9.1."""
    version = re.search(r'library: libvirt (\d+)\.(\d+)', must('virsh', 'version'))
    return (int(version[1]), int(version[2])) >= (9, 1)


def mistakes(tap, document, boot):
    """What becomes of the domain when something is forgotten, and where our messages go."""
    name = 'crypto-commandline'
    right = boot.change(document.domains[name])
    domain = Domain(name, right.replace(" xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'", '', 1))
    try:
        status, text = run('virsh', 'define', domain.file)
        tap.check('without the namespace virsh define drops the command line in silence',
                  status == 0 and 'qemu:commandline' not in must('virsh', 'dumpxml', name), text)
        broken(tap, right, 'queues=2', 'queues=0', 'queues', 'a wrong number')
        broken(tap, right, '/usr/lib/', 'build/', 'cannot open shared object file', 'a relative path')
        stale(tap, right)
    finally:
        domain.remove()


def broken(tap, right, old, new, message, what):
    """A domain with a mistake: virsh and the domain's log say what it is."""
    domain = Domain('crypto-commandline', right.replace(old, new) if old else right)
    # Each definition gets a UUID of its own.
    domain.remove()
    must('virsh', 'define', domain.file)
    status, text = run('virsh', 'start', domain.name)
    tap.check(f'with {what} virsh start fails, and says what is wrong', status != 0 and message in text, text)
    tap.has(f'with {what} the domain\'s log says it, too', message, domain.log())


def stale(tap, right):
    """What is left of an upgrade of QEMU: a loader, and plugins for other builds."""
    moved = [(folder, os.path.join(os.path.dirname(folder), '0' * 40))
             for folder in glob.glob('/usr/lib/*/qemu-virtio-crypto/*')]
    for here, there in moved:
        os.rename(here, there)
    broken(tap, right, '', '', 'to make one, run as root: virtio-crypto-build', 'no plugin for this QEMU')
    for here, there in moved:
        os.rename(there, here)


def apparmor(tap, document):
    """What the document says about AppArmor agrees with the profile for domains that libvirt's package has."""
    ours = [path for pattern in ('qemu/virtio-crypto.so', 'qemu-virtio-crypto/*/*.so')
            for path in glob.glob(f'/usr/lib/*/{pattern}')]
    elsewhere = [path.replace('/usr/lib', f'{top}/lib') for path in ours for top in ('/usr/local', '/srv', '/home/user')]
    optional = [path.replace('/usr/lib', '/opt/crypto/lib') for path in ours]
    named = re.findall(r'^    (/\S+) (\w+),$|`(/\S+) (\w+),`', document.text, re.MULTILINE)
    emulators = [(words[0] or words[2], words[1] or words[3]) for words in named if '*' not in words[0]]
    profile = Profile('libvirt-qemu')
    missing = [path for path in ours if not profile.allows(path, 'mr')]
    tap.check('AppArmor lets a domain load what our packages install', len(ours) == 2 and not missing, f'{ours} {missing}')
    # Debian 13's lets all programs read it, as the document says.
    everywhere = ['/etc/ssl/openssl.cnf'] if 'VERSION_ID="12"' not in read('/etc/os-release') else []
    needless = [path for path in elsewhere + optional if profile.allows(path, 'm')] + [
        path for path, rights in emulators if profile.allows(path, rights) != (path in everywhere)]
    tap.check('but nothing from where the document says that it does not', len(emulators) == 3 and not needless,
              f'{emulators} {needless}')
    local, = set(re.findall(r'`(/etc/apparmor\.d/\S+)`', document.text))
    before = read(local) if os.path.exists(local) else None
    made = [folder for folder in (os.path.dirname(local), os.path.dirname(os.path.dirname(local)))
            if not os.path.exists(folder)]
    os.makedirs(os.path.dirname(local), exist_ok=True)
    with open(local, 'w') as file:
        file.write('\n'.join(f'{words[0] or words[2]} {words[1] or words[3]},' for words in named) + '\n')
    profile = Profile('libvirt-qemu')
    missing = [path for path in optional if not profile.allows(path, 'mr')] + [
        path for path, rights in emulators if not profile.allows(path, rights)] + [
            path for path in elsewhere if profile.allows(path, 'm')]
    tap.check('the document\'s lines allow what it says, and no more', not missing, missing)
    with open('/srv/profile', 'w') as file:
        file.write('#include <tunables/global>\nprofile domain {\n  #include <abstractions/libvirt-qemu>\n}\n')
    status, text = run('apparmor_parser', '--skip-kernel-load', '--skip-cache', '/srv/profile')
    tap.check('and apparmor_parser takes them', status == 0, text)
    os.remove(local)
    for folder in made:
        os.rmdir(folder)
    if before is not None:
        with open(local, 'w') as file:
            file.write(before)


def settings(document):
    """The file for the emulator of ours, as an operator writes it: a package ships none."""
    loader = re.search(r"value='(/usr/lib/.*?),", document.domains['crypto-element'])[1]
    os.makedirs('/etc/qemu-virtio-crypto')
    with open('/etc/qemu-virtio-crypto/emulator.conf', 'w') as file:
        file.write(f'loader = {loader}\nkeys = queues={QUEUES_BY_FILE}\n')


def tests(tap):
    document, boot = Document(sys.argv[1]), Boot(sys.argv[2], sys.argv[3])
    before = files()
    settings(document)
    commandline(tap, document, boot)
    element(tap, document, boot)
    emulator(tap, document, boot)
    mistakes(tap, document, boot)
    apparmor(tap, document)
    shutil.rmtree('/etc/qemu-virtio-crypto')
    left = sorted(path for path in files() - before if not POLICY.search(path))
    tap.check('no file is left but logs and caches', not left, '\n'.join(left))
    check_purge(tap)


if __name__ == '__main__':
    sys.exit(perform(tests))
