"""What the benchmarks found, as the files in `results/` keep it."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from loopspec.benchmarking import Counts, Spread
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

    counts: Counts
    time: Spread
    """Nanoseconds."""
    instructions: float | None = None
    """Of the processor; None where they were not counted."""


class Dispatch(msgspec.Struct, frozen=True):
    """All dispatchers: by name, then by kind, then by number of callbacks."""

    machine: Machine
    events: dict[str, dict[str, dict[int, Event]]]


class Step(msgspec.Struct, frozen=True):
    """What one optimizer step takes in one loop, with so many callbacks."""

    time: Spread
    """Nanoseconds."""
    counts: Counts
    waiting: dict[str, float]
    surviving: int
    peak: int


class Steps(msgspec.Struct, frozen=True):
    """All loops: by job, then by name of the loop, then by number of callbacks."""

    machine: Machine
    jobs: dict[str, dict[str, dict[int, Step]]]


def machine(packages: list[str], device: str = "cpu") -> Machine:
    """This one, with the versions of what is measured on it."""
    import os

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
