"""Where scenarios of several processes are played."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from loopspec.faults import SubjectFault
from loopspec.scenario import Scenario
from loopspec.sending import packed
from loopspec.subjects.base import Subject
from loopspec.trace import Outcome, Provenance, Trace
from loopspec.worlds.gather import gathered
from loopspec.worlds.launcher import serve
from loopspec.worlds.world import Ended, World

_STARTING = 600.0
"""Seconds beyond its timeout after which a world is given up that its launcher does not end."""


class Worlds(contextlib.AbstractContextManager["Worlds"]):
    """Launches worlds for one subject; a context manager, at whose end no process of them is left.

    Args:
        subject: the subject, or its target as text.
        processes: how many may work at once. A world is as many as it has processes; one whose
            processes wait for each other does not count, and one world at a time there is always.
        timeout: seconds for one scenario.
        folder: where the files of running scenarios go.
    """

    def __init__(
        self, subject: Subject | str, processes: int, timeout: float, folder: Path
    ) -> None:
        self._subject, self._at_once = subject, max(1, processes // 2)
        self._timeout, self._folder = timeout, folder
        self._launcher: BaseProcess | None = None
        self._answers: Connection | None = None

    def __exit__(self, *raised: object) -> None:
        self._stop()

    def prepare(self) -> None:
        """Begin with the imports, which take seconds, while other scenarios are played."""
        with contextlib.suppress(SubjectFault):  # told when they are to be played
            self._connected(packed(self._subject))

    def play(self, scenarios: Sequence[Scenario], by: Provenance) -> Iterator[Trace]:
        """The trace of each scenario, in the order in which they end."""
        if not scenarios:
            return
        try:
            source = packed(self._subject)
        except SubjectFault as fault:
            for scenario in scenarios:
                yield _left_out(scenario, by, str(fault).partition(" Give its target")[0])
            return
        waiting = {}
        for scenario in scenarios:
            folder = self._folder / f"{scenario.name}.world"
            folder.mkdir()
            waiting[scenario.name] = World(scenario, source, folder, self._timeout)
        connection = self._connected(source)
        try:
            for world in waiting.values():
                connection.send(world)
            while waiting:
                if not connection.poll(_STARTING + self._timeout):
                    break
                ended: Ended = connection.recv()
                yield gathered(waiting.pop(ended.name), by, ended)
        except (EOFError, OSError):
            pass
        if waiting:
            self._stop()
        for world in waiting.values():
            yield gathered(world, by, Ended(world.scenario.name, failed=_NO_LAUNCHER))

    def _connected(self, source: str | bytes) -> Connection:
        if self._answers is None:
            context = multiprocessing.get_context("spawn")
            self._answers, theirs = context.Pipe()
            self._launcher = context.Process(
                target=serve, args=(theirs, source, self._folder, self._at_once)
            )
            self._launcher.start()
            theirs.close()  # so that its end is seen here
        return self._answers

    def _stop(self) -> None:
        if self._launcher is None or self._answers is None:
            return
        self._answers.close()
        wait([self._launcher.sentinel], 10)
        if self._launcher.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._launcher.pid, signal.SIGKILL)
        self._launcher.kill()
        self._launcher.join()
        self._launcher = self._answers = None


_NO_LAUNCHER = (
    "the process that launches them did not come up, or died. In a script, check() is to be called "
    'under `if __name__ == "__main__":`, because it imports the script'
)


def _left_out(scenario: Scenario, by: Provenance, why: str) -> Trace:
    outcome = Outcome("left-out", why)
    made = [Trace(scenario, by, [], outcome, rank=rank) for rank in range(scenario.world)]
    return made[0].together(made[1:], outcome)
