# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests with libvirtd on a host of its own share: the daemons, docs/libvirt.md, its domains and their guest.

The domains are taken from the document as they are, and so are the commands. What is changed: the type, which is
"qemu" (no KVM is needed), and the kernel, initramfs and command line that are booted directly. libvirtd runs with the
configuration that its package installs: QEMU as user libvirt-qemu, in its sandbox.
"""
import difflib
import glob
import hashlib
import os
import re
import shlex
import signal
import subprocess
import time

# As tests/support/watchdog.h has it: a factor for all limits; 0 stands for none.
PATIENCE = int(os.environ.get('VCRYPTO_TEST_PATIENCE') or 1) or 1000
LIMIT = 120 * PATIENCE
PREFIX = 'VCRYPTO: '
DRIVER = 'virtio_crypto_aes_cbc'
DATA_BYTES = 1 << 20
USER = 'libvirt-qemu'
SANDBOX = 2  # what /proc/PID/status says of a thread under a seccomp filter


class Failure(Exception):
    """Something without which the rest makes no sense."""


class Tap:
    """The results."""

    def __init__(self):
        self.count = self.failed = 0

    def check(self, name, held, seen=''):
        self.count += 1
        self.failed += not held
        print(f'{"ok" if held else "not ok"} {self.count} - {name}', flush=True)
        if not held:
            for line in str(seen).splitlines():
                print(f'# {line}', flush=True)

    def has(self, name, wanted, text):
        self.check(name, wanted in text, f'wanted: {wanted}\nsaw: {text}')


def show(what, text):
    """Something for who reads the results, word for word."""
    for line in text.splitlines():
        print(f'# {what}: {line}', flush=True)


def wait_for(what, condition):
    """What the condition returns as soon as it is true; an end comes to each wait."""
    deadline = time.monotonic() + LIMIT
    while True:
        held = condition()
        if held:
            return held
        if time.monotonic() > deadline:
            raise Failure(f'waited in vain for {what}')
        time.sleep(0.05)


def run(*command, limit=LIMIT):
    """A command's status, and all that it printed."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors='replace', timeout=limit, check=False)
    except subprocess.TimeoutExpired as late:
        raise Failure(f'{shlex.join(command)} did not end; QEMU and libvirtd do this:\n{doing()}') from late
    return done.returncode, done.stdout.strip()


def doing():
    """What each thread of QEMU and libvirtd waits for in the kernel."""
    lines = []
    for pid, words in processes().items():
        if 'qemu-system' in words[0] or 'libvirtd' in words[0]:
            for task in sorted(glob.glob(f'/proc/{pid}/task/*')):
                calls = ' '.join(line.split()[-1].split('+')[0] for line in read(f'{task}/stack').splitlines())
                lines.append(f'{pid} {read(f"{task}/comm").strip()}: {read(f"{task}/syscall").split()[:3]} {calls}')
    return '\n'.join(lines)


def must(*command, limit=LIMIT):
    status, text = run(*command, limit=limit)
    if status:
        raise Failure(f'{shlex.join(command)}: {text}')
    return text


def apt(*words):
    """What apt-get says as an operator has it; packages take their time."""
    return must('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y', '--no-install-recommends', *words,
                limit=3 * LIMIT)


def read(path):
    try:
        with open(path, errors='replace') as file:
            return file.read()
    except OSError:
        return ''


def processes():
    """Process numbers and names of all that runs on this host, besides the test."""
    found = {}
    for path in glob.glob('/proc/[0-9]*/cmdline'):
        pid = int(path.split('/')[2])
        words = read(path).split('\0')
        if pid not in (1, os.getppid(), os.getpid()) and words[0]:
            found[pid] = words
    return found


def without_kvm():
    """Gives the host a /dev that has no KVM, for where QEMU cannot use it, libvirtd asks QEMU again before each answer."""
    os.mkdir('/srv/dev')
    must('mount', '-t', 'tmpfs', '-o', 'mode=755', 'dev', '/srv/dev')
    for name in ('pts', 'shm'):
        os.mkdir(f'/srv/dev/{name}')
        must('mount', '--rbind', f'/dev/{name}', f'/srv/dev/{name}')
    must('cp', '-a', *(f'/dev/{name}' for name in ('null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'fd', 'stdin',
                                                   'stdout', 'stderr')), '/srv/dev/')
    # libvirt takes what is mounted below /dev along for each domain: there must be no second layer of it.
    must('umount', '-R', '-l', '/dev')
    must('mount', '--move', '/srv/dev', '/dev')


