#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""vcrypto-doctor on hosts that are made up, and on this one, as TAP.

Usage: doctor.py DOCTOR FAKE-EMULATOR WRAPPER

The fake is put where QEMU is on a host, which is a folder. The real QEMU and loader are
those of the environment (VCRYPTO_QEMU, VCRYPTO_LOADER), if there are any.
"""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

DOCTOR, FAKE, WRAPPER = sys.argv[1:4]
TIMEOUT = 300 * float(os.environ.get("VCRYPTO_TEST_PATIENCE", "1"))
LIBDIR = "usr/lib/x86_64-linux-gnu"
LOADER = f"{LIBDIR}/qemu/virtio-crypto.so"
QEMU = "usr/bin/qemu-system-x86_64"
BUILDER = "usr/sbin/virtio-crypto-build"
UNIT = "usr/lib/systemd/system/libvirtd.service"
ABOUT = {
    "works": True, "version": "9.8.7", "qemu": {"version": "7.2.22 (Fake)", "build-id": "ab"},
    "algorithms": [
        {"service": "cipher", "name": "aes-cbc", "offered": True, "groups": ["modern", "virtio-builtin"]},
        {"service": "hash", "name": "sha256", "offered": True, "groups": ["modern"]},
        {"service": "mac", "name": "snow3g-uia2", "offered": True}],
    "libraries": [{"name": "OpenSSL", "version": "3.0.1", "used": True}],
    "processor": {"features": ["aes"]},
}


class Host:
    """A folder that is looked at as if it were /: one on which nothing is missing."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.put(LOADER, "")
        self.put(BUILDER, "")
        self.put(UNIT, "[Service]\nLimitMEMLOCK=64M\n")
        self.put_qemu(FAKE)
        self.put_build(self.build_id())
        self.fake = self.prints(ABOUT)

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def put_qemu(self, program, name=QEMU):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        shutil.copy(program, path)

    def put_build(self, name):
        self.build = self.put(f"{LIBDIR}/qemu-virtio-crypto/{name}/virtio-crypto-openssl.so", "")

    def build_id(self):
        """What binutils say: not the reader that is tested."""
        notes = subprocess.run(["readelf", "-n", FAKE], capture_output=True, text=True, check=True,
                               timeout=TIMEOUT, env={**os.environ, "LC_ALL": "C"}).stdout
        return notes.split("Build ID:")[1].split()[0]

    def prints(self, document):
        text = document if isinstance(document, str) else json.dumps(document)
        return f"prints {self.put('document', text)}"

    def ask(self, *arguments):
        """The doctor's status and what it prints."""
        done = subprocess.run(
            [DOCTOR, "--root", str(self.root), "--loader", f"/{LOADER}", *arguments], capture_output=True,
            text=True, timeout=TIMEOUT, check=False, env={**os.environ, "FAKE": self.fake})
        return done.returncode, done.stdout, done.stderr

    def expect(self, status, *words, arguments=()):
        """The same verdict for people, who read @words, and for programs, whose document is returned."""
        got, text, errors = self.ask(*arguments)
        assert (got, errors) == (status, ""), f"{got}: {text}{errors}"
        for word in words:
            assert word in text, f"{word!r} is not in {text}"
        got, text, errors = self.ask("--json", *arguments)
        assert (got, errors) == (status, ""), f"{got}: {text}{errors}"
        document = json.loads(text)
        assert document["status"] == status
        levels = {finding["level"] for finding in document["findings"]}
        assert status == (2 if "error" in levels else 1 if "warning" in levels else 0), levels
        assert levels <= {"note", "warning", "error"}, levels
        assert all(finding["text"] and finding["mend"] for finding in document["findings"])
        return document


def changed(**members):
    return {**ABOUT, **members}


def nothing_is_missing(host):
    document = host.expect(0, "nothing is missing", "3 of 3 algorithms", "snow3g-uia2",
                           "with algorithms=: 2 of modern, 1 of virtio-builtin", "64 MiB libvirtd.service",
                           "QEMU 7.2.22 (Fake)", host.build_id(), "processor: aes")
    emulator, = document["emulators"]
    assert emulator["build-id"] == host.build_id() and emulator["about"] == ABOUT
    assert emulator["build"].endswith(f"/{host.build_id()}/virtio-crypto-openssl.so")
    assert document["other-builds"] == []


def no_qemu(host):
    (host.root / QEMU).unlink()
    host.expect(2, "there is no QEMU", "apt-get install qemu-system-x86")


def no_loader(host):
    (host.root / LOADER).unlink()
    document = host.expect(2, "the loader is missing", "qemu-virtio-crypto")
    assert document["loader"] is None


def no_build(host):
    host.build.unlink()
    document = host.expect(2, "no build for /usr/bin/qemu-system-x86_64", "virtio-crypto-build")
    assert document["emulators"][0]["build"] is None


