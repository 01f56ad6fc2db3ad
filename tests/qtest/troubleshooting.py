#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What docs/operators.md says that QEMU prints, as TAP. Usage: troubleshooting.py OPERATORS.md

Each row of the first table below "Troubleshooting" is a command line, what is printed, and
what to do. VCRYPTO_QEMU and VCRYPTO_PLUGIN are as for the other tests of this folder.
"""
import os
import pathlib
import re
import subprocess
import sys

TIMEOUT_S = 120 * int(os.environ.get("VCRYPTO_TEST_PATIENCE", "1") or 1)
LEAST_ROWS = 15


def rows(text):
    """Yield what is given and what is printed."""
    table = text.split("\n## Troubleshooting\n", 1)[1].split("\n| seen |", 1)[0]
    for line in table.splitlines():
        found = re.match(r"\| `(-[^`]*)` \| `([^`]*)` \| \S", line)
        if found:
            yield found.groups()
        elif line.startswith("| `"):
            raise ValueError(f"a row that cannot be read: {line}")


def try_row(qemu, plugin, given, printed):
    """Return what is wrong, or None."""
    command = [qemu, "-machine", "q35", "-accel", "tcg", "-display", "none", "-nodefaults",
               *(word.replace("PLUGIN", plugin) for word in given.split())]
    # Meson lets the linker find what a test depends on, as no operator's environment does.
    environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_S, check=False)
    if done.returncode != 1:
        return f"exit status {done.returncode}: {done.stdout}"
    if printed not in done.stdout:
        return f"printed was: {done.stdout}"
    return None


def main():
    qemu, plugin = os.environ.get("VCRYPTO_QEMU"), os.environ.get("VCRYPTO_PLUGIN")
    if not qemu or not plugin:
        print("1..0 # SKIP no plugin was built")
        return 0
    cases = list(rows(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")))
    print(f"1..{len(cases) + 1}")
    failed = len(cases) < LEAST_ROWS
    print(f"{'not ok' if failed else 'ok'} 1 - the table has {len(cases)} rows")
    for number, (given, printed) in enumerate(cases, 2):
        try:
            fault = try_row(qemu, plugin, given, printed)
        except subprocess.TimeoutExpired:
            fault = f"QEMU has run for {TIMEOUT_S} s"
        print(f"{'not ok' if fault else 'ok'} {number} - {given}")
        for line in (fault or "").splitlines():
            print(f"# {line}")
        failed = failed or fault is not None
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
