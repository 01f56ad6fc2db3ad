#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A hundred events at random on a device that a Linux guest puts load on.

Eight processes in the guest (tests/guest/churn.c) encrypt through AF_ALG by the name of the driver, and compare each
answer with what the kernel's software made of the same message; after each event all of them must get answers again.
The driver uses data queue 0 only, and a process waits for each answer: so there are at most eight requests in the
ring. What fills rings to the last entry is tests/qtest/test_lifecycle_random.c.

The load goes on through stops of the machine, resets of the machine, and reboots. Linux lets nobody take a driver
away whose algorithms are in use: unloading the module fails (the load makes it fail, until a moment comes when nobody
uses it, or is stopped after 20 attempts), and where the kernel cannot refuse, as when the device is unplugged or the
driver unbound, it warns and frees requests that callers wait for. So the load lets go of the driver before these two,
and is back as soon as the device is.

Threads and descriptors of QEMU must be as many after the last ten events as after the first ten, and its private
memory (without guest RAM and translated code, which are mappings of their own) about as much.

Prints TAP. VCRYPTO_SEED repeats a run's choices. The environment names QEMU (VCRYPTO_QEMU) and the plugin
(VCRYPTO_PLUGIN).
"""

import argparse
import collections
import json
import os
import random
import re
import shlex
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
import run_guest  # noqa: E402 (the line above must come first)

SOFTWARE = 'cbc(aes-generic)'
WORKERS = 8
EVENTS = 100
COMPARED = 10
SLACK_KIB = 4096
ANSWER_SECONDS = 300 * run_guest.PATIENCE
# How often each comes in a hundred. Those that boot the guest again take seconds.
WEIGHTS = {'stop': 40, 'reload': 22, 'rebind': 16, 'replug': 16, 'system_reset': 3, 'system_reset while stopped': 2,
           'reboot': 1}
MARK = 'lifecycle: up'  # on the console at each boot
ALARMS = re.compile(r'BUG:|WARNING:|Oops|Kernel panic|is not a head!|alg: .*fail|churn:')


class Failure(Exception):
    """What the test has found."""


class Line:
    """Lines over a socket that QEMU connects to."""

    def __init__(self, folder, name):
        self.path = os.path.join(folder, name)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(1)
        self.stream = None
        self.pending = b''

    def connect(self):
        self.listener.settimeout(ANSWER_SECONDS)
        self.stream, _ = self.listener.accept()

    def send(self, text):
        self.stream.sendall(text.encode() + b'\n')

    def receive(self, deadline):
        while b'\n' not in self.pending:
            self.stream.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                data = self.stream.recv(65536)
            except socket.timeout:
                raise Failure(f'no line on {os.path.basename(self.path)} in time') from None
            if not data:
                raise Failure('QEMU is gone')
            self.pending += data
        line, _, self.pending = self.pending.partition(b'\n')
        return line.decode(errors='replace').strip()


class Monitor(Line):
    """QMP."""

    def __init__(self, folder):
        super().__init__(folder, 'qmp')
        self.events = collections.deque()

    def begin(self):
        self.connect()
        self.receive(time.monotonic() + ANSWER_SECONDS)
        self.run('qmp_capabilities')

    def message(self, deadline):
        return json.loads(self.receive(deadline))

    def run(self, command, **arguments):
        deadline = time.monotonic() + ANSWER_SECONDS
        self.send(json.dumps({'execute': command, 'arguments': arguments}))
        while True:
            message = self.message(deadline)
            if 'event' in message:
                self.events.append(message)
            elif 'error' in message:
                raise Failure(f'{command}: {message["error"]["desc"]}')
            else:
                return message['return']

    def wait(self, event, **data):
        """Until @event, with @data in it, which may have come already."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            message = self.events.popleft() if self.events else self.message(deadline)
            if message.get('event') == event and data.items() <= message.get('data', {}).items():
                return


class Guest(Line):
    """The commands of tests/guest/init-lifecycle."""

    def __init__(self, folder):
        super().__init__(folder, 'guest')
        self.boots = 0

    def answer(self):
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            line = self.receive(deadline)
            if line.startswith(run_guest.PREFIX):
                return line[len(run_guest.PREFIX):]

    def ask(self, command):
        self.send(command)
        answer = self.answer()
        if answer.split()[:1] != ['ok']:
            raise Failure(f'{command}: the guest says: {answer}')
        return answer[len('ok'):].strip()

    def wait_up(self):
        self.boots += 1
        answer = self.answer()
        if answer != 'hello':
            raise Failure(f'the guest does not come up: it says {answer}')


class Console(threading.Thread):
    """Keeps all that QEMU and the guest's console print."""

    def __init__(self, stream, log):
        super().__init__(daemon=True)
        self.stream = stream
        self.log = log

    def run(self):
        with open(self.log, 'ab') as log:
            while True:
                data = os.read(self.stream.fileno(), 65536)
                if not data:
                    return
                log.write(data)
                log.flush()


