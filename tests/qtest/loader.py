#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The loader in every place that it may find itself in, as TAP.

Usage: loader.py SOURCE-ROOT BUILD-ROOT BUILD-ID HOST CLOSED-HOST

QEMU, the loader and the plugin are those of the environment (VCRYPTO_QEMU, VCRYPTO_LOADER,
VCRYPTO_PLUGIN). BUILD-ID is that of the QEMU that the plugin was built for. HOST and
CLOSED-HOST are programs that load plugins as QEMU does: see loader-host.c.
"""
import contextlib
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback

TIMEOUT = 120 * float(os.environ.get("VCRYPTO_TEST_PATIENCE", "1"))
QEMU = os.environ.get("VCRYPTO_QEMU", "")
LOADER = pathlib.Path(os.environ.get("VCRYPTO_LOADER", ""))
PLUGIN = pathlib.Path(os.environ.get("VCRYPTO_PLUGIN", ""))
PLUGIN_NAME = "virtio-crypto-openssl.so"
BUILDS = "qemu-virtio-crypto"
NO_DEVICE = "'no-such-device' is not a valid device model name"
WE_SAY = "virtio-crypto: "
MEND = "run as root: virtio-crypto-build"
NOBODY = 65534

SOURCE = BUILD = ""
BUILD_ID = ""
HOST = CLOSED_HOST = ""


class Failed(Exception):
    """What a check says that did not hold."""


def check(holds, text):
    """Fail the test that runs with @text unless @holds."""
    if not holds:
        raise Failed(text)


@contextlib.contextmanager
def folder():
    """A folder that anybody may enter, and that is gone afterwards."""
    # Not below /dev/shm or what TMPDIR may be on: it must be executable.
    with tempfile.TemporaryDirectory(prefix="vcrypto-loader-", dir="/var/tmp") as name:
        os.chmod(name, 0o755)
        yield pathlib.Path(name).resolve()


def put(source, target):
    """Copy a file to @target, with folders as needed; returns @target."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
    target.chmod(0o755)
    return target


def place(lib, build_id=None):
    """Where below @lib the plugin for @build_id lies."""
    return lib / BUILDS / (build_id or BUILD_ID) / PLUGIN_NAME


def lay_out(lib, *build_ids):
    """An installation in @lib: the loader, and the plugin for each of @build_ids. Returns the loader."""
    for build_id in build_ids:
        put(PLUGIN, place(lib, build_id))
    return put(LOADER, lib / "qemu" / LOADER.name)


