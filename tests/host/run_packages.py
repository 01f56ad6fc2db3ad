#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of our packages on a host of their own, from the first installation to the purge, as TAP.

Usage: run_packages.py FOLDER

FOLDER has the packages of scripts/package. The host has QEMU, and nothing that the packages depend on.
"""
import glob
import hashlib
import os
import re
import resource
import shlex
import shutil
import sys
import time

from host import LIMIT, Failure, Tap, check_purge, must, processes, read, run, show
from run_exchange import FailingCompiler, build_id, exchange

LIB = '/usr/lib/x86_64-linux-gnu'
LOADER = f'{LIB}/qemu/virtio-crypto.so'
PLUGIN = 'virtio-crypto-openssl.so'
X86_64 = '/usr/bin/qemu-system-x86_64'
# Debian 12 has a script in its other place, which starts this one.
I386 = next((path for path in ('/usr/libexec/qemu-system-i386',) if os.path.exists(path)), '/usr/bin/qemu-system-i386')
EMULATORS = X86_64, I386
WRAPPER = '/usr/bin/qemu-system-x86_64-virtio-crypto'
SERVICE = 'virtio-crypto-build.service'
BUNDLES = '/usr/share/qemu-virtio-crypto/headers'
OWN_STATE = '/var/lib/qemu-virtio-crypto'
MAIN_PACKAGE, BUILDER_PACKAGE = 'qemu-virtio-crypto', 'qemu-virtio-crypto-builder'
HIGHER = '99.0'


class Packages:
    """The files, by what they have."""

    def __init__(self, folder):
        self.main, = glob.glob(f'{folder}/qemu-virtio-crypto_*.deb')
        self.builder, = glob.glob(f'{folder}/qemu-virtio-crypto-builder_*.deb')
        self.plugin, = glob.glob(f'{folder}/qemu-virtio-crypto-plugin-*.deb')
        self.plugin_name = must('dpkg-deb', '-f', self.plugin, 'Package')


class Systemd:
    """The host as packages' scripts see it where systemd runs; what is asked of it is only written down."""
    program, log = '/usr/bin/systemctl', '/srv/systemctl'

    def __enter__(self):
        os.makedirs('/run/systemd/system')
        os.rename(self.program, f'{self.program}.away')
        with open(self.program, 'w') as file:
            file.write(f'#!/bin/sh\necho "$*" >>{self.log}\n')
        os.chmod(self.program, 0o755)
        return self

    def __exit__(self, *_):
        os.rename(f'{self.program}.away', self.program)
        os.rmdir('/run/systemd/system')

    def asked(self):
        return read(self.log).splitlines()


def timed(what, function, *arguments, **named):
    """Says how long it took."""
    begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    result = function(*arguments, **named)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    show('time', f'{what}: {time.monotonic() - begin:.1f} s, {used:.1f} s of processor')
    return result


def version_of(emulator):
    return re.search('version (.*)', must(emulator, '--version'))[1]


def plugin_of(emulator):
    return f'{LIB}/qemu-virtio-crypto/{build_id(emulator)}/{PLUGIN}'


def files_of_builds():
    """What would be another for a plugin that was built once more."""
    return {path: (os.stat(path).st_ino, os.stat(path).st_mtime_ns)
            for path in glob.glob(f'{LIB}/qemu-virtio-crypto/*/{PLUGIN}')}


def start(emulator):
    return run(emulator, '-machine', 'none', '-display', 'none', '-plugin', f'{LOADER},help=on')


def check_starts(tap, when, emulators=EMULATORS):
    for emulator in emulators:
        status, said = start(emulator)
        tap.check(f'{when}: {emulator} takes its plugin', status == 0 and build_id(emulator) in said, said)


