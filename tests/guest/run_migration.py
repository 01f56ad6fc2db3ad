#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A Linux guest that is moved from one QEMU to the next, again and again, while it encrypts.

Eight processes in the guest (tests/guest/churn.c) encrypt through AF_ALG by the name of the driver, compare each answer
with what the kernel's software made of the same message, and make and destroy sessions as they go. Meanwhile the guest
is moved: in turns over a socket and through a file; then with postcopy, where this kernel lets QEMU do it. No process
may ever see an error or a wrong byte, and after each move all of them must get answers again.

Prints TAP, and what the moves took. VCRYPTO_TO names another QEMU to move to (and back), VCRYPTO_TO_PLUGIN its plugin:
fewer moves then, as what is new in them is the other side.
The environment names QEMU (VCRYPTO_QEMU) and the plugin (VCRYPTO_PLUGIN).
"""

import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import run_guest  # noqa: E402 (the line above must come first)
import run_lifecycle  # noqa: E402
from run_lifecycle import ANSWER_SECONDS, Failure  # noqa: E402

MACHINE = 'pc-q35-7.2'  # all versions of QEMU that there are have it
# Beside what is wrong in any guest, what the driver says of a request that failed.
ALARMS = re.compile(run_lifecycle.ALARMS.pattern + '|Failed to do one request')
# What a move ends in on the side that it leaves.
DONE, FAILED = ('completed',), ('failed', 'cancelled')


class Seat:
    """A QEMU that has the guest, or waits for it."""

    def __init__(self, options, folder, number, image):
        self.folder = os.path.join(folder, f'qemu{number}')
        os.mkdir(self.folder)
        self.monitor = run_lifecycle.Monitor(self.folder)
        self.guest = run_lifecycle.Guest(self.folder)
        self.incoming = os.path.join(self.folder, 'incoming')
        odd = number % 2
        qemu = odd and os.environ.get('VCRYPTO_TO') or os.environ.get('VCRYPTO_QEMU') or 'qemu-system-x86_64'
        plugin = odd and os.environ.get('VCRYPTO_TO_PLUGIN') or os.environ['VCRYPTO_PLUGIN']
        self.command = self.command_of(options, qemu, plugin, image) + (['-incoming', 'defer'] if number else [])
        self.log = os.path.join(options.folder, 'console.log')
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.console = run_lifecycle.Console(self.process.stdout, self.log)
        self.console.start()
        try:
            self.monitor.begin()
            self.guest.connect()
        except BaseException:
            self.end()
            raise

    def command_of(self, options, qemu, plugin, image):
        machine = run_guest.Machine(qemu, 'tcg,tb-size=32', options.cpus)
        return machine.command(['-plugin', f'{plugin},backend=crypto0,quiet=on']) + [
            '-object', 'memory-backend-memfd,id=ram,size=512M,share=on', '-machine', f'{MACHINE},memory-backend=ram',
            '-device', 'pcie-root-port,id=port0',
            '-device', 'virtio-crypto-pci,id=dev0,bus=port0,cryptodev=crypto0',
            '-monitor', 'none', '-serial', 'stdio',
            '-chardev', f'socket,id=guest,path={self.folder}/guest', '-serial', 'chardev:guest',
            '-qmp', f'unix:{self.folder}/qmp',
            '-kernel', os.path.join(options.kernel, 'vmlinuz'), '-initrd', image,
            '-append', 'console=ttyS0 loglevel=5 panic=-1']

    def quit(self):
        """The seat is empty: QEMU must end by itself, and rightly."""
        self.monitor.run('quit')
        if self.process.wait(ANSWER_SECONDS) != 0:
            raise Failure(f'the QEMU that was left ended with status {self.process.returncode}')
        self.end()

    def end(self):
        self.process.kill()
        self.process.wait()
        self.console.join()


def capabilities(seat, **switches):
    seat.monitor.run('migrate-set-capabilities', capabilities=[
        {'capability': name.replace('_', '-'), 'state': state} for name, state in switches.items()])


def wait_for_status(monitor, wanted):
    """Until the migration that query-migrate tells of has one of the statuses @wanted."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        told = monitor.run('query-migrate')
        if told.get('status') in wanted:
            return told
        if told.get('status') in FAILED or time.monotonic() > deadline:
            raise Failure(f'the migration is {told.get("status")}: {told.get("error-desc", "no reason is told")}')


