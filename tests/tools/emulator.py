#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What qemu-system-x86_64-virtio-crypto makes of a command line, as TAP.

Usage: emulator.py PROGRAM RECORDER

RECORDER stands for QEMU and tells what it was called with. With VCRYPTO_QEMU and VCRYPTO_LOADER in the environment
and no RECORDER, that QEMU is asked what came of it.
"""
import contextlib
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

SECONDS = 120 * float(os.environ.get('VCRYPTO_TEST_PATIENCE') or 1)
ID = 'objcrypto0'
# As libvirt 11.3 writes it, and the older form.
JSON = '{"qom-type":"cryptodev-backend-builtin","id":"objcrypto0","queues":1}'
KEYS = 'cryptodev-backend-builtin,id=objcrypto0,queues=1'
PROBE = ('-S', '-no-user-config', '-nodefaults', '-nographic', '-machine', 'none,accel=kvm:tcg')
OURS = ',backend=objcrypto0,replace=builtin'

# What stands after -object, and the names of the backends that are to be replaced.
OBJECTS = (
    (JSON, [ID]),
    (KEYS, [ID]),
    ('cryptodev-backend-builtin,queues=1,id=objcrypto0', [ID]),
    ('qom-type=cryptodev-backend-builtin,id=objcrypto0', [ID]),
    ('id=objcrypto0,qom-type=cryptodev-backend-builtin', [ID]),
    ('cryptodev-backend-builtin,id=a-b.c_D9', ['a-b.c_D9']),
    ('{"id":"objcrypto0","qom-type":"cryptodev-backend-builtin"}', [ID]),
    ("{'qom-type': 'cryptodev-backend-builtin', 'id': 'objcrypto0'}", [ID]),
    (' { "qom-type" : "cryptodev-backend-builtin" , "id" : "x" }', []),  # QEMU takes no blank there
    ('{ "qom-type" :\t"cryptodev-backend-builtin" ,\n"id" : "x" }\r\n', ['x']),
    ('{"qom-type":"cryptodev\\u002dbackend-builtin","id":"\\u006fbj"}', ['obj']),
    ('{"x":{"id":"no","y":["}",{"z":"]"}]},"qom-type":"cryptodev-backend-builtin","id":"yes","t":true}', ['yes']),
    ('{"x":"\\"id\\":\\"no\\"","qom-type":"cryptodev-backend-builtin","id":"yes","t":-1.5e3}', ['yes']),
    ('{"qom-type":"rng-random","id":"cryptodev-backend-builtin","filename":"/dev/urandom"}', []),
    ('{"x":{"qom-type":"cryptodev-backend-builtin"},"id":"x","qom-type":"rng-random"}', []),
    ('rng-random,id=cryptodev-backend-builtin', []),
    ('rng-random,id=x,filename=cryptodev-backend-builtin,,id=y', []),
    ('cryptodev-backend-builtin', []),
    ('cryptodev-backend-builtin,id=', []),
    ('cryptodev-backend-builtin,id=a,,queues=3', []),  # a name that QEMU refuses
    ('cryptodev-backend-builtin,id=9', []),
    ('cryptodev-backend-builtin2,id=x', []),
    ('cryptodev-vhost-user,id=x,chardev=c', []),
    ('cryptodev-backend-lkcf,id=x', []),
    ('', []), ('{', []), ('{}', []), ('}', []), ('{"', []), ('{"\\', []), ('{"\\u', []), ('{"\\u00', []),
    ('{"id"', []), ('{"id":', []), ('{"id":"x"', []), ('{"id":"x",', []), ('{"id":[', []), ('{"id":]]}', []),
    ('{"qom-type":"cryptodev-backend-builtin","id":"x"', []),
    ('{"qom-type":"cryptodev-backend-builtin","id":"x"}}', []),
    ('{"qom-type":"cryptodev-backend-builtin","id":"x,replace=none"}', []),
    ('{"qom-type":"cryptodev-backend-builtin","id":7}', []),
    (',', []), (',,', []), ('=', []), (',=,', []),
)

# Command lines on which nothing may be done, and which pass on as they are.
OTHERS = (
    (), ('',), ('-version',), ('-help',), ('--help',), ('-object',), ('-object', ''),
    PROBE + ('-qmp', 'unix:/a b,server=on,wait=off', '-pidfile', '/p', '-daemonize'),
    ('-name', 'guest=\n\t"\'$(id)`\\*?{}~', '', '', '-append', 'a  b ', '\udcff\udc80\x01', '-', '--'),
    ('-readconfig', '/a file with [object]'), ('-append', KEYS), ('-plugin', '/x.so,backend=objcrypto0'),
    ('@file',), ('-device', '{"driver":"virtio-crypto-pci","cryptodev":"objcrypto0"}'), ('-objects', KEYS),
    ('object', KEYS), ('---object', KEYS), ('-x', 'y' * 100000),
)


def environment(folder, **settings):
    """Nothing of the tester's own; the file, which is no part of these tests, is an empty one."""
    config = folder / 'empty.conf'
    config.write_text('')
    variables = {'PATH': '/usr/bin:/bin', 'ODD': 'a=b\n', 'VIRTIO_CRYPTO_CONFIG': str(config)}
    for name in ('ASAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS', 'LD_LIBRARY_PATH'):
        if name in os.environ:
            variables[name] = os.environ[name]
    return variables | {f'VIRTIO_CRYPTO_{name.upper()}': str(value) for name, value in settings.items()}