def check_has_none(tap, when, emulators):
    """The loader's line has all that an operator needs."""
    for emulator in emulators:
        status, said = start(emulator)
        wanted = (f'virtio-crypto: {LOADER} has no build for QEMU {version_of(emulator)} with build-id {build_id(emulator)} in'
                  f' {LIB}/qemu-virtio-crypto; to make one, run as root: virtio-crypto-build')
        tap.check(f'{when}: {emulator} does not start, and says in one line what to do', status == 1 and said == wanted, said)


def check_state(tap, when, *packages):
    """dpkg has nothing to complain of, and the files of the packages are as they were made."""
    states = must('dpkg-query', '-W', '-f', '${db:Status-Abbrev} ', *packages, 'qemu-system-x86').split()
    tap.check(f'{when}: dpkg has all installed', set(states) == {'ii'}, states)
    said = [run('dpkg', '--audit')[1], run('dpkg', '--verify', *packages)[1]]
    tap.check(f'{when}: and finds every file as it was', said == ['', ''], said)


def check_answer(tap, when, wanted):
    status, said = run('virtio-crypto-build', '--check')
    tap.check(f'{when}: virtio-crypto-build --check ends with {wanted}', status == wanted, said)


def apt(*words):
    """What apt-get says as an operator has it; triggers build, and fetch a source."""
    return must('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y', '--no-install-recommends', *words,
                limit=15 * LIMIT)


def plugin_alone(tap, packages):
    """The way without a compiler on the host."""
    apt('install', packages.main, packages.plugin)
    when = 'the plugin\'s package'
    check_state(tap, when, MAIN_PACKAGE, packages.plugin_name)
    check_starts(tap, when, [X86_64])
    check_has_none(tap, when, [I386])
    check_purge(tap)


def builder_alone(tap, packages):
    timed('installing the builder, with what it depends on', apt, 'install', packages.main, packages.builder)
    when = 'the builder\'s package'
    check_state(tap, when, MAIN_PACKAGE, BUILDER_PACKAGE)
    check_starts(tap, when)
    check_answer(tap, when, 0)
    before = files_of_builds()
    said = apt('install', '--reinstall', packages.builder)
    tap.check('installed once more, it builds nothing', files_of_builds() == before and len(before) == 2, said)


def both(tap, packages):
    """A package's plugin in the place of one that was built."""
    built = plugin_of(X86_64)
    apt('install', packages.plugin)
    when = 'both'
    check_starts(tap, when)
    said = must('virtio-crypto-build', '--force', '--offline', X86_64)
    tap.check('both: the builder leaves a package\'s plugin alone',
              run('dpkg', '-S', built)[0] == 0 and run('dpkg', '--verify', packages.plugin_name) == (0, ''), said)
    apt('purge', packages.plugin_name)
    when = 'without the package again'
    check_has_none(tap, when, [X86_64])
    check_starts(tap, when, [I386])
    check_answer(tap, when, 1)


def again(version):
    """How apt is asked for the same QEMU, which it need not fetch; dpkg's trigger sees it come."""
    return 'install', '--reinstall', f'qemu-system-x86={version}'


def failing(tap, version):
    with FailingCompiler():
        said = apt(*again(version))
    when = 'the compiler fails'
    show(when, '\n'.join(line for line in said.splitlines() if 'virtio-crypto' in line or line.startswith('  |')))
    tap.check(f'{when}: the trigger says so', f'no plugin was built for {X86_64} (build-id {build_id(X86_64)})' in said
              and 'ERROR: Unknown compiler' in said, said)
    log = f'{OWN_STATE}/logs/{build_id(X86_64)}.log'
    tap.check(f'{when}: all that was printed is kept, and the trigger says where',
              f'all that was printed is in {log}' in said and 'ERROR: Unknown compiler' in read(log), (said, read(log)))
    check_state(tap, when, MAIN_PACKAGE, BUILDER_PACKAGE)
    check_has_none(tap, when, [X86_64])
    check_starts(tap, when, [I386])


