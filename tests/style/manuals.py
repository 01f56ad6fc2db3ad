#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the manual's pages are well formed and say what programs say of themselves, as TAP.

Usage: manuals.py SOURCE-ROOT BUILD-ROOT

A tool's page has the options that the tool prints for --help, that of the emulator, which
hands all options on, its settings, and virtio-crypto-openssl(7) the keys that the plugin
prints for help=on, with their limits. QEMU and the plugin are those of the environment
(VCRYPTO_QEMU, VCRYPTO_PLUGIN), if there are any.
"""
import os
import pathlib
import re
import subprocess
import sys

SOURCE, BUILD = map(pathlib.Path, sys.argv[1:3])
TIMEOUT = 120 * float(os.environ.get("VCRYPTO_TEST_PATIENCE", "1"))
PAGES = sorted((SOURCE / "docs/man").glob("*.[1-8]"))
KEYS_PAGE = SOURCE / "docs/man/virtio-crypto-openssl.7"
EMULATOR_PAGE = SOURCE / "docs/man/qemu-system-x86_64-virtio-crypto.1"
SETTINGS = SOURCE / "src/tools/settings.c"
KEY = re.compile(r"^\.It Cm ([a-z-]+) Pq (.+)$", re.MULTILINE)
HELP_KEY = re.compile(r"^  ([a-z-]+) +(.+?, default [^:]+): ", re.MULTILINE)
FLAG = re.compile(r"^\.It Fl (.+)$", re.MULTILINE)
# One dash and letters is an option of QEMU's.
HELP_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False,
                          env={**os.environ, "COLUMNS": "80"})
    assert done.returncode == 0, f"{command}: {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def well_formed(page):
    output("mandoc", "-T", "lint", "-W", "warning", page)


def references(page):
    """Of our own pages; QEMU's are where QEMU is."""
    ours = {(other.stem, other.suffix[1:]) for other in PAGES}
    for name, section in re.findall(r"^\.Xr (\S+) (\d)", page.read_text(), re.MULTILINE):
        if "crypto" in name and name != page.stem:
            assert (name, section) in ours, f"there is no page {name}({section})"


def program(page):
    for folder in BUILD, BUILD / "scripts", SOURCE / "scripts":
        if (folder / page.stem).is_file():
            return folder / page.stem
    raise AssertionError(f"there is no program {page.stem}")


def options(page):
    """--help itself may be left out on either side."""
    told = set(HELP_FLAG.findall(output(program(page), "--help"))) - {"--help"}
    # `-json` after a Fl is --json; other flags on the line are short forms of it.
    written = {f"-{word}" for line in FLAG.findall(page.read_text()) for word in line.replace(",", " ").split()
               if word.startswith("-")} - {"--help"}
    assert told and told == written, f"--help says {sorted(told)}, the page {sorted(written)}"


def settings(page):
    """Keys of its file, and variables."""
    source, text = SETTINGS.read_text(), page.read_text()
    told = (set(re.findall(r'\{ "([a-z-]+)", "VIRTIO_CRYPTO_', source)),
            set(re.findall('"(VIRTIO_CRYPTO_[A-Z]+)"', source)))
    written = (set(re.findall(r"^\.It Cm (\S+)$", text, re.MULTILINE)),
               set(re.findall(r"^\.It Ev (\S+)$", text, re.MULTILINE)))
    assert all(told) and told == written, f"{SETTINGS.name}: {told}; the page: {written}"


def keys(page):
    told = output(os.environ["VCRYPTO_QEMU"], "-machine", "none", "-display", "none", "-plugin",
                  f"{os.environ['VCRYPTO_PLUGIN']},help=on")
    told, written = set(HELP_KEY.findall(told)), set(KEY.findall(page.read_text()))
    assert told and told == written, f"help=on: {sorted(told - written)}; the page: {sorted(written - told)}"


def version(page):
    """The changelog begins with the version that is built."""
    first = re.search(r"^## (\S+), \d{4}-\d\d-\d\d$", page.read_text(), re.MULTILINE)
    built = re.search(r"\bversion: '([^']+)'", (SOURCE / "meson.build").read_text())
    assert first and first[1] == built[1], f"{page.name} begins with {first and first[1]}, built is {built[1]}"
    assert built[1] in output(BUILD / "scripts/vcrypto-doctor", "--version")


def main():
    cases = [(check, page) for page in PAGES for check in (well_formed, references)]
    cases += [(options, page) for page in PAGES if page.suffix == ".8"]
    cases += [(settings, EMULATOR_PAGE), (version, SOURCE / "docs/CHANGELOG.md")]
    cases += [(keys, KEYS_PAGE)] if os.environ.get("VCRYPTO_QEMU") else []
    failed = not PAGES
    print(f"1..{len(cases)}")
    for number, (check, page) in enumerate(cases, 1):
        try:
            check(page)
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            failed = True
            print(f"# {error}".replace("\n", "\n# "))
            print(f"not ok {number} - {page.name}: {check.__name__}")
        else:
            print(f"ok {number} - {page.name}: {check.__name__}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