class Daemons:
    """libvirtd and virtlogd, as their units would start them."""

    def __enter__(self):
        must('mount', '-t', 'sysfs', '-o', 'ro', 'sysfs', '/sys')
        without_kvm()
        self.log = open('/srv/daemons.log', 'w')
        self.children = []
        try:
            self.start('virtlogd', 'virtlogd-sock')
            self.start('libvirtd', 'libvirt-sock')
            wait_for('libvirtd', lambda: run('virsh', 'version')[0] == 0)
        except BaseException:
            self.end()
            raise
        return self

    def start(self, name, socket):
        self.children.append(subprocess.Popen([f'/usr/sbin/{name}'], stdin=subprocess.DEVNULL, stdout=self.log,
                                              stderr=subprocess.STDOUT))
        wait_for(name, lambda: os.path.exists(f'/run/libvirt/{socket}'))

    def end(self):
        for child in reversed(self.children):
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                child.kill()
        self.log.close()

    def __exit__(self, *_):
        self.end()


class Document:
    """docs/libvirt.md."""

    def __init__(self, path):
        self.text = read(path)
        domains = re.findall(r'^    <domain .*?^    </domain>$', self.text, re.DOTALL | re.MULTILINE)
        self.domains = {re.search('<name>(.*?)</name>', domain)[1]: domain for domain in domains}
        self.commands = re.findall(r'^    ((?:virsh|virt-xml-validate) .*)$', self.text, re.MULTILINE)

    def command(self, word):
        """The one command of the document that has the word."""
        found = [command for command in self.commands if word in command]
        if len(found) != 1:
            raise Failure(f'the document has {len(found)} commands with {word}')
        return run(*shlex.split(found[0]))


class Boot:
    """What the test puts in the place of a system on the domain's disk."""

    def __init__(self, kernel, initramfs):
        self.key, self.iv, data = os.urandom(32), os.urandom(16), os.urandom(DATA_BYTES)
        conf = f'DRIVER={DRIVER}\nKEY={self.key.hex()}\nIV={self.iv.hex()}\n'
        os.makedirs('/var/lib/libvirt/boot', exist_ok=True)
        self.kernel, self.initramfs = '/var/lib/libvirt/boot/vmlinuz', '/var/lib/libvirt/boot/initramfs'
        with open(self.kernel, 'wb') as file, open(kernel, 'rb') as source:
            file.write(source.read())
        with open(self.initramfs, 'wb') as file, open(initramfs, 'rb') as source:
            file.write(source.read())
            file.write(b'\0' * (-file.tell() % 4))
            file.write(cpio_member('host.conf', conf.encode()) + cpio_member('data', data)
                       + cpio_member('TRAILER!!!', b''))
        done = subprocess.run(['openssl', 'enc', '-aes-256-cbc', '-nopad', '-K', self.key.hex(), '-iv', self.iv.hex()],
                              input=data, stdout=subprocess.PIPE, timeout=LIMIT, check=True)
        self.expected = hashlib.sha256(done.stdout).hexdigest()

    def change(self, domain):
        """The document's domain as this host can start it."""
        boot = (f'<kernel>{self.kernel}</kernel><initrd>{self.initramfs}</initrd>'
                '<cmdline>console=ttyS0 loglevel=1 panic=-1</cmdline></os>')
        return domain.replace("<domain type='kvm'", "<domain type='qemu'", 1).replace('</os>', boot, 1)


def cpio_member(name, data, mode=0o100600):
    """One regular file of a cpio archive of the "newc" format; all parts are padded to 4 bytes."""
    name = name.encode() + b'\0'
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
    header = b'070701' + b''.join(b'%08X' % field for field in fields) + name
    return header + b'\0' * (-len(header) % 4) + data + b'\0' * (-len(data) % 4)


class Domain:
    """A domain from its definition to its end."""

    def __init__(self, name, text):
        self.name = name
        # The document's indentation would stand in front of an XML declaration, if there were one.
        self.file = f'/srv/{name}.xml'
        with open(self.file, 'w') as file:
            file.write(text)
        self.serial = re.search("<log file='(.*?)'", text)[1]
        disk = re.search("<source file='(.*?)'", text)[1]
        with open(disk, 'wb') as file:
            file.truncate(1 << 20)
        self.terminal = None
        self.seen = 0

    def log(self):
        return read(f'/var/log/libvirt/qemu/{self.name}.log')

    def start(self):
        self.come('start', self.name)

    def come(self, *command):
        """By a command of virsh that has it run."""
        if os.path.exists(self.serial):
            os.remove(self.serial)
        must('virsh', *command)
        self.seen = 0
        # Held open, for QEMU reads from a terminal only while somebody has it.
        self.terminal = open(must('virsh', 'ttyconsole', self.name), 'wb', buffering=0)

    def answers(self):
        lines = read(self.serial).replace('\r', '').splitlines(keepends=True)
        return [line.strip()[len(PREFIX):] for line in lines if line.startswith(PREFIX) and line.endswith('\n')]

    def answer(self, command):
        """What the guest says to a command, "ok" and the command's name aside; it may end badly instead."""

        def come():
            # In this order, for it may power off right after it has answered.
            state = self.state()
            if len(self.answers()) > self.seen:
                return True
            if state != 'running':
                raise Failure(f'{self.name} is {state} while it should {command}: {self.tail()}')
            return False

        wait_for(f'{self.name} to {command}: {self.tail()}', come)
        self.seen += 1
        return self.answers()[self.seen - 1]

    def ask(self, command):
        self.terminal.write(command.encode() + b'\n')
        return self.answer(command)

    def state(self):
        return run('virsh', 'domstate', self.name)[1]

    def tail(self):
        return '\n'.join(read(self.serial).splitlines()[-5:] + self.log().splitlines()[-5:])

    def off(self):
        wait_for(f'{self.name} to power off', lambda: self.state() == 'shut off')
        self.terminal.close()

    def pid(self):
        return int(read(f'/run/libvirt/qemu/{self.name}.pid') or 0)

    def threads(self):
        """What /proc says of each thread of QEMU."""
        found = []
        for path in glob.glob(f'/proc/{self.pid()}/task/*/status'):
            found.append(dict(re.findall(r'^(\w+):\t(.*)$', read(path), re.MULTILINE)))
        return found

    def remove(self):
        """Whatever state it is in."""
        run('virsh', 'destroy', self.name)
        run('virsh', 'undefine', self.name)