class Recorded:
    """What RECORDER was called with: words and environment; status and messages of the program."""

    def __init__(self, program, words, variables, argv0=None):
        with tempfile.TemporaryFile() as record:
            os.dup2(record.fileno(), 9)
            run = subprocess.run([argv0 or program, *words], executable=program, env=variables, timeout=SECONDS,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                                 pass_fds=(9,))
            os.close(9)
            record.seek(0)
            told, _, rest = record.read().partition(b'\0\n')
        self.words = [os.fsdecode(word) for word in told.split(b'\0')] if told else []
        self.environment = dict(os.fsdecode(text).split('=', 1) for text in rest.split(b'\0') if text)
        self.status, self.output = run.returncode, run.stdout.decode()


def refused(recorded, *parts):
    """One line with all @parts, nothing run, and exit status 1."""
    line = recorded.output
    return (recorded.status == 1 and not recorded.words and line.count('\n') == 1 and line.endswith('\n') and
            line.startswith('qemu-system-x86_64-virtio-crypto: ') and all(part in line for part in parts))


def short(words):
    return ascii(' '.join(words))[:70]


def command_lines(program, recorder, folder):
    loader = folder / 'a,b.so'
    loader.write_text('')
    path = str(loader).replace(',', ',,')
    variables = environment(folder, emulator=recorder, loader=loader)
    for words in OTHERS:
        run = Recorded(program, words, variables)
        yield (f'as it is: {short(words)}', run.words == [recorder, *words] and run.status == 42 and not run.output
               and run.environment == variables)
    for text, names in OBJECTS:
        words = ('-name', 'x', '-object', text, '-device', 'y', '')
        run = Recorded(program, words, variables)
        plugin = ('-plugin', path + ''.join(f',backend={name},replace=builtin' for name in names)) if names else ()
        yield f'{names or "left alone"}: {short([text])}', run.words == [recorder, *plugin, *words] and run.status == 42
    for what, words, settings, plugin in (
            ('two objects', ('-object', JSON, '--object', 'cryptodev-backend-builtin,id=b'), {},
             f'{OURS},backend=b,replace=builtin'),
            ('keys', ('-object', JSON, '-object', 'cryptodev-backend-builtin,id=b'), {'keys': 'queues=4,quiet=on'},
             f'{OURS},queues=4,quiet=on,backend=b,replace=builtin,queues=4,quiet=on'),
            ('fallback', ('-object', JSON), {'fallback': 'builtin', 'keys': 'queues=4'},
             f',fallback=builtin{OURS},queues=4'),
            ('another backend of the domain\'s own', ('-plugin', '/p.so,backend=objcrypto', '-object', JSON), {}, OURS),
            ('this backend of the domain\'s own', ('-plugin', f'/p.so{OURS},queues=2', '-object', JSON), {}, None),
            ('one of two of the domain\'s own', ('-object', JSON, '-plugin', f'/p.so,backend=b{OURS}', '-object',
                                                 'cryptodev-backend-builtin,id=c'), {}, ',backend=c,replace=builtin')):
        run = Recorded(program, words, variables | environment(folder, **settings))
        added = () if plugin is None else ('-plugin', path + plugin)
        yield what, run.words == [recorder, *added, *words] and run.status == 42 and not run.output
    run = Recorded(program, ('-x',), variables, argv0='')
    yield 'called by no name', run.words == [recorder, '-x'] and run.status == 42


