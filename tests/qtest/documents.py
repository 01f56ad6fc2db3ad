#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the commands of documents for operators, as TAP.

Usage: documents.py DOCTOR DOCUMENT...

Each indented block is a command, or several, unless `<!-- example: WHY -->` stands before it, or it is a document's first
line: README's begins with the two commands that continuous integration runs.
It runs beside a machine with the device, in which words stand for what docs/operators.md says
they do. `virsh` is a stand-in that hands QMP on as libvirt does, and vcrypto-doctor looks at
this build. QEMU and the loader are those of the environment (VCRYPTO_QEMU, VCRYPTO_LOADER).
"""
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile

TIMEOUT = 120 * float(os.environ.get("VCRYPTO_TEST_PATIENCE", "1"))
QEMU, LOADER = os.environ.get("VCRYPTO_QEMU", ""), os.environ.get("VCRYPTO_LOADER", "")
DOCTOR, DOCUMENTS = sys.argv[1], [pathlib.Path(name) for name in sys.argv[2:]]
EXAMPLE = re.compile(r"<!-- example: \S.* -->")
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
}


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
        yield {"PATH": LOADER, "DOMAIN": "crypto", "PID": str(pid), "TID": str(threads[0])}, path
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def run(text, meanings, folder, qmp):
    """Run a block; returns what is wrong, or None."""
    text = re.sub(rf"\b({'|'.join(meanings)})\b", lambda word: meanings[word[0]], text)
    # Meson lets the linker find what a test depends on, as no operator's environment does.
    environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    environment.update(PATH=f"{folder / 'bin'}:{environment['PATH']}", QMP=qmp)
    # Of a pipe every part counts.
    done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", text], cwd=folder, env=environment, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=TIMEOUT)
    if done.returncode != 0 or not (done.stdout.strip() or "kill " in text):
        return f"exit status {done.returncode}: {text}{done.stdout}"
    return None


def self_test():
    """That nothing is passed over: what a document may look like."""
    text = "a\n\n    one\n\n    two\n\nb\n\n<!-- example: x -->\n\n    three\n\nc\n    no block\n\n<!-- example: -->\n\n    four"
    found = [(example, block) for _, example, block in blocks(text)]
    assert found == [(False, "one\n\ntwo\n"), (True, "three\n"), (False, "four\n")], found


def main():
    self_test()
    found = [(document, *block) for document in DOCUMENTS
             for block in blocks(document.read_text(encoding="utf-8"))]
    commands = [block for block in found if not block[2]]
    if not QEMU:
        print("1..0 # SKIP no plugin was built")
        return 0
    print(f"1..{len(commands)}")
    failed = not commands
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "bin").mkdir()
        for tool, text in STANDINS.items():
            (folder / "bin" / tool).write_text(text)
            (folder / "bin" / tool).chmod(0o755)
        with machine(folder) as (meanings, qmp):
            for number, (document, line, _, text) in enumerate(commands, 1):
                try:
                    fault = run(text, meanings, folder, qmp)
                except subprocess.TimeoutExpired:
                    fault = f"it has run for {TIMEOUT} s: {text}"
                print(f"{'not ok' if fault else 'ok'} {number} - {document.name}:{line}", flush=True)
                for said in (fault or "").splitlines():
                    print(f"# {said}")
                failed = failed or bool(fault)
    return failed


if __name__ == "__main__":
    sys.exit(virsh(sys.argv[2:]) if sys.argv[1:2] == ["virsh"] else main())
