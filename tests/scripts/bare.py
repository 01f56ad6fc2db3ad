#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""That nothing runs on when a script ends, neither in a bare Debian (scripts/bare-debian.sh) nor beside it, as TAP.

Usage: bare.py SOURCE-ROOT

The bare Debian is this system, bound to a folder where nobody else sees it. All that runs holds one end of a pipe: the
other one is at its end when the last of them is gone.
"""
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile

TIMEOUT = 60
SCRIPT = '''
set -eu
. "$1/scripts/lib.sh"
. "$1/scripts/bare-debian.sh"
trap bare_debian_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mount --rbind / "$2"
bare_debian_run "$2" "$3" / "$4"
'''
SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143, signal.SIGKILL: -9}


def does_not_apply():
    if os.geteuid() != 0:
        return 'only root enters another Debian'
    run = subprocess.run(['unshare', '--mount', '--pid', '--fork', 'true'], check=False, stderr=subprocess.DEVNULL)
    return 'there are no namespaces' if run.returncode else None


def begin():
    # Whoever starts this in the background, or with nohup, has it ignore some, and a shell cannot change that.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def start(root, folder, user, command, end):
    return subprocess.Popen(['unshare', '--mount', 'sh', '-c', SCRIPT, 'sh', root, folder, user, command],
                            stdin=subprocess.DEVNULL, pass_fds=[end], start_new_session=True, preexec_fn=begin)


def readable(fd, seconds=TIMEOUT):
    return bool(select.select([fd], [], [], seconds)[0])


def end_with(root, folder, user, number):
    """Whether all has ended, and the exit status, when the script gets a signal. Only who is killed does not wait."""
    ours, theirs = os.pipe()
    process = start(root, folder, user, f'printf x >&{theirs}; sleep {10 * TIMEOUT}; true', theirs)
    os.close(theirs)
    began = readable(ours) and os.read(ours, 1) == b'x'
    process.send_signal(number)
    try:
        status = process.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        status = process.wait()
    ended = readable(ours, TIMEOUT if number == signal.SIGKILL else 0) and os.read(ours, 1) == b''
    os.close(ours)
    return began and ended and status == SIGNALS[number], f'{user}, {number.name}: {began}, {ended}, {status}'


def status_of(root, folder, user):
    """Without a signal the exit status is the command's, who is the wanted user. Shared memory is not this system's."""
    ours, theirs = os.pipe()
    shared = pathlib.Path('/dev/shm', pathlib.Path(folder).name)
    process = start(root, folder, user, f'id -un >&{theirs}; : >{shared} && exit 7', theirs)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        name = pipe.read().strip()
    status = process.wait(TIMEOUT)
    seen = shared.exists()
    if seen:
        shared.unlink()
    return (name, status, seen) == (user, 7, False), f'{user}: {name}, {status}, {seen}'


def progress_ends(root, folder):
    """What tells of progress ends with its script, even while whoever started that only reads its output."""
    process = subprocess.Popen(['sh', '-c', '. "$1/scripts/lib.sh"; with_progress work "$2/log" sleep 3; true', 'sh',
                                root, folder], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    process.stderr.readline()
    process.terminate()
    fd = process.stderr.fileno()
    ended = readable(fd) and os.read(fd, 1) == b''
    process.kill()
    process.wait()
    process.stderr.close()
    return ended, f'progress: {ended}'


def progress_of_nothing_ends(root, folder):
    """A command may be over before what tells of its progress has begun, in a script that has its own way to end."""
    script = '. "$1/scripts/lib.sh"; trap "exit 143" TERM; for i in 1 2 3 4 5 6 7 8; do with_progress x "$2/log" true; done'
    try:
        run = subprocess.run(['sh', '-c', script, 'sh', root, folder], stdin=subprocess.DEVNULL, check=False,
                             stderr=subprocess.DEVNULL, timeout=TIMEOUT, start_new_session=True)
        return run.returncode == 0, f'progress of what is over at once: {run.returncode}'
    except subprocess.TimeoutExpired:
        return False, 'progress of what is over at once: no end'


def main():
    why = does_not_apply()
    if why:
        print(f'1..1\nok 1 - does not apply: {why}')
        return 0
    root = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        results = [progress_ends(root, folder), progress_of_nothing_ends(root, folder)]
        for user in ('root', 'daemon'):
            results.append(status_of(root, folder, user))
            results += [end_with(root, folder, user, number) for number in SIGNALS]
    print(f'1..{len(results)}')
    for number, (passed, text) in enumerate(results, 1):
        print(f'{"ok" if passed else "not ok"} {number} - {text}')
    return 0 if all(passed for passed, _ in results) else 1


if __name__ == '__main__':
    sys.exit(main())
