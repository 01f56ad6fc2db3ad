#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots a Debian kernel in the stock QEMU and has its virtio_crypto driver use the device.

The guest (tests/guest/init) has the kernel's own users of ciphers use the driver: IPsec carries a random file between
two network namespaces, and the device's own count of bytes must tell of it; tcrypt runs its benchmark; dm-crypt refuses
such drivers. It also encrypts the file with a random key through AF_ALG by the name of the driver, and what comes out
is compared with what OpenSSL makes of the same file on the host: where AF_ALG still knows such drivers, which from
Linux 7.2 on it does not. Prints TAP, or with --story an account for a reader. Runs under TCG unless told otherwise: a /dev/kvm that exists need not run a guest. With --kvm the
kernel is tried first without the device; where it does not run, the test says that it does not apply here.

The environment names QEMU (VCRYPTO_QEMU) and the plugin (VCRYPTO_PLUGIN). QEMU options after -- replace the plugin
and the device that would be used.
"""

import argparse
import hashlib
import json
import os
import random
import re
import secrets
import selectors
import shlex
import socket
import subprocess
import sys
import time

DRIVER = 'virtio_crypto_aes_cbc'
DRIVERS = (DRIVER, 'virtio-crypto-rsa', 'virtio-pkcs1-rsa')
PREFIX = 'VCRYPTO: '
TAIL_LINES = 60
ESP_BYTES = 4 << 20
AF_ALG_ENDS = (7, 2)
REFUSED = 'No such file or directory'
HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(HERE, '..', '..', 'scripts')


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
        conf += f'ESP_BYTES={ESP_BYTES}\n'
        members = (('check.conf', conf.encode()), ('data', self.data), ('TRAILER!!!', b''))
        return b''.join(cpio_member(name, data) for name, data in members)


def cpio_member(name, data, mode=0o100600):
    """One regular file of a cpio archive of the "newc" format; all parts are padded to 4 bytes."""
    name = name.encode() + b'\0'
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
    header = b'070701' + b''.join(b'%08X' % field for field in fields) + name
    return header + b'\0' * (-len(header) % 4) + data + b'\0' * (-len(data) % 4)


def write_image(path, initramfs, archive):
    """The initramfs, and an archive that the kernel unpacks over it."""
    with open(initramfs, 'rb') as base, open(path, 'wb') as file:
        file.write(base.read())
        file.write(b'\0' * (-file.tell() % 4))
        file.write(archive)


class Outcome:
    """What one boot gave."""

    def __init__(self):
        self.results = {}
        self.status = None
        self.ended = None
        self.seconds = 0
        self.console = ''
        self.statistics = None

    def all(self, name):
        return self.results.get(name, [])

    def one(self, name):
        return (self.all(name) or [''])[0]

    def kernel(self):
        """The version, as two numbers."""
        return tuple(int(number) for number in re.findall(r'\d+', self.one('kernel'))[:2])

    def has_af_alg(self):
        return self.kernel() < AF_ALG_ENDS

    def esp_bytes(self):
        """What IPsec had encrypted, and what it had decrypted."""
        return sum(int(line.split()[0]) for line in self.all('esp-state'))

    def device_bytes(self):
        """What the device did with AES-CBC, by its own count; without an error."""
        counters = [queue['cipher'].get('aes-cbc', {}) for queue in self.statistics or []]
        requests, right = (sum(counter.get(key, 0) for counter in counters) for key in ('requests', 'ok'))
        return sum(counter.get('bytes', 0) for counter in counters) if requests == right else 0

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
# As tests/support/watchdog.h has it: a factor for all limits; 0 stands for none.
PATIENCE = int(os.environ.get('VCRYPTO_TEST_PATIENCE') or 1) or 1000
BACKTRACE_SECONDS = 30


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


def backtrace(pid):
    """Prints where each thread of a process is, as TAP comments."""
    try:
        done = subprocess.run(['eu-stack', '-s', '-p', str(pid)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=BACKTRACE_SECONDS, check=False)
        text = done.stdout.decode(errors='replace')
    except (OSError, subprocess.TimeoutExpired) as failure:
        text = f'no backtrace: {failure}'
    for line in text.splitlines():
        print(f'#   {line}', flush=True)


def boot(machine, devices, kernel, initramfs, folder, work, timeout, tick):
    """Runs one guest to its end, its time limit, or the first sign that it will not end well."""
    os.makedirs(folder, exist_ok=True)
    image, results, log = (os.path.join(folder, name) for name in ('initramfs.img', 'results.txt', 'console.log'))
    write_image(image, initramfs, work.archive())
    monitor = Monitor()
    command = machine.command(devices) + monitor.options() + [
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
                                   stderr=subprocess.STDOUT, pass_fds=[monitor.theirs.fileno()])
        try:
            outcome.ended = watch(process, monitor, console, started + timeout, tick)
            if outcome.ended != 'exit' and process.poll() is None:
                backtrace(process.pid)
        finally:
            process.kill()
            process.stdout.close()
            outcome.status = process.wait()
            monitor.close()
            outcome.statistics = monitor.statistics
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


class Monitor:
    """QMP. When the guest is off, the device is asked for its statistics, and QEMU is let go."""

    def __init__(self):
        self.ours, self.theirs = socket.socketpair()
        self.pending = b''
        self.statistics = None

    def options(self):
        return ['-no-shutdown', '-chardev', f'socket,id=qmp,fd={self.theirs.fileno()}', '-mon', 'chardev=qmp,mode=control']

    def close(self):
        self.ours.close()
        self.theirs.close()

    def send(self, command, **arguments):
        self.ours.sendall(json.dumps({'execute': command, 'arguments': arguments}).encode() + b'\n')

    def receive(self):
        self.pending += self.ours.recv(65536)
        while b'\n' in self.pending:
            line, _, self.pending = self.pending.partition(b'\n')
            self.take(json.loads(line))

    def take(self, message):
        if 'QMP' in message:
            self.send('qmp_capabilities')
        elif message.get('event') == 'SHUTDOWN':
            self.send('qom-get', path='/objects/crypto0', property='statistics')
            self.send('quit')
        elif isinstance(message.get('return'), list):
            self.statistics = message['return']


def watch(process, monitor, console, deadline, tick):
    """Copies QEMU's output to the log until it ends. Returns why the watch was over."""
    seen = b''
    started = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        selector.register(monitor.ours, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            ready = [key.fileobj for key, _ in selector.select(timeout=min(1, max(0, deadline - time.monotonic())))]
            if not ready:
                tick(time.monotonic() - started)
            if monitor.ours in ready:
                monitor.receive()
            if process.stdout not in ready:
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


def judge(outcome, work, queues, ours):
    """The checks: (name, whether it held, what was seen)."""
    interrupts = len(outcome.all('dataqueue'))
    pci = outcome.one('pci')
    crypto = outcome.fields('proc-crypto')
    selftests = outcome.fields('selftest')
    failures = outcome.all('alg-fail')
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
    ) + judge_af_alg(outcome, work) + judge_kernel_users(outcome) + (judge_count(outcome, work) if ours else ()) + (
        ('the guest powered off by itself and QEMU exited with 0',
         finished and outcome.ended == 'exit' and outcome.status == 0,
         f'ended by: {outcome.ended}; QEMU\'s status {outcome.status}; the guest '
         + ('said that it was done' if finished else 'never said that it was done')),
    )


