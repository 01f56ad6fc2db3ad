#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Until when scripts/guest-kernel and scripts/guest-programs use what they have fetched, as TAP.

Usage: kept.py SOURCE-ROOT

The scripts run with a cache of their own. The archive is an apt-get and an apt-cache that stand first in PATH: they have
one kernel, made here, and write down what is downloaded. Nothing is fetched or installed.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TIMEOUT = 300 * float(os.environ.get("VCRYPTO_TEST_PATIENCE", "1"))
RELEASE = "bookworm"
STANDINS = {
    "apt-get": """case "$*" in
*download*) echo "$*" >>"$DOWNLOADED" && cp "$DEB" . ;;
*indextargets*) echo "$(. /etc/os-release && echo "$VERSION_CODENAME") main http://archive.invalid" ;;
esac
""",
    "apt-cache": """case "$*" in
*linux-image-amd64*) echo "Depends: linux-image-$KERNEL (= 1)" ;;
*linux-image-*) ;;
*) exit 100 ;;
esac
""",
    "depmod": "exit 0\n",
    # What guests need, and this test does not, may be missing.
    "dpkg-query": 'shift 3; for name; do echo "$name installed"; done\n',
}


class Archive:
    """The scripts, with what they find in the archive and what they keep."""

    def __init__(self, root, folder):
        self.folder = folder
        self.scripts = folder / "scripts"
        self.scripts.mkdir()
        for name in ("guest-kernel", "guest-programs", "lib.sh"):
            shutil.copy(root / "scripts" / name, self.scripts)
        self.downloaded = folder / "downloaded"
        self.cache = folder / "cache"
        (folder / "bin").mkdir()
        for name, text in STANDINS.items():
            path = folder / "bin" / name
            path.write_text("#!/bin/sh\n" + text)
            path.chmod(0o755)
        self.offer("6.1.0-1-amd64")

    def offer(self, version):
        """Have the archive offer this kernel."""
        self.kernel = version
        package = self.folder / version
        for name in (f"boot/vmlinuz-{version}", f"lib/modules/{version}/kernel/crypto/aes.ko"):
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            (package / name).write_text(version)
        (package / "DEBIAN").mkdir()
        (package / "DEBIAN/control").write_text("Package: linux-image\nVersion: 1\nArchitecture: amd64\n"
                                                "Maintainer: nobody <nobody@invalid>\nDescription: a kernel\n")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", package, f"{package}.deb"], check=True, timeout=TIMEOUT,
                       stdout=subprocess.DEVNULL)

    def revise(self, name):
        """Another revision of a script."""
        with (self.scripts / name).open("a") as script:
            script.write("# changed\n")

    def run(self, name, argument):
        """The script's status, what it prints, how often anything was downloaded so far, and what it says."""
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.cache), "DOWNLOADED": str(self.downloaded),
                       "KERNEL": self.kernel, "DEB": f"{self.folder / self.kernel}.deb",
                       "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}
        done = subprocess.run([self.scripts / name, argument], env=environment, stdin=subprocess.DEVNULL, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT)
        count = len(self.downloaded.read_text().splitlines()) if self.downloaded.exists() else 0
        return done.returncode, done.stdout.strip(), count, done.stderr

    def kernel_is(self, version, count):
        """That a kernel is printed that is whole and of this version, after this many downloads."""
        status, printed, downloads, errors = self.run("guest-kernel", RELEASE)
        assert status == 0, errors
        kept = pathlib.Path(printed)
        assert kept.name == version and (kept / "vmlinuz").read_text() == version, printed
        assert (kept / "version").read_text() == f"{version}\n", printed
        assert (kept / f"lib/modules/{version}/kernel/crypto/aes.ko").is_file(), printed
        assert downloads == count, f"{downloads} downloads, not {count}"
        others = [path.name for path in kept.parent.iterdir() if path != kept]
        assert not others, f"{others} are kept, too"


def kept_while_nothing_changes(archive):
    archive.kernel_is("6.1.0-1-amd64", 1)
    archive.kernel_is("6.1.0-1-amd64", 1)
    archive.offer("6.1.0-2-amd64")
    archive.kernel_is("6.1.0-1-amd64", 1)


def fetched_anew_by_another_revision(archive):
    archive.kernel_is("6.1.0-1-amd64", 1)
    archive.revise("guest-kernel")
    archive.kernel_is("6.1.0-1-amd64", 2)
    archive.kernel_is("6.1.0-1-amd64", 2)
    archive.offer("6.1.0-2-amd64")
    archive.revise("guest-kernel")
    archive.kernel_is("6.1.0-2-amd64", 3)
    archive.kernel_is("6.1.0-2-amd64", 3)


def what_older_revisions_kept(archive):
    """It says nothing of what made it."""
    old = archive.cache / "qemu-virtio-crypto/kernels" / RELEASE / "6.1.0-1-amd64"
    old.mkdir(parents=True)
    (old / "vmlinuz").write_text("of old")
    archive.kernel_is("6.1.0-1-amd64", 1)


def not_used_when_none_can_be_fetched(archive):
    archive.kernel_is("6.1.0-1-amd64", 1)
    archive.revise("guest-kernel")
    package = pathlib.Path(f"{archive.folder / archive.kernel}.deb")
    package.rename(archive.folder / "away")
    status, printed, _, errors = archive.run("guest-kernel", RELEASE)
    assert status != 0 and printed == "" and "could not be fetched" in errors, (status, printed, errors)
    (archive.folder / "away").rename(package)
    # It has tried twice, with the lists as they were and with new ones.
    archive.kernel_is("6.1.0-1-amd64", 4)


def programs(archive):
    """A folder of this revision is used, and one of another is not."""
    with (archive.scripts / "guest-programs").open() as script:
        revision = subprocess.run(["cksum"], stdin=script, check=True, text=True, stdout=subprocess.PIPE,
                                  timeout=TIMEOUT).stdout.split()[0]
    kept = archive.cache / "qemu-virtio-crypto/guest-programs" / f"network-{revision}"
    kept.mkdir(parents=True)
    assert archive.run("guest-programs", "network")[:3] == (0, str(kept), 0)
    archive.revise("guest-programs")
    status, printed, _, errors = archive.run("guest-programs", "network")
    assert status != 0 and printed == "" and "lacks one of" in errors, (status, printed, errors)


CASES = (kept_while_nothing_changes, fetched_anew_by_another_revision, what_older_revisions_kept,
         not_used_when_none_can_be_fetched, programs)


def main():
    failed = False
    print(f"1..{len(CASES)}")
    for number, case in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                case(Archive(pathlib.Path(sys.argv[1]), pathlib.Path(folder)))
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                failed = True
                print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "))
                print(f"not ok {number} - {case.__name__}", flush=True)
            else:
                print(f"ok {number} - {case.__name__}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