def check_confinement(tap, domain, queues):
    """Who runs the device, and under which restrictions."""
    threads = domain.threads()
    workers = [thread for thread in threads if thread['Name'].startswith('vcrypto')]
    tap.check(f'{domain.name}: there is a thread for each of {queues} queue{"s" if queues > 1 else ""}',
              len(workers) == queues, [thread['Name'] for thread in threads])
    user = must('id', '-u', USER)
    tap.check(f'{domain.name}: all threads are of user {USER}, in the sandbox, without a capability',
              threads and all(thread['Uid'].split()[0] == user and thread['Seccomp'] == str(SANDBOX)
                              and thread['NoNewPrivs'] == '1' and not int(thread['CapEff'], 16) for thread in threads),
              threads)


def check_encryption(tap, domain, boot, when):
    works, sha256, failures = (domain.ask(command) for command in ('works', 'encrypt', 'failures'))
    tap.check(f'{domain.name}: the guest\'s driver takes the device {when}', works.startswith('ok works 0000:'), works)
    tap.check(f'{domain.name}: what it encrypts {when} is what openssl makes of it', sha256 == f'ok encrypt {boot.expected}',
              f'{sha256}, wanted {boot.expected}')
    tap.check(f'{domain.name}: none of the kernel\'s self-tests failed {when}', failures == 'ok failures 0', failures)


def define(tap, domain):
    status, text = run('virsh', 'define', '--validate', domain.file)
    tap.check(f'{domain.name}: virsh define takes the document\'s XML, and finds it valid', status == 0, text)


def check_end(tap, domain):
    domain.ask('poweroff')
    domain.off()
    tap.check(f'{domain.name}: the guest powers off', 'shutting down, reason=shutdown' in domain.log(), domain.tail())


def check_capabilities(tap, document):
    """What libvirt finds out about our program in the place of QEMU is what it finds out about QEMU."""
    ours, stock = (re.search('<emulator>(.*?)</emulator>', document.domains[name])[1]
                   for name in ('crypto-emulator', 'crypto-element'))
    seen = [re.sub('<path>.*?</path>', '', must('virsh', 'domcapabilities', '--virttype', 'qemu', '--emulatorbin', path),
                   count=1) for path in (ours, stock)]
    tap.check('virsh domcapabilities through our emulator are those of QEMU',
              seen[0] == seen[1] and '<domainCapabilities>' in seen[0],
              '\n'.join(difflib.unified_diff(seen[1].splitlines(), seen[0].splitlines(), lineterm='')))


def check_purge(tap):
    """Our packages go, and nothing of theirs stays."""
    apt('purge', 'qemu-virtio-crypto*')
    left = run('dpkg-query', '-W', 'qemu-virtio-crypto*')[1].splitlines()
    left = [line for line in left if not line.startswith('dpkg-query: no packages found')]
    left += sorted(os.path.join(folder, name) for top in ('/boot', '/etc', '/opt', '/root', '/run', '/usr', '/var')
                   for folder, folders, names in os.walk(top) for name in folders + names
                   if 'virtio-crypto' in name and not folder.startswith('/var/log/'))
    tap.check('our packages are purged, and leave nothing', not left, '\n'.join(left))


def perform(tests):
    """Has the function tests run with libvirtd, and prints the results; returns the exit status."""
    tap = Tap()
    try:
        with Daemons():
            tests(tap)
            tap.check('no domain is left', must('virsh', 'list', '--all', '--name') == '', run('virsh', 'list', '--all'))
        tap.check('no process is left', not processes(), processes())
    except Failure as failure:
        tap.check('everything that the test needs is there', False, f'{failure}\n{read("/srv/daemons.log")[-3000:]}')
    print(f'1..{tap.count}')
    return 1 if tap.failed else 0
