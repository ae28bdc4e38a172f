"""The tables of the page, each made of the committed results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dispatch import ALL, DISPATCHERS, IDLE, NOOP, ONE, TWO
from results import Dispatch, Event, OfLoop, Steps
from steps import LOOPS

from loopspec.benchmarking import Spread

FLOOR, PASSING = "bound methods", "bound methods, keywords passed"
NUMBERS = (3, 10, 100)


def markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; all columns but the first are numbers."""
    titles = [*head]
    lines = [titles, ["---", *["---:"] * (len(titles) - 1)], *map(list, rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def where(machine_of: Dispatch | Steps) -> str:
    """One line about the machine."""
    machine = machine_of.machine
    return (
        f"Python {machine.python}, torch {machine.packages['torch'].partition('+')[0]}, "
        f"{machine.platform}, {machine.cores} cores, {machine.device}."
    )


def events(found: Dispatch) -> str:
    """One event with ten callbacks, as ratios to the bare loop over their bound methods."""
    floor = found.events[FLOOR][NOOP]
    head = (
        "dispatcher",
        "version",
        "time, 10 no-op callbacks",
        "instructions",
        "calls",
        "bytecodes",
        "100 idle : none, instructions",
    )
    return markdown(head, _events(found, floor))


def _events(found: Dispatch, floor: dict[int, Event]) -> Iterator[list[str]]:
    for name in DISPATCHERS:
        kinds = found.events[name]
        event = kinds[NOOP][10]
        low, median, high = (
            time / floor[10].time.median
            for time in (event.time.low, event.time.median, event.time.high)
        )
        package = DISPATCHERS[name].package
        yield [
            name,
            found.machine.packages.get(package, "floor"),
            f"{median:.1f} ({low:.1f} to {high:.1f})",
            _ratio(event, floor[10]),
            f"{event.counts.calls:.0f}",
            f"{event.counts.bytecodes:,.0f}",
            _ratio(kinds[IDLE][100], kinds[IDLE][0]) if IDLE in kinds else "",
        ]


def _ratio(event: Event, floor: Event) -> str:
    if event.instructions is None or floor.instructions is None:
        return "?"
    return f"{event.instructions / floor.instructions:.2f}"


def keywords(found: Dispatch) -> str:
    """Instructions by what the callbacks do with the keywords, as ratios to the two floors."""
    head = ("what the callbacks do", "floor", *(f"reference, {n}" for n in NUMBERS))
    rows = []
    for kind, floor in ((NOOP, FLOOR), (ONE, FLOOR), (TWO, FLOOR), (ALL, PASSING)):
        base, ours, theirs = (found.events[n][kind] for n in (floor, "reference", "transformers"))
        each = [_ratio(ours[n], base[n]) for n in NUMBERS]
        rows.append([kind, floor, *each, *(_ratio(theirs[n], base[n]) for n in NUMBERS)])
    return markdown((*head, *(f"transformers, {n}" for n in NUMBERS)), rows)


def overheads(found: Steps, job: str) -> str:
    """A step less that of the loop by hand; the unit is transformers' without callbacks."""
    loops = found.jobs[job]
    unit = over(loops, "transformers", 0)
    numbers = [one.callbacks for one in loops["reference"].times]
    exact = ("bytecodes", "calls") if loops["reference"].exact else ()
    head = ("loop", *(f"{n} callbacks" for n in numbers), *exact, "spread of time")
    rows = []
    for name in (name for name in LOOPS if name in loops and LOOPS[name].floor):
        row = [name, *(f"{over(loops, name, n) / unit:.2f}" for n in numbers)]
        if exact:
            ours, base = (loops[one].exact[0].counts for one in (name, LOOPS[name].floor))
            row += [f"{ours.bytecodes - base.bytecodes:,.0f}", f"{ours.calls - base.calls:,.0f}"]
        rows.append([*row, _spread(loops[name].times[0].time)])
    return markdown(head, rows)


def over(loops: dict[str, OfLoop], name: str, callbacks: int) -> float:
    """Nanoseconds of a step beyond those of its floor."""
    return loops[name].time(callbacks) - loops[LOOPS[name].floor].time(0)


def _spread(time: Spread) -> str:
    return f"{time.low / time.median - 1:+.0%} to {time.high / time.median - 1:+.0%}"


def waiting(found: Steps, job: str) -> str:
    """Operations that wait, and memory, of a step that logs nothing."""
    head = ("loop", "operations that wait", "which", "blocks left", "peak of a few steps, KiB")
    rows = []
    for name in LOOPS:
        none = found.jobs[job][name].exact[0]
        rows.append(
            [
                name,
                f"{sum(none.waiting.values()):g}",
                ", ".join(f"{n:g} `{operation}`" for operation, n in none.waiting.items()),
                f"{none.surviving}",
                f"{none.peak / 1024:.0f}",
            ]
        )
    return markdown(head, rows)
