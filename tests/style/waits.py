#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""That no test waits without an end, as TAP.

Usage: waits.py SOURCE-ROOT BUILD-ROOT

Tests wait for threads through tests/support/wait.h and for QEMU through
tests/qtest/lib/waiting.h, both of which end; each program is watched; and Meson, whose
limit of 30 s a busy machine reaches, gives each test the time that the watchdog needs.
"""
import json
import pathlib
import re
import sys

LEAST_SECONDS = 1800
# Calls that return when somebody else does something, and loops that only look.
WAITS = re.compile(
    r"\b(?:(?:pthread|g_thread)_join|sched_yield|usleep|nanosleep|g_usleep|sleep"
    r"|(?:pthread|g)_cond_wait|sem_wait|pthread_barrier_wait)\s*\("
    r"|\bpoll\s*\([^;]*,\s*-1\s*\)"
    r"|\bwhile\s*\([^;{}]*atomic_load[^;{}]*\)\s*(?:;|\{\s*\})")
COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
ALLOWED = {
    "support/wait.c": "what all others use",
    "qtest/lib/waiting.h": "what waits for QEMU",
    "support/ut_selftest.c": "tests that hang on purpose",
    "bench/awake.c": "threads that keep processors busy until they are told to end",
    "bench/load.c": "pauses between requests",
}
NO_TESTS = (
    "scripts/fake-emulator.c",  # vcrypto-doctor, which starts it, ends it
    "differential/zuc_zeros.c",  # it searches for inputs
    "qtest/loader-host.c",  # loader.py, which starts it, ends it
    "tools/recorder.c",  # it is run in the place of QEMU
)
CASES = (
    ("pthread_join(thread, NULL);", True),
    ("while (!done) {\n    sched_yield();\n}", True),
    ("while (!atomic_load(&done)) {\n}", True),
    ("while (!atomic_load(&done));", True),
    ("poll(&fd, 1, -1);", True),
    ("poll(fds, COUNT(fds),\n     -1);", True),
    ("/* not pthread_join(thread, NULL) */", False),
    ("poll(&fd, 1, timeout_ms);", False),
    ("wait_join(thread, \"it\");", False),
    ("while (!atomic_load(&stop)) {\n    work();\n}", False),
)


def waits(text):
    """Numbers of the lines where something waits by itself."""
    # Comments become blanks, so that lines keep their numbers.
    code = COMMENTS.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), text)
    return [code.count("\n", 0, match.start()) + 1 for match in WAITS.finditer(code)]


def sources(tests):
    """What runs in a guest is watched by those who start the guest."""
    for path in sorted(tests.rglob("*.[ch]")):
        name = path.relative_to(tests).as_posix()
        if not name.startswith("guest/"):
            yield name, path.read_text()


def checks(source, build):
    for text, found in CASES:
        yield f"{'found' if found else 'left alone'}: {' '.join(text.split())}", bool(waits(text)) == found
    bad, unwatched = [], []
    for name, text in sources(source / "tests"):
        if name not in ALLOWED:
            bad += [f"{name}:{line}" for line in waits(text)]
        program = re.search(r"^int main\(", text, re.MULTILINE) and name not in NO_TESTS
        if program and not re.search(r"\b(ut_main|watchdog_start)\(", text):
            unwatched.append(name)
    yield f"no test waits by itself: {', '.join(bad) or 'none'}", not bad
    yield f"each program is watched: {', '.join(unwatched) or 'all'}", not unwatched
    with open(build / "meson-info" / "intro-tests.json", encoding="utf-8") as file:
        short = [test["name"] for test in json.load(file) if 0 < test["timeout"] < LEAST_SECONDS]
    yield f"each test has time: {', '.join(short) or 'all'}", not short


def main():
    results = list(checks(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
    print(f"1..{len(results)}")
    for number, (name, held) in enumerate(results, 1):
        print(f"{'ok' if held else 'not ok'} {number} - {name}")
    return not all(held for _, held in results)


if __name__ == "__main__":
    sys.exit(main())
