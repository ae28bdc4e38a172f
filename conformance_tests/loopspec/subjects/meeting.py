"""What the processes of one scenario tell each other past the trainer: who has come to on_save."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from loopspec.scenario import Scenario
from loopspec.vocabulary import Event

_PATIENCE = 3.0
"""Seconds: the others have nothing to do meanwhile."""
_LOOK = 0.02


class Meeting:
    """The processes of a scenario, seen from one of them.

    Args:
        folder: one that all of them have.
    """

    def __init__(self, scenario: Scenario, rank: int, folder: Path) -> None:
        self._lingers = scenario.lingers and rank == 0
        self._own = folder / f"{rank}.saves"
        self._others = [folder / f"{n}.saves" for n in range(scenario.world) if n != rank]

    def at(self, event: Event) -> None:
        """This process has come to an event."""
        if event is Event.SAVE and not self._lingers:
            with self._own.open("ab") as file:
                file.write(b".")

    @property
    def before_writing(self) -> Callable[[], None] | None:
        """What the main process is to do in the middle of writing a checkpoint; None for nothing.

        It waits for another one to come to `on_save`, which that one must not before the checkpoint
        is complete. So one that does is seen, however fast the disk is; one that waits as it should
        costs the time that is given to it.
        """
        return self._linger if self._lingers else None

    def _linger(self) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and not any(map(_size, self._others)):
            time.sleep(_LOOK)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