def usage(pid):
    """Threads, descriptors, and KiB of private memory that holds no code."""
    private = 0
    counted = False
    with open(f'/proc/{pid}/smaps', encoding='ascii', errors='replace') as file:
        for line in file:
            if re.match(r'[0-9a-f]+-[0-9a-f]+ ', line):
                counted = 'x' not in line.split()[1]
            elif counted and line.startswith('Anonymous:'):
                private += int(line.split()[1])
    return len(os.listdir(f'/proc/{pid}/task')), len(os.listdir(f'/proc/{pid}/fd')), private


class World:
    """The machine, and what can happen to it."""

    def __init__(self, options, folder):
        self.monitor = Monitor(folder)
        self.guest = Guest(folder)
        self.random = random.Random(options.seed)
        self.attempts = 0
        self.counts = [0, 0]

    def begin(self):
        self.monitor.begin()
        self.guest.connect()
        self.guest.wait_up()

    def plug(self):
        self.monitor.run('device_add', driver='virtio-crypto-pci', id='dev0', bus='port0', cryptodev='crypto0')

    def collect_counts(self):
        """Before the guest forgets them."""
        right, failed, wrong = map(int, self.guest.ask('count').split())
        if wrong:
            raise Failure(f'{wrong} answers are wrong')
        self.counts[0] += right
        self.counts[1] += failed

    def stop(self):
        self.monitor.run('stop')
        for _ in range(self.random.randrange(20)):
            self.monitor.run('query-status')
        self.monitor.run('cont')

    def reload(self):
        self.attempts += int(self.guest.ask('reload').split()[0])

    def rebind(self):
        self.guest.ask('rebind')

    def replug(self):
        self.guest.ask('pause')
        self.monitor.run('device_del', id='dev0')
        self.monitor.wait('DEVICE_DELETED', device='dev0')
        self.guest.ask('gone')
        self.plug()
        self.guest.ask('works')
        self.guest.ask('resume')

    def system_reset(self, stopped=False):
        self.collect_counts()
        if stopped:
            self.monitor.run('stop')
        self.monitor.run('system_reset')
        if stopped:
            self.monitor.wait('RESET')
            self.monitor.run('cont')
        self.guest.wait_up()

    def reboot(self):
        self.collect_counts()
        self.guest.ask('reboot')
        self.guest.wait_up()

    def happen(self, event):
        name, _, condition = event.partition(' while ')
        getattr(self, name)(*([True] if condition else []))
        self.guest.ask('progress')
        self.monitor.events.clear()


