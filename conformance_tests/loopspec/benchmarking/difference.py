"""Which of two trainers costs more, and in which functions."""

from __future__ import annotations

from typing import NamedTuple

from loopspec.benchmarking.result import BenchResult, Measured, PerStep

SHOWN = 8


class Difference(NamedTuple):
    """What a step of one trainer takes more than that of another, without callbacks."""

    dearer: str
    cheaper: str
    bytecodes: float
    """More than the cheaper one; 0 for none."""
    ratio: float
    """The overhead over the bare loop, of the dearer one to the cheaper one."""
    places: list[tuple[str, float]]
    """The functions that take more in the dearer one, with the bytecodes, the most first."""

    def __str__(self) -> str:
        if not self.bytecodes:
            return f"{self.dearer} and {self.cheaper} cost the same"
        return (
            f"{self.dearer} costs more than {self.cheaper}: {self.bytecodes:,.0f} bytecodes more a "
            f"step, {self.ratio:.2f} times the overhead"
        )


def difference(result: BenchResult, one: str, other: str) -> Difference:
    """Compare two of the trainers in a result, by their counts."""
    found = (result.of(one), result.of(other))
    low, high = sorted(found, key=lambda measured: measured.none.counts.bytecodes)
    more = {
        place: number - low.places.get(place, 0)
        for place, number in high.places.items()
        if number > low.places.get(place, 0)
    }
    return Difference(
        high.name,
        low.name,
        high.none.counts.bytecodes - low.none.counts.bytecodes,
        overhead(result, high.none) / max(overhead(result, low.none), 1.0),
        sorted(more.items(), key=lambda item: -item[1])[:SHOWN],
    )


def overhead(result: BenchResult, step: PerStep) -> float:
    """Bytecodes of a step beyond those of the bare loop."""
    return step.counts.bytecodes - result.bare.none.counts.bytecodes


def for_each_callback(measured: Measured) -> float:
    """Bytecodes that each further callback adds to a step."""
    none, most = measured.none, measured.most
    number = most.callbacks - none.callbacks
    return (most.counts.bytecodes - none.counts.bytecodes) / number if number else 0.0
