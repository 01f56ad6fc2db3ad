#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the commands of documents for operators, as TAP.

Usage: documents.py DOCTOR DOCUMENT-OR-FOLDER-OF-PAGES...

In Markdown each indented block is a command, or several, and so is each `COMMAND ARGUMENT...` inside a sentence, and `info ...`,
which is for QEMU's monitor. In a page of the manual they are the displays of EXAMPLES. They are run, unless
`<!-- example: WHY -->` stands before the block or behind the sentence's command (in a page: `.\\" example: WHY`), or it is a
document's first line: README's begins with the two commands that continuous integration runs. A program that is named alone is there.
They run in a copy of the sources, where what is installed goes to a folder, and beside a machine with the device, in which
words stand for what docs/operators.md says they do, and "..." for another machine, which ends afterwards. `virsh` is a stand-in
that hands QMP on as libvirt does, and our tools look at this build. QEMU, the loader and the plugin are those of the
environment (VCRYPTO_QEMU, VCRYPTO_LOADER, VCRYPTO_PLUGIN).
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

TIMEOUT = 120 * float(os.environ.get("VCRYPTO_TEST_PATIENCE", "1"))
QEMU, LOADER = os.environ.get("VCRYPTO_QEMU", ""), os.environ.get("VCRYPTO_LOADER", "")
PLUGIN = os.environ.get("VCRYPTO_PLUGIN", "")
DOCTOR, DOCUMENTS = sys.argv[1], [pathlib.Path(name) for name in sys.argv[2:]]
SOURCE = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = re.compile(r"<!-- example: \S.* -->")
PAGE_EXAMPLE = re.compile(r'\.\\" example: \S.*')
# What is between ` and `, and whether it is an example.
SPAN = re.compile(r"`([^`]+)`(\s?<!-- example: \S[^>]* -->)?")
MACHINE = "-machine q35 -accel tcg -display none -nodefaults -S -daemonize -pidfile pid"
STANDINS = {
    # Warnings are about the machine that tests run on.
    "vcrypto-doctor": f"""#!/bin/sh
'{DOCTOR}' --loader '{LOADER}' --emulator '{QEMU}' "$@" || [ $? -eq 1 ]
""",
    "virsh": f"""#!/bin/sh
exec '{sys.executable}' -B '{os.path.abspath(__file__)}' virsh "$@"
""",
    "qemu-system-x86_64": f"""#!/bin/sh
exec '{QEMU}' "$@"
""",
    # QEMU is the last argument, as no document names one.
    "virtio-crypto-build": f"""#!/bin/sh
exec '@BUILDER@' "$@" '{QEMU}'
""",
}
# The first word of a command inside a sentence; others are no programs that operators are told to run.
PROGRAMS = {"apt-get", "cp", "install", "kill", "meson", "modprobe", "mv", "ps", "python3", "systemctl", "taskset", "ulimit",
            *STANDINS}


def blocks(text):
    """Yield the first line's number, whether the block is an example, and its text."""
    before, block, start = "", [], 0
    for number, line in enumerate(text.splitlines() + ["end"], 1):
        assert not line.lstrip().startswith(("```", "~~~")), f"line {number}: commands are indented, not fenced"
        # Four columns after a list's item continue it, and are no block; our documents have none.
        if line.startswith("    ") and (block or not before or before.startswith("<!--")):
            start = start or number
            block.append(line[4:])
        elif line or not block:
            if block:
                yield start, start == 1 or bool(EXAMPLE.fullmatch(before)), "\n".join(block).rstrip() + "\n"
                before, block, start = "", [], 0
            before = line or (before if before.startswith("<!--") else "")
        else:
            block.append("")


def spans(text):
    """As blocks(), for commands inside sentences; with an argument, or a program's name alone."""
    lines = ["" if line.startswith("    ") else line for line in text.splitlines()]
    whole = "\n".join(lines)
    for span in SPAN.finditer(whole):
        words = span[1].split()
        line, example = whole.count("\n", 0, span.start()) + 1, bool(span[2])
        if words[0] in PROGRAMS or words[0].startswith("scripts/"):
            yield line, example, " ".join(["command -v" if len(words) == 1 else "", *words]).strip() + "\n"
        elif words[0] == "info" and len(words) > 1:
            yield line, example, " ".join(words) + "\n"