def no_builder(host):
    """A command that is not there is no help."""
    (host.root / BUILDER).unlink()
    anew = ", and run as root: virtio-crypto-build --force"
    host.fake = host.prints({"works": False, "error": "the library is broken"})
    host.expect(2, f"apt-get install qemu-virtio-crypto-builder{anew}")
    host.fake = host.prints(changed(libraries=[{"name": "libgcrypt", "used": False, "reason": "the build lacks it"}]))
    host.expect(1, f"apt-get install qemu-virtio-crypto-builder libgcrypt20-dev{anew}")
    host.build.unlink()
    # Its package makes the plugin when it is installed.
    host.expect(2, "mend it: apt-get install qemu-virtio-crypto-builder\n")
    host.put(BUILDER, "")
    host.expect(2, "mend it: run as root: virtio-crypto-build\n")


def builds_of_others(host):
    host.put_build("0123456789abcdef")
    document = host.expect(0, "builds for other QEMUs: 0123456789abcdef")
    assert document["other-builds"] == ["0123456789abcdef"]


def files_that_are_no_qemu(host):
    path = host.root / QEMU
    whole = path.read_bytes()
    for content in (b"", b"\x7fELF", whole[:64], whole[:200], whole[:5] + b"\x02" + whole[6:],
                    b"\x7fELF\x02\x01" + b"\xff" * 500):
        path.write_bytes(content)
        host.expect(2, "/usr/bin/qemu-system-x86_64")
    path.unlink()
    path.mkdir()
    host.expect(2, "cannot be read")
    path.rmdir()
    path.symlink_to("qemu-system-x86_64")
    host.expect(2, "cannot be read")


def without_a_build_id(host):
    path = host.root / QEMU
    path.write_bytes(path.read_bytes().replace(b"GNU\0" + bytes.fromhex(host.build_id()), bytes(24)))
    host.expect(2, "has no build-id")


def it_says_why_not(host):
    host.fake = "says virtio-crypto: /x.so cannot be loaded: libIPSec_MB.so.1: cannot open shared object file: No"
    host.expect(2, "does not start", "/x.so cannot be loaded", "apt-get install libipsec-mb1")
    host.fake = "says virtio-crypto: something else"
    host.expect(2, "something else", "virtio-crypto-build --force")


def it_does_not_work(host):
    host.fake = host.prints({"works": False, "error": "the library is broken"})
    host.expect(2, "the library is broken")


def it_prints_nonsense(host):
    for text in ("", "nonsense", "[1]", "{", '{"works": 1}', '{"works": true}', '{"works": true, "algorithms": 5}',
                 '{"works": true, "algorithms": [1], "libraries": []}'):
        host.fake = host.prints(text)
        host.expect(2, "printed no document")


def it_crashes(host):
    host.fake = "crashes"
    host.expect(2, "ended with signal 9")


def it_floods(host):
    host.fake = "floods"
    host.expect(2, "ended with signal")


def it_hangs(host):
    host.fake = "hangs"
    host.expect(2, "did not end within 0.5 s", arguments=["--timeout", "0.5"])
    # No process is left of it, its child included.
    mine = os.fsencode(host.root / QEMU)
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            assert not (entry / "cmdline").read_bytes().startswith(mine), entry


def it_cannot_be_run(host):
    (host.root / QEMU).chmod(0o644)
    host.expect(2, "Permission denied")


def a_script(host):
    """As Debian 12's qemu-system-i386 is one."""
    host.put("usr/bin/qemu-system-i386", f'#!/bin/sh\nexec {host.root / QEMU} "$@"\n').chmod(0o755)
    document = host.expect(0, "/usr/bin/qemu-system-i386: QEMU 7.2.22 (Fake), build-id ab")
    assert document["emulators"][1]["build-id"] == "ab"


def what_becomes_qemu(host):
    """qemu-system-x86_64-virtio-crypto has a build-id, and is no QEMU."""
    host.put("emulator.conf", f"emulator = {host.root / QEMU}\n")
    os.environ["VIRTIO_CRYPTO_CONFIG"] = str(host.root / "emulator.conf")
    host.put_qemu(WRAPPER, "usr/bin/wrapper")
    document = host.expect(0, "/usr/bin/wrapper: QEMU 7.2.22 (Fake), build-id ab",
                           arguments=["--emulator", "/usr/bin/wrapper"])
    assert document["emulators"][0]["build-id"] == "ab"


def the_other_emulator(host):
    """Perhaps no machine of it is ever wanted."""
    host.put("usr/bin/qemu-system-i386", "\x7fELF")
    host.expect(0, "/usr/bin/qemu-system-i386 cannot be read")
    host.expect(2, arguments=["--emulator", "/usr/bin/qemu-system-i386"])
    host.expect(0, arguments=["--emulator", f"/{QEMU}"])


def a_library_is_missing(host):
    reason = "the build lacks it"
    host.fake = host.prints(changed(
        libraries=[{"name": "libipsec-mb", "used": False, "reason": reason}],
        algorithms=[{"service": "mac", "name": "zuc-eia3", "offered": False, "reason": reason}]))
    host.expect(1, f"libipsec-mb is not used: {reason}", "apt-get install libipsec-mb-dev, and run as root: virtio-crypto-build --force",
                "0 of 1 algorithms")


