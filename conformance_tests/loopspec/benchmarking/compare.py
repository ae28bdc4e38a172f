"""Has it become dearer? Two results, compared by their counts.

Times of different runs say nothing about this: the machine was another one, or did other things.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from loopspec.benchmarking.result import BenchResult, PerStep
from loopspec.faults import Fault

WORDS = {"calls": "calls", "c_calls": "calls of C functions", "bytecodes": "bytecodes"}


class Change(NamedTuple):
    """One number that is not what it was."""

    callbacks: int
    what: str
    before: float
    now: float

    @property
    def worse(self) -> bool:
        return self.now > self.before

    def __str__(self) -> str:
        more = self.now - self.before
        return (
            f"with {self.callbacks} callbacks: {self.now:g} {self.what} a step, "
            f"{abs(more):g} {'more' if more > 0 else 'fewer'} than {self.before:g}"
        )


def compare(before: BenchResult, now: BenchResult) -> list[Change]:
    """What has changed for the subject that `now` is about.

    Raises:
        Fault: the earlier result does not hold it, or is of another minor version of Python,
            which counts otherwise.
    """
    name = now.target.name
    there = [measured.name for measured in before.subjects]
    if name not in there:
        raise Fault(f"the earlier result is about {', '.join(there)}, not about {name}")
    minors = [result.python.rpartition(".")[0] for result in (before, now)]
    if minors[0] != minors[1]:
        raise Fault(
            f"the earlier result is of Python {minors[0]}, this is {minors[1]}; their counts differ"
        )
    earlier = {step.callbacks: step for step in before.of(name).steps}
    return [
        Change(step.callbacks, what, old, new)
        for step in now.target.steps
        if step.callbacks in earlier
        for what, old, new in _pairs(earlier[step.callbacks], step)
        if abs(old - new) > 1e-9
    ]


def _pairs(before: PerStep, now: PerStep) -> Iterator[tuple[str, float, float]]:
    for field, word in WORDS.items():
        yield word, getattr(before.counts, field), getattr(now.counts, field)
    yield "waiting operations", sum(before.waiting.values()), sum(now.waiting.values())
    yield "blocks left in memory", before.surviving, now.surviving
