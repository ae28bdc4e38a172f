"""Watches a world from outside: whether it hangs, where its processes stand, and that they end."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from loopspec.worlds.rank import ASK
from loopspec.worlds.world import World

_STARTING = 300.0
"""Seconds until all processes play: they may have to import a framework on a busy machine."""
_TELLING = 3.0
"""Seconds in which a process is to say where it stands."""
_LOOK = 0.05


_WORK = 0.1
"""Seconds of a processor that are no waiting any more."""


class Watch:
    """Looks at the files that the processes write, and at the work that they do: on a busy machine
    an import takes long, and is no hang. Clocks tell only that nothing happens, never what came
    first."""

    def __init__(self, world: World) -> None:
        self.world, self.hung = world, ""
        self._ranks = list(world.ranks)
        self._launched = self._moved = time.monotonic()
        self._begun: float | None = None
        self._sizes: list[int] = []
        self._work = 0.0

    def turn_to(self, rank: int) -> None:
        """From now on there is this process, which has yet to begin, and no other one any more."""
        self._begun, self._sizes, self._work = None, [], 0.0
        self._launched = self._moved = time.monotonic()
        self._ranks = [rank]

    @property
    def quiet(self) -> float:
        """Seconds since a process wrote a line or worked."""
        return time.monotonic() - self._moved

    def look(self) -> None:
        """See whether it hangs; then have the processes say where they stand, and end them."""
        if self.hung:
            self.end()
            return
        now, sizes = time.monotonic(), [_size(self.world.trace(rank)) for rank in self._ranks]
        work = sum(map(_worked, self._pids()))
        if sizes != self._sizes or work > self._work + _WORK:
            self._sizes, self._work, self._moved = sizes, work, now
        if self._begun is None:
            if all(sizes):
                self._begun = now
            elif now - self._launched > _STARTING:
                self._end_as(f"no event in some process within {_STARTING:g} s")
        elif self.quiet > self.world.patience:
            self._end_as(f"no event and no work in any process for {self.world.patience:g} s")
        elif now - self._begun > self.world.timeout:
            self._end_as(f"no end within {self.world.timeout:g} s")

    def _end_as(self, hung: str) -> None:
        self.hung = hung
        stacks = [self.world.stack(rank) for rank in self._ranks]
        self._signal(ASK)
        end, before = time.monotonic() + _TELLING, [0]
        while time.monotonic() < end and (not all(before) or before != list(map(_size, stacks))):
            before = list(map(_size, stacks))
            time.sleep(_LOOK)
        self.end()

    def end(self) -> None:
        """End all processes that are still there."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _pids(self) -> Iterator[int]:
        for rank in self._ranks:
            with contextlib.suppress(FileNotFoundError):
                text = self.world.pid(rank).read_text()
                if text.endswith("\n"):
                    yield int(text)


def _worked(pid: int) -> float:
    """Seconds of a processor that a process has had; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _size(path: os.PathLike[str]) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0