def settings_files(program, recorder, folder):
    loader = folder / 'loader.so'
    loader.write_text('')
    config = folder / 'a config'
    variables = environment(folder) | {'VIRTIO_CRYPTO_CONFIG': str(config)}
    good = f'# a comment\n\n  emulator={recorder}\t\r\nloader =  {loader}\n'

    def run(text, words=('-object', JSON), **settings):
        config.write_text(text)
        return Recorded(program, words, variables | {f'VIRTIO_CRYPTO_{k.upper()}': v for k, v in settings.items()})

    for what, text, settings, plugin in (
            ('a file', good, {}, OURS),
            ('a file with all of it', good + 'keys = queues=4,engine=openssl\nfallback = builtin', {},
             f',fallback=builtin{OURS},queues=4,engine=openssl'),
            ('the environment comes first', good + 'keys=queues=4\n', {'keys': 'queues=5'}, f'{OURS},queues=5'),
            ('the environment may take away', good + 'keys=queues=4\n', {'keys': ''}, OURS)):
        yield what, run(text, **settings).words == [recorder, '-plugin', f'{loader}{plugin}', '-object', JSON]
    for what, recorded, parts in (
            ('an unknown key', run(good + 'queues = 4\n'), (f"{config} line 5: 'queues' is not understood; write ",)),
            ('no value', run('keys\n'), ("line 1: 'keys' is not understood; write ",)),
            ('a key given twice', run('keys=\nkeys=a=b\n'), ('line 2: keys is given twice; give it once',)),
            ('a relative loader', run('loader=x.so\n'), ('line 1: loader=x.so is no path; give one that ',)),
            ('an empty emulator', run(good, emulator=''), ('VIRTIO_CRYPTO_EMULATOR: emulator= is no path; ',)),
            ('a fallback that there is not', run(good, fallback='yes'), ('fallback=yes is not understood; give ',)),
            ('a long line', run('k' * 100000 + '=1'), ("' is not understood; write ",)),
            ('no emulator', run(good, emulator='/nowhere/qemu'), ('cannot run /nowhere/qemu: No such file',
                                                                  'emulator= in /etc/qemu-virtio-crypto/')),
            ('itself as emulator', run(good, emulator=program), ('names this program itself; name QEMU',)),
            ('no loader', run(good, loader='/nowhere/x.so'), ('the loader /nowhere/x.so: No such file',
                                                              'install qemu-virtio-crypto'))):
        yield what, refused(recorded, *parts)
    for what, path, part in (('a file that is not there', folder / 'none', 'No such file'),
                             ('a folder', folder, 'Is a directory')):
        recorded = Recorded(program, (), variables | {'VIRTIO_CRYPTO_CONFIG': str(path)})
        yield what, refused(recorded, str(path), part, 'make it a file')
    run_without = run(good, loader='/nowhere/x.so', fallback='builtin')
    yield 'no loader, and QEMU\'s backend will do', (
        run_without.words == [recorder, '-object', JSON] and run_without.status == 42 and
        run_without.output.startswith('warning: ') and run_without.output.count('\n') == 1)
    yield 'no loader, and no backend', run(good, ('-version',), loader='/nowhere/x.so').words == [recorder, '-version']


