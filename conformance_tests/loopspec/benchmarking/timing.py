"""Times of several pieces of work, taken in turn, so that what disturbs one disturbs all."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from loopspec.benchmarking.uncollected import uncollected

ENOUGH = 2_000_000
"""Nanoseconds that one reading of the clock should be about."""


class Spread(msgspec.Struct, frozen=True):
    """Times of one piece of work, in nanoseconds."""

    low: float
    """A quarter of the times are below it."""
    median: float
    high: float
    """A quarter of the times are above it."""

    @classmethod
    def of(cls, times: Sequence[float]) -> Spread:
        if len(times) == 1:
            return cls(times[0], times[0], times[0])
        return cls(*statistics.quantiles(times, n=4, method="inclusive"))


def interleaved(
    works: Mapping[str, Callable[[], Any]], rounds: int = 40, enough: int = ENOUGH
) -> dict[str, Spread]:
    """Nanoseconds of each piece of work, which are done in turn, `rounds` times: of this process's
    processor time, which what else the machine does disturbs little.

    Short ones are repeated within a round until they take about `enough` nanoseconds. What the
    loop around them takes is part of it, the same few nanoseconds for all.
    """
    repeats = {name: _repeats(work, enough) for name, work in works.items()}
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        gc.collect()
        with uncollected():
            for name, work in works.items():
                times[name].append(_timed(work, repeats[name]) / repeats[name])
    return {name: Spread.of(found) for name, found in times.items()}


def _timed(work: Callable[[], Any], repeats: int) -> int:
    start = time.process_time_ns()
    for _ in range(repeats):
        work()
    return time.process_time_ns() - start


def _repeats(work: Callable[[], Any], enough: int) -> int:
    repeats = 1
    while _timed(work, repeats) < enough / 2 and repeats < 1 << 20:
        repeats *= 2
    return repeats