def without_network(tap, version):
    interfaces = run('unshare', '--net', 'ls', '/sys/class/net')[1]
    said = timed('the trigger builds one plugin from a bundle', must, 'unshare', '--net', 'env', 'DEBIAN_FRONTEND=noninteractive',
                 'apt-get', '-q', '-y', *again(version), limit=15 * LIMIT)
    show('apt', '\n'.join(line for line in said.splitlines() if 'virtio-crypto' in line))
    tap.check('without network: the trigger builds what is missing', f'built {plugin_of(X86_64)}' in said, (interfaces, said))
    tap.check('without network: what the failure printed goes', not os.listdir(f'{OWN_STATE}/logs'), os.listdir(OWN_STATE))
    check_starts(tap, 'without network')


def higher(package, builder):
    """The package, of a higher version, without headers of QEMU."""
    folder = '/srv/higher'
    shutil.rmtree(folder, ignore_errors=True)
    must('dpkg-deb', '-R', package, folder)
    change(f'{folder}/DEBIAN/control', r'(?m)^Version: .*$', f'Version: {HIGHER}')
    if builder:
        program = 'usr/sbin/virtio-crypto-build'
        change(f'{folder}/{program}', r'(?m)^version=.*$', f'version={HIGHER}')
        with open(f'{folder}/{program}', 'rb') as file:
            sum_of_it = hashlib.md5(file.read()).hexdigest()
        change(f'{folder}/DEBIAN/md5sums', rf'(?m)^\S+  {program}$', f'{sum_of_it}  {program}')
        shutil.rmtree(f'{folder}{BUNDLES}')
        change(f'{folder}/DEBIAN/md5sums', rf'(?m)(?:^\S+  {BUNDLES[1:]}/.*\n)+', '')
    made = f'/srv/{HIGHER}-{os.path.basename(package)}'
    must('dpkg-deb', '--root-owner-group', '-Zgzip', '-z1', '-b', folder, made)
    return made


def change(path, pattern, text):
    new, count = re.subn(pattern, text, read(path))
    if count != 1:
        raise Failure(f'{path} does not have {pattern} once')
    with open(path, 'w') as file:
        file.write(new)


def service():
    """Runs what the unit that builds later starts."""
    unit, = {os.path.realpath(path) for path in glob.glob(f'/lib/systemd/system/{SERVICE}')
             + glob.glob(f'/usr/lib/systemd/system/{SERVICE}')}
    command = re.search(r'(?m)^ExecStart=(.*)$', read(unit))[1]
    return run(*shlex.split(command), limit=15 * LIMIT)


def own_bundles():
    return {os.path.basename(path) for path in glob.glob(f'{OWN_STATE}/headers/*')}


def put_bundles(ids_before):
    """
    Puts bundles of headers where an operator does. The archive does not have the source of each version that it has: these
    are the headers in our package, of the same series, by other names.
    """
    os.makedirs(f'{OWN_STATE}/headers', exist_ok=True)
    for emulator, before in ids_before.items():
        folder = f'/srv/bundle-{before}'
        os.makedirs(folder)
        must('tar', '-C', folder, '-xf', f'{BUNDLES}/{before}.tar.xz')
        for name, text in ('build-id', build_id(emulator)), ('version', version_of(emulator)):
            with open(f'{folder}/{name}', 'w') as file:
                file.write(text + '\n')
        must('tar', '-C', folder, '-cJf', f'{OWN_STATE}/headers/{build_id(emulator)}.tar.xz', '.')