class Monitor:
    """QEMU's answers on its standard output, to commands on its standard input."""

    def __init__(self, command, variables):
        self.process = subprocess.Popen(command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.buffer = b''
        self.line()
        self.ask('qmp_capabilities')

    def line(self):
        end = time.monotonic() + SECONDS
        while b'\n' not in self.buffer:
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError('QEMU does not answer')
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                raise EOFError(f'QEMU ended with status {self.process.wait(SECONDS)}')
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b'\n')
        return json.loads(line)

    def ask(self, command, **arguments):
        self.process.stdin.write(json.dumps({'execute': command, 'arguments': arguments}).encode() + b'\n')
        self.process.stdin.flush()
        while True:
            answer = self.line()
            if 'event' not in answer:
                return answer.get('return', answer.get('error'))

    def end(self):
        with contextlib.suppress(OSError, EOFError):
            self.ask('quit')
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(SECONDS)
        self.process.kill()
        return self.process.wait()


# What libvirt asks to find out what an emulator can do.
QUESTIONS = ('query-version', 'query-commands', 'qom-list-types', 'query-qmp-schema', 'query-machines',
             'query-cpu-definitions', 'query-command-line-options', 'query-target', 'query-kvm', 'query-tpm-models')


def probed(command, variables):
    monitor = Monitor([command, *PROBE, '-qmp', 'stdio', '-monitor', 'none', '-serial', 'none'], variables)
    answers = {question: monitor.ask(question) for question in QUESTIONS}
    return answers, monitor.end()


def printed(command, option, variables):
    run = subprocess.run([command, option], env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         timeout=SECONDS, check=False)
    return run.stdout, run.returncode


def with_qemu(program, folder):
    qemu, loader = os.environ['VCRYPTO_QEMU'], os.environ['VCRYPTO_LOADER']
    variables = environment(folder, emulator=qemu, loader=loader, keys='queues=4,quiet=on')
    direct, through = probed(qemu, variables), probed(program, variables)
    for question in QUESTIONS:
        yield f'{question}: as without', direct[0][question] == through[0][question] is not None
    yield 'the questions ask something', len(direct[0]['qom-list-types']) > 100 and through[1] == 0
    for option in ('-version', '-help'):
        yield f'{option}: as without', printed(qemu, option, variables) == printed(program, option, variables)
    for form in (JSON, KEYS):
        monitor = Monitor([program, '-S', '-nodefaults', '-display', 'none', '-machine', 'q35,accel=tcg', '-qmp', 'stdio',
                           '-object', form, '-device',
                           '{"driver":"virtio-crypto-pci","cryptodev":"objcrypto0","id":"crypto0"}'], variables)
        kind = monitor.ask('qom-get', path=f'/objects/{ID}', property='type')
        threads = monitor.ask('qom-get', path=f'/objects/{ID}', property='worker-thread-ids')
        yield f'a device of ours: {form}', kind == 'cryptodev-backend-openssl' and len(threads) == 4
        yield 'and an end', monitor.end() == 0
    # A loader that has no build for this QEMU.
    lonely = folder / 'lib/qemu/virtio-crypto.so'
    lonely.parent.mkdir(parents=True)
    shutil.copy(loader, lonely)
    words = [program, '-S', '-nodefaults', '-display', 'none', '-machine', 'q35,accel=tcg', '-qmp', 'stdio', '-object', JSON]
    variables |= environment(folder, loader=lonely)
    run = subprocess.run(words, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE, timeout=SECONDS, check=False)
    yield 'no build: the loader\'s line', (run.returncode == 1 and run.stderr.count(b'\n') == 1 and
                                          run.stderr.startswith(b'virtio-crypto: '))
    monitor = Monitor(words, variables | environment(folder, fallback='builtin'))
    kind = monitor.ask('qom-get', path=f'/objects/{ID}', property='type')
    yield 'no build, and QEMU\'s backend will do', kind == 'cryptodev-backend-builtin' and monitor.end() == 0


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if len(sys.argv) > 2:
            recorder = os.path.abspath(sys.argv[2])
            results = [*command_lines(program, recorder, folder), *settings_files(program, recorder, folder)]
        else:
            results = list(with_qemu(program, folder))
    print(f'1..{len(results)}')
    for number, (name, held) in enumerate(results, 1):
        print(f'{"ok" if held else "not ok"} {number} - {name.translate({10: " ", 13: " ", 9: " ", 35: "%"})}')
    return not all(held for _, held in results)


if __name__ == '__main__':
    sys.exit(main())