def displays(text):
    """As blocks(), for the displays of a manual page's EXAMPLES."""
    before, block, start, inside = "", [], 0, False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(".Sh"):
            inside = line == ".Sh EXAMPLES"
        elif inside and line.startswith(".Dl "):
            yield number, bool(PAGE_EXAMPLE.fullmatch(before)), line[4:] + "\n"
        elif inside and line.startswith(".Bd "):
            block, start = [], number + 1
        elif inside and line == ".Ed":
            yield start, bool(PAGE_EXAMPLE.fullmatch(before)), "\n".join(block).replace("\\e", "\\") + "\n"
            start = 0
        elif start:
            block.append(line)
        before = before if start else line


def commands_of(document):
    text = document.read_text(encoding="utf-8")
    if document.suffix == ".md":
        return sorted([*blocks(text), *spans(text)])
    return list(displays(text))


class Qmp:
    """QEMU's monitor."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(path)
        self.file = self.socket.makefile("rw")
        self.file.readline()
        self.call({"execute": "qmp_capabilities"})

    def call(self, command):
        self.file.write(json.dumps(command) + "\n")
        self.file.flush()
        for line in self.file:
            answer = json.loads(line)
            if "event" not in answer:
                return answer
        raise OSError("QEMU has ended")


def virsh(arguments):
    """virsh qemu-monitor-command DOMAIN [--pretty] [--hmp] COMMAND"""
    words = [word for word in arguments if word not in ("--pretty", "--hmp")]
    if words[:2] != ["qemu-monitor-command", "crypto"] or len(words) != 3:
        sys.exit(f"virsh: only qemu-monitor-command, with one command for the domain crypto: {arguments}")
    command = words[2]
    if "--hmp" in arguments:
        command = json.dumps({"execute": "human-monitor-command", "arguments": {"command-line": command}})
    answer = Qmp(os.environ["QMP"]).call(json.loads(command))
    print(json.dumps(answer, indent=2))
    return "return" not in answer


@contextlib.contextmanager
def machine(folder):
    """A machine with the device; yields what words in commands stand for."""
    path = str(folder / "qmp")
    command = [QEMU, "-machine", "q35", "-accel", "tcg", "-display", "none", "-nodefaults", "-S",
               "-plugin", f"{LOADER},backend=crypto0,queues=2", "-device", "virtio-crypto-pci,cryptodev=crypto0",
               "-daemonize", "-pidfile", str(folder / "machine.pid"), "-qmp", f"unix:{path},server=on,wait=off"]
    # With -daemonize QEMU comes back when its monitor can be reached.
    subprocess.run(command, check=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL)
    pid = int((folder / "machine.pid").read_text())
    try:
        threads = Qmp(path).call({"execute": "qom-get", "arguments": {
            "path": "/objects/crypto0", "property": "worker-thread-ids"}})["return"]
        yield {"PATH": LOADER, "/usr/lib/x86_64-linux-gnu/qemu/virtio-crypto.so": LOADER,
               "build/virtio-crypto-openssl.so": PLUGIN, "DOMAIN": "crypto", "PID": str(pid), "TID": str(threads[0]),
               "...": MACHINE}, path
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def monitor(text, qmp):
    """What QEMU's monitor answers. There PATH and N stand for a device's and a queue's."""
    def ask(line):
        return Qmp(qmp).call({"execute": "human-monitor-command", "arguments": {"command-line": line}})["return"]
    device = ask("info virtio").split()
    answer = ask(text.strip().replace("PATH", device[0] if device else "").replace(" N", " 0"))
    return answer.strip() and not re.search("unknown command|^Error|expected", answer), answer