def judge_af_alg(outcome, work):
    encrypted = outcome.one('encrypt')
    if not outcome.has_af_alg():
        return (
            (f'from Linux {".".join(str(number) for number in AF_ALG_ENDS)} on AF_ALG does not know the driver',
             encrypted.endswith(REFUSED), f'saw {encrypted!r}'),
        )
    return (
        (f'{len(work.data)} bytes encrypted in the guest have the SHA-256 that OpenSSL gives them on the host',
         encrypted == 'ok' and outcome.one('sha256') == work.expected,
         f'encrypt: {encrypted or "never done"}; guest {outcome.one("sha256")!r}, host {work.expected!r}'),
        ('decrypting in the guest gives the file back', outcome.one('roundtrip') == 'equal',
         f'saw {outcome.one("roundtrip")!r}'),
    )


def judge_kernel_users(outcome):
    esp_drivers = outcome.all('esp-driver')
    return (
        (f'IPsec carried {ESP_BYTES} bytes from one network namespace to another',
         outcome.one('esp') == 'equal', f'saw {outcome.one("esp")!r}'),
        ('its cipher was the driver', any(re.fullmatch(rf'authenc\(.*,{DRIVER}\)', name) for name in esp_drivers),
         f'saw {esp_drivers}'),
        ('the kernel\'s benchmark tcrypt ran on the driver',
         outcome.all('tcrypt') == [f'{DRIVER} decryption', f'{DRIVER} encryption'], f'saw {outcome.all("tcrypt")}'),
        ('dm-crypt takes software only',
         outcome.one('dm-crypt-software') == 'takes it' and '-ENOENT' in outcome.one('dm-crypt-driver'),
         f'saw {outcome.one("dm-crypt-software")!r}, {outcome.one("dm-crypt-driver")!r}'),
    )


