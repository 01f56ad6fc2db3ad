#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""That scripts/qemu-headers says in one line what to do where there can be no headers, and scripts/package, too, as TAP.

Usage: headers.py SOURCE-ROOT

A QEMU that is not supported is a script that says a version; an archive without the wanted source is an apt-cache that
knows others. Both stand first in PATH or in QEMU; nothing is fetched.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

OWN = 'qemu-virtio-crypto: '
SOURCES = 'Package: qemu\nVersion: 1:7.2+dfsg-7\n\nPackage: qemu\nVersion: 1:7.2+dfsg-6\n'


def script(path, text):
    path.write_text('#!/bin/sh\n' + text)
    path.chmod(0o755)


def headers(root, folder, **environment):
    """What is said, and the exit status. The cache is empty, so nothing is kept from before."""
    environment = {**os.environ, 'XDG_CACHE_HOME': str(folder / 'cache'), **environment}
    run = subprocess.run([root / 'scripts/qemu-headers'], env=environment, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
    return run.stdout.splitlines(), run.returncode


def not_supported(root, folder):
    results = []
    for version in ('6.2.0', '7.1.0 (Debian 1:7.1)', '8.2.4', '9.2.0', '10.1.0', '11.1.3 (Debian 1:11.1.3)', '72.0.0'):
        script(folder / 'qemu', f"echo 'QEMU emulator version {version}'\n")
        lines, status = headers(root, folder, QEMU=str(folder / 'qemu'))
        want = f'{OWN}QEMU {version.split()[0]} is not supported; install one of a series that is: 7.2, 10.0'
        results.append((status == 1 and lines == [want], f'{version}: {lines}, {status}'))
    return results


def no_source(root, folder):
    results = []
    for sources, wanted in ((SOURCES, 'only of 1:7.2+dfsg-6, 1:7.2+dfsg-7; install '), ('', 'check the network')):
        script(folder / 'apt-get', 'exit 0\n')
        script(folder / 'apt-cache', f"printf '%s' '{sources}'\n")
        lines, status = headers(root, folder, PATH=f'{folder}:{os.environ["PATH"]}')
        own = [line for line in lines if line.startswith(OWN)]
        results.append((status == 1 and len(own) == 1 and wanted in own[0] and 'has no source of qemu' in own[0],
                        f'{lines}, {status}'))
    return results


def no_bundle(root, folder):
    run = subprocess.run([root / 'scripts/package', '--bundle', folder / 'none.tar.xz', folder / 'packages'],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
    want = f'{OWN}there is no bundle {folder}/none.tar.xz; make one with scripts/header-bundle'
    return [(run.returncode == 1 and run.stdout.splitlines() == [want], f'{run.stdout}, {run.returncode}')]


def no_files(root, folder):
    """Lists that name the wanted source, whose files the archive no longer has."""
    own = subprocess.run(['dpkg-query', '-W', '-f', '${source:Version}', 'qemu-system-x86'],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    script(folder / 'apt-get', 'case " $* " in *" source "*) echo "  404  Not Found [IP: 192.0.2.1 80]"; exit 100; esac\n')
    script(folder / 'apt-cache', f"printf 'Package: qemu\\nVersion: {own}\\n\\n%s' '{SOURCES}'\n")
    lines, status = headers(root, folder, PATH=f'{folder}:{os.environ["PATH"]}')
    said = [line for line in lines if line.startswith(OWN)]
    wanted = f'has no source of qemu {own}, only of 1:7.2+dfsg-6, 1:7.2+dfsg-7; install '
    return [(status == 1 and len(said) == 1 and wanted in said[0], f'{lines}, {status}')]


def main():
    root = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        cases = (not_supported, no_source, no_files, no_bundle)
        results = [result for case in cases for result in case(root, pathlib.Path(folder))]
    print(f'1..{len(results)}')
    for number, (passed, text) in enumerate(results, 1):
        print(f'{"ok" if passed else "not ok"} {number} - {" ".join(text.split())}')
    return 0 if all(passed for passed, _ in results) else 1


if __name__ == '__main__':
    sys.exit(main())
