#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The direction of the layers, as TAP.

Usage: layers.py SOURCE-ROOT NAME=ARCHIVE...

What one layer's object code needs of another's is read from the archives' symbols;
what only shows in the text (who includes whose headers) from the sources.
"""
import pathlib
import re
import subprocess
import sys

# Layer -> the layers it may call. What stands in include/ belongs to all.
MAY_CALL = {
    "util": set(),
    "wire": {"util"},
    "crypto": {"util"},
    "backend": {"crypto", "util"},
    "queue": {"backend", "wire", "util"},
    "qemu": {"queue", "backend", "wire", "util"},
    "loader": set(),
}

# Header -> the only folder of src/ that may include it.
OWNED_HEADERS = [
    (re.compile(r'[<"]openssl/'), "crypto/openssl"),
    (re.compile(r'[<"]gcrypt\.h'), "crypto/gcrypt"),
    (re.compile(r'[<"](intel-ipsec-mb|ipsec-mb)\.h'), "crypto/ipsec-mb"),
    (re.compile(r'[<"](qemu|qapi|qom|hw|sysemu|exec|monitor|migration)/'), "qemu"),
    (re.compile(r'[<"]glib'), "qemu"),
]


def symbols(archive, *options):
    """The external symbols of an archive: defined ones, or undefined ones."""
    out = subprocess.run(["nm", "-P", "-g", *options, archive], check=True,
                         capture_output=True, text=True).stdout
    return {line.split()[0] for line in out.splitlines()
            if line and not line.endswith(":")}


def check_calls(archives):
    """Yield a name and the faults of each layer's calls."""
    defined = {layer: symbols(path, "--defined-only")
               for layer, path in archives.items()}
    for layer, path in archives.items():
        needed = symbols(path, "-u") - defined[layer]
        faults = []
        for other, names in defined.items():
            used = sorted(needed & names)
            if other != layer and used and other not in MAY_CALL[layer]:
                faults.append(f"{layer} calls {other}: {', '.join(used)}")
        yield f"layer {layer} calls only the layers below it", faults


def check_names(archives):
    """Yield whether every symbol begins with vcrypto_, QEMU's two entries apart."""
    allowed = ("vcrypto_", "qemu_plugin_")
    for layer, path in archives.items():
        faults = [name for name in sorted(symbols(path, "--defined-only"))
                  if not name.startswith(allowed)]
        yield f"symbols of layer {layer} have the project's prefix", faults


def check_comparisons(archives):
    """Yield whether the layer that looks keys up compares them as secrets only."""
    stops_early = {"memcmp", "bcmp", "strcmp", "strncmp"}
    used = sorted(symbols(archives["backend"], "-u") & stops_early)
    faults = [f"backend calls {name}: vcrypto_secret_equal() is for keys" for name in used]
    yield "layer backend compares nothing in a time that tells where it differs", faults


def check_includes(source):
    """Yield whether sources include only the headers that their folder may."""
    owned, private = [], []
    for path in sorted((source / "src").rglob("*.[ch]")):
        folder = path.relative_to(source / "src").parent.as_posix()
        layer = folder.split("/")[0]
        others = "|".join(other for other in MAY_CALL if other != layer)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+(.*)', line)
            if not match:
                continue
            header, where = match.group(1), f"{path.relative_to(source)}:{number}: {line}"
            if any(rule.match(header) and folder != owner
                   for rule, owner in OWNED_HEADERS):
                owned.append(where)
            # "qemu/..." is a name that QEMU's own headers have, too.
            elif layer != "qemu" and re.match(rf'"(\.\./)*({others})/', header):
                private.append(where)
    yield "headers of libraries and of QEMU stay in their folders", owned
    yield "layers include no other layer's private headers", private


def main():
    source = pathlib.Path(sys.argv[1])
    archives = dict(argument.split("=", 1) for argument in sys.argv[2:])
    results = [*check_calls(archives), *check_names(archives), *check_comparisons(archives),
               *check_includes(source)]
    print(f"1..{len(results)}")
    for number, (name, faults) in enumerate(results, 1):
        print(f"{'not ok' if faults else 'ok'} {number} - {name}")
        for fault in faults:
            print(f"# {fault}")
    return any(faults for _, faults in results)


if __name__ == "__main__":
    sys.exit(main())