class Journey:
    """The guest's moves, and what they took."""

    def __init__(self, options, folder, image):
        self.options, self.folder, self.image = options, folder, image
        self.seats = 0
        self.seat = None
        self.downtimes = {'socket': [], 'file': [], 'postcopy': []}
        self.bytes = []

    def new_seat(self):
        self.seats += 1
        return Seat(self.options, self.folder, self.seats - 1, self.image)

    def begin(self):
        self.seat = self.new_seat()
        with open(self.seat.log, 'a') as file:
            file.write(shlex.join(self.seat.command) + '\n')
        self.seat.guest.wait_up()
        self.seat.guest.ask('progress')

    def by_socket(self, there):
        address = f'unix:{there.incoming}'
        there.monitor.run('migrate-incoming', uri=address)
        self.seat.monitor.run('migrate', uri=address)
        return wait_for_status(self.seat.monitor, DONE)

    def by_file(self, there):
        """The guest goes on while the file is written, and is stopped at its end."""
        path = os.path.join(self.folder, 'state')
        self.seat.monitor.run('migrate', uri=f'exec:cat >{shlex.quote(path)}')
        told = wait_for_status(self.seat.monitor, DONE)
        there.monitor.run('migrate-incoming', uri=f'exec:cat {shlex.quote(path)}')
        return told

    def by_postcopy(self, there):
        for seat in (self.seat, there):
            capabilities(seat, postcopy_ram=True)
        address = f'unix:{there.incoming}'
        there.monitor.run('migrate-incoming', uri=address)
        self.seat.monitor.run('migrate', uri=address)
        wait_for_status(self.seat.monitor, ('active',) + DONE)
        self.seat.monitor.run('migrate-start-postcopy')
        return wait_for_status(self.seat.monitor, DONE)

    def move(self, how):
        there = self.new_seat()
        try:
            told = getattr(self, f'by_{how}')(there)
            there.monitor.wait('RESUME')
        except BaseException:
            there.end()
            raise
        self.downtimes[how].append(told['downtime'])
        self.bytes.append(told['ram']['transferred'])
        left, self.seat = self.seat, there
        left.quit()
        there.guest.ask('progress')

    def arrive(self):
        """Returns how many answers were right."""
        self.seat.guest.ask('pause')
        right, failed, wrong = map(int, self.seat.guest.ask('count').split())
        if failed or wrong:
            raise Failure(f'{failed} requests failed, {wrong} answers are wrong')
        self.seat.guest.ask('poweroff')
        if self.seat.process.wait(ANSWER_SECONDS) != 0:
            raise Failure(f'QEMU ended with status {self.seat.process.returncode}')
        return right


def has_postcopy(seat):
    """Whether the kernel lets QEMU do it: it needs userfaultfd for the memory that the guest has."""
    try:
        capabilities(seat, postcopy_ram=True)
        capabilities(seat, postcopy_ram=False)
        return True
    except Failure as failure:
        print(f'# postcopy does not apply here: {failure}', flush=True)
        return False


def play(journey):
    """All moves; returns (name, what went wrong or None) for each kind, and how many answers were right."""
    outcomes, right = [], 0
    options = journey.options
    name = 'the guest comes up and encrypts'
    try:
        journey.begin()
        outcomes.append((name, None))
        name = f'{options.moves} moves, by socket and by file'
        for number in range(options.moves):
            journey.move('file' if number % 2 else 'socket')
        outcomes.append((name, None))
        name = f'{options.postcopy} moves with postcopy'
        spare = journey.new_seat()
        possible = has_postcopy(spare)
        spare.quit()
        if possible:
            for _ in range(options.postcopy):
                journey.move('postcopy')
            outcomes.append((name, None))
        name = 'no process ever saw an error or a wrong byte'
        right = journey.arrive()
        outcomes.append((name, None))
    except (Failure, OSError, subprocess.TimeoutExpired) as failure:
        moves = sum(len(times) for times in journey.downtimes.values())
        outcomes.append((name, f'after {moves} moves: {failure}'))
        if journey.seat and journey.seat.process.poll() is None:
            run_guest.backtrace(journey.seat.process.pid)
    finally:
        if journey.seat:
            journey.seat.end()
    return outcomes, right


def run(options):
    os.makedirs(options.folder, exist_ok=True)
    log = os.path.join(options.folder, 'console.log')
    open(log, 'w').close()
    with tempfile.TemporaryDirectory(prefix='vcrypto-guest-') as folder:
        image = os.path.join(folder, 'initramfs.img')
        run_guest.write_image(image, options.initramfs, run_lifecycle.archive(options.churn, options.init))
        journey = Journey(options, folder, image)
        outcomes, right = play(journey)
    with open(log, errors='replace') as file:
        return journey, outcomes, right, file.read(), log


def print_tap(journey, outcomes, right, text, log):
    alarms = [line for line in text.splitlines() if ALARMS.search(line)]
    outcomes.append(('the guest\'s kernel gave no alarm', '\n'.join(alarms) or None))
    for how, times in journey.downtimes.items():
        if times:
            print(f'# {how}: {len(times)} moves, downtime {statistics.median(times)} ms (median), {max(times)} ms (worst)')
    if journey.bytes:
        print(f'# {statistics.median(journey.bytes) / 2**20:.1f} MiB a move (median); {right} right answers')
    return run_lifecycle.print_checks([(name, not problem, problem) for name, problem in outcomes], text, log)


def main():
    parser = run_lifecycle.parser_of(__doc__, 2)
    parser.add_argument('--moves', type=int, default=20 if 'VCRYPTO_TO' in os.environ else 50,
                        help='by socket and by file')
    parser.add_argument('--postcopy', type=int, default=8 if 'VCRYPTO_TO' in os.environ else 20,
                        help='with postcopy')
    options = parser.parse_args()
    if run_lifecycle.must_skip(options):
        return 0
    return print_tap(*run(options))


if __name__ == '__main__':
    sys.exit(main())