def run(text, meanings, folder, qmp):
    """Run a block; returns what is wrong, or None."""
    if text.startswith("info "):
        fine, answer = monitor(text, qmp)
        return None if fine else f"{text}{answer}"
    words = "|".join(rf"(?<![\w/.]){re.escape(word)}(?![\w/])" for word in sorted(meanings, key=len, reverse=True))
    text = re.sub(words, lambda word: meanings[word[0]], text)
    if MACHINE in text:
        text = f"{text}kill $(cat pid)\n"
    # Meson lets the linker find what a test depends on, as no operator's environment does.
    environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    environment.update(PATH=f"{folder / 'bin'}:{environment['PATH']}", QMP=qmp, DESTDIR=str(folder / "installed"))
    # Of a pipe every part counts.
    done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", text], cwd=folder / "source", env=environment,
                          check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=5 * TIMEOUT)
    if done.returncode != 0 or not (done.stdout.strip() or "kill " in text):
        return f"exit status {done.returncode}: {text}{done.stdout}"
    return None


def self_test():
    """That nothing is passed over: what a document may look like."""
    text = "a\n\n    one\n\n    two\n\nb\n\n<!-- example: x -->\n\n    three\n\nc\n    no block\n\n<!-- example: -->\n\n    four"
    found = [(example, block) for _, example, block in blocks(text)]
    assert found == [(False, "one\n\ntwo\n"), (True, "three\n"), (False, "four\n")], found
    text = "`virsh` and `scripts/x\n-y` `kill 1`\n<!-- example: z --> `kill 2` <!-- example: --> `k 3`\n\n    `kill 4`\n"
    found = [(line, example, command) for line, example, command in spans(text + "`info x` `info`")]
    assert found == [(1, False, "command -v virsh\n"), (1, False, "scripts/x -y\n"), (2, True, "kill 1\n"),
                     (3, False, "kill 2\n"), (6, False, "info x\n")], found
    text = ".Dl no\n.Sh EXAMPLES\n.Dl one\n.Bd x\ntwo \\e\nx\n.Ed\n.\\\" example: y\n.Dl three\n.Dl four\n.Sh A\n.Dl no"
    found = [(line, example, command) for line, example, command in displays(text)]
    assert found == [(3, False, "one\n"), (5, False, "two \\\nx\n"), (9, True, "three\n"),
                     (10, False, "four\n")], found


def put(path, text):
    path.write_text(text)
    path.chmod(0o755)


def built(folder, names):
    """What is no source, of a folder's names."""
    return [name for name in names if name.startswith(("build", ".git"))] if folder == str(SOURCE) else []


def lay_out(folder):
    """The programs that stand first in PATH, and the sources, without what was built in them."""
    (folder / "bin").mkdir()
    libraries = pathlib.Path(LOADER).parents[1]
    text = (SOURCE / "scripts/virtio-crypto-build.in").read_text(encoding="utf-8")
    put(folder / "builder", text.replace("@LIBDIR@", str(libraries)).replace("@SHARE@", str(folder / "share")))
    for tool, text in STANDINS.items():
        put(folder / "bin" / tool, text.replace("@BUILDER@", str(folder / "builder")))
    shutil.copytree(SOURCE, folder / "source", symlinks=True, ignore=built)


def main():
    self_test()
    documents = [path for name in DOCUMENTS for path in (sorted(name.glob("*.[1-8]")) if name.is_dir() else [name])]
    found = [(document, *command) for document in documents for command in commands_of(document)]
    commands = [block for block in found if not block[2]]
    if not QEMU:
        print("1..0 # SKIP no plugin was built")
        return 0
    print(f"1..{len(commands)}")
    failed = not commands
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lay_out(folder)
        with machine(folder) as (meanings, qmp):
            for number, (document, line, _, text) in enumerate(commands, 1):
                try:
                    fault = run(text, meanings, folder, qmp)
                except subprocess.TimeoutExpired:
                    fault = f"it has run for {5 * TIMEOUT} s: {text}"
                print(f"{'not ok' if fault else 'ok'} {number} - {document.name}:{line}: {text.splitlines()[0]}", flush=True)
                for said in (fault or "").splitlines():
                    print(f"# {said}")
                failed = failed or bool(fault)
    return failed


if __name__ == "__main__":
    sys.exit(virsh(sys.argv[2:]) if sys.argv[1:2] == ["virsh"] else main())
