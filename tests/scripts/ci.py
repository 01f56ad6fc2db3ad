#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""That .ci/run sums both releases, and what moves between them, and fails when something failed, was skipped or gave no count, as TAP.

Usage: ci.py SOURCE-ROOT

.ci/run is run in a tree of its own, whose scripts/test prints what a case says and runs nothing.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

# scripts/test says on which release it was asked to run, and ends as the case's file for that one says.
TEST = '''#!/bin/sh
which=own
[ "${1-}" != --distro ] || which=other
[ "${1-}" != --across ] || which=across
echo "runs on $which"
printf '%s\\n' "$*" >>"$(dirname "$0")/asked"
. "$(dirname "$0")/$which"
'''


def says(passed, failed, skipped, status):
    return f'echo "{passed} passed, {failed} failed, {skipped} skipped"; exit {status}\n'


GOOD = says(100, 0, 0, 0)
MOVES = says(5, 0, 0, 0)
# What it is, what the runs on each release do and what the one across them does, the last line, and the exit status.
CASES = (
    ('both pass', GOOD, says(20, 0, 0, 0), MOVES, '125 passed, 0 failed, 0 skipped', 0),
    ('the first fails', says(99, 1, 0, 1), says(20, 0, 0, 0), MOVES, '124 passed, 1 failed, 0 skipped', 1),
    ('the second fails', GOOD, says(18, 2, 0, 1), MOVES, '123 passed, 2 failed, 0 skipped', 1),
    ('the second skips', GOOD, says(19, 0, 1, 77), MOVES, '124 passed, 0 failed, 1 skipped', 1),
    ('a skip that no status tells', says(99, 0, 1, 0), says(20, 0, 0, 0), MOVES, '124 passed, 0 failed, 1 skipped', 1),
    ('a failure that no status tells', GOOD, says(19, 1, 0, 0), MOVES, '124 passed, 1 failed, 0 skipped', 1),
    ('the first ends without a count', 'echo no network; exit 1\n', says(20, 0, 0, 0),
     MOVES, '25 passed, 1 failed, 0 skipped', 1),
    ('the second ends without a count', GOOD, 'exit 1\n', MOVES, '105 passed, 1 failed, 0 skipped', 1),
    ('no count, and a good status', GOOD, 'echo all is well\n', MOVES, '105 passed, 1 failed, 0 skipped', 1),
    ('a count, and a bad status', GOOD, says(20, 0, 0, 3), MOVES, '125 passed, 1 failed, 0 skipped', 1),
    ('what moves fails', GOOD, says(20, 0, 0, 0), says(4, 1, 0, 1), '124 passed, 1 failed, 0 skipped', 1),
    ('what moves ends without a count', GOOD, says(20, 0, 0, 0), 'exit 1\n', '120 passed, 1 failed, 0 skipped', 1),
)


def ci(root, folder, own, other, across):
    """The lines that .ci/run says, its exit status, and with which arguments it called scripts/test."""
    (folder / '.ci').mkdir(parents=True)
    (folder / 'scripts').mkdir()
    shutil.copy(root / '.ci/run', folder / '.ci/run')
    for name, text in (('own', own), ('other', other), ('across', across), ('test', TEST)):
        (folder / 'scripts' / name).write_text(text)
    (folder / 'scripts/test').chmod(0o755)
    # Into a file, where what opens its own output once more overwrites what was there.
    with open(folder / 'log', 'w+') as log:
        run = subprocess.run([folder / '.ci/run'], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                             timeout=60)
        log.seek(0)
        lines = log.read().splitlines()
    return lines, run.returncode, (folder / 'scripts/asked').read_text().splitlines()


def main():
    root = pathlib.Path(sys.argv[1])
    print(f'1..{len(CASES)}')
    all_held = True
    for number, (name, own, other, across, last, status) in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory() as folder:
            lines, ended, asked = ci(root, pathlib.Path(folder) / 'tree', own, other, across)
        suites = ' '.join(f'--suite {suite}' for suite in ('unit', 'qtest', 'guest', 'fuzz'))
        # The whole on this machine's release; what runs on the other may become more.
        called = (len(asked) == 3 and asked[0] == '' and asked[1].startswith('--distro ') and suites in asked[1]
                  and asked[2] == f'--across {asked[1].split()[1]}')
        told = all(f'runs on {which}' in lines for which in ('own', 'other', 'across'))
        held = called and told and lines[-1:] == [last] and ended == status
        all_held = all_held and held
        print(f'{"ok" if held else "not ok"} {number} - {name}')
        if not held:
            print(f'# {lines}, status {ended}; scripts/test was called with {asked}')
    return 0 if all_held else 1


if __name__ == '__main__':
    sys.exit(main())
