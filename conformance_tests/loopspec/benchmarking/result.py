"""What was measured, as a file keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from loopspec.benchmarking.counting import Counts
from loopspec.benchmarking.timing import Spread
from loopspec.faults import Fault
from loopspec.json_text import pretty, schema_of
from loopspec.trace import Provenance

BENCH_VERSION = 1
BARE = "bare loop"


class PerStep(msgspec.Struct, frozen=True):
    """What one optimizer step takes, with so many callbacks that override the events of a step."""

    callbacks: int
    counts: Counts
    waiting: dict[str, float]
    """Operations for which the host waits, where there is a device to wait for."""
    surviving: int
    """Blocks of memory that are still there after the step."""
    peak: int
    """Bytes that Python's objects take at most during a few steps."""
    time: Spread | None = None
    """Nanoseconds; None where no time was taken."""

    def timed(self, time: Spread) -> PerStep:
        return msgspec.structs.replace(self, time=time)


class Measured(msgspec.Struct, frozen=True):
    """One trainer."""

    name: str
    by: Provenance | None
    """None for the bare loop."""
    steps: list[PerStep]
    places: dict[str, float]
    """Bytecodes of a step, by the function `module:function` that takes them, with no callback."""

    @property
    def none(self) -> PerStep:
        """Without a callback, or with as few as were measured."""
        return min(self.steps, key=lambda step: step.callbacks)

    @property
    def most(self) -> PerStep:
        return max(self.steps, key=lambda step: step.callbacks)


class BenchResult(msgspec.Struct, frozen=True):
    """All that was measured in one run; times of different runs are not comparable."""

    version: int
    python: str
    platform: str
    subjects: list[Measured]
    """The first is what was asked for, the last the bare loop."""

    @property
    def target(self) -> Measured:
        return self.subjects[0]

    @property
    def bare(self) -> Measured:
        return self.subjects[-1]

    def of(self, name: str) -> Measured:
        """Raises KeyError if nothing of that name was measured."""
        found = {measured.name: measured for measured in self.subjects}
        return found[name]


def bench_json(result: BenchResult) -> bytes:
    return pretty(result)


def read_bench(path: Path) -> BenchResult:
    """Read what `bench_json` wrote.

    Raises:
        Fault: the file is not there, or is something else.
    """
    try:
        result = msgspec.json.decode(path.read_bytes(), type=BenchResult)
    except OSError as error:
        raise Fault(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise Fault(f"{path} is not written by loopspec bench --json: {error}") from error
    if result.version != BENCH_VERSION:
        raise Fault(f"{path} has version {result.version}; this suite reads {BENCH_VERSION}")
    return result


def bench_schema() -> dict[str, Any]:
    """The JSON Schema of a result."""
    return schema_of(BenchResult, f"loopspec bench, version {BENCH_VERSION}")