def an_algorithm_is_missing(host):
    host.fake = host.prints(changed(algorithms=[
        {"service": "cipher", "name": "arc4", "offered": False, "reason": "there is no legacy provider"}]))
    host.expect(1, "not offered: arc4: there is no legacy provider", "openssl-provider-legacy")


def keys_that_are_not_locked(host):
    host.put("etc/systemd/system/libvirtd.service.d/limit.conf", "[Service]\nLimitMEMLOCK = 64K:infinity\n")
    document = host.expect(1, "64 KiB", "LimitMEMLOCK=64M")
    assert document["locked-memory"]["libvirtd.service"] == 65536
    # What systemd does not understand, it leaves out.
    host.put("etc/systemd/system/libvirtd.service.d/more.conf", "LimitMEMLOCK=much\nLimitMEMLOCK=infinity\nno line")
    document = host.expect(0, "any number libvirtd.service")
    assert document["locked-memory"]["libvirtd.service"] is None


def files_that_libvirt_cannot_read(host):
    host.build.chmod(0o640)
    host.expect(1, "virtio-crypto-openssl.so is not open to other users", "chmod o+r")
    host.build.chmod(0o644)
    (host.root / "usr/lib").chmod(0o750)
    host.expect(1, "/usr/lib is not open to other users", "chmod o+x /usr/lib")


def apparmor(host):
    host.put("sys/module/apparmor/parameters/enabled", "Y\n")
    host.expect(0)
    shutil.copytree(host.root / LIBDIR, host.root / "opt/lib")
    elsewhere = ["--loader", "/opt/lib/qemu/virtio-crypto.so"]
    host.expect(1, "AppArmor", '"/opt/lib/** mr,"', arguments=elsewhere)
    host.put("etc/apparmor.d/local/abstractions/libvirt-qemu", "/opt/lib/** mr,\n")
    host.expect(0, arguments=elsewhere)


def mistakes(host):
    """3, as 2 would mean a broken host; one line that says what to do."""
    for arguments in (["--jsn"], ["--js"], ["--timeout", "0"], ["--timeout", "x"], ["--timeout", "nan"],
                      ["--root", "x"], ["more"], ["--emulator", "qemu"]):
        status, text, errors = host.ask(*arguments)
        assert (status, text) == (3, ""), (arguments, status, text)
        assert errors.count("\n") == 1 and "--help" in errors, errors
    for argument in "--help", "--version":
        status, text, errors = host.ask(argument)
        assert (status, errors) == (0, "") and "vcrypto-doctor" in text, text


def nobody_listens(host):
    """Whoever reads has ended, or has no room; either is no verdict, and no traceback."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run([DOCTOR, "--root", str(host.root)], stdout=writer, stderr=subprocess.PIPE, text=True,
                              timeout=TIMEOUT, check=False)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (3, ""), done
    limit = f"ulimit -f 0; trap '' XFSZ; exec {DOCTOR} --root {host.root} > {host.root}/out"
    done = subprocess.run(["bash", "-c", limit], stderr=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False,
                          env={**os.environ, "FAKE": host.fake})
    assert done.returncode == 3 and done.stderr.startswith("vcrypto-doctor: "), done
    assert "Traceback" not in done.stderr, done


def this_host(_host):
    qemu, loader = os.environ["VCRYPTO_QEMU"], os.environ["VCRYPTO_LOADER"]
    done = subprocess.run([DOCTOR, "--json", "--loader", loader, "--emulator", qemu], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False)
    document = json.loads(done.stdout)
    # Where the sources lie, and how much may be locked, is this machine's matter.
    assert done.returncode == document["status"] in (0, 1) and done.stderr == "", done
    emulator, = document["emulators"]
    assert pathlib.Path(emulator["build"]).is_file()
    assert any(a["name"] == "aes-cbc" and a["offered"] and a["groups"] == ["modern", "virtio-builtin"]
               for a in emulator["about"]["algorithms"])


CASES = (
    nothing_is_missing, no_qemu, no_loader, no_build, no_builder, builds_of_others, files_that_are_no_qemu,
    without_a_build_id, it_says_why_not, it_does_not_work, it_prints_nonsense, it_crashes, it_floods, it_hangs,
    it_cannot_be_run, a_script, what_becomes_qemu, the_other_emulator, a_library_is_missing, an_algorithm_is_missing,
    keys_that_are_not_locked, files_that_libvirt_cannot_read, apparmor, mistakes, nobody_listens, this_host)


def main():
    failed = False
    print(f"1..{len(CASES)}")
    for number, case in enumerate(CASES, 1):
        name = case.__name__
        if case is this_host and not os.environ.get("VCRYPTO_QEMU"):
            print(f"ok {number} - {name} # SKIP no plugin is built")
            continue
        with tempfile.TemporaryDirectory() as root:
            os.chmod(root, 0o755)
            try:
                case(Host(root))
            except (AssertionError, KeyError, OSError, ValueError, subprocess.SubprocessError) as error:
                failed = True
                print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "))
                print(f"not ok {number} - {name}", flush=True)
            else:
                print(f"ok {number} - {name}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
