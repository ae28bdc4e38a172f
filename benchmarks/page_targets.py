"""What the reference is held to, and whether it is met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dispatch import ALL, IDLE, NOOP, ONE, TWO
from page_tables import FLOOR, NUMBERS, PASSING, markdown, over
from results import Dispatch, OfLoop, Steps
from steps import LOOPS


class Target(NamedTuple):
    """A number that is not to be exceeded."""

    what: str
    found: float
    limit: float

    @property
    def met(self) -> bool:
        return self.found <= self.limit


def of_dispatch(result: Dispatch) -> Iterator[Target]:
    """By instructions, where the worst number of callbacks counts."""
    events = result.events

    def worst(kind: str, floor: str) -> float:
        ours, base = events["reference"][kind], events[floor][kind]
        return max((ours[n].instructions or 0) / (base[n].instructions or 1) for n in NUMBERS)

    idle = events["reference"][IDLE]
    yield Target(
        "instructions of an event that nobody overrides: 100 callbacks to none",
        (idle[100].instructions or 0) / (idle[0].instructions or 1),
        1.1,
    )
    yield Target(
        "all keywords read, to a loop over bound methods that passes them", worst(ALL, PASSING), 1.1
    )
    for kind in (NOOP, ONE, TWO):
        yield Target(f"{kind}, to a loop that passes three arguments", worst(kind, FLOOR), 2.0)


def of_steps(result: Steps, job: str) -> Iterator[Target]:
    """By time and by bytecodes of what a step takes over the loop written by hand."""
    loops = result.jobs[job]
    for number in (0, 10):
        ours, theirs = (over(loops, name, number) for name in ("reference", "transformers"))
        yield Target(
            f"time over the loop by hand, {number} callbacks: to that of transformers",
            ours / theirs,
            0.1,
        )
        ours, theirs, ignite = (
            _bytecodes(loops, name, number) for name in ("reference", "transformers", "ignite")
        )
        yield Target(
            f"bytecodes of a step, {number} callbacks: to that of transformers",
            ours / theirs,
            0.1,
        )
        yield Target(
            f"bytecodes of a step, {number} callbacks: to that of Ignite",
            ours / ignite,
            1.0,
        )
        yield Target(
            f"time of a step, {number} callbacks: to that of Ignite",
            over(loops, "reference", number) / over(loops, "ignite", number),
            1.0,
        )
    none = loops["reference"].exact[0]
    yield Target("operations that wait in a step that logs nothing", sum(none.waiting.values()), 0)
    yield Target("blocks of memory that a step leaves behind", none.surviving, 0)


def _bytecodes(loops: dict[str, OfLoop], name: str, callbacks: int) -> float:
    return loops[name].bytecodes(callbacks) - loops[LOOPS[name].floor].bytecodes(0)


def table(targets: Iterator[Target]) -> str:
    rows = [
        [target.what, f"{target.found:.2f}", f"{target.limit:g}", "met" if target.met else "missed"]
        for target in targets
    ]
    return markdown(("the reference", "measured", "at most", ""), rows)