def choose(seed):
    """The events of a run: each kind as often as its weight says, in an order of chance."""
    events = [name for name, weight in WEIGHTS.items() for _ in range(weight * EVENTS // 100)]
    random.Random(seed).shuffle(events)
    return events


def archive(churn, init):
    """A second initramfs, which the kernel unpacks over the first."""
    def read(path):
        with open(path, 'rb') as file:
            return file.read()
    conf = f"DRIVER={run_guest.DRIVER}\nSOFTWARE='{SOFTWARE}'\nWORKERS={WORKERS}\n"
    members = (('lifecycle.conf', conf.encode()), ('init', read(init)), ('bin/churn', read(churn)), ('TRAILER!!!', b''))
    return b''.join(run_guest.cpio_member(name, data, 0o100755) for name, data in members)


def command_of(options, folder, image):
    machine = run_guest.Machine(os.environ.get('VCRYPTO_QEMU') or 'qemu-system-x86_64', 'tcg,tb-size=32', options.cpus)
    plugin = os.environ['VCRYPTO_PLUGIN']
    return machine.command(['-plugin', f'{plugin},backend=crypto0']) + [
        '-object', 'memory-backend-memfd,id=ram,size=512M,share=on', '-machine', 'memory-backend=ram',
        '-device', 'pcie-root-port,id=port0',
        '-device', 'virtio-crypto-pci,id=dev0,bus=port0,cryptodev=crypto0',
        '-monitor', 'none', '-serial', 'stdio',
        '-chardev', f'socket,id=guest,path={folder}/guest', '-serial', 'chardev:guest',
        '-qmp', f'unix:{folder}/qmp',
        '-kernel', os.path.join(options.kernel, 'vmlinuz'), '-initrd', image,
        '-append', 'console=ttyS0 loglevel=5 panic=-1']


def play(world, process, samples):
    """All events; returns what went wrong, or None."""
    events = choose(world.random.random())
    try:
        world.begin()
        world.guest.ask('progress')
        for number, event in enumerate(events):
            started = time.monotonic()
            try:
                world.happen(event)
            except Failure as failure:
                return f'event {number}, {event}: {failure}'
            if os.environ.get('VCRYPTO_VERBOSE'):
                print(f'# {number} {event}: {time.monotonic() - started:.2f} s', flush=True)
            samples.append(usage(process.pid))
        world.collect_counts()
        world.guest.ask('poweroff')
        return None if process.wait(ANSWER_SECONDS) == 0 else f'QEMU ended with status {process.returncode}'
    except (Failure, OSError, subprocess.TimeoutExpired) as failure:
        return str(failure)


def judge(world, problem, samples, console):
    """The checks: (name, whether it held, what was seen)."""
    alarms = [line for line in console.splitlines() if ALARMS.search(line)]
    first, last = samples[:COMPARED], samples[-COMPARED:]
    whole = len(samples) == EVENTS
    threads, descriptors = ({sample[i] for sample in first + last} for i in (0, 1))
    private = [statistics.median(sample[2] for sample in part) if part else 0 for part in (first, last)]
    return (
        (f'after each of {EVENTS} events all {WORKERS} processes get right answers',
         problem is None and whole and world.counts[0] > 0, problem or f'{len(samples)} events, {world.counts}'),
        ('QEMU has as many threads and descriptors after the last events as after the first',
         whole and len(threads) == 1 and len(descriptors) == 1, f'threads {threads}, descriptors {descriptors}'),
        (f'QEMU\'s private memory has not grown by more than {SLACK_KIB} KiB',
         whole and private[1] <= private[0] + SLACK_KIB, f'medians {private} KiB'),
        ('the guest\'s kernel gave no alarm', console.count(MARK) == world.guest.boots and not alarms,
         '\n'.join(alarms) or f'{console.count(MARK)} boots on the console, of {world.guest.boots}'),
    ), private


def run(options):
    os.makedirs(options.folder, exist_ok=True)
    log = os.path.join(options.folder, 'console.log')
    samples = []
    with tempfile.TemporaryDirectory(prefix='vcrypto-guest-') as folder:
        image = os.path.join(folder, 'initramfs.img')
        run_guest.write_image(image, options.initramfs, archive(options.churn, options.init))
        world = World(options, folder)
        command = command_of(options, folder, image)
        with open(log, 'w') as file:
            file.write(shlex.join(command) + '\n')
        # Otherwise how much the allocator keeps is a matter of chance.
        allocator = {'MALLOC_ARENA_MAX': '1', 'MALLOC_TRIM_THRESHOLD_': '0', 'MALLOC_TOP_PAD_': '0'}
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   env={**os.environ, **allocator})
        console = Console(process.stdout, log)
        console.start()
        try:
            problem = play(world, process, samples)
            if problem and process.poll() is None:
                run_guest.backtrace(process.pid)
        finally:
            process.kill()
            process.wait()
            console.join()
    with open(log, errors='replace') as file:
        text = file.read()
    return world, samples, judge(world, problem, samples, text), text, log


def print_tap(options, outcome, seconds):
    world, samples, (checks, private), text, log = outcome
    print(f'# VCRYPTO_SEED={options.seed}; {seconds:.0f} s; {world.counts[0]} right answers, {world.counts[1]} calls '
          f'that failed; {world.attempts} attempts to unload the module failed')
    if samples:
        print(f'# threads {samples[-1][0]}, descriptors {samples[-1][1]}, private memory: median of the first '
              f'{COMPARED} {private[0]:.0f} KiB, of the last {private[1]:.0f} KiB')
    return print_checks(checks, text, log)


def parser_of(description, cpus):
    """The options of tests with a guest that churns."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument('--kernel', required=True, help='the folder that scripts/guest-kernel prints')
    parser.add_argument('--initramfs', help='what scripts/guest-initramfs made')
    parser.add_argument('--churn', required=True, help='the program of churn.c')
    parser.add_argument('--init', required=True, help='the script init-lifecycle')
    parser.add_argument('--folder', required=True, help='where the console log is kept')
    parser.add_argument('--cpus', type=int, default=cpus, help=f'virtual processors (default {cpus})')
    return parser


def must_skip(options):
    """Whether there is nothing to test with, which is said."""
    if not options.kernel:
        print('1..0 # SKIP no guest kernel; set the option guest_kernel to what scripts/guest-kernel prints')
    elif not os.environ.get('VCRYPTO_PLUGIN'):
        print('1..0 # SKIP no plugin; set the option qemu_headers to what scripts/qemu-headers prints')
    else:
        return False
    return True


def print_checks(checks, text, log):
    """Checks as (name, whether it held, what was seen) after TAP's notes; returns the exit status."""
    for number, (name, held, seen) in enumerate(checks, 1):
        print(f'{"ok" if held else "not ok"} {number} - {name}')
        if not held:
            print('\n'.join(f'# {line}' for line in seen.splitlines()))
    all_held = all(held for _, held, _ in checks)
    if not all_held:
        outcome = run_guest.Outcome()
        outcome.console = text
        print('\n'.join(f'# {line}' for line in run_guest.shown_tail(outcome, log)))
    print(f'1..{len(checks)}')
    return 0 if all_held else 1


def main():
    options = parser_of(__doc__, 1).parse_args()
    if must_skip(options):
        return 0
    options.seed = int(os.environ.get('VCRYPTO_SEED') or random.randrange(1 << 32))
    started = time.monotonic()
    outcome = run(options)
    return print_tap(options, outcome, time.monotonic() - started)


if __name__ == '__main__':
    sys.exit(main())