def judge_count(outcome, work):
    wanted = outcome.esp_bytes() + (2 * len(work.data) if outcome.has_af_alg() else 0)
    return (
        ('the device counted all that was encrypted and decrypted, and no error',
         outcome.esp_bytes() > 2 * ESP_BYTES and outcome.device_bytes() >= wanted,
         f'wanted {wanted} bytes at least, IPsec\'s {outcome.esp_bytes()} among them; saw {outcome.statistics}'),
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


def print_af_alg_story(outcome, work):
    equal = outcome.one('sha256') == work.expected
    print(f'\n  {len(work.data)} random bytes through AF_ALG, encrypted with a random {len(work.key) * 8}-bit key by {DRIVER};'
          '\n  SHA-256 of the result:')
    host = ' '.join(work.openssl[:3])
    print(f'      {"in the guest":<30}{outcome.one("sha256") or outcome.one("encrypt") or "none"}')
    print(f'      {host:<30}{work.expected}')
    print(f'      {"equal" if equal else "NOT EQUAL"}\n')


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
    print(f'\n  {ESP_BYTES} random bytes through IPsec (ESP), from one network namespace to another; its cipher:')
    for name in outcome.all('esp-driver') or ['none']:
        print(f'      {name}')
    print(f'      {outcome.one("esp") or "never done"}; the device counted {outcome.device_bytes()} bytes of AES-CBC in all')
    if outcome.has_af_alg():
        print_af_alg_story(outcome, work)
    else:
        print(f'\n  AF_ALG, which in this kernel has software ciphers only:\n      {outcome.one("encrypt")}\n')
    for name, held, seen in checks:
        print(f'  {"yes" if held else "NO "}  {name}')
        if not held:
            for line in seen.splitlines():
                print(f'         {line}')
    if not all(held for _, held, _ in checks):
        print('\n' + '\n'.join(shown_tail(outcome, log)))
    print()


def script_output(*command):
    """What one of the project's scripts prints; it says itself what went wrong."""
    done = subprocess.run([os.path.join(SCRIPTS, command[0]), *command[1:]], stdout=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode:
        print('Bail out! a script failed; see the line above')
        sys.exit(1)
    return done.stdout.strip()


def pack_release(options, init='init', *programs_and_modules):
    """Fetches a kernel and makes an initramfs for it, unless they are kept from before. Returns both."""
    kernel = script_output('guest-kernel', options.release)
    os.makedirs(options.folder, exist_ok=True)
    initramfs = os.path.join(options.folder, 'guest-initramfs.img')
    script_output('guest-initramfs', kernel, initramfs, options.afalg, os.path.join(HERE, init),
                  *programs_and_modules)
    return kernel, initramfs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--kernel', help='the folder that scripts/guest-kernel prints')
    parser.add_argument('--initramfs', help='what scripts/guest-initramfs made')
    parser.add_argument('--release', help='in place of both, the release whose kernel is fetched and packed')
    parser.add_argument('--afalg', help='with --release, the program of that name')
    parser.add_argument('--folder', required=True, help='where the console log is kept')
    parser.add_argument('--size', type=int, default=8, help='MiB of data (default 8)')
    parser.add_argument('--timeout', type=float, default=900 * PATIENCE, help='seconds (default 900)')
    parser.add_argument('--kvm', action='store_true', help='run under KVM where that works')
    parser.add_argument('--cpus', type=int, default=1, help='virtual processors (default 1)')
    parser.add_argument('--queues', type=int, default=1, help='data queues (default 1)')
    parser.add_argument('--device', default='', help='properties of the device, for instance packed=on')
    parser.add_argument('--story', action='store_true', help='print an account instead of TAP')
    parser.add_argument('devices', nargs='*', metavar='QEMU-OPTION')
    options = parser.parse_args()

    if not options.kernel and not options.release:
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
    if options.release:
        options.kernel, options.initramfs = pack_release(options)
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
    checks = judge(outcome, work, options.queues, not options.devices)
    log = os.path.join(options.folder, 'console.log')
    (print_story if options.story else print_tap)(checks, outcome, work, log)
    return 0 if all(held for _, held, _ in checks) else 1


if __name__ == '__main__':
    sys.exit(main())
