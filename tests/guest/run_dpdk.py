#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""DPDK's own tests of its own driver of virtio-crypto devices, unmodified from Debian's packages, in a Linux guest.

One machine has four devices: rings split and packed, one data queue and two. On each of them tests/guest/init-dpdk runs
cryptodev_virtio_autotest and dpdk-test-crypto-perf, for a cipher and for a chain. No test may fail, as many must pass as
the driver has been seen to support, and the benchmark must get back every operation that it has put in.

After its tests dpdk-test ends with a segmentation fault, with stock QEMU's device as with this one: a suite of its own
goes on with a session that the driver has refused.

Prints TAP, the operations a second as comments. With --bench it prints those beside what stock QEMU's device
(cryptodev-backend-builtin) gives in the same machine, and tests nothing. The environment names QEMU (VCRYPTO_QEMU) and the
plugin (VCRYPTO_PLUGIN).
"""

import argparse
import os
import re
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True
import run_guest  # noqa: E402 (the line above must come first)

# Form of rings, data queues: a device each, in the order of their addresses.
DEVICES = (('split', 1), ('split', 2), ('packed', 1), ('packed', 2))
PASSED = {'AES Chain': 8, 'AES Cipher Only': 8, 'ESN Test Suite': 2}
# The one before that which ends the program.
LAST_SUITE = 'Mixed CIPHER + HASH algorithms Test Suite'
SEGMENTATION_FAULT = 128 + 11
TEST_OPERATIONS, BENCH_OPERATIONS = 2000, 100000
SIZE = 1024
PROGRAM_SECONDS = 600 * run_guest.PATIENCE


class Run:
    """What one program said about one device."""

    def __init__(self, address, command):
        self.address = address
        self.command = command
        self.lines = []
        self.status = None

    def suites(self):
        """The counts of each suite: {'Passed': 8, 'Failed': 0, ...}."""
        suites, counts = {}, {}
        for line in self.lines:
            summary = re.match(r' \+ Test Suite Summary : (.*\S)', line)
            count = re.match(r' \+ Tests (\w+) *: *(\d+)', line)
            if summary:
                counts = suites[summary.group(1)] = {}
            elif count:
                counts[count.group(1)] = int(count.group(2))
        return suites

    def throughput(self):
        """Of each thread of the benchmark: operations put in, got back, and millions of them a second."""
        # The columns: thread, size, burst, put in, got back, failed to put in, failed to get back, MOps, ...
        rows = (line.split() for line in self.lines if re.match(r' +\d+ +\d+ +\d+ +\d+ +\d+ ', line))
        return [(int(row[3]), int(row[4]), float(row[7])) for row in rows]

    def operations_a_second(self):
        return round(sum(rate for _, _, rate in self.throughput()) * 1e6)


def parse(path):
    """The runs in the guest's results, and whether the guest came to its end."""
    runs, ended = [], False
    with open(path, errors='replace') as file:
        for line in file:
            line = line.rstrip()
            words = line.split()
            if line.startswith('VCRYPTO: run'):
                runs.append(Run(words[2], words[3:]))
            elif line.startswith('VCRYPTO: status') and runs:
                runs[-1].status = int(words[2])
            elif line.startswith('VCRYPTO: end'):
                ended = True
            elif runs:
                runs[-1].lines.append(line)
    return runs, ended


def our_backends(plugin, devices):
    backends = ','.join(f'backend=crypto{i},queues={queues}' for i, (_, queues) in enumerate(devices))
    return ['-plugin', f'{plugin},{backends}']


def stock_backends(devices):
    return [word for i in range(len(devices)) for word in ('-object', f'cryptodev-backend-builtin,id=crypto{i}')]


def boot(qemu, options, backends, devices, programs, operations):
    """Runs the guest to its end. Returns its runs, whether it came to its end, and QEMU's status or what went wrong."""
    folder = options.folder
    settings = {'PROGRAMS': programs, 'OPERATIONS': operations, 'SIZE': SIZE, 'LIMIT': PROGRAM_SECONDS,
                'QUEUES': ' '.join(str(queues) for _, queues in devices)}
    image, results, console = (os.path.join(folder, name) for name in ('initramfs.img', 'results.txt', 'console.log'))
    conf = ''.join(f'{name}="{value}"\n' for name, value in settings.items())
    run_guest.write_image(image, options.initramfs, run_guest.cpio_member('dpdk.conf', conf.encode())
                          + run_guest.cpio_member('TRAILER!!!', b''))
    properties = [word for i, (form, _) in enumerate(devices) for word in (
        '-device', f'virtio-crypto-pci,cryptodev=crypto{i},packed={"on" if form == "packed" else "off"}')]
    command = [qemu, '-M', 'q35', '-accel', 'tcg', '-cpu', 'max', '-m', '1536', '-smp', '3', '-display', 'none',
               '-nic', 'none', *backends, *properties, '-no-reboot', '-monitor', 'none', '-serial', f'file:{console}',
               '-serial', f'file:{results}', '-kernel', os.path.join(options.kernel, 'vmlinuz'), '-initrd', image,
               '-append', 'console=ttyS0 loglevel=5 panic=-1']
    for path in (results, console):
        open(path, 'w').close()
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=options.timeout, check=False)
        ended = done.returncode if not done.returncode else f'status {done.returncode}: {done.stdout.strip()}'
    except subprocess.TimeoutExpired:
        ended = f'time limit of {options.timeout:.0f} s; the command was {shlex.join(command)}'
    os.remove(image)
    runs, finished = parse(results)
    return runs, finished, ended


