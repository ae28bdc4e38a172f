"""What the benchmarks found, as the files in `results/` keep it."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from loopspec.benchmarking import Counts, PerStep, Spread
from loopspec.json_text import pretty

FOLDER = Path(__file__).parent / "results"
Kind = TypeVar("Kind")


class Machine(msgspec.Struct, frozen=True):
    """Where something was measured."""

    python: str
    platform: str
    cores: int
    packages: dict[str, str]
    device: str = "cpu"


class Event(msgspec.Struct, frozen=True):
    """What one event takes, with so many callbacks of a kind."""

    callbacks: int
    counts: Counts
    time: Spread
    """Nanoseconds."""
    instructions: float | None = None
    """Of the processor; None where they were not counted."""


class Dispatch(msgspec.Struct, frozen=True):
    """All dispatchers: by name, then by kind, one entry for each number of callbacks."""

    machine: Machine
    measured: dict[str, dict[str, list[Event]]]

    @property
    def events(self) -> dict[str, dict[str, dict[int, Event]]]:
        """By name, then by kind, then by number of callbacks."""
        return {
            name: {
                kind: {event.callbacks: event for event in events} for kind, events in kinds.items()
            }
            for name, kinds in self.measured.items()
        }


class Timed(msgspec.Struct, frozen=True):
    """The time of one optimizer step, with so many callbacks."""

    callbacks: int
    time: Spread
    """Nanoseconds."""


class OfLoop(msgspec.Struct, frozen=True):
    """What one optimizer step takes in one loop."""

    times: list[Timed]
    exact: list[PerStep]
    """The counts, for some numbers of callbacks; empty where nothing was counted."""
    places: dict[str, float] = {}
    """Bytecodes of a step without callbacks, by the function that takes them; empty where nobody
    asks."""

    def time(self, callbacks: int) -> float:
        """Nanoseconds of a step: a quarter of them took less, as what disturbs only adds."""
        return next(one.time.low for one in self.times if one.callbacks == callbacks)

    def bytecodes(self, callbacks: int) -> float:
        """Of a step."""
        return next(one.counts.bytecodes for one in self.exact if one.callbacks == callbacks)


class Steps(msgspec.Struct, frozen=True):
    """All loops: by job, then by name of the loop."""

    machine: Machine
    jobs: dict[str, dict[str, OfLoop]]
    waits: dict[str, str] = {}
    """On a GPU: what a loop makes the host wait for in a step that logs nothing; empty for
    nothing."""


class Agreed(msgspec.Struct, frozen=True):
    """What agreeing on flags takes with so many processes, as ratios of lower quartiles."""

    processes: int
    to_exchange: float
    """To one exchange of as many bytes."""
    to_step: float
    """To a step of a model of one parameter under DistributedDataParallel."""


class Agreeing(msgspec.Struct, frozen=True):
    """For each number of processes."""

    machine: Machine
    worlds: list[Agreed]


def machine(packages: list[str], device: str = "cpu") -> Machine:
    """This one, with the versions of what is measured on it."""
    return Machine(
        ".".join(map(str, sys.version_info[:3])),
        f"{platform.system()} {platform.machine()}",
        os.cpu_count() or 1,
        {name: version(name) for name in sorted(packages)},
        device,
    )


def keep(name: str, data: Any) -> None:
    """Write `results/NAME.json`."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_bytes(pretty(data))


def kept(name: str, kind: type[Kind]) -> Kind | None:
    """What `results/NAME.json` holds; None if it is not there."""
    path = FOLDER / f"{name}.json"
    return msgspec.json.decode(path.read_bytes(), type=kind) if path.exists() else None