def exchanged(tap, other):
    """Another QEMU, of which there are no headers at hand, where systemd runs."""
    before, ids_before = files_of_builds(), {emulator: build_id(emulator) for emulator in EMULATORS}
    os.utime(WRAPPER, (0, 0))
    when = 'another QEMU'
    with Systemd() as systemd:
        _, said = exchange(tap, other)
        show('apt', '\n'.join(line for line in said.splitlines() if 'virtio-crypto' in line))
        tap.check(f'{when}: what takes minutes is left to {SERVICE}', f'{SERVICE} goes on' in said and 'fetching' not in said
                  and f'start --no-block {SERVICE}' in systemd.asked(), (said, systemd.asked()))
    check_state(tap, when, MAIN_PACKAGE, BUILDER_PACKAGE)
    tap.check(f'{when}: libvirt sees that our emulator is another', os.stat(WRAPPER).st_mtime > 0, os.stat(WRAPPER))
    tap.check(f'{when}: the plugins for the one before stay', files_of_builds() == before, files_of_builds())
    check_has_none(tap, when, EMULATORS)
    check_answer(tap, when, 1)
    status, said = service()
    lacks = re.search('packages are missing; run as root: apt-get (install .*)', said)
    show(SERVICE, said)
    tap.check(f'{when}: the service names the packages that it lacks', status == 1 and lacks, said)
    if lacks:
        apt(*lacks[1].split())
    put_bundles(ids_before)
    status, said = timed('the service builds two plugins', service)
    show(SERVICE, said)
    tap.check(f'{when}: with bundles that an operator has put there it builds', status == 0, said)
    check_starts(tap, when)
    check_answer(tap, when, 0)


def back(tap, version):
    before = files_of_builds()
    exchange(tap, version)
    when = 'the QEMU before'
    tap.check(f'{when}: nothing is built, and all is kept', files_of_builds() == before and len(before) == 4, files_of_builds())
    check_starts(tap, when)


def upgrade(tap, packages):
    before = files_of_builds()
    said = timed('the upgrade of our packages makes headers of the source, and builds two plugins', apt, 'install',
                 higher(packages.main, False), higher(packages.builder, True))
    when = 'our packages upgraded'
    check_state(tap, when, MAIN_PACKAGE, BUILDER_PACKAGE)
    after = files_of_builds()
    new = {plugin_of(emulator) for emulator in EMULATORS}
    tap.check(f'{when}: each plugin is built anew, in a file of its own, and those for the other QEMU stay',
              before.keys() == after.keys() and {path for path in before if after[path] != before[path]} == new,
              (said, before, after))
    tap.check(f'{when}: the headers that are not in the package are kept',
              own_bundles() >= {f'{build_id(emulator)}.tar.xz' for emulator in EMULATORS}, own_bundles())
    notes = [read(plugin_of(emulator).replace('.so', '.built')) for emulator in EMULATORS]
    tap.check(f'{when}: by this version', all(f'version {HIGHER}\n' in note for note in notes), notes)
    check_starts(tap, when)


def end(tap, packages):
    apt('install', '--allow-downgrades', packages.main, packages.plugin)
    apt('remove', BUILDER_PACKAGE)
    tap.check('the builder is removed: what it built goes, a package\'s plugin stays',
              list(files_of_builds()) == [plugin_of(X86_64)], files_of_builds())
    check_starts(tap, 'the builder is removed', [X86_64])
    tap.check('the builder is removed: headers that were made here stay until the purge', len(own_bundles()) == 4, own_bundles())
    check_purge(tap)


def tests(tap):
    packages = Packages(sys.argv[1])
    version = must('dpkg-query', '-W', '-f', '${Version}', 'qemu-system-x86')
    other = read('/etc/vcrypto-other-qemu').strip()
    plugin_alone(tap, packages)
    builder_alone(tap, packages)
    both(tap, packages)
    failing(tap, version)
    without_network(tap, version)
    if not other:
        raise Failure('the archive has one version of QEMU only, so that none can be exchanged for it')
    exchanged(tap, other)
    back(tap, version)
    upgrade(tap, packages)
    end(tap, packages)
    tap.check('no process is left', not processes(), processes())


def main():
    tap = Tap()
    try:
        timed('all', tests, tap)
    except Failure as failure:
        tap.check('everything that the test needs is there', False, failure)
    print(f'1..{tap.count}')
    return 1 if tap.failed else 0


if __name__ == '__main__':
    sys.exit(main())
