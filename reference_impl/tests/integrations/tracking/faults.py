"""Faults that a job makes in the middle of training, in the real tracker."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FULL = Path("full")
"""The folder that `play` mounts a small disk at, where a fault asks for one and for no other."""


def fill(disk: Path = FULL) -> None:
    """Fill the small disk up."""
    with suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def block(pattern: str) -> None:
    """From now on, who opens one of these files to write waits: a pipe that nobody reads takes
    their place. `pattern` is a glob below the working directory."""
    found = [path for path in Path().glob(pattern) if path.is_file()]
    assert found, f"there is no file {pattern}"
    for path in found:
        path.unlink()
        os.mkfifo(path)


def clog(part: str) -> None:
    """From now on, who writes to one of the open files that have this in their name waits, as
    `block` does it for files that are opened anew: a full pipe takes their place."""
    held = {int(entry.name): os.path.realpath(entry) for entry in Path("/proc/self/fd").iterdir()}
    found = [number for number, name in held.items() if part in name]
    assert found, f"no open file has {part} in its name"
    _, end = os.pipe()
    os.set_blocking(end, False)
    with suppress(BlockingIOError):
        while True:
            os.write(end, bytes(4096))
    os.set_blocking(end, True)
    for number in found:
        os.dup2(end, number)


def kill(part: str) -> None:
    """Kill the child processes that have this in their command line."""
    _signal(part, signal.SIGKILL)


def stop(part: str) -> None:
    """Stop them, so that they neither end nor answer."""
    _signal(part, signal.SIGSTOP)


def _signal(part: str, number: int) -> None:
    found = [pid for pid in _descendants(os.getpid()) if part in _command(pid)]
    assert found, f"no child process has {part} in its command line"
    for pid in found:
        os.kill(pid, number)


def _descendants(pid: int) -> Iterator[int]:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    for child in {int(word) for path in children for word in path.read_text().split()}:
        yield child
        yield from _descendants(child)


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