def run(argv, **options):
    """Run @argv to its end; returns its exit status and what it printed."""
    options = {"stderr": subprocess.STDOUT, "timeout": TIMEOUT, **options}
    result = subprocess.run([str(word) for word in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            check=False, text=True, **options)
    return result.returncode, result.stdout


def qemu(plugins, *more, machine="none", program=None, before=(), **options):
    """Run QEMU with "-plugin" for each of @plugins, up to a device that it does not know."""
    argv = [*before, program or QEMU, "-machine", machine, "-accel", "tcg", "-display", "none", "-nodefaults"]
    for plugin in plugins:
        argv += ["-plugin", plugin]
    return run([*argv, *more, "-device", "no-such-device"], **options)


def started(result):
    """Check that QEMU got as far as the device that it does not know, and return what it printed."""
    status, output = result
    check(status == 1 and NO_DEVICE in output, f"it did not start: {status}, {output!r}")
    return output


def refused(result, *texts):
    """Check for one line of ours with @texts, and exit status 1."""
    status, output = result
    check(status == 1 and output.count("\n") == 1 and output.endswith("\n"),
          f"not one line and exit status 1: {status}, {output!r}")
    check(output.startswith("virtio-crypto"), f"not our line: {output!r}")
    for text in texts:
        check(str(text) in output, f"{str(text)!r} is not in {output!r}")


def changed(source, target, old, new):
    """A copy of @source with the bytes @old replaced by as many others."""
    data = source.read_bytes()
    check(old in data and len(old) == len(new), f"{old!r} is not in {source}")
    put(source, target).write_bytes(data.replace(old, new))
    return target


# ---- what it loads

def options_pass():
    status, output = run([QEMU, "-machine", "none", "-display", "none", "-plugin", f"{LOADER},help=on"])
    check(status == 0 and "max-sessions" in output, f"{status}, {output!r}")
    started(qemu([f"{LOADER},backend=c0,queues=2"], "-device", "virtio-crypto-pci,cryptodev=c0", machine="q35"))
    refused(qemu([f"{LOADER},backend=c0,queues=0"]), "queues=0 is out of range")
    started(qemu([f"{LOADER},fallback=builtin,backend=c0"]))
    started(qemu([f"{LOADER},backend=c0,fallback=builtin"]))


def builds_side_by_side():
    with folder() as lib:
        loader = lay_out(lib, "00" * 20, BUILD_ID, "ff" * 20)
        for other in ("00" * 20, "ff" * 20):
            place(lib, other).write_bytes(b"of another QEMU")
        started(qemu([f"{loader},backend=c0"]))


def found_through_links():
    with folder() as lib, folder() as elsewhere:
        link = elsewhere / "crypto.so"
        link.symlink_to(lay_out(lib, BUILD_ID))
        started(qemu([f"{link},backend=c0"]))
        started(qemu(["./crypto.so,backend=c0"], cwd=elsewhere))


def executable_is_gone():
    with folder() as lib:
        copy = put(real_qemu(), lib / "qemu-system-x86_64")
        program = os.open(copy, os.O_RDONLY)
        copy.unlink()
        try:
            # A QEMU that is not where it was installed must be told where its modules are.
            modules, = {path.parent for path in pathlib.Path("/usr/lib").glob("*/qemu/*.so")}
            started(qemu([f"{LOADER},backend=c0"], program=f"/proc/self/fd/{program}", pass_fds=[program],
                         env={**os.environ, "QEMU_MODULE_DIR": str(modules)}))
        finally:
            os.close(program)


def real_qemu():
    """The executable, where VCRYPTO_QEMU is a script that starts it."""
    for line in pathlib.Path(QEMU).read_bytes().splitlines():
        if line.startswith(b"\x7fELF"):
            break
        for word in line.decode(errors="replace").split():
            if word.startswith("/") and "qemu-system" in word:
                return word
    return QEMU


# ---- given twice

def by_two_paths():
    with folder() as lib:
        loader = lay_out(lib, BUILD_ID)
        other = f"{loader.parent}/../qemu/{loader.name}"
        link = lib / "link.so"
        link.symlink_to(loader)
        started(qemu([f"{loader},backend=c0", f"{other},backend=c1", f"{link},backend=c2"], "-device",
                     "virtio-crypto-pci,cryptodev=c0", "-device", "virtio-crypto-pci,cryptodev=c2", machine="q35"))
        refused(qemu([f"{loader},backend=c0", f"{other},backend=c0"]), "c0: another object has this name; ")


def two_loaders_one_plugin():
    with folder() as lib:
        loader = lay_out(lib, BUILD_ID)
        copy = put(loader, lib / "copies" / "virtio-crypto.so")
        started(qemu([f"{loader},backend=c0", f"{copy},backend=c1"]))


def loader_and_plugin():
    with folder() as lib:
        loader = lay_out(lib, BUILD_ID)
        for first, second in ((loader, place(lib)), (place(lib), loader)):
            started(qemu([f"{first},backend=c0", f"{second},backend=c1"]))


def two_plugins():
    with folder() as lib, folder() as other:
        loader = lay_out(lib, BUILD_ID)
        lay_out(other, BUILD_ID)
        for second in (other / "qemu" / loader.name, place(other)):
            for pair in ((loader, second), (second, loader)):
                refused(qemu([f"{pair[0]},backend=c0", f"{pair[1]},backend=c1"]), "another copy of this plugin")


# ---- no build

def no_build():
    version = run([QEMU, "--version"])[1].splitlines()[0].removeprefix("QEMU emulator version ")
    with folder() as lib:
        loader = lay_out(lib)
        expected = [WE_SAY, loader, version, BUILD_ID, lib / BUILDS, MEND]
        refused(qemu([f"{loader},backend=c0"]), *expected)
        refused(qemu([f"{loader},help=on"]), *expected)
        lay_out(lib, "00" * 20)
        refused(qemu([f"{loader},backend=c0"]), *expected)
        place(lib).parent.mkdir()
        refused(qemu([f"{loader},backend=c0"]), *expected)
        place(lib).symlink_to("nothing")
        refused(qemu([f"{loader},backend=c0"]), *expected)


def comma_in_the_path():
    with folder() as lib:
        loader = lay_out(lib / "a,b,,c")
        refused(qemu([f"{loader},backend=c0".replace("a,b,,c", "a,,b,,,,c")]), loader, MEND)


def fall_back():
    with folder() as lib:
        loader = lay_out(lib)
        output = started(qemu([f"{loader},fallback=builtin,backend=c0,queues=4,backend=c1"], "-device",
                              "virtio-crypto-pci,cryptodev=c0", "-device", "virtio-crypto-pci,cryptodev=c1",
                              machine="q35"))
        lines = [line for line in output.splitlines() if WE_SAY in line]
        check(len(lines) == 2 and str(loader) in lines[0] and BUILD_ID in lines[0] and MEND in lines[0] and
              lines[1].endswith(" c0, c1"), f"not the two lines: {output!r}")
        # With replace=builtin there is one of QEMU's already.
        started(qemu([f"{loader},fallback=builtin,backend=c0,replace=builtin,queues=4"], "-object",
                     "cryptodev-backend-builtin,id=c0", "-device", "virtio-crypto-pci,cryptodev=c0", machine="q35"))
        # Any other value means that there is none, or nothing.
        for value in ("none", "builtinx", ""):
            started(qemu([f"{loader},fallback=builtin,backend=c0,queues=4,replace={value}"], "-device",
                         "virtio-crypto-pci,cryptodev=c0", machine="q35"))
        # Two loaders without a build are as one.
        copy = put(loader, lib / "copies" / "virtio-crypto.so")
        started(qemu([f"{loader},fallback=builtin,backend=c0", f"{copy},fallback=builtin,backend=c1"]))


def wrong_fallbacks():
    with folder() as lib:
        for loader in (LOADER, lay_out(lib)):
            refused(qemu([f"{loader},fallback=lkcf,backend=c0"]), "write fallback=builtin")
            refused(qemu([f"{loader},fallback=builtin,fallback=builtin,backend=c0"]), "fallback= is given twice")
            refused(qemu([f"{loader},fallback=builtin"]), "no backend= was given")
        refused(qemu([f"{loader},fallback=builtin,help=on"]), MEND)
        refused(qemu([f"{loader},fallback=builtin,backend=c0,backend=c0"]), "c0: QEMU's own backend cannot be made: ")
        refused(qemu([f"{loader},fallback=builtin,backend=" + "c" * 300]), "is too long")
        refused(qemu([f"{loader},fallback=builtin,backend=c0,,queues=9"]), "cannot be made: ")


# ---- builds that cannot be loaded

def does_not_load():
    with folder() as lib:
        loader = lay_out(lib)
        for old, new, text in (
                (b"libcrypto.so.3\0", b"libmissin.so.9\0", "libmissin.so.9: cannot open shared object file"),
                (b"virtio_notify_config\0", b"virtio_notify_confix\0", "virtio_notify_confix"),
                (b"qemu_plugin_install\0", b"qemu_plugin_instill\0", "is no plugin of QEMU's")):
            changed(PLUGIN, place(lib), old, new)
            refused(qemu([f"{loader},backend=c0"]), WE_SAY, place(lib), text, MEND)
            output = started(qemu([f"{loader},fallback=builtin,backend=c0"]))
            check(text in output, f"{text!r} is not in {output!r}")


def of_another_qemu():
    with folder() as lib:
        loader = lay_out(lib)
        other = "".join("0" if digit != "0" else "1" for digit in BUILD_ID)
        changed(PLUGIN, place(lib), BUILD_ID.encode(), other.encode())
        refused(qemu([f"{loader},backend=c0"]), "for another build", other)


def no_plugin_at_all(target):
    """What may lie in a plugin's place."""
    yield lambda: target.write_bytes(b""), "file too short"
    yield lambda: target.write_bytes(b"\x7fELF" + bytes(60)), "cannot be loaded"
    yield target.mkdir, "is no file"
    yield lambda: os.mkfifo(target, 0o600), "is no file"
    yield lambda: target.symlink_to(target), "Too many levels of symbolic links"


def hostile_layouts():
    with folder() as lib:
        loader = lay_out(lib)
        target = place(lib)
        for make, text in no_plugin_at_all(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            make()
            refused(qemu([f"{loader},backend=c0"]), WE_SAY, target, text, MEND)
            shutil.rmtree(target.parent)
        target.parent.write_text("no folder")
        refused(qemu([f"{loader},backend=c0"]), target, "Not a directory", MEND)
        shutil.rmtree(lib / BUILDS)
        (lib / BUILDS).write_text("no folder")
        refused(qemu([f"{loader},backend=c0"]), "Not a directory", MEND)


def others_may_write():
    with folder() as lib:
        loader = lay_out(lib, BUILD_ID)
        for path in (lib / BUILDS, place(lib).parent, place(lib)):
            path.chmod(0o777)
            refused(qemu([f"{loader},backend=c0"]), f"{path} may be written by everybody", f"chmod o-w {path}")
            path.chmod(0o775)
        started(qemu([f"{loader},backend=c0"]))


def may_not_be_read():
    # Root may read everything; libvirt has QEMU run as another user as well.
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    with folder() as lib:
        loader = lay_out(lib, BUILD_ID)
        program = real_qemu()
        for path, mode in ((lib / BUILDS, 0o000), (place(lib).parent, 0o000), (place(lib), 0o000)):
            before = path.stat().st_mode
            path.chmod(mode)
            try:
                refused(qemu([f"{loader},backend=c0"], program=program, before=drop), place(lib).relative_to(lib).parts[0],
                        "Permission denied")
                output = started(qemu([f"{loader},fallback=builtin,backend=c0"], program=program, before=drop))
                check("Permission denied" in output, output)
            finally:
                path.chmod(before)


# ---- other executables

def host(program, loader, low, high, *arguments):
    """Run one of the programs of loader-host.c."""
    return run([program, loader, low, high, *arguments])


def versions_to_come():
    with folder() as lib:
        loader = lay_out(lib)
        for low, high in ((0, 1), (2, 4), (7, 7), (40, 99)):
            refused(host(HOST, loader, low, high, "backend=c0"), WE_SAY, loader, "99.1.2 (a host for the loader)", MEND)
        # Without QEMU's functions there is nobody to ask, nor to make a backend.
        refused(host(CLOSED_HOST, loader, 2, 4, "backend=c0"), WE_SAY, loader, "99.1.2 (a host for the loader)")
        refused(host(CLOSED_HOST, loader, 2, 4, "fallback=builtin", "backend=c0"), WE_SAY, loader)
        refused(host(HOST, loader, 2, 4, "fallback=builtin", "backend=c0"), "cannot be told to make a backend")


class Notes:
    """An executable's program headers of notes, for being broken. 64 bits, little endian."""

    def __init__(self, path):
        self.data = bytearray(pathlib.Path(path).read_bytes())
        (table,) = struct.unpack_from("<Q", self.data, 32)
        size, count = struct.unpack_from("<HH", self.data, 54)
        self.headers = [at for at in range(table, table + size * count, size)
                        if struct.unpack_from("<I", self.data, at)[0] == 4]
        self.notes = [self.build_id(at) for at in self.headers]

    def build_id(self, header):
        """Where the note with the build-id is, of those that @header has; None if it is not there."""
        offset, size = struct.unpack_from("<Q", self.data, header + 8)[0], struct.unpack_from("<Q", self.data, header + 32)[0]
        at = self.data.find(b"\x03\0\0\0GNU\0", offset, offset + size)
        return at - 8 if at >= 0 else None

    def each(self, change):
        """Apply @change to the headers' and notes' offsets; returns self."""
        for header, note in zip(self.headers, self.notes):
            if note is not None:
                change(self.data, header, note)
        return self

    def id(self):
        """The build-id as it stands there."""
        note = next(note for note in self.notes if note is not None)
        return self.data[note + 16:note + 16 + struct.unpack_from("<I", self.data, note + 4)[0]].hex()


def write(form, where):
    """A change that packs @value to @where(header, note)."""
    def change_of(value):
        return lambda data, header, note: struct.pack_into(form, data, where(header, note), value)
    return change_of


BROKEN_NOTES = {
    "no notes": write("<I", lambda header, note: header)(0),
    "far away": write("<Q", lambda header, note: header + 16)(1 << 40),
    "just behind": write("<Q", lambda header, note: header + 16)(1 << 63),
    "huge": write("<Q", lambda header, note: header + 32)((1 << 64) - 8),
    "long name": write("<I", lambda header, note: note)(0xffffffff),
    "name of 2 GiB": write("<I", lambda header, note: note)(0x7ffffffd),
    "long id": write("<I", lambda header, note: note + 4)(0xffffffff),
    "id of 2 GiB": write("<I", lambda header, note: note + 4)(0x7fffffff),
    "notes that end in the id": write("<Q", lambda header, note: header + 32)(24),
    "no id": write("<I", lambda header, note: note + 4)(0),
    "another's": write("<I", lambda header, note: note + 12)(0x00554e58),
    "another kind": write("<I", lambda header, note: note + 8)(99),
}


def id_of_1000_bytes(data, header, note):
    """A change that makes a note of all that follows in memory, too."""
    struct.pack_into("<I", data, note + 4, 1000)
    struct.pack_into("<Q", data, header + 32, note - struct.unpack_from("<Q", data, header + 8)[0] + 16 + 1000)


def broken_notes():
    with folder() as lib:
        loader = lay_out(lib)
        whole = Notes(HOST)
        check(any(note is not None for note in whole.notes), "the host has no build-id")
        refused(host(HOST, loader, 2, 4, "backend=c0"), whole.id(), MEND)
        changes = {**BROKEN_NOTES, "id of 1000 bytes": id_of_1000_bytes}
        for name, change in changes.items():
            program = put(HOST, lib / name.replace(" ", "-").replace("'", ""))
            program.write_bytes(Notes(HOST).each(change).data)
            try:
                refused(host(program, loader, 2, 4, "backend=c0"), "has no build-id", loader)
            except Failed as error:
                raise Failed(f"{name}: {error}") from error


def other_emulator():
    program = i386()
    with folder() as lib:
        loader = lay_out(lib, BUILD_ID)
        refused(qemu([f"{loader},backend=c0"], program=program), Notes(program).id(), MEND)
        started(qemu([f"{loader},fallback=builtin,backend=c0"], "-device", "virtio-crypto-pci,cryptodev=c0",
                     machine="q35", program=program))
        # The plugin for x86_64 in its place knows better.
        put(PLUGIN, place(lib, Notes(program).id()))
        refused(qemu([f"{loader},backend=c0"], program=program), "for another build")


def two_emulators():
    program = i386()
    build = pathlib.Path(BUILD) / "i386"
    status, output = run([SOURCE + "/scripts/qemu-headers"], env={**os.environ, "QEMU": program},
                         timeout=10 * TIMEOUT, stderr=subprocess.PIPE)
    check(status == 0, "qemu-headers failed: run it with QEMU=qemu-system-i386")
    headers = output.strip()
    configured_for = build / "configured-for"
    if not configured_for.exists() or configured_for.read_text() != headers:
        shutil.rmtree(build, ignore_errors=True)
        made(["meson", "setup", build, SOURCE, "-Dwhole_program=false", f"-Dqemu_headers={headers}"])
        configured_for.write_text(headers)
    made(["ninja", "-C", build, PLUGIN_NAME])
    with folder() as lib:
        loader = lay_out(lib, BUILD_ID)
        put(build / PLUGIN_NAME, place(lib, Notes(program).id()))
        for emulator in (QEMU, program):
            started(qemu([f"{loader},backend=c0,queues=2"], "-device", "virtio-crypto-pci,cryptodev=c0", machine="q35",
                         program=emulator))


def made(argv):
    """Run what makes something, and fail with what it printed."""
    status, output = run(argv, timeout=10 * TIMEOUT)
    check(status == 0, output)


def i386():
    """The emulator of 32-bit machines that is beside the one that is tested."""
    # In Debian 12 the one in bin is a script that starts Xen's for some.
    for path in ("/usr/libexec/qemu-system-i386", str(pathlib.Path(real_qemu()).with_name("qemu-system-i386"))):
        if os.path.exists(path):
            return path
    raise Failed("there is no qemu-system-i386")


# ---- the files

def needs_libc_only():
    output = run(["readelf", "-d", LOADER])[1]
    needed = [line.split("[")[1].rstrip("]") for line in output.splitlines() if "(NEEDED)" in line]
    check(all(name.startswith(("libc.so", "ld-linux", "libasan", "libubsan", "libtsan")) for name in needed) and
          needed, f"{needed}")


def install(destination):
    """Install what was built below @destination; returns the loader and the plugin."""
    status, output = run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", destination], cwd=SOURCE)
    check(status == 0, output)
    loader, = destination.rglob("qemu/virtio-crypto.so")
    plugin, = destination.rglob(f"{BUILDS}/{BUILD_ID}/{PLUGIN_NAME}")
    return loader, plugin


def installed():
    with folder() as destination:
        files = install(destination)
        check([path.name for path in files[1].parent.parent.iterdir()] == [BUILD_ID], "more than one build")
        started(qemu([f"{files[0]},backend=c0"]))
        # What a machine has loaded must stay as it is: another file takes its place.
        for path in files:
            path.write_bytes(b"the version before")
            os.utime(path, (0, 0))
        with contextlib.ExitStack() as stack:
            before = [stack.enter_context(path.open("rb")) for path in files]
            check(install(destination) == files, "installed elsewhere")
            for file, path in zip(before, files):
                check(file.read() == b"the version before", f"{path} was overwritten in place")
                check(os.fstat(file.fileno()).st_ino != path.stat().st_ino, f"{path} is the file that it was")
        started(qemu([f"{files[0]},backend=c0"]))


TESTS = [
    ("options pass through to the plugin", options_pass),
    ("builds lie side by side", builds_side_by_side),
    ("builds are found through links", found_through_links),
    ("an executable that is gone", executable_is_gone),
    ("one loader by several paths", by_two_paths),
    ("two loaders of one plugin", two_loaders_one_plugin),
    ("a loader and its plugin", loader_and_plugin),
    ("two plugins", two_plugins),
    ("no build", no_build),
    ("a path with commas", comma_in_the_path),
    ("fallback=builtin", fall_back),
    ("mistakes with fallback=", wrong_fallbacks),
    ("a build that does not load", does_not_load),
    ("a build for another QEMU", of_another_qemu),
    ("hostile layouts", hostile_layouts),
    ("folders that others may write", others_may_write),
    ("folders that may not be read", may_not_be_read),
    ("versions of the plugin interface that are to come", versions_to_come),
    ("broken notes", broken_notes),
    ("an emulator without a build", other_emulator),
    ("two emulators with a build each", two_emulators),
    ("the loader needs libc only", needs_libc_only),
    ("what is installed", installed),
]


def main():
    global SOURCE, BUILD, BUILD_ID, HOST, CLOSED_HOST
    if not PLUGIN.name:
        print("1..0 # SKIP no plugin was built")
        return 0
    SOURCE, BUILD = (os.path.realpath(path) for path in sys.argv[1:3])
    BUILD_ID = sys.argv[3]
    HOST, CLOSED_HOST = (os.path.realpath(path) for path in sys.argv[4:6])
    chosen = [test for test in TESTS if len(sys.argv) < 7 or sys.argv[6] in test[0]]
    print(f"1..{len(chosen)}", flush=True)
    failures = 0
    for number, (name, test) in enumerate(chosen, 1):
        problem = None
        try:
            test()
        except (Failed, subprocess.TimeoutExpired) as error:
            problem = str(error)
        except Exception:  # pylint: disable=broad-except
            problem = traceback.format_exc()
        failures += problem is not None
        print(f"{'not ok' if problem else 'ok'} {number} - {name}", flush=True)
        for line in (problem or "").splitlines():
            print(f"# {line}", flush=True)
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
