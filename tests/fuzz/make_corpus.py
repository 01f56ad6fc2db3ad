#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the seeds of fuzz_ring: short stories that a fuzzer would take long to find.

Usage: make_corpus.py FOLDER

The bytes are those that fuzz_ring.c takes, function by function; what the names
below stand for is explained there.
"""
import pathlib
import struct
import sys

PACKED, EVENT_INDEX, POSITION, NO_WRAP = 1, 2, 8, 16
POP, COMPLETE, FINISH, UNPOP = b"\7", b"\x0b", b"\x0c", b"\x0d"
NEW_RING, NEW_MAP = b"\x0f\0", b"\x0f\1"
KICKS_ON, KICKS_OFF = b"\x0e\1", b"\x0e\0"


def setup(how, size_index, position=0):
    """What set_up() takes; sizes by their place in its table."""
    tail = struct.pack("<H", position) if how & POSITION else b""
    return bytes([how, size_index]) + tail


def data(offset):
    """An address in the RAM that is kept for data."""
    return b"\5" + struct.pack("<H", offset)


NOWHERE = b"\0" + struct.pack("<Q", 0x900000)
EDGE = b"\1" + struct.pack("<H", 12)  # 4 bytes before two regions meet
READ_ONLY = b"\3" + struct.pack("<H", 0)


def short(length):
    return bytes([5, length])


def table(entries):
    return bytes([3, entries])


def descriptor(index, flags, address, length, word, lap=0):
    """A descriptor of the ring; a packed one is of an odd lap if lap is 1."""
    # The number of the set of flags, in a byte whose upper bits say more.
    kind = next(k for k in range(0x40 * lap, 0x40 * lap + 10) if k % 10 == flags)
    return bytes([0, kind, index]) + address + length + bytes([word])


def inner(offset, index, flags, address, length, word):
    """A descriptor of a table at some place."""
    kind = next(k for k in range(0x80, 0x8a) if k % 10 == flags)
    return bytes([0, kind]) + data(offset) + bytes([index]) + address + length + \
        bytes([word])


def available(head):
    return bytes([4, 0, head])


def chain(lap=0):
    """Three descriptors, of which the last is writable."""
    return (descriptor(1, 1, data(64), short(24), 2, lap) +
            descriptor(2, 2, data(512), short(1), 0, lap) +
            descriptor(0, 1, data(0), short(40), 1, lap))


def stories():
    for name, how in (("split", 0), ("split-event", EVENT_INDEX),
                      ("packed", PACKED), ("packed-event", PACKED | EVENT_INDEX)):
        packed = how & PACKED
        start = setup(how, 7 if packed else 3)
        show = b"" if packed else available(0)
        yield name + "-chain", start + chain() + KICKS_ON + show + KICKS_OFF + POP + \
            COMPLETE + b"\1\0\1" + KICKS_ON
        yield name + "-again", start + (chain() + show + POP + FINISH) * 3
        yield name + "-indirect", start + \
            inner(256, 0, 1, data(0), short(9), 1) + \
            inner(256, 1, 2, EDGE, short(9), 0) + \
            descriptor(0, 4, data(256), table(2), 0) + show + POP + FINISH
        yield name + "-refused", start + \
            descriptor(1, 2, data(7), short(1), 3) + \
            descriptor(0, 1, NOWHERE, short(9), 1) + show + POP + FINISH
        yield name + "-read-only", start + \
            descriptor(0, 2, READ_ONLY, short(1), 3) + show + POP + FINISH
        yield name + "-unpop", start + chain() + show + show + POP + POP + UNPOP + \
            b"\1" + POP + NEW_MAP + KICKS_ON + POP + NEW_RING + POP
    yield "split-wrap", setup(POSITION, 1, 65535) + chain() + \
        (available(0) + POP + POP + FINISH) * 3
    yield "packed-second-lap", setup(PACKED | POSITION | NO_WRAP, 8, 4) + \
        b"".join(descriptor(i, 0, data(i), short(9), i, 1) for i in range(5)) + \
        (POP + FINISH) * 2
    yield "anywhere", bytes([0xf7, 0]) + data(0) + data(256) + data(300) + b"\7\0" + \
        POP + KICKS_ON


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in stories():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
