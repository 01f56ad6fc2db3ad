#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin, or its loader, exports what QEMU must see and nothing else, as TAP. Usage: exports.py FILE"""
import subprocess
import sys

EXPECTED = {"qemu_plugin_install", "qemu_plugin_version"}


def main():
    out = subprocess.run(["nm", "-D", "-P", "--defined-only", sys.argv[1]], check=True,
                         capture_output=True, text=True).stdout
    exported = {line.split()[0] for line in out.splitlines()}
    good = exported == EXPECTED
    print("1..1")
    print(f"{'ok' if good else 'not ok'} 1 - it exports QEMU's two entries only")
    for name in sorted(exported ^ EXPECTED):
        print(f"# {'missing' if name in EXPECTED else 'also exported'}: {name}")
    return not good


if __name__ == "__main__":
    sys.exit(main())