def judge_autotest(run):
    suites = run.suites()
    seen = ', '.join(f'{name} {counts.get("Passed")} passed {counts.get("Failed")} failed'
                     for name, counts in suites.items() if counts.get('Executed'))
    right = all(suites.get(name, {}).get('Passed') == passed for name, passed in PASSED.items())
    failed = sum(counts.get('Failed', 1) for counts in suites.values())
    return (right and not failed and LAST_SUITE in suites and run.status in (0, SEGMENTATION_FAULT),
            f'{seen or "no suite"}; {len(suites)} suites; status {run.status}')


def judge_perf(run, threads):
    throughput = run.throughput()
    return (run.status == 0 and len(throughput) == threads
            and all(got == TEST_OPERATIONS for _, got, _ in throughput),
            f'{run.operations_a_second()} operations a second; (put in, got back, millions a second) of each thread: '
            f'{throughput}; status {run.status}')


def kind(run):
    return next((word for word in run.command if word in ('cipher-only', 'cipher-then-auth')), 'autotest')


def checks_of(runs):
    """The checks: (name, whether it held, what was seen)."""
    by_kind = {(run.address, kind(run)): run for run in runs}
    for address, (form, queues) in zip(sorted({run.address for run in runs}), DEVICES):
        for name in ('autotest', 'cipher-only', 'cipher-then-auth'):
            title = f'{form} rings, {queues} data queue{"s" if queues > 1 else ""}: {name}'
            run = by_kind.get((address, name))
            if not run:
                yield title, False, 'it did not run'
            else:
                yield (title, *(judge_autotest(run) if name == 'autotest' else judge_perf(run, queues)))


def test(options, qemu, plugin):
    runs, finished, ended = boot(qemu, options, our_backends(plugin, DEVICES), DEVICES, 'autotest perf', TEST_OPERATIONS)
    checks = list(checks_of(runs))
    checks.append(('all four devices were tested, the guest came to its end, and QEMU exited with 0',
                   len(checks) == 3 * len(DEVICES) and finished and ended == 0, f'{len(checks)} runs; {ended}'))
    for number, (name, held, seen) in enumerate(checks, 1):
        print(f'{"ok" if held else "not ok"} {number} - {name}\n# {seen}')
    if not all(held for _, held, _ in checks):
        print(f'# what DPDK said: {options.folder}/results.txt; the kernel: {options.folder}/console.log')
    print(f'1..{len(checks)}')
    return all(held for _, held, _ in checks)


def bench(options, qemu, plugin):
    # Stock QEMU's backend has one queue.
    devices = [(form, queues) for form, queues in DEVICES if queues == 1]
    print(f'dpdk-test-crypto-perf, AES-128-CBC and with HMAC-SHA-1, {SIZE} bytes, one thread, in a guest under TCG; '
          'operations a second')
    rates = {}
    for name, backends in (('stock', stock_backends(devices)), ('ours', our_backends(plugin, devices))):
        runs, _, _ = boot(qemu, options, backends, devices, 'perf', BENCH_OPERATIONS)
        forms = {address: form for address, (form, _) in zip(sorted({run.address for run in runs}), devices)}
        for run in runs:
            rates[name, forms[run.address], kind(run)] = run.operations_a_second() if run.status == 0 else 0
    print(f'{"rings":<8}{"work":<18}{"stock":>8}{"ours":>8}')
    for form in ('split', 'packed'):
        for work in ('cipher-only', 'cipher-then-auth'):
            seen = [rates.get((name, form, work), 0) or 'fails' for name in ('stock', 'ours')]
            print(f'{form:<8}{work:<18}{seen[0]:>8}{seen[1]:>8}')
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--folder', required=True, help='where the logs are kept')
    parser.add_argument('--afalg', required=True, help='the program of that name, for scripts/guest-initramfs')
    parser.add_argument('--timeout', type=float, default=3600 * run_guest.PATIENCE,
                        help='seconds (default 3600)')
    parser.add_argument('--bench', action='store_true', help='measure beside stock QEMU instead of testing')
    options = parser.parse_args()

    qemu = os.environ.get('VCRYPTO_QEMU') or 'qemu-system-x86_64'
    plugin = os.environ.get('VCRYPTO_PLUGIN')
    if not plugin:
        print('1..0 # SKIP no plugin; set the option qemu_headers to what scripts/qemu-headers prints')
        return 0
    # DPDK's packages and their kernel are of one release, whatever the machine has.
    options.release = 'bookworm'
    options.kernel, options.initramfs = run_guest.pack_release(options, 'init-dpdk', 'dpdk', 'uio_pci_generic')
    return 0 if (bench if options.bench else test)(options, qemu, plugin) else 1


if __name__ == '__main__':
    sys.exit(main())
