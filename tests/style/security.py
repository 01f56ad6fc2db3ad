#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the tests that docs/security.md names are there, as TAP.

Usage: security.py SOURCE-ROOT

A test is named by a link, [NAME](../tests/FOLDER/FILE): the file must have a test of
exactly this name.
"""
import pathlib
import re
import sys

LINK = re.compile(r"\[([^\]]+)\]\((\.\./tests/[^)]+\.(?:c|py))\)")


def main():
    docs = pathlib.Path(sys.argv[1]) / "docs"
    links = LINK.findall(" ".join((docs / "security.md").read_text().split()))
    print(f"1..{len(links) + 1}")
    print(f"{'ok' if links else 'not ok'} 1 - there are tests")
    failed = not links
    for number, (name, path) in enumerate(links, 2):
        file = docs / path
        there = file.is_file() and f'"{name}"' in file.read_text()
        print(f"{'ok' if there else 'not ok'} {number} - {file.name}: {name}")
        failed = failed or not there
    return failed


if __name__ == "__main__":
    sys.exit(main())
