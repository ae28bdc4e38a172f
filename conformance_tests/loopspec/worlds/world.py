"""One scenario that is to be played by several processes, and where their files are."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from loopspec.scenario import Scenario


class World(NamedTuple):
    """`source` is what the subject is made from; `timeout` is in seconds, for the scenario."""

    scenario: Scenario
    source: str | bytes
    folder: Path
    timeout: float

    @property
    def patience(self) -> float:
        """Seconds in which no process fires an event, or does any work, after which they count as
        hung: the jobs are so small that one event follows the other at once."""
        return self.timeout / 10

    @property
    def ranks(self) -> range:
        return range(self.scenario.processes)

    def output(self, rank: int) -> Path:
        """The folder that the trainer of this process writes to."""
        return self.folder / (f"output-{rank}" if self.scenario.apart else "output")

    def trace(self, rank: int) -> Path:
        return self.folder / f"{rank}.jsonl"

    def stack(self, rank: int) -> Path:
        """Where faulthandler writes where the process stands."""
        return self.folder / f"{rank}.stack"

    def pid(self, rank: int) -> Path:
        """Holds the id of the process, from when it plays."""
        return self.folder / f"{rank}.pid"


class Ended(NamedTuple):
    """How a world came to its end, as its launcher tells.

    `hung` says for how long there was nothing; `died` which processes died by themselves, and how;
    `failed` why nothing was launched at all.
    """

    name: str
    hung: str = ""
    died: dict[int, str] = {}
    failed: str = ""
