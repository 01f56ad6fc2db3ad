#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots a Debian kernel in the stock QEMU and has its virtio_crypto driver use the device.

The guest (tests/guest/init) encrypts a random file with a random key through AF_ALG by the name of the driver, and
what comes out is compared with what OpenSSL makes of the same file on the host. Prints TAP, or with --story an
account for a reader. Runs under TCG unless told otherwise: a /dev/kvm that exists need not run a guest. With --kvm the
kernel is tried first without the device; where it does not run, the test says that it does not apply here.

The environment names QEMU (VCRYPTO_QEMU) and the plugin (VCRYPTO_PLUGIN). QEMU options after -- replace the plugin
and the device that would be used.
"""

import argparse
import hashlib
import os
import random
import secrets
import selectors
import shlex
import subprocess
import sys
import time

DRIVER = 'virtio_crypto_aes_cbc'
DRIVERS = (DRIVER, 'virtio-crypto-rsa', 'virtio-pkcs1-rsa')
PREFIX = 'VCRYPTO: '
TAIL_LINES = 60


class Work:
    """What the guest is given to do, and what must come of it."""

    def __init__(self, size):
        self.key = secrets.token_bytes(random.choice((16, 24, 32)))
        self.iv = secrets.token_bytes(16)
        self.data = secrets.token_bytes(size)
        self.openssl = ['openssl', 'enc', f'-aes-{len(self.key) * 8}-cbc', '-nopad',
                        '-K', self.key.hex(), '-iv', self.iv.hex()]
        encrypted = subprocess.run(self.openssl, input=self.data, stdout=subprocess.PIPE, check=True).stdout
        self.expected = hashlib.sha256(encrypted).hexdigest()

    def archive(self):
        """A second initramfs: the kernel unpacks it over the first."""
        conf = f'DRIVERS="{" ".join(DRIVERS)}"\nDRIVER={DRIVER}\nKEY={self.key.hex()}\nIV={self.iv.hex()}\n'
        members = (('check.conf', conf.encode()), ('data', self.data), ('TRAILER!!!', b''))
        return b''.join(cpio_member(name, data) for name, data in members)


def cpio_member(name, data, mode=0o100600):
    """One regular file of a cpio archive of the "newc" format; all parts are padded to 4 bytes."""
    name = name.encode() + b'\0'
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
    header = b'070701' + b''.join(b'%08X' % field for field in fields) + name
    return header + b'\0' * (-len(header) % 4) + data + b'\0' * (-len(data) % 4)


class Outcome:
    """What one boot gave."""

    def __init__(self):
        self.results = {}
        self.status = None
        self.ended = None
        self.seconds = 0
        self.console = ''

    def all(self, name):
        return self.results.get(name, [])

    def one(self, name):
        return (self.all(name) or [''])[0]

    def fields(self, name):
        """Lines of the form "key : value"."""
        pairs = (line.partition(':') for line in self.all(name))
        return {key.strip(): value.strip() for key, _, value in pairs}


class Machine:
    """What the guest runs on."""

    def __init__(self, qemu, accelerator, cpus):
        self.qemu = qemu
        self.accelerator = accelerator
        self.cpus = cpus

    def command(self, devices):
        """What a user types to give a guest the device, without what only this test needs."""
        return ([self.qemu, '-M', 'q35', '-accel', self.accelerator, '-cpu', 'max', '-m', '512']
                + (['-smp', str(self.cpus)] if self.cpus > 1 else []) + ['-nographic', '-nic', 'none'] + devices)


PROBE_SECONDS = 20


def kvm_runs_guests(qemu, kernel):
    """Whether the kernel comes under KVM, and without the device, to the panic of one that has no root."""
    machine = Machine(qemu, 'kvm', 1)
    try:
        done = subprocess.run(
            machine.command(['-no-reboot', '-kernel', os.path.join(kernel, 'vmlinuz'),
                             '-append', 'console=ttyS0 panic=-1']),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and b'Kernel panic' in done.stdout


def boot(machine, devices, kernel, initramfs, folder, work, timeout, tick):
    """Runs one guest to its end, its time limit, or the first sign that it will not end well."""
    os.makedirs(folder, exist_ok=True)
    image, results, log = (os.path.join(folder, name) for name in ('initramfs.img', 'results.txt', 'console.log'))
    with open(initramfs, 'rb') as base, open(image, 'wb') as file:
        file.write(base.read())
        file.write(b'\0' * (-file.tell() % 4))
        file.write(work.archive())
    command = machine.command(devices) + [
        '-no-reboot', '-monitor', 'none', '-serial', 'stdio', '-serial', f'file:{results}',
        '-kernel', os.path.join(kernel, 'vmlinuz'), '-initrd', image,
        '-append', 'console=ttyS0 loglevel=5 panic=-1']
    outcome = Outcome()
    started = time.monotonic()
    open(results, 'w').close()
    with open(log, 'wb') as console:
        console.write((shlex.join(command) + '\n').encode())
        console.flush()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        try:
            outcome.ended = watch(process, console, started + timeout, tick)
        finally:
            process.kill()
            process.stdout.close()
            outcome.status = process.wait()
    outcome.seconds = time.monotonic() - started
    os.remove(image)
    with open(log, errors='replace') as file:
        outcome.console = file.read()
    with open(results, errors='replace') as file:
        for line in file:
            if line.startswith(PREFIX):
                name, _, value = line[len(PREFIX):].strip().partition(' ')
                outcome.results.setdefault(name, []).append(value)
    return outcome


def watch(process, console, deadline, tick):
    """Copies QEMU's output to the log until it ends. Returns why the watch was over."""
    seen = b''
    started = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if not selector.select(timeout=min(1, max(0, deadline - time.monotonic()))):
                tick(time.monotonic() - started)
                continue
            data = os.read(process.stdout.fileno(), 65536)
            if not data:
                # The output is closed; the process ends at once, unless it hangs on its way out.
                try:
                    process.wait(timeout=max(1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    return 'QEMU closed its output and did not exit'
                return 'exit'
            console.write(data)
            console.flush()
            seen = seen[-4096:] + data
            if b'Kernel panic' in seen:
                return 'kernel panic'
    return 'time limit'


def judge(outcome, work, queues):
    """The checks: (name, whether it held, what was seen)."""
    interrupts = len(outcome.all('dataqueue'))
    pci = outcome.one('pci')
    crypto = outcome.fields('proc-crypto')
    selftests = outcome.fields('selftest')
    failures = outcome.all('alg-fail')
    encrypted = outcome.one('encrypt')
    finished = bool(outcome.all('end'))
    return (
        ('the guest has a virtio-crypto PCI function, 1af4:1054', '1af4:1054' in pci, f'saw {pci!r}'),
        ('the kernel\'s driver virtio_crypto is bound to it', pci.endswith('driver virtio_crypto'), f'saw {pci!r}'),
        (f'/proc/crypto has {", ".join(DRIVERS)}, each with selftest passed',
         crypto.get('driver') == DRIVER and all(selftests.get(name) == 'passed' for name in DRIVERS),
         f'saw {crypto} and {selftests}'),
        (f'the driver set up {queues} data queue{"s" if queues > 1 else ""}, each with its own interrupt',
         interrupts == queues, f'saw {outcome.all("dataqueue")}'),
        # An empty list proves something only of a guest that came to its end.
        ('the kernel logged no failed algorithm test', finished and not failures,
         '\n'.join(failures) or 'the guest did not come to its end'),
        (f'{len(work.data)} bytes encrypted in the guest have the SHA-256 that OpenSSL gives them on the host',
         encrypted == 'ok' and outcome.one('sha256') == work.expected,
         f'encrypt: {encrypted or "never done"}; guest {outcome.one("sha256")!r}, host {work.expected!r}'),
        ('decrypting in the guest gives the file back', outcome.one('roundtrip') == 'equal',
         f'saw {outcome.one("roundtrip")!r}'),
        ('the guest powered off by itself and QEMU exited with 0',
         finished and outcome.ended == 'exit' and outcome.status == 0,
         f'ended by: {outcome.ended}; QEMU\'s status {outcome.status}; the guest '
         + ('said that it was done' if finished else 'never said that it was done')),
    )


def shown_tail(outcome, log):
    # The firmware clears the screen with control characters, which must not reach a terminal or a log.
    text = ''.join(c for c in outcome.console if c == '\n' or c.isprintable())
    lines = text.splitlines()[-TAIL_LINES:]
    return [f'the last {len(lines)} lines of {log}:'] + ['  | ' + line for line in lines]


def print_tap(checks, outcome, work, log):
    print(f'# {len(work.data)} bytes, AES-{len(work.key) * 8}-CBC, kernel {outcome.one("kernel")}, '
          f'{outcome.seconds:.1f} s from QEMU\'s start to its end')
    for number, (name, held, seen) in enumerate(checks, 1):
        print(f'{"ok" if held else "not ok"} {number} - {name}')
        if not held:
            for line in seen.splitlines():
                print(f'# {line}')
    if not all(held for _, held, _ in checks):
        for line in shown_tail(outcome, log):
            print(f'# {line}')
    print(f'1..{len(checks)}')


def print_story(checks, outcome, work, log):
    crypto = outcome.fields('proc-crypto')
    print(f'\nInside the guest (Linux {outcome.one("kernel")}, up and down in {outcome.seconds:.1f} s):\n')
    print('  PCI function:')
    print(f'      {outcome.one("pci") or "none"}\n')
    print('  /proc/crypto:')
    for name, value in crypto.items():
        print(f'      {name:<13}: {value}')
    print('\n  Self-tests of the kernel:')
    for name, value in outcome.fields('selftest').items():
        print(f'      {name:<22}: {value}')
    print('\n  Kernel lines that match "alg:.*fail":')
    for line in outcome.all('alg-fail') or ['none' if outcome.all('end') else 'not known']:
        print(f'      {line}')
    equal = outcome.one('sha256') == work.expected
    print(f'\n  {len(work.data)} random bytes, encrypted with a random {len(work.key) * 8}-bit key by {DRIVER};'
          '\n  SHA-256 of the result:')
    host = ' '.join(work.openssl[:3])
    print(f'      {"in the guest":<30}{outcome.one("sha256") or outcome.one("encrypt") or "none"}')
    print(f'      {host:<30}{work.expected}')
    print(f'      {"equal" if equal else "NOT EQUAL"}\n')
    for name, held, seen in checks:
        print(f'  {"yes" if held else "NO "}  {name}')
        if not held:
            for line in seen.splitlines():
                print(f'         {line}')
    if not all(held for _, held, _ in checks):
        print('\n' + '\n'.join(shown_tail(outcome, log)))
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--kernel', required=True, help='the folder that scripts/guest-kernel prints')
    parser.add_argument('--initramfs', help='what scripts/guest-initramfs made')
    parser.add_argument('--folder', required=True, help='where the console log is kept')
    parser.add_argument('--size', type=int, default=8, help='MiB of data (default 8)')
    parser.add_argument('--timeout', type=float, default=240, help='seconds (default 240)')
    parser.add_argument('--kvm', action='store_true', help='run under KVM where that works')
    parser.add_argument('--cpus', type=int, default=1, help='virtual processors (default 1)')
    parser.add_argument('--queues', type=int, default=1, help='data queues (default 1)')
    parser.add_argument('--device', default='', help='properties of the device, for instance packed=on')
    parser.add_argument('--story', action='store_true', help='print an account instead of TAP')
    parser.add_argument('devices', nargs='*', metavar='QEMU-OPTION')
    options = parser.parse_args()

    if not options.kernel:
        print('1..0 # SKIP no guest kernel; set the option guest_kernel to what scripts/guest-kernel prints')
        return 0
    qemu = os.environ.get('VCRYPTO_QEMU') or 'qemu-system-x86_64'
    plugin = os.environ.get('VCRYPTO_PLUGIN')
    if not options.devices and not plugin:
        print('1..0 # SKIP no plugin; set the option qemu_headers to what scripts/qemu-headers prints')
        return 0
    if options.kvm and not kvm_runs_guests(qemu, options.kernel):
        print('1..1\nok 1 - does not apply: KVM runs no guest on this machine')
        return 0
    machine = Machine(qemu, 'kvm' if options.kvm else 'tcg', options.cpus)
    devices = options.devices or [
        '-plugin', f'{plugin},backend=crypto0' + (f',queues={options.queues}' if options.queues > 1 else ''),
        '-device', ','.join(filter(None, ('virtio-crypto-pci,cryptodev=crypto0', options.device)))]

    def tick(seconds):
        if options.story and int(seconds) % 5 == 0:
            print(f'  {seconds:.0f} s ...', flush=True)

    if options.story:
        version = subprocess.run([qemu, '--version'], stdout=subprocess.PIPE, text=True, check=True).stdout
        print(f'\nQEMU, as the distribution ships it:\n\n    {version.splitlines()[0]}')
        print('\nWhat a user types:\n')
        command = machine.command([])
        pairs = [shlex.join(devices[i:i + 2]) for i in range(0, len(devices), 2)]
        print('    ' + ' \\\n        '.join([shlex.join(command)] + pairs + ['...']))
        print('\nBooting a guest with it (no KVM, so that it works everywhere) ...', flush=True)
    work = Work(options.size << 20)
    outcome = boot(machine, devices, options.kernel, options.initramfs, options.folder, work, options.timeout, tick)
    checks = judge(outcome, work, options.queues)
    log = os.path.join(options.folder, 'console.log')
    (print_story if options.story else print_tap)(checks, outcome, work, log)
    return 0 if all(held for _, held, _ in checks) else 1


if __name__ == '__main__':
    sys.exit(main())
